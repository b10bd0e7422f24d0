//! Plans between the old and the new one: some changes taken over, the others not.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::Change;
use super::rows::{RowChange, increments};
use super::tables::{Pair, TableChange, beginnings, reduced, with_rows};
use crate::model::plan::Plan;
use crate::model::policy::{Budget, Fx};
use crate::model::rates::{Price, PriceStep, RateTable};
use crate::model::rows::{RateRow, RowRef};
use crate::model::trunk::Trunk;
use crate::words::money::Currency;

/// What a change takes over. Tables by their pair, rows by their place among its matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Swap {
    /// Nothing that moves a figure.
    Nothing,
    /// Presence, price and days of rows.
    Rows(usize, Vec<usize>),
    /// Increments of rows.
    Increments(usize, Vec<usize>),
    /// Connect fees and least charges of rows.
    RowFees(usize, Vec<usize>),
    /// What further intervals are counted from.
    IncrementBase(usize),
    /// What a flat rate covers.
    Kind(usize),
    /// A table in another currency or of another kind, whole.
    Whole(usize),
    /// A fee of a table.
    Fee(usize, FeeKey),
    /// The limits of a table.
    TableLimits(usize),
    /// Channels and calls per second of a trunk, by its pair.
    TrunkLimits(usize),
    /// Whatever else is known of a trunk.
    TrunkKeys(usize),
    /// Which trunks there are, and their order.
    TrunkList,
    /// The PBX.
    Pbx,
    /// The time zone.
    Zone,
    /// A campaign, by its pair.
    Campaign(usize),
    /// A cause, by its pair.
    Cause(usize),
    /// When outages begin.
    Start,
    /// An exchange rate.
    Fx(Currency),
}

/// A fee of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeeKey {
    Attempt,
    Rounding,
    Monthly,
    PerChannel,
    Minimum,
    Tax,
    ShortCalls,
}

impl Change {
    /// Whether it can move a figure.
    pub(super) fn moves(&self) -> bool {
        self.swap != Swap::Nothing
    }
}

/// Two things that are one and the same on both sides, by their places; nothing where one side has none.
pub(super) type Twin = (Option<usize>, Option<usize>);

/// All of them, ordered by name.
pub(super) type Twins = Vec<Twin>;

/// Pairs things by name; those left over in their order, as renamed.
fn twins(old: &[&str], new: &[&str]) -> Twins {
    let mut pairs: Twins = Vec::new();
    for (i, name) in old.iter().enumerate() {
        if let Some(j) = new.iter().position(|other| other == name) {
            pairs.push((Some(i), Some(j)));
        }
    }
    let gone = (0..old.len()).filter(|i| !pairs.iter().any(|(old, _)| *old == Some(*i))).collect::<Vec<_>>();
    let come = (0..new.len()).filter(|j| !pairs.iter().any(|(_, new)| *new == Some(*j))).collect::<Vec<_>>();
    for n in 0..gone.len().max(come.len()) {
        pairs.push((gone.get(n).copied(), come.get(n).copied()));
    }
    let name = |pair: &(Option<usize>, Option<usize>)| {
        let (one, other) = (pair.0.and_then(|i| old.get(i)), pair.1.and_then(|j| new.get(j)));
        // The same whichever side is called old.
        one.into_iter().chain(other).min().map(|name| (*name).to_owned())
    };
    pairs.sort_by_key(name);
    pairs
}

/// Two plans, ready to be mixed.
pub(super) struct Mixer<'a> {
    before: &'a Plan,
    after: &'a Plan,
    /// The two plans with the rows alone that matter, and what both are reckoned with.
    old: Plan,
    new: Plan,
    pairs: Vec<Pair>,
    tables: Vec<TableChange>,
    /// Trunks, campaigns and causes of both sides, ordered by name.
    pub trunks: Twins,
    pub campaigns: Twins,
    pub causes: Twins,
}

/// The day as of which two plans are reckoned: the later one, so that neither side can turn time back.
fn later(old: &Plan, new: &Plan) -> NaiveDate {
    old.as_of.max(new.as_of)
}

fn same_budget(one: &Budget, other: &Budget) -> bool {
    let amounts = |budget: &Budget| (budget.incident, budget.month, budget.year, budget.standing);
    amounts(one) == amounts(other) && one.confidence == other.confidence
}

impl<'a> Mixer<'a> {
    pub(super) fn new(before: &'a Plan, after: &'a Plan) -> Self {
        let beginnings = beginnings([before, after]);
        let names = |plan: &'a Plan| plan.trunks.iter().map(|trunk| trunk.name.as_str()).collect::<Vec<_>>();
        let trunks = twins(&names(before), &names(after));
        let names = |plan: &'a Plan| plan.campaigns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>();
        let campaigns = twins(&names(before), &names(after));
        let names = |plan: &'a Plan| plan.causes.iter().map(|c| c.name.as_str()).collect::<Vec<_>>();
        let causes = twins(&names(before), &names(after));
        let (mut pairs, mut tables) = (Vec::new(), Vec::<TableChange>::new());
        for (old, new) in &trunks {
            let (Some(old), Some(new)) =
                (old.and_then(|i| before.trunks.get(i)), new.and_then(|i| after.trunks.get(i)))
            else {
                continue;
            };
            let (Some(one), Some(other)) = (before.table(old), after.table(new)) else { continue };
            if !tables.iter().any(|known| known.old == old.table && known.new == new.table) {
                let (pair, change) = Pair::new(&new.name, (old.table, one), (new.table, other), &beginnings);
                pairs.push(pair);
                tables.push(change);
            }
        }
        let mut durations = [before.scenario.durations.as_slice(), &after.scenario.durations].concat();
        durations.sort_by(f64::total_cmp);
        durations.dedup();
        // Budgets move no spend, and are left out where they differ, so that they cannot seem to.
        let keep = same_budget(&before.budget, &after.budget);
        let ready = |plan: &Plan| {
            let mut plan = without_rows(plan, &beginnings);
            plan.as_of = later(before, after);
            plan.scenario.durations.clone_from(&durations);
            if !keep {
                plan.budget =
                    Budget { incident: None, month: None, year: None, standing: None, confidence: 0.95, place: None };
            }
            plan
        };
        Self { before, after, old: ready(before), new: ready(after), pairs, tables, trunks, campaigns, causes }
    }

    pub(super) fn as_of(&self) -> NaiveDate {
        later(self.before, self.after)
    }

    pub(super) fn tables(&self) -> &[TableChange] {
        &self.tables
    }

    /// The pairs with what happened to their tables, in an order that is the same when old and new are swapped.
    pub(super) fn pairs(&self) -> Vec<(usize, &Pair, &TableChange)> {
        let all = self.pairs.iter().zip(&self.tables).enumerate();
        let mut all: Vec<_> = all.map(|(index, (pair, table))| (index, pair, table)).collect();
        all.sort_by(|a, b| a.1.order.cmp(&b.1.order));
        all
    }

    /// The plan in which these changes are taken over, or not.
    pub(super) fn mix(&self, swaps: &[(&Swap, bool)]) -> Plan {
        if swaps.iter().all(|(_, taken)| !taken) && !swaps.is_empty() {
            return self.old.clone();
        }
        if swaps.iter().all(|(_, taken)| *taken) {
            return self.new.clone();
        }
        let choice = Choice(swaps);
        let (old, new) = (&self.old, &self.new);
        let mut plan = new.clone();
        if !choice.takes(&Swap::Zone) {
            plan.timezone = old.timezone;
        }
        if !choice.takes(&Swap::Start) {
            plan.scenario.start = old.scenario.start;
        }
        if !choice.takes(&Swap::Pbx) {
            plan.pbx = old.pbx.clone();
        }
        plan.campaigns = pick(&self.campaigns, &old.campaigns, &new.campaigns, |i| choice.takes(&Swap::Campaign(i)));
        plan.causes = pick(&self.causes, &old.causes, &new.causes, |i| choice.takes(&Swap::Cause(i)));
        plan.fx = self.exchange(&choice);
        self.put_trunks(&mut plan, &choice);
        plan
    }

    /// Exchange rates; one that only one side has is of no other value on the other.
    fn exchange(&self, choice: &Choice<'_>) -> Option<Fx> {
        let (old, new) = (self.old.fx.as_ref(), self.new.fx.as_ref());
        let mut mixed = new.or(old)?.clone();
        let rate = |fx: Option<&Fx>, currency| fx?.rates.iter().find(|(known, _)| *known == currency).map(|(_, r)| *r);
        let all = [old, new].into_iter().flatten().flat_map(|fx| fx.rates.iter().map(|(currency, _)| *currency));
        let all: BTreeSet<Currency> = all.collect();
        let pick = |currency| {
            let (before, after) = (rate(old, currency), rate(new, currency));
            let picked = if choice.takes(&Swap::Fx(currency)) { after.or(before) } else { before.or(after) };
            picked.map(|rate| (currency, rate))
        };
        mixed.rates = all.into_iter().filter_map(pick).collect();
        Some(mixed)
    }

    fn put_trunks(&self, plan: &mut Plan, choice: &Choice<'_>) {
        let listed = choice.takes(&Swap::TrunkList);
        let list = if listed { &self.new } else { &self.old };
        plan.trunks.clear();
        plan.tables.clear();
        for (index, trunk) in list.trunks.iter().enumerate() {
            let at = |pair: &(Option<usize>, Option<usize>)| (if listed { pair.1 } else { pair.0 }) == Some(index);
            let twin = self.trunks.iter().position(at);
            let both = twin.and_then(|twin| {
                let (old, new) = *self.trunks.get(twin)?;
                Some((twin, self.old.trunks.get(old?)?, self.new.trunks.get(new?)?))
            });
            let (mut mixed, table) = match both {
                Some((twin, old, new)) => (self.trunk(twin, old, new, choice), self.table(old, new, choice)),
                None => (trunk.clone(), list.table(trunk).cloned()),
            };
            let Some(table) = table else { continue };
            mixed.table = plan.tables.len();
            plan.tables.push(table);
            plan.trunks.push(mixed);
        }
    }

    fn trunk(&self, twin: usize, old: &Trunk, new: &Trunk, choice: &Choice<'_>) -> Trunk {
        let mut trunk = if choice.takes(&Swap::TrunkKeys(twin)) { new.clone() } else { old.clone() };
        let limits = if choice.takes(&Swap::TrunkLimits(twin)) { new } else { old };
        (trunk.channels, trunk.cps) = (limits.channels, limits.cps);
        trunk
    }

    fn table(&self, old: &Trunk, new: &Trunk, choice: &Choice<'_>) -> Option<RateTable> {
        let index = self.tables.iter().position(|known| known.old == old.table && known.new == new.table)?;
        let pair = self.pairs.get(index)?;
        let own = |swap: &Swap| match swap {
            Swap::Rows(i, _) | Swap::Increments(i, _) | Swap::RowFees(i, _) | Swap::IncrementBase(i) => *i == index,
            Swap::Kind(i) | Swap::Whole(i) | Swap::Fee(i, _) | Swap::TableLimits(i) => *i == index,
            _ => false,
        };
        let of_it: Vec<bool> = choice.0.iter().filter(|(swap, _)| own(swap)).map(|(_, taken)| *taken).collect();
        // A table that nothing or everything is taken over of is itself, with its rows in its own order.
        if of_it.iter().all(|taken| *taken) {
            return Some(pair.new.clone());
        }
        if of_it.iter().all(|taken| !taken) {
            return Some(pair.old.clone());
        }
        Some(composed(index, pair, choice))
    }
}

/// Things of both sides, each from the side that is chosen; in the order of both where that is one, else by name.
fn pick<T: Clone>(twins: &Twins, old: &[T], new: &[T], takes: impl Fn(usize) -> bool) -> Vec<T> {
    let in_order = old.len() == new.len() && twins.iter().all(|(old, new)| old == new);
    let mut picked: Vec<(usize, T)> = Vec::new();
    for (index, (before, after)) in twins.iter().enumerate() {
        let (place, from) = if takes(index) { (after, new) } else { (before, old) };
        let Some(thing) = place.and_then(|place| from.get(place)) else { continue };
        picked.push((if in_order { place.unwrap_or(index) } else { index }, thing.clone()));
    }
    picked.sort_by_key(|(place, _)| *place);
    picked.into_iter().map(|(_, thing)| thing).collect()
}

/// Which changes are taken over.
struct Choice<'a>(&'a [(&'a Swap, bool)]);

impl Choice<'_> {
    /// Whether a change is taken over; what does not differ may come from either side.
    fn takes(&self, swap: &Swap) -> bool {
        self.0.iter().find(|(known, _)| *known == swap).is_none_or(|(_, taken)| *taken)
    }

    /// The same of one row of a table.
    fn takes_row(&self, row: usize, of: impl Fn(&Swap) -> Option<&[usize]>) -> bool {
        let found = self.0.iter().find(|(swap, _)| of(swap).is_some_and(|rows| rows.binary_search(&row).is_ok()));
        found.is_none_or(|(_, taken)| *taken)
    }
}

fn composed(index: usize, pair: &Pair, choice: &Choice<'_>) -> RateTable {
    let (old, new) = (&pair.old, &pair.new);
    let mut rows = Vec::new();
    for (row, (before, after)) in pair.matches.iter().enumerate() {
        let price = choice.takes_row(row, |swap| match swap {
            Swap::Rows(i, rows) if *i == index => Some(rows),
            _ => None,
        });
        let increment = choice.takes_row(row, |swap| match swap {
            Swap::Increments(i, rows) if *i == index => Some(rows),
            _ => None,
        });
        let fees = choice.takes_row(row, |swap| match swap {
            Swap::RowFees(i, rows) if *i == index => Some(rows),
            _ => None,
        });
        let side = |new: bool| if new { after.as_ref() } else { before.as_ref() };
        let Some(mut mixed) = side(price).cloned() else { continue };
        if let Some(from) = side(increment) {
            take_increment(&mut mixed, from);
        }
        if let Some(from) = side(fees) {
            (mixed.connect_fee, mixed.minimum) = (from.connect_fee, from.minimum);
        }
        rows.push(mixed);
    }
    let mut table = with_rows(new, rows.into_iter().collect());
    if !choice.takes(&Swap::Kind(index)) {
        table.kind = old.kind.clone();
    }
    if !choice.takes(&Swap::IncrementBase(index)) {
        table.billing.base = old.billing.base;
    }
    if !choice.takes(&Swap::TableLimits(index)) {
        table.limits = old.limits.clone();
    }
    let keeps = |key| !choice.takes(&Swap::Fee(index, key));
    if keeps(FeeKey::Attempt) {
        table.billing.attempt_fee = old.billing.attempt_fee;
    }
    if keeps(FeeKey::Rounding) {
        table.billing.rounding = old.billing.rounding;
    }
    if keeps(FeeKey::Monthly) {
        table.fees.monthly = old.fees.monthly;
    }
    if keeps(FeeKey::PerChannel) {
        table.fees.per_channel_month = old.fees.per_channel_month;
    }
    if keeps(FeeKey::Minimum) {
        table.fees.minimum_month = old.fees.minimum_month;
    }
    if keeps(FeeKey::Tax) {
        table.fees.usage_tax = old.fees.usage_tax;
    }
    if keeps(FeeKey::ShortCalls) {
        table.fees.short_calls = old.fees.short_calls.clone();
    }
    table
}

/// Gives a row the increments of another one, where both are billed alike.
fn take_increment(row: &mut RateRow, from: &RateRow) {
    match (&mut row.terms.price, &from.price) {
        (Price::Steps(own), Price::Steps(others)) => {
            let begins = |steps: &[PriceStep]| steps.iter().map(|step| step.from).collect::<Vec<_>>();
            if begins(own) == begins(others) {
                for (step, other) in own.iter_mut().zip(others) {
                    step.increment = other.increment;
                }
            }
        }
        (Price::Steps(_), _) | (_, Price::Steps(_)) => {}
        _ => row.increment = from.increment,
    }
}

/// A plan without the rows that price none of its destinations.
fn without_rows(plan: &Plan, beginnings: &BTreeSet<crate::words::e164::DialPrefix>) -> Plan {
    let mut small = plan.clone();
    small.tables = plan.tables.iter().map(|table| reduced(table, beginnings)).collect();
    small.waivers.clear();
    small.assumptions.clear();
    small
}

/// Whether the increment of a match differs where the price does not decide it.
pub(super) fn increment_differs(row: &RowChange, old: RowRef<'_>, new: RowRef<'_>) -> bool {
    row.increment && increments(old) != increments(new)
}

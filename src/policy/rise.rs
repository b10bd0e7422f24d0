//! The rule on what becomes dearer in one change: rates, what prices calls in the place of a row, fees of a call, and seats.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::change::{Against, shortened, subject, tables, two};
use super::rule::{Found, Judgement, measure};
use crate::assessment::Assessment;
use crate::diff::rows::{places, rise, written};
use crate::diff::tables::TableChange;
use crate::model::plan::Plan;
use crate::model::rates::{Price, RateTable, SeatBasis, SeatPrice, TableKind};
use crate::model::rows::RowRef;
use crate::rating::border::weight;
use crate::rating::tariff::{Destination, Tariff};
use crate::words::diagnostic::Span;
use crate::words::e164::DialPrefix;
use crate::words::figure::{percent, percent_pair};

/// The rows of a table that may price the plan's destinations.
pub(super) struct Nearest<'a> {
    destinations: Vec<DialPrefix>,
    rows: Vec<RowRef<'a>>,
}

impl<'a> Nearest<'a> {
    pub(super) fn new(plan: &Plan, table: &'a RateTable) -> Self {
        let destinations: Vec<DialPrefix> =
            plan.campaigns.iter().flat_map(|campaign| &campaign.destinations).map(|d| d.prefix).collect();
        let beginnings: HashSet<DialPrefix> =
            destinations.iter().flat_map(|d| (1..=d.digits()).filter_map(|digits| d.first(digits))).collect();
        let mut beginnings: Vec<DialPrefix> = beginnings.into_iter().collect();
        beginnings.sort_unstable();
        let rows = beginnings.into_iter().flat_map(|prefix| table.rows.of(prefix));
        let rows = rows.filter_map(|at| table.rows.get(at)).collect();
        Self { destinations, rows }
    }

    /// Whether a row of the table prices a destination: no longer prefix stands between.
    pub(super) fn prices(&self, row: RowRef<'_>) -> bool {
        let nearer = |d: DialPrefix| {
            self.rows.iter().any(|other| other.prefix.digits() > row.prefix.digits() && other.prefix.is_prefix_of(d))
        };
        self.destinations.iter().any(|d| row.prefix.is_prefix_of(*d) && !nearer(*d))
    }

    /// The row of a shorter prefix that prices the calls of a row where that is not there, on a day or from its own first
    /// day on.
    fn shorter(&self, row: RowRef<'_>, on: NaiveDate) -> Option<RowRef<'a>> {
        let day = row.effective_from.max(Some(on));
        let fits = |other: &&RowRef<'_>| {
            other.prefix.digits() < row.prefix.digits()
                && other.prefix.is_prefix_of(row.prefix)
                && (other.origins.is_empty() || other.origins == row.origins)
                && other.effective_from <= day
                && !(other.withdrawn && other.expires < day)
        };
        self.rows.iter().filter(fits).max_by_key(|other| (other.prefix.digits(), other.effective_from)).copied()
    }
}

/// What priced the calls to a prefix before the change, and what prices them after it.
struct Step<'a> {
    in_use: bool,
    prefix: DialPrefix,
    before: RowRef<'a>,
    after: RowRef<'a>,
}

/// The rows that changed, each with what it takes the place of: its own former price, of a row that is new for its day the
/// price until then, of a new prefix the shorter one's, and of a prefix that is gone or taken back the shorter one's from
/// then on.
fn steps<'a>(plan: &Plan, change: &TableChange, old: &'a RateTable, new: &'a RateTable) -> Vec<Step<'a>> {
    let both = |row: &crate::diff::rows::RowChange| {
        (row.old.and_then(|i| old.rows.get(i)), row.new.and_then(|i| new.rows.get(i)))
    };
    // Most changes have no row on one side alone.
    let known: OnceCell<(Nearest<'_>, Nearest<'_>)> = OnceCell::new();
    let near = || known.get_or_init(|| (Nearest::new(plan, old), Nearest::new(plan, new)));
    let mut found = Vec::new();
    for row in &change.rows {
        let (before, after) = match both(row) {
            (Some(before), None) if row.in_use => {
                let (was, is) = near();
                // A day that is over is no prefix that is gone.
                let kept = is.rows.iter().any(|other| other.prefix == before.prefix && other.origins == before.origins);
                let now = is.shorter(before, plan.as_of).filter(|_| !kept && was.prices(before));
                (Some(before), now)
            }
            (None, Some(after)) => {
                let until =
                    |other: &RowRef<'_>| other.origins == after.origins && other.effective_from <= after.effective_from;
                let same = old.rows.of(after.prefix).filter_map(|at| old.rows.get(at)).filter(until);
                let before = same.max_by_key(|other| other.effective_from).or_else(|| {
                    let (was, is) = if row.in_use { near() } else { return None };
                    was.shorter(after, plan.as_of).filter(|_| is.prices(after))
                });
                (before, Some(after))
            }
            (Some(before), Some(after)) => {
                found.extend(taken_back(row.in_use, (before, after), near, plan.as_of));
                (Some(before), Some(after))
            }
            both => both,
        };
        if let (Some(before), Some(after)) = (before, after) {
            let prefix = row.new.map_or(before.prefix, |_| after.prefix);
            found.push(Step { in_use: row.in_use, prefix, before, after });
        }
    }
    found
}

/// A code that is taken back now: past its last day a shorter one prices its calls.
fn taken_back<'a, 'n>(
    in_use: bool,
    (before, after): (RowRef<'a>, RowRef<'a>),
    near: impl Fn() -> &'n (Nearest<'a>, Nearest<'a>),
    as_of: NaiveDate,
) -> Option<Step<'a>>
where
    'a: 'n,
{
    if !in_use || !after.withdrawn || before.withdrawn {
        return None;
    }
    let (was, is) = near();
    let again = |other: &RowRef<'_>| {
        other.prefix == after.prefix && other.origins == after.origins && other.effective_from > after.expires
    };
    let next = after.expires.and_then(|last| last.succ_opt())?.max(as_of);
    let now = is.shorter(after, next).filter(|_| was.prices(before) && !is.rows.iter().any(again))?;
    Some(Step { in_use, prefix: before.prefix, before, after: now })
}

/// By what the prices of a table rise because it is in another currency now, at one exchange rate for both sides.
fn exchange(base: &Plan, plan: &Plan, old: &RateTable, new: &RateTable) -> Option<f64> {
    if old.currency == new.currency {
        return None;
    }
    let rate = |table: &RateTable| plan.exchange_rate(table.currency).or_else(|| base.exchange_rate(table.currency));
    let (was, is) = (weight(rate(old)?), weight(rate(new)?));
    Some(is / was).filter(|factor| factor.is_finite())
}

/// What is allowed, and by what prices rise because of the currency.
#[derive(Clone, Copy)]
struct Limits {
    limit: f64,
    exchange: Option<f64>,
}

impl Limits {
    /// A rise beyond the limit.
    fn beyond(self, rise: f64) -> Option<f64> {
        let rise = self.exchange.map_or(rise, |factor| (1.0 + rise) * factor - 1.0);
        // Prices have few digits: what a quotient of floats adds beyond them is no rise.
        (rise > self.limit * (1.0 + 1e-12)).then_some(rise)
    }

    /// `11.8 % dearer` and what is allowed.
    fn said(self, rise: f64) -> (String, String) {
        if rise.is_finite() {
            let (by, allowed) = percent_pair(rise, self.limit);
            (format!("{by} dearer"), allowed)
        } else {
            ("no longer free".to_owned(), percent(self.limit))
        }
    }
}

pub(super) fn rise_over_limit(assessment: &Assessment<'_>, against: &Against<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for (change, old, new) in tables(assessment, against) {
        let limits = Limits { limit: plan.policy.rate_increase, exchange: exchange(against.base, plan, old, new) };
        let steps = steps(plan, change, old, new);
        let mut idle: Option<(f64, &Step<'_>)> = None;
        let mut count = 0_usize;
        for step in &steps {
            let Some(rise) = rise(&step.before.price, &step.after.price).and_then(|rise| limits.beyond(rise)) else {
                continue;
            };
            if step.in_use {
                findings.push(risen(change, (old, new), step, rise, limits, ""));
                continue;
            }
            count += 1;
            if idle.is_none_or(|(most, _)| rise > most) {
                idle = Some((rise, step));
            }
        }
        if let Some((rise, step)) = idle {
            let more =
                if count > 1 { format!(", the most of {count} such rows without traffic") } else { String::new() };
            findings.push(risen(change, (old, new), step, rise, limits, &more));
        }
        findings.extend(by_currency(plan, change, (old, new), limits));
        findings.extend(fees(change, (old, new), &steps, limits));
        findings.extend(seats(change, (old, new), limits));
        findings.extend(out_of_the_flat_rate(plan, change, (old, new), limits));
    }
    Judgement::found(findings)
}

fn risen(
    change: &TableChange,
    (was, is): (&RateTable, &RateTable),
    step: &Step<'_>,
    rise: f64,
    limits: Limits,
    more: &str,
) -> Found {
    let Step { prefix, before, after, .. } = step;
    let decimals = places(&before.price).max(places(&after.price));
    let shown = |row: &RowRef<'_>, table: &RateTable| {
        let currency = if limits.exchange.is_some() { format!(" {}", table.currency) } else { String::new() };
        let of = if row.prefix == *prefix { String::new() } else { format!(" (of {})", row.prefix) };
        format!("{}{currency}{of}", written(&row.price, decimals))
    };
    let from = after.effective_from.filter(|day| before.effective_from < Some(*day) && is.effective_from != Some(*day));
    let from = from.map_or_else(String::new, |day| format!(" from {day}"));
    let prices = format!("{} → {}{from}", shown(before, was), shown(after, is));
    let (by, allowed) = limits.said(rise);
    let mut subject = subject(change, is);
    subject.push(("destination", prefix.to_string()));
    Found {
        subject,
        brief: format!("{prices}: {by} > {allowed}"),
        message: format!("rate {prefix} of {}: {prices}, {by}, {allowed} are allowed in one change{more}", is.path),
        labels: two(after.span, by, before.span, "the old rate"),
        help: "ask the carrier, or have the rise approved by a waiver with a ceiling, merged before in a change of its own".to_owned(),
        measure: measure(rise * 100.0),
    }
}

/// Prices that are written as before, in a dearer currency.
fn by_currency(
    plan: &Plan,
    change: &TableChange,
    (old, new): (&RateTable, &RateTable),
    limits: Limits,
) -> Option<Found> {
    let rise = limits.exchange.and_then(|_| limits.beyond(0.0))?;
    // Codes in one cell of a deck stand in one place.
    let place = |row: RowRef<'_>| (row.prefix, row.span);
    let changed: HashSet<(DialPrefix, Span)> =
        change.rows.iter().filter_map(|row| row.new.and_then(|i| new.rows.get(i))).map(place).collect();
    let near = Nearest::new(plan, new);
    near.rows.iter().find(|row| row.price != Price::Blocked && !changed.contains(&place(**row)))?;
    let (by, allowed) = limits.said(rise);
    let mut subject = subject(change, new);
    subject.push(("currency", new.currency.to_string()));
    Some(Found {
        subject,
        brief: format!("{} → {}: {by} > {allowed}", old.currency, new.currency),
        message: format!(
            "prices of {} that are written as before are in {}, no longer in {}: {by}, {allowed} are allowed in one change",
            new.path, new.currency, old.currency
        ),
        labels: two(new.place.key("currency"), by, old.place.key("currency"), "the old currency"),
        help: "ask the carrier, or have the rise approved by a waiver with a ceiling, merged before in a change of its own".to_owned(),
        measure: measure(rise * 100.0),
    })
}

/// A fee that a call pays, whatever its length.
struct Fee {
    name: &'static str,
    /// The key of the table's own.
    key: &'static str,
    of: fn(RowRef<'_>) -> Decimal,
}

static FEES: [Fee; 2] = [
    Fee { name: "connect fee", key: "billing.connect_fee", of: |row| row.connect_fee },
    Fee { name: "least charge", key: "", of: |row| row.minimum },
];

/// How much dearer a fee has become; infinite where there was none.
fn fee_rise(before: Decimal, after: Decimal, limits: Limits) -> Option<f64> {
    if after.is_zero() {
        return None;
    }
    let rise = if before.is_zero() { f64::INFINITY } else { weight(after.checked_sub(before)?) / weight(before) };
    limits.beyond(rise)
}

/// Rows whose fee has risen alike.
struct Risen<'a> {
    fee: (Decimal, Decimal),
    rise: f64,
    count: usize,
    /// The first of them with traffic, or of all where none has.
    first: &'a Step<'a>,
    /// Prefixes with traffic.
    used: Vec<String>,
}

/// The rises of a fee, in the order of the rows.
fn grouped<'a>(fee: &Fee, steps: &'a [Step<'a>], limits: Limits) -> Vec<Risen<'a>> {
    let mut groups: Vec<Risen<'_>> = Vec::new();
    let mut known: HashMap<(Decimal, Decimal), usize> = HashMap::new();
    let priced = |step: &&Step<'_>| [step.before, step.after].iter().all(|row| row.price != Price::Blocked);
    for step in steps.iter().filter(priced) {
        let pair = ((fee.of)(step.before), (fee.of)(step.after));
        let Some(rise) = fee_rise(pair.0, pair.1, limits) else { continue };
        let at = *known.entry(pair).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Risen { fee: pair, rise, count: 0, first: step, used: Vec::new() });
        }
        let Some(group) = groups.get_mut(at) else { continue };
        group.count += 1;
        if step.in_use {
            if group.used.is_empty() {
                group.first = step;
            }
            group.used.push(step.prefix.to_string());
        }
    }
    groups
}

/// Fees of calls that have risen: each rise once, with the rows that it is in.
fn fees(change: &TableChange, (old, new): (&RateTable, &RateTable), steps: &[Step<'_>], limits: Limits) -> Vec<Found> {
    let mut found = Vec::new();
    for fee in &FEES {
        for Risen { fee: pair, rise, count, first, used } in grouped(fee, steps, limits) {
            let rows = match (count, used.as_slice()) {
                (1, _) => format!("rate {}", first.prefix),
                (_, []) => format!("{count} rates without traffic"),
                (_, used) => format!("{count} rates ({})", shortened(used)),
            };
            let what = format!("{} of {rows} of {}", fee.name, new.path);
            let own = |table: &RateTable, row: RowRef<'_>| {
                let default = table.place.keys.get(fee.key).copied();
                default.filter(|_| table.billing.connect_fee == row.connect_fee).unwrap_or(row.span)
            };
            let spans = (own(new, first.after), own(old, first.before));
            found.push(dearer_fee(change, (old, new), (fee.name, what), pair, rise, limits, spans));
        }
    }
    // A tax is paid on every call: prices rise as what is paid with it does.
    let (was, is) = (Decimal::ONE.checked_add(old.fees.usage_tax), Decimal::ONE.checked_add(new.fees.usage_tax));
    if let Some(rise) = was.zip(is).and_then(|(was, is)| fee_rise(was, is, Limits { exchange: None, ..limits })) {
        let at = |table: &RateTable| table.place.keys.get("fees.usage_tax").copied().unwrap_or(table.place.item);
        let (pair, what) = ((old.fees.usage_tax, new.fees.usage_tax), format!("usage tax of {}", new.path));
        let limits = Limits { exchange: None, ..limits };
        found.push(dearer_fee(change, (old, new), ("usage tax", what), pair, rise, limits, (at(new), at(old))));
    }
    let pair = (old.billing.attempt_fee, new.billing.attempt_fee);
    if let Some(rise) = fee_rise(pair.0, pair.1, limits) {
        let at = |table: &RateTable| table.place.keys.get("billing.attempt_fee").copied().unwrap_or(table.place.item);
        let what = format!("attempt fee of {}", new.path);
        found.push(dearer_fee(change, (old, new), ("attempt fee", what), pair, rise, limits, (at(new), at(old))));
    }
    found
}

/// Destinations of the plan whose minutes the flat rate covered, and that rows price now.
fn out_of_the_flat_rate(
    plan: &Plan,
    change: &TableChange,
    (old, new): (&RateTable, &RateTable),
    limits: Limits,
) -> Vec<Found> {
    if !matches!(old.kind, TableKind::FlatRate(_)) {
        return Vec::new();
    }
    let (was, is) = (Tariff::new(old), Tariff::new(new));
    let mut told: BTreeSet<DialPrefix> = BTreeSet::new();
    let mut findings = Vec::new();
    for campaign in &plan.campaigns {
        for destination in &campaign.destinations {
            let at = |tariff: &Tariff<'_>| tariff.destination(destination.prefix, plan.as_of, campaign.caller_id);
            let (Destination::FlatRate { seat, prefix }, Destination::Row { row, .. }) = (at(&was), at(&is)) else {
                continue;
            };
            let Some(row) = new.rows.get(row).filter(|_| told.insert(destination.prefix)) else { continue };
            if row.price.amounts().all(|amount| amount.is_zero()) {
                continue;
            }
            let seat = match &old.kind {
                TableKind::FlatRate(seats) => seats.get(seat),
                TableKind::PerMinute => None,
            };
            let covered = seat.map_or(old.place.item, |seat| seat.place.key("prefixes"));
            let price = written(&row.price, places(&row.price));
            let (by, allowed) = limits.said(f64::INFINITY);
            let mut subject = subject(change, new);
            subject.push(("destination", destination.prefix.to_string()));
            findings.push(Found {
                subject,
                brief: format!("flat → {price}: {by} > {allowed}"),
                message: format!(
                    "calls to {} leave the flat rate of {}, which covered {prefix}: {price} a minute, {by}, {allowed} are allowed in one change",
                    destination.prefix, new.path
                ),
                labels: two(row.span, by, covered, "covered here"),
                help: "ask the carrier, or have the rise approved by a waiver with a ceiling, merged before in a change of its own"
                    .to_owned(),
                measure: measure(f64::INFINITY),
            });
        }
    }
    findings
}

/// What a seat costs in a year, by which seats paid by the month and by the day are compared.
fn a_year(basis: SeatBasis) -> Option<Decimal> {
    match basis {
        SeatBasis::PerMonth(price) => price.checked_mul(Decimal::from(12)),
        SeatBasis::PerDay(price) => price.checked_mul(Decimal::from(365)),
    }
}

/// Seats of a flat rate that cost more in their market.
fn seats(change: &TableChange, (old, new): (&RateTable, &RateTable), limits: Limits) -> Vec<Found> {
    let (TableKind::FlatRate(was), TableKind::FlatRate(is)) = (&old.kind, &new.kind) else { return Vec::new() };
    let risen = |(at, seat): (usize, &SeatPrice)| {
        // Seats of one market belong together in their order.
        let number = is.iter().take(at).filter(|other| other.market == seat.market).count();
        let former = was.iter().filter(|other| other.market == seat.market).nth(number)?;
        let said = |basis: SeatBasis| match basis {
            SeatBasis::PerMonth(price) => (price, "per_month"),
            SeatBasis::PerDay(price) => (price, "per_day"),
        };
        let ((before, was_per), (after, per)) = (said(former.price), said(seat.price));
        let rise = fee_rise(a_year(former.price)?, a_year(seat.price)?, limits)?;
        let basis = if was_per == per { format!("`{per}`") } else { format!("`{was_per}` → `{per}`, by the year,") };
        let what = format!("{basis} of a seat in {} of {}", seat.market, new.path);
        let spans = (seat.place.key(per), former.place.key(was_per));
        Some(dearer_fee(change, (old, new), ("seat", what), (before, after), rise, limits, spans))
    };
    is.iter().enumerate().filter_map(risen).collect()
}

fn dearer_fee(
    change: &TableChange,
    (was, is): (&RateTable, &RateTable),
    (name, what): (&str, String),
    (before, after): (Decimal, Decimal),
    rise: f64,
    limits: Limits,
    (new, old): (Span, Span),
) -> Found {
    let shown = |amount: Decimal, table: &RateTable| match limits.exchange {
        Some(_) => format!("{amount} {}", table.currency),
        None => amount.to_string(),
    };
    let said = format!("{} → {}", shown(before, was), shown(after, is));
    let (by, allowed) = limits.said(rise);
    let mut subject = subject(change, is);
    subject.push(("fee", format!("{name} {said}")));
    Found {
        subject,
        brief: format!("{name} {said}: {by} > {allowed}"),
        message: format!("{what}: {said}, {by}, {allowed} are allowed in one change"),
        labels: two(new, by, old, "the old fee"),
        help: "ask the carrier, or have the rise approved by a waiver with a ceiling, merged before in a change of its own".to_owned(),
        measure: measure(rise * 100.0),
    }
}

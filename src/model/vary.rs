//! What of a plan can be other than it says: every input that moves money, with its value, and how to change it.

use std::num::NonZeroU32;

use rust_decimal::Decimal;

use super::campaign::{Campaign, Outcome};
use super::cause::Frequency;
use super::law::{DurationLaw, TalkLaw};
use super::plan::Plan;
use super::rates::{Limit, Price, RatePerMinute};
use super::rows::{Rows, Terms};
use crate::words::increment::BillingIncrement;

/// An input that can be varied.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// What the plan or table calls it, from the top: `campaign.renewals.seats`.
    pub key: String,
    /// How to change it.
    pub change: Change,
    /// What the plan says.
    pub value: f64,
    /// What the value is of.
    pub kind: Kind,
}

/// What a value is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A whole number of things.
    Whole,
    /// A number.
    Number,
    /// A share of one.
    Share,
    /// A time [s].
    Seconds,
    /// A factor on what the plan says, which is 1.
    Factor,
    /// An increment of [`INCREMENTS`], by its place.
    Increment,
    /// Yes (1) or no (0).
    Switch,
}

/// What to change. Campaigns, trunks, tables, causes and exchange rates by their place in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Licensed seats of a campaign, and those staffed in proportion.
    Seats(usize),
    /// Attempts per seat and hour of a campaign.
    Attempts(usize),
    /// Lines per seat of a campaign.
    Lines(usize),
    /// Share of a campaign's attempts that is answered; the others in proportion.
    Answered(usize),
    /// Talk times of a campaign's outcome.
    Talk(usize, usize),
    /// Channels of a trunk.
    Channels(usize),
    /// Calls per second of a trunk.
    Cps(usize),
    /// Continue if Busy of a trunk.
    Continue(usize),
    /// Time between the OPTIONS checks of a trunk.
    Qualify(usize),
    /// Prices, connect fees and minimums of a table.
    Prices(usize),
    /// The increment that most rows of a table have.
    Increment(usize),
    /// Tax and fees on the usage of a table.
    Tax(usize),
    /// An exchange rate.
    Exchange(usize),
    /// Time until an operator has switched the primary off.
    Operator,
    /// Outages a year of a cause.
    PerYear(usize),
    /// Incidents seen of a cause.
    Incidents(usize),
    /// Lengths of the outages of a cause.
    Lengths(usize),
    /// The longest outage of a cause.
    Longest(usize),
    /// Share of the attempts that a cause hits.
    Hits(usize),
}

/// Increments in use, from the finest to the coarsest.
pub const INCREMENTS: [(u32, u32); 6] = [(1, 1), (6, 1), (6, 6), (30, 6), (30, 30), (60, 60)];

/// Every input of a plan that can be varied, in the order of the plan.
#[must_use]
pub fn inputs(plan: &Plan) -> Vec<Input> {
    let mut all = Vec::new();
    let mut add = |key: String, change: Change, kind: Kind, value: f64| all.push(Input { key, change, value, kind });
    for (i, campaign) in plan.campaigns.iter().enumerate() {
        let key = |name: &str| format!("campaign.{}.{name}", campaign.name);
        add(key("seats"), Change::Seats(i), Kind::Whole, f64::from(campaign.seats));
        add(key("attempts_per_seat_hour"), Change::Attempts(i), Kind::Number, campaign.attempts_per_seat_hour);
        if let Some(lines) = campaign.lines_per_seat {
            add(key("lines_per_seat"), Change::Lines(i), Kind::Number, lines);
        }
        let answered = campaign.answered_share();
        if answered > 0.0 && answered < 1.0 {
            add(key("answered"), Change::Answered(i), Kind::Share, answered);
        }
        for (j, outcome) in campaign.outcomes.iter().enumerate() {
            if outcome.talk.is_some() {
                let key = key(&format!("outcomes.{}.talk", outcome.name));
                add(key, Change::Talk(i, j), Kind::Factor, 1.0);
            }
        }
    }
    for (i, trunk) in plan.trunks.iter().enumerate() {
        let key = |name: &str| format!("trunk.{}.{name}", trunk.name);
        let Some(table) = plan.table(trunk) else { continue };
        let last = i + 1 == plan.trunks.len();
        // Nothing but what stands behind the first is full or paid for when it fails.
        if i > 0 {
            if let Limit::At(channels) = trunk.channel_limit(table, plan.licensed_seats()) {
                add(key("channels"), Change::Channels(i), Kind::Whole, channels as f64);
            }
            if let Limit::At(cps) = trunk.cps_limit(table) {
                add(key("cps"), Change::Cps(i), Kind::Number, cps);
            }
        }
        if !last {
            add(
                key("continue_if_busy"),
                Change::Continue(i),
                Kind::Switch,
                f64::from(u8::from(trunk.continue_if_busy)),
            );
            if trunk.qualify_frequency > 0.0 {
                add(key("qualify_frequency"), Change::Qualify(i), Kind::Seconds, trunk.qualify_frequency);
            }
        }
    }
    for (i, table) in plan.tables.iter().enumerate() {
        if table.rows.is_empty() {
            continue;
        }
        let path = &table.path;
        add(format!("{path} prices"), Change::Prices(i), Kind::Factor, 1.0);
        if let Some(step) = usual_increment(&table.rows) {
            add(format!("{path} increment"), Change::Increment(i), Kind::Increment, step as f64);
        }
        if !table.fees.usage_tax.is_zero() {
            add(format!("{path} usage_tax"), Change::Tax(i), Kind::Share, float(table.fees.usage_tax));
        }
    }
    for (i, (currency, rate)) in plan.fx.iter().flat_map(|fx| &fx.rates).enumerate() {
        add(format!("fx.{currency}"), Change::Exchange(i), Kind::Number, float(*rate));
    }
    if let Some(response) = plan.pbx.operator_response {
        add("pbx.operator_response".to_owned(), Change::Operator, Kind::Seconds, response);
    }
    for (i, cause) in plan.causes.iter().enumerate() {
        let key = |name: &str| format!("cause.{}.{name}", cause.name);
        match cause.frequency {
            Some(Frequency::Poisson { mean } | Frequency::NegativeBinomial { mean, .. }) => {
                add(key("per_year"), Change::PerYear(i), Kind::Number, mean);
            }
            Some(Frequency::Observed { incidents, .. }) => {
                add(key("observed.incidents"), Change::Incidents(i), Kind::Whole, f64::from(incidents));
            }
            None => {}
        }
        if cause.duration.is_some() {
            add(key("duration"), Change::Lengths(i), Kind::Factor, 1.0);
        }
        if let Some(longest) = cause.longest {
            add(key("longest"), Change::Longest(i), Kind::Seconds, longest);
        }
        if cause.share < 1.0 {
            add(key("share"), Change::Hits(i), Kind::Share, cause.share);
        }
    }
    all
}

impl Input {
    /// Low and high where nobody states any: 20 % less and more, one step of what comes in steps, and half and double of
    /// what is set in doublings.
    #[must_use]
    pub fn usual(&self) -> (f64, f64) {
        const PART: f64 = 0.2;
        let (less, more) = (self.value * (1.0 - PART), self.value * (1.0 + PART));
        match (self.change, self.kind) {
            (Change::Incidents(_), _) => ((self.value - 1.0).max(0.0), self.value + 1.0),
            (Change::Qualify(_), _) => (self.value / 2.0, self.value * 2.0),
            (_, Kind::Whole) => (less.floor().max(1.0), more.ceil()),
            (_, Kind::Share) => (less, more.min(1.0)),
            (_, Kind::Increment) => {
                ((self.value - 1.0).max(0.0), (self.value + 1.0).min(INCREMENTS.len() as f64 - 1.0))
            }
            (_, Kind::Switch) => (0.0, 1.0),
            _ => (less, more),
        }
    }

    /// The plan with another value. Nothing where the plan could not be so: an agent would talk more than the hour has,
    /// or a dialer would hold more calls than it has lines.
    #[must_use]
    pub fn set(&self, plan: &Plan, value: f64) -> Option<Plan> {
        let mut changed = plan.clone();
        apply(self.change, &mut changed, value)?;
        changed.campaigns.iter().all(possible).then_some(changed)
    }

    /// The value nearest to the one wanted, between it and the plan's, that a plan can have.
    #[must_use]
    pub fn nearest(&self, plan: &Plan, wanted: f64) -> f64 {
        /// Halvings: a float has no more digits.
        const HALVINGS: u32 = 52;
        if self.set(plan, wanted).is_some() {
            return wanted;
        }
        let (mut can, mut cannot) = (self.value, wanted);
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(can, cannot);
            if self.set(plan, middle).is_some() {
                can = middle;
            } else {
                cannot = middle;
            }
        }
        can
    }
}

/// Whether a floor can be so. The inputs' own check says the same with the place of the fault.
fn possible(campaign: &Campaign) -> bool {
    let per_seat = campaign.seat_rate() * campaign.holding_time();
    campaign.agent_seconds_per_hour() <= 3600.0 && campaign.lines_per_seat.is_none_or(|lines| per_seat < lines)
}

fn float(value: Decimal) -> f64 {
    rust_decimal::prelude::ToPrimitive::to_f64(&value).unwrap_or(0.0)
}

fn decimal(value: f64) -> Option<Decimal> {
    // Values come from ranges written in few digits; nine of them are kept.
    format!("{value:.9}").parse::<Decimal>().ok().map(|decimal| decimal.normalize())
}

fn apply(change: Change, plan: &mut Plan, value: f64) -> Option<()> {
    match change {
        Change::Seats(i) => seats(plan.campaigns.get_mut(i)?, value),
        Change::Attempts(i) => plan.campaigns.get_mut(i)?.attempts_per_seat_hour = value,
        Change::Lines(i) => plan.campaigns.get_mut(i)?.lines_per_seat = Some(value),
        Change::Answered(i) => answered(plan.campaigns.get_mut(i)?, value),
        Change::Talk(i, j) => talk(plan.campaigns.get_mut(i)?.outcomes.get_mut(j)?, value),
        Change::Channels(i) => {
            let trunk = plan.trunks.get_mut(i)?;
            trunk.channels = Limit::At(value as u64);
            // A table's smaller limit would hide the change.
            let table = trunk.table;
            own_table(plan, i, table)?.limits.channels = Limit::At(value as u64);
        }
        Change::Cps(i) => {
            let trunk = plan.trunks.get_mut(i)?;
            trunk.cps = Limit::At(value);
            let table = trunk.table;
            own_table(plan, i, table)?.limits.cps = Limit::At(value);
        }
        Change::Continue(i) => plan.trunks.get_mut(i)?.continue_if_busy = value > 0.5,
        Change::Qualify(i) => plan.trunks.get_mut(i)?.qualify_frequency = value,
        Change::Prices(i) => {
            let factor = decimal(value)?;
            plan.tables.get_mut(i)?.rows.terms_mut().try_for_each(|terms| dearer(terms, factor))?;
        }
        Change::Increment(i) => {
            let (initial, further) = *INCREMENTS.get(value as usize)?;
            let to = BillingIncrement { initial: NonZeroU32::new(initial)?, further: NonZeroU32::new(further)? };
            let rows = &mut plan.tables.get_mut(i)?.rows;
            let from = *INCREMENTS.get(usual_increment(rows)?)?;
            rows.terms_mut().filter(|terms| pair(terms) == from).for_each(|terms| terms.increment = to);
        }
        Change::Tax(i) => plan.tables.get_mut(i)?.fees.usage_tax = decimal(value)?,
        Change::Exchange(i) => plan.fx.as_mut()?.rates.get_mut(i)?.1 = decimal(value)?,
        Change::Operator => plan.pbx.operator_response = Some(value),
        Change::PerYear(i) => match plan.causes.get_mut(i)?.frequency.as_mut()? {
            Frequency::Poisson { mean } | Frequency::NegativeBinomial { mean, .. } => *mean = value,
            Frequency::Observed { .. } => return None,
        },
        Change::Incidents(i) => match plan.causes.get_mut(i)?.frequency.as_mut()? {
            Frequency::Observed { incidents, .. } => *incidents = value as u32,
            _ => return None,
        },
        Change::Lengths(i) => {
            let duration = plan.causes.get_mut(i)?.duration.as_mut()?;
            *duration = longer(duration, value);
        }
        Change::Longest(i) => plan.causes.get_mut(i)?.longest = Some(value),
        Change::Hits(i) => plan.causes.get_mut(i)?.share = value,
    }
    Some(())
}

/// The table of a trunk, for itself where others use it too.
fn own_table(plan: &mut Plan, trunk: usize, table: usize) -> Option<&mut super::rates::RateTable> {
    let shared = plan.trunks.iter().enumerate().any(|(i, other)| i != trunk && other.table == table);
    let place = if shared {
        plan.tables.push(plan.tables.get(table)?.clone());
        plan.tables.len() - 1
    } else {
        table
    };
    plan.trunks.get_mut(trunk)?.table = place;
    plan.tables.get_mut(place)
}

fn seats(campaign: &mut Campaign, value: f64) {
    let ratio = value / f64::from(campaign.seats);
    campaign.seats = value.round() as u32;
    for shift in &mut campaign.shifts {
        shift.seats =
            ((f64::from(shift.seats) * ratio).round() as u32).clamp(u32::from(shift.seats > 0), campaign.seats);
    }
}

fn answered(campaign: &mut Campaign, value: f64) {
    let before = campaign.answered_share();
    for outcome in &mut campaign.outcomes {
        let (from, to) = if outcome.talk.is_some() { (before, value) } else { (1.0 - before, 1.0 - value) };
        outcome.share *= to / from;
    }
}

fn talk(outcome: &mut Outcome, factor: f64) {
    outcome.talk = outcome.talk.map(|law| match law {
        TalkLaw::Fixed { seconds } => TalkLaw::Fixed { seconds: seconds * factor },
        TalkLaw::Exponential { mean } => TalkLaw::Exponential { mean: mean * factor },
        TalkLaw::Lognormal { mu, sigma } => TalkLaw::Lognormal { mu: mu + libm::log(factor), sigma },
    });
}

fn longer(law: &DurationLaw, factor: f64) -> DurationLaw {
    use DurationLaw::{Exponential, Fixed, Gamma, List, Lognormal, Lomax, Pert, Weibull};
    match law {
        Fixed { seconds } => Fixed { seconds: seconds * factor },
        Exponential { mean } => Exponential { mean: mean * factor },
        Lognormal { mu, sigma } => Lognormal { mu: mu + libm::log(factor), sigma: *sigma },
        Weibull { shape, scale } => Weibull { shape: *shape, scale: scale * factor },
        Gamma { shape, scale } => Gamma { shape: *shape, scale: scale * factor },
        Lomax { shape, scale } => Lomax { shape: *shape, scale: scale * factor },
        Pert { min, mode, max } => Pert { min: min * factor, mode: mode * factor, max: max * factor },
        List(lengths) => List(lengths.iter().map(|length| length * factor).collect()),
    }
}

fn dearer(row: &mut Terms, factor: Decimal) -> Option<()> {
    let times = |price: RatePerMinute| RatePerMinute::new(price.get().checked_mul(factor)?);
    row.price = match &row.price {
        Price::PerMinute(price) => Price::PerMinute(times(*price)?),
        Price::FirstFollowing { first, following } => {
            Price::FirstFollowing { first: times(*first)?, following: times(*following)? }
        }
        Price::Jurisdiction { interstate, intrastate, indeterminate } => Price::Jurisdiction {
            interstate: times(*interstate)?,
            intrastate: times(*intrastate)?,
            indeterminate: times(*indeterminate)?,
        },
        Price::Steps(steps) => {
            let steps = steps.iter().map(|step| Some(super::rates::PriceStep { price: times(step.price)?, ..*step }));
            Price::Steps(steps.collect::<Option<_>>()?)
        }
        Price::Blocked => Price::Blocked,
    };
    row.connect_fee = row.connect_fee.checked_mul(factor)?;
    row.minimum = row.minimum.checked_mul(factor)?;
    Some(())
}

fn pair(terms: &Terms) -> (u32, u32) {
    (terms.increment.initial.get(), terms.increment.further.get())
}

/// The place of the increment that most rows have; nothing where it is none in use, or steps price the row.
fn usual_increment(rows: &Rows) -> Option<usize> {
    let counts = INCREMENTS.iter().enumerate().map(|(i, known)| {
        let rows = rows.iter().filter(|row| pair(row.terms) == *known && !matches!(row.price, Price::Steps(_)));
        (rows.count(), i)
    });
    let (count, place) = counts.max_by_key(|(count, place)| (*count, std::cmp::Reverse(*place)))?;
    (count > 0).then_some(place)
}

/// A range that the plan states for an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// The input's key.
    pub key: String,
    /// The lowest value thought possible.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

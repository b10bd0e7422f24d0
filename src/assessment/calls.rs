//! The judge's verdict: an outage simulated call by call, beside what the formulas say of it.

pub mod agreement;
pub mod notes;
pub mod suite;

use rust_decimal::Decimal;

use self::agreement::{Agreement, Figure, Kind};
use crate::model::plan::{Plan, Start};
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::scenario::{Scenario, scenario};
use crate::outage::state::TrunkState;
use crate::rating::border::weight;
use crate::rating::tariff::Tariff;
use crate::simulate::calls::bill::{bill, decimal};
use crate::simulate::calls::floor::Floor;
use crate::simulate::calls::many::many;
use crate::simulate::calls::tally::{Tally, Usage};
use crate::simulate::calls::trace::Attempt;
use crate::simulate::calls::{CallsError, Outage};
use crate::words::calendar::Instant;
use thiserror::Error;

/// Why an outage was not put to the judge.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum JudgeError {
    /// The formulas have no answer.
    #[error(transparent)]
    Outage(#[from] OutageError),
    /// It cannot be simulated.
    #[error(transparent)]
    Calls(#[from] CallsError),
}

/// What is asked of the judge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question {
    /// Index of the cause.
    pub cause: usize,
    /// Length of the outage [s].
    pub length: f64,
    /// Runs.
    pub runs: u64,
    /// Seed.
    pub seed: u64,
    /// Threads to run on; the answer is the same on any number.
    pub threads: usize,
}

/// A minute of the outage: means over the runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Minute {
    /// Attempts made.
    pub attempts: f64,
    /// Carried.
    pub carried: f64,
    /// Lost to the outage.
    pub lost: f64,
    /// Stopped or blocked for want of capacity.
    pub blocked: f64,
    /// Channels in use at its end, by trunk.
    pub channels: Vec<f64>,
    /// Spend in it, in the plan's currency.
    pub spend: f64,
    /// Idle seats [seat·h].
    pub idle_seat_hours: f64,
}

/// An outage simulated, beside its formulas.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What was asked.
    pub question: Question,
    /// When the outage begins.
    pub start: Instant,
    /// The figures.
    pub figures: Vec<Figure>,
    /// By minute from the begin.
    pub minutes: Vec<Minute>,
    /// What the formulas leave out here.
    pub notes: Vec<&'static str>,
    /// Whether answered calls were left unpriced.
    pub incomplete: bool,
    /// Attempts that were simulated, the way back and the time before the outage not counted.
    pub simulated: u64,
}

/// One figure of each run.
type Values = Vec<Vec<f64>>;

/// Puts an outage to the judge. `done` is told how many runs are done, `traced` gets every attempt of each run in the
/// order of runs where it is there.
///
/// # Errors
/// Where the outage cannot be reckoned or simulated.
pub fn judge(
    plan: &Plan,
    question: Question,
    done: impl FnMut(u64),
    mut traced: Option<&mut dyn FnMut(u64, Vec<Attempt>)>,
) -> Result<Judged, JudgeError> {
    let failback = plan.trunks.iter().map(|trunk| trunk.qualify_frequency).fold(0.0, f64::max);
    let engine = Engine::new(plan, question.length + failback)?;
    let reckoned = scenario(&engine, question.cause, question.length)?;
    let tariffs: Vec<Tariff<'_>> = plan.tables.iter().map(Tariff::new).collect();
    let outage = Outage { cause: question.cause, length: question.length, start: reckoned.start };
    let floor = Floor::new(plan, &tariffs, outage, question.runs)?;
    let mut sums = Sums { values: vec![Vec::new(); FIGURES.len()], ..Sums::default() };
    let mut failed = None;
    many(&floor, question.seed, question.runs, traced.is_some(), question.threads, done, |run, (tally, attempts)| {
        if let Err(error) = sums.add(plan, &floor, &tally) {
            failed.get_or_insert(error);
        }
        if let (Some(traced), Some(attempts)) = (&mut traced, attempts) {
            traced(run, attempts);
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    let known = analytic(&engine, &reckoned)?;
    let runs = question.runs as f64;
    let figures = FIGURES
        .iter()
        .zip(&sums.values)
        .zip(known)
        .map(|((figure, values), known)| Figure::new(figure.0, figure.1, figure.2, values, known))
        .collect();
    let minutes = sums.minutes.iter().map(|minute| minute.mean(plan, &floor, runs)).collect::<Result<_, _>>()?;
    Ok(Judged {
        question,
        start: reckoned.start,
        figures,
        minutes,
        notes: notes::of(plan, question.cause, &reckoned),
        incomplete: sums.unpriced > 0 || reckoned.incomplete,
        simulated: sums.simulated,
    })
}

/// The plan with another start of its outages.
#[must_use]
pub fn with_start(plan: &Plan, start: Start) -> Plan {
    let mut plan = plan.clone();
    plan.scenario.start = start;
    plan
}

/// The figures: key, name and kind.
pub const FIGURES: [(&str, &str, Kind); 18] = [
    ("attempts", "attempts", Kind::Count),
    ("carried", "carried", Kind::Count),
    ("lost", "lost", Kind::Count),
    ("blocked_cps", "blocked by CPS", Kind::Count),
    ("blocked_channels", "blocked by channels", Kind::Count),
    ("lost_to_capacity", "lost for want of capacity", Kind::Count),
    ("lost_before_detection", "lost before detection", Kind::Count),
    ("answered_calls", "answered", Kind::Count),
    ("talk_minutes", "talked minutes", Kind::Quantity),
    ("billed_minutes", "billed minutes", Kind::Quantity),
    ("spend", "spend", Kind::Money),
    ("idle_seat_hours", "idle seat-hours", Kind::Quantity),
    ("peak_channels", "peak channels", Kind::Quantity),
    ("peak_cps", "peak CPS", Kind::Quantity),
    ("dropped_calls", "live calls cut off", Kind::Count),
    ("surge_attempts", "surge: attempts", Kind::Count),
    ("surge_carried", "surge: carried", Kind::Count),
    ("surge_spend", "surge: spend", Kind::Money),
];

/// The figures of one run, in their order.
fn figures(plan: &Plan, floor: &Floor<'_>, tally: &Tally) -> Result<[f64; 18], CallsError> {
    let bill = bill(plan, |table| floor.prices.places(table), tally)?;
    let paced = bill.all.checked_sub(bill.surge).unwrap_or(bill.all);
    let trunks = &tally.trunks;
    let sum = |of: &dyn Fn(&Usage) -> f64| trunks.iter().map(|trunk| of(&trunk.paced)).sum::<f64>();
    let count =
        |of: &dyn Fn(&crate::simulate::calls::tally::TrunkTally) -> u64| trunks.iter().map(of).sum::<u64>() as f64;
    // What the primary holds is no peak of the failover: those behind it are asked for theirs.
    let behind = trunks.get(1..).unwrap_or_default();
    Ok([
        tally.paced.attempts as f64,
        tally.paced.carried as f64,
        (tally.paced.lost + tally.paced.stopped + tally.paced.blocked) as f64,
        count(&|trunk| trunk.refused_cps),
        count(&|trunk| trunk.refused_channels),
        (tally.paced.stopped + tally.paced.blocked) as f64,
        tally.paced.lost as f64,
        sum(&|usage| usage.answered as f64),
        sum(&|usage| usage.talk as f64 / 60e9),
        sum(&|usage| usage.billed as f64 / 60.0),
        weight(paced),
        tally.idle / 3600.0,
        behind.iter().map(|trunk| trunk.peak_channels).max().unwrap_or(0) as f64,
        behind.iter().map(|trunk| trunk.peak_cps).max().unwrap_or(0) as f64,
        tally.dropped as f64,
        tally.surge.attempts as f64,
        tally.surge.carried as f64,
        weight(bill.surge),
    ])
}

/// What the formulas say of the figures, in their order.
fn analytic(engine: &Engine<'_>, scenario: &Scenario) -> Result<[Option<f64>; 18], OutageError> {
    let (mut cps, mut channels) = (0.0, 0.0);
    for ((state, regime), seconds) in scenario.run.seconds(0.0, scenario.length) {
        let burn = engine.burn(state, regime)?;
        let Some(sequence) = &burn.sequence else { continue };
        for (gate, state) in sequence.gates.iter().zip(engine.state(state)) {
            let in_service = match state {
                TrunkState::Up => true,
                TrunkState::Hit { share, .. } => share < 1.0,
                TrunkState::Skipped | TrunkState::Refusing => false,
            };
            if in_service {
                let asked = gate.offered_rate.get() - gate.hit_rate.get();
                let gated = asked * gate.blocking_cps.get();
                cps += gated * seconds;
                channels += (asked - gated) * gate.blocking_channels.get() * seconds;
            }
        }
    }
    let bills = &scenario.trunks;
    let outage = &scenario.outage;
    let idle = (outage.idle_seats + scenario.failback.idle_seats) / 3600.0;
    Ok([
        Some(outage.attempts),
        Some(outage.carried),
        Some(outage.lost()),
        Some(cps),
        Some(channels),
        Some(outage.stopped + outage.blocked),
        Some(outage.lost_to_outage),
        Some(bills.iter().map(|bill| bill.answered).sum()),
        Some(bills.iter().map(|bill| bill.talk).sum::<f64>() / 60.0),
        Some(bills.iter().map(|bill| bill.billed).sum::<f64>() / 60.0),
        Some(weight(scenario.spend.amount())),
        Some(idle),
        None,
        None,
        None,
        None,
        None,
        None,
    ])
}

#[derive(Default)]
struct Sums {
    values: Values,
    minutes: Vec<MinuteSum>,
    unpriced: u64,
    simulated: u64,
}

#[derive(Default, Clone)]
struct MinuteSum {
    attempts: u64,
    carried: u64,
    lost: u64,
    blocked: u64,
    idle: f64,
    channels: Vec<u64>,
    charges: Vec<i128>,
}

impl Sums {
    fn add(&mut self, plan: &Plan, floor: &Floor<'_>, tally: &Tally) -> Result<(), CallsError> {
        for (values, value) in self.values.iter_mut().zip(figures(plan, floor, tally)?) {
            values.push(value);
        }
        let trunks = plan.trunks.len();
        let none = MinuteSum { channels: vec![0; trunks], charges: vec![0; trunks], ..MinuteSum::default() };
        self.minutes.resize(self.minutes.len().max(tally.minutes.len()), none);
        for (sum, minute) in self.minutes.iter_mut().zip(&tally.minutes) {
            sum.attempts += minute.attempts;
            sum.carried += minute.carried;
            sum.lost += minute.lost;
            sum.blocked += minute.blocked;
            sum.idle += minute.idle;
            sum.channels.iter_mut().zip(&minute.channels).for_each(|(sum, busy)| *sum += busy);
            sum.charges.iter_mut().zip(&minute.charges).for_each(|(sum, charge)| *sum += charge);
        }
        self.unpriced += tally.trunks.iter().map(|trunk| trunk.paced.unpriced + trunk.surge.unpriced).sum::<u64>();
        self.simulated += tally.paced.attempts + tally.surge.attempts;
        Ok(())
    }
}

impl MinuteSum {
    fn mean(&self, plan: &Plan, floor: &Floor<'_>, runs: f64) -> Result<Minute, CallsError> {
        let mut spend = 0.0;
        for (trunk, charges) in plan.trunks.iter().zip(&self.charges) {
            let Some(table) = plan.table(trunk) else { continue };
            let rate = plan.exchange_rate(table.currency).unwrap_or(Decimal::ONE);
            let tax = 1.0 + weight(table.fees.usage_tax);
            spend += weight(decimal(*charges, floor.prices.places(trunk.table))?) * tax * weight(rate);
        }
        Ok(Minute {
            attempts: self.attempts as f64 / runs,
            carried: self.carried as f64 / runs,
            lost: self.lost as f64 / runs,
            blocked: self.blocked as f64 / runs,
            channels: self.channels.iter().map(|busy| *busy as f64 / runs).collect(),
            spend: spend / runs,
            idle_seat_hours: self.idle / 3600.0 / runs,
        })
    }
}

impl Judged {
    /// A figure by its key.
    #[must_use]
    pub fn figure(&self, key: &str) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.key == key)
    }

    /// Figures that formulas know, and how many of them lie outside their intervals.
    #[must_use]
    pub fn compared(&self) -> (usize, usize) {
        let compared = |figure: &&Figure| matches!(figure.agreement(), Agreement::Consistent | Agreement::Off { .. });
        let off = |figure: &&Figure| matches!(figure.agreement(), Agreement::Off { .. });
        (self.figures.iter().filter(compared).count(), self.figures.iter().filter(off).count())
    }
}

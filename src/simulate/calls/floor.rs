//! A plan made ready for runs: everything that no draw decides.

use std::time::Duration;

use chrono::{Days, NaiveDate};

use super::price::{Prices, targets};
use super::purse::Purse;
use super::time::{MINUTE, SECOND, ns, seconds};
use super::{CallsError, Outage};
use crate::model::campaign::Campaign;
use crate::model::cause::{Cause, Signal};
use crate::model::law::TalkLaw;
use crate::model::plan::Plan;
use crate::model::rates::CpsWindow;
use crate::rating::tariff::Tariff;
use crate::routing::decision::decide;
use crate::routing::table::Action;
use crate::words::calendar::{Calendar, Floor as CalendarOf, Instant, Zone};

/// The floor dials for so many of its longest mean holding times before the outage: what is then in progress depends no
/// more on how it began.
const WARM_UP: f64 = 8.0;

/// It dials for this long at least [s].
const WARM_UP_LEAST: f64 = 300.0;

/// Outages longer than a year are not simulated call by call [s].
const LONGEST: f64 = 366.0 * 86_400.0;

/// More attempts than this would take hours.
const MOST_ATTEMPTS: f64 = 1e10;

/// Trunks that an attempt can remember to have asked.
const MOST_TRUNKS: usize = 64;

/// A dialer as it is staffed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dialer {
    /// Staffed seats.
    pub seats: u32,
    /// Lines that it may hold; nothing without a cap.
    pub lines: Option<u64>,
    /// Attempts a second: of each idle line, or of all seats without a cap [1/s].
    pub rate: f64,
    /// What an attempt that is lost, and holds its line for no time, leaves idle [seat·s].
    pub wasted: f64,
}

impl Dialer {
    /// Nobody is there.
    pub const CLOSED: Self = Self { seats: 0, lines: None, rate: 0.0, wasted: 0.0 };
}

/// An outcome. Times in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// Below this the draw chooses it or one before it.
    pub until: u32,
    /// From INVITE to the answer, or to the end where nobody answers.
    pub ring: u64,
    /// How long it is talked.
    pub talk: Option<TalkLaw>,
}

/// A campaign. Times in nanoseconds.
#[derive(Debug, Clone)]
pub struct Dialled {
    /// How attempts end.
    pub outcomes: Vec<Outcome>,
    /// Below these the draw chooses the target or one before it.
    pub targets: Vec<u32>,
    /// When the dialer gives up.
    pub gives_up: Option<u64>,
    /// Share of blocked attempts that are tried again.
    pub redial: f64,
    /// Seats that one line stands for; nothing without a cap.
    pub seats_per_line: Option<f64>,
}

/// What an attempt meets at a trunk that is hit. Times in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meets {
    /// A refusal after which it moves on.
    Next {
        /// Until the refusal.
        after: u64,
    },
    /// A refusal that ends it.
    Stop {
        /// Until the refusal.
        after: u64,
    },
    /// Nothing, until a timer ends it; then it moves on or not.
    Waits {
        /// The timer.
        timer: u64,
        /// Whether it moves on then.
        moves_on: bool,
    },
}

/// A trunk. Times in nanoseconds.
#[derive(Debug, Clone)]
pub struct Line {
    /// Index of its table.
    pub table: usize,
    /// Calls at once.
    pub channels: u64,
    /// Calls a second.
    pub cps: Option<f64>,
    /// How they are counted.
    pub window: CpsWindow,
    /// Whether excess attempts move on.
    pub excess_moves_on: bool,
    /// "Continue if Busy".
    pub continue_if_busy: bool,
    /// What calls meet there in the outage; nothing where it is not hit.
    pub meets: Option<Meets>,
    /// Whether its carrier says nothing at all while it is hit.
    pub silent: bool,
    /// Whether failed checks can mark it down.
    pub detects: bool,
    /// Between checks; 0 for none.
    pub qualify: u64,
    /// Whether the attempt fee is above 0.
    pub attempt_fee: bool,
    /// Up to this talk time a call is short.
    pub short: Option<u64>,
    /// What it may spend.
    pub purse: Option<Purse>,
    /// When days of the daily cap begin.
    pub new_days: Vec<u64>,
}

/// Staffing from a moment on.
#[derive(Debug, Clone)]
pub struct Step {
    /// When [ns].
    pub at: u64,
    /// By campaign.
    pub dialers: Vec<Dialer>,
}

/// A plan, a cause, a length and a start, made ready.
pub struct Floor<'a> {
    /// When the outage begins, from the beginning of the run [ns].
    pub begin: u64,
    /// When it ends [ns].
    pub end: u64,
    /// Share of the attempts at a hit trunk that meets it.
    pub share: f64,
    /// When an operator switches off what does not move on by itself [ns].
    pub operator: Option<u64>,
    /// How long a stopped call keeps its agent [ns].
    pub announcement: u64,
    /// Rings longer than this are nobody's answer [ns].
    pub ring_timer: u64,
    /// Campaigns.
    pub campaigns: Vec<Dialled>,
    /// Trunks, position 0 first.
    pub lines: Vec<Line>,
    /// Staffing.
    pub steps: Vec<Step>,
    /// When another day's rates begin, the first at 0 [ns].
    pub days: Vec<u64>,
    /// The rates.
    pub prices: Prices<'a>,
    /// Staffed seats in every minute from the outage's begin [seat·s].
    pub staffed: Vec<f64>,
}

/// A 32-bit threshold of a cumulated share.
fn threshold(share: f64) -> u32 {
    libm::round(share.clamp(0.0, 1.0) * f64::from(u32::MAX)) as u32
}

/// Thresholds of shares that add up to 1.
fn thresholds(shares: impl Iterator<Item = f64>) -> Vec<u32> {
    let mut sum = 0.0;
    let mut all: Vec<u32> = shares
        .map(|share| {
            sum += share;
            threshold(sum)
        })
        .collect();
    if let Some(last) = all.last_mut() {
        *last = u32::MAX;
    }
    all
}

fn dialled(campaign: &Campaign) -> Dialled {
    let until = thresholds(campaign.outcomes.iter().map(|outcome| outcome.share));
    let outcome = |(outcome, until): (&crate::model::campaign::Outcome, u32)| Outcome {
        until,
        ring: ns(campaign.setup_time + outcome.ring),
        talk: outcome.talk,
    };
    Dialled {
        outcomes: campaign.outcomes.iter().zip(until).map(outcome).collect(),
        targets: thresholds(targets(campaign).iter().map(|target| target.share)),
        gives_up: campaign.dial_timeout.map(ns),
        redial: campaign.redial_blocked,
        seats_per_line: campaign.lines_per_seat.map(|lines| 1.0 / lines),
    }
}

/// The dialer of a campaign with so many staffed seats. With a cap of N lines, idle ones start attempts at λ/(N − A),
/// which carries the offered traffic A where nothing is blocked.
fn dialer(campaign: &Campaign, seats: u32) -> Result<Dialer, CallsError> {
    let rate = f64::from(seats) * campaign.seat_rate();
    if rate <= 0.0 {
        return Ok(Dialer { seats, ..Dialer::CLOSED });
    }
    let Some(per_seat) = campaign.lines_per_seat else {
        return Ok(Dialer { seats, lines: None, rate, wasted: f64::from(seats) / rate });
    };
    let traffic = rate * campaign.holding_time();
    // A dialer has whole lines; a few lines are as good as none, so they are rounded up where they would not do.
    let whole = libm::floor(per_seat * f64::from(seats) + 1e-9);
    let lines = if whole > traffic { whole } else { whole + 1.0 };
    let idle = lines - traffic;
    if idle < lines * LEAST_IDLE {
        return Err(CallsError::LinesNeverIdle { campaign: campaign.name.clone() });
    }
    let each = rate / idle;
    Ok(Dialer { seats, lines: Some(lines as u64), rate: each, wasted: f64::from(seats) / (lines * each) })
}

/// Lines idle for a smaller share of their time than this would redial what is blocked many times a second.
const LEAST_IDLE: f64 = 1e-3;

fn meets(cause: &Cause, plan: &Plan, continue_if_busy: bool) -> Meets {
    let pbx = &plan.pbx;
    match cause.signal {
        Signal::Status(status) => {
            let after = ns(cause.reply_after);
            match decide(pbx, continue_if_busy, status, cause.reason).action {
                Action::Next => Meets::Next { after },
                Action::Stop => Meets::Stop { after },
            }
        }
        Signal::Timeout => Meets::Waits { timer: ns(pbx.timer_b), moves_on: continue_if_busy },
        Signal::Trying => Meets::Waits { timer: ns(pbx.ring_timer), moves_on: continue_if_busy },
        Signal::Answers => Meets::Waits { timer: ns(pbx.ring_timer), moves_on: false },
    }
}

impl<'a> Floor<'a> {
    /// Makes a plan ready.
    ///
    /// # Errors
    /// Where the calendar cannot be built, a call cannot be priced, or the outage is beyond what can be simulated.
    pub fn new(plan: &'a Plan, tariffs: &[Tariff<'a>], outage: Outage, runs: u64) -> Result<Self, CallsError> {
        let cause = plan.causes.get(outage.cause).ok_or(CallsError::NoCause)?;
        if !(outage.length > 0.0 && outage.length <= LONGEST) {
            return Err(CallsError::Length);
        }
        if plan.trunks.len() > MOST_TRUNKS {
            return Err(CallsError::TooManyTrunks { most: MOST_TRUNKS });
        }
        let held = plan.campaigns.iter().flat_map(|campaign| {
            campaign.outcomes.iter().map(|outcome| campaign.setup_time + outcome.ring + outcome.mean_talk())
        });
        let warm_up = (WARM_UP * held.fold(0.0, f64::max)).clamp(WARM_UP_LEAST, LONGEST);
        let slowest = plan.trunks.iter().map(|trunk| trunk.qualify_frequency).fold(0.0, f64::max);
        let begin = ns(warm_up);
        let end = begin.saturating_add(ns(outage.length));
        let last = end.saturating_add(ns(slowest)).saturating_add(MINUTE);
        let shifts = plan.shifts();
        let calendar = Calendar::build(&CalendarOf {
            zone: plan.timezone,
            as_of: plan.as_of,
            tail: Duration::from_secs_f64(outage.length + slowest) + Duration::from_secs(2 * 86_400),
            campaigns: &shifts,
            rate_changes: &[],
        })?;
        let clock = Clock { begin, start: outage.start };
        let steps = steps(plan, &calendar, clock, last)?;
        refuse_too_many(&steps, plan, last, runs)?;
        let days = midnights(plan.timezone, clock, last);
        let dates: Vec<NaiveDate> = days.iter().map(|at| clock.instant(*at).to_local(plan.timezone).date()).collect();
        let prices = Prices::new(plan, tariffs, &dates)?;
        let lines = plan
            .trunks
            .iter()
            .map(|trunk| {
                let table = plan.table(trunk).ok_or(CallsError::NoCause)?;
                let hit = trunk.needs(&cause.hits);
                let excess = decide(&plan.pbx, trunk.continue_if_busy, table.limits.excess_signal, None).action;
                let resets = table.limits.daily_spend.map(|daily| midnights(daily.resets, clock, last));
                Ok(Line {
                    table: trunk.table,
                    channels: trunk.channel_limit(table, plan.licensed_seats()).at().unwrap_or(u64::MAX),
                    cps: trunk.cps_limit(table).at(),
                    window: table.limits.cps_window,
                    excess_moves_on: excess == Action::Next,
                    continue_if_busy: trunk.continue_if_busy,
                    meets: hit.then(|| meets(cause, plan, trunk.continue_if_busy)),
                    silent: cause.signal == Signal::Timeout,
                    // Who refuses or swallows calls answers OPTIONS all the same, as does who is out in part.
                    detects: hit && cause.signal == Signal::Timeout && cause.share >= 1.0,
                    qualify: ns(trunk.qualify_frequency),
                    attempt_fee: !table.billing.attempt_fee.is_zero(),
                    short: table.fees.short_calls.as_ref().map(|rule| ns(rule.up_to)),
                    purse: Purse::new(table, prices.places(trunk.table)),
                    new_days: resets.unwrap_or_default().into_iter().filter(|at| *at > begin).collect(),
                })
            })
            .collect::<Result<_, CallsError>>()?;
        Ok(Self {
            begin,
            end,
            share: cause.share,
            operator: plan.pbx.operator_response.map(|response| begin.saturating_add(ns(response))),
            announcement: ns(plan.pbx.stopped_call_hold),
            ring_timer: ns(plan.pbx.ring_timer),
            campaigns: plan.campaigns.iter().map(dialled).collect(),
            lines,
            staffed: staffed(&steps, begin, last),
            steps,
            days,
            prices,
        })
    }
}

/// Where simulated time meets the calendar.
#[derive(Clone, Copy)]
struct Clock {
    begin: u64,
    start: Instant,
}

impl Clock {
    fn instant(self, at: u64) -> Instant {
        self.start.plus((at as i64 - self.begin as i64) / 1_000_000)
    }

    /// 0 for what lies before the run.
    fn at(self, instant: Instant) -> u64 {
        let after = i128::from(instant.since(self.start)) * 1_000_000 + i128::from(self.begin);
        u64::try_from(after.max(0)).unwrap_or(u64::MAX)
    }
}

fn steps(plan: &Plan, calendar: &Calendar, clock: Clock, last: u64) -> Result<Vec<Step>, CallsError> {
    let mut steps: Vec<Step> = Vec::new();
    for segment in calendar.walk(clock.instant(0), clock.instant(last)) {
        let Some(regime) = calendar.regimes().get(segment.regime) else { continue };
        let dialers = plan.campaigns.iter().zip(&regime.seats).map(|(campaign, seats)| dialer(campaign, *seats));
        // Before the calendar begins the floor is as it is then.
        let at = if steps.is_empty() { 0 } else { clock.at(segment.start) };
        steps.push(Step { at, dialers: dialers.collect::<Result<_, _>>()? });
    }
    Ok(steps)
}

/// Beginnings of local days after the beginning of the run, which is the first.
fn midnights(zone: Zone, clock: Clock, last: u64) -> Vec<u64> {
    let mut days = vec![0];
    let mut date = clock.instant(0).to_local(zone).date();
    while let Some(next) = date.checked_add_days(Days::new(1)) {
        date = next;
        let Some(midnight) = date.and_hms_opt(0, 0, 0) else { break };
        let at = clock.at(Instant::from_local(midnight, zone));
        if at >= last {
            break;
        }
        if days.last().is_some_and(|day| at > *day) {
            days.push(at);
        }
    }
    days
}

fn refuse_too_many(steps: &[Step], plan: &Plan, last: u64, runs: u64) -> Result<(), CallsError> {
    let mut attempts = 0.0;
    let ends = steps.iter().skip(1).map(|step| step.at).chain([last]);
    for (step, end) in steps.iter().zip(ends) {
        let rate: f64 = plan.campaigns.iter().zip(&step.dialers).map(|(c, d)| f64::from(d.seats) * c.seat_rate()).sum();
        attempts += rate * seconds(end.saturating_sub(step.at));
    }
    let attempts = attempts * runs as f64;
    if attempts > MOST_ATTEMPTS { Err(CallsError::TooManyAttempts { attempts, most: MOST_ATTEMPTS }) } else { Ok(()) }
}

/// Staffed seats by the minute [seat·s].
fn staffed(steps: &[Step], begin: u64, last: u64) -> Vec<f64> {
    let minutes = ((last - begin) / MINUTE + 1) as usize;
    let mut staffed = vec![0.0; minutes];
    let ends = steps.iter().skip(1).map(|step| step.at).chain([u64::MAX]);
    for (step, end) in steps.iter().zip(ends) {
        let seats: f64 = step.dialers.iter().map(|dialer| f64::from(dialer.seats)).sum();
        let (from, to) = (step.at.max(begin), end.min(begin + minutes as u64 * MINUTE));
        let mut at = from;
        while at < to {
            let minute = (at - begin) / MINUTE;
            let next = (begin + (minute + 1) * MINUTE).min(to);
            if let Some(sum) = staffed.get_mut(minute as usize) {
                *sum += seats * (next - at) as f64 / SECOND as f64;
            }
            at = next;
        }
    }
    staffed
}

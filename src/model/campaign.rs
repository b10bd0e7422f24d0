//! Campaigns: what the floor offers.

use rust_decimal::Decimal;

use super::law::TalkLaw;
use super::place::Place;
use crate::words::calendar::Hours;
use crate::words::diagnostic::Span;
use crate::words::e164::DialPrefix;

/// A campaign: seats that dial alike. Times in seconds.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its name.
    pub name: String,
    /// Licensed seats.
    pub seats: u32,
    /// When how many seats are staffed.
    pub shifts: Vec<Shift>,
    /// Call attempts that one staffed seat makes in an hour.
    pub attempts_per_seat_hour: f64,
    /// Most lines that the dialer holds per staffed seat.
    pub lines_per_seat: Option<f64>,
    /// From INVITE to ringing [s].
    pub setup_time: f64,
    /// The dialer's own limit on an attempt [s].
    pub dial_timeout: Option<f64>,
    /// After-call work of an agent [s].
    pub wrap_time: f64,
    /// Share of blocked attempts that are tried again.
    pub redial_blocked: f64,
    /// Loaded cost of an idle seat and hour, in the plan's currency.
    pub idle_cost_per_seat_hour: Option<Decimal>,
    /// How attempts end; the shares add up to 1.
    pub outcomes: Vec<Outcome>,
    /// Where attempts go; the shares add up to 1.
    pub destinations: Vec<Destination>,
    /// First digits of the caller ID that the calls show.
    pub caller_id: Option<DialPrefix>,
    /// Where it stands.
    pub place: Place,
}

/// When how many seats are staffed.
#[derive(Debug, Clone)]
pub struct Shift {
    /// Opening hours.
    pub hours: Hours,
    /// Staffed seats.
    pub seats: u32,
    /// Where it stands.
    pub place: Place,
}

/// How an attempt ends.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// Share of attempts.
    pub share: f64,
    /// Ringing time [s].
    pub ring: f64,
    /// Talk time, where the attempt is answered.
    pub talk: Option<TalkLaw>,
    /// Whether an agent takes it.
    pub agent: bool,
    /// What a call with this outcome earns, in the plan's currency.
    pub margin: Option<Decimal>,
    /// Where it stands.
    pub place: Place,
}

/// Where attempts go.
#[derive(Debug, Clone)]
pub struct Destination {
    /// First digits of the numbers.
    pub prefix: DialPrefix,
    /// Share of attempts.
    pub share: f64,
    /// Share of them within the caller's state, where it is known.
    pub intrastate: Option<f64>,
    /// Where it stands.
    pub place: Place,
    /// Where the prefix stands.
    pub span: Span,
}

impl Outcome {
    /// Mean talk time, 0 where it is not answered [s].
    #[must_use]
    pub fn mean_talk(&self) -> f64 {
        self.talk.as_ref().map_or(0.0, TalkLaw::mean)
    }
}

impl Campaign {
    /// Mean time that an attempt holds a channel: Σ q·(setup + ring + E\[talk\]) [s].
    #[must_use]
    pub fn holding_time(&self) -> f64 {
        self.outcomes.iter().map(|o| o.share * (self.setup_time + o.ring + o.mean_talk())).sum()
    }

    /// Attempts that one staffed seat makes in a second.
    #[must_use]
    pub fn seat_rate(&self) -> f64 {
        self.attempts_per_seat_hour / 3600.0
    }

    /// Share of attempts that are answered.
    #[must_use]
    pub fn answered_share(&self) -> f64 {
        self.outcomes.iter().filter(|o| o.talk.is_some()).map(|o| o.share).sum()
    }

    /// Seconds of an hour in which an agent talks or wraps up, per staffed seat.
    #[must_use]
    pub fn agent_seconds_per_hour(&self) -> f64 {
        let per_attempt: f64 =
            self.outcomes.iter().filter(|o| o.agent).map(|o| o.share * (o.mean_talk() + self.wrap_time)).sum();
        self.attempts_per_seat_hour * per_attempt
    }
}

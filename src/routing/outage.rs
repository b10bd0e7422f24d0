//! How a trunk that is down behaves: what its calls meet, and until when.

use super::decision::decide;
use super::table::Action;
use crate::model::cause::{Cause, Signal};
use crate::model::pbx::Pbx;
use crate::model::trunk::Trunk;

/// Who ends the time in which calls meet the outage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndedBy {
    /// Nothing has to: calls move on by themselves.
    Nothing,
    /// OPTIONS checks mark the contact unavailable.
    Qualify,
    /// An operator switches the trunk off.
    Operator,
    /// Nobody: the outage is met for as long as it lasts.
    Nobody,
}

/// How one trunk behaves while a cause holds it down. Times in seconds from the outage's beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct TrunkOutage {
    /// Share of the attempts asked there that meets the outage.
    pub share: f64,
    /// What a met attempt does before anything is noticed.
    pub met: Met,
    /// Mean time until the trunk is no longer asked; infinite where that never happens [s].
    pub lag: f64,
    /// The same at worst [s].
    pub lag_worst: f64,
    /// Who ends it.
    pub ended_by: EndedBy,
    /// Mean time after the outage in which the trunk is still not asked [s].
    pub failback: f64,
    /// The same at worst [s].
    pub failback_worst: f64,
    /// Whether the trunk answers at all, and so may charge for an attempt.
    pub answers: bool,
    /// The way there, for people.
    pub why: String,
}

/// What an attempt does that meets an outage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Met {
    /// It goes to the next trunk, so many seconds later.
    MovesOn {
        /// Delay [s].
        after: f64,
    },
    /// It is lost, and the dialplan ends it with an announcement after so many seconds, unless the dialer gives up
    /// before.
    Lost {
        /// Until the dialplan ends it [s].
        after: f64,
    },
    /// It goes to the next trunk after so many seconds, unless the dialer gives up before.
    MovesOnIfHeld {
        /// Delay [s].
        after: f64,
    },
}

impl Met {
    /// Whether an attempt of a dialer with this timeout is lost.
    #[must_use]
    pub fn loses(self, dial_timeout: Option<f64>) -> bool {
        match self {
            Self::MovesOn { .. } => false,
            Self::Lost { .. } => true,
            Self::MovesOnIfHeld { after } => dial_timeout.is_some_and(|d| d < after),
        }
    }

    /// Whether a lost attempt of a dialer with this timeout ends with an announcement, which holds its agent.
    #[must_use]
    pub fn announces(self, dial_timeout: Option<f64>) -> bool {
        matches!(self, Self::Lost { after } if dial_timeout.is_none_or(|d| d >= after))
    }
}

/// How a trunk behaves under a cause that takes it down.
#[must_use]
pub fn behaviour(cause: &Cause, trunk: &Trunk, pbx: &Pbx) -> TrunkOutage {
    let moves_on = |after: f64, why: String| TrunkOutage {
        share: cause.share,
        met: Met::MovesOn { after },
        lag: f64::INFINITY,
        lag_worst: f64::INFINITY,
        ended_by: EndedBy::Nothing,
        failback: 0.0,
        failback_worst: 0.0,
        answers: true,
        why,
    };
    match cause.signal {
        Signal::Status(status) => {
            let decision = decide(pbx, trunk.continue_if_busy, status, cause.reason);
            match decision.action {
                Action::Next => moves_on(cause.reply_after, decision.why),
                Action::Stop => until_operator(cause, pbx, Met::Lost { after: cause.reply_after }, decision.why),
            }
        }
        Signal::Answers => {
            let why = "SIP answers and the calls go nowhere: nothing on the PBX notices".to_owned();
            until_operator(cause, pbx, Met::Lost { after: pbx.ring_timer }, why)
        }
        Signal::Trying => {
            let why = format!(
                "100 Trying stops Timer B; each call holds until the dialer or the ring timer ({} s) ends it",
                pbx.ring_timer
            );
            let after = pbx.ring_timer;
            let met = if trunk.continue_if_busy { Met::MovesOnIfHeld { after } } else { Met::Lost { after } };
            until_operator(cause, pbx, met, why)
        }
        Signal::Timeout => silence(cause, trunk, pbx),
    }
}

fn until_operator(cause: &Cause, pbx: &Pbx, met: Met, why: String) -> TrunkOutage {
    let lag = pbx.operator_response.unwrap_or(f64::INFINITY);
    let ended_by = if lag.is_finite() { EndedBy::Operator } else { EndedBy::Nobody };
    TrunkOutage {
        share: cause.share,
        met,
        lag,
        lag_worst: lag,
        ended_by,
        failback: 0.0,
        failback_worst: 0.0,
        answers: true,
        why,
    }
}

fn silence(cause: &Cause, trunk: &Trunk, pbx: &Pbx) -> TrunkOutage {
    let after = pbx.timer_b;
    let met = if trunk.continue_if_busy { Met::MovesOnIfHeld { after } } else { Met::Lost { after } };
    let f = trunk.qualify_frequency;
    // A partial outage answers OPTIONS and is never marked down.
    let base = if let (Some([lag, lag_worst]), true) = (trunk.detection(), cause.share >= 1.0) {
        TrunkOutage {
            share: 1.0,
            met,
            lag,
            lag_worst,
            ended_by: EndedBy::Qualify,
            failback: f / 2.0,
            failback_worst: f,
            answers: false,
            why: format!("silence: an INVITE ends after Timer B ({} s) as cause 18, which stops", pbx.timer_b),
        }
    } else {
        let why = if f > 0.0 {
            "silence on part of the calls: OPTIONS are answered, so the contact is never marked unavailable"
        } else {
            "silence with qualify off: nothing ever marks the contact unavailable"
        };
        TrunkOutage { answers: false, ..until_operator(cause, pbx, met, why.to_owned()) }
    };
    // An operator may be faster than slow checks.
    match pbx.operator_response {
        Some(operator) if operator < base.lag => {
            TrunkOutage { lag: operator, lag_worst: operator, ended_by: EndedBy::Operator, ..base }
        }
        Some(operator) => TrunkOutage { lag_worst: base.lag_worst.min(operator), ..base },
        None => base,
    }
}

#[cfg(test)]
mod tests {
    use super::super::decision::tests::pbx;
    use super::*;
    use crate::model::place::Place;
    use crate::model::rates::Limit;
    use crate::model::trunk::CallerIds;
    use crate::words::diagnostic::{Sources, Span};

    fn place() -> Place {
        Place::new(Span::new(Sources::default().add("", ""), 0, 0))
    }

    fn trunk(qualify_frequency: f64, continue_if_busy: bool) -> Trunk {
        Trunk {
            name: "primary".into(),
            table: 0,
            host: None,
            depends_on: vec![],
            qualify_frequency,
            channels: Limit::Unstated,
            cps: Limit::Unstated,
            continue_if_busy,
            caller_ids: CallerIds::Own,
            place: place(),
        }
    }

    fn cause(signal: Signal, share: f64) -> Cause {
        Cause {
            name: "c".into(),
            hits: "primary".into(),
            signal,
            reason: None,
            reply_after: 1.0,
            frequency: None,
            duration: None,
            longest: None,
            share,
            place: place(),
        }
    }

    #[test]
    fn the_table_of_the_model() {
        let of = |signal, share, f, cib| behaviour(&cause(signal, share), &trunk(f, cib), &pbx());
        let next = of(Signal::Status(503), 1.0, 60.0, false);
        assert_eq!((next.met, next.ended_by, next.failback), (Met::MovesOn { after: 1.0 }, EndedBy::Nothing, 0.0));
        let stop = of(Signal::Status(404), 1.0, 60.0, false);
        assert_eq!((stop.met, stop.lag, stop.ended_by), (Met::Lost { after: 1.0 }, 1200.0, EndedBy::Operator));
        assert!(stop.met.announces(None) && stop.met.announces(Some(1.0)) && !stop.met.announces(Some(0.5)));
        assert!(!next.met.announces(None));
        assert_eq!(of(Signal::Answers, 1.0, 60.0, true).lag, 1200.0);
        let silent = of(Signal::Timeout, 1.0, 60.0, false);
        assert_eq!((silent.lag, silent.lag_worst, silent.failback, silent.failback_worst), (33.0, 63.0, 30.0, 60.0));
        assert_eq!(silent.ended_by, EndedBy::Qualify);
        // A dialer that hangs up before Timer B hears no announcement.
        assert!(silent.met.announces(Some(32.0)) && !silent.met.announces(Some(25.0)));
        let off = of(Signal::Timeout, 1.0, 0.0, false);
        assert_eq!((off.lag, off.failback, off.ended_by), (1200.0, 0.0, EndedBy::Operator));
        assert_eq!(of(Signal::Timeout, 0.5, 60.0, false).ended_by, EndedBy::Operator);
        let held = of(Signal::Timeout, 1.0, 60.0, true);
        assert!(held.met.loses(Some(25.0)) && !held.met.loses(Some(32.0)) && !held.met.loses(None));
        let nobody =
            behaviour(&cause(Signal::Timeout, 1.0), &trunk(0.0, false), &Pbx { operator_response: None, ..pbx() });
        assert_eq!((nobody.lag, nobody.ended_by), (f64::INFINITY, EndedBy::Nobody));
        // Checks once an hour are slower than the operator.
        let slow = of(Signal::Timeout, 1.0, 3600.0, false);
        assert_eq!((slow.lag, slow.ended_by), (1200.0, EndedBy::Operator));
    }
}

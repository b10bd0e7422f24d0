//! Next trunk or the end: what this PBX does with one refusal.

use super::table::{Action, by_cause, meaning};
use crate::model::pbx::{Driver, Pbx};

/// What the PBX does, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Next trunk or the end.
    pub action: Action,
    /// The way there, for people.
    pub why: String,
}

/// Whether the Q.850 cause of a `Reason` header wins over the SIP status: before Asterisk 20.19, 22.9 and 23.3
/// (asterisk commit 5084177cb2). Nothing where the plan does not give the version.
fn reason_wins(pbx: &Pbx) -> Option<bool> {
    let (major, minor, _) = pbx.asterisk?;
    Some(match major {
        0..=19 | 21 => true,
        20 => minor < 19,
        22 => minor < 9,
        23 => minor < 3,
        _ => false,
    })
}

/// Decides on a refusal with a SIP status and, where the carrier sends one, a Q.850 cause in a `Reason` header.
#[must_use]
pub fn decide(pbx: &Pbx, continue_if_busy: bool, status: u16, reason: Option<u16>) -> Decision {
    if pbx.next.contains(&status) {
        return Decision { action: Action::Next, why: format!("{status}: this site's dialplan moves on") };
    }
    if pbx.stop.contains(&status) {
        return Decision { action: Action::Stop, why: format!("{status}: this site's dialplan stops") };
    }
    if continue_if_busy {
        return Decision {
            action: Action::Next,
            why: format!("{status}: Continue if Busy moves on after any failure"),
        };
    }
    let by_status = meaning(pbx.driver, status);
    let meant = match (reason, pbx.driver) {
        (Some(cause), Driver::Pjsip) => match reason_wins(pbx) {
            Some(true) => by_cause(cause),
            Some(false) => by_status,
            // Without the version either may happen; the one that loses calls is reckoned with.
            None if by_cause(cause).action == Action::Stop => by_cause(cause),
            None => by_status,
        },
        _ => by_status,
    };
    // FreePBX up to 11 has no extension for cause 1 and moves on.
    let action = if meant.cause == 1 && pbx.freepbx <= 11 { Action::Next } else { meant.action };
    let verb = if action == Action::Next { "moves on to the next trunk" } else { "stops: the call is lost" };
    Decision {
        action,
        why: format!("{status} → cause {} → {} → FreePBX {} {verb}", meant.cause, meant.dialstatus, pbx.freepbx),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub fn pbx() -> Pbx {
        Pbx {
            driver: Driver::Pjsip,
            freepbx: 17,
            asterisk: None,
            timer_b: 32.0,
            ring_timer: 300.0,
            operator_response: Some(1200.0),
            stopped_call_hold: 20.0,
            next: vec![],
            stop: vec![],
            place: None,
        }
    }

    #[test]
    fn versions_options_and_overrides() {
        let action = |pbx: &Pbx, status| decide(pbx, false, status, None).action;
        assert_eq!(action(&pbx(), 503), Action::Next);
        assert_eq!(action(&pbx(), 404), Action::Stop);
        assert_eq!(action(&Pbx { freepbx: 11, ..pbx() }, 404), Action::Next);
        assert_eq!(action(&Pbx { freepbx: 12, ..pbx() }, 404), Action::Stop);
        assert_eq!(action(&pbx(), 603), Action::Next);
        assert_eq!(action(&Pbx { driver: Driver::Sip, ..pbx() }, 603), Action::Stop);
        assert_eq!(decide(&pbx(), true, 486, None).action, Action::Next);
        assert_eq!(action(&Pbx { next: vec![404], ..pbx() }, 404), Action::Next);
        assert_eq!(action(&Pbx { stop: vec![503], ..pbx() }, 503), Action::Stop);
        assert_eq!(decide(&Pbx { stop: vec![503], ..pbx() }, true, 503, None).action, Action::Stop);
    }

    #[test]
    fn the_reason_header_wins_before_20_19_22_9_and_23_3() {
        // The five replies observed on 22.8.2 and 22.10.1.
        let at = |minor, status, cause| {
            decide(&Pbx { asterisk: Some((22, minor, 0)), ..pbx() }, false, status, Some(cause)).action
        };
        for (status, cause, old, new) in [
            (503, 17, Action::Stop, Action::Next),
            (404, 34, Action::Next, Action::Stop),
            (480, 34, Action::Next, Action::Stop),
            (503, 1, Action::Stop, Action::Next),
            (503, 41, Action::Next, Action::Next),
            (403, 17, Action::Stop, Action::Next),
        ] {
            assert_eq!((at(8, status, cause), at(10, status, cause)), (old, new), "{status} cause {cause}");
        }
        assert_eq!(decide(&pbx(), false, 503, Some(17)).action, Action::Stop);
    }
}

//! The states that trunks pass through in an outage, and when they change.

use crate::model::cause::Cause;
use crate::model::plan::Plan;
use crate::routing::outage::{EndedBy, Met, TrunkOutage, behaviour};

/// The state of one trunk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TrunkState {
    /// In service.
    Up,
    /// Asked, and so large a share of the attempts meets the outage.
    Hit {
        /// Share that meets it.
        share: f64,
        /// What those attempts do.
        met: Met,
        /// Whether the carrier answers them, and so may charge for them.
        answers: bool,
    },
    /// Not asked: marked unavailable, or switched off.
    Skipped,
    /// Asked, and every new attempt gets the carrier's refusal: a cap or a prepaid balance is used up.
    Refusing,
}

/// The states of all trunks, position 0 first.
pub type State = Vec<TrunkState>;

/// A stretch of an outage in which no trunk changes state.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Begin, from the outage's begin [s].
    pub from: f64,
    /// End, from the outage's begin [s].
    pub to: f64,
    /// The states.
    pub state: State,
}

/// Which detection and failback times are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Windows {
    /// The means: for money.
    Mean,
    /// The longest: for capacity.
    Worst,
}

/// How every trunk behaves under a cause; nothing for trunks that it does not take down.
#[must_use]
pub fn behaviours(plan: &Plan, cause: &Cause) -> Vec<Option<TrunkOutage>> {
    let mut outages: Vec<_> =
        plan.trunks.iter().map(|trunk| trunk.needs(&cause.hits).then(|| behaviour(cause, trunk, &plan.pbx))).collect();
    if outages.len() == 1 {
        keep_alone(&mut outages);
    }
    outages
}

/// Nobody switches off the only trunk while it still carries a part of the calls.
fn keep_alone(outages: &mut [Option<TrunkOutage>]) {
    if let Some(Some(first)) = outages.first_mut()
        && first.share < 1.0
        && first.ended_by == EndedBy::Operator
    {
        *first =
            TrunkOutage { lag: f64::INFINITY, lag_worst: f64::INFINITY, ended_by: EndedBy::Nobody, ..first.clone() };
    }
}

fn at(outage: Option<&TrunkOutage>, t: f64, length: f64, windows: Windows) -> TrunkState {
    let Some(outage) = outage else { return TrunkState::Up };
    let (lag, failback) = match windows {
        Windows::Mean => (outage.lag, outage.failback),
        Windows::Worst => (outage.lag_worst, outage.failback_worst),
    };
    if t < lag.min(length) {
        TrunkState::Hit { share: outage.share, met: outage.met, answers: outage.answers }
    } else if t < length || (lag < length && t < length + failback) {
        TrunkState::Skipped
    } else {
        TrunkState::Up
    }
}

/// The phases of an outage of a length [s], the failback after it included. Phases of no length are left out.
#[must_use]
pub fn phases(outages: &[Option<TrunkOutage>], length: f64, windows: Windows) -> Vec<Phase> {
    let mut moments = vec![0.0, length];
    for outage in outages.iter().flatten() {
        let (lag, failback) = match windows {
            Windows::Mean => (outage.lag, outage.failback),
            Windows::Worst => (outage.lag_worst, outage.failback_worst),
        };
        if lag < length {
            moments.push(lag);
            moments.push(length + failback);
        }
    }
    moments.sort_by(f64::total_cmp);
    moments.dedup();
    moments
        .windows(2)
        .filter_map(|pair| if let [from, to] = pair { Some((*from, *to)) } else { None })
        .map(|(from, to)| Phase {
            from,
            to,
            state: outages.iter().map(|outage| at(outage.as_ref(), from, length, windows)).collect(),
        })
        .collect()
}

/// The phases of the same outage with the first trunk alone, over the same time: the others are out of service
/// throughout, and nobody switches off the only trunk while it still carries a part of the calls.
#[must_use]
pub fn phases_alone(outages: &[Option<TrunkOutage>], length: f64, windows: Windows) -> Vec<Phase> {
    let mut outages = outages.to_vec();
    keep_alone(&mut outages);
    let mut phases = phases(&outages, length, windows);
    for state in phases.iter_mut().flat_map(|phase| phase.state.iter_mut().skip(1)) {
        *state = TrunkState::Skipped;
    }
    phases
}

/// The state that an outage settles in when it lasts: after every lag that ends.
#[must_use]
pub fn settled(outages: &[Option<TrunkOutage>]) -> State {
    let late = f64::MAX / 4.0;
    outages.iter().map(|outage| at(outage.as_ref(), late, late * 2.0, Windows::Worst)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silent(lag: f64, failback: f64) -> Option<TrunkOutage> {
        Some(TrunkOutage {
            share: 1.0,
            met: Met::Lost { after: 32.0 },
            lag,
            lag_worst: lag * 2.0,
            ended_by: EndedBy::Qualify,
            failback,
            failback_worst: failback * 2.0,
            answers: false,
            why: String::new(),
        })
    }

    fn shape(phases: &[Phase]) -> Vec<(f64, f64, String)> {
        let letter = |state: &TrunkState| match state {
            TrunkState::Up => 'U',
            TrunkState::Hit { .. } => 'H',
            TrunkState::Skipped => 'S',
            TrunkState::Refusing => 'R',
        };
        phases.iter().map(|p| (p.from, p.to, p.state.iter().map(letter).collect())).collect()
    }

    #[test]
    fn detection_then_failover_then_failback() {
        let outages = [silent(33.0, 30.0), None];
        let hour = phases(&outages, 3600.0, Windows::Mean);
        let expected = [(0.0, 33.0, "HU"), (33.0, 3600.0, "SU"), (3600.0, 3630.0, "SU")];
        assert_eq!(shape(&hour), expected.map(|(a, b, s)| (a, b, s.to_owned())));
        // Shorter than its detection: nothing is marked down, and nothing comes back late.
        assert_eq!(shape(&phases(&outages, 20.0, Windows::Mean)), [(0.0, 20.0, "HU".to_owned())]);
        assert_eq!(settled(&outages), [TrunkState::Skipped, TrunkState::Up]);
    }

    #[test]
    fn alone_a_trunk_that_carries_a_part_is_not_switched_off() {
        let operator =
            |share| silent(1200.0, 0.0).map(|outage| TrunkOutage { share, ended_by: EndedBy::Operator, ..outage });
        let alone = |outages: &[_]| shape(&phases_alone(outages, 3600.0, Windows::Mean));
        assert_eq!(alone(&[operator(0.5), None]), [(0.0, 3600.0, "HS".to_owned())]);
        let all = [(0.0, 1200.0, "HS"), (1200.0, 3600.0, "SS")];
        assert_eq!(alone(&[operator(1.0), None]), all.map(|(a, b, s)| (a, b, s.to_owned())));
        // The other trunk's way back is part of the time compared.
        let back = [(0.0, 33.0, "US"), (33.0, 3600.0, "US"), (3600.0, 3630.0, "US")];
        assert_eq!(alone(&[None, silent(33.0, 30.0)]), back.map(|(a, b, s)| (a, b, s.to_owned())));
    }

    #[test]
    fn trunks_are_noticed_each_in_its_own_time() {
        let outages = [silent(33.0, 30.0), silent(63.0, 60.0), None];
        let got = shape(&phases(&outages, 600.0, Windows::Mean));
        let expected = [
            (0.0, 33.0, "HHU"),
            (33.0, 63.0, "SHU"),
            (63.0, 600.0, "SSU"),
            (600.0, 630.0, "SSU"),
            (630.0, 660.0, "USU"),
        ];
        assert_eq!(got, expected.map(|(a, b, s)| (a, b, s.to_owned())));
    }
}

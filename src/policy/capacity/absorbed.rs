//! What is blocked, and what is carried.

use super::{
    NO_SECONDARY, UNSTATED, at_limit, behind, clause, first, known, limits_text, name, needs_text, policy_label,
    tighter, when,
};
use crate::assessment::Assessment;
use crate::assessment::capacity::{Busiest, Interval, SequenceCapacity, enough, largest, least_absorbed};
use crate::outage::state::{State, TrunkState};
use crate::policy::rule::{Found, Judgement, measure};
use crate::routing::outage::Met;
use crate::words::diagnostic::Label;
use crate::words::figure::{count, percent, percent_pair};

pub(super) fn blocking(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let target = assessment.plan().policy.grade_of_service;
    let worst = largest(&assessment.capacity.intervals, |interval| interval.blocking);
    let Some(interval) = worst.filter(|interval| interval.blocking > target) else {
        return if sequence.unstated { Judgement::blind(UNSTATED) } else { Judgement::clean() };
    };
    let Some(trunk) = first(sequence, interval) else { return Judgement::blind(NO_SECONDARY) };
    let (has, wants) = percent_pair(interval.blocking, target);
    let elsewhere = when(assessment, busiest, interval);
    let help = match elsewhere {
        Some(_) => format!("these are {} attempts per second; {}", count(interval.rate), needs_text(trunk)),
        None => needs_text(trunk),
    };
    let when = elsewhere.unwrap_or_else(|| "at the busiest time".to_owned());
    let mut labels = at_limit(assessment, trunk.trunk, tighter(trunk), limits_text(trunk));
    labels.extend(policy_label(assessment, "grade_of_service", format!("at most {wants}")));
    Judgement::found(vec![Found {
        subject: vec![("trunk", name(assessment, trunk.trunk))],
        brief: format!("{has} > {wants}"),
        message: format!("without the primary {has} of the attempts are blocked {when}, {wants} are allowed"),
        labels,
        help,
        measure: known(sequence, interval.blocking * 100.0),
    }])
}

pub(super) fn absorbed(assessment: &Assessment<'_>) -> Judgement {
    let (failover, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        // A floor without any trunk behind the primary is not carried at all, and no reason not to say so.
        Err(reason) if reason == NO_SECONDARY => {
            let plan = assessment.plan();
            let Some(primary) = plan.trunks.first() else { return Judgement::blind(reason) };
            let wants = percent(plan.policy.absorb);
            return Judgement::found(vec![Found {
                subject: vec![("trunk", primary.name.clone())],
                brief: format!("0.0 % < {wants}"),
                message: format!("nothing carries the floor if `{}` fails, {wants} are wanted", primary.name),
                labels: vec![Label::new(primary.place.key("name"), "the only trunk")],
                help: "add a trunk behind it".to_owned(),
                measure: measure(100.0),
            }]);
        }
        Err(reason) => return Judgement::blind(reason),
    };
    let mut judgement = Judgement::clean();
    let primary = assessment.plan().trunks.first().map(|t| t.name.clone()).unwrap_or_default();
    if let Some(interval) = least_absorbed(&assessment.capacity.intervals) {
        let at = At { sequence: failover, interval, busiest };
        judge_absorbed(assessment, &at, &format!("without `{primary}`"), None, &mut judgement);
    }
    // Causes that leave the primary to itself, or leave nothing, are other rules' business.
    for cause in &assessment.capacity.causes {
        let state = &cause.sequence.state;
        let primary_down = state.first().is_some_and(|state| *state != TrunkState::Up);
        if primary_down && cause.sequence.first.is_some() && !as_without_primary(state, &failover.state) {
            let (Some(named), Some(interval)) = (assessment.plan().causes.get(cause.cause), &cause.worst) else {
                continue;
            };
            let at = At { sequence: &cause.sequence, interval, busiest };
            judge_absorbed(assessment, &at, &format!("under `{}`", named.name), Some(&named.name), &mut judgement);
        }
    }
    judgement
}

/// A state of the sequence at the interval in which it carries least.
struct At<'a> {
    sequence: &'a SequenceCapacity,
    interval: &'a Interval,
    busiest: &'a Busiest,
}

impl At<'_> {
    fn when(&self, assessment: &Assessment<'_>) -> Option<String> {
        when(assessment, self.busiest, self.interval)
    }
}

/// Whether a state leaves the same trunks to carry the same attempts as the primary's failure does: what is asked and
/// moves every call on is as good as skipped, and would only say the same again.
fn as_without_primary(state: &State, failover: &State) -> bool {
    let moves_on =
        |state: &TrunkState| matches!(state, TrunkState::Hit { share, met: Met::MovesOn { .. }, .. } if *share >= 1.0);
    state.len() == failover.len()
        && state.iter().zip(failover).all(|(a, b)| a == b || (*b == TrunkState::Skipped && moves_on(a)))
}

/// A cause whose calls are lost to the outage itself rather than to a limit: no channel would help.
fn lost_to_cause(assessment: &Assessment<'_>, at: &At<'_>, cause: &str) -> Option<Found> {
    let plan = assessment.plan();
    let (sequence, interval) = (at.sequence, at.interval);
    let to_outage = 1.0 - interval.absorbed - interval.blocking;
    if to_outage <= interval.blocking {
        return None;
    }
    let named = plan.causes.iter().find(|named| named.name == cause)?;
    let hit = sequence.state.iter().position(|state| matches!(state, TrunkState::Hit { .. }))?;
    let (has, wants) = percent_pair(interval.absorbed, plan.policy.absorb);
    let mut labels = vec![Label::new(named.place.key("signal"), "calls that get this never move on")];
    labels.extend(policy_label(assessment, "absorb", format!("{wants} wanted")));
    Some(Found {
        subject: vec![("trunk", name(assessment, hit)), ("cause", cause.to_owned())],
        brief: format!("{has} < {wants}"),
        message: format!(
            "under `{cause}` {has} of the floor are carried{}, {wants} are wanted: {} of the attempts are lost on `{}`, and nobody switches it off",
            clause(at.when(assessment).as_deref()),
            percent(to_outage),
            name(assessment, hit)
        ),
        labels,
        help: "a dialplan that moves on from it (`pbx.next`), or an operator who switches the trunk off (`pbx.operator_response`)"
            .to_owned(),
        measure: measure((1.0 - interval.absorbed) * 100.0),
    })
}

fn judge_absorbed(
    assessment: &Assessment<'_>,
    at: &At<'_>,
    when: &str,
    cause: Option<&str>,
    judgement: &mut Judgement,
) {
    let wanted = assessment.plan().policy.absorb;
    let (sequence, interval) = (at.sequence, at.interval);
    if interval.absorbed >= wanted {
        if sequence.unstated {
            judgement.not_judged = Some(UNSTATED.to_owned());
        }
        return;
    }
    if let Some(found) = cause.and_then(|cause| lost_to_cause(assessment, at, cause)) {
        judgement.findings.push(found);
        return;
    }
    let Some(trunk) = first(sequence, interval) else { return };
    let mut subject = vec![("trunk", name(assessment, trunk.trunk))];
    subject.extend(cause.map(|cause| ("cause", cause.to_owned())));
    let (has, wants) = percent_pair(interval.absorbed, wanted);
    let mut labels = at_limit(assessment, trunk.trunk, tighter(trunk), limits_text(trunk));
    labels.extend(policy_label(assessment, "absorb", format!("{wants} wanted")));
    let what = enough(&assessment.engine, &sequence.state, &interval.floor, trunk.trunk, 1.0 - wanted).ok().flatten();
    let elsewhere = at.when(assessment);
    let for_these = match elsewhere {
        Some(_) => format!(" for these {} attempts per second", count(interval.rate)),
        None => String::new(),
    };
    let help = match what {
        Some(enough) => match enough.cps {
            Some(cps) => format!("{} channels with {cps} calls per second would be enough{for_these}", enough.channels),
            None => format!("{} channels would be enough{for_these}", enough.channels),
        },
        None => "no number of channels on this trunk alone would be enough".to_owned(),
    };
    judgement.findings.push(Found {
        subject,
        brief: format!("{has} < {wants}"),
        message: format!(
            "{when} the trunks that are left carry {has} of the floor{}, {wants} are wanted",
            clause(elsewhere.as_deref())
        ),
        labels,
        help,
        measure: known(sequence, (1.0 - interval.absorbed) * 100.0),
    });
}

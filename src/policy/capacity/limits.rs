//! Channels, calls per second, the surge, room for more seats: each at the interval that asks for most of it.

use super::{NO_SECONDARY, UNSTATED, at_limit, behind, clause, first, limits_text, name, needs_text, tighter, when};
use crate::assessment::Assessment;
use crate::assessment::capacity::{Interval, SequenceCapacity, carries_seats, largest, seats_supported};
use crate::model::rates::Limit;
use crate::outage::OutageError;
use crate::outage::state::TrunkState;
use crate::policy::rule::{Found, Judgement, measure};
use crate::words::diagnostic::Label;
use crate::words::figure::{count, percent, percent_pair};
use crate::words::units::Probability;

pub(super) fn channels(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let needed = |interval: &Interval| first(sequence, interval).and_then(|trunk| trunk.channels_needed);
    let intervals = &assessment.capacity.intervals;
    let Some(interval) = largest(intervals, |i| needed(i).map_or(0.0, |needs| needs as f64)) else {
        return Judgement::clean();
    };
    let Some(trunk) = first(sequence, interval) else { return Judgement::blind(NO_SECONDARY) };
    match (trunk.channels, trunk.channels_needed) {
        (Limit::Unstated, _) => {
            Judgement::blind("the trunk's channels are stated neither by the plan nor by its table")
        }
        (Limit::At(has), Some(needs)) if needs > has => {
            let name = name(assessment, trunk.trunk);
            let elsewhere = when(assessment, busiest, interval);
            Judgement::found(vec![Found {
                subject: vec![("trunk", name.clone())],
                brief: format!("{has} channels < {needs} needed"),
                message: format!(
                    "`{name}` has {has} channels; {} erlang{} at a grade of service of {} need {needs}",
                    count(trunk.offered * (1.0 - trunk.blocking_cps)),
                    clause(elsewhere.as_deref()),
                    percent(assessment.plan().policy.grade_of_service)
                ),
                labels: at_limit(assessment, trunk.trunk, "channels", format!("{has} channels")),
                help: format!("{needs} channels would be enough for what is offered to it"),
                measure: measure(needs as f64),
            }])
        }
        (Limit::At(_), _) if intervals.iter().any(|interval| needed(interval).is_none()) => {
            Judgement::blind("no number of channels reaches the grade of service")
        }
        _ => Judgement::clean(),
    }
}

pub(super) fn cps(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let refused = |interval: &Interval| first(sequence, interval).map_or(0.0, |trunk| trunk.blocking_cps);
    let Some(interval) = largest(&assessment.capacity.intervals, refused) else { return Judgement::clean() };
    let Some(trunk) = first(sequence, interval) else { return Judgement::blind(NO_SECONDARY) };
    let target = assessment.plan().policy.grade_of_service;
    match trunk.cps {
        Limit::Unstated => {
            Judgement::blind("the trunk's calls per second are stated neither by the plan nor by its table")
        }
        Limit::At(has) if trunk.blocking_cps > target => {
            let name = name(assessment, trunk.trunk);
            let needs = trunk.cps_needed;
            let (refused, allowed) = percent_pair(trunk.blocking_cps, target);
            let elsewhere = when(assessment, busiest, interval);
            Judgement::found(vec![Found {
                subject: vec![("trunk", name.clone())],
                brief: match needs {
                    Some(needs) => format!("{} cps < {needs} needed", count(has)),
                    None => format!("{} cps refuse {refused}", count(has)),
                },
                message: format!(
                    "`{name}` takes {} calls per second and refuses {refused} of the floor's {} attempts per second{}, {allowed} are allowed",
                    count(has),
                    count(trunk.offered_rate),
                    clause(elsewhere.as_deref())
                ),
                labels: at_limit(assessment, trunk.trunk, "cps", format!("{} calls per second", count(has))),
                help: match needs {
                    Some(needs) => format!("{needs} calls per second would be enough"),
                    None => "pace the dialer down".to_owned(),
                },
                measure: needs.and_then(|needs| measure(needs as f64)),
            }])
        }
        _ => Judgement::clean(),
    }
}

pub(super) fn surge(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let Some(interval) = largest(&assessment.capacity.intervals, |interval| interval.floor.offer.surge) else {
        return Judgement::clean();
    };
    let Some(trunk) = first(sequence, interval) else { return Judgement::blind(NO_SECONDARY) };
    let limit = assessment.plan().policy.surge;
    let lines = interval.floor.offer.surge;
    match (trunk.cps, trunk.cps.at().map(|cps| lines / cps)) {
        (Limit::Unstated, _) => {
            Judgement::blind("the trunk's calls per second are stated neither by the plan nor by its table")
        }
        (Limit::At(has), Some(seconds)) if seconds > limit => {
            let name = name(assessment, trunk.trunk);
            let elsewhere = when(assessment, busiest, interval);
            Judgement::found(vec![Found {
                subject: vec![("trunk", name.clone())],
                brief: format!("{} s > {} s", count(seconds), count(limit)),
                message: format!(
                    "{} lines redial at once{}; `{name}` takes {} s to let them pass at {} calls per second, {} s are allowed",
                    count(lines),
                    clause(elsewhere.as_deref()),
                    count(seconds),
                    count(has),
                    count(limit)
                ),
                labels: at_limit(assessment, trunk.trunk, "cps", format!("{} calls per second", count(has))),
                help: if limit > 0.0 {
                    format!("{} calls per second would be enough", libm::ceil(lines / limit))
                } else {
                    "no number of calls per second lets them pass in no time: raise `policy.surge`".to_owned()
                },
                measure: measure(seconds),
            }])
        }
        _ => Judgement::clean(),
    }
}

pub(super) fn headroom(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    match least_room(assessment, sequence) {
        // Figures without an answer are no room that is known.
        Err(error) => Judgement::blind(error.to_string()),
        Ok(Room::Enough) if sequence.unstated => Judgement::blind(UNSTATED),
        // Floors that are not carried at all have a finding of their own.
        Ok(Room::Enough | Room::NotCarried) => Judgement::clean(),
        Ok(Room::Short { interval, supported, wanted }) => {
            let Some(trunk) = first(sequence, interval) else { return Judgement::blind(NO_SECONDARY) };
            let elsewhere = when(assessment, busiest, interval)
                .map(|_| format!(", first from {}", interval.floor.at.rfc3339(assessment.plan().timezone)));
            Judgement::found(vec![Found {
                subject: vec![("trunk", name(assessment, trunk.trunk))],
                brief: format!("{supported} seats < {wanted}"),
                message: format!(
                    "without the primary the trunks carry {supported} seats at the grade of service; {} are staffed{}, and {wanted} with the headroom wanted",
                    interval.floor.seats,
                    elsewhere.unwrap_or_default()
                ),
                labels: at_limit(assessment, trunk.trunk, tighter(trunk), limits_text(trunk)),
                help: needs_text(trunk),
                measure: None,
            }])
        }
    }
}

/// Room for more seats.
enum Room<'a> {
    /// Every interval has as much as is wanted.
    Enough,
    /// An interval is not even carried as it is.
    NotCarried,
    /// The interval that has least for what it wants.
    Short { interval: &'a Interval, supported: u64, wanted: u64 },
}

fn least_room<'a>(assessment: &'a Assessment<'_>, sequence: &SequenceCapacity) -> Result<Room<'a>, OutageError> {
    let (engine, policy) = (&assessment.engine, &assessment.plan().policy);
    let target = Probability::new(policy.grade_of_service)?;
    let mut room = Room::Enough;
    let mut least = 1.0;
    for interval in &assessment.capacity.intervals {
        let wanted = libm::ceil(interval.floor.seats as f64 * (1.0 + policy.headroom)) as u64;
        if carries_seats(engine, &sequence.state, &interval.floor, wanted)? {
            continue;
        }
        let Some(supported) = seats_supported(engine, &sequence.state, &interval.floor, target)? else { continue };
        if supported < interval.floor.seats {
            return Ok(Room::NotCarried);
        }
        let share = supported as f64 / wanted as f64;
        if share < least {
            least = share;
            room = Room::Short { interval, supported, wanted };
        }
    }
    Ok(room)
}

pub(super) fn dialer_cap(assessment: &Assessment<'_>) -> Judgement {
    let (sequence, busiest) = match behind(assessment) {
        Ok(behind) => behind,
        Err(reason) => return Judgement::blind(reason),
    };
    let held = |interval: &Interval| interval.floor.offer.offered.and_then(|offered| offered.sources);
    let most = largest(&assessment.capacity.intervals, |interval| held(interval).unwrap_or(0.0));
    let Some((interval, lines)) = most.and_then(|interval| Some((interval, held(interval)?))) else {
        return Judgement::clean();
    };
    let mut channels = 0.0;
    for trunk in interval.trunks.iter().filter(|trunk| trunk.state == TrunkState::Up) {
        match trunk.channels {
            Limit::At(limit) => channels += limit as f64,
            Limit::Unlimited => return Judgement::clean(),
            Limit::Unstated => return Judgement::blind(UNSTATED),
        }
    }
    if lines <= channels {
        return Judgement::clean();
    }
    let time = when(assessment, busiest, interval).unwrap_or_else(|| "at the busiest time".to_owned());
    let label = assessment
        .plan()
        .campaigns
        .iter()
        .find(|campaign| campaign.lines_per_seat.is_some())
        .map(|campaign| Label::new(campaign.place.key("lines_per_seat"), format!("{} lines in all", count(lines))));
    Judgement::found(vec![Found {
        subject: first(sequence, interval).map(|trunk| ("trunk", name(assessment, trunk.trunk))).into_iter().collect(),
        brief: format!("{} lines > {} channels", count(lines), count(channels)),
        message: format!(
            "the dialers may hold {} lines {time}; the trunks behind the primary have {} channels together",
            count(lines),
            count(channels)
        ),
        labels: label.into_iter().collect(),
        help: "lower `lines_per_seat` while the secondary carries".to_owned(),
        measure: measure(lines),
    }])
}

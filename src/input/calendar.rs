//! What only the calendar of a plan can show: shifts that never open, more staffed than licensed seats, a start that the
//! clock never shows.

use std::time::Duration;

use super::fault::FaultKind;
use super::reader::Log;
use crate::model::plan::{Assumption, Plan, Start};
use crate::words::calendar::{Calendar, CalendarError, Floor, Instant, Shown};

/// Checks the shifts of every campaign over the year from `as_of`, and the start of the scenarios.
pub fn check(plan: &Plan, log: &Log) {
    let faults = &log.faults;
    let shifts = plan.shifts();
    let floor =
        Floor { zone: plan.timezone, as_of: plan.as_of, tail: Duration::ZERO, campaigns: &shifts, rate_changes: &[] };
    let hours_of = |campaign: usize, shift: usize| {
        plan.campaigns.get(campaign).and_then(|c| c.shifts.get(shift)).map(|s| s.place.key("hours"))
    };
    let calendar = match Calendar::build(&floor) {
        Ok(calendar) => calendar,
        Err(CalendarError::Shift { campaign, shift, reason }) => {
            if let Some(span) = hours_of(campaign, shift) {
                let message = format!("the opening hours cannot be used: {reason}");
                faults.at(FaultKind::BadOpeningHours, span, message, "here", "say when the floor is open");
            }
            return;
        }
        Err(error) => {
            let span = plan.place.key("as_of");
            faults.at(FaultKind::OutOfRange, span, error.to_string(), "here", "a date of this century");
            return;
        }
    };
    start(plan, &calendar, log);
    for (campaign, shift) in calendar.never_open() {
        if let Some(span) = hours_of(*campaign, *shift) {
            let message = format!("a shift never opens in the 365 days from {}", plan.as_of);
            let help = "rules further right overrule those before them: `Mo-Fr 08:00-20:00; PH off`";
            faults.at(FaultKind::BadOpeningHours, span, message, "never opens", help);
        }
    }
    for (index, campaign) in plan.campaigns.iter().enumerate() {
        let Some((staffed, at)) = calendar.busiest(index) else { continue };
        if staffed > campaign.seats {
            faults.at_both(
                FaultKind::ImpossibleFloor,
                [
                    (campaign.place.key("shifts"), format!("{staffed} staffed at {}", at.rfc3339(plan.timezone))),
                    (campaign.place.key("seats"), format!("{} licensed", campaign.seats)),
                ],
                format!(
                    "shifts of campaign `{}` together staff {staffed} seats, but only {} are licensed",
                    campaign.name, campaign.seats
                ),
                "license more seats, or staff fewer where shifts overlap",
            );
        }
    }
}

/// A fixed start lies in the year that is reckoned, and is a time that the floor's clock shows.
fn start(plan: &Plan, calendar: &Calendar, log: &Log) {
    let (Start::At(local), Some(place)) = (plan.scenario.start, &plan.scenario.place) else { return };
    let span = place.key("start");
    let fault = |message: String, help: &str| log.faults.at(FaultKind::OutOfRange, span, message, "here", help);
    let shown = plan.timezone.shows(local);
    let start = Instant::from_local(local, plan.timezone);
    if shown == Shown::Never {
        let after = start.to_local(plan.timezone);
        fault(
            format!("`start` of scenario is {local}, which clocks in {} skip", plan.timezone),
            &format!("clocks go forward there: {} is the first time after it", after.format("%Y-%m-%dT%H:%M:%S")),
        );
    } else if start < calendar.start() || start >= calendar.horizon_end() {
        fault(
            format!("`start` of scenario is {local}, outside the 365 days from {}", plan.as_of),
            "a time in the year from `as_of`, for which rates and shifts are reckoned",
        );
    } else if shown == Shown::Twice {
        log.assumptions.borrow_mut().push(Assumption {
            key: "scenario.start".to_owned(),
            value: format!("the earlier, {}", start.rfc3339(plan.timezone)),
            why: format!("clocks in {} show {local} twice", plan.timezone),
        });
    }
}

//! What only the calendar of a plan can show: shifts that never open, more staffed than licensed seats.

use std::time::Duration;

use super::fault::{FaultKind, Faults};
use crate::model::plan::Plan;
use crate::words::calendar::{Calendar, CalendarError, Floor};

/// Checks the shifts of every campaign over the year from `as_of`.
pub fn check(plan: &Plan, faults: &Faults) {
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

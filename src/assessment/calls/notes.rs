//! What the formulas leave out, and a simulation of calls shows.

use crate::model::cause::Signal;
use crate::model::plan::Plan;
use crate::model::rates::CpsWindow;
use crate::outage::scenario::Scenario;
use crate::outage::state::{TrunkState, behaviours};

/// A line-capped dialer keeps pace with its idle lines.
pub const CAPPED_DIALER: &str = "a dialer with a line cap dials as its lines come free: refusals that take time slow it \
    down, and refusals at once speed it up; the formulas keep the plan's pace";

/// Many trunks have phases of their own.
pub const SEVERAL_HIT: &str = "each silent trunk is noticed in its own time, and all have to be; the formulas take the \
    mean of each";

/// Overflow behind a gate.
pub const EQUIVALENT: &str = "behind a calls-per-second gate or a partial outage the formulas approximate (Wilkinson)";

/// The first minutes.
pub const UNSETTLED: &str = "the formulas take every moment as settled: the surge at the begin, and channels that are \
    still empty then, are left out";

/// A cap stops after a whole call.
pub const LAST_CALL: &str = "a cap or balance is passed by a part of its last call";

/// An average has credit.
pub const CREDIT: &str = "a carrier that averages calls per second starts with a minute's credit";

/// Announcements come after the wait.
pub const LATE: &str = "a call that waits in vain holds its agent for the announcement after the wait, when others are \
    carried already; the formulas count it while all are lost";

/// A threshold on the mean.
pub const THRESHOLD: &str = "the surcharge on short calls is reckoned for the expected calls, and each run has its own";

/// What of it an outage of a plan has to do with.
#[must_use]
pub fn of(plan: &Plan, cause: usize, scenario: &Scenario) -> Vec<&'static str> {
    let mut notes = Vec::new();
    let Some(named) = plan.causes.get(cause) else { return notes };
    let outages = behaviours(plan, named);
    let hit = outages.iter().flatten().count();
    if plan.campaigns.iter().any(|campaign| campaign.lines_per_seat.is_some()) {
        notes.push(CAPPED_DIALER);
    }
    if hit > 1 && named.signal == Signal::Timeout {
        notes.push(SEVERAL_HIT);
    }
    if outages.iter().flatten().any(|outage| plan.campaigns.iter().any(|c| outage.met.announces(c.dial_timeout))) {
        notes.push(LATE);
    }
    let split = scenario
        .phases
        .iter()
        .any(|phase| phase.state.iter().any(|state| matches!(state, TrunkState::Hit { share, .. } if *share < 1.0)));
    let tables = || plan.trunks.iter().filter_map(|trunk| plan.table(trunk).map(|table| (trunk, table)));
    let gated = tables().any(|(trunk, table)| trunk.cps_limit(table).at().is_some());
    if plan.trunks.len() > 2 && (split || gated) {
        notes.push(EQUIVALENT);
    }
    if tables().any(|(trunk, table)| {
        trunk.channel_limit(table, plan.licensed_seats()).at().is_some() || trunk.cps_limit(table).at().is_some()
    }) {
        notes.push(UNSETTLED);
    }
    if tables().any(|(_, table)| table.limits.daily_spend.is_some() || table.limits.prepaid.is_some()) {
        notes.push(LAST_CALL);
    }
    if tables()
        .any(|(trunk, table)| trunk.cps_limit(table).at().is_some() && table.limits.cps_window == CpsWindow::Average)
    {
        notes.push(CREDIT);
    }
    if tables().any(|(_, table)| table.fees.short_calls.is_some()) {
        notes.push(THRESHOLD);
    }
    notes
}

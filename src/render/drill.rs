//! What a planned failover costs: screen of `estimate --drill`.

use std::fmt::Write as _;

use super::escape::terminal;
use crate::assessment::Assessment;
use crate::outage::scenario::Scenario;
use crate::words::duration::human;
use crate::words::figure::{count, fixed};

/// The drill on the screen.
#[must_use]
pub fn text(assessment: &Assessment<'_>, drill: &Scenario) -> String {
    let plan = assessment.plan();
    let start = drill.start.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M");
    let mut out = format!("A drill on {start} for {}, the primary switched off by hand:\n", human(drill.length));
    if drill.outage.attempts <= 0.0 {
        out.push_str("the floor is closed then: nothing is dialled, nothing is tested\n\n");
        return out;
    }
    let least = if drill.incomplete { "≥ " } else { "" };
    let _ = writeln!(
        out,
        "it costs {least}{} for {} attempts, of which {} are carried and {} lost",
        drill.spend,
        count(drill.outage.attempts.round()),
        count(drill.outage.carried.round()),
        fixed(drill.outage.lost(), 1)
    );
    for bill in drill.trunks.iter().filter(|bill| bill.carried > 0.0) {
        let name = plan.trunks.get(bill.trunk).map_or("", |trunk| trunk.name.as_str());
        let _ = writeln!(
            out,
            "  {}: {} attempts, {} minutes billed, {least}{}",
            terminal(name),
            count(bill.carried.round()),
            fixed(bill.billed / 60.0, 1),
            bill.spend
        );
    }
    if let Some(idle) = &drill.idle_cost {
        let _ = writeln!(out, "idle seats cost {idle} meanwhile, and {} of margin is lost", drill.lost_margin);
    }
    out.push_str("Calls in progress stay where they are; nothing is lost to detection.\n\n");
    out
}

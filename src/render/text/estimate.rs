//! The screen of `estimate`.

use std::fmt::Write as _;

use super::{BOLD, Detail, amount, assumptions, cause_name, dearest, findings, header, headline, length};
use crate::assessment::Assessment;
use crate::input::plan::Loaded;
use crate::model::cause::Signal;
use crate::model::plan::Start;
use crate::outage::pieces::CapKind;
use crate::outage::scenario::Scenario;
use crate::outage::state::behaviours;
use crate::policy::judge::Verdict;
use crate::render::chart::{LineChart, line_chart};
use crate::render::escape::terminal;
use crate::render::table::{Align, Table};
use crate::routing::outage::{EndedBy, Met, TrunkOutage};
use crate::words::duration::human;
use crate::words::figure::{fixed, percent};
use crate::words::money::Money;

/// A text in lines of a hundred characters, indented.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut line = String::from(" ");
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > 100 && line.len() > 4 {
            let _ = writeln!(out, "{line}");
            line = String::from("   ");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
    out
}

/// How one trunk behaves under a cause, in a line.
fn behaviour(outage: &TrunkOutage, trunk: &str) -> String {
    let lost = match outage.met {
        Met::MovesOn { after } => return format!("`{trunk}`: {} ({} later each)", outage.why, human(after)),
        Met::Lost { .. } => "calls are lost",
        Met::MovesOnIfHeld { .. } => "calls that the dialer holds move on, the others are lost",
    };
    let until = match outage.ended_by {
        EndedBy::Qualify => {
            format!("until OPTIONS notice: {} on average, {} at worst", human(outage.lag), human(outage.lag_worst))
        }
        EndedBy::Operator => format!("until an operator switches it off, after {}", human(outage.lag)),
        EndedBy::Nobody | EndedBy::Nothing => "for as long as it lasts".to_owned(),
    };
    let back = if outage.failback > 0.0 {
        format!("; after the outage calls stay on the next trunk for {} more on average", human(outage.failback))
    } else {
        String::new()
    };
    format!("`{trunk}`: {}; {lost} {until}{back}", outage.why)
}

/// The screen of `estimate`. `curve` is spend by outage length of the dearest cause.
#[must_use]
pub fn estimate(
    assessment: &Assessment<'_>,
    verdict: &Verdict,
    loaded: &Loaded,
    demo: bool,
    detail: Detail,
    curve: &[(f64, f64)],
) -> String {
    let plan = assessment.plan();
    let mut out = header(loaded, demo);
    let _ = writeln!(out, "\n{}\n", headline(assessment));
    for (index, cause) in plan.causes.iter().enumerate() {
        let part = if cause.share < 1.0 { format!("{} of the calls to ", percent(cause.share)) } else { String::new() };
        let does = match cause.signal {
            Signal::Status(status) => format!("get {status}"),
            Signal::Timeout => "get no answer (timeout)".to_owned(),
            Signal::Trying => "get 100 Trying and then nothing".to_owned(),
            Signal::Answers => "are answered and go nowhere".to_owned(),
        };
        let part = if part.is_empty() { "calls to ".to_owned() } else { part };
        let _ = writeln!(out, "{BOLD}{}{BOLD:#}: {part}`{}` {does}", terminal(&cause.name), terminal(&cause.hits));
        for (trunk, outage) in plan.trunks.iter().zip(behaviours(plan, cause)) {
            if let Some(outage) = outage {
                out.push_str(&wrapped(&behaviour(&outage, &terminal(&trunk.name))));
            }
        }
        let scenarios: Vec<&Scenario> = assessment.scenarios.iter().filter(|s| s.cause == index).collect();
        out.push('\n');
        out.push_str(&cause_table(assessment, &scenarios));
        out.push_str(&cause_notes(assessment, &scenarios));
        out.push('\n');
    }
    if detail > Detail::Quiet {
        out.push_str(&chart(assessment, curve));
        out.push_str(&super::year::year(assessment));
        if let Some(past) = &assessment.replay {
            out.push_str(&super::replay::replay(past, assessment));
        }
        out.push_str(&standing(assessment));
        out.push_str(assumptions(loaded).trim_end_matches('\n'));
        out.push('\n');
        out.push_str(&findings(verdict, loaded, detail));
    }
    out
}

fn cause_table(assessment: &Assessment<'_>, scenarios: &[&Scenario]) -> String {
    let plan = assessment.plan();
    let code = plan.currency.code();
    let (spend, idle, net) = (format!("spend {code}"), format!("idle {code}"), format!("net {code}"));
    let mut table = Table::new(&[
        ("outage", Align::Left),
        (if plan.scenario.start == Start::Worst { "worst start" } else { "start" }, Align::Left),
        ("attempts", Align::Right),
        ("carried", Align::Right),
        ("lost", Align::Right),
        ("at worst", Align::Right),
        ("billed min", Align::Right),
        (&spend, Align::Right),
        (&idle, Align::Right),
        (&net, Align::Right),
    ]);
    for s in scenarios {
        let billed: f64 = s.trunks.iter().map(|t| t.billed).sum::<f64>() / 60.0;
        let or_none = |money: &Option<Money>| money.as_ref().map_or_else(|| "n/a".to_owned(), Money::rounded_amount);
        table.row([
            length(s.length),
            s.start.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M:%S").to_string(),
            fixed(s.outage.attempts, 0),
            fixed(s.outage.carried, 0),
            fixed(s.outage.lost(), 0),
            fixed(s.lost_at_worst, 0),
            fixed(billed, 0),
            amount(&s.spend, s.incomplete),
            or_none(&s.idle_cost),
            or_none(&s.net_benefit),
        ]);
    }
    table.render()
}

fn cap_name(kind: CapKind) -> &'static str {
    match kind {
        CapKind::DailySpend => "daily spend",
        CapKind::Prepaid => "prepaid balance",
    }
}

/// The time to the budget, and caps that end the failover.
fn cause_notes(assessment: &Assessment<'_>, scenarios: &[&Scenario]) -> String {
    let plan = assessment.plan();
    let mut out = String::new();
    if let Some(budget) = &plan.budget.incident {
        match scenarios.iter().filter_map(|s| s.budget_reached).min_by(f64::total_cmp) {
            Some(at) => {
                let _ = writeln!(out, "The {budget} of an incident are gone after {}.", human(at));
            }
            None => {
                if let Some(longest) = scenarios.last() {
                    let _ = writeln!(out, "The {budget} of an incident last longer than {}.", human(longest.length));
                }
            }
        }
    }
    let mut said = Vec::new();
    for cap in scenarios.iter().flat_map(|s| &s.caps) {
        let key = (cap.event.trunk, cap.event.kind);
        if said.contains(&key) {
            continue;
        }
        said.push(key);
        let what = cap_name(cap.event.kind);
        let trunk = plan.trunks.get(cap.event.trunk).map(|t| terminal(&t.name).into_owned()).unwrap_or_default();
        let _ = writeln!(
            out,
            "The {what} of `{trunk}` is used up after {}; calls in progress may add {} if the carrier books at hang-up.",
            human(cap.event.at),
            cap.in_progress
        );
    }
    let mut said = Vec::new();
    for (trunk, kind) in scenarios.iter().flat_map(|s| &s.caps_with_surcharge) {
        if said.contains(&(*trunk, *kind)) {
            continue;
        }
        said.push((*trunk, *kind));
        let trunk = plan.trunks.get(*trunk).map(|t| terminal(&t.name).into_owned()).unwrap_or_default();
        let _ = writeln!(
            out,
            "The {} of `{trunk}` would be used up if it paid for the surcharge on short calls too, which is not counted.",
            cap_name(*kind)
        );
    }
    out
}

fn chart(assessment: &Assessment<'_>, curve: &[(f64, f64)]) -> String {
    let plan = assessment.plan();
    let Some(scenario) = dearest(assessment) else { return String::new() };
    let title = format!("spend [{}] against outage length, `{}`", plan.currency, cause_name(assessment, scenario));
    let ticks: Vec<(f64, String)> = plan.scenario.durations.iter().map(|s| (*s, length(*s))).collect();
    let marks: Vec<(f64, String)> = plan
        .budget
        .incident
        .iter()
        .map(|budget| (crate::rating::border::weight(budget.amount()), "incident budget".to_owned()))
        .collect();
    let chart = LineChart {
        title: &title,
        width: 100,
        height: 12,
        x_ticks: &ticks,
        y_format: &|value| fixed(value, 0),
        marks: &marks,
        log_x: false,
    };
    format!("{}\n", line_chart(curve, &chart))
}

fn standing(assessment: &Assessment<'_>) -> String {
    let parts: Vec<String> = assessment
        .plan()
        .trunks
        .iter()
        .zip(&assessment.standing)
        .map(|(trunk, month)| (trunk, month, assessment.standing_unknown(trunk)))
        .filter(|(_, month, unknown)| !month.amount().is_zero() || unknown.is_some())
        .map(|(trunk, month, unknown)| {
            format!("`{}` {}{month}", terminal(&trunk.name), if unknown.is_some() { "≥ " } else { "" })
        })
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("Paid every month without any outage: {}.\n\n", parts.join(", "))
    }
}

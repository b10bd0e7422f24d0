//! Screens: the verdict first, then the numbers, then the detail.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::chart::{LineChart, line_chart};
use super::diagnostics;
use super::escape::{shorten, terminal};
use super::json::VERSION;
use super::table::{Align, Table};
use crate::assessment::Assessment;
use crate::assessment::capacity::{SequenceCapacity, TrunkCapacity};
use crate::input::plan::Loaded;
use crate::model::cause::Signal;
use crate::model::plan::Start;
use crate::model::rates::Limit;
use crate::outage::pieces::CapKind;
use crate::outage::scenario::Scenario;
use crate::outage::state::{TrunkState, behaviours};
use crate::policy::judge::{Finding, Status, Verdict};
use crate::routing::outage::{EndedBy, Met, TrunkOutage};
use crate::words::duration::{compact, human};
use crate::words::figure::{count, fixed, money_pair, percent, percent_pair};
use crate::words::level::Level;
use crate::words::money::Money;

/// How much a screen says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The verdict alone.
    Quiet,
    /// The usual.
    Normal,
    /// Notes and assumptions as well.
    Verbose,
}

const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

fn plural(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", count(n as f64)) }
}

/// The line that says what was run.
#[must_use]
pub fn header(loaded: &Loaded, demo: bool) -> String {
    let plan = &loaded.plan;
    let rates: usize = plan.tables.iter().map(|table| table.rows.len()).sum();
    let path = if demo { "the embedded example floor (--demo)".to_owned() } else { terminal(&plan.path).into_owned() };
    let mut line = format!(
        "trunkrisk {VERSION} · {path} · as of {} · {}, {}, {}\n",
        plan.as_of,
        plural(plan.trunks.len(), "trunk"),
        plural(plan.causes.len(), "cause"),
        plural(rates, "rate")
    );
    for input in loaded.inputs.iter().filter(|input| input.path.starts_with("--set ")) {
        let _ = writeln!(line, "  what if: {}", terminal(input.path.trim_start_matches("--set ")));
    }
    line
}

fn least(incomplete: bool) -> &'static str {
    if incomplete { "≥ " } else { "" }
}

/// An amount as the screen shows it, without its currency.
fn amount(money: &Money, incomplete: bool) -> String {
    format!("{}{}", least(incomplete), money.rounded_amount())
}

fn cause_name(assessment: &Assessment<'_>, scenario: &Scenario) -> String {
    assessment.plan().causes.get(scenario.cause).map(|c| terminal(&c.name).into_owned()).unwrap_or_default()
}

fn dearest<'a>(assessment: &'a Assessment<'_>) -> Option<&'a Scenario> {
    let mut best: Option<&Scenario> = None;
    for scenario in &assessment.scenarios {
        if best.is_none_or(|known| scenario.spend.amount() > known.spend.amount()) {
            best = Some(scenario);
        }
    }
    best
}

/// What the verdict rests on, in one sentence.
fn headline(assessment: &Assessment<'_>) -> String {
    let plan = assessment.plan();
    let mut parts = Vec::new();
    let failover = &assessment.capacity.failover;
    if plan.trunks.len() < 2 {
        parts.push("nothing carries the floor if the primary fails".to_owned());
    } else if assessment.capacity.busiest.is_some() {
        let (has, wants) = shares(failover.absorbed, plan.policy.absorb);
        let most = if failover.unstated { "at most " } else { "" };
        parts.push(format!("the trunks behind the primary carry {most}{has} of the floor ({wants} wanted)"));
    }
    if let Some(scenario) = dearest(assessment) {
        let what = format!("{} of `{}`", human(scenario.length), cause_name(assessment, scenario));
        let sign = least(scenario.incomplete);
        parts.push(match &plan.budget.incident {
            Some(budget) => {
                let (spends, allowed) = money_pair(&scenario.spend, budget);
                format!("the dearest outage, {what}, costs {sign}{spends} ({allowed} allowed)")
            }
            None => format!("the dearest outage, {what}, costs {sign}{} (no budget given)", scenario.spend),
        });
    }
    if parts.is_empty() { "no seat is ever staffed".to_owned() } else { parts.join(", and ") }
}

/// Two shares that never print the same where they differ.
fn shares(a: f64, b: f64) -> (String, String) {
    let plain = (percent(a), percent(b));
    if plain.0 == plain.1 && a != b { percent_pair(a, b) } else { plain }
}

fn mark(finding: &Finding) -> String {
    if finding.waived_by.is_some() {
        return styled(DIM, "~");
    }
    match finding.level {
        Level::Deny => styled(RED, "✗"),
        Level::Warn => styled(YELLOW, "!"),
        Level::Note | Level::Allow => styled(DIM, "·"),
    }
}

/// Cells padded to equal widths; styles are put around them afterwards by the caller.
fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let widths: Vec<usize> = (0..rows.iter().map(Vec::len).max().unwrap_or(0))
        .map(|i| rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
            cells.join("  ").trim_end().to_owned()
        })
        .collect()
}

fn list(verdict: &Verdict, loaded: &Loaded, detail: Detail) -> String {
    let mut out = String::new();
    let shown: Vec<&Finding> = verdict
        .findings
        .iter()
        .filter(|f| detail > Detail::Normal || f.level > Level::Note || f.waived_by.is_some())
        .collect();
    let rows: Vec<Vec<String>> = shown
        .iter()
        .map(|f| {
            let about = match f.waived_by.and_then(|index| loaded.plan.waivers.get(index)) {
                Some(waiver) => format!("waived until {} by {}: {}", waiver.until, waiver.owner, waiver.reason),
                None => f.found.brief.clone(),
            };
            vec![
                f.code.to_owned(),
                f.name.to_owned(),
                terminal(&shorten(f.subject(), 30)).into_owned(),
                terminal(&shorten(&about, 100)).into_owned(),
                terminal(&place(f, loaded)).into_owned(),
            ]
        })
        .collect();
    for (finding, line) in shown.iter().zip(columns(&rows)) {
        let _ = writeln!(out, "  {} {line}", mark(finding));
    }
    let blind: Vec<Vec<String>> = verdict
        .not_judged
        .iter()
        .map(|r| vec![r.code.to_owned(), r.name.to_owned(), format!("not judged: {}", r.reason)])
        .collect();
    for line in columns(&blind) {
        let _ = writeln!(out, "  {} {line}", styled(YELLOW, "?"));
    }
    let notes = verdict.findings.len() - shown.len();
    if notes > 0 {
        let _ = writeln!(out, "  {} {} (-v shows them)", styled(DIM, "·"), plural(notes, "note"));
    }
    let _ = writeln!(out, "  {} {} passed", styled(GREEN, "✓"), plural(verdict.passed, "rule"));
    let budget = &loaded.plan.budget;
    if budget.month.is_some() || budget.year.is_some() {
        let line = "budget.month and budget.year are not judged: this version does not reckon the year";
        let _ = writeln!(out, "  {} {line}", styled(YELLOW, "?"));
    }
    out
}

fn place(finding: &Finding, loaded: &Loaded) -> String {
    finding.found.labels.first().map_or_else(String::new, |label| {
        let at = loaded.sources.position(label.span);
        format!("{}:{}", loaded.sources.name(label.span.source), at.line)
    })
}

/// The screen of `check`. `exit` is the code that the program ends with.
#[must_use]
pub fn check(
    assessment: &Assessment<'_>,
    verdict: &Verdict,
    loaded: &Loaded,
    demo: bool,
    detail: Detail,
    exit: u8,
) -> String {
    let word = match verdict.status {
        Status::Pass => styled(GREEN, "PASS"),
        Status::Fail => styled(RED, "FAIL"),
        Status::NotJudged => styled(YELLOW, "NOT JUDGED"),
    };
    let mut out = header(loaded, demo);
    let _ = writeln!(out, "\n{word}  {}\n", headline(assessment));
    if detail > Detail::Quiet {
        out.push_str(&list(verdict, loaded, detail));
        out.push('\n');
        out.push_str(&spend_table(assessment));
        out.push('\n');
        for finding in verdict.findings.iter().filter(|f| f.waived_by.is_none()) {
            if finding.level > Level::Note || detail > Detail::Normal {
                out.push_str(&diagnostics::render(&finding.diagnostic(), &loaded.sources, true));
                out.push('\n');
            }
        }
        if detail > Detail::Normal {
            out.push_str(&assumptions(loaded));
        }
    }
    out.push_str(&last_line(verdict, exit));
    out
}

fn last_line(verdict: &Verdict, exit: u8) -> String {
    let s = verdict.summary();
    let reason = match (verdict.status, exit) {
        (Status::Pass, _) => "nothing denied".to_owned(),
        (Status::Fail, 0) => "policy violated, and --exit-zero".to_owned(),
        (Status::Fail, _) => "policy violated".to_owned(),
        (Status::NotJudged, _) => {
            let names: Vec<&str> =
                verdict.not_judged.iter().filter(|r| r.level == Level::Deny).map(|r| r.name).collect();
            format!("{} could not be judged", names.join(", "))
        }
    };
    format!(
        "{} denied, {}, {} waived, {} not judged · exit {exit}: {reason}\n",
        s.deny,
        plural(s.warn, "warning"),
        s.waived,
        s.not_judged
    )
}

/// Findings of commands that do not judge: the list, without a verdict.
#[must_use]
pub fn findings(verdict: &Verdict, loaded: &Loaded, detail: Detail) -> String {
    if detail == Detail::Quiet || (verdict.findings.is_empty() && verdict.not_judged.is_empty()) {
        return String::new();
    }
    format!("\n{BOLD}findings{BOLD:#} (`trunkrisk check` judges them)\n{}", list(verdict, loaded, detail))
}

/// Spend by cause and outage length.
fn spend_table(assessment: &Assessment<'_>) -> String {
    let plan = assessment.plan();
    let lengths: Vec<String> = plan.scenario.durations.iter().map(|s| length(*s)).collect();
    let title = match plan.scenario.start {
        Start::Worst => format!("spend by outage length [{}], each at its worst start", plan.currency),
        Start::At(at) => format!("spend by outage length [{}], from {at}", plan.currency),
    };
    let mut columns = vec![("cause", Align::Left)];
    columns.extend(lengths.iter().map(|l| (l.as_str(), Align::Right)));
    let mut table = Table::new(&columns).caption(&title);
    for (index, cause) in plan.causes.iter().enumerate() {
        let mut row = vec![shorten(&cause.name, 40).into_owned()];
        row.extend(assessment.scenarios.iter().filter(|s| s.cause == index).map(|s| amount(&s.spend, s.incomplete)));
        table.row(row);
    }
    table.render()
}

fn length(seconds: f64) -> String {
    compact(std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

fn assumptions(loaded: &Loaded) -> String {
    if loaded.plan.assumptions.is_empty() {
        return String::new();
    }
    let mut out = format!("{BOLD}assumptions{BOLD:#} (defaults that were used)\n");
    let rows: Vec<Vec<String>> = loaded
        .plan
        .assumptions
        .iter()
        .map(|a| vec![terminal(&a.key).into_owned(), terminal(&a.value).into_owned(), terminal(&a.why).into_owned()])
        .collect();
    for line in columns(&rows) {
        let _ = writeln!(out, "  {line}");
    }
    out.push('\n');
    out
}

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
        Met::Lost => "calls are lost",
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
        let what = match cap.event.kind {
            CapKind::DailySpend => "daily spend",
            CapKind::Prepaid => "prepaid balance",
        };
        let trunk = plan.trunks.get(cap.event.trunk).map(|t| terminal(&t.name).into_owned()).unwrap_or_default();
        let _ = writeln!(
            out,
            "The {what} of `{trunk}` is used up after {}; calls in progress may add {} if the carrier books at hang-up.",
            human(cap.event.at),
            cap.in_progress
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
        .filter(|(_, month)| !month.amount().is_zero())
        .map(|(trunk, month)| format!("`{}` {month}", terminal(&trunk.name)))
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!("Paid every month without any outage: {}.\n\n", parts.join(", "))
    }
}

fn limit_cell<T: Copy>(limit: Limit<T>, value: impl Fn(T) -> String) -> String {
    match limit {
        Limit::At(at) => value(at),
        Limit::Unlimited => "unlimited".to_owned(),
        Limit::Unstated => "not stated".to_owned(),
    }
}

fn state_word(state: &TrunkState) -> String {
    match state {
        TrunkState::Up => "up".to_owned(),
        TrunkState::Hit { share, .. } if *share >= 1.0 => "down, asked".to_owned(),
        TrunkState::Hit { share, .. } => format!("{} down", percent(*share)),
        TrunkState::Skipped => "down".to_owned(),
        TrunkState::Refusing => "refuses".to_owned(),
    }
}

fn sequence(sequence: &SequenceCapacity, assessment: &Assessment<'_>) -> String {
    let mut table = Table::new(&[
        ("trunk", Align::Left),
        ("state", Align::Left),
        ("channels", Align::Right),
        ("needed", Align::Right),
        ("cps", Align::Right),
        ("needed", Align::Right),
        ("offered E", Align::Right),
        ("peaked", Align::Right),
        ("blocked cps", Align::Right),
        ("blocked ch.", Align::Right),
        ("carried E", Align::Right),
    ]);
    let needed = |n: Option<u64>| n.map_or_else(|| "n/a".to_owned(), |n| count(n as f64));
    for t in &sequence.trunks {
        let name = assessment.plan().trunks.get(t.trunk).map_or("", |trunk| trunk.name.as_str());
        let idle = |text: String, t: &TrunkCapacity| if t.offered_rate > 0.0 { text } else { "-".to_owned() };
        table.row([
            shorten(name, 30).into_owned(),
            state_word(&t.state),
            limit_cell(t.channels, |c| count(c as f64)),
            idle(needed(t.channels_needed), t),
            limit_cell(t.cps, count),
            idle(needed(t.cps_needed), t),
            idle(fixed(t.offered, 2), t),
            idle(fixed(t.peakedness, 2), t),
            idle(percent(t.blocking_cps), t),
            idle(percent(t.blocking_channels), t),
            idle(fixed(t.carried, 2), t),
        ]);
    }
    table.render()
}

/// The screen of `size`.
#[must_use]
pub fn size(assessment: &Assessment<'_>, verdict: &Verdict, loaded: &Loaded, demo: bool, detail: Detail) -> String {
    let plan = assessment.plan();
    let capacity = &assessment.capacity;
    let mut out = header(loaded, demo);
    let Some(floor) = &capacity.busiest else {
        out.push_str("\nno seat is ever staffed: nothing to size\n");
        return out;
    };
    let offered = floor.offer.offered;
    let _ = writeln!(
        out,
        "\nbusiest: {} seats from {}: {} attempts per second, {} erlang{}",
        floor.seats,
        floor.at.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M"),
        fixed(offered.map_or(0.0, |o| o.rate.get()), 4),
        fixed(offered.map_or(0.0, |o| o.traffic.get()), 2),
        offered.and_then(|o| o.sources).map(|n| format!(", {} lines at most", count(n))).unwrap_or_default()
    );
    let failover = &capacity.failover;
    if plan.trunks.len() < 2 {
        out.push_str("\nthere is no trunk behind the primary\n");
    } else {
        let _ = writeln!(out, "\n{BOLD}without the primary{BOLD:#}");
        out.push_str(&sequence(failover, assessment));
        let seats = failover.seats_supported.map_or_else(|| "any number of".to_owned(), |n| count(n as f64));
        let _ = writeln!(
            out,
            "\nabsorbed {} ({} wanted), blocked {} ({} allowed); {seats} seats are carried at that grade of service",
            percent(failover.absorbed),
            percent(plan.policy.absorb),
            percent(failover.blocking),
            percent(plan.policy.grade_of_service)
        );
        match failover.surge_seconds {
            Some(seconds) => {
                let _ = writeln!(
                    out,
                    "surge: {} lines redial at once and pass in {}",
                    count(floor.offer.surge),
                    human(seconds)
                );
            }
            None => {
                let _ = writeln!(out, "surge: {} lines redial at once", count(floor.offer.surge));
            }
        }
        if failover.unstated {
            out.push_str("a limit that is not stated counts as none here; `check` does not judge by it\n");
        }
    }
    if detail > Detail::Quiet {
        for cause in &capacity.causes {
            let Some(named) = plan.causes.get(cause.cause) else { continue };
            if cause.sequence.state == failover.state {
                continue;
            }
            let _ = writeln!(
                out,
                "\n{BOLD}under `{}`{BOLD:#}, once it is dealt with: absorbed {}",
                terminal(&named.name),
                percent(cause.sequence.absorbed)
            );
            out.push_str(&sequence(&cause.sequence, assessment));
        }
        out.push_str(&intervals(assessment));
        out.push_str(&findings(verdict, loaded, detail));
    }
    out
}

fn intervals(assessment: &Assessment<'_>) -> String {
    let plan = assessment.plan();
    let mut table = Table::new(&[
        ("interval, first at", Align::Left),
        ("seats", Align::Right),
        ("attempts/s", Align::Right),
        ("offered E", Align::Right),
        ("absorbed", Align::Right),
        ("blocked", Align::Right),
    ])
    .caption("every interval, without the primary");
    for interval in &assessment.capacity.intervals {
        table.row([
            interval.at.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M").to_string(),
            count(interval.seats as f64),
            fixed(interval.rate, 4),
            fixed(interval.offered, 2),
            percent(interval.absorbed),
            percent(interval.blocking),
        ]);
    }
    format!("\n{}", table.render())
}

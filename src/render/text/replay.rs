//! Past outages put through the plan, on the screen of `estimate`.

use std::fmt::Write as _;

use super::amount;
use crate::assessment::Assessment;
use crate::assessment::power::Test;
use crate::assessment::replay::{Compared, Replay};
use crate::render::escape::shorten;
use crate::render::table::{Align, Table};
use crate::words::duration::about;
use crate::words::figure::{count, significant};

/// An error of prices that a test ought to notice: what a wrong increment or a second carrier's rate makes of a bill.
const NOTICEABLE: f64 = 1.3;
/// Incidents that the screen lists; JSON has all of them.
const MOST: usize = 40;

/// Each incident, predicted against billed, and what that tells.
pub(super) fn replay(replay: &Replay, assessment: &Assessment<'_>) -> String {
    let plan = assessment.plan();
    let title = format!("past outages put through the plan [{}]", plan.currency);
    let mut table = Table::new(&[
        ("start", Align::Left),
        ("lasted", Align::Right),
        ("cause", Align::Left),
        ("predicted", Align::Right),
        ("billed", Align::Right),
        ("billed/predicted", Align::Right),
        ("rates of", Align::Left),
    ])
    .caption(&title);
    for one in replay.incidents.iter().take(MOST) {
        let Some(given) = plan.incidents.get(one.incident) else { continue };
        table.row([
            given.start.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M:%S").to_string(),
            about(given.length()),
            shorten(plan.causes.get(given.cause).map_or("", |cause| cause.name.as_str()), 40).into_owned(),
            amount(&one.predicted, one.incomplete),
            one.billed.as_ref().map_or_else(|| "n/a".to_owned(), |billed| billed.rounded_amount()),
            one.ratio.map_or_else(|| "n/a".to_owned(), |ratio| significant(ratio, 3)),
            if one.in_force { "that day".to_owned() } else { format!("{}, none so old", one.rates_of) },
        ]);
    }
    let mut out = table.render();
    let rest = replay.incidents.len().saturating_sub(MOST);
    if rest > 0 {
        let _ = writeln!(out, "… and {} more.", count(rest as f64));
    }
    let least = if replay.incomplete { "≥ " } else { "" };
    let _ =
        writeln!(out, "Together {} would have cost {least}{}.", incidents(replay.incidents.len()), replay.predicted);
    if let Some(compared) = &replay.compared {
        out.push_str(&against(compared));
    }
    out.push('\n');
    out
}

fn incidents(n: usize) -> String {
    match n {
        1 => "one incident".to_owned(),
        2 => "two incidents".to_owned(),
        _ => format!("{} incidents", count(n as f64)),
    }
}

fn against(compared: &Compared) -> String {
    let mut out =
        format!("Of {}: billed {}, predicted {}", incidents(compared.incidents), compared.billed, compared.predicted);
    match compared.ratio {
        Some(ratio) => _ = writeln!(out, ", {} times as much.", significant(ratio, 3)),
        None => out.push_str(".\n"),
    }
    match &compared.test {
        Some(test) => out.push_str(&power(test)),
        None => out.push_str("It takes two ratios to tell a mis-pricing from chance: one shows no scatter.\n"),
    }
    out
}

/// What the test says, and what it could not have said.
fn power(test: &Test) -> String {
    let three = |value: f64| significant(value, 3);
    let verdict = if test.at_odds() { "at odds with the plan's prices" } else { "in keeping with the plan's prices" };
    let mut who = incidents(test.incidents);
    if let Some(first) = who.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let can = if test.detects > NOTICEABLE { "cannot tell" } else { "can tell" };
    format!(
        "Typically billed/predicted is {} (19 times of 20 between {} and {}): {verdict}.\n\
         {who} {can} a 30 % error: with this scatter a mis-pricing shows 19 times of 20 from a factor of {} on.\n",
        three(test.ratio),
        three(test.low),
        three(test.high),
        three(test.detects)
    )
}

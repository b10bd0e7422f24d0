//! What one call costs by each rate table of a plan.

use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value;

use super::{Line, Outcome, Priced, object, seconds_value, text};
use crate::render::escape;
use crate::render::rates::currency;
use crate::render::table::{Align, Table};
use crate::words::diagnostic::Sources;

/// The answers with their keys sorted.
#[derive(Serialize)]
struct Answers<'a> {
    answers: Vec<Line<'a>>,
    number: String,
    plan: &'a str,
    seconds: Value,
}

/// The call by each table as one JSON object on one line; each answer is that of its table alone, and names trunks and
/// table.
#[must_use]
pub fn json_by_trunk(priced: &[Priced<'_>], plan: &str) -> String {
    let Some(first) = priced.first() else { return String::new() };
    let answers = Answers {
        answers: priced.iter().map(|priced| object(priced, None)).collect(),
        number: first.number.to_string(),
        plan,
        seconds: seconds_value(first.seconds),
    };
    // A struct of texts and numbers can always be written.
    let mut out = serde_json::to_string(&answers).unwrap_or_default();
    out.push('\n');
    out
}

/// For people: a line for each table, and why some have no price; unless it is to be `brief`. `whole` adds each table's
/// arithmetic.
#[must_use]
pub fn by_trunk(priced: &[Priced<'_>], plan: &str, sources: &Sources, brief: bool, whole: bool) -> String {
    let Some(first) = priced.first() else { return String::new() };
    let on = first.on.map_or_else(String::new, |day| format!(" on {day}"));
    let mut out = format!(
        "{}, {} s{on}, by the tables of {}\n\n",
        first.number,
        first.seconds.normalize(),
        escape::terminal(plan)
    );
    let columns = [
        ("trunk", Align::Left),
        ("table", Align::Left),
        ("prefix", Align::Left),
        ("destination", Align::Left),
        ("billed", Align::Right),
        ("cost", Align::Right),
    ];
    let mut table = Table::new(&columns);
    for priced in priced {
        let (trunks, path) = (priced.trunks.join(", "), priced.table.path.clone());
        match &priced.outcome {
            Outcome::Priced(call) => table.row([
                trunks,
                path,
                call.prefix.clone(),
                call.destination.clone().unwrap_or_default(),
                format!("{} s", call.billed_seconds),
                format!("{} {}", call.cost, currency(priced.table).unwrap_or_default()),
            ]),
            Outcome::Unpriced(_) => {
                let none = || "-".to_owned();
                table.row([trunks, path, none(), none(), none(), "no price".to_owned()])
            }
        };
    }
    // Writing to a string cannot fail.
    out.push_str(&table.render());
    if brief {
        return out;
    }
    let without = priced.iter().filter_map(|priced| match &priced.outcome {
        Outcome::Unpriced(why) => Some((priced, why)),
        Outcome::Priced(_) => None,
    });
    for (at, (priced, why)) in without.enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        let _ = writeln!(
            out,
            "{gap}no price: {}\n  help: {}",
            escape::terminal(&priced.reason(why)),
            escape::terminal(&why.help(priced.table))
        );
    }
    if whole {
        for priced in priced.iter().filter(|priced| priced.is_priced()) {
            let _ = write!(out, "\n{}: {}", escape::terminal(&priced.trunks.join(", ")), text(priced, sources, false));
        }
    }
    if !priced.iter().any(Priced::is_priced) {
        out.push_str("\nexit 3: nothing could be computed\n");
    }
    out
}

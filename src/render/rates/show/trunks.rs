//! Which row of each rate table of a plan prices a number.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Shown, Source, Why, object, seat_price, told};
use crate::render::escape;
use crate::render::json::document;
use crate::render::rates::{currency, increment_words, place, price_words};
use crate::render::table::{Align, Table};
use crate::words::diagnostic::Sources;

/// The number in each table as one JSON document; each answer is that of its table alone, and names its trunks.
#[must_use]
pub fn document_by_trunk(shown: &[Shown<'_>], plan: &str, sources: &Sources) -> String {
    let answers: Vec<Value> = shown.iter().map(|shown| Value::Object(object(shown, sources))).collect();
    let number = shown.first().map(|shown| shown.number.to_string());
    document(&json!({ "answers": answers, "number": number, "plan": plan }))
}

/// For people: a line for each table. `whole` adds what each table says besides.
#[must_use]
pub fn by_trunk(shown: &[Shown<'_>], plan: &str, sources: &Sources, whole: bool) -> String {
    let Some(first) = shown.first() else { return String::new() };
    let on = first.on.map_or_else(String::new, |day| format!(" on {day}"));
    let mut out = format!("{}{on}, in the tables of {}\n\n", first.number, escape::terminal(plan));
    let columns = [
        ("trunk", Align::Left),
        ("table", Align::Left),
        ("prefix", Align::Left),
        ("destination", Align::Left),
        ("rate", Align::Left),
        ("increment", Align::Left),
        ("place", Align::Left),
        ("", Align::Left),
    ];
    let mut table = Table::new(&columns);
    let none = || "-".to_owned();
    for shown in shown {
        let (trunks, path) = (shown.trunks.join(", "), shown.table.path.clone());
        let chosen = shown.chosen();
        let at = chosen.map_or_else(none, |candidate| place(sources, candidate.span()));
        match chosen.map(|candidate| (candidate.source, candidate.why)) {
            Some((Source::Row(row), why)) => table.row([
                trunks,
                path,
                row.prefix.to_string(),
                row.destination.clone().unwrap_or_else(none),
                format!("{} {} per minute", price_words(&row.price), currency(shown.table).unwrap_or_default()),
                increment_words(row),
                at,
                if why == (Why::Chosen { expired: true }) { why.words() } else { String::new() },
            ]),
            Some((Source::Seat(seat, prefix), _)) => table.row([
                trunks,
                path,
                prefix.to_string(),
                seat.market.clone(),
                format!("inside the flat rate, {}", seat_price(seat, shown.table.currency)),
                none(),
                at,
                String::new(),
            ]),
            None => {
                let why = match shown.candidates.first() {
                    Some(candidate) => candidate.why.words(),
                    None => "no row has a prefix of it".to_owned(),
                };
                table.row([trunks, path, none(), none(), "no rate".to_owned(), none(), at, why])
            }
        };
    }
    out.push_str(&table.render());
    if whole {
        for shown in shown {
            // Writing to a string cannot fail.
            let _ = write!(out, "\n{}: {}", escape::terminal(&shown.trunks.join(", ")), told(shown, sources, false));
        }
    }
    if shown.iter().all(|shown| shown.chosen().is_none()) {
        out.push_str("\nexit 3: nothing could be looked up\n");
    }
    out
}

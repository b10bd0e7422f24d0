//! What a carrier's own file was taken for, and what of it was left out.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::model::rates::Deck;
use crate::render::escape;
use crate::words::diagnostic::{Sources, Span};
use crate::words::figure;

/// Columns named that are not read; JSON names all.
const MOST_UNREAD: usize = 40;

/// Lines left out that are shown in full; the rest is counted.
const MOST: usize = 5;

fn delimiter(deck: &Deck) -> &'static str {
    match deck.delimiter {
        ',' => "comma",
        ';' => "semicolon",
        '\t' => "tab",
        _ => "|",
    }
}

fn line(sources: &Sources, span: Span) -> u32 {
    sources.position(span).line.get()
}

/// What a table has to state before the deck prices calls.
fn to_state(deck: &Deck, bare: bool) -> Vec<&'static str> {
    let mut wanted = Vec::new();
    if bare {
        wanted.push("currency");
    }
    if deck.unstated.is_some() {
        wanted.push("increment");
    }
    wanted
}

/// For people. `bare` where no table names the deck.
#[must_use]
pub fn text(deck: &Deck, sources: &Sources, bare: bool) -> String {
    let mut out = String::new();
    let shown = |text: &str| escape::terminal(text).to_string();
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{} is read as `{}`: {}", shown(&deck.path), deck.layout, deck.what);
    let header = match deck.header {
        Some(span) => format!("line {}", line(sources, span)),
        None => "none".to_owned(),
    };
    let _ = writeln!(out, "  header     {header}, cells parted by {}", delimiter(deck));
    let read: Vec<String> =
        deck.columns.iter().filter_map(|(name, role)| role.map(|role| format!("{} = {role}", shown(name)))).collect();
    let _ = writeln!(out, "  columns    {}", read.join(", "));
    let unread: Vec<String> =
        deck.columns.iter().filter(|(_, role)| role.is_none()).map(|(name, _)| shown(name)).collect();
    if !unread.is_empty() {
        let more = match unread.len().saturating_sub(MOST_UNREAD) {
            0 => String::new(),
            more => format!(", and {} more", figure::count(more as f64)),
        };
        let _ = writeln!(out, "  not read   {}{more}", unread[..unread.len().min(MOST_UNREAD)].join(", "));
    }
    if let Some(order) = deck.dates {
        let words = match order {
            "dmy" => "day first",
            "mdy" => "month first",
            _ => "year first",
        };
        let _ = writeln!(out, "  dates      {words}");
    }
    let mut rows = format!("{} rows from {} lines", figure::count(deck.rows as f64), figure::count(deck.lines as f64));
    for (count, what) in
        [(deck.blocked, "blocked"), (deck.withdrawn, "withdrawn"), (deck.elsewhere, "of something else, left out")]
    {
        if count > 0 {
            let _ = write!(rows, ", {} {what}", figure::count(count as f64));
        }
    }
    let _ = writeln!(out, "  rows       {rows}");
    for span in deck.prose.iter().take(MOST) {
        let said: String = sources.slice(*span).chars().take(80).collect();
        let _ = writeln!(out, "  left out   line {}: {}", line(sources, *span), shown(said.trim()));
    }
    if deck.prose.len() > MOST {
        let _ = writeln!(out, "  left out   {} more lines", figure::count((deck.prose.len() - MOST) as f64));
    }
    for note in &deck.notes {
        let _ = writeln!(out, "  note       {}", shown(note));
    }
    if let Some((first, count)) = deck.unstated {
        let _ = writeln!(
            out,
            "  unstated   no increment in {} rows, the first in line {}",
            figure::count(count as f64),
            line(sources, first)
        );
    }
    let wanted = to_state(deck, bare);
    if !wanted.is_empty() {
        let _ = writeln!(out, "  to state   {}: a table has to, before these rows price calls", wanted.join(" and "));
    }
    out
}

/// The same for programs.
#[must_use]
pub fn value(deck: &Deck, sources: &Sources, bare: bool) -> Value {
    let columns = |(name, role): &(String, Option<&str>)| json!({ "header": name, "read_as": role });
    json!({
        "path": deck.path,
        "sha256": deck.sha256,
        "format": deck.layout,
        "delimiter": deck.delimiter.to_string(),
        "header_line": deck.header.map(|span| line(sources, span)),
        "columns": deck.columns.iter().map(columns).collect::<Vec<_>>(),
        "dates": deck.dates,
        "lines": deck.lines,
        "rows": deck.rows,
        "blocked": deck.blocked,
        "withdrawn": deck.withdrawn,
        "elsewhere": deck.elsewhere,
        "left_out_lines": deck.prose.iter().map(|span| line(sources, *span)).collect::<Vec<_>>(),
        "notes": deck.notes,
        "rows_without_increment": deck.unstated.map_or(0, |(_, count)| count),
        "to_state": to_state(deck, bare),
    })
}

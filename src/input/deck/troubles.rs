//! Faults of a deck: each kind up to a number, with a count of the rest.

use std::collections::BTreeMap;

use super::cells::Bad;
use crate::input::fault::{FaultKind, Faults};
use crate::words::diagnostic::{SourceId, Span};
use crate::words::figure;

/// Faults of one kind that are told of a deck; a broken column breaks every row alike.
const MOST: usize = 10_000;

/// A fault that is told once for a deck: the first place and how many there are.
type Once = BTreeMap<&'static str, (Span, usize, String, String)>;

/// A help that tells a key of `deck`, with the option of `rates import` that states the same: no table may be there yet.
fn for_both(help: &str) -> String {
    const IN_DECK: &str = " in `deck`";
    let Some((before, after)) = help.split_once(IN_DECK) else { return help.to_owned() };
    // What stands between backquotes: `dates = "dmy"`.
    let stated = before.split('`').skip(1).step_by(2).filter_map(|code| code.split_once(" = "));
    let (keys, values): (Vec<&str>, Vec<&str>) = stated.map(|(key, value)| (key, value.trim_matches('"'))).unzip();
    match keys.first() {
        Some(key) if keys.iter().all(|other| other == key) => {
            format!("{before}{IN_DECK}, or `rates import --{key} {}`{after}", values.join("|"))
        }
        _ => help.to_owned(),
    }
}

/// Collects the faults of one deck.
pub(super) struct Troubles<'a> {
    faults: &'a Faults,
    pub id: SourceId,
    text: &'a str,
    counts: BTreeMap<String, (usize, FaultKind, Option<Span>)>,
    once: Once,
}

impl<'a> Troubles<'a> {
    pub(super) fn new(faults: &'a Faults, id: SourceId, text: &'a str) -> Self {
        Self { faults, id, text, counts: BTreeMap::new(), once: Once::new() }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, start, end)
    }

    /// A fault at a stretch of the deck.
    pub(super) fn at(&mut self, kind: FaultKind, range: (usize, usize), message: &str, help: &str) {
        let span = self.span(range.0, range.1);
        let entry = self.counts.entry(message.to_owned()).or_insert((0, kind, None));
        entry.0 += 1;
        if entry.0 > MOST {
            entry.2.get_or_insert(span);
            return;
        }
        let found = self.text.get(range.0..range.1).unwrap_or_default();
        let found = format!("found {:?}", found.chars().take(60).collect::<String>());
        self.faults.at(kind, span, message, found, for_both(help));
    }

    /// A cell that cannot be read. What the table has to state is told once.
    pub(super) fn cell(&mut self, column: &str, bad: &Bad, range: (usize, usize)) {
        let message = format!("{column} {}", bad.what);
        if bad.kind == FaultKind::AmbiguousCell {
            self.once(bad.what, message, bad.help.clone(), range);
        } else {
            self.at(bad.kind, range, &message, &bad.help);
        }
    }

    /// A fault that is told at its first place, with the number of places.
    pub(super) fn once(&mut self, topic: &'static str, message: String, help: String, range: (usize, usize)) {
        let span = self.span(range.0, range.1);
        self.once.entry(topic).or_insert((span, 0, message, help)).1 += 1;
    }

    /// Tells what was held back.
    pub(super) fn finish(self) {
        for (message, (count, kind, span)) in self.counts {
            if let Some(span) = span {
                let rest = figure::count((count - MOST) as f64);
                self.faults.at(kind, span, format!("{message}: {rest} more from here on"), "the next", "");
            }
        }
        for (span, count, message, help) in self.once.into_values() {
            let found = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            let found = format!("found {:?}", found.chars().take(60).collect::<String>());
            let message = if count == 1 {
                message
            } else {
                format!("{message} ({} cells; this is the first)", figure::count(count as f64))
            };
            self.faults.at(FaultKind::AmbiguousCell, span, message, found, for_both(&help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helps_say_the_key_and_the_option() {
        for (help, both) in [
            (
                "say `dates = \"dmy\"` or `dates = \"mdy\"` in `deck`, as stated",
                "say `dates = \"dmy\"` or `dates = \"mdy\"` in `deck`, or `rates import --dates dmy|mdy`, as stated",
            ),
            ("say `decimal = \",\"` in `deck`", "say `decimal = \",\"` in `deck`, or `rates import --decimal ,`"),
            ("name the `columns` in `deck`", "name the `columns` in `deck`"),
            ("0 or more", "0 or more"),
        ] {
            assert_eq!(for_both(help), both);
        }
    }
}

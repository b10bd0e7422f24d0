//! Finds the columns that a table names, by header or by number.

use super::cells::{Numbering, amount};
use super::header::{Columns, Found, bare, delimiters, first, names};
use super::layout::Role;
use super::scan::Cell;
use super::slice;
use super::spec::{DeckSpec, Header};
use crate::input::fault::{FaultKind, did_you_mean};
use crate::input::reader::Log;
use crate::words::diagnostic::{SourceId, Sources, Span};

/// Finds the columns that a table names.
pub(super) fn by_columns(spec: &DeckSpec, id: SourceId, text: &str, sources: &Sources, log: &Log) -> Option<Found> {
    let wanted: Vec<String> = spec
        .columns
        .iter()
        .filter_map(|(_, header, _)| if let Header::Named(name) = header { Some(bare(name)) } else { None })
        .collect();
    let farthest =
        spec.columns.iter().filter_map(|(_, h, _)| if let Header::At(at) = h { Some(*at) } else { None }).max();
    let place = |names: &[String], header: &Header| match header {
        Header::At(at) => Some(*at),
        Header::Named(name) => names.iter().position(|other| *other == bare(name)),
    };
    let roles = |names: &[String]| -> Vec<(Role, usize)> {
        spec.columns.iter().filter_map(|(role, header, _)| place(names, header).map(|at| (*role, at))).collect()
    };
    // Before a fraction a comma parts no cells.
    let candidates =
        delimiters(spec.delimiter).into_iter().filter(|d| *d != b',' || !spec.comma || spec.delimiter.is_some());
    // The header that has the most of the columns, or where they are numbers the delimiter that makes the most rows; the
    // first of those.
    let mut best: Option<(usize, Found, Vec<String>)> = None;
    for delimiter in candidates {
        let rows = if wanted.is_empty() { rows_seen(text, delimiter, &roles(&[]), spec.comma) } else { 0 };
        let _ = first(text, delimiter, |cells, record| -> Option<()> {
            let names = names(text, cells);
            let wide =
                farthest.is_none_or(|farthest| names.len() > farthest) && (names.len() > 1 || spec.columns.len() == 1);
            let score = rows + wanted.iter().filter(|name| names.contains(name)).count();
            if !wide || best.as_ref().is_some_and(|(other, _, _)| *other >= score) {
                return None;
            }
            let columns = Columns::new(roles(&names), names.len());
            let (header, rows) =
                if spec.no_header { (None, 0) } else { (Some((record.start, record.end)), record.next) };
            let numbering = numbering(&columns, &names);
            let cells = if spec.no_header { Vec::new() } else { cells.to_vec() };
            best = Some((score, Found { layout: None, numbering, columns, delimiter, header, cells, rows }, names));
            None
        });
    }
    let Some((score, found, names)) = best else {
        let help = "its delimiter, where it is none of , ; tab |, or the number of its columns";
        log.faults.at(FaultKind::UnknownLayout, Span::new(id, 0, 0), "the deck has no such columns", "too few", help);
        return None;
    };
    let mut sound = true;
    if wanted.is_empty()
        && let Some((start, end)) = found.header
        && is_row(text, &found.cells, &roles(&names), spec.comma)
    {
        sound = false;
        let help = "where it is one, say `header = false` in `deck`, or `rates import --no-header`";
        let message = "the first line is taken for headings, and looks like a row";
        log.faults.at(FaultKind::AmbiguousCell, Span::new(id, start, end), message, "headings, or a row?", help);
    }
    for (_, header, span) in &spec.columns {
        let Header::Named(name) = header else { continue };
        let hits = names.iter().filter(|other| **other == bare(name)).count();
        if hits == 1 {
            continue;
        }
        sound = false;
        let shown: Vec<String> =
            found.cells.iter().map(|cell| slice(text, cell).split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        if hits > 1 {
            let message = format!("{} has {hits} columns `{name}`", sources.name(id));
            log.faults.at(
                FaultKind::AmbiguousCell,
                *span,
                message,
                "which of them?",
                "name the column by its number, from 1",
            );
        } else {
            let message = format!("{} has no column `{name}`", sources.name(id));
            let help = if score == 0 { did_you_mean("", &shown) } else { did_you_mean(name, &shown) };
            log.faults.at(FaultKind::UnknownName, *span, message, "no such column", help);
        }
    }
    for (role, header, span) in &spec.columns {
        let price = matches!(
            role,
            Role::PerMinute | Role::First | Role::Following | Role::Interstate | Role::Intrastate | Role::Indeterminate
        );
        if price && place(&names, header).is_some_and(|at| found.columns.code.contains(&at)) {
            sound = false;
            let help = "the column of the prices; a code is none";
            let message = format!("`columns` of deck takes `{}` from the column of the codes", role.name());
            log.faults.at(FaultKind::ConflictingKeys, *span, message, "the codes", help);
        }
    }
    sound.then_some(found)
}

/// Whether a record has a code and a price where they are said to be.
fn is_row(text: &str, cells: &[Cell], roles: &[(Role, usize)], comma: bool) -> bool {
    let at = |wanted: &[Role]| {
        let index = roles.iter().find(|(role, _)| wanted.contains(role)).map(|(_, index)| *index);
        index.and_then(|index| cells.get(index)).map_or("", |cell| slice(text, cell))
    };
    use Role::{Code, First, Interstate, PerMinute};
    let code = at(&[Code]).trim_start_matches('+');
    code.starts_with(|c: char| c.is_ascii_digit())
        && !code.contains(char::is_alphabetic)
        && amount(at(&[PerMinute, First, Interstate]), comma, None).is_ok()
}

/// How many of a text's first records are rows.
fn rows_seen(text: &str, delimiter: u8, roles: &[(Role, usize)], comma: bool) -> usize {
    let mut rows = 0;
    let _ = first(text, delimiter, |cells, _| -> Option<()> {
        rows += usize::from(is_row(text, cells, roles, comma));
        None
    });
    rows
}

/// How the codes of columns that a table names are written: as area codes and exchanges where their headings say so.
fn numbering(columns: &Columns, names: &[String]) -> Numbering {
    let first = columns.code.first().and_then(|index| names.get(*index));
    let north_american =
        first.is_some_and(|name| ["npa", "npanxx", "npanxxx", "npanxxy", "lrnprefix"].contains(&name.as_str()));
    if north_american { Numbering::Nanp } else { Numbering::International }
}

//! Rate tables: `rates/*.toml`.

mod rows;
mod terms;

use chrono::NaiveDate;

use self::rows::{Defaults, written_out};
use self::terms::{read_billing, read_fees, read_limits, read_seats};
use super::deck::layout::Layout;
use super::deck::{self, Around, DeckSpec, Files};
use super::fault::FaultKind;
use super::files::{DeckText, Folder, NamedText};
use super::plan::InputRecord;
use super::reader::{Field, Log, Reader};
use super::tree::{self, Node, Value};
use crate::model::place::Place;
use crate::model::plan::Assumption;
use crate::model::rates::{Deck, Fees, RateTable, TableKind};
use crate::model::rows::RowPacker;
use crate::words::diagnostic::{Sources, Span};
use crate::words::digest::sha256;
use crate::words::money::Currency;

/// Reads a rate table and the deck that it names.
pub fn read(
    text: NamedText,
    folder: &Folder,
    base: &str,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Option<RateTable> {
    read_with(text, Files { folder, base, sources, inputs, given: None }, log)
}

/// Reads a rate table whose deck is at hand.
pub fn draft(
    text: NamedText,
    deck: DeckText,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Option<RateTable> {
    let folder = Folder::Embedded(&[]);
    read_with(text, Files { folder: &folder, base: "", sources, inputs, given: Some(deck) }, log)
}

fn read_with(text: NamedText, mut files: Files<'_>, log: &Log) -> Option<RateTable> {
    let id = files.sources.add(&text.name, text.text);
    let before = log.faults.len();
    let node = tree::parse(files.sources, id, &log.faults);
    let inputs = &mut files.inputs;
    let at = inputs.len();
    inputs.push(InputRecord { path: text.name.clone(), sha256: sha256(&text.bytes), rows: 0 });
    // Where the text is no TOML, missing keys would be noise.
    if log.faults.len() > before {
        return None;
    }
    let table = table(&node, &text.name, &mut files, log);
    if let (Some(record), Some(table)) = (files.inputs.get_mut(at), &table) {
        record.rows = table.rows.len() - table.deck.as_ref().map_or(0, |deck| deck.rows);
    }
    table
}

fn table(node: &Node, path: &str, files: &mut Files<'_>, log: &Log) -> Option<RateTable> {
    let reader = Reader::new(node, format!("rate table {path}"), log)?;
    version(&reader);
    let carrier = reader.required("carrier", "\"Example Voice\"", Field::name);
    let currency = reader.required("currency", "\"USD\"", Field::currency);
    let kind = reader.required("kind", "\"per-minute\"", |f| f.word(&[("per-minute", false), ("flat-rate", true)]));
    let source = reader.or("source", None, |f| f.remark().map(Some));
    let effective_from = reader.or("effective_from", None, |f| f.date().map(Some));
    let expires = reader.or("expires", None, |f| f.date().map(Some));
    if let (Some(Some(from)), Some(Some(to))) = (effective_from, expires) {
        in_order(&reader, from, to);
    }
    let billing = read_billing(reader.node("billing"), log);
    let limits = read_limits(reader.node("limits"), log);
    let fees = read_fees(reader.node("fees"), log);
    let seats = read_seats(&reader, log);
    let defaults = Defaults::new(billing.as_ref(), effective_from.flatten(), expires.flatten());
    let mut rows = written_out(reader.tables("rate"), &defaults, log);
    let has_deck = reader.node("deck").is_some();
    let mut deck = reader.node("deck").and_then(|node| {
        let spec = DeckSpec::read(node, log)?;
        let around = Around {
            currency,
            billing: defaults.billing,
            effective_from: defaults.effective_from,
            expires: defaults.expires,
        };
        deck::read(&spec, &around, files, log)
    });
    if let Some(deck) = &mut deck {
        if let Some(rows) = &mut rows {
            rows.append(std::mem::take(&mut deck.rows));
        }
        // Where [billing] itself is at fault, that fault says enough.
        if billing.is_some() {
            without_increment(deck, files.sources, log);
        }
        if let (Some((first, count)), Some(Fees { short_calls: None, .. })) = (deck.short_fees, &fees) {
            let rows =
                if count == 1 { "a row of the deck has".to_owned() } else { format!("{count} rows of the deck have") };
            let message = format!("{rows} a fee on short calls, and [fees] states none");
            let help =
                "add short_calls = { up_to, allowed, fee, … } to [fees], as the contract states; fee = 0 for none";
            log.faults.at(FaultKind::MissingKey, first, message, "the first of them", help);
        }
    }
    if let [first, rest @ ..] = defaults.without_increment.borrow().as_slice() {
        let (message, label) = if rest.is_empty() {
            ("a rate row states no increment, and neither does [billing]".to_owned(), "no increment")
        } else {
            let count = rest.len() + 1;
            (format!("{count} rate rows state no increment, and neither does [billing]"), "the first of them")
        };
        let help = "add `increment = \"6/6\"` to [billing] or to the row, as the carrier's price list states";
        log.faults.at(FaultKind::MissingKey, *first, message, label, help);
    }
    if let Some(deck) = &deck {
        left_out(&deck.deck, path, log);
    }
    let states_rounding = reader.node("billing").and_then(|node| match &node.value {
        Value::Table(entries) => entries.iter().find(|entry| entry.key == "rounding").map(|entry| entry.span),
        _ => None,
    });
    let mut own_billing = billing.clone();
    if let (Some(rounding), Some(billing)) = (deck.as_ref().and_then(|deck| deck.rounding), &mut own_billing) {
        match states_rounding {
            Some(span) if billing.rounding != rounding => {
                let message = "[billing] rounds calls in another way than the deck states";
                let help = format!(
                    "{{ places = {}, mode = \"{}\" }}, or ask the carrier",
                    rounding.places,
                    rounding.mode.name()
                );
                log.faults.at(FaultKind::ConflictingKeys, span, message, "another rounding", help);
            }
            _ => billing.rounding = rounding,
        }
    }
    if kind == Some(false) {
        if let Some(node) = reader.node("seat") {
            let help = "write kind = \"flat-rate\", or price by [[rate]] rows alone";
            log.faults.at(
                FaultKind::ConflictingKeys,
                node.span,
                format!("{} is per-minute, but has [[seat]] rows", reader.what),
                "a seat price",
                help,
            );
        }
        if rows.as_ref().is_some_and(RowPacker::is_empty) && !has_deck {
            missing_rows(&reader, log, "[[rate]]", "prefix = \"1\" and per_minute = 0.0085");
        }
    } else if kind == Some(true) && seats.as_ref().is_some_and(Vec::is_empty) {
        missing_rows(&reader, log, "[[seat]]", "market, prefixes and per_month");
    }
    let place = reader.place();
    reader.finish();
    Some(RateTable {
        path: path.to_owned(),
        place,
        carrier: carrier?,
        currency: currency?,
        kind: if kind? { TableKind::FlatRate(seats?) } else { TableKind::PerMinute },
        source: source?,
        effective_from: effective_from?,
        expires: expires?,
        billing: own_billing?,
        limits: limits?,
        fees: fees?,
        rows: rows?.finish(),
        deck: if has_deck { Some(deck?.deck) } else { None },
    })
}

/// What a deck says and is not reckoned with.
fn left_out(deck: &Deck, path: &str, log: &Log) {
    let unread: Vec<&str> =
        deck.columns.iter().filter(|(_, role)| role.is_none()).map(|(name, _)| name.as_str()).collect();
    let assume = |value: &str, why: String| {
        let key = format!("{path} deck");
        log.assumptions.borrow_mut().push(Assumption { key, value: value.to_owned(), why });
    };
    for note in &deck.notes {
        assume("upper bound", note.clone());
    }
    if !unread.is_empty() {
        /// Names that are shown.
        const MOST: usize = 10;
        let more = match unread.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let names = unread.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
        assume("not read", format!("columns that nothing is taken from: {names}{more}"));
    }
}

/// Rows of a deck that are billed by no known increment. Where its notes speak of one, they are shown.
fn without_increment(deck: &deck::Read, sources: &Sources, log: &Log) {
    let Some((first, count)) = deck.deck.unstated else { return };
    let message = if count == 1 {
        "a row of the deck states no increment, and neither does [billing]".to_owned()
    } else {
        format!("{count} rows of the deck state no increment, and neither does [billing]")
    };
    let help = "add `increment = \"6/6\"` to [billing], as the carrier's price list states";
    let said = deck.deck.prose.iter().find(|span| {
        let text = sources.slice(**span).to_ascii_lowercase();
        text.contains("increment") || text.contains("billed") || text.contains("billing")
    });
    match said {
        Some(note) => {
            let places = [(first, "the first of them".to_owned()), (*note, "the carrier's note".to_owned())];
            log.faults.at_both(FaultKind::MissingKey, places, message, help);
        }
        None => log.faults.at(FaultKind::MissingKey, first, message, "the first of them", help),
    }
}

fn missing_rows(reader: &Reader<'_>, log: &Log, block: &str, keys: &str) {
    log.faults.at(
        FaultKind::MissingKey,
        reader.span,
        format!("{} has no {block} row: it prices nothing", reader.what),
        format!("no {block}"),
        format!("add {block} with {keys}"),
    );
}

/// Reads a deck that no table names, as far as it tells of itself. Its carrier, its currency and increments that its rows
/// do not name are stand-ins ([`RateTable::is_bare`]).
pub fn bare(
    text: DeckText,
    format: Option<&'static Layout>,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Option<RateTable> {
    let DeckText { name, sha256, text, .. } = text;
    let id = sources.add(&name, text);
    let spec = DeckSpec::untold(&name, format);
    let read = deck::parse(&spec, &Around::default(), &[id], &sha256, sources, log);
    let rows = read.as_ref().map_or(0, |read| read.rows.len());
    inputs.push(InputRecord { path: name.clone(), sha256, rows });
    let mut read = read?;
    if let Some((_, count)) = read.short_fees {
        read.deck.notes.push(format!("{count} rows have a fee on short calls: [fees] of a table has to state it"));
    }
    let mut billing = read_billing(None, log)?;
    if let Some(rounding) = read.rounding {
        billing.rounding = rounding;
    }
    Some(RateTable {
        path: name.clone(),
        place: Place::new(Span::new(id, 0, 0)),
        carrier: name,
        currency: Currency::parse("USD")?,
        kind: TableKind::PerMinute,
        source: None,
        effective_from: None,
        expires: None,
        billing,
        limits: read_limits(None, log)?,
        fees: read_fees(None, log)?,
        rows: read.rows,
        deck: Some(read.deck),
    })
}

/// The format version of a file.
pub fn version(reader: &Reader<'_>) -> Option<()> {
    reader.required("version", "1", |f| {
        let version = f.whole(0, u64::from(u32::MAX))?;
        if version == 1 {
            return Some(());
        }
        f.fault(FaultKind::OutOfRange, "is not a version that this program reads", "version = 1");
        None
    })
}

fn in_order(reader: &Reader<'_>, from: NaiveDate, to: NaiveDate) {
    if to < from {
        let place = reader.place();
        reader.faults().at_both(
            FaultKind::ConflictingKeys,
            [
                (place.key("expires"), format!("ends on {to}")),
                (place.key("effective_from"), format!("begins on {from}")),
            ],
            format!("{} ends before it begins", reader.what),
            "`expires` is the last day in force, on or after `effective_from`",
        );
    }
}

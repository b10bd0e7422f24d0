//! `rates show`: which row prices a number, and why.

use super::super::app::Context;
use super::super::cli::RatesShowArgs;
use super::super::error::Error;
use super::super::exit::Exit;
use super::super::output::Format;
use super::call::{self, Around, OptionFaults};
use super::tables::Asked;
use crate::model::rates::{Price, RateTable, SeatPrice, TableKind};
use crate::model::rows::RowRef;
use crate::rating::tariff::{Destination, Tariff};
use crate::render::rates::show::{Candidate, Shown, Source, Why, by_trunk, document, document_by_trunk, text};
use crate::words::e164::{DialPrefix, E164};

const COMMAND: &str = "rates show";

/// Runs the command.
pub(super) fn run(args: &RatesShowArgs, context: &mut Context) -> Result<Exit, Error> {
    let mut faults = OptionFaults::default();
    let number = faults.take("NUMBER", call::number(&args.number));
    let from = args.from.as_deref().and_then(|from| faults.take("--from", call::caller(from))).flatten();
    faults.into_result()?;
    // No number without a fault.
    let Some(number) = number else { return Ok(Exit::Error) };
    let asked = Asked::read(COMMAND, args.table.as_deref(), args.format, context)?;
    let tariffs: Vec<Tariff<'_>> = asked.tables.iter().map(|asked| Tariff::new(&asked.table)).collect();
    let shown: Vec<Shown<'_>> = asked
        .tables
        .iter()
        .zip(&tariffs)
        .map(|(of, tariff)| {
            let table = &of.table;
            let on = asked.day(args.on, table, context);
            let around = Around { on, from, jurisdiction: None };
            let destination = call::destination(tariff, number, &around);
            // A caller who is not shown is no statement here: it was not asked.
            let states = call::jurisdiction(table, destination, number, &around).ok().flatten();
            let basis = states.filter(|_| args.from.is_some());
            let candidates = candidates(table, destination, number, &around);
            Shown { table, trunks: &of.trunks, number, on, from, basis, candidates }
        })
        .collect();
    let (brief, whole) = (context.global.quiet, context.global.verbose);
    let (shown, sources) = (shown.as_slice(), &asked.sources);
    context.outputs.write(|format| {
        Ok(match (&asked.plan, shown, format) {
            (None, [one], Format::Json) => document(one, sources),
            (None, [one], Format::Text) => text(one, sources, brief),
            (Some(plan), all, Format::Json) => document_by_trunk(all, &plan.path, sources),
            (Some(plan), all, Format::Text) => by_trunk(all, &plan.name, sources, whole),
            // One table was named, and read.
            (None, _, _) => String::new(),
        })
    })?;
    Ok(if shown.iter().any(Shown::is_priced) { Exit::Pass } else { Exit::NotJudged })
}

/// Everything in a table that has a prefix of the number, the longest first; the flat rate before rows of its length,
/// and the later row of the file first.
fn candidates<'a>(table: &'a RateTable, destination: Destination, number: E164, around: &Around) -> Vec<Candidate<'a>> {
    let called = number.as_prefix();
    let mut found = Vec::new();
    let seats: &[SeatPrice] = if let TableKind::FlatRate(seats) = &table.kind { seats } else { &[] };
    for (index, seat) in seats.iter().enumerate() {
        for prefix in seat.prefixes.iter().copied().filter(|prefix| prefix.is_prefix_of(called)) {
            let chosen = destination == (Destination::FlatRate { seat: index, prefix });
            let why = if chosen { Why::Chosen { expired: false } } else { seat_loses(table, destination, prefix) };
            found.push((
                prefix.digits(),
                true,
                usize::MAX - index,
                Candidate { source: Source::Seat(seat, prefix), why },
            ));
        }
    }
    for (index, row) in table.rows.iter().enumerate().filter(|(_, row)| row.prefix.is_prefix_of(called)) {
        let why = match destination {
            Destination::Row { row: chosen, expired } if chosen == index => Why::Chosen { expired },
            _ => row_loses(table, destination, row, around),
        };
        found.push((row.prefix.digits(), false, index, Candidate { source: Source::Row(row), why }));
    }
    found.sort_by_key(|(digits, seat, index, candidate)| {
        std::cmp::Reverse((*digits, *seat, matches!(candidate.why, Why::Chosen { .. }), *index))
    });
    found.into_iter().map(|(_, _, _, candidate)| candidate).collect()
}

fn seat_loses(table: &RateTable, destination: Destination, prefix: DialPrefix) -> Why {
    let longer = match destination {
        Destination::FlatRate { prefix: chosen, .. } => chosen.digits() > prefix.digits(),
        Destination::Row { row, .. } => table.rows.get(row).is_some_and(|row| row.prefix.digits() > prefix.digits()),
        Destination::NoRate => false,
    };
    if longer { Why::Shorter } else { Why::SeatNamedTwice }
}

/// The longest of a row's caller prefixes that the caller has; 0 for any caller, nothing where none fits.
fn origin(row: RowRef<'_>, from: Option<E164>) -> Option<u8> {
    if row.origins.is_empty() {
        return Some(0);
    }
    let from = from?.as_prefix();
    row.origins.iter().filter(|origin| origin.is_prefix_of(from)).map(|origin| origin.digits()).max()
}

/// Why a row does not price the call: the criteria of the look-up, in their order.
fn row_loses(table: &RateTable, destination: Destination, row: RowRef<'_>, around: &Around) -> Why {
    let day = around.day();
    let Some(own) = origin(row, around.from) else { return Why::OtherCallers };
    if let Some(from) = row.effective_from.filter(|from| *from > day) {
        return Why::NotYet(from);
    }
    let chosen = match destination {
        Destination::FlatRate { prefix, .. } if prefix.digits() >= row.prefix.digits() => return Why::InsideFlatRate,
        Destination::Row { row, .. } => table.rows.get(row),
        _ => None,
    };
    if row.price == Price::Blocked && !matches!(destination, Destination::Row { .. }) {
        return Why::Blocked;
    }
    let Some(chosen) = chosen else { return Why::BelowBlocked };
    if chosen.prefix.digits() > row.prefix.digits() {
        return Why::Shorter;
    }
    if let Some(last) = row.expires.filter(|last| *last < day)
        && chosen.expires.is_none_or(|last| last >= day)
    {
        return Why::Expired(last);
    }
    if origin(chosen, around.from).is_some_and(|other| other > own) {
        return Why::WiderCallers;
    }
    if let Some(from) = chosen.effective_from.filter(|from| row.effective_from.is_none_or(|own| own < *from)) {
        return Why::Replaced(from);
    }
    Why::LaterRowWins
}

//! Codes that are taken back, and codes that a deck no longer has.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::rows::{Outcome, Withdrawn, count};
use super::spec::Previous;
use super::troubles::Troubles;
use super::{Around, DeckSpec, Read, parse};
use crate::input::fault::FaultKind;
use crate::input::reader::Log;
use crate::model::rows::RowRef;
use crate::words::diagnostic::{SourceId, Sources};
use crate::words::e164::DialPrefix;

/// A row taken back ends the rows of its code that began before; where there are none, it holds itself until then. One taken
/// back at once is not there.
pub(super) fn withdraw(outcome: &mut Outcome) {
    if outcome.withdrawn.is_empty() {
        return;
    }
    let at_once: BTreeSet<DialPrefix> =
        outcome.withdrawn.iter().filter(|gone| gone.from.is_none()).map(|gone| gone.prefix).collect();
    outcome.rows.retain(|prefix| !at_once.contains(&prefix));
    let mut gone: BTreeMap<DialPrefix, BTreeSet<NaiveDate>> = BTreeMap::new();
    for Withdrawn { prefix, from, .. } in &outcome.withdrawn {
        if let Some(from) = from {
            gone.entry(*prefix).or_default().insert(*from);
        }
    }
    // The rows of these codes that hold before the first day: whether there are any, by their first days.
    let mut begun: BTreeMap<DialPrefix, Option<NaiveDate>> = BTreeMap::new();
    for (prefix, from) in outcome.rows.first_days().filter(|(prefix, _)| gone.contains_key(prefix)) {
        let first = begun.entry(prefix).or_insert(from);
        *first = (*first).min(from);
    }
    outcome.rows.change(
        |prefix| gone.get(&prefix),
        |days, terms| {
            // A code that came back may be taken back again: the first time that its row sees ends it.
            let first = days.iter().find(|day| terms.effective_from.is_none_or(|from| from < **day));
            if let Some(day) = first.filter(|day| terms.expires.is_none_or(|last| last >= **day)) {
                terms.expires = day.pred_opt();
                terms.withdrawn = true;
            }
        },
    );
    for gone in &outcome.withdrawn {
        let (Some((terms, unstated)), Some(day)) = (gone.until, gone.from) else { continue };
        if begun.get(&gone.prefix).is_some_and(|first| first.is_none_or(|first| first < day)) {
            continue;
        }
        begun.insert(gone.prefix, None);
        outcome.rows.push(gone.prefix, gone.span, terms);
        if unstated {
            count(&mut outcome.unstated, gone.span);
        }
    }
}

/// Codes of the previous deck that are gone and not taken back.
pub(super) fn vanished(
    spec: &DeckSpec,
    stated: &Previous,
    id: SourceId,
    around: &Around<'_>,
    read: &Read,
    sources: &Sources,
    log: &Log,
) {
    let own = Log::default();
    let old = parse(spec, around, &[id], "", sources, &own);
    let faults = own.faults.into_sorted();
    let (Some(old), None) = (old, faults.first()) else {
        let first = faults.first().map_or(String::new(), |fault| fault.message.clone());
        log.faults.at(
            FaultKind::Unreadable,
            stated.span,
            format!("the deck before, {}, cannot be read: {first}", sources.name(id)),
            "named here",
            "lint it by itself",
        );
        return;
    };
    let withdrawn: BTreeSet<DialPrefix> = read.withdrawn.iter().copied().collect();
    let gone = old.rows.iter().filter(|row| read.rows.of(row.prefix).is_empty() && !withdrawn.contains(&row.prefix));
    let gone: Vec<RowRef<'_>> = gone.collect();
    let count = gone.chunk_by(|one, other| one.prefix == other.prefix).count();
    if count <= stated.lost {
        return;
    }
    let mut troubles = Troubles::new(&log.faults, id, sources.content(id));
    let help = format!("ask the carrier; where they are gone on purpose: previous = {{ file = …, lost = {count} }}");
    let message = match count {
        1 => "a code of the deck before is gone, and not marked as withdrawn".to_owned(),
        _ => format!("{count} codes of the deck before are gone, and not marked as withdrawn"),
    };
    for row in gone {
        troubles.at(FaultKind::RowsVanished, (row.span.start as usize, row.span.end as usize), &message, &help);
    }
    troubles.finish();
}

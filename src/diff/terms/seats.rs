//! What differs between two flat rates: their seats, by market.

use std::collections::BTreeSet;

use crate::diff::Value;
use crate::model::rates::{SeatBasis, SeatPrice, TableKind};
use crate::words::diagnostic::Span;

/// Something that a seat says: its key, how reports write it, and where it stands.
type Said = (&'static str, String, Span);

/// What a seat is charged, covers and brings.
fn said(seat: &SeatPrice) -> Vec<Said> {
    let (price, key) = match seat.price {
        SeatBasis::PerMonth(price) => (format!("{price} a month"), "per_month"),
        SeatBasis::PerDay(price) => (format!("{price} a day"), "per_day"),
    };
    let prefixes: Vec<String> = seat.prefixes.iter().map(ToString::to_string).collect();
    let place = |key: &str| seat.place.key(key);
    let mut said = vec![("price", price, place(key)), ("prefixes", prefixes.join(", "), place("prefixes"))];
    said.extend(seat.channels_per_seat.map(|n| ("channels", n.to_string(), place("channels_per_seat"))));
    said
}

fn seats(kind: &TableKind) -> &[SeatPrice] {
    match kind {
        TableKind::FlatRate(seats) => seats,
        TableKind::PerMinute => &[],
    }
}

/// What differs, seat by seat. Seats of one market belong together in their order.
pub(super) fn differences(old: &TableKind, new: &TableKind) -> Vec<Value> {
    let (old, new) = (seats(old), seats(new));
    let markets: BTreeSet<&str> = old.iter().chain(new).map(|seat| seat.market.as_str()).collect();
    let mut values = Vec::new();
    for market in markets {
        let of = |seats: &[SeatPrice]| -> Vec<Vec<Said>> {
            seats.iter().filter(|seat| seat.market == market).map(said).collect()
        };
        let (before, after) = (of(old), of(new));
        for at in 0..before.len().max(after.len()) {
            for key in ["price", "prefixes", "channels"] {
                let find = |seats: &[Vec<Said>]| seats.get(at)?.iter().find(|(name, ..)| *name == key).cloned();
                let (one, other) = (find(&before), find(&after));
                let text = |side: &Option<Said>| side.as_ref().map(|(_, text, _)| text.clone());
                if text(&one) != text(&other) {
                    values.push(Value {
                        key: format!("{key} of a seat in {market}"),
                        old: text(&one),
                        new: text(&other),
                        old_at: one.map(|(.., span)| span),
                        new_at: other.map(|(.., span)| span),
                        loosens: false,
                    });
                }
            }
        }
    }
    values
}

//! `[[campaign]]` blocks.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::fault::{FaultKind, Faults};
use super::laws;
use super::reader::{Field, Log, Reader, unique};
use super::tree::Node;
use crate::model::campaign::{Campaign, Destination, Outcome, Shift};
use crate::words::calendar::{Hours, HoursErrorKind};
use crate::words::diagnostic::Span;

/// More seats or attempts than any floor has: a slip.
const MOST_SEATS: u32 = 100_000;
const MOST_ATTEMPTS: u32 = 100_000;

/// Reads one campaign.
///
/// `country` is `None` where it is at fault: holidays are then read as some country's, so that it is one fault.
pub fn campaign(node: &Node, index: usize, country: Option<Option<&str>>, log: &Log) -> Option<Campaign> {
    let named = Reader::new(node, format!("campaign {index}"), log)?;
    let name = named.required("name", "\"renewals\"", Field::name);
    let what = name.as_ref().map_or_else(|| named.what.clone(), |name| format!("campaign `{name}`"));
    let reader = named.called(what);
    let seats = reader.required("seats", "50", |f| f.whole32(1, MOST_SEATS));
    let shifts = read_shifts(&reader, seats, country.unwrap_or(Some("US")), log);
    let attempts = reader.required("attempts_per_seat_hour", "200", |f| f.positive(MOST_ATTEMPTS));
    let lines = match reader.node("lines_per_seat") {
        Some(_) => reader.optional("lines_per_seat", |f| f.positive(1000)).map(Some),
        None => Some(None),
    };
    let setup_time =
        reader.or_assume("setup_time", 2.0, "2s", "from INVITE to ringing; the plan gives none", Field::seconds);
    let dial_timeout = reader.or("dial_timeout", None, |f| f.positive_seconds().map(Some));
    let wrap_time = reader.or("wrap_time", 0.0, Field::seconds);
    let redial_blocked = reader.or("redial_blocked", 0.0, Field::fraction);
    let idle = reader.or("idle_cost_per_seat_hour", None, |f| f.amount().map(Some));
    let caller_id = reader.or("caller_id", None, |f| f.prefix().map(Some));
    let outcomes = read_outcomes(&reader, log);
    let destinations = read_destinations(&reader, log);
    let place = reader.place();
    reader.finish();
    let campaign = Campaign {
        name: name?,
        seats: seats?,
        shifts: shifts?,
        attempts_per_seat_hour: attempts?,
        lines_per_seat: lines?,
        setup_time: setup_time?,
        dial_timeout: dial_timeout?,
        wrap_time: wrap_time?,
        redial_blocked: redial_blocked?,
        idle_cost_per_seat_hour: idle?,
        outcomes: outcomes?,
        destinations: destinations?,
        caller_id: caller_id?,
        place,
    };
    possible(&campaign, &log.faults);
    Some(campaign)
}

fn read_shifts(reader: &Reader<'_>, seats: Option<u32>, country: Option<&str>, log: &Log) -> Option<Vec<Shift>> {
    let Some(node) = reader.node("shifts") else {
        reader.assume(
            &format!("{}.shifts", reader.what.replace('`', "").replace(' ', ".")),
            "24/7, every seat staffed",
            "the plan gives no shifts",
        );
        let shift = Shift { hours: Hours::parse("24/7", None).ok()?, seats: seats?, place: reader.place() };
        return Some(vec![shift]);
    };
    let field = Field::nested(node, "shifts", &reader.what, log);
    let shifts = field.items("an array of shifts", |item| {
        let shift = Reader::new(item.node, format!("a shift of {}", reader.what), log)?;
        let hours = shift.required("hours", "\"Mo-Fr 08:00-20:00\"", |f| hours(f, country));
        let staffed = shift.or("seats", seats, |f| f.whole32(0, MOST_SEATS).map(Some)).flatten();
        let place = shift.place();
        shift.finish();
        if let (Some(staffed), Some(seats)) = (staffed, seats)
            && staffed > seats
        {
            log.faults.at_both(
                FaultKind::ImpossibleFloor,
                [
                    (place.key("seats"), format!("{staffed} staffed")),
                    (reader.place().key("seats"), format!("{seats} licensed")),
                ],
                format!("a shift of {} staffs {staffed} seats, but only {seats} are licensed", reader.what),
                "license more seats, or staff fewer",
            );
        }
        Some(Shift { hours: hours?, seats: staffed?, place })
    })?;
    if shifts.is_empty() {
        field.fault(FaultKind::OutOfRange, "is empty", "give at least one shift, or leave `shifts` out for 24/7");
        return None;
    }
    Some(shifts)
}

/// Opening hours; a fault points into the expression where the mistake has a place.
fn hours(field: &Field<'_>, country: Option<&str>) -> Option<Hours> {
    let text = field.text()?;
    Hours::parse(text, country)
        .map_err(|error| {
            let whole = field.node.span;
            // The expression stands between quotes; with escapes in it, its bytes are not the file's.
            let plain = (whole.end - whole.start) as usize == text.len() + 2;
            let start = whole.start as usize + 1 + error.span.start;
            let span = if plain && error.span.len() < text.len() {
                Span::new(whole.source, start, (whole.start as usize + 1 + error.span.end).max(start + 1))
            } else {
                whole
            };
            let help = match error.kind {
                HoursErrorKind::UnknownCountry { .. } | HoursErrorKind::HolidaysWithoutCountry { .. } => {
                    "country = \"US\" in the plan says whose holidays they are; without `PH` and `SH` none is needed"
                }
                _ => "OpenStreetMap's opening_hours syntax, such as \"Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off\"",
            };
            field.log().faults.at(
                FaultKind::BadOpeningHours,
                span,
                format!("the opening hours {text:?} cannot be used: {error}"),
                "here",
                help,
            );
        })
        .ok()
}

fn read_outcomes(reader: &Reader<'_>, log: &Log) -> Option<Vec<Outcome>> {
    let example = "[{ name = \"live\", share = 1.0, ring = \"10s\", talk = { exponential = { mean = \"135s\" } } }]";
    let what = reader.what.clone();
    let outcomes = reader.required("outcomes", example, |f| {
        f.items("an array of outcomes", |item| {
            let outcome = Reader::new(item.node, format!("an outcome of {what}"), log)?;
            let name = outcome.required("name", "\"live\"", Field::name);
            let share = outcome.required("share", "0.10", Field::share);
            let ring = outcome.required("ring", "\"10s\"", Field::seconds);
            let talk = outcome.or("talk", None, |f| laws::talk(f).map(Some));
            let agent = outcome.or("agent", false, Field::flag);
            let margin = outcome.or("margin", None, |f| f.amount().map(Some));
            let place = outcome.place();
            outcome.finish();
            let share = share?;
            let read = Outcome {
                name: name?,
                share: share.to_f64()?,
                ring: ring?,
                talk: talk?,
                agent: agent?,
                margin: margin?,
                place,
            };
            Some((share, read))
        })
    });
    let outcomes = outcomes?;
    let span = reader.place().key("outcomes");
    unique(&log.faults, "outcome", outcomes.iter().map(|(_, o)| (o.name.as_str(), o.place.key("name"))));
    sum_to_one(&log.faults, "outcomes", &reader.what, span, outcomes.iter().map(|(share, _)| *share));
    Some(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

fn read_destinations(reader: &Reader<'_>, log: &Log) -> Option<Vec<Destination>> {
    let what = reader.what.clone();
    let destinations = reader.required("destinations", "[{ prefix = \"1\", share = 1.0 }]", |f| {
        f.items("an array of destinations", |item| {
            let destination = Reader::new(item.node, format!("a destination of {what}"), log)?;
            let prefix = destination.required("prefix", "\"1\"", Field::prefix);
            let share = destination.required("share", "0.97", Field::share);
            let intrastate = destination.or("intrastate", None, |f| f.fraction().map(Some));
            let place = destination.place();
            destination.finish();
            let share = share?;
            let span = place.key("prefix");
            Some((share, Destination { prefix: prefix?, share: share.to_f64()?, intrastate: intrastate?, place, span }))
        })
    });
    let destinations = destinations?;
    let names: Vec<(String, Span)> = destinations.iter().map(|(_, d)| (d.prefix.to_string(), d.span)).collect();
    unique(&log.faults, "destination", names.iter().map(|(name, span)| (name.as_str(), *span)));
    let span = reader.place().key("destinations");
    sum_to_one(&log.faults, "destinations", &reader.what, span, destinations.iter().map(|(share, _)| *share));
    Some(destinations.into_iter().map(|(_, destination)| destination).collect())
}

fn sum_to_one(faults: &Faults, key: &str, what: &str, span: Span, shares: impl Iterator<Item = Decimal>) {
    let sum = shares.fold(Decimal::ZERO, |sum, share| sum.saturating_add(share)).normalize();
    if sum != Decimal::ONE {
        let gap = (Decimal::ONE - sum).normalize();
        let help = if gap > Decimal::ZERO {
            format!("{gap} of the attempts go nowhere: raise a share or add an entry")
        } else {
            format!("{} too much: lower a share", -gap)
        };
        faults.at(
            FaultKind::SharesDoNotAddUp,
            span,
            format!("the shares of `{key}` of {what} add up to {sum}, not to 1"),
            format!("add up to {sum}"),
            help,
        );
    }
}

/// What no floor can do.
fn possible(campaign: &Campaign, faults: &Faults) {
    for outcome in &campaign.outcomes {
        if let Some(timeout) = campaign.dial_timeout
            && outcome.ring > timeout
        {
            faults.at_both(
                FaultKind::ImpossibleFloor,
                [
                    (outcome.place.key("ring"), format!("rings for {} s", outcome.ring)),
                    (campaign.place.key("dial_timeout"), format!("given up after {timeout} s")),
                ],
                format!(
                    "outcome `{}` of campaign `{}` rings for {} s, but the dialer gives up after {timeout} s",
                    outcome.name, campaign.name, outcome.ring
                ),
                "a shorter `ring`, or the dialer's real `dial_timeout`",
            );
        }
    }
    let busy = campaign.agent_seconds_per_hour();
    if busy > 3600.0 + 1e-9 {
        faults.at(
            FaultKind::ImpossibleFloor,
            campaign.place.key("attempts_per_seat_hour"),
            format!("agents of campaign `{}` would talk and wrap up {busy:.0} s in an hour of 3,600 s", campaign.name),
            format!("{} attempts an hour", campaign.attempts_per_seat_hour),
            "fewer attempts, fewer live calls, or shorter talk and wrap-up times",
        );
    }
    let traffic = campaign.seat_rate() * campaign.holding_time();
    if let Some(lines) = campaign.lines_per_seat
        && traffic > lines * (1.0 + 1e-12)
    {
        faults.at(
            FaultKind::ImpossibleFloor,
            campaign.place.key("lines_per_seat"),
            format!(
                "campaign `{}` offers {traffic:.3} erlang per seat, more than the {lines} lines its dialer may hold",
                campaign.name
            ),
            format!("{lines} lines per seat"),
            "more lines, fewer attempts, or shorter ringing and talk times",
        );
    }
}

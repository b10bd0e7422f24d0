//! Past outages: `[[incident]]` blocks, and the rows of a file that `incidents` or `--replay` names.

use chrono::{Days, NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use toml::value::Datetime;

use super::cells::split;
use super::fault::{FaultKind, Faults, did_you_mean};
use super::policy::LONGEST_SCENARIO;
use super::reader::{Field, Log, Reader};
use super::tree::{Entry, Node, Value};
use crate::model::incident::Incident;
use crate::model::place::Place;
use crate::model::plan::Assumption;
use crate::words::calendar::{Instant, Shown, Zone};
use crate::words::diagnostic::{SourceId, Sources, Span};
use crate::words::duration::human;
use crate::words::money::{Currency, Money};

/// Columns of a file, which are the keys of a block.
const COLUMNS: [&str; 6] = ["start", "end", "duration", "cause", "billed", "currency"];
/// More incidents are no list that anybody kept.
const MOST: usize = 10_000;
/// As far back as incidents are looked at [days]: ten years. The same calendar and causes are assumed.
const FARTHEST: u64 = 3653;
/// As far ahead [days]: the year that is reckoned.
const AHEAD: u64 = 365;

/// How an incident's end is given.
#[derive(Debug, Clone, Copy)]
enum Ending {
    At(NaiveDateTime),
    After(f64),
}

/// An incident whose words are not yet looked up in the plan.
pub struct RawIncident {
    what: String,
    start: NaiveDateTime,
    ending: Ending,
    cause: Option<String>,
    billed: Option<(Decimal, Option<Currency>)>,
    place: Place,
}

/// Reads one incident.
pub fn incident(node: &Node, what: String, log: &Log) -> Option<RawIncident> {
    let reader = Reader::new(node, what, log)?;
    let start = reader.required("start", "2026-03-02T10:00:00", Field::date_time);
    let ending = match reader.given(&["end", "duration"]).as_slice() {
        [] => {
            let (message, label) = (format!("{} has no `end`", reader.what), "`end` is missing".to_owned());
            let help = "add `end = 2026-03-02T11:20:00`, or `duration = \"80m\"` in its place".to_owned();
            reader.missing(&["end", "duration"], message, label, help);
            None
        }
        [_, (_, second)] => {
            log.faults.at(
                FaultKind::ConflictingKeys,
                second.span,
                format!("{} gives both `end` and `duration`", reader.what),
                "one of them is enough",
                "keep one: the other follows from it",
            );
            None
        }
        [("end", _)] => reader.optional("end", Field::date_time).map(Ending::At),
        _ => reader.optional("duration", Field::positive_seconds).map(Ending::After),
    };
    let cause = reader.or("cause", None, |f| f.name().map(Some));
    let billed = reader.or("billed", None, |f| f.amount().map(Some));
    let currency = reader.or("currency", None, |f| f.currency().map(Some));
    let (what, place) = (reader.what.clone(), reader.place());
    reader.finish();
    let (billed, currency) = (billed?, currency?);
    Some(RawIncident {
        what,
        start: start?,
        ending: ending?,
        cause: cause?,
        billed: billed.map(|amount| (amount, currency)),
        place,
    })
}

/// The rows of a file as tables with the keys of a block, each with its line.
pub fn rows(sources: &Sources, id: SourceId, log: &Log) -> Vec<(usize, Node)> {
    let faults = &log.faults;
    let text = sources.content(id);
    let mut header: Option<Vec<Option<&'static str>>> = None;
    let mut rows = Vec::new();
    let mut begin = 0;
    for (index, full) in text.split_inclusive('\n').enumerate() {
        let (offset, line) = (begin, full.trim_end_matches(['\n', '\r']));
        begin += full.len();
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let whole = Span::new(id, offset, offset + line.len());
        let cells = match split(line) {
            Ok(cells) => cells,
            Err(broken) => {
                let span = Span::new(id, offset + broken.at, offset + line.len());
                let (found, help) = match broken.found {
                    None => ("not closed on this line", "close it with `\"`"),
                    Some(_) => ("something follows it", "a comma after the closing `\"`"),
                };
                faults.at(FaultKind::Syntax, span, "a quote does not enclose a cell", found, help);
                header.get_or_insert_default();
                continue;
            }
        };
        let span = |cell: &super::cells::Cell| Span::new(id, offset + cell.start, offset + cell.end);
        let Some(columns) = &header else {
            let known = |cell: &super::cells::Cell| {
                let column = COLUMNS.iter().find(|name| name.eq_ignore_ascii_case(&cell.text)).copied();
                if column.is_none() {
                    let message = format!("`{}` is no column of a file of incidents", cell.text);
                    faults.at(
                        FaultKind::UnknownKey,
                        span(cell),
                        message,
                        "unknown column",
                        did_you_mean(&cell.text, &COLUMNS),
                    );
                }
                column
            };
            header = Some(cells.iter().map(known).collect());
            continue;
        };
        if columns.is_empty() {
            continue;
        }
        if cells.len() != columns.len() {
            let message = format!("a row has {} cells, its header {}", cells.len(), columns.len());
            faults.at(
                FaultKind::Syntax,
                whole,
                message,
                "ragged row",
                "as many cells as the header names; empty ones count",
            );
            continue;
        }
        let entry = |(cell, column): (&super::cells::Cell, &Option<&'static str>)| {
            let key = (*column)?;
            let node = Node { value: value(key, &cell.text), span: span(cell) };
            (!cell.text.is_empty()).then(|| Entry { key: key.to_owned(), span: span(cell), node })
        };
        let entries = cells.iter().zip(columns).filter_map(entry).collect();
        rows.push((index + 1, Node { value: Value::Table(entries), span: whole }));
    }
    if header.is_none() {
        let help = format!("a first row that names columns: {}", COLUMNS.join(", "));
        faults.at(FaultKind::Syntax, Span::new(id, 0, 0), "a file of incidents without a header", "here", help);
    }
    rows
}

/// What a cell would be in TOML.
fn value(key: &str, text: &str) -> Value {
    let date = || text.parse::<Datetime>().ok().map(Value::Date);
    let times = matches!(key, "start" | "end");
    times.then(date).flatten().unwrap_or_else(|| Value::Text(text.to_owned()))
}

/// What incidents are looked up in.
pub struct Known<'a> {
    /// The floor's clock.
    pub zone: Zone,
    /// Today.
    pub as_of: NaiveDate,
    /// The currency of totals.
    pub currency: Currency,
    /// Plan currency per unit of another.
    pub rates: &'a [(Currency, Decimal)],
    /// The names of the causes.
    pub causes: Vec<&'a str>,
}

/// Looks the words of incidents up in the plan, and checks them against each other.
pub fn resolve(raw: &[RawIncident], known: &Known<'_>, log: &Log) -> Vec<Incident> {
    let faults = &log.faults;
    if let Some(first) = raw.get(MOST) {
        let message = format!("more than {MOST} incidents");
        faults.at(FaultKind::OutOfRange, first.place.item, message, "one too many", "the later ones say most");
        return Vec::new();
    }
    let incidents: Vec<Option<Incident>> = raw.iter().map(|raw| one(raw, known, log)).collect();
    let mut ordered: Vec<(&RawIncident, &Incident)> =
        raw.iter().zip(&incidents).filter_map(|(raw, incident)| Some((raw, incident.as_ref()?))).collect();
    ordered.sort_by_key(|(_, incident)| (incident.cause, incident.start));
    for pair in ordered.windows(2) {
        let [(_, before), (raw, after)] = pair else { continue };
        if before.cause == after.cause && after.start < before.end {
            faults.at_both(
                FaultKind::OutOfRange,
                [
                    (after.place.key("start"), "begins".to_owned()),
                    (before.place.key("start"), format!("began, and lasted {}", human(before.length()))),
                ],
                format!("{} begins while another one of the same cause lasts", raw.what),
                "an outage that is going on cannot begin: give each once",
            );
        }
    }
    incidents.into_iter().flatten().collect()
}

fn one(raw: &RawIncident, known: &Known<'_>, log: &Log) -> Option<Incident> {
    let faults = &log.faults;
    let place = &raw.place;
    let start = instant(raw, "start", raw.start, known, log);
    let end = match raw.ending {
        Ending::At(local) => instant(raw, "end", local, known, log),
        Ending::After(seconds) => start.map(|start| start.plus(libm::round(seconds * 1000.0) as i64)),
    };
    let cause = match &raw.cause {
        Some(name) => {
            let index = known.causes.iter().position(|cause| cause == name);
            if index.is_none() {
                let message = format!("{} names the cause `{name}`, which the plan does not have", raw.what);
                faults.at(
                    FaultKind::UnknownName,
                    place.key("cause"),
                    message,
                    "unknown name",
                    did_you_mean(name, &known.causes),
                );
            }
            index
        }
        None => {
            if let (Some(first), true) = (known.causes.first(), known.causes.len() > 1) {
                log.assumptions.borrow_mut().push(Assumption {
                    key: "incident.cause".to_owned(),
                    value: format!("`{first}`"),
                    why: "incidents that name no cause are put to the plan's first".to_owned(),
                });
            }
            Some(0)
        }
    };
    let billed = billed(raw, known, faults);
    let (start, end) = (start?, end?);
    let first = known.as_of.checked_sub_days(Days::new(FARTHEST))?;
    let last = known.as_of.checked_add_days(Days::new(AHEAD - 1))?;
    if !(first..=last).contains(&raw.start.date()) {
        let message = format!("{} begins {}, too far from {}", raw.what, raw.start, known.as_of);
        let help = format!("a time from {first} to {last}");
        faults.at(FaultKind::OutOfRange, place.key("start"), message, "here", help);
        return None;
    }
    if end <= start {
        faults.at_both(
            FaultKind::OutOfRange,
            [(place.key("end"), "ends".to_owned()), (place.key("start"), "begins".to_owned())],
            format!("{} ends before it begins", raw.what),
            "an end after the start; both are times of the floor's clock",
        );
        return None;
    }
    let incident = Incident { cause: cause?, start, end, billed: billed?, place: place.clone() };
    if incident.length() > LONGEST_SCENARIO {
        let message = format!("{} lasts {}, longer than 365 days", raw.what, human(incident.length()));
        let key = if matches!(raw.ending, Ending::At(_)) { "end" } else { "duration" };
        faults.at(FaultKind::OutOfRange, place.key(key), message, "here", "at most \"365d\"");
        return None;
    }
    Some(incident)
}

fn instant(raw: &RawIncident, key: &str, local: NaiveDateTime, known: &Known<'_>, log: &Log) -> Option<Instant> {
    if known.zone.shows(local) != Shown::Never {
        return Some(Instant::from_local(local, known.zone));
    }
    let after = Instant::from_local(local, known.zone).to_local(known.zone);
    log.faults.at(
        FaultKind::OutOfRange,
        raw.place.key(key),
        format!("`{key}` of {} is {local}, which clocks in {} skip", raw.what, known.zone),
        "here",
        format!("clocks go forward there: {} is the first time after it", after.format("%Y-%m-%dT%H:%M:%S")),
    );
    None
}

/// The amount billed in the plan's currency; outer nothing where it is at fault.
fn billed(raw: &RawIncident, known: &Known<'_>, faults: &Faults) -> Option<Option<Money>> {
    let Some((amount, currency)) = raw.billed else { return Some(None) };
    let currency = currency.unwrap_or(known.currency);
    if currency == known.currency {
        return Some(Some(Money::new(amount, currency)));
    }
    let Some((_, rate)) = known.rates.iter().find(|(other, _)| *other == currency) else {
        faults.at(
            FaultKind::CurrencyWithoutRate,
            raw.place.key("currency"),
            format!(
                "{} was billed in {currency}, the plan is in {}, and no exchange rate is given",
                raw.what, known.currency
            ),
            format!("billed in {currency}"),
            format!("add [fx] with as_of and {currency} = {} per {currency}", known.currency),
        );
        return None;
    };
    let money = Money::new(amount, currency).times(*rate, known.currency);
    if let Err(error) = &money {
        faults.at(FaultKind::OutOfRange, raw.place.key("billed"), error.to_string(), "here", "a smaller amount");
    }
    money.ok().map(Some)
}

//! One call as it is asked for: on the command line or in a row of a batch.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::super::batch::{Cell, Fault, quoted};
use super::super::cli;
use super::super::error::{Error, ErrorKind};
use crate::model::rates::{Jurisdiction, Price, RateTable};
use crate::rating::RatingError;
use crate::rating::call::CallDuration;
use crate::rating::jurisdiction::{Basis, basis};
use crate::rating::tariff::{Destination, Tariff};
use crate::words::decimal::parse_exact;
use crate::words::e164::E164;

/// What carriers and switches write where no number is shown.
const NOT_SHOWN: [&str; 5] = ["anonymous", "restricted", "unavailable", "unknown", "withheld"];
/// Digits of a whole number of the North American Numbering Plan.
const NANP_DIGITS: u8 = 11;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub message: String,
    pub found: String,
    pub expected: &'static str,
}

const NUMBER: &str = "a number with its country code, such as +1 212 555 0123";
const SECONDS: &str = "seconds from 0 to ten years with all their digits, such as 45 or 30.1";
const CALLER: &str = "a number with its country code, or one of anonymous, restricted, unavailable, unknown, withheld";
const DATE: &str = "a date such as 2026-12-01";
const JURISDICTION: &str = "one of interstate, intrastate, indeterminate";

/// Faults of options, in the order in which they are read.
#[derive(Default)]
pub(super) struct OptionFaults(Vec<Fault>);

impl OptionFaults {
    /// The value, or its fault.
    pub(super) fn take<T>(&mut self, place: &str, read: Result<T, Problem>) -> Option<T> {
        read.map_err(|problem| {
            let order = (self.0.len(), 0);
            let (message, found, expected) = (problem.message, problem.found, problem.expected.to_owned());
            self.0.push(Fault { order, place: place.to_owned(), message, found, expected });
        })
        .ok()
    }

    /// All of them; nothing where there are none.
    pub(super) fn into_result(self) -> Result<(), Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(ErrorKind::inputs(self.0.iter().map(Fault::to_string).collect()).into())
    }
}

/// The number called.
pub(super) fn number(text: &str) -> Result<E164, Problem> {
    E164::parse(text).map_err(|error| Problem {
        message: format!("no number to call: {error}"),
        found: quoted(text),
        expected: NUMBER,
    })
}

/// A talk time, exactly.
#[derive(Debug, Clone, Copy)]
pub(super) struct Talk {
    /// As given [s].
    pub seconds: Decimal,
    /// As it is billed.
    pub duration: CallDuration,
}

/// The talk time.
pub(super) fn seconds(text: &str) -> Result<Talk, Problem> {
    let problem = |message: String| Problem { message, found: quoted(text), expected: SECONDS };
    let seconds = parse_exact(text.trim()).map_err(|error| problem(format!("no talk time: {error}")))?;
    if seconds < Decimal::ZERO {
        return Err(problem("no talk time: below 0".to_owned()));
    }
    // Underscores are TOML's, and a sign is noise.
    if !text.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return Err(problem("no talk time: not a decimal number".to_owned()));
    }
    let duration = CallDuration::from_decimal(seconds);
    Ok(Talk { seconds, duration: duration.map_err(|_| problem("no talk time: too long".to_owned()))? })
}

/// The number shown to the called party; nothing where none is shown.
pub(super) fn caller(text: &str) -> Result<Option<E164>, Problem> {
    if NOT_SHOWN.iter().any(|word| word.eq_ignore_ascii_case(text.trim())) {
        return Ok(None);
    }
    E164::parse(text).map(Some).map_err(|error| Problem {
        message: format!("no number to show: {error}"),
        found: quoted(text),
        expected: CALLER,
    })
}

/// What is known of a call besides its number and talk time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Around {
    /// The day.
    pub on: Option<NaiveDate>,
    /// The number that is shown.
    pub from: Option<E164>,
    /// Whose states meet, where that is given.
    pub jurisdiction: Option<Jurisdiction>,
}

impl Around {
    /// Sets the value of a column.
    pub(super) fn set(&mut self, column: &str, cell: &Cell) -> Result<(), Problem> {
        let problem =
            |message: &str, expected| Problem { message: message.to_owned(), found: quoted(&cell.text), expected };
        match column {
            "on" => self.on = Some(cli::date(&cell.text).map_err(|_| problem("no day", DATE))?),
            "from" => self.from = caller(&cell.text)?,
            "jurisdiction" => {
                let word = cli::jurisdiction(&cell.text).map_err(|_| problem("no jurisdiction", JURISDICTION))?;
                self.jurisdiction = Some(word);
            }
            _ => {}
        }
        Ok(())
    }

    /// The day to look a table up on. Where no day is known, no row has a first day, and none is to have expired.
    pub(super) fn day(&self) -> NaiveDate {
        self.on.unwrap_or(NaiveDate::MIN)
    }
}

/// Whose states meet in a call, as far as the numbers tell. A caller shown who has no whole number lies in no state.
pub(super) fn derive(number: E164, from: Option<E164>) -> Option<Basis> {
    let short = |from: E164| from.as_prefix().nanp_area().is_none() || from.as_prefix().digits() != NANP_DIGITS;
    if from.is_some_and(short) {
        return Some(Basis::Abroad);
    }
    basis(number.as_prefix(), from.map(E164::as_prefix))
}

/// What a table's row, if any, needs to know of whose states meet.
pub(super) fn jurisdiction(
    table: &RateTable,
    destination: Destination,
    number: E164,
    around: &Around,
) -> Result<Option<Basis>, RatingError> {
    let Destination::Row { row, .. } = destination else { return Ok(None) };
    match table.rows.get(row).map(|row| &row.terms.price) {
        Some(Price::Jurisdiction { .. }) => match around.jurisdiction {
            Some(given) => Ok(Some(Basis::Given(given))),
            None => derive(number, around.from).map(Some).ok_or(RatingError::JurisdictionUnknown),
        },
        _ => Ok(None),
    }
}

/// The destination of a call.
pub(super) fn destination(tariff: &Tariff<'_>, number: E164, around: &Around) -> Destination {
    tariff.destination(number.as_prefix(), around.day(), around.from.map(E164::as_prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_codes_tell_what_they_can() {
        let derive = |number: &str, from: Option<&str>| {
            derive(E164::parse(number).unwrap(), from.map(|from| E164::parse(from).unwrap()))
                .map(|basis| basis.jurisdiction().name())
        };
        assert_eq!(derive("12125550123", Some("12125550199")), Some("intrastate"));
        assert_eq!(derive("12125550123", Some("13155550199")), Some("intrastate"));
        assert_eq!(derive("12125550123", Some("12245550199")), Some("interstate"));
        assert_eq!(derive("12125550123", Some("12995550199")), None);
        assert_eq!(derive("12125550123", Some("442071234567")), Some("indeterminate"));
        assert_eq!(derive("12125550123", Some("18005550199")), Some("indeterminate"));
        assert_eq!(derive("442071234567", Some("12125550199")), Some("indeterminate"));
        assert_eq!(derive("12125550123", Some("1212")), Some("indeterminate"));
        assert_eq!(derive("12125550123", None), Some("indeterminate"));
    }

    #[test]
    fn talk_times_are_plain_and_exact() {
        assert_eq!(seconds("30.1").unwrap().duration.begun(), 31);
        assert_eq!(seconds(" 45 ").unwrap().duration.begun(), 45);
        assert_eq!(seconds("0").unwrap().duration.begun(), 0);
        for text in ["-1", "NaN", "inf", "1e3", "1,5", "", "4_5", "+4", ".5", "5.", "99999999999", "45s"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn callers_may_be_hidden() {
        assert_eq!(caller("Anonymous"), Ok(None));
        assert_eq!(caller("+1 (212) 555-0123").unwrap().map(|n| n.to_string()).as_deref(), Some("12125550123"));
        assert!(caller("nobody").is_err() && caller("").is_err());
    }
}

//! Values as carriers write them into cells: prices, dates, increments, flags. What can be read in two ways is refused.

use std::num::NonZeroU32;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::input::fault::FaultKind;
use crate::words::decimal::{DecimalError, parse_exact};
use crate::words::increment::{BillingIncrement, IncrementError};
use crate::words::money::Currency;

/// The order of days, months and years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 23/09/2026.
    Dmy,
    /// 09/23/2026.
    Mdy,
    /// 2026-09-23.
    Ymd,
}

impl DateOrder {
    /// The words of `dates`.
    pub const NAMES: [(&'static str, Self); 3] = [("dmy", Self::Dmy), ("mdy", Self::Mdy), ("ymd", Self::Ymd)];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, order)| *order == self).map_or("", |(name, _)| name)
    }
}

/// How a layout writes codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    /// With the country code.
    International,
    /// Of the North American Numbering Plan, with or without its 1.
    Nanp,
}

/// Why a cell cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bad {
    /// The kind of fault.
    pub kind: FaultKind,
    /// What is wrong: "is no price".
    pub what: &'static str,
    /// What would be right.
    pub help: String,
}

impl Bad {
    pub(super) fn new(kind: FaultKind, what: &'static str, help: impl Into<String>) -> Self {
        Self { kind, what, help: help.into() }
    }
}

/// A number cut by a spreadsheet: `4.47E+11`.
pub(super) fn is_cut(text: &str) -> bool {
    let Some((digits, exponent)) = text.split_once(['E', 'e']) else { return false };
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let whole = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    whole(exponent)
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

const SYMBOLS: [char; 4] = ['$', '€', '£', '¥'];

/// Currencies whose bare sign is a dollar's, and what is written before it where it is told apart: `US$`.
const DOLLARS: [(&str, &[&str]); 22] = [
    ("USD", &["US"]),
    ("CAD", &["C", "CA", "CDN"]),
    ("AUD", &["A", "AU"]),
    ("NZD", &["NZ"]),
    ("HKD", &["HK"]),
    ("SGD", &["S", "SG"]),
    ("TWD", &["NT"]),
    ("BRL", &["R"]),
    ("MXN", &["MX", "MEX"]),
    ("ARS", &["AR"]),
    ("CLP", &["CL"]),
    ("COP", &["COL"]),
    ("UYU", &[]),
    ("DOP", &["RD"]),
    ("NIO", &[]),
    ("BBD", &["BDS"]),
    ("BMD", &[]),
    ("BSD", &["B"]),
    ("FJD", &["FJ"]),
    ("JMD", &["J"]),
    ("TTD", &["TT"]),
    ("XCD", &["EC"]),
];

/// Whether a symbol, and what is written before it, can stand for a currency.
fn stands_for(symbol: char, word: &str, currency: Currency) -> bool {
    let code = currency.code();
    match symbol {
        _ if word.eq_ignore_ascii_case(code) => true,
        '$' => DOLLARS.iter().any(|(known, words)| {
            *known == code && (word.is_empty() || words.iter().any(|known| known.eq_ignore_ascii_case(word)))
        }),
        _ if !word.is_empty() => false,
        '€' => code == "EUR",
        '£' => matches!(code, "GBP" | "EGP" | "FKP" | "GIP" | "LBP" | "SHP" | "SSP" | "SYP"),
        _ => matches!(code, "JPY" | "CNY"),
    }
}

/// A price without the symbol of its currency, and the letters that belong to the symbol: `US$ 0.05`, `0.05€`.
fn without_symbol(text: &str, symbol: char) -> Option<(&str, &str)> {
    let letters = |word: &str| word.bytes().all(|b| b.is_ascii_alphabetic());
    let (before, behind) = text.split_once(symbol)?;
    let (before, behind) = (before.trim(), behind.trim());
    if letters(before) {
        return Some((behind, before));
    }
    let number = before.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let word = before.strip_prefix(number).unwrap_or_default();
    behind.is_empty().then_some((number.trim(), word))
}

/// Digits and a point, without a detour over a larger type.
fn plain(text: &[u8]) -> Option<Decimal> {
    // 18 digits fit into 64 bits.
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    let (mut mantissa, mut scale, mut point) = (0_i64, 0_u32, false);
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                mantissa = mantissa * 10 + i64::from(byte - b'0');
                scale += u32::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    (!point || scale > 0).then(|| Decimal::new(mantissa, scale))
}

/// A price or fee, exactly. `currency` is the table's, where that is known.
pub(super) fn amount(text: &str, comma: bool, currency: Option<Currency>) -> Result<Decimal, Bad> {
    if !comma && let Some(value) = plain(text.as_bytes()) {
        return Ok(value);
    }
    let other = || {
        Bad::new(
            FaultKind::ConflictingKeys,
            "is in another currency than the table",
            "one table holds prices of one currency: set the table's `currency`, or split the deck",
        )
    };
    let mut rest = text.trim();
    if let Some(symbol) = rest.chars().find(|c| SYMBOLS.contains(c))
        && let Some((number, word)) = without_symbol(rest, symbol)
    {
        if currency.is_some_and(|currency| !stands_for(symbol, word, currency)) {
            return Err(other());
        }
        rest = number;
    }
    let known = |part: &str| Currency::parse(&part.to_ascii_uppercase()).is_some();
    let code = rest.get(..3).filter(|code| known(code)).map(|code| (code, &rest[3..]));
    let split = rest.len().saturating_sub(3);
    let code = code.or_else(|| rest.get(split..).filter(|code| known(code)).map(|code| (code, &rest[..split])));
    if let Some((code, number)) = code
        && number.trim().starts_with(|c: char| c.is_ascii_digit())
    {
        if currency.is_some_and(|currency| !code.eq_ignore_ascii_case(currency.code())) {
            return Err(other());
        }
        rest = number.trim();
    }
    if rest.is_empty() {
        return Err(Bad::new(FaultKind::MissingKey, "is empty", "a price; an empty cell is never 0"));
    }
    if comma && rest.contains('.') && rest.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',')) {
        let what = "is no price: a point stands in it, and by `decimal` a comma before the fraction";
        let help = "one mark before all fractions: leave out `decimal` where it is the point";
        return Err(Bad::new(FaultKind::AmbiguousCell, what, help));
    }
    let dotted;
    if comma && rest.matches(',').count() == 1 {
        dotted = rest.replace(',', ".");
        rest = &dotted;
    }
    if let Some(value) = plain(rest.as_bytes()) {
        return Ok(value);
    }
    if is_cut(rest) {
        let help = "a spreadsheet cut this number: export the column as text, with all its digits";
        return Err(Bad::new(FaultKind::MangledCell, "cannot be read exactly", help));
    }
    if rest.contains(',') && !comma {
        let help = "where a comma stands before the fraction, say `decimal = \",\"` in `deck`";
        return Err(Bad::new(FaultKind::AmbiguousCell, "is no price: a comma may part thousands or a fraction", help));
    }
    match parse_exact(rest) {
        Ok(value) if value.is_sign_negative() && !value.is_zero() => {
            Err(Bad::new(FaultKind::OutOfRange, "is below 0", "0 or more"))
        }
        // Underscores are TOML's, and signs are noise.
        Ok(value) if rest.bytes().all(|b| b.is_ascii_digit() || b == b'.') => Ok(value),
        Err(DecimalError::TooManyDigits) => {
            Err(Bad::new(FaultKind::InexactNumber, "cannot be read exactly", "at most 28 digits"))
        }
        _ if comma => {
            Err(Bad::new(FaultKind::WrongType, "is no price", "digits, with a comma before the fraction: 0,0085"))
        }
        _ => Err(Bad::new(FaultKind::WrongType, "is no price", "digits, with a point before the fraction: 0.0085")),
    }
}

/// Whole seconds: `60`, `60s`, `1 sec`.
pub(super) fn seconds(text: &str) -> Result<u32, Bad> {
    let digits = without_unit(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Bad::new(FaultKind::BadUnit, "is no whole number of seconds", "such as 60"));
    }
    match digits.parse() {
        Ok(value) if value <= BillingIncrement::LONGEST => Ok(value),
        _ => Err(Bad::new(FaultKind::OutOfRange, "is longer than a day", "at most 86400 seconds")),
    }
}

/// Whole seconds above 0.
pub(super) fn interval(text: &str) -> Result<NonZeroU32, Bad> {
    NonZeroU32::new(seconds(text)?)
        .ok_or_else(|| Bad::new(FaultKind::OutOfRange, "is 0, and an interval of 0 s bills nothing", "1 or more"))
}

/// An increment in one cell: `60/1`, `60 sec / 1 sec`.
pub(super) fn increment(text: &str) -> Result<BillingIncrement, Bad> {
    let parts: Vec<String> = text.split('/').map(|part| without_unit(part).to_owned()).collect();
    BillingIncrement::parse(&parts.join("/")).map_err(|error| match error {
        // 6/6 becomes 06-Jun, and in a cell of a sheet a day of this year; 60/1 becomes January 1960.
        IncrementError::Form if is_day_of_a_spreadsheet(text) => Bad::new(
            FaultKind::MangledCell,
            "is no increment",
            "a spreadsheet took this increment for a date: export the column as text, such as 6/6",
        ),
        IncrementError::Form => {
            Bad::new(FaultKind::BadUnit, "is no increment", "initial/further in whole seconds, such as 60/1")
        }
        IncrementError::Zero => Bad::new(FaultKind::OutOfRange, "is no increment", "both intervals above 0"),
        IncrementError::TooLong => Bad::new(FaultKind::OutOfRange, "is no increment", "at most 86400 seconds"),
    })
}

/// Seconds without what they are called.
fn without_unit(text: &str) -> &str {
    let text = text.trim();
    let bare = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
    let unit = text.get(bare.len()..).unwrap_or_default().trim_end_matches('.');
    let known = ["seconds", "second", "secs", "sec", "s"].iter().any(|known| known.eq_ignore_ascii_case(unit));
    if known { bare.trim_end() } else { text }
}

/// What a spreadsheet makes of `6/6`: a day with or without its year, or the number that it counts days by.
fn is_day_of_a_spreadsheet(text: &str) -> bool {
    let named = text.chars().any(|c| c.is_ascii_alphabetic()) && text.contains('-');
    let counted = text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit());
    // Its year may be any: January 1960 was 60/1.
    let whole = matches!(text.split(['-', '/']).collect::<Vec<_>>().as_slice(), [a, b, c]
        if [a, b, c].iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) && [a, c].iter().any(|part| part.len() == 4));
    named || counted || whole
}

/// A day, as far as the cell alone tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// At once.
    Now,
    /// A day, and the order that the cell shows by itself.
    On(NaiveDate, Option<DateOrder>),
    /// Day and month can be exchanged.
    Ambiguous,
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Years that price lists are of.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2199;

fn no_date() -> Bad {
    Bad::new(FaultKind::WrongType, "is no date", "such as 2026-12-01, or ASAP")
}

fn on(year: i32, month: u32, day: u32, order: Option<DateOrder>) -> Result<Day, Bad> {
    let wrong = || Bad::new(FaultKind::OutOfRange, "is no date that exists", "a day of the calendar from 1990 to 2199");
    // Stores of rates write a last day that never comes so.
    let never = (year, month, day) == (9999, 12, 31);
    let date = NaiveDate::from_ymd_opt(year, month, day).filter(|date| never || YEARS.contains(&date.year()));
    date.map(|date| Day::On(date, order)).ok_or_else(wrong)
}

/// A day in an order that is stated; where only the other one makes a date of it, it asks for that.
fn in_order(year: i32, month: u32, day: u32, order: DateOrder) -> Result<Day, Bad> {
    on(year, month, day, Some(order)).map_err(|mut bad| {
        if on(year, day, month, None).is_ok() {
            let (first, other) =
                if order == DateOrder::Dmy { ("month", DateOrder::Mdy) } else { ("day", DateOrder::Dmy) };
            bad.help = format!("is the {first} first? then say `dates = \"{}\"` in `deck`", other.name());
        }
        bad
    })
}

/// A date without the time of the day, if any: prices change by the day.
fn without_time(text: &str) -> &str {
    let begin = text.find(':').and_then(|colon| text.get(..colon)?.rfind([' ', 'T']));
    begin.and_then(|begin| text.get(..begin)).map_or(text, str::trim_end)
}

/// What a spreadsheet counts days by, with a part of the day or without: 46023, 46023.5.
fn is_counted(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    whole.len() == 5 && digits(whole) && digits(part)
}

/// A day in the order that is stated where one is.
pub(super) fn day(text: &str, stated: Option<DateOrder>) -> Result<Day, Bad> {
    let text = text.trim();
    if ["asap", "immediate", "immediately", "now"].iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(Day::Now);
    }
    let date = without_time(text);
    let parts: Vec<&str> = date.split(['-', '/', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let number = |part: &str| -> Option<u32> {
        (part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten()
    };
    let year = |part: &str| -> Option<i32> {
        let year = i32::try_from(number(part)?).ok()?;
        match part.len() {
            4 => Some(year),
            2 => Some(2000 + year),
            _ => None,
        }
    };
    let month_named = |part: &str| {
        let lower = part.to_ascii_lowercase();
        let at = MONTHS.iter().position(|month| lower.len() >= 3 && lower.starts_with(month))?;
        u32::try_from(at + 1).ok()
    };
    match parts.as_slice() {
        [one] if one.len() == 8 && one.bytes().all(|b| b.is_ascii_digit()) => {
            let (y, m, d) = (number(&one[..4]), number(&one[4..6]), number(&one[6..]));
            let (Some(y), Some(m), Some(d)) = (y, m, d) else { return Err(no_date()) };
            on(i32::try_from(y).unwrap_or(0), m, d, None)
        }
        _ if is_counted(date) => Err(Bad::new(
            FaultKind::MangledCell,
            "is no date, but what a spreadsheet counts days by",
            "export the column as dates, such as 2026-12-01",
        )),
        [y, m, d] if y.len() == 4 && number(y).is_some() => match (year(y), number(m), number(d)) {
            (Some(y), Some(m), Some(d)) => on(y, m, d, None),
            (Some(y), None, Some(d)) => month_named(m).map_or_else(|| Err(no_date()), |m| on(y, m, d, None)),
            _ => Err(no_date()),
        },
        [a, b, y] => {
            if let (Some(d), Some(m), Some(y)) = (number(a), month_named(b), year(y)) {
                return on(y, m, d, None);
            }
            if let (Some(m), Some(d), Some(y)) = (month_named(a), number(b), year(y)) {
                return on(y, m, d, None);
            }
            let (Some(first), Some(second)) = (number(a), number(b)) else { return Err(no_date()) };
            if stated == Some(DateOrder::Ymd) && y.len() == 2 {
                let (Some(y), Some(d)) = (year(a), number(y)) else { return Err(no_date()) };
                return on(y, second, d, None);
            }
            let year_first = match (year(a), number(y)) {
                (Some(y), Some(d)) if a.len() == 2 && y > 2012 => on(y, second, d, None).is_ok(),
                _ => false,
            };
            let Some(y) = year(y) else { return Err(no_date()) };
            // 23/09/26 may begin with its year.
            if stated.is_none() && year_first && on(y, second, first, None).is_ok() {
                let what = "can be read day first or year first";
                let help = "say `dates = \"dmy\"` or `dates = \"ymd\"` in `deck`, as the carrier states";
                return Err(Bad::new(FaultKind::AmbiguousCell, what, help));
            }
            match stated {
                Some(DateOrder::Dmy) => in_order(y, second, first, DateOrder::Dmy),
                Some(DateOrder::Mdy) => in_order(y, first, second, DateOrder::Mdy),
                _ if first > 12 => on(y, second, first, Some(DateOrder::Dmy)),
                _ if second > 12 => on(y, first, second, Some(DateOrder::Mdy)),
                _ if first == second => on(y, first, second, None),
                _ => Ok(Day::Ambiguous),
            }
        }
        _ => Err(no_date()),
    }
}

/// Yes or no.
pub(super) fn flag(text: &str) -> Result<bool, Bad> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "0" | "no" | "n" | "false" | "f" => Ok(false),
        "1" | "yes" | "y" | "true" | "t" | "x" => Ok(true),
        _ => Err(Bad::new(FaultKind::UnknownWord, "is neither yes nor no", "1 or 0, yes or no")),
    }
}

/// What a word says of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It prices calls.
    Priced,
    /// Calls are refused.
    Blocked,
    /// It is taken back.
    Withdrawn,
}

const PRICED: [&str; 42] = [
    "",
    "current",
    "active",
    "existing",
    "new",
    "new code",
    "new rate",
    "added",
    "add",
    "addition",
    "increase",
    "increased",
    "price increase",
    "rate increase",
    "decrease",
    "decreased",
    "price decrease",
    "rate decrease",
    "reduced",
    "reduction",
    "unchanged",
    "no change",
    "nc",
    "n/c",
    "same",
    "change",
    "changed",
    "price change",
    "rate change",
    "billing change",
    "change in billing",
    "increment change",
    "update",
    "updated",
    "modified",
    "future",
    "pending",
    "open",
    "effective",
    "up",
    "down",
    "ok",
];
const BLOCKED: [&str; 10] = [
    "blocked",
    "block",
    "forbidden",
    "barred",
    "closed",
    "disconnected",
    "suspended",
    "not offered",
    "not served",
    "no service",
];
const WITHDRAWN: [&str; 11] = [
    "withdrawn",
    "withdraw",
    "discontinued",
    "discontinue",
    "deleted",
    "delete",
    "deletion",
    "removed",
    "remove",
    "terminated",
    "expired",
];

/// The word on a row.
pub(super) fn state(text: &str) -> Result<State, Bad> {
    let word = text.trim().to_ascii_lowercase();
    let is = |words: &[&str]| words.contains(&word.as_str());
    if is(&PRICED) {
        Ok(State::Priced)
    } else if is(&BLOCKED) {
        Ok(State::Blocked)
    } else if is(&WITHDRAWN) {
        Ok(State::Withdrawn)
    } else {
        let help = "a word such as current, increase, decrease, unchanged, new, blocked or withdrawn; where the word does \
                    not say whether calls are priced, name the `columns` in `deck`, or `rates import --column KEY=HEADER`, \
                    and leave `status` out";
        Err(Bad::new(FaultKind::UnknownWord, "is no word known for a row", help))
    }
}

/// Price of a minute from that of a unit of so many seconds; nothing where it has no end.
pub(super) fn per_minute(price: Decimal, unit: NonZeroU32) -> Option<Decimal> {
    let minute = price.checked_mul(Decimal::from(60))?;
    let value = minute.checked_div(Decimal::from(unit.get()))?;
    (value.checked_mul(Decimal::from(unit.get())) == Some(minute)).then(|| value.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ymd(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn prices_are_exact() {
        let usd = Currency::parse("USD");
        let read = |text: &str| amount(text, false, usd).map(|d| d.to_string());
        for (text, value) in [
            ("0.004356", "0.004356"),
            ("$0.27 ", "0.27"),
            ("$ 0.27", "0.27"),
            ("0.27 USD", "0.27"),
            ("usd 0.0100", "0.0100"),
            ("US$ 0.27", "0.27"),
            ("0.27US$", "0.27"),
            ("USD$0.27", "0.27"),
            (".0045", "0.0045"),
            ("$.5", "0.5"),
            ("0", "0"),
            ("12345678901234567890.12345678", "12345678901234567890.12345678"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(value), "{text}");
        }
        for text in [
            "", "$", "n/a", "1.59E-03", "0,0112", "1,234.5", "-0.1", "€0.27", "0.27 EUR", "5.", "+1", "1_0", ".",
            "C$0.27",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(amount("0,0112", true, usd).map(|d| d.to_string()).as_deref(), Ok("0.0112"));
        assert_eq!(amount(",0112", true, usd).map(|d| d.to_string()).as_deref(), Ok("0.0112"));
        // One mark stands before fractions, and what the other means is not guessed.
        for text in ["1.234,5", "1.234", "0.0112"] {
            assert_eq!(amount(text, true, usd).map_err(|bad| bad.kind), Err(FaultKind::AmbiguousCell), "{text}");
        }
        assert!(amount("x", true, usd).unwrap_err().help.contains("0,0085"));
    }

    #[test]
    fn signs_stand_for_currencies() {
        let kind = |text: &str, code| amount(text, false, Currency::parse(code)).map_err(|bad| bad.kind);
        let five = Ok(Decimal::new(5, 1));
        for (text, code) in [("$0.5", "CAD"), ("C$0.5", "CAD"), ("A$ 0.5", "AUD"), ("£0.5", "GBP"), ("0.5 €", "EUR")]
        {
            assert_eq!(kind(text, code), five, "{text} {code}");
        }
        for (text, code) in [("$0.5", "SEK"), ("$0.5", "EUR"), ("A$0.5", "USD"), ("£0.5", "CLP"), ("0.5 JPY", "USD")] {
            assert_eq!(kind(text, code), Err(FaultKind::ConflictingKeys), "{text} {code}");
        }
        // Letters that are no currency say nothing of one.
        for text in ["0.05/min", "0.5 per", "5c"] {
            assert_eq!(kind(text, "USD"), Err(FaultKind::WrongType), "{text}");
        }
    }

    #[test]
    fn days_that_can_be_read_in_two_ways_are_not_read() {
        let only = |text| day(text, None);
        assert_eq!(only("03/04/2026"), Ok(Day::Ambiguous));
        assert_eq!(day("03/04/2026", Some(DateOrder::Dmy)), Ok(Day::On(ymd(2026, 4, 3), Some(DateOrder::Dmy))));
        assert_eq!(day("03/04/2026", Some(DateOrder::Mdy)), Ok(Day::On(ymd(2026, 3, 4), Some(DateOrder::Mdy))));
        assert_eq!(only("23/09/2026"), Ok(Day::On(ymd(2026, 9, 23), Some(DateOrder::Dmy))));
        assert_eq!(only("9/23/26"), Ok(Day::On(ymd(2026, 9, 23), Some(DateOrder::Mdy))));
        for text in ["23/09/26", "26-03-04"] {
            assert_eq!(
                only(text).map_err(|bad| (bad.kind, bad.help.contains("ymd"))),
                Err((FaultKind::AmbiguousCell, true))
            );
        }
        assert_eq!(day("26-03-04", Some(DateOrder::Ymd)), Ok(Day::On(ymd(2026, 3, 4), None)));
        assert_eq!(day("23/09/26", Some(DateOrder::Dmy)), Ok(Day::On(ymd(2026, 9, 23), Some(DateOrder::Dmy))));
        assert_eq!(only("04/04/2026"), Ok(Day::On(ymd(2026, 4, 4), None)));
        for text in [
            "2026-01-02",
            "2026-01-02 00:00:00",
            "2026-01-02T00:00:00Z",
            "20260102",
            "2-Jan-2026",
            "Jan 2, 2026",
            "2 Jan 2026 00:00:00",
            "Jan 2, 2026 12:00 AM",
        ] {
            assert_eq!(only(text), Ok(Day::On(ymd(2026, 1, 2), None)), "{text}");
        }
        assert_eq!(only("June 2, 2026"), Ok(Day::On(ymd(2026, 6, 2), None)));
        assert_eq!(only("9999-12-31"), Ok(Day::On(ymd(9999, 12, 31), None)));
        assert_eq!(only("46023.5").map_err(|bad| bad.kind), Err(FaultKind::MangledCell));
        assert_eq!(only("ASAP"), Ok(Day::Now));
        assert!(day("09/23/2026", Some(DateOrder::Dmy)).is_err());
        for text in ["", "46023", "2026-02-30", "soon", "1/2", "32/13/2026", "0026-01-01", "9999-01-01", "é"] {
            assert!(only(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_date_that_exists_the_other_way_round_asks_for_that() {
        let help = |text: &str, order| day(text, Some(order)).unwrap_err().help;
        assert!(help("11/30/2026", DateOrder::Dmy).starts_with("is the month first? then say `dates = \"mdy\"`"));
        assert!(help("31/11/2026", DateOrder::Mdy).starts_with("a day of the calendar"), "30 days hath November");
        assert!(help("31/12/2026", DateOrder::Mdy).starts_with("is the day first? then say `dates = \"dmy\"`"));
        assert!(help("12/31/2026", DateOrder::Dmy).contains("month first"));
        assert!(help("32/32/2026", DateOrder::Dmy).starts_with("a day of the calendar"));
    }

    #[test]
    fn words_of_notices_are_known() {
        for (words, wanted) in [
            (
                "Billing Change|change|decrease|new|no change|unchanged|current|increase|same|modified|updated",
                State::Priced,
            ),
            ("blocked|barred|closed|Disconnected", State::Blocked),
            ("withdrawn|deleted|removed|discontinued|terminated", State::Withdrawn),
        ] {
            for word in words.split('|') {
                assert_eq!(state(word), Ok(wanted), "{word}");
            }
        }
        assert!(state("maybe").unwrap_err().help.contains("leave `status` out"));
    }

    #[test]
    fn increments_and_seconds() {
        assert_eq!(increment("60/1").unwrap().to_string(), "60/1");
        assert_eq!(increment("60s / 1s").unwrap().to_string(), "60/1");
        assert_eq!(increment("60 sec / 1 Sec.").unwrap().to_string(), "60/1");
        for text in ["06-Jun", "2026-06-06", "06/06/2026", "1960-01-01", "46179"] {
            assert!(increment(text).unwrap_err().help.contains("spreadsheet"), "{text}");
        }
        assert!(increment("60").is_err() && increment("0/1").is_err());
        assert_eq!(interval("60 sec").map(NonZeroU32::get), Ok(60));
        assert!(interval("0").is_err() && seconds("1.5").is_err() && seconds("99999").is_err());
    }

    #[test]
    fn units_that_divide_a_minute_evenly() {
        let unit = |s| NonZeroU32::new(s).unwrap();
        assert_eq!(per_minute(Decimal::new(1, 1), unit(1)), Some(Decimal::from(6)));
        assert_eq!(per_minute(Decimal::new(12, 1), unit(60)), Some(Decimal::new(12, 1)));
        assert_eq!(per_minute(Decimal::new(1, 0), unit(7)), None);
    }

    #[test]
    fn a_cut_number_is_told() {
        assert!(is_cut("4.47E+11") && is_cut("4E+11") && is_cut("4,47E+11") && is_cut("1.59E-03"));
        assert!(!is_cut("447400") && !is_cut("E164") && !is_cut("1E") && !is_cut("xE+1"));
    }
}

//! Codes as carriers write them: lists, ranges, spaces, signs, prefixes of international dialling.

use super::cells::{Bad, Numbering, is_cut};
use crate::input::fault::FaultKind;
use crate::words::e164::{DialPrefix, NumberError};

/// What a hyphen between digits means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hyphen {
    /// `49172-49174`: from the first to the last.
    Range,
    /// `82-01`: one code in two parts.
    Join,
}

impl Hyphen {
    /// The words of `hyphen`.
    pub const NAMES: [(&'static str, Self); 2] = [("range", Self::Range), ("join", Self::Join)];
}

/// What blanks between digits mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blanks {
    /// `49152 49162`: they part codes.
    List,
    /// `49 152`: one code.
    Join,
}

impl Blanks {
    /// The words of `blanks`.
    pub const NAMES: [(&'static str, Self); 2] = [("list", Self::List), ("join", Self::Join)];
}

/// Digits of a number with its country code (ITU-T E.164).
const MOST_DIGITS: usize = 15;
/// Codes in one range; more are a slip.
const MOST_CODES: u64 = 10_000;
/// A hyphen parts the ends of a range without doubt where both have as many digits as this or more, ascend and share
/// their first digits: joined they would be no code.
const RANGE_DIGITS: usize = 4;
/// Parts from this many digits on are codes by themselves, so that blanks between them may part a list.
const WHOLE_CODE: usize = 5;
/// So are shorter ones that begin alike, as the codes of one country do.
const ALIKE: usize = 3;
/// What stands between the ends of a range.
const HYPHENS: [char; 6] = ['-', '‐', '‑', '–', '—', '−'];
/// Countries that dial a 0 before area codes at home alone (ITU-T E.164, national prefixes).
const ZERO_AT_HOME: [&str; 41] = [
    "20", "27", "31", "32", "33", "40", "41", "43", "44", "46", "49", "60", "61", "62", "63", "64", "66", "81", "82",
    "84", "86", "90", "91", "92", "94", "98", "212", "213", "234", "353", "358", "359", "380", "381", "385", "386",
    "387", "421", "886", "971", "972",
];
/// Countries whose numbers begin with 0, from abroad as well.
const ZERO_ABROAD: [&str; 8] = ["39", "225", "226", "227", "229", "241", "242", "378"];

/// A code and its place in the cell [bytes].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code {
    pub prefix: DialPrefix,
    pub start: usize,
    pub end: usize,
    /// It was written behind 00 or 011.
    pub dialled: bool,
}

/// What is wrong with a part of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadCode {
    pub bad: Bad,
    pub start: usize,
    pub end: usize,
}

/// How codes are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub numbering: Numbering,
    pub hyphen: Option<Hyphen>,
    pub blanks: Option<Blanks>,
    /// Put before every code: the parts of the code in the columns before.
    pub before: &'a str,
}

/// Reads the codes of a cell.
pub(super) fn codes(text: &str, rules: Rules<'_>, found: &mut Vec<Code>, bad: &mut Vec<BadCode>) {
    if rules.before.is_empty()
        && let Some(prefix) = plain(text.as_bytes(), rules.numbering)
    {
        found.push(Code { prefix, start: 0, end: text.len(), dialled: false });
        return;
    }
    let mut start = 0;
    let parts = |c: char| matches!(c, ',' | ';' | '|' | '/' | '\n') || (rules.blanks == Some(Blanks::List) && c == ' ');
    for token in text.split(parts) {
        let at = start;
        start += token.len() + 1;
        let blank = token.len() - token.trim_start().len();
        let (from, part) = (at + blank, token.trim());
        // A list may end with its separator.
        if part.is_empty() && at > 0 {
            continue;
        }
        let to = from + part.len();
        match token_codes(part, rules) {
            Ok(read) => {
                found.extend(read.into_iter().map(|(prefix, dialled)| Code { prefix, start: from, end: to, dialled }));
            }
            Err(error) => bad.push(BadCode { bad: error, start: from, end: to }),
        }
    }
}

/// The common cell: digits and nothing else, of which nothing can be said but what they are. The rest is left to those who
/// look closer.
fn plain(text: &[u8], numbering: Numbering) -> Option<DialPrefix> {
    if text.len() > MOST_DIGITS {
        return None;
    }
    let number = text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then_some(number * 10 + u64::from(digit))
    })?;
    let digits = text.len() as u8;
    let (first, second) = (text.first()?, text.get(1));
    let area = |first: Option<&u8>| first.is_some_and(|digit| (b'2'..=b'9').contains(digit));
    match numbering {
        // Three digits or six to ten, of which the first is no 0 or 1.
        Numbering::Nanp if *first == b'1' => {
            (area(second) && matches!(digits, 4 | 7..=11)).then(|| DialPrefix::from_number(number, digits)).flatten()
        }
        Numbering::Nanp => (area(Some(first)) && matches!(digits, 3 | 6..=10))
            .then(|| DialPrefix::from_number(10_u64.pow(u32::from(digits)) + number, digits + 1))
            .flatten(),
        Numbering::International => (*first != b'1' || second.is_none() || area(second))
            .then(|| DialPrefix::from_number(number, digits))
            .flatten(),
    }
}

/// The codes of one part of a list.
fn token_codes(part: &str, rules: Rules<'_>) -> Result<Vec<(DialPrefix, bool)>, Bad> {
    if is_cut(part) {
        let help = "a spreadsheet cut this code: export the column as text, with all its digits";
        return Err(Bad::new(FaultKind::MangledCell, "is no code, but what a spreadsheet left of one", help));
    }
    let ends: Vec<&str> = part.split(HYPHENS).map(str::trim).collect();
    let whole = |code: &str| prefix(&format!("{}{}", rules.before, behind(code, rules)?), rules.numbering);
    match ends.as_slice() {
        [one] => Ok(vec![whole(one)?]),
        [first, last] => range(first, last, rules),
        _ => match rules.hyphen {
            Some(Hyphen::Join) => Ok(vec![whole(&ends.concat())?]),
            _ => Err(Bad::new(FaultKind::OutOfRange, "is no code", "digits, or two ends of a range")),
        },
    }
}

/// The digits of a code, as they follow what stands before it: a country code is not dialled twice, nor its 0 at home.
fn behind(code: &str, rules: Rules<'_>) -> Result<String, Bad> {
    let read = digits(code, rules.blanks)?;
    if rules.before.is_empty() || rules.numbering != Numbering::International {
        return Ok(read);
    }
    if code.trim_start().starts_with('+') || read.starts_with("00") {
        let help = "leave out `country_code`, or the column before it";
        return Err(Bad::new(FaultKind::ConflictingKeys, "has a country code of its own behind another", help));
    }
    let Some(national) = read.strip_prefix('0') else { return Ok(read) };
    if ZERO_AT_HOME.contains(&rules.before) {
        return Ok(national.to_owned());
    }
    if ZERO_ABROAD.contains(&rules.before) {
        return Ok(read);
    }
    let help = "codes as they are dialled from abroad, in one column with their country code";
    Err(Bad::new(FaultKind::AmbiguousCell, "begins with a 0 that may be dialled at home alone", help))
}

/// The digits of a code without its signs and blanks.
fn digits(text: &str, blanks: Option<Blanks>) -> Result<String, Bad> {
    let text = text.trim();
    let bare = text.strip_prefix('+').unwrap_or(text);
    let parts: Vec<&str> = bare.split_whitespace().collect();
    let all = |is: &dyn Fn(&str) -> bool| parts.len() > 1 && parts.iter().all(|part| is(part));
    let alike = |part: &str| part.len() >= ALIKE && part.get(..2) == parts.first().and_then(|first| first.get(..2));
    let several = parts.iter().skip(1).any(|part| part.starts_with('+'));
    if blanks.is_none() && (all(&|part| part.len() >= WHOLE_CODE) || all(&alike) || several) {
        let help = "say `blanks = \"list\"` or `blanks = \"join\"` in `deck`";
        return Err(Bad::new(
            FaultKind::AmbiguousCell,
            "can be read as several codes, or as one with blanks in it",
            help,
        ));
    }
    Ok(parts.concat())
}

fn range(first: &str, last: &str, rules: Rules<'_>) -> Result<Vec<(DialPrefix, bool)>, Bad> {
    let (first, mut last) = (behind(first, rules)?, behind(last, rules)?);
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(&first) || !all_digits(&last) {
        return Err(not_digits(&format!("{first}-{last}")));
    }
    let shared = first.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
    let plain = first.len() == last.len() && first.len() >= RANGE_DIGITS && first <= last && shared >= 2;
    match rules.hyphen {
        Some(Hyphen::Join) => return Ok(vec![prefix(&format!("{}{first}{last}", rules.before), rules.numbering)?]),
        None if !plain => {
            let help = "say `hyphen = \"range\"` or `hyphen = \"join\"` in `deck`";
            return Err(Bad::new(
                FaultKind::AmbiguousCell,
                "can be read as a range, or as one code in two parts",
                help,
            ));
        }
        _ => {}
    }
    // `49172-4`: the last digits alone.
    if last.len() < first.len() {
        last = format!("{}{last}", &first[..first.len() - last.len()]);
    }
    let ends = (first.parse::<u64>(), last.parse::<u64>());
    let (Ok(from), Ok(to)) = ends else {
        return Err(Bad::new(FaultKind::OutOfRange, "is no range", "codes of at most 15 digits"));
    };
    if last.len() > first.len() || to < from {
        let help = "the lower code first, or `hyphen = \"join\"` where it is one code in two parts";
        return Err(Bad::new(FaultKind::OutOfRange, "is no range: it ends before it begins", help));
    }
    if to - from >= MOST_CODES {
        return Err(Bad::new(FaultKind::OutOfRange, "holds more than 10000 codes", "shorter codes for so many"));
    }
    let width = first.len();
    (from..=to).map(|code| prefix(&format!("{}{code:0width$}", rules.before), rules.numbering)).collect()
}

fn not_digits(text: &str) -> Bad {
    if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        let help = "a spreadsheet took this code for a quantity: export the column as text";
        return Bad::new(FaultKind::MangledCell, "is no code", help);
    }
    Bad::new(FaultKind::OutOfRange, "is no code", "digits with the country code first, such as 1907")
}

/// A prefix from digits, and whether it was written with the digits that dial abroad.
fn prefix(text: &str, numbering: Numbering) -> Result<(DialPrefix, bool), Bad> {
    // No country code begins with 0, so that these are what is dialled before one.
    let dialled = text.strip_prefix("00").or_else(|| text.strip_prefix("011"));
    if dialled == Some("") {
        let help = "the code that is dialled behind it, such as 0049";
        return Err(Bad::new(FaultKind::MissingKey, "is no code, but what is dialled before one", help));
    }
    let (text, dialled) = (dialled.unwrap_or(text), dialled.is_some());
    let mut completed = [b'1'; MOST_DIGITS];
    let mut code = text;
    if numbering == Numbering::Nanp && !dialled {
        let national = text.strip_prefix('1').unwrap_or(text);
        if national.is_empty() && !text.is_empty() {
            let help = "an area code and exchange such as 201555";
            return Err(Bad::new(FaultKind::OutOfRange, "is no area code and exchange, but the 1 before them", help));
        }
        check_nanp(national)?;
        // No area code begins with 1.
        if !text.starts_with('1') {
            // At most ten digits, all of them ASCII, as has been checked.
            completed[1..=text.len()].copy_from_slice(text.as_bytes());
            code = std::str::from_utf8(&completed[..=text.len()]).unwrap_or(text);
        }
    } else if let Some(national) = code.strip_prefix('1')
        && national.starts_with(['0', '1'])
    {
        let help = "area codes begin with 2 to 9: did 011, which dials abroad, lose its 0?";
        return Err(Bad::new(FaultKind::MangledCell, "is no code: no area code begins so", help));
    }
    match DialPrefix::parse(code) {
        Ok(prefix) => Ok((prefix, dialled)),
        Err(NumberError::LeadingZero) => {
            let help = "codes begin with the country code: is it missing, or a 0 of 00 lost?";
            Err(Bad::new(FaultKind::MangledCell, "is no code: it begins with 0, which no country code does", help))
        }
        Err(NumberError::Empty) => Err(Bad::new(FaultKind::MissingKey, "is empty", "a code such as 1907")),
        Err(NumberError::TooLong) => {
            Err(Bad::new(FaultKind::OutOfRange, "is no code: it has more than 15 digits", "a code such as 1907"))
        }
        Err(NumberError::NotADigit(_)) => Err(not_digits(text)),
    }
}

/// National codes of the North American Numbering Plan: an area code, with an exchange of three digits if any.
fn check_nanp(national: &str) -> Result<(), Bad> {
    if !national.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_digits(national));
    }
    if national.is_empty() {
        return Err(Bad::new(FaultKind::MissingKey, "is empty", "an area code and exchange such as 201555"));
    }
    if national.starts_with(['0', '1']) {
        let help = "area codes begin with 2 to 9";
        return Err(Bad::new(FaultKind::OutOfRange, "is no area code and exchange", help));
    }
    if matches!(national.len(), 1 | 2 | 4 | 5) {
        let help = "an area code has three digits and its exchange three more: did a spreadsheet drop a 0?";
        return Err(Bad::new(FaultKind::MangledCell, "is too short for an area code and exchange", help));
    }
    if national.len() > 10 {
        return Err(Bad::new(FaultKind::OutOfRange, "is too long for an area code and exchange", "201555"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, numbering: Numbering, hyphen: Option<Hyphen>, before: &str) -> (Vec<String>, Vec<BadCode>) {
        let (mut found, mut bad) = (Vec::new(), Vec::new());
        codes(text, Rules { numbering, hyphen, blanks: None, before }, &mut found, &mut bad);
        (found.iter().map(|code| code.prefix.to_string()).collect(), bad)
    }

    fn abroad(text: &str) -> Vec<String> {
        let (found, bad) = read(text, Numbering::International, None, "");
        assert_eq!(bad, [], "{text}");
        found
    }

    fn refused(text: &str) -> Bad {
        let (_, bad) = read(text, Numbering::International, None, "");
        bad.first().unwrap_or_else(|| panic!("{text} was read")).bad.clone()
    }

    #[test]
    fn lists_ranges_and_blanks() {
        assert_eq!(abroad("1907"), ["1907"]);
        assert_eq!(abroad("49152, 49162, 49172-49174"), ["49152", "49162", "49172", "49173", "49174"]);
        assert_eq!(abroad("234803; 234806; 234703"), ["234803", "234806", "234703"]);
        assert_eq!(abroad("447400-447409").len(), 10);
        assert_eq!(abroad("+49 152"), ["49152"]);
        assert_eq!(abroad("49 152 , +49162,"), ["49152", "49162"]);
        assert_eq!(abroad("0049152"), ["49152"]);
        assert_eq!(abroad("01144207"), ["44207"]);
        assert_eq!(abroad("44 7700, 1 201 555, 49 491"), ["447700", "1201555", "49491"]);
        for hyphen in HYPHENS {
            assert_eq!(abroad(&format!("49172{hyphen}49174")).len(), 3, "{hyphen}");
        }
        let mut found = Vec::new();
        let rules = Rules { numbering: Numbering::International, hyphen: None, blanks: None, before: "" };
        codes("49152, 49162", rules, &mut found, &mut Vec::new());
        assert_eq!((found[1].start, found[1].end), (7, 12));
    }

    #[test]
    fn what_can_be_read_in_two_ways() {
        for text in [
            "82-01",
            "82-84",
            "49172-4",
            "1-212",
            "49152 49162",
            "4915 4916",
            "331 336 337",
            "+4915 +4916",
            "+44 +4420",
        ] {
            assert!(refused(text).what.starts_with("can be read"), "{text}");
        }
        let stated = |text, hyphen| read(text, Numbering::International, Some(hyphen), "").0;
        assert_eq!(stated("82-01", Hyphen::Join), ["8201"]);
        assert_eq!(stated("1-212-555", Hyphen::Join), ["1212555"]);
        assert_eq!(stated("82-84", Hyphen::Range), ["82", "83", "84"]);
        assert_eq!(stated("49172-4", Hyphen::Range), ["49172", "49173", "49174"]);
        assert!(stated("82-01", Hyphen::Range).is_empty());
    }

    #[test]
    fn broken_codes() {
        assert!(refused("4.47E+11").help.contains("spreadsheet"));
        assert!(refused("49152.0").help.contains("spreadsheet"));
        assert!(refused("044207").help.contains("lost"));
        assert!(refused("1144207").help.contains("011"));
        assert!(refused("00").what.contains("dialled before") && refused("011").what.contains("dialled before"));
        for text in ["", " ", "*", "49x", "1234567890123456", "447400-447300", "44740-44", "1000000-2000000", "1-2-3"] {
            refused(text);
        }
    }

    proptest! {
        #[test]
        fn the_common_cell_is_read_as_the_others_are(text in "[0-9]{0,16}|[0-9]{1,4}[ a]?", nanp in any::<bool>()) {
            let numbering = if nanp { Numbering::Nanp } else { Numbering::International };
            if let Some(quick) = plain(text.as_bytes(), numbering) {
                prop_assert_eq!(prefix(&text, numbering).unwrap(), (quick, false));
            } else if let Ok((slow, dialled)) = prefix(&text, numbering) {
                prop_assert!(dialled, "{}", slow);
            }
        }
    }

    #[test]
    fn area_codes_and_exchanges() {
        let read = |text, before| read(text, Numbering::Nanp, None, before);
        assert_eq!(read("201200", "").0, ["1201200"]);
        assert_eq!(read("1201200", "").0, ["1201200"]);
        assert_eq!(read("555", "201").0, ["1201555"]);
        assert_eq!(read("555", "1201").0, ["1201555"]);
        assert_eq!(read("201", "").0, ["1201"]);
        assert_eq!(read("2012001", "").0, ["12012001"]);
        for (text, before) in [("20120", ""), ("55", "201"), ("120120", ""), ("012012", ""), ("", "")] {
            assert_eq!(read(text, before).1.len(), 1, "{text}");
        }
    }

    #[test]
    fn parts_in_two_columns() {
        assert_eq!(read("152, 162", Numbering::International, None, "49").0, ["49152", "49162"]);
        assert_eq!(read("", Numbering::International, None, "49").0, ["49"]);
        assert_eq!(read("1520-1522", Numbering::International, None, "49").0, ["491520", "491521", "491522"]);
        // A 0 that is dialled at home alone is no part of the code, save in a few countries.
        assert_eq!(read("0152, 030", Numbering::International, None, "49").0, ["49152", "4930"]);
        assert_eq!(read("01520-01522", Numbering::International, None, "49").0, ["491520", "491521", "491522"]);
        assert_eq!(read("06", Numbering::International, None, "39").0, ["3906"]);
        assert_eq!(read("06", Numbering::International, None, "999").1[0].bad.kind, FaultKind::AmbiguousCell);
        // A country code twice.
        for text in ["+49152", "0049152"] {
            assert_eq!(read(text, Numbering::International, None, "49").1[0].bad.kind, FaultKind::ConflictingKeys);
        }
    }
}

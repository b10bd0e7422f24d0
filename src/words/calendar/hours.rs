//! Opening hours: an expression in OpenStreetMap's syntax, with the holidays of a country.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use chrono::{Datelike as _, Days, NaiveDate};
use opening_hours::localization::Country;
use opening_hours::{Context, ContextHolidays, OpeningHours};
use thiserror::Error;

/// A parsed opening hours expression, such as `Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off`. Cheap to clone.
///
/// A later rule replaces an earlier one on the days it names, the hours after midnight of the night before included:
/// `Fr 22:00-06:00; Sa 09:00-14:00` is closed on Saturday at 01:00, `Fr 22:00-06:00, Sa 09:00-14:00` is open. And
/// `PH off` belongs at the end: see [`Hours::holiday_rule_overruled`].
#[derive(Clone)]
pub struct Hours(Arc<Inner>);

struct Inner {
    text: String,
    country: Option<Country>,
    rules: OpeningHours,
    /// Which facts of a date the schedule depends on, where these are few.
    day_classes: Option<Vec<Holiday>>,
    uses: Holidays,
}

/// Which sorts of holidays an expression names.
#[derive(Copy, Clone, Default)]
struct Holidays {
    public: bool,
    school: bool,
}

/// A holiday selector: `PH`, `SH`, or one with an offset such as `PH +1 day`.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
pub(super) struct Holiday {
    school: bool,
    /// The day selected, counted from the holiday [days].
    offset: i64,
}

/// Most holiday selectors for which days are told apart by class; each doubles the classes twice.
const MOST_HOLIDAY_SELECTORS: usize = 3;

/// Why a text is no opening hours expression that a floor can be planned with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{kind}")]
pub struct HoursError {
    /// What is wrong.
    pub kind: HoursErrorKind,
    /// Where in the text [bytes]. Empty at the end of the text where something is missing there.
    pub span: Range<usize>,
}

/// What is wrong with an opening hours expression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HoursErrorKind {
    /// Not in OpenStreetMap's `opening_hours` syntax.
    #[error("not in opening_hours syntax{}", hint.map(|hint| format!(": {hint}")).unwrap_or_default())]
    Syntax {
        /// What would be right, where the mistake is a common one.
        hint: Option<&'static str>,
    },
    /// Reads well and means nothing: an hour beyond 48, a range that ends before it starts.
    #[error("{reason}")]
    Invalid {
        /// What is wrong, in words.
        reason: String,
    },
    /// Holidays are named, and no country says which.
    #[error("`{selector}` needs the plan's `country`")]
    HolidaysWithoutCountry {
        /// `PH` or `SH`.
        selector: &'static str,
    },
    /// Not two capital letters; or no holidays are known for a country of that code, and the expression names some.
    #[error("no holidays are known for a country `{code}`: an ISO code such as `US` or `DE` is expected")]
    UnknownCountry {
        /// The code given.
        code: String,
    },
    /// The country is known, and its holidays of this sort are not.
    #[error("the `{selector}` of {country} are not known")]
    NoHolidayData {
        /// `PH` or `SH`.
        selector: &'static str,
        /// ISO code of the country.
        country: &'static str,
    },
    /// Depends on where the sun stands.
    #[error("`{event}` needs the coordinates of the floor, which a plan has not")]
    NeedsCoordinates {
        /// `dawn`, `sunrise`, `sunset` or `dusk`.
        event: &'static str,
    },
    /// `18:00+`: open until nobody knows when.
    #[error("an open end (`+`) says not when the shift ends")]
    OpenEnd,
    /// `10:00-16:00/90`: points in time, not a shift.
    #[error("a repetition (`/`) is a list of points in time and no shift")]
    Repetition,
    /// A comment in place of hours, which makes the state unknown.
    #[error("a comment alone says not when the floor is open")]
    OnlyComment,
    /// `Feb 30`, which the evaluation takes for the whole year.
    #[error("no month has that day")]
    NoSuchDay,
    /// `2026Dec`: without the space the evaluation takes the first day of the month for the month.
    #[error("a space is missing between year and month")]
    YearWithoutSpace,
}

impl Hours {
    /// Reads an expression; `country` is the ISO code (two capital letters) of the country whose holidays `PH` and
    /// `SH` stand for.
    ///
    /// # Errors
    /// [`HoursError`] where the text is not in the syntax, names holidays that are not known, or leaves open when the
    /// floor is staffed.
    pub fn parse(text: &str, country: Option<&str>) -> Result<Self, HoursError> {
        let whole = 0..text.len();
        let unknown = |code: &str| {
            let kind = HoursErrorKind::UnknownCountry { code: code.to_owned() };
            HoursError { kind, span: 0..text.len() }
        };
        if let Some(code) = country
            && (code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            return Err(unknown(code));
        }
        let plain = without_comments(text);
        if let Some(at) = repeats_daily(&plain) {
            return Err(HoursError { kind: HoursErrorKind::Repetition, span: at });
        }
        let rules: OpeningHours = text.parse().map_err(|error| syntax_error(text, &plain, &error))?;
        let (uses, selectors) = check(&rules, &plain)?;

        let rules = if uses.public || uses.school {
            let selector = if uses.public { "PH" } else { "SH" };
            let span = find(&plain, selector).unwrap_or(whole);
            let Some(code) = country else {
                return Err(HoursError { kind: HoursErrorKind::HolidaysWithoutCountry { selector }, span });
            };
            // Countries are missing (India is one), which matters to those who name holidays.
            let country: Country = code.parse().map_err(|_| HoursError { span, ..unknown(code) })?;
            let holidays = country.holidays();
            for (selector, used, days) in
                [("PH", uses.public, holidays.get_public()), ("SH", uses.school, holidays.get_school())]
            {
                if used && days.count() == 0 {
                    let span = find(&plain, selector).unwrap_or(0..text.len());
                    let kind = HoursErrorKind::NoHolidayData { selector, country: country.iso_code() };
                    return Err(HoursError { kind, span });
                }
            }
            rules.with_context(Context::default().with_holidays(holidays))
        } else {
            rules
        };
        let country = country.and_then(|code| code.parse().ok());
        Ok(Self(Arc::new(Inner { text: text.to_owned(), country, rules, day_classes: selectors, uses })))
    }

    /// ISO codes of the countries whose public holidays are known, for suggestions.
    pub fn countries() -> impl Iterator<Item = &'static str> {
        Country::ALL.into_iter().map(Country::iso_code)
    }

    /// The text it was read from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// ISO code of the country whose holidays count, where one was given whose holidays are known.
    #[must_use]
    pub fn country(&self) -> Option<&'static str> {
        self.0.country.map(Country::iso_code)
    }

    /// Whether a holiday is closed by a rule that a later rule opens again, as in `PH off; Mo-Fr 08:00-20:00`: rules are
    /// read in order and the last one wins, so that `PH off` changes nothing and belongs at the end.
    #[must_use]
    pub fn holiday_rule_overruled(&self) -> bool {
        let rules = self.0.rules.get_expression();
        let closes = |rule: usize| {
            rules.rules[rule].kind == opening_hours::RuleKind::Closed
                && rules.rules[rule].day_selector.weekday.iter().any(|days| holiday(&days.to_string()).is_some())
        };
        (0..rules.rules.len()).filter(|&rule| closes(rule)).any(|rule| {
            rules.rules.iter().skip(rule + 1).any(|later| {
                let days = &later.day_selector.weekday;
                later.kind != opening_hours::RuleKind::Closed
                    && format!("{:?}", later.operator) != "Fallback"
                    && !days.iter().any(|days| holiday(&days.to_string()).is_some())
            })
        })
    }

    pub(super) fn rules(&self) -> &OpeningHours {
        &self.0.rules
    }

    /// Whether both stand for the same times.
    pub(super) fn key(&self) -> (&str, Option<Country>) {
        (&self.0.text, self.0.country)
    }

    /// The first of `dates` whose year has no holiday data although the expression names holidays. The data span
    /// decades without a gap, so the ends tell.
    pub(super) fn without_holidays(&self, dates: [NaiveDate; 2]) -> Option<NaiveDate> {
        let holidays = &self.0.rules.get_context().holidays;
        dates.into_iter().find(|&date| {
            (self.0.uses.public && holidays.get_public().year_for(date).is_none())
                || (self.0.uses.school && holidays.get_school().year_for(date).is_none())
        })
    }

    /// What the schedule of a day depends on, where that is its weekday and holidays alone.
    pub(super) fn day_classes(&self) -> Option<DayClasses<'_>> {
        self.0.day_classes.as_deref().map(|selectors| DayClasses {
            country: self.0.country,
            selectors,
            holidays: &self.0.rules.get_context().holidays,
        })
    }
}

/// Sorts dates into classes of equal schedules.
pub(super) struct DayClasses<'a> {
    country: Option<Country>,
    selectors: &'a [Holiday],
    holidays: &'a ContextHolidays,
}

impl DayClasses<'_> {
    /// Expressions with equal keys sort all dates alike.
    pub(super) fn key(&self) -> (Option<Country>, Vec<Holiday>) {
        // Without holidays the country is nothing that matters.
        (self.country.filter(|_| !self.selectors.is_empty()), self.selectors.to_vec())
    }

    /// Number of classes.
    pub(super) fn count(&self) -> usize {
        7 << (2 * self.selectors.len())
    }

    /// The class of a date, below [`DayClasses::count`]: its weekday, and whether it and the day before (whose night
    /// shift reaches into it) are selected as holidays.
    pub(super) fn class(&self, date: NaiveDate) -> usize {
        let mut class = 0;
        for selector in self.selectors {
            let days = if selector.school { self.holidays.get_school() } else { self.holidays.get_public() };
            for offset in [selector.offset, selector.offset + 1] {
                let shift = Days::new(offset.unsigned_abs());
                let of = if offset < 0 { date.checked_add_days(shift) } else { date.checked_sub_days(shift) };
                class = class * 2 + usize::from(of.is_some_and(|date| days.contains(date)));
            }
        }
        class * 7 + date.weekday().num_days_from_monday() as usize
    }
}

impl fmt::Debug for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hours").field("text", &self.0.text).field("country", &self.country()).finish()
    }
}

impl PartialEq for Hours {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Hours {}

/// Refuses what the library reads and evaluates to something else than a planner would mean; gives the sorts of holidays
/// used, and the holiday selectors where nothing else but the weekday matters.
fn check(rules: &OpeningHours, plain: &str) -> Result<(Holidays, Option<Vec<Holiday>>), HoursError> {
    let whole = 0..plain.len();
    let refuse = |kind, span: Option<Range<usize>>| Err(HoursError { kind, span: span.unwrap_or(whole.clone()) });
    let says_open = plain.contains("24/7") || plain.to_ascii_lowercase().contains("open");
    let mut uses = Holidays::default();
    let mut selectors = Vec::new();
    let mut by_class = true;

    for rule in &rules.get_expression().rules {
        for span in &rule.time_selector.spans {
            if let Some(event) = span.range.start.as_time_event().or(span.range.end.as_time_event()) {
                let event = event.as_str();
                let at = find(&plain.to_ascii_lowercase(), event);
                return refuse(HoursErrorKind::NeedsCoordinates { event }, at);
            }
            if span.open_end {
                // `PH +1 day` has a sign too; an open end follows a digit.
                let digit_before = |at: usize| plain[..at].ends_with(|c: char| c.is_ascii_digit());
                let at = plain.match_indices('+').map(|(at, _)| at).find(|&at| digit_before(at));
                return refuse(HoursErrorKind::OpenEnd, at.map(|at| at..at + 1));
            }
            if span.repeats.is_some() {
                return refuse(HoursErrorKind::Repetition, find(plain, "/"));
            }
        }
        let days = &rule.day_selector;
        if rule.kind == opening_hours::RuleKind::Open
            && !rule.comment.is_empty()
            && !says_open
            && days.is_empty()
            && rule.time_selector.to_string() == "00:00-24:00"
        {
            return refuse(HoursErrorKind::OnlyComment, find(plain, "\""));
        }
        for range in &days.monthday {
            // Printed with the year first: `2026Dec` is a whole month, `2026 Dec 24` a date.
            let text = range.to_string();
            let after_year = text.trim_start_matches(|c: char| c.is_ascii_digit());
            if after_year.len() < text.len() && !after_year.starts_with(' ') {
                return refuse(HoursErrorKind::YearWithoutSpace, find(plain, &text));
            }
            if let Some(day) = no_such_day(&text) {
                return refuse(HoursErrorKind::NoSuchDay, find(plain, &day));
            }
        }
        by_class &= days.year.is_empty() && days.monthday.is_empty() && days.week.is_empty();
        for range in &days.weekday {
            let text = range.to_string();
            match holiday(&text) {
                Some(holiday) => {
                    uses.public |= !holiday.school;
                    uses.school |= holiday.school;
                    if !selectors.contains(&holiday) {
                        selectors.push(holiday);
                    }
                }
                // `Su[1]` and `Su +1 day` depend on more than the weekday.
                None => by_class &= !text.contains(['[', ' ']),
            }
        }
    }
    by_class &= selectors.len() <= MOST_HOLIDAY_SELECTORS;
    Ok((uses, by_class.then_some(selectors)))
}

/// The holiday selector that the library prints as `text`: `PH`, `SH`, `PH 1 days`, `PH -1 days`.
fn holiday(text: &str) -> Option<Holiday> {
    let school = text.starts_with("SH");
    if !school && !text.starts_with("PH") {
        return None;
    }
    let offset = text.split(' ').nth(1).and_then(|days| days.parse().ok()).unwrap_or(0);
    Some(Holiday { school, offset })
}

/// A day that its month does not have, as in `Feb 30`, in dates as the library prints them.
fn no_such_day(dates: &str) -> Option<String> {
    let words: Vec<&str> = dates.split([' ', '-']).collect();
    words.windows(2).find_map(|pair| {
        let days = match pair[0] {
            "Feb" => 29,
            "Apr" | "Jun" | "Sep" | "Nov" => 30,
            _ => 31,
        };
        (pair[1].parse().is_ok_and(|day: u32| (days + 1..=31).contains(&day))).then(|| pair.join(" "))
    })
}

/// The text with blanks in place of what quotes hold, of the same length.
fn without_comments(text: &str) -> String {
    let mut quoted = false;
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '"' {
            quoted = !quoted;
            plain.push(c);
        } else if quoted {
            plain.extend(std::iter::repeat_n(' ', c.len_utf8()));
        } else {
            plain.push(c);
        }
    }
    plain
}

fn find(plain: &str, word: &str) -> Option<Range<usize>> {
    plain.find(word).map(|at| at..at + word.len())
}

/// A repetition of 24 hours, which trips an assertion of the library in debug builds.
fn repeats_daily(plain: &str) -> Option<Range<usize>> {
    plain
        .match_indices('/')
        .find(|(at, _)| plain[at + 1..].trim_start().starts_with("24:00"))
        .map(|(at, slash)| at..at + slash.len())
}

fn syntax_error(text: &str, plain: &str, error: &(impl std::error::Error + 'static)) -> HoursError {
    // Only syntax errors have a source; their place is in its text alone, as ` --> LINE:COLUMN`.
    let Some(source) = error.source() else {
        return HoursError { kind: HoursErrorKind::Invalid { reason: error.to_string() }, span: 0..text.len() };
    };
    let place = source.to_string();
    let mut numbers = place.lines().next().unwrap_or_default().rsplit([':', ' ']).map(str::parse::<usize>);
    let column = numbers.next().and_then(Result::ok);
    let line = numbers.next().and_then(Result::ok);
    let start = line.zip(column).map_or(0, |(line, column)| {
        let line_start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let rest = text.get(line_start..).unwrap_or_default();
        line_start + rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum::<usize>()
    });
    let rest = text.get(start..).unwrap_or_default();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let length = rest.find([' ', ';', ',']).unwrap_or(rest.len()).max(first);
    HoursError { kind: HoursErrorKind::Syntax { hint: hint(plain, start) }, span: start..start + length }
}

/// What would be right, for the mistakes that people make; `start` is where reading stopped [byte].
fn hint(plain: &str, start: usize) -> Option<&'static str> {
    const MONTHS: &str = "jan feb mar apr may jun jul aug sep oct nov dec";
    const DAYS: &str = "mo tu we th fr sa su ph";
    let lower = plain.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let has = |word: &str| words.contains(&word);
    let long_day = |word: &&str| {
        word.len() > 2 && ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().any(|day| word.starts_with(day))
    };
    let (read, rest) = plain.split_at_checked(start).unwrap_or((plain, ""));
    let next = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let at_day = next.len() == 2 && DAYS.contains(&next.to_lowercase());
    // A date such as 2026-12-25.
    let iso = |text: &str| {
        let mut parts =
            text.splitn(3, '-').map(|part| part.len() >= 2 && part.starts_with(|c: char| c.is_ascii_digit()));
        !text.contains(':') && (0..3).all(|_| parts.next() == Some(true))
    };
    if lower.trim().is_empty() {
        Some("a floor that never closes is `24/7`, one that never opens `closed`")
    } else if lower.contains(['–', '—', '−']) {
        Some("ranges have a plain hyphen: `Mo-Fr`")
    } else if has("am") || has("pm") {
        Some("times are on the 24-hour clock: `08:00-20:00`")
    } else if has("to") || has("and") || has("until") || has("from") {
        Some("ranges have a hyphen and lists a comma: `Mo-Fr,Su 08:00-20:00`")
    } else if words.iter().any(|word| word.starts_with("holiday")) {
        Some("public holidays are `PH`")
    } else if next == "ph" || next == "Ph" || next == "sh" || next == "Sh" {
        Some("holidays are in capitals: `PH`")
    } else if words.iter().any(long_day) {
        Some("days have two letters: Mo Tu We Th Fr Sa Su")
    } else if rest.is_empty() && plain.trim_end().ends_with([';', ',']) {
        Some("nothing follows the last separator")
    } else if plain.split([' ', ';', ',']).any(iso) || words.iter().any(|word| MONTHS.contains(word) && word.len() == 3)
    {
        Some("dates have the month by name and before the day: `2026 Dec 25`, `Dec 25`")
    } else if lower.contains(|c: char| c.is_ascii_digit()) && !lower.contains(':') {
        Some("times have hours and minutes: `08:00-20:00`")
    } else if at_day && rest.contains(':') && read.contains(':') {
        Some("rules are separated by a semicolon and a blank: `Mo-Fr 08:00-20:00; Sa 09:00-14:00`")
    } else if at_day && next != "PH" && read.contains(':') {
        Some("days come before times: `Mo-Fr 08:00-20:00`")
    } else if at_day && read.contains(':') {
        Some("rules are separated by a semicolon and a blank: `Mo-Fr 08:00-20:00; PH off`")
    } else if lower.contains(" - ") {
        Some("ranges have no blanks: `Mo-Fr`")
    } else if lower.contains("  ") {
        Some("one blank is enough")
    } else {
        None
    }
}

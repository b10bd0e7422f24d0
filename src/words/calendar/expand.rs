//! What an expression means on each day of a range of dates.

use std::collections::HashMap;

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use opening_hours::RuleKind;
use opening_hours::localization::Country;
use thiserror::Error;

use super::hours::{Holiday, Hours};
use super::zone::{DAY_MS, Instant, Offsets, Zone};

/// Length of a minute [ms].
pub(super) const MINUTE_MS: i64 = 60_000;

/// Most days that one expansion covers: fifty years.
pub(super) const MOST_DAYS: usize = 18_262;

/// Why an expression does not say when a floor is open on the dates asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExpandError {
    /// The expression says `unknown` there.
    #[error("whether the floor is open is unknown from {at}")]
    Unknown {
        /// First local time that is neither open nor closed.
        at: NaiveDateTime,
    },
    /// Holidays are named, and none are known for that year.
    #[error("the holidays of {year} are not known")]
    NoHolidayData {
        /// The year.
        year: i32,
    },
    /// Dates before 1901 or after 9998, or more than fifty years at once.
    #[error("from {first} to {last} is no range of at most fifty years between 1901 and 9998")]
    DatesOutOfRange {
        /// First local date asked for.
        first: NaiveDate,
        /// Last local date asked for.
        last: NaiveDate,
    },
}

/// The times at which an expression is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    intervals: Vec<(Instant, Instant)>,
}

impl Opening {
    /// Start and end of each opening, the end not included; in order, with a gap between any two.
    #[must_use]
    pub fn intervals(&self) -> &[(Instant, Instant)] {
        &self.intervals
    }

    /// Whether it never opens in the range.
    #[must_use]
    pub fn never_opens(&self) -> bool {
        self.intervals.is_empty()
    }

    /// Total length of all openings [ms].
    #[must_use]
    pub fn millis(&self) -> i64 {
        self.intervals.iter().map(|&(start, end)| end.since(start)).sum()
    }
}

impl Hours {
    /// The openings from the start of the local date `first` to the end of `last`, cut off there.
    ///
    /// An opening that spans a clock change loses or gains the hour; a boundary in a skipped hour is the instant of the
    /// change, one in a repeated hour is its first occurrence.
    ///
    /// # Errors
    /// Where the expression is `unknown` somewhere in the range, needs holidays that are not known, or the range is too
    /// long.
    pub fn expand(&self, zone: Zone, first: NaiveDate, last: NaiveDate) -> Result<Opening, ExpandError> {
        let out_of_range = ExpandError::DatesOutOfRange { first, last };
        let count = usize::try_from((last - first).num_days() + 1).map_err(|_| out_of_range)?;
        let days = Dates::new(first, count)?.evaluate(self)?;
        let offsets = Offsets::around(zone, first, last);
        let mut intervals: Vec<(Instant, Instant)> = Vec::new();
        for day in 0..count {
            let midnight = local_midnight(first) + DAY_MS * day as i64;
            for &(from, to) in days.of_day(day) {
                let start = offsets.instant(midnight + MINUTE_MS * i64::from(from));
                let end = offsets.instant(midnight + MINUTE_MS * i64::from(to));
                match intervals.last_mut() {
                    Some(last) if last.1 == start => last.1 = end,
                    // Wholly inside a skipped hour.
                    _ if start == end => {}
                    _ => intervals.push((start, end)),
                }
            }
        }
        Ok(Opening { intervals })
    }
}

/// Start of a local date [ms of local time since 1970-01-01T00:00].
pub(super) fn local_midnight(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN).and_utc().timestamp_millis()
}

/// Open minutes of a day: start and end counted from midnight [min], in order, apart, at most 1,440.
pub(super) type Schedule = Vec<(u16, u16)>;

/// A range of successive local dates, and the classes into which expressions sort them.
pub(super) struct Dates {
    first: NaiveDate,
    count: usize,
    /// By [`super::hours::DayClasses::key`]: most expressions of a floor name the same holidays.
    classes: HashMap<(Option<Country>, Vec<Holiday>), Vec<usize>>,
}

impl Dates {
    /// `count` days from `first` on.
    pub(super) fn new(first: NaiveDate, count: usize) -> Result<Self, ExpandError> {
        let dates = Self { first, count, classes: HashMap::new() };
        let last = dates.last();
        let covered = |date: NaiveDate| (1901..=9998).contains(&date.year());
        if count == 0 || count > MOST_DAYS || !covered(first) || !covered(last) {
            return Err(ExpandError::DatesOutOfRange { first, last });
        }
        Ok(dates)
    }

    fn last(&self) -> NaiveDate {
        let after_first = Days::new(self.count.saturating_sub(1) as u64);
        self.first.checked_add_days(after_first).unwrap_or(NaiveDate::MAX)
    }

    fn iter(&self) -> impl Iterator<Item = NaiveDate> {
        self.first.iter_days().take(self.count)
    }

    /// Evaluates an expression on each day.
    pub(super) fn evaluate(&mut self, hours: &Hours) -> Result<DaySchedules, ExpandError> {
        if let Some(date) = hours.without_holidays([self.first, self.last()]) {
            return Err(ExpandError::NoHolidayData { year: date.year() });
        }
        let mut known: HashMap<Schedule, u32> = HashMap::new();
        let mut schedules: Vec<Schedule> = Vec::new();
        let mut evaluate = |date| -> Result<u32, ExpandError> {
            let schedule = open_minutes(hours, date)?;
            Ok(*known.entry(schedule).or_insert_with_key(|schedule| {
                schedules.push(schedule.clone());
                schedules.len() as u32 - 1
            }))
        };
        let mut days = Vec::with_capacity(self.count);
        // The library takes the better part of a microsecond for a day. Days of one class are alike, so it is asked
        // once for each class.
        if let Some(sort) = hours.day_classes() {
            let (first, count) = (self.first, self.count);
            let classes = self
                .classes
                .entry(sort.key())
                .or_insert_with(|| first.iter_days().take(count).map(|date| sort.class(date)).collect());
            let mut by_class = vec![None; sort.count()];
            for (date, &class) in first.iter_days().zip(classes.iter()) {
                days.push(match by_class[class] {
                    Some(schedule) => schedule,
                    None => *by_class[class].insert(evaluate(date)?),
                });
            }
        } else {
            for date in self.iter() {
                days.push(evaluate(date)?);
            }
        }
        Ok(DaySchedules { schedules, days })
    }
}

/// The schedules of successive days. A year has few different ones, so each day is a number.
pub(super) struct DaySchedules {
    schedules: Vec<Schedule>,
    days: Vec<u32>,
}

impl DaySchedules {
    /// The schedule of the day so many days after the first; empty beyond the last.
    pub(super) fn of_day(&self, day: usize) -> &[(u16, u16)] {
        self.days.get(day).and_then(|&id| self.schedules.get(id as usize)).map_or(&[], Vec::as_slice)
    }

    /// A number that two days share if their schedules are equal.
    pub(super) fn id(&self, day: usize) -> u32 {
        self.days.get(day).copied().unwrap_or(u32::MAX)
    }

    /// Whether none of the first `count` days opens.
    pub(super) fn never_opens(&self, count: usize) -> bool {
        (0..count).all(|day| self.of_day(day).is_empty())
    }
}

/// The open minutes of a date as the library gives them.
fn open_minutes(hours: &Hours, date: NaiveDate) -> Result<Schedule, ExpandError> {
    let mut open: Schedule = Vec::new();
    for part in hours.rules().schedule_at(date) {
        let (start, end) = (part.range.start.mins_from_midnight(), part.range.end.mins_from_midnight());
        match part.kind {
            RuleKind::Closed => {}
            RuleKind::Unknown => {
                let at = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(start.into());
                return Err(ExpandError::Unknown { at });
            }
            // Parts that differ in their comments alone are one opening.
            RuleKind::Open => match open.last_mut() {
                Some(last) if last.1 == start => last.1 = end,
                _ => open.push((start, end)),
            },
        }
    }
    Ok(open)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Expressions of the sort that the classes of days cover, and some that they do not.
    fn expression() -> impl Strategy<Value = String> {
        let day = prop::sample::select(vec!["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]);
        let days = prop_oneof![
            day.clone().prop_map(str::to_owned),
            (day.clone(), day.clone()).prop_map(|(a, b)| format!("{a}-{b}")),
            (day.clone(), day).prop_map(|(a, b)| format!("{a},{b}")),
            Just("PH".to_owned()),
            Just("Mo-Fr,PH".to_owned()),
            Just("PH -1 day".to_owned()),
            Just("PH +2 days".to_owned()),
            Just("Sa[1,-1]".to_owned()),
            Just("Dec 24-26".to_owned()),
            Just("week 10-20/2 Mo".to_owned()),
        ];
        let time = (0_u32..24 * 4, 0_u32..48 * 4)
            .prop_map(|(a, b)| format!("{:02}:{:02}-{:02}:{:02}", a / 4, a % 4 * 15, b / 4, b % 4 * 15));
        let times = prop_oneof![
            3 => time.clone(),
            2 => (time.clone(), time).prop_map(|(a, b)| format!("{a},{b}")),
            1 => Just(String::new()),
        ];
        let state = prop::sample::select(vec!["", "", "", "off", "closed", "open"]);
        let rule = (days, times, state).prop_map(|(days, times, state)| format!("{days} {times} {state}"));
        let separator = prop::sample::select(vec!["; ", "; ", ", ", " || "]);
        (rule.clone(), prop::collection::vec((separator, rule), 0..4)).prop_map(|(first, more)| {
            let mut text = first.trim().replace("  ", " ");
            for (separator, rule) in more {
                text += separator;
                text += &rule.trim().replace("  ", " ");
            }
            text
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn classes_of_days_agree_with_a_look_at_each_day(text in expression(), offset in 0_u64..3000) {
            let Ok(hours) = Hours::parse(&text, Some("US")) else { return Ok(()) };
            let first = date("2020-01-01") + Days::new(offset);
            let days = Dates::new(first, 400).unwrap().evaluate(&hours).unwrap();
            for (day, date) in first.iter_days().take(400).enumerate() {
                prop_assert_eq!(days.of_day(day), open_minutes(&hours, date).unwrap(), "{} on {}", text, date);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[ -~–é]{0,40}") {
            let _ = Hours::parse(&text, Some("US")).map(|hours| {
                Dates::new(date("2026-01-01"), 40).unwrap().evaluate(&hours).map(|days| days.never_opens(40))
            });
        }

        #[test]
        fn any_likely_text_is_read_or_refused(
            words in prop::collection::vec(prop::sample::select(vec![
                "Mo", "Fr", "-", "24:00", "24/7", ";", ",", " ", " ", "08:00", "-", "48:00", "PH", "SH", "off", "Dec",
                "week", "easter", "||", "[", "5", "-1", "]", "2026", "/", "+", "\"", "sunset", "(", ")", "1 day", ":",
            ]), 0..16),
        ) {
            let text = words.concat();
            let Err(error) = Hours::parse(&text, Some("US")).map(|hours| {
                Dates::new(date("2026-01-01"), 40).unwrap().evaluate(&hours).map(|days| days.never_opens(40))
            }) else { return Ok(()) };
            prop_assert!(text.get(error.span.clone()).is_some(), "{:?} in {:?}", error, text);
        }
    }
}

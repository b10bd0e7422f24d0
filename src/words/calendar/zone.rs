//! Instants, time zones, and the one rule that maps local time to instants.

use std::fmt;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveDateTime, Offset, SecondsFormat, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

/// Length of a day without clock changes [ms].
pub(super) const DAY_MS: i64 = 86_400_000;

/// Instants that the proleptic calendar can print with a four-digit year [ms]: 0001-01-02 to 9999-12-30.
const PRINTABLE_MS: (i64, i64) = (-62_135_510_400_000, 253_402_128_000_000);

/// A point in time: integer milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The instant so many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The instant `millis` later (earlier, if negative). Stops at the ends of the number range.
    #[must_use]
    pub const fn plus(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Milliseconds from `earlier` to here; negative if `earlier` is later. Stops at the ends of the number range.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The instant at which the clock of `zone` first shows `local` or later.
    ///
    /// A local time that a clock change skips is the instant of the change; one that occurs twice is the earlier of
    /// the two. So order is kept: a later local time is never an earlier instant. Clock times below a millisecond are
    /// cut off.
    #[must_use]
    pub fn from_local(local: NaiveDateTime, zone: Zone) -> Self {
        Offsets::around(zone, local.date(), local.date()).instant(local.and_utc().timestamp_millis())
    }

    /// What the clock of `zone` shows at this instant. Instants outside the years 1 to 9999 are moved to their ends.
    #[must_use]
    pub fn to_local(self, zone: Zone) -> NaiveDateTime {
        self.in_zone(zone).naive_local()
    }

    /// RFC 3339 with the zone's offset, such as `2026-12-01T08:00:00-07:00`; with milliseconds only where there are
    /// some. Instants outside the years 1 to 9999 are moved to their ends.
    #[must_use]
    pub fn rfc3339(self, zone: Zone) -> String {
        self.in_zone(zone).to_rfc3339_opts(SecondsFormat::AutoSi, false)
    }

    fn in_zone(self, zone: Zone) -> DateTime<Tz> {
        let millis = self.0.clamp(PRINTABLE_MS.0, PRINTABLE_MS.1);
        DateTime::from_timestamp_millis(millis).unwrap_or_default().with_timezone(&zone.0)
    }
}

/// How often a clock shows a local time.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// A change of the clock skips it.
    Never,
    /// As nearly always.
    Once,
    /// The clock is set back over it.
    Twice,
}

/// A time zone of the IANA database, with its clock changes.
#[derive(Copy, Clone, Debug, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of that name, such as `America/Phoenix` (case matters), or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        name.parse().ok().map(Self)
    }

    /// All names that [`Zone::parse`] knows, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TZ_VARIANTS.iter().map(|zone| zone.name())
    }

    /// The zone's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// How often the zone's clock shows a local time.
    #[must_use]
    pub fn shows(self, local: NaiveDateTime) -> Shown {
        match self.0.from_local_datetime(&local) {
            LocalResult::None => Shown::Never,
            LocalResult::Single(_) => Shown::Once,
            LocalResult::Ambiguous(_, _) => Shown::Twice,
        }
    }

    /// Offset from UTC at `seconds` after the epoch [s], positive to the east.
    fn offset_at(self, seconds: i64) -> i64 {
        let utc = DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc();
        self.0.offset_from_utc_datetime(&utc).fix().local_minus_utc().into()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The clock changes of a zone over a range of dates. A look-up per boundary in the zone's own tables would be the
/// costliest part of a calendar; a year has two changes or none.
pub(super) struct Offsets {
    /// In order of time, never empty.
    spans: Vec<Span>,
}

/// A time in which the offset stays as it is.
struct Span {
    /// First instant [ms].
    from: i64,
    /// The latest local time shown before this span ends [ms of local time], the earlier spans included.
    shown_until: i64,
    /// Offset from UTC [ms].
    offset: i64,
}

impl Offsets {
    /// The clock changes that matter to local times from the start of `first` to the end of `last`.
    pub(super) fn around(zone: Zone, first: NaiveDate, last: NaiveDate) -> Self {
        const DAY: i64 = 86_400;
        // Offsets reach 14 h, and Samoa once skipped a whole day: three days lie safely outside.
        let reach = |date: NaiveDate| date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        let from = reach(first.checked_sub_days(Days::new(3)).unwrap_or(NaiveDate::MIN));
        let to = reach(last.checked_add_days(Days::new(4)).unwrap_or(NaiveDate::MAX));

        // Each entry: first second of a span, and its offset. No zone has changed twice within a day.
        let mut changes = vec![(from, zone.offset_at(from))];
        let mut before = from;
        let mut offset = zone.offset_at(from);
        while before < to {
            let after = before + DAY;
            let next = zone.offset_at(after);
            if next != offset {
                let (mut old, mut new) = (before, after);
                while new - old > 1 {
                    let middle = old + (new - old) / 2;
                    if zone.offset_at(middle) == offset { old = middle } else { new = middle }
                }
                changes.push((new, next));
                offset = next;
            }
            before = after;
        }

        let mut spans = Vec::with_capacity(changes.len());
        let mut shown_until = i64::MIN;
        for (index, &(second, offset)) in changes.iter().enumerate() {
            let until = changes.get(index + 1).map_or(i64::MAX, |&(next, _)| (next + offset) * 1_000);
            shown_until = shown_until.max(until);
            // The first span stands for all time before: its start is no change.
            let from = if index == 0 { i64::MIN } else { second * 1_000 };
            spans.push(Span { from, shown_until, offset: offset * 1_000 });
        }
        Self { spans }
    }

    /// The first instant at which the clock shows `local` [ms of local time since 1970-01-01T00:00] or later.
    pub(super) fn instant(&self, local: i64) -> Instant {
        let index = self.spans.partition_point(|span| span.shown_until <= local);
        // The last span ends at i64::MAX, so only an absurd `local` finds none.
        let span = self.spans.get(index).or(self.spans.last());
        Instant(span.map_or(local, |span| local.saturating_sub(span.offset).max(span.from)))
    }
}

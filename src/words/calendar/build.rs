//! From shifts to a calendar.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{Days, NaiveDate};
use thiserror::Error;

use super::expand::{Dates, DaySchedules, ExpandError, MINUTE_MS, MOST_DAYS, local_midnight};
use super::hours::Hours;
use super::segments::{Calendar, Piece};
use super::zone::{DAY_MS, Offsets, Zone};

/// Length of the horizon [local days].
pub const HORIZON_DAYS: usize = 365;

/// Seats that are staffed at certain hours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// When, in local time.
    pub hours: Hours,
    /// How many [seats].
    pub seats: u32,
}

/// What a calendar is built from.
#[derive(Copy, Clone, Debug)]
pub struct Floor<'a> {
    /// The zone of all local times.
    pub zone: Zone,
    /// First local date of the horizon.
    pub as_of: NaiveDate,
    /// How long the calendar goes on after the horizon: the longest outage and its failback.
    pub tail: Duration,
    /// The shifts of each campaign. A campaign without shifts is never staffed; overlapping shifts add up (and stop at
    /// `u32::MAX` seats).
    pub campaigns: &'a [Vec<Shift>],
    /// Local dates at whose midnight another epoch of rates begins, in any order. The epoch in force on a date is the
    /// number of different dates here that are not after it.
    pub rate_changes: &'a [NaiveDate],
}

/// Why there is no calendar.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// A shift does not say when it is staffed.
    #[error("shift {} of campaign {}: {reason}", shift + 1, campaign + 1)]
    Shift {
        /// Index of the campaign.
        campaign: usize,
        /// Index of the shift in its campaign.
        shift: usize,
        /// Why.
        reason: ExpandError,
    },
    /// The first date is not between 1901 and 9900.
    #[error("{as_of} is no date that a year can be planned from")]
    DateOutOfRange {
        /// The date.
        as_of: NaiveDate,
    },
    /// The tail is longer than forty years.
    #[error("an outage of {days} days is longer than a calendar can be")]
    TailTooLong {
        /// Length of the tail [days], rounded down.
        days: u64,
    },
}

impl Calendar {
    /// Builds the calendar of a floor.
    ///
    /// # Errors
    /// [`CalendarError`] where a shift is `unknown` within the calendar (or up to a day after it) or names holidays
    /// that are not known, and where a date or the tail is beyond all sense.
    pub fn build(floor: &Floor<'_>) -> Result<Self, CalendarError> {
        let as_of = floor.as_of;
        if !(1901..=9900).contains(&chrono::Datelike::year(&as_of)) {
            return Err(CalendarError::DateOutOfRange { as_of });
        }
        let tail_days = floor.tail.as_secs() / 86_400;
        if tail_days > 40 * 365 {
            return Err(CalendarError::TailTooLong { days: tail_days });
        }
        // A part of a day, and an hour that a clock change shifts.
        let count = HORIZON_DAYS + tail_days as usize + 2;
        debug_assert!(count <= MOST_DAYS);

        let shifts = Shifts::new(floor, count)?;
        let last = as_of.checked_add_days(Days::new(count as u64)).unwrap_or(NaiveDate::MAX);
        let offsets = Offsets::around(floor.zone, as_of, last);
        let midnight = |day: usize| local_midnight(as_of) + DAY_MS * day as i64;
        let start = offsets.instant(midnight(0));
        let horizon_end = offsets.instant(midnight(HORIZON_DAYS));
        // Checked above: forty years of milliseconds.
        let end = horizon_end.plus(i64::try_from(floor.tail.as_millis()).unwrap_or(i64::MAX));

        let mut changes = floor.rate_changes.to_vec();
        changes.sort_unstable();
        changes.dedup();

        // Days whose shifts have equal schedules are alike, and a year has few that are not.
        let mut staffing = Staffing::default();
        let mut plans: HashMap<Vec<u32>, usize> = HashMap::new();
        let mut days: Vec<Vec<(u16, u32)>> = Vec::new();
        let mut pieces: Vec<Piece> = Vec::new();
        for (day, date) in as_of.iter_days().take(count).enumerate() {
            let epoch = changes.partition_point(|&change| change <= date);
            let key: Vec<u32> = shifts.schedules.iter().map(|schedule| schedule.id(day)).collect();
            let plan = *plans.entry(key).or_insert_with(|| {
                days.push(shifts.plan(day, &mut staffing));
                days.len() - 1
            });
            for &(minute, staffed) in &days[plan] {
                let at = offsets.instant(midnight(day) + MINUTE_MS * i64::from(minute));
                if at < end {
                    push(&mut pieces, Piece { at, staffed: staffed as usize, epoch });
                }
            }
        }
        let never_open = shifts.never_open();
        Ok(Self::new(floor.zone, pieces, horizon_end.max(start), end.max(start), staffing.vectors, never_open))
    }
}

/// Appends a piece so that neither an empty piece nor two equal neighbours remain.
fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    // The piece before lay wholly inside a skipped hour.
    if pieces.last().is_some_and(|last| last.at == piece.at) {
        pieces.pop();
    }
    if pieces.last().is_none_or(|last| (last.staffed, last.epoch) != (piece.staffed, piece.epoch)) {
        pieces.push(piece);
    }
}

/// All shifts of all campaigns, with the schedules of the different expressions among them.
struct Shifts {
    campaigns: usize,
    /// One for each different expression.
    schedules: Vec<DaySchedules>,
    all: Vec<ShiftOf>,
}

struct ShiftOf {
    campaign: usize,
    index: usize,
    seats: u32,
    /// Index of its expression.
    expression: usize,
}

impl Shifts {
    fn new(floor: &Floor<'_>, count: usize) -> Result<Self, CalendarError> {
        let range = Dates::new(floor.as_of, count);
        let mut dates = range.map_err(|_| CalendarError::DateOutOfRange { as_of: floor.as_of })?;
        let mut known = HashMap::new();
        let mut schedules = Vec::new();
        let mut all = Vec::new();
        for (campaign, shifts) in floor.campaigns.iter().enumerate() {
            for (index, shift) in shifts.iter().enumerate() {
                let expression = match known.get(&shift.hours.key()) {
                    Some(&expression) => expression,
                    None => {
                        let days = dates.evaluate(&shift.hours).map_err(|reason| CalendarError::Shift {
                            campaign,
                            shift: index,
                            reason,
                        })?;
                        schedules.push(days);
                        known.insert(shift.hours.key(), schedules.len() - 1);
                        schedules.len() - 1
                    }
                };
                all.push(ShiftOf { campaign, index, seats: shift.seats, expression });
            }
        }
        Ok(Self { campaigns: floor.campaigns.len(), schedules, all })
    }

    /// The staffing of a day: from which minute on which [`Staffing`] holds; the first is minute 0.
    fn plan(&self, day: usize, staffing: &mut Staffing) -> Vec<(u16, u32)> {
        // At a minute so many seats come to a campaign, or go from it.
        let mut changes: Vec<(u16, usize, i64)> = Vec::new();
        for shift in &self.all {
            for &(from, to) in self.schedules[shift.expression].of_day(day) {
                changes.push((from, shift.campaign, shift.seats.into()));
                changes.push((to, shift.campaign, -i64::from(shift.seats)));
            }
        }
        changes.sort_unstable();

        let mut staffed = vec![0_i64; self.campaigns];
        let mut plan = Vec::new();
        let mut next = 0;
        let mut minute = 0;
        while minute < 24 * 60 {
            while let Some(&(_, campaign, seats)) = changes.get(next).filter(|change| change.0 <= minute) {
                staffed[campaign] += seats;
                next += 1;
            }
            plan.push((minute, staffing.intern(&staffed)));
            minute = changes.get(next).map_or(24 * 60, |change| change.0);
        }
        plan
    }

    /// Campaign and index of each shift that is closed on all days of the horizon.
    fn never_open(&self) -> Vec<(usize, usize)> {
        let never: Vec<bool> = self.schedules.iter().map(|schedule| schedule.never_opens(HORIZON_DAYS)).collect();
        self.all.iter().filter(|shift| never[shift.expression]).map(|shift| (shift.campaign, shift.index)).collect()
    }
}

/// The different vectors of staffed seats per campaign.
#[derive(Default)]
struct Staffing {
    known: HashMap<Vec<u32>, u32>,
    vectors: Vec<Vec<u32>>,
}

impl Staffing {
    fn intern(&mut self, staffed: &[i64]) -> u32 {
        let seats: Vec<u32> = staffed.iter().map(|&seats| u32::try_from(seats.max(0)).unwrap_or(u32::MAX)).collect();
        *self.known.entry(seats).or_insert_with_key(|seats| {
            self.vectors.push(seats.clone());
            self.vectors.len() as u32 - 1
        })
    }
}

//! Monte Carlo over years: how often each cause strikes, when and for how long, and what that comes to.
//!
//! Draws are keyed by seed, year, cause, event and purpose ([`super::draw`]): counts, starts and lengths come by
//! inversion, so a changed rate or law shifts no other draw. Where outages are independent, each is put on its cause's
//! spending curve ([`curve`]); where money ties them together, a year is followed from outage to outage ([`tied`]).
//! Years are drawn in blocks ([`run`]), which any number of threads share and whose sums are folded in their order.

pub mod curve;
pub mod figures;
pub mod lengths;
pub mod run;
pub mod segments;
pub mod tied;

#[cfg(test)]
mod tests;

use chrono::Months;

use super::count::Counts;
use super::draw::{Keyed, Purpose};
use crate::model::cause::Frequency;
use crate::model::law::DurationLaw;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::profile::Course;
use crate::words::calendar::Instant;
use crate::words::digest::sha256;
use curve::Curve;
use lengths::Lengths;
use run::Silence;
use segments::Segments;
use tied::{Books, Minimum, Tied};

/// One cause, as years are drawn.
struct Cause<'p> {
    /// Its number, which keys its draws.
    index: u32,
    frequency: Frequency,
    counts: Counts,
    lengths: Lengths,
    curve: Curve<'p>,
}

/// What a cause of the plan has that years are drawn from.
pub struct Given<'c, 'e, 'p> {
    /// Its number, which keys its draws: that in the plan, unless plans are compared in which it has two.
    pub index: usize,
    /// How often.
    pub frequency: Frequency,
    /// How long.
    pub duration: &'c DurationLaw,
    /// Nobody waits longer [s].
    pub longest: Option<f64>,
    /// Its outages.
    pub course: Course<'e, 'p>,
}

/// Years of a plan, ready to be drawn. Amounts in the plan's currency.
pub struct Years<'p> {
    seconds: f64,
    months: Segments,
    causes: Vec<Cause<'p>>,
    tied: Option<Tied<'p>>,
}

/// Months in a year, which count from the plan's day.
pub const MONTHS: usize = 12;

/// Most outages in a year on average: more are not drawn one by one.
pub const MOST_OUTAGES: f64 = 1e6;

/// Why years cannot be drawn.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum YearsError {
    /// An outage cannot be reckoned.
    #[error(transparent)]
    Outage(#[from] OutageError),
    /// Too many outages.
    #[error("{0:.0} outages a year are too many to draw one by one")]
    Outages(f64),
    /// Too many caps.
    #[error("more than eight trunks have a daily cap or a prepaid balance")]
    Caps,
}

/// Where a year's outages are put, used again and again.
struct Sheet {
    by_cause: Vec<f64>,
    by_month: [f64; MONTHS],
    events: Vec<(f64, usize, f64)>,
    books: Option<Books>,
    outages: u64,
}

impl<'p> Years<'p> {
    /// Prepares the years of causes over an engine's calendar, which reaches `reach` seconds behind each start. Where
    /// `tie` is given, outages are followed through the caps and balances of the plan and these minimums.
    ///
    /// # Errors
    /// Where an outage cannot be reckoned, or there are too many outages or caps.
    pub fn new(
        engine: &Engine<'p>,
        given: Vec<Given<'_, '_, 'p>>,
        reach: f64,
        tie: Option<&[Minimum]>,
    ) -> Result<Self, YearsError> {
        let outages: f64 = given.iter().map(|cause| Counts::new(&cause.frequency).mean()).sum();
        if outages > MOST_OUTAGES {
            return Err(YearsError::Outages(outages));
        }
        let calendar = &engine.calendar;
        let begin = calendar.start();
        let seconds = |at: Instant| at.since(begin) as f64 / 1000.0;
        let segments = Segments::new(calendar.segments().map(|segment| seconds(segment.start)).collect());
        let regimes: Vec<usize> = calendar.segments().map(|segment| segment.regime).collect();
        let year = seconds(calendar.horizon_end());
        let end = seconds(calendar.end());
        let month = |k: u32| {
            let day = engine.plan.as_of.checked_add_months(Months::new(k))?.and_hms_opt(0, 0, 0)?;
            Some(seconds(Instant::from_local(day, engine.plan.timezone)))
        };
        let months = Segments::new((0..).map_while(month).take_while(|at| *at < end).collect());
        let tied = match tie {
            None => None,
            Some(minimums) => {
                let courses: Vec<&Course<'_, 'p>> = given.iter().map(|cause| &cause.course).collect();
                Some(Tied::new(engine, &courses, minimums, &segments, &months, reach)?.ok_or(YearsError::Caps)?)
            }
        };
        let cause = |cause: &Given<'_, '_, 'p>| {
            Ok(Cause {
                index: u32::try_from(cause.index).unwrap_or(u32::MAX),
                frequency: cause.frequency,
                counts: Counts::new(&cause.frequency),
                lengths: Lengths::new(cause.duration, cause.longest),
                curve: Curve::new(&cause.course, &segments, &regimes, reach, year)?,
            })
        };
        let causes = given.iter().map(cause).collect::<Result<_, OutageError>>()?;
        Ok(Self { seconds: year, months, causes, tied })
    }

    /// Whether the outages of a year are tied together.
    #[must_use]
    pub fn is_tied(&self) -> bool {
        self.tied.is_some()
    }

    /// Whether caps or balances are among what ties them.
    #[must_use]
    pub fn is_capped(&self) -> bool {
        self.tied.as_ref().is_some_and(Tied::is_capped)
    }

    /// Number of causes.
    #[must_use]
    pub fn causes(&self) -> usize {
        self.causes.len()
    }

    /// Everything that the totals of tied years come from, to the last digit, for telling whether two plans' years are the
    /// same; nothing where they are not tied.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let tied = self.tied.as_ref()?;
        let costs: Vec<bool> = (0..self.causes.len()).map(|place| self.costs(place)).collect();
        // Floats are written with all their digits.
        Some(sha256(format!("{} {costs:?} {tied:?}", self.strikes()).as_bytes()))
    }

    /// Everything that decides which outages are drawn, whatever they cost.
    #[must_use]
    pub fn strikes(&self) -> String {
        let cause = |cause: &Cause<'_>| (cause.index, cause.frequency, cause.lengths.clone());
        let causes: Vec<_> = self.causes.iter().map(cause).collect();
        sha256(format!("{:?}", (self.seconds, causes)).as_bytes())
    }

    fn sheet(&self) -> Sheet {
        Sheet {
            by_cause: vec![0.0; self.causes.len()],
            by_month: [0.0; MONTHS],
            events: Vec::new(),
            books: self.tied.as_ref().map(Tied::books),
            outages: 0,
        }
    }

    /// Draws a year onto the sheet, the outages that cost nothing but silence as well where that is asked for; gives its
    /// spend.
    fn draw(&self, keyed: Keyed, year: u64, sheet: &mut Sheet, silence: Silence) -> f64 {
        sheet.by_cause.fill(0.0);
        sheet.by_month.fill(0.0);
        match &self.tied {
            None => self.draw_independent(keyed, year, sheet),
            Some(tied) => self.draw_tied(tied, keyed, year, sheet, silence),
        }
    }

    fn draw_independent(&self, keyed: Keyed, year: u64, sheet: &mut Sheet) -> f64 {
        let mut total = 0.0;
        for (cause, by_cause) in self.causes.iter().zip(&mut sheet.by_cause) {
            if cause.counts.mean() <= 0.0 || cause.curve.is_free() {
                continue;
            }
            let mut draws = keyed.year(cause.index, year);
            let number = cause.counts.number(draws.uniform(0, Purpose::Count));
            let mut sum = 0.0;
            for event in 0..u32::try_from(number).unwrap_or(u32::MAX) {
                let start = draws.uniform(event, Purpose::Start) * self.seconds;
                let length = cause.lengths.at(draws.uniform(event, Purpose::Length));
                let spend = cause.curve.spend(start, length);
                sheet.by_month[self.months.at(start).min(MONTHS - 1)] += spend;
                sum += spend;
            }
            sheet.outages += number;
            *by_cause = sum;
            total += sum;
        }
        total
    }

    fn draw_tied(&self, tied: &Tied<'p>, keyed: Keyed, year: u64, sheet: &mut Sheet, silence: Silence) -> f64 {
        let costs = |place: usize| silence != Silence::Left || self.costs(place);
        self.strike(keyed, year, costs, &mut sheet.events);
        for (_, place, _) in &sheet.events {
            sheet.outages += u64::from(self.costs(*place));
        }
        let Some(books) = &mut sheet.books else { return 0.0 };
        self.follow(tied, &sheet.events, books, silence);
        books.close(tied, &mut sheet.by_month, &mut sheet.by_cause)
    }

    /// Whether outages of a cause cost anything but silence.
    fn costs(&self, place: usize) -> bool {
        self.causes.get(place).is_some_and(|cause| !cause.curve.is_free())
    }

    /// Draws the outages of a year, of the causes that are wanted, in the order of their begins: begin, cause and length.
    fn strike(&self, keyed: Keyed, year: u64, wanted: impl Fn(usize) -> bool, events: &mut Vec<(f64, usize, f64)>) {
        events.clear();
        for (place, cause) in self.causes.iter().enumerate() {
            if cause.counts.mean() <= 0.0 || !wanted(place) {
                continue;
            }
            let mut draws = keyed.year(cause.index, year);
            let number = cause.counts.number(draws.uniform(0, Purpose::Count));
            for event in 0..u32::try_from(number).unwrap_or(u32::MAX) {
                let start = draws.uniform(event, Purpose::Start) * self.seconds;
                events.push((start, place, cause.lengths.at(draws.uniform(event, Purpose::Length))));
            }
        }
        // Equal starts in the order of their causes and events: the sort keeps it.
        events.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// Follows the outages of a year through books that are opened for it.
    fn follow(&self, tied: &Tied<'p>, events: &[(f64, usize, f64)], books: &mut Books, silence: Silence) {
        books.open(tied);
        for (start, place, length) in events {
            match (silence, self.costs(*place)) {
                (Silence::Left, false) => {}
                (Silence::Left | Silence::Kept, true) => _ = tied.outage(books, *place, *start, *length),
                // Where nothing is spent, no balance is looked at either.
                (Silence::Kept, false) | (Silence::Uncapped, _) => {
                    tied.outage_uncapped(books, *place, *start, *length);
                }
            }
        }
    }
}

//! Blocks of years, shared among threads and folded in their order.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::super::draw::Keyed;
use super::Years;
use super::tied::{Books, SILENCE};

/// Years in a block: some milliseconds of work.
pub const BLOCK: u64 = 8192;

/// The first look at the stop rule, in blocks.
const FIRST_LOOK: u64 = 4;
/// Blocks between looks where there is no rule: enough for any number of threads.
const ROUND: u64 = 512;

/// What is drawn, and how.
pub struct Ask<'a> {
    /// Years, at most.
    pub years: u64,
    /// The seed.
    pub seed: u64,
    /// Threads; none changes a byte.
    pub threads: usize,
    /// The month's budget, to count the months that pass it.
    pub month_budget: Option<f64>,
    /// Whether the months' amounts are kept.
    pub months: bool,
    /// What is kept of silence; only years that are followed through their ties know it.
    pub silence: Silence,
    /// Asked from outside to end.
    pub stop: &'a AtomicBool,
    /// Years drawn so far, for whoever watches.
    pub done: &'a AtomicU64,
}

/// What is kept of the silence of drawn years. Where it is kept, outages that cost nothing else are drawn as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Silence {
    /// Nothing.
    #[default]
    Left,
    /// What it costs, and its seat hours, as caps and balances leave it.
    Kept,
    /// The same as if no cap or balance ever refused.
    Uncapped,
}

/// Why no more years were drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All that were asked for are drawn.
    All,
    /// The figure asked for is known well enough.
    Enough,
    /// It was asked to end before.
    Interrupted,
}

/// Years that were drawn.
#[derive(Debug, Clone)]
pub struct Drawn {
    /// What each year cost, the first first.
    pub totals: Vec<f64>,
    /// Sums over all years by cause.
    pub by_cause: Vec<f64>,
    /// Outages of causes that cost anything.
    pub outages: u64,
    /// What months cost, those that cost nothing left out.
    pub months: Vec<f64>,
    /// What the silence of each year costs, and its idle seat hours, where they are kept.
    pub silence: Vec<[f64; SILENCE]>,
    /// Months over the budget: their number, and the sum of the squares of their numbers by year.
    pub over_month: (f64, f64),
    /// Why no more.
    pub ended: Ended,
}

struct Block {
    totals: Vec<f64>,
    by_cause: Vec<f64>,
    outages: u64,
    months: Vec<f64>,
    silence: Vec<[f64; SILENCE]>,
    over_month: (f64, f64),
}

/// The years of a block.
fn years_of(ask: &Ask<'_>, block: u64) -> std::ops::Range<u64> {
    block * BLOCK..((block + 1) * BLOCK).min(ask.years)
}

/// Makes blocks on the threads that there are, in order; where it is asked to end, those before the first that was not made.
fn shared<T: Send>(ask: &Ask<'_>, from: u64, to: u64, make: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let next = AtomicU64::new(from);
    let place = |number: u64| usize::try_from(number - from).unwrap_or(usize::MAX);
    let ready: Mutex<Vec<Option<T>>> = Mutex::new((from..to).map(|_| None).collect());
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= to || ask.stop.load(Ordering::Relaxed) {
                return;
            }
            let block = make(number);
            let years = years_of(ask, number);
            ask.done.fetch_add(years.end - years.start, Ordering::Relaxed);
            // A thread that ended badly has left whole blocks behind all the same.
            let mut ready = ready.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(slot) = ready.get_mut(place(number)) {
                *slot = Some(block);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..ask.threads.min(place(to)) {
            scope.spawn(work);
        }
        work();
    });
    let ready = ready.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    ready.into_iter().map_while(|block| block).collect()
}

/// What each year costs by several plans, by plan, where the same outages strike all of them ([`Years::strikes`]): each is
/// drawn once, and followed through each plan's ties. The same amounts as each plan's own run has.
#[must_use]
pub fn totals_alike(all: &[&Years<'_>], ask: &Ask<'_>) -> Vec<Vec<f64>> {
    let keyed = Keyed::new(ask.seed);
    let block = |number: u64| -> Vec<Vec<f64>> {
        let mut sheets: Vec<_> = all.iter().map(|years| years.sheet()).collect();
        let mut totals = vec![Vec::new(); all.len()];
        let mut events = Vec::new();
        for year in years_of(ask, number) {
            if let Some(first) = all.first() {
                first.strike(keyed, year, |place| all.iter().any(|years| years.costs(place)), &mut events);
            }
            for ((years, sheet), totals) in all.iter().zip(&mut sheets).zip(&mut totals) {
                sheet.by_cause.fill(0.0);
                sheet.by_month.fill(0.0);
                let (Some(tied), Some(books)) = (&years.tied, &mut sheet.books) else { continue };
                years.follow(tied, &events, books, Silence::Left);
                totals.push(books.close(tied, &mut sheet.by_month, &mut sheet.by_cause));
            }
        }
        totals
    };
    let mut totals = vec![Vec::new(); all.len()];
    for block in shared(ask, 0, ask.years.div_ceil(BLOCK), block) {
        for (all, own) in totals.iter_mut().zip(block) {
            all.extend(own);
        }
    }
    totals
}

impl Years<'_> {
    /// Draws years until there are enough: `enough` is asked now and then, after numbers of years that do not depend on
    /// the threads.
    #[must_use]
    pub fn run(&self, ask: &Ask<'_>, enough: Option<&dyn Fn(&Drawn) -> bool>) -> Drawn {
        let mut drawn = Drawn {
            totals: Vec::new(),
            by_cause: vec![0.0; self.causes()],
            outages: 0,
            months: Vec::new(),
            silence: Vec::new(),
            over_month: (0.0, 0.0),
            ended: Ended::All,
        };
        let all = ask.years.div_ceil(BLOCK);
        let mut from = 0;
        while from < all {
            // The next look is half as many years later again.
            let to = if enough.is_some() { (from + from / 2).max(FIRST_LOOK) } else { from + ROUND }.min(all);
            let blocks = self.blocks(ask, from, to);
            let complete = blocks.len() as u64;
            blocks.into_iter().for_each(|block| drawn.add(block));
            if complete < to - from {
                drawn.ended = Ended::Interrupted;
                break;
            }
            if to < all && enough.is_some_and(|enough| enough(&drawn)) {
                drawn.ended = Ended::Enough;
                break;
            }
            from = to;
        }
        drawn
    }

    /// Draws blocks; where it is asked to end, those before the first that was not drawn.
    fn blocks(&self, ask: &Ask<'_>, from: u64, to: u64) -> Vec<Block> {
        shared(ask, from, to, |number| self.block(ask, number))
    }

    fn block(&self, ask: &Ask<'_>, number: u64) -> Block {
        let keyed = Keyed::new(ask.seed);
        let years = years_of(ask, number);
        let mut sheet = self.sheet();
        let mut block = Block {
            totals: Vec::with_capacity((years.end - years.start) as usize),
            by_cause: vec![0.0; self.causes()],
            outages: 0,
            months: Vec::new(),
            silence: Vec::new(),
            over_month: (0.0, 0.0),
        };
        for year in years {
            block.totals.push(self.draw(keyed, year, &mut sheet, ask.silence));
            if ask.silence != Silence::Left {
                block.silence.push(sheet.books.as_ref().map_or([0.0; SILENCE], Books::silence));
            }
            for (sum, part) in block.by_cause.iter_mut().zip(&sheet.by_cause) {
                *sum += part;
            }
            if ask.months {
                block.months.extend(sheet.by_month.iter().filter(|spend| **spend > 0.0));
            }
            if let Some(budget) = ask.month_budget {
                let over = sheet.by_month.iter().filter(|spend| **spend > budget).count() as f64;
                block.over_month.0 += over;
                block.over_month.1 += over * over;
            }
        }
        block.outages = sheet.outages;
        block
    }

    /// Sums by cause over the years that pass an amount, which are drawn once more.
    #[must_use]
    pub fn beyond(&self, seed: u64, totals: &[f64], amount: f64) -> Vec<f64> {
        let keyed = Keyed::new(seed);
        let mut sheet = self.sheet();
        let mut sums = vec![0.0; self.causes()];
        for (year, _) in totals.iter().enumerate().filter(|(_, total)| **total > amount) {
            self.draw(keyed, year as u64, &mut sheet, Silence::Left);
            for (sum, part) in sums.iter_mut().zip(&sheet.by_cause) {
                *sum += part;
            }
        }
        sums
    }
}

impl Drawn {
    fn add(&mut self, block: Block) {
        self.totals.extend(block.totals);
        self.months.extend(block.months);
        self.silence.extend(block.silence);
        for (sum, part) in self.by_cause.iter_mut().zip(block.by_cause) {
            *sum += part;
        }
        self.outages += block.outages;
        self.over_month.0 += block.over_month.0;
        self.over_month.1 += block.over_month.1;
    }
}

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
        let next = AtomicU64::new(from);
        let place = |number: u64| usize::try_from(number - from).unwrap_or(usize::MAX);
        let ready: Mutex<Vec<Option<Block>>> = Mutex::new((from..to).map(|_| None).collect());
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= to || ask.stop.load(Ordering::Relaxed) {
                    return;
                }
                let block = self.block(ask, number);
                ask.done.fetch_add(block.totals.len() as u64, Ordering::Relaxed);
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

    fn block(&self, ask: &Ask<'_>, number: u64) -> Block {
        let keyed = Keyed::new(ask.seed);
        let years = number * BLOCK..((number + 1) * BLOCK).min(ask.years);
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

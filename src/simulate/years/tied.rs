//! Years in which an outage finds what the ones before it left: prepaid balances, daily caps and minimums of the month.
//!
//! The outages of a year are followed in the order of their begins, each through its stretches of constant flow. A
//! balance is full when the year begins and then is what the outages and the top-ups leave of it; a daily cap is what is
//! left of the day's. A minimum is paid anyway, as standing cost: of a month's usage only what passes it is spent. What
//! silence costs depends on the balances, too, and is kept count of beside the spend.

use std::collections::BTreeMap;

use super::segments::Segments;
use crate::outage::OutageError;
use crate::outage::engine::Engine;
use crate::outage::pieces::next_midnight;
use crate::outage::profile::{Course, Surcharge};
use crate::outage::state::TrunkState;
use crate::rating::border::weight;

/// The money of a trunk, in the plan's currency.
#[derive(Debug, Clone, Default)]
struct Account {
    /// Of a month's usage, what the minimum pays for.
    slack: f64,
    daily: Option<Daily>,
    prepaid: Option<Prepaid>,
}

#[derive(Debug, Clone)]
struct Daily {
    limit: f64,
    /// When the spend is reset [s].
    resets: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Prepaid {
    balance: f64,
    top_up: f64,
    most: usize,
    delay: f64,
}

/// A part of an outage between two notices; states are rows of the rates below.
#[derive(Debug, Clone)]
struct Stage {
    from: f64,
    to: f64,
    row: usize,
    back: Vec<(f64, usize)>,
}

/// Everything that ties a plan's outages together.
#[derive(Debug, Clone)]
pub struct Tied<'p> {
    segments: Segments,
    regimes: Vec<usize>,
    regime_count: usize,
    /// Where the months begin [s].
    months: Segments,
    /// By trunk, one for each, so that a tie that changes nothing changes no sum either.
    accounts: Vec<Account>,
    /// Trunks that can refuse, by bit of a mask.
    capped: Vec<usize>,
    surcharges: Vec<Surcharge<'p>>,
    /// By cause.
    stages: Vec<Vec<Stage>>,
    /// By row, mask and regime: spend of each trunk, what silence costs, idle seats, answered and short calls by surcharge.
    rates: Vec<f64>,
    quantities: usize,
    reach: f64,
}

/// Quantities of silence: its cost, and idle seat hours.
pub const SILENCE: usize = 2;

/// Most trunks with a cap or a balance: every set of them that may be used up is reckoned beforehand.
const MOST_CAPPED: usize = 8;

/// Money this close to a limit has reached it, as where one outage is followed alone.
const SLACK: f64 = 1e-9;
const DAY: f64 = 86_400.0;
/// Turns after which an outage is not followed through its caps any further: absurd top-ups are cut off.
const TURNS: u32 = 100_000;

/// A trunk's minimum less its fees, in the plan's currency: what a month's usage is free up to.
#[derive(Debug, Clone, Copy)]
pub struct Minimum {
    /// Position of the trunk.
    pub trunk: usize,
    /// The amount.
    pub slack: f64,
}

impl<'p> Tied<'p> {
    /// Prepares the courses of a plan's causes; nothing where more than eight trunks have caps.
    ///
    /// # Errors
    /// As [`Engine::burn`].
    pub fn new(
        engine: &Engine<'p>,
        courses: &[&Course<'_, 'p>],
        minimums: &[Minimum],
        segments: &Segments,
        months: &Segments,
        reach: f64,
    ) -> Result<Option<Self>, OutageError> {
        let accounts = accounts(engine, minimums);
        let is_capped = |account: &Account| account.daily.is_some() || account.prepaid.is_some();
        let capped: Vec<usize> = (0..accounts.len()).filter(|index| is_capped(&accounts[*index])).collect();
        if capped.len() > MOST_CAPPED {
            return Ok(None);
        }
        let surcharges = courses.first().map_or(&[][..], |course| course.surcharges()).to_vec();
        let mut tied = Self {
            segments: segments.clone(),
            regimes: engine.calendar.segments().map(|segment| segment.regime).collect(),
            regime_count: engine.calendar.regimes().len(),
            months: months.clone(),
            quantities: accounts.len() + SILENCE + 2 * surcharges.len(),
            accounts,
            capped,
            surcharges,
            stages: Vec::new(),
            rates: Vec::new(),
            reach,
        };
        let mut rows = BTreeMap::new();
        for course in courses {
            let passages = course.passages();
            let mut stages = Vec::with_capacity(passages.len());
            for (index, passage) in passages.iter().enumerate() {
                let back = passage.back.iter();
                let back = back.map(|(to, state)| Ok((*to, tied.row(engine, course, *state, &mut rows)?)));
                let back = back.collect::<Result<_, OutageError>>()?;
                let to = passages.get(index + 1).map_or(f64::INFINITY, |next| next.from);
                let row = tied.row(engine, course, passage.state, &mut rows)?;
                stages.push(Stage { from: passage.from, to, row, back });
            }
            tied.stages.push(stages);
        }
        Ok(Some(tied))
    }

    /// The row of a state: what flows in it, for every set of trunks that is used up and every regime.
    fn row(
        &mut self,
        engine: &Engine<'p>,
        course: &Course<'_, 'p>,
        state: usize,
        rows: &mut BTreeMap<usize, usize>,
    ) -> Result<usize, OutageError> {
        if let Some(row) = rows.get(&state) {
            return Ok(*row);
        }
        for mask in 0..1usize << self.capped.len() {
            let mut now = engine.state(state);
            for (bit, account) in self.capped.iter().enumerate() {
                if mask >> bit & 1 == 1
                    && let Some(state) = now.get_mut(*account)
                    && (*state == TrunkState::Up || matches!(state, TrunkState::Hit { share, .. } if *share < 1.0))
                {
                    *state = TrunkState::Refusing;
                }
            }
            let number = engine.intern(&now);
            for regime in 0..self.regime_count {
                let flowing = course.flowing(number, regime)?;
                self.rates.extend(&flowing.spend);
                let burn = engine.burn(number, regime)?;
                let flow = &burn.flow;
                self.rates.extend([flow.idle_cost + flow.lost_margin, flow.idle_seats / 3600.0]);
                self.rates.extend(flowing.calls.iter().flat_map(|(answered, short)| [*answered, *short]));
            }
        }
        let row = rows.len();
        rows.insert(state, row);
        Ok(row)
    }

    /// A year's books, to be used again and again.
    #[must_use]
    pub fn books(&self) -> Books {
        let months = self.months.starts().len();
        Books {
            caps: self.capped.iter().map(|index| Cap::new(&self.accounts[*index])).collect(),
            usage: vec![0.0; months * self.accounts.len() * self.stages.len()],
            last: 0,
            months,
            silence: [0.0; SILENCE],
        }
    }

    /// Follows an outage of a cause through the books; gives what is used in it, minimums or not.
    pub fn outage(&self, books: &mut Books, cause: usize, start: f64, length: f64) -> f64 {
        self.through(books, cause, start, length, true)
    }

    /// The same as if no cap or balance ever refused; they are left as they are.
    pub fn outage_uncapped(&self, books: &mut Books, cause: usize, start: f64, length: f64) -> f64 {
        self.through(books, cause, start, length, false)
    }

    /// Whether there are caps or balances.
    #[must_use]
    pub fn is_capped(&self) -> bool {
        !self.capped.is_empty()
    }

    fn through(&self, books: &mut Books, cause: usize, start: f64, length: f64, capped: bool) -> f64 {
        let within = length.min(self.reach);
        let mut calls = vec![0.0; 2 * self.surcharges.len()];
        let (end, mut used, mut turns) = (start + within, 0.0, 0);
        let Some(stages) = self.stages.get(cause) else { return 0.0 };
        for stage in stages {
            let last = stage.to >= within;
            let to = if last { end } else { start + stage.to };
            used += self.follow(books, (cause, stage.row), [start + stage.from, to], &mut calls, &mut turns, capped);
            if last {
                if length > within {
                    used += self.beyond(books, cause, stage.row, end, length - within);
                }
                let mut from = end;
                for (to, row) in &stage.back {
                    used += self.follow(books, (cause, *row), [from, end + to], &mut calls, &mut turns, capped);
                    from = end + to;
                }
                break;
            }
        }
        let month = self.months.at(end);
        for (surcharge, calls) in self.surcharges.iter().zip(calls.chunks_exact(2)) {
            let amount = surcharge.amount((calls[0], calls[1]));
            books.book(self, month, surcharge.trunk, cause, amount);
            used += amount;
        }
        used
    }

    fn rates(&self, row: usize, mask: usize, regime: usize) -> &[f64] {
        let place = ((row << self.capped.len() | mask) * self.regime_count + regime) * self.quantities;
        &self.rates[place..place + self.quantities]
    }

    /// What flows in a state from one moment to another.
    fn follow(
        &self,
        books: &mut Books,
        (cause, row): (usize, usize),
        [from, to]: [f64; 2],
        calls: &mut [f64],
        turns: &mut u32,
        capped: bool,
    ) -> f64 {
        let trunks = self.accounts.len();
        let capped = if capped { self.capped.as_slice() } else { &[] };
        let (mut t, mut used) = (from, 0.0);
        while t < to {
            *turns += 1;
            let (segment, month) = (self.segments.at(t), self.months.at(t));
            let mut mask = 0;
            for (bit, (cap, account)) in books.caps.iter_mut().zip(capped).enumerate() {
                cap.renew(t, &self.accounts[*account]);
                if cap.refuses(&self.accounts[*account]) || *turns > TURNS {
                    mask |= 1 << bit;
                }
            }
            let rates = self.rates(row, mask, self.regimes[segment]);
            let mut next = to.min(self.segments.end(segment)).min(self.months.end(month));
            if *turns <= TURNS {
                for (cap, account) in books.caps.iter().zip(capped) {
                    next = next.min(cap.next_change(t, rates[*account], &self.accounts[*account]));
                }
                next = next.max(t.next_up()).min(to);
            }
            let time = next - t;
            for (cap, account) in books.caps.iter_mut().zip(capped) {
                cap.spend(rates[*account] * time, next, &self.accounts[*account]);
            }
            for (account, rate) in rates[..trunks].iter().enumerate().filter(|(_, rate)| **rate != 0.0) {
                books.book(self, month, account, cause, rate * time);
                used += rate * time;
            }
            for (sum, rate) in books.silence.iter_mut().zip(&rates[trunks..]) {
                *sum += rate * time;
            }
            for (sum, rate) in calls.iter_mut().zip(&rates[trunks + SILENCE..]) {
                *sum += rate * time;
            }
            t = next;
        }
        used
    }

    /// What an outage spends beyond the reach of the calendar: the mean of the year, with what is used up used up.
    fn beyond(&self, books: &mut Books, cause: usize, row: usize, end: f64, time: f64) -> f64 {
        let trunks = self.accounts.len();
        let (year, mut used, mut mask) = (365.0 * DAY, 0.0, 0);
        for (bit, (cap, account)) in books.caps.iter().zip(&self.capped).enumerate() {
            mask |= usize::from(cap.refuses(&self.accounts[*account])) << bit;
        }
        for quantity in 0..trunks + SILENCE {
            let starts = self.segments.starts().iter().enumerate().take_while(|(_, start)| **start < year);
            let mean: f64 = starts
                .map(|(at, start)| {
                    self.rates(row, mask, self.regimes[at])[quantity] * (self.segments.end(at).min(year) - start)
                })
                .sum::<f64>()
                / year;
            match quantity.checked_sub(trunks) {
                Some(silence) => books.silence[silence] += mean * time,
                None => {
                    books.book(self, self.months.at(end), quantity, cause, mean * time);
                    used += mean * time;
                }
            }
        }
        used
    }
}

/// What a year's outages have left.
#[derive(Debug, Clone)]
pub struct Books {
    caps: Vec<Cap>,
    /// Usage by month, trunk and cause.
    usage: Vec<f64>,
    /// The last month with usage.
    last: usize,
    months: usize,
    /// What silence costs, and idle seat hours.
    silence: [f64; SILENCE],
}

impl Books {
    /// Opens a new year.
    pub fn open(&mut self, tied: &Tied<'_>) {
        for (cap, account) in self.caps.iter_mut().zip(&tied.capped) {
            cap.open(&tied.accounts[*account]);
        }
        let each = self.usage.len() / self.months.max(1);
        self.usage[..each * (self.last + 1)].fill(0.0);
        self.last = 0;
        self.silence = [0.0; SILENCE];
    }

    /// What the year's silence costs (idle seats, and what lost live calls would have earned), and its idle seat hours.
    #[must_use]
    pub fn silence(&self) -> [f64; SILENCE] {
        self.silence
    }

    fn book(&mut self, tied: &Tied<'_>, month: usize, account: usize, cause: usize, amount: f64) {
        let place = (month * tied.accounts.len() + account) * tied.stages.len() + cause;
        self.usage[place] += amount;
        self.last = self.last.max(month);
    }

    /// What the year's usage costs beyond the minimums: adds up by month (what lies behind the last belongs to it) and
    /// by cause, each cause with its part of the usage; gives the sum.
    pub fn close(&self, tied: &Tied<'_>, by_month: &mut [f64], by_cause: &mut [f64]) -> f64 {
        let (accounts, causes) = (tied.accounts.len(), tied.stages.len());
        let mut sum = 0.0;
        for month in 0..=self.last {
            let mut of_month = 0.0;
            for account in 0..accounts {
                let place = (month * accounts + account) * causes;
                let usage = &self.usage[place..place + causes];
                let used: f64 = usage.iter().sum();
                let slack = tied.accounts.get(account).map_or(0.0, |account| account.slack);
                if used <= slack || used <= 0.0 {
                    continue;
                }
                let over = used - slack;
                for (cause, usage) in by_cause.iter_mut().zip(usage) {
                    *cause += over * (usage / used);
                }
                of_month += over;
            }
            let place = month.min(by_month.len().saturating_sub(1));
            if let Some(total) = by_month.get_mut(place) {
                *total += of_month;
            }
            sum += of_month;
        }
        sum
    }
}

fn accounts(engine: &Engine<'_>, minimums: &[Minimum]) -> Vec<Account> {
    let plan = engine.plan;
    let begin = engine.calendar.start();
    let end = engine.calendar.end().since(begin) as f64 / 1000.0;
    let accounts = plan.trunks.iter().enumerate().map(|(trunk, named)| {
        let Some(table) = plan.table(named) else { return Account::default() };
        let fx = plan.exchange_rate(table.currency).map_or(1.0, weight);
        let slack = minimums.iter().find(|minimum| minimum.trunk == trunk).map_or(0.0, |minimum| minimum.slack);
        let daily = table.limits.daily_spend.map(|daily| {
            let mut resets = Vec::new();
            let mut at = 0.0;
            while at < end {
                at = next_midnight(begin, at, daily.resets);
                resets.push(at);
            }
            Daily { limit: weight(daily.limit) * fx, resets }
        });
        let prepaid = table.limits.prepaid.as_ref().map(|prepaid| Prepaid {
            balance: weight(prepaid.balance) * fx,
            top_up: weight(prepaid.top_up) * fx,
            most: prepaid.top_ups_per_day as usize,
            delay: prepaid.delay_ms as f64 / 1000.0,
        });
        Account { slack, daily, prepaid }
    });
    accounts.collect()
}

/// What a cap and a balance stand at.
#[derive(Debug, Clone)]
struct Cap {
    spent: f64,
    /// The day's end among the resets.
    day: Option<usize>,
    left: f64,
    /// When the top-ups of the last 24 hours were asked for.
    asked: Vec<f64>,
    /// When a top-up arrives; infinite where none will.
    refill: Option<f64>,
}

impl Cap {
    fn new(account: &Account) -> Self {
        let left = account.prepaid.map_or(0.0, |prepaid| prepaid.balance);
        Self { spent: 0.0, day: None, left, asked: Vec::new(), refill: None }
    }

    fn open(&mut self, account: &Account) {
        self.spent = 0.0;
        self.day = None;
        self.left = account.prepaid.map_or(0.0, |prepaid| prepaid.balance);
        self.asked.clear();
        self.refill = None;
    }

    /// Resets the day and books a top-up that has arrived.
    fn renew(&mut self, t: f64, account: &Account) {
        if let Some(daily) = &account.daily {
            let over = |day: usize| daily.resets.get(day).is_some_and(|reset| *reset <= t);
            if self.day.is_none_or(over) {
                self.day = Some(daily.resets.partition_point(|reset| *reset <= t));
                self.spent = 0.0;
            }
        }
        if let Some(prepaid) = &account.prepaid {
            if self.refill.is_some_and(|at| t >= at) {
                self.left += prepaid.top_up;
                self.refill = None;
            }
            if self.left <= SLACK && self.refill.is_none() {
                self.ask(t, prepaid);
            }
        }
    }

    fn refuses(&self, account: &Account) -> bool {
        account.daily.as_ref().is_some_and(|daily| self.spent >= daily.limit - SLACK)
            || (account.prepaid.is_some() && self.left <= SLACK)
    }

    /// When something changes if money is spent at this rate.
    fn next_change(&self, t: f64, rate: f64, account: &Account) -> f64 {
        let mut next = f64::INFINITY;
        let rate = if self.refuses(account) { 0.0 } else { rate };
        if let Some(daily) = &account.daily {
            next = next.min(self.day.and_then(|day| daily.resets.get(day)).copied().unwrap_or(f64::INFINITY));
            if rate > 0.0 {
                next = next.min(t + (daily.limit - self.spent).max(0.0) / rate);
            }
        }
        if account.prepaid.is_some() {
            next = next.min(self.refill.unwrap_or(f64::INFINITY));
            if rate > 0.0 {
                next = next.min(t + self.left.max(0.0) / rate);
            }
        }
        next
    }

    fn spend(&mut self, amount: f64, at: f64, account: &Account) {
        if self.refuses(account) {
            return;
        }
        self.spent += amount;
        if let Some(prepaid) = &account.prepaid {
            self.left -= amount;
            if self.left <= SLACK {
                self.ask(at, prepaid);
            }
        }
    }

    /// Asks for a top-up: at once, or when the oldest of the day's is 24 hours old.
    fn ask(&mut self, at: f64, prepaid: &Prepaid) {
        if prepaid.most == 0 || prepaid.top_up <= 0.0 {
            self.refill = Some(f64::INFINITY);
            return;
        }
        self.asked.retain(|asked| at - asked < DAY);
        let when = if self.asked.len() < prepaid.most {
            at
        } else {
            // The one that leaves the window first makes room.
            (self.asked.remove(0) + DAY).max(at)
        };
        self.asked.push(when);
        self.refill = Some(when + prepaid.delay);
    }
}

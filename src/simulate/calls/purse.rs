//! Money that can be used up: a carrier's daily cap and a prepaid balance.

use std::collections::VecDeque;

use rust_decimal::Decimal;

use super::price::units;
use super::time::SECOND;
use crate::model::rates::RateTable;

/// A day, in which only so many top-ups are made [ns].
const DAY: u64 = 86_400 * SECOND;

/// What a trunk may still spend. Amounts are whole units of one scale, taxes on usage included.
#[derive(Debug, Clone)]
pub struct Purse {
    /// Units of a unit of the table's charges.
    factor: i128,
    daily: Option<Daily>,
    prepaid: Option<Balance>,
}

#[derive(Debug, Clone)]
struct Daily {
    limit: i128,
    spent: i128,
}

#[derive(Debug, Clone)]
struct Balance {
    left: i128,
    top_up: i128,
    most: usize,
    delay: u64,
    /// When top-ups of the last 24 hours were asked for [ns].
    asked: VecDeque<u64>,
}

impl Purse {
    /// The purse of a table whose charges have so many places; nothing where neither cap nor balance is in it, or its
    /// amounts have more digits than can be counted.
    #[must_use]
    pub fn new(table: &RateTable, places: u32) -> Option<Self> {
        let tax = table.fees.usage_tax.checked_add(Decimal::ONE)?.normalize();
        let daily = table.limits.daily_spend.as_ref();
        let prepaid = table.limits.prepaid.as_ref();
        if daily.is_none() && prepaid.is_none() {
            return None;
        }
        let amounts =
            daily.map(|daily| daily.limit).into_iter().chain(prepaid.iter().flat_map(|p| [p.balance, p.top_up]));
        let scale = amounts.map(|amount| amount.scale()).fold(places + tax.scale(), u32::max);
        Some(Self {
            factor: tax.mantissa().checked_mul(10_i128.checked_pow(scale - places - tax.scale())?)?,
            daily: match daily {
                Some(daily) => Some(Daily { limit: units(daily.limit, scale)?, spent: 0 }),
                None => None,
            },
            prepaid: match prepaid {
                Some(prepaid) => Some(Balance {
                    left: units(prepaid.balance, scale)?,
                    top_up: units(prepaid.top_up, scale)?,
                    most: prepaid.top_ups_per_day as usize,
                    delay: u64::try_from(prepaid.delay_ms).unwrap_or(0).saturating_mul(1_000_000),
                    asked: VecDeque::new(),
                }),
                None => None,
            },
        })
    }

    /// Whether new calls are refused.
    #[must_use]
    pub fn empty(&self) -> bool {
        self.daily.as_ref().is_some_and(|daily| daily.spent >= daily.limit)
            || self.prepaid.as_ref().is_some_and(|balance| balance.left <= 0)
    }

    /// Books a charge in units of the table, at a time [ns]. Returns when a top-up that it calls for arrives.
    pub fn spend(&mut self, charge: i128, now: u64) -> Option<u64> {
        let amount = charge.saturating_mul(self.factor);
        if let Some(daily) = &mut self.daily {
            daily.spent = daily.spent.saturating_add(amount);
        }
        let balance = self.prepaid.as_mut()?;
        let before = balance.left;
        balance.left = balance.left.saturating_sub(amount);
        // Calls that were let through together may take it further down: one top-up is asked for.
        (before > 0 && balance.left <= 0).then(|| balance.ask(now)).flatten()
    }

    /// When a top-up arrives that a balance calls for which is empty from the beginning.
    pub fn open(&mut self, now: u64) -> Option<u64> {
        self.prepaid.as_mut().filter(|balance| balance.left <= 0)?.ask(now)
    }

    /// A new day of the daily cap.
    pub fn new_day(&mut self) {
        if let Some(daily) = &mut self.daily {
            daily.spent = 0;
        }
    }

    /// A top-up arrives. Returns when the next one does, where it was not enough.
    pub fn top_up(&mut self, now: u64) -> Option<u64> {
        let balance = self.prepaid.as_mut()?;
        balance.left = balance.left.saturating_add(balance.top_up);
        if balance.left <= 0 { balance.ask(now) } else { None }
    }
}

impl Balance {
    /// Asks for a top-up: at once, or when the oldest of the last 24 hours is a day old.
    fn ask(&mut self, now: u64) -> Option<u64> {
        if self.most == 0 || self.top_up <= 0 {
            return None;
        }
        while self.asked.front().is_some_and(|first| now.saturating_sub(*first) >= DAY) {
            self.asked.pop_front();
        }
        let when =
            if self.asked.len() < self.most { now } else { self.asked.pop_front().map_or(now, |first| first + DAY) };
        self.asked.push_back(when);
        Some(when.saturating_add(self.delay))
    }
}

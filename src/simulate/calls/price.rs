//! What each call is charged, exactly: the row, increment and rounding that price one call, looked up beforehand.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::CallsError;
use super::time::SECOND;
use crate::model::campaign::{Campaign, Destination};
use crate::model::plan::Plan;
use crate::model::rates::{Jurisdiction, Price};
use crate::model::rows::RowRef;
use crate::rating::RatingError;
use crate::rating::call::{CallDuration, CallPricer};
use crate::rating::tariff::{Destination as Priced, Tariff};
use crate::words::e164::DialPrefix;

/// Talk times whose charges are kept ready, by seconds begun. Few calls are longer.
const READY: usize = 2048;

/// Charges that are kept ready in all; with more rows each has fewer.
const READY_IN_ALL: usize = 1 << 21;

/// Where calls of a campaign go, with the jurisdiction where it matters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// The prefix.
    pub prefix: DialPrefix,
    /// Whose states meet; nothing where the plan does not say.
    pub jurisdiction: Option<Jurisdiction>,
    /// Share of the campaign's attempts.
    pub share: f64,
}

/// The targets of a campaign.
#[must_use]
pub fn targets(campaign: &Campaign) -> Vec<Target> {
    let of = |destination: &Destination| {
        let target = |jurisdiction, share| Target { prefix: destination.prefix, jurisdiction, share };
        match destination.intrastate {
            Some(intrastate) => vec![
                target(Some(Jurisdiction::Intrastate), destination.share * intrastate),
                target(Some(Jurisdiction::Interstate), destination.share * (1.0 - intrastate)),
            ],
            None => vec![target(None, destination.share)],
        }
    };
    campaign.destinations.iter().flat_map(of).collect()
}

/// A charge in units of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// Billed duration [s].
    pub billed: u32,
    /// Cost in 10^−places of the table's currency.
    pub cost: i64,
}

/// What prices a target on a trunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    /// Inside a flat rate: no charge.
    Flat,
    /// Not priced.
    None,
    /// By one of the ready rows.
    Row(u32),
}

/// A row with its charges.
#[derive(Debug, Clone)]
struct Ready<'a> {
    table: usize,
    row: usize,
    jurisdiction: Option<Jurisdiction>,
    pricer: CallPricer<'a>,
    places: u32,
    charges: Vec<Charge>,
}

/// From a moment on, the rates of every target on every trunk.
#[derive(Debug, Clone)]
struct Epoch {
    rates: Vec<Rate>,
}

/// The rates of an outage.
#[derive(Debug, Clone)]
pub struct Prices<'a> {
    ready: Vec<Ready<'a>>,
    epochs: Vec<Epoch>,
    /// Decimal places of the amounts of each table.
    places: Vec<u32>,
    /// Where the targets of each campaign begin.
    first_target: Vec<usize>,
    targets: usize,
}

impl<'a> Prices<'a> {
    /// Looks up the rates of every target on every trunk on each of these dates.
    ///
    /// # Errors
    /// Where a row cannot price calls.
    pub fn new(plan: &Plan, tariffs: &[Tariff<'a>], dates: &[NaiveDate]) -> Result<Self, CallsError> {
        let mut first_target = Vec::new();
        let mut all: Vec<(Target, Option<DialPrefix>)> = Vec::new();
        for campaign in &plan.campaigns {
            first_target.push(all.len());
            all.extend(targets(campaign).into_iter().map(|target| (target, campaign.caller_id)));
        }
        let places = tariffs.iter().map(|tariff| places(tariff)).collect();
        let mut prices = Self { ready: Vec::new(), epochs: Vec::new(), places, first_target, targets: all.len() };
        for date in dates {
            let mut rates = Vec::with_capacity(plan.trunks.len() * all.len());
            for trunk in &plan.trunks {
                for (target, from) in &all {
                    rates.push(match tariffs.get(trunk.table) {
                        Some(tariff) => prices.rate(trunk.table, tariff, *target, *date, *from)?,
                        None => Rate::None,
                    });
                }
            }
            prices.epochs.push(Epoch { rates });
        }
        let each = READY.min(READY_IN_ALL / prices.ready.len().max(1));
        for ready in &mut prices.ready {
            ready.charges = (0..each as u64).map(|begun| ready.charge(begun)).collect::<Result<_, _>>()?;
        }
        Ok(prices)
    }

    fn rate(
        &mut self,
        table: usize,
        tariff: &Tariff<'a>,
        target: Target,
        date: NaiveDate,
        from: Option<DialPrefix>,
    ) -> Result<Rate, CallsError> {
        let row = match tariff.destination(target.prefix, date, from) {
            Priced::FlatRate { .. } => return Ok(Rate::Flat),
            Priced::NoRate => return Ok(Rate::None),
            Priced::Row { row, .. } => row,
        };
        let Some(named) = tariff.table().rows.get(row) else { return Ok(Rate::None) };
        let jurisdiction = jurisdiction(named, target.jurisdiction);
        let known = |ready: &Ready<'_>| (ready.table, ready.row, ready.jurisdiction) == (table, row, jurisdiction);
        if let Some(known) = self.ready.iter().position(known) {
            return Ok(Rate::Row(known as u32));
        }
        let pricer = tariff.pricer(named, jurisdiction)?;
        let places = self.places.get(table).copied().unwrap_or(0);
        self.ready.push(Ready { table, row, jurisdiction, pricer, places, charges: Vec::new() });
        Ok(Rate::Row(self.ready.len() as u32 - 1))
    }

    /// What prices a call.
    #[must_use]
    pub fn of(&self, epoch: usize, trunk: usize, campaign: usize, target: usize) -> Rate {
        let index = trunk * self.targets + self.first_target[campaign] + target;
        self.epochs.get(epoch).and_then(|epoch| epoch.rates.get(index)).copied().unwrap_or(Rate::None)
    }

    /// What an answered call is charged, by the row of a [`Rate`] and its talk time [ns].
    ///
    /// # Errors
    /// Where the amount has too many digits.
    pub fn charge(&self, row: u32, talk: u64) -> Result<Charge, CallsError> {
        let begun = talk.div_ceil(SECOND).max(1);
        let ready = &self.ready[row as usize];
        match ready.charges.get(begun as usize) {
            Some(charge) => Ok(*charge),
            None => ready.charge(begun),
        }
    }

    /// Decimal places of a table's amounts.
    #[must_use]
    pub fn places(&self, table: usize) -> u32 {
        self.places.get(table).copied().unwrap_or(0)
    }
}

impl Ready<'_> {
    fn charge(&self, begun: u64) -> Result<Charge, CallsError> {
        let charge = self.pricer.charge(CallDuration::from_seconds(begun)?)?;
        let cost = units(charge.cost, self.places).and_then(|cost| i64::try_from(cost).ok());
        Ok(Charge {
            billed: u32::try_from(charge.billed_seconds).map_err(|_| RatingError::Overflow)?,
            cost: cost.ok_or(RatingError::Overflow)?,
        })
    }
}

/// Whose states meet in calls that a row prices. Where the plan does not say, the dearest is taken.
fn jurisdiction(row: RowRef<'_>, given: Option<Jurisdiction>) -> Option<Jurisdiction> {
    let Price::Jurisdiction { interstate, intrastate, indeterminate } = row.price else { return None };
    let prices = [
        (Jurisdiction::Interstate, interstate),
        (Jurisdiction::Intrastate, intrastate),
        (Jurisdiction::Indeterminate, indeterminate),
    ];
    given.or_else(|| prices.into_iter().max_by_key(|(_, price)| *price).map(|(jurisdiction, _)| jurisdiction))
}

/// Decimal places that every charge of a table fits in.
#[must_use]
pub fn places(tariff: &Tariff<'_>) -> u32 {
    let table = tariff.table();
    let rows = table.rows.terms().map(|terms| terms.minimum.scale()).max().unwrap_or(0);
    table.billing.rounding.places.max(table.billing.attempt_fee.scale()).max(rows)
}

/// An amount in 10^−places; nothing where it has more places or too many digits.
#[must_use]
pub fn units(amount: Decimal, places: u32) -> Option<i128> {
    let amount = if amount.scale() > places { amount.normalize() } else { amount };
    amount.mantissa().checked_mul(10_i128.checked_pow(places.checked_sub(amount.scale())?)?)
}

//! The plan: everything one run is about.

use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;

use super::campaign::Campaign;
use super::cause::Cause;
use super::incident::Incident;
use super::lock::Lock;
use super::pbx::Pbx;
use super::place::Place;
use super::policy::{Budget, Fx, Policy, Waiver};
use super::rates::RateTable;
use super::trunk::Trunk;
use super::vary::Stated;
use crate::words::calendar::{Shift, Zone};
use crate::words::money::Currency;

/// A floor, its trunks, what can go wrong, and what is allowed.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The path that reports show.
    pub path: String,
    /// Its name.
    pub name: Option<String>,
    /// The currency of every amount in the plan and of every total.
    pub currency: Currency,
    /// The floor's time zone.
    pub timezone: Zone,
    /// ISO code of the country whose public holidays count.
    pub country: Option<String>,
    /// Today, as far as rates and waivers go.
    pub as_of: NaiveDate,
    /// What the floor offers.
    pub campaigns: Vec<Campaign>,
    /// Trunks, position 0 first.
    pub trunks: Vec<Trunk>,
    /// The rate tables that trunks name, each once.
    pub tables: Vec<RateTable>,
    /// The PBX.
    pub pbx: Pbx,
    /// What goes wrong.
    pub causes: Vec<Cause>,
    /// Outages that have happened, in the order in which they are given.
    pub incidents: Vec<Incident>,
    /// Which outages are put through.
    pub scenario: Scenario,
    /// Exchange rates.
    pub fx: Option<Fx>,
    /// What may be spent.
    pub budget: Budget,
    /// What is wanted.
    pub policy: Policy,
    /// Approved exceptions.
    pub waivers: Vec<Waiver>,
    /// The sign-off, where it was asked for and there is one.
    pub lock: Option<Lock>,
    /// Ranges that the plan states for its inputs.
    pub sensitivity: Vec<Stated>,
    /// Every default that was used: key, value, why.
    pub assumptions: Vec<Assumption>,
    /// Where its keys stand.
    pub place: Place,
}

/// Which outages are put through.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Lengths [s].
    pub durations: Vec<f64>,
    /// When they begin.
    pub start: Start,
    /// Where it stands; nothing where the plan has no such block.
    pub place: Option<Place>,
}

/// When an outage begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// When it costs most.
    Worst,
    /// At a local date and time.
    At(NaiveDateTime),
}

/// A default that was used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assumption {
    /// The key that the plan or table does not give.
    pub key: String,
    /// What was taken.
    pub value: String,
    /// Why.
    pub why: String,
}

impl Plan {
    /// The table of a trunk.
    #[must_use]
    pub fn table(&self, trunk: &Trunk) -> Option<&RateTable> {
        self.tables.get(trunk.table)
    }

    /// Licensed seats of all campaigns.
    #[must_use]
    pub fn licensed_seats(&self) -> u64 {
        self.campaigns.iter().map(|c| u64::from(c.seats)).sum()
    }

    /// The shifts of every campaign, as the calendar takes them.
    #[must_use]
    pub fn shifts(&self) -> Vec<Vec<Shift>> {
        let shift = |shift: &super::campaign::Shift| Shift { hours: shift.hours.clone(), seats: shift.seats };
        self.campaigns.iter().map(|campaign| campaign.shifts.iter().map(shift).collect()).collect()
    }

    /// Plan currency per unit of another; nothing where the plan pins no rate.
    #[must_use]
    pub fn exchange_rate(&self, currency: Currency) -> Option<Decimal> {
        if currency == self.currency {
            return Some(Decimal::ONE);
        }
        self.fx.as_ref()?.rates.iter().find(|(c, _)| *c == currency).map(|(_, rate)| *rate)
    }
}

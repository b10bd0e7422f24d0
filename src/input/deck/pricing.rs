//! From the cells of a row to its price, increment and fees.

use std::num::NonZeroU32;

use rust_decimal::Decimal;

use super::cells::{Bad, amount, increment, interval, per_minute, seconds};
use super::layout::Role;
use super::rows::RowReader;
use crate::input::fault::FaultKind;
use crate::model::rates::{Price, RatePerMinute};
use crate::words::increment::BillingIncrement;

/// Larger amounts are slips: a hundred trillion.
const MOST_MONEY: Decimal = Decimal::from_parts(0x107A_4000, 0x5AF3, 0, false, 0);

impl RowReader<'_, '_> {
    pub(super) fn amount(&mut self, role: Role) -> Result<Option<Decimal>, ()> {
        let (comma, currency) = (self.spec.comma, self.around.currency);
        self.take(role, |text| {
            let value = amount(text, comma, currency)?;
            let most = || Bad::new(FaultKind::OutOfRange, "is more than any price", "at most 100000000000000");
            if value > MOST_MONEY { Err(most()) } else { Ok(value) }
        })
    }

    fn rate(&mut self, role: Role) -> Result<Option<RatePerMinute>, ()> {
        Ok(self.amount(role)?.and_then(RatePerMinute::new))
    }

    pub(super) fn increment(&mut self) -> Result<Option<BillingIncrement>, ()> {
        if let Some(read) = self.take(Role::Increment, increment)? {
            return Ok(Some(read));
        }
        let kazoo = self.columns.of(Role::NoCharge).is_some();
        let initial = self.take(Role::Initial, |text| match seconds(text) {
            // Of a least duration of 0 s nothing is left but the further intervals.
            Ok(0) if kazoo => Ok(None),
            _ => interval(text).map(Some),
        });
        let further = self.take(Role::Further, interval);
        match (initial?, further?) {
            (Some(initial), Some(further)) => {
                Ok(Some(BillingIncrement { initial: initial.unwrap_or(further), further }))
            }
            (None, None) => Ok(None),
            (given, _) => {
                let role = if given.is_some() { Role::Further } else { Role::Initial };
                let index = self.columns.of(role).or(self.columns.of(Role::Initial)).or(self.columns.of(Role::Further));
                let index = index.unwrap_or(0);
                let cell = self.at(index).0;
                let bad = Bad::new(FaultKind::MissingKey, "gives one interval of two", "the first and the further one");
                self.fault(index, cell, &bad);
                Err(())
            }
        }
    }

    pub(super) fn price(&mut self) -> Result<Priced, ()> {
        let mut given = PRICES.into_iter().filter(|role| self.given(*role).is_some());
        match (given.next(), given.next_back()) {
            (Some(Role::PerMinute), None) => {
                let rate = self.rate(Role::PerMinute)?.ok_or(())?;
                Ok(Priced::of(Price::PerMinute(rate)))
            }
            (Some(Role::First), None) => {
                let (first, following) = (self.rate(Role::First), self.needed(Role::Following));
                let (first, following) = (first?.ok_or(())?, following?);
                Ok(Priced::of(if first == following {
                    Price::PerMinute(first)
                } else {
                    Price::FirstFollowing { first, following }
                }))
            }
            (Some(Role::Interstate), None) => {
                let (interstate, intrastate) = (self.rate(Role::Interstate), self.needed(Role::Intrastate));
                let indeterminate = self.rate(Role::Indeterminate)?;
                let (interstate, intrastate) = (interstate?.ok_or(())?, intrastate?);
                // Carriers charge at least the dearer of the two where they cannot tell.
                let indeterminate = indeterminate.unwrap_or(interstate.max(intrastate));
                Ok(Priced::of(if interstate == intrastate && intrastate == indeterminate {
                    Price::PerMinute(interstate)
                } else {
                    Price::Jurisdiction { interstate, intrastate, indeterminate }
                }))
            }
            (Some(_), None) => self.unit_price(),
            (None, _) => {
                let index = PRICES.iter().find_map(|role| self.columns.of(*role)).unwrap_or(0);
                let cell = self.at(index).0;
                self.fault(
                    index,
                    cell,
                    &Bad::new(FaultKind::MissingKey, "is empty", "a price; an empty cell is never 0"),
                );
                Err(())
            }
            (Some(_), Some(last)) => {
                let index = self.columns.of(last).unwrap_or(0);
                let cell = self.at(index).0;
                self.fault(
                    index,
                    cell,
                    &Bad::new(FaultKind::ConflictingKeys, "is a second price of a row", "one way of pricing"),
                );
                Err(())
            }
        }
    }

    /// A price beside another that is given.
    fn needed(&mut self, role: Role) -> Result<RatePerMinute, ()> {
        if let Some(rate) = self.rate(role)? {
            return Ok(rate);
        }
        let index =
            self.columns.of(role).or_else(|| PRICES.iter().find_map(|role| self.columns.of(*role))).unwrap_or(0);
        let cell = self.at(index).0;
        self.fault(index, cell, &Bad::new(FaultKind::MissingKey, "is empty", "a price; an empty cell is never 0"));
        Err(())
    }

    /// A price by the unit, with a charge for the first seconds.
    fn unit_price(&mut self) -> Result<Priced, ()> {
        let price = self.amount(Role::UnitPrice)?.ok_or(())?;
        let unit = self.take(Role::Unit, interval)?;
        let Some(unit) = unit else {
            let index = self.columns.of(Role::Unit).unwrap_or(0);
            let cell = self.at(index).0;
            self.fault(index, cell, &Bad::new(FaultKind::MissingKey, "is empty", "the seconds that a price is for"));
            return Err(());
        };
        let time = self.take(Role::InitialTime, seconds)?.unwrap_or(0);
        let cost = self.amount(Role::InitialCost)?.unwrap_or_default();
        let following = self.whole(Role::UnitPrice, price, unit)?;
        let plain = BillingIncrement { initial: unit, further: unit };
        let Some(initial) = NonZeroU32::new(time) else {
            let connect_fee = (!cost.is_zero()).then_some(cost);
            return Ok(Priced { price: Price::PerMinute(following), increment: Some(plain), connect_fee });
        };
        let first = self.whole(Role::InitialCost, cost, initial)?;
        let increment = Some(BillingIncrement { initial, further: unit });
        let price =
            if first == following { Price::PerMinute(first) } else { Price::FirstFollowing { first, following } };
        Ok(Priced { price, increment, connect_fee: None })
    }

    /// The price of a minute, exactly.
    fn whole(&mut self, role: Role, price: Decimal, unit: NonZeroU32) -> Result<RatePerMinute, ()> {
        if let Some(rate) = per_minute(price, unit).and_then(RatePerMinute::new) {
            return Ok(rate);
        }
        let index = self.columns.of(role).unwrap_or(0);
        let cell = self.at(index).0;
        let bad = Bad::new(
            FaultKind::InexactNumber,
            "makes no price of a minute with an end",
            "a unit that divides a minute",
        );
        self.fault(index, cell, &bad);
        Err(())
    }
}

/// Ways of pricing.
pub(super) const PRICES: [Role; 4] = [Role::PerMinute, Role::First, Role::Interstate, Role::UnitPrice];

/// A price, and what comes with it.
pub(super) struct Priced {
    pub price: Price,
    pub increment: Option<BillingIncrement>,
    pub connect_fee: Option<Decimal>,
}

impl Priced {
    pub(super) fn of(price: Price) -> Self {
        Self { price, increment: None, connect_fee: None }
    }
}

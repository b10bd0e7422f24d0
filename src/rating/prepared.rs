//! Terms of rows in the compact form that pricing many calls needs.
//!
//! A call's terms lie anywhere among those of its table: with everything that its price depends on in one cache line it is
//! priced several times faster.

use std::num::NonZeroU32;

use rust_decimal::Decimal;

use super::call::{CallPricer, Minutes, at_scale};
use crate::model::rates::{Billing, Price};
use crate::model::rows::{Rows, Terms};

/// The prices and connect fee of one row's terms as integers of one scale.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Prepared {
    minimum: Decimal,
    first: u64,
    following: u64,
    connect_fee: u64,
    initial: NonZeroU32,
    further: NonZeroU32,
    scale: u8,
}

/// The terms of a table that price every call alike, each in a cache line.
#[derive(Debug, Clone)]
pub(super) struct PreparedTerms(Vec<Option<Prepared>>);

impl PreparedTerms {
    pub(super) fn new(rows: &Rows) -> Self {
        Self(rows.terms().map(Prepared::new).collect())
    }

    /// Terms by their number; nothing where the pricer has to be made from the row itself.
    pub(super) fn get(&self, number: u32) -> Option<Prepared> {
        self.0.get(number as usize).copied().flatten()
    }
}

impl Prepared {
    /// The row's pricer under the table's billing rules; nothing where it has to be made from the row itself.
    pub(super) fn pricer(&self, billing: &Billing) -> Option<CallPricer<'static>> {
        let scale = u32::from(self.scale);
        let decimal = |mantissa: u64| Decimal::try_from_i128_with_scale(i128::from(mantissa), scale).ok();
        let minutes = Minutes::Intervals {
            base: billing.base,
            initial: u64::from(self.initial.get()),
            further: u64::from(self.further.get()),
            first: i128::from(self.first),
            following: i128::from(self.following),
            prices: [decimal(self.first)?, decimal(self.following)?],
        };
        CallPricer::build(decimal(self.connect_fee)?, self.minimum, billing, scale, minutes).ok()
    }

    /// Nothing for steps, jurisdictions, blocked rows and numbers of more than 19 digits.
    fn new(row: &Terms) -> Option<Self> {
        let (first, following) = match &row.price {
            Price::PerMinute(price) => (price.get(), price.get()),
            Price::FirstFollowing { first, following } => (first.get(), following.get()),
            Price::Jurisdiction { .. } | Price::Steps(_) | Price::Blocked => return None,
        };
        let scale = first.scale().max(following.scale()).max(row.connect_fee.scale());
        // Negative fees do not fit and are left to the pricer, which refuses them.
        let fit = |value: Decimal| at_scale(value, scale).and_then(|n| u64::try_from(n).ok());
        Some(Self {
            minimum: row.minimum,
            first: fit(first)?,
            following: fit(following)?,
            connect_fee: fit(row.connect_fee)?,
            initial: row.increment.initial,
            further: row.increment.further,
            scale: u8::try_from(scale).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rating::call::CallDuration;
    use crate::rating::call::tests::{any_billing, any_row, billing, dec, row};
    use crate::words::rounding::RoundingMode;

    proptest! {
        #[test]
        fn prices_as_the_row_does(row in any_row(), rules in any_billing(), seconds in 0_u64..5000) {
            let talk = CallDuration::from_seconds(seconds).unwrap();
            let expected = CallPricer::new(row.view(), &rules, None).unwrap().charge(talk);
            let got = PreparedTerms::new(&Rows::from_iter([row])).get(0).unwrap().pricer(&rules).unwrap().charge(talk);
            prop_assert_eq!(got, expected);
        }
    }

    #[test]
    fn leaves_out_what_does_not_fit() {
        let rules = billing(6, RoundingMode::HalfUp);
        let mut rows = vec![row("1", "79228162514264337593543950335"), row("1", "1"), row("1", "1")];
        rows[1].connect_fee = dec("-1");
        rows[2].minimum = dec("-1");
        let prepared = PreparedTerms::new(&rows.into_iter().collect());
        assert!((0..4).all(|i| prepared.get(i).and_then(|p| p.pricer(&rules)).is_none()));
        assert_eq!(size_of::<Option<Prepared>>(), 64);
    }
}

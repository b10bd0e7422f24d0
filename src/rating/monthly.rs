//! What a table costs in a month whether or not anyone calls.

use rust_decimal::Decimal;

use super::RatingError;
use crate::model::rates::{Fees, RateTable, SeatBasis, TableKind};

/// The standing cost of one trunk in a month: monthly fee and channel fees, the minimum bill at least; in the table's
/// currency. Usage is not in it, nor are seats: see [`seats_month`].
///
/// Channels count only where the table charges for them. Where it does and their number is not known, the amount is the
/// least that it can be (see [`charges_unknown_channels`]).
///
/// # Errors
/// Where the amount has too many digits.
pub fn standing_month(fees: &Fees, channels: Option<u64>) -> Result<Decimal, RatingError> {
    let channels = Decimal::from(channels.unwrap_or(0));
    let channel_fees = fees.per_channel_month.checked_mul(channels).ok_or(RatingError::Overflow)?;
    let sum = fees.monthly.checked_add(channel_fees).ok_or(RatingError::Overflow)?;
    Ok(sum.max(fees.minimum_month))
}

/// How much usage a month's minimum pays for: what it asks for beyond the fees; in the table's currency.
///
/// # Errors
/// Where the amount has too many digits.
pub fn usage_in_minimum(fees: &Fees, channels: Option<u64>) -> Result<Decimal, RatingError> {
    let without = Fees { minimum_month: Decimal::ZERO, short_calls: None, ..*fees };
    let standing = standing_month(fees, channels)?;
    standing.checked_sub(standing_month(&without, channels)?).ok_or(RatingError::Overflow)
}

/// Whether a table charges by the channel and nobody knows how many there are.
#[must_use]
pub fn charges_unknown_channels(fees: &Fees, channels: Option<u64>) -> bool {
    channels.is_none() && !fees.per_channel_month.is_zero()
}

/// What the licensed seats of a flat rate cost in a month, in the table's currency: 0 for other tables. Nothing where
/// that is not known: seats paid by the day, or several markets, of which nobody says how many seats each has.
///
/// # Errors
/// Where the amount has too many digits.
pub fn seats_month(table: &RateTable, licensed: u64) -> Result<Option<Decimal>, RatingError> {
    let TableKind::FlatRate(seats) = &table.kind else { return Ok(Some(Decimal::ZERO)) };
    let [seat] = seats.as_slice() else { return Ok(None) };
    match seat.price {
        SeatBasis::PerMonth(price) => price.checked_mul(licensed.into()).map(Some).ok_or(RatingError::Overflow),
        SeatBasis::PerDay(_) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_and_minimum() {
        let dec = |text: &str| text.parse::<Decimal>().unwrap();
        let mut fees = Fees {
            monthly: dec("25"),
            per_channel_month: dec("1.50"),
            minimum_month: dec("100"),
            usage_tax: dec("0.05"),
            short_calls: None,
        };
        assert_eq!(standing_month(&fees, Some(100)), Ok(dec("175")));
        assert_eq!(standing_month(&fees, Some(10)), Ok(dec("100")));
        assert_eq!(standing_month(&fees, None), Ok(dec("100")));
        // 100 less 25 and 10 times 1.50; and nothing where the fees are more.
        assert_eq!(usage_in_minimum(&fees, Some(10)), Ok(dec("60.00")));
        assert_eq!(usage_in_minimum(&fees, Some(100)), Ok(dec("0.00")));
        assert!(charges_unknown_channels(&fees, None) && !charges_unknown_channels(&fees, Some(0)));
        fees.per_channel_month = Decimal::ZERO;
        assert!(!charges_unknown_channels(&fees, None));
        fees.per_channel_month = Decimal::MAX;
        assert_eq!(standing_month(&fees, Some(2)), Err(RatingError::Overflow));
    }
}

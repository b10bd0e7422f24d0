//! What a table costs in a month whether or not anyone calls.

use rust_decimal::Decimal;

use super::RatingError;
use crate::model::rates::Fees;

/// The standing cost of one trunk in a month: monthly fee and channel fees, the minimum bill at least; in the table's
/// currency. Usage is not in it, nor are seats, whose prices may be per day.
///
/// Channels count only where the table charges for them, so a number that is not known is 0.
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
        fees.per_channel_month = Decimal::MAX;
        assert_eq!(standing_month(&fees, Some(2)), Err(RatingError::Overflow));
    }
}

//! Money: an exact amount and its currency, never apart.

use std::fmt;

use rust_decimal::Decimal;
use thiserror::Error;

use super::rounding::{Rounding, RoundingMode};

/// Currencies in use by ISO 4217 whose minor unit is a hundredth.
const HUNDREDTHS: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD \
CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF \
IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR \
MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN \
SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW";
/// Currencies without a minor unit.
const WHOLE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
/// Currencies whose minor unit is a thousandth.
const THOUSANDTHS: &str = "BHD IQD JOD KWD LYD OMR TND";

/// An ISO 4217 currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    minor: u8,
}

impl Currency {
    /// Looks a code up.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        let bytes: [u8; 3] = code.as_bytes().try_into().ok()?;
        [(HUNDREDTHS, 2), (WHOLE, 0), (THOUSANDTHS, 3)]
            .iter()
            .find(|(codes, _)| codes.split(' ').any(|known| known == code))
            .map(|(_, minor)| Self { code: bytes, minor: *minor })
    }

    /// Every known code.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        [HUNDREDTHS, WHOLE, THOUSANDTHS].into_iter().flat_map(|codes| codes.split(' '))
    }

    /// The three letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or("???")
    }

    /// Digits of the minor unit: 2 for cents.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        u32::from(self.minor)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What money refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Two currencies in one sum.
    #[error("{0} and {1} cannot be added without an exchange rate")]
    Mixed(Currency, Currency),
    /// More digits than a decimal holds.
    #[error("the amount has more digits than can be kept exactly")]
    Overflow,
}

/// An exact amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// An amount of a currency.
    #[must_use]
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in a currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// The exact amount.
    #[must_use]
    pub fn amount(&self) -> Decimal {
        self.amount
    }

    /// Its currency.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    /// Where the currencies differ or the sum has too many digits.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_add)
    }

    /// The difference.
    ///
    /// # Errors
    /// Where the currencies differ or the difference has too many digits.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, Decimal::checked_sub)
    }

    fn combine(self, other: Self, op: fn(Decimal, Decimal) -> Option<Decimal>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        op(self.amount, other.amount).map(|amount| Self::new(amount, self.currency)).ok_or(MoneyError::Overflow)
    }

    /// The amount times a number, such as a count or an exchange rate into `currency`.
    ///
    /// # Errors
    /// Where the product has too many digits.
    pub fn times(self, factor: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        self.amount.checked_mul(factor).map(|amount| Self::new(amount, currency)).ok_or(MoneyError::Overflow)
    }

    /// Sums amounts of one currency.
    ///
    /// # Errors
    /// As [`Money::checked_add`].
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Whether the amount is above another; nothing where the currencies differ.
    #[must_use]
    pub fn exceeds(&self, other: &Self) -> Option<bool> {
        (self.currency == other.currency).then(|| self.amount > other.amount)
    }

    /// The amount as people write it: rounded half up to the minor unit, thousands apart, without the currency.
    #[must_use]
    pub fn rounded_amount(&self) -> String {
        self.with_places(self.currency.minor_digits())
    }

    /// As [`Money::rounded_amount`] with another number of decimal places.
    #[must_use]
    pub fn with_places(&self, places: u32) -> String {
        let rounded = Rounding { places: places.min(Rounding::MOST_PLACES), mode: RoundingMode::HalfUp }
            .round(self.amount)
            .unwrap_or(self.amount)
            .to_string();
        let (sign, digits) = rounded.strip_prefix('-').map_or(("", rounded.as_str()), |rest| ("-", rest));
        let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
        let mut grouped = String::new();
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(c);
        }
        let zero = grouped == "0" && fraction.is_none_or(|f| f.bytes().all(|b| b == b'0'));
        let sign = if zero { "" } else { sign };
        fraction.map_or_else(|| format!("{sign}{grouped}"), |f| format!("{sign}{grouped}.{f}"))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.rounded_amount(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> Money {
        Money::new(text.parse().unwrap(), Currency::parse("USD").unwrap())
    }

    #[test]
    fn prints_rounded_half_up_with_its_currency() {
        assert_eq!(usd("1234567.885").to_string(), "1,234,567.89 USD");
        assert_eq!(usd("0.005").to_string(), "0.01 USD");
        assert_eq!(usd("-1500").to_string(), "-1,500.00 USD");
        assert_eq!(usd("-0.001").to_string(), "0.00 USD");
        let yen = Money::new("1499.5".parse().unwrap(), Currency::parse("JPY").unwrap());
        assert_eq!(yen.to_string(), "1,500 JPY");
        let dinar = Money::new("1.0005".parse().unwrap(), Currency::parse("KWD").unwrap());
        assert_eq!(dinar.to_string(), "1.001 KWD");
    }

    #[test]
    fn refuses_to_mix() {
        let eur = Money::zero(Currency::parse("EUR").unwrap());
        assert!(matches!(usd("1").checked_add(eur), Err(MoneyError::Mixed(_, _))));
        assert_eq!(usd("1").exceeds(&eur), None);
        assert_eq!(usd("0.1").checked_add(usd("0.2")).unwrap(), usd("0.3"));
        assert_eq!(usd("79228162514264337593543950335").checked_add(usd("1")), Err(MoneyError::Overflow));
        assert!(
            Currency::parse("usd").is_none() && Currency::parse("XYZ").is_none() && Currency::parse("U D").is_none()
        );
    }
}

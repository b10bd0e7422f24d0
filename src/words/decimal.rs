//! Decimals read exactly from text: no float in between, no silent rounding.

use rust_decimal::Decimal;
use thiserror::Error;

/// Why a text is no exact decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DecimalError {
    /// `1e-3`: an exponent hides how many digits were meant.
    #[error("an exponent is not an exact amount")]
    Exponent,
    /// `nan`, `inf`.
    #[error("not a finite number")]
    NotFinite,
    /// More digits than 28, which is what a decimal of 96 bits can hold.
    #[error("more digits than can be kept exactly (28)")]
    TooManyDigits,
    /// Anything else that is not `digits` or `digits.digits`.
    #[error("not a decimal number")]
    NotANumber,
}

/// Reads a decimal exactly.
///
/// ```
/// use trunkrisk::words::decimal::parse_exact;
/// assert_eq!(parse_exact("0.0085")?.to_string(), "0.0085");
/// assert!(parse_exact("1e-3").is_err());
/// # Ok::<(), trunkrisk::words::decimal::DecimalError>(())
/// ```
///
/// Underscores between digits are TOML's and are accepted; a sign is accepted (ranges are the caller's to judge).
///
/// # Errors
/// Where the text is not a decimal or cannot be kept to its last digit.
pub fn parse_exact(text: &str) -> Result<Decimal, DecimalError> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        "nan" | "inf" | "NaN" | "Infinity" | "infinity" => return Err(DecimalError::NotFinite),
        _ => {}
    }
    let plain: String = unsigned.chars().filter(|c| *c != '_').collect();
    let mut parts = plain.splitn(2, '.');
    let whole = parts.next().unwrap_or("");
    let fraction = parts.next();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || fraction.is_some_and(|part| !digits(part)) {
        let exponent = plain.starts_with(|c: char| c.is_ascii_digit())
            && plain.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
            && plain.contains(['e', 'E']);
        return Err(if exponent { DecimalError::Exponent } else { DecimalError::NotANumber });
    }
    let significant = whole.trim_start_matches('0').len() + fraction.map_or(0, str::len);
    if significant > 28 || fraction.is_some_and(|part| part.len() > 28) {
        return Err(DecimalError::TooManyDigits);
    }
    let value = Decimal::from_str_exact(&plain).map_err(|_| DecimalError::TooManyDigits)?;
    Ok(if text.starts_with('-') { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_to_the_last_digit() {
        for text in ["0", "1", "0.0085", "1500.00", "0.0000000000000000000000000001", "7922816251426433759354395033"] {
            assert_eq!(parse_exact(text).map(|d| d.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(parse_exact("1_000.5").map(|d| d.to_string()).as_deref(), Ok("1000.5"));
        assert_eq!(parse_exact("-2.5").map(|d| d.to_string()).as_deref(), Ok("-2.5"));
    }

    #[test]
    fn refuses_what_is_not_exact() {
        assert_eq!(parse_exact("1e-3"), Err(DecimalError::Exponent));
        assert_eq!(parse_exact("1E3"), Err(DecimalError::Exponent));
        assert_eq!(parse_exact("0.00000000000000000000000000001"), Err(DecimalError::TooManyDigits));
        assert_eq!(parse_exact("99999999999999999999999999999"), Err(DecimalError::TooManyDigits));
        assert_eq!(parse_exact("nan"), Err(DecimalError::NotFinite));
        assert_eq!(parse_exact("-inf"), Err(DecimalError::NotFinite));
        for text in ["", ".", "1.", ".5", "1,5", "--1", "+-1", "0x10", "１", "1 000", "e5"] {
            assert_eq!(parse_exact(text), Err(DecimalError::NotANumber), "{text}");
        }
    }
}

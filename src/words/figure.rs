//! Figures as people and programs read them.

use serde_json::Value;

use crate::words::money::Money;
use crate::words::rounding::Rounding;

/// What stands where there is no number. Never `0`: absence is not zero.
const ABSENT: &str = "n/a";
/// From here on a number is written with an exponent: nobody counts the groups of a longer one.
const LONG: f64 = 1e15;
/// Below this a number is written with an exponent too.
const SMALL: f64 = 1e-6;

/// Non-finite numbers, which have no digits to write.
fn special(value: f64) -> Option<String> {
    match value {
        f64::INFINITY => Some("∞".to_owned()),
        f64::NEG_INFINITY => Some("-∞".to_owned()),
        _ if value.is_nan() => Some(ABSENT.to_owned()),
        _ => None,
    }
}

/// Sets thousands apart in a number written with plain digits; a zero loses its sign.
fn group(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 2);
    if digits.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        out.push_str(sign);
    }
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// A number with a fixed count of decimals and its thousands set apart: `12,345.60`.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    special(value).unwrap_or_else(|| {
        if value.abs() >= LONG { format!("{value:.6e}") } else { group(&format!("{:.*}", decimals.min(20), value)) }
    })
}

/// A share of one as a percentage: `84.1 %`.
///
/// Nearer than a tenth to nothing or to all, two decimals are shown, and then a bound (`< 0.01 %`, `> 99.99 %`): what
/// is not quite nothing or all is never printed as if it were.
#[must_use]
pub fn percent(share: f64) -> String {
    if let Some(text) = special(share) {
        return if share.is_nan() { text } else { format!("{text} %") };
    }
    let percent = share.abs() * 100.0;
    let (sign, less, more) = if share < 0.0 { ("-", ">", "<") } else { ("", "<", ">") };
    // Sums of shares miss 1 in the last digit; that is no shortfall.
    if percent == 0.0 || (percent - 100.0).abs() < 1e-10 {
        return format!("{sign}{} %", fixed(percent, 1));
    }
    let short = |limit: f64| (percent - limit).abs() < 0.1;
    if !short(0.0) && !short(100.0) {
        return format!("{sign}{} %", fixed(percent, 1));
    }
    match fixed(percent, 2).as_str() {
        "0.00" => format!("{less} {sign}0.01 %"),
        "100.00" if percent < 100.0 => format!("{more} {sign}99.99 %"),
        "100.00" => format!("{more} {sign}100.00 %"),
        text => format!("{sign}{text} %"),
    }
}

/// Two shares as percentages that differ in print where they differ at all.
#[must_use]
pub fn percent_pair(a: f64, b: f64) -> (String, String) {
    let (first, second) = (percent(a), percent(b));
    if first != second || a == b || !a.is_finite() || !b.is_finite() {
        return (first, second);
    }
    let (first, second) = pair(a * 100.0, b * 100.0, 1);
    if first != second {
        return (format!("{first} %"), format!("{second} %"));
    }
    // Times 100 the two fell on one number: the shares still differ, so their digits are shifted instead.
    let shifted = |share: f64| {
        let text = format!("{share:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((text.as_str(), "0"));
        format!("{digits}e{} %", exponent.parse::<i32>().unwrap_or(0) + 2)
    };
    (shifted(a), shifted(b))
}

/// A count or a quantity with the decimals it deserves: `10,000`, `25.5`, `2.78`, `0.42`.
#[must_use]
pub fn count(value: f64) -> String {
    let size = value.abs();
    if let Some(text) = special(value) {
        return text;
    }
    if size > 0.0 && !(SMALL..LONG).contains(&size) {
        return significant(value, 3);
    }
    let text = match size {
        _ if size >= 1000.0 || size == 0.0 => fixed(value, 0),
        _ if size >= 10.0 => fixed(value, 1),
        _ if size >= 1.0 => fixed(value, 2),
        _ => significant(value, 2),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number rounded to so many significant digits, which are all written: `0.0123`, `12,300`, `2.00`.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    if let Some(text) = special(value) {
        return text;
    }
    let digits = digits.clamp(1, 17);
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:.*e}", digits - 1, value);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    if !(SMALL..LONG).contains(&value.abs()) {
        return scientific;
    }
    let decimals = i32::try_from(digits).unwrap_or(17) - 1 - exponent;
    if decimals >= 0 {
        return group(&format!("{:.*}", decimals.unsigned_abs() as usize, value));
    }
    // Rounded left of the point: the text of the exponent form is the rounded number.
    scientific.parse::<f64>().map_or(scientific, |rounded| group(&format!("{rounded:.0}")))
}

/// Two figures with the same count of decimals, at least `base_decimals`, and as many as it takes for unequal figures
/// to differ in print.
#[must_use]
pub fn pair(a: f64, b: f64, base_decimals: usize) -> (String, String) {
    let both = |decimals| (fixed(a, decimals), fixed(b, decimals));
    if a == b || !a.is_finite() || !b.is_finite() {
        return both(base_decimals);
    }
    (base_decimals..=base_decimals.saturating_add(9).min(15))
        .map(both)
        .find(|(a, b)| a != b)
        // The shortest digits that read back as the same number differ for different numbers.
        .unwrap_or_else(|| (format!("{a:e}"), format!("{b:e}")))
}

/// Two amounts with the decimals of their currency, and more where it takes more for unequal amounts to differ in print.
#[must_use]
pub fn money_pair(a: &Money, b: &Money) -> (String, String) {
    let written = |amount: String, money: &Money| format!("{amount} {}", money.currency());
    if a.currency() == b.currency() && a.amount() != b.amount() {
        let least = a.currency().minor_digits();
        let found = (least..=Rounding::MOST_PLACES)
            .map(|places| (a.with_places(places), b.with_places(places)))
            .find(|(a, b)| a != b)
            .unwrap_or_else(|| (a.amount().normalize().to_string(), b.amount().normalize().to_string()));
        return (written(found.0, a), written(found.1, b));
    }
    (a.to_string(), b.to_string())
}

/// Digits that a JSON number keeps: platforms disagree in the last ones of a double.
const JSON_DIGITS: usize = 12;

/// A JSON number of twelve significant digits; `null` where there is no number.
#[must_use]
pub fn json(value: f64) -> Value {
    let rounded = format!("{:.*e}", JSON_DIGITS - 1, value).parse::<f64>().unwrap_or(f64::NAN);
    // Adding zero takes the sign off a negative zero.
    serde_json::Number::from_f64(rounded + 0.0).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::money::Currency;
    use proptest::prelude::*;

    #[test]
    fn percentages_never_claim_all_or_nothing() {
        let cases = [
            (0.841, "84.1 %"),
            (0.95, "95.0 %"),
            (1.0, "100.0 %"),
            (0.1 + 0.2 + 0.7 - f64::EPSILON, "100.0 %"),
            (0.9996, "99.96 %"),
            (0.99996, "> 99.99 %"),
            (1.00004, "> 100.00 %"),
            (0.0004, "0.04 %"),
            (0.00004, "< 0.01 %"),
            (1e-300, "< 0.01 %"),
            (0.0, "0.0 %"),
            (-0.0, "0.0 %"),
            (-0.123, "-12.3 %"),
            (-0.00004, "> -0.01 %"),
            (123.456, "12,345.6 %"),
            (f64::NAN, "n/a"),
            (f64::INFINITY, "∞ %"),
        ];
        for (share, text) in cases {
            assert_eq!(percent(share), text, "{share}");
        }
        assert_eq!(percent_pair(0.841, 0.95), ("84.1 %".to_owned(), "95.0 %".to_owned()));
        assert_eq!(percent_pair(0.94996, 0.95), ("94.996 %".to_owned(), "95.000 %".to_owned()));
        assert_eq!(percent_pair(1e-5, 2e-5), ("0.001 %".to_owned(), "0.002 %".to_owned()));
    }

    #[test]
    fn counts_carry_the_decimals_they_deserve() {
        let cases = [
            (10_000.0, "10,000"),
            (1_234_567.8, "1,234,568"),
            (999.96, "1,000"),
            (103.3, "103.3"),
            (25.5, "25.5"),
            (25.0, "25"),
            (2.777_8, "2.78"),
            (0.42, "0.42"),
            (0.004_2, "0.0042"),
            (0.0, "0"),
            (-0.0, "0"),
            (-1500.0, "-1,500"),
            (4.2e-9, "4.20e-9"),
            (1e300, "1.00e300"),
            (f64::NAN, "n/a"),
            (f64::NEG_INFINITY, "-∞"),
        ];
        for (value, text) in cases {
            assert_eq!(count(value), text, "{value}");
        }
        assert_eq!(significant(12_345.6, 3), "12,300");
        assert_eq!(significant(0.012_345, 3), "0.0123");
        assert_eq!(significant(999.9, 3), "1,000");
        assert_eq!(significant(2.0, 3), "2.00");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(12_345.6, 2), "12,345.60");
    }

    #[test]
    fn json_keeps_twelve_digits() {
        assert_eq!(json(0.1 + 0.2).to_string(), "0.3");
        assert_eq!(json(1.0 / 3.0).to_string(), "0.333333333333");
        assert_eq!(json(150.0).to_string(), "150.0");
        assert_eq!(json(-0.0).to_string(), "0.0");
        assert_eq!(json(f64::NAN), Value::Null);
        assert_eq!(json(f64::INFINITY), Value::Null);
        assert!(json(f64::MAX).is_number());
    }

    #[test]
    fn pairs_of_money_differ_in_print() {
        let usd = |text: &str| Money::new(text.parse().unwrap(), Currency::parse("USD").unwrap());
        let texts = |a, b| money_pair(&usd(a), &usd(b));
        assert_eq!(texts("1500", "1500.00"), ("1,500.00 USD".to_owned(), "1,500.00 USD".to_owned()));
        assert_eq!(texts("1500.001", "1500"), ("1,500.001 USD".to_owned(), "1,500.000 USD".to_owned()));
        let (a, b) = texts("0.0000000000000001", "0.0000000000000002");
        assert_ne!(a, b);
        assert_eq!(pair(0.0085, 0.012, 4), ("0.0085".to_owned(), "0.0120".to_owned()));
        assert_eq!(pair(-0.01, 0.01, 1), ("-0.01".to_owned(), "0.01".to_owned()));
    }

    proptest! {
        #[test]
        fn unequal_figures_never_print_the_same(a: f64, ulps in 1_u64..1000, base in 0_usize..40) {
            let b = f64::from_bits(a.to_bits() ^ ulps);
            prop_assume!(a.is_finite() && b.is_finite());
            let (x, y) = pair(a, b, base);
            prop_assert_ne!(x, y);
            let (x, y) = percent_pair(a, b);
            prop_assert_ne!(x, y);
        }

        #[test]
        fn any_number_is_written(bits: u64, digits: usize) {
            let value = f64::from_bits(bits);
            for text in [percent(value), count(value), significant(value, digits), fixed(value, digits)] {
                prop_assert!(!text.is_empty());
                prop_assert!(text.len() < 60, "{}", text);
            }
        }
    }
}

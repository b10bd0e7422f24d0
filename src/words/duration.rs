//! Durations as people write them: `90s`, `45m`, `1h 30m`.

use std::time::Duration;

use thiserror::Error;

/// Why a text is no duration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DurationError {
    /// A bare number: seconds or minutes?
    #[error("no unit")]
    NoUnit,
    /// A unit that is not one of ms, s, m, h, d.
    #[error("unknown unit `{0}`")]
    Unit(String),
    /// Anything else.
    #[error("not a duration")]
    Form,
    /// Longer than can be reckoned with.
    #[error("longer than ten years")]
    TooLong,
}

/// The longest duration that is read: ten years of 365 days.
pub const LONGEST: Duration = Duration::from_secs(10 * 365 * 86_400);

/// Reads a duration of whole milliseconds. Units are `ms`, `s`, `m` (or `min`), `h`, `d`.
///
/// # Errors
/// Where a unit is missing or unknown, or the text is no duration.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    // humantime knows months and years too, which have no fixed length, and nanoseconds, which nobody bills.
    for word in text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        if !matches!(word, "ms" | "s" | "sec" | "m" | "min" | "h" | "hr" | "d" | "day" | "days") {
            return Err(DurationError::Unit(word.to_owned()));
        }
    }
    let duration = humantime::parse_duration(text).map_err(|error| match error {
        humantime::DurationError::NumberOverflow => DurationError::TooLong,
        humantime::DurationError::UnknownUnit { unit, .. } if unit.is_empty() => DurationError::NoUnit,
        _ if text.trim().parse::<f64>().is_ok() => DurationError::NoUnit,
        _ => DurationError::Form,
    })?;
    if duration > LONGEST { Err(DurationError::TooLong) } else { Ok(duration) }
}

/// Writes a duration with at most two units: `32 s`, `3 h 12 min`, `24 h`, `2 d`.
#[must_use]
pub fn human(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "never".to_owned();
    }
    if seconds < 60.0 {
        let tenths = (seconds * 10.0).round() / 10.0;
        return if tenths >= 60.0 { "1 min".to_owned() } else { format!("{tenths} s") };
    }
    // Rounding down keeps "after 3 h 12 min" on the safe side of the moment it announces.
    let whole = seconds.min(1e15).floor() as u64;
    // Outages are spoken of in hours for the first two days.
    let days = if whole < 172_800 { 0 } else { whole / 86_400 };
    let (d, h, m, s) = (days, (whole - days * 86_400) / 3600, whole / 60 % 60, whole % 60);
    let parts: Vec<String> = [(d, "d"), (h, "h"), (m, "min"), (s, "s")]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| format!("{n} {unit}"))
        .take(2)
        .collect();
    parts.join(" ")
}

/// The same to the nearest minute from a minute on: for what is an average or a quantile, and announces nothing.
#[must_use]
pub fn about(seconds: f64) -> String {
    human(if seconds >= 60.0 { (seconds / 60.0).round() * 60.0 } else { seconds })
}

/// A duration in the form that [`parse`] reads, in the largest units that keep it exact: `90s` is `1m 30s`.
#[must_use]
pub fn compact(duration: Duration) -> String {
    if duration.is_zero() {
        return "0s".to_owned();
    }
    let ms = duration.as_millis();
    let days = if ms < 172_800_000 { 0 } else { ms / 86_400_000 };
    let parts: Vec<String> = [
        (days, "d"),
        ((ms - days * 86_400_000) / 3_600_000, "h"),
        (ms / 60_000 % 60, "m"),
        (ms / 1000 % 60, "s"),
        (ms % 1000, "ms"),
    ]
    .iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, unit)| format!("{n}{unit}"))
    .collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        let seconds = |text: &str| parse(text).map(|d| d.as_secs_f64());
        assert_eq!(seconds("90s"), Ok(90.0));
        assert_eq!(seconds("1h 30m"), Ok(5400.0));
        assert_eq!(seconds("1h30m"), Ok(5400.0));
        assert_eq!(seconds("0s"), Ok(0.0));
        assert_eq!(seconds("500ms"), Ok(0.5));
        assert_eq!(seconds("2d"), Ok(172_800.0));
        assert_eq!(parse("90"), Err(DurationError::NoUnit));
        assert_eq!(parse("1y"), Err(DurationError::Unit("y".to_owned())));
        assert_eq!(parse("1M"), Err(DurationError::Unit("M".to_owned())));
        assert_eq!(parse("5 parsecs"), Err(DurationError::Unit("parsecs".to_owned())));
        assert_eq!(parse("9999999999999999999999h"), Err(DurationError::TooLong));
        assert_eq!(parse("4000d"), Err(DurationError::TooLong));
        for text in ["", "-5s", "s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn writes_what_people_read() {
        assert_eq!(human(33.0), "33 s");
        assert_eq!(human(11_520.0), "3 h 12 min");
        assert_eq!(human(0.04), "0 s");
        assert_eq!(human(59.97), "1 min");
        assert_eq!(human(f64::INFINITY), "never");
        assert_eq!(compact(Duration::from_secs(5400)), "1h 30m");
        assert_eq!(compact(Duration::ZERO), "0s");
        assert_eq!((human(86_400.0), compact(Duration::from_secs(86_400))), ("24 h".to_owned(), "24h".to_owned()));
        assert_eq!(
            (human(180_000.0), compact(Duration::from_secs(180_000))),
            ("2 d 2 h".to_owned(), "2d 2h".to_owned())
        );
    }
}

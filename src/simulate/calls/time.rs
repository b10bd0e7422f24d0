//! Simulated time: whole nanoseconds from the beginning of a run.

/// Nanoseconds of a second.
pub const SECOND: u64 = 1_000_000_000;

/// Nanoseconds of a minute.
pub const MINUTE: u64 = 60 * SECOND;

/// Nanoseconds of a number of seconds; as many as fit where it is absurd.
#[must_use]
pub fn ns(seconds: f64) -> u64 {
    libm::round(seconds.max(0.0) * SECOND as f64) as u64
}

/// Seconds of a number of nanoseconds.
#[must_use]
pub fn seconds(ns: u64) -> f64 {
    ns as f64 * 1e-9
}

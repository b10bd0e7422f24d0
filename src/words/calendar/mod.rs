//! The floor's calendar: which seats are staffed when, and which rates are in force.
//!
//! Shifts are opening hours in local time. A [`Calendar`] holds a year of them (and a tail, for outages that start late
//! in it) as segments of constant *regime*: the same seats in every campaign, the same rate tables. What an outage costs
//! is then a sum over regimes, weighted with [`Calendar::occupancy`].
//!
//! ```
//! use trunkrisk::words::calendar::{Calendar, Floor, Hours, Shift, Zone};
//!
//! let hours = Hours::parse("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", Some("US"))?;
//! let calendar = Calendar::build(&Floor {
//!     zone: Zone::parse("America/Phoenix").ok_or("no such zone")?,
//!     as_of: "2026-12-01".parse()?,
//!     tail: std::time::Duration::from_secs(48 * 3600),
//!     campaigns: &[vec![Shift { hours, seats: 50 }]],
//!     rate_changes: &[],
//! })?;
//! assert_eq!(calendar.regimes().len(), 2);
//! assert_eq!(calendar.busiest(0).map(|(seats, _)| seats), Some(50));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod build;
mod expand;
mod hours;
mod segments;
mod zone;

#[cfg(test)]
mod tests;

pub use build::{CalendarError, Floor, HORIZON_DAYS, Shift};
pub use expand::{ExpandError, Opening};
pub use hours::{Hours, HoursError, HoursErrorKind};
pub use segments::{Calendar, Regime, Segment};
pub use zone::{Instant, Shown, Zone};

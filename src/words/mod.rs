//! The types everything is said in: units, exact numbers, money, durations, numbers to dial, and what is said about a
//! place in a file.

pub mod calendar;
pub mod decimal;
pub mod diagnostic;
pub mod digest;
pub mod duration;
pub mod e164;
pub mod figure;
pub mod increment;
pub mod level;
pub mod money;
pub mod rounding;
pub mod special;
pub mod units;

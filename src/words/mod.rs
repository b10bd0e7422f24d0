//! The types everything is said in: units, money, durations, numbers to dial, and what is said about a place in a file.

pub mod units;

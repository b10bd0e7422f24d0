//! The rules: what is judged, how much it weighs, and what was approved.

pub mod capacity;
pub mod catalogue;
pub mod change;
pub mod cost;
pub mod governance;
pub mod inputs;
pub mod judge;
pub mod rates;
mod rise;
pub mod rule;
pub mod sign_off;
pub mod tables;
pub mod trunks;
mod year;

pub use judge::{Levels, Verdict, judge, judge_against};
pub use rule::Rule;

//! Alternatives of one floor side by side: the same outages put through each.
//!
//! [`alternatives`] makes them of a plan's own trunks, [`fair`] lets every cause strike every one of them, [`figures`]
//! reads what finance asks off an assessment, and [`conclude`] says which is cheapest. All of it rests on the exact law
//! of the year, so a difference between two alternatives is none of chance; only the years of an alternative whose outages
//! are tied together are drawn, with one seed for all, and how sure they are stands beside them.

mod alternatives;
mod conclusion;
mod figures;
pub mod sensitivity;

pub use alternatives::{Alternative, alternatives, differences, fair};
pub use conclusion::{Conclusion, break_even_hours, conclude};
pub use figures::{Drawn, Figures, YearFigures, figures};

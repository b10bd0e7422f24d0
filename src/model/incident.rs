//! Outages that have happened.

use super::place::Place;
use crate::words::calendar::Instant;
use crate::words::money::Money;

/// A past outage, with what the carriers billed for it.
#[derive(Debug, Clone)]
pub struct Incident {
    /// Index of its cause in the plan.
    pub cause: usize,
    /// Begin.
    pub start: Instant,
    /// End.
    pub end: Instant,
    /// What was billed, in the plan's currency; nothing where nobody says.
    pub billed: Option<Money>,
    /// Where it stands.
    pub place: Place,
}

impl Incident {
    /// How long it lasted [s].
    #[must_use]
    pub fn length(&self) -> f64 {
        self.end.since(self.start) as f64 / 1000.0
    }
}

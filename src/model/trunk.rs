//! Trunks in the order in which the PBX tries them.

use super::place::Place;
use super::rates::{Limit, RateTable, TableKind};

/// A SIP trunk.
#[derive(Debug, Clone)]
pub struct Trunk {
    /// Its name.
    pub name: String,
    /// Index of its rate table in the plan.
    pub table: usize,
    /// Host of the carrier.
    pub host: Option<String>,
    /// Components it needs besides itself.
    pub depends_on: Vec<String>,
    /// Seconds between OPTIONS checks; 0 for none [s].
    pub qualify_frequency: f64,
    /// Calls at once that the PBX lets through.
    pub channels: Limit<u64>,
    /// Calls per second that the PBX or the contract lets through.
    pub cps: Limit<f64>,
    /// FreePBX's "Continue if Busy": move on after any failure.
    pub continue_if_busy: bool,
    /// Whose numbers are shown on it.
    pub caller_ids: CallerIds,
    /// Where it stands.
    pub place: Place,
}

/// Whose numbers are shown to the called party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallerIds {
    /// Numbers that this carrier assigned.
    Own,
    /// The primary's numbers.
    Primary,
}

/// How long one OPTIONS check waits before a contact is called unavailable [s] (`qualify_timeout`, which FreePBX leaves
/// at Asterisk's 3.0).
pub const QUALIFY_TIMEOUT: f64 = 3.0;

impl Trunk {
    /// Time until OPTIONS checks notice silence, on average and at worst [s]; nothing without checks.
    #[must_use]
    pub fn detection(&self) -> Option<[f64; 2]> {
        let f = self.qualify_frequency;
        (f > 0.0).then_some([f / 2.0 + QUALIFY_TIMEOUT, f + QUALIFY_TIMEOUT])
    }

    /// Whether an outage of the component takes it down.
    #[must_use]
    pub fn needs(&self, component: &str) -> bool {
        self.name == component || self.depends_on.iter().any(|tag| tag == component)
    }

    /// Calls at once: the smaller of its own and the carrier's limit, seats included for a flat rate.
    #[must_use]
    pub fn channel_limit(&self, table: &RateTable, licensed_seats: u64) -> Limit<u64> {
        let seats = match &table.kind {
            TableKind::FlatRate(seats) => seats.iter().filter_map(|seat| seat.channels_per_seat).max(),
            TableKind::PerMinute => None,
        };
        let by_seat = seats
            .and_then(|per_seat| per_seat.checked_mul(licensed_seats.into()))
            .and_then(|channels| rust_decimal::prelude::ToPrimitive::to_u64(&channels.floor()))
            .map_or(Limit::Unstated, Limit::At);
        self.channels.and(table.limits.channels).and(by_seat)
    }

    /// Calls per second: the smaller of its own and the carrier's limit.
    #[must_use]
    pub fn cps_limit(&self, table: &RateTable) -> Limit<f64> {
        self.cps.and(table.limits.cps)
    }
}

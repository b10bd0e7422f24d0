//! When the dialer starts its next attempt.

use super::floor::Dialer;
use super::time::SECOND;
use crate::simulate::stream::Stream;

/// The pace of one campaign: attempts come at a rate that changes with the lines that are idle, and what is left of the
/// wait for the next is carried over, which for a wait without memory is exact.
#[derive(Clone)]
pub struct Pace {
    draws: Stream,
    dialer: Dialer,
    /// Lines that hold an attempt.
    busy: u64,
    /// Attempts a nanosecond.
    rate: f64,
    /// The mean wait at this rate [ns]; infinite where nobody dials.
    wait: f64,
    /// What is left of the wait, in mean waits.
    left: f64,
    /// Since when it is being waited at this rate [ns].
    since: u64,
    /// When the next attempt starts [ns].
    next: u64,
}

impl Pace {
    /// A dialer that has nobody yet.
    pub fn new(mut draws: Stream) -> Self {
        let left = draws.exponential();
        Self { draws, dialer: Dialer::CLOSED, busy: 0, rate: 0.0, wait: f64::INFINITY, left, since: 0, next: u64::MAX }
    }

    /// When the next attempt starts; `u64::MAX` where none does.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The dialer as it is staffed.
    pub fn dialer(&self) -> Dialer {
        self.dialer
    }

    /// Lines that could start an attempt; nothing for a dialer without a cap.
    pub fn idle(&self) -> Option<u64> {
        self.dialer.lines.map(|lines| lines.saturating_sub(self.busy))
    }

    /// Other seats are staffed from now on.
    pub fn staff(&mut self, dialer: Dialer, now: u64) {
        self.dialer = dialer;
        self.change(now);
    }

    /// The wait is over: the next one begins.
    pub fn start(&mut self, now: u64) {
        self.left = self.draws.exponential();
        self.since = now;
        self.schedule(now);
    }

    /// A line is taken.
    pub fn take(&mut self, now: u64) {
        self.busy += 1;
        if self.dialer.lines.is_some() {
            self.change(now);
        }
    }

    /// A line is given back.
    pub fn give(&mut self, now: u64) {
        self.busy = self.busy.saturating_sub(1);
        if self.dialer.lines.is_some() {
            self.change(now);
        }
    }

    /// The rate changes: what has been waited counts at the rate until now.
    fn change(&mut self, now: u64) {
        self.left = (self.left - (now - self.since) as f64 * self.rate).max(0.0);
        self.since = now;
        self.rate = match self.idle() {
            Some(idle) => idle as f64 * self.dialer.rate,
            None => self.dialer.rate,
        } / SECOND as f64;
        self.wait = 1.0 / self.rate;
        self.schedule(now);
    }

    fn schedule(&mut self, now: u64) {
        // A float beyond the range of time becomes its end.
        self.next = if self.rate > 0.0 { now.saturating_add((self.left * self.wait) as u64) } else { u64::MAX };
    }
}

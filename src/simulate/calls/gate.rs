//! The carrier's count of calls per second.

use std::collections::VecDeque;

use super::time::SECOND;
use crate::model::rates::CpsWindow;

/// A carrier that averages does so over this long [s]: who was quiet for a minute may burst by a minute's calls.
const AVERAGED: u64 = 60;

/// A count of accepted attempts.
#[derive(Debug, Clone)]
pub enum Gate {
    /// No limit.
    Open,
    /// At most so many accepted in a window that ends now.
    Rolling {
        /// Width of the window [ns].
        window: u64,
        /// Most in it.
        most: usize,
        /// When they were accepted, the oldest first.
        accepted: VecDeque<u64>,
    },
    /// At most so many accepted in a calendar second.
    Fixed {
        /// Allowed a second.
        allowed: f64,
        /// The second that is counted.
        second: u64,
        /// What is left in it.
        left: u64,
    },
    /// Credit that grows with time, up to a minute's.
    Average {
        /// Allowed a second.
        allowed: f64,
        /// Credit, in calls.
        credit: f64,
        /// When it was reckoned [ns].
        at: u64,
    },
}

impl Gate {
    /// A gate that lets so many calls a second through.
    ///
    /// A rolling limit that is not whole, such as 2.5, is taken as 3 in 1.2 s; in calendar seconds as 2 and 3 in turn.
    #[must_use]
    pub fn new(allowed: Option<f64>, window: CpsWindow) -> Self {
        /// A limit beyond this refuses nobody and would only cost memory.
        const MOST: f64 = 1e7;
        let Some(allowed) = allowed.filter(|allowed| *allowed < MOST) else { return Self::Open };
        match window {
            CpsWindow::Rolling => {
                let most = libm::ceil(allowed).max(1.0);
                let window = libm::round(most / allowed * SECOND as f64) as u64;
                Self::Rolling { window, most: most as usize, accepted: VecDeque::new() }
            }
            CpsWindow::Fixed => Self::Fixed { allowed, second: u64::MAX, left: 0 },
            CpsWindow::Average => Self::Average { allowed, credit: allowed * AVERAGED as f64, at: 0 },
        }
    }

    /// Asks for one attempt to pass at a time [ns].
    pub fn pass(&mut self, now: u64) -> bool {
        match self {
            Self::Open => true,
            Self::Rolling { window, most, accepted } => {
                if accepted.len() >= *most {
                    // What was accepted exactly a window ago is outside it.
                    if accepted.front().is_some_and(|oldest| now - oldest < *window) {
                        return false;
                    }
                    accepted.pop_front();
                }
                accepted.push_back(now);
                true
            }
            Self::Fixed { allowed, second, left } => {
                let this = now / SECOND;
                if this != *second {
                    *second = this;
                    // Whole seconds share a limit that is not whole.
                    let by = |second: u64| libm::floor(*allowed * second as f64);
                    *left = (by(this + 1) - by(this)) as u64;
                }
                let passes = *left > 0;
                *left -= u64::from(passes);
                passes
            }
            Self::Average { allowed, credit, at } => {
                let gained = *allowed * (now - *at) as f64 / SECOND as f64;
                *credit = (*credit + gained).min(*allowed * AVERAGED as f64);
                *at = now;
                let passes = *credit >= 1.0;
                if passes {
                    *credit -= 1.0;
                }
                passes
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Attempts that pass, of some at times in milliseconds.
    fn passed(gate: &mut Gate, times: &[u64]) -> Vec<bool> {
        times.iter().map(|t| gate.pass(t * 1_000_000)).collect()
    }

    #[test]
    fn windows_count_as_they_say() {
        let times = [0, 100, 900, 999, 1000, 1050, 1100, 1899, 1900];
        let rolling = passed(&mut Gate::new(Some(2.0), CpsWindow::Rolling), &times);
        assert_eq!(rolling, [true, true, false, false, true, false, true, false, false]);
        let fixed = passed(&mut Gate::new(Some(2.0), CpsWindow::Fixed), &times);
        assert_eq!(fixed, [true, true, false, false, true, true, false, false, false]);
        // 2.5 a second are 3 in 1.2 s, or 2 and 3 in turn.
        let half =
            passed(&mut Gate::new(Some(2.5), CpsWindow::Rolling), &[0, 1, 2, 1000, 1199, 1200, 1201, 1202, 1203]);
        assert_eq!(half, [true, true, true, false, false, true, true, true, false]);
        let half = passed(&mut Gate::new(Some(2.5), CpsWindow::Fixed), &[0, 1, 2, 1000, 1001, 1002, 1003]);
        assert_eq!(half, [true, true, false, true, true, true, false]);
        let slow = passed(&mut Gate::new(Some(0.5), CpsWindow::Rolling), &[0, 1999, 2000]);
        assert_eq!(slow, [true, false, true]);
        assert!(passed(&mut Gate::new(None, CpsWindow::Fixed), &[0; 1000]).iter().all(|passes| *passes));
    }

    #[test]
    fn an_average_lets_a_burst_pass_and_no_more() {
        let mut gate = Gate::new(Some(2.0), CpsWindow::Average);
        assert_eq!(passed(&mut gate, &[0; 200]).iter().filter(|passes| **passes).count(), 120);
        let later: Vec<u64> = (0..1000).map(|i| i * 100).collect();
        // Ten a second ask for 100 s: two a second pass.
        assert!((passed(&mut gate, &later).iter().filter(|passes| **passes).count() as i64 - 200).abs() <= 1);
    }
}

//! Independent runs on any number of threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use super::CallsError;
use super::floor::Floor;
use super::run::run;
use super::tally::Tally;
use super::trace::Attempt;

/// What one run gave.
pub type Outcome = (Tally, Option<Vec<Attempt>>);

/// Simulates `runs` runs on so many threads, and hands each to `take` in their order: the same on any number of threads.
/// `done` is told how many are done.
///
/// # Errors
/// Where a run has none, the first in the order of runs.
pub fn many(
    floor: &Floor<'_>,
    seed: u64,
    runs: u64,
    traced: bool,
    threads: usize,
    mut done: impl FnMut(u64),
    mut take: impl FnMut(u64, Outcome),
) -> Result<(), CallsError> {
    let next = AtomicU64::new(0);
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, runs.clamp(1, 1024) as usize) {
            let (send, next) = (send.clone(), &next);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    // Whoever waits for the results may have gone, for another run has failed.
                    if number >= runs || send.send((number, run(floor, seed, number, traced))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(send);
        let mut early = std::collections::BTreeMap::new();
        let mut turn = 0;
        let mut finished = 0;
        for (number, result) in receive {
            finished += 1;
            done(finished);
            early.insert(number, result);
            while let Some(result) = early.remove(&turn) {
                take(turn, result?);
                turn += 1;
            }
        }
        Ok(())
    })
}

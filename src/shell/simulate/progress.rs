//! How far a long run is, on a terminal, and only there.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// A run that is over sooner says nothing.
const PATIENCE: Duration = Duration::from_secs(2);

/// Between two looks.
const EVERY: Duration = Duration::from_millis(200);

/// Does the work, which tells how much of `total` is done; where it takes a while, standard error tells too.
pub(super) fn with_progress<T>(what: &str, total: u64, work: impl FnOnce(&mut dyn FnMut(u64)) -> T) -> T {
    let done = AtomicU64::new(0);
    let mut tell = |number| done.store(number, Ordering::Relaxed);
    if !std::io::stderr().is_terminal() {
        return work(&mut tell);
    }
    thread::scope(|scope| {
        let (over, told) = channel::<()>();
        scope.spawn(|| {
            let told = told;
            let mut wait = PATIENCE;
            while let Err(RecvTimeoutError::Timeout) = told.recv_timeout(wait) {
                wait = EVERY;
                // Nobody can be told where standard error is closed.
                let _ = write!(std::io::stderr(), "\r{} of {total} {what} ", done.load(Ordering::Relaxed));
            }
            if wait == EVERY {
                let _ = write!(std::io::stderr(), "\r\u{1b}[K");
            }
        });
        let result = work(&mut tell);
        drop(over);
        result
    })
}

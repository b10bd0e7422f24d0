//! Simulated years and calls: chance that a seed decides, the same on every machine and with any number of threads.

pub mod calls;
pub mod count;
pub mod draw;
pub mod interval;
pub mod stream;
pub mod years;

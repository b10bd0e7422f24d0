//! Files in, a valid plan out, or every fault of every file with its place.

mod calendar;
mod campaign;
mod cause;
pub mod cells;
pub mod deck;
pub mod example;
pub mod fault;
pub mod files;
pub mod git;
pub mod incident;
mod join;
pub mod laws;
pub mod lock;
pub mod overrides;
mod pbx;
pub mod plan;
mod policy;
pub mod rates;
pub mod reader;
pub mod saved;
mod sensitivity;
pub mod side;
pub mod spreadsheet;
pub mod tree;
mod trunk;

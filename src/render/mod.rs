//! Formats, and never computes.
//!
//! Every function here turns figures into text: it prints nothing, and asks neither the terminal, the locale nor the
//! clock, so that the same figures always give the same bytes. A block (a chart, a table, a diagnostic) ends with a
//! line feed.

pub mod calls;
pub mod chart;
pub mod compare;
pub mod diagnostics;
pub mod diff;
pub mod document;
pub mod drill;
pub mod escape;
pub mod explain;
pub mod formats;
pub mod json;
pub mod lock;
pub mod map;
pub mod rates;
pub mod replay;
pub mod report;
pub mod run;
pub mod schemas;
pub mod sensitivity;
pub mod sheets;
pub mod table;
pub mod text;
pub mod year;

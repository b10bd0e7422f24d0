//! The command line: arguments in, exit code out. Each command has a file of its own; what they share is here.
//!
//! | file | subject |
//! |---|---|
//! | [`app`] | one run: arguments, dispatch, exit code |
//! | [`cli`] | what can be typed |
//! | [`exit`] | what the exit codes mean |
//! | [`error`] | why a run could not be done |
//! | [`output`] | where results go |
//! | `run` | what the commands over a plan share |
//! | `load` | the plan that the options name |
//! | `sides` | BASE and HEAD of a comparison |
//! | `batch` | tables of questions, `--batch FILE.csv` |

pub mod app;
mod batch;
mod check;
pub mod cli;
mod compare;
mod completions;
mod diff;
mod erlang;
pub mod error;
mod estimate;
pub mod exit;
mod explain;
mod init;
mod load;
mod man;
pub mod output;
mod rates;
mod report;
mod rules;
mod run;
mod schema;
mod sides;
mod sign;
mod simulate;
mod size;

pub use app::run;

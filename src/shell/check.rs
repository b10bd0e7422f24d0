//! `check`: the gate: inputs, capacity, cost, budgets and trunks are judged.

use super::app::Context;
use super::cli::CheckArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(_args: &CheckArgs, _context: &mut Context) -> Result<Exit, Error> {
    Err(ErrorKind::NotBuilt("check").into())
}

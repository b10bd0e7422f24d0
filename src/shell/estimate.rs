//! `estimate`: what a failover costs.

use super::app::Context;
use super::cli::EstimateArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(_args: &EstimateArgs, _context: &mut Context) -> Result<Exit, Error> {
    Err(ErrorKind::NotBuilt("estimate").into())
}

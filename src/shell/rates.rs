//! `rates`: rate tables read, looked up and applied.

use super::app::Context;
use super::cli::RatesArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(_args: &RatesArgs, _context: &mut Context) -> Result<Exit, Error> {
    Err(ErrorKind::NotBuilt("rates").into())
}

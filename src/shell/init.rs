//! `init`: a plan and tables to begin with.

use super::app::Context;
use super::cli::InitArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(_args: &InitArgs, _context: &mut Context) -> Result<Exit, Error> {
    Err(ErrorKind::NotBuilt("init").into())
}

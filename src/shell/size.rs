//! `size`: whether the secondary absorbs the floor, and what that takes.

use super::app::Context;
use super::cli::SizeArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(_args: &SizeArgs, _context: &mut Context) -> Result<Exit, Error> {
    Err(ErrorKind::NotBuilt("size").into())
}

//! `rules`: every rule with its level.

use super::app::Context;
use super::cli::RulesArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(_args: &RulesArgs, _context: &mut Context) -> Result<Exit, Error> {
    Err(ErrorKind::NotBuilt("rules").into())
}

//! `explain`: a rule's page, or how one figure came about.

use super::app::Context;
use super::cli::ExplainArgs;
use super::error::{Error, ErrorKind};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(_args: &ExplainArgs, _context: &mut Context) -> Result<Exit, Error> {
    Err(ErrorKind::NotBuilt("explain").into())
}

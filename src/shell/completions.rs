//! `completions`: a shell's completion script.

use clap::CommandFactory;

use super::app::Context;
use super::cli::{Cli, CompletionsArgs};
use super::error::Error;
use super::exit::Exit;
use super::output::to_stdout;

/// Runs the command. The script goes to standard output, whatever `--output` says: it is no result.
pub(super) fn run(args: &CompletionsArgs, context: &mut Context) -> Result<Exit, Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "trunkrisk", &mut script);
    to_stdout(&String::from_utf8_lossy(&script), context.global.color)?;
    Ok(Exit::Pass)
}

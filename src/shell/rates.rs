//! `rates`: rate tables read, looked up and applied.

mod call;
mod diff;
pub(in crate::shell) mod import;
mod lint;
mod price;
mod show;
mod tables;

use super::app::Context;
use super::cli::{RatesArgs, RatesCommand};
use super::error::Error;
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(args: &RatesArgs, context: &mut Context) -> Result<Exit, Error> {
    match &args.command {
        RatesCommand::Show(args) => show::run(args, context),
        RatesCommand::Price(args) => price::run(args, context),
        RatesCommand::Lint(args) => lint::run(args, context),
        RatesCommand::Diff(args) => diff::run(args, context),
        RatesCommand::Import(args) => import::run(args, context),
    }
}

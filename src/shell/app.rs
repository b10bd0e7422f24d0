//! One run: arguments, dispatch, exit code.

use std::ffi::OsString;
use std::process::ExitCode;

use super::cli::{Cli, Command, GlobalArgs};
use super::error::Error;
use super::exit::Exit;
use super::output::{Outputs, refuse_formats, to_stderr};
use super::{
    check, compare, completions, diff, erlang, estimate, explain, init, man, rates, report, rules, schema, sign,
    simulate, size,
};

/// What every command gets beside its own arguments.
pub struct Context {
    /// The options that every command takes.
    pub global: GlobalArgs,
    /// Where results go.
    pub outputs: Outputs,
}

/// Runs the program with these arguments, the first being its own name.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::read(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no errors; a closed pipe is none either.
            let _ = error.print();
            return if error.exit_code() == 0 { Exit::Pass } else { Exit::Error }.into();
        }
    };
    let color = cli.global.color;
    let exit = execute(cli).unwrap_or_else(|error| {
        to_stderr(&error.render(), color);
        Exit::Error
    });
    exit.into()
}

fn execute(cli: Cli) -> Result<Exit, Error> {
    refuse_formats(&cli.name, &cli.global.output)?;
    let outputs = Outputs::open(&cli.global.output, cli.global.color, &cli.inputs())?;
    let mut context = Context { global: cli.global, outputs };
    let done = match &cli.command {
        Command::Check(args) => check::run(args, &mut context),
        Command::Estimate(args) => estimate::run(args, &mut context),
        Command::Size(args) => size::run(args, &mut context),
        Command::Compare(args) => compare::run(args, &mut context),
        Command::Diff(args) => diff::run(args, &mut context),
        Command::Simulate(args) => simulate::run(args, &mut context),
        Command::Sign(args) => sign::run(args, &mut context),
        Command::Report(args) => report::run(args, &mut context),
        Command::Erlang(args) => erlang::run(args, &mut context),
        Command::Rates(args) => rates::run(args, &mut context),
        Command::Explain(args) => explain::run(args, &mut context),
        Command::Rules(args) => rules::run(args, &mut context),
        Command::Init(args) => init::run(args, &mut context),
        Command::Schema(args) => schema::run(args, &mut context),
        Command::Completions(args) => completions::run(args, &mut context),
        Command::Man(args) => man::run(args, &mut context),
    };
    if done.is_err() {
        context.outputs.clear();
    }
    done
}

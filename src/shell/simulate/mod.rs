//! `simulate`: what chance makes of a plan.

mod calls;
mod progress;
mod years;

use super::app::Context;
use super::cli::SimulateArgs;
use super::error::{Error, ErrorKind, shown};
use super::exit::Exit;

/// Runs the command.
pub(super) fn run(args: &SimulateArgs, context: &mut Context) -> Result<Exit, Error> {
    if args.calls.calls {
        return calls::run(args, context);
    }
    if args.years.years.is_some() {
        return years::run(args, context);
    }
    let error = Error::from(ErrorKind::Arguments("nothing is asked for".to_owned()));
    Err(error
        .hint("`--years 1000000` draws a million years")
        .hint("`--calls --cause NAME --duration 1h` simulates one outage call by call"))
}

/// A whole number from the command line, within bounds.
fn whole(option: &str, text: &str, least: u64, most: u64) -> Result<u64, Error> {
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse::<u64>() {
        Ok(number) if plain && (least..=most).contains(&number) => Ok(number),
        _ => {
            let message = format!("{option} {} is no whole number from {least} to {most}", shown(text));
            Err(ErrorKind::Arguments(message).into())
        }
    }
}

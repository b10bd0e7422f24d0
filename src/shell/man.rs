//! `man`: the manual page, the whole tree of commands on one page.

use std::io;

use clap::{Arg, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::app::Context;
use super::cli::{Cli, ManArgs};
use super::error::{Error, ErrorKind};
use super::exit::Exit;
use super::output::to_stdout;

/// Runs the command. The page goes to standard output, whatever `--output` says: it is no result.
pub(super) fn run(_args: &ManArgs, context: &mut Context) -> Result<Exit, Error> {
    let page = page().map_err(|error| ErrorKind::Output { to: "the manual".to_owned(), reason: error.to_string() })?;
    to_stdout(&page, context.global.color)?;
    Ok(Exit::Pass)
}

/// The page in roff. It bears no date, so that a version always gives the same bytes.
fn page() -> io::Result<String> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let whole = Man::new(root.clone());
    let mut out = Vec::new();
    whole.render_title(&mut out)?;
    whole.render_name_section(&mut out)?;
    whole.render_synopsis_section(&mut out)?;
    whole.render_description_section(&mut out)?;
    whole.render_options_section(&mut out)?;
    for command in root.get_subcommands() {
        section(command, &mut out)?;
    }
    let mut exits = Roff::new();
    exits.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in [
        ("0", "judged, nothing at level deny; or done, for a command that does not judge"),
        ("1", "judged, at least one finding at level deny"),
        ("2", "could not run: bad argument, unreadable or invalid input"),
        ("3", "a deny rule could not be judged, or nothing was selected"),
    ] {
        exits.control("TP", []).text([roman(code)]).text([roman(meaning)]);
    }
    exits.to_writer(&mut out)?;
    whole.render_version_section(&mut out)?;
    // Every part comes with roff's definition of an apostrophe; the page needs one.
    Ok(APOSTROPHE.to_owned() + &String::from_utf8_lossy(&out).replace(APOSTROPHE, ""))
}

const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// Whether every command takes this option.
fn everywhere(arg: &Arg) -> bool {
    arg.is_global_set() || arg.get_id() == "help"
}

/// One command, and below it those that it holds.
fn section(command: &Command, out: &mut Vec<u8>) -> io::Result<()> {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    let mut heading = Roff::new();
    heading.control("SH", [name.as_str()]);
    heading.to_writer(out)?;
    // The options that every command takes have been described once.
    let own = command.clone().mut_args(|arg| {
        let everywhere = everywhere(&arg);
        arg.hide(everywhere)
    });
    let mut body = Vec::new();
    let man = Man::new(own);
    man.render_synopsis_section(&mut body)?;
    man.render_description_section(&mut body)?;
    if command.get_arguments().any(|arg| !everywhere(arg) && !arg.is_hide_set()) {
        man.render_options_section(&mut body)?;
    }
    // Sections of the command's own page are parts of a section here.
    out.extend_from_slice(String::from_utf8_lossy(&body).replace("\n.SH ", "\n.SS ").as_bytes());
    for inner in command.get_subcommands() {
        section(inner, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_on_the_page() {
        let page = page().unwrap();
        for command in ["CHECK", "ERLANG B-EXTENDED", "RATES PRICE", "COMPLETIONS"] {
            assert!(page.contains(&format!(".SH \"TRUNKRISK {command}\"")), "{command}:\n{page}");
        }
        assert_eq!((page.matches(".SH NAME").count(), page.matches(APOSTROPHE).count()), (1, 1));
        assert_eq!(page.matches("\\-\\-as\\-of").count(), 2, "in the synopsis and the options, once each");
    }
}

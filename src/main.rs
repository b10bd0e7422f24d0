//! The `trunkrisk` command: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    trunkrisk::shell::run(std::env::args_os())
}

//! What the exit codes mean.

use std::process::ExitCode;

/// How a run ended. Errors beat failures, failures beat what could not be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Judged, nothing denied; or a command that does not judge did what it was asked.
    Pass = 0,
    /// Judged, at least one finding denied.
    Fail = 1,
    /// Could not run: a bad argument, an unreadable or invalid input.
    Error = 2,
    /// A denying rule could not be judged, or nothing was selected.
    NotJudged = 3,
}

impl Exit {
    /// The code.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

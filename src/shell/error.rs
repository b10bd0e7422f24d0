//! Why a run could not be done. Few kinds; hints are added on the way up.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use thiserror::Error as ThisError;

use crate::input::files::FileFault;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Arguments that do not fit the command or each other.
    #[error("{0}")]
    Arguments(String),
    /// A question without an answer, such as traffic that no number of channels carries.
    #[error("{0}")]
    Unanswerable(String),
    /// A file that cannot be read as text.
    #[error("{0}")]
    Unreadable(String),
    /// Faults of the inputs: each is a text that names its place. Shown as they are, before the last line.
    #[error("{}", says(*.count))]
    Inputs {
        /// The faults that are shown.
        shown: Vec<String>,
        /// How many there are.
        count: usize,
    },
    /// A result that cannot be written.
    #[error("cannot write {to}: {reason}")]
    Output {
        /// The file, or what stands for it.
        to: String,
        /// Why not.
        reason: String,
    },
    /// A command that this version does not have yet.
    #[error("`{0}` is not built yet")]
    NotBuilt(&'static str),
}

impl ErrorKind {
    /// Faults, all of them shown.
    #[must_use]
    pub fn inputs(shown: Vec<String>) -> Self {
        let count = shown.len();
        Self::Inputs { shown, count }
    }
}

fn says(faults: usize) -> String {
    match faults {
        1 => "1 fault in the input; nothing was computed".to_owned(),
        n => format!("{n} faults in the input; nothing was computed"),
    }
}

/// What went wrong, and what would help.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[error("{kind}")]
pub struct Error {
    /// What went wrong.
    pub kind: ErrorKind,
    /// What would help, the most specific first.
    pub hints: Vec<String>,
}

impl Error {
    /// Adds what would help. An empty hint adds nothing.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        if !hint.is_empty() {
            self.hints.push(hint);
        }
        self
    }

    /// The text for standard error, with styles.
    #[must_use]
    pub fn render(&self) -> String {
        let (red, bold) = (AnsiColor::Red.on_default().bold(), Style::new().bold());
        let mut text = String::new();
        if let ErrorKind::Inputs { shown, .. } = &self.kind {
            for fault in shown {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{}", fault.trim_end());
            }
        }
        let _ = writeln!(text, "{red}error{red:#}: {self}");
        for hint in &self.hints {
            let _ = writeln!(text, "  {bold}hint{bold:#}: {hint}");
        }
        text
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind, hints: Vec::new() }
    }
}

impl From<FileFault> for Error {
    fn from(fault: FileFault) -> Self {
        Self::from(ErrorKind::Unreadable(shown(&fault.message))).hint(fault.help)
    }
}

/// Hints for errors on their way up.
pub trait Hint<T> {
    /// Adds what would help, if this is an error.
    ///
    /// # Errors
    /// The same error, with the hint.
    fn hint(self, hint: impl Into<String>) -> Result<T, Error>;
}

impl<T, E: Into<Error>> Hint<T> for Result<T, E> {
    fn hint(self, hint: impl Into<String>) -> Result<T, Error> {
        self.map_err(|error| error.into().hint(hint))
    }
}

/// Longest piece of a foreign text that a message repeats [characters].
const LONGEST: usize = 200;

/// A text from outside, fit for a message: control characters escaped, and cut where it is very long.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut result = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == LONGEST {
            result.push('…');
            break;
        }
        // Direction marks and their like hide what stands around them.
        if c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            result.extend(c.escape_default());
        } else {
            result.push(c);
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_speak_to_the_terminal() {
        assert_eq!(shown("a\u{1b}[31mb\tc"), "a\\u{1b}[31mb\\tc");
        assert_eq!(shown("\u{202e}x"), "\\u{202e}x");
        assert_eq!(shown(&"x".repeat(300)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn hints_follow_the_error() {
        let error: Result<(), _> = Err(ErrorKind::NotBuilt("x"));
        let text = error.hint("first").hint("second").hint("").unwrap_err().render();
        let text = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(text, "error: `x` is not built yet\n  hint: first\n  hint: second\n");
    }
}

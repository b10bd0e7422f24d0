//! Where results go: `--output FORMAT[=PATH]`, as often as wanted, and standard error for what is said beside them.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anstream::{AutoStream, ColorChoice};

use super::error::{Error, ErrorKind, shown};
use crate::input::fault::did_you_mean;

/// A form that results take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// A form that a document takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One that every result takes.
    Result(Format),
    /// A page for a browser.
    Html,
    /// Markdown.
    Markdown,
    /// A table for spreadsheets.
    Csv,
}

impl Form {
    /// Every form with its name on the command line.
    pub const NAMES: [(&'static str, Self); 5] = [
        ("text", Self::Result(Format::Text)),
        ("json", Self::Result(Format::Json)),
        ("html", Self::Html),
        ("markdown", Self::Markdown),
        ("csv", Self::Csv),
    ];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, form)| *form == self).map_or("", |(name, _)| name)
    }
}

/// One `--output FORMAT[=PATH]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputArg {
    /// The form.
    pub format: Form,
    /// The file; standard output where there is none.
    pub path: Option<PathBuf>,
}

impl FromStr for OutputArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let Some((_, format)) = Form::NAMES.iter().find(|(known, _)| *known == name) else {
            return Err(did_you_mean(name, &Form::NAMES.map(|(name, _)| name)));
        };
        let path = match path {
            Some("") => return Err(format!("a path is missing after `=`, such as {name}=result.{name}")),
            Some("-") | None => None,
            Some(path) => Some(PathBuf::from(path)),
        };
        Ok(Self { format: *format, path })
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    fn choice(self) -> ColorChoice {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
    }
}

enum Target {
    Stdout,
    File(String, File),
}

/// The opened outputs of a run.
pub struct Outputs {
    targets: Vec<(Form, Target)>,
    color: Color,
}

impl Outputs {
    /// Opens every output, so that a path that cannot be written is known before the long run. Text on standard
    /// output where none is named. `inputs` are the files that the run reads: they are not written over.
    ///
    /// # Errors
    /// Where two outputs go to one place, or a file cannot be opened, or is one that is read.
    pub fn open(wanted: &[OutputArg], color: Color, inputs: &[&Path]) -> Result<Self, Error> {
        let text = [OutputArg { format: Form::Result(Format::Text), path: None }];
        let wanted = if wanted.is_empty() { text.as_slice() } else { wanted };
        // All conflicts are seen before any file is touched.
        for (i, output) in wanted.iter().enumerate() {
            refuse_conflicts(output, wanted.get(..i).unwrap_or_default(), inputs)?;
        }
        let mut targets = Vec::new();
        for output in wanted {
            let target = match &output.path {
                None => Target::Stdout,
                Some(path) => {
                    let name = shown(&path.to_string_lossy());
                    let file = File::create(path).map_err(|error| unwritable(&name, &error))?;
                    Target::File(name, file)
                }
            };
            targets.push((output.format, target));
        }
        Ok(Self { targets, color })
    }

    /// The formats that are wanted, in the order of the command line.
    pub fn formats(&self) -> impl Iterator<Item = Form> + '_ {
        self.targets.iter().map(|(format, _)| *format)
    }

    /// Writes a result to every output: `render` is asked once for each, and nothing is written unless all succeed.
    /// Styles are taken away in files, and on standard output as `--color` says. A closed pipe is a success.
    ///
    /// # Errors
    /// Those of `render`, and where an output cannot be written.
    pub fn write(&mut self, mut render: impl FnMut(Format) -> Result<String, Error>) -> Result<(), Error> {
        self.write_forms(|form| match form {
            Form::Result(format) => render(format),
            other => {
                let error = Error::from(ErrorKind::Arguments(format!("this command gives no {}", other.name())));
                Err(error.hint("text and json; `trunkrisk report` gives html, markdown and csv as well"))
            }
        })
    }

    /// The same for a document, which takes more forms.
    ///
    /// # Errors
    /// As [`Outputs::write`].
    pub fn write_forms(&mut self, mut render: impl FnMut(Form) -> Result<String, Error>) -> Result<(), Error> {
        let texts = self.formats().map(&mut render).collect::<Result<Vec<_>, _>>()?;
        for ((_, target), text) in self.targets.iter_mut().zip(texts) {
            match target {
                Target::Stdout => to_stdout(&text, self.color)?,
                Target::File(name, file) => {
                    let plain = anstream::adapter::strip_str(&text).to_string();
                    file.write_all(plain.as_bytes())
                        .and_then(|()| file.flush())
                        .map_err(|error| unwritable(name, &error))?;
                }
            }
        }
        Ok(())
    }

    /// Says something on standard error, beside the results.
    pub fn notice(&self, text: &str) {
        to_stderr(text, self.color);
    }
}

/// Writes a file that holds either what it held or the new text, whatever happens meanwhile.
///
/// # Errors
/// Where it cannot be written.
pub fn write_file(path: &Path, name: &str, text: &str) -> Result<(), Error> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let written = std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        unwritable(name, &error)
    })
}

/// Writes to standard output. A closed pipe is a success: whoever read it has read enough.
///
/// # Errors
/// Where it cannot be written for another reason, such as a full disk.
pub fn to_stdout(text: &str, color: Color) -> Result<(), Error> {
    let mut stdout = AutoStream::new(io::stdout(), color.choice());
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable("standard output", &error)),
        _ => Ok(()),
    }
}

/// Writes to standard error; where that fails nobody can be told.
pub fn to_stderr(text: &str, color: Color) {
    let mut stderr = AutoStream::new(io::stderr(), color.choice());
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

fn refuse_conflicts(output: &OutputArg, before: &[OutputArg], inputs: &[&Path]) -> Result<(), Error> {
    let Some(path) = &output.path else {
        if before.iter().any(|other| other.path.is_none()) {
            let message = "two outputs go to standard output".to_owned();
            return Err(Error::from(ErrorKind::Arguments(message)).hint("name a file for one: --output FORMAT=PATH"));
        }
        return Ok(());
    };
    let name = shown(&path.to_string_lossy());
    if before.iter().filter_map(|other| other.path.as_deref()).any(|other| same(other, path)) {
        return Err(ErrorKind::Arguments(format!("two outputs go to {name}")).into());
    }
    if inputs.iter().any(|input| same(input, path)) {
        return Err(ErrorKind::Arguments(format!("{name} is read by this run; --output would write over it")).into());
    }
    Ok(())
}

fn same(one: &Path, other: &Path) -> bool {
    one == other || matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn unwritable(name: &str, error: &io::Error) -> Error {
    // Without the operating system's number, which differs between systems.
    let reason = match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::StorageFull => "no space is left".to_owned(),
        _ => error.to_string(),
    };
    ErrorKind::Output { to: name.to_owned(), reason }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_from_their_argument() {
        let read = |text: &str| text.parse::<OutputArg>();
        assert_eq!(read("json"), Ok(OutputArg { format: Form::Result(Format::Json), path: None }));
        assert_eq!(read("json=-"), Ok(OutputArg { format: Form::Result(Format::Json), path: None }));
        assert_eq!(read("text=a=b"), Ok(OutputArg { format: Form::Result(Format::Text), path: Some("a=b".into()) }));
        assert_eq!(read("jsn"), Err("did you mean `json`?".to_owned()));
        assert!(read("json=").is_err() && read("").is_err());
    }

    #[test]
    fn files_get_plain_text_and_inputs_are_safe() {
        let folder = tempfile::tempdir().unwrap();
        let (plan, result) = (folder.path().join("plan"), folder.path().join("result"));
        std::fs::write(&plan, "precious").unwrap();
        let to = |path: &Path| OutputArg { format: Form::Result(Format::Text), path: Some(path.to_owned()) };
        assert!(Outputs::open(&[to(&plan)], Color::Always, &[&plan]).is_err());
        assert!(Outputs::open(&[to(&result), to(&result)], Color::Always, &[]).is_err());
        assert!(Outputs::open(&[to(&result.join("none"))], Color::Always, &[]).is_err());
        assert_eq!(std::fs::read_to_string(&plan).unwrap(), "precious");
        let mut outputs = Outputs::open(&[to(&result)], Color::Always, &[&plan]).unwrap();
        outputs.write(|_| Ok("\u{1b}[1mbold\u{1b}[0m\n".to_owned())).unwrap();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "bold\n");
    }
}

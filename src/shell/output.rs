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
    /// Its name for people, its path, and the file.
    File(String, PathBuf, File),
}

/// The opened outputs of a run.
pub struct Outputs {
    targets: Vec<(Form, Target)>,
    color: Color,
    written: bool,
}

impl Outputs {
    /// Opens every output, so that a path that cannot be written is known before the long run. Text on standard
    /// output where none is named. `inputs` are the files that the run reads: they are not written over. What a file
    /// holds stays there until something is written, or [`Outputs::clear`]: see [`Outputs::spare`].
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
                    let opened = File::options().write(true).create(true).truncate(false).open(path);
                    let file = opened.map_err(|error| unwritable(&name, &error))?;
                    Target::File(name, path.clone(), file)
                }
            };
            targets.push((output.format, target));
        }
        Ok(Self { targets, color, written: false })
    }

    /// Refuses to write over files that are known as inputs only once they were found. No output is written then.
    ///
    /// # Errors
    /// Where an output is one of them.
    pub fn spare<'a>(&mut self, inputs: impl IntoIterator<Item = &'a Path>) -> Result<(), Error> {
        let mut inputs = inputs.into_iter();
        let read = inputs.find_map(|input| {
            self.targets.iter().find_map(|(_, target)| match target {
                Target::File(name, path, _) if same(path, input) => Some(name.clone()),
                _ => None,
            })
        });
        match read {
            Some(name) => {
                self.targets.clear();
                Err(written_over(&name))
            }
            None => Ok(()),
        }
    }

    /// Empties every file where nothing was written, so that no result of an earlier run is taken for that of one that
    /// failed.
    pub fn clear(&mut self) {
        let unwritten = self.targets.iter_mut().filter(|_| !self.written);
        for (_, target) in unwritten {
            if let Target::File(_, _, file) = target {
                // Nothing can be done about a file that cannot be emptied, and the run has its own error already.
                let _ = empty(file);
            }
        }
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
        self.written = true;
        for ((_, target), text) in self.targets.iter_mut().zip(texts) {
            match target {
                Target::Stdout => to_stdout(&text, self.color)?,
                Target::File(name, _, file) => {
                    let plain = anstream::adapter::strip_str(&text).to_string();
                    empty(file)
                        .and_then(|()| file.write_all(plain.as_bytes()))
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
        return Err(written_over(&name));
    }
    Ok(())
}

fn written_over(name: &str) -> Error {
    ErrorKind::Arguments(format!("{name} is read by this run; --output would write over it")).into()
}

/// Takes away what a file held; a device or a pipe holds nothing.
fn empty(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.set_len(0) } else { Ok(()) }
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
        // A plan that is found by walking up is known as an input only then.
        let mut outputs = Outputs::open(&[to(&result), to(&plan)], Color::Always, &[]).unwrap();
        assert!(outputs.spare([result.join("none").as_path(), plan.as_path()]).is_err());
        outputs.clear();
        assert_eq!(std::fs::read_to_string(&plan).unwrap(), "precious");
        std::fs::write(&result, "a result that is longer than the next").unwrap();
        let mut outputs = Outputs::open(&[to(&result)], Color::Always, &[&plan]).unwrap();
        outputs.spare([plan.as_path()]).unwrap();
        outputs.write(|_| Ok("\u{1b}[1mbold\u{1b}[0m\n".to_owned())).unwrap();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "bold\n");
        outputs.clear();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "bold\n");
        Outputs::open(&[to(&result)], Color::Always, &[]).unwrap().clear();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "");
    }
}

//! Where results go: `--output FORMAT[=PATH]`, as often as wanted, and standard error for what is said beside them.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anstream::{AutoStream, ColorChoice};

use super::error::{Error, ErrorKind, shown};
use crate::input::fault::did_you_mean;
use crate::render::formats::{FORMATS, OutputFormat, find};
use crate::render::report::Report;

/// The two forms that every command gives. Commands that give more make a [`Report`] for [`Outputs::report`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Format {
    fn of(format: &OutputFormat) -> Option<Self> {
        [("text", Self::Text), ("json", Self::Json)].into_iter().find(|(name, _)| *name == format.name).map(|(_, f)| f)
    }
}

/// One `--output FORMAT[=PATH]`.
#[derive(Debug, Clone)]
pub struct OutputArg {
    /// The form.
    pub format: &'static OutputFormat,
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
        let Some(format) = find(name) else {
            return Err(did_you_mean(name, &FORMATS.each_ref().map(|format| format.name)));
        };
        let path = match path {
            Some("") => return Err(format!("a path is missing after `=`, such as {name}=result.{name}")),
            Some("-") | None => None,
            Some(path) => Some(PathBuf::from(path)),
        };
        Ok(Self { format, path })
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
    targets: Vec<(&'static OutputFormat, Target)>,
    color: Color,
}

impl Outputs {
    /// Opens every output, so that a path that cannot be written is known before the long run. Text on standard
    /// output where none is named. `inputs` are the files that the run reads: they are not written over.
    ///
    /// # Errors
    /// Where two outputs go to one place, or a file cannot be opened, or is one that is read.
    pub fn open(wanted: &[OutputArg], color: Color, inputs: &[&Path]) -> Result<Self, Error> {
        let [screen, ..] = &FORMATS;
        let screen = [OutputArg { format: screen, path: None }];
        let wanted = if wanted.is_empty() { screen.as_slice() } else { wanted };
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
    pub fn formats(&self) -> impl Iterator<Item = &'static OutputFormat> + '_ {
        self.targets.iter().map(|(format, _)| *format)
    }

    /// Writes the result of a command that gives text and JSON alone, as [`Outputs::report`] does.
    ///
    /// # Errors
    /// Those of `render`, and where an output cannot be written.
    pub fn write(&mut self, mut render: impl FnMut(Format) -> Result<String, Error>) -> Result<(), Error> {
        self.each(|format| match Format::of(format) {
            Some(form) => render(form),
            None => Err(ErrorKind::Arguments(format!("this command gives no {}", format.name)).into()),
        })
    }

    /// Writes a run to every output: each format is asked once, and nothing is written unless all succeed. Styles are
    /// taken away in files, and on standard output as `--color` says. A closed pipe is a success.
    ///
    /// # Errors
    /// Where the run cannot be written down, or an output cannot be written.
    pub fn report(&mut self, report: &Report<'_>) -> Result<(), Error> {
        self.each(|format| Ok((format.write)(report)?))?;
        if self.formats().any(|format| format.name == "github") {
            summarize(report)?;
        }
        Ok(())
    }

    fn each(&mut self, render: impl FnMut(&'static OutputFormat) -> Result<String, Error>) -> Result<(), Error> {
        let texts = self.formats().map(render).collect::<Result<Vec<_>, _>>()?;
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

/// Appends the run to the job summary of GitHub Actions, where the runner names a file for it.
fn summarize(report: &Report<'_>) -> Result<(), Error> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return Ok(()) };
    let Some(markdown) = find("markdown") else { return Ok(()) };
    let text = (markdown.write)(report)?;
    let file = File::options().append(true).create(true).open(&path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| unwritable("the job summary (GITHUB_STEP_SUMMARY)", &error))
}

/// Refuses formats that a command does not give.
///
/// # Errors
/// The first of them, with those that it gives.
pub fn refuse_formats(command: &str, wanted: &[OutputArg]) -> Result<(), Error> {
    let Some(output) = wanted.iter().find(|output| !output.format.given_by(command)) else { return Ok(()) };
    let given = FORMATS.iter().filter(|format| format.given_by(command)).map(|format| format.name);
    let message = format!("`{command}` gives no {}", output.format.name);
    let given: Vec<&str> = given.collect();
    let error = Error::from(ErrorKind::Arguments(message)).hint(format!("it gives {}", given.join(", ")));
    Err(match output.format.commands {
        Some(commands) => error.hint(format!("{} comes from {}", output.format.name, commands.join(", "))),
        None => error,
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
        let parts = |text: &str| read(text).map(|output| (output.format.name, output.path));
        assert_eq!(parts("json"), Ok(("json", None)));
        assert_eq!(parts("json=-"), Ok(("json", None)));
        assert_eq!(parts("text=a=b"), Ok(("text", Some("a=b".into()))));
        assert_eq!(parts("jsn"), Err("did you mean `json`?".to_owned()));
        assert_eq!(parts("sarif=x.sarif"), Ok(("sarif", Some("x.sarif".into()))));
        assert!(read("json=").is_err() && read("").is_err());
    }

    #[test]
    fn a_format_that_a_command_does_not_give_is_refused() {
        let wanted = |name: &str| vec![name.parse::<OutputArg>().unwrap()];
        assert!(refuse_formats("check", &wanted("sarif")).is_ok());
        assert!(refuse_formats("rates lint", &wanted("json=x")).is_ok());
        let text = refuse_formats("estimate", &wanted("junit")).unwrap_err().render();
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(
            text.starts_with("error: `estimate` gives no junit\n  hint: it gives text, json, markdown, csv"),
            "{text}"
        );
    }

    #[test]
    fn files_get_plain_text_and_inputs_are_safe() {
        let folder = tempfile::tempdir().unwrap();
        let (plan, result) = (folder.path().join("plan"), folder.path().join("result"));
        std::fs::write(&plan, "precious").unwrap();
        let to = |path: &Path| OutputArg { format: &FORMATS[0], path: Some(path.to_owned()) };
        assert!(Outputs::open(&[to(&plan)], Color::Always, &[&plan]).is_err());
        assert!(Outputs::open(&[to(&result), to(&result)], Color::Always, &[]).is_err());
        assert!(Outputs::open(&[to(&result.join("none"))], Color::Always, &[]).is_err());
        assert_eq!(std::fs::read_to_string(&plan).unwrap(), "precious");
        let mut outputs = Outputs::open(&[to(&result)], Color::Always, &[&plan]).unwrap();
        outputs.write(|_| Ok("\u{1b}[1mbold\u{1b}[0m\n".to_owned())).unwrap();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "bold\n");
    }
}

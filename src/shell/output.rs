//! Where results go: `--output FORMAT[=PATH]`, as often as wanted, and standard error for what is said beside them.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anstream::{AutoStream, ColorChoice};

use super::error::{Error, ErrorKind, shown};
use crate::input::fault::did_you_mean;
use crate::model::lock::LOCK;
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
    /// Its name for people, its path, and the file.
    File(String, PathBuf, File),
}

/// The opened outputs of a run.
pub struct Outputs {
    targets: Vec<(&'static OutputFormat, Target)>,
    color: Color,
    written: bool,
    read: Vec<PathBuf>,
}

impl Outputs {
    /// Opens every output, so that a path that cannot be written is known before the long run. Text on standard
    /// output where none is named. `inputs` are the files that the run reads: they are not written over. What a file
    /// holds stays there until something is written, or [`Outputs::clear`]: see [`Outputs::spare`].
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
                    let opened = File::options().write(true).create(true).truncate(false).open(path);
                    let file = opened.map_err(|error| unwritable(&name, &error))?;
                    Target::File(name, path.clone(), file)
                }
            };
            targets.push((output.format, target));
        }
        let read = inputs.iter().map(|input| input.to_path_buf()).collect();
        Ok(Self { targets, color, written: false, read })
    }

    /// Refuses to write over files that are known as inputs only once they were found. No output is written then.
    ///
    /// # Errors
    /// Where an output is one of them.
    pub fn spare(&mut self, inputs: Vec<PathBuf>) -> Result<(), Error> {
        let read = inputs.iter().find_map(|input| {
            self.targets.iter().find_map(|(_, target)| match target {
                Target::File(name, path, _) if same(path, input) => Some(name.clone()),
                _ => None,
            })
        });
        self.read.extend(inputs);
        match read {
            Some(name) => {
                self.targets.clear();
                Err(written_over(&name, "--output"))
            }
            None => Ok(()),
        }
    }

    /// Refuses to write another file, that `option` names, over what the run reads or an output goes to.
    ///
    /// # Errors
    /// Where it would.
    pub fn refuse(&self, path: &Path, option: &str) -> Result<(), Error> {
        let name = shown(&path.to_string_lossy());
        refuse_signed(path, &name, option)?;
        if self.read.iter().any(|input| same(input, path)) {
            return Err(written_over(&name, option));
        }
        let taken = |target: &Target| matches!(target, Target::File(_, other, _) if same(other, path));
        if self.targets.iter().any(|(_, target)| taken(target)) {
            return Err(ErrorKind::Arguments(format!("two outputs go to {name}")).into());
        }
        Ok(())
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

    /// The same for a command that writes its formats by itself.
    ///
    /// # Errors
    /// As [`Outputs::report`].
    pub fn each(&mut self, render: impl FnMut(&'static OutputFormat) -> Result<String, Error>) -> Result<(), Error> {
        let texts = self.formats().map(render).collect::<Result<Vec<_>, _>>()?;
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
    refuse_signed(path, &name, "--output")?;
    if inputs.iter().any(|input| same(input, path)) {
        return Err(written_over(&name, "--output"));
    }
    Ok(())
}

/// A sign-off is kept by runs that do not read it, too.
fn refuse_signed(path: &Path, name: &str, option: &str) -> Result<(), Error> {
    if path.file_name().is_some_and(|file| file == LOCK) {
        return Err(ErrorKind::Arguments(format!(
            "{name} is where `trunkrisk sign` writes; {option} would write over it"
        ))
        .into());
    }
    Ok(())
}

fn written_over(name: &str, option: &str) -> Error {
    ErrorKind::Arguments(format!("{name} is read by this run; {option} would write over it")).into()
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
        // A plan that is found by walking up is known as an input only then.
        let mut outputs = Outputs::open(&[to(&result), to(&plan)], Color::Always, &[]).unwrap();
        assert!(outputs.spare(vec![result.join("none"), plan.clone()]).is_err());
        outputs.clear();
        assert_eq!(std::fs::read_to_string(&plan).unwrap(), "precious");
        std::fs::write(&result, "a result that is longer than the next").unwrap();
        let mut outputs = Outputs::open(&[to(&result)], Color::Always, &[&plan]).unwrap();
        outputs.spare(vec![plan.clone()]).unwrap();
        outputs.write(|_| Ok("\u{1b}[1mbold\u{1b}[0m\n".to_owned())).unwrap();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "bold\n");
        outputs.clear();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "bold\n");
        Outputs::open(&[to(&result)], Color::Always, &[]).unwrap().clear();
        assert_eq!(std::fs::read_to_string(&result).unwrap(), "");
    }
}

//! `init`: a plan and tables to begin with.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use serde_json::json;

use super::app::Context;
use super::cli::{Ci, InitArgs};
use super::error::{Error, ErrorKind, shown};
use super::exit::Exit;
use super::explain::without_plan;
use super::output::Format;
use crate::input::example::FILES;
use crate::input::files::{FileFault, PLAN, discover};
use crate::input::side::Place;
use crate::render::json::{VERSION, document};

/// Runs the command.
pub(super) fn run(args: &InitArgs, context: &mut Context) -> Result<Exit, Error> {
    let folder = args.dir.clone().unwrap_or_default();
    let named = context.global.plan.as_deref().filter(|_| args.ci.is_some());
    let mut targets: Vec<(PathBuf, Cow<'_, str>)> = Vec::new();
    let mut there = false;
    if let Some(ci) = args.ci {
        let judged = judged(args.dir.as_deref(), named)?;
        there = judged.there;
        let (path, text) = workflow(ci, &judged.path)?;
        targets.push((judged.root.join(path), Cow::Owned(text)));
    }
    // With a workflow, a plan that is there stays: the workflow is for it.
    if !there {
        targets.extend(FILES.iter().map(|(name, text)| (folder.join(name), Cow::Borrowed(*text))));
    }
    refuse(&targets, args.force, "`trunkrisk init DIR` writes to another folder")?;
    for (path, text) in &targets {
        write(path, text)?;
    }
    let written: Vec<String> = targets.iter().map(|(path, _)| shown(&path.to_string_lossy())).collect();
    let plan = named.map_or_else(|| folder.join(PLAN), Path::to_path_buf);
    // A folder may have a name that a shell would take apart.
    let plan = plan.to_string_lossy();
    let plain = plan.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    let found = named.is_none() && (folder.as_os_str().is_empty() || folder == Path::new("."));
    let next = match (found, plain) {
        (true, _) => "trunkrisk check".to_owned(),
        (false, true) => format!("trunkrisk check --plan {plan}"),
        (false, false) => format!("trunkrisk check --plan '{}'", shown(&plan.replace('\'', "'\\''"))),
    };
    let example = targets.iter().any(|(path, _)| path.ends_with(PLAN));
    let brief = context.global.quiet;
    context.outputs.write(|format| {
        Ok(match format {
            Format::Json => document(&without_plan("init", "init", json!({ "written": written, "next": next }))),
            Format::Text if brief => String::new(),
            Format::Text => {
                let lines: String = written.iter().map(|path| format!("wrote {path}\n")).collect();
                let what = if example {
                    "The floor is an example and its prices are illustrative: put your own there, then run"
                } else {
                    "It runs `check` on the plan in the repository, as this does here:"
                };
                format!("{lines}\n{what}\n  {next}\n")
            }
        })
    })?;
    Ok(Exit::Pass)
}

/// The plan that CI is to judge.
struct Judged {
    /// The repository's root, or the plan's folder outside a repository: from here, or as it was named.
    root: PathBuf,
    /// The plan's path from there.
    path: String,
    /// Whether it is there.
    there: bool,
}

/// Finds the plan as other commands do: the named one, or that of the folder; without a folder, the one here or above. Where
/// there is none, it is the example that is to be written.
fn judged(folder: Option<&Path>, named: Option<&Path>) -> Result<Judged, Error> {
    let refused = |fault: FileFault| Error::from(ErrorKind::Unreadable(fault.message)).hint(fault.help);
    let wrong = |message: String| Error::from(ErrorKind::Arguments(message));
    let none = || wrong("there is no current folder".to_owned());
    let here = std::env::current_dir().and_then(fs::canonicalize).map_err(|_| none())?;
    if let Some(named) = named {
        let said = shown(&named.to_string_lossy());
        if folder.is_some() {
            return Err(wrong("DIR and --plan both say which plan CI is to judge".to_owned()).hint("give one of them"));
        }
        if named == Path::new("-") {
            let error = wrong("CI judges a file of the repository, not standard input".to_owned());
            return Err(error.hint("name the plan's file with --plan FILE"));
        }
        let place = Place::find(Some(named)).map_err(refused)?;
        if !place.root.join(&place.path).is_file() {
            let hint = "without --plan it is looked for here and above, and an example is written where there is none";
            return Err(wrong(format!("there is no plan {said}")).hint(hint));
        }
        return Ok(Judged { root: relative(&here, &place.root), path: place.path, there: true });
    }
    if let Some(found) = discover(&here).filter(|_| folder.is_none()) {
        let place = Place::find(Some(&found)).map_err(refused)?;
        return Ok(Judged { root: relative(&here, &place.root), path: place.path, there: true });
    }
    let folder = folder.unwrap_or(Path::new(""));
    let there = folder.join(PLAN).symlink_metadata().is_ok();
    // What is missing of the folder is created: the repository is that of what is there.
    let mut above = folder.ancestors().filter(|above| above.as_os_str().is_empty() || above.is_dir());
    let above = above.next().unwrap_or(Path::new(""));
    let place = Place::find(Some(&above.join(PLAN))).map_err(refused)?;
    if !place.root.join(".git").exists() {
        return Ok(Judged { root: folder.to_path_buf(), path: PLAN.to_owned(), there });
    }
    let missing = folder.strip_prefix(above).unwrap_or(Path::new(""));
    let path = Path::new(&place.path).with_file_name("").join(missing).join(PLAN);
    let root = if place.path == PLAN && missing.as_os_str().is_empty() {
        folder.to_path_buf()
    } else {
        relative(&here, &place.root)
    };
    Ok(Judged { root, path: path.to_string_lossy().replace('\\', "/"), there })
}

/// The way from one folder to another, both canonical.
fn relative(from: &Path, to: &Path) -> PathBuf {
    let same = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    if same == 0 {
        return to.to_path_buf();
    }
    let up = from.components().skip(same).map(|_| Component::ParentDir);
    up.chain(to.components().skip(same)).collect()
}

/// The file that runs `check` elsewhere: its path from the repository's root, and its text.
fn workflow(ci: Ci, plan: &str) -> Result<(&'static str, String), Error> {
    let (path, text) = match ci {
        Ci::Github => (".github/workflows/trunkrisk.yml", include_str!("ci/github.yml")),
        Ci::Gitlab => (".gitlab-ci.yml", include_str!("ci/gitlab.yml")),
        Ci::PreCommit => (".pre-commit-config.yaml", include_str!("ci/pre-commit.yaml")),
    };
    // Both runners put something in for what follows it, each in its own way.
    if plan.contains('$') || plan.contains(char::is_control) {
        let message = format!("a CI file cannot name the plan {}", shown(plan));
        return Err(Error::from(ErrorKind::Arguments(message)).hint("rename it: without `$` and control characters"));
    }
    let name = plan.rsplit('/').next().unwrap_or(plan).chars().fold(String::new(), |name, c| match c {
        '.' => name + "\\.",
        c if c.is_alphanumeric() || matches!(c, '-' | '_') => name + c.encode_utf8(&mut [0; 4]),
        // Any character: what it is may mean something to YAML or in a pattern.
        _ => name + ".",
    });
    // A string of JSON is one of YAML. The version is the one that wrote it: another may judge differently.
    let text = text.replace("{VERSION}", VERSION).replace("{NAME}", &name);
    Ok((path, text.replace("{PLAN}", &json!(plan).to_string())))
}

/// Sees to it that all can be written before anything is. `elsewhere` says how else to go on than with `--force`.
pub(super) fn refuse(targets: &[(PathBuf, Cow<'_, str>)], force: bool, elsewhere: &str) -> Result<(), Error> {
    for (path, _) in targets {
        // A file where a folder has to be; what is missing is created.
        let blocked = path.ancestors().skip(1).find(|above| above.exists() && !above.is_dir());
        if let Some(blocked) = blocked {
            let to = shown(&path.to_string_lossy());
            let reason = format!("{} is a file where a folder has to be", shown(&blocked.to_string_lossy()));
            return Err(ErrorKind::Output { to, reason }.into());
        }
    }
    // A link that leads nowhere is there too.
    let there: Vec<&PathBuf> = targets.iter().map(|(path, _)| path).filter(|p| p.symlink_metadata().is_ok()).collect();
    if let Some(folder) = there.iter().find(|path| path.is_dir()) {
        let to = shown(&folder.to_string_lossy());
        return Err(ErrorKind::Output { to, reason: "it is a folder".to_owned() }.into());
    }
    if there.is_empty() || force {
        return Ok(());
    }
    let names: Vec<String> = there.iter().map(|path| shown(&path.to_string_lossy())).collect();
    let message = match names.as_slice() {
        [one] => format!("{one} is there already; nothing was written"),
        several => format!("{} files are there already; nothing was written: {}", several.len(), several.join(", ")),
    };
    let error = Error::from(ErrorKind::Arguments(message));
    Err(error.hint(format!("--force writes over them, {elsewhere}")))
}

/// Writes a file, and the folders that lead to it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Error> {
    let result = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    };
    result.and_then(|()| fs::write(path, text)).map_err(|error| {
        // Without the operating system's number, which differs between systems.
        let reason = match error.kind() {
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
            io::ErrorKind::StorageFull => "no space is left".to_owned(),
            _ => error.to_string(),
        };
        ErrorKind::Output { to: shown(&path.to_string_lossy()), reason }.into()
    })
}

//! `init`: a plan and tables to begin with.

use std::borrow::Cow;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::app::Context;
use super::cli::{Ci, InitArgs};
use super::error::{Error, ErrorKind, shown};
use super::exit::Exit;
use super::explain::without_plan;
use super::output::Format;
use crate::input::example::FILES;
use crate::input::files::PLAN;
use crate::render::json::{VERSION, document};

/// Runs the command.
pub(super) fn run(args: &InitArgs, context: &mut Context) -> Result<Exit, Error> {
    let folder = args.dir.clone().unwrap_or_default();
    let mut targets: Vec<(PathBuf, Cow<'_, str>)> = Vec::new();
    if let Some(ci) = args.ci {
        let (path, text) = workflow(ci);
        targets.push((folder.join(path), Cow::Owned(text)));
    }
    // With a workflow, a plan that is there stays: the workflow is for it.
    if args.ci.is_none() || folder.join(PLAN).symlink_metadata().is_err() {
        targets.extend(FILES.iter().map(|(name, text)| (folder.join(name), Cow::Borrowed(*text))));
    }
    refuse(&targets, args.force, "`trunkrisk init DIR` writes to another folder")?;
    for (path, text) in &targets {
        write(path, text)?;
    }
    let written: Vec<String> = targets.iter().map(|(path, _)| shown(&path.to_string_lossy())).collect();
    let plan = folder.join(PLAN);
    // A folder may have a name that a shell would take apart.
    let plan = plan.to_string_lossy();
    let plain = plan.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_'));
    let next = match (folder.as_os_str().is_empty() || folder == Path::new("."), plain) {
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

/// The file that runs `check` elsewhere: its path and text.
fn workflow(ci: Ci) -> (&'static str, String) {
    let (path, text) = match ci {
        Ci::Github => (".github/workflows/trunkrisk.yml", include_str!("ci/github.yml")),
        Ci::Gitlab => (".gitlab-ci.yml", include_str!("ci/gitlab.yml")),
        Ci::PreCommit => (".pre-commit-config.yaml", include_str!("ci/pre-commit.yaml")),
    };
    // The version that wrote it: another may judge differently.
    (path, text.replace("{VERSION}", VERSION))
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

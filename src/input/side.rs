//! What BASE and HEAD of a comparison name: a revision, a directory or a saved run.

use std::fs;
use std::path::{Path, PathBuf};

use super::files::{FileFault, Folder, LARGEST, NamedText, PLAN, decode, read_plan, repository, slashed};
use super::git::{Commit, Repository};

/// Where a plan stands in its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The repository's root, or the plan's folder outside a repository.
    pub root: PathBuf,
    /// The plan's path from there.
    pub path: String,
}

/// A side as an argument names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A commit, as it was named.
    Revision(String, Commit),
    /// The commit in common with a named one.
    Fork(String, Commit),
    /// A directory that holds a plan.
    Directory(PathBuf),
    /// The JSON of an earlier run.
    Saved(PathBuf),
}

/// A plan's text, the folder that its paths start at, and what the side is called.
#[derive(Debug, Clone)]
pub struct Side {
    /// `HEAD~1 (1a2b3c4)`.
    pub name: String,
    /// What stands before the names of its texts in reports; nothing where they are files of the plan's repository.
    pub past: Option<String>,
    /// The plan.
    pub text: NamedText,
    /// Where its tables are.
    pub folder: Folder,
}

impl Place {
    /// The place of a plan that was named, whether or not it is there; else of the one found from here on upwards.
    ///
    /// # Errors
    /// Where the folder cannot be had.
    pub fn find(named: Option<&Path>) -> Result<Self, FileFault> {
        let here = || fs::canonicalize(".").map_err(|_| FileFault::new("there is no current folder", ""));
        let from = match named {
            Some(path) if path == Path::new("-") => {
                return Err(FileFault::new(
                    "a plan on standard input stands nowhere in the other side",
                    "name its file with --plan FILE",
                ));
            }
            Some(path) => path.to_owned(),
            None => {
                let here = here()?;
                super::files::discover(&here).unwrap_or_else(|| repository(&here).join(PLAN))
            }
        };
        let folder = from.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = match folder {
            Some(folder) => fs::canonicalize(folder).map_err(|_| {
                FileFault::new(format!("there is no folder {}", shown(folder)), "name a plan with --plan FILE")
            })?,
            None => here()?,
        };
        let root = repository(&folder);
        // Where the plan is a link, the place is where it leads to, as when it is read.
        let whole = fs::canonicalize(&from).unwrap_or_else(|_| folder.join(from.file_name().unwrap_or_default()));
        let path = whole.strip_prefix(&root).map_or_else(|_| PLAN.to_owned(), slashed);
        Ok(Self { root, path })
    }

    fn folder(&self) -> String {
        self.path.rsplit_once('/').map_or_else(String::new, |(folder, _)| folder.to_owned())
    }
}

/// Finds out what an argument names: what is there on the disk, or else a revision.
///
/// # Errors
/// Where it is none of them, or could be two.
pub fn given(argument: &str, place: &Place) -> Result<Given, FileFault> {
    let path = Path::new(argument);
    let kind = fs::metadata(path).ok();
    let revision = Repository::at(&place.root).and_then(|repository| repository.commit(argument));
    match (kind, revision) {
        (Some(_), Ok(_)) if !argument.contains(['/', '.', '\\']) => Err(FileFault::new(
            format!("`{argument}` is both a path and a revision"),
            format!("write ./{argument} for the path, or refs/heads/{argument} for the branch"),
        )),
        (Some(kind), _) if kind.is_dir() => Ok(Given::Directory(path.to_owned())),
        (Some(_), _) => Ok(Given::Saved(path.to_owned())),
        (None, Ok(commit)) => Ok(Given::Revision(argument.to_owned(), commit)),
        (None, Err(fault)) => Err(FileFault {
            message: format!("`{argument}` is no directory or saved run, and as a revision: {}", fault.message),
            ..fault
        }),
    }
}

/// The plan of a revision.
///
/// # Errors
/// Where the commit has none at that place.
pub fn of_revision(named: &str, commit: &Commit, fork: bool, place: &Place) -> Result<Side, FileFault> {
    let short = if fork { commit.short() } else { named };
    let bytes = commit.read(&place.path, LARGEST).map_err(|fault| FileFault {
        message: format!("there is no plan to compare with in {short}: {}", fault.message),
        help: format!(
            "the plan is looked for where it stands now, {}; one that was renamed or is new has nothing to be compared \
             with: commit the renaming first, or name a directory that holds the old plan",
            place.path
        ),
        ..fault
    })?;
    let text = decode(&place.path, bytes)?;
    let folder = Folder::Git { commit: commit.clone(), base: place.folder() };
    let name = match (fork, commit.id.starts_with(named)) {
        (true, _) => format!("{}, where {named} forks off", commit.short()),
        (false, true) => named.to_owned(),
        (false, false) => format!("{named} ({})", commit.short()),
    };
    Ok(Side { name, past: Some(short.to_owned()), text, folder })
}

/// A path as reports show it: never an absolute one.
#[must_use]
pub fn shown(path: &Path) -> String {
    let name = path.file_name().filter(|_| path.is_absolute());
    name.map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()).replace('\\', "/")
}

/// The plan of a directory: at the place where it stands in its repository, or by its name.
///
/// # Errors
/// Where the directory has none.
pub fn of_directory(directory: &Path, place: &Place) -> Result<Side, FileFault> {
    let shown = shown(directory);
    let name = place.path.rsplit('/').next().unwrap_or(&place.path);
    let found = [place.path.as_str(), name].map(|path| directory.join(path)).into_iter().find(|path| path.is_file());
    let Some(path) = found else {
        return Err(FileFault::new(
            format!("there is no plan to compare with in the directory {shown}: it holds no {name}"),
            format!("name a directory that holds {}, or one with --plan FILE", place.path),
        ));
    };
    let (text, folder) = read_plan(&path)?;
    let elsewhere = !matches!(&folder, Folder::Disk { root, .. } if *root == place.root);
    let past = elsewhere.then(|| shown.trim_end_matches('/').to_owned());
    Ok(Side { name: shown, past, text, folder })
}

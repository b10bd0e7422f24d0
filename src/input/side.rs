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
    /// Whether the path was named for the other side: then the plan is there or nowhere.
    pub named: bool,
}

/// A side as an argument names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A commit, as it was named.
    Revision(String, Commit),
    /// The commit in common with a named one, and that one.
    Fork(String, Commit, Commit),
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
        Ok(Self { root, path, named: false })
    }

    /// The place in the other side of a plan that stands elsewhere there: by its path from the root, or from a directory.
    ///
    /// # Errors
    /// Where that is no path within it.
    pub fn elsewhere(&self, path: &str) -> Result<Self, FileFault> {
        let refuse = |why: &str| {
            FileFault::new(
                format!("`{path}` says of no plan where it stood: {why}"),
                "give its path from the repository's root, with forward slashes, such as floors/failover.toml",
            )
        };
        if path.starts_with('/') || path.contains(['\\', ':']) || path.contains(char::is_control) {
            return Err(refuse("a path from the root of the base is wanted"));
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_some() => {}
                ".." => return Err(refuse("it leaves the repository")),
                part => parts.push(part),
            }
        }
        if parts.is_empty() {
            return Err(refuse("it names no file"));
        }
        Ok(Self { root: self.root.clone(), path: parts.join("/"), named: true })
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

/// The plan of a revision; of the commit in common with `tip` where there is one.
///
/// # Errors
/// Where the commit has none at that place.
pub fn of_revision(named: &str, commit: &Commit, tip: Option<&Commit>, place: &Place) -> Result<Side, FileFault> {
    let short = if tip.is_some() { commit.short() } else { named };
    let bytes = commit.read(&place.path, LARGEST).map_err(|fault| FileFault {
        message: format!("there is no plan to compare with in {short}: {}", fault.message),
        help: lacking(named, commit, tip, place),
        ..fault
    })?;
    let text = decode(&place.path, bytes)?;
    let folder = Folder::Git { commit: commit.clone(), base: place.folder() };
    let name = match (tip.is_some(), commit.id.starts_with(named)) {
        (true, _) => format!("{}, where {named} forks off", commit.short()),
        (false, true) => named.to_owned(),
        (false, false) => format!("{named} ({})", commit.short()),
    };
    Ok(Side { name, past: Some(short.to_owned()), text, folder })
}

/// What to do where a commit has no plan at its place.
fn lacking(named: &str, commit: &Commit, tip: Option<&Commit>, place: &Place) -> String {
    if tip.is_some_and(|tip| tip.read(&place.path, LARGEST).is_ok()) {
        return format!(
            "{named} has {} by now, but not where this forked off: take it over (merge {named}, or rebase onto it)",
            place.path
        );
    }
    if place.named {
        return format!("--base-plan names the plan's path in {} from the repository's root", commit.short());
    }
    match moved(commit, place) {
        Some(found) => format!("{found} is there: where that is the plan before it was moved, say --base-plan {found}"),
        None => format!("a plan that was renamed or moved: say where it stood with --base-plan PATH; {FIRST}"),
    }
}

/// What is to be done with a plan that has no past.
const FIRST: &str = "the first plan: nothing can judge it as a change, so run `trunkrisk check` without --base, which judges \
                     it by its own policy, and have that policy approved";

/// A plan of a commit beside the path that it was looked for at: under the same or the usual name, in its folder or above.
fn moved(commit: &Commit, place: &Place) -> Option<String> {
    let name = place.path.rsplit('/').next().unwrap_or(&place.path);
    let folder = place.folder();
    Path::new(&folder).ancestors().find_map(|folder| {
        [name, PLAN].into_iter().find_map(|name| {
            let path = slashed(&folder.join(name));
            (path != place.path && commit.read(&path, LARGEST).is_ok()).then_some(path)
        })
    })
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
    let mut paths = vec![place.path.as_str()];
    paths.extend((!place.named).then_some(name));
    let found = paths.iter().map(|path| directory.join(path)).find(|path| path.is_file());
    let Some(path) = found else {
        let (holds, help) = if place.named {
            (place.path.as_str(), "--base-plan names the plan's path from that directory".to_owned())
        } else {
            let help = format!(
                "name a directory that holds {}, or one with --plan FILE; where the plan has another name there, say \
                 --base-plan PATH",
                place.path
            );
            (name, help)
        };
        return Err(FileFault::new(
            format!("there is no plan to compare with in the directory {shown}: it holds no {holds}"),
            help,
        ));
    };
    let (text, folder) = read_plan(&path)?;
    let elsewhere = !matches!(&folder, Folder::Disk { root, .. } if *root == place.root);
    let past = elsewhere.then(|| shown.trim_end_matches('/').to_owned());
    Ok(Side { name: shown, past, text, folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_stood_within_its_repository() {
        let place = Place { root: PathBuf::from("/r"), path: "failover.toml".to_owned(), named: false };
        let path = |named: &str| place.elsewhere(named).map(|place| (place.path, place.named)).map_err(|f| f.message);
        for (named, want) in
            [("a/b.toml", "a/b.toml"), ("./a//b.toml", "a/b.toml"), ("a/../b.toml", "b.toml"), ("ä b.toml", "ä b.toml")]
        {
            assert_eq!(path(named), Ok((want.to_owned(), true)));
        }
        for bad in
            ["", ".", "/", "/a.toml", "..", "../a.toml", "a/../../b.toml", "a\\b.toml", "C:a.toml", "HEAD:a", "a\n"]
        {
            assert!(path(bad).unwrap_err().contains("says of no plan where it stood"), "{bad:?}");
        }
    }
}

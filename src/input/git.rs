//! The past of a git repository, read through the `git` program: objects alone, never the work tree, never the network.
//!
//! Whatever comes from an argument or a plan goes to `git` on its standard input, so that no name can become an option.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::files::{FileFault, too_large};

/// The largest answer that is read beside a file's bytes.
const HEADER: u64 = 4096;

/// A repository on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    root: PathBuf,
}

/// A commit of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    repository: Repository,
    /// Its object name, in full.
    pub id: String,
}

impl Repository {
    /// The repository that a folder is the root of.
    ///
    /// # Errors
    /// Where it is none.
    pub fn at(root: &Path) -> Result<Self, FileFault> {
        if root.join(".git").exists() {
            return Ok(Self { root: root.to_owned() });
        }
        Err(FileFault::new(
            "there is no git repository here or above to find the revision in",
            "run it within the repository, or name a directory that holds the other plan",
        ))
    }

    /// The repository's root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn ask(&self, args: &[&str], request: &str, most: u64) -> Result<Vec<u8>, FileFault> {
        let cannot = |error: &std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => FileFault::new(
                "the program `git`, which reads revisions, cannot be found",
                "install git, or name a directory that holds the other plan",
            ),
            _ => FileFault::new(format!("`git` cannot be run: {error}"), "name a directory that holds the other plan"),
        };
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.root).args(args);
        // The plan's folder decides which repository it is, also in a hook; and what is not here is not fetched.
        for variable in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot(&error))?;
        // A request is shorter than a pipe is deep; git that ends before it reads it says why.
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(request.as_bytes());
        }
        let mut answer = Vec::new();
        if let Some(stdout) = child.stdout.take() {
            stdout.take(most).read_to_end(&mut answer).map_err(|error| cannot(&error))?;
        }
        let mut said = Vec::new();
        if let Some(stderr) = child.stderr.take() {
            stderr.take(HEADER).read_to_end(&mut said).map_err(|error| cannot(&error))?;
        }
        let status = child.wait().map_err(|error| cannot(&error))?;
        if !status.success() && answer.is_empty() && !said.is_empty() {
            let said = String::from_utf8_lossy(&said);
            let said = said.lines().next().unwrap_or_default().trim_start_matches("fatal: ").to_owned();
            return Err(FileFault::new(
                format!("git cannot read the repository: {said}"),
                "mend that, or name a directory that holds the other plan",
            ));
        }
        Ok(answer)
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// Where there is none, or git cannot be asked.
    pub fn commit(&self, revision: &str) -> Result<Commit, FileFault> {
        let none = |help: String| FileFault::new(format!("`{revision}` is no revision of this repository"), help);
        if revision.trim().is_empty() || revision.contains(char::is_control) {
            return Err(none("name a branch, tag or commit, such as origin/main or HEAD~1".to_owned()));
        }
        let answer = self.ask(&["cat-file", "--batch-check"], &format!("{revision}^{{commit}}\n"), HEADER)?;
        let answer = String::from_utf8_lossy(&answer);
        match answer.trim_end().split(' ').collect::<Vec<_>>().as_slice() {
            [id, "commit", _] if id.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Ok(Commit { repository: self.clone(), id: (*id).to_owned() })
            }
            [.., "ambiguous"] => {
                Err(FileFault::new(format!("`{revision}` names several objects"), "write more of its digits"))
            }
            _ if self.is_shallow()? => {
                Err(none(format!("this is a shallow clone, which holds a part of the history: {UNSHALLOW}")))
            }
            _ if self.is_unborn()? => Err(none("nothing has been committed here yet".to_owned())),
            _ => Err(none(
                "name a branch, tag or commit that this clone has: `git fetch` brings what it lacks".to_owned(),
            )),
        }
    }

    /// Whether the branch that is checked out has no commit.
    fn is_unborn(&self) -> Result<bool, FileFault> {
        let answer = self.ask(&["cat-file", "--batch-check"], "HEAD^{commit}\n", HEADER)?;
        Ok(String::from_utf8_lossy(&answer).trim_end().ends_with("missing"))
    }

    fn is_shallow(&self) -> Result<bool, FileFault> {
        Ok(self.ask(&["rev-parse", "--is-shallow-repository"], "", HEADER)?.starts_with(b"true"))
    }

    /// The commit that two have in common, the youngest.
    ///
    /// # Errors
    /// Where there is none, as in a shallow clone, or git cannot be asked.
    pub fn merge_base(&self, one: &Commit, other: &Commit) -> Result<Commit, FileFault> {
        // Object names in full: nothing of what was typed.
        let answer = self.ask(&["merge-base", &one.id, &other.id], "", HEADER)?;
        let id = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().trim().to_owned();
        if !id.is_empty() && id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Commit { repository: self.clone(), id });
        }
        let message = format!("{} and {} have no commit in common here", one.short(), other.short());
        if self.is_shallow()? {
            return Err(FileFault::new(
                format!("{message}: this is a shallow clone, which holds a part of the history"),
                UNSHALLOW,
            ));
        }
        Err(FileFault::new(message, "their histories are unrelated: name a directory that holds the other plan"))
    }
}

/// How a file begins that stands for one which Git LFS keeps.
pub(super) const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";

/// What a shallow clone is told.
const UNSHALLOW: &str =
    "run `git fetch --unshallow`; in CI check out with the whole history (`fetch-depth: 0`, or GIT_DEPTH: 0)";

impl Commit {
    /// The first digits of its name.
    #[must_use]
    pub fn short(&self) -> &str {
        self.id.get(..7).unwrap_or(&self.id)
    }

    /// A file of the commit by its path from the root. Links are followed within the commit.
    ///
    /// # Errors
    /// Where there is none, or it is too large.
    pub fn read(&self, path: &str, largest: u64) -> Result<Vec<u8>, FileFault> {
        let missing = |why: &str, help: &str| {
            FileFault::new(format!("cannot read {path} in commit {}: {why}", self.short()), help)
        };
        let none = || {
            let help = "a file that was renamed keeps its old name in older commits, and one in a submodule is in none";
            missing("there is no such file", help)
        };
        if path.contains(char::is_control) {
            return Err(none());
        }
        let request = format!("{}:{path}\n", self.id);
        let args = ["cat-file", "--batch", "--follow-symlinks"];
        let answer = self.repository.ask(&args, &request, largest + HEADER)?;
        let end = answer.iter().position(|b| *b == b'\n').unwrap_or(answer.len());
        let header = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).into_owned();
        match header.split(' ').collect::<Vec<_>>().as_slice() {
            ["symlink", _] => Err(missing("it is a link that leads out of the repository", "keep files within it")),
            ["dangling" | "loop" | "notdir", _] => Err(missing("it is a link that leads nowhere", "mend the link")),
            [_, "tree", _] => Err(missing("it is a directory, not a file", "name a file")),
            [id, "blob", size] if id.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let size: u64 = size.parse().map_err(|_| none())?;
                if size > largest {
                    return Err(too_large(path, largest));
                }
                let mut bytes = answer;
                bytes.drain(..=end.min(bytes.len().saturating_sub(1)));
                // The answer ends with a line feed of its own.
                let whole = usize::try_from(size).unwrap_or(usize::MAX);
                if bytes.len() < whole {
                    return Err(missing("git gave a part of it alone", "run `git fsck`"));
                }
                bytes.truncate(whole);
                if bytes.starts_with(POINTER) {
                    let help = "Git LFS keeps the file elsewhere, where no base is read: keep decks in git itself";
                    return Err(missing("it is a pointer of Git LFS, not the file", help));
                }
                Ok(bytes)
            }
            _ => Err(none()),
        }
    }
}

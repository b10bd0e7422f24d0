//! Where texts come from: the disk, standard input, or what is embedded in the program.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use super::deck::Source;
use super::fault::FaultKind;
use super::git::{Commit, POINTER};
use super::spreadsheet;
use crate::words::digest::sha256;

/// Plans and tables larger than this are no plans and tables [bytes]. A table of 100,000 rows takes about 5 MB.
pub const LARGEST: u64 = 32 * 1024 * 1024;

/// A carrier's own deck may be larger [bytes]: one of 5,000,000 rows takes about 150 MB.
pub const LARGEST_DECK: u64 = 512 * 1024 * 1024;

/// The name of a plan where none is given.
pub const PLAN: &str = "failover.toml";

/// Why a text could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
}

impl FileFault {
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { kind: FaultKind::Unreadable, message: message.into(), help: help.into() }
    }
}

/// A text and what it is called in reports.
#[derive(Debug, Clone)]
pub struct NamedText {
    /// The name: a path from the repository's root, never an absolute one.
    pub name: String,
    /// The bytes as they were, for the digest.
    pub bytes: Vec<u8>,
    /// The text, without a byte order mark.
    pub text: String,
}

/// A deck's text: its bytes, kept once.
#[derive(Debug, Clone)]
pub struct DeckText {
    /// The name: a path from the repository's root, never an absolute one.
    pub name: String,
    /// SHA-256 of the bytes as they were, in hexadecimal.
    pub sha256: String,
    /// The text, without a byte order mark.
    pub text: String,
    /// Whether it had one.
    pub marked: bool,
}

/// The folder that relative paths start at, and the one they may not leave.
#[derive(Debug, Clone)]
pub enum Folder {
    /// On the disk.
    Disk {
        /// The repository's root, or the plan's folder outside a repository; canonical.
        root: PathBuf,
        /// The plan's folder; canonical.
        base: PathBuf,
    },
    /// In a commit of a git repository.
    Git {
        /// The commit.
        commit: Commit,
        /// The plan's folder, from the repository's root; empty for the root.
        base: String,
    },
    /// In the program.
    Embedded(&'static [(&'static str, &'static str)]),
}

/// Walks up from a folder to the repository's root and finds the plan.
#[must_use]
pub fn discover(from: &Path) -> Option<PathBuf> {
    for folder in from.ancestors() {
        let candidate = folder.join(PLAN);
        if candidate.is_file() {
            return Some(candidate);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// The repository that a folder lies in, or the folder itself.
pub(super) fn repository(folder: &Path) -> PathBuf {
    folder.ancestors().find(|f| f.join(".git").exists()).unwrap_or(folder).to_path_buf()
}

pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<String> = path
        .components()
        .filter_map(|c| if let Component::Normal(part) = c { Some(part.to_string_lossy().into_owned()) } else { None })
        .collect();
    parts.join("/")
}

fn not_text(name: &str, bytes: &[u8], error: std::str::Utf8Error) -> FileFault {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.rsplit(|b| *b == b'\n').next().map_or(0, |l| String::from_utf8_lossy(l).chars().count());
    let byte = bytes.get(error.valid_up_to()).copied().unwrap_or(0);
    let found = if utf16 { "UTF-16".to_owned() } else { format!("byte 0x{byte:02X}") };
    FileFault::new(format!("{name}:{line}:{}: not UTF-8 text: found {found}", column + 1), "save the file as UTF-8")
}

fn decode_deck(name: &str, bytes: Vec<u8>) -> Result<DeckText, FileFault> {
    // A zip archive, which a spreadsheet is, begins so.
    if bytes.starts_with(b"PK\x03\x04") {
        let help = "`trunkrisk rates import FILE --currency CODE --out TABLE.toml` makes a table and a CSV of it";
        return Err(FileFault::new(format!("{name} is a spreadsheet, not text"), help));
    }
    if bytes.starts_with(POINTER) {
        let help = "`git lfs pull` fetches the file itself";
        return Err(FileFault::new(format!("{name} is a pointer of Git LFS, not the deck"), help));
    }
    let sha256 = sha256(&bytes);
    let mut text = String::from_utf8(bytes).map_err(|e| not_text(name, e.as_bytes(), e.utf8_error()))?;
    let marked = text.starts_with('\u{feff}');
    if marked {
        text.drain(..'\u{feff}'.len_utf8());
    }
    if text.trim().is_empty() {
        return Err(FileFault {
            kind: FaultKind::EmptyDeck,
            ..FileFault::new(format!("{name} is empty"), "is it the right file? a price list has rows")
        });
    }
    Ok(DeckText { name: name.to_owned(), sha256, text, marked })
}

pub(super) fn decode(name: &str, bytes: Vec<u8>) -> Result<NamedText, FileFault> {
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).to_owned(),
        Err(error) => return Err(not_text(name, &bytes, error)),
    };
    if text.trim().is_empty() {
        return Err(FileFault::new(
            format!("{name} is empty"),
            "`trunkrisk init` writes a plan and tables to begin with",
        ));
    }
    Ok(NamedText { name: name.to_owned(), bytes, text })
}

fn read_limited(name: &str, reader: impl Read, largest: u64) -> Result<Vec<u8>, FileFault> {
    let mut bytes = Vec::new();
    reader
        .take(largest + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| FileFault::new(format!("cannot read {name}: {}", reason(&error)), "check the file"))?;
    if bytes.len() as u64 > largest {
        return Err(too_large(name, largest));
    }
    Ok(bytes)
}

pub(super) fn too_large(name: &str, largest: u64) -> FileFault {
    FileFault::new(
        format!("{name} is larger than {} MiB", largest / 1024 / 1024),
        "plans and rate tables are small texts: is it the right file?",
    )
}

/// The reason without the operating system's number, which differs between systems.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

fn read_disk(name: &str, path: &Path) -> Result<NamedText, FileFault> {
    decode(name, read_bytes(name, path, LARGEST)?)
}

fn read_bytes(name: &str, path: &Path, largest: u64) -> Result<Vec<u8>, FileFault> {
    let missing = |error: &std::io::Error| {
        FileFault::new(format!("cannot read {name}: {}", reason(error)), "check the path and the file's rights")
    };
    let metadata = fs::metadata(path).map_err(|error| missing(&error))?;
    if metadata.is_dir() {
        return Err(FileFault::new(format!("{name} is a directory, not a file"), "name a file"));
    }
    if !metadata.is_file() {
        return Err(FileFault::new(format!("{name} is no regular file"), "name a file, or `-` for standard input"));
    }
    if metadata.len() > largest {
        return Err(too_large(name, largest));
    }
    let file = fs::File::open(path).map_err(|error| missing(&error))?;
    read_limited(name, file, largest)
}

/// The name that reports show of a file that an argument names.
#[must_use]
pub fn argument_name(path: &Path) -> String {
    if path.is_absolute() {
        path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    } else {
        path.to_string_lossy().replace('\\', "/")
    }
}

/// Reads a file that an argument names, shown as it was given.
///
/// # Errors
/// Where it cannot be read as text.
pub fn read_argument(path: &Path) -> Result<NamedText, FileFault> {
    if path == Path::new("-") {
        return decode("standard input", read_limited("standard input", std::io::stdin(), LARGEST)?);
    }
    read_disk(&argument_name(path), path)
}

/// Reads a deck that an argument names, shown as it was given.
///
/// # Errors
/// Where it cannot be read as text.
pub fn read_deck_argument(path: &Path) -> Result<DeckText, FileFault> {
    if path == Path::new("-") {
        return decode_deck("standard input", read_limited("standard input", std::io::stdin(), LARGEST_DECK)?);
    }
    let name = argument_name(path);
    decode_deck(&name, read_bytes(&name, path, LARGEST_DECK)?)
}

/// Reads a carrier's file that an argument names: text, or the sheets of a spreadsheet as text.
///
/// # Errors
/// Where it is neither.
pub fn read_spreadsheet(path: &Path) -> Result<Source, FileFault> {
    let name = argument_name(path);
    let bytes = match path == Path::new("-") {
        true => read_limited("standard input", std::io::stdin(), LARGEST_DECK)?,
        false => read_bytes(&name, path, LARGEST_DECK)?,
    };
    if !spreadsheet::is_spreadsheet(&bytes) {
        return decode_deck(&name, bytes).map(Source::Text);
    }
    let sheets = spreadsheet::sheets(&bytes).map_err(|reason| {
        FileFault::new(format!("cannot read {name} as a spreadsheet: {reason}"), "save it as .xlsx")
    })?;
    // Faults show the text that is written, under the name of its sheet.
    let text = |sheet: spreadsheet::Sheet| {
        let sha256 = sha256(sheet.text.as_bytes());
        let text = DeckText { name: format!("{name}, sheet {}", sheet.name), sha256, text: sheet.text, marked: false };
        (sheet.name, text)
    };
    Ok(Source::Sheets(sheets.into_iter().map(text).collect()))
}

/// The folder that a file's relative paths start at, where an argument names the file.
#[must_use]
pub fn folder_of(path: &Path) -> Folder {
    let here = || fs::canonicalize(".").unwrap_or_else(|_| PathBuf::from("."));
    let base = match fs::canonicalize(path) {
        Ok(real) if path != Path::new("-") => real.parent().map_or_else(here, Path::to_path_buf),
        _ => here(),
    };
    Folder::Disk { root: repository(&base), base }
}

/// Reads a plan and finds the folder that its paths start at.
///
/// # Errors
/// Where it cannot be read as text.
pub fn read_plan(path: &Path) -> Result<(NamedText, Folder), FileFault> {
    if path == Path::new("-") {
        let text = read_argument(path)?;
        let base = fs::canonicalize(".").unwrap_or_else(|_| PathBuf::from("."));
        return Ok((text, Folder::Disk { root: repository(&base), base }));
    }
    let shown = path.to_string_lossy().replace('\\', "/");
    let canonical = fs::canonicalize(path).map_err(|error| {
        let help =
            format!("name a plan with --plan FILE, write one with `trunkrisk init`, or try --demo; expected {PLAN}");
        FileFault::new(format!("cannot read {shown}: {}", reason(&error)), help)
    })?;
    let base = canonical.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
    let root = repository(&base);
    let name = canonical.strip_prefix(&root).map_or_else(|_| shown.clone(), slashed);
    let text = read_disk(if name.is_empty() { &shown } else { &name }, &canonical)?;
    Ok((text, Folder::Disk { root, base }))
}

impl Folder {
    /// Reads a text that need not be there, beside the plan. What is there and cannot be read is a fault.
    ///
    /// # Errors
    /// Where it is there and cannot be read as text.
    pub fn beside(&self, name: &str) -> Result<Option<NamedText>, FileFault> {
        match self {
            // What is signed is the plan as it is, and no example or past.
            Self::Embedded(_) | Self::Git { .. } => Ok(None),
            Self::Disk { base, .. } if fs::symlink_metadata(base.join(name)).is_err() => Ok(None),
            Self::Disk { .. } => self.read(name).map(Some),
        }
    }

    /// Reads a text by the path that a plan names.
    ///
    /// # Errors
    /// Where the path leaves the repository, or the file cannot be read as text.
    pub fn read(&self, path: &str) -> Result<NamedText, FileFault> {
        match self {
            Self::Embedded(files) => match files.iter().find(|(name, _)| *name == path) {
                Some((name, text)) => decode(name, text.as_bytes().to_vec()),
                None => Err(FileFault::new(format!("the program holds no file {path}"), "")),
            },
            Self::Disk { root, base } => {
                let (name, path) = within(root, base, path)?;
                read_disk(&name, &path)
            }
            Self::Git { commit, base } => {
                let name = walk(base, path)?;
                decode(&name, commit.read(&name, LARGEST)?)
            }
        }
    }

    /// Reads a deck by the path that a table names.
    ///
    /// # Errors
    /// As [`Folder::read`].
    pub fn read_deck(&self, path: &str) -> Result<DeckText, FileFault> {
        match self {
            Self::Embedded(_) => self.read(path).and_then(|text| decode_deck(&text.name, text.bytes)),
            Self::Disk { root, base } => {
                let (name, path) = within(root, base, path)?;
                decode_deck(&name, read_bytes(&name, &path, LARGEST_DECK)?)
            }
            Self::Git { commit, base } => {
                let name = walk(base, path)?;
                decode_deck(&name, commit.read(&name, LARGEST_DECK)?)
            }
        }
    }
}

fn outside(path: &str, how: &str) -> FileFault {
    FileFault {
        kind: FaultKind::PathOutsideRepository,
        message: format!("{path} {how}"),
        help: "relative paths start at the plan's folder and stay within its repository".to_owned(),
    }
}

/// A path from a repository's root, for one that starts at a folder in it.
fn walk(base: &str, path: &str) -> Result<String, FileFault> {
    if path.starts_with('/') || path.contains('\\') || path.contains(char::is_control) {
        return Err(outside(path, "is not a relative path with forward slashes"));
    }
    let mut walked: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if walked.pop().is_some() => {}
            ".." => return Err(outside(path, "leaves the plan's repository")),
            part => walked.push(part),
        }
    }
    Ok(walked.join("/"))
}

/// The name of a file that a plan or table names, and where it lies.
fn within(root: &Path, base: &Path, path: &str) -> Result<(String, PathBuf), FileFault> {
    let outside = |how: &str| outside(path, how);
    let given = Path::new(path);
    if given.is_absolute() || path.contains('\\') || path.contains('\0') {
        return Err(outside("is not a relative path with forward slashes"));
    }
    // First by the words of the path, so that nothing outside is even looked at.
    let mut walked = base.to_path_buf();
    for component in given.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(part) => walked.push(part),
            Component::ParentDir if walked.as_path() != root && walked.pop() => {}
            _ => return Err(outside("leaves the plan's repository")),
        }
    }
    let name = walked.strip_prefix(root).map_or_else(|_| path.to_owned(), slashed);
    // Then by where links lead.
    if let Ok(real) = fs::canonicalize(&walked)
        && !real.starts_with(root)
    {
        return Err(outside("leads outside the plan's repository through a link"));
    }
    Ok((name, walked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_within_the_repository() {
        let folder = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(folder.path()).unwrap();
        fs::create_dir_all(root.join("repo/.git")).unwrap();
        fs::create_dir_all(root.join("repo/sub")).unwrap();
        for file in ["secret.toml", "repo/top.toml", "repo/sub/failover.toml", "repo/sub/near.toml"] {
            fs::write(root.join(file), "a = 1").unwrap();
        }
        let (plan, files) = read_plan(&root.join("repo/sub/failover.toml")).unwrap();
        assert_eq!(plan.name, "sub/failover.toml");
        assert_eq!(files.read("near.toml").unwrap().name, "sub/near.toml");
        assert_eq!(files.read("../top.toml").unwrap().name, "top.toml");
        for path in ["../../secret.toml", "/etc/hostname", "..\\x", "a/../../../secret.toml"] {
            assert_eq!(files.read(path).unwrap_err().kind, FaultKind::PathOutsideRepository, "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(root.join("secret.toml"), root.join("repo/link.toml")).unwrap();
            assert_eq!(files.read("../link.toml").unwrap_err().kind, FaultKind::PathOutsideRepository);
        }
        assert!(files.read("..").unwrap_err().message.contains("directory"));
        assert!(files.read("none.toml").unwrap_err().message.contains("no such file"));
        assert_eq!(discover(&root.join("repo/sub")), Some(root.join("repo/sub/failover.toml")));
        assert_eq!(discover(&root.join("repo")), None);
    }

    #[test]
    fn paths_in_a_commit_stay_within_it() {
        assert_eq!(walk("a/b", "../c/./d.toml").unwrap(), "a/c/d.toml");
        assert_eq!(walk("", "x").unwrap(), "x");
        for path in ["../x", "/x", "a\\b", "a\nb", "b/../../x"] {
            assert_eq!(walk("", path).unwrap_err().kind, FaultKind::PathOutsideRepository, "{path:?}");
        }
    }

    #[test]
    fn only_text_is_text() {
        assert!(decode("x", vec![]).unwrap_err().message.contains("empty"));
        assert!(decode("x", b" \n".to_vec()).unwrap_err().message.contains("empty"));
        assert!(decode("x", b"ok\nab\xff".to_vec()).unwrap_err().message.starts_with("x:2:3: not UTF-8"));
        assert!(decode("x", vec![0xff, 0xfe, 0x41, 0]).unwrap_err().message.contains("UTF-16"));
        assert_eq!(decode("x", "\u{feff}a = 1".as_bytes().to_vec()).unwrap().text, "a = 1");
    }
}

//! What `init --ci` writes works as written, as far as a test can run it: its commands, not its machines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use trunkrisk::input::example::FILES;

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_remove("GITHUB_STEP_SUMMARY").output().unwrap()
}

/// The shapes that these files keep to, so that a reader of YAML takes them as they look: spaces in twos, a key or an item
/// a line, and no value that begins with a character that YAML gives a meaning.
fn looks_like_yaml(text: &str) {
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let inner = line.trim_start();
        assert_eq!((line.len() - inner.len()) % 2, 0, "{line}");
        assert!(!line.contains('\t') && line == line.trim_end(), "{line}");
        let inner = inner.strip_prefix("- ").unwrap_or(inner);
        if let Some((key, value)) = inner.split_once(':').filter(|(key, _)| !key.contains(' ')) {
            assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)), "{line}");
            let value = value.strip_prefix(' ').unwrap_or(value);
            assert!(!value.starts_with(['{', '&', '*', '%', '@', '`', '|', '>', '!']), "{line}");
            assert!(!value.contains(": ") && !value.contains(" #"), "{line}");
        }
    }
}

/// Commands of the program in a file of CI.
fn commands(text: &str) -> Vec<Vec<String>> {
    let line = |line: &str| -> Option<Vec<String>> {
        let inner = line.trim_start();
        let inner =
            ["- trunkrisk ", "run: trunkrisk ", "entry: trunkrisk "].iter().find_map(|p| inner.strip_prefix(p))?;
        Some(inner.split(' ').map(str::to_owned).collect())
    };
    text.lines().filter_map(line).collect()
}

#[test]
fn the_workflow_works_as_written() {
    for (ci, path, files) in [
        ("github", ".github/workflows/trunkrisk.yml", &["trunkrisk.sarif", "trunkrisk.md"][..]),
        ("gitlab", ".gitlab-ci.yml", &["trunkrisk-codequality.json", "trunkrisk-junit.xml", "trunkrisk.md"]),
        ("pre-commit", ".pre-commit-config.yaml", &[]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let out = run(folder.path(), &["init", "--ci", ci]);
        assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
        let text = std::fs::read_to_string(folder.path().join(path)).unwrap();
        looks_like_yaml(&text);
        assert!(!text.contains("{VERSION}"));
        // Where there was no plan, there is one now, and the commands of the file judge it.
        for (name, _) in FILES {
            assert!(folder.path().join(name).exists(), "{name}");
        }
        let commands = commands(&text);
        assert_eq!(commands.len(), 1, "{ci}");
        for command in &commands {
            let args: Vec<&str> = command.iter().map(String::as_str).collect();
            let out = run(folder.path(), &args);
            assert_eq!(out.status.code(), Some(0), "{ci}: {}", String::from_utf8_lossy(&out.stderr));
        }
        for file in files {
            assert!(text.contains(file) && folder.path().join(file).exists(), "{file}");
        }
        // Again: the file is there, and nothing is lost.
        let out = run(folder.path(), &["init", "--ci", ci]);
        assert_eq!(out.status.code(), Some(2));
    }
}

#[test]
fn a_plan_that_is_there_stays() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("failover.toml"), "mine").unwrap();
    let out = run(folder.path(), &["init", "--ci", "github", "--output", "json"]);
    assert_eq!(out.status.code(), Some(0));
    let value: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(value["init"]["written"], serde_json::json!([".github/workflows/trunkrisk.yml"]));
    assert_eq!(std::fs::read_to_string(folder.path().join("failover.toml")).unwrap(), "mine");
    assert!(!folder.path().join("rates").exists());
    assert_eq!(run(folder.path(), &["init", "--ci", "jenkins"]).status.code(), Some(2));
}

#[test]
fn the_hooks_of_the_repository_run() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml")).unwrap();
    looks_like_yaml(&text);
    let commands = commands(&text);
    assert_eq!(commands.len(), text.matches("- id: ").count());
    for mut command in commands {
        command.push("--help".to_owned());
        let args: Vec<&str> = command.iter().map(String::as_str).collect();
        assert_eq!(run(Path::new(env!("CARGO_MANIFEST_DIR")), &args).status.code(), Some(0), "{command:?}");
    }
}

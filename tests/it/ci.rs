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
        // Without a pull request there is no base.
        Some(inner.split(' ').filter(|arg| !arg.starts_with('$')).map(str::to_owned).collect())
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

/// Runs what the file does after the program is installed, as a runner's shell does.
#[cfg(unix)]
fn judged_in_ci(folder: &Path, workflow: &str, base: &str) -> Option<i32> {
    let step = |start: &str| {
        let line = workflow.lines().find_map(|line| line.trim_start().strip_prefix(start));
        line.map_or_else(String::new, |line| {
            format!("{}{line}\n", start.trim_start_matches("- ").trim_start_matches("run: "))
        })
    };
    // GitHub hands on what a step writes to the file that it names.
    let handed = "[ -z \"$GITHUB_ENV\" ] || base=$(sed -n 's/^base=//p' \"$GITHUB_ENV\")\n";
    let script = ["run: plan=", "- PLAN=", "- BASE="].map(step).concat()
        + handed
        + &["run: trunkrisk ", "- trunkrisk "].map(step).concat();
    let program = Path::new(env!("CARGO_BIN_EXE_trunkrisk")).parent().unwrap();
    let path = std::env::join_paths(
        [program.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let (branch, commit) = if workflow.contains("GITHUB_ENV") { (base, "") } else { ("", base) };
    let given = folder.join(".git/handed-on");
    std::fs::write(&given, "").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", &script]).current_dir(folder).env("PATH", path.unwrap());
    shell.env("BASE", branch).env("CI_MERGE_REQUEST_DIFF_BASE_SHA", commit).env_remove("GITHUB_STEP_SUMMARY");
    if workflow.contains("GITHUB_ENV") {
        shell.env("GITHUB_ENV", given)
    } else {
        shell.env_remove("GITHUB_ENV")
    };
    shell.output().unwrap().status.code()
}

#[cfg(unix)]
#[test]
fn a_pull_request_cannot_loosen_its_own_gate() {
    for (ci, path) in [("github", ".github/workflows/trunkrisk.yml"), ("gitlab", ".gitlab-ci.yml")] {
        let folder = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| {
            let who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
            let out = Command::new("git").args(who).args(args).current_dir(folder.path()).output().unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
            String::from_utf8(out.stdout).unwrap().trim().to_owned()
        };
        git(&["init", "-q"]);
        git(&["commit", "-q", "--allow-empty", "-m", "no plan"]);
        let base = |name: &str| {
            git(&["update-ref", &format!("refs/remotes/origin/{name}"), "HEAD"]);
            if ci == "github" { name.to_owned() } else { git(&["rev-parse", "HEAD"]) }
        };
        let none = base("none");
        assert_eq!(run(folder.path(), &["init", "--ci", ci]).status.code(), Some(0));
        git(&["add", "."]);
        git(&["commit", "-q", "-m", "a plan"]);
        let main = base("main");
        let workflow = std::fs::read_to_string(folder.path().join(path)).unwrap();
        // A push, a plan that is new, and one that is as it was.
        for base in ["", &none, &main] {
            assert_eq!(judged_in_ci(folder.path(), &workflow, base), Some(0), "{ci}: {base}");
        }
        let plan = folder.path().join("failover.toml");
        let loosened = std::fs::read_to_string(&plan).unwrap().replace("absorb           = 0.95", "absorb = 0.5");
        std::fs::write(&plan, loosened).unwrap();
        git(&["commit", "-q", "-a", "-m", "looser"]);
        assert_eq!(judged_in_ci(folder.path(), &workflow, &main), Some(1), "{ci}");
        // A base that the clone does not have fails: it is never judged as if there were none.
        let gone = if ci == "github" { "gone".to_owned() } else { "0123456789".repeat(4) };
        assert!(judged_in_ci(folder.path(), &workflow, &gone).is_some_and(|code| code > 1), "{ci}");
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

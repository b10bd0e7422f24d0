//! What `init --ci` writes works as written, as far as a test can run it: its commands, not its machines.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use trunkrisk::input::example::FILES;

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_remove("GITHUB_STEP_SUMMARY").output().unwrap()
}

/// How far a line is indented.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// A file of CI without its scripts of several lines, and these, each with the indentation of the line that it begins at.
fn parted(text: &str) -> (String, Vec<String>) {
    let (mut rest, mut scripts) = (String::new(), Vec::new());
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(before) = line.strip_suffix(" |") else {
            rest.push_str(&format!("{line}\n"));
            continue;
        };
        rest.push_str(&format!("{before} script-{}\n", scripts.len()));
        let mut script = String::new();
        while let Some(inner) = lines.next_if(|next| indent(next) > indent(line)) {
            script.push_str(&format!("{}\n", inner.get(indent(line) + 2..).unwrap()));
        }
        scripts.push(script);
    }
    (rest, scripts)
}

/// The shapes that these files keep to, so that a reader of YAML takes them as they look: spaces in twos, a key or an item
/// a line, and no value that begins with a character that YAML gives a meaning; scripts of several lines stand alone.
fn looks_like_yaml(text: &str) {
    let (text, scripts) = parted(text);
    assert!(
        scripts.iter().all(|script| script.lines().count() > 1 && script.lines().all(|line| !line.starts_with('\t')))
    );
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

/// What the file runs after the program is installed: each script with what its step needs to be run.
#[cfg(unix)]
fn steps(workflow: &str) -> Vec<(bool, String)> {
    let (rest, scripts) = parted(workflow);
    let mut only_pull_requests = false;
    let mut steps = Vec::new();
    for line in rest.lines() {
        let inner = line.trim_start();
        if inner.starts_with("- name: ") {
            only_pull_requests = false;
        }
        only_pull_requests |= inner.starts_with("if: ") && inner.contains("'pull_request'");
        let run = inner.strip_prefix("run: ").or(inner.strip_prefix("- ").filter(|_| !inner.contains(": ")));
        let Some(run) = run.filter(|run| !run.starts_with("cargo ") && !run.starts_with("gh ")) else { continue };
        let script =
            run.strip_prefix("script-").map_or(format!("{run}\n"), |n| scripts[n.parse::<usize>().unwrap()].clone());
        if script.starts_with("BASE=") || script.contains("git ") || script.starts_with("trunkrisk ") {
            steps.push((only_pull_requests, script));
        }
    }
    steps
}

/// Runs what the file does after the program is installed, as a runner's shell does: its exit code, and what it said.
#[cfg(unix)]
fn judged_in_ci(folder: &Path, workflow: &str, base: &str) -> (Option<i32>, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_trunkrisk")).parent().unwrap();
    let path = std::env::join_paths(
        [program.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    )
    .unwrap();
    let github = workflow.contains("GITHUB_ENV");
    let given = |name: &str| folder.join(".git").join(name);
    for file in ["handed-on", "summary"] {
        std::fs::write(given(file), "").unwrap();
    }
    let steps = steps(workflow);
    assert!(steps.len() >= 2, "{steps:?}");
    // A shell for each step, or one for all.
    let scripts: Vec<String> = if github {
        steps.into_iter().filter(|(pull, _)| !pull || !base.is_empty()).map(|(_, script)| script).collect()
    } else {
        vec![steps.into_iter().map(|(_, script)| script).collect()]
    };
    let (mut code, mut said) = (None, String::new());
    for script in scripts {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &script]).current_dir(folder).env("PATH", &path).stdin(Stdio::null());
        for name in ["GITHUB_STEP_SUMMARY", "GITHUB_ENV", "BASE", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "base"] {
            shell.env_remove(name);
        }
        if github {
            shell.env("BASE", base).env("GITHUB_ENV", given("handed-on")).env("GITHUB_STEP_SUMMARY", given("summary"));
            let handed = std::fs::read_to_string(given("handed-on")).unwrap();
            shell.envs(handed.lines().filter_map(|line| line.split_once('=')));
        } else {
            shell.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", base);
        }
        let out = shell.output().unwrap();
        said.push_str(&(String::from_utf8(out.stdout).unwrap() + &String::from_utf8(out.stderr).unwrap()));
        code = out.status.code();
        if code != Some(0) {
            break;
        }
    }
    (code, said)
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
        for (base, first, change) in [("", false, false), (&none, true, false), (&main, false, true)] {
            let (code, said) = judged_in_ci(folder.path(), &workflow, base);
            assert_eq!(code, Some(0), "{ci}: {base}: {said}");
            // Without a base nothing says that nothing has changed.
            assert_eq!(said.contains("judged by its own policy, not as a change"), first, "{ci}: {base}: {said}");
            assert_eq!(said.contains("no change"), change, "{ci}: {base}: {said}");
        }
        // A base that is not there is none that has no plan.
        let lost = if ci == "github" { "nowhere" } else { "0123456789012345678901234567890123456789" };
        let (code, said) = judged_in_ci(folder.path(), &workflow, lost);
        assert!(code != Some(0) && !said.contains("PASS"), "{ci}: {said}");
        let plan = folder.path().join("failover.toml");
        let loosened = std::fs::read_to_string(&plan).unwrap().replace("absorb           = 0.95", "absorb = 0.5");
        std::fs::write(&plan, loosened).unwrap();
        git(&["commit", "-q", "-a", "-m", "looser"]);
        assert_eq!(judged_in_ci(folder.path(), &workflow, &main).0, Some(1), "{ci}");
        // A base that the clone does not have fails: it is never judged as if there were none.
        let gone = if ci == "github" { "gone".to_owned() } else { "0123456789".repeat(4) };
        assert!(judged_in_ci(folder.path(), &workflow, &gone).0.is_some_and(|code| code > 1), "{ci}");
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

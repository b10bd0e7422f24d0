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
            let quoted = value.starts_with(['"', '[']) && value.ends_with(['"', ']']);
            assert!(quoted || (!value.contains(": ") && !value.contains(" #")), "{line}");
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

/// A variable of a file of CI.
fn variable(text: &str, name: &str) -> String {
    let value = text.lines().find_map(|line| line.trim_start().strip_prefix(name)?.strip_prefix(": "));
    serde_json::from_str(value.unwrap()).unwrap()
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
            let named = |arg: &String| match arg.strip_suffix("\"$PLAN\"") {
                Some(before) => before.to_owned() + &variable(&text, "PLAN"),
                None => arg.clone(),
            };
            let args: Vec<String> = command.iter().map(named).collect();
            let args: Vec<&str> = args.iter().map(String::as_str).collect();
            assert_eq!(args.contains(&"--plan=failover.toml"), ci != "pre-commit", "{args:?}");
            let out = run(folder.path(), &args);
            assert_eq!(out.status.code(), Some(0), "{ci}: {}", String::from_utf8_lossy(&out.stderr));
        }
        if ci == "pre-commit" {
            assert!(text.contains("args: [\"--plan\", \"failover.toml\"]\n"), "{text}");
            assert!(text.contains(r"files: (^|/)(failover\.toml|rates/"), "{text}");
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
        if script.contains("git ") || script.starts_with("trunkrisk ") {
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
        for name in ["GITHUB_STEP_SUMMARY", "GITHUB_ENV", "BASE", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "base", "base_plan"]
        {
            shell.env_remove(name);
        }
        shell.env("PLAN", variable(workflow, "PLAN")).env("BASE_PLAN", variable(workflow, "BASE_PLAN"));
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

fn git(folder: &Path, args: &[&str]) -> String {
    let who = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"];
    let out = Command::new("git").args(who).args(args).current_dir(folder).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

/// The files that judge a change.
#[cfg(unix)]
const GATES: [(&str, &str); 2] = [("github", ".github/workflows/trunkrisk.yml"), ("gitlab", ".gitlab-ci.yml")];

#[cfg(unix)]
#[test]
fn a_pull_request_cannot_loosen_its_own_gate() {
    for (ci, path) in GATES {
        let folder = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| git(folder.path(), args);
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

#[cfg(unix)]
#[test]
fn a_plan_that_is_moved_is_judged_by_where_it_stood() {
    for (ci, path) in GATES {
        let folder = tempfile::tempdir().unwrap();
        let git = |args: &[&str]| git(folder.path(), args);
        let base = |name: &str| {
            git(&["add", "."]);
            git(&["commit", "-q", "--allow-empty", "-m", name]);
            git(&["update-ref", &format!("refs/remotes/origin/{name}"), "HEAD"]);
            if ci == "github" { name.to_owned() } else { git(&["rev-parse", "HEAD"]) }
        };
        git(&["init", "-q"]);
        let none = base("none");
        assert_eq!(run(folder.path(), &["init", "the floors"]).status.code(), Some(0));
        let main = base("main");
        let workflow = |plan: &str| {
            let out = run(folder.path(), &["init", "--force", "--ci", ci, "--plan", plan]);
            assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
            std::fs::read_to_string(folder.path().join(path)).unwrap()
        };
        let before = workflow("the floors/failover.toml");
        let (code, said) = judged_in_ci(folder.path(), &before, &none);
        assert!(code == Some(0) && said.contains("judged by its own policy, not as a change"), "{ci}: {said}");
        let (code, said) = judged_in_ci(folder.path(), &before, &main);
        assert!(code == Some(0) && said.contains("no change"), "{ci}: {said}");
        // Moved: nothing is judged until the file says where the plan stood.
        git(&["mv", "the floors", "desks"]);
        let moved = workflow("desks/failover.toml");
        let (code, said) = judged_in_ci(folder.path(), &moved, &main);
        assert!(code == Some(2) && !said.contains("PASS"), "{ci}: {said}");
        assert!(said.contains("BASE_PLAN") && said.contains("the floors/failover.toml"), "{ci}: {said}");
        let from = |place: &str| moved.replace("BASE_PLAN: \"\"", &format!("BASE_PLAN: \"{place}\""));
        assert_eq!(judged_in_ci(folder.path(), &from("gone/failover.toml"), &main).0, Some(2), "{ci}");
        // Also where the base has no plan at all.
        assert_eq!(judged_in_ci(folder.path(), &from("gone/failover.toml"), &none).0, Some(2), "{ci}");
        let told = from("the floors/failover.toml");
        let (code, said) = judged_in_ci(folder.path(), &told, &main);
        assert!(code == Some(0) && !said.contains("its own policy, not as a change"), "{ci}: {said}");
        let plan = folder.path().join("desks/failover.toml");
        let text = std::fs::read_to_string(&plan).unwrap();
        std::fs::write(&plan, text.replace("absorb           = 0.95", "absorb = 0.5")).unwrap();
        git(&["commit", "-q", "-a", "-m", "moved and looser"]);
        assert_eq!(judged_in_ci(folder.path(), &told, &main).0, Some(1), "{ci}");
        // Once the base has it there, what the variable still says is past.
        let merged = base("merged");
        let (code, said) = judged_in_ci(folder.path(), &told, &merged);
        assert!(code == Some(0) && said.contains("no change"), "{ci}: {said}");
        // Renamed too, from a name of its own: found by neither name, and by that of the file.
        git(&["mv", "desks/failover.toml", "desks/east.toml"]);
        let east = base("east");
        git(&["mv", "desks", "seats"]);
        let (code, said) = judged_in_ci(folder.path(), &workflow("seats/east.toml"), &east);
        assert!(code == Some(2) && said.contains("desks/east.toml"), "{ci}: {said}");
    }
}

/// Runs a script with programs of ours alone before those of `path`: what they were called with, a line each.
#[cfg(unix)]
fn stubbed(folder: &Path, script: &str, stubs: &[(&str, &str)], path: &str, env: &[(&str, &str)]) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let (bin, log) = (folder.join("stubs"), folder.join("log"));
    std::fs::create_dir_all(&bin).unwrap();
    std::fs::write(&log, "").unwrap();
    for (name, answer) in stubs {
        let text = format!("#!/bin/sh\necho \"{name} $*\" >> \"$LOG\"\n{answer}\n");
        std::fs::write(bin.join(name), text).unwrap();
        std::fs::set_permissions(bin.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let out = Command::new("/bin/sh")
        .args(["-e", "-c", script])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("LOG", &log)
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(out.status.success(), "{script}: {}", String::from_utf8_lossy(&out.stderr));
    std::fs::read_to_string(&log).unwrap().lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn a_program_that_is_there_is_not_installed_again() {
    use std::os::unix::fs::PermissionsExt;
    let program = Path::new(env!("CARGO_BIN_EXE_trunkrisk")).parent().unwrap().to_str().unwrap();
    for (ci, path) in GATES {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(run(folder.path(), &["init", "--ci", ci]).status.code(), Some(0));
        let text = std::fs::read_to_string(folder.path().join(path)).unwrap();
        let install: Vec<&str> = text
            .lines()
            .map(|line| line.trim_start().trim_start_matches("- ").trim_start_matches("run: "))
            .filter(|line| line.starts_with("export ") || line.contains("cargo install "))
            .collect();
        let install = install.join("\n");
        let project = folder.path().to_str().unwrap();
        let called =
            |path: &str| stubbed(folder.path(), &install, &[("cargo", "")], path, &[("CI_PROJECT_DIR", project)]);
        let wanted = format!("cargo install trunkrisk --locked --version {}", env!("CARGO_PKG_VERSION"));
        let installed = called("/nowhere");
        assert!(installed.len() == 1 && installed[0].starts_with(&wanted), "{ci}: {installed:?}");
        assert!(called(program).is_empty(), "{ci}");
        // What is kept is what is installed, and is found again.
        if ci == "gitlab" {
            assert!(
                text.contains("- .trunkrisk/bin\n") && installed[0].ends_with(&format!("--root {project}/.trunkrisk"))
            );
            let kept = folder.path().join(".trunkrisk/bin/trunkrisk");
            std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
            std::fs::write(&kept, "#!/bin/sh\n").unwrap();
            std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o755)).unwrap();
            assert!(called("/nowhere").is_empty());
        } else {
            let (cache, install) = (text.find("uses: actions/cache@"), text.find("|| cargo install"));
            assert!(cache < install && text.contains("path: ~/.cargo/bin/trunkrisk\n"), "{text}");
        }
    }
}

#[cfg(unix)]
#[test]
fn only_the_own_comment_is_edited() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["init", "--ci", "github"]).status.code(), Some(0));
    let text = std::fs::read_to_string(folder.path().join(GATES[0].1)).unwrap();
    let script = parted(&text).1.into_iter().find(|script| script.contains("gh api")).unwrap();
    assert!(script.contains("startswith(\"<!-- trunkrisk -->\")") && !text.contains("--edit-last"), "{script}");
    std::fs::write(folder.path().join("trunkrisk.md"), "x".repeat(65_536)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let answer = "case \"$*\" in *--paginate*) printf \"$OWN\";; esac";
    let env = |own: &'static str| [("GITHUB_REPOSITORY", "o/r"), ("PULL", "7"), ("OWN", own)];
    let called = |own: &'static str| stubbed(folder.path(), &script, &[("gh", answer)], &path, &env(own));
    let first = called("");
    assert!(first.len() == 2 && first[0].contains("repos/o/r/issues/7/comments"), "{first:?}");
    assert_eq!(first[1], "gh pr comment 7 --body-file trunkrisk-comment.md");
    let again = called("11\\n12\\n");
    assert!(again.len() == 2 && again[1].contains("--method PATCH repos/o/r/issues/comments/12 "), "{again:?}");
    let body = std::fs::read_to_string(folder.path().join("trunkrisk-comment.md")).unwrap();
    assert!(body.starts_with("<!-- trunkrisk -->\nxxx") && body.len() <= 65_536, "{}", body.len());
}

#[test]
fn the_workflow_is_at_the_root_and_for_the_plan_that_is_there() {
    for (ci, path) in [
        ("github", ".github/workflows/trunkrisk.yml"),
        ("gitlab", ".gitlab-ci.yml"),
        ("pre-commit", ".pre-commit-config.yaml"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        git(root, &["init", "-q"]);
        let deep = root.join("floors/east");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(root.join("floors/failover.toml"), "mine").unwrap();
        let says = |from: &Path, args: &[&str]| {
            let out = run(from, &[&["init", "--ci", ci, "--output", "json"], args].concat());
            assert_eq!(out.status.code(), Some(0), "{ci}: {args:?}: {}", String::from_utf8_lossy(&out.stderr));
            let value: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
            let written: Vec<String> = serde_json::from_value(value["init"]["written"].clone()).unwrap();
            let text = std::fs::read_to_string(root.join(path)).unwrap();
            looks_like_yaml(&text);
            (written, text, value["init"]["next"].as_str().unwrap().to_owned())
        };
        // Found from below, in its folder, and named: the same file at the same place, and nothing else.
        let (written, below, next) = says(&deep, &[]);
        assert_eq!((written, next.as_str()), (vec![format!("../../{path}")], "trunkrisk check"), "{ci}");
        assert!(below.contains("\"floors/failover.toml\""), "{below}");
        assert_eq!(says(&root.join("floors"), &["--force"]).1, below);
        let (written, named, next) = says(root, &["--plan", "floors/failover.toml", "--force"]);
        assert_eq!((written, named), (vec![path.to_owned()], below));
        assert_eq!(next, "trunkrisk check --plan floors/failover.toml");
        assert!(!root.join("failover.toml").exists() && !root.join("floors/rates").exists());
        assert_eq!(std::fs::read_to_string(root.join("floors/failover.toml")).unwrap(), "mine");
        // Without one, the example is written where it was asked for, and the workflow at the root for it.
        let (written, text, _) = says(root, &["new/floor", "--force"]);
        assert_eq!(written[..2], [path.to_owned(), "new/floor/failover.toml".to_owned()]);
        assert!(text.contains("\"new/floor/failover.toml\""), "{text}");
        // A name of its own, with what means something in YAML.
        std::fs::write(root.join("a 'b' #c.toml"), "mine").unwrap();
        let (_, text, next) = says(root, &["--plan", "a 'b' #c.toml", "--force"]);
        assert!(text.contains("\"a 'b' #c.toml\"") && next.ends_with(r"--plan 'a '\''b'\'' #c.toml'"), "{next}");
        assert!(ci != "pre-commit" || text.contains(r"(a..b...c\.toml|rates/"), "{text}");
        std::fs::write(root.join("$x.toml"), "mine").unwrap();
        for args in [
            &["--plan", "none.toml"][..],
            &["--plan", "-"],
            &["floors", "--plan", "floors/failover.toml"],
            &["--plan", "$x.toml"],
        ] {
            let out = run(root, &[&["init", "--force", "--ci", ci], args].concat());
            assert!(out.status.code() == Some(2) && !out.stderr.is_empty(), "{ci}: {args:?}");
        }
        assert!(!root.join("failover.toml").exists());
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

//! A plan with its past: what the tests of changes start from, and what holds for every change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use rust_decimal::Decimal;
use serde_json::Value;

const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/rules/base");
pub const PLAN: &str = "failover.toml";
pub const FLAT: &str = "rates/flat.toml";
pub const METERED: &str = "rates/metered.toml";

/// A file, what stands there once, and what takes its place.
pub type Edit<'a> = (&'a str, &'a str, &'a str);

/// The destinations and rows that the cases change; a year with one cause, as fast as can be.
const START: [Edit<'static>; 5] = [
    (FLAT, "prefixes  = [\"1\"]", "prefixes = [\"1\", \"33\", \"44\", \"49\"]"),
    (
        PLAN,
        "{ prefix = \"1\", share = 1.0 }",
        "{ prefix = \"1\", share = 0.5 },\n  { prefix = \"44\", share = 0.25 },\n  { prefix = \"49\", share = 0.25 }",
    ),
    (PLAN, "signal = \"503\"", "signal = \"503\"\nper_year = 2.0\nduration = { fixed = \"2h\" }"),
    (PLAN, "incident = 100.00", "incident = 100.00\nyear = 500.00\nstanding = 1000.00"),
    (
        METERED,
        "prefix     = \"1\"\nper_minute = 0.01",
        "prefix     = \"1\"\nper_minute = 0.0100\n\n[[rate]]\nprefix = \"44\"\nper_minute = 0.02\nincrement = \"1/1\"\n\n[[rate]]\nprefix = \"49\"\nper_minute = 0.03\n\n[[rate]]\nprefix = \"33\"\nper_minute = 0.04",
    ),
];

/// A folder with a plan; a git repository once something is committed.
pub struct Repo {
    folder: tempfile::TempDir,
}

pub fn program(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

impl Repo {
    pub fn new(edits: &[Edit<'_>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("rates")).unwrap();
        for file in [PLAN, FLAT, METERED] {
            std::fs::copy(Path::new(BASE).join(file), folder.path().join(file)).unwrap();
        }
        let repo = Self { folder };
        repo.edit(&START);
        repo.edit(edits);
        repo
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap()
    }

    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }

    pub fn edit(&self, edits: &[Edit<'_>]) {
        for (file, from, to) in edits {
            let text = self.text(file);
            assert_eq!(text.matches(from).count(), 1, "{from:?} stands once in {file}");
            self.write(file, &text.replace(from, to));
        }
    }

    pub fn git(&self, args: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=desk", "-c", "user.email=desk@floor.example", "-c", "commit.gpgsign=false"])
            .args(["-c", "init.defaultBranch=main", "-c", "core.autocrlf=false"])
            .args(args)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn commit(&self, message: &str) {
        if !self.path().join(".git").exists() {
            self.git(&["init", "-q"]);
        }
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    pub fn run(&self, args: &[&str]) -> Output {
        program(self.path(), args)
    }

    pub fn json(&self, args: &[&str]) -> (i32, Value) {
        json(self.path(), args)
    }
}

pub fn json(folder: &Path, args: &[&str]) -> (i32, Value) {
    let output = program(folder, &[args, &["--output", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), document)
}

pub fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8(output.stderr.clone()).unwrap()
}

pub fn codes(document: &Value) -> Vec<&str> {
    document["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
}

pub fn finding<'a>(document: &'a Value, code: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    findings.iter().find(|f| f["code"] == code).unwrap_or_else(|| panic!("no {code}: {:?}", codes(document)))
}

pub fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap_or_else(|| panic!("{value} is no amount")).parse().unwrap()
}

/// Parts and changes sum to the difference of every figure, to the last digit.
pub fn assert_sums(diff: &Value) {
    let mut checked = 0;
    for figure in diff["figures"].as_array().unwrap() {
        if figure["difference"].is_null() {
            continue;
        }
        let is = |effect: &&Value| ["figure", "cause", "duration_s"].iter().all(|key| effect[key] == figure[key]);
        let sum = |of: &str| -> Decimal {
            let all = diff[of].as_array().unwrap().iter();
            all.map(|part| decimal(&part["effects"].as_array().unwrap().iter().find(is).unwrap()["effect"])).sum()
        };
        let difference = decimal(&figure["new"]) - decimal(&figure["old"]);
        assert_eq!(decimal(&figure["difference"]), difference, "{figure}");
        assert_eq!((sum("parts"), sum("changes")), (difference, difference), "{figure}");
        checked += 1;
    }
    assert!(checked >= 4, "only {checked} figures were summed: {diff}");
}

pub fn change<'a>(diff: &'a Value, what: &str) -> &'a Value {
    let changes = diff["changes"].as_array().unwrap();
    changes.iter().find(|c| c["what"].as_str().unwrap().contains(what)).unwrap_or_else(|| panic!("no {what}: {diff:#}"))
}

pub fn assert_negated(there: &Value, back: &Value) {
    let (mut effects, mut others) = (Vec::new(), Vec::new());
    for (diff, out, sign) in [(there, &mut effects, 1), (back, &mut others, -1)] {
        let sign = Decimal::from(sign);
        for figure in diff["figures"].as_array().unwrap() {
            if !figure["difference"].is_null() {
                out.push(format!("{} {}", figure["figure"], (decimal(&figure["difference"]) * sign).normalize()));
            }
        }
        for of in ["parts", "changes"] {
            for part in diff[of].as_array().unwrap() {
                for effect in part["effects"].as_array().unwrap() {
                    if !effect["effect"].is_null() {
                        let amount = (decimal(&effect["effect"]) * sign).normalize();
                        out.push(format!("{} {} {} {amount}", part["part"], effect["figure"], effect["duration_s"]));
                    }
                }
            }
        }
        out.sort();
    }
    assert!(effects.len() > 10);
    assert_eq!(effects, others);
}

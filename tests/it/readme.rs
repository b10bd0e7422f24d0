//! README tells the truth: its commands are run, its outputs are theirs, its rules are the program's.
//!
//! `TRUNKRISK_BLESS=1 cargo test --test it readme` rewrites outputs and rules; read the difference before you commit it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use trunkrisk::input::deck::layout::{LAYOUTS, common};
use trunkrisk::policy::catalogue::FAMILIES;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

/// What a command prints: standard output, then standard error.
fn output(line: &str) -> String {
    let words = shell_words(line);
    assert_eq!(words.first().map(String::as_str), Some("trunkrisk"), "{line}");
    let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(&words[1..]).current_dir(root()).output().unwrap();
    let mut text = String::from_utf8(out.stdout).unwrap();
    text.push_str(&String::from_utf8(out.stderr).unwrap());
    text
}

/// Splits at spaces outside quotes.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => word.push(c),
            None if c == '\'' || c == '"' => quote = Some(c),
            None if c == ' ' => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            None => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn rules() -> String {
    let mut table = String::from("| code | rule | level | what it reports |\n|---|---|---|---|\n");
    for (_, _, rules) in &FAMILIES {
        for rule in *rules {
            let _ = writeln!(table, "| {} | `{}` | {} | {} |", rule.code, rule.name, rule.level, rule.what);
        }
    }
    table
}

fn layouts() -> String {
    let quoted = |names: Vec<String>| -> String {
        let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.replace(" or ", "` or `"))).collect();
        quoted.join(", ")
    };
    let mut table = String::from("| layout | its header has | and may have |\n|---|---|---|\n");
    for layout in LAYOUTS {
        let _ = writeln!(table, "| `{}` | {} | {} |", layout.name, quoted(layout.wants()), quoted(layout.takes()));
    }
    let _ = writeln!(table, "| most of them | | {} |", quoted(common()));
    table
}

/// What stands behind a mark, and the mark that ends it.
fn generated(line: &str) -> Option<(String, &'static str)> {
    match line {
        "<!-- rules -->" => Some((rules(), "<!-- /rules -->")),
        "<!-- layouts -->" => Some((layouts(), "<!-- /layouts -->")),
        _ => None,
    }
}

/// README as it should be.
fn truth(text: &str) -> (String, usize) {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        if line == "```console" {
            for inner in lines.by_ref() {
                if inner == "```" {
                    let _ = writeln!(out, "{inner}");
                    break;
                }
                if let Some(command) = inner.strip_prefix("$ ") {
                    commands += 1;
                    let _ = writeln!(out, "{inner}");
                    out.push_str(&output(command));
                }
            }
        } else if let Some((table, end)) = generated(line) {
            out.push_str(&table);
            for inner in lines.by_ref() {
                if inner == end {
                    let _ = writeln!(out, "{inner}");
                    break;
                }
            }
        }
    }
    (out, commands)
}

#[test]
fn the_readme_tells_the_truth() {
    let text = readme();
    let (truth, commands) = truth(&text);
    assert!(commands >= 3, "only {commands} commands were run");
    if std::env::var_os("TRUNKRISK_BLESS").is_some() {
        std::fs::write(root().join("README.md"), &truth).unwrap();
        return;
    }
    for (i, (says, is)) in text.lines().zip(truth.lines()).enumerate() {
        assert_eq!(says, is, "README.md:{}", i + 1);
    }
    assert_eq!(text, truth);
}

#[test]
fn the_plan_by_example_is_the_example_floor() {
    let example = std::fs::read_to_string(root().join("src/input/example/failover.toml")).unwrap();
    let text = readme();
    let plan = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(plan.trim(), example.trim());
}

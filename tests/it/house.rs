//! The house: layers, no clock, no chance, one place for printing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

/// Layers, lowest first; modules of one layer may use each other.
const LAYERS: [&[&str]; 8] = [
    &["words"],
    &["model"],
    &["input"],
    &["traffic", "routing", "rating", "outage", "simulate", "year"],
    &["assessment", "compare", "diff"],
    &["policy"],
    &["render"],
    &["shell"],
];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with its module (the first folder under `src`) and its text without comments.
fn files() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&root).unwrap().to_path_buf();
            let module = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
            (inside, module, code.join("\n"))
        })
        .collect()
}

#[test]
fn a_file_uses_only_its_own_layer_and_lower_ones() {
    let mut checked = 0;
    for (path, module, code) in files() {
        let Some(own) = layer(&module) else { continue };
        for used in code.split("crate::").skip(1) {
            let name: String = used.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let Some(other) = layer(&name) else { continue };
            checked += 1;
            assert!(other <= own, "{} (layer {own}) uses crate::{name} (layer {other})", path.display());
        }
    }
    assert!(checked > 100, "only {checked} uses were seen: does the test still look at the right files?");
    for module in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let path = module.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            assert!(layer(&name).is_some(), "{name} has no layer");
        }
    }
}

#[test]
fn the_judge_shares_no_formula_with_the_engines() {
    // Traffic, outages, the year, the average call, and how long an outage stays unnoticed.
    let formulas = ["traffic", "outage", "year", "rating::average", "rating::surcharge", "routing::outage"];
    let mut checked = 0;
    for (path, _, code) in files().into_iter().filter(|(path, _, _)| path.starts_with("simulate/calls")) {
        checked += 1;
        for formula in formulas {
            assert!(!code.contains(&format!("crate::{formula}")), "{} uses {formula}", path.display());
            // Grouped imports would hide a name from the check above.
            assert!(!code.contains("use crate::{") && !code.contains("crate::rating::{"), "{}", path.display());
        }
    }
    assert!(checked > 10, "only {checked} files were seen");
}

#[test]
fn no_clock_no_chance_no_network() {
    for (path, _, code) in files() {
        for word in ["::now(", "SystemTime", "rand::", "thread_rng", "std::net::Tcp", "std::net::Udp", "ToSocketAddrs"]
        {
            assert!(!code.contains(word), "{} uses {word}", path.display());
        }
    }
}

#[test]
fn only_the_shell_prints_and_only_input_reads_files() {
    for (path, module, code) in files() {
        if module == "shell" || module == "main.rs" {
            continue;
        }
        let code = code.split("#[cfg(test)]").next().unwrap_or("");
        for word in ["println!", "eprintln!", "print!(", "std::io::stdout"] {
            assert!(!code.contains(word), "{} uses {word}", path.display());
        }
        if module != "input" {
            assert!(!code.contains("std::fs") && !code.contains("fs::read"), "{} touches files", path.display());
        }
    }
}

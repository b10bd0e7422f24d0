//! Inputs that must be refused, and in which words: one file for each case under `tests/cases/bad`.
//!
//! A case begins with edits of the example floor, one a line, and ends with what `check` says on standard error, after a
//! line `---`. `TRUNKRISK_BLESS=1` rewrites that end; read it before you commit it. In edits, `\n`, `\t`, `\r`, `\\` and
//! `\u{…}` are escapes, and a text to replace must stand there exactly once. `PATH` is the plan where it is left out.
//!
//! ```text
//! # a remark
//! replace PATH: OLD => NEW    append PATH: TEXT      repeat PATH: TIMES TEXT    (appends it so many times)
//! file PATH: TEXT             hex PATH: ff fe 41     sparse PATH: BYTES         directory PATH:
//! remove PATH:                link PATH: TARGET      bom PATH:                  crlf PATH:
//! arg: ARGUMENT               plan: PATH             tail: LINES                (only the last lines are golden)
//! json: none                  (a run whose arguments cannot be understood writes no JSON)
//! ```

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use trunkrisk::assessment::assess;
use trunkrisk::input::example::FILES;
use trunkrisk::input::files::{Folder, NamedText};
use trunkrisk::input::plan::{Options, load};
use trunkrisk::policy::catalogue::known;
use trunkrisk::policy::{Levels, judge};
use trunkrisk::render::run::{capacity, scenarios, standing};

const PLAN: &str = "failover.toml";
/// What a person is shown stays readable, however much is wrong [bytes].
const LONGEST: usize = 64 * 1024;

struct Case {
    path: PathBuf,
    edits: Vec<String>,
    expected: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/bad");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let (edits, expected) = text.split_once("\n---\n").unwrap_or((text.trim_end(), ""));
        Case { path, edits: edits.lines().map(str::to_owned).collect(), expected: expected.to_owned() }
    };
    paths.into_iter().map(read).collect()
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        rest = match chars.next() {
            Some('n') => {
                out.push('\n');
                chars.as_str()
            }
            Some('t') => {
                out.push('\t');
                chars.as_str()
            }
            Some('r') => {
                out.push('\r');
                chars.as_str()
            }
            Some('u') => {
                let (digits, rest) = chars.as_str().strip_prefix('{').unwrap().split_once('}').unwrap();
                out.push(char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap());
                rest
            }
            Some('\\') => {
                out.push('\\');
                chars.as_str()
            }
            _ => panic!("no such escape: \\{after}"),
        };
    }
    out + rest
}

/// What a case asks of the run, besides its files.
struct Run {
    args: Vec<String>,
    plan: String,
    tail: Option<usize>,
    json: bool,
}

/// Lays out the example floor in a repository of its own, with the case's edits.
fn lay_out(case: &Case, repository: &Path) -> Run {
    fs::create_dir_all(repository.join(".git")).unwrap();
    fs::create_dir_all(repository.join("rates")).unwrap();
    for (name, text) in FILES {
        fs::write(repository.join(name), text).unwrap();
    }
    let mut run = Run { args: Vec::new(), plan: PLAN.to_owned(), tail: None, json: true };
    for edit in case.edits.iter().filter(|edit| !edit.is_empty() && !edit.starts_with('#')) {
        let (head, rest) = edit.split_once(':').unwrap_or_else(|| panic!("{}: {edit}", case.path.display()));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        let (verb, path) = head.split_once(' ').unwrap_or((head, PLAN));
        let file = repository.join(path);
        let append = |text: &str| fs::write(&file, fs::read_to_string(&file).unwrap() + text).unwrap();
        match verb {
            "replace" => {
                let (old, new) = rest.split_once(" =>").unwrap_or_else(|| panic!("{}: {edit}", case.path.display()));
                let (old, new) = (unescape(old), unescape(new.strip_prefix(' ').unwrap_or(new)));
                let text = fs::read_to_string(&file).unwrap();
                assert_eq!(text.matches(&old).count(), 1, "{}: {old} stands there once", case.path.display());
                fs::write(&file, text.replace(&old, &new)).unwrap();
            }
            "append" => append(&(unescape(rest) + "\n")),
            "repeat" => {
                let (times, text) = rest.split_once(' ').unwrap();
                append(&unescape(text).repeat(times.parse().unwrap()));
            }
            "file" => fs::write(&file, unescape(rest)).unwrap(),
            "hex" => {
                let bytes: Vec<u8> = rest.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
                fs::write(&file, bytes).unwrap();
            }
            "sparse" => fs::File::create(&file).unwrap().set_len(rest.parse().unwrap()).unwrap(),
            "directory" => {
                let _ = fs::remove_file(&file);
                fs::create_dir(&file).unwrap();
            }
            "remove" => fs::remove_file(&file).unwrap(),
            "link" => {
                let _ = fs::remove_file(&file);
                #[cfg(unix)]
                std::os::unix::fs::symlink(rest, &file).unwrap();
            }
            "bom" => fs::write(&file, "\u{feff}".to_owned() + &fs::read_to_string(&file).unwrap()).unwrap(),
            "crlf" => fs::write(&file, fs::read_to_string(&file).unwrap().replace('\n', "\r\n")).unwrap(),
            "arg" => run.args.push(unescape(rest)),
            "plan" => rest.clone_into(&mut run.plan),
            "tail" => run.tail = Some(rest.parse().unwrap()),
            "json" => run.json = rest != "none",
            _ => panic!("{}: {edit}", case.path.display()),
        }
    }
    run
}

fn check(repository: &Path, run: &Run, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
        .args(["check", "--plan", &run.plan])
        .args(&run.args)
        .args(more)
        .current_dir(repository)
        .stdin(Stdio::null())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

/// What the JSON of a refused run must and must not have.
fn judge_json(output: &Output, run: &Run) -> Result<(), String> {
    let text = String::from_utf8(output.stdout.clone()).map_err(|_| "JSON is not UTF-8")?;
    if !run.json {
        return if text.is_empty() { Ok(()) } else { Err("JSON where none is announced".to_owned()) };
    }
    let json: Value = serde_json::from_str(&text).map_err(|error| format!("no JSON: {error}"))?;
    if json["status"] != "error" || json["exit"] != 2 || json["complete"] != false {
        return Err("the JSON does not say that the run is an error".to_owned());
    }
    if json.get("capacity").is_some() || json.get("scenarios").is_some() {
        return Err("the JSON of a refused run holds figures".to_owned());
    }
    let findings = json["findings"].as_array().ok_or("no findings")?;
    let left_out = json["findings_left_out"].as_u64().ok_or("no count of what is left out")? as usize;
    if findings.len() > 50 || (left_out > 0 && findings.len() < 50) {
        return Err("the findings are not bounded, or not filled up to their bound".to_owned());
    }
    if findings.is_empty() || json["summary"]["deny"] != findings.len() + left_out {
        return Err("no findings, or they are counted wrongly".to_owned());
    }
    for finding in findings {
        let code = finding["code"].as_str().unwrap_or_default();
        let places = finding["where"].as_array().ok_or("no places")?;
        let placed = places.iter().all(|place| {
            place["line"].as_u64() >= Some(1)
                && place["column"].as_u64() >= Some(1)
                && place["path"].as_str().is_some_and(|path| !path.starts_with('/') && !path.is_empty())
        });
        if !code.starts_with("IN") || finding["level"] != "deny" || finding["message"] == "" || !placed {
            return Err(format!("a finding lacks its code, level, message or place: {finding}"));
        }
    }
    Ok(())
}

fn judge_text(output: &Output) -> Result<String, String> {
    let text = String::from_utf8(output.stderr.clone()).map_err(|_| "standard error is not UTF-8")?;
    if output.status.code() != Some(2) {
        return Err(format!("ends with {:?}, not 2:\n{text}", output.status.code()));
    }
    if text.contains("PASS") || text.contains("panicked") || text.contains("RUST_BACKTRACE") {
        return Err(format!("passes or panics:\n{text}"));
    }
    if text.len() > LONGEST {
        return Err(format!("says too much: {} bytes", text.len()));
    }
    // Clap's own messages set their examples apart by tabs in no place; nothing else may move the cursor either.
    if text.contains(|c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{feff}')) {
        return Err(format!("speaks to the terminal: {text:?}"));
    }
    Ok(text)
}

fn run_case(case: &Case, bless: bool) -> Result<(), String> {
    let scratch = tempfile::tempdir().unwrap();
    fs::write(scratch.path().join("outside.toml"), "version = 1\n").unwrap();
    let repository = scratch.path().join("repository");
    let run = lay_out(case, &repository);
    let output = check(&repository, &run, &[]);
    let mut text = judge_text(&output)?;
    if !output.stdout.is_empty() {
        return Err("writes to standard output".to_owned());
    }
    if let Some(path) = scratch.path().to_str()
        && text.contains(path)
    {
        return Err(format!("tells where the repository lies:\n{text}"));
    }
    let json = check(&repository, &run, &["--output", "json"]);
    if judge_text(&json)? != text {
        return Err("says other things beside JSON".to_owned());
    }
    judge_json(&json, &run)?;
    if let Some(tail) = run.tail {
        let lines: Vec<&str> = text.lines().collect();
        text = lines.get(lines.len().saturating_sub(tail)..).unwrap_or_default().join("\n") + "\n";
    }
    if bless {
        fs::write(&case.path, format!("{}\n---\n{text}", case.edits.join("\n"))).unwrap();
    } else if text != case.expected {
        return Err(format!("expected:\n{}\nfound:\n{text}", case.expected));
    }
    Ok(())
}

#[test]
fn bad_inputs_are_refused_in_these_words() {
    let bless = std::env::var_os("TRUNKRISK_BLESS").is_some();
    let cases = cases();
    assert!(cases.len() >= 55, "only {} cases", cases.len());
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|case| run_case(case, bless).err().map(|why| format!("{}: {why}", case.path.display())))
        .collect();
    assert!(failed.is_empty(), "{} of {} cases:\n{}", failed.len(), cases.len(), failed.join("\n"));
}

/// A small generator of known sequence (SplitMix64), so that a failure can be run again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % (n as u64)).unwrap()
    }
}

/// Deletes, repeats or changes a byte, a digit or a line.
fn mutate(text: &str, dice: &mut Dice) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=dice.below(2) {
        let at = dice.below(bytes.len());
        let line = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let next = bytes[at..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i + 1);
        let digits: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i].is_ascii_digit()).collect();
        match dice.below(8) {
            0 => drop(bytes.remove(at)),
            1 => bytes.insert(at, bytes[at]),
            2 => bytes[at] ^= 1 << dice.below(7),
            3 => drop(bytes.drain(line..next)),
            4 => {
                let copy = bytes[line..next].to_vec();
                bytes.splice(line..line, copy);
            }
            // Digits are what most often leaves a plan valid, and other.
            5 => bytes[digits[dice.below(digits.len())]] = b'0',
            6 => bytes.insert(digits[dice.below(digits.len())], b'9'),
            _ => bytes[digits[dice.below(digits.len())]] = b"0123456789"[dice.below(10)],
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn no_mutation_of_the_example_panics_or_yields_nan() {
    let rules = known();
    let options = Options { rules: &rules, ..Options::default() };
    let (mut valid, mut refused, mut unanswerable) = (0, 0, 0);
    for seed in 0..2000 {
        let mut dice = Dice(seed);
        let hit = dice.below(FILES.len() * 2);
        let mut files: Vec<(&'static str, &'static str)> = FILES.to_vec();
        // Half of the mutations are the plan's own.
        let (name, text) = FILES[if hit < FILES.len() { hit } else { 0 }];
        let mutated = mutate(text, &mut dice);
        let index = files.iter().position(|(other, _)| *other == name).unwrap();
        files[index].1 = Box::leak(mutated.into_boxed_str());
        let plan = files[0].1.to_owned();
        let plan = NamedText { name: PLAN.to_owned(), bytes: plan.clone().into_bytes(), text: plan };
        match load(plan, &Folder::Embedded(Box::leak(files.into_boxed_slice())), &options) {
            Err(rejected) => {
                refused += 1;
                assert!(!rejected.faults.is_empty(), "seed {seed}: refused without a fault");
                assert!(
                    rejected.faults.iter().all(|fault| !fault.message.contains("could not be read")),
                    "seed {seed}: refused without a reason"
                );
                assert!(rejected.faults.len() <= 20, "seed {seed}: {} faults of one slip", rejected.faults.len());
            }
            Ok(loaded) => match assess(&loaded.plan) {
                Err(_) => unanswerable += 1,
                Ok(assessment) => {
                    valid += 1;
                    let verdict = judge(&assessment, &Levels::default());
                    // JSON has no NaN: a number that is none becomes null.
                    let figures = [capacity(&assessment), scenarios(&assessment).unwrap(), standing(&assessment)];
                    let said: Vec<&str> =
                        verdict.findings.iter().map(|finding| finding.found.message.as_str()).collect();
                    let text = format!("{figures:?} {said:?}");
                    assert!(!text.contains("NaN"), "seed {seed}: {text}");
                }
            },
        }
    }
    assert!(valid > 300 && refused > 300, "{valid} valid, {refused} refused, {unanswerable} unanswerable");
}

#[test]
fn a_plan_that_is_nowhere_is_a_fault_with_a_code() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for command in ["check", "estimate", "size"] {
        let output = Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
            .args([command, "--output", "json"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!((&json["status"], &json["exit"], &json["command"]), (&"error".into(), &2.into(), &command.into()));
        assert_eq!((&json["findings"][0]["code"], &json["summary"]["deny"]), (&"IN001".into(), &1.into()));
        assert!(String::from_utf8_lossy(&output.stderr).contains("IN001"));
    }
}

//! `trunkrisk explain`, `rules` and `init` as they are run, and every explanation of the example floor.

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rust_decimal::Decimal;
use serde_json::Value;
use trunkrisk::assessment::assess;
use trunkrisk::assessment::trace::{Amount, explain, figures, value};
use trunkrisk::input::example::FILES;
use trunkrisk::input::files::{Folder, PLAN};
use trunkrisk::input::plan::{Loaded, Options, load};
use trunkrisk::policy::catalogue::known;
use trunkrisk::words::duration;

fn run_in(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE").output().unwrap()
}

/// Runs in a folder without a plan.
fn run(args: &[&str]) -> Output {
    run_in(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")), args)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn stdout(output: &Output) -> &str {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn json(output: &Output) -> Value {
    serde_json::from_str(stdout(output)).unwrap()
}

fn demo() -> Loaded {
    let folder = Folder::Embedded(&FILES);
    let (sets, rules) = (Vec::new(), known());
    load(folder.read(PLAN).unwrap(), &folder, &Options { sets: &sets, rules: &rules, ..Options::default() })
        .unwrap_or_else(|rejected| panic!("{:?}", rejected.faults))
}

/// The parts of a figure's name, without their quotes.
fn parts(path: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for c in path.chars() {
        match c {
            '"' => inside = !inside,
            '.' if !inside => parts.push(String::new()),
            c => parts.last_mut().unwrap().push(c),
        }
    }
    parts
}

/// The value of a figure in the JSON of a run; nothing where runs do not show it.
fn in_run<'a>(run: &'a Value, path: &str) -> Option<&'a Value> {
    let parts = parts(path);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let named = |list: &'a Value, name: &str| list.as_array()?.iter().find(|item| item["name"] == name);
    match parts.as_slice() {
        ["capacity", "trunks", trunk, figure] => named(&run["capacity"]["trunks"], trunk)?.get(*figure),
        ["capacity", "busiest", figure] => run["capacity"]["busiest"].get(*figure),
        ["capacity", figure] => run["capacity"].get(*figure),
        ["scenarios", cause, length, figure] => {
            let seconds = duration::parse(length).unwrap().as_secs_f64();
            let mut all = run["scenarios"].as_array()?.iter();
            all.find(|s| s["cause"] == *cause && s["duration_s"].as_f64() == Some(seconds))?.get(*figure)
        }
        _ => None,
    }
}

/// The sum of the amounts that an explanation marks as parts of its total.
fn sum_of_parts(explanation: &Value) -> Decimal {
    let parts = explanation["steps"].as_array().unwrap().iter().filter(|step| step["adds"] == true);
    parts.map(|step| step["result"].as_str().unwrap().parse::<Decimal>().unwrap()).sum()
}

#[test]
fn every_rule_has_a_page() {
    let rules = json(&run(&["rules", "--output", "json"]));
    let rules = rules["rules"].as_array().unwrap();
    assert!(rules.len() > 50);
    for rule in rules {
        let (code, name) = (rule["code"].as_str().unwrap(), rule["name"].as_str().unwrap());
        assert!(rule.get("plan").is_none());
        let by_code = run(&["explain", &code.to_lowercase()]);
        let page = stdout(&by_code).to_owned();
        assert!(page.starts_with(&format!("{code} {name}\n")), "{page}");
        for head in ["What it reports", "Why it matters", "How to fix it"] {
            assert!(page.contains(head), "{name}");
        }
        assert_eq!(page.contains("[[waiver]]"), !code.starts_with("IN"), "{name}");
        let by_name = json(&run(&["explain", &name.to_uppercase(), "--output", "json"]));
        assert_eq!(by_name["rule"]["code"], rule["code"]);
        assert_eq!(page.contains("ceiling = "), !by_name["rule"]["measures"].is_null(), "{name}");
    }
}

#[test]
fn the_waiver_of_a_page_is_one_that_plans_can_hold() {
    let pages = json(&run(&["rules", "--output", "json"]));
    let names = pages["rules"].as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned());
    let mut plan = FILES[0].1.to_owned();
    for name in names {
        let page = json(&run(&["explain", &name, "--output", "json"]));
        if let Some(waiver) = page["rule"]["waiver"].as_str() {
            plan.push_str(&format!("\n{waiver}"));
        }
    }
    let folder = tempfile::tempdir().unwrap();
    stdout(&run_in(folder.path(), &["init"]));
    fs::write(folder.path().join(PLAN), plan).unwrap();
    stdout(&run_in(folder.path(), &["explain", "capacity.absorbed"]));
}

#[test]
fn rules_show_the_level_in_force() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&run_in(folder.path(), &["init"]));
    let plan = fs::read_to_string(folder.path().join(PLAN)).unwrap();
    fs::write(folder.path().join(PLAN), format!("{plan}\nrules = {{ \"cps-too-low\" = \"deny\" }}\n")).unwrap();
    let rules = json(&run_in(folder.path(), &["rules", "--plan", PLAN, "--output", "json"]));
    let rule = rules["rules"].as_array().unwrap().iter().find(|rule| rule["name"] == "cps-too-low").unwrap();
    assert_eq!((&rule["level"], &rule["plan"]), (&"warn".into(), &"deny".into()));
    let shown = run(&["rules", "--demo"]);
    assert!(stdout(&shown).contains("default  plan"));
    assert!(!stdout(&run(&["rules"])).contains("default  plan"));
}

#[test]
fn every_figure_ends_in_its_value() {
    let loaded = demo();
    let assessment = assess(&loaded.plan).unwrap();
    let list = figures(&assessment, &loaded.sources);
    let listed = json(&run(&["explain", "--demo", "--output", "json"]));
    let listed = listed["figures"].as_array().unwrap();
    assert_eq!(listed.len(), list.len());
    for (figure, listed) in list.iter().zip(listed) {
        assert_eq!(listed["figure"], figure.path.as_str());
        let explanation = explain(&assessment, figure).unwrap();
        let last = explanation.steps.last().unwrap();
        assert_eq!(last.result.as_ref(), Some(&value(&assessment, figure.topic).unwrap()), "{}", figure.path);
        assert!(explanation.steps.iter().all(|step| !step.what.is_empty()), "{}", figure.path);
        assert!(explanation.steps.iter().any(|step| !step.places.is_empty()), "{}", figure.path);
        // What is marked adds up, to the last digit.
        let adding: Vec<_> = explanation.steps.iter().filter(|step| step.adds).collect();
        if let (Amount::Money(total), false) = (&explanation.value.amount, adding.is_empty()) {
            let sum: Decimal = adding.iter().map(|step| step.as_money().unwrap().amount()).sum();
            assert_eq!(sum, total.amount(), "{}", figure.path);
        }
    }
}

#[test]
fn figures_explain_themselves_on_the_command_line() {
    let listed = json(&run(&["explain", "--demo", "--output", "json"]));
    // All kinds of figures; one scenario stands for the others, which are compared above.
    let shown = |path: &str| !path.starts_with("scenarios") || path.starts_with("scenarios.\"carrier silent\".1h.");
    let mut count = 0;
    for figure in listed["figures"].as_array().unwrap() {
        let path = figure["figure"].as_str().unwrap();
        if !shown(path) {
            continue;
        }
        count += 1;
        let explained = json(&run(&["explain", path, "--demo", "--output", "json"]));
        let explanation = &explained["explanation"];
        assert_eq!(explanation["figure"], path);
        let last = explanation["steps"].as_array().unwrap().last().unwrap();
        for (result, key) in [(&explanation["value"], "value"), (&last["result"], "result")] {
            assert_eq!(result, &figure["value"], "{path} {key}");
        }
        assert_eq!(last["unit"], figure["unit"], "{path}");
    }
    assert!(count > 40, "{count}");
    let page = run(&["explain", "--demo", "scenarios.\"carrier silent\".1h.lost"]);
    assert!(stdout(&page).contains("60/2 + 3 = 33 s, at worst 63 s"), "{}", stdout(&page));
}

#[test]
fn figures_are_those_of_the_run() {
    let listed = json(&run(&["explain", "--demo", "--output", "json"]));
    let estimate = run(&["estimate", "--demo", "--output", "json"]);
    if text(&estimate.stderr).contains("is not built yet") {
        return;
    }
    let estimate = json(&estimate);
    for figure in listed["figures"].as_array().unwrap() {
        let path = figure["figure"].as_str().unwrap();
        match in_run(&estimate, path) {
            // Whole numbers are written without a point there.
            Some(value) if value.is_number() => assert_eq!(value.as_f64(), figure["value"].as_f64(), "{path}"),
            Some(value) => assert_eq!(value, &figure["value"], "{path}"),
            None => assert!(path.starts_with("call."), "{path}"),
        }
    }
}

#[test]
fn the_spend_adds_up_in_two_currencies() {
    let folder = tempfile::tempdir().unwrap();
    stdout(&run_in(folder.path(), &["init"]));
    let edit = |file: &str, change: &dyn Fn(String) -> String| {
        let path = folder.path().join(file);
        fs::write(&path, change(fs::read_to_string(&path).unwrap())).unwrap();
    };
    edit(PLAN, &|plan| format!("{plan}\n[fx]\nas_of = 2026-12-01\nEUR = 1.0832\n"));
    edit("rates/example-voice.toml", &|table| {
        let fee =
            "short_calls = { up_to = \"6s\", allowed = 0.15, over = \">\", min_calls = 100, fee = 0.01, on = \"all\" }";
        table
            .replace("currency = \"USD\"", "currency = \"EUR\"")
            .replace("connect_fee = 0.00", "connect_fee = 0.00\nattempt_fee = 0.0003")
            .replace("usage_tax = 0.05", &format!("usage_tax = 0.05\n{fee}"))
    });
    for length in ["10m", "24h"] {
        let args = ["explain", "scenarios", "carrier rejects", length, "spend", "--output", "json"];
        let explained = json(&run_in(folder.path(), &args));
        let explanation = &explained["explanation"];
        let total: Decimal = explanation["value"].as_str().unwrap().parse().unwrap();
        assert_eq!(sum_of_parts(explanation), total);
        let shown = explanation.to_string();
        for part in ["surcharge on short calls", "not answered", "× 1.0832 USD/EUR", "usage_tax"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}

#[test]
fn names_are_found_however_they_are_written() {
    let path = "scenarios.\"carrier silent\".1h.spend";
    for topic in [
        &["scenarios", "carrier silent", "1h", "spend"][..],
        &["Scenarios", "Carrier", "Silent", "60m", "spend"],
        &["scenarios.carrier silent.1h.spend"],
    ] {
        let args: Vec<&str> = ["explain", "--demo", "-q"].iter().chain(topic).copied().collect();
        let output = run(&args);
        assert!(stdout(&output).starts_with(&format!("{path} = ")), "{}", stdout(&output));
    }
    let below = run(&["explain", "--demo", "-q", "capacity", "busiest"]);
    assert_eq!(stdout(&below).lines().count(), 4);
}

#[test]
fn unknown_topics_are_refused() {
    for (args, hint) in [
        (&["explain", "floor-not-absorbd"][..], "did you mean `floor-not-absorbed`?"),
        (&["explain", "cap0002"], "did you mean `CAP002`?"),
        (&["explain", "capacity.absorbd", "--demo"], "did you mean `capacity.absorbed`?"),
        (
            &["explain", "scenarios carrier silent 1h spent", "--demo"],
            "did you mean `scenarios.\"carrier silent\".1h.spend`?",
        ),
        (&["explain", "\u{1b}[2Jnothing like it"], "`trunkrisk rules` lists the rules"),
    ] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let message = text(&output.stderr);
        assert!(message.contains(hint), "{args:?}: {message}");
        assert!(!message.contains('\u{1b}') && output.stdout.is_empty());
    }
}

#[test]
fn init_writes_what_loads() {
    let folder = tempfile::tempdir().unwrap();
    let floor = folder.path().join("new").join("floor");
    let output = run_in(folder.path(), &["init", "new/floor"]);
    let said = stdout(&output);
    assert!(
        said.contains("wrote new/floor/failover.toml\n")
            && said.contains("trunkrisk check --plan new/floor/failover.toml")
    );
    for (name, content) in FILES {
        assert_eq!(fs::read_to_string(floor.join(name)).unwrap(), content);
    }
    let here = json(&run_in(&floor, &["explain", "--output", "json"]));
    let demo = json(&run(&["explain", "--demo", "--output", "json"]));
    assert_eq!(here["figures"], demo["figures"]);
}

#[test]
fn init_does_not_write_over_anything_unasked() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("rates")).unwrap();
    for name in ["failover.toml", "rates/unlimcall.toml"] {
        fs::write(folder.path().join(name), "mine").unwrap();
    }
    let output = run_in(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr);
    assert!(message.contains("failover.toml, rates/unlimcall.toml") && message.contains("--force"), "{message}");
    assert_eq!(fs::read_to_string(folder.path().join(PLAN)).unwrap(), "mine");
    assert!(!folder.path().join("rates/example-voice.toml").exists());
    let forced = json(&run_in(folder.path(), &["init", "--force", "--output", "json"]));
    assert_eq!(forced["init"]["written"].as_array().unwrap().len(), FILES.len());
    assert_eq!(fs::read_to_string(folder.path().join(PLAN)).unwrap(), FILES[0].1);
}

#[test]
fn init_says_what_is_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rates"), "a file").unwrap();
    for args in [&["init"][..], &["init", "--force"], &["init", "rates"]] {
        let output = run_in(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(text(&output.stderr).contains("is a file where a folder has to be"), "{}", text(&output.stderr));
        assert!(!folder.path().join(PLAN).exists());
    }
    fs::remove_file(folder.path().join("rates")).unwrap();
    fs::create_dir(folder.path().join(PLAN)).unwrap();
    let output = run_in(folder.path(), &["init", "--force"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("it is a folder"), "{}", text(&output.stderr));
}

//! The schemas that `trunkrisk schema` prints, against real inputs and outputs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use jsonschema::Validator;
use serde_json::{Value, json};
use trunkrisk::input::deck::layout::LAYOUTS;
use trunkrisk::render::schemas::{SCHEMAS, find};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(line: &str) -> (i32, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
        .args(line.split(' '))
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap())
}

fn schema(name: &str) -> Value {
    serde_json::from_str(find(name).unwrap().text).unwrap()
}

fn validator(name: &str) -> Validator {
    jsonschema::validator_for(&schema(name)).unwrap()
}

fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{error} at {}", error.instance_path())).collect()
}

/// Every copy of a value in which one object has a key more.
fn with_a_key_more(value: &Value) -> Vec<(String, Value)> {
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                found.push(at.to_owned());
                for (key, inner) in map {
                    pointers(inner, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
                }
            }
            // Of a list of likes the first is enough.
            Value::Array(items) => items.iter().take(1).for_each(|inner| pointers(inner, &format!("{at}/0"), found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    pointers(value, "", &mut found);
    found
        .into_iter()
        .map(|at| {
            let mut copy = value.clone();
            copy.pointer_mut(&at).unwrap().as_object_mut().unwrap().insert("no such key".to_owned(), json!(true));
            (at, copy)
        })
        .collect()
}

#[test]
fn every_output_is_as_its_schema_says() {
    let narrow = "--set trunk.secondary-provider.channels=60 --set trunk.pri-gateway.channels=23";
    let gone = "--set campaign.renewals.attempts_per_seat_hour=0.001 --set trunk.secondary-provider.cps=unlimited";
    let calls = "rates price 18085551234 45 --table rates/";
    let decks = "tests/data/decks/";
    for (name, line, code) in [
        ("run", "check --demo".to_owned(), 0),
        ("run", format!("check --demo {narrow}"), 1),
        ("run", format!("check --demo {gone}"), 0),
        ("run", "check --plan no/such/plan.toml".to_owned(), 2),
        ("run", "check --demo --set pbx.x=1".to_owned(), 2),
        ("run", "estimate --demo".to_owned(), 0),
        ("run", "size --demo".to_owned(), 0),
        ("run", "explain cap002 --demo".to_owned(), 0),
        ("run", "explain rates-stale".to_owned(), 0),
        ("run", "explain --demo".to_owned(), 0),
        ("run", "explain capacity.absorbed --demo".to_owned(), 0),
        ("run", "explain capacity.trunks.secondary-provider.channels_needed --demo".to_owned(), 0),
        ("run", "explain --demo year p95".to_owned(), 0),
        ("run", "estimate --demo --sensitivity".to_owned(), 0),
        ("run", "size --demo --map".to_owned(), 0),
        ("run", "compare --demo".to_owned(), 0),
        ("run", "report --demo".to_owned(), 0),
        ("run", "simulate --demo --years 1000".to_owned(), 0),
        ("run", "diff tests/cases/gate/before tests/cases/gate/after".to_owned(), 0),
        ("run", "diff tests/cases/gate/before tests/cases/gate/before".to_owned(), 0),
        ("run", "rates diff rates/example-voice.toml rates/example-minute.toml".to_owned(), 0),
        ("run", "rates diff rates/example-voice.toml rates/example-minute.toml --demo".to_owned(), 0),
        ("run", "rates diff rates/example-voice.toml rates/example-voice.toml".to_owned(), 0),
        ("run", format!("rates diff {decks}cgrates.csv {decks}tcxc.toml"), 0),
        ("run", format!("rates diff {decks}lrn.csv {decks}twilio.csv"), 0),
        ("run", format!("rates diff {decks}yeastar.toml {decks}flowroute.toml"), 0),
        ("run", format!("rates diff {decks}none.csv {decks}lrn.csv"), 2),
        ("run", "rules".to_owned(), 0),
        ("run", "rules --demo".to_owned(), 0),
        ("run", "schema".to_owned(), 0),
        ("run", "rates lint rates/example-voice.toml rates/unlimcall.toml".to_owned(), 0),
        ("run", "rates lint rates/example-voice.toml --as-of 2029-01-01".to_owned(), 0),
        ("run", format!("rates lint {decks}rate-notice.csv {decks}cgrates.csv {decks}lrn.toml"), 0),
        ("run", format!("rates import {decks}rate-notice.csv --currency USD"), 0),
        ("run", format!("rates import {decks}notice.xlsx --currency USD"), 0),
        ("rates-show", "rates show 18085551234 --table rates/example-voice.toml".to_owned(), 0),
        ("rates-show", "rates show 18085551234 --table rates/example-second.toml".to_owned(), 0),
        ("rates-show", "rates show 12125551234 --table rates/unlimcall.toml".to_owned(), 0),
        ("rates-show", "rates show 4479999999 --table rates/example-voice.toml".to_owned(), 3),
        ("rates-show", format!("rates show 491712345678 --table {decks}tcxc.toml --on 2026-12-01"), 3),
        ("rates-show", format!("rates show 33123456789 --table {decks}cgrates.csv"), 0),
        ("rates-show", format!("rates show 12012001234 --table {decks}npanxx.csv"), 0),
        ("rates-show", "rates show 491234567 --table tests/data/rates/deck.toml".to_owned(), 0),
        ("rates-show", "rates show 19075551234 --demo".to_owned(), 0),
        ("rates-show", "rates show 819012345678 --demo".to_owned(), 3),
        ("rates-price", format!("{calls}example-voice.toml"), 0),
        ("rates-price", format!("{calls}example-second.toml --jurisdiction interstate"), 0),
        ("rates-price", format!("{calls}unlimcall.toml"), 0),
        ("rates-price", "rates price 4479999999 45 --table rates/example-voice.toml".to_owned(), 3),
        ("rates-price", format!("rates price 33123456789 10 --table {decks}cgrates.csv"), 0),
        ("rates-price", format!("rates price 12012001234 10 --table {decks}npanxx.csv"), 3),
        ("rates-price", "rates price 491234567 10 --table tests/data/rates/deck.toml".to_owned(), 0),
        ("rates-price", "rates price 19075551234 45 --demo".to_owned(), 0),
        ("rates-price", "rates price 819012345678 45 --demo".to_owned(), 3),
        ("erlang", "erlang b --traffic 12 --channels 15".to_owned(), 0),
        ("erlang", "erlang b --traffic 12 --blocking 0.01".to_owned(), 0),
        ("erlang", "erlang b-extended --channels 15 --blocking 0.01 --redial 0.5".to_owned(), 0),
        ("erlang", "erlang engset --traffic 12 --channels 15 --sources 100".to_owned(), 0),
        ("gitlab", format!("check --demo {narrow}"), 1),
        ("gitlab", "rates lint tests/data/rates/suspicious.toml".to_owned(), 0),
        ("gitlab", "rates lint tests/data/rates/faulty.toml no/such/file.csv".to_owned(), 2),
    ] {
        let format = if name == "gitlab" { "gitlab" } else { "json" };
        let (exit, text) = run(&format!("{line} --output {format}"));
        assert_eq!(exit, code, "{line}");
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{line}: {e}"));
        let validator = validator(name);
        assert_eq!(faults(&validator, &value), [""; 0], "{line}");
        for (at, copy) in with_a_key_more(&value) {
            assert!(!validator.is_valid(&copy), "{name}: {line}: a key more at {at:?}");
        }
    }
}

#[test]
fn every_change_of_a_table_and_every_line_of_a_batch_is_as_its_schema_says() {
    let run_schema = validator("run");
    let decks: Vec<String> = std::fs::read_dir(root().join("tests/data/decks"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    let mut changes = 0;
    for (old, new) in decks.iter().zip(decks.iter().skip(1)) {
        let (exit, text) = run(&format!("rates diff tests/data/decks/{old} tests/data/decks/{new} --output json"));
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{old} {new}: {e}"));
        assert_eq!((exit, faults(&run_schema, &value)), (0, vec![]), "{old} {new}");
        changes += value["changes"].as_array().unwrap().len();
        for (at, copy) in with_a_key_more(&value) {
            assert!(!run_schema.is_valid(&copy), "{old} {new}: a key more at {at:?}");
        }
    }
    assert!(changes > 50, "only {changes} changes were seen");
    let folder = tempfile::tempdir().unwrap();
    let calls = folder.path().join("calls.csv");
    std::fs::write(&calls, "number,seconds\n19075550123,45\n819012345678,45\n").unwrap();
    let price = validator("rates-price");
    for (with, lines) in
        [("--demo", 6), ("--table rates/example-voice.toml", 2), ("--table tests/data/decks/twilio.csv", 2)]
    {
        let (_, text) = run(&format!("rates price --batch {} {with}", calls.display()));
        assert_eq!(text.lines().count(), lines, "{with}");
        for line in text.lines() {
            assert_eq!(faults(&price, &serde_json::from_str(line).unwrap()), [""; 0], "{with}: {line}");
        }
    }
}

#[test]
fn a_sign_off_is_as_its_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let lock = folder.path().join("failover.lock.toml");
    let (exit, _) = run(&format!("sign --demo --by desk --valid-until 2027-06-30 --lock {}", lock.display()));
    assert_eq!(exit, 0);
    let text = std::fs::read_to_string(&lock).unwrap();
    let (validator, value) = (validator("lock"), toml(&text));
    assert_eq!(faults(&validator, &value), [""; 0]);
    assert!(value["figures"]["spend"].as_object().is_some_and(|spend| spend.len() == 4));
    for (at, copy) in with_a_key_more(&value) {
        assert!(!validator.is_valid(&copy), "a key more at {at:?}");
    }
    // What the program refuses the schema refuses.
    for (from, to) in [
        ("valid_until = 2027-06-30", "valid_until = \"soon\""),
        ("signed_by", "signed_bye"),
        ("sha256 = \"", "sha256 = \"x"),
        ("version     = 1", "version     = 2"),
        ("[figures]", "[figure]"),
        ("[tolerance]", "[tolerances]"),
        ("absorbed  =", "absorbed  = true #"),
    ] {
        assert!(text.contains(from), "{from}");
        assert!(!validator.is_valid(&toml(&text.replacen(from, to, 1))), "{from}");
    }
}

/// TOML as a schema sees it: dates are strings.
fn toml(text: &str) -> Value {
    fn value(toml: toml::Value) -> Value {
        match toml {
            toml::Value::String(text) => json!(text),
            toml::Value::Integer(n) => json!(n),
            toml::Value::Float(x) => json!(x),
            toml::Value::Boolean(flag) => json!(flag),
            toml::Value::Datetime(at) => json!(at.to_string()),
            toml::Value::Array(items) => items.into_iter().map(value).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(key, inner)| (key, value(inner))).collect(),
        }
    }
    value(toml::Value::Table(toml::from_str(text).unwrap()))
}

#[test]
fn the_plans_and_tables_that_ship_are_as_their_schemas_say() {
    let mut checked = 0;
    for (name, folder) in [
        ("failover", "src/input/example"),
        ("rates", "rates"),
        ("failover", "tests/cases/rules/base"),
        ("rates", "tests/cases/rules/base/rates"),
        ("rates", "tests/data/decks"),
    ] {
        let validator = validator(name);
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let value = toml(&std::fs::read_to_string(&path).unwrap());
            assert_eq!(faults(&validator, &value), [""; 0], "{}", path.display());
            for (at, copy) in with_a_key_more(&value) {
                assert!(!validator.is_valid(&copy), "{}: a key more at {at:?}", path.display());
            }
            checked += 1;
        }
    }
    assert!(checked >= 24, "{checked}");
    // Every key of a deck, and every layout by its name.
    let source = std::fs::read_to_string(root().join("src/input/deck/layout.rs")).unwrap();
    let keys = source.split_once("const KEYS").unwrap().1.split_once("];").unwrap().0;
    let keys: Vec<&str> = keys.split("(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(keys.len() > 20, "{keys:?}");
    let column = |key: &&str| match *key {
        "prefix" => "prefix = [\"Country\", 2], ".to_owned(),
        key => format!("{key} = \"x\", "),
    };
    let columns: String = keys.iter().map(column).collect();
    let table = |deck: &str| {
        toml(&format!("version = 1\ncarrier = \"X\"\ncurrency = \"USD\"\nkind = \"per-minute\"\ndeck = {{ {deck} }}\n"))
    };
    let (rates, digest) = (validator("rates"), "0".repeat(64));
    let whole = format!(
        "file = \"x.csv\", columns = {{ {columns} }}, sha256 = \"{digest}\", dates = \"dmy\", delimiter = \";\", hyphen = \
         \"range\", decimal = \",\", header = false, country_code = \"49\", only = {{ a = \"7\" }}, more = [\"y.csv\"], \
         previous = {{ file = \"old.csv\", lost = 3 }}"
    );
    assert_eq!(faults(&rates, &table(&whole)), [""; 0]);
    for (at, copy) in with_a_key_more(&table(&whole)) {
        assert!(!rates.is_valid(&copy), "a key more at {at:?}");
    }
    for layout in LAYOUTS {
        assert_eq!(faults(&rates, &table(&format!("file = \"x\", format = \"{}\"", layout.name))), [""; 0]);
    }
    for bad in [
        "format = \"flowroute\"",
        "file = \"x\", format = \"none\"",
        "file = \"x\", format = \"lrn\", columns = { prefix = \"a\", per_minute = \"b\" }",
        "file = \"x\", columns = { per_minute = \"b\" }",
        "file = \"x\", columns = { prefix = 0, per_minute = \"b\" }",
        "file = \"x\", sha256 = \"12\"",
        "file = \"x\", dates = \"ydm\"",
        "file = \"x\", only = { a = 7 }",
        "file = \"x\", previous = { lost = 1 }",
    ] {
        assert!(!rates.is_valid(&table(bad)), "{bad}");
    }
    // What the program refuses the schema refuses.
    let plan = std::fs::read_to_string(root().join("src/input/example/failover.toml")).unwrap();
    for (from, to) in [
        ("seats                  = 50 ", "seats = \"fifty\" "),
        ("\"pjsip\"", "\"pjsp\""),
        ("currency = \"USD\"", ""),
        ("as_of    = 2026-12-01", "as_of = \"today\""),
        ("{ fixed = \"6s\" }", "{ fixed = \"6s\", exponential = { mean = \"6s\" } }"),
        ("signal    = \"503\"", "signal = \"200\""),
        ("version  = 1", "version = 2"),
    ] {
        assert!(plan.contains(from), "{from}");
        assert!(!validator("failover").is_valid(&toml(&plan.replace(from, to))), "{from}");
    }
}

/// Names of properties anywhere in a schema.
fn properties(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                if let ("properties", Some(named)) = (key.as_str(), inner.as_object()) {
                    found.extend(named.keys().cloned());
                }
                properties(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| properties(inner, found)),
        _ => {}
    }
}

#[test]
fn every_key_that_the_readers_ask_for_is_in_a_schema() {
    const ASKS: [&str; 10] = [
        ".required(",
        ".optional(",
        ".or(",
        ".or_assume(",
        ".node(",
        ".tables(",
        "share(",
        "ratio(",
        "amount(",
        "statuses(",
    ];
    for (name, files) in [
        ("failover", &["plan", "campaign", "trunk", "cause", "pbx", "policy", "incident"][..]),
        ("rates", &["rates", "deck/spec"][..]),
        ("lock", &["lock"][..]),
    ] {
        let mut known = BTreeSet::new();
        properties(&schema(name), &mut known);
        let mut asked = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(root().join(format!("src/input/{file}.rs"))).unwrap();
            for ask in ASKS {
                let after = text.split(ask).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
                asked.extend(after.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
            }
        }
        let least = if name == "lock" { 10 } else { 20 };
        assert!(asked.len() >= least, "{name}: only {} keys were seen", asked.len());
        let missing: Vec<&String> = asked.difference(&known).collect();
        assert!(missing.is_empty(), "src/render/schemas/{name}.schema.json lacks {missing:?}");
    }
}

#[test]
fn schemas_are_listed_and_printed() {
    let (code, list) = run("schema");
    assert_eq!(code, 0);
    for schema in &SCHEMAS {
        assert!(list.contains(schema.name));
        assert_eq!(run(&format!("schema {}", schema.name)), (0, schema.text.to_owned()));
    }
    assert_eq!(run("schema plan").1, run("schema failover").1);
    assert_eq!(run("schema failover.lock.toml").1, run("schema lock").1);
    assert_eq!(run("schema nonsense"), (2, String::new()));
}

//! `rates show` and `rates price` of a carrier's own file, and of every table of a plan.

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn run_in(folder: &Path, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.arg("rates").args(line.split(' ')).current_dir(folder).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What is answered as JSON, and the exit code.
fn asked(folder: &Path, line: &str) -> (Value, Option<i32>) {
    let output = run_in(folder, &format!("{line} --output json"));
    let read = serde_json::from_slice(&output.stdout);
    (read.unwrap_or_else(|_| panic!("{line}: {}", text(&output.stderr))), output.status.code())
}

/// The answer of one table alone, with what the plan's answer has besides.
fn alone(folder: &Path, line: &str, table: &str, trunks: &[&str]) -> Value {
    let (mut answer, _) = asked(folder, &format!("{line} --table {table}"));
    answer["table"] = json!(table);
    answer["trunks"] = json!(trunks);
    answer
}

/// The example floor in a folder, with a text replaced in its plan.
fn floor(from: &str, to: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rates")).unwrap();
    for (name, text) in trunkrisk::input::example::FILES {
        let text = if name == "failover.toml" { text.replace(from, to) } else { text.to_owned() };
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn the_tables_of_the_plan_answer_where_none_is_named() {
    let folder = floor("", "");
    let folder = folder.path();
    let tables = [
        ("rates/unlimcall.toml", "unlimcall-primary"),
        ("rates/example-voice.toml", "secondary-provider"),
        ("rates/example-gateway.toml", "pri-gateway"),
    ];
    for line in ["price 19075550123 70", "price 19075550123 0 --from 12125550123", "show 19075550123", "show 491234567"]
    {
        let (all, code) = asked(folder, line);
        // The day is the plan's.
        let each: Vec<Value> = tables
            .iter()
            .map(|(table, trunk)| alone(folder, &format!("{line} --on 2026-12-01"), table, &[trunk]))
            .collect();
        assert_eq!((&all["answers"], &all["plan"]), (&Value::Array(each), &"failover.toml".into()), "{line}");
        assert_eq!(all["number"], line.split(' ').nth(1).unwrap());
        assert_eq!(code, Some(if line.contains("491234567") { 3 } else { 0 }), "{line}");
        // The same from below, by name, and of the example without a file.
        std::fs::create_dir_all(folder.join("below")).unwrap();
        assert_eq!(asked(&folder.join("below"), line).0, all, "{line}");
        assert_eq!(asked(folder, &format!("{line} --plan failover.toml")).0, all, "{line}");
        assert_eq!(asked(Path::new(ROOT), &format!("{line} --demo")).0, all, "{line}");
    }
    // Another day by either option, and a what-if.
    for day in ["--on", "--as-of"] {
        let (all, _) = asked(folder, &format!("price 19075550123 70 {day} 2026-12-24"));
        assert_eq!(all["answers"][1]["on"], "2026-12-24");
    }
    let set = "price 19075550123 70 --set trunk.pri-gateway.rates=rates/example-voice.toml";
    assert_eq!(asked(folder, set).0["answers"][1]["trunks"], json!(["secondary-provider", "pri-gateway"]));
}

#[test]
fn trunks_that_share_a_table_have_one_answer() {
    let folder = floor("\"rates/example-gateway.toml\"", "\"rates/example-voice.toml\"");
    let (all, code) = asked(folder.path(), "price 19075550123 70");
    let answers = all["answers"].as_array().unwrap();
    assert_eq!((answers.len(), code), (2, Some(0)));
    assert_eq!(answers[1]["trunks"], json!(["secondary-provider", "pri-gateway"]));
    let said = run_in(folder.path(), "price 19075550123 70");
    let said = text(&said.stdout);
    assert!(said.contains("secondary-provider, pri-gateway  rates/example-voice.toml  1907"), "{said}");
    assert!(said.starts_with("19075550123, 70 s on 2026-12-01, by the tables of failover.toml\n"), "{said}");
    assert!(said.contains("0.108 USD") && !said.contains("step"), "{said}");
    // Every answer whole, where more is asked for.
    let said = run_in(folder.path(), "price 19075550123 70 -v");
    assert!(text(&said.stdout).contains("further intervals"), "{}", text(&said.stdout));
    let said = run_in(folder.path(), "show 19075550123 -v");
    assert!(text(&said.stdout).contains("a longer prefix prices it"), "{}", text(&said.stdout));
}

#[test]
fn a_number_that_one_table_prices_is_answered() {
    let folder = floor("", "");
    // Inside no flat rate, and in one table of the two others.
    let voice = std::fs::read_to_string(folder.path().join("rates/example-voice.toml")).unwrap();
    let more = "\n[[rate]]\nprefix = \"44\"\nper_minute = 0.02\n";
    std::fs::write(folder.path().join("rates/example-voice.toml"), voice + more).unwrap();
    for line in ["price 442071234567 60", "show 442071234567"] {
        let output = run_in(folder.path(), line);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(!said.contains("exit 3"), "{said}");
        let (all, _) = asked(folder.path(), line);
        let priced: Vec<bool> = all["answers"].as_array().unwrap().iter().map(|a| a.get("finding").is_none()).collect();
        assert_eq!(priced, [false, true, false], "{line}");
    }
    let said = run_in(folder.path(), "price 442071234567 60");
    assert!(text(&said.stdout).contains("no price: rates/unlimcall.toml has no rate for 442071234567 on 2026-12-01"));
    for line in ["price 819012345678 60", "show 819012345678"] {
        let output = run_in(folder.path(), line);
        assert_eq!(output.status.code(), Some(3));
        assert!(text(&output.stdout).contains("\nexit 3: nothing could be "), "{}", text(&output.stdout));
    }
}

#[test]
fn a_batch_has_a_line_for_each_row_and_table() {
    let folder = floor("", "");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("calls.csv", "number,seconds,on\n19075550123,70,\n12125550123,6,2027-01-02\n");
    let output = run_in(folder.path(), "price --batch calls.csv");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let lines: Vec<Value> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of: Vec<(u64, &str, &str)> = lines
        .iter()
        .map(|l| (l["line"].as_u64().unwrap(), l["trunks"][0].as_str().unwrap(), l["on"].as_str().unwrap()))
        .collect();
    assert_eq!(
        of,
        [
            (2, "unlimcall-primary", "2026-12-01"),
            (2, "secondary-provider", "2026-12-01"),
            (2, "pri-gateway", "2026-12-01"),
            (3, "unlimcall-primary", "2027-01-02"),
            (3, "secondary-provider", "2027-01-02"),
            (3, "pri-gateway", "2027-01-02"),
        ]
    );
    assert_eq!(lines[1]["cost"], "0.108");
    // A row that no table prices is one without an answer; a fault of a row is told once.
    write("calls.csv", "number,seconds\n19075550123,70\n819012345678,6\n");
    assert_eq!(run_in(folder.path(), "price --batch calls.csv").status.code(), Some(3));
    write("calls.csv", "number,seconds\n19075550123,x\n");
    let output = run_in(folder.path(), "price --batch calls.csv");
    assert!(text(&output.stderr).contains("error: 1 fault in the input"), "{}", text(&output.stderr));
    // The plan's tables are safe from outputs.
    let output = run_in(folder.path(), "price 19075550123 70 --output json=rates/unlimcall.toml");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("would write over it"), "{}", text(&output.stderr));
}

#[test]
fn a_deck_prices_what_it_states_and_says_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    // One row states its increment, one does not, one is refused, and one states what stands in where none is stated.
    write(
        "x y.csv",
        "prefix,destination,per_minute,increment,status\n44,UK,0.02,60/60,\n33,France,0.03,,\n49,Germany,,,blocked\n39,Italy,0.04,1/1,\n",
    );
    let price = |number: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
        let args =
            ["rates", "price", number, "61", "--table", "x y.csv", "--output", "json=out.json", "--output", "text"];
        let output = command.args(args).current_dir(folder).stdin(Stdio::null()).output().unwrap();
        let read = std::fs::read_to_string(folder.join("out.json")).unwrap();
        let answer: Value = serde_json::from_str(&read).unwrap();
        (answer, text(&output.stdout).to_owned(), output.status.code())
    };
    let (answer, said, code) = price("442071234567");
    assert_eq!((&answer["cost"], &answer["currency"], code), (&"0.04".into(), &Value::Null, Some(0)));
    assert_eq!(answer["to_state"], json!(["currency"]));
    assert!(said.starts_with("442071234567, 61 s: 0.04, in a currency that x y.csv does not state\n"), "{said}");
    assert!(said.contains("`trunkrisk rates import 'x y.csv' --currency CODE --out 'x y.toml'`"), "{said}");
    // A stand-in that is stated is none.
    let (answer, _, code) = price("391234567");
    assert_eq!((&answer["cost"], &answer["billed_seconds"], code), (&"0.040667".into(), &61.into(), Some(0)));
    let (answer, said, code) = price("331234567");
    assert_eq!((&answer["cost"], &answer["finding"], code), (&Value::Null, &"missing-key".into(), Some(3)));
    assert_eq!(answer["to_state"], json!(["currency", "increment"]));
    for words in ["error[IN004]", "states no increment for prefix 33", "--> x y.csv:3:1", "--increment 6/6", "exit 3"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let (answer, said, code) = price("491234567");
    assert_eq!((&answer["finding"], code), (&"destination-without-rate".into(), Some(3)), "{said}");
    // What the help says makes a table that prices the same calls, in a currency.
    let args = ["rates", "import", "x y.csv", "--currency", "EUR", "--increment", "6/6", "--out", "x y.toml"];
    let output = Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(args).current_dir(folder).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let args = ["rates", "price", "331234567", "61", "--table", "x y.toml", "-q"];
    let output = Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(args).current_dir(folder).output().unwrap();
    assert_eq!(text(&output.stdout), "331234567, 61 s: 0.033 EUR\n");
}

#[test]
fn a_deck_shows_which_row_prices_and_what_it_does_not_state() {
    let decks = Path::new(ROOT).join("tests/data/decks");
    let (shown, code) = asked(&decks, "show 12012001234 --table npanxx.csv");
    assert_eq!((&shown["currency"], &shown["carrier"], code), (&Value::Null, &Value::Null, Some(0)));
    assert_eq!((&shown["chosen"]["prefix"], &shown["chosen"]["increment"]), (&"1201200".into(), &Value::Null));
    assert_eq!(shown["to_state"], json!(["currency", "increment"]));
    let said = run_in(&decks, "show 12012001234 --table npanxx.csv");
    let said = text(&said.stdout);
    for words in [
        "prefix 1201200, 0.004356 per minute, increment not stated",
        "read as `npanxx`",
        "to state     currency and increment: `trunkrisk rates import npanxx.csv --currency CODE --increment 6/6",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("USD") && !said.contains("1/1"), "{said}");
    let (shown, _) = asked(&decks, "show 12045550123 --table flowroute.csv");
    assert_eq!((&shown["chosen"]["increment"], &shown["to_state"]), (&"6/6".into(), &json!(["currency"])));
    // Every layout that prices calls through a table prices the same calls alone, as far as it states increments.
    for (deck, number, seconds, more, cost) in [
        ("flowroute", "12045550123", 45, " --on 2026-01-01", json!("0.006664")),
        ("twilio", "436641234567", 60, " --from 4312345678", Value::Null),
        ("cgrates", "33123456789", 10, "", json!("1.4")),
        ("kazoo", "441612345678", 30, "", json!("0.07")),
        ("yeastar", "441612345678", 61, "", json!("0.06")),
        ("callwithus", "12012011234", 60, " --jurisdiction intrastate --format callwithus", json!("0.0041")),
    ] {
        let (answer, code) = asked(&decks, &format!("price {number} {seconds} --table {deck}.csv{more}"));
        assert_eq!((&answer["cost"], code), (&cost, Some(if cost.is_null() { 3 } else { 0 })), "{deck}: {answer}");
    }
    // A deck that cannot be read is told with its places, in JSON too.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.csv"), "NPANXX,Rate\n201200,0.004\n4.47E+11,0.004\n").unwrap();
    for command in ["show 12012001234", "price 12012001234 60"] {
        let (answer, code) = asked(folder.path(), &format!("{command} --table bad.csv"));
        assert_eq!((code, &answer["status"]), (Some(2), &"error".into()));
        assert_eq!(
            (&answer["findings"][0]["where"][0]["line"], &answer["findings"][0]["code"]),
            (&3.into(), &"IN020".into())
        );
    }
}

//! `trunkrisk rates` as it is run: against published examples, and against what it must refuse.

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/rates");

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.arg("rates").args(args).current_dir(DATA).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
    command
}

/// Runs a line of arguments that holds no blanks within one.
fn run(line: &str) -> Output {
    command(&line.split(' ').collect::<Vec<_>>()).output().unwrap()
}

/// Runs with a text on standard input.
fn run_with(line: &str, input: &str) -> Output {
    let args: Vec<&str> = line.split(' ').collect();
    let mut command = command(&args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A run that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_str(text(&output.stdout)).unwrap_or_else(|_| panic!("{}", text(&output.stderr)))
}

fn lines(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The answer to one call, and the exit code.
fn price(line: &str) -> (Value, i32) {
    let output = run(&format!("price {line} --output json"));
    (json(&output), output.status.code().unwrap())
}

/// The rows of a table below its header; the first line names the source.
fn rows(file: &str) -> Vec<Vec<String>> {
    let table = std::fs::read_to_string(Path::new(DATA).join(file)).unwrap();
    assert!(table.starts_with("# "), "{file} names its source");
    let rows = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    rows.map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn calls_cost_what_carriers_publish() {
    let mut seen = 0;
    for file in [
        "published-connexo.csv",
        "published-cm.csv",
        "published-voipms.csv",
        "published-twilio.csv",
        "published-46labs.csv",
        "published-voiceflex.csv",
        "worked-20-6.csv",
    ] {
        for row in rows(file) {
            let (answer, exit) = price(&format!("{} {} --table {}", row[1], row[2], row[0]));
            assert_eq!(exit, 0, "{row:?}");
            assert_eq!(answer["billed_seconds"].to_string(), row[3], "{row:?}");
            assert_eq!(answer["cost"], row[4], "{row:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 14);
}

#[test]
fn the_answer_is_flat_and_sorted() {
    let output = run("price 12125550123 45 --table connexo.toml --output json");
    let Value::Object(answer) = json(&output) else { panic!() };
    let keys = ["billed_seconds", "cost", "currency", "destination", "number", "on", "prefix", "seconds", "steps"];
    assert_eq!(answer.keys().collect::<Vec<_>>(), keys);
    let places: Vec<_> = keys.iter().map(|key| text(&output.stdout).find(&format!("\"{key}\":"))).collect();
    // `seconds` stands in the steps as well, behind its own.
    assert!(places.is_sorted() && places[0].is_some());
    let amounts: Vec<_> = answer["steps"].as_array().unwrap().iter().map(|step| &step["amount"]).collect();
    assert_eq!(amounts, ["0.00375", "0.0085", "0.01225"]);
    assert!(answer["on"].is_null() && answer["destination"].is_null());
}

#[test]
fn the_text_spells_the_arithmetic() {
    let output = run("price 12125550123 45 --table connexo.toml");
    assert_eq!(
        text(&output.stdout),
        "\
12125550123, 45 s: 0.01225 USD

row          prefix 1 (connexo.toml:17)
price        0.015, then 0.017 USD per minute, increment 15/15
billed       45 s

step                                       seconds  per minute   amount
───────────────────────────────────────────────────────────────────────
initial interval                                15       0.015  0.00375
further intervals                               30       0.017   0.0085
rounded half-up to 6 places, from 0.01225                       0.01225
───────────────────────────────────────────────────────────────────────
total in USD                                                    0.01225
"
    );
    let brief = run("price 12125550123 45 --table connexo.toml -q");
    assert_eq!(text(&brief.stdout), "12125550123, 45 s: 0.01225 USD\n");
}

/// Arguments after `price`, and the prefix and cost that come out.
const LOOKED_UP: &[(&str, &str, &str)] = &[
    // The longest prefix.
    ("12065550123 60 --table deck.toml", "1", "0.0085"),
    ("19075550123 1 --table deck.toml --on 2026-11-01", "1907", "0.09"),
    // Days: the first day is the day, and the last is still in force.
    ("19075550123 1 --table deck.toml --on 2026-11-30", "1907", "0.09"),
    ("19075550123 1 --table deck.toml --on 2026-12-01", "1907", "0.12"),
    ("33142685300 60 --table deck.toml --on 2027-01-01", "33", "0.02"),
    // The day: --on, else --as-of, else the newest first day.
    ("19075550123 1 --table deck.toml", "1907", "0.12"),
    ("19075550123 1 --table deck.toml --as-of 2026-11-01", "1907", "0.09"),
    ("19075550123 1 --table deck.toml --as-of 2026-11-01 --on 2026-12-24", "1907", "0.12"),
    // Callers.
    ("431234567 60 --table deck.toml", "43", "0.155"),
    ("431234567 60 --table deck.toml --from 442071234567", "43", "0.155"),
    ("431234567 60 --table deck.toml --from +49-30-123456", "43", "0.016"),
    ("431234567 60 --table deck.toml --from Anonymous", "43", "0.155"),
    ("391234567 60 --table deck.toml --from 4930123456", "39", "0.02"),
    // Whose states meet.
    ("12125550123 60 --table deck.toml", "1212", "0.03"),
    ("12125550123 60 --table deck.toml --from unknown", "1212", "0.03"),
    ("12125550123 60 --table deck.toml --from 442071234567", "1212", "0.03"),
    ("12125550123 60 --table deck.toml --from 18885550199", "1212", "0.03"),
    ("12125550123 60 --table deck.toml --from 12125550199", "1212", "0.02"),
    ("12125550123 60 --table deck.toml --from 12125550199 --jurisdiction interstate", "1212", "0.01"),
    ("12125550123 60 --table deck.toml --from 13155550199 --jurisdiction intrastate", "1212", "0.02"),
    // Steps: 60 s at 0.20, and each second beyond at 0.10 a minute.
    ("442071234567 60 --table deck.toml", "44", "0.2"),
    ("442071234567 61 --table deck.toml", "44", "0.201667"),
    ("442071234567 90 --table deck.toml", "44", "0.25"),
    // A minimum, and an attempt that nobody answered.
    ("71234567 6 --table deck.toml", "7", "0.25"),
    ("12065550123 0 --table deck.toml", "1", "0.0002"),
    // Inside and outside a flat rate.
    ("12125550123 600 --table flat.toml", "1", "0"),
    ("19005550123 61 --table flat.toml", "1900", "2.4"),
    ("442071234567 61 --table flat.toml", "44", "0.06"),
];

#[test]
fn the_right_row_prices() {
    for (line, prefix, cost) in LOOKED_UP {
        let (answer, exit) = price(line);
        assert_eq!(
            (&answer["prefix"], &answer["cost"], exit),
            (&Value::from(*prefix), &Value::from(*cost), 0),
            "{line}"
        );
    }
    let (flat, _) = price("12125550123 600 --table flat.toml");
    assert_eq!((&flat["steps"][0]["what"], &flat["billed_seconds"]), (&"inside the flat rate".into(), &0.into()));
    let (stated, _) = price("12125550123 60 --table deck.toml");
    assert_eq!(stated["jurisdiction"], "indeterminate");
    assert!(price("12065550123 60 --table deck.toml").0.get("jurisdiction").is_none());
    let (ended, exit) = price("491234567 60 --table deck.toml --on 2026-11-01");
    assert_eq!((&ended["expired"], &ended["cost"], exit), (&true.into(), &"0.02".into(), 0));
    assert!(
        text(&run("price 491234567 60 --table deck.toml").stdout).contains("ended on 2026-10-31; its rate is carried")
    );
}

#[test]
fn without_a_rate_there_is_no_price() {
    for (line, finding, reason) in [
        (
            "819012345678 60 --table deck.toml",
            Some("destination-without-rate"),
            "deck.toml has no rate for 819012345678",
        ),
        ("391234567 60 --table deck.toml", Some("destination-without-rate"), "none for a caller who is not shown"),
        ("391234567 60 --table deck.toml --from 12125550123", Some("destination-without-rate"), "none for 12125550123"),
        ("331234567 60 --table deck.toml --on 2026-12-31", Some("rates-not-yet-effective"), "none is in force yet"),
        ("12065550123 60 --table deck.toml --on 2026-09-30", Some("rates-not-yet-effective"), "none is in force yet"),
        ("331234567 60 --table flat.toml", Some("destination-without-rate"), "flat.toml has no rate for 331234567"),
        ("12125550123 60 --table deck.toml --from 12995550199", None, "states of area codes 299 and 212 are not known"),
    ] {
        let (answer, exit) = price(line);
        assert_eq!(exit, 3, "{line}");
        assert!(answer["cost"].is_null() && answer["billed_seconds"].is_null(), "{line}: {answer}");
        assert_eq!(answer.get("finding").and_then(Value::as_str), finding, "{line}");
        assert!(answer["reason"].as_str().unwrap().contains(reason), "{line}: {answer}");
        let output = run(&format!("price {line}"));
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(3), "{line}");
        assert!(said.contains(reason) && said.ends_with("exit 3: nothing could be computed\n"), "{line}: {said}");
        assert!(!said.contains("USD"), "{line}: {said}");
    }
}

#[test]
fn a_batch_answers_as_single_calls_do() {
    let output = run("price --table deck.toml --batch calls.csv --on 2026-11-01");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let answers = lines(&output);
    let singles = [
        "15555550123 45 --on 2026-11-01",
        "19075550123 45 --on 2026-11-30",
        "19075550123 45 --on 2026-12-01",
        "12125550123 30.1 --on 2026-11-01 --jurisdiction interstate",
        "12125550123 30.1 --on 2026-11-01 --from 12125550199",
        "4312345678 60 --on 2026-11-01 --from 4930123456",
        "442071234567 61 --on 2026-11-01 --from anonymous",
    ];
    assert_eq!(answers.len(), singles.len());
    for (at, (answer, single)) in answers.into_iter().zip(singles).enumerate() {
        let Value::Object(mut answer) = answer else { panic!() };
        assert_eq!(answer.remove("line"), Some((at + 3).into()));
        assert_eq!(Value::Object(answer), price(&format!("{single} --table deck.toml")).0, "{single}");
    }
    let every = run("price --table deck.toml --batch calls.csv --on 2026-11-01 --output json");
    assert_eq!(every.stdout, output.stdout);
}

#[test]
fn a_batch_tells_rows_without_a_price() {
    let calls = "number,seconds\n12065550123,60\n8190,60\n331,60\n391,60\n";
    let output = run_with("price --table deck.toml --batch - --on 2026-11-01", calls);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(3), ""));
    let answers = lines(&output);
    assert_eq!(answers[0]["cost"], "0.0085");
    let findings: Vec<_> = answers[1..].iter().map(|answer| (&answer["line"], &answer["finding"])).collect();
    let (without, not_yet) = (Value::from("destination-without-rate"), Value::from("rates-not-yet-effective"));
    assert_eq!(findings, [(&3.into(), &without), (&4.into(), &not_yet), (&5.into(), &without)]);
    assert!(answers[1..].iter().all(|answer| answer["cost"].is_null()));
}

#[test]
fn show_tells_why() {
    let why = |line: &str| -> Vec<(String, String)> {
        let shown = json(&run(&format!("show {line} --output json")));
        let cell = |candidate: &Value, key: &str| candidate[key].as_str().unwrap().to_owned();
        let list = shown["candidates"].as_array().unwrap();
        let chosen: Vec<&Value> = list.iter().filter(|candidate| candidate["chosen"] == true).collect();
        assert!(chosen.len() <= 1 && chosen.first().copied().unwrap_or(&Value::Null) == &shown["chosen"], "{line}");
        list.iter().map(|candidate| (cell(candidate, "prefix"), cell(candidate, "why"))).collect()
    };
    for (line, want) in [
        (
            "19075550123 --table deck.toml",
            &[("1907", "prices it"), ("1907", "replaced from 2026-12-01"), ("1", "a longer prefix prices it")][..],
        ),
        (
            "19075550123 --table deck.toml --on 2026-11-01",
            &[("1907", "prices it"), ("1907", "begins 2026-12-01"), ("1", "a longer prefix prices it")],
        ),
        (
            "431234567 --table deck.toml --from 4930123456",
            &[("43", "prices it"), ("43", "another names the caller more closely")],
        ),
        ("431234567 --table deck.toml", &[("43", "prices it"), ("43", "for other callers")]),
        ("491234567 --table deck.toml", &[("49", "prices it: ended, and carried on")]),
        ("331234567 --table deck.toml --on 2026-11-01", &[("33", "begins 2027-01-01")]),
        ("441234567 --table suspicious.toml", &[("44", "prices it"), ("44", "a later row of the file wins")]),
        ("12125550123 --table flat.toml", &[("1", "prices it"), ("1", "the flat rate covers it")]),
        (
            "19005550123 --table flat.toml",
            &[("1900", "prices it"), ("1", "a longer prefix prices it"), ("1", "a longer prefix prices it")],
        ),
    ] {
        let got = why(line);
        let got: Vec<_> = got.iter().map(|(prefix, why)| (prefix.as_str(), why.as_str())).collect();
        assert_eq!(got, want, "{line}");
    }
    let flat = run("show 12125550123 --table flat.toml");
    assert!(text(&flat.stdout).starts_with("12125550123: inside the flat rate, prefix 1, US and Canada: calls cost"));
    let none = run("show 819012345678 --table deck.toml --output json");
    assert_eq!(none.status.code(), Some(3));
    assert_eq!(json(&none)["finding"], "destination-without-rate");
    let shown = text(&run("show 19075550123 --table deck.toml").stdout).to_owned();
    for part in
        ["prefix 1907, Alaska, 0.1200 USD per minute, 60/60", "deck.toml:30", "100 channels, 5 calls per second"]
    {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}

/// A row that `show` chooses is the row that prices.
#[test]
fn show_and_price_agree() {
    for (line, prefix, _) in LOOKED_UP.iter().filter(|(line, _, _)| !line.contains("--jurisdiction")) {
        let (number, rest) = line.split_once(' ').unwrap();
        let (_, options) = rest.split_once(' ').unwrap();
        let shown = json(&run(&format!("show {number} {options} --output json")));
        assert_eq!(shown["chosen"]["prefix"], *prefix, "{line}");
    }
}

#[test]
fn lint_sums_tables_up_and_finds_slips() {
    let names = |line: &str| -> Vec<(String, String)> {
        let output = run(&format!("lint {line} --output json"));
        assert_eq!(output.status.code(), Some(0), "{line}");
        let findings = json(&output)["findings"].as_array().unwrap().clone();
        let cell = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
        findings.iter().map(|finding| (cell(finding, "level"), cell(finding, "name"))).collect()
    };
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(level, name)| ((*level).to_owned(), (*name).to_owned())).collect()
    };
    assert_eq!(names("connexo.toml"), []);
    let undated = [("deny", "duplicate-prefix"), ("warn", "rate-outlier"), ("warn", "limits-unstated")];
    assert_eq!(names("suspicious.toml"), pairs(&undated));
    let dated = [
        ("deny", "rates-expired"),
        ("deny", "rates-not-yet-effective"),
        ("deny", "duplicate-prefix"),
        ("warn", "rates-stale"),
        ("warn", "rate-outlier"),
        ("warn", "limits-unstated"),
    ];
    assert_eq!(names("suspicious.toml --as-of 2026-12-01"), pairs(&dated));
    assert_eq!(names("deck.toml --as-of 2026-10-31"), pairs(&[("deny", "rates-not-yet-effective")]));
    assert_eq!(names("flat.toml"), pairs(&[("warn", "limits-unstated")]));

    let all = json(&run("lint deck.toml flat.toml --output json"));
    assert_eq!((&all["status"], &all["exit"], &all["complete"]), (&"pass".into(), &0.into(), &false.into()));
    assert_eq!(all["not_judged"].as_array().unwrap().len(), 3);
    let deck = &all["tables"][0];
    assert_eq!(
        (&deck["carrier"], &deck["rows"], &deck["kind"]),
        (&"Example Voice".into(), &11.into(), &"per-minute".into())
    );
    assert_eq!((&deck["first_day"], &deck["last_day"]), (&"2026-10-01".into(), &"2027-03-31".into()));
    assert!(all["notes"][0].as_str().unwrap().starts_with("flat.toml names no `source`"));
    assert_eq!(json(&run("lint deck.toml --as-of 2026-12-01 --output json"))["complete"], true);

    let said = run("lint suspicious.toml");
    let said = text(&said.stdout);
    for part in
        ["error[RATE006]: duplicate-prefix", "suspicious.toml:21:10", "dates are not judged: give --as-of", "exit 0"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn lint_tells_every_fault_of_every_table() {
    let output = run("lint deck.toml faulty.toml broken.toml none.toml .");
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    for part in [
        "cannot read none.toml: there is no such file",
        ". is a directory, not a file",
        "faulty.toml:3:12",
        "faulty.toml:7:13",
        "faulty.toml:10:10",
        "faulty.toml:11:14",
        "faulty.toml:15:1",
        "did you mean `per_minute`?",
        "broken.toml:1:8",
        "8 faults in the input; nothing was computed",
    ] {
        assert!(text(&output.stderr).contains(part), "{part}: {}", text(&output.stderr));
    }
    let output = run("lint faulty.toml --output json");
    let run = json(&output);
    assert_eq!((output.status.code(), &run["status"], &run["exit"]), (Some(2), &"error".into(), &2.into()));
    assert_eq!((&run["command"], &run["summary"]["deny"]), (&"rates lint".into(), &5.into()));
    assert_eq!(run["findings"][0]["where"][0]["line"], 3);
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    for line in [
        "price 71234567 6 --table deck.toml",
        "show 71234567 --table deck.toml",
        "price 71234567 6 --table deck.toml --color always",
    ] {
        let output = run(line);
        let said = text(&output.stdout);
        assert!(said.contains("\\u{1b}[2J\\u{202e}evil"), "{line}: {said}");
        assert!(!said.contains("\u{1b}[2J") && !said.contains('\u{202e}'), "{line}");
    }
    // Programs get the name itself, in JSON's own escapes where it has them.
    assert_eq!(price("71234567 6 --table deck.toml").0["destination"], "\u{1b}[2J\u{202e}evil | `x`");
}

/// Arguments, and what standard error must hold.
const REFUSED: &[(&str, &str)] = &[
    ("price 12125550123 60 --table none.toml", "cannot read none.toml: there is no such file"),
    ("price 12125550123 60 --table .", ". is a directory, not a file"),
    ("price 12125550123 60 --table faulty.toml", "faulty.toml:3:12"),
    ("price 12125550123 60 --table broken.toml", "not valid TOML"),
    ("price 12125550123 60 --table calls.csv", "the deck is of no layout known here"),
    ("price 12125550123 60 --table calls.csv --format nonsense", "one of npanxx, lrn"),
    ("price 12125550123 60 --format lrn", "--table <FILE>"),
    ("price 12125550123 60", "no failover.toml here or above"),
    ("price 12125550123 60", "hint: or name a rate table, or a carrier's own file: --table FILE"),
    ("show 12125550123", "hint: or name a rate table, or a carrier's own file: --table FILE"),
    ("price 12125550123 60 --plan none.toml", "cannot read none.toml"),
    ("price --plan - --batch -", "standard input (`-`) can be read once only"),
    ("price 12125550123 --table deck.toml", "<SECONDS>"),
    ("price 12125550123 -5 --table deck.toml", "SECONDS: no talk time: below 0: found `-5`; expected seconds from 0"),
    ("price 12125550123 NaN --table deck.toml", "SECONDS: no talk time: not a finite number: found `NaN`"),
    ("price 12125550123 inf --table deck.toml", "SECONDS: no talk time: not a finite number"),
    ("price 12125550123 1e3 --table deck.toml", "SECONDS: no talk time: an exponent is not an exact amount"),
    ("price 12125550123 1_0 --table deck.toml", "SECONDS: no talk time: not a decimal number"),
    ("price 12125550123 45s --table deck.toml", "SECONDS: no talk time: not a decimal number: found `45s`"),
    ("price 12125550123 99999999999 --table deck.toml", "SECONDS: no talk time: too long"),
    ("price 0012125550123 60 --table deck.toml", "NUMBER: no number to call: begins with 0"),
    ("price 1-800-FLOWERS 60 --table deck.toml", "NUMBER: no number to call: 'F' is not a digit"),
    ("price 1234567890123456 60 --table deck.toml", "NUMBER: no number to call: more than the 15 digits"),
    ("price + 60 --table deck.toml", "NUMBER: no number to call: no digits"),
    ("price 12125550123 60 --table deck.toml --from nobody", "--from: no number to show: 'n' is not a digit"),
    ("price x y --table none.toml --from z", "3 faults in the input; nothing was computed"),
    ("price 12125550123 60 --table deck.toml --on 2026-02-30", "a date such as 2026-12-01 is wanted"),
    ("price 12125550123 60 --table deck.toml --on 1.2.2026", "a date such as 2026-12-01 is wanted"),
    ("price 12125550123 60 --table deck.toml --jurisdiction inter", "--jurisdiction"),
    ("price 12125550123 60 --table deck.toml --batch calls.csv", "cannot be used with"),
    ("price --table deck.toml --batch none.csv", "cannot read none.csv: there is no such file"),
    ("price --table deck.toml --batch .", ". is a directory"),
    ("price --table - --batch -", "standard input (`-`) can be read once only"),
    ("price 12125550123 60 --table deck.toml --output json=deck.toml", "is read by this run"),
    ("show 12125550123 --table none.toml", "cannot read none.toml"),
    ("show x --table deck.toml", "NUMBER: no number to call: 'x' is not a digit"),
    ("lint", "required arguments were not provided"),
    ("lint - -", "standard input (`-`) can be read once only"),
];

fn refused(output: &Output, wants: &[&str], case: &str) {
    assert_eq!(output.status.code(), Some(2), "{case}");
    assert_eq!(text(&output.stdout), "", "{case}");
    for want in wants {
        assert!(text(&output.stderr).contains(want), "{case}: {}", text(&output.stderr));
    }
}

#[test]
fn bad_arguments_are_refused() {
    for (line, want) in REFUSED {
        refused(&run(line), &[want], line);
    }
}

/// A batch on standard input, and the faults that standard error must hold.
const REFUSED_BATCHES: &[(&str, &[&str])] = &[
    ("", &["standard input is empty", "first row names its columns: number, seconds, on, from, jurisdiction"]),
    ("number,seconds\n", &["standard input:1:1: no rows"]),
    ("12125550123,60\n12125550124,60\n", &["standard input:1:1: no header: found `12125550123`"]),
    ("numbr,seconds\n1,2\n", &["unknown column: found `numbr`", "(did you mean `number`?)"]),
    (
        "number\n12125550123\n12125550124\n",
        &["standard input:2:1: no row has seconds; expected a column seconds: the talk time", "error: 1 fault"],
    ),
    ("number,seconds\n12125550123,\n12125550123,4\n", &["standard input:2:1: seconds is missing", "error: 1 fault"]),
    ("number,seconds\n12125550123,60,7\n", &["standard input:2:16: ragged row"]),
    ("number,seconds\n\"12125550123,60\n", &["standard input:2:1: a quote does not enclose a cell"]),
    (
        "number,seconds,on,from,jurisdiction\n12x,-1,2026-13-01,nobody,inter\n12125550123,60,,,\n1,1e3,,,\n",
        &[
            "standard input:2:1: no number to call: 'x' is not a digit: found `12x`; expected a number with its country",
            "standard input:2:5: no talk time: below 0: found `-1`",
            "standard input:2:8: no day: found `2026-13-01`; expected a date such as 2026-12-01",
            "standard input:2:19: no number to show: 'n' is not a digit: found `nobody`",
            "standard input:2:26: no jurisdiction: found `inter`; expected one of interstate, intrastate",
            "standard input:4:3: no talk time: an exponent",
            "error: 6 faults in the input; nothing was computed",
        ],
    ),
    ("number,seconds\n\u{1b}[31m,60\n", &["found `\\u{1b}[31m`"]),
];

#[test]
fn bad_batches_are_refused_with_every_fault() {
    for (input, wants) in REFUSED_BATCHES {
        refused(&run_with("price --table deck.toml --batch -", input), wants, input);
    }
}

#[test]
fn a_faulty_table_is_told_as_json_too() {
    let output = run("price 12125550123 60 --table none.toml --output json");
    assert_eq!(output.status.code(), Some(2));
    let run = json(&output);
    assert_eq!((&run["command"], &run["findings"][0]["code"]), (&"rates price".into(), &"IN001".into()));
}

#[test]
fn tables_are_read_from_standard_input() {
    let deck = std::fs::read_to_string(Path::new(DATA).join("deck.toml")).unwrap();
    let output = run_with("price 12065550123 60 --table - -q", &deck);
    assert_eq!(text(&output.stdout), "12065550123, 60 s on 2027-01-01: 0.0085 USD\n");
    assert!(text(&run_with("lint -", &deck).stdout).contains("standard input"));
}

#[test]
fn help_says_which_day_is_looked_up() {
    for command in ["price", "show"] {
        let help = run(&format!("{command} --help"));
        let words: Vec<&str> = text(&help.stdout).split_whitespace().collect();
        assert!(words.join(" ").contains("else the newest first day in the table that its last day"), "{command}");
        assert!(words.join(" ").contains("[default: every table of the plan]"), "{command}");
    }
}

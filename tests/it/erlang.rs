//! `trunkrisk erlang` as it is run: against published tables, and against what it must refuse.

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.args(args).current_dir(DATA).stdin(Stdio::null()).env_remove("CLICOLOR_FORCE");
    command
}

fn run(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

/// Runs with a text on standard input.
fn run_with(args: &[&str], input: &str) -> Output {
    let mut child = command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A run that refuses its arguments does not read.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of a table below its header; the first line names the source.
fn rows(file: &str) -> Vec<Vec<String>> {
    let table = std::fs::read_to_string(Path::new(DATA).join(file)).unwrap();
    assert!(table.starts_with("# "), "{file} names its source");
    let rows = table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).skip(1);
    rows.map(|line| line.split(',').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// Asks for every row of a table at once, and compares `key` with the table's value.
fn agrees(args: &[&str], columns: &str, table: &[(String, f64)], key: &str, tolerance: f64) {
    let questions: String = table.iter().map(|(row, _)| format!("{row}\n")).collect();
    let args: Vec<&str> = ["erlang"].iter().chain(args).chain(&["--batch", "-"]).copied().collect();
    let answers = lines(&run_with(&args, &format!("{columns}\n{questions}")));
    assert_eq!(answers.len(), table.len());
    for ((row, want), answer) in table.iter().zip(answers) {
        let got = answer[key].as_f64().unwrap();
        assert!((got - want).abs() <= tolerance, "{row}: {key} is {got}, published {want}");
    }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

#[test]
fn erlang_b_is_as_published() {
    for row in rows("traffic/erlang-b.csv") {
        let (question, want) = (format!("{},{}", row[0], row[1]), number(&row[2]));
        agrees(&["b"], "traffic,channels", &[(question, want)], "blocking", 1e-9 * want);
    }
}

#[test]
fn capacities_are_as_published() {
    let table = rows("traffic/erlang-b-capacity.csv");
    for (column, share) in [(1, "0.1%"), (2, "0.5%"), (3, "1%"), (4, "2%"), (5, "5%")] {
        let carried: Vec<_> = table.iter().map(|row| (row[0].clone(), number(&row[column]))).collect();
        agrees(&["b", "--blocking", share], "channels", &carried, "traffic", 0.00051);
        // And back: a little less needs no more channels, a little more does.
        let just = |more: f64, extra: f64| {
            let question = |row: &Vec<String>| ((number(&row[column]) + more).to_string(), number(&row[0]) + extra);
            table.iter().map(question).collect::<Vec<_>>()
        };
        agrees(&["b", "--blocking", share], "traffic", &just(-0.001, 0.0), "channels", 0.0);
        agrees(&["b", "--blocking", share], "traffic", &just(0.001, 1.0), "channels", 0.0);
    }
}

#[test]
fn the_two_percent_table_is_as_published() {
    let table = rows("traffic/erlang-b-two-percent.csv");
    let table: Vec<_> = table.iter().map(|row| (row[0].clone(), number(&row[2]))).collect();
    assert!(table.len() > 15);
    // The table cuts digits off where it should round.
    agrees(&["b", "--blocking", "2 %"], "channels", &table, "traffic", 0.001_001);
}

#[test]
fn redials_are_as_published() {
    let table = rows("traffic/erlang-b-redial.csv");
    let table: Vec<_> = table.iter().map(|row| (row[..3].join(","), number(&row[3]))).collect();
    agrees(&["b-extended"], "traffic,channels,redial", &table, "blocking", 6e-7);
}

#[test]
fn engset_is_as_published() {
    let question = |row: &Vec<String>| {
        let (sources, load) = (number(&row[0]), number(&row[2]));
        // The table has the load of an idle source; the command takes the traffic that nothing blocks.
        format!("{sources},{},{}", row[1], sources * load / (1.0 + load))
    };
    let table = rows("traffic/engset.csv");
    for (column, key) in [(3, "time_congestion"), (4, "blocking")] {
        let table: Vec<_> = table.iter().map(|row| (question(row), number(&row[column]))).collect();
        agrees(&["engset"], "sources,channels,traffic", &table, key, 6e-7);
    }
}

#[test]
fn worked_examples_are_as_published() {
    for row in rows("erlang/worked-examples.csv") {
        let args: Vec<&str> = ["erlang", "--output", "json"].into_iter().chain(row[0].split(' ')).collect();
        let [answer] = lines(&run(&args)).try_into().unwrap();
        let got = answer[&row[1]].as_f64().unwrap();
        assert!((got - number(&row[2])).abs() <= number(&row[3]), "{row:?}: {got}");
    }
}

#[test]
fn json_is_flat_and_sorted_and_adds_up() {
    for (args, extra) in [
        ("b --traffic 12 --channels 15", &[][..]),
        ("b --traffic 12 --blocking 0.01", &["target_blocking"]),
        ("b-extended --traffic 12 --channels 15 --redial 0.5", &["offered_erlangs", "redial"]),
        ("engset --traffic 12 --channels 15 --sources 50", &["offered_erlangs", "sources", "time_congestion"]),
    ] {
        let args: Vec<&str> = "erlang --output json".split(' ').chain(args.split(' ')).collect();
        let output = run(&args);
        let [Value::Object(answer)] = <[Value; 1]>::try_from(lines(&output)).unwrap() else { panic!("{args:?}") };
        let mut keys = vec!["blocking", "carried_erlangs", "channels", "overflow_erlangs", "traffic"];
        keys.extend(extra);
        keys.sort_unstable();
        let places: Vec<_> = keys.iter().map(|key| text(&output.stdout).find(&format!("\"{key}\":"))).collect();
        assert!(answer.len() == keys.len() && places.is_sorted() && places[0].is_some(), "{answer:?}");
        let value = |key: &str| answer[key].as_f64().unwrap();
        let offered = answer.get("offered_erlangs").map_or(value("traffic"), |offered| offered.as_f64().unwrap());
        assert!((value("carried_erlangs") + value("overflow_erlangs") - offered).abs() < 1e-9, "{answer:?}");
        assert!((value("overflow_erlangs") / offered - value("blocking")).abs() < 1e-9, "{answer:?}");
        assert!(answer["channels"].is_u64());
    }
}

#[test]
fn sources_carry_what_their_states_say() {
    // Mean number of busy channels, from the probabilities of all states.
    let (sources, channels, traffic) = (20.0, 10, 8.0);
    let load = traffic / (sources - traffic);
    let mut terms = vec![1.0];
    for k in 1..=channels {
        terms.push(terms[k - 1] * load * (sources - k as f64 + 1.0) / k as f64);
    }
    let carried = terms.iter().enumerate().map(|(k, term)| k as f64 * term).sum::<f64>() / terms.iter().sum::<f64>();
    let args = "erlang engset --traffic 8 --sources 20 --channels 10 --output json";
    let answer = &lines(&run(&args.split(' ').collect::<Vec<_>>()))[0];
    assert!((answer["carried_erlangs"].as_f64().unwrap() - carried).abs() < 1e-9, "{answer} {carried}");
}

#[test]
fn a_batch_survives_comments_blanks_quotes_and_case() {
    let blocking = |args: &[&str]| -> Vec<f64> {
        lines(&run(args)).iter().map(|answer| answer["blocking"].as_f64().unwrap()).collect()
    };
    let got = blocking(&["erlang", "b", "--batch", "erlang/mixed-rows.csv"]);
    for (got, want) in got.iter().zip([0.2145823431, 0.03649694547, 0.08492963013]) {
        assert!((got - want).abs() < 1e-10, "{got} {want}");
    }
    assert_eq!(got.len(), 3);
    // What a row leaves out comes from the options; what it holds wins.
    let output = run_with(&["erlang", "b", "--channels", "15", "--batch", "-"], "traffic,channels\n10,\n10,10\n");
    let got: Vec<f64> = lines(&output).iter().map(|answer| answer["blocking"].as_f64().unwrap()).collect();
    assert!((got[0] - 0.03649694547).abs() < 1e-10 && (got[1] - 0.2145823431).abs() < 1e-10);
}

/// Arguments after `erlang`, and what standard error must hold.
const REFUSED: &[(&str, &str)] = &[
    ("b", "found none; expected exactly two"),
    ("b --traffic 1", "found only traffic; expected exactly two"),
    ("b --traffic 1 --channels 2 --blocking 0.1", "found all three; expected exactly two"),
    ("b --traffic NaN --channels 2", "--traffic: traffic is not a number: found `NaN`; expected a traffic from 0"),
    ("b --traffic=-1 --channels 2", "--traffic: traffic is out of range: found `-1`"),
    ("b --traffic -1 --channels 2", "--traffic: traffic is out of range: found `-1`"),
    ("b --traffic inf --channels 2", "--traffic: traffic is not a number: found `inf`"),
    ("b --traffic 1e999 --channels 2", "--traffic: traffic is out of range: found `1e999`"),
    ("b --traffic 10000001 --channels 2", "--traffic: traffic is out of range"),
    ("b --traffic 1,5 --channels 2", "--traffic: traffic is not a number: found `1,5`"),
    ("b --traffic= --channels 2", "--traffic: traffic is not a number: found ``"),
    ("b --traffic 1% --channels 2", "--traffic: traffic is not a number: found `1%`"),
    ("b --traffic 1 --channels 2.5", "--channels: channels is not whole: found `2.5`"),
    ("b --traffic 1 --channels 1e8", "--channels: channels is out of range"),
    ("b --traffic 1 --channels=-3", "--channels: channels is out of range"),
    (
        "b --traffic 1 --blocking 101%",
        "--blocking: blocking is out of range: found `101%`; expected a share from 0 to 1",
    ),
    ("b --traffic 1 --blocking 1.01", "--blocking: blocking is out of range"),
    ("b --traffic 1 --blocking 0", "a loss of 0 is never reached"),
    ("b --channels 5 --blocking 1", "a target below 1 has a largest traffic"),
    ("b --channels 0 --blocking 0.1", "found 0 channels; expected 1 channel or more"),
    ("b --channels 10000000 --blocking 0.9", "erlang that can be computed"),
    ("b --traffic 1 --channels 2 --redial 0.5", "unexpected argument '--redial'"),
    ("b-extended --traffic 1 --channels 2", "redial is missing: found none; expected a share"),
    ("b-extended --traffic 5 --channels 5 --redial 1", "redials never end"),
    ("b-extended --traffic 1 --channels 5 --redial 1.5", "--redial: redial is out of range"),
    ("engset --traffic 1 --channels 2", "sources is missing"),
    ("engset --traffic 1 --channels 2 --sources 0", "--sources: sources is out of range: found `0`"),
    ("engset --traffic 50 --channels 2 --sources 50", "found 50 erlang from 50 sources; expected less than 1 erlang"),
    ("engset --channels 2 --blocking 1 --sources 50", "a target below 1 has a largest traffic"),
    ("c --traffic 1 --channels 2", "unrecognized subcommand 'c'"),
    ("b --traffic 1 --channels 2 --output xml", "invalid value 'xml'"),
    ("b --traffic 1 --channels 2 --output text --output json", "two outputs go to standard output"),
    ("b --traffic 1 --channels 2 --output json=none/x.json", "cannot write none/x.json: there is no such folder"),
    ("b --traffic 1 --channels 2 --output json=erlang", "cannot write erlang: it is a directory"),
    ("b --batch none.csv", "cannot read none.csv: there is no such file"),
    ("b --batch erlang", "erlang is a directory"),
    ("b --batch erlang/mixed-rows.csv --output json=erlang/mixed-rows.csv", "is read by this run"),
    ("b --traffic 1 --batch erlang/mixed-rows.csv --blocking 0.1", "erlang/mixed-rows.csv:4:1: two of traffic"),
    ("b --traffic 1 --channels 2 --plan x --demo", "--plan and --demo exclude each other"),
];

#[test]
fn bad_arguments_are_refused() {
    for (args, want) in REFUSED {
        let args: Vec<&str> = ["erlang"].into_iter().chain(args.split(' ')).collect();
        refused(&run(&args), &[want], &args.join(" "));
    }
}

fn refused(output: &Output, wants: &[&str], case: &str) {
    assert_eq!(output.status.code(), Some(2), "{case}");
    assert_eq!(text(&output.stdout), "", "{case}");
    for want in wants {
        assert!(text(&output.stderr).contains(want), "{case}: {}", text(&output.stderr));
    }
}

/// The formula, a batch on standard input, and the faults that standard error must hold.
const REFUSED_BATCHES: &[(&str, &str, &[&str])] = &[
    ("b", "", &["standard input is empty", "first row names its columns: traffic, channels, blocking"]),
    ("b", "\n# only a comment\n", &["standard input:2:1: no header"]),
    ("b", "traffic,channels\n", &["standard input:1:1: no rows: found a header only"]),
    ("b", "1,2\n3,4\n", &["standard input:1:1: no header: found `1`"]),
    (
        "b",
        "traffic,chanels\n1,2\n",
        &["standard input:1:9: unknown column: found `chanels`", "(did you mean `channels`?)"],
    ),
    ("b", "traffic,redial\n1,2\n", &["unknown column: found `redial`; expected one of traffic, channels, blocking"]),
    ("b", "traffic,TRAFFIC\n1,2\n", &["standard input:1:9: column named twice"]),
    ("b", "traffic,channels\n1\n", &["standard input:2:1: ragged row: found 1 cell; expected 2 cells"]),
    ("b", "traffic,channels\n1,2,3\n", &["standard input:2:5: ragged row"]),
    ("b", "traffic,channels\n\"1,2\n3,4\n", &["standard input:2:1: a quote does not enclose a cell"]),
    ("b", "traffic,channels\n1,\n", &["standard input:2:1: two of traffic", "found only traffic"]),
    ("b", "traffic,blocking\n1,0\n", &["standard input:2:1: a loss of 0 is never reached"]),
    ("b", "traffic,channels\n\u{1b}[31m,2\n", &["found `\\u{1b}[31m`"]),
    ("engset", "sources,channels,traffic\n5,2,7\n", &["standard input:2:5: more traffic than its sources can offer"]),
    (
        "b",
        "traffic, channels\n-1, 2.5\n1,2\nnan,2\n1,x\n1,\n",
        &[
            "standard input:2:1: traffic is out of range: found `-1`; expected a traffic from 0 to 10000000 erlang\n\
             standard input:2:5: channels is not whole: found `2.5`; expected a whole number of channels",
            "standard input:4:1: traffic is not a number: found `nan`",
            "standard input:5:3: channels is not a number: found `x`",
            "standard input:6:1: two of traffic",
            "error: 5 faults in the input; nothing was computed",
        ],
    ),
];

#[test]
fn bad_batches_are_refused_with_every_fault() {
    for (formula, input, wants) in REFUSED_BATCHES {
        refused(&run_with(&["erlang", formula, "--batch", "-"], input), wants, input);
    }
}

#[test]
fn batches_that_are_no_text_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.csv"), b"traffic,channels\n1,\xff\n").unwrap();
    let path = folder.path().join("x.csv");
    let output = run(&["erlang", "b", "--batch", path.to_str().unwrap()]);
    refused(&output, &["x.csv:2:3: not UTF-8 text: found byte 0xFF"], "not UTF-8");
}

#[test]
fn one_run_feeds_every_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let json = format!("--output=json={}", path.display());
    let output = run(&["erlang", "b", "--traffic", "12", "--channels", "15", &json, "--output", "text", "-q"]);
    assert_eq!(text(&output.stdout), "12 E on 15 channels: blocking 8.573 %\n");
    let answer: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(answer["blocking"], 0.0857292494953);
}

#[test]
fn surroundings_change_nothing() {
    for args in [&["--help"][..], &["erlang", "b", "--help"], &["man"], &["--version"]] {
        let plain = command(args).output().unwrap();
        let other = [("COLUMNS", "40"), ("LANG", "de_DE.UTF-8"), ("TZ", "Asia/Tokyo"), ("NO_COLOR", "1")];
        let folder = tempfile::tempdir().unwrap();
        let odd = command(args).envs(other).current_dir(folder.path()).output().unwrap();
        assert!(plain.status.success() && plain.stdout == odd.stdout && !plain.stdout.is_empty(), "{args:?}");
    }
    assert_eq!(text(&run(&["--version"]).stdout), "trunkrisk 0.1.0\n");
}

#[test]
fn shells_get_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert!(output.status.success() && text(&output.stdout).contains("b-extended"), "{shell}");
    }
    assert_eq!(run(&["completions", "tcl"]).status.code(), Some(2));
}

/// The reader is gone before the program writes: no panic, no message, success.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_a_success() {
    let questions = format!("channels\n{}", "15\n".repeat(20_000));
    for (args, input) in [
        (&["erlang", "b", "--traffic", "12", "--batch", "-"][..], questions.as_str()),
        (&["erlang", "b", "--traffic", "12", "--channels", "15"], ""),
        (&["man"], ""),
        (&["completions", "bash"], ""),
        (&["--help"], ""),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = command(args).stdin(Stdio::piped()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = command(&["erlang", "b", "--traffic", "1", "--channels", "2"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "error: cannot write standard output: no space is left\n");
}

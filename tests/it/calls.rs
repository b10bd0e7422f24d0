//! `simulate --calls` from outside: figures against those of `estimate`, the trace against the figures, and faults.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use serde_json::Value;

fn run(args: &[&str], env: &[(&str, &str)]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(args).envs(env.iter().copied()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

const REJECTS: [&str; 7] = ["simulate", "--calls", "--demo", "--cause", "carrier rejects", "--duration", "30m"];

fn judged(more: &[&str]) -> Value {
    let mut args = REJECTS.to_vec();
    args.extend(["--output", "json"]);
    args.extend(more);
    let (code, out, err) = run(&args, &[]);
    assert_eq!((code, err.as_str()), (0, ""), "{more:?}");
    serde_json::from_str(&out).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

#[test]
fn the_time_line_is_a_table_too() {
    let line = ["--demo", "--cause", "carrier rejects", "--duration", "5m", "--runs", "3"];
    let asked = |format: &str| {
        let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
            .args(["simulate", "--calls", "--output", format])
            .args(line)
            .output()
            .unwrap();
        assert_eq!(out.status.code(), Some(0));
        String::from_utf8(out.stdout).unwrap()
    };
    let (table, json) = (asked("csv"), asked("json"));
    let json: Value = serde_json::from_str(&json).unwrap();
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    assert_eq!(reader.headers().unwrap().iter().next_back(), Some("channels of pri-gateway"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let minutes = json["calls"]["timeline"].as_array().unwrap();
    assert_eq!(rows.len(), minutes.len());
    for (row, minute) in rows.iter().zip(minutes) {
        assert_eq!(row[6], *minute["spend"].as_str().unwrap());
        let attempts: f64 = row[1].parse().unwrap();
        assert_eq!(Some(attempts), minute["attempts"].as_f64());
    }
}

#[test]
fn figures_stand_beside_those_of_estimate() {
    let (_, out, _) = run(&["estimate", "--demo", "--output", "json", "--set", "scenario.durations=[\"30m\"]"], &[]);
    let estimate: Value = serde_json::from_str(&out).unwrap();
    let scenario = &estimate["scenarios"][0];
    let run = judged(&["--runs", "4", "--start", "worst"]);
    let figures = &run["calls"]["figures"];
    assert_eq!((&run["schema"], &run["command"]), (&Value::from("trunkrisk/run/1"), &Value::from("simulate")));
    assert_eq!(run["calls"]["start"], scenario["start"]);
    for (figure, of) in [
        ("attempts", "attempts"),
        ("carried", "carried"),
        ("lost_to_capacity", "lost_to_capacity"),
        ("lost_before_detection", "lost_to_outage"),
        ("answered_calls", "answered_calls"),
        ("billed_minutes", "billed_minutes"),
        ("spend", "spend"),
        ("idle_seat_hours", "idle_seat_hours"),
    ] {
        let (analytic, want) = (number(&figures[figure]["analytic"]), number(&scenario[of]));
        assert!((analytic - want).abs() <= 1e-9 * want.abs().max(1.0), "{figure}: {analytic} {want}");
    }
    for figure in figures.as_object().unwrap().values() {
        assert!(
            number(&figure["low"]) <= number(&figure["mean"]) && number(&figure["mean"]) <= number(&figure["high"])
        );
    }
    assert!(figures["peak_channels"]["analytic"].is_null() && number(&figures["peak_channels"]["mean"]) > 50.0);
    // The minutes add up to the whole.
    let minutes = run["calls"]["timeline"].as_array().unwrap();
    assert_eq!(minutes.len(), 30);
    let sum = |key: &str| minutes.iter().map(|minute| number(&minute[key])).sum::<f64>();
    assert!((sum("carried") - number(&figures["carried"]["mean"])).abs() < 1e-6);
    assert!((sum("spend") - number(&figures["spend"]["mean"])).abs() < 1e-6);
}

#[test]
fn the_trace_adds_up_to_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.csv");
    let trace = format!("--trace={}", path.to_str().unwrap());
    let run_json = judged(&["--runs", "3", &trace, "--set", "trunk.secondary-provider.channels=60"]);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap().split(',').collect();
    let column = |name: &str| head.iter().position(|column| *column == name).unwrap();
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let figures = &run_json["calls"]["figures"];
    let mean = |key: &str| number(&figures[key]["mean"]);
    let count = |fates: &[&str]| rows.iter().filter(|row| fates.contains(&row[column("fate")])).count() as f64 / 3.0;
    assert!((rows.len() as f64 / 3.0 - mean("attempts")).abs() < 1e-6);
    assert!((count(&["answered", "unanswered"]) - mean("carried")).abs() < 1e-6);
    assert!((count(&["blocked", "stopped"]) - mean("lost_to_capacity")).abs() < 1e-6);
    assert!((count(&["answered"]) - mean("answered_calls")).abs() < 1e-6);
    // The example carrier adds 5 % tax, the gateway none.
    let spend: f64 = rows
        .iter()
        .map(|row| {
            let cost: f64 = row[column("cost")].parse().unwrap();
            cost * if row[column("trunk")] == "secondary-provider" { 1.05 } else { 1.0 }
        })
        .sum();
    assert!((spend / 3.0 - mean("spend")).abs() < 1e-6, "{} {}", spend / 3.0, mean("spend"));
    // On standard output the trace stands alone; as JSON lines it says the same.
    let mut args = REJECTS.to_vec();
    args.extend(["--runs", "3", "--set", "trunk.secondary-provider.channels=60", "--trace"]);
    let (code, out, _) = run(&args, &[]);
    assert_eq!((code, out), (0, text.clone()));
    let lines = folder.path().join("calls.jsonl");
    let trace = format!("--trace={}", lines.to_str().unwrap());
    judged(&["--runs", "3", &trace, "--set", "trunk.secondary-provider.channels=60"]);
    let lines = std::fs::read_to_string(&lines).unwrap();
    assert_eq!(lines.lines().count(), rows.len());
    let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["fate"].as_str().unwrap(), rows[0][column("fate")]);
}

#[test]
fn the_same_bytes_for_the_same_seed() {
    let mut args = REJECTS.to_vec();
    args.extend(["--runs", "3"]);
    let threads = |count| run(&[&args[..], &["--seed", "7", "--threads", count]].concat(), &[]);
    let (one, three) = (threads("1"), threads("3"));
    assert_eq!(one, three);
    args.extend(["--seed", "7"]);
    let first = run(&args, &[]);
    assert_eq!(first, one);
    assert_eq!(first.0, 0);
    assert_eq!(first, run(&args, &[("TZ", "Asia/Tokyo"), ("LANG", "de_DE.UTF-8"), ("COLUMNS", "40")]));
    args.pop();
    args.push("8");
    assert_ne!(first.1, run(&args, &[]).1);
}

#[test]
fn what_cannot_be_simulated_is_said() {
    let says = |args: &[&str], words: &[&str]| {
        let (code, out, err) = run(args, &[]);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        for word in words {
            assert!(err.contains(word), "{args:?}: {err}");
        }
    };
    let calls = ["simulate", "--demo", "--calls"];
    let with = |more: &[&'static str]| [&calls[..], more].concat();
    says(&["simulate", "--demo"], &["--calls"]);
    says(&["simulate", "--demo", "--calls", "--years", "5"], &["--years"]);
    says(&with(&[]), &["--cause is missing", "carrier rejects"]);
    says(&with(&["--cause", "carrier reject", "--duration", "1h"]), &["did you mean `carrier rejects`?"]);
    says(&with(&["--cause", "carrier rejects"]), &["--duration is missing"]);
    for bad in ["1", "0s", "x", "-1h", "1y", "9000d"] {
        says(&with(&["--cause", "carrier rejects", "--duration", bad]), &[]);
    }
    let rejects = ["--cause", "carrier rejects", "--duration", "1h"];
    for start in ["tomorrow", "2026-13-01T00:00", "2020-01-01T00:00:00", ""] {
        says(&with(&[&rejects[..], &["--start", start]].concat()), &[]);
    }
    says(&with(&[&rejects[..], &["--runs", "0"]].concat()), &["--runs"]);
    says(&with(&[&rejects[..], &["--trace", "--output", "json"]].concat()), &["standard output"]);
    says(&with(&[&rejects[..], &["--trace=/nonexistent/x.csv"]].concat()), &["no such folder"]);
    says(&with(&["--validate", "--cause", "x"]), &["--validate"]);
    says(&["simulate", "--demo", "--cause", "x"], &["--calls"]);
    says(&with(&["--cause", "carrier rejects", "--duration", "300d", "--runs", "1000000"]), &["fewer runs"]);
}

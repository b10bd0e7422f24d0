//! `simulate --years`, and plans whose years are simulated by themselves.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn program(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

fn demo(args: &[&str]) -> Output {
    program(Path::new("."), &[&["simulate", "--demo"], args].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn amount(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn threads_change_no_byte_and_the_exact_law_lies_within() {
    let run = |threads: &str, format: &str| {
        let output = demo(&["--years", "40000", "--seed", "7", "--threads", threads, "--output", format]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        output.stdout
    };
    for format in ["text", "json"] {
        let one = run("1", format);
        assert!(one == run("2", format) && one == run("7", format));
    }
    let document: Value = serde_json::from_slice(&run("1", "json")).unwrap();
    let (year, exact) = (&document["year"], &document["exact"]);
    assert_eq!((&year["method"], &year["years"], &year["seed"]), (&"simulated".into(), &40_000.into(), &7.into()));
    assert_eq!(exact["method"], "exact");
    let names: Vec<&str> =
        document["compared"].as_array().unwrap().iter().map(|of| of["figure"].as_str().unwrap()).collect();
    for name in ["mean", "p50", "p95", "p99", "p999", "tail_mean_p95", "prob_nothing", "prob_over_year_budget"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    for of in document["compared"].as_array().unwrap() {
        // The model's own promise, and what is said of it.
        let errors = of["standard_errors"].as_f64().unwrap();
        assert!(errors < 4.0, "{of}");
        let (low, high) = (of["low"].as_f64().unwrap(), of["high"].as_f64().unwrap());
        let inside = (low..=high).contains(&of["exact"].as_f64().unwrap());
        assert_eq!(of["consistent"], inside, "{of}");
        assert!((low..=high).contains(&of["simulated"].as_f64().unwrap()), "{of}");
    }
    // What each cause adds, by chance and by law.
    for (by_chance, by_law) in year["causes"].as_array().unwrap().iter().zip(exact["causes"].as_array().unwrap()) {
        for share in ["share_of_mean", "share_of_tail"] {
            let off = by_chance[share].as_f64().unwrap() - by_law[share].as_f64().unwrap();
            assert!(off.abs() < 0.05, "{share}: {by_chance} {by_law}");
        }
    }
    let screen = text(&run("1", "text"));
    let line = screen.lines().find(|line| line.starts_with("exact P95 ")).unwrap();
    assert!(line.contains(", simulated P95 ") && line.contains(" to ") && line.ends_with("consistent"), "{line}");
}

#[test]
fn it_ends_when_an_interval_is_narrow_enough() {
    let run = |until: &str| {
        let output = demo(&["--years", "3000000", "--until", until, "--output", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let (wide, narrow) = (run("p95=3%"), run("mean=1%"));
    for (document, name, width) in [(&wide, "p95", 0.03), (&narrow, "mean", 0.01)] {
        let year = &document["year"];
        let ends = &year["intervals"][name];
        let got = (amount(&ends[1]) - amount(&ends[0])) / amount(&year[name]);
        assert!(got > 0.0 && got <= width, "{name}: {got}");
        let years = year["years"].as_u64().unwrap();
        assert!(years < 3_000_000, "{years}");
    }
}

#[test]
fn bad_arguments_are_told() {
    for (args, says) in [
        (&["--years", "0"][..], "--years 0 is no whole number from 1 to"),
        (&["--years", "-5"], "--years -5 is no whole number"),
        (&["--years", "1e6"], "--years 1e6 is no whole number"),
        (&["--years", ""], "is no whole number"),
        (&["--years", "99999999999999999999"], "is no whole number"),
        (&["--years", "10", "--seed", "x"], "--seed x is no whole number"),
        (&["--years", "10", "--seed", "-1"], "--seed -1 is no whole number"),
        (&["--years", "10", "--threads", "0"], "--threads 0 is no whole number"),
        (&["--years", "10", "--until", "p95"], "`=` is missing"),
        (&["--years", "10", "--until", "p42=1%"], "no such figure"),
        (&["--years", "10", "--until", "p95=0%"], "a share above 0 and below 1"),
        (&["--years", "10", "--until", "p95=200%"], "a share above 0 and below 1"),
        (&["--until", "p95=1%"], "--years"),
        (&[], "--years"),
    ] {
        let output = demo(args);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
        assert!(stderr.contains(says) && output.stdout.is_empty(), "{args:?}: {stderr}");
    }
    // One year is few, and still a year: what cannot be told has no interval.
    let output = demo(&["--years", "1", "--output", "json"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(document["year"]["intervals"]["mean"][0].is_null());
    assert!(document["year"]["intervals"]["p95"][1].is_null());
}

const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/rules/base");

/// The floor of the rules' cases, never closed: an hour of the second trunk costs 2.40.
fn floor(duration: &str, fees: &str, limits: &str, budget: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rates")).unwrap();
    let read = |file: &str| std::fs::read_to_string(Path::new(BASE).join(file)).unwrap();
    let write = |file: &str, text: String| std::fs::write(folder.path().join(file), text).unwrap();
    write("rates/flat.toml", read("rates/flat.toml"));
    let metered = read("rates/metered.toml");
    write(
        "rates/metered.toml",
        metered
            .replace("monthly = 10.00", &format!("monthly = 10.00\n{fees}"))
            .replace("cps      = 50", &format!("cps      = 50\n{limits}")),
    );
    let plan = read("failover.toml").replace("hours = \"Mo-Fr 08:00-18:00\"", "hours = \"24/7\"");
    let plan = plan.replace("signal = \"503\"", &format!("signal = \"503\"\nper_year = 4.0\nduration = {duration}"));
    write(
        "failover.toml",
        plan.replace("incident = 100.00", &format!("incident = 1000.00\nstanding = 100000.00\n{budget}")),
    );
    folder
}

fn json(folder: &tempfile::TempDir, args: &[&str]) -> (i32, Value) {
    let output = program(folder.path(), &[args, &["--output", "json"]].concat());
    let document = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output.stderr)));
    (output.status.code().unwrap(), document)
}

const TEN_HOURS: &str = "{ fixed = \"10h\" }";

#[test]
fn a_minimum_of_the_month_is_met_by_usage() {
    // An outage uses 24 of the 20 that the minimum of 30 has left beyond the fee of 10.
    let tied = floor(TEN_HOURS, "minimum_month = 30.00", "", "year = 1000.00");
    let (exit, document) = json(&tied, &["check"]);
    let year = &document["year"];
    assert_eq!((exit, &year["method"]), (0, &"simulated".into()), "{document}");
    assert!(year["why"].as_str().unwrap().contains("minimum of a month of `metered`"));
    assert_eq!((&year["seed"], &year["years"], &year["error_bound"]), (&1.into(), &100_000.into(), &Value::Null));
    assert_eq!(amount(&year["standing_cost"]), 360.0);
    // A month with n ~ Poisson(1/3) outages costs max(0, 24·n − 20); few lie over a month's end.
    let rate: f64 = 4.0 / 12.0;
    let mean = 12.0 * (24.0 * rate - 20.0 * (1.0 - (-rate).exp()));
    let got = amount(&year["mean"]);
    assert!((got / mean - 1.0).abs() < 0.02, "{got} {mean}");
    let ends = &year["intervals"]["mean"];
    assert!(amount(&ends[0]) < got && got < amount(&ends[1]));
    let nothing = year["prob_nothing"].as_f64().unwrap();
    // Few years have one outage alone, with both of its parts within their months.
    assert!((nothing - (-4.0f64).exp()).abs() < 0.003, "{nothing}");
    // A minimum that the fees fill anyway ties nothing, nor does one of the primary.
    let free = floor(TEN_HOURS, "minimum_month = 10.00", "", "year = 1000.00");
    let (exit, document) = json(&free, &["check"]);
    assert_eq!((exit, &document["year"]["method"]), (0, &"exact".into()));
    let screen = text(&program(tied.path(), &["estimate"]).stdout);
    assert!(screen.contains("simulated: 100,000 years, seed 1") && screen.contains("tied together"), "{screen}");
    let (_, beside) = json(&tied, &["simulate", "--years", "100000", "--seed", "1"]);
    assert_eq!(beside["year"]["p95"], year["p95"]);
    assert!(beside["exact"]["method"].is_null() && beside["compared"].as_array().unwrap().is_empty());
}

#[test]
fn a_balance_lasts_for_the_year() {
    // Nothing tops it up: the year costs no more than the balance, however many outages there are.
    let tied = floor(
        TEN_HOURS,
        "",
        "prepaid = { balance = 60.00, top_up = 0.00, top_ups_per_day = 0, delay = \"10m\" }",
        "year = 61.00",
    );
    let (_, document) = json(&tied, &["estimate"]);
    let year = &document["year"];
    assert_eq!(year["method"], "simulated");
    assert!(year["why"].as_str().unwrap().contains("prepaid balance of `metered`"));
    assert!((amount(&year["p999"]) - 60.0).abs() < 1e-6 && (amount(&year["p90"]) - 60.0).abs() < 1e-6, "{year}");
    assert!((year["prob_nothing"].as_f64().unwrap() - (-4.0f64).exp()).abs() < 0.002);
    assert_eq!(year["prob_over_year_budget"], 0.0);
    // A daily cap holds for every outage alone in the exact law; simulated, outages of a day share it.
    let capped = floor(TEN_HOURS, "", "daily_spend = { limit = 12.00, resets = \"UTC\" }", "year = 1000.00");
    let (_, document) = json(&capped, &["simulate", "--years", "20000"]);
    assert_eq!(document["exact"]["method"], "exact");
    assert!(document["year"]["why"].as_str().unwrap().contains("share the daily cap of `metered`"));
    // Alone, an outage within a day costs 12; one over midnight, of which a and 10 − a hours lie in two days, costs
    // 2.40·(min(5, a) + min(5, 10 − a)), 18 on average: 14.50 in all. Outages that share a day cost less.
    let simulated = amount(&document["year"]["mean"]) / (4.0 * 14.5);
    assert!(simulated > 0.97 && simulated < 1.0, "{simulated}");
}

#[test]
fn simulated_years_are_judged_where_their_interval_lies_on_one_side() {
    let exponential = "{ exponential = { mean = \"10h\" } }";
    let at = |budget: &str| floor(exponential, "minimum_month = 30.00", "", budget);
    let blind = |document: &Value| -> Vec<String> {
        document["not_judged"]
            .as_array()
            .unwrap()
            .iter()
            .map(|rule| rule["code"].as_str().unwrap().to_owned())
            .collect()
    };
    let codes = |document: &Value| -> Vec<String> {
        document["findings"].as_array().unwrap().iter().map(|of| of["code"].as_str().unwrap().to_owned()).collect()
    };
    let (exit, wide) = json(&at("year = 5000.00\nmonth = 5000.00"), &["check"]);
    assert_eq!((exit, codes(&wide), blind(&wide)), (0, vec![], vec![]));
    let year = &wide["year"];
    assert_eq!(year["prob_over_year_budget"], 0.0);
    // Beyond every year is the interval that remains of none in 100,000.
    assert!(year["intervals"]["prob_over_year_budget"][1].as_f64().unwrap() < 1e-4);
    let (p95, month) = (amount(&year["at_confidence"]), amount(&year["month_at_confidence"]));
    assert!(p95 > month && month > 0.0, "{p95} {month}");
    let (exit, narrow) = json(&at(&format!("year = {:.2}\nmonth = {:.2}", p95 / 2.0, month / 2.0)), &["check"]);
    assert_eq!((exit, codes(&narrow), blind(&narrow)), (1, vec!["COST002".to_owned(), "COST003".to_owned()], vec![]));
    let message = narrow["findings"][1]["message"].as_str().unwrap();
    assert!(message.contains("of the simulated years cost more"), "{message}");
    // At the quantile itself the interval lies on both sides.
    let (exit, between) = json(&at(&format!("year = {p95:.2}\nmonth = {month:.2}")), &["check"]);
    assert_eq!((exit, codes(&between), blind(&between)), (3, vec![], vec!["COST002".to_owned(), "COST003".to_owned()]));
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_what_is_done() {
    // On a busy machine the program may not listen yet, or have no block: then it gets more time.
    for seconds in [1, 3, 9, 27] {
        let run = Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
            .args(["simulate", "--demo", "--years", "20000000", "--threads", "1", "--output", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_secs(seconds));
        let sent = Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let output = run.wait_with_output().unwrap();
        if output.status.code().is_none() || output.stdout.is_empty() {
            continue;
        }
        assert_eq!(output.status.code(), Some(2));
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let years = document["year"]["years"].as_u64().unwrap();
        assert!(years > 0 && years < 20_000_000 && years.is_multiple_of(8192), "{years}");
        assert_eq!(
            (&document["status"], &document["exit"], &document["complete"]),
            (&"error".into(), &2.into(), &false.into())
        );
        assert!(document["ended"].as_str().unwrap().starts_with("Ended before all"));
        return;
    }
    panic!("no interrupt was heard");
}

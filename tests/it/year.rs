//! The year as it is shown: against a convolution on a lattice, against other runs, and past outages against scenarios.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use trunkrisk::input::example::FILES;

/// The example floor in a folder of its own, with words of its plan exchanged and something appended.
fn floor(changes: &[(&str, &str)], more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("rates")).unwrap();
    for (name, text) in FILES {
        let mut text = text.to_owned();
        if name == FILES[0].0 {
            for (old, new) in changes {
                assert!(text.contains(old), "{old}");
                text = text.replace(old, new);
            }
            text.push_str(more);
        }
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(args).current_dir(folder).output().unwrap()
}

fn stdout(out: &Output) -> String {
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout.clone()).unwrap()
}

fn json(folder: &Path, args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--output", "json"]).collect();
    serde_json::from_str(&stdout(&run(folder, &args))).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap())
}

#[track_caller]
fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs().max(1e-12), "{got} is not {want}");
}

const NEVER_CLOSED: (&str, &str) = ("Mo-Fr 08:00-20:00; Sa 09:00-14:00; PH off", "24/7");

#[test]
fn fixed_lengths_are_a_lattice() {
    // Two causes that refuse the same calls: two a year of an hour (Poisson), and one of three hours (negative binomial,
    // shape ½). Spend is then a whole number of hours of burn, and the year a convolution by hand.
    let folder = floor(
        &[
            NEVER_CLOSED,
            ("per_year  = 3.0", "per_year  = 2.0"),
            ("{ lognormal = { median = \"45m\", p95 = \"6h\" } }", "{ fixed = \"1h\" }"),
            (
                "signal    = \"timeout\"\nobserved  = { incidents = 3, years = 2.0 }",
                "signal = \"503\"\nper_year = { mean = 1.0, shape = 0.5 }",
            ),
            ("{ list = [\"80m\", \"96m\", \"2h 10m\"] }", "{ fixed = \"3h\" }"),
            ("per_year  = 1.0", "per_year  = 0.0"),
            ("per_year  = 0.5", "per_year  = 0.0"),
        ],
        "",
    );
    let got = json(folder.path(), &["estimate"]);
    let year = &got["year"];
    let unit = got["scenarios"].as_array().unwrap().iter().find(|s| s["cause"] == "carrier rejects");
    // From the scenario of ten minutes: what the year knows nothing of.
    let unit = number(&unit.unwrap()["spend"]) * 6.0;
    const N: usize = 400;
    let (mut first, mut second) = (vec![0.0; N], vec![0.0; N]);
    let (mut poisson, mut negative) = ((-2.0_f64).exp(), 3.0_f64.powf(-0.5));
    for n in 0..130_usize {
        first[n] = poisson;
        second[3 * n] = negative;
        poisson *= 2.0 / (n as f64 + 1.0);
        negative *= (n as f64 + 0.5) / (n as f64 + 1.0) * (2.0 / 3.0);
    }
    let mut law = vec![0.0; N];
    // E[hours of the first cause; total]
    let mut of_first = vec![0.0; N];
    for (i, p) in first.iter().enumerate() {
        for (j, q) in second.iter().enumerate().take(N - i) {
            law[i + j] += p * q;
            of_first[i + j] += i as f64 * p * q;
        }
    }
    let at = |p: f64| {
        let mut sum = 0.0;
        law.iter()
            .position(|mass| {
                sum += mass;
                sum >= p
            })
            .unwrap()
    };
    let exceeds = |hours: f64| law.iter().enumerate().filter(|(n, _)| *n as f64 > hours).map(|(_, p)| p).sum::<f64>();
    close(number(&year["mean"]), 5.0 * unit, 1e-8);
    // Var = 2·1 + (1 + 1/½)·9.
    close(number(&year["sd"]), 29.0_f64.sqrt() * unit, 1e-8);
    close(number(&year["prob_nothing"]), law[0], 1e-9);
    for (name, p) in [("p50", 0.5), ("p75", 0.75), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)] {
        close(number(&year[name]), at(p) as f64 * unit, 1e-5);
    }
    let q = at(0.95);
    let beyond: f64 = law.iter().enumerate().skip(q).map(|(n, p)| (n - q) as f64 * p).sum();
    close(number(&year["tail_mean_p95"]), (q as f64 + beyond / 0.05) * unit, 1e-5);
    close(number(&year["expected_outages"]), 3.0, 1e-9);
    close(number(&year["outage_hours"]), 5.0, 1e-9);
    close(number(&year["protected_hours"]) + number(&year["unprotected_hours"]), 5.0, 1e-9);
    let causes = year["causes"].as_array().unwrap();
    close(number(&causes[0]["share_of_mean"]), 0.4, 1e-8);
    close(number(&causes[1]["share_of_mean"]), 0.6, 1e-8);
    // The dearest 5 %: all years beyond the quantile, and as many of those at it as are missing.
    let part = (0.05 - exceeds(q as f64)) / law[q];
    let tail_first = of_first[q + 1..].iter().sum::<f64>() + part * of_first[q];
    let hours: f64 =
        law.iter().enumerate().skip(q + 1).map(|(n, p)| n as f64 * p).sum::<f64>() + part * q as f64 * law[q];
    close(number(&causes[0]["share_of_tail"]), tail_first / hours, 2e-2);
    close(number(&causes[1]["median_spend"]), 3.0 * unit, 1e-8);
    close(number(&causes[0]["p95_spend"]), unit, 1e-8);
    for point in year["exceedance"].as_array().unwrap() {
        let hours = number(&point["spend"]) / unit;
        if (hours - hours.round()).abs() > 0.02 {
            let (got, want) = (number(&point["probability"]), exceeds(hours));
            assert!((got - want).abs() < 1e-6, "{hours} h: {got} {want}");
        }
    }
    // Nothing here was observed: no range.
    assert!(year.get("parameter_range").is_none());
}

#[test]
fn what_is_shown_hangs_together() {
    let folder = floor(&[], "");
    let got = json(folder.path(), &["estimate"]);
    let year = &got["year"];
    let curve = year["exceedance"].as_array().unwrap();
    let points: Vec<(f64, f64)> =
        curve.iter().map(|point| (number(&point["spend"]), number(&point["probability"]))).collect();
    assert_eq!(points[0].0, 0.0);
    close(points[0].1, 1.0 - number(&year["prob_nothing"]), 1e-9);
    assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 >= pair[1].1));
    let sum = |key: &str| year["causes"].as_array().unwrap().iter().map(|cause| number(&cause[key])).sum::<f64>();
    close(sum("share_of_mean"), 1.0, 1e-9);
    close(sum("share_of_tail"), 1.0, 1e-9);
    close(sum("expected_outages"), number(&year["expected_outages"]), 1e-9);
    assert!(number(&year["protected_hours"]) + number(&year["unprotected_hours"]) < number(&year["outage_hours"]));
    // The range: around every figure, and every figure with a range has one.
    let range = &year["parameter_range"];
    assert_eq!((number(&range["draws"]), number(&range["level"]), number(&range["incidents"])), (1000.0, 0.9, 3.0));
    assert_eq!(range["causes"][0]["cause"], "carrier silent");
    let mut ranged = 0;
    for (name, bounds) in range.as_object().unwrap().iter().filter(|(_, bounds)| bounds.get("low").is_some()) {
        let (low, value, high) = (number(&bounds["low"]), number(&year[name]), number(&bounds["high"]));
        // Chances next to nothing are the rounding of either.
        assert!(low <= value + 1e-9 && value <= high + 1e-9, "{name}: {low} {value} {high}");
        ranged += 1;
    }
    assert_eq!(ranged, 20);
    // In words.
    let text = stdout(&run(folder.path(), &["estimate"]));
    let two = |value: &Value| format!("{:.2}", number(value));
    let bounds = |name: &str| format!("({} to {})", two(&range[name]["low"]), two(&range[name]["high"]));
    for words in [
        format!("1 year in 20 costs more than {} USD {}; those years cost", two(&year["p95"]), bounds("p95")),
        format!("those years cost {} USD {} on average", two(&year["tail_mean_p95"]), bounds("tail_mean_p95")),
        "     P99   P99.9\n".to_owned(),
        "range, from 5 %".to_owned(),
        "range, to 95 %".to_owned(),
        "It rests on 3 incidents: `carrier silent` 3 incidents and 3 past lengths.".to_owned(),
    ] {
        assert!(text.contains(&words), "{words}\n{text}");
    }
    // Whoever only judges does not pay for it; a change of rates moves no draw.
    assert!(json(folder.path(), &["check"])["year"].get("parameter_range").is_none());
    assert_eq!(stdout(&run(folder.path(), &["estimate"])), text);
}

const PAST: &str = "
[[incident]]
start = 2026-12-07T10:00:00
end = 2026-12-07T11:20:00
cause = \"carrier silent\"
billed = 15.00

[[incident]]
start = 2026-12-09T15:30:00
duration = \"96m\"
cause = \"carrier silent\"
billed = 14.00

[[incident]]
start = 2026-12-13T10:00:00
end = 2026-12-13T16:00:00
cause = \"carrier rejects\"

[[incident]]
start = 2026-11-03T10:00:00
end = 2026-11-03T12:00:00
cause = \"carrier rejects\"

[[incident]]
start = 2025-12-09T10:00:00
end = 2025-12-09T12:00:00
cause = \"carrier rejects\"

[[incident]]
start = 2025-12-25T10:00:00
end = 2025-12-25T12:00:00
cause = \"carrier rejects\"
";

#[test]
fn past_outages_cost_what_the_scenarios_cost() {
    let folder = floor(&[], PAST);
    let got = json(folder.path(), &["estimate"]);
    let past = got["replay"]["incidents"].as_array().unwrap();
    assert_eq!(past.len(), 6);
    // The same starts and lengths as scenarios.
    let spend = |start: &str, length: &str, cause: &str| {
        let durations = format!("scenario.durations=[\"{length}\"]");
        let start = format!("scenario.start={start}");
        let run = json(folder.path(), &["estimate", "--set", &durations, "--set", &start]);
        let all = run["scenarios"].as_array().unwrap().clone();
        all.into_iter().find(|s| s["cause"] == cause).unwrap()["spend"].clone()
    };
    assert_eq!(past[0]["predicted"], spend("2026-12-07T10:00:00", "80m", "carrier silent"));
    assert_eq!(past[1]["predicted"], spend("2026-12-09T15:30:00", "96m", "carrier silent"));
    // A Sunday, on which the floor is closed; and two hours on a Tuesday before `as_of`, with the rates of that day.
    close(number(&past[2]["predicted"]), 0.0, 1e-12);
    let tuesday = spend("2026-12-08T10:00:00", "2h", "carrier rejects");
    assert_eq!(
        (&past[3]["predicted"], &past[3]["rates_of"], &past[3]["rates_in_force"]),
        (&tuesday, &"2026-11-03".into(), &true.into())
    );
    // A year before: no table reaches back so far, and the rates of `as_of` are taken and named. And Christmas.
    assert_eq!(
        (&past[4]["predicted"], &past[4]["rates_of"], &past[4]["rates_in_force"]),
        (&tuesday, &"2026-12-01".into(), &false.into())
    );
    close(number(&past[5]["predicted"]), 0.0, 1e-12);
    // Predicted against billed.
    let compared = &got["replay"]["compared"];
    let predicted = number(&past[0]["predicted"]) + number(&past[1]["predicted"]);
    assert_eq!(number(&compared["incidents"]), 2.0);
    close(number(&compared["predicted"]), predicted, 1e-12);
    close(number(&compared["billed"]), 29.0, 1e-12);
    close(number(&compared["ratio"]), 29.0 / predicted, 1e-9);
    let ratios = [15.0 / number(&past[0]["predicted"]), 14.0 / number(&past[1]["predicted"])];
    let test = &compared["test"];
    close(number(&test["ratio"]), (ratios[0] * ratios[1]).sqrt(), 1e-9);
    // Of two values the standard deviation is the distance over √2; t at one degree is the Cauchy law: tan(0.475·π).
    let scatter = (ratios[0] / ratios[1]).ln().abs() / 2.0_f64.sqrt();
    close(number(&test["log_sd"]), scatter, 1e-9);
    let t = (0.475 * std::f64::consts::PI).tan();
    close(number(&test["high"]), (ratios[0] * ratios[1]).sqrt() * (t * scatter / 2.0_f64.sqrt()).exp(), 1e-6);
    assert!(number(&test["detects_factor"]) > number(&test["high"]) / number(&test["ratio"]));
    let text = stdout(&run(folder.path(), &["estimate"]));
    for words in
        ["past outages put through the plan [USD]", "Two incidents cannot tell a 30 % error", "2026-12-01, none so old"]
    {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // A list is no part of a verdict.
    assert!(json(folder.path(), &["check"]).get("replay").is_none());
}

#[test]
fn a_file_of_incidents_is_a_list_of_incidents() {
    let folder = floor(&[], PAST);
    let want = json(folder.path(), &["estimate"])["replay"].clone();
    let csv = "# from the carrier's bills\n\nStart, end, duration, cause, billed\n\
        2026-12-07T10:00:00, 2026-12-07T11:20:00, , carrier silent, 15.00\n\
        2026-12-09 15:30:00, , 96m, \"carrier silent\", 14.00\r\n\
        2026-12-13T10:00:00,2026-12-13T16:00:00,,carrier rejects,\n\
        2026-11-03T10:00:00,2026-11-03T12:00:00,,carrier rejects,\n\
        2025-12-09T10:00:00,2025-12-09T12:00:00,,carrier rejects,\n\
        2025-12-25T10:00:00,2025-12-25T12:00:00,,carrier rejects,\n";
    let named = floor(&[("version  = 1", "version  = 1\nincidents = \"past.csv\"")], "");
    fs::write(named.path().join("past.csv"), csv).unwrap();
    let got = json(named.path(), &["estimate"]);
    assert_eq!(got["replay"], want);
    let listed = got["inputs"].as_array().unwrap().iter().find(|input| input["path"] == "past.csv").unwrap();
    assert_eq!(number(&listed["rows"]), 6.0);
    let bare = floor(&[], "");
    fs::write(bare.path().join("past.csv"), csv).unwrap();
    assert_eq!(json(bare.path(), &["estimate", "--replay", "past.csv"])["replay"], want);
    assert!(json(bare.path(), &["estimate"]).get("replay").is_none());
    // Faults of the file have its lines.
    fs::write(bare.path().join("past.csv"), csv.replace("11:20", "09:20")).unwrap();
    let out = run(bare.path(), &["estimate", "--replay", "past.csv"]);
    let said = String::from_utf8(out.stderr).unwrap();
    assert_eq!(out.status.code(), Some(2), "{said}");
    assert!(said.contains("past.csv:4:") && said.contains("ends before it begins"), "{said}");
    let missing = run(bare.path(), &["estimate", "--replay", "none.csv"]);
    assert_eq!(missing.status.code(), Some(2));
    // What is read is not written over.
    assert_eq!(
        run(bare.path(), &["estimate", "--replay", "past.csv", "--output", "json=past.csv"]).status.code(),
        Some(2)
    );
}

//! What outages come to, end to end: against figures reckoned by hand, and against each other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use serde_json::Value;

/// Runs the program; exit code and standard output.
fn run(args: &[&str], env: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
    command.args(args).envs(env.iter().copied());
    let out = command.output().unwrap();
    (out.status.code().unwrap(), String::from_utf8(out.stdout).unwrap())
}

fn estimate(sets: &[&str]) -> Value {
    let mut args = vec!["estimate", "--demo", "--output", "json"];
    for set in sets {
        args.extend(["--set", set]);
    }
    let (code, text) = run(&args, &[]);
    assert_eq!(code, 0, "{sets:?}");
    serde_json::from_str(&text).unwrap()
}

fn scenario<'a>(run: &'a Value, cause: &str, seconds: f64) -> &'a Value {
    let of = |s: &&Value| s["cause"] == cause && s["duration_s"].as_f64() == Some(seconds);
    run["scenarios"].as_array().unwrap().iter().find(of).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs().max(1e-12), "{got} is not {want}");
}

/// λ of the example floor [attempts/s].
const RATE: f64 = 50.0 * 200.0 / 3600.0;

#[test]
fn the_worked_example_of_the_readme() {
    // Plain floats and textbook formulas; nothing of the program's is used.
    let mut b = 1.0;
    for n in 1..=10 {
        b = RATE * b / (f64::from(n) + RATE * b);
    }
    let increments = 1.0 / (1.0 - (-6.0_f64 / 135.0).exp());
    let per_attempt = 0.15 + 0.10 * increments;
    let price = 0.97 * 0.00085 + 0.03 * 0.009;
    let secondary = 10_000.0 * (1.0 - b) * per_attempt * price * 1.05;
    let gateway = 10_000.0 * b * (0.15 * 0.01 + 0.10 * (0.01 + 0.002 * (-30.0_f64 / 135.0).exp() * increments));
    let run = estimate(&[]);
    let hour = scenario(&run, "carrier rejects", 3600.0);
    close(number(&hour["spend"]), secondary + gateway, 1e-10);
    close(number(&hour["by_trunk"][1]["spend"]), secondary, 1e-10);
    close(number(&hour["by_trunk"][2]["spend"]), gateway, 1e-9);
    close(number(&hour["attempts"]), 10_000.0, 1e-12);
    close(number(&hour["answered_calls"]), 2500.0, 1e-10);
    close(number(&hour["talk_minutes"]), (1500.0 * 6.0 + 1000.0 * 135.0) / 60.0, 1e-10);
    // In vain: 50 seats idle for an hour at 25.00, and 1,000 live calls of 3.50, had nothing taken over.
    close(number(&hour["silence_cost"]), 50.0 * 25.0 + 1000.0 * 3.5, 1e-10);
}

#[test]
fn silence_of_a_partial_outage_is_that_part() {
    // A quarter of the calls is answered and goes nowhere; the operator moves the floor after 20 minutes.
    let set = ["cause.carrier silent.signal=answers", "cause.carrier silent.share=0.25"];
    let hold = "pbx.stopped_call_hold=0s";
    let run = estimate(&[set[0], set[1], hold]);
    let hour = scenario(&run, "carrier silent", 3600.0);
    // Alone the primary would have lost a quarter for an hour: seats at 25.00 and 1,000 live calls of 3.50.
    let silence = (50.0 * 25.0 + 1000.0 * 3.5) / 4.0;
    close(number(&hour["silence_cost"]), silence, 1e-9);
    // A quarter is lost for 20 minutes with the others behind it, too.
    let lost = number(&hour["idle_cost"]) + number(&hour["lost"]) * 0.1 * 3.5;
    close(number(&hour["net_benefit"]), silence - lost - number(&hour["spend"]), 1e-9);
    close(number(&hour["lost"]), RATE * 0.25 * 1200.0, 1e-3);
    // Nothing is gained where nobody acts, and the announcements are the same either way.
    let run = estimate(&[set[0], set[1], "pbx.operator_response=2h"]);
    let hour = scenario(&run, "carrier silent", 3600.0);
    close(number(&hour["silence_cost"]) - number(&hour["idle_cost"]), number(&hour["lost"]) * 0.1 * 3.5, 1e-6);
    close(number(&hour["net_benefit"]).abs().max(1e-6), 1e-6, 1e-3);
}

#[test]
fn what_the_primary_charges_is_no_cost_of_the_failover() {
    // A primary by the minute keeps half of the calls; the other half moves on.
    let sets = [
        "trunk.unlimcall-primary.rates=rates/example-second.toml",
        "cause.carrier rejects.share=0.5",
        "campaign.renewals.redial_blocked=0",
    ];
    let run = estimate(&sets);
    let hour = scenario(&run, "carrier rejects", 3600.0);
    let spend = |trunk: usize| number(&hour["by_trunk"][trunk]["spend"]);
    assert!(spend(0) > 0.0);
    let lost = number(&hour["idle_cost"]) + number(&hour["lost"]) * 0.1 * 3.5;
    let net = number(&hour["silence_cost"]) - lost - spend(1) - spend(2);
    close(number(&hour["net_benefit"]), net, 1e-9);
}

#[test]
fn each_signal_loses_what_the_model_says() {
    let lost = |sets: &[&str]| {
        let run = estimate(sets);
        let hour = scenario(&run, "carrier silent", 3600.0);
        (number(&hour["lost"]), number(&hour["lost_at_worst"]))
    };
    let silent = "cause.carrier silent.signal=timeout";
    let (mean, worst) = lost(&[silent, "trunk.unlimcall-primary.qualify_frequency=60s"]);
    close(mean, RATE * 33.0, 1e-9);
    close(worst, RATE * 63.0, 1e-9);
    // No checks: until the operator acts after 20 minutes, or for ever.
    let off = "trunk.unlimcall-primary.qualify_frequency=0s";
    close(lost(&[silent, off]).0, RATE * 1200.0, 1e-9);
    close(lost(&[silent, off, "pbx.operator_response=2h"]).0, 10_000.0, 1e-9);
    assert_eq!(lost(&["cause.carrier silent.signal=503"]).0, 0.0);
    close(lost(&["cause.carrier silent.signal=404", "pbx.operator_response=2h"]).0, 10_000.0, 1e-9);
    close(lost(&["cause.carrier silent.signal=404"]).0, RATE * 1200.0, 1e-9);
    assert_eq!(lost(&["cause.carrier silent.signal=404", "pbx.freepbx=11"]).0, 0.0);
    assert_eq!(lost(&["cause.carrier silent.signal=404", "pbx.next=[404]"]).0, 0.0);
    // With 503 stopping, the carriers' refusals of excess calls stop as well: only the outage's part is λ · 20 min.
    let stopping = estimate(&["cause.carrier silent.signal=503", "pbx.stop=[503]"]);
    let hour = scenario(&stopping, "carrier silent", 3600.0);
    close(number(&hour["lost_to_outage"]), RATE * 1200.0, 1e-9);
    assert!(number(&hour["lost_to_capacity"]) > 0.0);
    close(lost(&["cause.carrier silent.signal=answers"]).0, RATE * 1200.0, 1e-9);
    close(lost(&["cause.carrier silent.signal=trying"]).0, RATE * 1200.0, 1e-9);
    // Continue if Busy moves silent calls on after 32 s of dead air, if the dialer holds on.
    let on = "trunk.unlimcall-primary.continue_if_busy=true";
    close(lost(&[silent, on]).0, RATE * 33.0, 1e-9);
    assert_eq!(lost(&[silent, on, "campaign.renewals.dial_timeout=32s"]).0, 0.0);
    // Part of the calls: the rest stays on the primary, and OPTIONS are answered.
    close(lost(&[silent, "cause.carrier silent.share=0.25"]).0, RATE * 0.25 * 1200.0, 1e-9);
}

#[test]
fn the_parts_add_up_to_the_last_digit() {
    let run = estimate(&["trunk.pri-gateway.rates=rates/example-second.toml", "trunk.secondary-provider.channels=60"]);
    let decimal = |value: &Value| value.as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap();
    for s in run["scenarios"].as_array().unwrap() {
        let sum = |key: &str, field: &str| -> rust_decimal::Decimal {
            s[key].as_array().unwrap().iter().map(|part| decimal(&part[field])).sum()
        };
        assert_eq!(sum("by_trunk", "spend"), decimal(&s["spend"]));
        let fees = sum("by_trunk", "attempt_fees") + sum("by_trunk", "short_call_fees");
        assert_eq!(sum("by_destination", "spend") + fees, decimal(&s["spend"]));
        close(number(&s["carried"]) + number(&s["lost"]), number(&s["attempts"]), 1e-10);
    }
}

#[test]
fn more_costs_more() {
    let run = estimate(&["scenario.durations=[\"10m\", \"30m\", \"1h\", \"3h\", \"9h\", \"30h\", \"100h\"]"]);
    let mut last = (String::new(), -1.0);
    for s in run["scenarios"].as_array().unwrap() {
        let (cause, spend) = (s["cause"].as_str().unwrap().to_owned(), number(&s["spend"]));
        assert!(cause != last.0 || spend >= last.1 - 1e-9, "a longer outage costs less");
        last = (cause, spend);
    }
    let spend = |sets: &[&str]| number(&scenario(&estimate(sets), "carrier rejects", 3600.0)["spend"]);
    assert!(spend(&["campaign.renewals.destinations.1.share=0.97"]) <= spend(&[]) * 1.000_001);
    assert!(spend(&["campaign.renewals.shifts.0.seats=40"]) < spend(&[]));
    assert!(
        spend(&[
            "campaign.renewals.outcomes.live.talk.exponential.mean=180s",
            "campaign.renewals.attempts_per_seat_hour=150"
        ]) > 0.0
    );
}

#[test]
fn a_start_that_is_given_is_kept() {
    let at = |start: &str| {
        let run = estimate(&[&format!("scenario.start={start}")]);
        let hour = scenario(&run, "carrier rejects", 3600.0).clone();
        (hour["start"].as_str().unwrap().to_owned(), number(&hour["spend"]), number(&hour["attempts"]))
    };
    // A Sunday: closed.
    assert_eq!(at("2026-12-06T10:00:00"), ("2026-12-06T10:00:00-07:00".to_owned(), 0.0, 0.0));
    let (_, half, attempts) = at("2026-12-01T07:30:00");
    close(attempts, 5000.0, 1e-12);
    close(half * 2.0, at("2026-12-01T10:00:00").1, 1e-9);
    let (code, _) = run(&["estimate", "--demo", "--set", "scenario.start=2020-01-01T00:00:00"], &[]);
    assert_eq!(code, 2);
}

#[test]
fn a_daily_cap_ends_the_failover_and_the_search_finds_the_reset() {
    // example-second caps at 500.00 a day and resets at midnight UTC, 17:00 in Phoenix.
    let small = |limit: &str| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        assert_eq!(run(&["init", path], &[]).0, 0);
        let table = folder.path().join("rates/example-second.toml");
        let text = std::fs::read_to_string(&table).unwrap().replace("limit = 500.00", &format!("limit = {limit}"));
        std::fs::write(&table, text).unwrap();
        let plan = folder.path().join("failover.toml");
        let args = [
            "estimate",
            "--plan",
            plan.to_str().unwrap(),
            "--output",
            "json",
            "--set",
            "trunk.secondary-provider.rates=rates/example-second.toml",
            "--set",
            "trunk.pri-gateway.depends_on=[\"unlimcall-primary\"]",
            "--set",
            "scenario.durations=[\"4h\"]",
        ];
        let (code, out) = run(&args, &[]);
        assert_eq!(code, 0, "{out}");
        let run: Value = serde_json::from_str(&out).unwrap();
        scenario(&run, "carrier rejects", 14_400.0).clone()
    };
    let free = small("5000.00");
    assert!(free["caps_reached"].as_array().unwrap().is_empty());
    let capped = small("20.00");
    // Less is spent than without the cap, and twice the cap where the outage spans the reset: calls and their fees are
    // counted by the cap, the surcharge on short calls is not.
    let calls = number(&capped["spend"]) - number(&capped["by_trunk"][1]["short_call_fees"]);
    close(calls, 40.0, 1e-6);
    assert!(number(&capped["lost"]) > 0.0 && number(&capped["spend"]) < number(&free["spend"]));
    assert_eq!(capped["caps_reached"][0]["kind"], "daily_spend");
}

#[test]
fn the_same_bytes_anywhere_and_always() {
    let folder = tempfile::tempdir().unwrap();
    for place in ["one", "two/deeper"] {
        let path = folder.path().join(place);
        assert_eq!(run(&["init", path.to_str().unwrap()], &[]).0, 0);
    }
    for command in ["check", "estimate", "size"] {
        for format in ["text", "json"] {
            let at = |place: &str, env: &[(&str, &str)]| {
                let plan = folder.path().join(place).join("failover.toml");
                run(&[command, "--plan", plan.to_str().unwrap(), "--output", format], env)
            };
            let first = at("one", &[]);
            assert_eq!(first, at("one", &[]), "twice in a row");
            assert_eq!(first, at("two/deeper", &[("TZ", "Asia/Tokyo"), ("LANG", "de_DE.UTF-8"), ("COLUMNS", "40")]));
            assert!(!first.1.contains(folder.path().to_str().unwrap()), "an absolute path");
        }
    }
}

//! Alternatives side by side, what moves a bad year, the map and the drill.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use serde_json::Value;

/// Exit code, standard output, standard error.
fn run(args: &[&str]) -> (i32, String, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
}

fn json(args: &[&str]) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["--output", "json"]).collect();
    let (code, text, errors) = run(&args);
    assert_eq!(code, 0, "{errors}");
    serde_json::from_str(&text).unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())
}

fn close(got: f64, want: f64, relative: f64) {
    assert!((got - want).abs() <= relative * want.abs().max(1e-9), "{got} is not {want}");
}

fn alternative<'a>(run: &'a Value, name: &str) -> &'a Value {
    let all = run["alternatives"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap_or_else(|| panic!("no {name}"))
}

fn absorbed(run: &Value, name: &str, cause: &str) -> f64 {
    let all = alternative(run, name)["absorbed_by_cause"].as_array().unwrap();
    number(&all.iter().find(|one| one["cause"] == cause).unwrap()["absorbed"])
}

const FIVE: &str = "tests/cases/compare/failover.toml";

#[test]
fn each_architecture_survives_what_it_does_not_share() {
    let run = json(&["compare", "--plan", FIVE]);
    // Who depends on what decides; capacity takes a few calls off.
    let survives = [
        ("no secondary", [false, false, false, false]),
        ("same-upstream", [true, false, false, false]),
        ("other-upstream", [true, true, false, false]),
        ("gateway", [true, true, true, false]),
        ("second-server", [true, false, false, true]),
    ];
    for (name, causes) in survives {
        let named = ["carrier rejects", "upstream down", "internet down", "site fails"];
        for (cause, survives) in named.iter().zip(causes) {
            let share = absorbed(&run, name, cause);
            assert!(if survives { share > 0.95 } else { share == 0.0 }, "{name} under {cause}: {share}");
        }
    }
    // The same outages: the floor is open in them for the same time, whoever carries it.
    let open = |name: &str| {
        let one = alternative(&run, name);
        number(&one["protected_hours"]) + number(&one["unprotected_hours"])
    };
    let silent = open("no secondary");
    for (name, _) in survives {
        close(open(name), silent, 1e-6);
    }
    assert_eq!(alternative(&run, "no secondary")["protected_hours"], 0.0);
    // Of the trunks alone the gateway leaves least unprotected, the same upstream most.
    let unprotected = |name: &str| number(&alternative(&run, name)["unprotected_hours"]);
    assert!(unprotected("same-upstream") > unprotected("other-upstream"));
    assert!(unprotected("other-upstream") > unprotected("gateway"));
}

#[test]
fn totals_add_up_and_the_cheapest_is_named() {
    let run = json(&["compare", "--demo"]);
    let all = run["alternatives"].as_array().unwrap();
    for one in all {
        let total = number(&one["mean"]) + number(&one["standing_cost"]) + number(&one["idle_cost"]);
        close(number(&one["total_mean"]), total, 1e-9);
        // A quantile of a sum is no sum of quantiles, but no less than the spend's alone.
        assert!(number(&one["total_p95"]) >= number(&one["p95"]) + number(&one["standing_cost"]));
    }
    let least = |key: &str| {
        let cheapest = all.iter().min_by(|a, b| number(&a[key]).total_cmp(&number(&b[key]))).unwrap();
        cheapest["name"].clone()
    };
    assert_eq!(run["conclusion"]["cheapest_mean"], least("total_mean"));
    assert_eq!(run["conclusion"]["cheapest_p95"], least("total_p95"));
    let (alone, planned) = (&all[0], all.iter().find(|one| one["planned"] == true).unwrap());
    let prevented = number(&alone["idle_cost"]) - number(&planned["idle_cost"]);
    close(number(&run["conclusion"]["silence_prevented"]), prevented, 1e-9);
    let cost = number(&planned["mean"]) + number(&planned["standing_cost"]);
    close(number(&run["conclusion"]["secondary_cost"]), cost, 1e-9);
    assert_eq!(run["conclusion"]["secondary_dearer_than_silence"], cost > prevented);
    // With so many outage hours the standing cost is what was saved: twice the outages pay twice as much.
    let hours = number(&planned["break_even_outage_hours"]);
    let saved = number(&alone["total_mean"]) - (number(&planned["total_mean"]) - number(&planned["standing_cost"]));
    close(hours * saved / number(&planned["outage_hours"]), number(&planned["standing_cost"]), 1e-6);
    // The plan's own trunks come to what `estimate` says.
    let estimate = json(&["estimate", "--demo"]);
    assert_eq!(planned["mean"], estimate["year"]["mean"]);
    assert_eq!(planned["p95"], estimate["year"]["p95"]);
    assert_eq!(planned["protected_hours"], estimate["year"]["protected_hours"]);
}

#[test]
fn silence_of_a_year_is_what_its_outages_cost_one_by_one() {
    // One cause of fixed length that moves on at once, alone: idle = 50 seats for every open hour, and 2.7778 · 0.1 · 3.50.
    let sets = [
        "cause=[{name=\"x\",hits=\"unlimcall-primary\",signal=\"503\",per_year=2,duration={fixed=\"1h\"}}]",
        "pbx.stopped_call_hold=0s",
    ];
    let run = json(&["compare", "--demo", "--set", sets[0], "--set", sets[1]]);
    let alone = alternative(&run, "no secondary");
    let open = number(&alone["unprotected_hours"]);
    close(number(&alone["idle_seat_hours"]), open * 50.0, 1e-9);
    close(number(&alone["idle_cost"]), open * (50.0 * 25.0 + 10_000.0 * 0.1 * 3.5), 1e-9);
    // Open are 12 h on five days and 5 h on one, less the holidays: 65 of 168 hours at most.
    assert!(open < 2.0 * 65.0 / 168.0 && open > 2.0 * 60.0 / 168.0, "{open}");
}

#[test]
fn variants_and_other_plans_stand_beside() {
    let args = ["compare", "--demo", "--variant", "dear:pbx.operator_response=1h,budget.year=20", "--variant"];
    let run = json(&[&args[..], &["cheap:trunk.pri-gateway.channels=5"][..]].concat());
    let names: Vec<&str> =
        run["alternatives"].as_array().unwrap().iter().map(|a| a["name"].as_str().unwrap()).collect();
    assert_eq!(names[names.len() - 2..], ["dear", "cheap"]);
    assert_eq!(alternative(&run, "dear")["differs"], serde_json::json!(["pbx"]));
    assert!(run["inputs"].to_string().contains("--variant dear:budget.year=20"));
    // A plan with a cause of its own lets all alternatives be struck by it.
    let (code, text, _) = self::run(&["compare", "--demo", FIVE]);
    assert_eq!(code, 0);
    assert!(
        text.contains("under `site fails`") && text.contains("differs in more than its trunks: campaigns"),
        "{text}"
    );
    // Nothing is merged or left out in silence.
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/compare/failover.toml");
    for (args, says) in [
        (
            &["--variant", "x:budget.year=1", "--variant", "x:budget.month=2"][..],
            "`x:budget.year=1` and --variant `x:budget.month=2`",
        ),
        (&["--variant", "x:budget.year=1,budget.year=2"], "one key twice: `budget.year=1` and `budget.year=2`"),
        (&["--set", "budget.year=1", "--set", "budget.year=2"], "one key twice: `budget.year=1` and `budget.year=2`"),
        (&["-", "-"], "can be read only once"),
        (&[plan, plan], "two alternatives are called `failover.toml`"),
    ] {
        let (code, _, errors) = self::run(&[&["compare", "--demo"][..], args].concat());
        assert!(code == 2 && errors.contains(says), "{args:?}: {errors}");
    }
    // An absolute path is of one machine alone.
    let (code, text, _) = self::run(&["compare", "--demo", plan, "--output", "json"]);
    assert!(code == 0 && !text.contains(env!("CARGO_MANIFEST_DIR")), "{text}");
    for (args, says) in [
        (["--variant", "x"], "not of the form NAME:KEY=VALUE"),
        (["--variant", "x:currency=EUR,fx={as_of=2026-12-01,USD=0.9}"], "is in EUR"),
        (["--variant", "no secondary:budget.year=1"], "two alternatives are called"),
        (["--variant", "x:nonsense=1"], "unknown key"),
    ] {
        let (code, _, errors) = self::run(&["compare", "--demo", args[0], args[1]]);
        assert!(code == 2 && errors.contains(says), "{errors}");
    }
}

#[test]
fn without_a_price_of_silence_nothing_is_cheapest() {
    let plan = "campaign=[{name=\"c\",seats=5,shifts=[{hours=\"24/7\",seats=5}],attempts_per_seat_hour=60,setup_time=\"1s\",\
                wrap_time=\"1s\",outcomes=[{name=\"live\",share=1.0,ring=\"5s\",talk={fixed=\"20s\"},agent=true}],\
                destinations=[{prefix=\"1\",share=1.0}]}]";
    let (code, text, _) = run(&["compare", "--demo", "--set", plan]);
    assert_eq!(code, 3);
    assert!(text.contains("cannot be told") && text.contains("n/a"), "{text}");
}

#[test]
fn what_moves_a_bad_year_does_so_exactly() {
    let run = json(&["estimate", "--demo", "--sensitivity"]);
    let sensitivity = &run["sensitivity"];
    close(number(&sensitivity["base"]["p95"]), number(&run["year"]["p95"]), 1e-5);
    let inputs = sensitivity["inputs"].as_array().unwrap();
    assert!(inputs.len() > 8);
    let swings: Vec<f64> = inputs.iter().map(|input| number(&input["swing"])).collect();
    assert!(swings.windows(2).all(|pair| pair[0] >= pair[1]));
    // Each end is the run with that value.
    let of = |key: &str| inputs.iter().find(|input| input["input"] == key).unwrap();
    let p95 = |set: &str| number(&json(&["estimate", "--demo", "--set", set])["year"]["p95"]);
    let more = of("cause.carrier rejects.per_year");
    assert_eq!((&more["low"]["value"], &more["high"]["value"]), (&"2.4".into(), &"3.6".into()));
    close(number(&more["high"]["p95"]), p95("cause.carrier rejects.per_year=3.6"), 2e-5);
    let longer = of("cause.carrier rejects.duration");
    let same = p95("cause.carrier rejects.duration={lognormal={median=\"54m\",p95=\"432m\"}}");
    close(number(&longer["high"]["p95"]), same, 2e-5);
    let seen = of("cause.carrier silent.observed.incidents");
    close(number(&seen["low"]["p95"]), p95("cause.carrier silent.observed.incidents=2"), 2e-5);
    let slow = of("pbx.operator_response");
    close(number(&slow["low"]["p95"]), p95("pbx.operator_response=16m"), 2e-5);
    // What a plan states is taken.
    let stated = "sensitivity={\"cause.carrier rejects.per_year\"=[1,9],\"pbx.operator_response\"=[\"5m\",\"1h\"]}";
    let one = "cause=[{name=\"carrier rejects\",hits=\"unlimcall-primary\",signal=\"503\",per_year=3,duration={fixed=\"1h\"}}]";
    let run = json(&["estimate", "--demo", "--sensitivity", "--set", stated, "--set", one]);
    let first = &run["sensitivity"]["inputs"][0];
    assert_eq!((&first["input"], &first["stated"]), (&"cause.carrier rejects.per_year".into(), &true.into()));
    assert_eq!(first["high"]["value"], "9");
    for (bad, says) in [
        ("sensitivity={seats=[1,2]}", "no input that can be varied"),
        ("sensitivity={\"campaign.renewals.seats\"=[60,40]}", "higher value first"),
        ("sensitivity={\"campaign.renewals.attempts_per_seat_hour\"=[100,400]}", "cannot be 400"),
        ("sensitivity={\"pbx.operator_response\"=[1,2]}", "duration"),
        ("sensitivity=5", "table of ranges"),
    ] {
        let (code, _, errors) = self::run(&["estimate", "--demo", "--set", bad]);
        assert!(code == 2 && errors.contains(says), "{errors}");
    }
}

#[test]
fn the_map_passes_through_the_floor_as_it_is() {
    let run = json(&["size", "--demo", "--map", "--set", "trunk.secondary-provider.channels=60"]);
    let map = &run["map"];
    let place = |key: &str, value: u64| {
        map[key].as_array().unwrap().iter().position(|known| known.as_u64() == Some(value)).unwrap()
    };
    let (row, column) = (place("seats", 50), place("channels", 60));
    assert_eq!(map["absorbed"][row][column], run["capacity"]["absorbed"]);
    // More channels never carry less, more seats never a larger share.
    let at = |row: usize, column: usize| number(&map["absorbed"][row][column]);
    for i in 1..10 {
        for j in 0..10 {
            assert!(at(j, i) >= at(j, i - 1) - 1e-9 && at(i, j) <= at(i - 1, j) + 1e-9, "{i} {j}");
        }
    }
    assert!(self::run(&["size", "--demo", "--map"]).1.contains("share absorbed without the primary"));
}

#[test]
fn a_drill_costs_what_the_secondary_bills() {
    let run = json(&["estimate", "--demo", "--drill", "Tue 10:00 15m"]);
    // The hour of the worked example, a quarter of it: 503 moves on at once, as a switch by hand does.
    let hour = run["scenarios"].as_array().unwrap().iter().find(|s| s["duration_s"] == 3600.0).unwrap();
    close(number(&run["drill"]["spend"]), number(&hour["spend"]) / 4.0, 1e-9);
    assert_eq!(run["drill"]["start"], "2026-12-01T10:00:00-07:00");
    assert_eq!(number(&run["drill"]["lost_to_outage"]), 0.0);
    let night = json(&["estimate", "--demo", "--drill", "Sun 03:00 1h"]);
    assert_eq!(number(&night["drill"]["attempts"]), 0.0);
    assert!(self::run(&["estimate", "--demo", "--drill", "Sun 03:00 1h"]).1.contains("the floor is closed then"));
    for bad in ["", "Tue", "Tue 10:00", "Tue 25:00 15m", "Foo 10:00 15m", "Tue 10:00 15", "Tue 10:00 0s"] {
        assert_eq!(self::run(&["estimate", "--demo", "--drill", bad]).0, 2, "{bad}");
    }
}

#[test]
fn tied_outages_are_not_passed_off_as_exact() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in trunkrisk::input::example::FILES {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(
            path,
            text.replace("[fees]\nmonthly   = 25.00", "[fees]\nminimum_month = 100.00\nmonthly   = 25.00"),
        )
        .unwrap();
    }
    let plan = folder.path().join("failover.toml");
    let said = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trunkrisk"));
        let out = command.args(args).args(["--plan", plan.to_str().unwrap()]).output().unwrap();
        assert_eq!(out.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap()
    };
    let tied: Value = serde_json::from_str(&said(&["compare", "--output", "json"])).unwrap();
    let free = json(&["compare", "--demo"]);
    for (one, other) in tied["alternatives"].as_array().unwrap().iter().zip(free["alternatives"].as_array().unwrap()) {
        // What a minimum takes off the spend is no silence.
        let (idle, without) = (number(&one["idle_cost"]), number(&other["idle_cost"]));
        close(idle, without, 1e-6);
        close(number(&one["total_mean"]), number(&one["mean"]) + number(&one["standing_cost"]) + idle, 1e-9);
    }
    assert!(tied["conclusion"]["cheapest_mean"].is_string() && tied["conclusion"]["cheapest_p95"].is_string());
    assert!(said(&["compare"]).contains("minimum of a month of `secondary-provider`"));
    assert!(said(&["explain", "year", "p95"]).contains("years drawn"));
    let report = said(&["report", "--output", "markdown"]);
    assert!(report.contains("simulated: 100,000 years drawn with seed 1") && !report.contains("NaN"));
    assert!(
        report.contains("Every outage is taken for itself here") && !report.contains("counted whole in the standing")
    );
}

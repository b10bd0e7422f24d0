//! Changes of plans whose outages are tied together: years are drawn, and chance is in no part of a difference.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::repo::{Edit, METERED, PLAN, Repo, assert_negated, assert_sums, change, codes, decimal, text};

const TIED: Edit<'static> = (METERED, "monthly = 10.00", "monthly = 10.00\nminimum_month = 16.00");
const EXPONENTIAL: Edit<'static> =
    (PLAN, "duration = { fixed = \"2h\" }", "duration = { exponential = { mean = \"2h\" } }");
/// A cause more, behind the one that is there.
const SILENT: Edit<'static> = (
    PLAN,
    "duration = { exponential = { mean = \"2h\" } }",
    "duration = { exponential = { mean = \"2h\" } }\n\n[[cause]]\nname = \"silent\"\nhits = \"flat\"\nsignal = \"timeout\"\n\
     per_year = 1.0\nduration = { exponential = { mean = \"3h\" } }",
);
const PREPAID: &str = "cps      = 50\nprepaid = { balance = 6.00, top_up = 3.00, top_ups_per_day = 1, delay = \"1h\" }";

fn repo(edits: &[Edit<'_>]) -> Repo {
    let repo = Repo::new(&[EXPONENTIAL]);
    repo.edit(edits);
    repo
}

/// Mean and P95 of a side, as `check` prints them, and its year.
fn checked(repo: &Repo) -> ([Decimal; 2], Value) {
    let year = repo.json(&["check"]).1["year"].clone();
    ([decimal(&year["mean"]), decimal(&year["p95"])], year)
}

/// Old or new, mean and P95, as `diff` prints them.
fn of(diff: &Value, side: &str) -> [Decimal; 2] {
    let figures = diff["figures"].as_array().unwrap();
    ["year.mean", "year.p95"].map(|name| decimal(&figures.iter().find(|f| f["figure"] == name).unwrap()[side]))
}

/// What a part adds to mean and P95.
fn part(diff: &Value, name: &str) -> [Decimal; 2] {
    let parts = diff["parts"].as_array().unwrap();
    let part = parts.iter().find(|part| part["part"] == name).unwrap_or_else(|| panic!("no {name}: {parts:#?}"));
    let effects = part["effects"].as_array().unwrap();
    ["year.mean", "year.p95"].map(|name| decimal(&effects.iter().find(|e| e["figure"] == name).unwrap()["effect"]))
}

fn names(diff: &Value) -> Vec<&str> {
    diff["parts"].as_array().unwrap().iter().map(|part| part["part"].as_str().unwrap()).collect()
}

/// The change from one to the other: its figures are those of each side alone, its parts sum, and the way back negates it.
fn between(old: &Repo, new: &Repo) -> Value {
    let [before, after] = [old, new].map(|repo| repo.path().to_str().unwrap());
    let (_, there) = old.json(&["diff", before, after]);
    let (_, back) = old.json(&["diff", after, before]);
    assert_sums(&there["diff"]);
    assert_sums(&back["diff"]);
    assert_negated(&there["diff"], &back["diff"]);
    let schema = trunkrisk::render::schemas::find("run").unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(schema.text).unwrap()).unwrap();
    let diff = &there["diff"];
    for (side, repo, name) in [("old", old, "base"), ("new", new, "head")] {
        let (alone, year) = checked(repo);
        assert_eq!(of(diff, side), alone, "{side}");
        let draws = &diff["drawn"][name];
        if year["method"] == "simulated" {
            assert_eq!((&draws["years"], &draws["seed"]), (&json!(100_000), &json!(1)));
            assert_eq!(draws["why"], year["why"]);
            for figure in ["mean", "p95"] {
                assert_eq!(draws["intervals"][figure], year["intervals"][figure], "{figure}");
            }
        } else {
            assert_eq!(draws, &Value::Null);
        }
        for run in [&there, &back] {
            let faults: Vec<String> = schema.iter_errors(run).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{faults:?}");
        }
    }
    diff.clone()
}

#[test]
fn both_sides_are_drawn_as_each_is_alone() {
    let old = repo(&[TIED]);
    let new = repo(&[
        (METERED, "monthly = 10.00", "monthly = 10.00\nminimum_month = 20.00"),
        (METERED, "per_minute = 0.0100", "per_minute = 0.0130"),
        (METERED, "increment = \"1/1\"", "increment = \"60/60\""),
        (METERED, "cps      = 50", PREPAID),
        (METERED, "per_minute = 0.04", "per_minute = 0.05"),
        (PLAN, "attempts_per_seat_hour  = 120", "attempts_per_seat_hour  = 125"),
        (PLAN, "per_year = 2.0", "per_year = 2.5"),
        (PLAN, "incident = 100.00", "incident = 90.00"),
    ]);
    let diff = between(&old, &new);
    assert_eq!(names(&diff), ["rates", "increments", "fees", "limits", "floor", "causes", "policy"]);
    assert_eq!(diff["drawn"]["same_outages"], true);
    let [fees, limits, policy] = ["fees", "limits", "policy"].map(|name| part(&diff, name));
    // More is paid for by the minimum, and the balance ends outages before their time.
    assert!(fees.iter().all(|effect| *effect < Decimal::ZERO), "{fees:?}");
    assert!(limits.iter().all(|effect| *effect < Decimal::ZERO), "{limits:?}");
    assert_eq!(policy, [Decimal::ZERO; 2]);
    // A row that nothing calls changes no year.
    assert_eq!(decimal(&change(&diff, "1 rate without traffic")["effect"]), Decimal::ZERO);
    let ends = diff["drawn"]["difference"]["mean"].as_array().unwrap();
    let difference = of(&diff, "new")[0] - of(&diff, "old")[0];
    assert!(decimal(&ends[0]) < difference && difference < decimal(&ends[1]), "{ends:?} {difference}");
}

#[test]
fn a_minimum_is_a_fee_and_a_balance_a_limit() {
    let free = repo(&[]);
    for (edit, name) in [(TIED, "fees"), ((METERED, "cps      = 50", PREPAID), "limits")] {
        // On one side alone: the other is of the exact law, and what that adds stands alone.
        let diff = between(&free, &repo(&[edit]));
        assert_eq!(names(&diff), [name, "draws"]);
        let (effect, chance) = (part(&diff, name), part(&diff, "draws"));
        assert!(effect[0] < Decimal::ZERO && chance[0].abs() < effect[0].abs() / Decimal::TEN, "{effect:?} {chance:?}");
        // The same change on a side that is drawn anyway has the same effect, without chance.
        let other = if name == "fees" { (METERED, "cps      = 50", PREPAID) } else { TIED };
        let diff = between(&repo(&[other]), &repo(&[other, edit]));
        assert_eq!(names(&diff), [name]);
        assert!(part(&diff, name)[0] < Decimal::ZERO);
    }
}

#[test]
fn what_changes_nothing_adds_nothing() {
    let free = repo(&[]);
    // A balance that is never used up ties outages together, and does nothing to the money.
    let vast = repo(&[(METERED, "cps      = 50", &PREPAID.replace("balance = 6.00", "balance = 900000.00"))]);
    let diff = between(&free, &vast);
    assert_eq!((names(&diff), part(&diff, "limits")), (vec!["limits", "draws"], [Decimal::ZERO; 2]));
    let screen = text(&free.run(&["diff", ".", vast.path().to_str().unwrap()]));
    for said in ["within the error of the years drawn", "100,000 years with seed 1", "the old one is of the exact law"]
    {
        assert!(screen.contains(said), "{said:?} is not in {screen}");
    }
    // Names, and changes of policy.
    let tied = repo(&[TIED]);
    let named = repo(&[
        TIED,
        (PLAN, "name   = \"rejects\"", "name   = \"refuses\""),
        (PLAN, "incident = 100.00", "incident = 100.01"),
    ]);
    let diff = tied.json(&["diff", ".", named.path().to_str().unwrap()]).1["diff"].clone();
    assert_eq!((part(&diff, "causes"), part(&diff, "policy")), ([Decimal::ZERO; 2], [Decimal::ZERO; 2]));
    assert_eq!(of(&diff, "old"), of(&diff, "new"));
    // Fees and minimums that rise together tie nothing on either side, and so nothing is drawn between them.
    let fees = |monthly: &str| {
        let text = format!("monthly = {monthly}\nminimum_month = {monthly}");
        repo(&[(METERED, "monthly = 10.00", &text)])
    };
    let diff = between(&fees("12.00"), &fees("20.00"));
    assert_eq!((part(&diff, "fees"), &diff["drawn"]), ([Decimal::ZERO; 2], &Value::Null));
    let same = tied.run(&["diff", ".", repo(&[TIED]).path().to_str().unwrap()]);
    assert!(text(&same).starts_with("no change: ") && text(&same).lines().count() == 1, "{}", text(&same));
}

#[test]
fn causes_that_change_places_are_drawn_anew_and_that_is_said() {
    let old = repo(&[SILENT, TIED]);
    let new = repo(&[SILENT, TIED, (METERED, "per_minute = 0.02\n", "per_minute = 0.03\n")]);
    let sound = part(&between(&old, &new), "rates");
    // The same with the two causes the other way round: their draws go by their places.
    let plan = new.text(PLAN);
    let (first, second) = (plan.find("[[cause]]").unwrap(), plan.rfind("[[cause]]").unwrap());
    let end = plan[second..].find("\n[").map(|at| second + at).unwrap();
    let (one, other) = (plan[first..second].trim_end(), plan[second..end].trim_end());
    new.write(PLAN, &format!("{}{other}\n\n{one}\n{}", &plan[..first], &plan[end..]));
    let diff = between(&old, &new);
    assert_eq!((names(&diff), &diff["drawn"]["same_outages"]), (vec!["rates", "draws"], &false.into()));
    // What the rate adds is no matter of the order.
    assert_eq!(part(&diff, "rates"), sound);
    assert!(part(&diff, "draws").iter().all(|effect| *effect != Decimal::ZERO));
    assert_eq!(change(&diff, "how the year is had")["values"][0]["old"], "rejects, silent");
}

#[test]
fn the_gate_says_what_was_drawn_in_every_format() {
    let repo = repo(&[TIED]);
    repo.commit("base");
    repo.edit(&[(METERED, "minimum_month = 16.00", "minimum_month = 13.00")]);
    let (exit, run) = repo.json(&["check", "--base", "HEAD"]);
    assert_eq!((exit, codes(&run)), (0, vec![]));
    assert_sums(&run["diff"]);
    let mean = decimal(&run["year"]["mean"]);
    assert_eq!(of(&run["diff"], "new")[0], mean);
    let why = "usage counts against the minimum of a month of `metered`";
    for args in [&["check", "--base", "HEAD"][..], &["diff", "HEAD"], &["diff", "HEAD", "--gate"]] {
        let said = |format: &str| text(&repo.run(&[args, &["--output", format]].concat()));
        for wanted in [why, "100,000 years with seed 1, the same outages on both sides", "95 % interval"] {
            assert!(said("text").contains(wanted), "{args:?}: {wanted}: {}", said("text"));
        }
        assert!(said("markdown").contains("### Years that are drawn"), "{args:?}");
        let drawn = said("csv").lines().filter(|line| line.starts_with("drawn,")).count();
        assert_eq!(drawn, 6, "{args:?}: {}", said("csv"));
    }
}

#[test]
fn saved_runs_say_how_they_were_drawn() {
    let old = repo(&[TIED]);
    let saved = old.path().join("run.json");
    assert!(old.run(&["estimate", "--output", &format!("json={}", saved.display())]).status.success());
    let saved = saved.to_str().unwrap();
    let new = repo(&[(METERED, "monthly = 10.00", "monthly = 10.00\nminimum_month = 13.00")]);
    let (_, run) = new.json(&["diff", saved]);
    let diff = &run["diff"];
    assert_eq!((of(diff, "old"), of(diff, "new")), (checked(&old).0, checked(&new).0));
    let (_, whole) = new.json(&["diff", old.path().to_str().unwrap()]);
    for side in ["base", "head"] {
        assert_eq!(diff["drawn"][side], whole["diff"]["drawn"][side]);
    }
    // Without the single years the error of the difference is the two sides' together, and so larger.
    let width = |diff: &Value| {
        let ends = &diff["drawn"]["difference"]["mean"];
        decimal(&ends[1]) - decimal(&ends[0])
    };
    assert!(width(diff) > width(&whole["diff"]) && width(&whole["diff"]) > Decimal::ZERO);
    let same = old.json(&["diff", saved]).1;
    assert_eq!(same["diff"]["changed"], false);
    // What is saved is not changed by what is set.
    let refused = new.run(&["diff", saved, saved, "--set", "budget.year=1"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused));
    let half = text(&new.run(&["diff", saved, "--set", "budget.year=1"]));
    assert!(half.contains("what if, in the plan alone: budget.year=1"), "{half}");
}

#[test]
fn a_side_without_a_year_is_not_drawn() {
    let old = repo(&[TIED]);
    let new = repo(&[TIED, (PLAN, "per_year = 2.0\n", ""), (METERED, "per_minute = 0.0100", "per_minute = 0.0110")]);
    let (exit, run) = old.json(&["diff", ".", new.path().to_str().unwrap()]);
    assert_eq!(exit, 0);
    let diff = &run["diff"];
    assert!(diff["year_why"].as_str().unwrap().contains("`rejects` has no frequency"));
    let year = diff["figures"].as_array().unwrap().iter().find(|f| f["figure"] == "year.mean").unwrap();
    assert!(year["old"].is_string() && year["new"].is_null() && year["difference"].is_null());
    assert_eq!((&diff["drawn"]["head"], &diff["drawn"]["difference"]["mean"]), (&Value::Null, &json!([null, null])));
    // Ten trunks with balances of their own: `check` gives no year, and neither does `diff`.
    let trunk = new.text(PLAN);
    let (at, end) = (trunk.rfind("[[trunk]]").unwrap(), trunk.find("[pbx]").unwrap());
    let block = trunk[at..end].to_owned();
    let more: String = (0..9)
        .map(|n| block.replace("\"metered\"", &format!("\"m{n}\"")).replace("sip.metered", &format!("sip.m{n}")))
        .collect();
    let many = repo(&[(METERED, "cps      = 50", PREPAID)]);
    let plan = many.text(PLAN);
    many.write(PLAN, &plan.replace("[pbx]", &format!("{more}[pbx]")));
    let year = many.json(&["check"]).1["year"].clone();
    assert_eq!(year["method"], Value::Null, "{year}");
    let (exit, run) = old.json(&["diff", ".", many.path().to_str().unwrap()]);
    assert_eq!((exit, &run["diff"]["year_why"]), (0, &year["why"]));
}

#[test]
fn alternatives_that_are_tied_have_their_total_and_its_error() {
    let free = repo(&[]);
    let number = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let planned = |repo: &Repo| {
        let (exit, run) = repo.json(&["compare"]);
        assert_eq!(exit, 0);
        let all = run["alternatives"].as_array().unwrap().clone();
        (all.into_iter().find(|one| one["planned"] == true).unwrap(), run)
    };
    let (exact, _) = planned(&free);
    let within = |one: &Value, of: &str, value: f64| {
        let ends = &one["drawn"]["intervals"][of];
        // An interval of 95 %, with half of it to spare.
        let (low, high) = (number(&ends[0]), number(&ends[1]));
        let spare = (high - low) / 2.0;
        assert!(low - spare <= value && value <= high + spare, "{of}: {value} is not between {low} and {high}");
    };
    // A balance that is never used up leaves the exact law within the intervals.
    let vast = repo(&[(METERED, "cps      = 50", &PREPAID.replace("balance = 6.00", "balance = 900000.00"))]);
    let (one, run) = planned(&vast);
    for of in ["mean", "p95", "total_mean", "total_p95"] {
        within(&one, of, number(&exact[of]));
    }
    // What silence costs is drawn only as far as the balance makes a difference to it.
    assert!((number(&one["idle_cost"]) - number(&exact["idle_cost"])).abs() < 1e-6);
    assert!(run["conclusion"]["cheapest_p95"].is_string());
    let (figures, year) = checked(&vast);
    assert_eq!([decimal(&one["mean"]), decimal(&one["p95"])], figures);
    assert_eq!(one["drawn"]["why"], year["why"]);
    // One that is used up costs silence, and is told.
    let (dry, _) = planned(&repo(&[(METERED, "cps      = 50", PREPAID)]));
    assert!(number(&dry["idle_cost"]) > 1.2 * number(&exact["idle_cost"]), "{dry}");
    assert!(dry["idle_seat_hours"].as_f64().unwrap() > 1.2 * exact["idle_seat_hours"].as_f64().unwrap());
    let total = number(&dry["mean"]) + number(&dry["standing_cost"]) + number(&dry["idle_cost"]);
    assert!((number(&dry["total_mean"]) - total).abs() < 1e-9 * total);
    within(&dry, "total_mean", total);
    assert!(number(&dry["total_p95"]) > number(&exact["total_p95"]));
    let screen = text(&vast.run(&["compare"]));
    assert!(
        screen.contains("100,000 years with seed 1, the same outages for each; 95 % intervals: `metered` total"),
        "{screen}"
    );
    // Two that are the same but for a cent of balance cannot be told apart.
    let args = ["compare", "--variant", "more:budget.year=501"];
    let (_, run) = vast.json(&args);
    assert_eq!(run["conclusion"]["open_mean"].as_array().unwrap().len(), 1, "{}", run["conclusion"]);
    assert!(text(&vast.run(&args)).contains("which the years drawn do not tell apart from `more`"));
}

//! The gate on a change: a plan against its base in a git repository, a directory or a saved run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::Value;
use trunkrisk::policy::catalogue::rules;
use trunkrisk::policy::change::needs_base;

use super::repo::{
    Edit, FLAT, METERED, PLAN, Repo, assert_negated, assert_sums, change, codes, decimal, finding, program, text,
};

const WAIVER: &str = "\n[[waiver]]\nrule = \"rates-stale\"\nuntil = 2026-12-15\nceiling = \"365 days\"\nowner = \"desk\"\nreason = \"list is late\"\n";

#[test]
fn an_increment_of_the_table_is_pointed_at_where_it_stands() {
    let repo = Repo::new(&[]);
    repo.commit("before");
    repo.edit(&[(METERED, "[billing]\nincrement = \"6/6\"", "[billing]\nincrement = \"30/6\"")]);
    let (_, run) = repo.json(&["diff", "HEAD"]);
    let value = &change(&run["diff"], "increment of")["values"][0];
    let line = repo.text(METERED).lines().position(|line| line.starts_with("increment = \"30/6\"")).unwrap() + 1;
    assert_eq!((&value["new"], &value["new_where"]["line"]), (&"30/6".into(), &line.into()), "{value}");
}

#[test]
fn seats_are_told_by_their_market() {
    let repo = Repo::new(&[]);
    repo.commit("before");
    repo.edit(&[(FLAT, "per_month = 99.00", "per_month = 150.00\nchannels_per_seat = 3")]);
    let (_, run) = repo.json(&["diff", "HEAD"]);
    let seats = change(&run["diff"], "flat rate of");
    let said: Vec<String> =
        seats["values"].as_array().unwrap().iter().map(|v| format!("{} {} {}", v["key"], v["old"], v["new"])).collect();
    assert_eq!(
        said,
        [
            "\"price of a seat in US and Canada\" \"99.00 a month\" \"150.00 a month\"",
            "\"channels of a seat in US and Canada\" null \"3\"",
        ]
    );
}

#[test]
fn a_change_is_told_with_the_share_of_each_part() {
    let repo = Repo::new(&[]);
    repo.write(PLAN, &format!("{}{WAIVER}", repo.text(PLAN)));
    repo.edit(&[
        (METERED, "effective_from = 2026-11-01", "effective_from = 2026-01-01"),
        (PLAN, "start     = 2026-12-07T08:00:00", "start     = \"worst\""),
    ]);
    repo.commit("before");
    repo.edit(&[
        (PLAN, "as_of    = 2026-12-01", "as_of    = 2026-12-20"),
        (PLAN, "year = 500.00", "year = 900.00"),
        (METERED, "per_minute = 0.0100", "per_minute = 0.0125"),
        (METERED, "increment = \"1/1\"", "increment = \"60/60\""),
        (METERED, "[[rate]]\nprefix = \"49\"\nper_minute = 0.03\n\n", ""),
    ]);
    repo.commit("after");

    let (exit, run) = repo.json(&["check", "--base", "HEAD~1"]);
    assert_eq!(exit, 1);
    let found: BTreeSet<&str> = codes(&run).into_iter().collect();
    for code in ["GOV001", "GOV002", "RATE004", "RATE008", "RATE009", "RATE010"] {
        assert!(found.contains(code), "{code} is not in {found:?}");
    }
    assert!(finding(&run, "GOV001")["message"].as_str().unwrap().contains("`budget.year`: 500.00 → 900.00"));
    assert!(finding(&run, "RATE008")["message"].as_str().unwrap().contains("0.0100 → 0.0125, 25.0 % dearer, 10.0 %"));
    assert!(finding(&run, "RATE009")["message"].as_str().unwrap().contains("1/1 → 60/60"));
    assert!(finding(&run, "RATE010")["message"].as_str().unwrap().contains("destination 49 of the plan has no rate"));
    assert!(finding(&run, "GOV002")["message"].as_str().unwrap().contains("ended on 2026-12-15"));
    let place = &finding(&run, "RATE008")["where"];
    assert_eq!((&place[0]["path"], &place[1]["path"]), (&METERED.into(), &format!("HEAD~1:{METERED}").into()));

    let diff = &run["diff"];
    assert_sums(diff);
    assert_eq!(diff["headline"]["figure"], "year.mean");
    let rise = change(diff, "rate 1 of");
    assert_eq!((&rise["values"][0]["old"], &rise["values"][0]["new"]), (&"0.0100".into(), &"0.0125".into()));
    assert!(decimal(&rise["effect"]) > Decimal::ZERO && rise["share"].is_number());
    let increment = change(diff, "increment of");
    assert_eq!((&increment["values"][0]["old"], &increment["values"][0]["new"]), (&"1/1".into(), &"60/60".into()));
    // A call of 60 s is 60 s by either increment.
    assert_eq!(decimal(&increment["effect"]), Decimal::ZERO);
    let removed = change(diff, "rate 49 of");
    assert_eq!((&removed["values"][0]["new"], decimal(&removed["effect"]) < Decimal::ZERO), (&Value::Null, true));
    assert_eq!(decimal(&change(diff, "policy")["effect"]), Decimal::ZERO);
    assert_eq!(change(diff, "policy")["values"][0]["key"], "budget.year");
    assert_eq!(decimal(&change(diff, "waiver of `rates-stale`")["effect"]), Decimal::ZERO);

    // The same change the other way round negates every difference, of every figure, part and change.
    let (_, there) = repo.json(&["diff", "HEAD~1", "HEAD"]);
    let (_, back) = repo.json(&["diff", "HEAD", "HEAD~1"]);
    assert_negated(&there["diff"], &back["diff"]);
    let screen = text(&repo.run(&["check", "--base", "HEAD~1"]));
    for wanted in
        ["0.0100 → 0.0125", "1/1 → 60/60", "rate 49 of rates/metered.toml: 0.03 → none", "budget.year 500.00 → 900.00"]
    {
        assert!(screen.contains(wanted), "{wanted:?} is not in {screen}");
    }
}

/// How a rule about a change is made to fire.
struct Case {
    code: &'static str,
    edits: &'static [Edit<'static>],
    exit: i32,
    says: &'static str,
    line: &'static str,
}

const CASES: [Case; 20] = [
    // A rise that is dated; one by way of a shorter prefix; fees of a call; seats.
    Case {
        code: "RATE008",
        edits: &[(
            METERED,
            "\n[[rate]]\nprefix = \"33\"",
            "\n[[rate]]\nprefix = \"1\"\nper_minute = 0.02\neffective_from = 2026-12-17\n\n[[rate]]\nprefix = \"33\"",
        )],
        exit: 1,
        says: "rate 1 of rates/metered.toml: 0.0100 → 0.0200 from 2026-12-17, 100.0 % dearer, 10.0 %",
        line: "prefix = \"1\"",
    },
    Case {
        code: "RATE008",
        edits: &[(METERED, "[billing]", "[billing]\nconnect_fee = 0.01")],
        exit: 1,
        says: "connect fee of 4 rates (1, 44, 49) of rates/metered.toml: 0 → 0.01, no longer free, 10.0 % are allowed",
        line: "connect_fee = 0.01",
    },
    Case {
        code: "RATE008",
        edits: &[(METERED, "per_minute = 0.04", "per_minute = 0.04\nminimum = 0.05")],
        exit: 1,
        says: "least charge of rate 33 of rates/metered.toml: 0 → 0.05, no longer free",
        line: "prefix = \"33\"",
    },
    Case {
        code: "RATE008",
        edits: &[(METERED, "[billing]", "[billing]\nattempt_fee = 0.001")],
        exit: 1,
        says: "attempt fee of rates/metered.toml: 0 → 0.001, no longer free",
        line: "attempt_fee = 0.001",
    },
    Case {
        code: "RATE008",
        edits: &[(METERED, "[fees]", "[fees]\nusage_tax = 0.15")],
        exit: 1,
        says: "usage tax of rates/metered.toml: 0 → 0.15, 15.0 % dearer, 10.0 %",
        line: "usage_tax = 0.15",
    },
    Case {
        code: "RATE008",
        edits: &[(FLAT, "per_month = 99.00", "per_day = 5.00")],
        exit: 1,
        says: "`per_month` → `per_day`, by the year, of a seat in US and Canada of rates/flat.toml: 99.00 → 5.00, 53.6 % dearer",
        line: "per_day = 5.00",
    },
    Case {
        code: "RATE008",
        edits: &[
            (FLAT, "\"33\", \"44\", \"49\"]", "\"33\", \"49\"]"),
            (
                FLAT,
                "per_month = 99.00",
                "per_month = 99.00\n\n[[rate]]\nprefix = \"44\"\nper_minute = 0.02\nincrement = \"1/1\"",
            ),
        ],
        exit: 1,
        says: "calls to 44 leave the flat rate of rates/flat.toml, which covered 44: 0.02 a minute, no longer free, 10.0 % are allowed",
        line: "prefix = \"44\"",
    },
    Case {
        code: "RATE008",
        edits: &[(FLAT, "per_month = 99.00", "per_month = 150.00")],
        exit: 1,
        says: "`per_month` of a seat in US and Canada of rates/flat.toml: 99.00 → 150.00, 51.5 % dearer",
        line: "per_month = 150.00",
    },
    Case {
        code: "RATE008",
        edits: &[(METERED, "per_minute = 0.0100", "per_minute = 0.0111")],
        exit: 1,
        says: "rate 1 of rates/metered.toml: 0.0100 → 0.0111, 11.0 % dearer, 10.0 % are allowed in one change",
        line: "prefix     = \"1\"",
    },
    Case {
        code: "RATE008",
        edits: &[(METERED, "per_minute = 0.04", "per_minute = 0.05")],
        exit: 1,
        says: "rate 33 of rates/metered.toml: 0.04 → 0.05, 25.0 % dearer",
        line: "prefix = \"33\"",
    },
    Case {
        code: "RATE009",
        edits: &[(METERED, "[billing]\nincrement = \"6/6\"", "[billing]\nincrement = \"30/6\"")],
        exit: 0,
        says: "rates/metered.toml bills 3 rows by another increment: 6/6 → 30/6, among them 1, 49",
        line: "increment = \"30/6\"",
    },
    Case {
        code: "RATE010",
        edits: &[(METERED, "\n[[rate]]\nprefix = \"33\"\nper_minute = 0.04", "")],
        exit: 0,
        says: "the row of prefix 33 is gone from rates/metered.toml: it priced no destination",
        line: "version",
    },
    Case {
        code: "GOV001",
        edits: &[(PLAN, "incident = 100.00", "incident = 100.01")],
        exit: 1,
        says: "`budget.incident`: 100.00 → 100.01",
        line: "incident = 100.01",
    },
    Case {
        code: "GOV001",
        edits: &[(PLAN, "year = 500.00\n", "")],
        exit: 1,
        says: "`budget.year`: 500.00 → none",
        line: "[budget]",
    },
    Case {
        code: "GOV001",
        edits: &[(PLAN, "year = 500.00\n", "year = 500.00\nconfidence = 0.90\n")],
        exit: 1,
        says: "`budget.confidence`: 0.95 by default → 0.90",
        line: "confidence = 0.90",
    },
    Case {
        code: "GOV001",
        edits: &[(PLAN, "absorb              = 0.95", "absorb = 0.9")],
        exit: 1,
        says: "`policy.absorb`: 0.95 → 0.9",
        line: "absorb = 0.9",
    },
    Case {
        code: "GOV001",
        edits: &[(PLAN, "surge               = \"60s\"", "surge = \"60s\"\nrate_increase = 0.5")],
        exit: 1,
        says: "`policy.rate_increase`: 0.1 by default → 0.5",
        line: "rate_increase = 0.5",
    },
    Case {
        code: "GOV001",
        edits: &[(PLAN, "surge               = \"60s\"", "surge = \"60s\"\nrules = { \"same-host\" = \"warn\" }")],
        exit: 1,
        says: "`policy.rules.same-host`: deny → warn",
        line: "rules = ",
    },
    Case {
        code: "GOV001",
        edits: &[(PLAN, "durations = [\"1h\", \"10h\"]", "durations = [\"1h\"]")],
        exit: 1,
        says: "`scenario.durations`",
        line: "durations = ",
    },
    Case {
        code: "GOV001",
        edits: &[(
            PLAN,
            "stale_after_days    = 180",
            "stale_after_days    = 180\n[[waiver]]\nrule = \"same-host\"\nuntil = 2027-12-15\nowner = \"desk\"\nreason = \"x\"",
        )],
        exit: 1,
        says: "waiver of `same-host` by desk is new",
        line: "rule = \"same-host\"",
    },
];

#[test]
fn every_rule_about_a_change_fires_alone() {
    let wanted: BTreeSet<&str> = rules().filter(|rule| needs_base(rule)).map(|rule| rule.code).collect();
    assert_eq!(CASES.iter().map(|case| case.code).collect::<BTreeSet<_>>(), wanted);
    let base = Repo::new(&[]);
    let silent = base.json(&["check", "--base", base.path().to_str().unwrap()]).1;
    assert_eq!(codes(&silent), Vec::<&str>::new());
    assert_eq!(silent["diff"]["changed"], false);
    for case in &CASES {
        let code = case.code;
        let repo = Repo::new(case.edits);
        let (exit, run) = repo.json(&["check", "--base", base.path().to_str().unwrap()]);
        assert_eq!(codes(&run), [code], "{}", case.says);
        assert_eq!(exit, case.exit, "{}", case.says);
        let found = finding(&run, code);
        assert!(found["message"].as_str().unwrap().contains(case.says), "{} is not in {found}", case.says);
        let place = &found["where"][0];
        let file = repo.text(place["path"].as_str().unwrap());
        let line = file.lines().nth(place["line"].as_u64().unwrap() as usize - 1).unwrap();
        assert!(line.contains(case.line), "{line:?} is not the line of {:?}", case.line);
        assert_sums(&run["diff"]);
    }
}

/// What is said of rates and rows, with the place that is pointed at.
fn said(run: &Value) -> Vec<String> {
    let of = |f: &Value| ["RATE008", "RATE009", "RATE010"].contains(&f["code"].as_str().unwrap());
    let all = run["findings"].as_array().unwrap().iter().filter(|f| of(f));
    all.map(|f| {
        let place = &f["where"][0];
        format!("{}:{} {}", place["path"].as_str().unwrap(), place["line"], f["message"].as_str().unwrap())
    })
    .collect()
}

/// A change of rows that moves a destination to another row is a change of its rate.
#[test]
fn the_row_that_takes_over_is_compared_with_the_one_before() {
    let against = |base: &[Edit<'_>], edits: &[Edit<'_>]| {
        let (base, repo) = (Repo::new(base), Repo::new(base));
        repo.edit(edits);
        said(&repo.json(&["check", "--base", base.path().to_str().unwrap()]).1)
    };
    let row = "[[rate]]\nprefix = \"49\"\nper_minute = 0.03\n\n";
    // A longer prefix that is new prices the destination at another rate, and when it is lost, the shorter one does.
    let shorter = (METERED, row, "[[rate]]\nprefix = \"4\"\nper_minute = 0.01\n\n");
    let found = against(
        &[shorter],
        &[(METERED, "per_minute = 0.01\n\n", "per_minute = 0.01\n\n[[rate]]\nprefix = \"49\"\nper_minute = 0.03\n\n")],
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("rate 49 of rates/metered.toml: 0.01 (of 4) → 0.03, 200.0 % dearer"), "{found:?}");
    let dear = (
        METERED,
        row,
        "[[rate]]\nprefix = \"49\"\nper_minute = 0.03\n\n[[rate]]\nprefix = \"4\"\nper_minute = 0.30\n\n",
    );
    let found = against(&[dear], &[(METERED, row, "")]);
    assert!(found[0].contains("rate 49 of rates/metered.toml: 0.03 → 0.30 (of 4), 900.0 % dearer"), "{found:?}");
    assert!(found[1].contains("49 priced destinations of the plan, which a shorter prefix prices now"), "{found:?}");
    // A shorter prefix beside the longer one that prices the destination changes nothing for it.
    assert_eq!(against(&[dear], &[(METERED, "per_minute = 0.30", "per_minute = 0.20")]), Vec::<String>::new());
    let found = against(&[dear], &[(METERED, "[[rate]]\nprefix = \"4\"\nper_minute = 0.30\n\n", "")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("the row of prefix 4 is gone from rates/metered.toml: it priced no destination of the plan")
    );
    // A row whose days are over, beside the one that follows it, is no prefix that is lost.
    let two = (
        METERED,
        row,
        "[[rate]]\nprefix = \"49\"\nper_minute = 0.03\n\n[[rate]]\nprefix = \"49\"\nper_minute = 0.04\neffective_from = 2026-11-15\n\n",
    );
    assert_eq!(against(&[two], &[(METERED, row, "")]), Vec::<String>::new());
    // The same figures in a dearer currency.
    let fx = (PLAN, "[policy]", "[fx]\nas_of = 2026-12-01\nEUR = 1.25\n\n[policy]");
    let found = against(&[fx], &[(METERED, "currency = \"USD\"", "currency = \"EUR\"")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].starts_with("rates/metered.toml:3 ") && found[0].contains("no longer in USD: 25.0 % dearer"),
        "{found:?}"
    );
    let all = [
        (METERED, "currency = \"USD\"", "currency = \"EUR\""),
        (METERED, "per_minute = 0.0100", "per_minute = 0.0088"),
        (METERED, "per_minute = 0.02", "per_minute = 0.016"),
        (METERED, "per_minute = 0.03", "per_minute = 0.024"),
        (METERED, "per_minute = 0.04", "per_minute = 0.040"),
    ];
    let found = against(&[fx], &all[..4]);
    assert_eq!(found, Vec::<String>::new());
    let found = against(&[fx], &[all[0], all[2], all[3], (METERED, "per_minute = 0.0100", "per_minute = 0.0090")]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("rate 1 of rates/metered.toml: 0.0100 USD → 0.0090 EUR, 12.5 % dearer"), "{found:?}");
}

/// What stands in a deck is pointed at in the deck; a row that refuses calls has no increment.
#[test]
fn findings_point_into_the_deck() {
    let deck = "prefix,per_minute,increment,status\n1,0.01,1/1,\n44,0.02,1/1,\n49,0.03,1/1,\n";
    let table = METERED;
    let repo = Repo::new(&[]);
    let start = repo.text(table);
    let start = start.split("[[rate]]").next().unwrap().replace("kind ", "deck = { file = \"deck.csv\" }\nkind ");
    repo.write(table, &start);
    repo.write("rates/deck.csv", deck);
    repo.commit("a deck");
    repo.write("rates/deck.csv", &deck.replace("49,0.03,1/1,", "49,,,blocked"));
    assert_eq!(said(&repo.json(&["check", "--base", "HEAD"]).1), Vec::<String>::new());
    repo.write("rates/deck.csv", &deck.replace("49,0.03,1/1,\n", "").replace("44,0.02,1/1", "44,0.02,60/60"));
    let found = said(&repo.json(&["check", "--base", "HEAD"]).1);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|f| f.starts_with("rates/deck.csv:3 ") && f.contains("1/1 → 60/60")), "{found:?}");
    assert!(found.iter().any(|f| f.starts_with("rates/deck.csv:1 ") && f.contains("no rate any more")), "{found:?}");
}

/// Codes that one cell of a deck gives stand in one place: a code that is new there changes none of the others.
#[test]
fn codes_of_one_cell_change_each_for_itself() {
    let repo = Repo::new(&[(PLAN, "[policy]", "[fx]\nas_of = 2026-12-01\nEUR = 1.25\n\n[policy]")]);
    let start = repo.text(METERED);
    let deck = "deck = { file = \"deck.csv\", hyphen = \"range\" }\nkind ";
    let start = start.split("[[rate]]").next().unwrap().replace("kind ", deck);
    repo.write(METERED, &start);
    repo.write("rates/deck.csv", "prefix,per_minute,increment\n1-8,0.01,1/1\n");
    repo.commit("a deck");
    repo.write("rates/deck.csv", "prefix,per_minute,increment\n1-9,0.01,1/1\n");
    repo.edit(&[(METERED, "currency = \"USD\"", "currency = \"EUR\"")]);
    let found = said(&repo.json(&["check", "--base", "HEAD"]).1);
    assert!(found.iter().any(|f| f.contains("no longer in USD: 25.0 % dearer")), "{found:?}");
}

/// Seats of one market are compared in their order.
#[test]
fn the_second_seat_of_a_market_is_compared_with_its_own_price() {
    let two = |second: &str| {
        format!(
            "[[seat]]\nmarket = \"Abroad\"\nprefixes = [\"33\"]\nper_month = 50.00\n\n\
             [[seat]]\nmarket = \"Abroad\"\nprefixes = [\"34\"]\nper_month = {second}\n"
        )
    };
    let repo = Repo::new(&[]);
    let start = repo.text(FLAT);
    repo.write(FLAT, &format!("{start}\n{}", two("80.00")));
    repo.commit("seats");
    let rises = |second: &str| {
        repo.write(FLAT, &format!("{start}\n{}", two(second)));
        let found = said(&repo.json(&["check", "--base", "HEAD"]).1);
        found.into_iter().filter(|f| f.contains("dearer")).collect::<Vec<_>>()
    };
    assert_eq!(rises("81.00"), Vec::<String>::new());
    let found = rises("100.00");
    assert!(found.len() == 1 && found[0].contains("80.00 → 100.00, 25.0 % dearer"), "{found:?}");
}

/// From the day on which a carrier takes a code back a shorter one prices its calls, and may be dearer.
#[test]
fn a_code_that_is_taken_back_is_compared_with_the_shorter_one() {
    let deck =
        "prefix,per_minute,increment,effective_from,status\n1,0.01,1/1,,\n4,0.30,1/1,,\n44,0.02,1/1,,\n49,0.03,1/1,,\n";
    let repo = Repo::new(&[]);
    let start = repo.text(METERED);
    let start = start.split("[[rate]]").next().unwrap().replace("kind ", "deck = { file = \"deck.csv\" }\nkind ");
    repo.write(METERED, &start);
    repo.write("rates/deck.csv", deck);
    repo.commit("a deck");
    let after = |rows: &str| {
        repo.write("rates/deck.csv", &format!("{deck}{rows}"));
        said(&repo.json(&["check", "--base", "HEAD"]).1)
    };
    let found = after("49,,,2027-01-01,withdrawn\n");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("rates/deck.csv:3 "), "{found:?}");
    assert!(found[0].contains("0.03 → 0.30 (of 4), 900.0 % dearer"), "{found:?}");
    // Where it has another row from that day on, that one prices its calls; of a code without traffic nothing is said.
    assert_eq!(after("49,,,2027-01-01,withdrawn\n49,0.03,1/1,2027-01-01,\n"), Vec::<String>::new());
    assert_eq!(after("43,0.03,1/1,2026-01-01,\n43,,,2027-01-01,withdrawn\n"), Vec::<String>::new());
}

#[test]
fn tightening_is_no_finding() {
    let base = Repo::new(&[]);
    for edit in [
        (PLAN, "incident = 100.00", "incident = 99.99"),
        (PLAN, "absorb              = 0.95", "absorb = 0.96"),
        (PLAN, "year = 500.00\n", "year = 500.00\nmonth = 450.00\nconfidence = 0.96\n"),
        (PLAN, "durations = [\"1h\", \"10h\"]", "durations = [\"1h\", \"10h\", \"24h\"]"),
        (METERED, "per_minute = 0.0100", "per_minute = 0.0110"),
        (METERED, "per_minute = 0.0100", "per_minute = 0.0090"),
    ] {
        let repo = Repo::new(&[edit]);
        let (exit, run) = repo.json(&["check", "--base", base.path().to_str().unwrap()]);
        assert_eq!((exit, codes(&run)), (0, vec![]), "{edit:?}");
        assert_eq!(run["diff"]["changed"], true, "{edit:?}");
    }
}

#[test]
fn a_change_is_judged_by_the_policy_of_its_base() {
    let repo = Repo::new(&[]);
    repo.edit(&[(PLAN, "channels          = 30", "channels          = 13")]);
    repo.commit("a floor that is not absorbed");
    // It allows itself what its base denies.
    repo.edit(&[
        (PLAN, "absorb              = 0.95", "absorb = 0.1"),
        (PLAN, "grade_of_service    = 0.01", "grade_of_service = 1"),
    ]);
    assert_eq!(repo.run(&["check"]).status.code(), Some(0), "{}", text(&repo.run(&["check"])));
    let (exit, run) = repo.json(&["check", "--base", "HEAD"]);
    assert_eq!(exit, 1);
    let found = codes(&run);
    for code in ["CAP001", "CAP002", "GOV001"] {
        assert!(found.contains(&code), "{code}: {found:?}");
    }
    assert!(run["findings"].as_array().unwrap().iter().all(|f| f["waived_by"].is_null()));
    // `diff` alone says so and passes; with --gate it judges.
    assert_eq!(repo.run(&["diff", "HEAD"]).status.code(), Some(0));
    let (exit, gated) = repo.json(&["diff", "HEAD", "--gate"]);
    assert_eq!((exit, codes(&gated)), (1, found));
    assert_eq!(repo.run(&["diff", "HEAD", "--gate", "--exit-zero"]).status.code(), Some(0));
}

#[test]
fn equal_inputs_say_so_in_one_line() {
    let repo = Repo::new(&[]);
    repo.commit("one");
    let output = repo.run(&["diff", "HEAD"]);
    let said = text(&output);
    assert_eq!(
        (output.status.code(), said.lines().count(), said.starts_with("no change: HEAD (")),
        (Some(0), 1, true),
        "{said}"
    );
    // Remarks and layout are no change.
    repo.edit(&[(METERED, "carrier  = \"Metered\"", "# a remark\ncarrier = \"Metered\"")]);
    assert!(text(&repo.run(&["diff", "HEAD"])).starts_with("no change: "));
    let (_, run) = repo.json(&["diff", "HEAD"]);
    assert_eq!((&run["diff"]["changed"], &run["diff"]["changes"]), (&false.into(), &Value::Array(vec![])));
}

#[test]
fn sides_are_revisions_directories_and_saved_runs() {
    let repo = Repo::new(&[]);
    repo.commit("one");
    repo.git(&["branch", "feature"]);
    repo.edit(&[(METERED, "per_minute = 0.0100", "per_minute = 0.0105")]);
    repo.commit("main goes on");
    repo.git(&["checkout", "-q", "feature"]);
    // What main did meanwhile is no change of the branch.
    assert!(text(&repo.run(&["diff", "main"])).starts_with("no change: "));
    assert_eq!(repo.json(&["check", "--base", "main"]).1["diff"]["changed"], false);
    assert_eq!(repo.json(&["diff", "main", "feature"]).1["diff"]["changed"], true, "the way back");
    repo.edit(&[(METERED, "per_minute = 0.02", "per_minute = 0.021")]);
    repo.commit("feature");
    let (_, run) = repo.json(&["diff", "main", "feature"]);
    assert_eq!(run["diff"]["changes"].as_array().unwrap().len(), 1);
    assert!(run["diff"]["base"]["name"].as_str().unwrap().ends_with(", where main forks off"));

    // A directory, and a run that was saved from it.
    let other = Repo::new(&[]);
    let (_, by_directory) = repo.json(&["diff", other.path().to_str().unwrap()]);
    assert_eq!(by_directory["diff"]["figures"], run["diff"]["figures"]);
    let saved = other.path().join("run.json");
    let output = other.run(&["estimate", "--output", &format!("json={}", saved.display())]);
    assert!(output.status.success(), "{}", text(&output));
    let (_, by_run) = repo.json(&["diff", saved.to_str().unwrap()]);
    assert_eq!((&by_run["diff"]["figures_only"], &by_run["diff"]["parts"]), (&true.into(), &Value::Array(vec![])));
    let of = |run: &Value, at: usize| {
        (run["diff"]["figures"][at]["figure"].clone(), decimal(&run["diff"]["figures"][at]["difference"]).round_dp(6))
    };
    for at in 0..run["diff"]["figures"].as_array().unwrap().len() {
        assert_eq!(of(&by_run, at), of(&by_directory, at));
    }
    assert!(text(&repo.run(&["diff", saved.to_str().unwrap()])).contains("the figures alone are compared"));
    assert_eq!(repo.run(&["check", "--base", saved.to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn a_base_that_cannot_be_read_is_never_no_change() {
    let repo = Repo::new(&[]);
    // No repository at all.
    assert_eq!(repo.run(&["check", "--base", "HEAD"]).status.code(), Some(2));
    // A repository without a commit.
    repo.git(&["init", "-q"]);
    for base in ["HEAD", "main", "origin/main"] {
        let output = repo.run(&["check", "--base", base]);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{base}: {said}");
        assert!(said.contains("nothing has been committed here yet"), "{base}: {said}");
    }
    repo.commit("one");
    repo.git(&["mv", PLAN, "plan.toml"]);
    repo.commit("renamed");
    let refused = |args: &[&str], wanted: &str| {
        let output = repo.run(args);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(wanted) && !said.contains("no change"), "{args:?}: {wanted:?} is not in {said}");
    };
    refused(&["check", "--plan", "plan.toml", "--base", "HEAD~1"], "there is no plan to compare with in HEAD~1");
    refused(&["diff", "HEAD~1", "--plan", "plan.toml"], "cannot read plan.toml in commit");
    refused(&["diff", "none", "--plan", "plan.toml"], "`none` is no directory or saved run");
    refused(&["diff", "HEAD", "none", "--plan", "plan.toml"], "`none` is no directory or saved run");
    refused(&["diff", "HEAD", "--demo"], "--demo has no past");
    // Names that could be options, other commands, or nothing.
    for hostile in [
        "--output=x",
        "-h",
        "--upload-pack=touch pwned",
        "HEAD\nHEAD",
        "",
        " ",
        "HEAD:plan.toml",
        ":/",
        "HEAD^{tree}",
        "$(touch pwned)",
        "\u{1b}[31m",
    ] {
        let argument = format!("--base={hostile}");
        let output = repo.run(&["check", "--plan", "plan.toml", &argument]);
        assert_eq!(output.status.code(), Some(2), "{hostile:?}: {}", text(&output));
        assert!(!text(&output).contains('\u{1b}') || hostile != "\u{1b}[31m", "{}", text(&output));
    }
    assert!(!repo.path().join("pwned").exists() && !repo.path().join("x").exists());
    // A base whose plan is faulty.
    repo.write("plan.toml", &format!("nonsense = 1\n{}", repo.text("plan.toml")));
    repo.commit("faulty");
    repo.write("plan.toml", &repo.text("plan.toml").replace("nonsense = 1\n", ""));
    refused(&["check", "--plan", "plan.toml", "--base", "HEAD"], "HEAD:plan.toml:1:1");
    // A base whose table is kept elsewhere by Git LFS.
    let table = repo.text(METERED);
    repo.write(METERED, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
    repo.commit("a pointer");
    repo.write(METERED, &table);
    refused(&["check", "--plan", "plan.toml", "--base", "HEAD"], "it is a pointer of Git LFS, not the file");
    repo.write("run.json", "{}");
    refused(&["diff", "run.json", "--plan", "plan.toml"], "run.json is no saved run");
}

#[test]
fn a_plan_that_was_moved_is_found_by_its_old_path() {
    let repo = Repo::new(&[]);
    repo.commit("one");
    std::fs::create_dir_all(repo.path().join("floors/east")).unwrap();
    repo.git(&["mv", PLAN, "floors/east/plan.toml"]);
    repo.git(&["mv", "rates", "floors/east/rates"]);
    repo.commit("moved");
    let moved = "floors/east/plan.toml";
    let args = |command: &'static [&'static str], base_plan: &'static str| {
        [command, &["--plan", moved, "--base-plan", base_plan]].concat()
    };
    // Moving alone changes nothing, and does not loosen the gate.
    for path in [PLAN, "./failover.toml", "floors/../failover.toml"] {
        assert!(text(&repo.run(&args(&["diff", "HEAD~1"], path))).starts_with("no change: HEAD~1"), "{path}");
    }
    let table = "floors/east/rates/metered.toml";
    repo.edit(&[(table, "per_minute = 0.0100", "per_minute = 0.0130"), (moved, "year = 500.00", "year = 900.00")]);
    for command in [&["check", "--base", "HEAD~1"][..], &["diff", "HEAD~1", "--gate"]] {
        let (exit, run) = repo.json(&args(command, PLAN));
        assert_eq!((exit, codes(&run)), (1, vec!["GOV001", "RATE008"]), "{command:?}");
        assert_eq!(finding(&run, "RATE008")["where"][1]["path"], format!("HEAD~1:{METERED}"));
        assert_sums(&run["diff"]);
    }
    // A directory, too, and both sides elsewhere.
    let other = Repo::new(&[]);
    other.commit("one");
    std::fs::rename(other.path().join(PLAN), other.path().join("floor.toml")).unwrap();
    let base = other.path().to_str().unwrap();
    let (_, run) = repo.json(&["diff", base, "--plan", moved, "--base-plan", "floor.toml"]);
    assert_eq!(run["diff"]["changes"].as_array().unwrap().len(), 2);
    let (_, run) = repo.json(&["diff", base, "HEAD", "--plan", moved, "--base-plan", "floor.toml"]);
    assert_eq!(run["diff"]["changed"], false);

    let refused = |args: &[&str], wanted: &[&str]| {
        let output = repo.run(args);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        for wanted in wanted {
            assert!(said.contains(wanted) && !said.contains("no change"), "{args:?}: {wanted:?} is not in {said}");
        }
    };
    // Without the path the message says what to do.
    refused(&["check", "--base", "HEAD~1", "--plan", moved], &["failover.toml is there", "--base-plan failover.toml"]);
    refused(
        &args(&["check", "--base", "HEAD~1"], "floors/old.toml"),
        &["cannot read floors/old.toml in commit", "from the repository's root"],
    );
    refused(&args(&["check", "--base", "HEAD~1"], "rates"), &["it is a directory"]);
    refused(&args(&["diff", "."], "none.toml"), &["it holds no none.toml"]);
    for bad in ["", ".", "/failover.toml", "../failover.toml", "a\\b.toml", "HEAD:failover.toml", "a\nb"] {
        refused(
            &["check", "--base", "HEAD~1", "--plan", moved, &format!("--base-plan={bad}")],
            &["says of no plan where it stood"],
        );
    }
    refused(&["check", "--plan", moved, "--base-plan", PLAN], &["--base"]);
    repo.write("run.json", "{}");
    refused(&args(&["diff", "run.json"], PLAN), &["run.json is a saved run"]);
}

#[test]
fn a_first_plan_is_told_how_it_is_judged() {
    let repo = Repo::new(&[]);
    let plan = repo.text(PLAN);
    std::fs::remove_file(repo.path().join(PLAN)).unwrap();
    repo.commit("no plan");
    repo.git(&["branch", "feature"]);
    repo.write(PLAN, &plan);
    repo.commit("a plan on main");
    repo.git(&["checkout", "-q", "feature"]);
    repo.write(PLAN, &plan);
    repo.commit("the first plan");
    let said = |base: &str| {
        let output = repo.run(&["check", "--base", base]);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        text(&output)
    };
    let first = said("HEAD~1");
    assert!(first.contains("run `trunkrisk check` without --base, which judges it by its own policy"), "{first}");
    // Main has one by now: with it there is a base.
    let behind = said("main");
    assert!(behind.contains("main has failover.toml by now") && behind.contains("rebase"), "{behind}");
}

#[test]
fn no_argument_is_left_out_in_silence() {
    let repo = Repo::new(&[]);
    repo.commit("one");
    repo.edit(&[(METERED, "per_minute = 0.0100", "per_minute = 0.0130")]);
    let refused = |args: &[&str], wanted: &str| {
        let output = repo.run(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", text(&output));
        assert!(text(&output).contains(wanted), "{args:?}: {}", text(&output));
    };
    refused(&["diff", "HEAD", "--deny", "rates-stale"], "need --gate");
    refused(&["diff", "HEAD", "--set", "budget.year=1", "--set", "budget.year=2"], "one key twice");
    refused(&["--plan", PLAN, "diff", "HEAD", "--plan", PLAN], "--plan is given before and after");
    let screen = text(&repo.run(&["diff", "HEAD", "--set", "budget.year=400"]));
    assert!(screen.contains("what if, on both sides: budget.year=400"), "{screen}");
    // With a sign-off beside the plan, `diff --gate` judges as `check --base` does.
    let signed = repo.run(&["sign", "--by", "desk", "--valid-until", "2026-12-31"]);
    assert!(signed.status.success(), "{}", text(&signed));
    repo.edit(&[(METERED, "per_minute = 0.0130", "per_minute = 0.0200")]);
    let (exit, checked) = repo.json(&["check", "--base", "HEAD"]);
    let (gated_exit, gated) = repo.json(&["diff", "HEAD", "--gate"]);
    assert_eq!((exit, codes(&checked)), (gated_exit, codes(&gated)));
    assert!(codes(&gated).contains(&"GOV005"), "{:?}", codes(&gated));
    let (_, named) = repo.json(&["diff", "HEAD", ".", "--gate"]);
    assert_eq!(codes(&named), codes(&checked));
}

#[test]
fn a_shallow_clone_is_told_what_to_do() {
    let repo = Repo::new(&[]);
    repo.commit("one");
    repo.git(&["branch", "old"]);
    repo.commit("two");
    repo.commit("three");
    let clone = tempfile::tempdir().unwrap();
    let source = format!("file://{}", repo.path().display());
    repo.git(&["clone", "-q", "--depth", "1", "--no-single-branch", &source, clone.path().to_str().unwrap()]);
    for base in ["origin/old", "HEAD~1"] {
        let output = program(clone.path(), &["check", "--base", base]);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{base}: {said}");
        assert!(said.contains("git fetch --unshallow") && said.contains("fetch-depth: 0"), "{base}: {said}");
    }
}

#[test]
fn exchange_rates_stand_apart() {
    let euro: &[Edit<'_>] = &[
        (METERED, "currency = \"USD\"", "currency = \"EUR\""),
        (PLAN, "[budget]", "[fx]\nas_of = 2026-11-30\nEUR = 1.10\n\n[budget]"),
    ];
    let base = Repo::new(euro);
    let repo = Repo::new(euro);
    repo.edit(&[(PLAN, "EUR = 1.10", "EUR = 1.21"), (PLAN, "as_of = 2026-11-30", "as_of = 2026-12-01")]);
    let (_, run) = repo.json(&["diff", base.path().to_str().unwrap()]);
    assert_sums(&run["diff"]);
    let parts = run["diff"]["parts"].as_array().unwrap();
    assert_eq!(parts.iter().map(|part| part["part"].as_str().unwrap()).collect::<Vec<_>>(), ["exchange rates"]);
    // A tenth more of everything that is in euro.
    for figure in run["diff"]["figures"].as_array().unwrap().iter().filter(|f| f["figure"] == "scenario.spend") {
        let ratio = decimal(&figure["new"]) / decimal(&figure["old"]);
        assert_eq!(ratio.round_dp(9), "1.1".parse::<Decimal>().unwrap().round_dp(9), "{figure}");
    }
    assert_eq!(change(&run["diff"], "exchange rate of EUR")["values"][0]["new"], "1.21 (of 2026-12-01)");
    // A plan in another currency is not compared.
    let other = Repo::new(&[
        (PLAN, "currency = \"USD\"", "currency = \"CAD\""),
        (PLAN, "[budget]", "[fx]\nas_of = 2026-11-30\nUSD = 1.4\n[budget]"),
    ]);
    assert_eq!(other.run(&["diff", base.path().to_str().unwrap()]).status.code(), Some(2));
}

#[test]
fn every_part_is_told_apart_and_swaps() {
    let base = Repo::new(&[]);
    let edits: [Edit<'_>; 11] = [
        (METERED, "per_minute = 0.0100", "per_minute = 0.0137"),
        (
            METERED,
            "[billing]\nincrement = \"6/6\"",
            "[billing]\nincrement = \"45/7\"\nconnect_fee = 0.001\nattempt_fee = 0.0003",
        ),
        (METERED, "monthly = 10.00", "monthly = 12.00\nusage_tax = 0.07"),
        (METERED, "prefix = \"33\"", "prefix = \"331\""),
        (PLAN, "channels          = 30", "channels          = 12"),
        (PLAN, "per_year = 2.0", "per_year = 2.7"),
        (PLAN, "operator_response = \"20m\"", "operator_response = \"25m\""),
        (PLAN, "attempts_per_seat_hour  = 120", "attempts_per_seat_hour  = 131"),
        (PLAN, "{ fixed = \"60s\" }", "{ exponential = { mean = \"70s\" } }"),
        (PLAN, "incident = 100.00", "incident = 90.00"),
        (PLAN, "depends_on        = [\"internet-b\"]", "depends_on        = [\"internet-c\"]"),
    ];
    let repo = Repo::new(&edits);
    let (there, back) = (base.path().to_str().unwrap(), repo.path().to_str().unwrap());
    let (_, forward) = repo.json(&["diff", there, back]);
    let (_, backward) = repo.json(&["diff", back, there]);
    assert_sums(&forward["diff"]);
    assert_sums(&backward["diff"]);
    assert_negated(&forward["diff"], &backward["diff"]);
    let parts: Vec<&str> =
        forward["diff"]["parts"].as_array().unwrap().iter().map(|part| part["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["rates", "increments", "fees", "limits", "routing", "floor", "causes", "policy"]);
    // The figures are those of the plans by themselves.
    let (_, alone) = repo.json(&["estimate"]);
    let figures = forward["diff"]["figures"].as_array().unwrap();
    for (index, scenario) in alone["scenarios"].as_array().unwrap().iter().enumerate() {
        let figure = figures.iter().filter(|f| f["figure"] == "scenario.spend").nth(index).unwrap();
        assert_eq!(figure["new"], scenario["spend"]);
    }
    let mean = figures.iter().find(|f| f["figure"] == "year.mean").unwrap();
    assert_eq!(decimal(&mean["new"]).round_dp(6), decimal(&alone["year"]["mean"]).round_dp(6));
}

#[test]
fn a_comparison_comes_as_tables_and_no_name_does_harm() {
    let hostile = "=cmd() ::error:: <script>alert(1)</script> a|b \\u001B[31m";
    let file = "rates/=cmd()|<b>.toml";
    let repo = Repo::new(&[(PLAN, METERED, file)]);
    std::fs::rename(repo.path().join(METERED), repo.path().join(file)).unwrap();
    let carrier = repo.text(file);
    let line = carrier.lines().find(|line| line.starts_with("carrier")).unwrap();
    repo.edit(&[
        (file, line, &format!("carrier = \"{hostile}\"")),
        (file, "per_minute = 0.02\n", &format!("destination = \"{hostile}\"\nper_minute = 0.02\n")),
    ]);
    repo.commit("base");
    repo.edit(&[
        (file, "per_minute = 0.02\n", "per_minute = 0.021\n"),
        (file, "per_minute = 0.04", "per_minute = 0.05"),
    ]);
    let new = repo.text(file);
    repo.write("new.toml", &new);
    repo.write("old.toml", &new.replace("0.021", "0.02"));
    for args in [&["diff", "HEAD"][..], &["diff", "HEAD", "--gate"], &["rates", "diff", "old.toml", "new.toml"]] {
        let formats: &[&str] =
            if args[0] == "rates" { &["text", "json"] } else { &["text", "json", "markdown", "csv"] };
        for format in formats {
            let mut all = args.to_vec();
            all.extend(["--output", format]);
            let out = repo.run(&all);
            let said = text(&out);
            assert!(matches!(out.status.code(), Some(0 | 1)), "{all:?}: {}", String::from_utf8_lossy(&out.stderr));
            assert!(!said.contains('\u{1b}') && !said.lines().any(|line| line.starts_with("::")), "{all:?}: {said}");
            match *format {
                "markdown" => {
                    assert!(!said.contains("<script") && !said.contains("<b>"), "{said}");
                    assert!(said.contains("### What the change does to the money") && said.contains("### Changes"));
                }
                "csv" => {
                    let mut rows = csv::Reader::from_reader(said.as_bytes());
                    let heads = rows.headers().unwrap().clone();
                    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
                    assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '@', '+'])), "{said}");
                    let at = |name: &str| heads.iter().position(|head| head == name).unwrap();
                    // Every digit of what JSON says.
                    let (_, document) = repo.json(args);
                    let of = |record: &str, key: &str| -> Vec<String> {
                        let own = rows.iter().filter(|row| &row[0] == record);
                        own.map(|row| row[at(key)].to_owned()).collect()
                    };
                    let told = |list: &str, key: &str| -> Vec<String> {
                        let list = document["diff"][list].as_array().unwrap().iter();
                        list.map(|value| value[key].as_str().unwrap_or("").to_owned()).collect()
                    };
                    assert_eq!(of("difference", "difference"), told("figures", "difference"));
                    assert_eq!(of("change", "effect"), told("changes", "effect"));
                    assert!(!of("change", "effect").is_empty());
                }
                "json" => assert!(serde_json::from_str::<Value>(&said).is_ok()),
                _ => {}
            }
        }
    }
    let same = text(&repo.run(&["diff", ".", ".", "--output", "markdown"]));
    assert!(same.contains("no change") && !same.contains("###"), "{same}");
}

#[test]
fn places_of_the_base_are_no_files_of_the_change() {
    let repo = Repo::new(&[]);
    repo.commit("base");
    repo.edit(&[
        (METERED, "per_minute = 0.02\nincrement = \"1/1\"", "per_minute = 0.09\nincrement = \"60/60\""),
        (METERED, "[[rate]]\nprefix = \"33\"\nper_minute = 0.04", ""),
        (PLAN, "year = 500.00", "year = 900.00"),
    ]);
    let sarif: Value =
        serde_json::from_str(&text(&repo.run(&["check", "--base", "HEAD", "--output", "sarif"]))).unwrap();
    let mut seen = BTreeSet::new();
    let mut open = vec![&sarif["runs"][0]["results"]];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(map) => {
                seen.extend(map.get("uri").and_then(Value::as_str).map(str::to_owned));
                open.extend(map.values());
            }
            _ => {}
        }
    }
    assert!(seen.contains(METERED) && seen.iter().all(|uri| repo.path().join(uri).exists()), "{seen:?}");
    // They are said in words.
    let words = sarif.to_string();
    let short = repo.git(&["rev-parse", "--short", "HEAD"]);
    assert!(words.contains("the old rate (") && words.contains(&format!("{METERED}:")), "{short}: {words}");
}

/// A number of a file that a random change may set: its file, what stands there, and how it is written anew.
type Field = (&'static str, &'static str, fn(u32) -> String);

const FIELDS: [Field; 10] = [
    (METERED, "per_minute = 0.0100", |n| format!("per_minute = 0.{n:04}")),
    (METERED, "per_minute = 0.03", |n| format!("per_minute = 0.{n:03}")),
    (METERED, "increment = \"1/1\"", |n| format!("increment = \"{}/{}\"", n, n % 60 + 1)),
    (METERED, "monthly = 10.00", |n| format!("monthly = {n}.00")),
    (PLAN, "channels          = 30", |n| format!("channels = {n}")),
    (PLAN, "attempts_per_seat_hour  = 120", |n| format!("attempts_per_seat_hour = {n}")),
    (PLAN, "per_year = 2.0", |n| format!("per_year = {}.{}", n % 9, n % 10)),
    (PLAN, "duration = { fixed = \"2h\" }", |n| format!("duration = {{ fixed = \"{n}m\" }}")),
    (PLAN, "incident = 100.00", |n| format!("incident = {n}.00")),
    (PLAN, "year = 500.00", |n| format!("year = {n}.00")),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_change_sums_and_swaps_to_the_last_digit(
        sides in prop::array::uniform2(prop::collection::vec(prop::option::of(1_u32..200), FIELDS.len())),
    ) {
        let repos = sides.map(|numbers| {
            let repo = Repo::new(&[]);
            for ((file, from, to), number) in FIELDS.iter().zip(numbers) {
                if let Some(number) = number {
                    repo.edit(&[(file, from, &to(number))]);
                }
            }
            repo
        });
        let [old, new] = repos.each_ref().map(|repo| repo.path().to_str().unwrap());
        let (_, there) = repos[0].json(&["diff", old, new]);
        let (_, back) = repos[0].json(&["diff", new, old]);
        prop_assert!(there["diff"].is_object(), "{there}");
        if there["diff"]["changed"] == true {
            assert_sums(&there["diff"]);
            assert_negated(&there["diff"], &back["diff"]);
        }
    }
}

//! Every rule of the families CAP, COST, RATE, TRUNK and GOV as it is run: a small plan on which all are silent, and for
//! each rule a few edits that make it fire alone. The figures are reckoned here a second time, by naive loops.

// The helpers of an integration test are no `#[test]` functions, so clippy.toml does not let them off.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use trunkrisk::policy::catalogue::rules;
use trunkrisk::policy::change::needs_base;

const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/rules/base");
const FILES: [&str; 3] = [PLAN, FLAT, METERED];
const PLAN: &str = "failover.toml";
const FLAT: &str = "rates/flat.toml";
const METERED: &str = "rates/metered.toml";

/// A file, what stands there once, and what takes its place.
type Edit = (&'static str, &'static str, &'static str);

/// A copy of the base plan with edits.
struct Floor {
    folder: tempfile::TempDir,
}

impl Floor {
    fn new(edits: &[Edit]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("rates")).unwrap();
        for file in FILES {
            std::fs::copy(Path::new(BASE).join(file), folder.path().join(file)).unwrap();
        }
        let floor = Self { folder };
        for (file, from, to) in edits {
            let text = floor.text(file);
            assert_eq!(text.matches(from).count(), 1, "{from:?} stands once in {file}");
            floor.write(file, &text.replace(from, to));
        }
        floor
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.folder.path().join(file), text).unwrap();
    }

    fn check(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_trunkrisk"))
            .arg("check")
            .args(args)
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_remove("CLICOLOR_FORCE")
            .output()
            .unwrap()
    }

    fn json(&self, args: &[&str]) -> Run {
        let output = self.check(&[args, &["--output", "json"]].concat());
        let exit = output.status.code().unwrap();
        let document = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{args:?}: {}", String::from_utf8_lossy(&output.stderr)));
        Run { exit, document }
    }
}

/// One run's verdict.
struct Run {
    exit: i32,
    document: Value,
}

impl Run {
    fn findings(&self) -> &Vec<Value> {
        self.document["findings"].as_array().unwrap()
    }

    fn codes(&self) -> Vec<&str> {
        self.findings().iter().map(|f| f["code"].as_str().unwrap()).collect()
    }

    fn blind(&self) -> Vec<&str> {
        self.document["not_judged"].as_array().unwrap().iter().map(|r| r["code"].as_str().unwrap()).collect()
    }

    fn of(&self, code: &str) -> &Value {
        self.findings().iter().find(|f| f["code"] == code).unwrap_or_else(|| panic!("no {code}: {:?}", self.codes()))
    }
}

/// Attempts a second: 10 seats make 120 an hour.
const RATE: f64 = 1.0 / 3.0;
/// Erlang: an attempt lasts 2 + 0.8 * 20 + 0.2 * (10 + 60) = 32 s.
const TRAFFIC: f64 = 32.0 / 3.0;

/// Erlang B as its definition has it: (A^n / n!) over the sum of all such terms.
fn erlang_b(traffic: f64, channels: u32) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..=channels {
        term *= traffic / f64::from(n);
        sum += term;
    }
    term / sum
}

/// Share lost behind the primary: a rolling window of one second, then channels.
fn lost(seats: f64, cps: u32, channels: u32) -> f64 {
    let refused = erlang_b(RATE * seats / 10.0, cps);
    refused + (1.0 - refused) * erlang_b(TRAFFIC * seats / 10.0 * (1.0 - refused), channels)
}

/// The least channels that refuse no more than a share of what passes so many calls per second.
fn channels_for(share: f64, cps: u32) -> u32 {
    (1..).find(|c| erlang_b(TRAFFIC * (1.0 - erlang_b(RATE, cps)), *c) <= share).unwrap()
}

fn cps_for(share: f64) -> u32 {
    (1..).find(|r| erlang_b(RATE, *r) <= share).unwrap()
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// How a rule is made to fire.
struct Case {
    code: &'static str,
    edits: &'static [Edit],
    exit: i32,
    /// Rules that fire with it, and why they must.
    with: &'static [(&'static str, &'static str)],
    /// Rules that cannot be judged, and why they cannot.
    blind: &'static [(&'static str, &'static str)],
    subject: &'static [(&'static str, &'static str)],
    /// File of the primary place, and what its line says.
    place: (&'static str, &'static str),
    /// What the message says: figure and limit.
    says: fn() -> Vec<String>,
    /// What the help says.
    helps: fn() -> Vec<String>,
}

const CASE: Case = Case {
    code: "",
    edits: &[],
    exit: 0,
    with: &[],
    blind: &[],
    subject: &[("trunk", "metered")],
    place: (PLAN, ""),
    says: Vec::new,
    helps: Vec::new,
};

const CHANNELS: &str = "channels          = 30";
const CPS: &str = "cps               = 5\n";
const RESPONSE: &str = "operator_response = \"20m\"";
const SIGNAL: &str = "signal = \"503\"";
const QUALIFY_FLAT: &str = "qualify_frequency = \"60s\"\ncontinue_if_busy  = false";
const EFFECTIVE: &str = "effective_from = 2026-11-01";
const ALWAYS: Edit = (PLAN, "hours = \"Mo-Fr 08:00-18:00\"", "hours = \"24/7\"");
const MONTH: Edit = (PLAN, "incident = 100.00", "incident = 100.00\nmonth = 5.00");
const YEAR: Edit = (PLAN, "incident = 100.00", "incident = 100.00\nyear = 5.00\nstanding = 1000.00");
/// A third trunk, large enough for everything.
const SPARE: Edit = (
    PLAN,
    "[pbx]",
    "[[trunk]]\nname = \"spare\"\nrates = \"rates/metered.toml\"\nhost = \"sip.spare.example\"\nchannels = 100\ncps = 50\n\n[pbx]",
);
const SECOND: &str = r#"[[trunk]]
name              = "metered"
rates             = "rates/metered.toml"
host              = "sip.metered.example"
depends_on        = ["internet-b"]
qualify_frequency = "60s"
caller_ids        = "own"
channels          = 30
cps               = 5
"#;
const TABLE: &[(&str, &str)] = &[("table", METERED), ("trunk", "metered")];
const UNPRICED: &str = "calls without a rate make every total a least amount";
const ALONE: &str = "there is no trunk behind the primary to judge";

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

const CASES: &[Case] = &[
    Case {
        code: "CAP001",
        // Either limit alone keeps within 1 %: 0.4 % by calls per second, 0.6 % by channels.
        edits: &[(PLAN, CHANNELS, "channels          = 19"), (PLAN, CPS, "cps               = 3\n")],
        exit: 1,
        place: (PLAN, "channels          = 19"),
        says: || vec![percent(lost(10.0, 3, 19)), "1.0 %".to_owned()],
        helps: || vec![format!("{} channels and {} calls per second", channels_for(0.01, 3), cps_for(0.01))],
        ..CASE
    },
    Case {
        code: "CAP002",
        // A grade of service that allows what `absorb` does not.
        edits: &[
            (PLAN, CHANNELS, "channels          = 13"),
            (PLAN, "grade_of_service    = 0.01", "grade_of_service    = 0.2"),
        ],
        exit: 1,
        place: (PLAN, "channels          = 13"),
        says: || vec![percent(1.0 - lost(10.0, 5, 13)), "95.0 %".to_owned()],
        helps: || vec![format!("{} channels", (1..).find(|c| lost(10.0, 5, *c) <= 0.05).unwrap())],
        ..CASE
    },
    Case {
        code: "CAP003",
        edits: &[(PLAN, CHANNELS, "channels          = 12"), SPARE],
        place: (PLAN, "channels          = 12"),
        says: || vec!["12 channels".to_owned(), "10.7 erlang".to_owned(), format!("need {}", channels_for(0.01, 5))],
        helps: || vec![format!("{} channels", channels_for(0.01, 5))],
        ..CASE
    },
    Case {
        code: "CAP004",
        edits: &[(PLAN, CPS, "cps               = 2\n"), SPARE],
        place: (PLAN, "cps               = 2"),
        says: || vec!["2 calls per second".to_owned(), percent(erlang_b(RATE, 2)), "1.0 %".to_owned()],
        helps: || vec![format!("{} calls per second", cps_for(0.01))],
        ..CASE
    },
    Case {
        code: "CAP005",
        edits: &[(PLAN, "surge               = \"60s\"", "surge               = \"1s\"")],
        place: (PLAN, "cps               = 5"),
        // As many lines as hold calls: 10.667, so 11; at 5 a second 2.2 s.
        says: || texts(&["11 lines", "2.2 s", "1 s are allowed"]),
        helps: || texts(&["11 calls per second"]),
        ..CASE
    },
    Case {
        code: "CAP006",
        edits: &[(PLAN, CHANNELS, "channels          = 19")],
        place: (PLAN, "channels          = 19"),
        says: || {
            let seats = (1..).take_while(|s| lost(f64::from(*s), 5, 19) <= 0.01).last().unwrap();
            vec![format!("carry {seats} seats"), "11 with the headroom".to_owned()]
        },
        ..CASE
    },
    Case {
        code: "CAP007",
        edits: &[(PLAN, "setup_time              = \"2s\"", "setup_time = \"2s\"\nlines_per_seat = 4.0")],
        place: (PLAN, "lines_per_seat"),
        says: || texts(&["40 lines", "30 channels"]),
        helps: || texts(&["lines_per_seat"]),
        ..CASE
    },
    Case {
        code: "COST001",
        // Ten hours of 240 calls of a minute at 0.01: 24.00 a day, and 20.00 after 8 h 20 min.
        edits: &[(PLAN, "incident = 100.00", "incident = 20.00")],
        exit: 1,
        subject: &[("cause", "rejects")],
        place: (PLAN, "name   = \"rejects\""),
        says: || texts(&["10 h", "24.00 USD", "20.00 USD", "8 h 20 min"]),
        helps: || texts(&["trunkrisk estimate"]),
        ..CASE
    },
    Case {
        code: "COST002",
        // Round the clock an hour costs 2.40, and a month has Poisson(2) hours of outage: 3 or more in 32.3 % of the
        // months, 5 or fewer in 95 of 100.
        edits: &[ALWAYS, (PLAN, SIGNAL, "signal = \"503\"\nper_year = 24.0\nduration = { fixed = \"1h\" }"), MONTH],
        exit: 1,
        subject: &[("budget", "month")],
        place: (PLAN, "month = 5.00"),
        says: || texts(&["32.3 % of the months", "5.00 USD", "5.0 % are allowed", "within 12.00 USD"]),
        helps: || texts(&["`rejects`"]),
        ..CASE
    },
    Case {
        code: "COST003",
        edits: &[ALWAYS, (PLAN, SIGNAL, "signal = \"503\"\nper_year = 2.0\nduration = { fixed = \"1h\" }"), YEAR],
        exit: 1,
        subject: &[("budget", "year")],
        place: (PLAN, "year = 5.00"),
        says: || texts(&["32.3 % of the years", "5.00 USD", "5.0 % are allowed", "within 12.00 USD"]),
        helps: || texts(&["`rejects`"]),
        ..CASE
    },
    Case {
        code: "COST004",
        edits: &[(PLAN, "incident = 100.00", "incident = 20.00"), (PLAN, RESPONSE, "operator_response = \"10h\"")],
        exit: 1,
        with: &[("COST001", "a budget that is gone is a budget that is passed")],
        subject: &[("cause", "rejects")],
        place: (PLAN, "incident = 20.00"),
        says: || texts(&["20.00 USD", "8 h 20 min", "10 h"]),
        helps: || texts(&["cap the daily spend"]),
        ..CASE
    },
    Case {
        code: "COST005",
        // 10.00 a month.
        edits: &[(PLAN, "incident = 100.00", "incident = 100.00\nstanding = 100.00")],
        exit: 1,
        subject: &[("budget", "standing")],
        place: (PLAN, "standing = 100.00"),
        says: || texts(&["120.00 USD", "100.00 USD"]),
        helps: || texts(&["[fees]"]),
        ..CASE
    },
    Case {
        code: "COST006",
        // 10.00 at 2.40 an hour last 4 h 10 min; 5 h 50 min of 1,200 attempts an hour are lost after it.
        edits: &[(METERED, "channels = 100", "channels = 100\nprepaid = { balance = 10.00 }")],
        exit: 1,
        subject: &[("trunk", "metered"), ("cause", "rejects")],
        place: (METERED, "prepaid = {"),
        says: || texts(&["10 h", "prepaid balance", "4 h 10 min", "7,000 attempts"]),
        helps: || texts(&["raise it"]),
        ..CASE
    },
    Case {
        code: "COST007",
        edits: &[(METERED, "channels = 100", "channels = 100\ndaily_spend = { limit = 10.00, resets = \"UTC\" }")],
        exit: 1,
        subject: &[("trunk", "metered"), ("cause", "rejects")],
        place: (METERED, "daily_spend = {"),
        says: || texts(&["10 h", "daily spend", "4 h 10 min", "7,000 attempts"]),
        helps: || texts(&["raise it"]),
        ..CASE
    },
    Case {
        code: "COST008",
        // Every call lasts 60 s: 2,400 of them at 0.01 each.
        edits: &[(
            METERED,
            "monthly = 10.00",
            "monthly = 10.00\nshort_calls = { up_to = \"60s\", allowed = 0.15, over = \">\", min_calls = 100, fee = 0.01, on = \"all\" }",
        )],
        place: (METERED, "short_calls = {"),
        says: || texts(&["100.0 %", "60 s", "15.0 %", "cost 24.00 USD on top of 24.00 USD"]),
        helps: || texts(&["without the surcharge"]),
        ..CASE
    },
    Case {
        code: "COST009",
        // 2,400 calls of 60 s bill 90 s each.
        edits: &[(METERED, "increment = \"6/6\"", "increment = \"90/6\"")],
        place: (METERED, "increment = \"90/6\""),
        says: || texts(&["3,600 minutes", "2,400 talked", "90/6", "1.50 times", "1.25"]),
        helps: || texts(&["trunkrisk estimate"]),
        ..CASE
    },
    Case {
        code: "COST010",
        // Ten hours of ten seats at 0.01 against 24.00.
        edits: &[(PLAN, "idle_cost_per_seat_hour = 20.00", "idle_cost_per_seat_hour = 0.01")],
        subject: &[("cause", "rejects")],
        place: (PLAN, "name   = \"rejects\""),
        says: || texts(&["10 h", "1.00 USD", "-23.00 USD"]),
        helps: || texts(&["24.00 USD"]),
        ..CASE
    },
    Case {
        code: "COST011",
        // Monday at 18:00: an hour is over before anybody is back, ten hours as well.
        edits: &[(PLAN, "start     = 2026-12-07T08:00:00", "start = 2026-12-07T18:00:00")],
        subject: &[("cause", "rejects")],
        place: (PLAN, "start = "),
        says: || texts(&["2026-12-07T18:00:00", "10 h"]),
        helps: || texts(&["worst"]),
        ..CASE
    },
    Case {
        code: "COST012",
        edits: &[
            (
                PLAN,
                SIGNAL,
                "signal = \"503\"\nobserved = { incidents = 5, years = 2.0 }\nduration = { fixed = \"1h\" }",
            ),
            (PLAN, "incident = 100.00", "incident = 100.00\nyear = 1000.00"),
        ],
        subject: &[("cause", "rejects")],
        place: (PLAN, "observed = {"),
        says: || texts(&["5 incidents", "fewer than 20"]),
        helps: || texts(&["parameter range"]),
        ..CASE
    },
    Case {
        code: "COST013",
        edits: &[(
            PLAN,
            SIGNAL,
            "signal = \"503\"\nper_year = 1.0\nduration = { lognormal = { median = \"1m\", p95 = \"2h\" } }",
        )],
        subject: &[("cause", "rejects")],
        place: (PLAN, "duration = {"),
        says: || texts(&["1 min", "2 h", "120 times"]),
        helps: || texts(&["longest"]),
        ..CASE
    },
    Case {
        code: "RATE001",
        // From New Year to the first of December: 31 + 28 + 31 + 30 + 31 + 30 + 31 + 31 + 30 + 31 + 30 days.
        edits: &[(METERED, EFFECTIVE, "effective_from = 2026-01-01")],
        subject: TABLE,
        place: (METERED, "effective_from"),
        says: || texts(&["2026-01-01", "334 days", "180 are allowed"]),
        helps: || texts(&["current list"]),
        ..CASE
    },
    Case {
        code: "RATE002",
        edits: &[(METERED, EFFECTIVE, "effective_from = 2026-11-01\nexpires = 2026-11-28")],
        exit: 1,
        subject: TABLE,
        place: (METERED, "expires"),
        says: || texts(&["2026-11-28", "3 days before 2026-12-01"]),
        helps: || texts(&["renew"]),
        ..CASE
    },
    Case {
        code: "RATE003",
        // The scenario begins on the 7th, when there is a price: only today is without one.
        edits: &[(METERED, EFFECTIVE, "effective_from = 2026-12-05")],
        exit: 1,
        subject: &[("destination", "1"), ("table", METERED), ("trunk", "metered")],
        place: (METERED, "effective_from"),
        says: || texts(&["prefix 1", "2026-12-05", "2026-12-01"]),
        helps: || texts(&["in force now"]),
        ..CASE
    },
    Case {
        code: "RATE004",
        edits: &[
            (
                PLAN,
                "{ prefix = \"1\", share = 1.0 },",
                "{ prefix = \"1\", share = 0.97 },\n  { prefix = \"52\", share = 0.03 },",
            ),
            (FLAT, "prefixes  = [\"1\"]", "prefixes  = [\"1\", \"52\"]"),
        ],
        exit: 1,
        blind: &[("COST001", UNPRICED), ("COST004", UNPRICED), ("COST009", UNPRICED), ("COST010", UNPRICED)],
        subject: &[("destination", "52"), ("table", METERED), ("trunk", "metered")],
        place: (PLAN, "prefix = \"52\""),
        says: || texts(&["3.0 %", "`sales`", "prefix 52", METERED]),
        helps: || texts(&["[[rate]] row for 52"]),
        ..CASE
    },
    Case {
        code: "RATE005",
        edits: &[(METERED, "[[rate]]", "[[rate]]\nprefix = \"1907\"\nper_minute = 0.09\n\n[[rate]]")],
        subject: &[("destination", "1"), ("table", METERED), ("trunk", "metered")],
        place: (PLAN, "prefix = \"1\""),
        says: || texts(&["prefix 1 ", "1907", "9 times"]),
        helps: || texts(&["1907"]),
        ..CASE
    },
    Case {
        code: "RATE006",
        edits: &[(METERED, "[[rate]]", "[[rate]]\nprefix = \"1\"\nper_minute = 0.01\n\n[[rate]]")],
        exit: 1,
        subject: &[("destination", "1"), ("table", METERED), ("trunk", "metered")],
        place: (METERED, "prefix     = \"1\""),
        says: || texts(&["two rows for prefix 1"]),
        helps: || texts(&["drop one"]),
        ..CASE
    },
    Case {
        code: "RATE007",
        edits: &[(METERED, "[[rate]]", "[[rate]]\nprefix = \"1907\"\nper_minute = 0.0005\n\n[[rate]]")],
        subject: &[("destination", "1907"), ("table", METERED), ("trunk", "metered")],
        place: (METERED, "prefix = \"1907\""),
        says: || texts(&["prefix 1907", "0.05 times"]),
        helps: || texts(&["carrier's list"]),
        ..CASE
    },
    Case {
        code: "RATE011",
        edits: &[
            (METERED, "currency = \"USD\"", "currency = \"EUR\""),
            (PLAN, "[budget]", "[fx]\nas_of = 2026-12-01\nEUR = 1.0832\n\n[budget]"),
        ],
        subject: TABLE,
        place: (METERED, "currency"),
        says: || texts(&["EUR", "1.0832 USD", "2026-12-01"]),
        helps: || texts(&["[fx]"]),
        ..CASE
    },
    Case {
        code: "RATE012",
        edits: &[(PLAN, "cps               = 10\n", "")],
        subject: &[("table", FLAT), ("trunk", "flat")],
        place: (PLAN, "name              = \"flat\""),
        says: || texts(&["calls per second", "`flat`"]),
        helps: || texts(&["unlimited"]),
        ..CASE
    },
    Case {
        code: "RATE013",
        edits: &[(METERED, EFFECTIVE, "effective_from = 2026-11-01\nexpires = 2027-06-30")],
        subject: TABLE,
        place: (METERED, "expires"),
        says: || texts(&["2027-06-30"]),
        helps: || texts(&["renew"]),
        ..CASE
    },
    Case {
        code: "RATE014",
        edits: &[
            (PLAN, "{ prefix = \"1\", share = 1.0 },", "{ prefix = \"1907\", share = 1.0 },"),
            (
                METERED,
                "[[rate]]",
                "[[rate]]\nprefix = \"1907\"\nper_minute = 0.09\neffective_from = 2027-01-01\n\n[[rate]]",
            ),
        ],
        subject: &[("destination", "1907"), ("table", METERED), ("trunk", "metered")],
        place: (METERED, "prefix = \"1907\""),
        says: || texts(&["prefix 1907", "2027-01-01", "9 times"]),
        helps: || texts(&["2027-01-01"]),
        ..CASE
    },
    Case {
        code: "TRUNK001",
        edits: &[(PLAN, SECOND, "")],
        exit: 1,
        with: &[("CAP002", "one trunk absorbs nothing of its own failure")],
        blind: &[
            ("CAP001", ALONE),
            ("CAP003", ALONE),
            ("CAP004", ALONE),
            ("CAP005", ALONE),
            ("CAP006", ALONE),
            ("CAP007", ALONE),
        ],
        subject: &[("trunk", "flat")],
        place: (PLAN, "name              = \"flat\""),
        says: || texts(&["`flat`", "only trunk"]),
        helps: || texts(&["[[trunk]]"]),
    },
    Case {
        code: "TRUNK002",
        // Capitals and a port make no other host.
        edits: &[(PLAN, "sip.metered.example", "SIP.flat.example:5080")],
        exit: 1,
        subject: &[("trunk", "metered"), ("with", "flat")],
        place: (PLAN, "SIP.flat.example:5080"),
        says: || texts(&["`flat`", "`metered`", "sip.flat.example"]),
        helps: || texts(&["another carrier"]),
        ..CASE
    },
    Case {
        code: "TRUNK003",
        edits: &[(PLAN, "\"internet-b\"", "\"internet-a\"")],
        subject: &[("trunk", "metered"), ("component", "internet-a")],
        place: (PLAN, "depends_on"),
        says: || texts(&["internet-a"]),
        helps: || texts(&["second line"]),
        ..CASE
    },
    Case {
        code: "TRUNK004",
        edits: &[
            (PLAN, "\"internet-a\"", "\"internet-a\", \"upstream:backbone\""),
            (PLAN, "\"internet-b\"", "\"internet-b\", \"upstream:backbone\""),
        ],
        subject: &[("trunk", "metered"), ("component", "upstream:backbone")],
        place: (PLAN, "depends_on"),
        says: || texts(&["upstream:backbone"]),
        helps: || texts(&["another upstream"]),
        ..CASE
    },
    Case {
        code: "TRUNK005",
        edits: &[
            (PLAN, "\"internet-a\"", "\"internet-a\", \"site:hall\""),
            (PLAN, "\"internet-b\"", "\"internet-b\", \"site:hall\""),
        ],
        subject: &[("trunk", "metered"), ("component", "site:hall")],
        place: (PLAN, "depends_on"),
        says: || texts(&["site:hall"]),
        helps: || texts(&["another site"]),
        ..CASE
    },
    Case {
        code: "TRUNK006",
        edits: &[
            (PLAN, "rates/flat.toml", "rates/to-swap.toml"),
            (PLAN, "rates/metered.toml", "rates/flat.toml"),
            (PLAN, "rates/to-swap.toml", "rates/metered.toml"),
        ],
        place: (PLAN, "name              = \"metered\""),
        says: || texts(&["`metered`", "`flat`"]),
        helps: || texts(&["first"]),
        ..CASE
    },
    Case {
        code: "TRUNK007",
        edits: &[(PLAN, QUALIFY_FLAT, "qualify_frequency = \"0s\"")],
        exit: 1,
        subject: &[("trunk", "flat")],
        place: (PLAN, "qualify_frequency = \"0s\""),
        says: || texts(&["`flat`", "never checked"]),
        helps: || texts(&["60s"]),
        ..CASE
    },
    Case {
        code: "TRUNK008",
        // Half of 120 s and all of it, and 3 s for the answer.
        edits: &[(PLAN, QUALIFY_FLAT, "qualify_frequency = \"120s\"")],
        subject: &[("trunk", "flat")],
        place: (PLAN, "qualify_frequency = \"120s\""),
        says: || texts(&["every 2 min", "1 min 3 s on average", "2 min 3 s at worst"]),
        helps: || texts(&["60s"]),
        ..CASE
    },
    Case {
        code: "TRUNK009",
        edits: &[(PLAN, SIGNAL, "signal = \"404\"")],
        subject: &[("cause", "rejects"), ("trunk", "flat")],
        place: (PLAN, "signal = \"404\""),
        says: || texts(&["`rejects`", "`flat`", "20 min", "404"]),
        helps: || texts(&["dialplan"]),
        ..CASE
    },
    Case {
        code: "TRUNK010",
        edits: &[
            (PLAN, SIGNAL, "signal = \"timeout\""),
            (PLAN, "continue_if_busy  = false", "continue_if_busy  = true"),
        ],
        with: &[("TRUNK015", "only Continue if Busy moves silent calls on, and it does so for busy ones as well")],
        subject: &[("campaign", "sales"), ("cause", "rejects"), ("trunk", "flat")],
        place: (PLAN, "dial_timeout"),
        says: || texts(&["`sales`", "25 s", "32 s"]),
        helps: || texts(&["dial timeout"]),
        ..CASE
    },
    Case {
        code: "TRUNK011",
        edits: &[(FLAT, "excess_signal = \"503\"", "excess_signal = \"486\"")],
        subject: &[("trunk", "flat")],
        place: (FLAT, "excess_signal = \"486\""),
        says: || texts(&["`flat`", "486"]),
        helps: || texts(&["dialplan"]),
        ..CASE
    },
    Case {
        code: "TRUNK012",
        // A second trunk that runs through the first.
        edits: &[(PLAN, "\"internet-b\"", "\"flat\"")],
        subject: &[("cause", "rejects")],
        place: (PLAN, "hits   = \"flat\""),
        says: || texts(&["`rejects`", "every trunk"]),
        helps: || texts(&["flat"]),
        ..CASE
    },
    Case {
        code: "TRUNK013",
        edits: &[(METERED, "channels = 100", "channels = 100\ndialers = \"refused\"")],
        exit: 1,
        place: (METERED, "dialers = \"refused\""),
        says: || texts(&["Metered", "`metered`"]),
        helps: || texts(&["allow dialers"]),
        ..CASE
    },
    Case {
        code: "TRUNK014",
        edits: &[(PLAN, "caller_ids        = \"own\"", "caller_ids        = \"primary\"")],
        place: (PLAN, "caller_ids"),
        says: || texts(&["`metered`", "primary's numbers"]),
        helps: || texts(&["numbers of its own"]),
        ..CASE
    },
    Case {
        code: "TRUNK015",
        // 1,200 attempts an hour, four in five unanswered.
        edits: &[(PLAN, "continue_if_busy  = false", "continue_if_busy  = true")],
        subject: &[("trunk", "flat")],
        place: (PLAN, "continue_if_busy"),
        says: || texts(&["960", "`metered`"]),
        helps: || texts(&["pbx.next"]),
        ..CASE
    },
    Case {
        code: "GOV002",
        edits: &[(
            PLAN,
            "[policy]",
            "[[waiver]]\nrule = \"rates-stale\"\ntrunk = \"metered\"\nuntil = 2026-11-30\nceiling = \"400 days\"\nowner = \"desk\"\nreason = \"new list asked for\"\n\n[policy]",
        )],
        subject: &[("waiver", "rates-stale"), ("trunk", "metered")],
        place: (PLAN, "until"),
        says: || texts(&["rates-stale", "desk", "2026-11-30"]),
        helps: || texts(&["renewed"]),
        ..CASE
    },
    Case {
        code: "GOV003",
        edits: &[(
            PLAN,
            "[policy]",
            "[[waiver]]\nrule = \"rates-stale\"\ntrunk = \"metered\"\nuntil = 2026-12-01\nceiling = \"400 days\"\nowner = \"desk\"\nreason = \"new list asked for\"\n\n[policy]",
        )],
        subject: &[("waiver", "rates-stale"), ("trunk", "metered")],
        place: (PLAN, "rule"),
        says: || texts(&["rates-stale", "desk", "covers no finding"]),
        helps: || texts(&["drop it"]),
        ..CASE
    },
    Case {
        code: "GOV004",
        edits: &[
            (METERED, EFFECTIVE, "effective_from = 2026-01-01"),
            (
                PLAN,
                "[policy]",
                "[[waiver]]\nrule = \"rates-stale\"\nuntil = 2026-12-31\nceiling = \"333 days\"\nowner = \"desk\"\nreason = \"new list asked for\"\n\n[policy]",
            ),
        ],
        exit: 1,
        with: &[("RATE001", "a ceiling is passed by a finding, and the finding counts")],
        subject: &[("waiver", "rates-stale"), ("table", METERED), ("trunk", "metered")],
        place: (PLAN, "ceiling"),
        says: || texts(&["desk", "rates-stale", "333 days", "334 days"]),
        helps: || texts(&["333", "desk"]),
        ..CASE
    },
];

/// The families of which every rule has a case.
const FAMILIES: [&str; 5] = ["CAP", "COST", "RATE", "TRUNK", "GOV"];

/// Rules that need a sign-off beside the plan: their cases are in `sign`.
const SIGNED: [&str; 2] = ["GOV005", "GOV006"];

fn assert_says(what: &str, text: &str, wanted: &[String]) {
    for part in wanted {
        assert!(text.contains(part.as_str()), "{what}: {part:?} is not in {text:?}");
    }
}

#[test]
fn nothing_fires_on_the_base() {
    let run = Floor::new(&[]).json(&[]);
    assert_eq!((run.exit, run.codes(), run.blind()), (0, vec![], vec![]));
    assert_eq!(run.document["status"], "pass");
    let rules = rules().filter(|rule| rule.judge.is_some()).count();
    assert_eq!(run.document["summary"]["passed"], rules);
}

#[test]
fn every_rule_has_a_case() {
    // Those about a change or a sign-off have their cases beside its other tests.
    let here = rules().filter(|rule| !needs_base(rule)).map(|rule| rule.code);
    let wanted: Vec<&str> =
        here.filter(|code| !SIGNED.contains(code) && FAMILIES.iter().any(|family| code.starts_with(family))).collect();
    let cases: Vec<&str> = CASES.iter().map(|case| case.code).collect();
    assert_eq!(cases, wanted);
}

#[test]
fn every_rule_fires_alone() {
    for case in CASES {
        let code = case.code;
        let rule = rules().find(|rule| rule.code == code).unwrap();
        let floor = Floor::new(case.edits);
        let run = floor.json(&[]);
        let wanted: BTreeSet<&str> = case.with.iter().map(|(with, _)| *with).chain([code]).collect();
        assert_eq!(run.codes().iter().copied().collect::<BTreeSet<_>>(), wanted, "{code}");
        assert_eq!(run.codes().len(), wanted.len(), "{code}: {:?}", run.codes());
        assert_eq!(run.blind(), case.blind.iter().map(|(blind, _)| *blind).collect::<Vec<_>>(), "{code}");
        assert_eq!((run.exit, &run.document["exit"]), (case.exit, &Value::from(case.exit)), "{code}");

        let finding = run.of(code);
        assert_eq!(finding["name"], rule.name, "{code}");
        assert_eq!(finding["level"], rule.level.name(), "{code}");
        assert_eq!(finding["waived_by"], Value::Null, "{code}");
        let subject = finding["subject"].as_object().unwrap();
        let wanted: BTreeSet<(&str, &str)> = case.subject.iter().copied().collect();
        let got: BTreeSet<(&str, &str)> = subject.iter().map(|(k, v)| (k.as_str(), v.as_str().unwrap())).collect();
        assert_eq!(got, wanted, "{code}");

        let place = &finding["where"][0];
        assert_eq!(place["path"], case.place.0, "{code}");
        let text = floor.text(case.place.0);
        let line = text.lines().nth(place["line"].as_u64().unwrap() as usize - 1).unwrap();
        assert!(line.contains(case.place.1), "{code}: {line:?} is not the line of {:?}", case.place.1);

        assert_says(code, finding["message"].as_str().unwrap(), &(case.says)());
        assert_says(code, finding["help"].as_str().unwrap(), &(case.helps)());
    }
}

#[test]
fn fingerprints_follow_the_subject_and_not_the_line() {
    for case in CASES {
        let code = case.code;
        let floor = Floor::new(case.edits);
        let before = floor.json(&[]);
        let prints: BTreeSet<&str> = before.findings().iter().map(|f| f["fingerprint"].as_str().unwrap()).collect();
        assert_eq!(prints.len(), before.findings().len(), "{code}: one each");
        let plan = floor.text(PLAN);
        floor.write(PLAN, &format!("\n\n\n{plan}"));
        let shifted = floor.json(&[]);
        let (old, new) = (before.of(code), shifted.of(code));
        assert_eq!(old["fingerprint"], new["fingerprint"], "{code}");
        let line = |finding: &Value| finding["where"][0]["line"].as_u64().unwrap();
        assert_eq!(line(new) - line(old), if old["where"][0]["path"] == PLAN { 3 } else { 0 }, "{code}");

        let names = [("\"metered\"", "\"other\""), ("\"flat\"", "\"first\""), ("\"rejects\"", "\"refuses\"")];
        let renamed = names.iter().fold(plan, |plan, (from, to)| plan.replace(from, to));
        floor.write(PLAN, &renamed);
        // A budget has no name; whatever else is found belongs to something that has.
        let named = case.subject.iter().any(|(_, name)| names.iter().any(|(from, _)| from.trim_matches('"') == *name));
        assert_eq!(old["fingerprint"] != floor.json(&[]).of(code)["fingerprint"], named, "{code}");
    }
}

/// A stale table: `rates-stale`, a warning that measures 334 days.
const STALE: Edit = (METERED, EFFECTIVE, "effective_from = 2026-01-01");

#[test]
fn levels_of_the_plan_and_over_them_of_the_command_line() {
    let with = |levels: &str| {
        let floor = Floor::new(&[STALE]);
        floor.write(PLAN, &format!("{}\nrules = {levels}\n", floor.text(PLAN).trim_end()));
        floor
    };
    let level = |run: &Run| run.findings().first().map(|f| f["level"].as_str().unwrap().to_owned());
    let denied = with("{ \"rates-stale\" = \"deny\" }");
    let run = denied.json(&[]);
    assert_eq!((run.exit, level(&run).as_deref()), (1, Some("deny")));
    for (option, exit, wanted) in
        [("--warn", 0, Some("warn")), ("--note", 0, Some("note")), ("--allow", 0, None), ("--deny", 1, Some("deny"))]
    {
        for rule in ["rates-stale", "RATE001", "rate001"] {
            let run = denied.json(&[option, rule]);
            assert_eq!((run.exit, level(&run).as_deref()), (exit, wanted), "{option} {rule}");
        }
    }
    let allowed = with("{ \"rates-stale\" = \"allow\" }");
    let run = allowed.json(&[]);
    assert_eq!((run.exit, run.codes()), (0, vec![]));
    assert_eq!(allowed.json(&["--deny", "rates-stale"]).exit, 1);
    // Of several options for one rule the strictest holds.
    assert_eq!(allowed.json(&["--deny", "rates-stale", "--allow", "rates-stale"]).exit, 1);
    // A level for one rule says nothing about another.
    assert_eq!(denied.json(&["--warn", "rates-expired"]).exit, 1);
}

#[test]
fn a_rule_that_is_none_is_no_rule() {
    let floor = Floor::new(&[]);
    for args in [["--deny", "rates-stael"], ["--allow", "NOPE01"], ["--warn", "unknown-key"], ["--note", "IN003"]] {
        let output = floor.check(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    let error = String::from_utf8(floor.check(&["--deny", "rates-stael"]).stderr).unwrap();
    assert!(error.contains("did you mean `rates-stale`?"), "{error}");
    for rule in ["rates-stael", "unknown-key"] {
        floor.write(
            PLAN,
            &Floor::new(&[]).text(PLAN).replace("[policy]", &format!("[policy]\nrules = {{ \"{rule}\" = \"deny\" }}")),
        );
        let run = floor.json(&[]);
        assert_eq!((run.exit, run.codes()), (2, vec!["IN014"]), "{rule}");
    }
}

/// A plan with waivers, each given by its rule and further lines.
fn waived(edits: &[Edit], waivers: &[(&str, &str)]) -> Floor {
    let floor = Floor::new(edits);
    let mut plan = floor.text(PLAN);
    for (rule, more) in waivers {
        plan += &format!("\n[[waiver]]\nrule = \"{rule}\"\nowner = \"desk\"\nreason = \"ticket 4711\"\n{more}\n");
    }
    floor.write(PLAN, &plan);
    floor
}

#[test]
fn a_waiver_covers_up_to_its_ceiling_and_its_last_day() {
    let run = |more: &str| waived(&[STALE], &[("rates-stale", more)]).json(&["--deny", "rates-stale"]);
    // The last day counts, and so does a ceiling that is met exactly.
    for (until, ceiling) in [("2026-12-31", "400"), ("2026-12-01", "334"), ("2026-12-01", "334.0")] {
        let run = run(&format!("until = {until}\nceiling = \"{ceiling} days\""));
        assert_eq!((run.exit, run.codes()), (0, vec!["RATE001"]), "{until} {ceiling}");
        let by = &run.of("RATE001")["waived_by"];
        assert_eq!((&by["owner"], &by["until"], &by["reason"]), (&"desk".into(), &until.into(), &"ticket 4711".into()));
        assert_eq!((&run.document["summary"]["waived"], &run.document["summary"]["deny"]), (&1.into(), &0.into()));
    }
    let expired = run("until = 2026-11-30\nceiling = \"400 days\"");
    assert_eq!((expired.exit, expired.codes()), (1, vec!["RATE001", "GOV002"]));
    assert_eq!(expired.of("RATE001")["waived_by"], Value::Null);
    let passed = run("until = 2026-12-31\nceiling = \"333.999 days\"");
    assert_eq!((passed.exit, passed.codes()), (1, vec!["GOV004", "RATE001"]));
    assert_eq!(passed.of("RATE001")["waived_by"], Value::Null);
    // A month later the waiver is over: as_of decides, and nothing else.
    let later = waived(&[STALE], &[("rates-stale", "until = 2026-12-31\nceiling = \"400 days\"")]);
    let later = later.json(&["--as-of", "2027-01-01", "--set", "scenario.start=2027-01-04T08:00:00"]);
    assert!(later.codes().contains(&"GOV002") && later.of("RATE001")["waived_by"].is_null());
}

#[test]
fn a_waiver_is_as_narrow_as_its_subjects() {
    let covers = |edits: &[Edit], rule: &str, more: &str, code: &str| {
        let run = waived(edits, &[(rule, &format!("until = 2026-12-31\n{more}"))]).json(&[]);
        let covered = !run.of(code)["waived_by"].is_null();
        assert_eq!(covered, !run.codes().contains(&"GOV003"), "{rule} {more}: unused or not");
        covered
    };
    let days = "ceiling = \"400 days\"";
    for (subject, wanted) in [
        ("trunk = \"metered\"", true),
        ("trunk = \"flat\"", false),
        ("table = \"rates/metered.toml\"", true),
        ("table = \"rates/flat.toml\"", false),
        ("trunk = \"metered\"\ntable = \"rates/metered.toml\"", true),
        ("trunk = \"metered\"\ntable = \"rates/flat.toml\"", false),
        // A finding that names no cause is no finding about this cause.
        ("cause = \"rejects\"", false),
    ] {
        assert_eq!(covers(&[STALE], "rates-stale", &format!("{subject}\n{days}"), "RATE001"), wanted, "{subject}");
    }
    let row: Edit = (METERED, "[[rate]]", "[[rate]]\nprefix = \"1907\"\nper_minute = 0.09\n\n[[rate]]");
    let share: Edit = (
        PLAN,
        "{ prefix = \"1\", share = 1.0 },",
        "{ prefix = \"1\", share = 0.9 },\n  { prefix = \"1212\", share = 0.1 },",
    );
    for (prefix, wanted) in [("1", true), ("1212", false)] {
        let more = format!("destination = \"{prefix}\"\nceiling = \"10 times\"");
        assert_eq!(covers(&[row, share], "coarse-destination", &more, "RATE005"), wanted, "{prefix}");
    }
    // Two causes pass the budget: a waiver for one leaves the other.
    let budget: Edit = (PLAN, "incident = 100.00", "incident = 20.00");
    let second: Edit =
        (PLAN, "[scenario]", "[[cause]]\nname = \"rejects too\"\nhits = \"flat\"\nsignal = \"500\"\n\n[scenario]");
    let slow: Edit = (PLAN, RESPONSE, "operator_response = \"10h\"");
    for (rule, ceiling, code) in
        [("incident-over-budget", "ceiling = \"30.00 USD\"", "COST001"), ("burn-too-fast", "", "COST004")]
    {
        let floor =
            waived(&[budget, second, slow], &[(rule, &format!("until = 2026-12-31\ncause = \"rejects\"\n{ceiling}"))]);
        let run = floor.json(&[]);
        let open: Vec<&Value> =
            run.findings().iter().filter(|f| f["code"] == code && f["waived_by"].is_null()).collect();
        assert_eq!((run.exit, open.len()), (1, 1), "{rule}");
        assert_eq!(open[0]["subject"]["cause"], "rejects too");
    }
    let campaign: &[Edit] =
        &[(PLAN, SIGNAL, "signal = \"timeout\""), (PLAN, "continue_if_busy  = false", "continue_if_busy  = true")];
    assert!(covers(campaign, "dial-timeout-before-failover", "campaign = \"sales\"", "TRUNK010"));
}

#[test]
fn findings_about_waivers_can_be_waived_and_the_waiver_is_then_used() {
    let unused = ("rates-expired", "until = 2026-12-31\nceiling = \"9 days\"");
    let run = waived(&[], &[unused, ("waiver-unused", "until = 2026-12-31")]).json(&["--deny", "waiver-unused"]);
    assert_eq!((run.exit, run.codes()), (0, vec!["GOV003"]));
    assert!(!run.of("GOV003")["waived_by"].is_null());
    let idle = waived(&[], &[("waiver-unused", "until = 2026-12-31")]).json(&["--deny", "waiver-unused"]);
    assert_eq!((idle.exit, idle.codes()), (1, vec!["GOV003"]));
}

const NO_BUDGET: Edit = (PLAN, "[budget]\nincident = 100.00\n", "");
/// What nobody can judge without a budget.
const OF_BUDGETS: [&str; 5] = ["COST001", "COST002", "COST003", "COST004", "COST005"];

#[test]
fn what_is_not_judged_blocks_unless_the_plan_says_otherwise() {
    let floor = Floor::new(&[NO_BUDGET]);
    let run = floor.json(&[]);
    assert_eq!((run.exit, run.blind(), run.codes()), (3, OF_BUDGETS.to_vec(), vec![]));
    assert_eq!(run.document["status"], "not-judged");
    assert_eq!(floor.json(&["--exit-zero"]).exit, 3);
    // Denied beats not judged.
    let denied = floor.json(&["--set", "trunk.metered.channels=2"]);
    assert_eq!((denied.exit, &denied.document["status"]), (1, &"fail".into()));
    assert_eq!(floor.json(&["--set", "trunk.metered.channels=2", "--exit-zero"]).exit, 0);
    for level in ["warn", "note", "allow"] {
        let rules = rules().filter(|rule| OF_BUDGETS.contains(&rule.code));
        let levels: Vec<String> = rules.map(|rule| format!("\"{}\" = \"{level}\"", rule.name)).collect();
        let levels = format!("[policy]\nrules = {{ {} }}", levels.join(", "));
        let floor = Floor::new(&[NO_BUDGET]);
        floor.write(PLAN, &floor.text(PLAN).replace("[policy]", &levels));
        let run = floor.json(&[]);
        assert_eq!((run.exit, run.blind().is_empty()), (0, level == "allow"), "{level}");
    }
    // A waiver covers findings, not ignorance; and it is not called unused while nobody knows.
    let more = "until = 2026-12-31\nceiling = \"30.00 USD\"";
    let run = waived(&[NO_BUDGET], &[("incident-over-budget", more)]).json(&[]);
    assert_eq!((run.exit, run.codes()), (3, vec![]));
}

#[test]
fn exit_zero_maps_one_and_nothing_else() {
    assert_eq!(Floor::new(&[]).json(&["--exit-zero"]).exit, 0);
    let failing = Floor::new(&[(PLAN, CHANNELS, "channels          = 2")]);
    assert_eq!(failing.json(&[]).exit, 1);
    let run = failing.json(&["--exit-zero"]);
    assert_eq!((run.exit, &run.document["status"], &run.document["exit"]), (0, &"fail".into(), &0.into()));
    let broken = Floor::new(&[(PLAN, CHANNELS, "chanels = 2")]);
    assert_eq!(broken.json(&["--exit-zero"]).exit, 2);
    assert_eq!(Floor::new(&[NO_BUDGET]).json(&["--exit-zero"]).exit, 3);
}

const MEXICO: [Edit; 2] = [
    (
        PLAN,
        "{ prefix = \"1\", share = 1.0 },",
        "{ prefix = \"1\", share = 0.97 },\n  { prefix = \"52\", share = 0.03 },",
    ),
    (FLAT, "prefixes  = [\"1\"]", "prefixes  = [\"1\", \"52\"]"),
];

#[test]
fn a_destination_without_a_rate_makes_totals_least_amounts() {
    let floor = Floor::new(&MEXICO);
    let run = floor.json(&[]);
    assert_eq!(run.document["complete"], false);
    let scenario = &run.document["scenarios"][1];
    assert_eq!(scenario["complete"], false);
    // 97 % of 24.00.
    let spend: f64 = scenario["spend"].as_str().unwrap().parse().unwrap();
    assert!((spend - 24.0 * 0.97 * (1.0 - lost(10.0, 5, 30))).abs() < 1e-9, "{spend}");
    let text = String::from_utf8(floor.check(&[]).stdout).unwrap();
    assert!(text.contains("≥ 23.28"), "{text}");
    // Allowed or waived, the money is still not known.
    assert_eq!(floor.json(&["--allow", "destination-without-rate"]).exit, 3);
    let waiver = ("destination-without-rate", "until = 2026-12-31\ndestination = \"52\"");
    assert_eq!(waived(&MEXICO, &[waiver]).json(&[]).exit, 3);
    // Over budget all the same is over budget, and within no ceiling.
    let over = [MEXICO[0], MEXICO[1], (PLAN, "incident = 100.00", "incident = 20.00")];
    let waivers = [waiver, ("incident-over-budget", "until = 2026-12-31\nceiling = \"1000.00 USD\"")];
    let run = waived(&over, &waivers).json(&[]);
    assert_eq!(run.exit, 1);
    assert!(run.of("COST001")["message"].as_str().unwrap().contains("≥ 23.28 USD"));
    assert!(run.of("COST001")["waived_by"].is_null() && run.codes().contains(&"GOV004"));
    // A balance may run dry sooner than the known prices say.
    for cap in ["prepaid = { balance = 1000.00 }", "daily_spend = { limit = 1000.00, resets = \"UTC\" }"] {
        let capped = Floor::new(&MEXICO);
        capped.write(METERED, &capped.text(METERED).replace("channels = 100", &format!("channels = 100\n{cap}")));
        let code = if cap.starts_with("prepaid") { "COST006" } else { "COST007" };
        let run = capped.json(&[]);
        assert!(run.blind().contains(&code) && !run.codes().contains(&code), "{cap}: {:?}", run.blind());
    }
    // Without a response to compare with, what is not known is not judged either.
    let nobody = [MEXICO[0], MEXICO[1], (PLAN, RESPONSE, "")];
    assert!(Floor::new(&nobody).json(&[]).blind().contains(&"COST004"));
}

#[test]
fn a_table_that_is_not_yet_in_force_prices_nothing() {
    let floor = Floor::new(&[(METERED, EFFECTIVE, "effective_from = 2026-12-08")]);
    let run = floor.json(&[]);
    assert_eq!((run.exit, run.codes()), (1, vec!["RATE003"]));
    assert_eq!(run.document["complete"], false);
    assert!(run.blind().contains(&"COST001"));
    // On its first day it is in force.
    let first = floor.json(&["--as-of", "2026-12-08", "--set", "scenario.start=2026-12-09T08:00:00"]);
    assert_eq!((first.exit, first.codes(), &first.document["complete"]), (0, vec![], &true.into()));
}

#[test]
fn limits_that_nobody_states_are_no_limits_and_no_pass() {
    let unstated: [Edit; 2] = [(PLAN, "cps               = 5\n", ""), (METERED, "cps      = 50\n", "")];
    let run = Floor::new(&unstated).json(&[]);
    assert_eq!((run.exit, run.codes()), (3, vec!["RATE012"]));
    assert_eq!(run.blind(), ["CAP001", "CAP002", "CAP004", "CAP005", "CAP006"]);
    // With two channels no number of calls per second would do.
    let too_few = [unstated[0], unstated[1], (PLAN, CHANNELS, "channels          = 2")];
    let run = Floor::new(&too_few).json(&[]);
    assert_eq!(run.exit, 1);
    assert!(["CAP001", "CAP002", "CAP003"].iter().all(|code| run.codes().contains(code)), "{:?}", run.codes());
    assert_eq!(run.blind(), ["CAP004", "CAP005"]);
    // What is lost at least is within no ceiling.
    let waivers =
        ["blocking-above-target", "floor-not-absorbed"].map(|rule| (rule, "until = 2026-12-31\nceiling = \"99 %\""));
    let run = waived(&too_few, &waivers).json(&[]);
    assert_eq!(run.exit, 1);
    assert!(run.of("CAP001")["waived_by"].is_null() && run.of("CAP002")["waived_by"].is_null());
    let stated = waived(&[too_few[2]], &waivers).json(&[]);
    assert_eq!(stated.exit, 0, "{:?}", stated.codes());
    // Stated to be without limit is stated.
    let unlimited: [Edit; 1] = [(PLAN, "cps               = 5\n", "cps = \"unlimited\"\n")];
    let run = Floor::new(&[unlimited[0], unstated[1]]).json(&[]);
    assert_eq!((run.exit, run.codes(), run.blind()), (0, vec![], vec![]));
}

#[test]
fn the_limit_that_refuses_is_the_one_shown() {
    let place = |edits: &[Edit], code: &str| {
        let floor = Floor::new(edits);
        let run = floor.json(&[]);
        let place = run.of(code)["where"][0].clone();
        let path = place["path"].as_str().unwrap().to_owned();
        let line = floor.text(&path).lines().nth(place["line"].as_u64().unwrap() as usize - 1).unwrap().to_owned();
        (path, line)
    };
    // Calls per second refuse, channels do not.
    let slow: [Edit; 1] = [(PLAN, CPS, "cps               = 1\n")];
    for code in ["CAP001", "CAP002", "CAP004"] {
        assert_eq!(place(&slow, code), (PLAN.to_owned(), "cps               = 1".to_owned()), "{code}");
    }
    // The table's limit is the smaller one.
    let table: [Edit; 1] = [(METERED, "channels = 100", "channels = 9")];
    for code in ["CAP001", "CAP002", "CAP003"] {
        assert_eq!(place(&table, code).0, METERED, "{code}");
    }
    // The trunk's own word on channels where the table has none.
    let own: [Edit; 2] = [(METERED, "channels = 100\n", ""), (PLAN, CHANNELS, "channels          = 9")];
    assert_eq!(place(&own, "CAP001").1, "channels          = 9");
}

#[test]
fn an_interval_with_less_traffic_but_more_attempts_is_judged_too() {
    // At night four seats dial numbers that are dead at once: 2 s an attempt, 3,600 of them an hour per seat.
    let night: Edit = (
        PLAN,
        "[[trunk]]\nname              = \"flat\"",
        "[[campaign]]\nname = \"night\"\nseats = 4\nshifts = [{ hours = \"Mo-Fr 20:00-22:00\", seats = 4 }]\nattempts_per_seat_hour = 3600\nsetup_time = \"2s\"\nidle_cost_per_seat_hour = 20.00\noutcomes = [{ name = \"dead\", share = 1.0, ring = \"0s\" }]\ndestinations = [{ prefix = \"1\", share = 1.0 }]\n\n[[trunk]]\nname              = \"flat\"",
    );
    let run = Floor::new(&[night]).json(&[]);
    assert_eq!(run.document["capacity"]["busiest"]["seats"], 10);
    assert_eq!(run.exit, 1, "{:?}", run.codes());
    // 4 attempts a second on 5 calls per second, and 8 erlang on 30 channels.
    let lost = erlang_b(4.0, 5) + (1.0 - erlang_b(4.0, 5)) * erlang_b(8.0 * (1.0 - erlang_b(4.0, 5)), 30);
    for (code, share) in [("CAP001", lost), ("CAP002", 1.0 - lost)] {
        let finding = run.of(code);
        let message = finding["message"].as_str().unwrap();
        assert_says(code, message, &[percent(share), "4 seats staffed".to_owned(), "T20:00".to_owned()]);
        assert_eq!(finding["where"][0]["label"], "30 channels, 5 calls per second");
        assert_says(code, finding["help"].as_str().unwrap(), &["4 attempts per second".to_owned()]);
    }
    assert!(run.codes().contains(&"CAP004"));
}

/// A second campaign in the evening, when the other one is closed.
fn evening(seats: u32, keys: &str, ring: &str) -> String {
    format!(
        "[[campaign]]\nname = \"evening\"\nseats = {seats}\nshifts = [{{ hours = \"Mo-Fr 20:00-22:00\", seats = {seats} }}]\nsetup_time = \"2s\"\nidle_cost_per_seat_hour = 20.00\n{keys}\noutcomes = [{{ name = \"dead\", share = 1.0, ring = \"{ring}\" }}]\ndestinations = [{{ prefix = \"1\", share = 1.0 }}]\n\n"
    )
}

/// The base with edits and another campaign before its trunks.
fn with_evening(edits: &[Edit], campaign: &str) -> Floor {
    let floor = Floor::new(edits);
    let text = floor.text(PLAN);
    let at = text.find("[[trunk]]").unwrap();
    floor.write(PLAN, &format!("{}{campaign}{}", &text[..at], &text[at..]));
    floor
}

#[test]
fn a_cause_is_judged_at_every_interval_and_not_at_the_busiest_alone() {
    // Silence that nobody ends: after 32 s a call moves on, if its dialer is still there. By day all are.
    let silent: [Edit; 4] = [
        (PLAN, SIGNAL, "signal = \"timeout\""),
        (PLAN, RESPONSE, ""),
        (PLAN, QUALIFY_FLAT, "qualify_frequency = \"0s\"\ncontinue_if_busy  = true"),
        (PLAN, "dial_timeout            = \"25s\"", "dial_timeout = \"40s\""),
    ];
    assert!(!Floor::new(&silent).json(&[]).codes().contains(&"CAP002"));
    let patient = evening(2, "attempts_per_seat_hour = 120\ndial_timeout = \"40s\"", "20s");
    assert!(!with_evening(&silent, &patient).json(&[]).codes().contains(&"CAP002"));
    let hasty = evening(2, "attempts_per_seat_hour = 120\ndial_timeout = \"25s\"", "20s");
    let run = with_evening(&silent, &hasty).json(&[]);
    let finding = run.of("CAP002");
    assert_eq!(run.exit, 1);
    assert_eq!(finding["subject"]["cause"], "rejects");
    let message = finding["message"].as_str().unwrap();
    assert_says("CAP002", message, &texts(&["0.0 %", "95.0 %", "2 seats staffed", "T20:00", "100.0 %"]));
    let cause = &run.document["capacity"]["causes"][0];
    assert_eq!(cause["worst"]["absorbed"], 0.0);
    assert!(cause["absorbed"].as_f64().unwrap() > 0.99);
}

#[test]
fn a_waivers_ceiling_is_held_against_the_worst_interval() {
    // By day 13 channels lose less than a third; in the evening 3,600 attempts an hour and seat lose far more on 2 calls
    // per second.
    let tight: [Edit; 2] = [(PLAN, CHANNELS, "channels          = 13"), (PLAN, CPS, "cps               = 2\n")];
    let run = with_evening(&tight, &evening(4, "attempts_per_seat_hour = 3600", "0s")).json(&[]);
    let finding = run.of("CAP002");
    let refused = erlang_b(4.0, 2);
    let carried = (1.0 - refused) * (1.0 - erlang_b(8.0 * (1.0 - refused), 13));
    assert!(carried < 1.0 - lost(10.0, 2, 13));
    assert_says("CAP002", finding["message"].as_str().unwrap(), &[percent(carried), "T20:00".to_owned()]);
    let measure: f64 = finding["measure"].as_str().unwrap().parse().unwrap();
    assert!((measure - (1.0 - carried) * 100.0).abs() < 0.1, "{measure}");
}

#[test]
fn a_cap_that_only_the_surcharge_on_short_calls_uses_up_is_not_judged() {
    // Ten hours of 2,400 calls: 24.00, and 24.00 on top, as every call is short.
    let surcharge: Edit = (
        METERED,
        "monthly = 10.00",
        "monthly = 10.00\nshort_calls = { up_to = \"60s\", allowed = 0.15, over = \">\", min_calls = 100, fee = 0.01, on = \"all\" }",
    );
    let prepaid = |balance: &'static str| [surcharge, (METERED, "channels = 100", balance)];
    let run = Floor::new(&prepaid("channels = 100\nprepaid = { balance = 40.00 }")).json(&[]);
    assert_eq!((run.exit, run.codes(), run.blind()), (3, vec!["COST008"], vec!["COST006"]));
    let run = Floor::new(&prepaid("channels = 100\nprepaid = { balance = 49.00 }")).json(&[]);
    assert_eq!((run.exit, run.blind()), (0, vec![]));
    let run = Floor::new(&prepaid("channels = 100\ndaily_spend = { limit = 40.00, resets = \"UTC\" }")).json(&[]);
    assert_eq!((run.exit, run.blind()), (3, vec!["COST007"]));
    assert_eq!(run.document["scenarios"][1]["caps_with_surcharge"][0]["trunk"], "metered");
    // Midnight in Manila is 16:00: eight hours of one day, and two of the next.
    let run =
        Floor::new(&prepaid("channels = 100\ndaily_spend = { limit = 40.00, resets = \"Asia/Manila\" }")).json(&[]);
    assert_eq!((run.exit, run.blind()), (0, vec![]));
    // Without the surcharge nothing is in doubt.
    let plain = [(METERED, "channels = 100", "channels = 100\nprepaid = { balance = 40.00 }")];
    assert_eq!(Floor::new(&plain).json(&[]).exit, 0);
}

#[test]
fn of_a_start_that_clocks_show_twice_the_earlier_is_taken_and_said() {
    let zone: Edit = (PLAN, "timezone = \"UTC\"", "timezone = \"America/Denver\"");
    let start: Edit = (PLAN, "start     = 2026-12-07T08:00:00", "start = 2027-11-07T01:30:00");
    let run = Floor::new(&[zone, start]).json(&[]);
    assert_eq!((run.exit, run.codes()), (0, vec!["COST011"]));
    assert_eq!(run.document["scenarios"][0]["start"], "2027-11-07T01:30:00-06:00");
    let said = run.document["assumptions"]["scenario.start"]["value"].as_str().unwrap();
    assert!(said.contains("2027-11-07T01:30:00-06:00"), "{said}");
    // Ten hours from seven on reach the floor at eight, one hour does not.
    let early: Edit = (PLAN, "start     = 2026-12-07T08:00:00", "start = 2026-12-07T07:00:00");
    let run = Floor::new(&[early]).json(&[]);
    assert_eq!(run.codes(), ["COST011"]);
    assert_says("COST011", run.of("COST011")["message"].as_str().unwrap(), &texts(&["1 h of `rejects`", "closed"]));
}

#[test]
fn what_is_taken_for_granted_is_said() {
    let said = |edits: &[Edit], key: &str| {
        let run = Floor::new(edits).json(&[]);
        let assumption = &run.document["assumptions"][key];
        format!("{}: {}", assumption["value"].as_str().unwrap_or("?"), assumption["why"].as_str().unwrap_or("?"))
    };
    let freepbx: [Edit; 1] = [(PLAN, "freepbx           = 17", "freepbx = 99")];
    assert_eq!(said(&freepbx, "pbx.freepbx"), "as 17: FreePBX 99 is newer than those known");
    let asterisk: [Edit; 1] = [(PLAN, "\"22.10\"", "\"99.1\"")];
    assert_eq!(said(&asterisk, "pbx.asterisk"), "as the last 23: Asterisk 99.1 is newer than those known");
    let known: [Edit; 1] = [(PLAN, "\"22.10\"", "\"23.9\"")];
    assert_eq!(said(&known, "pbx.asterisk"), "?: ?");
    // Two trunks over one table have its 100 channels each.
    let shared = said(&[SPARE], &format!("limits of {METERED}"));
    assert_eq!(shared, "each trunk has them for itself: `metered` and `spare` name the same table");
    let unlimited: Edit = (METERED, "channels = 100\ncps      = 50", "channels = \"unlimited\"\ncps = \"unlimited\"");
    assert_eq!(said(&[SPARE, unlimited], &format!("limits of {METERED}")), "?: ?");
}

#[test]
fn limits_are_judged_at_the_interval_that_asks_for_most() {
    // 80 lines on 5 calls per second and 30 channels; 11 lines by day, and no cap on them.
    let lines = evening(4, "attempts_per_seat_hour = 300\nlines_per_seat = 20.0", "20s");
    let run = with_evening(&[(PLAN, "surge               = \"60s\"", "surge = \"15s\"")], &lines).json(&[]);
    assert_eq!(run.codes(), ["CAP005", "CAP007"]);
    assert_says("CAP005", run.of("CAP005")["message"].as_str().unwrap(), &texts(&["80 lines", "T20:00", "16 s"]));
    assert_says(
        "CAP007",
        run.of("CAP007")["message"].as_str().unwrap(),
        &texts(&["80 lines", "T20:00", "30 channels"]),
    );
    // 1.3 attempts a second pass 5 calls per second at 1 %, a fifth seat's do not.
    assert!(erlang_b(1.3, 5) < 0.01 && erlang_b(1.625, 5) > 0.01);
    let run = with_evening(&[], &evening(4, "attempts_per_seat_hour = 1170", "0s")).json(&[]);
    assert_eq!(run.codes(), ["CAP006"]);
    let message = run.of("CAP006")["message"].as_str().unwrap();
    assert_says(
        "CAP006",
        message,
        &texts(&["carry 4 seats", "4 are staffed, first from", "T20:00", "5 with the headroom"]),
    );
    // Calls that are dead at once need calls per second, not channels.
    let run = with_evening(&[SPARE], &evening(4, "attempts_per_seat_hour = 3600", "0s")).json(&[]);
    assert_eq!(run.codes(), ["CAP004"]);
    let says = texts(&["5 calls per second", &percent(erlang_b(4.0, 5)), "4 attempts per second", "T20:00"]);
    assert_says("CAP004", run.of("CAP004")["message"].as_str().unwrap(), &says);
}

#[test]
fn a_cause_that_nobody_ends_is_shown_as_the_reason_and_not_a_trunks_limit() {
    let floor = Floor::new(&[(PLAN, SIGNAL, "signal = \"404\""), (PLAN, RESPONSE, "")]);
    let run = floor.json(&[]);
    assert_eq!(run.exit, 1);
    let finding = run.of("CAP002");
    assert_eq!(finding["subject"]["cause"], "rejects");
    assert_eq!(finding["subject"]["trunk"], "flat");
    let line = finding["where"][0]["line"].as_u64().unwrap() as usize;
    assert!(floor.text(PLAN).lines().nth(line - 1).unwrap().contains("signal"));
    assert_says("CAP002", finding["message"].as_str().unwrap(), &texts(&["0.0 %", "95.0 %", "100.0 %"]));
}

#[test]
fn one_shortage_is_said_once() {
    // The primary's failure and a cause that moves every call on leave the same trunks to the same attempts.
    let run = Floor::new(&[(PLAN, CHANNELS, "channels          = 2")]).json(&[]);
    assert_eq!(run.codes().iter().filter(|code| **code == "CAP002").count(), 1);
}

#[test]
fn a_row_that_another_has_replaced_is_not_hidden_below_a_destination() {
    let rows = |day: &str| {
        let floor = Floor::new(&[]);
        floor.write(
            METERED,
            &format!(
                "{}\n[[rate]]\nprefix = \"1907\"\nper_minute = 0.09\neffective_from = 2026-11-02\n\n[[rate]]\nprefix = \"1907\"\nper_minute = 0.01\neffective_from = {day}\n",
                floor.text(METERED)
            ),
        );
        floor.json(&[])
    };
    assert_eq!(rows("2026-12-01").codes(), Vec::<&str>::new());
    assert_eq!(rows("2026-12-02").codes(), ["RATE005"]);
}

/// What prices the calls of a code that its carrier takes back is said, not that its rate is carried on.
#[test]
fn a_code_that_is_taken_back_within_the_year_is_told() {
    let head = "Country,Description,Prefix,Effective from,Rate Id,Forbidden,Discontinued,Price 1,Price N,Interval 1,Interval N";
    let said = |rows: &str| {
        let floor = Floor::new(&[]);
        let table = floor.text(METERED);
        let table = table
            .split("[[rate]]")
            .next()
            .unwrap()
            .replace(EFFECTIVE, &format!("{EFFECTIVE}\ndeck = {{ file = \"deck.csv\" }}"));
        floor.write(METERED, &table);
        floor.write("rates/deck.csv", &format!("{head}\n{rows}"));
        let run = floor.json(&[]);
        let found = run.codes().join(" ");
        let messages: Vec<String> = run.findings().iter().map(|f| f["message"].as_str().unwrap().to_owned()).collect();
        (found, messages.join("; "))
    };
    let gone = |day: &str| format!(",,1,,,0,0,0.01,0.01,6,6\n,,1,{day},,0,1,0.01,0.01,6,6\n");
    let (codes, messages) = said(&gone("2027-03-01"));
    assert_eq!(codes, "RATE013");
    assert!(
        messages.contains("prefix 1 is taken back by rates/metered.toml from 2027-03-01: from then on nothing prices"),
        "{messages}"
    );
    // Not within the year, or priced anew from that day on.
    assert_eq!(said(&gone("2028-03-01")).0, "");
    assert_eq!(said(&format!("{},,1,2027-03-01,,0,0,0.011,0.011,6,6\n", gone("2027-03-01"))).0, "");
}

#[test]
fn a_year_that_is_covered_to_its_last_day_is_covered() {
    let codes = |day: &str| {
        let floor = Floor::new(&[]);
        floor.write(METERED, &floor.text(METERED).replace(EFFECTIVE, &format!("{EFFECTIVE}\nexpires = {day}")));
        floor.json(&[]).codes().join(" ")
    };
    // The 365 days from 2026-12-01 end with 2027-11-30; the last day of a table is still in force.
    assert_eq!(codes("2027-11-30"), "");
    assert_eq!(codes("2027-11-29"), "RATE013");
    assert_eq!(codes("2026-12-01"), "RATE013");
    assert_eq!(codes("2026-11-30"), "RATE002");
    // A row with a last day of its own, and nothing after it.
    let row: Edit = (METERED, "per_minute = 0.01", "per_minute = 0.01\nexpires = 2027-03-31");
    assert_eq!(Floor::new(&[row]).json(&[]).codes(), ["RATE013"]);
    let next: Edit = (
        METERED,
        "per_minute = 0.01",
        "per_minute = 0.01\nexpires = 2027-03-31\n\n[[rate]]\nprefix = \"1\"\nper_minute = 0.011\neffective_from = 2027-04-01",
    );
    assert_eq!(Floor::new(&[next]).json(&[]).codes(), Vec::<&str>::new());
}

#[test]
fn rows_below_that_cost_the_same_are_told_once() {
    let floor = Floor::new(&[]);
    let rows: String =
        ["1907", "1808"].iter().map(|code| format!("\n[[rate]]\nprefix = \"{code}\"\nper_minute = 0.09\n")).collect();
    floor.write(METERED, &format!("{}{rows}", floor.text(METERED)));
    let run = floor.json(&[]);
    let message = run.of("RATE005")["message"].as_str().unwrap();
    assert!(message.ends_with("cost 9 times as much, as do all 2 rows below it"), "{message}");
}

#[test]
fn the_increment_of_a_row_is_not_said_to_stand_at_its_prefix() {
    let floor = Floor::new(&[]);
    floor.write(METERED, &floor.text(METERED).replacen("[[rate]]", "[[rate]]\nincrement = \"90/6\"", 1));
    let finding = floor.json(&[]).of("COST009").to_string();
    assert!(finding.contains("this row bills 90/6") && !finding.contains("\"the increment\""), "{finding}");
}

//! What trunks cost without any outage: nothing that is not known counts as nothing.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use trunkrisk::input::example::FILES;

/// The example floor with a secondary of this table, and edits of its plan.
fn estimate(command: &str, table: &str, edits: &[(&str, &str)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::write(folder.path().join("rates/example-voice.toml"), table).unwrap();
    let plan = folder.path().join("failover.toml");
    let text = edits.iter().fold(fs::read_to_string(&plan).unwrap(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    });
    fs::write(&plan, text).unwrap();
    run(folder.path(), &[command, "--output", "json"])
}

fn run(folder: &Path, args: &[&str]) -> Value {
    let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(args).current_dir(folder).output().unwrap();
    serde_json::from_slice(&out.stdout).unwrap()
}

fn voice(edits: &[(&str, &str)]) -> String {
    let (_, text) = FILES.iter().find(|(name, _)| *name == "rates/example-voice.toml").unwrap();
    edits.iter().fold((*text).to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    })
}

const CHANNELS: (&str, &str) = ("\nchannels = 150\n", "\n");
const FEE: (&str, &str) = ("[fees]\n", "[fees]\nper_channel_month = 2.00\n");
const PLAN_CHANNELS: (&str, &str) =
    ("channels          = 150               # the smaller of this and the carrier's limit holds\n", "");

fn month<'a>(run: &'a Value, name: &str) -> (&'a str, bool) {
    let one = run["standing_cost"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
    (one["month"].as_str().unwrap(), one["complete"].as_bool().unwrap())
}

#[test]
fn channels_that_nobody_states_make_a_least_amount() {
    // 25 a month and 150 channels at 2.
    let known = estimate("check", &voice(&[FEE]), &[]);
    assert_eq!(month(&known, "secondary-provider"), ("325.00", true));
    let unknown = estimate("check", &voice(&[CHANNELS, FEE]), &[PLAN_CHANNELS]);
    assert_eq!(month(&unknown, "secondary-provider"), ("25.00", false));
    let blind = |run: &Value| run["not_judged"].as_array().unwrap().iter().any(|rule| rule["code"] == "COST005");
    assert!(blind(&unknown) && !blind(&known));
    // What is known is too much already: that is judged.
    let over = estimate(
        "check",
        &voice(&[CHANNELS, FEE]),
        &[PLAN_CHANNELS, ("standing   = 40000.00 ", "standing   = 100.00 ")],
    );
    assert!(!blind(&over) && over["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "COST005"));
}

#[test]
fn the_seats_of_a_flat_rate_are_paid_by_the_month() {
    let seats = |seat: &str| {
        format!(
            "version = 1\ncarrier = \"Flat\"\ncurrency = \"USD\"\nkind = \"flat-rate\"\nsource = \"a test\"\n\
             effective_from = 2026-11-23\n[limits]\nchannels = 150\ncps = 10\n{seat}"
        )
    };
    let by_month = "[[seat]]\nmarket = \"US\"\nprefixes = [\"1\"]\nper_month = 99.00\n";
    let run = estimate("estimate", &seats(by_month), &[]);
    // 50 licensed seats; the primary's are paid too, and are no cost of the failover: 12 * (4950 + 3000).
    assert_eq!(month(&run, "secondary-provider"), ("4950.00", true));
    assert_eq!(month(&run, "unlimcall-primary"), ("4950.00", true));
    assert_eq!(run["year"]["standing_cost"], "95400.00");
    let by_day = estimate("estimate", &seats(&by_month.replace("per_month = 99.00", "per_day = 5.00")), &[]);
    assert!(!month(&by_day, "secondary-provider").1);
    let two = estimate("estimate", &seats(&format!("{by_month}{}", by_month.replace("\"1\"", "\"44\""))), &[]);
    assert!(!month(&two, "secondary-provider").1);
}

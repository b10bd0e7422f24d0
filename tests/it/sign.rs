//! The sign-off: what `sign` writes, and what `check` makes of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const BASE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/rules/base");
const LOCK: &str = "failover.lock.toml";
const METERED: &str = "rates/metered.toml";

/// A copy of the base plan of the rules.
struct Floor(tempfile::TempDir);

impl Floor {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("rates")).unwrap();
        for file in ["failover.toml", "rates/flat.toml", METERED] {
            std::fs::copy(Path::new(BASE).join(file), folder.path().join(file)).unwrap();
        }
        Self(folder)
    }

    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(args).current_dir(self.0.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (out.status.code().unwrap(), text(out.stdout), text(out.stderr))
    }

    fn check(&self, args: &[&str]) -> (i32, Value) {
        let (code, text, errors) = self.run(&[&["check", "--output", "json"], args].concat());
        (code, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{errors}")))
    }

    fn signed() -> Self {
        let floor = Self::new();
        let (code, _, errors) = floor.run(&["sign", "--by", "finance desk", "--valid-until", "2027-06-30"]);
        assert_eq!(code, 0, "{errors}");
        floor
    }

    fn text(&self, file: &str) -> String {
        std::fs::read_to_string(self.0.path().join(file)).unwrap()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.text(file);
        assert!(text.contains(from), "{from} stands in {file}:\n{text}");
        std::fs::write(self.0.path().join(file), text.replace(from, to)).unwrap();
    }
}

fn codes(run: &Value) -> Vec<&str> {
    run["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
}

/// The price of the base plan's only row.
fn price(floor: &Floor) -> String {
    let text = floor.text(METERED);
    let line = text.lines().find(|line| line.starts_with("per_minute")).unwrap();
    line.to_owned()
}

#[test]
fn nothing_changed_passes_and_says_so() {
    let floor = Floor::signed();
    let lock = floor.text(LOCK);
    for part in
        ["signed_by   = \"finance desk\"", "valid_until = 2027-06-30", "absorbed", "[figures.spend.\"rejects\"]"]
    {
        assert!(lock.contains(part), "{part}:\n{lock}");
    }
    let (code, run) = floor.check(&[]);
    assert_eq!((code, codes(&run)), (0, vec![]));
    assert_eq!(run["sign_off"]["changed"], serde_json::json!([]));
    let figures = run["sign_off"]["figures"].as_array().unwrap();
    assert!(figures.len() >= 4 && figures.iter().all(|figure| figure["within_tolerance"] == true));
    let (_, text, _) = floor.run(&["check"]);
    assert!(
        text.contains("Signed by finance desk on 2026-12-01, valid until 2027-06-30: nothing changed since."),
        "{text}"
    );
    // Signing again for the same inputs writes the same bytes.
    floor.run(&["sign", "--by", "finance desk", "--valid-until", "2027-06-30"]);
    assert_eq!(floor.text(LOCK), lock);
}

#[test]
fn a_changed_rate_fails_with_the_signed_and_the_current_figure() {
    let floor = Floor::signed();
    floor.edit(METERED, &price(&floor), "per_minute = 0.0200");
    let (code, run) = floor.check(&[]);
    assert_eq!((code, codes(&run)), (1, vec!["GOV005"]));
    let finding = &run["findings"][0];
    assert_eq!((&finding["name"], &finding["level"]), (&"unsigned-change".into(), &"deny".into()));
    assert_eq!(finding["where"][0]["path"], LOCK);
    // One in five of 12,000 attempts is a call of 60 s: 24.00 at 0.01, and twice that now.
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains("24.00 USD") && message.contains("48.00 USD"), "{message}");
    assert!(message.contains(METERED) && !message.contains("flat.toml"), "{message}");
    let (code, text, _) = floor.run(&["check"]);
    assert_eq!(code, 1);
    assert!(text.contains("signed against current") && text.contains("beyond"), "{text}");
    // Signed again it passes.
    floor.run(&["sign", "--by", "finance desk", "--valid-until", "2027-06-30"]);
    assert_eq!(floor.check(&[]).0, 0);
}

#[test]
fn a_change_within_tolerance_passes_with_a_note() {
    let floor = Floor::signed();
    floor.edit(METERED, &price(&floor), "per_minute = 0.0102");
    let (code, run) = floor.check(&[]);
    assert_eq!((code, codes(&run)), (0, vec![]));
    assert_eq!(run["sign_off"]["changed"], serde_json::json!([METERED]));
    let (_, text, _) = floor.run(&["check"]);
    assert!(
        text.contains("Note: changed since, and every figure is within its tolerance: rates/metered.toml"),
        "{text}"
    );
    // The same change is beyond a narrower one.
    let strict = ["sign", "--by", "x", "--valid-until", "2027-06-30", "--tolerance", "1%"];
    floor.edit(METERED, "per_minute = 0.0102", "per_minute = 0.0100");
    assert_eq!(floor.run(&strict).0, 0);
    floor.edit(METERED, "per_minute = 0.0100", "per_minute = 0.0102");
    assert_eq!(floor.check(&[]).0, 1);
    // And a drop is a movement too.
    floor.edit(METERED, "per_minute = 0.0102", "per_minute = 0.0050");
    assert_eq!(floor.check(&[]).0, 1);
}

#[test]
fn an_outage_that_nobody_signed_is_found() {
    let floor = Floor::signed();
    let more = "[[cause]]\nname = \"silent\"\nhits = \"flat\"\nsignal = \"timeout\"\n\n[scenario]";
    floor.edit("failover.toml", "[scenario]", more);
    let (code, run) = floor.check(&[]);
    assert_eq!((code, codes(&run)), (1, vec!["GOV005"]));
    assert!(run["findings"][0]["message"].as_str().unwrap().contains("not signed"), "{run}");
}

#[test]
fn a_stale_sign_off_is_denied() {
    let floor = Floor::signed();
    assert_eq!(floor.run(&["sign", "--by", "finance desk", "--valid-until", "2026-12-03"]).0, 0);
    assert_eq!(codes(&floor.check(&["--as-of", "2026-12-03"]).1), Vec::<&str>::new());
    let (code, run) = floor.check(&["--as-of", "2026-12-04"]);
    assert_eq!((code, codes(&run)), (1, vec!["GOV006"]));
    let stale = &run["findings"][0];
    assert_eq!((&stale["name"], &stale["where"][0]["path"]), (&"sign-off-stale".into(), &LOCK.into()));
    assert!(stale["message"].as_str().unwrap().contains("valid until 2026-12-03"));
    assert!(run["sign_off"]["changed"].to_string().contains("as of 2026-12-04 instead of 2026-12-01"));
}

#[test]
fn a_damaged_lock_is_an_error_and_no_absence() {
    let damages: [(&str, &str, &str); 7] = [
        ("[figures]", "[figures", "not valid TOML"),
        ("signed_by", "signed_bye", "no key `signed_bye`"),
        ("valid_until = 2027-06-30", "valid_until = \"soon\"", "a date without quotes"),
        ("absorbed  =", "absorbed  = \"much\" #", "is no amount"),
        ("sha256 = \"", "sha256 = \"x", "is no SHA-256"),
        ("version     = 1", "version     = 2", "version"),
        ("currency    = \"USD\"", "currency    = \"EUR\"", "is not the plan's currency"),
    ];
    for (from, to, says) in damages {
        let floor = Floor::signed();
        floor.edit(LOCK, from, to);
        let (code, _, errors) = floor.run(&["check"]);
        assert!(code == 2 && errors.contains(says) && errors.contains(LOCK), "{to}: {errors}");
        // Whoever signs anew mends it.
        assert_eq!(floor.run(&["sign", "--by", "x", "--valid-until", "2027-06-30"]).0, 0);
        assert_eq!(floor.check(&[]).0, 0);
    }
    let floor = Floor::signed();
    std::fs::write(floor.0.path().join(LOCK), "").unwrap();
    assert_eq!(floor.run(&["check"]).0, 2);
    std::fs::remove_file(floor.0.path().join(LOCK)).unwrap();
    assert_eq!(floor.run(&["check"]).0, 0);
    assert_eq!(floor.run(&["check", "--lock", "none.toml"]).0, 2);
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let floor = Floor::new();
    let until = ["--valid-until", "2027-06-30"];
    for (args, says) in [
        (vec!["--by", "x", "--set", "budget.year=1"], "a what-if cannot be signed"),
        (vec!["--by", "x", "--demo"], "no folder for a lock"),
        (vec!["--by", " "], "names nobody"),
        (vec!["--by", "x", "--tolerance", "200%"], "a share from 0 to 1"),
        (vec![], "--by"),
    ] {
        let (code, _, errors) = floor.run(&[&["sign"], &until[..], &args].concat());
        assert!(code == 2 && errors.contains(says), "{errors}");
    }
    let (code, _, errors) = floor.run(&["sign", "--by", "x", "--valid-until", "2026-11-30"]);
    assert!(code == 2 && errors.contains("before the day of signing"), "{errors}");
    assert!(!floor.0.path().join(LOCK).exists());
    // Text from outside stays text, also in the lock.
    let (code, _, errors) = floor.run(&["sign", "--by", "a\"\n[b]\u{1b}[31m", "--valid-until", "2027-06-30"]);
    assert_eq!(code, 0, "{errors}");
    let (code, text, _) = floor.run(&["check"]);
    assert!(code == 0 && !text.contains("\u{1b}[31m"), "{text}");
}

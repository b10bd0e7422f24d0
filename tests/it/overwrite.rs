//! Results are never written over what a run reads.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

fn trunkrisk(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let out = Command::new(env!("CARGO_BIN_EXE_trunkrisk")).args(args).current_dir(folder).output().unwrap();
    (out.status.code(), String::from_utf8(out.stderr).unwrap())
}

#[test]
fn inputs_survive() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    assert_eq!(trunkrisk(folder, &["init", "-q"]).0, Some(0));
    fs::create_dir(folder.join("below")).unwrap();
    fs::write(folder.join("report.json"), "of an earlier run").unwrap();
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let kept = ["failover.toml", "rates/example-voice.toml", "failover.lock.toml"];
    assert_eq!(trunkrisk(folder, &["sign", "--by", "finance desk", "--valid-until", "2027-06-30"]).0, Some(0));
    let before: Vec<String> = kept.map(read).into();
    let outage = ["simulate", "--calls", "--cause", "carrier rejects", "--duration", "1m"];
    let trace = |to| [&outage[..], &[to]].concat();
    let cases: [(&str, &[&str]); 8] = [
        (".", &["check", "--output", "json=failover.toml"]),
        ("below", &["estimate", "--output", "json=../failover.toml"]),
        (".", &["size", "--output", "text=rates/example-voice.toml", "--output", "json=report.json"]),
        (".", &["check", "--set", "campaign.renewals.seats=0", "--output", "json=./rates/../failover.toml"]),
        (".", &["check", "--output", "json=failover.lock.toml"]),
        ("below", &["report", "--output", "html=../failover.lock.toml"]),
        ("below", &trace("--trace=../failover.toml")),
        (".", &trace("--trace=rates/example-voice.toml")),
    ];
    for (place, args) in cases {
        let (code, said) = trunkrisk(&folder.join(place), args);
        assert_eq!(code, Some(2), "{args:?}");
        assert!(said.contains("would write over it"), "{args:?}: {said}");
        let after: Vec<String> = kept.map(read).into();
        assert_eq!(after, before, "{args:?}");
    }
    assert_eq!(read("report.json"), "of an earlier run");
    // A run that fails leaves no result of an earlier one behind.
    let (code, _) = trunkrisk(folder, &["erlang", "b", "--traffic", "3", "--output", "json=report.json"]);
    assert_eq!((code, read("report.json").as_str()), (Some(2), ""));
}

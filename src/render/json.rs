//! JSON: the envelope that every command's result comes in. Keys are sorted, numbers have twelve significant digits,
//! money is a decimal string in the run's currency.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::diagnostics::MOST;
use super::escape::is_hidden;
use crate::input::plan::{InputRecord, Loaded, Rejected};
use crate::policy::judge::{Finding, NotJudged, Verdict};
use crate::words::diagnostic::{Diagnostic, Label, Sources};
use crate::words::digest::sha256;

/// The version of this program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The envelope's schema.
pub(super) const SCHEMA: &str = "trunkrisk/run/1";

/// The digest of all inputs together.
#[must_use]
pub fn inputs_digest(records: &[InputRecord]) -> String {
    inputs(records).1
}

pub(super) fn inputs(records: &[InputRecord]) -> (Value, String) {
    let list = records.iter().map(|r| json!({ "path": r.path, "sha256": r.sha256, "rows": r.rows })).collect();
    let all: Vec<String> = records.iter().map(|r| format!("{} {}", r.sha256, r.path)).collect();
    (Value::Array(list), format!("sha256:{}", sha256(all.join("\n").as_bytes())))
}

/// The digest of all inputs together.
#[must_use]
pub fn digest(records: &[InputRecord]) -> String {
    inputs(records).1
}

/// The envelope of a run without a plan.
#[must_use]
pub fn bare_envelope(command: &str, status: &str, exit: u8) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("schema".into(), json!(SCHEMA));
    map.insert("tool".into(), json!(VERSION));
    map.insert("command".into(), json!(command));
    map.insert("status".into(), json!(status));
    map.insert("exit".into(), json!(exit));
    map
}

/// A document with a line feed at its end.
#[must_use]
pub fn document(value: &Value) -> String {
    pretty(value)
}

/// The same of something that is written piece by piece; its keys are sorted as it stands.
pub(super) fn pretty(value: &impl Serialize) -> String {
    // Values built here have string keys only, so writing them cannot fail.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    if !text.contains(|c| !matches!(c, '\n') && is_hidden(c)) {
        return text;
    }
    // Outside ASCII there are strings only: what would hide or reorder text around it is written as an escape.
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c == '\n' || !is_hidden(c) {
            out.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        }
    }
    out
}

/// The envelope of a run over a plan, for a command to put its parts into.
#[must_use]
pub fn envelope(command: &str, loaded: &Loaded, status: &str, exit: u8, complete: bool) -> Map<String, Value> {
    let (list, digest) = inputs(&loaded.inputs);
    let assumptions: Map<String, Value> =
        loaded.plan.assumptions.iter().map(|a| (a.key.clone(), json!({ "value": a.value, "why": a.why }))).collect();
    let mut map = Map::new();
    map.insert("schema".into(), json!(SCHEMA));
    map.insert("tool".into(), json!(VERSION));
    map.insert("command".into(), json!(command));
    map.insert("status".into(), json!(status));
    map.insert("exit".into(), json!(exit));
    map.insert("complete".into(), json!(complete));
    map.insert("as_of".into(), json!(loaded.plan.as_of.to_string()));
    map.insert("currency".into(), json!(loaded.plan.currency.code()));
    map.insert("inputs".into(), list);
    map.insert("inputs_digest".into(), json!(digest));
    map.insert("assumptions".into(), Value::Object(assumptions));
    map
}

/// The envelope of a run whose inputs are faulty.
#[must_use]
pub fn rejected(command: &str, rejected: &Rejected) -> String {
    let (list, digest) = inputs(&rejected.inputs);
    let shown = rejected.faults.iter().take(MOST);
    let findings: Vec<Value> = shown.map(|fault| fault_value(fault, &rejected.sources)).collect();
    let count = rejected.faults.len();
    let left_out = count - findings.len();
    document(&json!({
        "schema": SCHEMA,
        "tool": VERSION,
        "command": command,
        "status": "error",
        "exit": 2,
        "complete": false,
        "inputs": list,
        "inputs_digest": digest,
        "findings": findings,
        "findings_left_out": left_out,
        "summary": { "deny": count, "warn": 0, "note": 0, "waived": 0, "not_judged": 0 },
    }))
}

pub(super) fn places(labels: &[Label], sources: &Sources) -> Value {
    let place = |label: &Label| {
        let at = sources.position(label.span);
        json!({
            "path": sources.name(label.span.source),
            "line": at.line.get(),
            "column": at.column.get(),
            "label": label.text,
        })
    };
    Value::Array(labels.iter().map(place).collect())
}

/// A fault's fingerprint: the same wherever in its file it stands.
pub(super) fn fault_fingerprint(fault: &Diagnostic, sources: &Sources) -> String {
    let file = fault.labels.first().map_or("", |label| sources.name(label.span.source));
    sha256(format!("{}\n{file}\n{}", fault.code, fault.message).as_bytes()).chars().take(32).collect()
}

fn fault_value(fault: &Diagnostic, sources: &Sources) -> Value {
    json!({
        "code": fault.code,
        "name": fault.name,
        "level": fault.level.name(),
        "message": fault.message,
        "where": places(&fault.labels, sources),
        "help": fault.help,
        "fingerprint": fault_fingerprint(fault, sources),
        "waived_by": null,
    })
}

fn finding_value(finding: &Finding, loaded: &Loaded) -> Value {
    let waiver = finding.waived_by.and_then(|index| loaded.plan.waivers.get(index));
    let subject: Map<String, Value> =
        finding.found.subject.iter().map(|(kind, name)| ((*kind).to_owned(), json!(name))).collect();
    json!({
        "code": finding.code,
        "name": finding.name,
        "level": finding.level.name(),
        "message": finding.found.message,
        "brief": finding.found.brief,
        "subject": subject,
        "measure": finding.found.measure.map(|m| m.to_string()),
        "where": places(&finding.found.labels, &loaded.sources),
        "help": finding.found.help,
        "fingerprint": finding.fingerprint,
        "waived_by": waiver.map(|w| json!({ "owner": w.owner, "until": w.until.to_string(), "reason": w.reason })),
    })
}

fn not_judged_value(rule: &NotJudged) -> Value {
    json!({ "code": rule.code, "name": rule.name, "level": rule.level.name(), "reason": rule.reason })
}

/// Puts a verdict's findings and their counts into an envelope.
pub fn put_verdict(map: &mut Map<String, Value>, verdict: &Verdict, loaded: &Loaded) {
    let summary = verdict.summary();
    map.insert("findings".into(), verdict.findings.iter().map(|f| finding_value(f, loaded)).collect());
    map.insert("not_judged".into(), verdict.not_judged.iter().map(not_judged_value).collect());
    map.insert(
        "summary".into(),
        json!({
            "deny": summary.deny,
            "warn": summary.warn,
            "note": summary.note,
            "waived": summary.waived,
            "not_judged": summary.not_judged,
            "passed": verdict.passed,
        }),
    );
}

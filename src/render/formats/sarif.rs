//! SARIF 2.1.0, as GitHub's code scanning wants it.

use serde_json::{Map, Value, json};

use crate::outage::OutageError;
use crate::policy::Rule;
use crate::policy::catalogue::FAMILIES;
use crate::render::escape::terminal;
use crate::render::json::{VERSION, document};
use crate::render::report::{Item, Place, Report};
use crate::words::level::Level;

/// The schema that a document names.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// GitHub refuses a file with more results than these in a run.
const MOST_RESULTS: usize = 25_000;
/// GitHub shows so many places of a result.
const MOST_PLACES: usize = 100;
/// Where paths start.
const ROOT: &str = "%SRCROOT%";

fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "error",
        Level::Warn => "warning",
        Level::Note => "note",
        Level::Allow => "none",
    }
}

/// A path as a relative URI.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A message's text, in which a link would be `[words](target)`.
fn message(text: &str) -> String {
    terminal(text).replace("](", "] (")
}

fn location(place: &Place<'_>) -> Value {
    let mut region = Map::new();
    region.insert("startLine".into(), json!(place.line));
    region.insert("startColumn".into(), json!(place.column));
    if place.end_column > place.column {
        region.insert("endLine".into(), json!(place.line));
        region.insert("endColumn".into(), json!(place.end_column));
    }
    let mut location = Map::new();
    let artifact = json!({ "uri": uri(place.path), "uriBaseId": ROOT });
    location.insert("physicalLocation".into(), json!({ "artifactLocation": artifact, "region": region }));
    if !place.label.is_empty() {
        location.insert("message".into(), json!({ "text": message(&place.label) }));
    }
    Value::Object(location)
}

fn whole(path: &str) -> Value {
    location(&Place::whole(path))
}

fn rule(rule: &Rule) -> Value {
    let family =
        FAMILIES.iter().find(|(family, _, _)| rule.code.trim_end_matches(|c: char| c.is_ascii_digit()) == *family);
    let tags: Vec<&str> = family.map(|(_, title, _)| *title).into_iter().collect();
    let (what, why, fix) = (rule.what, rule.why, rule.fix);
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.name },
        "fullDescription": { "text": what },
        "help": {
            "text": format!("{what}\n\nWhy it matters: {why}\n\nHow to fix it: {fix}"),
            "markdown": format!("**What it reports.** {what}\n\n**Why it matters.** {why}\n\n**How to fix it.** {fix}"),
        },
        "defaultConfiguration": { "level": level(rule.level) },
        "properties": { "tags": tags },
    })
}

fn result(item: &Item<'_>, index: Option<usize>, report: &Report<'_>) -> Value {
    let mut map = Map::new();
    map.insert("ruleId".into(), json!(item.code));
    if let Some(index) = index {
        map.insert("ruleIndex".into(), json!(index));
    }
    map.insert("level".into(), json!(level(item.level)));
    map.insert("kind".into(), json!("fail"));
    let help = if item.help.is_empty() { String::new() } else { format!("\n{}", message(item.help)) };
    map.insert("message".into(), json!({ "text": format!("{}{help}", message(item.message)) }));
    let first = item.places.first().map_or_else(|| whole(report.path), location);
    map.insert("locations".into(), json!([first]));
    let others: Vec<Value> = item.places.iter().skip(1).take(MOST_PLACES - 1).map(location).collect();
    if !others.is_empty() {
        map.insert("relatedLocations".into(), Value::Array(others));
    }
    map.insert("partialFingerprints".into(), json!({ "ruleAndSubject/v1": item.fingerprint }));
    if let Some(waiver) = item.waiver {
        let why = format!("until {} by {}: {}", waiver.until, waiver.owner, waiver.reason);
        let mut suppression = Map::new();
        suppression.insert("kind".into(), json!("external"));
        suppression.insert("status".into(), json!("accepted"));
        suppression.insert("justification".into(), json!(message(&why)));
        if let Some(place) = &item.waiver_at {
            suppression.insert("location".into(), location(place));
        }
        map.insert("suppressions".into(), json!([suppression]));
    }
    Value::Object(map)
}

/// A rule without enough to judge by: neither a failure nor a pass.
fn open(known: &Rule, at: Level, reason: &str, index: Option<usize>, report: &Report<'_>) -> Value {
    json!({
        "ruleId": known.code,
        "ruleIndex": index,
        "kind": "open",
        "level": "none",
        "message": { "text": format!("not judged: {}", message(reason)) },
        "locations": [whole(report.path)],
        "partialFingerprints": { "ruleAndSubject/v1": format!("{}/not-judged", known.code) },
        "properties": { "levelIfJudged": at.name() },
    })
}

/// Writes a run down.
pub(super) fn write(report: &Report<'_>) -> Result<String, OutageError> {
    let index = |code: &str| report.cases.iter().position(|case| case.rule.code == code);
    let blind: Vec<_> = report.blind().collect();
    let room = MOST_RESULTS - blind.len().min(MOST_RESULTS);
    // What is denied comes first.
    let mut results: Vec<Value> =
        report.items.iter().take(room).map(|item| result(item, index(item.code), report)).collect();
    results.extend(blind.iter().map(|(rule, at, reason)| open(rule, *at, reason, index(rule.code), report)));
    let left_out = report.items.len().saturating_sub(room);
    let mut invocation = Map::new();
    invocation.insert("executionSuccessful".into(), json!(report.exit != 2));
    invocation.insert("exitCode".into(), json!(report.exit));
    if left_out > 0 {
        let text = format!("{left_out} more findings are left out: a run has at most {MOST_RESULTS} results");
        let notification = json!([{ "level": "warning", "message": { "text": text } }]);
        invocation.insert("toolExecutionNotifications".into(), notification);
    }
    let rules: Vec<Value> = report.cases.iter().map(|case| rule(case.rule)).collect();
    Ok(document(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "trunkrisk",
                "version": VERSION,
                "semanticVersion": VERSION,
                "rules": rules,
            } },
            "automationDetails": { "id": format!("trunkrisk/{}/{}/", report.command.replace(' ', "-"), uri(report.path)) },
            "columnKind": "unicodeCodePoints",
            "invocations": [invocation],
            "results": results,
        }],
    })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_uris() {
        assert_eq!(uri("rates/a b.toml"), "rates/a%20b.toml");
        assert_eq!(uri("//c:é%.toml"), "c%3A%C3%A9%25.toml");
        assert_eq!(message("[x](http://y) [fx]"), "[x] (http://y) [fx]");
    }
}

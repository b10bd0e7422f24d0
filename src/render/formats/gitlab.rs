//! GitLab's Code Quality report: a list of what is not as it should be, without what is waived.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::outage::OutageError;
use crate::render::escape::terminal;
use crate::render::json::document;
use crate::render::report::{Item, Report};
use crate::words::digest::sha256;
use crate::words::level::Level;

/// The report's word for a level.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Deny => "critical",
        Level::Warn => "minor",
        Level::Note | Level::Allow => "info",
    }
}

fn entry(description: &str, name: &str, fingerprint: &str, level: Level, at: (&str, u32)) -> Value {
    json!({
        "description": terminal(description),
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity(level),
        "location": { "path": terminal(at.0), "lines": { "begin": at.1 } },
    })
}

/// Writes a run down.
pub(super) fn write(report: &Report<'_>) -> Result<String, OutageError> {
    // GitLab shows one entry for each fingerprint: a second finding with the same rule and subject gets its own.
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut entries: Vec<Value> = Vec::new();
    for item in report.items.iter().filter(|item| item.waiver.is_none()) {
        let times = seen.entry(&item.fingerprint).and_modify(|times| *times += 1).or_insert(1);
        let own = match *times {
            1 => item.fingerprint.to_string(),
            n => fingerprint(&format!("{}\n{n}", item.fingerprint)),
        };
        entries.push(entry(item.message, item.name, &own, item.level, at(item, report)));
    }
    for (rule, level, reason) in report.blind() {
        let description = format!("not judged: {reason}");
        let own = fingerprint(&format!("{}\nnot judged", rule.code));
        entries.push(entry(&description, rule.name, &own, level, (report.path, 1)));
    }
    Ok(document(&Value::Array(entries)))
}

fn at<'a>(item: &'a Item<'_>, report: &'a Report<'_>) -> (&'a str, u32) {
    item.places.first().map_or((report.path, 1), |place| (place.path, place.line))
}

fn fingerprint(text: &str) -> String {
    sha256(text.as_bytes()).chars().take(32).collect()
}

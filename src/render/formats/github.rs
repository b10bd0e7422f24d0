//! GitHub Actions: what matters most as workflow commands, then the screen as the log.

use std::fmt::Write as _;

use super::super::escape::terminal;
use super::super::report::{Item, Report};
use crate::outage::OutageError;
use crate::policy::Rule;
use crate::words::level::Level;

/// GitHub shows so many errors, and as many warnings, of a step.
const MOST: usize = 10;

/// The status of a run that lists findings and judges nothing.
const LISTS: &str = "shown";

/// A value of a command: `%` first, so that what is put in is not escaped again.
fn data(text: &str) -> String {
    terminal(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, where colons and commas separate.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn command(item: &Item<'_>) -> String {
    let word = if item.level == Level::Deny { "error" } else { "warning" };
    let title = property(&format!("{} {}", item.code, item.name));
    let place = item.places.first().map_or_else(String::new, |place| {
        let end =
            if place.end_column > place.column { format!(",endColumn={}", place.end_column) } else { String::new() };
        format!("file={},line={},col={}{end},", property(place.path), place.line, place.column)
    });
    let help = if item.help.is_empty() { String::new() } else { format!("%0A{}", data(item.help)) };
    format!("::{word} {place}title={title}::{}{help}\n", data(item.message))
}

/// The log, in which no line is a command to the runner: neither `::word` at a line's start nor `##[word]` within it.
fn log(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in anstream::adapter::strip_str(text).to_string().lines() {
        let line = line.replace("##[", "#\\u{23}[");
        let trimmed = line.trim_start();
        match trimmed.strip_prefix("::") {
            // Three colons, which lead to a second file, are no command.
            Some(rest) if !rest.starts_with(':') => {
                let indent = line.get(..line.len() - trimmed.len()).unwrap_or("");
                let _ = writeln!(out, "{indent}\\u{{3a}}:{rest}");
            }
            _ => {
                let _ = writeln!(out, "{line}");
            }
        }
    }
    out
}

/// Writes a run down.
pub(super) fn write(report: &Report<'_>) -> Result<String, OutageError> {
    let mut out = String::new();
    let mut room = [MOST, MOST];
    let mut rest = [0_usize; 3];
    let mut tell = |level: Level, line: &dyn Fn() -> String| {
        let index = match level {
            Level::Deny => 0,
            Level::Warn => 1,
            Level::Note | Level::Allow => {
                rest[2] += 1;
                return;
            }
        };
        if room[index] == 0 {
            rest[index] += 1;
        } else {
            room[index] -= 1;
            out.push_str(&line());
        }
    };
    // What is judged and can be gone to comes first: a rule that is not judged often is so for a cause that a finding names.
    let (placed, placeless): (Vec<_>, Vec<_>) =
        report.items.iter().filter(|item| item.waiver.is_none()).partition(|item| !item.places.is_empty());
    for item in placed.into_iter().chain(placeless) {
        tell(item.level, &|| command(item));
    }
    let blind = |word: &str, rule: &Rule, reason: &str| {
        let title = property(&format!("{} {}", rule.code, rule.name));
        format!("::{word} title={title}::not judged: {}\n", data(reason))
    };
    let lists = report.status == LISTS;
    for (rule, level, reason) in report.blind().filter(|_| !lists) {
        let word = if level == Level::Deny { "error" } else { "warning" };
        tell(level, &|| blind(word, rule, reason));
    }
    // Where nothing is judged, nothing is missing from a verdict. One notice is kept for the count.
    for (index, (rule, _, reason)) in report.blind().filter(|_| lists).enumerate() {
        if index + 1 < MOST {
            out.push_str(&blind("notice", rule, reason));
        } else {
            rest[2] += 1;
        }
    }
    if rest.iter().any(|count| *count > 0) {
        let [denied, warned, noted] = rest;
        let _ = writeln!(
            out,
            "::notice title=trunkrisk::{} more in the log: {denied} denied, {warned} warned, {noted} noted",
            denied + warned + noted
        );
    }
    out.push_str(&log(&(report.text)()?));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_a_command() {
        assert_eq!(data("100 %\r\n::error::x"), "100 %25\\r\\n\\u{3a}:error::x");
        assert_eq!(property("a,b:c%"), "a%2Cb%3Ac%25");
        assert_eq!(log("  ::error::x\n::y\na ::z\n\u{1b}[1m::w\n##[error]v\n"), {
            "  \\u{3a}:error::x\n\\u{3a}:y\na ::z\n\\u{3a}:w\n#\\u{23}[error]v\n"
        });
    }
}

//! JUnit XML: a case for each rule, in one suite.
//!
//! Valid against the schema of Apache Ant (windyroad/JUnit-Schema, JUnit.xsd) and that of Jenkins (xunit-plugin,
//! junit-10.xsd). The first allows one failure in a case, so that the denied findings of a rule stand in one, a paragraph
//! each; it wants a time stamp too, which is the day that counts as today.

use std::fmt::Write as _;

use crate::outage::OutageError;
use crate::policy::catalogue::FAMILIES;
use crate::render::escape::terminal;
use crate::render::json::VERSION;
use crate::render::report::{Case, Item, Outcome, Report};
use crate::words::level::Level;

/// Where no day is known: the schema wants one, and the run may not ask the clock.
const NO_DAY: &str = "1970-01-01";

/// Text in XML 1.0, which has no place for most control characters and two others, not even escaped.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_default()),
            _ => out.push(c),
        }
    }
    out
}

fn paragraph(item: &Item<'_>) -> String {
    let mut out = xml(item.message);
    if let Some(place) = item.places.first() {
        let _ = write!(out, "\n  at {}:{}:{}", xml(place.path), place.line, place.column);
    }
    if !item.help.is_empty() {
        let _ = write!(out, "\n  help: {}", xml(item.help));
    }
    out
}

fn family(code: &str) -> &'static str {
    let digits = code.trim_end_matches(|c: char| c.is_ascii_digit());
    FAMILIES.iter().find(|(family, _, _)| *family == digits).map_or("", |(family, _, _)| family)
}

enum Body {
    Passed,
    Skipped(String),
    Failed { message: String, text: String },
}

fn body(case: &Case<'_>, items: &[&Item<'_>]) -> Body {
    let denied: Vec<&&Item<'_>> =
        items.iter().filter(|item| item.level == Level::Deny && item.waiver.is_none()).collect();
    if let Some(first) = denied.first() {
        let rest = denied.len() - 1;
        let message = if rest == 0 { xml(first.message) } else { format!("{} (and {rest} more)", xml(first.message)) };
        let mut text: Vec<String> = denied.iter().map(|item| paragraph(item)).collect();
        if let Outcome::NotJudged(_, reason) = case.outcome {
            text.push(format!("not judged beside that: {}", xml(reason)));
        }
        return Body::Failed { message, text: text.join("\n\n") };
    }
    match case.outcome {
        Outcome::NotJudged(_, reason) => Body::Skipped(format!("not judged: {}", xml(reason))),
        Outcome::Allowed => Body::Skipped("its level is allow".to_owned()),
        Outcome::NotReached => Body::Skipped("the inputs are faulty: nothing was judged".to_owned()),
        Outcome::Judged => Body::Passed,
    }
}

/// Writes a run down.
pub(super) fn write(report: &Report<'_>) -> Result<String, OutageError> {
    let mut cases = String::new();
    let (mut failures, mut skipped) = (0, 0);
    for case in &report.cases {
        let items: Vec<&Item<'_>> = report.items.iter().filter(|item| item.code == case.rule.code).collect();
        let head = format!(
            "<testcase name=\"{} {}\" classname=\"trunkrisk.{}\" time=\"0\"",
            case.rule.code,
            case.rule.name,
            family(case.rule.code)
        );
        match body(case, &items) {
            Body::Passed => {
                let _ = writeln!(cases, "    {head}/>");
            }
            Body::Skipped(message) => {
                skipped += 1;
                let _ = writeln!(cases, "    {head}>\n      <skipped message=\"{message}\"/>\n    </testcase>");
            }
            Body::Failed { message, text } => {
                failures += 1;
                let _ = writeln!(
                    cases,
                    "    {head}>\n      <failure message=\"{message}\" type=\"{}\">{text}</failure>\n    </testcase>",
                    case.rule.name
                );
            }
        }
    }
    let mut said = String::new();
    for item in report.items.iter().filter(|item| item.level != Level::Deny || item.waiver.is_some()) {
        let word = match item.waiver {
            Some(waiver) => format!("waived until {} by {}", waiver.until, xml(&waiver.owner)),
            None => item.level.name().to_owned(),
        };
        let _ = writeln!(said, "{word}: {} {}: {}", item.code, item.name, paragraph(item));
    }
    let day = report.as_of.map_or_else(|| NO_DAY.to_owned(), |day| day.format("%Y-%m-%d").to_string());
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites>\n\
         \u{20} <testsuite name=\"trunkrisk {}\" package=\"trunkrisk\" id=\"0\" hostname=\"localhost\" \
         timestamp=\"{day}T00:00:00\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\" time=\"0\">\n\
         \u{20}   <properties>\n\
         \u{20}     <property name=\"version\" value=\"{VERSION}\"/>\n\
         \u{20}     <property name=\"status\" value=\"{}\"/>\n\
         \u{20}   </properties>\n\
         {cases}\
         \u{20}   <system-out>{said}</system-out>\n\
         \u{20}   <system-err></system-err>\n\
         \u{20} </testsuite>\n\
         </testsuites>\n",
        xml(report.command),
        report.cases.len(),
        report.status,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_markup() {
        assert_eq!(xml("<a b='\"'>&\u{1b}\u{0}\u{fffe}]]>"), {
            "&lt;a b=&apos;&quot;&apos;&gt;&amp;\\u{1b}\\u{0}\\u{fffe}]]&gt;"
        });
        assert_eq!((family("CAP002"), family("TRUNK010"), family("X1")), ("CAP", "TRUNK", ""));
    }
}

//! Markdown for a comment on a pull request: the verdict, the findings, the figures, as far as they fit.

use std::fmt::Write as _;
use std::time::Duration;

use super::super::escape::{shorten, terminal};
use super::super::json::VERSION;
use super::super::report::{Cell, Item, Report, Sheet};
use crate::outage::OutageError;
use crate::words::duration::compact;
use crate::words::figure::{count, percent};
use crate::words::level::Level;

/// GitHub takes so many characters in a comment. Bytes are counted, which are never fewer, however one counts.
pub const LONGEST: usize = 65_536;
/// Kept free for each table that follows, so that it can at least be said to be left out [bytes].
const RESERVE: usize = 200;
/// Longest cells, before they are escaped [characters].
const LONGEST_TEXT: usize = 400;
const LONGEST_NAME: usize = 80;

/// Text that Markdown, HTML and what watches comments leave alone: no markup, mention, reference, link or formula.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let plain = terminal(text);
    let mut rest = plain.as_ref();
    while let Some(c) = rest.chars().next() {
        let after = rest.get(c.len_utf8()..).unwrap_or("");
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '$' => out.push_str("&#36;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            // A space of no width ends what would be a mention or a reference.
            '@' => out.push_str("@&#8203;"),
            '#' => out.push_str("#&#8203;"),
            '!' if after.chars().next().is_some_and(|next| next.is_ascii_digit()) => out.push_str("!&#8203;"),
            ':' if after.starts_with("//") => out.push_str(":&#8203;"),
            '.' if out.to_ascii_lowercase().ends_with("www") => out.push_str("&#8203;."),
            _ => out.push(c),
        }
        rest = after;
    }
    out
}

/// A piece of code, where backquotes do not stand in it; else plain text.
fn code(path: &str) -> String {
    let short = shorten(path, LONGEST_NAME);
    if short.is_empty() || short.chars().any(|c| !(c.is_ascii_alphanumeric() || "._-/: =".contains(c))) {
        text(&short)
    } else {
        format!("`{short}`")
    }
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(words) => text(&shorten(words, LONGEST_TEXT)),
        Cell::Number(value) => count(*value),
        Cell::Share(value) => percent(*value),
        Cell::Seconds(value) => Duration::try_from_secs_f64(*value).map_or_else(|_| "n/a".to_owned(), compact),
        Cell::Money(money, least) => format!("{}{}", if *least { "≥ " } else { "" }, money.rounded_amount()),
        Cell::Flag(flag) => (if *flag { "yes" } else { "no" }).to_owned(),
        Cell::None => "n/a".to_owned(),
    }
}

/// A table that stops where its room ends.
struct Room<'a> {
    out: &'a mut String,
    /// How long the text may become [bytes].
    limit: usize,
}

impl Room<'_> {
    /// Appends a table: its heading, its columns (numbers stand right), its rows as far as they fit, and what was left out.
    fn table(
        &mut self,
        title: &str,
        columns: &[(&str, bool)],
        rows: usize,
        row: impl Fn(usize) -> Result<Vec<String>, OutageError>,
        left_out: impl Fn(usize) -> String,
    ) -> Result<(), OutageError> {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let rule: Vec<&str> = columns.iter().map(|(_, right)| if *right { "--:" } else { "---" }).collect();
        let head = format!("\n### {title}\n\n| {} |\n| {} |\n", names.join(" | "), rule.join(" | "));
        let most = self.limit.saturating_sub(RESERVE);
        if self.out.len() + head.len() > most {
            let _ = write!(self.out, "\n{}\n", left_out(0));
            return Ok(());
        }
        self.out.push_str(&head);
        for index in 0..rows {
            let line = format!("| {} |\n", row(index)?.join(" | "));
            if self.out.len() + line.len() > most {
                let _ = write!(self.out, "\n{}\n", left_out(index));
                break;
            }
            self.out.push_str(&line);
        }
        Ok(())
    }
}

fn mark(item: &Item<'_>) -> &'static str {
    match (item.waiver, item.level) {
        (Some(_), _) => "waived",
        (None, Level::Deny) => "❌ deny",
        (None, Level::Warn) => "⚠️ warn",
        (None, Level::Note | Level::Allow) => "note",
    }
}

fn finding(item: &Item<'_>) -> Vec<String> {
    let mut said = text(&shorten(item.message, LONGEST_TEXT));
    if let Some(waiver) = item.waiver {
        let why = format!("until {} by {}: {}", waiver.until, waiver.owner, waiver.reason);
        let _ = write!(said, "<br>*waived* {}", text(&shorten(&why, LONGEST_TEXT)));
    } else if !item.help.is_empty() {
        let _ = write!(said, "<br>*help:* {}", text(&shorten(item.help, LONGEST_TEXT)));
    }
    let at = item.places.first().map_or_else(String::new, |place| code(&format!("{}:{}", place.path, place.line)));
    vec![
        mark(item).to_owned(),
        format!("{} {}", item.code, item.name),
        text(&shorten(item.subject, LONGEST_NAME)),
        said,
        at,
    ]
}

/// What is not shown of the findings, by level.
fn findings_left_out(items: &[Item<'_>], shown: usize) -> String {
    let rest = items.get(shown..).unwrap_or_default();
    let of = |level| rest.iter().filter(|item| item.waiver.is_none() && item.level == level).count();
    let waived = rest.iter().filter(|item| item.waiver.is_some()).count();
    format!(
        "*Left out for want of room: {} more findings ({} denied, {} warned, {} noted, {waived} waived).*",
        rest.len(),
        of(Level::Deny),
        of(Level::Warn),
        of(Level::Note)
    )
}

fn sheet(room: &mut Room<'_>, sheet: &Sheet<'_>) -> Result<(), OutageError> {
    let shown: Vec<usize> = (0..sheet.columns.len())
        .filter(|i| sheet.columns.get(*i).is_some_and(|column| !column.title.is_empty()))
        .collect();
    // Numbers stand right; what a column holds is known by its first row.
    let first = if sheet.len > 0 { (sheet.row)(0)? } else { Vec::new() };
    let right = |i: &usize| first.get(*i).is_some_and(|cell| !matches!(cell, Cell::Text(_) | Cell::Flag(_)));
    let titles: Vec<String> = sheet.columns.iter().map(|column| text(&shorten(&column.title, LONGEST_NAME))).collect();
    let columns: Vec<(&str, bool)> =
        shown.iter().map(|i| (titles.get(*i).map_or("", String::as_str), right(i))).collect();
    let pick = |cells: &[Cell]| shown.iter().map(|i| cells.get(*i).map_or_else(String::new, cell)).collect();
    let title = text(&sheet.title);
    room.table(
        &title,
        &columns,
        sheet.len,
        |index| Ok(pick(&(sheet.row)(index)?)),
        |done| format!("*Left out for want of room: {} more rows of \"{title}\".*", sheet.len - done),
    )
}

/// Writes a run down.
pub(super) fn write(report: &Report<'_>) -> Result<String, OutageError> {
    let verdict = match report.status {
        _ if !report.judges => "",
        "shown" => "",
        "pass" => ": ✅ PASS",
        "fail" => ": ❌ FAIL",
        "not-judged" => ": ❔ NOT JUDGED",
        _ => ": ❌ ERROR",
    };
    let mut out = format!("## trunkrisk {}{verdict}\n\n", report.command);
    let _ = writeln!(out, "{}\n", text(&shorten(&report.headline, 4 * LONGEST_TEXT)));
    let day = report.as_of.map_or_else(String::new, |day| format!(" · as of {day}"));
    let code_of_exit = if report.judges { format!(" · exit {}", report.exit) } else { String::new() };
    let counts = if report.cases.is_empty() { String::new() } else { format!(" · {}", report.counts()) };
    let _ = writeln!(out, "{}{day}{counts}{code_of_exit} · trunkrisk {VERSION}", code(&report.subject));
    let sheets: Vec<&Sheet<'_>> = report.sheets.iter().filter(|sheet| !sheet.title.is_empty()).collect();
    let blind: Vec<_> = report.blind().collect();
    let mut parts = usize::from(!blind.is_empty()) + usize::from(!report.items.is_empty()) + sheets.len();
    // Each table gets half of what is left and the last one all of it, so that none crowds out those behind it.
    let mut limit = |out: &str| {
        parts = parts.saturating_sub(1);
        let left = LONGEST.saturating_sub(out.len()).saturating_sub(parts * RESERVE);
        out.len() + if parts == 0 { left } else { left / 2 }
    };
    if !blind.is_empty() {
        let limit = limit(&out);
        let columns = [("level", false), ("rule", false), ("why it is not judged", false)];
        Room { out: &mut out, limit }.table(
            "Not judged",
            &columns,
            blind.len(),
            |i| {
                let row = blind.get(i).map(|(rule, level, reason)| {
                    vec![
                        level.to_string(),
                        format!("{} {}", rule.code, rule.name),
                        text(&shorten(reason, LONGEST_TEXT)),
                    ]
                });
                Ok(row.unwrap_or_default())
            },
            |done| format!("*Left out for want of room: {} more rules that are not judged.*", blind.len() - done),
        )?;
    }
    if !report.items.is_empty() {
        let limit = limit(&out);
        let columns = [("", false), ("rule", false), ("about", false), ("finding", false), ("at", false)];
        let title = if report.status == "error" { "Faults" } else { "Findings" };
        Room { out: &mut out, limit }.table(
            title,
            &columns,
            report.items.len(),
            |i| Ok(report.items.get(i).map(finding).unwrap_or_default()),
            |done| findings_left_out(&report.items, done),
        )?;
    }
    for known in sheets {
        let limit = limit(&out);
        sheet(&mut Room { out: &mut out, limit }, known)?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::tests::long;
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup() {
        assert_eq!(text("<script>a|b</script>"), "&lt;script&gt;a\\|b&lt;/script&gt;");
        assert_eq!(text("*a* _b_ `c` [d](http://e) ~f~"), {
            "\\*a\\* \\_b\\_ \\`c\\` \\[d\\](http:&#8203;//e) \\~f\\~"
        });
        assert_eq!(text("@all #12 !7 www.x $y$ &amp;"), {
            "@&#8203;all #&#8203;12 !&#8203;7 www&#8203;.x &#36;y&#36; &amp;amp;"
        });
        assert_eq!(text("\u{202e}\n\u{1b}"), "\\\\u\\{202e\\}\\n\\\\u\\{1b\\}".replace("\\n", "\\\\n"));
        assert_eq!((code("a/b.toml:3"), code("a`b|c")), ("`a/b.toml:3`".to_owned(), "a\\`b\\|c".to_owned()));
    }

    #[test]
    fn it_fits_a_comment_and_says_what_it_left_out() {
        for (items, sheets, rows, width) in [
            (200_000, 1, 200_000, 1),
            (0, 1, 200_000, 3),
            (200_000, 0, 0, 1),
            (20_000, 40, 200, 100_000),
            (0, 200, 9, 9),
        ] {
            let report = long(items, sheets, rows, width);
            let out = write(&report).unwrap();
            assert!(out.len() <= LONGEST, "{items} {sheets} {rows}: {}", out.len());
            let rows_shown = out.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| ---")).count();
            // Every table has a heading row; what is neither shown nor a heading is counted in words.
            let headings = out.matches("\n### ").count();
            let told: usize = out
                .lines()
                .filter_map(|line| line.strip_prefix("*Left out for want of room: "))
                .map(|line| line.split(' ').next().unwrap().parse::<usize>().unwrap())
                .sum();
            assert_eq!(rows_shown - headings + told, items + sheets * rows, "{items} {sheets} {rows} {width}");
            // What room there is, is used.
            assert!(told == 0 || sheets > 1 || out.len() > LONGEST - 1000, "{}", out.len());
        }
    }
}

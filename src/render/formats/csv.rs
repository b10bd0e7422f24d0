//! CSV: one table, whose first column says what a row is; text is never a formula.

use super::super::escape::terminal;
use super::super::report::{Cell, Item, Report, Sheet};
use crate::outage::OutageError;
use crate::words::figure::json;
use crate::words::level::Level;

/// The columns of findings.
const FINDING: [&str; 13] = [
    "code",
    "name",
    "level",
    "state",
    "subject",
    "message",
    "path",
    "line",
    "column",
    "help",
    "fingerprint",
    "waived_until",
    "waived_by",
];

/// A text that no spreadsheet takes for a formula. Also after a separator, for those that split at another one.
#[must_use]
pub fn text(text: &str) -> String {
    let text = terminal(text);
    let formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠');
    if !text.contains(formula) {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for c in text.chars() {
        if begins && formula(c) {
            out.push('\'');
        }
        begins = matches!(c, ';' | ',') || (begins && c.is_whitespace());
        out.push(c);
    }
    out
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Text(words) => text(words),
        Cell::Number(value) | Cell::Share(value) | Cell::Seconds(value) => match json(*value) {
            serde_json::Value::Null => String::new(),
            // A whole number is written as one.
            number => number.to_string().trim_end_matches(".0").to_owned(),
        },
        Cell::Money(money, _) => money.amount().to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::None => String::new(),
    }
}

fn finding(item: &Item<'_>) -> Vec<String> {
    let place = item.places.first();
    let state = if item.waiver.is_some() { "waived" } else { "open" };
    vec![
        item.code.to_owned(),
        item.name.to_owned(),
        item.level.name().to_owned(),
        state.to_owned(),
        text(item.subject),
        text(item.message),
        place.map_or_else(String::new, |place| text(place.path)),
        place.map_or_else(String::new, |place| place.line.to_string()),
        place.map_or_else(String::new, |place| place.column.to_string()),
        text(item.help),
        item.fingerprint.to_string(),
        item.waiver.map_or_else(String::new, |waiver| waiver.until.to_string()),
        item.waiver.map_or_else(String::new, |waiver| text(&waiver.owner)),
    ]
}

fn blind(rule: &crate::policy::Rule, level: Level, reason: &str) -> Vec<String> {
    let mut cells =
        vec![rule.code, rule.name, level.name(), "not judged", ""].into_iter().map(str::to_owned).collect::<Vec<_>>();
    cells.push(text(reason));
    cells.resize(FINDING.len(), String::new());
    cells
}

/// Rows under their columns, each under its own name in the whole table.
struct Writer {
    columns: Vec<&'static str>,
    out: csv::Writer<Vec<u8>>,
}

impl Writer {
    /// Where the cells of rows with these keys stand in the table's columns.
    fn places(&self, keys: &[&str]) -> Vec<Option<usize>> {
        self.columns.iter().map(|column| keys.iter().position(|key| key == column)).collect()
    }

    fn row(&mut self, record: &str, places: &[Option<usize>], cells: &[String]) {
        let of = |place: &Option<usize>| place.and_then(|i| cells.get(i)).map_or("", String::as_str);
        let row = std::iter::once(record).chain(places.iter().map(of));
        // Rows as long as the header, written to memory: neither can fail.
        let _ = self.out.write_record(row);
    }
}

fn keys(sheet: &Sheet<'_>) -> Vec<&'static str> {
    sheet.columns.iter().map(|column| column.key).collect()
}

/// Writes a run down: findings where the command judges, and its figures.
pub(super) fn write(report: &Report<'_>) -> Result<String, OutageError> {
    let mut columns: Vec<&'static str> = if report.judges { FINDING.to_vec() } else { Vec::new() };
    let sheets = || report.sheets.iter().filter(|sheet| !sheet.record.is_empty());
    for key in sheets().flat_map(keys).filter(|key| !key.is_empty()) {
        if !columns.contains(&key) {
            columns.push(key);
        }
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    let _ = out.write_record(std::iter::once("record").chain(columns.iter().copied()));
    let mut writer = Writer { columns, out };
    if report.judges {
        let places = writer.places(&FINDING);
        for item in &report.items {
            let record = if report.status == "error" { "fault" } else { "finding" };
            writer.row(record, &places, &finding(item));
        }
        for (rule, level, reason) in report.blind() {
            writer.row("not judged", &places, &blind(rule, level, reason));
        }
    }
    for sheet in sheets() {
        let places = writer.places(&keys(sheet));
        for index in 0..sheet.len {
            let cells: Vec<String> = (sheet.row)(index)?.iter().map(cell).collect();
            writer.row(sheet.record, &places, &cells);
        }
    }
    Ok(String::from_utf8(writer.out.into_inner().unwrap_or_default()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        assert_eq!(text("=cmd()"), "'=cmd()");
        assert_eq!(text("  @SUM(1)"), "  '@SUM(1)");
        assert_eq!(text("a;=b,+c, -d"), "a;'=b,'+c, '-d");
        assert_eq!(text("a=b - c"), "a=b - c");
        assert_eq!(text("\t=x"), "\\t=x");
        assert_eq!(text("\r\n"), "\\r\\n");
        assert_eq!(cell(&Cell::Number(-12.5)), "-12.5");
        assert_eq!(cell(&Cell::Number(f64::NAN)), "");
    }
}

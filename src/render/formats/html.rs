//! A page of findings, where faulty inputs leave no document.

use std::fmt::Write as _;

use crate::outage::OutageError;
use crate::render::document::html::text;
use crate::render::report::Report;

/// Writes what was found. The document itself is written by its command.
///
/// # Errors
/// None.
pub(super) fn write(report: &Report<'_>) -> Result<String, OutageError> {
    let mut out = String::from("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<title>{0}</title>\n</head>\n<body>\n<h1>{0}</h1>\n<ul>\n",
        text(&format!("trunkrisk: {}", report.status))
    );
    for item in &report.items {
        let place = item.places.first().map_or_else(String::new, |at| format!("{}:{}: ", at.path, at.line));
        let help = if item.help.is_empty() { String::new() } else { format!(" ({})", item.help) };
        let _ =
            writeln!(out, "<li>{}</li>", text(&format!("{place}{} {}: {}{help}", item.code, item.name, item.message)));
    }
    out.push_str("</ul>\n</body>\n</html>\n");
    Ok(out)
}

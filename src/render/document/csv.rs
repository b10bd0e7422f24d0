//! The document as CSV: a line for each cell of each table, and for each sentence.

use super::{Block, Document};
use crate::render::escape::terminal;

/// A cell: quoted where it must be, and never a formula.
fn cell(text: &str) -> String {
    let plain = terminal(text);
    let number = plain.replace(',', "").parse::<f64>().is_ok();
    let formula = !number && plain.trim_start().starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let text = if formula { format!("'{plain}") } else { plain.into_owned() };
    if text.contains([',', '"', '\n', ';']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// The document, under `section,table,row,column,value`.
#[must_use]
pub fn page(document: &Document) -> String {
    let mut out = String::from("section,table,row,column,value\n");
    let mut line = |cells: [&str; 5]| {
        out.push_str(&cells.map(cell).join(","));
        out.push('\n');
    };
    line(["title", "", "", "", &document.title]);
    line(["title", "", "", "", &document.subtitle]);
    for section in &document.sections {
        for block in &section.blocks {
            match block {
                Block::Verdict(word, _, rests) => {
                    line([section.id, "", "", "verdict", word]);
                    line([section.id, "", "", "why", rests]);
                }
                Block::Paragraph(said) => line([section.id, "", "", "", said]),
                Block::List(items) => items.iter().for_each(|item| line([section.id, "", "", "", item])),
                Block::Command(command) => line([section.id, "", "", "command", command]),
                Block::Chart { told, .. } => line([section.id, "", "", "chart", told]),
                Block::Data(_) => {}
                Block::Table(grid) => {
                    for row in &grid.rows {
                        let name = row.first().map_or("", String::as_str);
                        for ((column, _), value) in grid.columns.iter().zip(row).skip(1) {
                            line([section.id, &grid.caption, name, column, value]);
                        }
                    }
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_every_cell_is_one() {
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("@x"), "'@x");
        assert_eq!(cell("-5.00"), "-5.00");
        assert_eq!(cell("1,500.00 \"x\""), "\"1,500.00 \"\"x\"\"\"");
        assert_eq!(cell("<img src=x onerror=alert(1)>"), "<img src=x onerror=alert(1)>");
    }
}

//! The document on a terminal: the same words and tables, without the charts.

use std::fmt::Write as _;

use super::{Block, Document};
use crate::render::escape::terminal;
use crate::render::table::{Align, Table};

/// The document.
#[must_use]
pub fn page(document: &Document) -> String {
    let mut out = format!("{}\n{}\n", terminal(&document.title), terminal(&document.subtitle));
    for section in &document.sections {
        let _ = write!(out, "\n{}\n{}\n", section.title, "─".repeat(section.title.chars().count()));
        for block in &section.blocks {
            match block {
                Block::Verdict(word, _, rests) => {
                    let _ = writeln!(out, "{}  {}", terminal(word), terminal(rests));
                }
                Block::Paragraph(said) | Block::Command(said) => {
                    let _ = writeln!(out, "{}", terminal(said));
                }
                Block::List(items) => items.iter().for_each(|item| {
                    let _ = writeln!(out, "  · {}", terminal(item));
                }),
                Block::Chart { told, .. } => {
                    let _ = writeln!(out, "{}", terminal(told));
                }
                Block::Data(_) => {}
                Block::Table(grid) => {
                    let align = |number: bool| if number { Align::Right } else { Align::Left };
                    let columns: Vec<(&str, Align)> =
                        grid.columns.iter().map(|(name, number)| (name.as_str(), align(*number))).collect();
                    let mut table = Table::new(&columns).caption(&grid.caption);
                    for row in &grid.rows {
                        table.row(row);
                    }
                    let _ = write!(out, "\n{}\n", table.render());
                }
            }
        }
    }
    out
}

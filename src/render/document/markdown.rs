//! The document as Markdown.

use std::fmt::Write as _;

use super::{Block, Document, Grid};
use crate::render::escape::terminal;

/// Text that neither Markdown nor the HTML in it takes for markup. What stands between backquotes stays so.
fn text(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    for c in terminal(line).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' | '`' => {
                out.push('\\');
                out.push(c);
            }
            '@' => out.push_str("@&#8203;"),
            c => out.push(c),
        }
    }
    out.replace("://", ":&#8203;//")
}

/// The document.
#[must_use]
pub fn page(document: &Document) -> String {
    let mut out = format!("# {}\n\n{}\n", text(&document.title), text(&document.subtitle));
    for section in &document.sections {
        let _ = write!(out, "\n## {}\n", text(section.title));
        for block in &section.blocks {
            out.push('\n');
            push(&mut out, block);
        }
    }
    out
}

fn push(out: &mut String, block: &Block) {
    match block {
        Block::Verdict(word, _, rests) => {
            let _ = writeln!(out, "**{}** {}", text(word), text(rests));
        }
        Block::Paragraph(said) => {
            let _ = writeln!(out, "{}", text(said));
        }
        Block::List(items) => {
            for item in items {
                let _ = writeln!(out, "- {}", text(item));
            }
        }
        Block::Table(grid) => table(out, grid),
        // The figures of every chart stand in a table beside it.
        Block::Chart { told, .. } => {
            let _ = writeln!(out, "{}", text(told));
        }
        Block::Command(line) => {
            let _ = writeln!(out, "```text\n{}\n```", terminal(line).replace('`', "'"));
        }
        Block::Data(_) => {
            let _ = writeln!(out, "Every figure with all its digits: the same run with `--output json`.");
        }
    }
}

fn table(out: &mut String, grid: &Grid) {
    let _ = writeln!(out, "{}\n", text(&grid.caption));
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out.push_str(&line(grid.columns.iter().map(|(name, _)| text(name)).collect()));
    let rule = grid.columns.iter().map(|(_, number)| if *number { "---:" } else { "---" }.to_owned());
    out.push_str(&line(rule.collect()));
    for row in &grid.rows {
        out.push_str(&line(row.iter().map(|cell| text(cell)).collect()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        assert_eq!(text("<img src=x onerror=alert(1)>"), "&lt;img src=x onerror=alert(1)&gt;");
        assert_eq!(text("a|b *c* [d](e) `f`"), "a\\|b \\*c\\* \\[d\\](e) \\`f\\`");
        assert_eq!(text("one\ntwo"), "one\\\\ntwo");
    }
}

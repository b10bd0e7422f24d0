//! One page of HTML: no script, nothing loaded, readable on paper, in the dark and with a screen reader.

use std::fmt::Write as _;

use super::{Block, Document, Grid};
use crate::render::escape::terminal;

/// Text as text: no markup, and nothing that hides or reorders what stands around it.
#[must_use]
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            BREAK => out.push_str("<wbr>"),
            c => out.push(c),
        }
    }
    out
}

/// Words longer than this may be broken, so that no column is as wide as an address.
const LONG: usize = 18;

/// Text in a cell: long words may be broken behind what joins their parts, else every so many characters.
fn breakable(line: &str) -> String {
    let mut out = String::new();
    let mut run = 0;
    let long: Vec<bool> = line.split(' ').map(|word| word.chars().count() > LONG).collect();
    for (i, word) in line.split(' ').enumerate() {
        if i > 0 {
            out.push(' ');
        }
        run = if i > 0 { 0 } else { run };
        for c in word.chars() {
            out.push(c);
            run += 1;
            if long.get(i) == Some(&true) && (matches!(c, '/' | '-' | '_' | '.' | '?' | '&' | '=') || run >= LONG) {
                // A place where a line may end; no text holds this character as such, it would be shown as an escape.
                out.push(BREAK);
                run = 0;
            }
        }
    }
    out
}

/// Stands for a place where a line may end until the text is written.
const BREAK: char = '\u{fdd0}';

/// Text in which what stands between backquotes is set as code.
fn marked(line: &str) -> String {
    let mut out = String::new();
    let parts: Vec<&str> = line.split('`').collect();
    // An odd quote is a character like any other.
    let paired = parts.len() % 2 == 1;
    for (i, part) in parts.iter().enumerate() {
        match (paired, i % 2) {
            (true, 1) => {
                let _ = write!(out, "<code>{}</code>", text(part));
            }
            (false, _) if i > 0 => {
                let _ = write!(out, "`{}", text(part));
            }
            _ => out.push_str(&text(part)),
        }
    }
    out
}

const STYLE: &str = include_str!("style.css");

/// The page.
#[must_use]
pub fn page(document: &Document) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>{title}</h1>\n<p class=\"sub\">{}</p>\n</header>\n<nav aria-label=\"Contents\">\n<ol>\n",
        text(&document.subtitle),
        title = text(&document.title),
    );
    for section in &document.sections {
        let _ = writeln!(out, "<li><a href=\"#{}\">{}</a></li>", section.id, text(section.title));
    }
    out.push_str("</ol>\n</nav>\n<main>\n");
    for section in &document.sections {
        let id = section.id;
        let _ = writeln!(out, "<section id=\"{id}\" aria-labelledby=\"h-{id}\">");
        let _ = writeln!(out, "<h2 id=\"h-{id}\">{}</h2>", text(section.title));
        for block in &section.blocks {
            push(&mut out, block);
        }
        out.push_str("</section>\n");
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn push(out: &mut String, block: &Block) {
    match block {
        Block::Verdict(word, good, rests) => {
            let class = if *good { "good" } else { "bad" };
            let _ = writeln!(out, "<p class=\"verdict {class}\"><strong>{}</strong> {}</p>", text(word), marked(rests));
        }
        Block::Paragraph(said) => {
            let _ = writeln!(out, "<p>{}</p>", marked(said));
        }
        Block::List(items) => {
            out.push_str("<ul>\n");
            for item in items {
                let _ = writeln!(out, "<li>{}</li>", marked(item));
            }
            out.push_str("</ul>\n");
        }
        Block::Table(grid) => table(out, grid),
        Block::Chart { caption, told, svg } => {
            let _ = writeln!(
                out,
                "<figure>\n<div role=\"img\" aria-label=\"{}\">{svg}</div>\n<figcaption>{}</figcaption>\n</figure>",
                text(told),
                marked(caption)
            );
        }
        Block::Command(line) => {
            let _ = writeln!(out, "<pre><code>{}</code></pre>", text(line));
        }
        Block::Data(json) => {
            // Lines stay lines here.
            let lines: Vec<String> = json.lines().map(text).collect();
            let _ = writeln!(
                out,
                "<details>\n<summary>Every figure of the run, with all its digits (JSON)</summary>\n<pre>{}</pre>\n</details>",
                lines.join("\n")
            );
        }
    }
}

/// Tables with so many rows stay on one page.
const SHORT: usize = 8;

fn table(out: &mut String, grid: &Grid) {
    // A wide table scrolls by itself; the page never does.
    let short = if grid.rows.len() <= SHORT { " short" } else { "" };
    let _ = writeln!(
        out,
        "<div class=\"table{short}\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n<caption><span>{}</span></caption>\n<thead><tr>",
        marked(&grid.caption),
        caption = text(&grid.caption)
    );
    for (name, number) in &grid.columns {
        let _ = writeln!(out, "<th scope=\"col\"{}>{}</th>", class(*number), marked(name));
    }
    out.push_str("</tr></thead>\n<tbody>\n");
    for row in &grid.rows {
        out.push_str("<tr>");
        for (i, cell) in row.iter().enumerate() {
            let number = grid.columns.get(i).is_some_and(|(_, number)| *number);
            if i == 0 {
                let _ = write!(out, "<th scope=\"row\"{}>{}</th>", class(number), marked(&breakable(cell)));
            } else {
                let _ = write!(out, "<td{}>{}</td>", class(number), marked(&breakable(cell)));
            }
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
}

fn class(number: bool) -> &'static str {
    if number { " class=\"n\"" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let nasty = "<img src=x onerror=alert(1)>";
        assert_eq!(text(nasty), "&lt;img src=x onerror=alert(1)&gt;");
        assert_eq!(text("\"a' & \u{202e}b"), "&quot;a&#39; &amp; \\u{202e}b");
        assert_eq!(marked("a `b<` c"), "a <code>b&lt;</code> c");
        assert_eq!(marked("an ` odd <one>"), "an ` odd &lt;one&gt;");
        assert_eq!(text(&breakable("rates/example-voice.toml x")), "rates/<wbr>example-<wbr>voice.<wbr>toml x");
        assert_eq!(text(&breakable("internet-a")), "internet-a");
        let grid = Grid::new(nasty, 1, &[nasty], vec![vec![nasty.to_owned()]]);
        let mut out = String::new();
        table(&mut out, &grid);
        assert!(!out.contains("<img"), "{out}");
    }
}

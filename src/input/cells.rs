//! The cells of a line of comma-separated values, each with its place.
//!
//! The `csv` crate keeps no columns and lets an unclosed quote swallow the rows below it: here a row is a line.

/// A cell and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The trimmed text, without quotes.
    pub text: String,
    /// First byte in the line.
    pub start: usize,
    /// One past the last byte, blanks behind it left out.
    pub end: usize,
}

/// A quote that does not enclose a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The byte in the line where that shows.
    pub at: usize,
    /// What follows the closing quote; nothing where it is not closed on the line.
    pub found: Option<char>,
}

/// The cells of a line. A cell may stand in double quotes, with `""` for a quote in it.
///
/// # Errors
/// Where a quote is not closed on the line, or something but a comma follows it.
pub fn split(line: &str) -> Result<Vec<Cell>, Broken> {
    let mut cells = Vec::new();
    let mut chars = line.char_indices().peekable();
    loop {
        while chars.peek().is_some_and(|(_, c)| c.is_whitespace()) {
            chars.next();
        }
        let start = chars.peek().map_or(line.len(), |(i, _)| *i);
        let mut text = String::new();
        if chars.next_if(|(_, c)| *c == '"').is_some() {
            loop {
                match chars.next() {
                    Some((_, '"')) if chars.next_if(|(_, c)| *c == '"').is_some() => text.push('"'),
                    Some((_, '"')) => break,
                    Some((_, c)) => text.push(c),
                    None => return Err(Broken { at: start, found: None }),
                }
            }
            while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
            if let Some((at, c)) = chars.peek().filter(|(_, c)| *c != ',') {
                return Err(Broken { at: *at, found: Some(*c) });
            }
        } else {
            while let Some((_, c)) = chars.next_if(|(_, c)| *c != ',') {
                text.push(c);
            }
        }
        let until = chars.peek().map_or(line.len(), |(i, _)| *i);
        let end = start + line.get(start..until).unwrap_or_default().trim_end().len();
        cells.push(Cell { text: text.trim().to_owned(), start, end });
        if chars.next().is_none() {
            return Ok(cells);
        }
    }
}

//! Tables of questions: `--batch FILE.csv`, a header row and a question in each row below.
//!
//! A row is a line, and every cell knows its place (see [`cells`]).

use std::fmt;
use std::path::Path;

use super::error::{Error, ErrorKind, Hint, shown};
use crate::input::cells;
use crate::input::fault::suggest;
use crate::input::files::read_argument;

/// What is wrong at a place of a batch, or in an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// The order in which faults are told: line and column, or the order of the options.
    pub order: (usize, usize),
    /// `file:line:column`, or the option.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// What was found; empty where the message says it.
    pub found: String,
    /// What would be right.
    pub expected: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        if self.found == "none" {
            // That nothing is there the message says.
            write!(f, "; expected {}", self.expected)?;
        } else if !self.found.is_empty() {
            write!(f, ": found {}; expected {}", self.found, self.expected)?;
        }
        Ok(())
    }
}

/// A cell and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// The trimmed text, without quotes.
    pub text: String,
    /// Column of the first character, from 1.
    pub column: usize,
}

/// A row of questions.
#[derive(Debug)]
pub(super) struct Row {
    /// The line in the file, from 1.
    pub line: usize,
    /// The cells that hold something, under their columns.
    pub cells: Vec<(&'static str, Cell)>,
}

/// A table of questions.
#[derive(Debug)]
pub(super) struct Batch {
    /// What the file is called in messages.
    pub name: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What is wrong with its form.
    pub faults: Vec<Fault>,
    /// Whether the header names known columns only, each once: rows can be judged as a whole.
    pub header_is_sound: bool,
}

impl Batch {
    /// Reads a table whose columns are among `known`. Faults of its form are kept, for the caller to add its own.
    ///
    /// # Errors
    /// Where the file cannot be read as text.
    pub(super) fn read(path: &Path, known: &[&'static str]) -> Result<Self, Error> {
        let text = read_argument(path).map_err(|mut fault| {
            // The hint for an empty plan would mislead here.
            fault.help = String::new();
            fault
        });
        let text = text.hint(format!("a batch is a CSV whose first row names its columns: {}", known.join(", ")))?;
        Ok(Self::parse(shown(&text.name), &text.text, known))
    }

    fn parse(name: String, text: &str, known: &[&'static str]) -> Self {
        let mut batch = Self { name, rows: Vec::new(), faults: Vec::new(), header_is_sound: true };
        let mut header: Option<Vec<Option<&'static str>>> = None;
        for (i, content) in text.lines().enumerate() {
            let line = i + 1;
            if content.trim().is_empty() || content.trim_start().starts_with('#') {
                continue;
            }
            let cells = match split(content) {
                Ok(cells) => cells,
                Err((column, found, expected)) => {
                    batch.fault((line, column), "a quote does not enclose a cell", found, expected);
                    batch.header_is_sound &= header.is_some();
                    header.get_or_insert_default();
                    continue;
                }
            };
            match &header {
                None => header = Some(batch.columns(line, &cells, known)),
                Some(_) if !batch.header_is_sound && header.as_ref().is_some_and(Vec::is_empty) => {}
                Some(columns) => batch.row(line, cells, columns),
            }
        }
        let end = text.lines().count().max(1);
        if header.is_none() {
            let expected = format!("a row that names columns: {}", known.join(", "));
            batch.fault((end, 1), "no header", "blank lines and comments only".to_owned(), expected);
        } else if batch.rows.is_empty() && batch.faults.is_empty() {
            batch.fault((end, 1), "no rows", "a header only".to_owned(), "a row for each question".to_owned());
        }
        batch
    }

    /// Keeps a fault at a place of this file. `found` may be empty, where the message says all.
    pub(super) fn fault(&mut self, at: (usize, usize), message: &str, found: String, expected: String) {
        let place = format!("{}:{}:{}", self.name, at.0, at.1);
        self.faults.push(Fault { order: at, place, message: message.to_owned(), found, expected });
    }

    /// All faults, in the order of their places; nothing where there are none.
    ///
    /// # Errors
    /// The faults, where there are any.
    pub(super) fn into_result(mut self) -> Result<(), Error> {
        if self.faults.is_empty() {
            return Ok(());
        }
        self.faults.sort_by_key(|fault| fault.order);
        Err(ErrorKind::inputs(self.faults.iter().map(Fault::to_string).collect()).into())
    }

    /// The columns that a header names.
    fn columns(&mut self, line: usize, cells: &[Cell], known: &[&'static str]) -> Vec<Option<&'static str>> {
        let before = self.faults.len();
        let mut columns = Vec::new();
        if let Some(first) = cells.first()
            && cells.iter().all(|cell| cell.text.parse::<f64>().is_ok())
        {
            let expected = format!("a row that names columns: {}", known.join(", "));
            self.fault((line, first.column), "no header", quoted(&first.text), expected);
            self.header_is_sound = false;
            return columns;
        }
        for cell in cells {
            let column = known.iter().find(|name| name.eq_ignore_ascii_case(&cell.text)).copied();
            match column {
                None => {
                    let meant = suggest(&cell.text, known.iter().copied());
                    let meant = meant.map_or_else(String::new, |name| format!(" (did you mean `{name}`?)"));
                    let expected = format!("one of {}{meant}", known.join(", "));
                    self.fault((line, cell.column), "unknown column", quoted(&cell.text), expected);
                }
                Some(name) if columns.contains(&column) => {
                    self.fault((line, cell.column), "column named twice", quoted(name), "each once".to_owned());
                }
                Some(_) => {}
            }
            columns.push(column);
        }
        self.header_is_sound = self.faults.len() == before;
        columns
    }

    fn row(&mut self, line: usize, cells: Vec<Cell>, columns: &[Option<&'static str>]) {
        if cells.len() != columns.len() {
            // The first cell too many, or the last of too few.
            let column = cells.get(columns.len()).or(cells.last()).map_or(1, |cell| cell.column);
            let expected = format!("{}, as the header has", count(columns.len()));
            self.fault((line, column), "ragged row", count(cells.len()), expected);
            return;
        }
        let cells = cells.into_iter().zip(columns).filter_map(|(cell, column)| {
            let name = (*column)?;
            (!cell.text.is_empty()).then_some((name, cell))
        });
        self.rows.push(Row { line, cells: cells.collect() });
    }
}

/// A text from outside, in backquotes.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", shown(text))
}

fn count(cells: usize) -> String {
    if cells == 1 { "1 cell".to_owned() } else { format!("{cells} cells") }
}

/// The cells of a line, with their columns counted in characters.
///
/// # Errors
/// Where a quote does not enclose a cell: the column, what was found, and what would be right.
fn split(line: &str) -> Result<Vec<Cell>, (usize, String, String)> {
    let column = |byte: usize| line.get(..byte).unwrap_or_default().chars().count() + 1;
    match cells::split(line) {
        Ok(cells) => Ok(cells.into_iter().map(|cell| Cell { text: cell.text, column: column(cell.start) }).collect()),
        Err(cells::Broken { at, found: None }) => {
            Err((column(at), "the end of the line".to_owned(), "a closing `\"`".to_owned()))
        }
        Err(cells::Broken { at, found: Some(c) }) => {
            Err((column(at), quoted(&c.to_string()), "a comma after the closing `\"`".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Vec<(usize, Vec<String>)>, Vec<String>) {
        let batch = Batch::parse("b.csv".to_owned(), text, &["traffic", "channels"]);
        let cell = |(name, cell): &(&str, Cell)| format!("{name}={}@{}", cell.text, cell.column);
        let rows = batch.rows.iter().map(|row| (row.line, row.cells.iter().map(cell).collect())).collect();
        (rows, batch.faults.iter().map(Fault::to_string).collect())
    }

    #[test]
    fn cells_know_their_places() {
        let (rows, faults) = parse("# source\n\n Channels , \"TRAFFIC\"\r\n 15 ,\t8\r\n,\"1,5\"\n");
        assert_eq!(faults, [""; 0]);
        let texts = |cells: &[&str]| cells.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(rows, [(4, texts(&["channels=15@2", "traffic=8@7"])), (5, texts(&["traffic=1,5@2"]))]);
    }

    #[test]
    fn what_is_not_there_is_said_once() {
        let mut batch = Batch::parse("b.csv".to_owned(), "traffic,channels\n1,\n", &["traffic", "channels"]);
        batch.fault((2, 1), "no row has channels", "none".to_owned(), "a number in each".to_owned());
        let told: Vec<String> = batch.faults.iter().map(Fault::to_string).collect();
        assert_eq!(told, ["b.csv:2:1: no row has channels; expected a number in each"]);
    }

    #[test]
    fn faults_of_form_have_places() {
        for (text, want) in [
            ("# x\n", "b.csv:1:1: no header: found blank lines and comments only; expected a row that names columns"),
            ("traffic\n", "b.csv:1:1: no rows: found a header only; expected a row for each question"),
            ("1,2\n3,4\n", "b.csv:1:1: no header: found `1`; expected a row that names columns: traffic, channels"),
            (
                "traffic, chanels\n1,2\n",
                "b.csv:1:10: unknown column: found `chanels`; expected one of traffic, channels (did you mean `channels`?)",
            ),
            ("traffic,Traffic\n1,2\n", "b.csv:1:9: column named twice: found `traffic`; expected each once"),
            ("traffic\n1,2,3\n", "b.csv:2:3: ragged row: found 3 cells; expected 1 cell, as the header has"),
            ("traffic,channels\n1\n", "b.csv:2:1: ragged row: found 1 cell; expected 2 cells, as the header has"),
            (
                "traffic\n\"1\n2\n",
                "b.csv:2:1: a quote does not enclose a cell: found the end of the line; expected a closing",
            ),
            ("traffic\n\"1\"x\n", "b.csv:2:4: a quote does not enclose a cell: found `x`; expected a comma"),
            ("\"traffic\n1\n2,3\n", "b.csv:1:1: a quote does not enclose a cell"),
        ] {
            let (_, faults) = parse(text);
            assert!(faults.len() == 1 && faults[0].starts_with(want), "{text:?}: {faults:?}");
        }
    }
}

//! Delimited text, record by record: cells as stretches of bytes, quotes that do not swallow the rest of a deck.

/// A cell: its text without quotes and outer spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Quotes within it are written twice.
    pub doubled: bool,
}

/// What is wrong with the quotes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A quote that nothing closes before the end of its line; where it opens.
    Unclosed(usize),
    /// Text behind a closing quote; where it begins.
    Behind(usize),
}

/// Lines that a quoted cell may take: a heading broken over some lines, and no swallowed rows.
const MOST_LINES: usize = 4;

/// Reads records one after another.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    delimiter: u8,
    /// The trouble of the record read last.
    pub trouble: Option<Trouble>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        Self { text: text.as_bytes(), at: 0, delimiter, trouble: None }
    }

    /// Goes on from a byte that begins a line.
    pub(super) fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Where the next record begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Reads the next record that is not blank into `cells`; false at the end of the text.
    pub(super) fn next(&mut self, cells: &mut Vec<Cell>) -> bool {
        loop {
            cells.clear();
            self.trouble = None;
            if self.at >= self.text.len() {
                return false;
            }
            while self.cell(cells) {}
            if cells.iter().any(|cell| cell.end > cell.start) || self.trouble.is_some() {
                return true;
            }
        }
    }

    /// Reads one cell; true where another follows in the record.
    fn cell(&mut self, cells: &mut Vec<Cell>) -> bool {
        let mut start = self.at;
        while self.text.get(start).is_some_and(|b| *b == b' ' || (*b == b'\t' && self.delimiter != b'\t')) {
            start += 1;
        }
        if self.text.get(start) == Some(&b'"') {
            let cell = self.quoted(start);
            cells.push(cell);
        } else {
            let mut end = start;
            while let Some(byte) = self.text.get(end) {
                if *byte == self.delimiter || *byte == b'\n' {
                    break;
                }
                end += 1;
            }
            self.at = end;
            cells.push(trimmed(self.text, start, end, false));
        }
        let more = self.text.get(self.at) == Some(&self.delimiter);
        self.at += 1;
        more
    }

    /// Reads from an opening quote to the delimiter or line end behind its closing one.
    fn quoted(&mut self, open: usize) -> Cell {
        let mut at = open + 1;
        let mut doubled = false;
        loop {
            match self.text.get(at) {
                Some(b'"') if self.text.get(at + 1) == Some(&b'"') => {
                    doubled = true;
                    at += 2;
                }
                Some(b'"') => break,
                Some(b'\n') if self.closes_soon(at) => at += 1,
                None | Some(b'\n') => {
                    self.trouble.get_or_insert(Trouble::Unclosed(open));
                    self.at = at;
                    return trimmed(self.text, open + 1, at, doubled);
                }
                Some(_) => at += 1,
            }
        }
        let cell = trimmed(self.text, open + 1, at, doubled);
        at += 1;
        let ends = |byte: u8| byte == self.delimiter || byte == b'\n';
        while let Some(byte) = self.text.get(at) {
            if ends(*byte) {
                break;
            }
            if !byte.is_ascii_whitespace() {
                self.trouble.get_or_insert(Trouble::Behind(at));
            }
            at += 1;
        }
        self.at = at;
        cell
    }

    /// Whether a cell broken over lines closes within a few of them that hold no further cells.
    fn closes_soon(&self, from: usize) -> bool {
        let mut lines = 1;
        let mut at = from + 1;
        while let Some(byte) = self.text.get(at) {
            match *byte {
                b'"' if self.text.get(at + 1) == Some(&b'"') => at += 1,
                b'"' => {
                    let rest = self.text.get(at + 1..).unwrap_or_default();
                    let next = rest.iter().find(|b| **b != b' ' && **b != b'\r');
                    return next.is_none_or(|b| *b == self.delimiter || *b == b'\n');
                }
                b'\n' => {
                    lines += 1;
                    if lines >= MOST_LINES {
                        return false;
                    }
                }
                b if b == self.delimiter => return false,
                _ => {}
            }
            at += 1;
        }
        false
    }
}

fn trimmed(text: &[u8], mut start: usize, mut end: usize, doubled: bool) -> Cell {
    while start < end && text[start].is_ascii_whitespace() {
        start += 1;
    }
    while start < end && text[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    Cell { start, end, doubled }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn records(text: &str, delimiter: u8) -> Vec<(Vec<&str>, Option<Trouble>)> {
        let mut scanner = Scanner::new(text, delimiter);
        let (mut cells, mut found) = (Vec::new(), Vec::new());
        while scanner.next(&mut cells) {
            found.push((cells.iter().map(|cell| &text[cell.start..cell.end]).collect(), scanner.trouble));
        }
        found
    }

    fn cells(text: &str) -> Vec<Vec<&str>> {
        records(text, b',').into_iter().map(|(cells, trouble)| trouble.is_none().then_some(cells).unwrap()).collect()
    }

    #[test]
    fn cells_and_lines() {
        assert_eq!(cells("a,b\r\n1,2\r\n"), [["a", "b"], ["1", "2"]]);
        assert_eq!(cells("\n\na , b\n,\n \n1,\n"), [["a", "b"], ["1", ""]]);
        assert_eq!(cells("\"CANADA, MOBILE\",1204"), [["CANADA, MOBILE", "1204"]]);
        assert_eq!(cells("a,\"b \"\"c\"\"\" ,d"), [["a", "b \"\"c\"\"", "d"]]);
        assert_eq!(cells("5\" pipe,x"), [["5\" pipe", "x"]]);
        assert_eq!(cells("\"Rate\nper minute\",\"Code\"\n1,2"), [["Rate\nper minute", "Code"], ["1", "2"]]);
        assert_eq!(records("a\t b\t\n", b'\t')[0].0, ["a", "b", ""]);
        assert_eq!(cells(""), Vec::<Vec<&str>>::new());
    }

    #[test]
    fn an_unclosed_quote_takes_its_own_line_only() {
        let text = "\"A, b,1,2\n\"C\",3,4\n";
        assert_eq!(records(text, b','), [(vec!["A, b,1,2"], Some(Trouble::Unclosed(0))), (vec!["C", "3", "4"], None)]);
        assert_eq!(records("a,\"b", b',')[0].1, Some(Trouble::Unclosed(2)));
        assert_eq!(records("\"a\"b,c", b',')[0].1, Some(Trouble::Behind(3)));
        // Closed on a later line, but with cells in between.
        let text = "\"A,1\nB,2\nC\",3\n";
        assert_eq!(records(text, b',').iter().map(|r| r.0.len()).collect::<Vec<_>>(), [1, 2, 2]);
    }

    proptest! {
        #[test]
        fn reads_what_a_writer_wrote(rows in prop::collection::vec(prop::collection::vec("[a-z,;\" ]{0,6}", 1..5), 1..6)) {
            let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
            let text: String =
                rows.iter().map(|row| row.iter().map(quote).collect::<Vec<_>>().join(",") + "\n").collect();
            let read: Vec<Vec<String>> = records(&text, b',')
                .into_iter()
                .map(|(cells, _)| cells.into_iter().map(|cell| cell.replace("\"\"", "\"")).collect())
                .collect();
            let wanted: Vec<Vec<String>> = rows
                .iter()
                .filter(|row| row.iter().any(|cell| !cell.trim().is_empty()))
                .map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect())
                .collect();
            prop_assert_eq!(read, wanted);
        }

        #[test]
        fn every_text_ends(text in "[ab,\"\n\r ]{0,40}") {
            for (row, _) in records(&text, b',') {
                prop_assert!(!row.is_empty());
            }
        }
    }
}

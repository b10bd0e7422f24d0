//! Spreadsheets as text: each sheet as comma-separated lines, the line of a row having its number.

use std::fmt::Write as _;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, Xlsx};

/// Columns further right are no price list's.
const MOST_COLUMNS: u32 = 1000;
/// Longer texts are no price list's [bytes].
const LONGEST: usize = 512 * 1024 * 1024;

/// A sheet and its cells as text.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Comma-separated lines; empty where nothing is in it.
    pub text: String,
}

/// How the files of older spreadsheets begin, .xls.
const OLD: &[u8] = b"\xd0\xcf\x11\xe0";

/// Whether bytes are those of a spreadsheet: an archive, as .xlsx is, or what came before.
#[must_use]
pub fn is_spreadsheet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(OLD)
}

/// Reads every sheet of an .xlsx file.
///
/// # Errors
/// In words, where it cannot be read.
pub fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, String> {
    if bytes.starts_with(OLD) {
        return Err("it is of an older kind, .xls".to_owned());
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let names = book.sheet_names();
    names.into_iter().map(|name| sheet(&mut book, name)).collect()
}

fn sheet(book: &mut Xlsx<Cursor<&[u8]>>, name: String) -> Result<Sheet, String> {
    // Cell by cell: a sheet may claim more cells than there is memory for.
    let mut cells = book.worksheet_cells_reader(&name).map_err(|error| error.to_string())?;
    let (mut text, mut row, mut column) = (String::new(), 0, 0);
    while let Some(cell) = cells.next_cell().map_err(|error| error.to_string())? {
        let (at, place) = cell.get_position();
        let value = shown(cell.get_value());
        if value.is_empty() {
            continue;
        }
        if place >= MOST_COLUMNS {
            return Err(format!("sheet {name:?} has cells right of column {MOST_COLUMNS}"));
        }
        if at < row || (at == row && place < column) {
            return Err(format!("the cells of sheet {name:?} are not in order"));
        }
        while row < at {
            text.push('\n');
            row += 1;
            column = 0;
        }
        while column < place {
            text.push(',');
            column += 1;
        }
        quote(&mut text, &value);
        if text.len() > LONGEST {
            return Err(format!("sheet {name:?} is larger than {} MiB of text", LONGEST / 1024 / 1024));
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(Sheet { name, text: even(&text) })
}

/// Gives every line that has cells as many as the widest: a sheet leaves out what is empty at the end of a row.
fn even(text: &str) -> String {
    let width = text.lines().map(commas).max().unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        out.push_str(line);
        if !line.is_empty() {
            out.extend(std::iter::repeat_n(',', width - commas(line)));
        }
        out.push('\n');
    }
    out
}

/// Commas outside quotes.
fn commas(line: &str) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            *byte == b',' && !quoted
        })
        .count()
}

/// A cell between quotes where it needs them, in one line.
pub fn quote(out: &mut String, value: &str) {
    if !value.contains([',', '"', '\n', '\r']) {
        out.push_str(value);
        return;
    }
    out.push('"');
    for c in value.chars() {
        match c {
            '"' => out.push_str("\"\""),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
}

/// The shortest decimal that is a number: what was typed. What a formula gives has noise behind the 15 digits that a sheet
/// shows at most, and is shown as there: 0.05 · 1.1 is 0.055.
fn typed(number: f64) -> String {
    let shortest = number.to_string();
    let digits = shortest.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').count();
    if digits <= 15 || !shortest.contains('.') {
        return shortest;
    }
    // Exponents hold the digits alone; read back they are the number nearest to these.
    format!("{number:.14e}").parse::<f64>().map_or(shortest, |shown| shown.to_string())
}

fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => typed(*number),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.trim().to_owned(),
        DataRef::SharedString(text) => text.trim().to_owned(),
        DataRef::Bool(flag) => if *flag { "true" } else { "false" }.to_owned(),
        DataRef::DateTime(time) if time.is_datetime() => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            let mut date = String::new();
            // Writing to a string cannot fail.
            let _ = write!(date, "{year:04}-{month:02}-{day:02}");
            date
        }
        DataRef::DateTime(time) => time.as_f64().to_string(),
        DataRef::Error(error) => format!("#{error:?}"),
        DataRef::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_made_even() {
        assert_eq!(even("Note\n\na,b,c\n1,\"x,y\"\n"), "Note,,\n\na,b,c\n1,\"x,y\",\n");
        assert_eq!(even(""), "");
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let mut out = String::new();
        quote(&mut out, "a,\"b\"\nc");
        assert_eq!(out, "\"a,\"\"b\"\" c\"");
    }

    #[test]
    fn numbers_are_what_a_sheet_shows() {
        for (number, text) in [
            (0.0495, "0.0495"),
            (0.05 * 1.1, "0.055"),
            (0.1 + 0.2, "0.3"),
            (0.012_345_678_901_234_5, "0.0123456789012345"),
            (447_400_123_456.0, "447400123456"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (-0.5, "-0.5"),
        ] {
            assert_eq!(typed(number), text);
        }
    }

    #[test]
    fn what_is_no_spreadsheet_is_refused_in_words() {
        assert!(!is_spreadsheet(b"NPANXX,Rate"));
        assert!(sheets(b"PK\x03\x04 nothing").is_err());
        let old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
        assert!(is_spreadsheet(old) && sheets(old).is_err_and(|why| why.contains(".xls")));
        assert!(sheets(b"").is_err());
    }
}

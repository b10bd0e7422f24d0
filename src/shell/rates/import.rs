//! `rates import`: a carrier's own file, .csv or .xlsx, to a checked table with a manifest.

mod update;

use std::borrow::Cow;
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use self::update::{Renewal, Standing};
use super::super::app::Context;
use super::super::cli::RatesImportArgs;
use super::super::error::{Error, ErrorKind, shown};
use super::super::exit::Exit;
use super::super::explain::without_plan;
use super::super::init::{refuse, write};
use super::super::load::reject_saying;
use super::super::output::Format;
use super::lint::of_rows;
use super::tables::default_day;
use crate::input::files::{DeckText, NamedText, read_spreadsheet};
use crate::input::plan::Rejected;
use crate::input::reader::Log;
use crate::input::{deck, rates};
use crate::model::rates::{Deck, RateTable};
use crate::rating::tariff::Tariff;
use crate::render::json::document;
use crate::render::rates::deck as shown_deck;
use crate::words::diagnostic::Sources;

const COMMAND: &str = "rates import";
/// Findings that are shown.
const MOST: usize = 5;

/// Runs the command.
pub(super) fn run(args: &RatesImportArgs, context: &mut Context) -> Result<Exit, Error> {
    let out = args.out.clone();
    let tables = [("--out", &args.out), ("--update", &args.update)];
    let others = tables.into_iter().filter_map(|(option, path)| path.as_deref().map(|path| (option, path)));
    let mut others = others.filter(|(_, path)| path.extension().is_none_or(|extension| extension != "toml"));
    if let Some((option, path)) = others.next() {
        let message = format!("{option} {} is no rate table: those end in .toml", shown(&path.to_string_lossy()));
        return Err(Error::from(ErrorKind::Arguments(message)).hint("the deck is written beside it, as a .csv"));
    }
    let standing = args.update.as_deref().map(|table| Standing::read(table, context)).transpose()?;
    let (texts, other_sheets) = read(args)?;
    let stem = out.as_deref().unwrap_or(&args.file).file_stem().map_or("deck".into(), |stem| stem.to_string_lossy());
    let csv = format!("{stem}.csv");
    let mut tried = None;
    // The sheet whose header is known, else the first: its faults tell why.
    for (sheet, text) in texts {
        let attempt = attempt(args, standing.as_ref(), &csv, sheet, text);
        let sound = attempt.faults == 0 && attempt.has_deck();
        if sound || tried.is_none() || (attempt.has_deck() && tried.as_ref().is_some_and(|t: &Attempt| !t.has_deck())) {
            tried = Some(attempt);
        }
        if sound {
            break;
        }
    }
    let Some(attempt) = tried else {
        return Err(ErrorKind::Unreadable(format!("{} holds no sheet with cells", args.file.display())).into());
    };
    let Attempt { table: read, sheet, sources, log, text, inputs, .. } = attempt;
    let deck = read.as_ref().and_then(|table| table.deck.clone());
    let mut understood = deck.as_ref().map_or_else(String::new, |deck| shown_deck::text(deck, &sources, false));
    let rest: Vec<&String> = other_sheets.iter().filter(|other| Some(*other) != sheet.as_ref()).collect();
    if !rest.is_empty() {
        let names: Vec<String> = rest.iter().map(|name| shown(name)).collect();
        understood.push_str(&format!(
            "  not read   sheets {}: removals are often on a sheet of their own\n",
            names.join(", ")
        ));
    }
    let faults = log.faults.into_sorted();
    let Some(deck) = deck.filter(|_| faults.is_empty()) else {
        return Err(reject_saying(COMMAND, context, &Rejected { faults, sources, inputs }, &understood)?);
    };
    let table = match &standing {
        Some(standing) => standing.with(&Renewal::new(args, sheet.as_deref(), &deck.sha256, &remarks(&deck))),
        None => table(args, &csv, sheet.as_deref(), Some(&deck)),
    };
    let mut written = Vec::new();
    let out = args.update.clone().or(out);
    if let Some(out) = &out {
        let beside = out.with_file_name(standing.as_ref().map_or(csv.as_str(), |standing| &standing.file));
        let same = match (fs::canonicalize(&beside), fs::canonicalize(&args.file)) {
            (Ok(beside), Ok(file)) => beside == file,
            _ => false,
        };
        let mut targets: Vec<(PathBuf, Cow<'_, str>)> = vec![(out.clone(), Cow::Borrowed(&table))];
        if !same {
            targets.push((beside, Cow::Borrowed(&text)));
        }
        refuse(
            &targets,
            args.force || standing.is_some(),
            "`--out FILE.toml` writes to another place, and `--update` keeps what the table says",
        )?;
        for (path, text) in &targets {
            write(path, text)?;
            written.push(shown(&path.to_string_lossy()));
        }
    }
    // Rows that stand twice or lie far off are no faults, and nothing to import unseen.
    let suspect: Vec<String> = read.iter().flat_map(suspects).collect();
    if !suspect.is_empty() {
        let shown: Vec<String> = suspect.iter().take(MOST).map(|message| shown(message)).collect();
        let more = match suspect.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        understood.push_str(&format!("  look at    {}{more}: `rates lint` shows the lines\n", shown.join("; ")));
    }
    let brief = context.global.quiet;
    context.outputs.write(|format| {
        Ok(match format {
            Format::Json => document(&without_plan(
                COMMAND,
                "import",
                json!({
                    "written": written,
                    "table": table,
                    "sheet": sheet,
                    "sheets_not_read": rest,
                    "look_at": suspect,
                    "deck": shown_deck::value(&deck, &sources, false),
                }),
            )),
            Format::Text if brief => String::new(),
            Format::Text => {
                let after: String = if written.is_empty() {
                    format!("{table}\n# --out FILE.toml writes this table, and the deck beside it\n")
                } else {
                    written.iter().map(|path| format!("wrote {path}\n")).collect()
                };
                format!("{understood}\n{after}")
            }
        })
    })?;
    Ok(Exit::Pass)
}

/// Rows that stand twice or lie far off those around them.
fn suspects(table: &RateTable) -> Vec<String> {
    let day = default_day(table).unwrap_or(chrono::NaiveDate::MIN);
    of_rows(&Tariff::new(table), day).into_iter().map(|(_, found)| found.message).collect()
}

/// One sheet read.
struct Attempt {
    table: Option<RateTable>,
    faults: usize,
    sheet: Option<String>,
    sources: Sources,
    log: Log,
    text: String,
    inputs: Vec<crate::input::plan::InputRecord>,
}

impl Attempt {
    fn has_deck(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.deck.is_some())
    }
}

type Named = (Option<String>, DeckText);

/// The texts of the file, one for each sheet, and the names of all sheets.
fn read(args: &RatesImportArgs) -> Result<(Vec<Named>, Vec<String>), Error> {
    let unreadable = |message: String| Error::from(ErrorKind::Unreadable(message));
    match read_spreadsheet(&args.file) {
        Err(fault) => Err(unreadable(fault.message).hint(&fault.help)),
        Ok(deck::Source::Text(text)) => Ok((vec![(None, text)], Vec::new())),
        Ok(deck::Source::Sheets(sheets)) => {
            let names: Vec<String> = sheets.iter().map(|(name, _)| name.clone()).collect();
            if let Some(wanted) = &args.sheet
                && !names.contains(wanted)
            {
                let known: Vec<String> = names.iter().map(|name| shown(name)).collect();
                let message = format!("{} has no sheet {}", args.file.display(), shown(wanted));
                return Err(unreadable(message).hint(format!("its sheets: {}", known.join(", "))));
            }
            let wanted = |name: &String| args.sheet.as_ref().is_none_or(|wanted| wanted == name);
            let texts = sheets.into_iter().filter(|(name, text)| wanted(name) && !text.text.is_empty());
            Ok((texts.map(|(name, text)| (Some(name), text)).collect(), names))
        }
    }
}

fn attempt(
    args: &RatesImportArgs,
    standing: Option<&Standing>,
    csv: &str,
    sheet: Option<String>,
    deck: DeckText,
) -> Attempt {
    let (mut sources, mut inputs, log) = (Sources::default(), Vec::new(), Log::default());
    // Byte for byte what the digest is of.
    let text = format!("{}{}", if deck.marked { "\u{feff}" } else { "" }, deck.text);
    let (name, table) = match standing {
        Some(standing) => {
            (standing.name.clone(), standing.with(&Renewal::new(args, sheet.as_deref(), &deck.sha256, "")))
        }
        None => (format!("{}.toml", csv.trim_end_matches(".csv")), table(args, csv, sheet.as_deref(), None)),
    };
    let table = NamedText { name, bytes: table.clone().into_bytes(), text: table };
    let read = rates::draft(table, deck, &mut sources, &mut inputs, &log);
    let faults = log.faults.len();
    Attempt { table: read, faults, sheet, sources, log, text, inputs }
}

/// A string as TOML writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The file that the deck is from, as the table's `source`.
fn origin(args: &RatesImportArgs, sheet: Option<&str>) -> String {
    let file = args.file.file_name().map_or_else(|| "-".into(), |name| name.to_string_lossy());
    sheet.map_or_else(|| file.clone().into_owned(), |sheet| format!("{file}, sheet {sheet}"))
}

/// How the remarks of a table begin that was imported.
const REMARKS: &str = "# What `trunkrisk rates import` understood:\n";

/// What was understood of a deck, as remarks.
fn remarks(read: &Deck) -> String {
    let mut out = String::from(REMARKS);
    for (header, role) in &read.columns {
        let header: String = header.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        out.push_str(&format!("#   {header} -> {}\n", role.unwrap_or("not read")));
    }
    out.push_str(&format!("#   {} rows from {} lines\n", read.rows, read.lines));
    out
}

/// The table: what the arguments state, and what was seen of the deck.
fn table(args: &RatesImportArgs, csv: &str, sheet: Option<&str>, read: Option<&Deck>) -> String {
    let from = origin(args, sheet);
    let mut deck = vec![format!("file = {}", quoted(csv))];
    match (args.format, args.columns.as_slice()) {
        (Some(format), _) => deck.push(format!("format = {}", quoted(format.name))),
        (None, []) => deck.extend(read.map(|read| format!("format = {}", quoted(read.layout)))),
        (None, columns) => {
            let columns: Vec<String> = columns.iter().map(|(key, header)| format!("{key} = {header}")).collect();
            deck.push(format!("columns = {{ {} }}", columns.join(", ")));
        }
    }
    let stated = [
        ("dates", &args.dates),
        ("hyphen", &args.hyphen),
        ("blanks", &args.blanks),
        ("decimal", &args.decimal),
        ("country_code", &args.country_code),
    ];
    deck.extend(stated.iter().filter_map(|(key, word)| word.as_ref().map(|word| format!("{key} = {}", quoted(word)))));
    deck.extend(
        args.delimiter.as_ref().filter(|_| sheet.is_none()).map(|word| format!("delimiter = {}", quoted(word))),
    );
    if args.no_header {
        deck.push("header = false".to_owned());
    }
    if !args.only.is_empty() {
        let cells: Vec<String> =
            args.only.iter().map(|(header, cell)| format!("{} = {}", quoted(header), quoted(cell))).collect();
        deck.push(format!("only = {{ {} }}", cells.join(", ")));
    }
    deck.extend(read.map(|read| format!("sha256 = {}", quoted(&read.sha256))));
    let mut out = read.map(remarks).unwrap_or_default();
    let carrier = args.carrier.clone().unwrap_or_else(|| csv.trim_end_matches(".csv").to_owned());
    out.push_str(&format!(
        "version  = 1\ncarrier  = {}\ncurrency = {}\nkind     = \"per-minute\"\nsource   = {}\n",
        quoted(&carrier),
        quoted(&args.currency),
        quoted(&from)
    ));
    if let Some(day) = args.effective_from {
        out.push_str(&format!("effective_from = {day}\n"));
    }
    out.push_str(&format!("deck     = {{ {} }}\n", deck.join(", ")));
    if let Some(increment) = &args.increment {
        out.push_str(&format!("\n[billing]\nincrement = {}\n", quoted(increment)));
    }
    out
}

/// `KEY=HEADER` of `--column`: the header as TOML writes it, or a number.
pub(in crate::shell) fn column(text: &str) -> Result<(String, String), String> {
    let (key, header) = text.split_once('=').ok_or("KEY=HEADER is wanted, such as prefix=Code")?;
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') {
        return Err("a key of `columns` is wanted before `=`, such as prefix".to_owned());
    }
    let number = !header.is_empty() && header.bytes().all(|b| b.is_ascii_digit());
    let parts: Vec<String> = header.split('+').map(|part| quoted(part.trim())).collect();
    let header = match parts.as_slice() {
        _ if number => header.to_owned(),
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    };
    Ok((key.to_owned(), header))
}

/// `HEADER=CELL` of `--only`.
pub(in crate::shell) fn only(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((header, cell)) if !header.trim().is_empty() => Ok((header.trim().to_owned(), cell.trim().to_owned())),
        _ => Err("HEADER=CELL is wanted, such as carrier_id=7".to_owned()),
    }
}

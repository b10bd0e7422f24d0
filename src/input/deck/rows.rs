//! From records to rate rows.

use std::num::NonZeroU32;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Around;
use super::cells::{Bad, DateOrder, Day, Numbering, State, day, flag, seconds, state};
use super::codes::{BadCode, Code, Rules, codes};
use super::header::{Columns, Found, bare};
use super::layout::Role;
use super::pricing::{PRICES, Priced};
use super::repeats::{Known, Repeats};
use super::scan::{Cell, Scanner, Trouble};
use super::spec::DeckSpec;
use super::troubles::Troubles;
use crate::input::fault::FaultKind;
use crate::model::rates::Price;
use crate::model::rows::{RowPacker, Terms};
use crate::words::diagnostic::Span;
use crate::words::e164::DialPrefix;
use crate::words::increment::BillingIncrement;

/// What was read, and what was not.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub rows: RowPacker,
    pub lines: usize,
    pub blocked: usize,
    pub withdrawn: Vec<Withdrawn>,
    pub elsewhere: usize,
    pub prose: Vec<Span>,
    /// Rows without an increment: the first and how many.
    pub unstated: Option<(Span, usize)>,
    /// The order of dates that cells show or the table states.
    pub dates: Option<DateOrder>,
    /// Rows with a fee on short calls: the first and how many.
    pub short_fees: Option<(Span, usize)>,
    /// Rows with seconds free of charge.
    pub no_charge: usize,
}

/// A row taken back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Withdrawn {
    pub prefix: DialPrefix,
    /// The first day without it; nothing where that is at once.
    pub from: Option<NaiveDate>,
    pub span: Span,
    /// The number of the terms that hold until then, where the row states them, and whether no increment is among those.
    pub until: Option<(u32, bool)>,
}

/// A line that may be a footnote: it is one where no row follows.
struct Suspect {
    range: (usize, usize),
    cells: usize,
    /// Cells with something in them.
    filled: usize,
}

/// Reads the rows of a deck.
pub(super) struct RowReader<'a, 't> {
    text: &'a str,
    pub(super) spec: &'a DeckSpec,
    pub(super) columns: &'a Columns,
    header: Vec<String>,
    numbering: Numbering,
    dates: Option<DateOrder>,
    pub(super) around: &'a Around<'a>,
    troubles: &'a mut Troubles<'t>,
    cells: Vec<Cell>,
    codes: Vec<Code>,
    bad: Vec<BadCode>,
    before: String,
    out: Outcome,
    suspects: Vec<Suspect>,
    /// The date cell read last: a column often says the same everywhere.
    last_day: Option<(&'a str, Day)>,
    /// The first cells that show the one and the other order of dates.
    shown: [Option<(usize, usize)>; 2],
    /// Codes written behind 00 or 011, and others abroad: the first and how many.
    dialled: [Option<((usize, usize), usize)>; 2],
    only: Vec<(usize, &'a str)>,
    /// The carrier of the first row, where the rows name one.
    carrier: Option<&'a str>,
    repeats: Repeats<'a>,
    /// The text of the header.
    heading: Option<&'a str>,
}

pub(super) fn count(entry: &mut Option<(Span, usize)>, span: Span) {
    entry.get_or_insert((span, 0)).1 += 1;
}

impl<'a, 't> RowReader<'a, 't> {
    pub(super) fn new(
        text: &'a str,
        spec: &'a DeckSpec,
        found: &'a Found,
        around: &'a Around<'a>,
        troubles: &'a mut Troubles<'t>,
    ) -> Self {
        let header = found.cells.iter().map(|cell| text.get(cell.start..cell.end).unwrap_or_default().to_owned());
        let header: Vec<String> = header.collect();
        let only = spec.only.iter().filter_map(|(name, value, _)| {
            let at = header.iter().position(|cell| bare(cell) == bare(name))?;
            Some((at, value.as_str()))
        });
        let only: Vec<(usize, &str)> = only.collect();
        let columns = &found.columns;
        let says_more = |at: usize| columns.beside_code(at) || only.iter().any(|(other, _)| *other == at);
        let repeats = Repeats::new(&columns.code, says_more);
        Self {
            text,
            spec,
            columns,
            numbering: found.numbering,
            dates: spec.dates.or(found.layout.and_then(|layout| layout.dates)),
            around,
            troubles,
            cells: Vec::new(),
            codes: Vec::new(),
            bad: Vec::new(),
            before: String::new(),
            out: Outcome::default(),
            suspects: Vec::new(),
            last_day: None,
            shown: [None; 2],
            dialled: [None; 2],
            only,
            carrier: None,
            repeats,
            heading: found.header.and_then(|(start, end)| text.get(start..end)),
            header,
        }
    }

    /// Reads every record from a byte on.
    pub(super) fn read(mut self, delimiter: u8, from: usize) -> Outcome {
        let mut scanner = Scanner::new(self.text, delimiter);
        scanner.skip_to(from);
        let mut cells = std::mem::take(&mut self.cells);
        // A row for each line, as most decks have; codes in lists are more, and make room for themselves. No row is shorter
        // than `1,0` and its end: blank lines take no room.
        let lines = self.text.as_bytes().iter().filter(|byte| **byte == b'\n').count();
        self.out.rows.reserve(lines.min(self.text.len() / 4 + 1));
        let mut start = from;
        while scanner.next(&mut cells) {
            std::mem::swap(&mut self.cells, &mut cells);
            self.record(start, scanner.trouble);
            std::mem::swap(&mut self.cells, &mut cells);
            start = scanner.at();
        }
        for suspect in std::mem::take(&mut self.suspects) {
            // Notes fill a cell or two.
            if suspect.cells == self.columns.width && 2 * suspect.filled > suspect.cells {
                self.without_code(suspect.range);
            } else {
                self.out.prose.push(self.troubles.span(suspect.range.0, suspect.range.1));
            }
        }
        self.orders();
        self.lost_zeros();
        self.out.dates = self.dates.or(match self.shown {
            [Some(_), None] => Some(DateOrder::Dmy),
            [None, Some(_)] => Some(DateOrder::Mdy),
            _ => None,
        });
        self.out
    }

    fn range(&self) -> (usize, usize) {
        (self.cells.first().map_or(0, |cell| cell.start), self.cells.last().map_or(0, |cell| cell.end))
    }

    fn text_of(&self, cell: Cell) -> &'a str {
        self.text.get(cell.start..cell.end).unwrap_or_default()
    }

    /// A cell and its text.
    pub(super) fn at(&self, index: usize) -> (Cell, &'a str) {
        let cell = self.cells.get(index).copied().unwrap_or(Cell { start: 0, end: 0, doubled: false });
        (cell, self.text_of(cell))
    }

    /// The cell of a role, where the layout has one and something is in it.
    pub(super) fn given(&self, role: Role) -> Option<(usize, Cell, &'a str)> {
        let index = self.columns.of(role)?;
        let (cell, text) = self.at(index);
        (!text.is_empty()).then_some((index, cell, text))
    }

    fn column(&self, index: usize) -> String {
        match self.header.get(index).filter(|name| !name.is_empty()) {
            Some(name) => format!("`{}`", name.split_whitespace().collect::<Vec<_>>().join(" ")),
            None => format!("column {}", index + 1),
        }
    }

    pub(super) fn fault(&mut self, index: usize, cell: Cell, bad: &Bad) {
        let column = self.column(index);
        self.troubles.cell(&column, bad, (cell.start, cell.end.max(cell.start)));
    }

    /// Reads a cell, or tells what is wrong with it.
    pub(super) fn take<T>(&mut self, role: Role, read: impl Fn(&str) -> Result<T, Bad>) -> Result<Option<T>, ()> {
        let Some((index, cell, text)) = self.given(role) else { return Ok(None) };
        match read(text) {
            Ok(value) => Ok(Some(value)),
            Err(bad) => {
                self.fault(index, cell, &bad);
                Err(())
            }
        }
    }

    /// Reads the record that follows a byte.
    fn record(&mut self, from: usize, trouble: Option<Trouble>) {
        let (start, end) = self.range();
        let rest = self.repeats.rest(self.text, from, &self.cells);
        // A record that differs from one before in its code alone; where lines are in doubt a closer look is due.
        if trouble.is_none()
            && self.suspects.is_empty()
            && let Some(known) = rest.and_then(|rest| self.repeats.get(rest))
            && self.starts_with_digit()
        {
            self.out.lines += 1;
            self.read_codes();
            self.add(known);
            return;
        }
        match trouble {
            Some(Trouble::Unclosed(at)) => {
                let help =
                    "close the quote, or double it where it belongs to the text; the rest of the line was not read";
                self.troubles.at(FaultKind::UnclosedQuote, (at, at + 1), "a quote is not closed in its line", help);
                return;
            }
            Some(Trouble::Behind(at)) => {
                let help = "a quoted cell ends with its quote; double a quote that belongs to the text";
                let message = "text stands behind a closing quote";
                self.troubles.at(FaultKind::UnclosedQuote, (at, end.max(at)), message, help);
                return;
            }
            None => {}
        }
        if self.is_prose() {
            let filled = self.cells.iter().filter(|cell| cell.end > cell.start).count();
            if filled == 1 && self.cells.len() == self.columns.width {
                // A heading between the rows.
                let span = self.troubles.span(start, end);
                self.out.prose.push(span);
            } else {
                self.suspects.push(Suspect { range: (start, end), cells: self.cells.len(), filled });
            }
            return;
        }
        let width = self.columns.width;
        let extra = self.cells.iter().skip(width).any(|cell| cell.end > cell.start);
        if self.cells.len() < width || extra {
            self.ragged((start, end), self.cells.len());
            return;
        }
        // A row follows: what was taken for footnotes are rows that cannot be read.
        for suspect in std::mem::take(&mut self.suspects) {
            if suspect.cells == width {
                self.without_code(suspect.range);
            } else {
                self.ragged(suspect.range, suspect.cells);
            }
        }
        self.out.lines += 1;
        // What is wrong with it has been told.
        if let Ok(Some((known, again))) = self.row() {
            self.add(known);
            if let Some(rest) = rest.filter(|_| again) {
                self.repeats.keep(rest, known);
            }
        }
    }

    fn starts_with_digit(&self) -> bool {
        let first = self.columns.code.first().map_or("", |index| self.at(*index).1);
        first.starts_with(|c: char| c.is_ascii_digit())
    }

    /// Adds the rows of the codes that were read.
    fn add(&mut self, Known { terms, blocked, unstated }: Known) {
        let base = self.columns.code.last().map_or(0, |index| self.at(*index).0.start);
        for code in &self.codes {
            let span = self.troubles.span(base + code.start, base + code.end);
            if unstated {
                count(&mut self.out.unstated, span);
            }
            self.out.rows.push(code.prefix, span, terms);
        }
        if blocked {
            self.out.blocked += self.codes.len();
        }
    }

    fn without_code(&mut self, range: (usize, usize)) {
        let again = self.heading.is_some_and(|heading| self.text.get(range.0..range.1) == Some(heading));
        let (message, help) = if again {
            ("the headings stand again", "one line of headings; drop those between the rows")
        } else {
            let help = "a code and a price in every row; notes stand before or behind the rows";
            ("a row has neither a code nor a price", help)
        };
        self.troubles.at(FaultKind::MissingKey, range, message, help);
    }

    fn ragged(&mut self, range: (usize, usize), cells: usize) {
        let message = format!("a row has {cells} cells, and the header {}", self.columns.width);
        let help = "as many cells in every row; a cell with the delimiter in it stands between quotes";
        self.troubles.at(FaultKind::RaggedRow, range, &message, help);
    }

    /// Whether a line is no row: there is no code in it, and no price.
    fn is_prose(&self) -> bool {
        let words = |text: &str| text.is_empty() || text.starts_with(|c: char| c.is_alphabetic() || "*(#".contains(c));
        self.columns.code.iter().all(|index| words(self.at(*index).1))
            && PRICES
                .iter()
                .filter_map(|role| self.columns.of(*role))
                .all(|index| !self.at(index).1.bytes().any(|b| b.is_ascii_digit()))
    }

    /// Reads a row: its codes, and the terms that they are priced by, with whether a row of the same text means no more
    /// than that. Nothing where it prices no call.
    fn row(&mut self) -> Result<Option<(Known, bool)>, ()> {
        if self.only.iter().any(|(index, wanted)| self.at(*index).1 != *wanted) || self.elsewhere() {
            self.out.elsewhere += 1;
            return Ok(None);
        }
        self.currency()?;
        self.carrier()?;
        let mut state = self.take(Role::Status, state)?.unwrap_or(State::Priced);
        if self.take(Role::Blocked, flag)? == Some(true) {
            state = State::Blocked;
        }
        if self.take(Role::Withdrawn, flag)? == Some(true) {
            state = State::Withdrawn;
        }
        let effective = self.date(Role::Effective);
        let expires = self.date(Role::Expires);
        let own_increment = if state == State::Blocked { Ok(None) } else { self.increment() };
        let priced = match state {
            State::Priced => self.price(),
            // What is taken back later is charged until then.
            State::Withdrawn if PRICES.into_iter().any(|role| self.given(role).is_some()) => self.price(),
            State::Blocked | State::Withdrawn => Ok(Priced::of(Price::Blocked)),
        };
        let connect_fee = self.amount(Role::ConnectFee);
        let minimum = self.amount(Role::Minimum);
        let origins = self.origins();
        self.read_codes();
        let counted = self.extras();
        let (effective, expires, own, priced) = (effective?, expires?, own_increment?, priced?);
        let (connect_fee, minimum, origins) = (connect_fee?, minimum?, origins?);
        let stated = effective;
        let effective = effective.or(self.around.effective_from);
        if let (Some(from), Some(to)) = (effective, expires.or(self.around.expires))
            && to < from
        {
            let index = self.columns.of(Role::Expires).or(self.columns.of(Role::Effective)).unwrap_or(0);
            let cell = self.at(index).0;
            let bad = Bad::new(FaultKind::ConflictingKeys, "ends a row before it begins", "the last day in force");
            self.fault(index, cell, &bad);
            return Err(());
        }
        let own = own.or(priced.increment);
        let table = self.around.billing.and_then(|billing| billing.increment);
        let second = BillingIncrement { initial: NonZeroU32::MIN, further: NonZeroU32::MIN };
        let fee = connect_fee.or(priced.connect_fee);
        let fee = fee.or(self.around.billing.map(|billing| billing.connect_fee)).unwrap_or_default();
        let unstated = own.or(table).is_none() && priced.price != Price::Blocked;
        let terms = Terms {
            destination: self.name(),
            price: priced.price,
            increment: own.or(table).unwrap_or(second),
            connect_fee: fee,
            minimum: minimum.unwrap_or_default(),
            effective_from: effective,
            expires: expires.or(self.around.expires),
            origins,
            withdrawn: false,
            unbilled: unstated,
        };
        if state == State::Withdrawn {
            self.take_back(stated, terms);
            return Ok(None);
        }
        let known =
            Known { terms: self.out.rows.terms(self.troubles.id, terms), blocked: state == State::Blocked, unstated };
        Ok(Some((known, !counted)))
    }

    /// Keeps the codes that were read as taken back, from a day on or at once.
    fn take_back(&mut self, from: Option<NaiveDate>, terms: Terms) {
        let until = from.and_then(|day| day.pred_opt()).filter(|_| terms.price != Price::Blocked);
        let known = until.map(|last| {
            let terms =
                Terms { effective_from: self.around.effective_from, expires: Some(last), withdrawn: true, ..terms };
            (self.out.rows.terms(self.troubles.id, terms.clone()), terms.unbilled)
        });
        let base = self.columns.code.last().map_or(0, |index| self.at(*index).0.start);
        for code in &self.codes {
            let span = self.troubles.span(base + code.start, base + code.end);
            self.out.withdrawn.push(Withdrawn { prefix: code.prefix, from, span, until: known });
        }
    }

    /// Whether a row prices something else than outbound calls.
    fn elsewhere(&self) -> bool {
        let is = |role, words: &[&str]| {
            self.given(role).is_none_or(|(_, _, text)| {
                let lower = text.to_ascii_lowercase();
                words.iter().any(|word| lower.contains(word))
            })
        };
        !is(Role::Direction, &["out", "both", "any"]) || !is(Role::Resource, &["call", "voice"])
    }

    /// A file with the rows of several carriers needs one of them named.
    fn carrier(&mut self) -> Result<(), ()> {
        let Some((index, cell, text)) = self.given(Role::Carrier) else { return Ok(()) };
        if *self.carrier.get_or_insert(text) == text {
            return Ok(());
        }
        let help = "say which one is meant: only = { HEADER = \"…\" } in `deck`, or `rates import --only HEADER=CELL`";
        self.fault(index, cell, &Bad::new(FaultKind::AmbiguousCell, "names more than one carrier", help));
        Err(())
    }

    fn currency(&mut self) -> Result<(), ()> {
        let currency = self.around.currency;
        let fits = |text: &str| currency.is_none_or(|c| text.eq_ignore_ascii_case(c.code()));
        let bad =
            || Bad::new(FaultKind::ConflictingKeys, "is another currency than the table's", "one table, one currency");
        self.take(Role::Currency, |text| if fits(text) { Ok(()) } else { Err(bad()) }).map(|_| ())
    }

    /// A day; nothing where the cell is empty or says "at once".
    fn date(&mut self, role: Role) -> Result<Option<NaiveDate>, ()> {
        let Some((index, cell, text)) = self.given(role) else { return Ok(None) };
        let read = match self.last_day {
            Some((last, read)) if last == text => Ok(read),
            _ => day(text, self.dates),
        };
        match read {
            Ok(read) => {
                self.last_day = Some((text, read));
                match read {
                    Day::Now => Ok(None),
                    Day::On(date, order) => {
                        let range = (cell.start, cell.end);
                        match order {
                            Some(DateOrder::Dmy) => _ = self.shown[0].get_or_insert(range),
                            Some(DateOrder::Mdy) => _ = self.shown[1].get_or_insert(range),
                            _ => {}
                        }
                        Ok(Some(date))
                    }
                    Day::Ambiguous => {
                        let message = format!("{} can be read day first or month first", self.column(index));
                        let help = "say `dates = \"dmy\"` or `dates = \"mdy\"` in `deck`, as the carrier states";
                        let range = (cell.start, cell.end);
                        self.troubles.once("dates", message, help.to_owned(), range);
                        Err(())
                    }
                }
            }
            Err(bad) => {
                self.fault(index, cell, &bad);
                Err(())
            }
        }
    }

    fn origins(&mut self) -> Result<Vec<DialPrefix>, ()> {
        let Some((index, cell, text)) = self.given(Role::Origins) else { return Ok(Vec::new()) };
        if ["any", "*", "all"].iter().any(|word| word.eq_ignore_ascii_case(text)) {
            return Ok(Vec::new());
        }
        let (mut found, mut bad) = (Vec::new(), Vec::new());
        let rules = Rules {
            numbering: Numbering::International,
            hyphen: self.spec.hyphen,
            blanks: self.spec.blanks,
            before: "",
        };
        codes(text, rules, &mut found, &mut bad);
        for BadCode { bad, start, end } in &bad {
            let part = Cell { start: cell.start + start, end: cell.start + end, doubled: false };
            self.fault(index, part, bad);
        }
        if bad.is_empty() { Ok(found.into_iter().map(|code| code.prefix).collect()) } else { Err(()) }
    }

    /// Reads the codes of a row; what cannot be read is told.
    fn read_codes(&mut self) {
        self.codes.clear();
        self.bad.clear();
        let Some((last, parts)) = self.columns.code.split_last() else { return };
        self.before.clear();
        self.before.push_str(&self.spec.before);
        for part in parts {
            let text = self.at(*part).1;
            self.before.extend(text.chars().filter(|c| !matches!(c, '+' | ' ')));
        }
        let (cell, text) = self.at(*last);
        let before = std::mem::take(&mut self.before);
        let rules =
            Rules { numbering: self.numbering, hyphen: self.spec.hyphen, blanks: self.spec.blanks, before: &before };
        codes(text, rules, &mut self.codes, &mut self.bad);
        self.before = before;
        for BadCode { bad, start, end } in std::mem::take(&mut self.bad) {
            let part = Cell { start: cell.start + start, end: cell.start + end, doubled: false };
            self.fault(*last, part, &bad);
        }
        if self.numbering == Numbering::International {
            for code in &self.codes {
                // Codes of +1 are dialled without either.
                if code.dialled || code.prefix.nanp_area().is_none() {
                    let range = (cell.start + code.start, cell.start + code.end);
                    self.dialled[usize::from(code.dialled)].get_or_insert((range, 0)).1 += 1;
                }
            }
        }
    }

    /// Counts what a row says and the model does not reckon with; whether there was any.
    fn extras(&mut self) -> bool {
        let before = (self.out.short_fees, self.out.no_charge);
        let some = |amount: Result<Option<Decimal>, ()>| matches!(amount, Ok(Some(fee)) if !fee.is_zero());
        if self.columns.of(Role::ShortFee).is_some() && some(self.amount(Role::ShortFee)) {
            let cell =
                self.columns.of(Role::ShortFee).map_or(Cell { start: 0, end: 0, doubled: false }, |i| self.at(i).0);
            let span = self.troubles.span(cell.start, cell.end);
            count(&mut self.out.short_fees, span);
        }
        if let Ok(Some(free)) = self.take(Role::NoCharge, seconds)
            && free > 0
        {
            self.out.no_charge += 1;
        }
        before != (self.out.short_fees, self.out.no_charge)
    }

    fn name(&self) -> Option<String> {
        let mut name = String::new();
        for index in &self.columns.name {
            let (cell, text) = self.at(*index);
            if text.is_empty() {
                continue;
            }
            if !name.is_empty() {
                name.push_str(", ");
            }
            if cell.doubled {
                name.push_str(&text.replace("\"\"", "\""));
            } else {
                name.push_str(text);
            }
        }
        (!name.is_empty()).then_some(name)
    }

    /// Dates of both orders in one deck: one of them is misread, or was written by another hand.
    fn orders(&mut self) {
        if let ([Some(day_first), Some(month_first)], None) = (self.shown, self.dates) {
            let place = |range: (usize, usize)| self.text.get(range.0..range.1).unwrap_or_default().to_owned();
            let message = format!("dates stand day first ({:?}) and month first", place(day_first));
            let help = "one order for all dates: a spreadsheet turns those round that it can read";
            self.troubles.at(FaultKind::MangledCell, month_first, &message, help);
        }
    }

    /// Codes behind 00 or 011 beside codes without: those have lost it, or their country code.
    fn lost_zeros(&mut self) {
        if let [Some((range, without)), Some((_, with))] = self.dialled
            && without < with
        {
            let message =
                format!("{with} codes stand behind 00 or 011, and {without} without, of which this is the first");
            let help = "a spreadsheet drops leading zeros: export the column as text";
            self.troubles.at(FaultKind::MangledCell, range, &message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::columns::by_columns;
    use super::super::header::by_layout;
    use super::super::spec::Header;
    use super::*;
    use crate::input::reader::Log;
    use crate::words::diagnostic::Sources;

    /// All that is read of a deck and told of it, with the rows that repeat read quickly or each for itself.
    fn read(text: &str, spec: impl Fn(Span) -> DeckSpec, quickly: bool) -> String {
        let (mut sources, log) = (Sources::default(), Log::default());
        let id = sources.add("deck.csv", text);
        let spec = spec(Span::new(id, 0, 0));
        let found = if spec.columns.is_empty() {
            by_layout(text, spec.format, spec.delimiter)
        } else {
            by_columns(&spec, id, text, &sources, &log)
        };
        let found = found.unwrap();
        let mut troubles = Troubles::new(&log.faults, id, text);
        let around = Around::default();
        let mut reader = RowReader::new(text, &spec, &found, &around, &mut troubles);
        if !quickly {
            reader.repeats = Repeats::new(&[], |_| false);
        }
        let mut out = reader.read(found.delimiter, found.rows);
        troubles.finish();
        let rows = std::mem::take(&mut out.rows).finish();
        let rows: Vec<String> = rows.iter().map(|row| format!("{:?}", row.to_row())).collect();
        format!("{}\n{out:?}\n{:#?}", rows.join("\n"), log.faults.into_sorted())
    }

    fn columns(span: Span, list: &[(Role, &str)]) -> DeckSpec {
        let columns = list.iter().map(|(role, name)| (*role, Header::Named((*name).to_owned()), span));
        DeckSpec { columns: columns.collect(), ..DeckSpec::untold("deck.csv", None) }
    }

    fn assert_alike(text: &str, spec: impl Fn(Span) -> DeckSpec) {
        assert_eq!(read(text, &spec, true), read(text, &spec, false), "{text}");
    }

    #[test]
    fn columns_of_the_code_may_say_more() {
        let text = "npa,nxx,interstate,intrastate,indeterminate\n201,200,1,2,2\n212,200,1,2,2\n201,201,1,2,2\n";
        let only = |span| DeckSpec {
            only: vec![("npa".to_owned(), "201".to_owned(), span)],
            ..DeckSpec::untold("deck.csv", None)
        };
        assert_alike(text, only);
        assert!(read(text, only, true).contains("elsewhere: 1"));
        let text = "Code,Rate\n44,0.01\n45,0.01\n";
        for role in [Role::Name, Role::ConnectFee] {
            assert_alike(text, |span| {
                columns(span, &[(Role::Code, "Code"), (role, "Code"), (Role::PerMinute, "Rate")])
            });
        }
    }

    #[test]
    fn a_quote_before_the_first_cell_is_of_its_record() {
        let text = "Rate,Code\n\"0.01\",44\n0.01\",45\n\"0.01\",46\n";
        let spec = |span| columns(span, &[(Role::Code, "Code"), (Role::PerMinute, "Rate")]);
        assert_alike(text, spec);
        assert!(read(text, spec, true).contains("`Rate` is no price"), "{}", read(text, spec, true));
    }

    /// A cell, in one of the ways in which hands write it.
    fn cell(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
        (prop::sample::select(texts), 0_u8..12).prop_map(|(text, how)| match how {
            0 | 1 => format!("\"{text}\""),
            2 => format!(" {text} "),
            3 => format!("\" {text}\" "),
            4 if !text.contains('"') => format!("{text}\""),
            _ => text.to_owned(),
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]
        #[test]
        fn rows_that_repeat_are_read_as_each_for_itself(
            rows in prop::collection::vec((
                cell(&["44", "45", "4420", "44, 45", "0044", "12", "011", "", "x", "note", "+46"]),
                cell(&["0.01", "0.010", "0.02", "0.02", "", "n/a", "0.01,5"]),
                cell(&["1/1", "1/1", "60/60", ""]),
                cell(&["1/2/2026", "13/2/2026", "2/13/2026", "2026-02-01", "", ""]),
                cell(&["A", "A", "A", "B", "\"\"", "é"]),
                cell(&["no", "no", "yes", ""]),
                prop::sample::select(vec!["\n", "\n", "\r\n", ",\n", "\n\n", "\nprose, of two cells\n"]),
            ), 0..12),
            order in prop::sample::select(vec![[0, 1, 2, 3, 4, 5], [1, 0, 2, 3, 5, 4], [5, 4, 3, 2, 1, 0], [3, 4, 1, 2, 5, 0]]),
            filtered in any::<bool>(),
        ) {
            let names = ["Code", "Rate", "Inc", "From", "Carrier", "Gone"];
            let mut text: String = order.map(|i| names[i]).join(",") + "\n";
            for (code, rate, increment, from, carrier, gone, end) in &rows {
                let cells = [code, rate, increment, from, carrier, gone];
                text += &order.map(|i| cells[i].as_str()).join(",");
                text += end;
            }
            let text = text.trim_end();
            let spec = |span| DeckSpec {
                only: if filtered { vec![("Carrier".to_owned(), "A".to_owned(), span)] } else { Vec::new() },
                ..columns(span, &[
                    (Role::Code, "Code"), (Role::PerMinute, "Rate"), (Role::Increment, "Inc"), (Role::Effective, "From"),
                    (Role::Carrier, "Carrier"), (Role::Withdrawn, "Gone"),
                ])
            };
            prop_assert_eq!(read(text, spec, true), read(text, spec, false), "{}", text);
        }
    }
}

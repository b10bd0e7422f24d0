//! Finds a deck's delimiter and header, and so what each of its columns holds.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::cells::Numbering;
use super::layout::{LAYOUTS, Layout, Role};
use super::scan::{Cell, Scanner};

/// Lines among which a header is looked for: notices put letters before it.
pub(super) const MOST_PREAMBLE: usize = 100;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Which cells of a record hold what.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// The cells that a code is put together from.
    pub code: Vec<usize>,
    /// The cells that a name is put together from.
    pub name: Vec<usize>,
    /// The cells that are known and of no effect.
    ignored: Vec<usize>,
    /// The cell of each role, by the role's number.
    at: [Option<usize>; Role::COUNT],
    /// How many cells a record has.
    pub width: usize,
}

/// A deck's columns and where its rows begin.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub layout: Option<&'static Layout>,
    /// How its codes are written.
    pub numbering: Numbering,
    pub columns: Columns,
    pub delimiter: u8,
    /// First and last byte of the header.
    pub header: Option<(usize, usize)>,
    /// The cells of the header.
    pub cells: Vec<Cell>,
    /// Where the rows begin.
    pub rows: usize,
}

impl Columns {
    pub(super) fn new(roles: impl IntoIterator<Item = (Role, usize)>, width: usize) -> Self {
        let mut columns = Self { width, ..Self::default() };
        for (role, at) in roles {
            match role {
                Role::Code => columns.code.push(at),
                Role::Name => columns.name.push(at),
                Role::Ignored => columns.ignored.push(at),
                role => _ = columns.at[role as usize].get_or_insert(at),
            }
        }
        columns
    }

    /// The cell of a role.
    pub(super) fn of(&self, role: Role) -> Option<usize> {
        self.at[role as usize]
    }

    /// What a cell holds.
    pub(super) fn role(&self, cell: usize) -> Option<Role> {
        if self.code.contains(&cell) {
            return Some(Role::Code);
        }
        if self.name.contains(&cell) {
            return Some(Role::Name);
        }
        if self.ignored.contains(&cell) {
            return Some(Role::Ignored);
        }
        Role::ALL.into_iter().find(|role| self.of(*role) == Some(cell))
    }

    /// Whether a cell is read for something else than the code.
    pub(super) fn beside_code(&self, cell: usize) -> bool {
        self.name.contains(&cell) || self.at.contains(&Some(cell))
    }

    pub(super) fn has_price(&self) -> bool {
        [Role::PerMinute, Role::First, Role::Interstate, Role::UnitPrice].iter().any(|role| self.of(*role).is_some())
    }
}

/// Letters and digits of a header, in lower case: what is left of it in every hand.
pub(super) fn bare(text: &str) -> String {
    let kept: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if kept.is_empty() { text.trim().to_owned() } else { kept }
}

/// The delimiters to try.
pub(super) fn delimiters(stated: Option<u8>) -> Vec<u8> {
    stated.map_or_else(|| DELIMITERS.to_vec(), |delimiter| vec![delimiter])
}

/// The columns of a layout in a header; nothing where a needed one is not there, or one that is read is there twice: which
/// of two prices is meant is for the table to say.
fn fit(layout: &'static Layout, names: &[String]) -> Option<Columns> {
    let mut roles = Vec::new();
    for column in layout.columns {
        let known: Vec<String> = column.names.iter().map(|name| bare(name)).collect();
        let mut hits = names.iter().enumerate().filter(|(_, name)| known.contains(name)).map(|(at, _)| at);
        match hits.next() {
            Some(_) if column.role != Role::Ignored && hits.next().is_some() => return None,
            Some(at) => roles.push((column.role, at)),
            None if column.needed => return None,
            None => {}
        }
    }
    let columns = Columns::new(roles, names.len());
    (!columns.code.is_empty() && columns.has_price()).then_some(columns)
}

fn matched(columns: &Columns) -> usize {
    columns.code.len() + columns.name.len() + columns.ignored.len() + columns.at.iter().flatten().count()
}

/// The layout of a header: of those that fit, the one that knows the most of its columns.
pub(super) fn recognise(names: &[String], only: Option<&'static Layout>) -> Option<(&'static Layout, Columns)> {
    let mut best: Option<(&'static Layout, Columns)> = None;
    for layout in LAYOUTS.iter().filter(|layout| only.is_none_or(|only| only.name == layout.name)) {
        if let Some(columns) = fit(layout, names)
            && best.as_ref().is_none_or(|(_, other)| matched(other) < matched(&columns))
        {
            best = Some((layout, columns));
        }
    }
    best
}

/// The first records of a text, until `take` makes something of one.
pub(super) fn first<T>(text: &str, delimiter: u8, mut take: impl FnMut(&[Cell], Record) -> Option<T>) -> Option<T> {
    let mut scanner = Scanner::new(text, delimiter);
    let mut cells = Vec::new();
    for _ in 0..MOST_PREAMBLE {
        if !scanner.next(&mut cells) {
            return None;
        }
        let (start, end) = (cells.first().map_or(0, |c| c.start), cells.last().map_or(0, |c| c.end));
        if let Some(found) = take(&cells, Record { start, end, next: scanner.at() }) {
            return Some(found);
        }
    }
    None
}

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    pub start: usize,
    pub end: usize,
    pub next: usize,
}

/// The names in a header.
pub(super) fn names(text: &str, cells: &[Cell]) -> Vec<String> {
    cells.iter().map(|cell| bare(text.get(cell.start..cell.end).unwrap_or_default())).collect()
}

/// Recognises a layout, any or the one that is named.
pub(super) fn by_layout(text: &str, only: Option<&'static Layout>, delimiter: Option<u8>) -> Option<Found> {
    for delimiter in delimiters(delimiter) {
        let found = first(text, delimiter, |cells, record| {
            let (layout, columns) = recognise(&names(text, cells), only)?;
            Some(Found {
                layout: Some(layout),
                numbering: layout.numbering,
                columns,
                delimiter,
                header: Some((record.start, record.end)),
                cells: cells.to_vec(),
                rows: record.next,
            })
        });
        if found.is_some() {
            return found;
        }
    }
    // Without a header, by the number of cells: only where the layout is named.
    let layout = only.filter(|layout| !layout.positions.is_empty())?;
    delimiters(delimiter).into_iter().find_map(|delimiter| {
        first(text, delimiter, |cells, record| {
            let roles = layout.positions.iter().find(|roles| roles.len() == cells.len())?;
            // The code begins with a digit: this is a row, and not prose.
            let code = text.get(cells.first()?.start..)?.trim_start_matches('+');
            if !code.starts_with(|c: char| c.is_ascii_digit()) {
                return None;
            }
            Some(Found {
                layout: Some(layout),
                numbering: layout.numbering,
                columns: Columns::new(roles.iter().copied().zip(0..), roles.len()),
                delimiter,
                header: None,
                cells: Vec::new(),
                rows: line_start(text, record.start),
            })
        })
    })
}

/// A record that may be the header of a layout, and what it is short of.
#[derive(Debug)]
pub(super) struct Near {
    pub layout: &'static Layout,
    pub delimiter: u8,
    /// First and last byte of its first line.
    pub header: (usize, usize),
    /// The headers that are not there.
    pub lacks: Vec<&'static str>,
    /// The headers that are there twice.
    pub twice: Vec<&'static str>,
}

/// How near: headers that are there, whether the layout is the one that is named, and how much is amiss.
type Nearness = (usize, bool, Reverse<usize>);

/// Of the first records, the one with the most headers of any layout, at least two, by any delimiter; among layouts that are
/// as near, the one that is named, else the one that lacks the least.
pub(super) fn nearest(text: &str, named: Option<&'static Layout>, stated: Option<u8>) -> Option<Near> {
    let known: Vec<(&'static Layout, Vec<Vec<String>>)> = LAYOUTS
        .iter()
        .map(|layout| {
            (layout, layout.columns.iter().map(|c| c.names.iter().map(|name| bare(name)).collect()).collect())
        })
        .collect();
    let mut best: Option<(Nearness, Near)> = None;
    // The one that is stated comes first: another has to make more of the text.
    let others = DELIMITERS.into_iter().filter(|delimiter| Some(*delimiter) != stated);
    for delimiter in stated.into_iter().chain(others) {
        let _ = first(text, delimiter, |cells, record| -> Option<()> {
            let mut times: BTreeMap<String, usize> = BTreeMap::new();
            for name in names(text, cells) {
                *times.entry(name).or_default() += 1;
            }
            for (layout, forms) in &known {
                let found = |forms: &Vec<String>| forms.iter().filter_map(|form| times.get(form)).sum::<usize>();
                let (mut hits, mut priced) = (0, false);
                let (mut lacks, mut twice) = (Vec::new(), Vec::new());
                for (column, forms) in layout.columns.iter().zip(forms) {
                    let Some(name) = column.names.first() else { continue };
                    let found = found(forms);
                    hits += usize::from(found > 0);
                    priced |= found > 0 && Columns::new([(column.role, 0)], 1).has_price();
                    if found == 0 && column.needed {
                        lacks.push(*name);
                    } else if found > 1 && column.role != Role::Ignored {
                        twice.push(*name);
                    }
                }
                // Where several prices will do, none of them is needed by itself.
                let needs = layout.columns.iter().any(|c| c.needed && Columns::new([(c.role, 0)], 1).has_price());
                if !priced && !needs {
                    let mut prices = layout.columns.iter().filter(|c| Columns::new([(c.role, 0)], 1).has_price());
                    lacks.extend(prices.next().and_then(|column| column.names.first()));
                }
                let is_named = named.is_some_and(|named| named.name == layout.name);
                let score = (hits, is_named, Reverse(lacks.len() + twice.len()));
                if hits >= 2 && best.as_ref().is_none_or(|(other, _)| *other < score) {
                    let line = text.get(record.start..record.end).and_then(|header| header.find('\n'));
                    let end = line.map_or(record.end, |line| record.start + line);
                    best = Some((score, Near { layout, delimiter, header: (record.start, end), lacks, twice }));
                }
            }
            None
        });
    }
    best.map(|(_, near)| near)
}

/// Where the line of a byte begins.
fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(header: &str) -> Option<&'static str> {
        by_layout(header, None, None).and_then(|found| found.layout).map(|layout| layout.name)
    }

    #[test]
    fn headers_tell_their_layout() {
        for (header, name) in [
            ("NPANXX,Rate,Wireless,Land Line", "npanxx"),
            ("lrn_prefix,interstate,intrastate", "lrn"),
            ("npanxx,interstate,intrastate,indeterminate,effective_date", "npanxx-jurisdiction"),
            ("NPANXX,Interstate Rate,Intrastate Rate,Indeterminate Rate", "npanxx-jurisdiction"),
            ("npa,nxx,interstate,intrastate,indeterminate,effective_date,state", "npa-nxx-jurisdiction"),
            (
                "Destination,Prefix,First Interval,Sub Interval,Default,Interstate Rate,Intrastate Rate,Status,Start Date",
                "flowroute",
            ),
            (
                "dialprefix;destination name;rate interstate;rate intrastate;initial billing time;billing increment",
                "callwithus",
            ),
            ("dialprefix;destination name;rate;initial billing time;billing increment", "callwithus"),
            ("ISO,Country,Description,Price / min,Origination Prefixes,Destination Prefixes", "twilio"),
            (
                "Country,Description,Prefix,Effective from,Rate Id,Forbidden,Discontinued,Price 1,Price N,Interval 1,Interval N",
                "tcxc",
            ),
            ("ACME\n\nCountry,Network,Dial Codes,Rate/Min,Effective,Billing,Change", "rate-notice"),
            ("prefix,rate_cost,rate_increment", "kazoo"),
            ("Name,Match Prefix,Number Length,Rate,Billable Unit(s),Initial Time(s),Initial Cost", "yeastar"),
            (
                "carrier_id,lrn_prefix,interstate,intrastate,effective_date,expiration_date,min_inc,add_inc,sdc_penalty,permanent",
                "lcr",
            ),
            ("country_code,country_name,category,price,prefixes,resource,direction,resolutions", "call-resources"),
            ("prefix,destination,per_minute,increment", "trunkrisk"),
        ] {
            assert_eq!(layout(header), Some(name), "{header}");
            // In any hand, and parted by tabs.
            if header.contains(',') {
                assert_eq!(layout(&header.to_uppercase().replace(',', "\t")), Some(name), "{header}");
            }
        }
        assert_eq!(layout("a,b\n1,2"), None);
        // Which of two is meant, only the table can say.
        assert_eq!(layout("NPANXX,Rate,Rate"), None);
        assert_eq!(layout("Country,Network,Dial Codes,Rate/Min,Effective,Effective Date,Billing"), None);
        assert_eq!(layout("NPANXX,Rate,Wireless,Wireless"), Some("npanxx"));
        assert_eq!(layout("Prefix,Price"), None);
        assert_eq!(layout(""), None);
    }

    #[test]
    fn what_prices_and_days_hang_on_is_read_in_every_layout_that_may_have_it() {
        let read = |header: &str, name: &str| {
            let found = by_layout(header, None, None).unwrap();
            let at = header.split(',').position(|cell| cell == name).unwrap();
            found.columns.role(at)
        };
        for start in [
            "NPANXX,Rate",
            "lrn_prefix,interstate,intrastate",
            "npanxx,interstate,intrastate",
            "npa,nxx,interstate,intrastate",
            "Country,Network,Dial Codes,Rate/Min",
            "carrier_id,lrn_prefix,interstate,intrastate",
            "Description,Price / min,Origination Prefixes,Destination Prefixes",
            "country_name,price,prefixes",
        ] {
            for (name, role) in [
                ("Effective Date", Role::Effective),
                ("End Date", Role::Expires),
                ("Connection Fee", Role::ConnectFee),
                ("Currency", Role::Currency),
                ("min_inc", Role::Initial),
                ("add_inc", Role::Further),
            ] {
                let header = format!("{start},Effective Date,End Date,Connection Fee,Currency,min_inc,add_inc");
                assert_eq!(read(&header, name), Some(role), "{name} in {header}");
            }
        }
    }

    #[test]
    fn the_nearest_layout_is_told_with_what_it_lacks() {
        let near = |text: &str, stated| {
            let near = nearest(text, None, stated)?;
            Some((near.layout.name, text[near.header.0..near.header.1].to_owned(), near.lacks, near.twice))
        };
        let jurisdiction = "Dear customer, we\n\nNPANXX,Inter,Indeterminate,Effective Date,State\n201200,1,2,3,NJ\n";
        let wants = (
            "npanxx-jurisdiction",
            "NPANXX,Inter,Indeterminate,Effective Date,State".to_owned(),
            vec!["interstate", "intrastate"],
            vec![],
        );
        assert_eq!(near(jurisdiction, None), Some(wants));
        // A price, whichever, is wanted where no price by itself is.
        let own = ("trunkrisk", "Prefix,Destination,Amount".to_owned(), vec!["per_minute"], vec![]);
        assert_eq!(near("Prefix,Destination,Amount\n", None), Some(own));
        let twice = ("npanxx", "NPANXX,Rate,Rate".to_owned(), vec![], vec!["rate"]);
        assert_eq!(near("NPANXX,Rate,Rate\n", None), Some(twice));
        assert_eq!(nearest("NPANXX,Rate\n", None, Some(b';')).map(|near| near.delimiter), Some(b','));
        // One header alone may be a word.
        assert_eq!(near("Rate\nCode,Amount,Effective\n", None), None);
    }
}

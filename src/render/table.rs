//! Tables on the terminal: no box, a rule under the header, nothing ever cut.

use tabled::builder::Builder;
use tabled::settings::object::{Columns, Object};
use tabled::settings::style::HorizontalLine;
use tabled::settings::{Alignment, Modify, Padding, Style};

use super::escape;

/// Where a column's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A table that is being filled.
#[derive(Debug, Clone, Default)]
pub struct Table {
    caption: Option<String>,
    header: Vec<String>,
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
    total: Option<Vec<String>>,
}

fn escaped<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> Vec<String> {
    cells.into_iter().map(|cell| escape::terminal(cell.as_ref()).into_owned()).collect()
}

impl Table {
    /// A table with these columns.
    #[must_use]
    pub fn new(columns: &[(&str, Align)]) -> Self {
        Self {
            header: escaped(columns.iter().map(|(name, _)| name)),
            align: columns.iter().map(|(_, align)| *align).collect(),
            ..Self::default()
        }
    }

    /// A line above the table.
    #[must_use]
    pub fn caption(mut self, text: &str) -> Self {
        self.caption = Some(escape::terminal(text).into_owned());
        self
    }

    /// Adds a row. Cells that are missing stay empty; cells beyond the columns are shown without a heading.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> &mut Self {
        self.rows.push(escaped(cells));
        self
    }

    /// The last row, set off by a rule.
    pub fn total<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) -> &mut Self {
        self.total = Some(escaped(cells));
        self
    }

    /// The table as text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        if let Some(caption) = &self.caption {
            out.push_str(caption);
            out.push('\n');
        }
        let lines = || std::iter::once(&self.header).chain(&self.rows).chain(&self.total);
        let width = lines().map(Vec::len).max().unwrap_or(0);
        if width == 0 {
            return out;
        }
        let mut builder = Builder::default();
        for line in lines() {
            builder.push_record((0..width).map(|i| line.get(i).map_or("", String::as_str)));
        }
        let mut table = builder.build();
        let rule = HorizontalLine::new('─');
        if self.total.is_some() {
            table.with(Style::empty().horizontals([(1, rule), (self.rows.len() + 1, rule)]));
        } else {
            table.with(Style::empty().horizontals([(1, rule)]));
        }
        table.with(Padding::new(0, 2, 0, 0));
        table.with(Modify::new(Columns::one(width - 1)).with(Padding::zero()));
        for (i, align) in self.align.iter().enumerate() {
            let alignment = match align {
                Align::Left => Alignment::left(),
                Align::Right => Alignment::right(),
            };
            table.with(Modify::new(Columns::one(i).intersect(Columns::new(..width))).with(alignment));
        }
        for line in table.to_string().lines() {
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut table =
            Table::new(&[("outage", Align::Left), ("attempts", Align::Right), ("spend", Align::Right)]).caption("Cost");
        table.row(["10 min", "1,667", "25.51 USD"]).row(["24 h", "240,000", "123,456,789,012,345.67 USD"]);
        assert_eq!(
            table.render(),
            "\
Cost
outage  attempts                       spend
────────────────────────────────────────────
10 min     1,667                   25.51 USD
24 h     240,000  123,456,789,012,345.67 USD
"
        );
        table.total(["both", "241,667", "-"]);
        assert!(table.render().ends_with(
            "\
────────────────────────────────────────────
both     241,667                           -
"
        ));
    }

    #[test]
    fn cells_are_data() {
        let mut table = Table::new(&[("name", Align::Left), ("n", Align::Right)]);
        table.row(["東京\n\u{1b}[2J", "1"]).row(["x"]).row(["a", "2", "extra"]);
        assert_eq!(
            table.render(),
            "\
name             n
─────────────────────────
東京\\n\\u{1b}[2J  1
x
a                2  extra
"
        );
    }

    #[test]
    fn empty_tables_are_harmless() {
        assert_eq!(Table::new(&[]).render(), "");
        assert_eq!(Table::new(&[]).caption("c").render(), "c\n");
        assert_eq!(Table::new(&[("a", Align::Left), ("b", Align::Right)]).render(), "a  b\n────\n");
        let mut bare = Table::default();
        bare.row(Vec::<String>::new()).total(["x"]);
        assert_eq!(bare.render().lines().last(), Some("x"));
    }
}

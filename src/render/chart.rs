//! Charts drawn with characters: a curve for spend against outage length, bars for what drives a figure.

use tabled::grid::util::string::get_string_width;

use super::escape;

/// What a line chart shows besides its points.
#[derive(Clone, Copy)]
pub struct LineChart<'a> {
    /// The line above the chart; none where empty.
    pub title: &'a str,
    /// Columns of the whole chart, with its labels.
    pub width: usize,
    /// Rows of the plot, about: it is fitted to whole steps of the vertical axis.
    pub height: usize,
    /// Labels of the horizontal axis, which reaches at least from the first to the last.
    pub x_ticks: &'a [(f64, String)],
    /// Writes a label of the vertical axis.
    pub y_format: &'a dyn Fn(f64) -> String,
    /// Horizontal dashed lines with their names, such as a budget.
    pub marks: &'a [(f64, String)],
    /// Whether the horizontal axis is logarithmic; points at or left of 0 are then left out.
    pub log_x: bool,
}

/// Beyond this nothing is told apart; differences of two such numbers are still finite.
const HUGE: f64 = 1e300;
/// Ranges below this count as none: their steps would have no digits.
const TINY: f64 = 1e-290;
/// A mark further from the curve than so many times the curve's height is named and not drawn: it would flatten it.
const FAR: f64 = 2.0;
/// Rows of a plot without a range, which has nothing to show but a flat line.
const FLAT: usize = 4;

fn width(text: &str) -> usize {
    get_string_width(text)
}

fn push_times(out: &mut String, c: char, times: usize) {
    out.extend(std::iter::repeat_n(c, times));
}

/// The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below the value.
pub(super) fn nice_step(value: f64) -> f64 {
    // The exponent is read from the digits: logarithms differ between platforms.
    let exponent = format!("{value:e}").split_once('e').and_then(|(_, e)| e.parse::<i32>().ok()).unwrap_or(0);
    let power = |e: i32| format!("1e{e}").parse::<f64>().unwrap_or(1.0);
    [1.0, 2.0, 2.5, 5.0]
        .iter()
        .map(|factor| factor * power(exponent))
        .find(|step| *step >= value * (1.0 - 1e-12))
        .unwrap_or_else(|| power(exponent + 1))
}

/// The vertical axis: whole steps, each a whole number of rows high.
struct Vertical {
    step: f64,
    /// The lowest tick, in steps.
    first: f64,
    ticks: usize,
    rows_per_tick: usize,
}

impl Vertical {
    fn new(low: f64, high: f64, height: usize) -> Self {
        let height = height.clamp(4, 100);
        if high - low < TINY {
            return Self { step: 1.0, first: 0.0, ticks: 1, rows_per_tick: FLAT };
        }
        let step = nice_step((high - low) / (height / 4).max(2) as f64);
        let first = (low / step + 1e-9).floor();
        let ticks = ((high / step - 1e-9).ceil() - first).clamp(1.0, 100.0) as usize;
        Self { step, first, ticks, rows_per_tick: ((height + ticks / 2) / ticks).max(1) }
    }

    fn rows(&self) -> usize {
        self.ticks * self.rows_per_tick
    }

    fn tick(&self, i: usize) -> f64 {
        (self.first + i as f64) * self.step
    }

    /// Height above the axis in rows.
    fn height(&self, y: f64) -> f64 {
        (y / self.step - self.first) * self.rows_per_tick as f64
    }

    /// Height above the axis in dots, of which a row has four. The axis has no dots: what lies on it is lifted.
    fn dot(&self, y: f64) -> usize {
        (self.height(y) * 4.0).round().clamp(2.0, (self.rows() * 4 + 1) as f64) as usize
    }

    /// The row above the axis, from 1.
    fn row(&self, y: f64) -> usize {
        self.height(y).round().clamp(1.0, self.rows() as f64) as usize
    }
}

/// The horizontal axis.
struct Horizontal {
    from: f64,
    to: f64,
    log: bool,
    cells: usize,
}

impl Horizontal {
    /// Where a value lies, from 0 to 1.
    fn share(&self, x: f64) -> f64 {
        let at = |x: f64| if self.log { libm::log(x) } else { x };
        let span = at(self.to) - at(self.from);
        if span > 0.0 { ((at(x) - at(self.from)) / span).clamp(0.0, 1.0) } else { 0.5 }
    }

    fn value(&self, share: f64) -> f64 {
        if self.log {
            let (from, to) = (libm::log(self.from), libm::log(self.to));
            libm::exp(from + (to - from) * share)
        } else {
            self.from + (self.to - self.from) * share
        }
    }

    fn dots(&self) -> usize {
        self.cells * 2
    }

    fn dot(&self, x: f64) -> usize {
        (self.share(x) * (self.dots() - 1) as f64).round() as usize
    }

    fn cell(&self, x: f64) -> usize {
        self.dot(x) / 2
    }
}

/// A plot of cells, by row above the axis (from 1) and column.
struct Canvas {
    cells: Vec<Vec<Cell>>,
}

#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Empty,
    /// Dots of a braille character.
    Dots(u8),
    Char(char),
    /// The right half of a wide character.
    Covered,
}

impl Canvas {
    fn cell(&mut self, row: usize, column: usize) -> Option<&mut Cell> {
        self.cells.get_mut(row.checked_sub(1)?)?.get_mut(column)
    }

    fn dot(&mut self, x: usize, y: usize) {
        // Bits of a braille character from the bottom to the top, left and right.
        const BITS: [[u8; 4]; 2] = [[0x40, 0x04, 0x02, 0x01], [0x80, 0x20, 0x10, 0x08]];
        let bit = BITS[x % 2][(y + 2) % 4];
        if let Some(cell) = self.cell((y + 2) / 4, x / 2) {
            *cell = match *cell {
                Cell::Dots(dots) => Cell::Dots(dots | bit),
                _ => Cell::Dots(bit),
            };
        }
    }

    fn fill(&mut self, row: usize, c: char) {
        let Some(cells) = row.checked_sub(1).and_then(|row| self.cells.get_mut(row)) else { return };
        cells.iter_mut().filter(|cell| **cell == Cell::Empty).for_each(|cell| *cell = Cell::Char(c));
    }

    /// Writes on a row where it hides least of the curve and of other writing, leftmost.
    fn write(&mut self, row: usize, text: &str) {
        let Some(cells) = row.checked_sub(1).and_then(|row| self.cells.get_mut(row)) else { return };
        let text = escape::shorten(text, cells.len().saturating_sub(2));
        let mut writing = Vec::new();
        for c in format!(" {text} ").chars() {
            // A cell holds one character: accents written apart from their letter are left out.
            match width(c.encode_utf8(&mut [0; 4])) {
                0 => {}
                1 => writing.push(Cell::Char(c)),
                _ => writing.extend([Cell::Char(c), Cell::Covered]),
            }
        }
        let hidden = |at: usize| {
            let window = cells.iter().skip(at).take(writing.len());
            window.filter(|cell| !matches!(cell, Cell::Empty | Cell::Char('╌' | '·'))).count()
        };
        let last = cells.len().saturating_sub(writing.len());
        let Some(at) = (last.min(2)..=last).min_by_key(|at| hidden(*at)) else { return };
        for (cell, new) in cells.iter_mut().skip(at).zip(writing) {
            *cell = new;
        }
    }
}

/// Linear between points, which are sorted.
fn interpolate(points: &[(f64, f64)], x: f64) -> f64 {
    let after = points.partition_point(|point| point.0 <= x);
    match (after.checked_sub(1).and_then(|i| points.get(i)), points.get(after)) {
        (Some(a), Some(b)) => a.1 + (b.1 - a.1) * ((x - a.0) / (b.0 - a.0)),
        (Some(only), None) | (None, Some(only)) => only.1,
        (None, None) => 0.0,
    }
}

fn draw_curve(canvas: &mut Canvas, points: &[(f64, f64)], x: &Horizontal, y: &Vertical) {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
    let mut from: Option<usize> = None;
    let mut rest = points;
    for column in x.dot(first.0)..=x.dot(last.0) {
        let at = x.value(column as f64 / (x.dots() - 1) as f64).clamp(first.0, last.0);
        let to = y.dot(interpolate(points, at));
        // From the height of the column before, so that the curve has no holes.
        let start = from.map_or(to, |from| if from < to { from + 1 } else { from - usize::from(from > to) });
        let (mut low, mut high) = (start.min(to), start.max(to));
        // Peaks narrower than a column are shown too.
        let here = rest.partition_point(|point| x.dot(point.0) <= column);
        for point in rest.get(..here).unwrap_or(&[]) {
            low = low.min(y.dot(point.1));
            high = high.max(y.dot(point.1));
        }
        rest = rest.get(here..).unwrap_or(&[]);
        (low..=high).for_each(|dot| canvas.dot(column, dot));
        from = Some(to);
    }
    if first == last {
        // One dot is too easily missed.
        if let Some(cell) = canvas.cell((y.dot(first.1) + 2) / 4, x.cell(first.0)) {
            *cell = Cell::Char('●');
        }
    }
}

/// A curve through points, linear between them, over labelled axes.
///
/// The vertical axis starts at 0 unless points lie below it. Points with a coordinate that is no finite number are left
/// out. Labels that would run into each other are left out too.
#[must_use]
pub fn line_chart(points: &[(f64, f64)], chart: &LineChart<'_>) -> String {
    let usable = |x: f64| x.is_finite() && (!chart.log_x || x > 0.0);
    let mut points: Vec<(f64, f64)> = points
        .iter()
        .filter(|(x, y)| usable(*x) && y.is_finite())
        .map(|(x, y)| (x.clamp(-HUGE, HUGE), y.clamp(-HUGE, HUGE)))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ticks: Vec<(f64, String)> = chart
        .x_ticks
        .iter()
        .filter(|(x, _)| usable(*x))
        .map(|(x, text)| (x.clamp(-HUGE, HUGE), escape::terminal(escape::shorten(text, 20).as_ref()).into_owned()))
        .collect();
    ticks.sort_by(|a, b| a.0.total_cmp(&b.0));

    let mut out = String::new();
    if !chart.title.is_empty() {
        out.push_str(&escape::terminal(chart.title));
        out.push('\n');
    }
    if points.is_empty() {
        out.push_str("nothing to draw\n");
        return out;
    }

    let mut low = points.iter().fold(0.0_f64, |low, point| low.min(point.1));
    let mut high = points.iter().fold(0.0_f64, |high, point| high.max(point.1));
    let reach = (high - low) * FAR;
    let mut marks = Vec::new();
    for (value, name) in chart.marks.iter().filter(|(value, _)| value.is_finite()) {
        let name = escape::terminal(name);
        if reach < TINY || (low.max(-HUGE) - reach..=high + reach).contains(value) {
            let value = value.clamp(-HUGE, HUGE);
            (low, high) = (low.min(value), high.max(value));
            marks.push((value, name));
        } else {
            let (arrow, side) = if *value > high { ('↑', "above") } else { ('↓', "below") };
            out.push_str(&format!("{arrow} {name}: far {side} the chart\n"));
        }
    }
    let y = Vertical::new(low, high, chart.height);

    let mut labels: Vec<String> =
        (0..=y.ticks).map(|i| escape::terminal(&(chart.y_format)(y.tick(i))).into_owned()).collect();
    if high - low < TINY {
        labels.truncate(1); // without a range there is no scale to claim
    }
    // Two heights that print the same would be read as one.
    for i in (1..labels.len()).rev() {
        if labels[i] == labels[i - 1] {
            labels[i].clear();
        }
    }
    let margin = labels.iter().map(|label| width(label)).max().unwrap_or(0);
    let cells = chart.width.min(500).saturating_sub(margin + 2).max(16);
    let xs = || points.iter().map(|point| point.0).chain(ticks.iter().map(|tick| tick.0));
    let x = Horizontal {
        from: xs().fold(f64::INFINITY, f64::min),
        to: xs().fold(f64::NEG_INFINITY, f64::max),
        log: chart.log_x,
        cells,
    };

    let mut canvas = Canvas { cells: vec![vec![Cell::Empty; cells]; y.rows()] };
    draw_curve(&mut canvas, &points, &x, &y);
    for (value, _) in &marks {
        canvas.fill(y.row(*value), '╌');
    }
    if low < 0.0 {
        canvas.fill(y.row(0.0), '·');
    }
    for (value, name) in &marks {
        canvas.write(y.row(*value), name);
    }

    for (i, cells) in canvas.cells.iter().enumerate().rev() {
        let row = i + 1;
        let label = if row % y.rows_per_tick == 0 { labels.get(row / y.rows_per_tick) } else { None };
        let label = label.map_or("", String::as_str);
        push_times(&mut out, ' ', margin - width(label));
        out.push_str(label);
        out.push_str(if label.is_empty() { " │" } else { " ┤" });
        let line: String = cells
            .iter()
            .filter_map(|cell| match cell {
                Cell::Empty => Some(' '),
                Cell::Dots(dots) => char::from_u32(0x2800 + u32::from(*dots)),
                Cell::Char(c) => Some(*c),
                Cell::Covered => None,
            })
            .collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    push_axis(&mut out, labels.first().map_or("", String::as_str), margin, &x, &ticks);
    out
}

/// The horizontal axis and its labels.
fn push_axis(out: &mut String, zero: &str, margin: usize, x: &Horizontal, ticks: &[(f64, String)]) {
    let mut axis = vec!['─'; x.cells];
    for (value, _) in ticks {
        if let Some(c) = axis.get_mut(x.cell(*value)) {
            *c = '┬';
        }
    }
    push_times(out, ' ', margin - width(zero));
    out.push_str(zero);
    out.push_str(" └");
    out.extend(axis);
    out.push('\n');

    // Columns count from the left edge of the chart: a label may reach under the margin, never past the right end.
    let edge = margin + 2;
    let start = |(value, text): &(f64, String)| {
        let wide = width(text);
        (edge + x.cell(*value)).saturating_sub(wide.saturating_sub(1) / 2).min((edge + x.cells).saturating_sub(wide))
    };
    let Some(last) = ticks.last() else { return };
    let end = start(last);
    let mut line = String::new();
    let mut column = 0;
    for (i, tick) in ticks.iter().enumerate() {
        let (at, wide) = (start(tick), width(&tick.1));
        let gap = if column == 0 { 0 } else { 2 };
        // The end of the axis is worth more than a label just before it.
        let fits = at >= column + gap && (i + 1 == ticks.len() || at + wide + 2 <= end);
        if fits {
            push_times(&mut line, ' ', at - column);
            line.push_str(&tick.1);
            column = at + wide;
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// One bar: its name, its length and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The name on the left.
    pub label: String,
    /// The length; below 0 the bar points left, and where it is no number there is none.
    pub value: f64,
    /// What stands behind the bar: the value as people read it.
    pub text: String,
}

impl Bar {
    /// A bar.
    pub fn new(label: impl Into<String>, value: f64, text: impl Into<String>) -> Self {
        Self { label: label.into(), value, text: text.into() }
    }
}

/// Longest name of a bar, in characters.
const LABEL: usize = 40;

/// Horizontal bars, the longest of which fills the `width` columns that names and texts leave.
#[must_use]
pub fn bars(bars: &[Bar], columns: usize) -> String {
    let labels: Vec<String> =
        bars.iter().map(|bar| escape::terminal(&escape::shorten(&bar.label, LABEL)).into_owned()).collect();
    let texts: Vec<String> = bars.iter().map(|bar| escape::terminal(&bar.text).into_owned()).collect();
    let widest = |texts: &[String]| texts.iter().map(|text| width(text)).max().unwrap_or(0);
    let (label_width, text_width) = (widest(&labels), widest(&texts));
    let room = columns.min(500).saturating_sub(label_width + text_width + 4).max(10);
    let value = |bar: &Bar| if bar.value.is_nan() { 0.0 } else { bar.value.clamp(-HUGE, HUGE) };
    let low = bars.iter().fold(0.0_f64, |low, bar| low.min(value(bar)));
    let high = bars.iter().fold(0.0_f64, |high, bar| high.max(value(bar)));
    // Eighths of a column for a value. What is not nothing shows as something.
    let eighths = |value: f64, room: f64| {
        let length = value.abs() / (high - low) * room * 8.0;
        if value == 0.0 { 0 } else { length.round().max(1.0) as usize }
    };
    // Bars to the left have whole and half columns only, for want of characters.
    let left = if low < 0.0 { (eighths(low, room as f64).div_ceil(8)).clamp(1, room) } else { 0 };
    let right = room - left;

    let mut out = String::new();
    for ((bar, label), text) in bars.iter().zip(&labels).zip(&texts) {
        let value = value(bar);
        let length = eighths(value, room as f64);
        out.push_str(label);
        push_times(&mut out, ' ', label_width - width(label) + 1);
        let mut line = String::new();
        if value < 0.0 {
            let halves = length.div_ceil(4).min(left * 2);
            push_times(&mut line, ' ', left - halves.div_ceil(2));
            push_times(&mut line, '▐', halves % 2);
            push_times(&mut line, '█', halves / 2);
            line.push('│');
        } else {
            push_times(&mut line, ' ', left);
            line.push('│');
            let length = length.min(right * 8);
            push_times(&mut line, '█', length / 8);
            line.extend("▏▎▍▌▋▊▉".chars().nth((length % 8).wrapping_sub(1)));
        }
        out.push_str(&line);
        if low < 0.0 {
            // With bars on both sides the texts stand in a column: they would be lost at the bars' ends.
            push_times(&mut out, ' ', (room + 1).saturating_sub(line.chars().count()));
            push_times(&mut out, ' ', text_width - width(text));
        }
        if !text.is_empty() {
            out.push(' ');
            out.push_str(text);
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::figure;
    use proptest::prelude::*;

    fn named(list: &[(f64, &str)]) -> Vec<(f64, String)> {
        list.iter().map(|(value, text)| (*value, (*text).to_owned())).collect()
    }

    fn whole(value: f64) -> String {
        figure::fixed(value, 0)
    }

    fn chart<'a>(x_ticks: &'a [(f64, String)], marks: &'a [(f64, String)]) -> LineChart<'a> {
        LineChart { title: "Spend", width: 60, height: 8, x_ticks, y_format: &whole, marks, log_x: false }
    }

    #[test]
    fn a_curve_with_its_budget() {
        let ticks = named(&[(0.0, "0"), (1.0, "1 h"), (4.0, "4 h"), (8.0, "8 h"), (24.0, "24 h")]);
        let marks = named(&[(1500.0, "budget 1,500.00"), (50_000.0, "year budget 50,000.00")]);
        let points = [(0.0, 0.0), (10.0, 1800.0), (f64::NAN, 9.0), (24.0, 2000.0)];
        assert_eq!(
            line_chart(&points, &chart(&ticks, &marks)),
            "\
Spend
↑ year budget 50,000.00: far above the chart
2,000 ┤                             ⣀⣀⣀⣀⣀⣀⣀⣀⣀⡠⠤⠤⠤⠤⠤⠤⠤⠤⠤⠒⠒⠒⠒⠒
      │                   ⢀⡠⠒⠉⠉⠉⠉⠉⠉⠉
      │╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⢀⡠⠒⠁ budget 1,500.00 ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
      │             ⢀⡠⠒⠁
1,000 ┤          ⢀⡠⠒⠁
      │       ⢀⠤⠊⠁
      │    ⢀⠤⠊⠁
      │⣀⣀⠤⠊⠁
    0 └┬─┬──────┬───────┬──────────────────────────────────┬
       0       4 h     8 h                              24 h
"
        );
    }

    #[test]
    fn a_logarithmic_axis_bends_a_straight_line() {
        let ticks = named(&[(0.1, "6 min"), (1.0, "1 h"), (10.0, "10 h")]);
        let points = [(0.0, 0.0), (0.1, 10.0), (10.0, 1000.0)];
        assert_eq!(
            line_chart(&points, &LineChart { log_x: true, ..chart(&ticks, &[]) }),
            "\
Spend
1,000 ┤                                                    ⡔
      │                                                  ⡠⠊
      │                                                ⡠⠊
      │                                              ⡠⠊
  500 ┤                                           ⡠⠔⠉
      │                                       ⣀⠤⠒⠉
      │                                ⢀⣀⡠⠤⠒⠊⠉
      │⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡠⠤⠤⠤⠔⠒⠒⠊⠉⠁
    0 └┬─────────────────────────┬─────────────────────────┬
     6 min                      1 h                     10 h
"
        );
    }

    #[test]
    fn little_to_show() {
        let ticks = named(&[(0.0, "0"), (24.0, "24 h")]);
        let marks = named(&[(400.0, "東京 budget")]);
        assert_eq!(
            line_chart(&[(12.0, 200.0)], &chart(&ticks, &marks)),
            "\
Spend
400 ┤╌╌ 東京 budget ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌
    │
    │
    │
200 ┤                           ●
    │
    │
    │
  0 └┬─────────────────────────────────────────────────────┬
     0                                                  24 h
"
        );
        let flat = line_chart(&[(0.0, 0.0), (24.0, 0.0)], &chart(&ticks, &[]));
        assert_eq!(flat.lines().count(), 7);
        assert!(!flat.contains('┤'), "no scale is claimed: {flat}");
        assert_eq!(line_chart(&[(f64::NAN, 1.0)], &chart(&ticks, &[])), "Spend\nnothing to draw\n");
        assert_eq!(
            line_chart(&[(0.0, -500.0), (24.0, 500.0)], &chart(&ticks, &[])),
            "\
Spend
 500 ┤                                                 ⢀⣀⠤⠤⠒
     │                                           ⣀⡠⠤⠒⠒⠉⠁
     │                                    ⣀⣀⠤⠔⠒⠉⠉
     │                             ⢀⣀⠤⠤⠒⠊⠉
   0 ┤·······················⣀⡠⠤⠒⠒⠉⠁························
     │                ⣀⣀⠤⠔⠒⠉⠉
     │         ⢀⣀⠤⠤⠒⠊⠉
     │⣀⣀⣀⣀⡠⠤⠒⠒⠉⠁
-500 └┬────────────────────────────────────────────────────┬
      0                                                 24 h
"
        );
    }

    #[test]
    fn huge_and_tiny_values_keep_their_scale() {
        for size in [1e-280, 1e-9, 1.0, 1e18, 1e299, f64::MAX] {
            let text = line_chart(&[(0.0, 0.0), (size, size)], &chart(&[], &[]));
            let lines: Vec<&str> = text.lines().collect();
            assert_eq!(lines.len(), 10, "{text}"); // title, 8 rows, axis
            assert!(lines[1].ends_with(|c| ('\u{2801}'..='\u{28ff}').contains(&c)), "the top is reached: {text}");
        }
        assert_eq!([0.1, 0.3, 7.0, 24.0, 1e300].map(nice_step), [0.1, 0.5, 10.0, 25.0, 1e300]);
    }

    #[test]
    fn bars_to_one_side_and_to_both() {
        let list = [
            Bar::new("talk time", 0.62, "62.0 %"),
            Bar::new("answer rate", 0.31, "31.0 %"),
            Bar::new("redials", 0.0001, "0.01 %"),
            Bar::new("none", 0.0, "0.0 %"),
            Bar::new("unknown\n", f64::NAN, "n/a"),
        ];
        assert_eq!(
            bars(&list, 60),
            "\
talk time   │███████████████████████████████████████ 62.0 %
answer rate │███████████████████▌ 31.0 %
redials     │▏ 0.01 %
none        │ 0.0 %
unknown\\n   │ n/a
"
        );
        let list =
            [Bar::new("rates", 812.5, "+812.50"), Bar::new("fees", -220.0, "-220.00"), Bar::new("floor", 0.0, "0.00")];
        assert_eq!(
            bars(&list, 60),
            "\
rates           │██████████████████████████████████ +812.50
fees  ▐█████████│                                   -220.00
floor           │                                      0.00
"
        );
        assert_eq!(bars(&[], 60), "");
    }

    proptest! {
        #[test]
        fn no_input_panics(
            points in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..20),
            ticks in prop::collection::vec((prop::num::f64::ANY, ".{0,30}"), 0..5),
            marks in prop::collection::vec((prop::num::f64::ANY, ".{0,300}"), 0..5),
            width in prop_oneof![0_usize..200, any::<usize>()],
            height in prop_oneof![0_usize..50, any::<usize>()],
            log_x: bool,
        ) {
            let y_format = |v: f64| format!("{v}");
            let chart = LineChart { title: "t", width, height, x_ticks: &ticks, y_format: &y_format, marks: &marks, log_x };
            prop_assert!(line_chart(&points, &chart).ends_with('\n'));
            let list: Vec<Bar> = points.iter().map(|p| Bar::new("x", p.0, "y\n")).collect();
            let text = bars(&list, width);
            prop_assert_eq!(text.lines().count(), list.len());
        }
    }
}

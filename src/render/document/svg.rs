//! Charts as SVG: drawn in strokes and shades that are told apart in grey, coloured by the page's style.

use std::fmt::Write as _;

use super::html::text;
use crate::render::chart::nice_step;

/// Width of every drawing; a telephone shows it as it is, a page half as large again.
const WIDTH: f64 = 440.0;
/// Where a plot lies in a drawing: left, right, top.
const LEFT: f64 = 58.0;
const RIGHT: f64 = 424.0;
const TOP: f64 = 24.0;
/// Height of a plot.
const HEIGHT: f64 = 200.0;
/// A line further above the curve than this many times its height is named, not drawn: it would flatten the curve.
const FAR: f64 = 2.5;

/// A curve and what is drawn with it.
pub struct Curve<'a> {
    /// Points in order of x.
    pub points: &'a [(f64, f64)],
    /// Ticks of the horizontal axis.
    pub x_ticks: &'a [(f64, String)],
    /// What the axes measure: below, and above the vertical one.
    pub axes: (&'a str, &'a str),
    /// Writes a tick of the vertical axis.
    pub y_text: &'a dyn Fn(f64) -> String,
    /// Horizontal lines with their names, such as budgets.
    pub across: &'a [(f64, String)],
    /// Vertical lines with their names, such as a quantile.
    pub down: &'a [(f64, String)],
}

fn begin(height: f64) -> String {
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\" focusable=\"false\">\n"
    )
}

/// A coordinate: a tenth of a pixel is enough, and the same on every platform.
fn at(value: f64) -> String {
    format!("{value:.1}")
}

fn write_text(out: &mut String, x: f64, y: f64, anchor: &str, class: &str, said: &str) {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ =
        writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\"{class}>{}</text>", at(x), at(y), text(said));
}

fn line(out: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        out,
        "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
        at(from.0),
        at(from.1),
        at(to.0),
        at(to.1)
    );
}

/// A line chart; nothing where there is nothing to draw. Lines too far above the curve are left out, by name, in the
/// second value.
#[must_use]
pub fn curve(chart: &Curve<'_>) -> (String, Vec<String>) {
    let finite = |(x, y): &&(f64, f64)| x.is_finite() && y.is_finite();
    let points: Vec<(f64, f64)> = chart.points.iter().filter(finite).copied().collect();
    let most_x = points.iter().map(|p| p.0).chain(chart.x_ticks.iter().map(|t| t.0)).fold(0.0, f64::max);
    let highest = points.iter().map(|p| p.1).fold(0.0, f64::max);
    let near = |mark: &&(f64, String)| highest <= 0.0 || mark.0 <= highest * FAR;
    let far: Vec<String> = chart.across.iter().filter(|mark| !near(mark)).map(|mark| mark.1.clone()).collect();
    let across: Vec<&(f64, String)> = chart.across.iter().filter(near).collect();
    let most = across.iter().map(|mark| mark.0).fold(highest, f64::max);
    if points.is_empty() || most_x <= 0.0 || most <= 0.0 {
        return (String::new(), far);
    }
    let step = nice_step(most / 5.0);
    let top = (most / step - 1e-9).ceil() * step;
    let bottom = TOP + HEIGHT;
    let place =
        |x: f64, y: f64| (LEFT + (RIGHT - LEFT) * (x / most_x).min(1.0), bottom - HEIGHT * (y / top).clamp(0.0, 1.0));
    let mut out = begin(bottom + 44.0);
    let mut tick = 0.0;
    while tick <= top + step / 2.0 {
        let (_, y) = place(0.0, tick);
        line(&mut out, "grid", (LEFT, y), (RIGHT, y));
        write_text(&mut out, LEFT - 5.0, y + 3.5, "end", "", &(chart.y_text)(tick));
        tick += step;
    }
    write_text(&mut out, LEFT - 50.0, TOP - 12.0, "start", "soft", chart.axes.1);
    let mut taken = f64::NEG_INFINITY;
    for (i, (value, name)) in chart.x_ticks.iter().enumerate() {
        let (x, _) = place(*value, 0.0);
        line(&mut out, "axis", (x, bottom), (x, bottom + 4.0));
        // About six pixels a character; the last label is worth more than one just before it.
        let half = name.chars().count() as f64 * 3.0;
        let last = chart.x_ticks.last().map_or(x, |last| place(last.0, 0.0).0 - last.1.chars().count() as f64 * 6.0);
        let fits = x - half > taken && (i + 1 == chart.x_ticks.len() || x + half + 4.0 < last);
        if fits {
            let (anchor, x) = if i + 1 == chart.x_ticks.len() { ("end", RIGHT + 6.0) } else { ("middle", x) };
            write_text(&mut out, x, bottom + 16.0, anchor, "", name);
            taken = x + half + 4.0;
        }
    }
    line(&mut out, "axis", (LEFT, bottom), (RIGHT, bottom));
    write_text(&mut out, f64::midpoint(LEFT, RIGHT), bottom + 34.0, "middle", "soft", chart.axes.0);
    let path: Vec<String> =
        points.iter().map(|(x, y)| place(*x, *y)).map(|(x, y)| format!("{},{}", at(x), at(y))).collect();
    let _ = writeln!(out, "<polyline class=\"curve\" points=\"{}\"/>", path.join(" "));
    for (value, name) in across {
        let (_, y) = place(0.0, *value);
        line(&mut out, "mark", (LEFT, y), (RIGHT, y));
        write_text(&mut out, LEFT + 4.0, y - 4.0, "start", "strong", name);
    }
    for (i, (value, name)) in chart.down.iter().filter(|mark| mark.0 <= most_x).enumerate() {
        let (x, _) = place(*value, 0.0);
        line(&mut out, "mark2", (x, TOP), (x, bottom));
        let (anchor, shift) = if x > f64::midpoint(LEFT, RIGHT) { ("end", -4.0) } else { ("start", 4.0) };
        write_text(&mut out, x + shift, TOP + 10.0 + 13.0 * i as f64, anchor, "strong", name);
    }
    out.push_str("</svg>\n");
    (out, far)
}

/// A map of shares: the darker a cell, the more is lost. The row and column as they are have a frame.
pub struct Heat<'a> {
    /// Names of rows and of columns.
    pub names: (&'a [String], &'a [String]),
    /// What rows and columns are.
    pub axes: (&'a str, &'a str),
    /// Shares by row and column.
    pub shares: &'a [Vec<f64>],
    /// What stands in a cell, by its share.
    pub cell: &'a dyn Fn(f64) -> String,
    /// The cell as it is.
    pub now: (usize, Option<usize>),
    /// The share wanted: what is below has a bold figure.
    pub wanted: f64,
}

/// Draws a map.
#[must_use]
pub fn heat(map: &Heat<'_>) -> String {
    const LEFT: f64 = 44.0;
    const CELL: f64 = 20.0;
    const TOP: f64 = 34.0;
    let (rows, columns) = (map.names.0, map.names.1);
    if rows.is_empty() || columns.is_empty() {
        return String::new();
    }
    let wide = (WIDTH - LEFT - 4.0) / columns.len() as f64;
    let bottom = TOP + CELL * rows.len() as f64;
    let mut out = begin(bottom + 8.0);
    write_text(&mut out, LEFT - 6.0, TOP - 20.0, "end", "soft", map.axes.0);
    write_text(&mut out, WIDTH - 4.0, TOP - 20.0, "end", "soft", map.axes.1);
    for (j, name) in columns.iter().enumerate() {
        let class = if map.now.1 == Some(j) { "strong" } else { "" };
        write_text(&mut out, LEFT + wide * (j as f64 + 0.5), TOP - 5.0, "middle", class, name);
    }
    for (i, name) in rows.iter().enumerate() {
        let y = TOP + CELL * i as f64;
        let class = if map.now.0 == i { "strong" } else { "" };
        write_text(&mut out, LEFT - 6.0, y + 14.0, "end", class, name);
        for (j, share) in map.shares.get(i).into_iter().flatten().enumerate() {
            let x = LEFT + wide * j as f64;
            // Ink on ink at 45 % is still read well: contrast above 4.5.
            let shade = ((1.0 - share) * 0.9).clamp(0.0, 0.45);
            let _ = writeln!(
                out,
                "<rect class=\"cell\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{shade:.2}\"/>",
                at(x),
                at(y),
                at(wide - 1.0),
                at(CELL - 1.0)
            );
            let class = if *share < map.wanted { "strong" } else { "" };
            write_text(&mut out, x + wide / 2.0, y + 14.0, "middle", class, &(map.cell)(*share));
        }
    }
    if let (row, Some(column)) = map.now {
        let (x, y) = (LEFT + wide * column as f64 - 1.0, TOP + CELL * row as f64 - 1.0);
        let (width, height) = (at(wide + 1.0), at(CELL + 1.0));
        let _ = writeln!(
            out,
            "<rect class=\"now\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\"/>",
            at(x),
            at(y)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// One input of a tornado.
pub struct Blade {
    /// Its name.
    pub name: String,
    /// The figure at its low and its high value.
    pub ends: [f64; 2],
    /// What is said at both.
    pub said: [String; 2],
}

/// Bars from the base to both ends of each input: hollow for the low value, solid for the high one.
#[must_use]
pub fn tornado(blades: &[Blade], base: f64, base_said: &str) -> String {
    const ROW: f64 = 44.0;
    const TOP: f64 = 30.0;
    const MARGIN: f64 = 6.0;
    let values = || blades.iter().flat_map(|blade| blade.ends).chain([base]);
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if blades.is_empty() || !(most - least).is_finite() || most <= least {
        return String::new();
    }
    let x = |value: f64| MARGIN + (WIDTH - 2.0 * MARGIN) * (value - least) / (most - least);
    let bottom = TOP + ROW * blades.len() as f64;
    let mut out = begin(bottom + 6.0);
    let middle = x(base);
    for (i, blade) in blades.iter().enumerate() {
        let y = TOP + ROW * i as f64;
        write_text(&mut out, MARGIN, y + 10.0, "start", "strong", &blade.name);
        for (end, class) in blade.ends.iter().zip(["hollow", "solid"]) {
            let (from, to) = (middle.min(x(*end)), middle.max(x(*end)));
            // What is not nothing shows as something.
            let width = if *end == base { 0.0 } else { (to - from).max(0.8) };
            let _ = writeln!(
                out,
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"9\"/>",
                at(from),
                at(y + 14.0),
                at(width)
            );
        }
        line(&mut out, "axis", (middle, y + 12.0), (middle, y + 25.0));
        write_text(&mut out, MARGIN, y + 35.0, "start", "soft", &blade.said[0]);
        write_text(&mut out, WIDTH - MARGIN, y + 35.0, "end", "soft", &blade.said[1]);
    }
    let anchor = if middle > WIDTH * 0.7 {
        "end"
    } else if middle < WIDTH * 0.3 {
        "start"
    } else {
        "middle"
    };
    write_text(&mut out, middle, TOP - 12.0, anchor, "strong", base_said);
    out.push_str("</svg>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_are_well_formed_and_hold_their_names_as_text() {
        let points = [(0.0, 0.0), (60.0, 5.0), (120.0, 9.0)];
        let ticks = [(60.0, "<1m>".to_owned()), (120.0, "2m".to_owned())];
        let across = [(8.0, "budget & more".to_owned()), (900.0, "far".to_owned())];
        let down = [(30.0, "P95".to_owned())];
        let chart = Curve {
            points: &points,
            x_ticks: &ticks,
            axes: ("length", "USD"),
            y_text: &|value| format!("{value}"),
            across: &across,
            down: &down,
        };
        let (svg, far) = curve(&chart);
        assert_eq!(far, ["far"]);
        assert!(svg.contains("budget &amp; more") && svg.contains("&lt;1m&gt;") && svg.ends_with("</svg>\n"));
        assert_eq!(svg.matches('<').count(), svg.matches('>').count());
        // A curve of nothing, and of one point, are harmless.
        for points in [&[][..], &[(0.0, 0.0)], &[(f64::NAN, 1.0)]] {
            assert_eq!(curve(&Curve { points, x_ticks: &[], ..chart }).0, "");
        }
        assert_eq!(tornado(&[], 1.0, ""), "");
        let blade = Blade { name: "x".into(), ends: [1.0, 3.0], said: ["a".into(), "b".into()] };
        assert_eq!(tornado(&[blade], 2.0, "base").matches("<rect").count(), 2);
    }
}

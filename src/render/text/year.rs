//! The year on the screen of `estimate`.

use std::fmt::Write as _;

use crate::assessment::Assessment;
use crate::assessment::range::{OUTSIDE, ParameterRange, Span};
use crate::assessment::simulated::{Compared, Ends, Method, Simulated};
use crate::assessment::year::{QUANTILES, Year};
use crate::rating::border::weight;
use crate::render::chart::{LineChart, line_chart};
use crate::render::escape::{shorten, terminal};
use crate::render::table::{Align, Table};
use crate::words::duration::about;
use crate::words::figure::{count, fixed, percent, significant};
use crate::words::money::Money;

/// Where in [`QUANTILES`] the 95 % quantile stands.
const P95: usize = 3;

/// The year in quantiles, sentences, a picture and by cause.
#[must_use]
pub fn year(assessment: &Assessment<'_>) -> String {
    match &assessment.year {
        Ok(year) => figures(assessment, year),
        Err(reason) => format!("The year is not reckoned: {reason}.\n\n"),
    }
}

/// The figures of a year.
#[must_use]
pub fn figures(assessment: &Assessment<'_>, year: &Year) -> String {
    let plan = assessment.plan();
    let least = if year.incomplete { "≥ " } else { "" };
    let (method, simulated) = match &year.method {
        Method::Exact => ("exact".to_owned(), None),
        Method::Simulated(of) => {
            (format!("simulated: {} years, seed {}", count(of.years as f64), of.seed), Some(of.as_ref()))
        }
    };
    let title = format!("what the failovers of a year cost [{}], {method}", plan.currency);
    let names: Vec<String> = QUANTILES.iter().map(|p| format!("P{}", count(p * 100.0))).collect();
    let range = year.range.as_ref().and_then(|range| range.as_ref().ok());
    let mut columns = vec![("mean", Align::Right), ("sd", Align::Right)];
    if range.is_some() || simulated.is_some() {
        columns.insert(0, ("", Align::Left));
    }
    columns.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(&columns).caption(&title);
    let mut row = if range.is_some() || simulated.is_some() {
        vec![if range.is_some() { "as the plan gives it".to_owned() } else { String::new() }]
    } else {
        Vec::new()
    };
    row.extend([
        format!("{least}{}", year.mean.rounded_amount()),
        year.sd.as_ref().map_or_else(|| "infinite".to_owned(), |sd| format!("{least}{}", sd.rounded_amount())),
    ]);
    row.extend(year.quantiles.iter().map(|q| format!("{least}{}", q.amount.rounded_amount())));
    table.row(row);
    if let Some(simulated) = simulated {
        table.row(ends(simulated, "95 % from", false));
        table.row(ends(simulated, "to", true));
    }
    for (name, bound) in range.into_iter().flat_map(bounds) {
        let mut row = vec![name];
        row.extend(bound.into_iter().map(|cell| if cell == NO_BOUND { cell } else { format!("{least}{cell}") }));
        table.row(row);
    }
    let mut out = table.render();
    if let Some(simulated) = simulated.filter(|simulated| !simulated.why.is_empty()) {
        let _ = writeln!(out, "Simulated, because outages are tied together: {}.", terminal(&simulated.why.join("; ")));
    }
    let p95_range = range.and_then(|range| range.quantiles.get(P95));
    if let Some(p95) = year.quantiles.get(P95) {
        let _ = writeln!(
            out,
            "1 year in 20 costs more than {least}{}{}; those years cost {least}{}{} on average. {} of the years cost nothing.",
            p95.amount,
            amounts(p95_range.map(|range| range.amount)),
            p95.tail_mean,
            amounts(p95_range.map(|range| range.tail_mean)),
            percent(year.nothing)
        );
    }
    let passes = |over: Option<f64>, span: Option<Span<f64>>, what: &str| {
        let between =
            span.map_or_else(String::new, |span| format!(" ({} to {})", percent(span.low), percent(span.high)));
        over.map(|over| format!("{} of the {what}{between}", percent(over)))
    };
    let parts: Vec<String> = [
        passes(year.over_incident, range.and_then(|range| range.over_incident), "outages"),
        passes(year.over_month, range.and_then(|range| range.over_month), "months"),
        passes(year.over_year, range.and_then(|range| range.over_year), "years"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !parts.is_empty() {
        let _ = writeln!(out, "Over their budget: {}.", parts.join(", "));
    }
    let _ = writeln!(
        out,
        "Expected in a year: {} outages of {} h together; while the floor is open {} h carried and {} h not.",
        significant(year.outages, 3),
        significant(year.outage_hours, 3),
        significant(year.protected_hours, 3),
        significant(year.unprotected_hours, 3)
    );
    let error = match simulated {
        None => format!(
            "that is left out. Error of these figures: at most {:.0e}, {} points.",
            year.error_bound.max(1e-9),
            year.points
        ),
        Some(_) => "each is spent for itself.".to_owned(),
    };
    let _ = writeln!(out, "Two outages overlap in {} of the years; {error}\n", percent(year.overlap));
    match &year.range {
        Some(Ok(range)) => out.push_str(&rests_on(assessment, range)),
        Some(Err(reason)) => _ = writeln!(out, "The parameter range is not known: {reason}.\n"),
        None => {}
    }
    out.push_str(&causes(assessment, year));
    out.push('\n');
    out.push_str(&curve(assessment, year));
    out
}

/// Where a range has no bound.
const NO_BOUND: &str = "infinite";

/// The two bounds of the range of every column.
fn bounds(range: &ParameterRange) -> [(String, Vec<String>); 2] {
    let row = |of: fn(&Span<Money>) -> Money| {
        let mut row = vec![
            of(&range.mean).rounded_amount(),
            range.sd.as_ref().map_or_else(|| NO_BOUND.to_owned(), |sd| of(sd).rounded_amount()),
        ];
        row.extend(range.quantiles.iter().map(|quantile| of(&quantile.amount).rounded_amount()));
        row
    };
    [
        (format!("range, from {}", whole_percent(OUTSIDE)), row(|span| span.low)),
        (format!("range, to {}", whole_percent(1.0 - OUTSIDE)), row(|span| span.high)),
    ]
}

fn whole_percent(share: f64) -> String {
    format!("{} %", fixed(share * 100.0, 0))
}

fn amounts(span: Option<Span<Money>>) -> String {
    span.map_or_else(String::new, |span| format!(" ({} to {})", span.low.rounded_amount(), span.high.rounded_amount()))
}

/// What the range rests on.
#[must_use]
pub fn rests_on(assessment: &Assessment<'_>, range: &ParameterRange) -> String {
    let number = |n: usize, what: &str| format!("{} {what}{}", count(n as f64), if n == 1 { "" } else { "s" });
    let of: Vec<String> = range
        .evidence
        .iter()
        .map(|evidence| {
            let name = assessment.plan().causes.get(evidence.cause).map_or("", |cause| cause.name.as_str());
            let parts = [
                evidence.incidents.map(|n| number(n as usize, "incident")),
                evidence.lengths.map(|n| number(n, "past length")),
            ];
            let parts: Vec<String> = parts.into_iter().flatten().collect();
            format!("`{}` {}", shorten(name, 40), parts.join(" and "))
        })
        .collect();
    format!(
        "The range is what so few incidents leave open: {} to {} of {} draws of frequencies and lengths. It rests on {}: {}.\n\n",
        whole_percent(OUTSIDE),
        whole_percent(1.0 - OUTSIDE),
        count(range.draws as f64),
        number(range.incidents(), "incident"),
        of.join(", ")
    )
}

/// A row of the ends of the intervals.
fn ends(simulated: &Simulated, name: &str, upper: bool) -> Vec<String> {
    let of = |figure: &str| {
        let found = simulated.intervals.iter().find(|(known, _)| *known == figure);
        let end = match found {
            Some((_, Ends::Money(low, high))) => if upper { high } else { low }.as_ref(),
            _ => None,
        };
        end.map_or_else(|| "–".to_owned(), Money::rounded_amount)
    };
    let figures = ["mean", "sd", "p50", "p75", "p90", "p95", "p99", "p999"];
    std::iter::once(name.to_owned()).chain(figures.iter().map(|figure| of(figure))).collect()
}

/// Simulated figures beside exact ones, and whether they agree.
#[must_use]
pub fn compared(all: &[Compared], code: &str) -> String {
    let mut out = String::new();
    for of in all {
        let name = match of.name {
            "mean" => "mean",
            "p50" => "P50",
            "p95" => "P95",
            "p99" => "P99",
            "tail_mean_p95" => "tail mean beyond P95",
            "prob_over_year_budget" => "years over their budget",
            _ => continue,
        };
        let figure = |value: f64| if of.name.starts_with("prob") { percent(value) } else { fixed(value, 2) };
        let unit = if of.name.starts_with("prob") { String::new() } else { format!(" {code}") };
        let interval = match (of.simulated.low, of.simulated.high) {
            (Some(low), Some(high)) => format!("({} to {})", figure(low), figure(high)),
            _ => "(no interval: the spend of an outage has no variance, or there are too few years)".to_owned(),
        };
        let says = match (of.simulated.encloses(of.exact), of.simulated.standard_errors(of.exact)) {
            (Some(true), _) => "consistent".to_owned(),
            (Some(false), Some(errors)) if errors <= 4.0 => {
                format!(
                    "{} standard errors off: one figure in twenty lies outside its interval",
                    significant(errors, 2)
                )
            }
            (Some(false), Some(errors)) => format!("not consistent: {} standard errors off", significant(errors, 2)),
            _ => "not compared".to_owned(),
        };
        let (exact, simulated) = (figure(of.exact), figure(of.simulated.value));
        let _ = writeln!(out, "exact {name} {exact}{unit}, simulated {name} {simulated}{unit} {interval}, {says}");
    }
    out
}

fn causes(assessment: &Assessment<'_>, year: &Year) -> String {
    let title = format!("what each cause implies [{}]", assessment.plan().currency);
    let (heading, rows) = cause_rows(assessment, year);
    let columns: Vec<(&str, Align)> =
        heading.iter().enumerate().map(|(i, name)| (*name, if i == 0 { Align::Left } else { Align::Right })).collect();
    let mut table = Table::new(&columns).caption(&title);
    for row in rows {
        table.row(row);
    }
    table.render()
}

/// What each cause implies: heading and rows.
#[must_use]
pub fn cause_rows(assessment: &Assessment<'_>, year: &Year) -> ([&'static str; 10], Vec<Vec<String>>) {
    let plan = assessment.plan();
    let heading =
        ["cause", "a year", "mean length", "median", "P95", "costs, mean", "at median", "at P95", "of mean", "of tail"];
    let rows = year.causes.iter().map(|cause| {
        vec![
            shorten(plan.causes.get(cause.cause).map_or("", |named| named.name.as_str()), 40).into_owned(),
            significant(cause.outages, 3),
            about(cause.mean_length),
            about(cause.median_length),
            about(cause.p95_length),
            cause.mean_spend.rounded_amount(),
            cause.median_spend.rounded_amount(),
            cause.p95_spend.rounded_amount(),
            percent(cause.share_of_mean),
            percent(cause.share_of_tail),
        ]
    });
    (heading, rows.collect())
}

/// The exceedance curve.
fn curve(assessment: &Assessment<'_>, year: &Year) -> String {
    let plan = assessment.plan();
    let points: Vec<(f64, f64)> = year.curve.iter().map(|(spend, p)| (weight(spend.amount()), p * 100.0)).collect();
    let Some((most, _)) = points.last().copied().filter(|(most, _)| *most > 0.0) else { return String::new() };
    let title = format!("years that cost more [%] against the amount [{}]", plan.currency);
    let ticks: Vec<(f64, String)> = (0..=4).map(|i| f64::from(i) / 4.0 * most).map(|x| (x, fixed(x, 0))).collect();
    let chart = LineChart {
        title: &title,
        width: 100,
        height: 10,
        x_ticks: &ticks,
        y_format: &|value| fixed(value, 0),
        marks: &[((1.0 - plan.budget.confidence) * 100.0, "allowed".to_owned())],
        log_x: false,
    };
    format!("{}\n", line_chart(&points, &chart))
}

//! The year on the screen of `estimate`.

use std::fmt::Write as _;

use crate::assessment::Assessment;
use crate::assessment::simulated::{Compared, Ends, Method, Simulated};
use crate::assessment::year::{QUANTILES, Year};
use crate::rating::border::weight;
use crate::render::chart::{LineChart, line_chart};
use crate::render::escape::{shorten, terminal};
use crate::render::table::{Align, Table};
use crate::words::duration::about;
use crate::words::figure::{count, fixed, percent, significant};
use crate::words::money::Money;

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
    let names: Vec<String> = QUANTILES.iter().map(|p| format!("P{}", significant(p * 100.0, 4))).collect();
    let mut columns = if simulated.is_some() { vec![("", Align::Left)] } else { Vec::new() };
    columns.extend([("mean", Align::Right), ("sd", Align::Right)]);
    columns.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(&columns).caption(&title);
    let mut row = if simulated.is_some() { vec![String::new()] } else { Vec::new() };
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
    let mut out = table.render();
    if let Some(simulated) = simulated.filter(|simulated| !simulated.why.is_empty()) {
        let _ = writeln!(out, "Simulated, because outages are tied together: {}.", terminal(&simulated.why.join("; ")));
    }
    if let Some(p95) = year.quantiles.get(3) {
        let _ = writeln!(
            out,
            "1 year in 20 costs more than {least}{}; those years cost {least}{} on average. {} of the years cost nothing.",
            p95.amount,
            p95.tail_mean,
            percent(year.nothing)
        );
    }
    let passes = |over: Option<f64>, what: &str| over.map(|over| format!("{} of the {what}", percent(over)));
    let parts: Vec<String> =
        [passes(year.over_incident, "outages"), passes(year.over_month, "months"), passes(year.over_year, "years")]
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
    out.push_str(&causes(assessment, year));
    out.push('\n');
    out.push_str(&curve(assessment, year));
    out
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
    let plan = assessment.plan();
    let title = format!("what each cause implies [{}]", plan.currency);
    let mut table = Table::new(&[
        ("cause", Align::Left),
        ("a year", Align::Right),
        ("mean length", Align::Right),
        ("median", Align::Right),
        ("P95", Align::Right),
        ("costs, mean", Align::Right),
        ("at median", Align::Right),
        ("at P95", Align::Right),
        ("of mean", Align::Right),
        ("of tail", Align::Right),
    ])
    .caption(&title);
    for cause in &year.causes {
        table.row([
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
        ]);
    }
    table.render()
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

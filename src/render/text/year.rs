//! The year on the screen of `estimate`.

use std::fmt::Write as _;

use crate::assessment::Assessment;
use crate::assessment::year::{QUANTILES, Year};
use crate::rating::border::weight;
use crate::render::chart::{LineChart, line_chart};
use crate::render::escape::shorten;
use crate::render::table::{Align, Table};
use crate::words::duration::about;
use crate::words::figure::{fixed, percent, significant};

/// The year in quantiles, sentences, a picture and by cause.
#[must_use]
pub fn year(assessment: &Assessment<'_>) -> String {
    match &assessment.year {
        Ok(year) => figures(assessment, year),
        Err(reason) => format!("The year is not reckoned: {reason}.\n\n"),
    }
}

fn figures(assessment: &Assessment<'_>, year: &Year) -> String {
    let plan = assessment.plan();
    let least = if year.incomplete { "≥ " } else { "" };
    let title = format!("what the failovers of a year cost [{}], exact", plan.currency);
    let names: Vec<String> = QUANTILES.iter().map(|p| format!("P{}", significant(p * 100.0, 4))).collect();
    let mut columns = vec![("mean", Align::Right), ("sd", Align::Right)];
    columns.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(&columns).caption(&title);
    let mut row = vec![
        format!("{least}{}", year.mean.rounded_amount()),
        year.sd.as_ref().map_or_else(|| "infinite".to_owned(), |sd| format!("{least}{}", sd.rounded_amount())),
    ];
    row.extend(year.quantiles.iter().map(|q| format!("{least}{}", q.amount.rounded_amount())));
    table.row(row);
    let mut out = table.render();
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
    let _ = writeln!(
        out,
        "Two outages overlap in {} of the years; that is left out. Error of these figures: at most {:.0e}, {} points.\n",
        percent(year.overlap),
        year.error_bound.max(1e-9),
        year.points
    );
    out.push_str(&causes(assessment, year));
    out.push('\n');
    out.push_str(&curve(assessment, year));
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

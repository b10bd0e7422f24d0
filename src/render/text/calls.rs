//! `simulate --calls`: the judge's figures beside the formulas', the outage by the minute, and the validation suite.

use std::fmt::Write as _;
use std::time::Duration;

use super::{BOLD, DIM, Detail, GREEN, RED, header, plural, styled};
use crate::assessment::calls::agreement::{Agreement, Figure, Kind, LEVEL};
use crate::assessment::calls::suite::{Tried, Validation};
use crate::assessment::calls::{Judged, Minute};
use crate::input::plan::Loaded;
use crate::model::plan::Plan;
use crate::render::chart::{LineChart, line_chart};
use crate::render::escape::terminal;
use crate::render::table::{Align, Table};
use crate::words::duration::compact;
use crate::words::figure::{count, fixed, percent};

/// Decimals that show two digits of an error, and no fewer than an amount has.
fn decimals(figure: &Figure, plan_digits: usize) -> usize {
    let least = if figure.kind == Kind::Money { plan_digits } else { 0 };
    let half = figure.half(LEVEL).unwrap_or(0.0);
    // As many as it takes for half the interval to have two digits.
    let needed = (0..6_usize).find(|places| half * libm::pow(10.0, *places as f64) >= 10.0).unwrap_or(2);
    needed.max(least).min(6)
}

fn verdict(figure: &Figure) -> String {
    match figure.agreement() {
        Agreement::Unknown => String::new(),
        Agreement::TooFew => "too few to tell".to_owned(),
        Agreement::Consistent => "consistent".to_owned(),
        Agreement::Off { by, errors } if by.is_finite() && errors.is_finite() => {
            format!("{}{}: {} standard errors", sign(by), percent(by), fixed(errors.abs(), 1))
        }
        Agreement::Off { .. } => "not the same".to_owned(),
    }
}

fn sign(value: f64) -> &'static str {
    if value > 0.0 { "+" } else { "" }
}

fn simulated(figure: &Figure, digits: usize) -> (String, String) {
    let places = decimals(figure, digits);
    let half = figure.half(LEVEL).map_or_else(|| "n/a".to_owned(), |half| format!("± {}", fixed(half, places)));
    (fixed(figure.mean, places), half)
}

fn figures(judged: &Judged, plan: &Plan, detail: Detail) -> String {
    let digits = plan.currency.minor_digits() as usize;
    let mut table = Table::new(&[
        ("", Align::Left),
        ("reckoned", Align::Right),
        ("simulated", Align::Right),
        ("95 % interval", Align::Right),
        ("", Align::Left),
    ]);
    for figure in &judged.figures {
        let nothing = figure.sum == 0.0 && figure.analytic.is_none_or(|analytic| analytic == 0.0);
        if nothing && detail < Detail::Verbose && figure.key.starts_with("surge") {
            continue;
        }
        let (mean, half) = simulated(figure, digits);
        let analytic =
            figure.analytic.map_or_else(|| "n/a".to_owned(), |analytic| fixed(analytic, decimals(figure, digits)));
        let name = match figure.kind {
            Kind::Money => format!("{} [{}]", figure.name, plan.currency),
            Kind::Count | Kind::Quantity => figure.name.to_owned(),
        };
        table.row([name, analytic, mean, half, verdict(figure)]);
    }
    table.render()
}

fn length(seconds: f64) -> String {
    compact(Duration::from_secs_f64(seconds.clamp(0.0, 1e12)))
}

/// Three curves by the minute: channels in use, what is blocked or lost, and what has been spent.
fn timeline(judged: &Judged, plan: &Plan) -> String {
    let minutes = &judged.minutes;
    let ticks: Vec<(f64, String)> =
        (0..=4).map(|i| judged.question.length * f64::from(i) / 4.0).map(|at| (at, length(at.round()))).collect();
    let mut out = String::new();
    let spend = format!("spent so far [{}]", plan.currency);
    let mut sum = 0.0;
    let mut spent = |minute: &Minute| {
        sum += minute.spend;
        sum
    };
    let draw = |title: &str, points: Vec<(f64, f64)>| {
        let chart = LineChart {
            title,
            width: 100,
            height: 5,
            x_ticks: &ticks,
            y_format: &|value| count(value),
            marks: &[],
            log_x: false,
        };
        format!("\n{}", line_chart(&points, &chart))
    };
    let at = |index: usize, end: f64| (index as f64 + end) * 60.0;
    let points = |of: &mut dyn FnMut(&Minute) -> f64, end: f64| -> Vec<(f64, f64)> {
        let points = minutes.iter().enumerate().map(|(index, minute)| (at(index, end), of(minute)));
        // What is beyond the outage is the way back.
        points.filter(|(at, _)| *at <= judged.question.length + 1e-9).collect()
    };
    out.push_str(&draw(
        "channels in use, all trunks, at the end of each minute",
        points(&mut |m| m.channels.iter().sum(), 1.0),
    ));
    out.push_str(&draw("attempts blocked or lost, by the minute", points(&mut |m| m.blocked + m.lost, 0.0)));
    let mut course = vec![(0.0, 0.0)];
    course.extend(points(&mut spent, 1.0));
    out.push_str(&draw(&spend, course));
    out
}

/// The screen.
#[must_use]
pub fn calls(judged: &Judged, loaded: &Loaded, demo: bool, detail: Detail) -> String {
    let plan = &loaded.plan;
    let question = &judged.question;
    let cause = plan.causes.get(question.cause).map(|cause| terminal(&cause.name).into_owned()).unwrap_or_default();
    let mut out = header(loaded, demo);
    let _ = writeln!(
        out,
        "\n{}: {} of `{cause}` from {}, {}, seed {}, {}\n",
        styled(BOLD, "every call"),
        length(question.length),
        judged.start.rfc3339(plan.timezone),
        plural(question.runs as usize, "run"),
        question.seed,
        plural(judged.simulated as usize, "attempt"),
    );
    out.push_str(&figures(judged, plan, detail));
    let (compared, off) = judged.compared();
    let by_chance = compared as f64 * (1.0 - LEVEL);
    let _ = writeln!(
        out,
        "\n{off} of {} lie outside their intervals; {} would by chance alone.",
        plural(compared, "figure"),
        fixed(by_chance, 1)
    );
    if judged.incomplete {
        out.push_str("Some answered calls have no rate: amounts are least amounts.\n");
    }
    if detail > Detail::Quiet {
        out.push_str(&timeline(judged, plan));
        if !judged.notes.is_empty() {
            out.push_str("\nWhat the formulas leave out here (README, Limits of the model):\n");
            for note in &judged.notes {
                let _ = writeln!(out, "  · {note}");
            }
        }
    }
    out
}

fn pair(tried: &Tried, key: &str) -> [String; 2] {
    let digits = tried.currency.minor_digits() as usize;
    let Some(figure) = tried.judged.figure(key) else { return ["n/a".to_owned(), "n/a".to_owned()] };
    let places = decimals(figure, if figure.kind == Kind::Money { digits } else { 0 });
    let (mean, half) = simulated(figure, digits);
    let analytic = figure.analytic.map_or_else(|| "n/a".to_owned(), |analytic| fixed(analytic, places));
    let simulated = if figure.error == 0.0 { mean } else { format!("{mean} {half}") };
    [analytic, simulated]
}

/// A difference in percent, with its sign.
fn difference(by: f64) -> String {
    format!("{}{}", sign(by), percent(by))
}

/// Reasons of known differences, in the order in which plans name them.
fn reasons(validation: &Validation) -> Vec<&'static str> {
    let mut reasons = Vec::new();
    for known in validation.tried.iter().flat_map(|tried| tried.case.known) {
        if !reasons.contains(&known.why) {
            reasons.push(known.why);
        }
    }
    reasons
}

/// How many figures of a plan agree, and which differ.
fn outcome(tried: &Tried, validation: &Validation, reasons: &[&'static str]) -> String {
    let (mut compared, mut agree, mut differ) = (0, 0, Vec::new());
    for figure in &tried.judged.figures {
        let known = tried.case.known(figure.key);
        match figure.agreement_at(validation.family_level) {
            Agreement::Unknown | Agreement::TooFew => continue,
            Agreement::Consistent => agree += 1,
            Agreement::Off { .. } if known.is_some() => {}
            Agreement::Off { by, .. } => differ.push(format!("{} {}", figure.name, difference(by))),
        }
        compared += 1;
    }
    let mut text = format!("{agree} of {compared}");
    for (number, _) in reasons.iter().enumerate().filter(|(_, why)| tried.case.known.iter().any(|k| k.why == **why)) {
        let _ = write!(text, " ({})", number + 1);
    }
    if !differ.is_empty() {
        let _ = write!(text, ", not known: {}", differ.join(", "));
    }
    text
}

/// The known differences, by their reasons.
fn known(validation: &Validation, reasons: &[&'static str]) -> String {
    let mut out = String::new();
    for (number, why) in reasons.iter().enumerate() {
        let _ = writeln!(out, "({}) {why}", number + 1);
        for tried in &validation.tried {
            let parts: Vec<String> = tried
                .case
                .known
                .iter()
                .filter(|known| known.why == *why)
                .filter_map(|known| tried.judged.figure(known.key))
                .filter_map(|figure| match figure.agreement() {
                    Agreement::Off { by, .. } => Some(format!("{} {}", figure.name, difference(by))),
                    _ => None,
                })
                .collect();
            if !parts.is_empty() {
                let _ = writeln!(out, "    {}: {}", tried.case.name, parts.join(", "));
            }
        }
    }
    out
}

/// The validation suite's screen.
#[must_use]
pub fn validation(validation: &Validation) -> String {
    let mut table = Table::new(&[
        ("plan", Align::Left),
        ("carried", Align::Right),
        ("simulated", Align::Right),
        ("lost", Align::Right),
        ("simulated", Align::Right),
        ("spend", Align::Right),
        ("simulated", Align::Right),
        ("agree", Align::Left),
    ]);
    let reasons = reasons(validation);
    for tried in &validation.tried {
        let mut row = vec![tried.case.name.to_owned()];
        for key in ["carried", "lost", "spend"] {
            row.extend(pair(tried, key));
        }
        row.push(outcome(tried, validation, &reasons));
        table.row(row);
    }
    let runs = validation.tried.first().map_or(0, |tried| tried.judged.question.runs);
    let mut out = format!(
        "{} of {} each, reckoned and simulated ± half its 95 % interval\n\n",
        plural(validation.tried.len(), "plan"),
        plural(runs as usize, "run")
    );
    out.push_str(&table.render());
    if !reasons.is_empty() {
        out.push_str("\nKnown differences, reckoned against simulated:\n");
        out.push_str(&known(validation, &reasons));
    }
    let expected = validation.comparisons as f64 * (1.0 - LEVEL);
    let _ = writeln!(
        out,
        "\n{} of {} lie outside their 95 % intervals, {} would by chance; differences that are known are not counted.",
        count(validation.outside as f64),
        plural(validation.comparisons, "comparison"),
        fixed(expected, 1),
    );
    let good = validation.unexplained.is_empty() && validation.misstated.is_empty();
    let said = if good {
        styled(GREEN, "no difference beyond the known ones")
    } else {
        let list =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(plan, key)| format!("{plan}: {key}")).collect::<Vec<_>>();
        let mut all = list(&validation.unexplained);
        all.extend(list(&validation.misstated).into_iter().map(|text| format!("{text} (not as known)")));
        styled(RED, &format!("differences that are not known: {}", all.join("; ")))
    };
    let level = styled(
        DIM,
        &format!("each comparison at {:.4} %, all of them at 95 % (Bonferroni)", validation.family_level * 100.0),
    );
    let _ = writeln!(out, "{said} ({level})");
    out
}

//! The figures of the year.

use super::{Cell, Quantity, Step, YearFigure, digits};
use crate::assessment::Assessment;
use crate::assessment::simulated::{Method, Simulated};
use crate::assessment::year::{Causes, QUANTILES, Year, YearQuantile, causes};
use crate::outage::OutageError;
use crate::rating::border::{expected_money, weight};
use crate::words::diagnostic::Span;
use crate::words::money::Money;
use crate::year::counts::Count;
use crate::year::severity::Severity;

/// Which of the quantiles a figure is, or has its tail mean beyond.
fn quantile(figure: YearFigure, year: &Year) -> Option<YearQuantile> {
    use YearFigure as F;
    let p = match figure {
        F::P50 => 0.5,
        F::P75 => 0.75,
        F::P90 => 0.9,
        F::P95 | F::TailMean => 0.95,
        F::P99 => 0.99,
        F::P999 => 0.999,
        _ => return None,
    };
    QUANTILES.iter().position(|known| *known == p).and_then(|index| year.quantiles.get(index)).copied()
}

/// The value of a figure.
pub(super) fn value(assessment: &Assessment<'_>, figure: YearFigure) -> Quantity {
    use YearFigure as F;
    let unit = figure.unit();
    let year = match &assessment.year {
        Ok(year) => year,
        Err(reason) => return Quantity::absent(reason.clone(), unit),
    };
    let money = |money: Option<Money>, why: &str| money.map_or_else(|| Quantity::absent(why, ""), Quantity::money);
    match figure {
        F::Mean => Quantity::money(year.mean),
        F::Sd => money(year.sd, "the variance is infinite"),
        F::TailMean => money(quantile(figure, year).map(|q| q.tail_mean), "it is not reckoned"),
        F::P50 | F::P75 | F::P90 | F::P95 | F::P99 | F::P999 => {
            money(quantile(figure, year).map(|q| q.amount), "it is not reckoned")
        }
        F::Nothing => Quantity::number(year.nothing, unit),
        F::OverIncident => Quantity::maybe(year.over_incident, unit, "the plan gives no `budget.incident`"),
        F::OverMonth => Quantity::maybe(year.over_month, unit, "the plan gives no `budget.month`"),
        F::OverYear => Quantity::maybe(year.over_year, unit, "the plan gives no `budget.year`"),
        F::Outages => Quantity::number(year.outages, unit),
        F::ProtectedHours => Quantity::number(year.protected_hours, unit),
        F::UnprotectedHours => Quantity::number(year.unprotected_hours, unit),
        F::Standing => Quantity::money(year.standing),
    }
}

/// The steps to a figure, and the last one without its value.
pub(super) fn steps(assessment: &Assessment<'_>, figure: YearFigure) -> Result<(Vec<Step>, Step), OutageError> {
    use YearFigure as F;
    let Ok(year) = &assessment.year else { return Ok((Vec::new(), Step::new("there is no year"))) };
    if figure == F::Standing {
        return Ok(standing(assessment));
    }
    let drawn = !matches!(figure, F::Outages | F::ProtectedHours | F::UnprotectedHours);
    if let (true, Method::Simulated(simulated)) = (drawn, &year.method) {
        return Ok(by_draws(simulated));
    }
    let causes = match causes(assessment.plan())? {
        Ok(causes) => causes,
        Err(reason) => return Ok((Vec::new(), Step::new(reason))),
    };
    Ok(match figure {
        F::Mean => mean(assessment, &causes)?,
        F::Sd => sd(assessment, &causes),
        F::Nothing => nothing(assessment, &causes),
        F::OverIncident => over_incident(assessment, &causes),
        F::Outages | F::ProtectedHours | F::UnprotectedHours => hours(assessment, &causes, figure),
        _ => by_law(assessment, year, &causes, figure)?,
    })
}

/// Figures of years that were drawn, for outages are tied together.
fn by_draws(simulated: &Simulated) -> (Vec<Step>, Step) {
    let why = simulated.why.join("; ");
    let years = Step::new("years drawn, outages followed one after the other")
        .formula("by the laws of the causes", format!("seed {}; {why}", simulated.seed))
        .number(simulated.years as f64, "years");
    (vec![years], Step::new("read off the years drawn").formula("`estimate` prints its 95 % interval", ""))
}

fn name<'a>(assessment: &'a Assessment<'_>, cause: usize) -> &'a str {
    assessment.plan().causes.get(cause).map_or("", |cause| cause.name.as_str())
}

/// Where a cause says how often and how long.
fn places(assessment: &Assessment<'_>, cause: usize) -> Vec<Span> {
    let Some(cause) = assessment.plan().causes.get(cause) else { return Vec::new() };
    let keys = ["per_year", "observed", "duration", "longest"];
    keys.iter().filter_map(|key| cause.place.keys.get(*key)).copied().collect()
}

fn counted(count: Count) -> String {
    match count.shape {
        None => format!("Poisson, mean {}", digits(count.mean)),
        Some(shape) => format!("negative binomial, mean {}, shape {}", digits(count.mean), digits(shape)),
    }
}

fn mean(assessment: &Assessment<'_>, causes: &Causes) -> Result<(Vec<Step>, Step), OutageError> {
    let currency = assessment.plan().currency;
    let each = causes.all.iter().map(|(cause, count, severity)| {
        let amount = expected_money(count.mean * severity.mean, currency)?;
        Ok(Step::new(format!("what `{}` costs in a year on average", name(assessment, *cause)))
            .formula(
                "outages a year · mean spend of one",
                format!("{} · {}", digits(count.mean), digits(severity.mean)),
            )
            .money(amount)
            .at(places(assessment, *cause)))
    });
    let steps = each.collect::<Result<_, OutageError>>()?;
    Ok((steps, Step::new("mean of the year").formula("sum over the causes", "")))
}

fn sd(assessment: &Assessment<'_>, causes: &Causes) -> (Vec<Step>, Step) {
    let mut total = Some(0.0);
    let mut steps = Vec::new();
    for (cause, count, severity) in &causes.all {
        let square = severity.square;
        let more = (count.variance() - count.mean) * severity.mean * severity.mean;
        let own = square.map(|square| count.mean * square + more);
        total = total.zip(own).map(|(total, own)| total + own);
        let step = Step::new(format!("variance of what `{}` costs", name(assessment, *cause))).formula(
            "E[N]·E[X²] + (Var N − E[N])·E[X]²",
            match square {
                Some(square) => format!("{} · {} + {}", digits(count.mean), digits(square), digits(more)),
                None => "E[X²] is infinite".to_owned(),
            },
        );
        let step = step.at(places(assessment, *cause));
        steps.push(match own {
            Some(own) => step.number(own, "currency²"),
            None => step.text("infinite"),
        });
    }
    let last = Step::new("standard deviation of the year").formula(
        "√(sum of the variances of independent causes)",
        total.map_or_else(|| "infinite".to_owned(), |total| format!("√{}", digits(total))),
    );
    (steps, last)
}

fn nothing(assessment: &Assessment<'_>, causes: &Causes) -> (Vec<Step>, Step) {
    let steps: Vec<Step> = causes
        .all
        .iter()
        .map(|(cause, count, severity)| {
            let costing = count.thinned(1.0 - severity.nothing);
            Step::new(format!("chance that no outage of `{}` costs anything", name(assessment, *cause)))
                .formula(
                    "P(no outage), counting those that cost something",
                    format!("{}; {} of them cost something", counted(*count), digits(1.0 - severity.nothing)),
                )
                .number(costing.none(), "share")
                .at(places(assessment, *cause))
        })
        .collect();
    (steps, Step::new("chance that the year costs nothing").formula("product over the causes", ""))
}

fn over_incident(assessment: &Assessment<'_>, causes: &Causes) -> (Vec<Step>, Step) {
    let budget = &assessment.plan().budget;
    let Some(limit) = budget.incident.map(|limit| weight(limit.amount())) else {
        return (Vec::new(), Step::new("no budget"));
    };
    let steps: Vec<Step> = causes
        .all
        .iter()
        .map(|(cause, count, severity)| {
            Step::new(format!("outages of `{}` in a year that cost more", name(assessment, *cause)))
                .formula(
                    "outages a year · P(spend of one > budget)",
                    format!("{} · {}", digits(count.mean), digits(severity.exceeds(limit))),
                )
                .number(count.mean * severity.exceeds(limit), "outages")
                .at(places(assessment, *cause))
        })
        .collect();
    let all: f64 = causes.all.iter().map(|(_, count, _)| count.mean).sum();
    let limit = budget.place.as_ref().and_then(|place| place.keys.get("incident")).copied();
    let last = Step::new("share of the outages that pass the incident's budget")
        .formula("their sum / all outages a year", format!("… / {}", digits(all)))
        .at(limit);
    (steps, last)
}

fn hours(assessment: &Assessment<'_>, causes: &Causes, figure: YearFigure) -> (Vec<Step>, Step) {
    let of = |count: &Count, severity: &Severity| match figure {
        YearFigure::ProtectedHours => (count.mean * severity.protected / 3600.0, digits(severity.protected / 3600.0)),
        YearFigure::UnprotectedHours => {
            let lost = (severity.open - severity.protected).max(0.0) / 3600.0;
            (count.mean * lost, digits(lost))
        }
        _ => (count.mean, String::new()),
    };
    let steps = causes
        .all
        .iter()
        .map(|(cause, count, severity)| {
            let (amount, each) = of(count, severity);
            let step = Step::new(format!("`{}`", name(assessment, *cause)));
            let step = match figure {
                YearFigure::Outages => step.formula("mean number in a year", counted(*count)),
                _ => step.formula("outages a year · mean hours of one", format!("{} · {each}", digits(count.mean))),
            };
            step.number(amount, figure.unit()).at(places(assessment, *cause)).adding()
        })
        .collect();
    (steps, Step::new(figure.about().trim_end_matches('.')).formula("sum over the causes", ""))
}

fn standing(assessment: &Assessment<'_>) -> (Vec<Step>, Step) {
    let plan = assessment.plan();
    let behind = plan.trunks.iter().zip(&assessment.standing).skip(1);
    let steps = behind
        .map(|(trunk, month)| {
            let fees = plan.table(trunk).and_then(|table| table.place.keys.get("fees")).copied();
            Step::new(format!("a month of `{}` without any outage", trunk.name))
                .formula("fees, or the minimum where that is more", "")
                .money(*month)
                .at(fees)
        })
        .collect();
    (steps, Step::new("a year of them").formula("12 · sum over the trunks behind the first", ""))
}

/// Figures that are read off the law of the year, or of a month.
fn by_law(
    assessment: &Assessment<'_>,
    year: &Year,
    causes: &Causes,
    figure: YearFigure,
) -> Result<(Vec<Step>, Step), OutageError> {
    let monthly = figure == YearFigure::OverMonth;
    let (part, what) = if monthly { (1.0 / 12.0, "month") } else { (1.0, "year") };
    let rows = causes
        .all
        .iter()
        .map(|(cause, count, severity)| {
            vec![
                Cell::Text(name(assessment, *cause).to_owned()),
                Cell::Text(counted(Count { mean: count.mean * part, ..*count })),
                Cell::Number(severity.mean),
                Cell::Number(severity.nothing),
                Cell::Number(severity.most),
            ]
        })
        .collect();
    let mut steps = vec![
        Step::new("the spend of one outage, by cause")
            .formula("its law over every start in the year and every length, on the spending curve", "")
            .at(causes.all.iter().flat_map(|(cause, ..)| places(assessment, *cause)))
            .grid(&["cause", "outages", "mean spend", "share that cost nothing", "most"], rows),
        Step::new(format!("the law of a {what}, on a grid"))
            .formula(
                "inverse transform of Π over causes of E[zᴺ] at the transform of one outage's spend",
                format!(
                    "at most {} points, mean off by {} of itself, {} of the mass beyond",
                    year.points,
                    digits(year.mean_error),
                    digits(year.beyond)
                ),
            )
            .number(year.error_bound, "largest last change, relative"),
    ];
    let currency = assessment.plan().currency;
    let budget = |key: &str| assessment.plan().budget.place.as_ref().and_then(|place| place.keys.get(key)).copied();
    let last = match (figure, quantile(figure, year)) {
        (YearFigure::TailMean, Some(q)) => {
            let over = weight(q.tail_mean.amount()) - weight(q.amount.amount());
            steps.push(
                Step::new("the amount that 95 of 100 years do not pass")
                    .formula("least amount with P(S ≤ amount) ≥ p", format!("p = {}", digits(q.p)))
                    .money(q.amount),
            );
            let over = expected_money(over, currency)?;
            Step::new("what the other years cost on average")
                .formula("amount + E[(S − amount)⁺] / (1 − p)", format!("{} + {}", q.amount.amount(), over.amount()))
        }
        (_, Some(q)) => Step::new(format!("the amount that a share of {} of the years does not pass", digits(q.p)))
            .formula(
                "least amount with P(S ≤ amount) ≥ p, between grid points by a cubic",
                format!("p = {}", digits(q.p)),
            ),
        _ => {
            let key = if monthly { "month" } else { "year" };
            Step::new(format!("share of the {what}s that pass the budget")).formula("P(S > budget)", "").at(budget(key))
        }
    };
    Ok((steps, last))
}

//! The rules that judge the year.

use super::cost::INCOMPLETE;
use super::rule::{Found, Judgement, measure};
use crate::assessment::Assessment;
use crate::assessment::simulated::Method;
use crate::assessment::year::{CauseYear, Year, YearQuantile};
use crate::model::cause::Cause;
use crate::rating::border::weight;
use crate::words::diagnostic::Label;
use crate::words::duration::about;
use crate::words::figure::{money_pair, percent, percent_pair, significant};
use crate::words::money::Money;

/// Fewer incidents than this are thin evidence for a quantile.
const THIN: usize = 20;
/// A law whose 95 % quantile is so many times its median is not to be believed.
const IMPLAUSIBLE: f64 = 50.0;

fn label(assessment: &Assessment<'_>, key: &str, said: String) -> Vec<Label> {
    let place = assessment.plan().budget.place.as_ref();
    place.and_then(|place| place.keys.get(key)).map(|span| Label::new(*span, said)).into_iter().collect()
}

/// Whoever gives budgets gives those that count; without any, nobody knows what may be spent.
fn no_budget(assessment: &Assessment<'_>, key: &str) -> Judgement {
    let budget = &assessment.plan().budget;
    if budget.incident.is_some() || budget.month.is_some() || budget.year.is_some() {
        return Judgement::clean();
    }
    Judgement::blind(format!("the plan gives no `budget.{key}`"))
}

/// A month or a year against its budget.
fn over(
    assessment: &Assessment<'_>,
    key: &'static str,
    budget: Option<Money>,
    of: impl Fn(&Year) -> (Option<f64>, YearQuantile),
) -> Judgement {
    let plan = assessment.plan();
    let Some(budget) = budget else { return no_budget(assessment, key) };
    let year = match &assessment.year {
        Ok(year) => year,
        Err(reason) => return Judgement::blind(reason.clone()),
    };
    let (over, quantile) = of(year);
    let (over, allowed) = (over.unwrap_or(0.0), 1.0 - plan.budget.confidence);
    // A simulated share is judged where all of its interval lies on one side.
    let range = match &year.method {
        Method::Exact => [over, over],
        Method::Simulated(simulated) => simulated.over(key).unwrap_or([0.0, 1.0]),
    };
    // Rounding of 1 − 0.95 is no breach.
    let within = range.map(|over| over <= allowed + 1e-9);
    if within[0] && !within[1] {
        let ([low, high], limit) = (range.map(percent), percent(allowed));
        return Judgement::blind(format!(
            "of the simulated {key}s {low} to {high} cost more than {budget}, and {limit} are allowed: `trunkrisk simulate --years` with more years narrows that"
        ));
    }
    if within[1] {
        return if year.incomplete { Judgement::blind(INCOMPLETE) } else { Judgement::clean() };
    }
    let least = if year.incomplete { "≥ " } else { "" };
    let of_simulated = if matches!(year.method, Method::Simulated(_)) { "simulated " } else { "" };
    let (spends, limit) = money_pair(&quantile.amount, &budget);
    let (share, allowed) = percent_pair(over, allowed);
    let p = significant(plan.budget.confidence * 100.0, 6);
    Judgement::found(vec![Found {
        subject: vec![("budget", key.to_owned())],
        brief: format!("P{p} {least}{spends} > {limit}"),
        message: format!(
            "{least}{share} of the {of_simulated}{key}s cost more than {limit}, {allowed} are allowed: {p} of 100 {key}s stay within {spends}"
        ),
        labels: label(assessment, key, format!("passed by {share} of the {key}s")),
        help: dearest(assessment, year),
        measure: if year.incomplete { None } else { measure(weight(quantile.amount.amount())) },
    }])
}

fn dearest(assessment: &Assessment<'_>, year: &Year) -> String {
    let most = year.causes.iter().max_by(|a, b| a.share_of_tail.total_cmp(&b.share_of_tail));
    let name = most.and_then(|most| assessment.plan().causes.get(most.cause)).map_or("", |cause| cause.name.as_str());
    format!("most of a bad year comes from `{name}`: `trunkrisk estimate` shows each cause's share")
}

/// `month-over-budget`.
pub(super) fn month(assessment: &Assessment<'_>) -> Judgement {
    let budget = assessment.plan().budget.month;
    over(assessment, "month", budget, |year| (year.over_month, year.month_at_confidence))
}

/// `year-over-budget`.
pub(super) fn year(assessment: &Assessment<'_>) -> Judgement {
    let budget = assessment.plan().budget.year;
    over(assessment, "year", budget, |year| (year.over_year, year.at_confidence))
}

/// `standing-cost-over-budget`.
pub(super) fn standing(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let (budget, key) = match (plan.budget.standing, plan.budget.year) {
        (Some(budget), _) => (budget, "standing"),
        (None, Some(budget)) => (budget, "year"),
        (None, None) => return no_budget(assessment, "standing"),
    };
    let standing = match assessment.standing_year() {
        Ok(standing) => standing,
        Err(error) => return Judgement::blind(error.to_string()),
    };
    if standing.exceeds(&budget) != Some(true) {
        let unknown = plan.trunks.iter().skip(1).find_map(|trunk| Some((trunk, assessment.standing_unknown(trunk)?)));
        return match unknown {
            Some((trunk, why)) => Judgement::blind(format!("`{}` costs more than is known: {why}", trunk.name)),
            None => Judgement::clean(),
        };
    }
    let (costs, limit) = money_pair(&standing, &budget);
    Judgement::found(vec![Found {
        subject: vec![("budget", key.to_owned())],
        brief: format!("{costs} > {limit}"),
        message: format!("the trunks behind the first cost {costs} a year without any outage, the budget is {limit}"),
        labels: label(assessment, key, format!("{costs} without any outage")),
        help: "fees and minimums stand in the rate tables under [fees]".to_owned(),
        measure: measure(weight(standing.amount())),
    }])
}

/// Findings by cause, where the year is known and a budget is judged by it.
fn by_cause(assessment: &Assessment<'_>, say: impl Fn(&Cause, &CauseYear) -> Option<Found>) -> Judgement {
    let plan = assessment.plan();
    // Without a year there is no quantile to doubt; a budget that asks for one says so itself.
    let Ok(year) = &assessment.year else { return Judgement::clean() };
    let found = year.causes.iter().filter_map(|of| say(plan.causes.get(of.cause)?, of));
    Judgement::found(found.collect())
}

/// `thin-evidence`.
pub(super) fn thin(assessment: &Assessment<'_>) -> Judgement {
    let budget = &assessment.plan().budget;
    if budget.month.is_none() && budget.year.is_none() {
        return Judgement::clean();
    }
    by_cause(assessment, |cause, of| {
        let incidents = of.incidents.map(|n| n as usize);
        let (least, key, what) = match (incidents, of.lengths) {
            (Some(n), Some(lengths)) if n <= lengths => (n, "observed", "incidents"),
            (Some(n), None) => (n, "observed", "incidents"),
            (_, Some(lengths)) => (lengths, "duration", "past lengths"),
            (None, None) => return None,
        };
        (least < THIN).then(|| Found {
            subject: vec![("cause", cause.name.clone())],
            brief: format!("{least} {what} < {THIN}"),
            message: format!(
                "what `{}` costs in a bad year rests on {least} {what}: fewer than {THIN} say little about a quantile",
                cause.name
            ),
            labels: vec![Label::new(cause.place.key(key), format!("{least} {what}"))],
            help: "`trunkrisk estimate` prints the parameter range beside the quantiles".to_owned(),
            measure: None,
        })
    })
}

/// `implausible-law`.
pub(super) fn implausible(assessment: &Assessment<'_>) -> Judgement {
    by_cause(assessment, |cause, of| {
        let ratio = of.p95_length / of.median_length;
        (ratio > IMPLAUSIBLE).then(|| Found {
            subject: vec![("cause", cause.name.clone())],
            brief: format!("P95 {} = {ratio:.0} times the median", about(of.p95_length)),
            message: format!(
                "half of the outages of `{}` last less than {}, one in twenty longer than {}: {ratio:.0} times as long, more than {IMPLAUSIBLE} is hard to believe",
                cause.name,
                about(of.median_length),
                about(of.p95_length)
            ),
            labels: vec![Label::new(cause.place.key("duration"), "this law")],
            help: "check the units, split the cause, or give a `longest`".to_owned(),
            measure: measure(ratio),
        })
    })
}

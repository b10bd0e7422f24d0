//! Family `COST`: what an outage costs, by scenario; the rules of the year are in `policy::year`.

use super::rates::rows_in_use;
use super::rule::{Found, Judgement, Rule, measure};
use super::year;
use crate::assessment::Assessment;
use crate::model::plan::Start;
use crate::model::policy::Unit;
use crate::model::rates::RateTable;
use crate::model::trunk::Trunk;
use crate::outage::pieces::CapKind;
use crate::outage::scenario::Scenario;
use crate::rating::border::weight;
use crate::words::diagnostic::{Label, Span};
use crate::words::duration::human;
use crate::words::figure::{count, money_pair, percent_pair};
use crate::words::level::Level;

/// The rules; those of the year are judged in `policy::year`.
pub static RULES: &[Rule] = &[
    Rule {
        code: "COST001",
        name: "incident-over-budget",
        level: Level::Deny,
        measures: Some((Unit::Money, "spend of the dearest scenario of a cause")),
        what: "A scenario spends more than `budget.incident`.",
        why: "The invoice of one outage would be more than anyone approved.",
        fix: "A cheaper secondary, a daily cap with the carrier, a shorter response, or a larger budget.",
        judge: Some(incident),
    },
    Rule {
        code: "COST002",
        name: "month-over-budget",
        level: Level::Deny,
        measures: Some((Unit::Money, "spend of a month at the budget's confidence")),
        what: "More months than `budget.confidence` allows spend more than `budget.month`.",
        why: "Two or three outages in one month add up, each of them within the budget of an incident.",
        fix: "A cheaper secondary, a more reliable primary, a daily cap with the carrier, or a larger budget.",
        judge: Some(year::month),
    },
    Rule {
        code: "COST003",
        name: "year-over-budget",
        level: Level::Deny,
        measures: Some((Unit::Money, "spend of a year at the budget's confidence")),
        what: "More years than `budget.confidence` allows spend more than `budget.year`.",
        why: "A mean hides bad years: one year in twenty can cost three times as much.",
        fix: "A cheaper secondary, a more reliable primary, a daily cap with the carrier, or a larger budget.",
        judge: Some(year::year),
    },
    Rule {
        code: "COST004",
        name: "burn-too-fast",
        level: Level::Deny,
        measures: None,
        what: "The incident's budget is used up before an operator can respond (`pbx.operator_response`).",
        why: "An alert that comes after the money is gone protects nothing.",
        fix: "A daily cap with the carrier, a faster response, or a larger budget.",
        judge: Some(burn),
    },
    Rule {
        code: "COST005",
        name: "standing-cost-over-budget",
        level: Level::Deny,
        measures: Some((Unit::Money, "what the trunks behind the first cost in a year without any outage")),
        what: "Fees and minimums of the trunks behind the first cost more in a year than `budget.standing`, or than `budget.year` where that is not given.",
        why: "They are paid whether or not anything fails, on top of what the failovers cost.",
        fix: "A secondary with smaller fees, fewer trunks, or a larger budget.",
        judge: Some(year::standing),
    },
    Rule {
        code: "COST006",
        name: "prepaid-runs-dry",
        level: Level::Deny,
        measures: None,
        what: "A prepaid balance is used up in a scenario, and new calls are refused until a top-up arrives.",
        why: "The failover ends before the outage does, and the floor falls silent after all.",
        fix: "A larger balance, larger or more top-ups, or a carrier that bills in arrears.",
        judge: Some(prepaid),
    },
    Rule {
        code: "COST007",
        name: "spend-cap-ends-failover",
        level: Level::Deny,
        measures: None,
        what: "A carrier's daily limit on spend is reached in a scenario, and new calls are refused until it resets.",
        why: "The failover ends before the outage does, and the floor falls silent after all.",
        fix: "Have the limit raised to what the dearest scenario spends in a day, or accept it by a waiver.",
        judge: Some(daily_cap),
    },
    Rule {
        code: "COST008",
        name: "short-call-surcharge",
        level: Level::Warn,
        measures: Some((Unit::Percent, "share of answered calls that are short")),
        what: "So many answered calls are short that the carrier charges a fee on them.",
        why: "Machines that are hung up on after seconds make most of a dialer's answered calls; the fee can be more than the minutes.",
        fix: "A carrier without the surcharge, or fewer answered machines.",
        judge: Some(short),
    },
    Rule {
        code: "COST009",
        name: "increment-inflation",
        level: Level::Warn,
        measures: Some((Unit::Times, "billed over talked minutes")),
        what: "A trunk bills more than `policy.increment_inflation` times the minutes talked.",
        why: "At 60/60 a dialer pays nearly twice the minutes of 1/1: the price per minute alone misleads.",
        fix: "Compare carriers by what the floor's calls cost, not by the price per minute.",
        judge: Some(inflation),
    },
    Rule {
        code: "COST010",
        name: "secondary-dearer-than-silence",
        level: Level::Warn,
        measures: None,
        what: "In a scenario the trunks behind the primary cost more than the idle seats and lost margin that they prevent.",
        why: "It would be cheaper to send the floor home.",
        fix: "A cheaper secondary, or none for that campaign.",
        judge: Some(dearer),
    },
    Rule {
        code: "COST011",
        name: "outage-on-closed-floor",
        level: Level::Warn,
        measures: None,
        what: "At the scenario's fixed `start` the floor is closed for the whole length of an outage, so nothing is at stake in it.",
        why: "An outage that nobody meets costs nothing and loses nothing: every rule on it passes, and says nothing.",
        fix: "Start it when the floor is open, or let the worst start be found.",
        judge: Some(closed),
    },
    Rule {
        code: "COST012",
        name: "thin-evidence",
        level: Level::Warn,
        measures: None,
        what: "A quantile that a budget is judged by rests on fewer than 20 past incidents of a cause.",
        why: "With three years of incidents the 95 % quantile fitted to them lies between a third and two and a half times the true one.",
        fix: "Collect more incidents, widen the budget by the parameter range, or accept it by a waiver.",
        judge: Some(year::thin),
    },
    Rule {
        code: "COST013",
        name: "implausible-law",
        level: Level::Warn,
        measures: Some((Unit::Times, "95 % quantile of the length over its median")),
        what: "A cause's lengths have a 95 % quantile of more than 50 times their median.",
        why: "Such a law says that most outages are trifles and a few last for weeks: usually two causes in one, or a slip in a unit.",
        fix: "Check median and p95, split the cause, or give a `longest`.",
        judge: Some(year::implausible),
    },
];

fn budget_label(assessment: &Assessment<'_>, said: String) -> Option<Label> {
    let place = assessment.plan().budget.place.as_ref()?;
    place.keys.get("incident").map(|span| Label::new(*span, said))
}

fn cause(assessment: &Assessment<'_>, scenario: &Scenario) -> (String, Span) {
    let plan = assessment.plan();
    plan.causes
        .get(scenario.cause)
        .map_or_else(|| (String::new(), plan.place.item), |cause| (cause.name.clone(), cause.place.key("name")))
}

/// The dearest scenario of each cause for which a test holds.
fn by_cause<'a>(assessment: &'a Assessment<'_>, holds: impl Fn(&Scenario) -> bool) -> Vec<&'a Scenario> {
    let mut worst: Vec<&Scenario> = Vec::new();
    for scenario in assessment.scenarios.iter().filter(|scenario| holds(scenario)) {
        match worst.iter_mut().find(|known| known.cause == scenario.cause) {
            Some(known) if scenario.spend.amount() > known.spend.amount() => *known = scenario,
            Some(_) => {}
            None => worst.push(scenario),
        }
    }
    worst
}

const NO_BUDGET: &str = "the plan gives no `budget.incident`";
pub(super) const INCOMPLETE: &str = "a destination has no rate: the spend is a least amount";

fn incident(assessment: &Assessment<'_>) -> Judgement {
    let Some(budget) = assessment.plan().budget.incident else { return Judgement::blind(NO_BUDGET) };
    let over = by_cause(assessment, |scenario| scenario.spend.exceeds(&budget) == Some(true));
    let findings = over
        .into_iter()
        .map(|scenario| {
            let (name, span) = cause(assessment, scenario);
            let (spends, allowed) = money_pair(&scenario.spend, &budget);
            let least = if scenario.incomplete { "≥ " } else { "" };
            let gone = scenario
                .budget_reached
                .map(|at| format!("; the {budget} are gone after {}", human(at)))
                .unwrap_or_default();
            let mut labels = vec![Label::new(span, format!("{} of it", human(scenario.length)))];
            labels.extend(budget_label(assessment, format!("{allowed} allowed")));
            Found {
                subject: vec![("cause", name.clone())],
                brief: format!("{least}{spends} > {allowed}"),
                message: format!(
                    "{} of `{name}` cost {least}{spends}, {allowed} are allowed{gone}",
                    human(scenario.length)
                ),
                labels,
                help: "`trunkrisk estimate` shows where the money goes".to_owned(),
                // A least amount is within no ceiling.
                measure: if scenario.incomplete { None } else { measure(weight(scenario.spend.amount())) },
            }
        })
        .collect::<Vec<_>>();
    blind_beside(assessment, findings)
}

/// What is already found needs no further rate to be found; causes without a finding do.
fn blind_beside(assessment: &Assessment<'_>, findings: Vec<Found>) -> Judgement {
    let blind = assessment.scenarios.iter().filter(|scenario| scenario.incomplete).any(|scenario| {
        let subject = ("cause", cause(assessment, scenario).0);
        !findings.iter().any(|found| found.subject.contains(&subject))
    });
    Judgement { not_judged: blind.then(|| INCOMPLETE.to_owned()), findings }
}

fn burn(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let Some(budget) = plan.budget.incident else { return Judgement::blind(NO_BUDGET) };
    let Some(response) = plan.pbx.operator_response else {
        let gone = assessment.scenarios.iter().any(|scenario| scenario.budget_reached.is_some());
        return match (gone, assessment.scenarios.iter().any(|scenario| scenario.incomplete)) {
            (true, _) => Judgement::blind("the plan gives no `pbx.operator_response`"),
            (false, true) => Judgement::blind(INCOMPLETE),
            (false, false) => Judgement::clean(),
        };
    };
    // Each cause for itself: a waiver of one must not hide another.
    let mut fastest: Vec<(&Scenario, f64)> = Vec::new();
    for scenario in &assessment.scenarios {
        let Some(at) = scenario.budget_reached.filter(|at| *at < response) else { continue };
        match fastest.iter_mut().find(|(known, _)| known.cause == scenario.cause) {
            Some(known) if at < known.1 => *known = (scenario, at),
            Some(_) => {}
            None => fastest.push((scenario, at)),
        }
    }
    let response_label = plan.pbx.place.as_ref().and_then(|place| place.keys.get("operator_response"));
    let findings = fastest
        .into_iter()
        .map(|(scenario, at)| {
            let (name, _) = cause(assessment, scenario);
            let labels = budget_label(assessment, format!("gone after {}", human(at)))
                .into_iter()
                .chain(response_label.map(|span| Label::new(*span, "the response")))
                .collect();
            Found {
                subject: vec![("cause", name.clone())],
                brief: format!("{budget} gone after {} < {}", human(at), human(response)),
                message: format!(
                    "under `{name}` the {budget} of an incident are gone after {}, an operator responds after {}",
                    human(at),
                    human(response)
                ),
                labels,
                help: "have the carrier cap the daily spend, or respond faster".to_owned(),
                measure: None,
            }
        })
        .collect();
    blind_beside(assessment, findings)
}

fn caps(assessment: &Assessment<'_>, kind: CapKind, what: &str, key: &str) -> Judgement {
    let plan = assessment.plan();
    let mut findings: Vec<Found> = Vec::new();
    let all = assessment.scenarios.iter().flat_map(|scenario| scenario.caps.iter().map(move |cap| (scenario, cap)));
    for (scenario, cap) in all.filter(|(_, cap)| cap.event.kind == kind) {
        let Some(trunk) = plan.trunks.get(cap.event.trunk) else { continue };
        let (name, _) = cause(assessment, scenario);
        let subject = vec![("trunk", trunk.name.clone()), ("cause", name.clone())];
        if findings.iter().any(|found| found.subject == subject) {
            continue;
        }
        let span = plan.table(trunk).map_or(trunk.place.item, |table| table.place.key(&format!("limits.{key}")));
        let lost = scenario.outage.lost();
        findings.push(Found {
            subject,
            brief: format!("{what} gone after {}", human(cap.event.at)),
            message: format!(
                "{} of `{name}`: {what} of `{}` is gone after {}; {} attempts are lost in all; calls in progress may add {} if the carrier books at hang-up",
                human(scenario.length),
                trunk.name,
                human(cap.event.at),
                count(lost),
                cap.in_progress
            ),
            labels: vec![Label::new(span, format!("`{key}` of this carrier"))],
            help: "raise it to what the dearest scenario takes, or accept it by a waiver".to_owned(),
            measure: None,
        });
    }
    // Calls without a rate use a cap up as well, nobody knows how fast.
    let capped = |trunk: usize| {
        let limits = plan.trunks.get(trunk).and_then(|trunk| plan.table(trunk)).map(|table| &table.limits);
        limits.is_some_and(|limits| match kind {
            CapKind::Prepaid => limits.prepaid.is_some(),
            CapKind::DailySpend => limits.daily_spend.is_some(),
        })
    };
    let found = |trunk: usize, scenario: &Scenario| {
        let named = plan.trunks.get(trunk).map(|trunk| trunk.name.clone()).unwrap_or_default();
        let subject = vec![("trunk", named), ("cause", cause(assessment, scenario).0)];
        findings.iter().any(|found| found.subject == subject)
    };
    let blind = assessment.scenarios.iter().any(|scenario| {
        scenario.trunks.iter().any(|bill| bill.incomplete && capped(bill.trunk) && !found(bill.trunk, scenario))
    });
    let surcharge = assessment.scenarios.iter().find_map(|scenario| {
        let (trunk, _) = scenario
            .caps_with_surcharge
            .iter()
            .find(|(trunk, other)| *other == kind && !found(*trunk, scenario))?;
        let named = plan.trunks.get(*trunk).map(|trunk| trunk.name.as_str()).unwrap_or_default();
        Some(format!(
            "{what} of `{named}` would be gone if it paid for the surcharge on short calls too, which is not counted by it"
        ))
    });
    Judgement { not_judged: blind.then(|| INCOMPLETE.to_owned()).or(surcharge), findings }
}

fn prepaid(assessment: &Assessment<'_>) -> Judgement {
    caps(assessment, CapKind::Prepaid, "the prepaid balance", "prepaid")
}

fn daily_cap(assessment: &Assessment<'_>) -> Judgement {
    caps(assessment, CapKind::DailySpend, "the daily spend", "daily_spend")
}

/// The finding of one trunk in the scenario where a number of it is largest.
fn by_trunk(
    assessment: &Assessment<'_>,
    number: impl Fn(&Scenario, usize) -> Option<f64>,
    say: impl Fn(&Scenario, usize, f64) -> Option<Found>,
) -> Judgement {
    let mut findings = Vec::new();
    for trunk in 0..assessment.plan().trunks.len() {
        let mut worst: Option<(&Scenario, f64)> = None;
        for scenario in &assessment.scenarios {
            if let Some(value) = number(scenario, trunk)
                && worst.is_none_or(|(_, known)| value > known * (1.0 + 1e-9))
            {
                worst = Some((scenario, value));
            }
        }
        findings.extend(worst.and_then(|(scenario, value)| say(scenario, trunk, value)));
    }
    Judgement::found(findings)
}

fn short(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    by_trunk(
        assessment,
        |scenario, trunk| {
            let bill = scenario.trunks.get(trunk)?;
            (!bill.short_call_fees.amount().is_zero()).then(|| weight(bill.short_call_fees.amount()))
        },
        |scenario, trunk, _| {
            let bill = scenario.trunks.get(trunk)?;
            let named = plan.trunks.get(trunk)?;
            let table = plan.table(named)?;
            let rule = table.fees.short_calls.as_ref()?;
            let (share, allowed) = percent_pair(bill.short_share, weight(rule.allowed));
            let (name, _) = cause(assessment, scenario);
            Some(Found {
                subject: vec![("trunk", named.name.clone())],
                brief: format!(
                    "{share} short {} {allowed}: {}",
                    if rule.inclusive { "≥" } else { ">" },
                    bill.short_call_fees
                ),
                message: format!(
                    "{share} of the answered calls on `{}` last {} s or less, {}{allowed} are allowed: {} of `{name}` cost {} on top of {}",
                    named.name,
                    count(rule.up_to),
                    if rule.inclusive { "less than " } else { "" },
                    human(scenario.length),
                    bill.short_call_fees,
                    bill.calls
                ),
                labels: vec![Label::new(table.place.key("fees.short_calls"), "the rule on short calls")],
                help: "a carrier without the surcharge, or fewer answered machines".to_owned(),
                measure: measure(bill.short_share * 100.0),
            })
        },
    )
}

fn inflation(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let limit = plan.policy.increment_inflation;
    let mut judgement = by_trunk(
        assessment,
        |scenario, trunk| {
            let bill = scenario.trunks.get(trunk)?;
            let ratio = bill.billed / bill.talk;
            // The scenario in which most minutes are billed speaks for the trunk.
            (ratio.is_finite() && ratio > limit * (1.0 + 1e-9)).then_some(bill.billed)
        },
        |scenario, trunk, _| {
            let bill = scenario.trunks.get(trunk)?;
            let ratio = bill.billed / bill.talk;
            let named = plan.trunks.get(trunk)?;
            let table = plan.table(named)?;
            let (increments, label) = increments(assessment, named, table);
            Some(Found {
                subject: vec![("trunk", named.name.clone())],
                brief: format!("{ratio:.2} times > {limit}"),
                message: format!(
                    "{} of `{}`: `{}` bills {} minutes for {} talked{increments}: {ratio:.2} times, more than {limit}",
                    human(scenario.length),
                    cause(assessment, scenario).0,
                    named.name,
                    count(bill.billed / 60.0),
                    count(bill.talk / 60.0)
                ),
                labels: vec![label],
                help: "compare carriers by what the floor's calls cost: `trunkrisk estimate`".to_owned(),
                measure: measure(ratio),
            })
        },
    );
    // Calls without a rate are talked and not billed, so the ratio is too small.
    let unknown = plan.trunks.iter().enumerate().any(|(trunk, named)| {
        let found = judgement.findings.iter().any(|found| found.subject.contains(&("trunk", named.name.clone())));
        !found && assessment.scenarios.iter().any(|s| s.trunks.get(trunk).is_some_and(|bill| bill.incomplete))
    });
    if unknown {
        judgement.not_judged = Some("a destination has no rate: what its calls bill is not known".to_owned());
    }
    judgement
}

/// The increments that bill the plan's calls on a trunk, in words, and where the coarsest of them stands.
fn increments(assessment: &Assessment<'_>, trunk: &Trunk, table: &RateTable) -> (String, Label) {
    let mut rows = rows_in_use(&assessment.engine, trunk);
    rows.sort_by_key(|(row, _)| std::cmp::Reverse((row.increment.initial, row.increment.further)));
    let mut names: Vec<String> = rows.iter().map(|(row, _)| row.increment.to_string()).collect();
    names.dedup();
    let text = if names.is_empty() { String::new() } else { format!(" at {}", names.join(" and ")) };
    let label = match rows.first() {
        // A row is known by its prefix: its increment may stand in another line.
        Some((row, _)) if table.billing.increment != Some(row.increment) => {
            Label::new(row.span, format!("this row bills {}", row.increment))
        }
        _ => Label::new(table.place.key("billing.increment"), "the increment"),
    };
    (text, label)
}

fn closed(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let (Start::At(_), Some(place)) = (plan.scenario.start, &plan.scenario.place) else { return Judgement::clean() };
    let mut longest: Vec<&Scenario> = Vec::new();
    for scenario in assessment.scenarios.iter().filter(|scenario| scenario.outage.attempts <= 0.0) {
        match longest.iter_mut().find(|known| known.cause == scenario.cause) {
            Some(known) if scenario.length > known.length => *known = scenario,
            Some(_) => {}
            None => longest.push(scenario),
        }
    }
    let found = |scenario: &&Scenario| {
        let (start, length) = (scenario.start.rfc3339(plan.timezone), human(scenario.length));
        let (name, _) = cause(assessment, scenario);
        Found {
            message: format!("{length} of `{name}` meet nobody: from {start} on the floor is closed for as long"),
            subject: vec![("cause", name)],
            brief: format!("closed for {length}"),
            labels: vec![Label::new(place.key("start"), "starts here")],
            help: "a time at which the floor is open, or `start = \"worst\"`".to_owned(),
            measure: None,
        }
    };
    Judgement::found(longest.iter().map(found).collect())
}

fn dearer(assessment: &Assessment<'_>) -> Judgement {
    if assessment.scenarios.iter().any(|scenario| scenario.net_benefit.is_none()) {
        return Judgement::blind("a campaign gives no `idle_cost_per_seat_hour`: silence has no price");
    }
    let worse = by_cause(assessment, |scenario| {
        scenario.net_benefit.is_some_and(|net| net.amount().is_sign_negative() && !net.amount().is_zero())
    });
    let findings = worse
        .into_iter()
        .filter_map(|scenario| {
            let (name, span) = cause(assessment, scenario);
            let (net, silence) = (scenario.net_benefit?, scenario.silence_cost?);
            Some(Found {
                subject: vec![("cause", name.clone())],
                brief: format!("net {net}"),
                message: format!(
                    "{} of `{name}`: silence would cost {silence}, the failover leaves a net of {net}",
                    human(scenario.length)
                ),
                labels: vec![Label::new(span, "this cause")],
                help: format!(
                    "the trunks behind the primary charge {}; a cheaper secondary, or none",
                    scenario.spend_behind
                ),
                measure: None,
            })
        })
        .collect::<Vec<_>>();
    blind_beside(assessment, findings)
}

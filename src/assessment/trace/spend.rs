//! What the carriers charge for an outage, amount by amount.

use super::scenario::{answered, whole};
use super::{Cell, Step, call, digits, sum, trunk_name};
use crate::assessment::Assessment;
use crate::model::rates::{RateTable, ShortCallsOn, TableKind};
use crate::outage::OutageError;
use crate::outage::flow::TrunkFlow;
use crate::outage::scenario::{Scenario, TrunkBill, convert};
use crate::rating::border::weight;
use crate::rating::surcharge::short_calls;
use crate::words::diagnostic::Span;
use crate::words::money::Money;

/// What leads to the amounts of one trunk.
struct Billed<'a> {
    trunk: usize,
    name: &'a str,
    table: &'a RateTable,
    flow: TrunkFlow,
    bill: &'a TrunkBill,
}

fn billed_trunks<'a>(assessment: &'a Assessment<'_>, scenario: &'a Scenario) -> Vec<Billed<'a>> {
    let plan = assessment.plan();
    let flows = whole(scenario).trunks;
    let all = plan.trunks.iter().enumerate().zip(flows).zip(&scenario.trunks);
    all.filter(|((_, flow), _)| flow.offered > 0.0)
        .filter_map(|(((trunk, named), flow), bill)| {
            Some(Billed { trunk, name: &named.name, table: plan.table(named)?, flow, bill })
        })
        .collect()
}

/// The epochs of rates that the outage passes through with seats staffed.
fn epochs(assessment: &Assessment<'_>, scenario: &Scenario) -> Vec<usize> {
    let regimes = assessment.engine.calendar.regimes();
    let mut epochs: Vec<usize> = scenario
        .run
        .pieces
        .iter()
        .filter_map(|piece| regimes.get(piece.regime))
        .filter(|regime| regime.seats.iter().any(|seats| *seats > 0))
        .map(|regime| regime.epoch)
        .collect();
    epochs.sort_unstable();
    epochs.dedup();
    epochs
}

/// Where the rows stand that price a destination over a trunk in this outage.
fn rows_of(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    trunk: usize,
    prefix: usize,
) -> Result<Vec<Span>, OutageError> {
    let mut spans = Vec::new();
    for epoch in epochs(assessment, scenario) {
        for part in call::parts(assessment, trunk, prefix, epoch)? {
            if !spans.contains(&part.row.span) {
                spans.push(part.row.span);
            }
        }
    }
    Ok(spans)
}

/// The calls of a trunk on average: row, price, increment, talk time, billed time, cost.
fn calls(assessment: &Assessment<'_>, scenario: &Scenario, billed: &Billed<'_>) -> Result<Option<Step>, OutageError> {
    let plan = assessment.plan();
    let mut rows = Vec::new();
    for epoch in epochs(assessment, scenario) {
        for (prefix, digits) in assessment.engine.prefixes.iter().enumerate() {
            for part in call::parts(assessment, billed.trunk, prefix, epoch)? {
                rows.push(vec![
                    Cell::Text(digits.to_string()),
                    Cell::Place(part.row.span),
                    Cell::Text(call::price(part.row, part.jurisdiction)),
                    Cell::Text(part.row.increment.to_string()),
                    Cell::Text(if plan.campaigns.len() > 1 {
                        format!("{}: {}", part.campaign.name, part.outcome.name)
                    } else {
                        part.outcome.name.clone()
                    }),
                    Cell::Number(part.share),
                    Cell::Number(part.call.talk_seconds),
                    Cell::Number(part.call.billed_seconds),
                    Cell::Number(part.call.cost),
                ]);
            }
        }
    }
    if rows.is_empty() {
        return Ok(None);
    }
    let columns =
        ["prefix", "row", "price", "increment", "outcome", "share of attempts", "talk s", "billed s", "average cost"];
    let step =
        Step::new(format!("what an answered call over {} costs on average [{}]", billed.name, billed.table.currency))
            .formula("Σ steps P(billed so) × rounded cost; see call.TRUNK.PREFIX", "")
            .at([billed.table.place.key("billing.increment")]);
    Ok(Some(step.grid(&columns, rows)))
}

fn tax_and_rate(assessment: &Assessment<'_>, table: &RateTable) -> (String, String) {
    let plan = assessment.plan();
    let (mut formula, mut numbers) = (String::new(), String::new());
    if !table.fees.usage_tax.is_zero() {
        formula.push_str(" × (1 + usage_tax)");
        numbers.push_str(&format!(" × {}", digits(1.0 + weight(table.fees.usage_tax))));
    }
    if table.currency != plan.currency {
        formula.push_str(" × exchange rate");
        if let Some(rate) = plan.exchange_rate(table.currency) {
            numbers.push_str(&format!(" × {} {}/{}", rate.normalize(), plan.currency, table.currency));
        }
    }
    (formula, numbers)
}

fn fx_places(assessment: &Assessment<'_>, table: &RateTable) -> Vec<Span> {
    let plan = assessment.plan();
    if table.currency == plan.currency {
        return Vec::new();
    }
    plan.fx.iter().map(|fx| fx.place.key(table.currency.code())).collect()
}

/// The amounts of one trunk.
fn amounts(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    billed: &Billed<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), OutageError> {
    let (engine, table, flow) = (&assessment.engine, billed.table, &billed.flow);
    let (factor, by) = tax_and_rate(assessment, table);
    let tax = 1.0 + weight(table.fees.usage_tax);
    let fees = || {
        let taxed = (!table.fees.usage_tax.is_zero()).then(|| table.place.key("fees.usage_tax"));
        taxed.into_iter().chain(fx_places(assessment, table))
    };
    for (index, (part, prefix)) in flow.destinations.iter().zip(&engine.prefixes).enumerate() {
        if part.answered <= 0.0 {
            continue;
        }
        let rows = rows_of(assessment, scenario, billed.trunk, index)?;
        let what = format!("calls to {prefix} over {}", billed.name);
        if part.unpriced > 0.0 {
            steps.push(
                Step::new(format!("{what}: no row prices them, and the total is a least amount"))
                    .number(part.unpriced, "calls")
                    .at([table.place.item]),
            );
        }
        if rows.is_empty() {
            if part.unpriced <= 0.0 {
                steps.push(Step::new(format!("{what}: inside the flat rate, minutes cost nothing")).at(seats(table)));
            }
            continue;
        }
        let average = part.spend / tax / part.answered;
        steps.push(
            Step::new(what)
                .formula(
                    format!("answered × average cost{factor}"),
                    format!("{} × {} {}{by}", digits(part.answered), digits(average), table.currency),
                )
                .money(convert(engine, billed.trunk, part.spend)?)
                .at(rows)
                .at(fees())
                .adding(),
        );
    }
    if flow.attempt_fees > 0.0 {
        let fee = weight(table.billing.attempt_fee);
        let attempts = flow.attempt_fees / tax / fee;
        steps.push(
            Step::new(format!("attempts over {} that were not answered", billed.name))
                .formula(
                    format!("attempts × attempt_fee{factor}"),
                    format!("{} × {} {}{by}", digits(attempts), digits(fee), table.currency),
                )
                .money(convert(engine, billed.trunk, flow.attempt_fees)?)
                .at([table.place.key("billing.attempt_fee")])
                .at(fees())
                .adding(),
        );
    }
    if let Some(rule) = &table.fees.short_calls {
        let charged = short_calls(flow.answered, flow.short, rule);
        let which = match rule.on {
            ShortCallsOn::All => "all short calls",
            ShortCallsOn::Excess => "short calls beyond the allowance",
        };
        steps.push(
            Step::new(format!("answered calls over {} of at most {} s", billed.name, digits(rule.up_to)))
                .formula(
                    format!("short / answered; {} is allowed, then {which} are charged", rule.allowed.normalize()),
                    format!("{} / {}", digits(flow.short), digits(flow.answered)),
                )
                .number(charged.share, "share")
                .at([table.place.key("fees.short_calls")]),
        );
        steps.push(
            Step::new(format!("surcharge on short calls over {}", billed.name))
                .formula(
                    format!("charged calls × fee{factor}"),
                    format!("{} × {} {}{by}", digits(charged.charged_calls), rule.fee.normalize(), table.currency),
                )
                .money(convert(engine, billed.trunk, charged.amount * tax)?)
                .at([table.place.key("fees.short_calls")])
                .at(fees())
                .adding(),
        );
    }
    Ok(())
}

fn seats(table: &RateTable) -> Vec<Span> {
    match &table.kind {
        TableKind::FlatRate(seats) => seats.iter().map(|seat| seat.place.item).collect(),
        TableKind::PerMinute => vec![table.place.item],
    }
}

pub(super) fn spend(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    steps: &mut Vec<Step>,
) -> Result<Step, OutageError> {
    let calls_answered = answered(assessment, scenario, steps)?;
    steps.extend(calls_answered);
    let trunks = billed_trunks(assessment, scenario);
    let mut leaves = Vec::new();
    for billed in &trunks {
        if billed.bill.carried > 0.0 {
            steps.extend(calls(assessment, scenario, billed)?);
        }
        amounts(assessment, scenario, billed, &mut leaves)?;
    }
    let amounts: Vec<Money> = leaves.iter().filter(|step| step.adds).filter_map(Step::as_money).collect();
    steps.extend(leaves);
    let numbers: Vec<String> = amounts.iter().map(|money| money.amount().normalize().to_string()).collect();
    steps.push(Step::new(
        "each amount became money once: the expected amount's exact value, rounded half to even at 12 decimal places, \
         then times the exchange rate where there is one; the amounts marked + add up exactly",
    ));
    let what = if scenario.incomplete { "what the carriers charge, at least" } else { "what the carriers charge" };
    let numbers = if numbers.is_empty() { "0".to_owned() } else { numbers.join(" + ") };
    Ok(Step::new(what).formula("sum of the amounts marked +", numbers))
}

pub(super) fn billed(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    steps: &mut Vec<Step>,
) -> Result<Step, OutageError> {
    let calls_answered = answered(assessment, scenario, steps)?;
    steps.extend(calls_answered);
    let mut terms = Vec::new();
    for billed in billed_trunks(assessment, scenario) {
        if billed.bill.carried > 0.0 {
            steps.extend(calls(assessment, scenario, &billed)?);
        }
        for (index, (part, prefix)) in billed.flow.destinations.iter().zip(&assessment.engine.prefixes).enumerate() {
            if part.billed <= 0.0 {
                continue;
            }
            steps.push(
                Step::new(format!("minutes billed to {prefix} over {}", trunk_name(assessment, billed.trunk)))
                    .formula(
                        "answered × average billed time / 60",
                        format!("{} × {} s / 60", digits(part.answered), digits(part.billed / part.answered)),
                    )
                    .number(part.billed / 60.0, "min")
                    .at(rows_of(assessment, scenario, billed.trunk, index)?),
            );
            terms.push(part.billed / 60.0);
        }
    }
    Ok(Step::new("minutes billed").formula("sum over trunks and destinations", sum(terms)))
}

//! What flows in an outage, and what idle seats cost.

use super::{Amount, Cell, Quantity, ScenarioFigure, Step, digits, spend, sum, trunk_name};
use crate::assessment::Assessment;
use crate::model::cause::Cause;
use crate::model::place::Place;
use crate::model::plan::Start;
use crate::model::trunk::QUALIFY_TIMEOUT;
use crate::outage::OutageError;
use crate::outage::flow::Flow;
use crate::outage::pieces::CapKind;
use crate::outage::scenario::{Scenario, spent_by};
use crate::outage::state::{TrunkState, behaviours};
use crate::rating::border::expected_money;
use crate::routing::outage::{EndedBy, Met, TrunkOutage};
use crate::words::diagnostic::Span;
use crate::words::duration::human;
use crate::words::money::Money;

/// Keys of a block that a plan may leave out.
pub(super) fn keys(place: Option<&Place>, names: &[&str]) -> Vec<Span> {
    place.map(|place| names.iter().map(|name| place.key(name)).collect()).unwrap_or_default()
}

/// What flowed in all, the way back included.
pub(super) fn whole(scenario: &Scenario) -> Flow {
    let mut whole = scenario.outage.clone();
    whole.add(&scenario.failback, 1.0);
    whole
}

pub(super) fn value(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    figure: ScenarioFigure,
) -> Result<Quantity, OutageError> {
    let unit = figure.unit();
    let number = |value: f64| Quantity::number(value, unit);
    let no_cost = "a campaign gives no idle_cost_per_seat_hour";
    let maybe = |money: Option<Money>| money.map_or_else(|| Quantity::absent(no_cost, unit), Quantity::money);
    let idle = scenario.outage.idle_seats + scenario.failback.idle_seats;
    Ok(match figure {
        ScenarioFigure::Attempts => number(scenario.outage.attempts),
        ScenarioFigure::Carried => number(scenario.outage.carried),
        ScenarioFigure::Lost => number(scenario.outage.lost()),
        ScenarioFigure::Answered => number(scenario.trunks.iter().map(|t| t.answered).sum()),
        ScenarioFigure::Talk => number(scenario.trunks.iter().map(|t| t.talk).sum::<f64>() / 60.0),
        ScenarioFigure::Billed => number(scenario.trunks.iter().map(|t| t.billed).sum::<f64>() / 60.0),
        ScenarioFigure::Spend => Quantity::money(scenario.spend),
        ScenarioFigure::Burn => {
            let burn = scenario.burn_per_hour(&assessment.engine)?;
            Quantity::money(expected_money(burn, assessment.plan().currency)?)
        }
        ScenarioFigure::IdleHours => number(idle / 3600.0),
        ScenarioFigure::IdleCost => maybe(scenario.idle_cost),
        ScenarioFigure::NetBenefit => maybe(scenario.net_benefit),
        ScenarioFigure::BudgetReached => {
            let why = match assessment.plan().budget.incident {
                Some(_) => "the spend stays within the budget",
                None => "the plan gives no incident budget",
            };
            Quantity::maybe(scenario.budget_reached, unit, why)
        }
    })
}

pub(super) fn steps(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    figure: ScenarioFigure,
) -> Result<(Vec<Step>, Step), OutageError> {
    let mut steps = outage(assessment, scenario);
    let last = match figure {
        ScenarioFigure::Attempts | ScenarioFigure::Carried => {
            let attempts = figure == ScenarioFigure::Attempts;
            let (name, of): (_, fn(&Flow) -> f64) =
                if attempts { ("attempts", |flow| flow.attempts) } else { ("carried", |flow| flow.carried) };
            let (step, terms) = pieces(assessment, scenario, scenario.length, name, of)?;
            steps.push(step);
            Step::new(format!("{name} while the outage lasts")).formula("Σ per second × seconds", sum(terms))
        }
        ScenarioFigure::Lost => lost(assessment, scenario, &mut steps)?,
        ScenarioFigure::Answered => {
            let answered: Vec<Step> = answered(assessment, scenario, &mut steps)?;
            let numbers = sum(answered.iter().filter_map(|step| step.result.as_ref()?.as_number()));
            steps.extend(answered);
            Step::new("answered calls").formula("sum over trunks", numbers)
        }
        ScenarioFigure::Talk => {
            let calls = answered(assessment, scenario, &mut steps)?;
            steps.extend(calls);
            let mut terms = Vec::new();
            for bill in scenario.trunks.iter().filter(|bill| bill.answered > 0.0) {
                let mean = bill.talk / bill.answered;
                steps.push(
                    Step::new(format!("minutes talked over {}", trunk_name(assessment, bill.trunk)))
                        .formula(
                            "answered × mean talk / 60",
                            format!("{} × {} s / 60", digits(bill.answered), digits(mean)),
                        )
                        .number(bill.talk / 60.0, "min")
                        .at(assessment.plan().campaigns.iter().map(|c| c.place.key("outcomes"))),
                );
                terms.push(bill.talk / 60.0);
            }
            Step::new("minutes talked").formula("sum over trunks", sum(terms))
        }
        ScenarioFigure::Billed => spend::billed(assessment, scenario, &mut steps)?,
        ScenarioFigure::Spend => spend::spend(assessment, scenario, &mut steps)?,
        ScenarioFigure::Burn => burn(assessment, scenario, &mut steps)?,
        ScenarioFigure::IdleHours => idle_hours(assessment, scenario, &mut steps)?,
        ScenarioFigure::IdleCost => idle_cost(assessment, scenario, &mut steps)?,
        ScenarioFigure::NetBenefit => net_benefit(assessment, scenario, &mut steps)?,
        ScenarioFigure::BudgetReached => budget(assessment, scenario, &mut steps)?,
    };
    Ok((steps, last))
}

/// The window of the outage: what is hit, who notices, when it begins, which caps end it.
fn outage(assessment: &Assessment<'_>, scenario: &Scenario) -> Vec<Step> {
    let plan = assessment.plan();
    let Some(cause) = plan.causes.get(scenario.cause) else { return Vec::new() };
    let mut steps = vec![
        Step::new(format!(
            "the outage: `{}` hits `{}`, which answers {}, and lasts {}",
            cause.name,
            cause.hits,
            cause.signal,
            human(scenario.length)
        ))
        .number(scenario.length, "s")
        .at([cause.place.key("hits"), cause.place.key("signal")])
        .at(keys(plan.scenario.place.as_ref(), &["durations"])),
    ];
    for (index, outage) in behaviours(plan, cause).iter().enumerate() {
        if let Some(outage) = outage {
            steps.push(behaviour(assessment, cause, index, outage));
        }
    }
    let start = Step::new("when it begins")
        .text(scenario.start.rfc3339(plan.timezone))
        .at(keys(plan.scenario.place.as_ref(), &["start"]));
    steps.push(match plan.scenario.start {
        Start::Worst => start.formula("no start in the 365 days from as_of costs more; of equals the first", ""),
        Start::At(_) => start.formula("as the plan says", ""),
    });
    for cap in &scenario.caps {
        let table = plan.trunks.get(cap.event.trunk).and_then(|trunk| plan.table(trunk));
        let what = match cap.event.kind {
            CapKind::DailySpend => "daily spend",
            CapKind::Prepaid => "prepaid balance",
        };
        steps.push(
            Step::new(format!(
                "the {what} of {} is used up: it refuses new calls",
                trunk_name(assessment, cap.event.trunk)
            ))
            .formula("when the spend reaches it", "")
            .number(cap.event.at, "s")
            .at(table.map(|table| table.place.key("limits"))),
        );
    }
    steps
}

/// One trunk that the cause takes down: what its calls meet, until when, and why.
fn behaviour(assessment: &Assessment<'_>, cause: &Cause, trunk: usize, outage: &TrunkOutage) -> Step {
    let plan = assessment.plan();
    let pbx = plan.pbx.place.as_ref();
    let mut places = vec![cause.place.key("signal")];
    let step = Step::new(format!("{} is down: {}", trunk_name(assessment, trunk), outage.why));
    let f = plan.trunks.get(trunk).map_or(0.0, |trunk| trunk.qualify_frequency);
    let met = match outage.met {
        Met::MovesOn { .. } => "move on",
        Met::Lost { .. } => "are lost",
        Met::MovesOnIfHeld { .. } => "are lost where the dialer gives up first",
    };
    let step = match outage.ended_by {
        EndedBy::Nothing => {
            let Met::MovesOn { after } = outage.met else { return step };
            step.formula("every call asks it first, then moves on, this much later", "").number(after, "s")
        }
        EndedBy::Qualify => {
            places.extend(plan.trunks.get(trunk).map(|trunk| trunk.place.key("qualify_frequency")));
            let (f, w) = (digits(f), digits(QUALIFY_TIMEOUT));
            step.formula(
                format!("calls {met} until it is detected: f/2 + {w} s on average (money), f + {w} s at worst (capacity); then f/2, at worst f, until it is asked again"),
                format!(
                    "{f}/2 + {w} = {} s, at worst {} s; back after {} s, at worst {} s",
                    digits(outage.lag),
                    digits(outage.lag_worst),
                    digits(outage.failback),
                    digits(outage.failback_worst)
                ),
            )
            .number(outage.lag, "s")
        }
        EndedBy::Operator => {
            places.extend(keys(pbx, &["operator_response"]));
            let numbers = if outage.failback > 0.0 {
                format!("{} s; back after {} s", digits(outage.lag), digits(outage.failback))
            } else {
                format!("{} s", digits(outage.lag))
            };
            step.formula(format!("calls {met} until an operator switches it off: operator_response"), numbers)
                .number(outage.lag, "s")
        }
        EndedBy::Nobody => {
            step.formula(format!("calls {met} for as long as it lasts: nobody switches it off"), "").text("never")
        }
    };
    step.at(places)
}

/// The trunks that are not in service, in words.
fn state_text(assessment: &Assessment<'_>, state: &[TrunkState]) -> String {
    let parts: Vec<String> = state
        .iter()
        .enumerate()
        .filter_map(|(index, state)| {
            let word = match state {
                TrunkState::Up => return None,
                TrunkState::Hit { .. } => "hit",
                TrunkState::Skipped => "not asked",
                TrunkState::Refusing => "refusing",
            };
            Some(format!("{} {word}", trunk_name(assessment, index)))
        })
        .collect();
    if parts.is_empty() { "all in service".to_owned() } else { parts.join(", ") }
}

/// The stretches of an outage up to a moment of it, each with a rate and what it comes to.
fn pieces(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    until: f64,
    name: &'static str,
    of: impl Fn(&Flow) -> f64,
) -> Result<(Step, Vec<f64>), OutageError> {
    let engine = &assessment.engine;
    let (mut rows, mut terms, mut staffed) = (Vec::new(), Vec::new(), 0.0);
    for ((state, regime), seconds) in scenario.run.seconds(0.0, until) {
        let rate = of(&engine.burn(state, regime)?.flow);
        let seats: u64 =
            engine.calendar.regimes().get(regime).map_or(0, |known| known.seats.iter().map(|n| u64::from(*n)).sum());
        if seats > 0 {
            staffed += seconds;
        }
        rows.push(vec![
            Cell::Text(state_text(assessment, &engine.state(state))),
            Cell::Number(seats as f64),
            Cell::Number(seconds),
            Cell::Number(rate),
            Cell::Number(rate * seconds),
        ]);
        if rate != 0.0 {
            terms.push(rate * seconds);
        }
    }
    let over = if until.is_finite() {
        "the stretches of the outage"
    } else {
        "the stretches of the outage and of the way back"
    };
    let shifts = assessment.plan().campaigns.iter().flat_map(|campaign| &campaign.shifts);
    let step = Step::new(format!("{over}: trunks and staffed seats stay as they are in each"))
        .formula("staffed time", "")
        .number(staffed, "s")
        .at(shifts.map(|shift| shift.place.key("hours")))
        .grid(&["trunks", "seats", "seconds", "per second", name], rows);
    Ok((step, terms))
}

fn lost(assessment: &Assessment<'_>, scenario: &Scenario, steps: &mut Vec<Step>) -> Result<Step, OutageError> {
    let flow = &scenario.outage;
    let (step, terms) =
        pieces(assessment, scenario, scenario.length, "lost to the outage", |flow| flow.lost_to_outage)?;
    steps.push(step);
    steps.push(
        Step::new("lost because they met the outage")
            .formula("Σ per second × seconds", sum(terms))
            .number(flow.lost_to_outage, "attempts"),
    );
    let (step, terms) = pieces(assessment, scenario, scenario.length, "refused", |flow| flow.stopped + flow.blocked)?;
    steps.push(step);
    steps.push(
        Step::new("refused for want of capacity")
            .formula("Σ per second × seconds", sum(terms))
            .number(flow.stopped + flow.blocked, "attempts"),
    );
    steps.push(
        Step::new("all that is lost where detection takes longest, for comparison")
            .formula("the same with the worst detection", "")
            .number(scenario.lost_at_worst, "attempts"),
    );
    Ok(Step::new("lost, with the mean detection")
        .formula("to the outage + to capacity", sum([flow.lost_to_outage, flow.stopped + flow.blocked])))
}

/// What each trunk carries and what is answered; the stretches are pushed first.
pub(super) fn answered(
    assessment: &Assessment<'_>,
    scenario: &Scenario,
    steps: &mut Vec<Step>,
) -> Result<Vec<Step>, OutageError> {
    let (step, _) = pieces(assessment, scenario, f64::INFINITY, "carried", |flow| flow.carried)?;
    steps.push(step);
    let mut list = Vec::new();
    for bill in scenario.trunks.iter().filter(|bill| bill.carried > 0.0) {
        let name = trunk_name(assessment, bill.trunk);
        let (_, terms) = pieces(assessment, scenario, f64::INFINITY, "", |flow| {
            flow.trunks.get(bill.trunk).map_or(0.0, |trunk| trunk.carried)
        })?;
        steps.push(
            Step::new(format!("attempts that {name} carries"))
                .formula("Σ per second × seconds", sum(terms))
                .number(bill.carried, "attempts"),
        );
        list.push(
            Step::new(format!("answered calls over {name}"))
                .formula(
                    "carried × share of attempts that is answered",
                    format!("{} × {}", digits(bill.carried), digits(bill.answered / bill.carried)),
                )
                .number(bill.answered, "calls")
                .at(assessment.plan().campaigns.iter().map(|c| c.place.key("outcomes"))),
        );
    }
    Ok(list)
}

fn burn(assessment: &Assessment<'_>, scenario: &Scenario, steps: &mut Vec<Step>) -> Result<Step, OutageError> {
    let mut rows = Vec::new();
    for ((state, regime), seconds) in scenario.run.seconds(0.0, f64::INFINITY) {
        rows.push(vec![
            Cell::Text(state_text(assessment, &assessment.engine.state(state))),
            Cell::Number(seconds),
            Cell::Number(scenario.burn_in(&assessment.engine, state, regime)?),
        ]);
    }
    let most = rows.iter().filter_map(|row| if let Some(Cell::Number(n)) = row.last() { Some(*n) } else { None });
    let most = most.fold(0.0, f64::max);
    steps.push(
        Step::new("what an hour of each stretch costs, surcharges in proportion")
            .formula("Σ trunks (calls + attempt fees) per second × exchange rate × 3600", "")
            .at(assessment.plan().trunks.iter().map(|trunk| trunk.place.key("rates")))
            .grid(&["trunks", "seconds", "per hour"], rows),
    );
    Ok(Step::new("the dearest hour").formula("the largest of them, rounded half to even at 12 places", digits(most)))
}

fn idle_hours(assessment: &Assessment<'_>, scenario: &Scenario, steps: &mut Vec<Step>) -> Result<Step, OutageError> {
    let (step, terms) = pieces(assessment, scenario, f64::INFINITY, "idle seat-seconds", |flow| flow.idle_seats)?;
    steps.push(
        step.formula(
            "idle seats = seats × (1 − carried / fresh attempts) + announced calls/s × stopped_call_hold, never more than all",
            "",
        )
        .at(keys(assessment.plan().pbx.place.as_ref(), &["stopped_call_hold"])),
    );
    Ok(Step::new("idle seat-hours").formula("Σ idle seats × seconds / 3600", format!("({}) / 3600", sum(terms))))
}

fn idle_cost(assessment: &Assessment<'_>, scenario: &Scenario, steps: &mut Vec<Step>) -> Result<Step, OutageError> {
    let hours = idle_hours(assessment, scenario, steps)?;
    let idle = scenario.outage.idle_seats + scenario.failback.idle_seats;
    steps.push(hours.number(idle / 3600.0, "seat-hours"));
    let (_, terms) = pieces(assessment, scenario, f64::INFINITY, "", |flow| flow.idle_cost)?;
    Ok(Step::new("what they cost")
        .formula(
            "Σ idle seats × idle_cost_per_seat_hour / 3600 × seconds, rounded half to even at 12 places",
            sum(terms),
        )
        .at(assessment.plan().campaigns.iter().map(|c| c.place.key("idle_cost_per_seat_hour"))))
}

fn net_benefit(assessment: &Assessment<'_>, scenario: &Scenario, steps: &mut Vec<Step>) -> Result<Step, OutageError> {
    let whole = whole(scenario);
    let campaigns = &assessment.plan().campaigns;
    let zero = Money::zero(assessment.plan().currency);
    let negative = |money: Money| zero.checked_sub(money);
    let last = Step::new("what the trunks behind the first save, less what they cost").formula(
        "cost of silence − idle cost − lost margin − spend behind the first trunk",
        "the sum of the amounts marked +",
    );
    let (Some(silence), Some(idle)) = (scenario.silence_cost, scenario.idle_cost) else {
        return Ok(last.at(campaigns.iter().map(|c| c.place.item)));
    };
    steps.push(
        Step::new("the same outage if the first trunk stood alone: idle seats and lost margin")
            .formula("idle cost + lost margin, alone", sum([scenario.alone.idle_cost, scenario.alone.lost_margin]))
            .money(silence)
            .at(campaigns.iter().flat_map(|c| [c.place.key("idle_cost_per_seat_hour"), c.place.key("outcomes")]))
            .adding(),
    );
    steps.push(Step::new("idle seats with the other trunks, see idle_cost").money(negative(idle)?).adding());
    steps.push(
        Step::new("margin of lost live calls")
            .formula("attempts lost × Σ share × margin", digits(whole.lost_margin))
            .money(negative(scenario.lost_margin)?)
            .at(campaigns.iter().map(|c| c.place.key("outcomes")))
            .adding(),
    );
    steps.push(
        Step::new("what the trunks behind the first charge, see spend")
            .money(negative(scenario.spend_behind)?)
            .adding(),
    );
    Ok(last)
}

fn budget(assessment: &Assessment<'_>, scenario: &Scenario, steps: &mut Vec<Step>) -> Result<Step, OutageError> {
    let plan = assessment.plan();
    let last = Step::new("when more than the budget is spent, from the begin of the outage");
    let Some(budget) = plan.budget.incident else { return Ok(last) };
    steps.push(
        Step::new("the budget of one incident").money(budget).at(keys(plan.budget.place.as_ref(), &["incident"])),
    );
    let mut rows = Vec::new();
    for piece in &scenario.run.pieces {
        rows.push(vec![
            Cell::Text(state_text(assessment, &assessment.engine.state(piece.state))),
            Cell::Number(piece.from),
            Cell::Number(piece.to),
            Cell::Number(spent_by(&assessment.engine, &scenario.run, piece.to)?),
        ]);
    }
    steps.push(
        Step::new("what is spent by the end of each stretch, see spend")
            .money(scenario.spend)
            .grid(&["trunks", "from s", "to s", "spent by then"], rows),
    );
    Ok(match scenario.budget_reached {
        Some(at) => last.formula("the first millisecond at which the spend is above the budget", human(at)),
        None => last.formula("the spend is never above the budget", ""),
    })
}

impl Step {
    /// The money that comes out, where it is money.
    #[must_use]
    pub fn as_money(&self) -> Option<Money> {
        match &self.result.as_ref()?.amount {
            Amount::Money(money) => Some(*money),
            _ => None,
        }
    }
}

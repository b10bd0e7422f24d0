//! One answered call on average: the row, the steps in which it is billed, and their sum.

use super::{Cell, Quantity, Step, digits, trunk_name};
use crate::assessment::Assessment;
use crate::model::campaign::{Campaign, Outcome};
use crate::model::law::TalkLaw;
use crate::model::rates::{Jurisdiction, Price};
use crate::model::rows::RowRef;
use crate::outage::OutageError;
use crate::rating::average::{AverageCall, steps as average_steps};
use crate::rating::border::expected_money;
use crate::rating::tariff::Destination as Priced;
use crate::words::money::Money;

/// First steps that are shown.
const SHOWN: usize = 8;

/// A part of the calls to a destination that is priced alike.
pub(super) struct Part<'a> {
    pub campaign: &'a Campaign,
    /// The campaign's number in the plan.
    pub index: usize,
    pub outcome: &'a Outcome,
    pub law: &'a TalkLaw,
    pub row: RowRef<'a>,
    pub jurisdiction: Option<Jurisdiction>,
    /// Share of the campaign's attempts.
    pub share: f64,
    pub call: AverageCall,
}

/// The parts of the calls to a destination over a trunk that rows price, in an epoch.
pub(super) fn parts<'a>(
    assessment: &'a Assessment<'_>,
    trunk: usize,
    prefix: usize,
    epoch: usize,
) -> Result<Vec<Part<'a>>, OutageError> {
    let engine = &assessment.engine;
    let mut list = Vec::new();
    let (Some(named), Some(wanted)) = (engine.plan.trunks.get(trunk), engine.prefixes.get(prefix)) else {
        return Ok(list);
    };
    let Some(tariff) = engine.tariff(named) else { return Ok(list) };
    for (index, campaign) in engine.plan.campaigns.iter().enumerate() {
        for (outcome_index, outcome) in campaign.outcomes.iter().enumerate() {
            let Some(law) = &outcome.talk else { continue };
            for destination in campaign.destinations.iter().filter(|known| known.prefix == *wanted) {
                let Priced::Row { row, .. } = engine.priced(tariff, epoch, campaign, destination) else { continue };
                let key = (named.table, row, index, outcome_index);
                let Some(row) = tariff.table().rows.get(row) else { continue };
                for (jurisdiction, part) in engine.jurisdictions(tariff, key.1, destination, key)? {
                    let call = engine.average(key, jurisdiction)?;
                    let share = outcome.share * destination.share * part;
                    list.push(Part { campaign, index, outcome, law, row, jurisdiction, share, call });
                }
            }
        }
    }
    Ok(list)
}

/// What a destination is over a trunk in the first epoch.
fn priced(assessment: &Assessment<'_>, trunk: usize, prefix: usize) -> Option<Priced> {
    let engine = &assessment.engine;
    let wanted = engine.prefixes.get(prefix)?;
    let tariff = engine.tariff(engine.plan.trunks.get(trunk)?)?;
    let mut all =
        engine.plan.campaigns.iter().flat_map(|campaign| campaign.destinations.iter().map(move |d| (campaign, d)));
    let (campaign, destination) = all.find(|(_, destination)| destination.prefix == *wanted)?;
    Some(engine.priced(tariff, 0, campaign, destination))
}

/// How much a part weighs among all answered calls: its campaign's attempts at the busiest time times its share.
fn weigh(assessment: &Assessment<'_>, part: &Part<'_>) -> f64 {
    let busiest = assessment.capacity.busiest.as_ref();
    busiest.and_then(|floor| floor.offer.rates.get(part.index)).copied().unwrap_or(1.0) * part.share
}

/// The parts with their shares of the answered calls, and the average.
fn mix<'a>(
    assessment: &'a Assessment<'_>,
    trunk: usize,
    prefix: usize,
) -> Result<(Vec<(Part<'a>, f64)>, f64), OutageError> {
    let parts = parts(assessment, trunk, prefix, 0)?;
    let whole: f64 = parts.iter().map(|part| weigh(assessment, part)).sum();
    let parts: Vec<(Part<'a>, f64)> = parts
        .into_iter()
        .map(|part| {
            let share = if whole > 0.0 { weigh(assessment, &part) / whole } else { 0.0 };
            (part, share)
        })
        .collect();
    let average = parts.iter().map(|(part, share)| share * part.call.cost).sum();
    Ok((parts, average))
}

pub(super) fn value(assessment: &Assessment<'_>, trunk: usize, prefix: usize) -> Result<Quantity, OutageError> {
    let plan = assessment.plan();
    let Some(table) = plan.trunks.get(trunk).and_then(|named| plan.table(named)) else {
        return Ok(Quantity::absent("the trunk has no table", ""));
    };
    Ok(match priced(assessment, trunk, prefix) {
        Some(Priced::FlatRate { .. }) => Quantity::money(Money::zero(table.currency)),
        Some(Priced::Row { .. }) => {
            let (_, average) = mix(assessment, trunk, prefix)?;
            Quantity::money(expected_money(average, table.currency)?)
        }
        _ => Quantity::absent("no row of the table prices it", ""),
    })
}

/// A law in words.
fn law(law: &TalkLaw) -> String {
    match law {
        TalkLaw::Fixed { seconds } => format!("always {} s", digits(*seconds)),
        TalkLaw::Exponential { mean } => format!("exponential, mean {} s", digits(*mean)),
        TalkLaw::Lognormal { mu, sigma } => {
            format!("lognormal, mean {} s (μ = {}, σ = {})", digits(law.mean()), digits(*mu), digits(*sigma))
        }
    }
}

/// A row's price in words.
pub(super) fn price(row: RowRef<'_>, jurisdiction: Option<Jurisdiction>) -> String {
    match &row.price {
        Price::PerMinute(price) => format!("{} /min", price.get()),
        Price::FirstFollowing { first, following } => format!("{}, then {} /min", first.get(), following.get()),
        Price::Jurisdiction { interstate, intrastate, indeterminate } => {
            let (price, name) = match jurisdiction {
                Some(Jurisdiction::Interstate) => (interstate, "interstate"),
                Some(Jurisdiction::Intrastate) => (intrastate, "intrastate"),
                _ => (indeterminate, "indeterminate"),
            };
            format!("{} /min {name}", price.get())
        }
        Price::Steps(steps) => {
            let steps: Vec<String> = steps
                .iter()
                .map(|s| format!("{} /min by {} s from {} s", s.price.get(), s.increment, s.from))
                .collect();
            steps.join(", ")
        }
        Price::Blocked => "no price: blocked".to_owned(),
    }
}

pub(super) fn steps(
    assessment: &Assessment<'_>,
    trunk: usize,
    prefix: usize,
) -> Result<(Vec<Step>, Step), OutageError> {
    let (engine, plan) = (&assessment.engine, assessment.plan());
    let name = trunk_name(assessment, trunk);
    let wanted = engine.prefixes.get(prefix).map(ToString::to_string).unwrap_or_default();
    let last = Step::new(format!("an answered call to {wanted} over {name} on average, without taxes"));
    let Some(table) = plan.trunks.get(trunk).and_then(|named| plan.table(named)) else { return Ok((Vec::new(), last)) };
    match priced(assessment, trunk, prefix) {
        Some(Priced::FlatRate { seat, prefix }) => {
            let place = match &table.kind {
                crate::model::rates::TableKind::FlatRate(seats) => seats.get(seat).map(|seat| seat.place.item),
                crate::model::rates::TableKind::PerMinute => None,
            };
            let step =
                Step::new(format!("{wanted} is inside the flat rate of {}, which covers {prefix}", table.carrier));
            return Ok((vec![step.at(place)], last.formula("minutes cost nothing", "")));
        }
        Some(Priced::Row { .. }) => {}
        _ => {
            let step = Step::new(format!("no row in force in {} is a prefix of {wanted}", table.path));
            return Ok((vec![step.at([table.place.item])], last.formula("no number: absence is never zero", "")));
        }
    }
    let (parts, _) = mix(assessment, trunk, prefix)?;
    let mut steps = Vec::new();
    let mut terms = Vec::new();
    for (part, share) in &parts {
        let row = part.row;
        let named = row.destination.as_ref().map_or(String::new(), |name| format!(" ({name})"));
        let rounding = table.billing.rounding;
        let tariff = plan.trunks.get(trunk).and_then(|named| engine.tariff(named));
        let shown: Vec<Vec<Cell>> = match tariff {
            Some(tariff) => average_steps(&tariff.pricer(row, part.jurisdiction)?, part.law, SHOWN)?
                .into_iter()
                .filter(|step| step.probability > 0.0)
                .map(|step| {
                    vec![
                        Cell::Number(step.billed_seconds as f64),
                        Cell::Number(step.probability),
                        Cell::Exact(step.cost.normalize()),
                    ]
                })
                .collect(),
            None => Vec::new(),
        };
        steps.push(
            Step::new(format!("the row that prices it, longest prefix first: {}{named}", row.prefix))
                .formula(
                    "connect fee + price × billed seconds / 60, rounded once",
                    format!(
                        "{} at {} s, connect fee {}, rounded {} to {} places",
                        price(row, part.jurisdiction),
                        row.increment,
                        row.connect_fee.normalize(),
                        rounding.mode.name(),
                        rounding.places
                    ),
                )
                .at([row.span, table.place.key("billing.increment")]),
        );
        steps.push(
            Step::new(format!(
                "outcome `{}` of campaign `{}`: talk time {}",
                part.outcome.name,
                part.campaign.name,
                law(part.law)
            ))
            .formula(
                format!("Σ P(billed so) × cost, until the tail is below 10⁻¹²; the first {SHOWN} steps"),
                format!(
                    "billed {} s on average for {} s talked",
                    digits(part.call.billed_seconds),
                    digits(part.call.talk_seconds)
                ),
            )
            .money(expected_money(part.call.cost, table.currency)?)
            .at([part.outcome.place.key("talk")])
            .grid(&["billed s", "probability", "cost"], shown),
        );
        terms.push(format!("{} × {}", digits(*share), digits(part.call.cost)));
    }
    let last = last
        .formula("Σ share of these calls × average cost, rounded half to even at 12 places", terms.join(" + "))
        .at(plan.campaigns.iter().map(|campaign| campaign.place.key("outcomes")));
    Ok((steps, last))
}

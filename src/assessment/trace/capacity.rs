//! The floor at its busiest, and the trunks without the first.

use super::{Amount, Cell, Quantity, SequenceFigure, Step, TrunkFigure, digits, sum, trunk_name};
use crate::assessment::Assessment;
use crate::assessment::capacity::{Busiest, TrunkCapacity};
use crate::model::campaign::Campaign;
use crate::model::rates::{CpsWindow, Limit};
use crate::outage::OutageError;
use crate::outage::state::TrunkState;
use crate::traffic::{Excess, Gate, Method, Sequence, cps, solve};
use crate::words::diagnostic::Span;
use crate::words::figure::{count, percent};
use crate::words::units::CallsPerSecond;

const CLOSED: &str = "no seat is ever staffed";

pub(super) fn value(assessment: &Assessment<'_>, figure: SequenceFigure) -> Quantity {
    let (sequence, unit) = (&assessment.capacity.failover, figure.unit());
    let offered = assessment.capacity.busiest.as_ref().and_then(|floor| floor.offer.offered);
    match figure {
        SequenceFigure::Absorbed => Quantity::number(sequence.absorbed, unit),
        SequenceFigure::Blocking => Quantity::number(sequence.blocking, unit),
        SequenceFigure::Surge => {
            let why = "no trunk in service states its calls per second, or no seat is staffed";
            Quantity::maybe(sequence.surge_seconds, unit, why)
        }
        SequenceFigure::Seats => {
            let why = if offered.is_none() { CLOSED } else { "even a million seats would be carried" };
            Quantity::maybe(sequence.seats_supported.map(|seats| seats as f64), unit, why)
        }
        SequenceFigure::BusiestTraffic => Quantity::maybe(offered.map(|o| o.traffic.get()), unit, CLOSED),
        SequenceFigure::BusiestRate => Quantity::maybe(offered.map(|o| o.rate.get()), unit, CLOSED),
    }
}

pub(super) fn trunk_value(assessment: &Assessment<'_>, trunk: usize, figure: TrunkFigure) -> Quantity {
    let unit = figure.unit();
    let Some(known) = of(assessment, trunk) else { return Quantity::absent(CLOSED, unit) };
    let whole = |value: Option<u64>| Quantity::maybe(value.map(|n| n as f64), unit, "no number would do");
    match figure {
        TrunkFigure::Offered => Quantity::number(known.offered, unit),
        TrunkFigure::BlockingCps => Quantity::number(known.blocking_cps, unit),
        TrunkFigure::BlockingChannels => Quantity::number(known.blocking_channels, unit),
        TrunkFigure::Blocking => Quantity::number(known.blocking, unit),
        TrunkFigure::Carried => Quantity::number(known.carried, unit),
        TrunkFigure::ChannelsNeeded => whole(known.channels_needed),
        TrunkFigure::CpsNeeded => whole(known.cps_needed),
        TrunkFigure::Peakedness => Quantity::number(known.peakedness, unit),
    }
}

fn of<'a>(assessment: &'a Assessment<'_>, trunk: usize) -> Option<&'a TrunkCapacity> {
    assessment.capacity.failover.trunks.iter().find(|known| known.trunk == trunk)
}

/// The sequence as the assessment solved it.
struct Solved<'a> {
    floor: &'a Busiest,
    gates: Vec<Gate>,
    sequence: Sequence,
}

fn solved<'a>(assessment: &'a Assessment<'_>) -> Result<Option<Solved<'a>>, OutageError> {
    let Some(floor) = &assessment.capacity.busiest else { return Ok(None) };
    let Some(offered) = floor.offer.offered else { return Ok(None) };
    let gates = assessment.engine.gates(&assessment.capacity.failover.state, &floor.offer)?;
    let sequence = solve(&offered, &gates)?;
    Ok(Some(Solved { floor, gates, sequence }))
}

pub(super) fn steps(assessment: &Assessment<'_>, figure: SequenceFigure) -> Result<(Vec<Step>, Step), OutageError> {
    let Some(solved) = solved(assessment)? else { return Ok((Vec::new(), Step::new(CLOSED))) };
    match figure {
        SequenceFigure::BusiestRate => Ok(rate(assessment, solved.floor)),
        SequenceFigure::BusiestTraffic => Ok(traffic(assessment, solved.floor)),
        SequenceFigure::Surge => Ok(surge(assessment, solved.floor)),
        SequenceFigure::Seats => seats(assessment, &solved),
        SequenceFigure::Absorbed | SequenceFigure::Blocking => Ok(shares(assessment, &solved, figure)),
    }
}

/// Campaigns that are staffed, with their seats, attempts per second and traffic.
fn staffed<'a>(
    assessment: &'a Assessment<'_>,
    floor: &'a Busiest,
) -> impl Iterator<Item = (&'a Campaign, f64, f64, f64)> {
    let offer = &floor.offer;
    let numbers = offer.seats.iter().zip(&offer.rates).zip(&offer.traffic);
    let all = assessment.plan().campaigns.iter().zip(numbers);
    all.map(|(campaign, ((seats, rate), traffic))| (campaign, *seats, *rate, *traffic)).filter(|one| one.1 > 0.0)
}

fn busiest(assessment: &Assessment<'_>, floor: &Busiest) -> Step {
    let shifts = assessment.plan().campaigns.iter().flat_map(|campaign| &campaign.shifts);
    let at = floor.at.rfc3339(assessment.plan().timezone);
    Step::new(format!("the busiest interval: it begins {at}, and later ones are alike"))
        .formula(
            "the interval that offers most traffic, of all that differ in staffed seats",
            format!("of {}", assessment.capacity.intervals.len()),
        )
        .number(floor.seats as f64, "seats")
        .at(shifts.map(|shift| shift.place.key("hours")))
}

fn campaign_rate(campaign: &Campaign, seats: f64, rate: f64) -> Step {
    Step::new(format!("attempts of campaign `{}`", campaign.name))
        .formula(
            "staffed seats × attempts_per_seat_hour / 3600",
            format!("{} × {} / 3600", digits(seats), digits(campaign.attempts_per_seat_hour)),
        )
        .number(rate, "attempts/s")
        .at([campaign.place.key("attempts_per_seat_hour")])
}

fn rate(assessment: &Assessment<'_>, floor: &Busiest) -> (Vec<Step>, Step) {
    let mut steps = vec![busiest(assessment, floor)];
    steps.extend(staffed(assessment, floor).map(|(campaign, seats, rate, _)| campaign_rate(campaign, seats, rate)));
    let numbers = sum(staffed(assessment, floor).map(|one| one.2));
    (steps, Step::new("attempts of the floor").formula("sum over campaigns", numbers))
}

fn traffic(assessment: &Assessment<'_>, floor: &Busiest) -> (Vec<Step>, Step) {
    let mut steps = vec![busiest(assessment, floor)];
    for (campaign, seats, rate, traffic) in staffed(assessment, floor) {
        steps.push(campaign_rate(campaign, seats, rate));
        let rows = campaign.outcomes.iter().map(|outcome| {
            let held = campaign.setup_time + outcome.ring + outcome.mean_talk();
            vec![
                Cell::Text(outcome.name.clone()),
                Cell::Number(outcome.share),
                Cell::Number(campaign.setup_time),
                Cell::Number(outcome.ring),
                Cell::Number(outcome.mean_talk()),
                Cell::Number(outcome.share * held),
            ]
        });
        let columns = ["outcome", "share", "setup s", "ring s", "talk s", "share × held s"];
        let holding = campaign.holding_time();
        steps.push(
            Step::new(format!("how long an attempt of `{}` holds a channel, from INVITE to BYE", campaign.name))
                .formula("Σ share × (setup + ring + mean talk)", "the sum of the last column")
                .number(holding, "s")
                .at([campaign.place.key("outcomes"), campaign.place.key("setup_time")])
                .grid(&columns, rows.collect()),
        );
        steps.push(
            Step::new(format!("traffic of campaign `{}`", campaign.name))
                .formula("attempts/s × holding time", format!("{} × {}", digits(rate), digits(holding)))
                .number(traffic, "erlang"),
        );
    }
    let numbers = sum(staffed(assessment, floor).map(|one| one.3));
    (steps, Step::new("traffic of the floor").formula("sum over campaigns", numbers))
}

fn surge(assessment: &Assessment<'_>, floor: &Busiest) -> (Vec<Step>, Step) {
    let mut steps = vec![busiest(assessment, floor)];
    for (campaign, seats, _, traffic) in staffed(assessment, floor) {
        let what = format!("lines of campaign `{}` that redial when all live calls drop", campaign.name);
        let step = match campaign.lines_per_seat {
            Some(lines) => Step::new(what)
                .formula("lines_per_seat × staffed seats", format!("{} × {}", digits(lines), digits(seats)))
                .number(lines * seats, "lines")
                .at([campaign.place.key("lines_per_seat")]),
            None => Step::new(what)
                .formula("without lines_per_seat: the offered traffic, rounded up", format!("⌈{}⌉", digits(traffic)))
                .number(libm::ceil(traffic), "lines")
                .at([campaign.place.item]),
        };
        steps.push(step);
    }
    let Some(first) = assessment.capacity.failover.first else {
        return (steps, Step::new("no trunk stands behind the primary"));
    };
    steps.extend(limit_step(assessment, first, false));
    let cps = of(assessment, first).and_then(|known| known.cps.at());
    let last =
        Step::new(format!("how long the surge takes to pass {}, the first in service", trunk_name(assessment, first)))
            .formula(
                "lines / calls per second",
                cps.map_or(String::new(), |cps| format!("{} / {}", digits(floor.offer.surge), digits(cps))),
            );
    (steps, last)
}

/// What comes to the sequence, redials included.
fn offer_steps(assessment: &Assessment<'_>, solved: &Solved<'_>) -> Vec<Step> {
    let Some(offered) = solved.floor.offer.offered else { return Vec::new() };
    let lines = offered.sources.map_or_else(
        || "from any number of lines".to_owned(),
        |sources| format!("from at most {} lines", digits(sources)),
    );
    let mut steps = vec![
        Step::new("what the floor offers at the busiest time")
            .formula(
                "see capacity.busiest.offered_erlangs",
                format!("{} attempts/s, {lines}", digits(offered.rate.get())),
            )
            .number(offered.traffic.get(), "erlang")
            .at(assessment.plan().campaigns.iter().map(|campaign| campaign.place.item)),
    ];
    if solved.sequence.factor != 1.0 {
        steps.push(
            Step::new("with redials: a share of the blocked attempts is dialled again, and again when blocked")
                .formula(
                    "A′ = A + redial_blocked × A′ × blocked share of A′",
                    format!("{} × {}", digits(offered.traffic.get()), digits(solved.sequence.factor)),
                )
                .number(solved.sequence.offered_traffic.get(), "erlang")
                .at(assessment.plan().campaigns.iter().map(|campaign| campaign.place.key("redial_blocked"))),
        );
    }
    steps
}

fn state_word(state: TrunkState) -> &'static str {
    match state {
        TrunkState::Up => "in service",
        TrunkState::Hit { .. } => "hit",
        TrunkState::Skipped => "not asked: the primary is taken to be down",
        TrunkState::Refusing => "refusing",
    }
}

fn shares(assessment: &Assessment<'_>, solved: &Solved<'_>, figure: SequenceFigure) -> (Vec<Step>, Step) {
    let mut steps = offer_steps(assessment, solved);
    let rows = assessment.capacity.failover.trunks.iter().map(|known| {
        vec![
            Cell::Text(trunk_name(assessment, known.trunk).to_owned()),
            Cell::Text(state_word(known.state).to_owned()),
            Cell::Number(known.offered_rate),
            Cell::Number(known.blocking_cps),
            Cell::Number(known.blocking_channels),
            Cell::Number(known.carried_rate),
        ]
    });
    let columns = ["trunk", "state", "asked /s", "refused by cps", "by channels", "carried /s"];
    let sequence = &solved.sequence;
    let how = match sequence.method {
        Method::Exact => {
            "only channels refuse: solved exactly, by Erlang's or Engset's formula with the channels summed"
        }
        Method::Wilkinson => {
            "calls per second refuse too: trunk by trunk, overflow as Wilkinson's equivalent random traffic"
        }
    };
    steps.push(
        Step::new("the trunks in order")
            .formula(how, "")
            .number(sequence.carried_rate.get(), "attempts/s carried")
            .at(assessment.plan().trunks.iter().map(|trunk| trunk.place.item))
            .grid(&columns, rows.collect()),
    );
    let attempts = sequence.attempts_rate.get();
    let last = if figure == SequenceFigure::Absorbed {
        Step::new("absorbed").formula(
            "attempts carried / attempts made",
            format!("{} / {}", digits(sequence.carried_rate.get()), digits(attempts)),
        )
    } else {
        Step::new("blocked").formula(
            "(fell off the end + ended where a trunk was full) / attempts made",
            format!(
                "({} + {}) / {}",
                digits(sequence.blocked_rate.get()),
                digits(sequence.stopped_rate.get()),
                digits(attempts)
            ),
        )
    };
    (steps, last)
}

/// The share of the attempts that is lost with so many seats in the mix of the busiest interval.
fn lost_with(assessment: &Assessment<'_>, floor: &Busiest, seats: u64) -> Result<Option<f64>, OutageError> {
    let scale = seats as f64 / floor.offer.seats.iter().sum::<f64>();
    let mix: Vec<f64> = floor.offer.seats.iter().map(|s| s * scale).collect();
    let offer = assessment.engine.offer(&mix)?;
    let Some(offered) = offer.offered else { return Ok(None) };
    let gates = assessment.engine.gates(&assessment.capacity.failover.state, &offer)?;
    // More than the formulas reckon with is not carried.
    Ok(solve(&offered, &gates).ok().map(|solved| 1.0 - solved.absorbed().get()))
}

fn seats(assessment: &Assessment<'_>, solved: &Solved<'_>) -> Result<(Vec<Step>, Step), OutageError> {
    let plan = assessment.plan();
    let mut steps = offer_steps(assessment, solved);
    let target = plan.policy.grade_of_service;
    steps.push(
        Step::new("the grade of service: most attempts lost").number(target, "share").at(plan
            .policy
            .place
            .iter()
            .map(|place| place.key("grade_of_service"))),
    );
    let last = Step::new("the largest number of seats, in the mix of the busiest interval, that loses no more");
    let Some(most) = assessment.capacity.failover.seats_supported else { return Ok((steps, last)) };
    for seats in [most, most + 1] {
        if seats == 0 {
            continue;
        }
        let lost = lost_with(assessment, solved.floor, seats)?;
        let fits = if lost.is_some_and(|lost| lost <= target) { "within" } else { "beyond" };
        let step = Step::new(format!("lost with {seats} seats: {fits} the grade of service"))
            .formula("1 − attempts carried / attempts made", format!("{seats} seats"));
        steps.push(match lost {
            Some(lost) => step.number(lost, "share"),
            None => step.text("more traffic than is ever carried"),
        });
    }
    Ok((
        steps,
        last.formula("largest n with lost(n) ≤ grade of service", format!("lost({most}) ≤ {}", percent(target))),
    ))
}

/// Where a limit comes from: the trunk's own and the carrier's, of which the smaller holds.
fn limit_step(assessment: &Assessment<'_>, trunk: usize, channels: bool) -> Option<Step> {
    let plan = assessment.plan();
    let named = plan.trunks.get(trunk)?;
    let table = plan.table(named)?;
    let known = of(assessment, trunk)?;
    let word = |limit: Limit<f64>| match limit {
        Limit::At(at) => digits(at),
        Limit::Unlimited => "unlimited".to_owned(),
        Limit::Unstated => "not stated".to_owned(),
    };
    let float = |limit: Limit<u64>| match limit {
        Limit::At(at) => Limit::At(at as f64),
        Limit::Unlimited => Limit::Unlimited,
        Limit::Unstated => Limit::Unstated,
    };
    let (key, what, own, carrier, both) = if channels {
        ("channels", "channels", float(named.channels), float(table.limits.channels), float(known.channels))
    } else {
        ("cps", "calls per second", named.cps, table.limits.cps, known.cps)
    };
    let limits = table.place.keys.contains_key("limits").then(|| table.place.key(&format!("limits.{key}")));
    let places: Vec<Span> = named.place.keys.get(key).copied().into_iter().chain(limits).collect();
    let step = Step::new(format!("{what} of {}", named.name))
        .formula(
            "the smaller of the trunk's own and the carrier's limit",
            format!("{} and {}", word(own), word(carrier)),
        )
        .at(if places.is_empty() { vec![named.place.item] } else { places });
    let unit = if channels { "channels" } else { "calls/s" };
    Some(match both {
        Limit::At(at) => step.number(at, unit),
        limit => step.text(word(limit)),
    })
}

/// What comes to a trunk: everything before it in the order of the route.
fn before(assessment: &Assessment<'_>, solved: &Solved<'_>, trunk: usize) -> Vec<Step> {
    let mut steps = offer_steps(assessment, solved);
    for (index, gate) in solved.gates.iter().enumerate().take(trunk) {
        let Some(known) = of(assessment, index) else { continue };
        let name = trunk_name(assessment, index);
        let at = assessment.plan().trunks.get(index).map(|trunk| trunk.place.item);
        steps.push(if gate.skipped {
            Step::new(format!("{name} is not asked: the primary is taken to be down"))
                .formula("everything passes on as it was", "")
                .at(at)
        } else {
            let onwards = if gate.excess == Excess::Next { known.offered * known.blocking } else { 0.0 };
            let what = match gate.excess {
                Excess::Next => format!("what {name} refuses, and puts to the next trunk"),
                Excess::Stop => format!("{name} answers excess with a status at which the PBX stops: nothing moves on"),
            };
            Step::new(what)
                .formula(
                    "its offered traffic × its blocking",
                    format!("{} × {}", digits(known.offered), digits(known.blocking)),
                )
                .number(onwards, "erlang")
                .at(at)
        });
    }
    steps
}

pub(super) fn trunk_steps(
    assessment: &Assessment<'_>,
    trunk: usize,
    figure: TrunkFigure,
) -> Result<(Vec<Step>, Step), OutageError> {
    let (Some(solved), Some(known)) = (solved(assessment)?, of(assessment, trunk)) else {
        return Ok((Vec::new(), Step::new(CLOSED)));
    };
    let name = trunk_name(assessment, trunk);
    let at = assessment.plan().trunks.get(trunk).map(|trunk| trunk.place.item);
    if known.state == TrunkState::Skipped {
        let last = Step::new(format!("{name} is the first trunk: capacity is what the others carry without it"));
        return Ok((Vec::new(), last.formula("it is not asked, so nothing is put to it", "").at(at)));
    }
    let mut steps = before(assessment, &solved, trunk);
    let offered = Step::new(format!("what is put to {name}"))
        .formula("what no trunk before it took", digits(known.offered))
        .at(at);
    let last = match figure {
        TrunkFigure::Offered => offered,
        TrunkFigure::Peakedness => peakedness(known, name),
        _ => {
            steps.push(offered.number(known.offered, "erlang"));
            match figure {
                TrunkFigure::BlockingCps => {
                    steps.extend(limit_step(assessment, trunk, false));
                    blocking_cps(assessment, known)
                }
                TrunkFigure::BlockingChannels => {
                    steps.extend(limit_step(assessment, trunk, true));
                    blocking_channels(&solved, known)
                }
                TrunkFigure::Blocking | TrunkFigure::Carried => {
                    steps.extend(limit_step(assessment, trunk, false));
                    steps.push(blocking_cps(assessment, known).number(known.blocking_cps, "share"));
                    steps.extend(limit_step(assessment, trunk, true));
                    steps.push(blocking_channels(&solved, known).number(known.blocking_channels, "share"));
                    let (p, q) = (digits(known.blocking_cps), digits(known.blocking_channels));
                    let blocked = Step::new("refused by either")
                        .formula("by cps + (1 − by cps) × by channels", format!("{p} + (1 − {p}) × {q}"));
                    if figure == TrunkFigure::Blocking {
                        blocked
                    } else {
                        steps.push(blocked.number(known.blocking, "share"));
                        let numbers = format!("{} × (1 − {})", digits(known.offered), digits(known.blocking));
                        Step::new(format!("what {name} carries")).formula("offered × (1 − blocking)", numbers)
                    }
                }
                _ => needed(assessment, &solved, known, figure)?,
            }
        }
    };
    Ok((steps, last))
}

fn peakedness(known: &TrunkCapacity, name: &str) -> Step {
    let step = Step::new(format!("variance over mean of what is put to {name}"));
    if known.peakedness == 1.0 {
        step.formula("fresh attempts come at random: 1", "")
    } else {
        step.formula(
            "Riordan: V/M = 1 − M + A / (C + 1 − A + M), of what the trunks before it overflow",
            format!("M = {} erlang", digits(known.offered)),
        )
    }
}

fn cps_window(assessment: &Assessment<'_>, trunk: usize) -> CpsWindow {
    let plan = assessment.plan();
    let table = plan.trunks.get(trunk).and_then(|named| plan.table(named));
    table.map_or(CpsWindow::Rolling, |table| table.limits.cps_window)
}

fn cps_formula(window: CpsWindow) -> &'static str {
    match window {
        CpsWindow::Rolling => "rolling second: Erlang B(λ × 1 s, r)",
        CpsWindow::Fixed => "calendar seconds: E[(K − r)+] / λ, K ~ Poisson(λ)",
        CpsWindow::Average => "average: max(0, 1 − r / λ)",
    }
}

fn blocking_cps(assessment: &Assessment<'_>, known: &TrunkCapacity) -> Step {
    let step = Step::new("refused by calls per second");
    match known.cps.at() {
        None => step.formula("no limit: nothing is refused", ""),
        Some(cps) => step.formula(
            cps_formula(cps_window(assessment, known.trunk)),
            format!("λ = {}, r = {}", digits(known.offered_rate), digits(cps)),
        ),
    }
}

fn blocking_channels(solved: &Solved<'_>, known: &TrunkCapacity) -> Step {
    let step = Step::new("refused for want of a channel");
    let Some(channels) = known.channels.at() else { return step.formula("no limit: nothing is refused", "") };
    let sources = solved.floor.offer.offered.and_then(|offered| offered.sources);
    if let Some(sources) = sources.filter(|sources| channels as f64 >= *sources) {
        return step.formula(
            "as many channels as the dialers have lines: nothing is ever blocked",
            format!("{channels} ≥ {}", digits(sources)),
        );
    }
    let lines = sources.map_or(String::new(), |sources| format!(", N = {}", digits(sources)));
    let behind: u64 =
        solved.gates.iter().take(known.trunk).filter(|gate| !gate.skipped).filter_map(|g| g.channels).sum();
    let name = if sources.is_some() { "Engset E(A, N, C)" } else { "Erlang B(A, C)" };
    if solved.sequence.method == Method::Exact && behind > 0 {
        let (whole, before) = (behind + channels, behind);
        let traffic = digits(solved.sequence.offered_traffic.get());
        return step.formula(
            format!("{name} with all channels so far / {name} with those before"),
            format!("A = {traffic}{lines}, C = {whole} and {before}"),
        );
    }
    let mean = known.offered * (1.0 - known.blocking_cps);
    if known.peakedness <= 1.0 + 1e-9 {
        return step.formula(name, format!("A = {}{lines}, C = {channels}", digits(mean)));
    }
    step.formula(
        "Wilkinson: A* × B(A*, N* + C) / M, with (A*, N*) of the same mean and variance",
        format!("M = {}, peakedness {}, C = {channels}", digits(mean), digits(known.peakedness)),
    )
}

fn needed(
    assessment: &Assessment<'_>,
    solved: &Solved<'_>,
    known: &TrunkCapacity,
    figure: TrunkFigure,
) -> Result<Step, OutageError> {
    let policy = &assessment.plan().policy;
    let target = policy.grade_of_service;
    let places = policy.place.iter().map(|place| place.key("grade_of_service"));
    let channels = figure == TrunkFigure::ChannelsNeeded;
    let what = if channels { "channels" } else { "calls per second" };
    let needed = if channels { known.channels_needed } else { known.cps_needed };
    let step = Step::new(format!("the least {what} that refuse no more than the grade of service")).at(places);
    let Some(needed) = needed else { return Ok(step) };
    let load = solved.sequence.gates.get(known.trunk);
    let refused = |n: u64| -> Result<Option<f64>, OutageError> {
        if channels {
            return Ok(load.map(|load| load.presented.blocking(n).get()));
        }
        if n == 0 {
            return Ok(None);
        }
        let window = solved.gates.get(known.trunk).and_then(|gate| gate.cps).map(|(_, window)| window);
        let asked = known.carried_rate + known.offered_rate * known.blocking;
        Ok(Some(cps::loss(CallsPerSecond::new(asked)?, n as f64, window.unwrap_or_default())?.get()))
    };
    let mut parts = Vec::new();
    for n in [Some(needed), needed.checked_sub(1)].into_iter().flatten() {
        if let Some(share) = refused(n)? {
            parts.push(format!("{} refuse {}", count(n as f64), digits(share)));
        }
    }
    let formula = if channels {
        "least C with blocked(C) ≤ grade of service".to_owned()
    } else {
        format!("least whole r ≤ grade of service; {}", cps_formula(cps_window(assessment, known.trunk)))
    };
    Ok(step.formula(formula, format!("{}; at most {}", parts.join(", "), digits(target))))
}

impl Quantity {
    /// The number, where it is one.
    #[must_use]
    pub fn as_number(&self) -> Option<f64> {
        if let Amount::Number(value) = self.amount { Some(value) } else { None }
    }
}

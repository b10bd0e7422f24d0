//! What the sign-off document says, in the order in which finance asks.

use chrono::NaiveDate;

use super::svg::{self, Blade, Curve, Heat};
use super::{Block, Document, Grid, Section};
use crate::assessment::Assessment;
use crate::assessment::Crossing;
use crate::assessment::calls::agreement::{Agreement, Figure, LEVEL};
use crate::assessment::map::AbsorptionMap;
use crate::assessment::range::{OUTSIDE, ParameterRange};
use crate::assessment::simulated::{Ends, Method};
use crate::assessment::verification::{Verification, YEARS};
use crate::assessment::year::{QUANTILES, Year};
use crate::compare::Conclusion;
use crate::compare::sensitivity::{End, Sensitivity};
use crate::input::plan::Loaded;
use crate::model::rates::{RateTable, TableKind};
use crate::policy::judge::{Status, Verdict};
use crate::rating::border::weight;
use crate::render::chart::nice_step;
use crate::render::compare::{Compared, costs, law, protects, sentence};
use crate::render::json::{VERSION, inputs_digest};
use crate::render::sensitivity as tornado;
use crate::render::text::{cause_rows, headline, rests_on, spend_rows, year_lines};
use crate::words::duration::{about, compact, human};
use crate::words::figure::{count, fixed, percent, significant};
use crate::words::level::Level;

/// Everything that the document is written from: one run.
pub struct Content<'a> {
    /// The plan and its texts.
    pub loaded: &'a Loaded,
    /// Its figures.
    pub assessment: &'a Assessment<'a>,
    /// The verdict on it.
    pub verdict: &'a Verdict,
    /// Spend of the dearest cause against outage length.
    pub curve: &'a [(f64, f64)],
    /// When that curve passes each budget.
    pub crossings: &'a [Crossing],
    /// The absorbed share over seats and channels.
    pub map: Option<&'a AbsorptionMap>,
    /// What moves a bad year.
    pub sensitivity: &'a Result<Sensitivity, String>,
    /// The alternatives.
    pub compared: &'a [Compared<'a>],
    /// What they come to.
    pub conclusion: Option<&'a Conclusion>,
    /// What independent witnesses say.
    pub witnesses: &'a Verification,
    /// The command line that makes this document again.
    pub command: String,
    /// The last day for which the signatures hold, where it is given.
    pub valid_until: Option<NaiveDate>,
    /// The run as JSON.
    pub json: String,
}

/// Bars of the tornado; its table has every input.
const BLADES: usize = 12;

fn said(text: impl Into<String>) -> Block {
    Block::Paragraph(text.into())
}

/// Writes the document.
#[must_use]
pub fn document(content: &Content<'_>) -> Document {
    let plan = content.assessment.plan();
    let name = plan.name.clone().unwrap_or_else(|| plan.path.clone());
    let mut sections = vec![
        section("decision", "Decision", decision(content)),
        section("findings", "Findings", findings(content)),
        section("spend", "What one outage costs", spend(content)),
        section("year", "What a year costs", year(content)),
        section("capacity", "Can the trunks behind the primary carry the floor?", capacity(content)),
        section("drivers", "What moves a bad year", drivers(content)),
        section("alternatives", "Alternatives", alternatives(content)),
        section("causes", "What each cause implies", causes(content)),
        section("assumptions", "Assumptions, defaults and prices", assumptions(content)),
        section("exclusions", "What the figures leave out", exclusions(content)),
        section("verification", "How exact the figures are", verification(content)),
        section("reproduce", "Inputs, and how to make this again", reproduce(content)),
        section("signoff", "Sign-off", sign_off(content)),
    ];
    sections.retain(|section| !section.blocks.is_empty());
    Document {
        title: format!("Failover cost and risk: {name}"),
        subtitle: format!("{} · as of {} · amounts in {} · trunkrisk {VERSION}", plan.path, plan.as_of, plan.currency),
        sections,
    }
}

fn section(id: &'static str, title: &'static str, blocks: Vec<Block>) -> Section {
    Section { id, title, blocks }
}

fn decision(content: &Content<'_>) -> Vec<Block> {
    let summary = content.verdict.summary();
    let (word, good) = match content.verdict.status {
        Status::Pass => ("PASS: the failover may be switched on.", true),
        Status::Fail => ("FAIL: the failover may not be switched on as planned.", false),
        Status::NotJudged => ("NOT JUDGED: what a limit needs is missing from the plan.", false),
    };
    let mut rests = headline(content.assessment);
    if let Some(first) = rests.get(..1).map(str::to_uppercase) {
        rests.replace_range(..1, &first);
    }
    let mut blocks = vec![Block::Verdict(word, good, format!("{rests}."))];
    if let Ok(year) = &content.assessment.year {
        blocks.push(said(bad_year(year)));
    }
    blocks.push(said(sentence(content.compared, content.conclusion)));
    blocks.push(said(format!(
        "{} denied, {} warnings, {} notes, {} waived, {} not judged, {} rules passed.",
        summary.deny, summary.warn, summary.note, summary.waived, summary.not_judged, content.verdict.passed
    )));
    blocks
}

fn bad_year(year: &Year) -> String {
    let least = if year.incomplete { "≥ " } else { "" };
    let bad = year.quantiles.get(3).map(|p95| {
        format!(
            "1 year in 20 costs more than {least}{}; those years cost {least}{} on average. ",
            p95.amount, p95.tail_mean
        )
    });
    let over = year
        .over_year
        .map_or_else(String::new, |over| format!("{} of the years pass the year's budget. ", percent(over)));
    format!(
        "A year's failovers cost {least}{} on average. {}{over}Without any outage the trunks behind the first cost {} a year.",
        year.mean,
        bad.unwrap_or_default(),
        year.standing
    )
}

fn findings(content: &Content<'_>) -> Vec<Block> {
    let (verdict, loaded) = (content.verdict, content.loaded);
    let mut rows: Vec<Vec<String>> = verdict
        .findings
        .iter()
        .map(|finding| {
            let place = finding.found.labels.first().map_or_else(String::new, |label| {
                let at = loaded.sources.position(label.span);
                format!("{}:{}", loaded.sources.name(label.span.source), at.line)
            });
            let state = match finding.waived_by.and_then(|index| loaded.plan.waivers.get(index)) {
                Some(waiver) => format!("waived until {} by {}: {}", waiver.until, waiver.owner, waiver.reason),
                None => match finding.level {
                    Level::Deny => "denied",
                    Level::Warn => "warning",
                    Level::Note | Level::Allow => "note",
                }
                .to_owned(),
            };
            vec![
                format!("{} {}", finding.code, finding.name),
                state,
                finding.found.message.clone(),
                finding.found.help.clone(),
                place,
            ]
        })
        .collect();
    rows.extend(verdict.not_judged.iter().map(|rule| {
        vec![
            format!("{} {}", rule.code, rule.name),
            "not judged".to_owned(),
            rule.reason.clone(),
            String::new(),
            String::new(),
        ]
    }));
    if rows.is_empty() {
        return vec![said("No rule found anything.")];
    }
    let heading = ["rule", "state", "what was found", "what would be right", "where"];
    vec![Block::Table(Grid::new("Every finding, the denied ones first", heading.len(), &heading, rows))]
}

fn ticks(content: &Content<'_>) -> Vec<(f64, String)> {
    let name = |s: f64| compact(std::time::Duration::try_from_secs_f64(s).unwrap_or_default());
    content.assessment.plan().scenario.durations.iter().map(|s| (*s, name(*s))).collect()
}

fn spend(content: &Content<'_>) -> Vec<Block> {
    let (assessment, plan) = (content.assessment, content.assessment.plan());
    let mut blocks = Vec::new();
    let dearest =
        assessment.scenarios.iter().fold(None, |best: Option<&crate::outage::scenario::Scenario>, s| match best {
            Some(known) if s.spend.amount() <= known.spend.amount() => Some(known),
            _ => Some(s),
        });
    if let Some(dearest) = dearest {
        let cause = plan.causes.get(dearest.cause).map_or("", |cause| cause.name.as_str());
        let across: Vec<(f64, String)> = content
            .crossings
            .iter()
            .map(|crossing| (weight(crossing.budget.amount()), format!("budget of {}", crossing.what)))
            .collect();
        let (svg, far) = svg::curve(&Curve {
            points: content.curve,
            x_ticks: &ticks(content),
            axes: ("length of the outage", plan.currency.code()),
            y_text: &|value| fixed(value, 0),
            across: &across,
            down: &[],
        });
        let last = content.curve.last().copied().unwrap_or_default();
        let above =
            if far.is_empty() { String::new() } else { format!(" Far above the chart: the {}.", far.join(", the ")) };
        let told = format!(
            "Spend against outage length under {cause}: from nothing to {} {} for {}.{above}",
            fixed(last.1, 2),
            plan.currency,
            human(last.0)
        );
        if !svg.is_empty() {
            let caption = format!("Spend of one outage of the dearest cause, `{cause}`, at its worst start.{above}");
            blocks.push(Block::Chart { caption, told, svg });
        }
    }
    blocks.push(Block::List(
        content
            .crossings
            .iter()
            .map(|crossing| match crossing.after {
                Some(after) => format!("The {} of {} are gone after {}.", crossing.budget, crossing.what, human(after)),
                None => {
                    format!("The {} of {} last longer than the longest outage judged.", crossing.budget, crossing.what)
                }
            })
            .collect(),
    ));
    let (heading, rows) = spend_rows(assessment);
    let caption = format!("Spend by cause and outage length [{}], each at its worst start", plan.currency);
    blocks.push(Block::Table(Grid::new(caption, 1, &heading, rows)));
    let money =
        |amount: Option<&crate::words::money::Money>| amount.map_or_else(|| "n/a".to_owned(), |m| m.rounded_amount());
    let rows = assessment.scenarios.iter().map(|s| {
        let answered: f64 = s.trunks.iter().map(|t| t.answered).sum();
        let billed: f64 = s.trunks.iter().map(|t| t.billed).sum::<f64>() / 60.0;
        let name = plan.causes.get(s.cause).map_or("", |cause| cause.name.as_str());
        vec![
            name.to_owned(),
            human(s.length),
            s.start.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M").to_string(),
            fixed(s.outage.attempts, 0),
            fixed(s.outage.carried, 0),
            fixed(s.lost_at_worst, 0),
            fixed(answered, 0),
            fixed(billed, 0),
            money(s.idle_cost.as_ref()),
            money(s.net_benefit.as_ref()),
        ]
    });
    let heading = [
        "cause",
        "length",
        "worst start",
        "attempts",
        "carried",
        "lost at worst",
        "answered",
        "billed min",
        "idle",
        "net",
    ];
    let caption =
        "What flows in each outage; idle and net in money: net is what the failover saves against the primary alone";
    blocks.push(Block::Table(Grid::new(caption, 3, &heading, rows.collect())));
    blocks
}

fn year(content: &Content<'_>) -> Vec<Block> {
    let (assessment, plan) = (content.assessment, content.assessment.plan());
    let year = match &assessment.year {
        Ok(year) => year,
        Err(reason) => return vec![said(format!("The year is not reckoned: {reason}."))],
    };
    let least = if year.incomplete { "≥ " } else { "" };
    let points: Vec<(f64, f64)> = year.curve.iter().map(|(spend, p)| (weight(spend.amount()), p * 100.0)).collect();
    let most = points.last().map_or(0.0, |point| point.0);
    let step = nice_step(most / 5.0);
    let ticks: Vec<(f64, String)> =
        (0..=5).map(|i| f64::from(i) * step).filter(|x| *x <= most).map(|x| (x, fixed(x, 0))).collect();
    let p95 = year.quantiles.get(3).map(|q| (weight(q.amount.amount()), format!("P95 {}", q.amount.rounded_amount())));
    let budget =
        plan.budget.year.map(|budget| (weight(budget.amount()), format!("budget {}", budget.rounded_amount())));
    let down: Vec<(f64, String)> = p95.into_iter().chain(budget).collect();
    let allowed = (1.0 - plan.budget.confidence) * 100.0;
    let (svg, _) = svg::curve(&Curve {
        points: &points,
        x_ticks: &ticks,
        axes: ("spend of a year", "% of the years"),
        y_text: &|value| fixed(value, 0),
        across: &[(allowed, format!("allowed {} %", significant(allowed, 3)))],
        down: &down,
    });
    let mut blocks = Vec::new();
    let beyond = plan.budget.year.filter(|budget| weight(budget.amount()) > most);
    let beyond =
        beyond.map_or_else(String::new, |budget| format!(" The budget of {budget} lies to the right of the chart."));
    if !svg.is_empty() {
        blocks.push(Block::Chart {
            caption: format!("Share of the years that cost more than an amount [{}].{beyond}", plan.currency),
            told: format!(
                "Exceedance curve: {} of the years cost anything, one in twenty more than {}, one in a hundred more than {}.",
                percent(1.0 - year.nothing),
                year.quantiles.get(3).map_or_else(String::new, |q| q.amount.to_string()),
                year.quantiles.get(4).map_or_else(String::new, |q| q.amount.to_string())
            ),
            svg,
        });
    }
    let mut rows = vec![vec!["mean".to_owned(), format!("{least}{}", year.mean.rounded_amount()), "-".to_owned()]];
    rows.push(vec![
        "standard deviation".to_owned(),
        year.sd.as_ref().map_or_else(|| "infinite".to_owned(), |sd| format!("{least}{}", sd.rounded_amount())),
        "-".to_owned(),
    ]);
    rows.extend(QUANTILES.iter().zip(&year.quantiles).map(|(p, quantile)| {
        vec![
            format!("P{}", significant(p * 100.0, 4).trim_end_matches('0').trim_end_matches('.')),
            format!("{least}{}", quantile.amount.rounded_amount()),
            format!("{least}{}", quantile.tail_mean.rounded_amount()),
        ]
    }));
    let caption = format!(
        "A year's spend [{}]: not passed in that share of the years, and what the others cost on average",
        plan.currency
    );
    blocks.push(Block::Table(Grid::new(caption, 1, &["", "amount", "mean beyond"], rows)));
    let budget = |what: &str, amount: Option<crate::words::money::Money>, over: Option<f64>| {
        amount.zip(over).map(|(amount, over)| vec![what.to_owned(), amount.rounded_amount(), percent(over)])
    };
    let rows: Vec<Vec<String>> = [
        budget("incident", plan.budget.incident, year.over_incident),
        budget("month", plan.budget.month, year.over_month),
        budget("year", plan.budget.year, year.over_year),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !rows.is_empty() {
        let caption = format!("Budgets [{}] and how often they are passed", plan.currency);
        blocks.push(Block::Table(Grid::new(caption, 1, &["budget of", "amount", "passed by"], rows)));
    }
    blocks.push(said(format!(
        "Expected in a year: {} outages of {} h together; while the floor is open, {} h are carried and {} h are not. {} of the years cost nothing.",
        significant(year.outages, 3),
        significant(year.outage_hours, 3),
        significant(year.protected_hours, 3),
        significant(year.unprotected_hours, 3),
        percent(year.nothing)
    )));
    match &year.range {
        Some(Ok(range)) => blocks.extend(range_blocks(assessment, range)),
        Some(Err(reason)) => blocks.push(said(format!("The parameter range is not known: {reason}."))),
        None => {}
    }
    blocks
}

fn capacity(content: &Content<'_>) -> Vec<Block> {
    let (assessment, plan) = (content.assessment, content.assessment.plan());
    let capacity = &assessment.capacity;
    let Some(floor) = &capacity.busiest else { return vec![said("No seat is ever staffed.")] };
    let failover = &capacity.failover;
    let mut blocks = vec![said(format!(
        "At the busiest time, first {}, {} seats make {} attempts a second and offer {} erlang. Without the primary {} of the attempts are carried ({} wanted) and {} refused for want of capacity ({} allowed).{}",
        floor.at.to_local(plan.timezone).format("%a %Y-%m-%d %H:%M"),
        floor.seats,
        fixed(floor.offer.offered.map_or(0.0, |o| o.rate.get()), 2),
        fixed(floor.offer.offered.map_or(0.0, |o| o.traffic.get()), 1),
        percent(failover.absorbed),
        percent(plan.policy.absorb),
        percent(failover.blocking),
        percent(plan.policy.grade_of_service),
        failover.seats_supported.map_or_else(String::new, |seats| format!(
            " {} seats would be carried at that grade of service.",
            count(seats as f64)
        ))
    ))];
    if let Some(map) = content.map {
        let name = plan.trunks.get(map.trunk).map_or("", |trunk| trunk.name.as_str());
        let rows: Vec<String> = map.seats.iter().map(u64::to_string).collect();
        let columns: Vec<String> = map.channels.iter().map(u64::to_string).collect();
        let svg = svg::heat(&Heat {
            names: (&rows, &columns),
            axes: ("seats", "channels"),
            shares: &map.absorbed,
            cell: &|share| {
                if share > 0.9995 && share < 1.0 - 1e-12 { "> 99.9".to_owned() } else { fixed(share * 100.0, 1) }
            },
            now: (map.row, map.column),
            wanted: plan.policy.absorb,
        });
        let least = map.absorbed.iter().flatten().copied().fold(1.0, f64::min);
        blocks.push(Block::Chart {
            caption: format!(
                "Share of the attempts absorbed without the primary [%], over staffed seats and channels of `{name}`; darker is more lost, bold is less than the {} wanted, framed is the floor as it is.",
                percent(plan.policy.absorb)
            ),
            told: format!(
                "Map of the share absorbed over {} to {} seats and {} to {} channels of {name}: {} as it is, {} at least.",
                rows.first().map_or("", String::as_str),
                rows.last().map_or("", String::as_str),
                columns.first().map_or("", String::as_str),
                columns.last().map_or("", String::as_str),
                percent(failover.absorbed),
                percent(least)
            ),
            svg,
        });
    }
    blocks
}

fn drivers(content: &Content<'_>) -> Vec<Block> {
    let sensitivity = match content.sensitivity {
        Ok(sensitivity) => sensitivity,
        Err(reason) => return vec![said(format!("What moves a bad year is not reckoned: {reason}."))],
    };
    let base = &sensitivity.base;
    let said_end = |end: &End| format!("{}: {}", end.value, end.outcome.p95.rounded_amount());
    let blades: Vec<Blade> = sensitivity
        .effects
        .iter()
        .take(BLADES)
        .map(|effect| Blade {
            name: effect.key.clone(),
            ends: [&effect.low, &effect.high].map(|end| weight(end.outcome.p95.amount())),
            said: [&effect.low, &effect.high].map(said_end),
        })
        .collect();
    let mut blocks = Vec::new();
    let svg = svg::tornado(&blades, weight(base.p95.amount()), &format!("P95 {}", base.p95));
    if let (false, Some(first)) = (svg.is_empty(), sensitivity.effects.first()) {
        blocks.push(Block::Chart {
            caption: "P95 of a year's spend with each input at its low value (hollow) and at its high value (solid), one at a time.".to_owned(),
            told: format!(
                "Tornado: the input that moves P95 most is {}, from {} at {} to {} at {}; P95 is {} as it is.",
                first.key, first.low.outcome.p95, first.low.value, first.high.outcome.p95, first.high.value, base.p95
            ),
            svg,
        });
    }
    if let Some(untied) = sensitivity.untied() {
        blocks.push(said(untied));
    }
    if sensitivity.effects.is_empty() {
        blocks.push(said("No input moves the P95 of a year's spend."));
    } else {
        let caption = format!(
            "Every input that moves P95 [{}] or the chance to pass the year's budget; † between values that the plan states, else 20 % less and more or one step",
            content.assessment.plan().currency
        );
        blocks.push(Block::Table(Grid::new(caption, 1, &tornado::HEADING, tornado::rows(sensitivity))));
    }
    if !sensitivity.still.is_empty() {
        blocks.push(said(format!("Without effect: {}.", sensitivity.still.join(", "))));
    }
    blocks
}

fn alternatives(content: &Content<'_>) -> Vec<Block> {
    let currency = content.assessment.plan().currency;
    let (heading, rows) = costs(content.compared);
    let caption = format!(
        "What a year costs [{currency}]: total is spend, standing cost and idle seats with lost margin; * as planned"
    );
    let mut blocks = vec![Block::Table(Grid::new(caption, 1, &heading, rows))];
    let (heading, rows) = protects(content.compared);
    let caption = "What is carried at the busiest time, under each cause once it is dealt with, and hours of a year";
    blocks.push(Block::Table(Grid::new(caption, 1, &heading, rows)));
    blocks.push(said(law(content.compared)));
    blocks.push(said(
        "`pays from` is the number of outage hours a year at which the standing cost is less than what the trunks save against having none.",
    ));
    blocks
}

fn causes(content: &Content<'_>) -> Vec<Block> {
    let assessment = content.assessment;
    let plan = assessment.plan();
    let Ok(year) = &assessment.year else { return Vec::new() };
    let (heading, rows) = cause_rows(assessment, year);
    let caption =
        format!("How often, how long, and what an outage costs on average over the starts [{}]", plan.currency);
    let mut blocks = vec![Block::Table(Grid::new(caption, 1, &heading, rows))];
    let evidence: Vec<String> = year
        .causes
        .iter()
        .filter_map(|of| {
            let cause = plan.causes.get(of.cause)?;
            let rests = match (of.incidents, of.lengths) {
                (Some(incidents), Some(lengths)) => format!("{incidents} incidents and {lengths} past lengths"),
                (Some(incidents), None) => format!("{incidents} incidents"),
                (None, Some(lengths)) => format!("{lengths} past lengths"),
                (None, None) => return None,
            };
            Some(format!("`{}` rests on {rests}.", cause.name))
        })
        .collect();
    if evidence.is_empty() {
        blocks.push(said("Every frequency and law of lengths is stated by the plan; none is fitted to incidents."));
    } else {
        blocks.push(Block::List(evidence));
    }
    let longest = year.causes.iter().filter_map(|of| {
        let ratio = of.p95_length / of.median_length;
        (ratio > 10.0).then(|| {
            let name = plan.causes.get(of.cause).map_or("", |cause| cause.name.as_str());
            format!(
                "`{name}`: one outage in twenty lasts {} or longer, {} times the median.",
                about(of.p95_length),
                count(ratio.round())
            )
        })
    });
    let longest: Vec<String> = longest.collect();
    if !longest.is_empty() {
        blocks.push(Block::List(longest));
    }
    blocks
}

/// What an assumption does to P95.
fn effect(content: &Content<'_>, key: &str) -> String {
    if let Ok(sensitivity) = content.sensitivity {
        if let Some(effect) = sensitivity.effects.iter().find(|effect| effect.key == key) {
            let ends = (effect.low.outcome.p95.rounded_amount(), effect.high.outcome.p95.rounded_amount());
            return format!("{} to {} for {} to {}", ends.0, ends.1, effect.low.value, effect.high.value);
        }
        if sensitivity.still.iter().any(|still| still == key) {
            return "none".to_owned();
        }
    }
    // Limits judge the figures and do not enter them.
    let judges = ["policy.", "budget.", "waiver."].iter().any(|block| key.starts_with(block));
    if judges { "none: it judges, and enters no figure" } else { "not varied" }.to_owned()
}

fn assumptions(content: &Content<'_>) -> Vec<Block> {
    let plan = content.assessment.plan();
    let rows: Vec<Vec<String>> = content
        .loaded
        .plan
        .assumptions
        .iter()
        .map(|a| vec![a.key.clone(), a.value.clone(), a.why.clone(), effect(content, &a.key)])
        .collect();
    let mut blocks = Vec::new();
    if rows.is_empty() {
        blocks.push(said("Nothing was assumed: the plan states everything."));
    } else {
        let heading = ["key", "taken", "why", "effect on P95"];
        blocks.push(Block::Table(Grid::new("Defaults that were used", heading.len(), &heading, rows)));
    }
    let rows = plan.tables.iter().map(|table| {
        let date = |day: Option<NaiveDate>| day.map_or_else(|| "not stated".to_owned(), |day| day.to_string());
        vec![
            table.path.clone(),
            table.carrier.clone(),
            kind(table).to_owned(),
            date(table.effective_from),
            date(table.expires),
            table.source.clone().unwrap_or_else(|| "not stated".to_owned()),
            effect(content, &format!("{} prices", table.path)),
        ]
    });
    let heading = ["table", "carrier", "kind", "from", "until", "source", "effect of prices on P95"];
    blocks.push(Block::Table(Grid::new(
        "Rate tables and where their prices come from",
        heading.len(),
        &heading,
        rows.collect(),
    )));
    blocks
}

fn kind(table: &RateTable) -> &'static str {
    match table.kind {
        TableKind::FlatRate(_) => "flat rate",
        TableKind::PerMinute => "per minute",
    }
}

fn exclusions(content: &Content<'_>) -> Vec<Block> {
    let plan = content.assessment.plan();
    let mut items = vec![
        "What the primary itself costs, the seats of a flat rate among it: it is paid whether or not anything fails."
            .to_owned(),
        "Numbers ported between carriers: prefixes are priced as a whole.".to_owned(),
        "Reputation, contractual penalties, and the work of those who mend the outage.".to_owned(),
    ];
    if let Ok(year) = &content.assessment.year {
        items.insert(
            0,
            format!(
                "Outages that overlap: two do so in {} of the years; their spend is added as if they did not.",
                percent(year.overlap)
            ),
        );
    }
    let simulated = matches!(&content.assessment.year, Ok(year) if matches!(year.method, Method::Simulated(_)));
    let capped = plan.tables.iter().any(|table| table.limits.daily_spend.is_some() || table.limits.prepaid.is_some());
    if capped {
        let of = if simulated { "an outage of a given length" } else { "an outage" };
        items.push(format!(
            "What is spent of a daily cap or a prepaid balance before {of} begins: each finds them whole."
        ));
    }
    if !simulated && plan.tables.iter().any(|table| !table.fees.minimum_month.is_zero()) {
        items.push(
            "Monthly minimums set off against usage: they are counted whole in the standing cost, beside the spend."
                .to_owned(),
        );
    }
    if plan.campaigns.iter().any(|campaign| campaign.idle_cost_per_seat_hour.is_none()) {
        items.push("What idle seats cost in campaigns that give no `idle_cost_per_seat_hour`.".to_owned());
    }
    if plan.trunks.iter().any(|trunk| trunk.continue_if_busy) {
        items.push("The load of numbers dialled again by Continue if Busy: counted, but not put back into the load of the next trunk.".to_owned());
    }
    vec![Block::List(items)]
}

fn verification(content: &Content<'_>) -> Vec<Block> {
    let Ok(year) = &content.assessment.year else { return Vec::new() };
    let row = |what: &str, value: String| vec![what.to_owned(), value];
    let mut rows = match &year.method {
        Method::Exact => vec![
            row("method", "exact law by transform, no random numbers and no seed".to_owned()),
            row("points of the grid", count(year.points as f64)),
            row("largest error of quantiles and tail means, relative", format!("{:.1e}", year.error_bound)),
            row("mean on the grid against its closed form, relative", format!("{:.1e}", year.mean_error.abs())),
            row("probability beyond the grid", format!("{:.1e}", year.beyond)),
        ],
        Method::Simulated(simulated) => {
            let years = count(simulated.years as f64);
            let mut rows = vec![
                row("method", format!("simulated: {years} years drawn with seed {}", simulated.seed)),
                row("why", simulated.why.join("; ")),
            ];
            for (name, ends) in &simulated.intervals {
                if let ("mean" | "p95" | "tail_mean_p95", Ends::Money(Some(low), Some(high))) = (*name, ends) {
                    rows.push(row(&format!("95 % interval of {name}"), format!("{low} to {high}")));
                }
            }
            rows
        }
    };
    rows.push(row("price of a call", "exact decimals, to the last digit".to_owned()));
    let mut blocks = vec![Block::Table(Grid::new("Numerical verification of this run", 2, &["what", "value"], rows))];
    let years = year_lines(&content.witnesses.years, content.assessment.plan().currency.code());
    if !years.is_empty() {
        blocks.push(said(format!("{} years drawn by chance, seed 1, beside the exact law:", count(YEARS as f64))));
        blocks.push(Block::List(years.lines().map(str::to_owned).collect()));
    }
    match &content.witnesses.calls {
        Ok(judged) => {
            let (compared, off) = judged.compared();
            let name = content.assessment.plan().causes.first().map_or("", |cause| cause.name.as_str());
            blocks.push(said(format!(
                "Every call of {} of `{name}` simulated, {} runs, seed 1, {} attempts: {} of {compared} figures lie within their 95 % intervals.",
                compact(std::time::Duration::from_secs_f64(judged.question.length)),
                judged.question.runs,
                count(judged.simulated as f64),
                compared - off
            )));
            let rows = judged.figures.iter().filter_map(judged_row).collect();
            let header = ["figure", "reckoned", "simulated", "agreement"];
            blocks.push(Block::Table(Grid::new("Formulas beside the simulation of every call", 1, &header, rows)));
            if off > 0 {
                let notes = judged.notes.iter().map(|note| (*note).to_owned());
                blocks.push(Block::List(notes.collect()));
            }
        }
        Err(reason) => blocks.push(said(format!("No outage was simulated call by call: {reason}."))),
    }
    blocks
}

/// A figure of the simulation beside its formula, where there is one.
fn judged_row(figure: &Figure) -> Option<Vec<String>> {
    let reckoned = figure.analytic?;
    let half = figure.half(LEVEL)?;
    let agreement = match figure.agreement() {
        Agreement::Consistent => "consistent".to_owned(),
        Agreement::Off { by, .. } => format!("reckoned {}{}", if by > 0.0 { "+" } else { "" }, percent(by)),
        Agreement::Unknown | Agreement::TooFew => return None,
    };
    let shown = |value: f64| significant(value, 4);
    Some(vec![
        figure.name.to_owned(),
        shown(reckoned),
        format!("{} ± {}", shown(figure.mean), significant(half, 2)),
        agreement,
    ])
}

/// What few incidents leave open.
fn range_blocks(assessment: &Assessment<'_>, range: &ParameterRange) -> Vec<Block> {
    let span = |low: &crate::words::money::Money, high: &crate::words::money::Money| {
        vec![low.rounded_amount(), high.rounded_amount()]
    };
    let mut rows = vec![[vec!["mean".to_owned()], span(&range.mean.low, &range.mean.high)].concat()];
    rows.extend(QUANTILES.iter().zip(&range.quantiles).map(|(p, quantile)| {
        [vec![format!("P{}", count(p * 100.0))], span(&quantile.amount.low, &quantile.amount.high)].concat()
    }));
    let caption = format!("Parameter range of a year's spend [{}]", assessment.plan().currency);
    let percent_of = |share: f64| format!("{} %", fixed(share * 100.0, 0));
    let (from, to) = (format!("from {}", percent_of(OUTSIDE)), format!("to {}", percent_of(1.0 - OUTSIDE)));
    vec![
        Block::Table(Grid::new(caption, 1, &["", from.as_str(), to.as_str()], rows)),
        said(rests_on(assessment, range).trim_end().to_owned()),
    ]
}

fn reproduce(content: &Content<'_>) -> Vec<Block> {
    let rows = content
        .loaded
        .inputs
        .iter()
        .map(|input| vec![input.path.clone(), input.sha256.clone(), input.rows.to_string()]);
    vec![
        Block::Table(Grid::new(
            format!("Inputs; all together {}", inputs_digest(&content.loaded.inputs)),
            2,
            &["input", "SHA-256", "rows"],
            rows.collect(),
        )),
        said(format!("trunkrisk {VERSION}. The same inputs give the same bytes, on any machine and any day:")),
        Block::Command(content.command.clone()),
        Block::Data(content.json.clone()),
    ]
}

fn sign_off(content: &Content<'_>) -> Vec<Block> {
    let valid = content.valid_until.map_or_else(|| "____________________".to_owned(), |day| day.to_string());
    let row = |role: &str| vec![role.to_owned(), String::new(), String::new(), String::new()];
    let heading = ["role", "name", "date", "signature"];
    vec![
        said(format!("The undersigned accept the figures above for the inputs above. Valid until: {valid}.")),
        Block::Table(Grid::new(
            "Sign-off",
            heading.len(),
            &heading,
            ["Planning", "Operations", "Finance"].map(row).to_vec(),
        )),
        said(
            "`trunkrisk sign` records the accepted figures and the digests of the inputs in failover.lock.toml; from then on `trunkrisk check` tells what changed.",
        ),
    ]
}

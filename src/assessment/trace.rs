//! How one number of the run came about: steps with their formula, their numbers and the lines that the inputs stand on.
//!
//! Every figure has a name, which is its path in the run's JSON. Values are those of the [`Assessment`]; a step that
//! needs more asks the engine that reckoned them, whose answers do not change.
//!
//! | file | subject |
//! |---|---|
//! | `capacity` | the busiest interval, the trunks behind the primary |
//! | `scenario` | what flows in an outage, and what idle seats cost |
//! | `spend` | what the carriers charge for an outage |
//! | `call` | one answered call on average |
//! | `year` | what the failovers of a year cost |

mod call;
mod capacity;
mod scenario;
mod spend;
mod year;

use super::Assessment;
use crate::outage::OutageError;
use crate::words::diagnostic::{Sources, Span};
use crate::words::duration::{compact, parse};
use crate::words::figure::significant;
use crate::words::money::Money;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Amount {
    /// A number.
    Number(f64),
    /// Money, exactly.
    Money(Money),
    /// A moment or a word.
    Text(String),
    /// There is none, and why.
    Absent(String),
}

/// A value and its unit; money carries its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The value.
    pub amount: Amount,
    /// Its unit.
    pub unit: &'static str,
}

/// A figure's value and how it came about.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// Its name.
    pub figure: String,
    /// Its value, which the last step gives.
    pub value: Quantity,
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is reckoned, or what holds.
    pub what: String,
    /// The formula with names.
    pub formula: String,
    /// The formula with numbers.
    pub numbers: String,
    /// What comes out; nothing where the step only says what holds.
    pub result: Option<Quantity>,
    /// Where the inputs stand.
    pub places: Vec<Span>,
    /// Whether the result is a part of the total that the last step adds up.
    pub adds: bool,
    /// Details.
    pub grid: Option<Grid>,
}

/// A table of details.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Names of the columns.
    pub columns: Vec<&'static str>,
    /// The rows, each with a cell for each column.
    pub rows: Vec<Vec<Cell>>,
}

/// A cell.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// An exact amount, in a currency that the column or a cell beside it names.
    Exact(rust_decimal::Decimal),
    /// A line.
    Place(Span),
}

/// What is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Of the sequence without its first trunk.
    Sequence(SequenceFigure),
    /// Of a trunk in it, by position.
    Trunk(usize, TrunkFigure),
    /// Of a scenario, by its number in the assessment.
    Scenario(usize, ScenarioFigure),
    /// Of the year.
    Year(YearFigure),
    /// One answered call on average, by trunk and number of the destination in the engine.
    Call(usize, usize),
}

macro_rules! figures {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $text:literal $unit:literal $about:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = $about] $variant,)*
        }

        impl $name {
            /// Every figure, in the order of lists.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its name in JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Its unit, where it is no money.
            #[must_use]
            pub fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)* }
            }

            /// What it is.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }
    };
}

figures! {
    /// A figure of the sequence without its first trunk.
    SequenceFigure {
        Absorbed "absorbed" "share" "Carried attempts over attempts made, without the primary.",
        Blocking "blocking" "share" "Share of attempts refused for want of capacity, without the primary.",
        Surge "surge_seconds" "s" "Time that all lines take to redial at once.",
        Seats "seats_supported" "seats" "Most seats that are carried at the grade of service.",
        BusiestTraffic "busiest.offered_erlangs" "erlang" "Traffic that the floor offers at the busiest time.",
        BusiestRate "busiest.attempts_per_second" "attempts/s" "Attempts that the floor makes at the busiest time.",
    }
}

figures! {
    /// A figure of one trunk, without the primary, at the busiest interval.
    TrunkFigure {
        Offered "offered_erlangs" "erlang" "Traffic that is put to the trunk.",
        BlockingCps "blocking_cps" "share" "Share of it that calls per second refuse.",
        BlockingChannels "blocking_channels" "share" "Share of the rest that finds no channel.",
        Blocking "blocking" "share" "Share of it that either refuses.",
        Carried "carried_erlangs" "erlang" "Traffic that the trunk carries.",
        ChannelsNeeded "channels_needed" "channels" "Least channels for the grade of service.",
        CpsNeeded "cps_needed" "calls/s" "Least whole calls per second for the grade of service.",
        Peakedness "peakedness" "ratio" "Variance over mean of the traffic that is put to the trunk.",
    }
}

figures! {
    /// A figure of one scenario.
    ScenarioFigure {
        Attempts "attempts" "attempts" "Attempts made while the outage lasts.",
        Carried "carried" "attempts" "Attempts carried while the outage lasts.",
        Lost "lost" "attempts" "Attempts lost while the outage lasts.",
        Answered "answered_calls" "calls" "Answered calls, those on the way back included.",
        Talk "talk_minutes" "min" "Minutes talked, those on the way back included.",
        Billed "billed_minutes" "min" "Minutes billed, those on the way back included.",
        Spend "spend" "" "What the carriers charge.",
        Burn "burn_per_hour" "" "What the carriers charge in an hour of the busiest stretch.",
        IdleHours "idle_seat_hours" "seat-hours" "Hours in which seats have nobody to talk to.",
        IdleCost "idle_cost" "" "What those hours cost.",
        NetBenefit "net_benefit" "" "What the trunks behind the first save, less what they cost.",
        BudgetReached "budget_reached_s" "s" "When the incident's budget is used up.",
    }
}

figures! {
    /// A figure of the year.
    YearFigure {
        Mean "mean" "" "What the failovers of a year cost on average.",
        Sd "sd" "" "Standard deviation of what a year costs.",
        P50 "p50" "" "What half of the years do not pass.",
        P75 "p75" "" "What 75 of 100 years do not pass.",
        P90 "p90" "" "What 90 of 100 years do not pass.",
        P95 "p95" "" "What 95 of 100 years do not pass.",
        P99 "p99" "" "What 99 of 100 years do not pass.",
        P999 "p999" "" "What 999 of 1,000 years do not pass.",
        TailMean "tail_mean_p95" "" "What the dearest 5 of 100 years cost on average.",
        Nothing "prob_nothing" "share" "Chance that a year costs nothing.",
        OverIncident "prob_over_incident_budget" "share" "Share of the outages that cost more than the incident's budget.",
        OverMonth "prob_over_month_budget" "share" "Share of the months that cost more than their budget.",
        OverYear "prob_over_year_budget" "share" "Share of the years that cost more than their budget.",
        Outages "expected_outages" "outages" "Mean number of outages in a year.",
        ProtectedHours "protected_hours" "h" "Outage hours with the floor open, carried, by the share of the attempts.",
        UnprotectedHours "unprotected_hours" "h" "Outage hours with the floor open, not carried.",
        Standing "standing_cost" "" "What the trunks behind the first cost in a year without any outage.",
    }
}

/// A figure that the plan has.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Its name; names of the plan stand in quotes where they hold more than letters, digits, `-` and `_`.
    pub path: String,
    /// What it is.
    pub topic: Topic,
}

/// A name as a part of a path.
fn quoted(name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if plain { name.to_owned() } else { format!("\"{name}\"") }
}

/// Every figure of the plan, in the order of the JSON. The sources give durations as the plan spells them.
#[must_use]
pub fn figures(assessment: &Assessment<'_>, sources: &Sources) -> Vec<Figure> {
    let plan = assessment.plan();
    let mut list = Vec::new();
    let mut push = |path: String, topic| list.push(Figure { path, topic });
    for figure in SequenceFigure::ALL {
        push(format!("capacity.{}", figure.name()), Topic::Sequence(*figure));
    }
    for (index, trunk) in plan.trunks.iter().enumerate() {
        if assessment.capacity.failover.trunks.iter().all(|known| known.trunk != index) {
            continue;
        }
        for figure in TrunkFigure::ALL {
            let path = format!("capacity.trunks.{}.{}", quoted(&trunk.name), figure.name());
            push(path, Topic::Trunk(index, *figure));
        }
    }
    let spelled = durations(assessment, sources);
    for (index, scenario) in assessment.scenarios.iter().enumerate() {
        let cause = plan.causes.get(scenario.cause).map_or("", |cause| cause.name.as_str());
        let length = spelled.iter().find(|(seconds, _)| *seconds == scenario.length);
        let length = length.map_or_else(|| spell(scenario.length), |(_, text)| text.clone());
        for figure in ScenarioFigure::ALL {
            let path = format!("scenarios.{}.{}.{}", quoted(cause), quoted(&length), figure.name());
            push(path, Topic::Scenario(index, *figure));
        }
    }
    for figure in YearFigure::ALL {
        push(format!("year.{}", figure.name()), Topic::Year(*figure));
    }
    for (index, trunk) in plan.trunks.iter().enumerate() {
        for (prefix, digits) in assessment.engine.prefixes.iter().enumerate() {
            push(format!("call.{}.{digits}", quoted(&trunk.name)), Topic::Call(index, prefix));
        }
    }
    list
}

fn spell(seconds: f64) -> String {
    compact(std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

/// The durations of the plan's scenarios as they are spelled there, with their seconds.
fn durations(assessment: &Assessment<'_>, sources: &Sources) -> Vec<(f64, String)> {
    let place = assessment.plan().scenario.place.as_ref();
    let Some(span) = place.and_then(|place| place.keys.get("durations")) else { return Vec::new() };
    sources
        .slice(*span)
        .split(['"', '\''])
        .filter_map(|text| Some((parse(text).ok()?.as_secs_f64(), text.trim().to_owned())))
        .collect()
}

/// A path without quotes, case, and the difference between dots and blanks; `90m` and `1h 30m` are alike.
#[must_use]
pub fn normal(path: &str) -> String {
    let mut tokens: Vec<String> = Vec::new();
    let mut seconds = None;
    for token in path.to_lowercase().split(|c: char| c.is_whitespace() || matches!(c, '.' | '"' | '\'')) {
        if token.is_empty() {
            continue;
        }
        match parse(token) {
            Ok(duration) => seconds = Some(seconds.unwrap_or(0.0) + duration.as_secs_f64()),
            Err(_) => {
                tokens.extend(seconds.take().map(|seconds: f64| format!("{seconds}s")));
                tokens.push(token.to_owned());
            }
        }
    }
    tokens.extend(seconds.map(|seconds| format!("{seconds}s")));
    tokens.join(".")
}

/// The figures that a text may mean: none, one, or several where names differ only in what [`normal`] takes away.
#[must_use]
pub fn find<'a>(list: &'a [Figure], given: &str) -> Vec<&'a Figure> {
    if let Some(exact) = list.iter().find(|figure| figure.path == given) {
        return vec![exact];
    }
    let wanted = normal(given);
    list.iter().filter(|figure| normal(&figure.path) == wanted).collect()
}

/// The value of a figure.
///
/// # Errors
/// Where the engine has no answer.
pub fn value(assessment: &Assessment<'_>, topic: Topic) -> Result<Quantity, OutageError> {
    match topic {
        Topic::Sequence(figure) => Ok(capacity::value(assessment, figure)),
        Topic::Trunk(trunk, figure) => Ok(capacity::trunk_value(assessment, trunk, figure)),
        Topic::Scenario(index, figure) => match assessment.scenarios.get(index) {
            Some(named) => scenario::value(assessment, named, figure),
            None => Ok(Quantity::absent("there is no such scenario", figure.unit())),
        },
        Topic::Year(figure) => Ok(year::value(assessment, figure)),
        Topic::Call(trunk, prefix) => call::value(assessment, trunk, prefix),
    }
}

/// How a figure came about.
///
/// # Errors
/// Where the engine has no answer.
pub fn explain(assessment: &Assessment<'_>, figure: &Figure) -> Result<Explanation, OutageError> {
    let value = value(assessment, figure.topic)?;
    let (mut steps, last) = match figure.topic {
        Topic::Sequence(figure) => capacity::steps(assessment, figure)?,
        Topic::Trunk(trunk, figure) => capacity::trunk_steps(assessment, trunk, figure)?,
        Topic::Scenario(index, figure) => match assessment.scenarios.get(index) {
            Some(named) => scenario::steps(assessment, named, figure)?,
            None => (Vec::new(), Step::new("there is no such scenario")),
        },
        Topic::Year(figure) => year::steps(assessment, figure)?,
        Topic::Call(trunk, prefix) => call::steps(assessment, trunk, prefix)?,
    };
    steps.push(Step { result: Some(value.clone()), ..last });
    Ok(Explanation { figure: figure.path.clone(), value, steps })
}

impl Quantity {
    fn number(value: f64, unit: &'static str) -> Self {
        Self { amount: Amount::Number(value), unit }
    }

    fn money(value: Money) -> Self {
        Self { amount: Amount::Money(value), unit: "" }
    }

    fn absent(why: impl Into<String>, unit: &'static str) -> Self {
        Self { amount: Amount::Absent(why.into()), unit }
    }

    fn maybe(value: Option<f64>, unit: &'static str, why: &str) -> Self {
        value.map_or_else(|| Self::absent(why, unit), |value| Self::number(value, unit))
    }
}

impl Step {
    fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            formula: String::new(),
            numbers: String::new(),
            result: None,
            places: Vec::new(),
            adds: false,
            grid: None,
        }
    }

    fn formula(self, formula: impl Into<String>, numbers: impl Into<String>) -> Self {
        Self { formula: formula.into(), numbers: numbers.into(), ..self }
    }

    fn number(self, value: f64, unit: &'static str) -> Self {
        Self { result: Some(Quantity::number(value, unit)), ..self }
    }

    fn text(self, text: impl Into<String>) -> Self {
        Self { result: Some(Quantity { amount: Amount::Text(text.into()), unit: "" }), ..self }
    }

    fn money(self, money: Money) -> Self {
        Self { result: Some(Quantity::money(money)), ..self }
    }

    fn at(mut self, places: impl IntoIterator<Item = Span>) -> Self {
        for place in places {
            if !self.places.contains(&place) {
                self.places.push(place);
            }
        }
        self
    }

    fn adding(self) -> Self {
        Self { adds: true, ..self }
    }

    fn grid(self, columns: &[&'static str], rows: Vec<Vec<Cell>>) -> Self {
        Self { grid: Some(Grid { columns: columns.to_vec(), rows }), ..self }
    }
}

/// A number with the digits that let a reader follow the arithmetic.
fn digits(value: f64) -> String {
    let text = significant(value, 9);
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Terms joined by a plus sign.
fn sum(terms: impl IntoIterator<Item = f64>) -> String {
    let terms: Vec<String> = terms.into_iter().map(digits).collect();
    if terms.is_empty() { "0".to_owned() } else { terms.join(" + ") }
}

/// The name of a trunk.
fn trunk_name<'a>(assessment: &'a Assessment<'_>, trunk: usize) -> &'a str {
    assessment.plan().trunks.get(trunk).map_or("", |trunk| trunk.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_however_they_are_quoted() {
        assert_eq!(normal("scenarios.\"carrier silent\".1h.spend"), normal("Scenarios carrier silent 60m spend"));
        assert_eq!(normal("a.\"1h 30m\".b"), normal("a 90m b"));
        assert_ne!(normal("a.1h.b"), normal("a.2h.b"));
        assert_ne!(normal("call.t.1907"), normal("call.t.1"));
        assert_eq!(quoted("carrier silent"), "\"carrier silent\"");
        assert_eq!(quoted("pri-gateway"), "pri-gateway");
    }
}

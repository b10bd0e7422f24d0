//! What only the whole of a plan can show: names used twice, names of nothing, currencies without a rate. Each check is
//! made where the parts that it needs could be read, whatever is wrong elsewhere.

use chrono::NaiveDate;

use super::fault::{FaultKind, Faults, did_you_mean};
use super::incident::{Known, RawIncident};
use super::reader::{Log, unique};
use super::trunk::RawTrunk;
use crate::model::campaign::Campaign;
use crate::model::cause::{Cause, Signal};
use crate::model::pbx::Pbx;
use crate::model::place::Place;
use crate::model::plan::{Assumption, Plan, Scenario};
use crate::model::policy::{Budget, Fx, Policy, Waiver};
use crate::model::rates::{Limit, RateTable};
use crate::model::trunk::Trunk;
use crate::words::calendar::Zone;
use crate::words::diagnostic::Span;
use crate::words::duration::human;
use crate::words::money::Currency;

/// The blocks of a list; nothing for those at fault.
pub struct Listed<T> {
    /// The blocks.
    pub items: Vec<Option<T>>,
    /// Whether the list itself could be read.
    pub whole: bool,
}

/// A plan in parts; nothing for those at fault.
pub struct Parts {
    pub path: String,
    pub name: Option<Option<String>>,
    pub currency: Option<Currency>,
    pub timezone: Option<Zone>,
    pub country: Option<Option<String>>,
    pub as_of: Option<NaiveDate>,
    pub campaigns: Listed<Campaign>,
    pub pbx: Option<Pbx>,
    pub causes: Listed<Cause>,
    pub incidents: Vec<Option<RawIncident>>,
    /// The path of the file with further incidents, and where it is named.
    pub incident_file: Option<Option<(String, Span)>>,
    pub scenario: Option<Scenario>,
    pub fx: Option<Option<Fx>>,
    pub budget: Option<Budget>,
    pub policy: Option<Policy>,
    pub waivers: Vec<Option<Waiver>>,
    pub place: Place,
}

/// Rate tables by the paths that trunks name.
type Tables = [(String, Option<RateTable>)];

impl<T> Listed<T> {
    /// All of them, where every one could be read.
    fn all(&self) -> Option<Vec<&T>> {
        self.items.iter().map(Option::as_ref).collect::<Option<_>>().filter(|_| self.whole)
    }

    fn read(&self) -> impl Iterator<Item = &T> {
        self.items.iter().flatten()
    }
}

/// Checks what the parts that were read show together.
pub fn check(parts: &Parts, raw: &[Option<RawTrunk>], tables: &Tables, faults: &Faults) {
    let named = raw.iter().flatten().filter_map(|raw| raw.name.as_ref());
    unique(faults, "trunk", named.map(|(name, span)| (name.as_str(), *span)));
    unique(faults, "campaign", parts.campaigns.read().map(|c| (c.name.as_str(), c.place.key("name"))));
    unique(faults, "cause", parts.causes.read().map(|c| (c.name.as_str(), c.place.key("name"))));
    components(parts, raw, faults);
    patience(parts, raw, faults);
    currencies(parts, tables, faults);
    subjects(parts, raw, tables, faults);
}

/// Causes hit something that a trunk needs.
fn components(parts: &Parts, raw: &[Option<RawTrunk>], faults: &Faults) {
    let mut known: Vec<&str> = Vec::new();
    for raw in raw {
        let Some((name, needs)) = raw.as_ref().and_then(|raw| Some((raw.name.as_ref()?, raw.depends_on.as_ref()?)))
        else {
            return;
        };
        known.push(&name.0);
        known.extend(needs.iter().map(String::as_str));
    }
    if known.is_empty() {
        return;
    }
    known.sort_unstable();
    known.dedup();
    for cause in parts.causes.read() {
        if !known.contains(&cause.hits.as_str()) {
            faults.at(
                FaultKind::UnknownName,
                cause.place.key("hits"),
                format!("cause `{}` hits `{}`, which no trunk is or depends on", cause.name, cause.hits),
                "hits nothing",
                did_you_mean(&cause.hits, &known),
            );
        }
    }
}

/// Where the longest outage is over before anything notices it, nothing ever fails over.
fn patience(parts: &Parts, raw: &[Option<RawTrunk>], faults: &Faults) {
    let silent = parts.causes.read().filter(|cause| cause.signal == Signal::Timeout && cause.share >= 1.0);
    for (cause, longest) in silent.filter_map(|cause| Some((cause, cause.longest?))) {
        let trunks = raw.iter().flatten().filter_map(|raw| raw.trunk.as_ref());
        let late = trunks.filter(|trunk| trunk.needs(&cause.hits)).find_map(|trunk| {
            let [mean, _] = trunk.detection()?;
            let operator = parts.pbx.as_ref()?.operator_response.unwrap_or(f64::INFINITY);
            (longest < mean && longest < operator).then_some((trunk, mean))
        });
        if let Some((trunk, mean)) = late {
            faults.at_both(
                FaultKind::OutOfRange,
                [
                    (cause.place.key("longest"), format!("over after {}", human(longest))),
                    (trunk.place.key("qualify_frequency"), format!("noticed after {} on average", human(mean))),
                ],
                format!(
                    "`longest` of cause `{}` is below the detection time of trunk `{}`: no outage would be noticed",
                    cause.name, trunk.name
                ),
                format!("at least \"{}s\", or a shorter `qualify_frequency`", libm::ceil(mean)),
            );
        }
    }
}

/// Tables in another currency have an exchange rate.
fn currencies(parts: &Parts, tables: &Tables, faults: &Faults) {
    let (Some(currency), Some(fx)) = (parts.currency, &parts.fx) else { return };
    for table in tables.iter().filter_map(|(_, table)| table.as_ref()) {
        let known = |fx: &Fx| fx.rates.iter().any(|(known, _)| *known == table.currency);
        if table.currency == currency || fx.as_ref().is_some_and(known) {
            continue;
        }
        faults.at_both(
            FaultKind::CurrencyWithoutRate,
            [
                (table.place.key("currency"), format!("prices in {}", table.currency)),
                (parts.place.key("currency"), format!("totals in {currency}")),
            ],
            format!("{} is in {}, the plan in {currency}, and no exchange rate is given", table.path, table.currency),
            format!("add [fx] with as_of and {} = {currency} per {}", table.currency, table.currency),
        );
    }
}

/// Waivers name things that exist.
fn subjects(parts: &Parts, raw: &[Option<RawTrunk>], tables: &Tables, faults: &Faults) {
    let known = |kind: &str| -> Option<Vec<String>> {
        match kind {
            "trunk" => {
                let names = raw.iter().map(|raw| raw.as_ref()?.name.as_ref().map(|(name, _)| name.clone()));
                names.collect::<Option<Vec<_>>>().filter(|names| !names.is_empty())
            }
            "campaign" => Some(parts.campaigns.all()?.iter().map(|c| c.name.clone()).collect()),
            "cause" => Some(parts.causes.all()?.iter().map(|c| c.name.clone()).collect()),
            "table" => {
                let whole = raw.iter().all(|raw| raw.as_ref().is_some_and(|raw| raw.rates.is_some()));
                let paths = tables.iter().map(|(_, table)| Some(table.as_ref()?.path.clone()));
                paths.collect::<Option<Vec<_>>>().filter(|_| whole)
            }
            _ => {
                let campaigns = parts.campaigns.all()?;
                Some(campaigns.iter().flat_map(|c| c.destinations.iter().map(|d| d.prefix.to_string())).collect())
            }
        }
    };
    for waiver in parts.waivers.iter().flatten() {
        for (kind, name) in &waiver.subjects {
            let Some(mut known) = known(kind) else { continue };
            // A plan without causes is given one.
            if *kind == "cause" && parts.causes.items.is_empty() {
                known.push(DEFAULT_CAUSE.to_owned());
            }
            if !known.contains(name) {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                faults.at(
                    FaultKind::UnknownName,
                    waiver.place.key(kind),
                    format!("a waiver names the {kind} `{name}`, which the plan does not have"),
                    "unknown name",
                    did_you_mean(name, &known),
                );
            }
        }
    }
}

/// The name of the cause that a plan without any is given.
const DEFAULT_CAUSE: &str = "primary rejects";

/// What incidents are looked up in, where all of it could be read.
pub fn known(parts: &Parts) -> Option<Known<'_>> {
    let mut causes: Vec<&str> = parts.causes.all()?.iter().map(|cause| cause.name.as_str()).collect();
    if causes.is_empty() {
        causes.push(DEFAULT_CAUSE);
    }
    let rates = parts.fx.as_ref()?.as_ref().map_or(&[][..], |fx| fx.rates.as_slice());
    Some(Known { zone: parts.timezone?, as_of: parts.as_of?, currency: parts.currency?, rates, causes })
}

/// Joins the parts to a plan, where none is at fault.
pub fn join(
    parts: Parts,
    raw: Vec<Option<RawTrunk>>,
    tables: Vec<(String, Option<RateTable>)>,
    log: &Log,
) -> Option<Plan> {
    let paths: Vec<String> = tables.iter().map(|(path, _)| path.clone()).collect();
    let trunk = |raw: Option<RawTrunk>| {
        let raw = raw?;
        let (rates, _) = raw.rates?;
        Some(Trunk { table: paths.iter().position(|path| *path == rates)?, ..raw.trunk? })
    };
    let mut plan = Plan {
        path: parts.path,
        name: parts.name?,
        currency: parts.currency?,
        timezone: parts.timezone?,
        country: parts.country?,
        as_of: parts.as_of?,
        campaigns: parts.campaigns.items.into_iter().collect::<Option<_>>()?,
        trunks: raw.into_iter().map(trunk).collect::<Option<_>>()?,
        tables: tables.into_iter().map(|(_, table)| table).collect::<Option<_>>()?,
        pbx: parts.pbx?,
        causes: parts.causes.items.into_iter().collect::<Option<_>>()?,
        incidents: Vec::new(),
        scenario: parts.scenario?,
        fx: parts.fx?,
        budget: parts.budget?,
        policy: parts.policy?,
        waivers: parts.waivers.into_iter().collect::<Option<_>>()?,
        lock: None,
        sensitivity: Vec::new(),
        assumptions: Vec::new(),
        place: parts.place,
    };
    if plan.causes.is_empty()
        && let Some(primary) = plan.trunks.first()
    {
        log.assumptions.borrow_mut().push(Assumption {
            key: "cause".to_owned(),
            value: format!("`{}` rejects every call with 503", primary.name),
            why: "the plan gives no [[cause]]".to_owned(),
        });
        plan.causes.push(Cause {
            name: DEFAULT_CAUSE.to_owned(),
            hits: primary.name.clone(),
            signal: Signal::Status(503),
            reason: None,
            reply_after: 1.0,
            frequency: None,
            duration: None,
            longest: None,
            share: 1.0,
            place: primary.place.clone(),
        });
    }
    shared(&plan, log);
    Some(plan)
}

/// Says where trunks that name one table have its limits each: a carrier may mean them for all of them together.
fn shared(plan: &Plan, log: &Log) {
    for (index, table) in plan.tables.iter().enumerate() {
        let trunks: Vec<String> =
            plan.trunks.iter().filter(|trunk| trunk.table == index).map(|trunk| format!("`{}`", trunk.name)).collect();
        let limits = &table.limits;
        let limited = matches!(limits.channels, Limit::At(_))
            || matches!(limits.cps, Limit::At(_))
            || limits.daily_spend.is_some()
            || limits.prepaid.is_some();
        if trunks.len() > 1 && limited {
            log.assumptions.borrow_mut().push(Assumption {
                key: format!("limits of {}", table.path),
                value: "each trunk has them for itself".to_owned(),
                why: format!("{} name the same table", trunks.join(" and ")),
            });
        }
    }
}

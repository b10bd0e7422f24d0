//! The plan and its tables: from texts to a valid plan, or to every fault of every file.

use chrono::NaiveDate;

use super::campaign::campaign;
use super::cause::cause;
use super::fault::{FaultKind, Faults, did_you_mean, suggest};
use super::files::{Folder, NamedText};
use super::overrides;
use super::pbx::pbx;
use super::policy::{KnownRule, budget, fx, policy, scenario, waiver};
use super::rates;
use super::reader::{Field, Log, Reader, unique};
use super::tree::{self, Node};
use super::trunk::{RawTrunk, trunk};
use crate::model::cause::{Cause, Signal};
use crate::model::plan::Plan;
use crate::model::rates::RateTable;
use crate::model::trunk::Trunk;
use crate::words::calendar::{Hours, Zone};
use crate::words::diagnostic::{Diagnostic, Sources};
use crate::words::digest::sha256;

/// What the caller adds to a plan's text.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// Today, in place of the plan's.
    pub as_of: Option<NaiveDate>,
    /// What-if changes, `KEY=VALUE`.
    pub sets: &'a [String],
    /// The rules that levels and waivers can name.
    pub rules: &'a [KnownRule],
}

/// An input and its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRecord {
    /// Its name in reports.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Rate rows in a table; 1 for a plan.
    pub rows: usize,
}

/// A plan and the texts it came from.
#[derive(Debug)]
pub struct Loaded {
    /// The plan.
    pub plan: Plan,
    /// The texts, for findings to point into.
    pub sources: Sources,
    /// The inputs.
    pub inputs: Vec<InputRecord>,
}

/// What is wrong with the inputs.
#[derive(Debug, Default)]
pub struct Rejected {
    /// Every fault of every file.
    pub faults: Vec<Diagnostic>,
    /// The texts that the faults point into.
    pub sources: Sources,
    /// The inputs that could be read.
    pub inputs: Vec<InputRecord>,
}

/// A time zone of the IANA database.
pub fn zone(field: &Field<'_>) -> Option<Zone> {
    let text = field.text()?;
    let zone = Zone::parse(text);
    if zone.is_none() {
        let help = match suggest(text, Zone::names()) {
            Some(name) => format!("did you mean \"{name}\"?"),
            None => "a name of the IANA database, such as \"America/Phoenix\"".to_owned(),
        };
        field.fault(FaultKind::UnknownWord, "is no time zone", help);
    }
    zone
}

/// An ISO code of a country.
fn country(field: &Field<'_>) -> Option<String> {
    let text = field.text()?;
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        return Some(text.to_owned());
    }
    let upper = text.to_uppercase();
    let help = if Hours::countries().any(|code| code == upper) {
        format!("codes are written in capitals: \"{upper}\"")
    } else {
        "two capital letters of ISO 3166, such as \"US\"".to_owned()
    };
    field.fault(FaultKind::UnknownWord, "is no country", help);
    None
}

/// Reads a plan and every table it names.
///
/// # Errors
/// Every fault of every file.
pub fn load(text: NamedText, folder: &Folder, options: &Options<'_>) -> Result<Loaded, Rejected> {
    let mut sources = Sources::default();
    let log = Log::default();
    let mut inputs = vec![InputRecord { path: text.name.clone(), sha256: sha256(&text.bytes), rows: 1 }];
    let id = sources.add(&text.name, text.text);
    let mut root = tree::parse(&sources, id, &log.faults);
    let broken = !log.faults.is_empty();
    for argument in options.sets {
        inputs.push(InputRecord { path: format!("--set {argument}"), sha256: sha256(argument.as_bytes()), rows: 1 });
        overrides::apply(argument, &mut root, &mut sources, &log);
    }
    // Where the text is no TOML, missing keys would be noise; the tables are still looked at.
    let noise = Log::default();
    let plan_log = if broken { &noise } else { &log };
    let mut plan = read(&root, &text.name, options, plan_log);
    let raw = raw_trunks(&root, plan_log);
    let tables = read_tables(&raw, folder, &mut sources, &mut inputs, &log);
    if let Some(plan) = &mut plan {
        join(plan, raw, tables, &log);
    }
    if let Some(plan) = &mut plan
        && log.faults.is_empty()
    {
        super::calendar::check(plan, &log);
    }
    match plan {
        Some(mut plan) if log.faults.is_empty() => {
            plan.assumptions = log.assumptions.into_inner();
            plan.assumptions.sort();
            plan.assumptions.dedup();
            Ok(Loaded { plan, sources, inputs })
        }
        _ => {
            let mut faults = log.faults.into_sorted();
            if faults.is_empty() {
                // Every reader reports why it read nothing; this is for the one that forgot.
                let safety = Faults::default();
                safety.bare(FaultKind::Unreadable, format!("{} could not be read", text.name), "");
                faults = safety.into_sorted();
            }
            Err(Rejected { faults, sources, inputs })
        }
    }
}

fn raw_trunks(root: &Node, log: &Log) -> Vec<Option<RawTrunk>> {
    // A second reading of the same table asks only for trunks; its unknown keys are the plan reader's to report.
    let nodes = Reader::new(root, "the plan", log).map(|reader| reader.tables("trunk")).unwrap_or_default();
    nodes.iter().enumerate().map(|(i, node)| trunk(node, i, log)).collect()
}

fn read_tables(
    raw: &[Option<RawTrunk>],
    folder: &Folder,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Vec<(String, Option<RateTable>)> {
    let mut tables: Vec<(String, Option<RateTable>)> = Vec::new();
    for raw in raw.iter().flatten() {
        let Some((rates, span)) = &raw.rates else { continue };
        if tables.iter().any(|(path, _)| path == rates) {
            continue;
        }
        let table = match folder.read(rates) {
            Err(fault) => {
                let message = format!("rate table of {}: {}", raw.what, fault.message);
                log.faults.at(fault.kind, *span, message, "named here", fault.help);
                None
            }
            Ok(text) => {
                let id = sources.add(&text.name, text.text);
                let before = log.faults.len();
                let node = tree::parse(sources, id, &log.faults);
                let read = if log.faults.len() == before { rates::table(&node, &text.name, log) } else { None };
                let rows = read.as_ref().map_or(0, |table| table.rows.len());
                inputs.push(InputRecord { path: text.name, sha256: sha256(&text.bytes), rows });
                read
            }
        };
        tables.push((rates.clone(), table));
    }
    tables
}

fn read(root: &Node, path: &str, options: &Options<'_>, log: &Log) -> Option<Plan> {
    let reader = Reader::new(root, "the plan", log)?;
    rates::version(&reader);
    let name = reader.or("name", None, |f| f.name().map(Some));
    let currency = reader.required("currency", "\"USD\"", Field::currency);
    let timezone = reader.required("timezone", "\"America/Phoenix\"", zone);
    let country = reader.or("country", None, |f| country(f).map(Some));
    let as_of = match (options.as_of, reader.node("as_of")) {
        (Some(date), None) => Some(date),
        (Some(date), Some(_)) => reader.optional("as_of", Field::date).map(|_| date),
        (None, _) => reader.required("as_of", "2026-12-01", Field::date),
    };
    if reader.node("campaign").is_none() {
        missing_block(&reader, "campaign");
    }
    if reader.node("trunk").is_none() {
        missing_block(&reader, "trunk");
    }
    let holidays = country.as_ref().map(Option::as_deref);
    let campaigns: Vec<_> =
        reader.tables("campaign").iter().enumerate().map(|(i, node)| campaign(node, i, holidays, log)).collect();
    let causes: Vec<_> = reader.tables("cause").iter().enumerate().map(|(i, node)| cause(node, i, log)).collect();
    let pbx = pbx(reader.node("pbx"), &reader, log);
    let scenario = scenario(reader.node("scenario"), &reader, log);
    let fx = match reader.node("fx") {
        Some(node) => fx(node, currency, log).map(Some),
        None => Some(None),
    };
    let budget = budget(reader.node("budget"), &reader, currency, log);
    let policy = policy(reader.node("policy"), &reader, options.rules, log);
    let waivers: Vec<_> =
        reader.tables("waiver").iter().map(|node| waiver(node, options.rules, currency, log)).collect();
    let place = reader.place();
    reader.finish();
    Some(Plan {
        path: path.to_owned(),
        name: name?,
        currency: currency?,
        timezone: timezone?,
        country: country?,
        as_of: as_of?,
        campaigns: campaigns.into_iter().collect::<Option<_>>()?,
        trunks: Vec::new(),
        tables: Vec::new(),
        pbx: pbx?,
        causes: causes.into_iter().collect::<Option<_>>()?,
        scenario: scenario?,
        fx: fx?,
        budget: budget?,
        policy: policy?,
        waivers: waivers.into_iter().collect::<Option<_>>()?,
        assumptions: Vec::new(),
        place,
    })
}

fn missing_block(reader: &Reader<'_>, block: &'static str) {
    let (message, label) = (format!("the plan has no [[{block}]] block"), format!("no [[{block}]]"));
    reader.missing(&[block], message, label, "`trunkrisk init` writes a plan to begin with".to_owned());
}

/// Joins trunks with their tables and checks what only the whole can show.
fn join(plan: &mut Plan, raw: Vec<Option<RawTrunk>>, tables: Vec<(String, Option<RateTable>)>, log: &Log) {
    let faults = &log.faults;
    let paths: Vec<String> = tables.iter().map(|(path, _)| path.clone()).collect();
    let whole = |raw: &Option<RawTrunk>| raw.as_ref().is_some_and(|raw| raw.trunk.is_some() && raw.rates.is_some());
    let complete = raw.iter().all(whole) && tables.iter().all(|(_, table)| table.is_some());
    plan.trunks = raw
        .into_iter()
        .flatten()
        .filter_map(|raw| {
            let table = raw.rates.and_then(|(rates, _)| paths.iter().position(|path| *path == rates));
            Some(Trunk { table: table.unwrap_or(0), ..raw.trunk? })
        })
        .collect();
    plan.tables = tables.into_iter().filter_map(|(_, table)| table).collect();
    let name = |item: &Trunk| (item.name.clone(), item.place.key("name"));
    let trunks: Vec<_> = plan.trunks.iter().map(name).collect();
    unique(faults, "trunk", trunks.iter().map(|(name, span)| (name.as_str(), *span)));
    unique(faults, "campaign", plan.campaigns.iter().map(|c| (c.name.as_str(), c.place.key("name"))));
    unique(faults, "cause", plan.causes.iter().map(|c| (c.name.as_str(), c.place.key("name"))));
    if !complete {
        return;
    }
    components(plan, faults);
    if plan.causes.is_empty()
        && let Some(primary) = plan.trunks.first()
    {
        log.assumptions.borrow_mut().push(crate::model::plan::Assumption {
            key: "cause".to_owned(),
            value: format!("`{}` rejects every call with 503", primary.name),
            why: "the plan gives no [[cause]]".to_owned(),
        });
        plan.causes.push(Cause {
            name: "primary rejects".to_owned(),
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
    for trunk in &plan.trunks {
        let Some(table) = plan.table(trunk) else { continue };
        if plan.exchange_rate(table.currency).is_none() {
            faults.at_both(
                FaultKind::CurrencyWithoutRate,
                [
                    (table.place.key("currency"), format!("prices in {}", table.currency)),
                    (plan.place.key("currency"), format!("totals in {}", plan.currency)),
                ],
                format!(
                    "{} is in {}, the plan in {}, and no exchange rate is given",
                    table.path, table.currency, plan.currency
                ),
                format!("add [fx] with as_of and {} = {} per {}", table.currency, plan.currency, table.currency),
            );
        }
    }
    subjects(plan, faults);
}

/// Causes hit something that a trunk needs.
fn components(plan: &Plan, faults: &Faults) {
    let mut known: Vec<&str> = Vec::new();
    for trunk in &plan.trunks {
        known.push(&trunk.name);
        known.extend(trunk.depends_on.iter().map(String::as_str));
    }
    known.sort_unstable();
    known.dedup();
    for cause in &plan.causes {
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

/// Waivers name things that exist.
fn subjects(plan: &Plan, faults: &Faults) {
    for waiver in &plan.waivers {
        for (kind, name) in &waiver.subjects {
            let known: Vec<String> = match *kind {
                "trunk" => plan.trunks.iter().map(|t| t.name.clone()).collect(),
                "campaign" => plan.campaigns.iter().map(|c| c.name.clone()).collect(),
                "cause" => plan.causes.iter().map(|c| c.name.clone()).collect(),
                "table" => plan.tables.iter().map(|t| t.path.clone()).collect(),
                _ => plan.campaigns.iter().flat_map(|c| c.destinations.iter().map(|d| d.prefix.to_string())).collect(),
            };
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

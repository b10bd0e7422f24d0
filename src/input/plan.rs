//! The plan and its tables: from texts to a valid plan, or to every fault of every file.

use chrono::NaiveDate;

use super::campaign::campaign;
use super::cause::cause;
use super::fault::{FaultKind, Faults, suggest};
use super::files::{Folder, NamedText};
use super::incident::{self, RawIncident, incident};
use super::join::{self, Listed, Parts};
use super::overrides;
use super::pbx::pbx;
use super::policy::{KnownRule, budget, fx, policy, scenario, waiver};
use super::rates;
use super::reader::{Field, Log, Reader};
use super::tree::{self, Node, Value};
use super::trunk::{RawTrunk, trunk};
use crate::model::plan::Plan;
use crate::model::rates::RateTable;
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
    /// A file with further past outages, already read.
    pub incidents: Option<&'a NamedText>,
    /// The rules that levels and waivers can name.
    pub rules: &'a [KnownRule],
    /// The sign-off that the plan is set against.
    pub lock: Option<NamedText>,
    /// What stands before the names of the texts in reports, such as `HEAD~1`, where they are not files as they are.
    pub past: Option<&'a str>,
    /// The number of the first text: another one for each of two plans whose texts are put together.
    pub first_source: u32,
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
    let mut sources = Sources::numbered_from(options.first_source, options.past);
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
    let parts = read(&root, &text.name, options, plan_log);
    let raw = raw_trunks(&root, plan_log);
    let tables = read_tables(&raw, folder, &mut sources, &mut inputs, &log);
    let mut plan = parts.and_then(|mut parts| {
        let past = incidents(&mut parts, folder, options, &mut sources, &mut inputs, &log);
        join::check(&parts, &raw, &tables, &plan_log.faults);
        let whole = past.iter().all(Option::is_some);
        let past: Vec<RawIncident> = past.into_iter().flatten().collect();
        let resolved = join::known(&parts).map(|known| incident::resolve(&past, &known, plan_log));
        let mut plan = join::join(parts, raw, tables, plan_log)?;
        plan.incidents = resolved.filter(|_| whole)?;
        Some(plan)
    });
    if let Some(plan) = &plan
        && log.faults.is_empty()
    {
        super::calendar::check(plan, &log);
    }
    if let Some(plan) = &mut plan
        && let Value::Table(entries) = &root.value
        && let Some(entry) = entries.iter().find(|entry| entry.key == "sensitivity")
    {
        plan.sensitivity = super::sensitivity::stated(&entry.node, plan, &log);
    }
    if let Some(text) = &options.lock {
        let id = sources.add(&text.name, text.text.clone());
        let before = log.faults.len();
        let node = tree::parse(&sources, id, &log.faults);
        if let Some(plan) = plan.as_mut().filter(|_| log.faults.len() == before) {
            plan.lock = super::lock::lock(&node, plan, &inputs, &log);
        }
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

/// The incidents of the plan and of the files that it and the caller name; nothing for those at fault.
fn incidents(
    parts: &mut Parts,
    folder: &Folder,
    options: &Options<'_>,
    sources: &mut Sources,
    inputs: &mut Vec<InputRecord>,
    log: &Log,
) -> Vec<Option<RawIncident>> {
    let mut all = std::mem::take(&mut parts.incidents);
    let mut texts: Vec<NamedText> = options.incidents.into_iter().cloned().collect();
    if let Some((path, span)) = parts.incident_file.take().flatten() {
        match folder.read(&path) {
            Ok(text) => texts.push(text),
            Err(fault) => {
                let message = format!("the file of incidents: {}", fault.message);
                log.faults.at(fault.kind, span, message, "named here", fault.help);
                all.push(None);
            }
        }
    }
    for text in texts {
        let id = sources.add(&text.name, text.text);
        let before = log.faults.len();
        let rows = incident::rows(sources, id, log);
        inputs.push(InputRecord { path: text.name, sha256: sha256(&text.bytes), rows: rows.len() });
        if log.faults.len() > before {
            all.push(None);
        }
        all.extend(rows.iter().map(|(line, node)| incident(node, format!("the incident of line {line}"), log)));
    }
    all
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
                let base = rates.rfind('/').map_or("", |end| &rates[..=end]);
                rates::read(text, folder, base, sources, inputs, log)
            }
        };
        tables.push((rates.clone(), table));
    }
    tables
}

fn read(root: &Node, path: &str, options: &Options<'_>, log: &Log) -> Option<Parts> {
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
    let causes = Listed { whole: !causes.is_empty() || reader.node("cause").is_none(), items: causes };
    let past = reader.tables("incident").into_iter().zip(1..);
    let incidents = past.map(|(node, number)| incident(node, format!("incident {number}"), log)).collect();
    let incident_file = reader.or("incidents", None, |f| f.name().map(|path| Some((path, f.node.span))));
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
    // Its keys are known only once the whole plan is.
    let _ = reader.node("sensitivity");
    let place = reader.place();
    reader.finish();
    Some(Parts {
        path: path.to_owned(),
        name,
        currency,
        timezone,
        country,
        as_of,
        campaigns: Listed { whole: !campaigns.is_empty(), items: campaigns },
        pbx,
        causes,
        incidents,
        incident_file,
        scenario,
        fx,
        budget,
        policy,
        waivers,
        place,
    })
}

fn missing_block(reader: &Reader<'_>, block: &'static str) {
    let (message, label) = (format!("the plan has no [[{block}]] block"), format!("no [[{block}]]"));
    reader.missing(&[block], message, label, "`trunkrisk init` writes a plan to begin with".to_owned());
}

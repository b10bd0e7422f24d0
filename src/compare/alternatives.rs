//! What the trunks of a plan could be instead.

use crate::model::campaign::Campaign;
use crate::model::cause::Cause;
use crate::model::plan::Plan;

/// One way to arrange the trunks.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// What it is called.
    pub name: String,
    /// The plan with these trunks.
    pub plan: Plan,
    /// Whether these are the plan's own trunks, in its own order.
    pub planned: bool,
    /// Whether nothing stands behind the first trunk.
    pub alone: bool,
    /// In what it differs from the plan besides its trunks.
    pub differs: Vec<String>,
}

/// Up to so many trunks behind the first every choice of them is tried; beyond, the chains that begin the route.
const ALL_CHOICES: usize = 3;

/// The alternatives that a plan's own trunks make: no secondary; each secondary alone; and the chains of several, in the
/// order of the route.
#[must_use]
pub fn alternatives(plan: &Plan) -> Vec<Alternative> {
    let behind = plan.trunks.len().saturating_sub(1);
    let mut choices: Vec<Vec<usize>> = vec![vec![]];
    choices.extend((1..=behind).map(|trunk| vec![trunk]));
    if behind <= ALL_CHOICES {
        let several = (1_usize..1 << behind).filter(|bits| bits.count_ones() > 1);
        let chosen = several.map(|bits| (1..=behind).filter(|trunk| bits >> (trunk - 1) & 1 == 1).collect::<Vec<_>>());
        let mut chains: Vec<Vec<usize>> = chosen.collect();
        chains.sort_by_key(|chain| (chain.len(), chain.clone()));
        choices.extend(chains);
    } else {
        choices.extend((2..=behind).map(|last| (1..=last).collect()));
    }
    choices.into_iter().map(|choice| choose(plan, &choice, behind)).collect()
}

fn choose(plan: &Plan, behind: &[usize], all: usize) -> Alternative {
    let trunks = std::iter::once(0).chain(behind.iter().copied()).filter_map(|index| plan.trunks.get(index)).cloned();
    let mut chosen = Plan { trunks: trunks.collect(), ..plan.clone() };
    let names: Vec<&str> = chosen.trunks.iter().skip(1).map(|trunk| trunk.name.as_str()).collect();
    let name = if names.is_empty() { "no secondary".to_owned() } else { names.join(" → ") };
    // Tables and waivers of trunks that are left out would be found fault with.
    let mut tables = Vec::new();
    let mut kept: Vec<usize> = Vec::new();
    for trunk in &mut chosen.trunks {
        let place = kept.iter().position(|table| *table == trunk.table).unwrap_or_else(|| {
            tables.extend(plan.tables.get(trunk.table).cloned());
            kept.push(trunk.table);
            kept.len() - 1
        });
        trunk.table = place;
    }
    chosen.tables = tables;
    let here = |name: &str| chosen.trunks.iter().any(|trunk| trunk.name == name);
    let table = |path: &str| chosen.tables.iter().any(|table| table.path == path || table.carrier == path);
    let waivers = plan.waivers.iter().filter(|waiver| {
        waiver.subjects.iter().all(|(kind, name)| match *kind {
            "trunk" => here(name),
            "table" => table(name),
            _ => true,
        })
    });
    let waivers = waivers.cloned().collect();
    chosen.waivers = waivers;
    Alternative { name, plan: chosen, planned: behind.len() == all, alone: behind.is_empty(), differs: Vec::new() }
}

/// Puts the causes of every alternative through all of them. A cause that hits nothing in an alternative does nothing
/// there; of two definitions of one cause an alternative keeps its own.
pub fn fair(alternatives: &mut [Alternative]) {
    let mut all: Vec<Cause> = Vec::new();
    for cause in alternatives.iter().flat_map(|alternative| &alternative.plan.causes) {
        if all.iter().all(|known| known.name != cause.name) {
            all.push(cause.clone());
        }
    }
    for plan in alternatives.iter_mut().map(|alternative| &mut alternative.plan) {
        for cause in &all {
            if plan.causes.iter().all(|own| own.name != cause.name) {
                plan.causes.push(cause.clone());
            }
        }
    }
}

/// In what another plan differs from a plan besides its trunks, tables and added causes: then not only the trunks make
/// the difference between the two.
#[must_use]
pub fn differences(plan: &Plan, other: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let mut differs = |what: &str, same: bool| {
        if !same {
            found.push(what.to_owned());
        }
    };
    differs("as_of", plan.as_of == other.as_of);
    differs("timezone", format!("{:?}", plan.timezone) == format!("{:?}", other.timezone));
    differs("campaigns", floor(&plan.campaigns) == floor(&other.campaigns));
    differs("pbx", pbx(plan) == pbx(other));
    for cause in &plan.causes {
        let same = other.causes.iter().find(|known| known.name == cause.name).is_none_or(|o| told(cause) == told(o));
        differs(&format!("cause `{}`", cause.name), same);
    }
    found
}

fn pbx(plan: &Plan) -> String {
    format!("{:?}", crate::model::pbx::Pbx { place: None, ..plan.pbx.clone() })
}

/// What campaigns say, without where they say it.
fn floor(campaigns: &[Campaign]) -> String {
    let told = campaigns.iter().map(|c| {
        let shifts: Vec<String> = c.shifts.iter().map(|s| format!("{:?} {}", s.hours, s.seats)).collect();
        let outcomes: Vec<String> = c
            .outcomes
            .iter()
            .map(|o| format!("{:?}", (&o.name, o.share, o.ring, &o.talk, o.agent, o.margin)))
            .collect();
        let destinations: Vec<String> =
            c.destinations.iter().map(|d| format!("{:?}", (d.prefix, d.share, d.intrastate))).collect();
        let dialer = (c.attempts_per_seat_hour, c.lines_per_seat, c.setup_time, c.dial_timeout, c.wrap_time);
        let rest = (c.redial_blocked, c.idle_cost_per_seat_hour, c.caller_id);
        format!("{:?} {:?}", (&c.name, c.seats, dialer, rest), (shifts, outcomes, destinations))
    });
    told.collect::<Vec<_>>().join("\n")
}

fn told(cause: &Cause) -> String {
    let how = (&cause.hits, cause.signal, cause.reason, cause.reply_after, cause.share);
    format!("{:?} {:?}", how, (cause.frequency, &cause.duration, cause.longest))
}

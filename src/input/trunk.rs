//! `[[trunk]]` blocks.

use super::fault::FaultKind;
use super::reader::{Field, Log, Reader};
use super::tree::{Node, Value};
use crate::model::rates::Limit;
use crate::model::trunk::{CallerIds, Trunk};
use crate::words::diagnostic::Span;

/// A trunk whose rate table is still a path.
pub struct RawTrunk {
    /// What it is called in messages.
    pub what: String,
    /// The trunk, with no table yet; none where it is at fault.
    pub trunk: Option<Trunk>,
    /// Its name, and where.
    pub name: Option<(String, Span)>,
    /// The components it needs besides itself.
    pub depends_on: Option<Vec<String>>,
    /// The path of its table as written, and where.
    pub rates: Option<(String, Span)>,
}

/// A count of channels, or "unlimited".
pub fn channels(field: &Field<'_>) -> Option<Limit<u64>> {
    if unlimited(field) { Some(Limit::Unlimited) } else { field.whole(1, 10_000_000).map(Limit::At) }
}

/// Calls per second, or "unlimited".
pub fn cps(field: &Field<'_>) -> Option<Limit<f64>> {
    if unlimited(field) { Some(Limit::Unlimited) } else { field.positive(1_000_000).map(Limit::At) }
}

fn unlimited(field: &Field<'_>) -> bool {
    matches!(&field.node.value, Value::Text(text) if text == "unlimited")
}

/// Reads one trunk.
pub fn trunk(node: &Node, index: usize, log: &Log) -> Option<RawTrunk> {
    let first = Reader::new(node, format!("trunk {index}"), log)?;
    let name = first.required("name", "\"secondary-provider\"", Field::name);
    let what = name.as_ref().map_or_else(|| first.what.clone(), |name| format!("trunk `{name}`"));
    let reader = first.called(what);
    let rates = reader.required("rates", "\"rates/carrier.toml\"", Field::name);
    let host = reader.or("host", None, |f| f.name().map(Some));
    let depends_on = reader.or("depends_on", Vec::new(), |f| f.items("an array of component names", Field::name));
    let qualify = reader.or_assume(
        "qualify_frequency",
        60.0,
        "60s",
        "FreePBX's default for a trunk (Asterisk's own is 0)",
        |f| {
            let seconds = f.seconds()?;
            if seconds > 86_400.0 {
                f.fault(FaultKind::OutOfRange, "is longer than a day", "\"60s\", or \"0s\" for no checks");
                return None;
            }
            Some(seconds)
        },
    );
    let channels = reader.or("channels", Limit::Unstated, channels);
    let cps = reader.or("cps", Limit::Unstated, cps);
    let continue_if_busy = reader.or("continue_if_busy", false, Field::flag);
    let caller_ids = reader
        .or("caller_ids", CallerIds::Own, |f| f.word(&[("own", CallerIds::Own), ("primary", CallerIds::Primary)]));
    let place = reader.place();
    let what = reader.what.clone();
    reader.finish();
    let rates = rates.map(|rates| (rates, place.key("rates")));
    // What others refer to in a trunk at fault is looked at all the same.
    let named = name.clone().map(|name| (name, place.key("name")));
    let needs = depends_on.clone();
    let trunk = || {
        Some(Trunk {
            name: name?,
            table: 0,
            host: host?,
            depends_on: depends_on?,
            qualify_frequency: qualify?,
            channels: channels?,
            cps: cps?,
            continue_if_busy: continue_if_busy?,
            caller_ids: caller_ids?,
            place,
        })
    };
    Some(RawTrunk { what, trunk: trunk(), name: named, depends_on: needs, rates })
}

//! The `[pbx]` block.

use super::cause::refusal;
use super::fault::FaultKind;
use super::reader::{Field, Log, Reader};
use super::tree::Node;
use crate::model::pbx::{Driver, Pbx};

/// The newest versions whose behaviour is known: FreePBX, and Asterisk by its major version.
const NEWEST: (u32, u32) = (17, 23);

fn version(field: &Field<'_>) -> Option<(u32, u32, u32)> {
    let text = field.text()?;
    let parts: Vec<Option<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [Some(major)] => Some((*major, 0, 0)),
        [Some(major), Some(minor)] => Some((*major, *minor, 0)),
        [Some(major), Some(minor), Some(patch)] => Some((*major, *minor, *patch)),
        _ => {
            field.fault(FaultKind::UnknownWord, "is no version of Asterisk", "such as \"22.10\"");
            None
        }
    }
}

/// Reads the block, or takes FreePBX's defaults where there is none.
pub fn pbx(node: Option<&Node>, root: &Reader<'_>, log: &Log) -> Option<Pbx> {
    let Some(node) = node else {
        root.assume("pbx.driver", "pjsip", "the plan gives no [pbx] block");
        root.assume("pbx.freepbx", "17", "the plan gives no [pbx] block");
        root.assume("pbx.operator_response", "never", "the plan gives none: nobody switches the primary off");
        return Some(Pbx {
            driver: Driver::Pjsip,
            freepbx: 17,
            asterisk: None,
            timer_b: 32.0,
            ring_timer: 300.0,
            operator_response: None,
            stopped_call_hold: 20.0,
            next: Vec::new(),
            stop: Vec::new(),
            place: None,
        });
    };
    let reader = Reader::new(node, "pbx", log)?;
    let driver = reader.or_assume("driver", Driver::Pjsip, "pjsip", "FreePBX's default since 14", |f| {
        f.word(&[("pjsip", Driver::Pjsip), ("sip", Driver::Sip)])
    });
    let freepbx = reader.or_assume("freepbx", 17, "17", "the current major version", |f| f.whole32(2, 99));
    let asterisk = reader.or("asterisk", None, |f| version(f).map(Some));
    if let Some(major) = freepbx.filter(|major| *major > NEWEST.0) {
        let why = format!("FreePBX {major} is newer than those known");
        reader.assume("pbx.freepbx", &format!("as {}", NEWEST.0), &why);
    }
    if let Some(Some((major, minor, _))) = asterisk.filter(|version| version.is_some_and(|v| v.0 > NEWEST.1)) {
        let why = format!("Asterisk {major}.{minor} is newer than those known");
        reader.assume("pbx.asterisk", &format!("as the last {}", NEWEST.1), &why);
    }
    let timer_b = reader.or_assume("timer_b", 32.0, "32s", "64 · T1 with T1 = 500 ms", Field::positive_seconds);
    let ring_timer =
        reader.or_assume("ring_timer", 300.0, "300s", "FreePBX's TRUNK_RING_TIMER", Field::positive_seconds);
    let operator = match reader.node("operator_response") {
        Some(_) => reader.optional("operator_response", Field::seconds).map(Some),
        None => {
            let why = "the plan gives none: nobody switches the primary off";
            reader.assume("pbx.operator_response", "never", why);
            Some(None)
        }
    };
    let hold = reader.or_assume(
        "stopped_call_hold",
        20.0,
        "20s",
        "FreePBX's Busy(20) and Congestion(20) after a stopped call",
        Field::seconds,
    );
    let statuses = |key| reader.or(key, Vec::new(), |f| f.items("an array of SIP statuses", refusal));
    let (next, stop) = (statuses("next"), statuses("stop"));
    let place = reader.place();
    if let (Some(next), Some(stop)) = (&next, &stop)
        && let Some(both) = next.iter().find(|status| stop.contains(status))
    {
        log.faults.at_both(
            FaultKind::ConflictingKeys,
            [(place.key("stop"), "stops here".to_owned()), (place.key("next"), "moves on here".to_owned())],
            format!("`next` and `stop` of pbx both name {both}"),
            "a status either moves on or stops",
        );
    }
    reader.finish();
    Some(Pbx {
        driver: driver?,
        freepbx: freepbx?,
        asterisk: asterisk?,
        timer_b: timer_b?,
        ring_timer: ring_timer?,
        operator_response: operator?,
        stopped_call_hold: hold?,
        next: next?,
        stop: stop?,
        place: Some(place),
    })
}

//! `[[cause]]` blocks.

use super::fault::FaultKind;
use super::laws;
use super::reader::{Field, Log, Reader};
use super::tree::{Node, Value};
use crate::model::cause::{Cause, Frequency, Signal};

/// A final SIP status that a trunk can refuse a call with.
pub fn refusal(field: &Field<'_>) -> Option<u16> {
    let raw = match &field.node.value {
        Value::Text(raw) | Value::Integer(raw) => raw,
        _ => return field.wrong("a SIP status such as \"503\""),
    };
    let status = raw.parse().ok().filter(|status| (300..700).contains(status));
    if status.is_none() || raw.len() != 3 {
        field.fault(
            FaultKind::UnknownWord,
            "is no final SIP status that refuses a call",
            "300 to 699, such as \"503\"",
        );
        return None;
    }
    status
}

fn signal(field: &Field<'_>) -> Option<Signal> {
    // A status may be written bare, as `--set cause.NAME.signal=503` does.
    let (Value::Text(text) | Value::Integer(text)) = &field.node.value else {
        return field.wrong("a string: a SIP status such as \"503\", \"timeout\", \"trying\" or \"answers\"");
    };
    match text.as_str() {
        "timeout" => Some(Signal::Timeout),
        "trying" => Some(Signal::Trying),
        "answers" => Some(Signal::Answers),
        digits if digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()) => match digits.as_bytes().first() {
            Some(b'1') => {
                field.fault(FaultKind::UnknownWord, "is provisional, not final", "\"trying\" for 100 and then silence");
                None
            }
            Some(b'2') => {
                field.fault(FaultKind::UnknownWord, "is no failure", "\"answers\" for calls that go nowhere");
                None
            }
            _ => refusal(field).map(Signal::Status),
        },
        other => {
            let words = ["timeout", "trying", "answers"];
            let help = super::fault::suggest(other, words).map_or_else(
                || "a SIP status such as \"503\", \"timeout\", \"trying\" or \"answers\"".to_owned(),
                |word| format!("did you mean \"{word}\"?"),
            );
            field.fault(FaultKind::UnknownWord, "is no signal", help);
            None
        }
    }
}

fn per_year(field: &Field<'_>) -> Option<Frequency> {
    if !matches!(field.node.value, Value::Table(_)) {
        return field.non_negative(100_000).map(|mean| Frequency::Poisson { mean });
    }
    let table = field.table()?;
    let mean = table.required("mean", "4.0", |f| f.non_negative(100_000));
    let shape = table.required("shape", "2.0", |f| f.positive(1_000_000));
    table.finish();
    Some(Frequency::NegativeBinomial { mean: mean?, shape: shape? })
}

fn observed(field: &Field<'_>) -> Option<Frequency> {
    let table = field.table()?;
    let incidents = table.required("incidents", "5", |f| f.whole32(0, 1_000_000));
    let years = table.required("years", "2.0", |f| f.positive(1000));
    table.finish();
    Some(Frequency::Observed { incidents: incidents?, years: years? })
}

/// Reads one cause.
pub fn cause(node: &Node, index: usize, log: &Log) -> Option<Cause> {
    let named = Reader::new(node, format!("cause {index}"), log)?;
    let name = named.required("name", "\"carrier rejects\"", Field::name);
    let what = name.as_ref().map_or_else(|| named.what.clone(), |name| format!("cause `{name}`"));
    let reader = named.called(what);
    let hits = reader.required("hits", "\"primary\"", Field::name);
    let signal = reader.required("signal", "\"503\"", signal);
    let reason = reader.or("reason", None, |f| f.whole(1, 127).and_then(|v| u16::try_from(v).ok()).map(Some));
    let reply_after = reader.or("reply_after", 1.0, Field::seconds);
    let given = reader.given(&["per_year", "observed"]);
    let frequency = match given.as_slice() {
        [] => Some(None),
        [_, (_, second)] => {
            log.faults.at(
                FaultKind::ConflictingKeys,
                second.span,
                format!("{} gives both `per_year` and `observed`", reader.what),
                "one of them is enough",
                "keep `per_year`, or `observed = { incidents = 5, years = 2.0 }` in its place",
            );
            None
        }
        [("per_year", _)] => reader.optional("per_year", per_year).map(Some),
        _ => reader.optional("observed", observed).map(Some),
    };
    let duration = reader.or("duration", None, |f| laws::duration(f).map(Some));
    let longest = reader.or("longest", None, |f| f.positive_seconds().map(Some));
    if let (Some(Some(law)), Some(None), Some(node)) = (&duration, &longest, reader.node("duration"))
        && law.mean().is_none()
    {
        log.faults.at(
            FaultKind::OutOfRange,
            node.span,
            format!("the mean length of {} is infinite, and so is what a year of it costs", reader.what),
            "infinite mean",
            "give the cause a `longest`, such as longest = \"48h\", or another law; a Lomax law has a mean where its shape is above 1",
        );
    }
    let share = reader.or("share", 1.0, |f| {
        // At 0 the cause would hit nothing.
        f.positive(1)
    });
    let place = reader.place();
    reader.finish();
    Some(Cause {
        name: name?,
        hits: hits?,
        signal: signal?,
        reason: reason?,
        reply_after: reply_after?,
        frequency: frequency?,
        duration: duration?,
        longest: longest?,
        share: share?,
        place,
    })
}

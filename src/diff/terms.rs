//! What differs between two plans, said in the words of their files.

mod plan;
mod policy;
mod seats;
mod tables;
mod values;

use super::Change;
use super::mix::Mixer;
use crate::model::plan::Plan;
use crate::words::diagnostic::Sources;
use crate::words::level::Level;
use values::Values;

/// Everything that differs, in the order of the parts; within a part in an order that is the same when the two plans are
/// swapped.
pub(super) fn changes(
    old: &Plan,
    new: &Plan,
    mixer: &Mixer<'_>,
    sources: &Sources,
    levels: &[(&'static str, Level)],
) -> Vec<Change> {
    let terms = Terms { old, new, mixer, sources };
    let mut changes = Vec::new();
    for (index, pair, table) in mixer.pairs() {
        terms.table(index, pair, table, &mut changes);
    }
    terms.trunks(&mut changes);
    terms.floor(&mut changes);
    terms.causes(&mut changes);
    changes.extend(terms.policy(levels));
    terms.waivers(&mut changes);
    terms.exchange(&mut changes);
    changes.sort_by_key(|change| change.part);
    changes
}

struct Terms<'a> {
    old: &'a Plan,
    new: &'a Plan,
    mixer: &'a Mixer<'a>,
    sources: &'a Sources,
}

impl<'a> Terms<'a> {
    fn values(&self) -> Values<'a> {
        Values { sources: self.sources, values: Vec::new() }
    }
}

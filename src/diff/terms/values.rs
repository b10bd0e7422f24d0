//! The values of a change, as the files write them.

use crate::diff::mix::Swap;
use crate::diff::{Change, Part, Value};
use crate::model::place::Place;
use crate::words::diagnostic::{Sources, Span};

/// Longest text of a value; of longer ones the stretch that differs is shown [characters].
const LONGEST: usize = 60;

/// Collects the values of one change.
pub(super) struct Values<'a> {
    pub(super) sources: &'a Sources,
    pub(super) values: Vec<Value>,
}

/// A text on one line, without the quotes around it.
fn squeezed(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(text.clone(), str::to_owned)
}

/// Two long texts cut to the stretch in which they differ.
fn contrast(old: &str, new: &str) -> (String, String) {
    if old.chars().count().max(new.chars().count()) <= LONGEST {
        return (old.to_owned(), new.to_owned());
    }
    let (a, b): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().skip(head).rev().zip(b.iter().skip(head).rev()).take_while(|(x, y)| x == y).count();
    // A few characters of what is alike on either side say where it is.
    let from = head.saturating_sub(LONGEST / 4);
    let cut = |text: &[char]| {
        let to = (text.len() - tail + LONGEST / 4).min(text.len());
        let mut shown: String = text.get(from..to).unwrap_or_default().iter().take(4 * LONGEST).collect();
        if from > 0 {
            shown.insert(0, '…');
        }
        if to < text.len() {
            shown.push('…');
        }
        shown
    };
    (cut(&a), cut(&b))
}

impl Values<'_> {
    /// A key whose value is another one, as the two files write it.
    pub(super) fn put(&mut self, key: &str, differs: bool, old: Option<&Place>, new: Option<&Place>) {
        self.put_from(key, differs, (old, new), |_| None, false);
    }

    /// The same with what stands for a key that is not given, and whether the gate is loosened by it.
    pub(super) fn put_from(
        &mut self,
        key: &str,
        differs: bool,
        (old, new): (Option<&Place>, Option<&Place>),
        default: impl Fn(bool) -> Option<String>,
        loosens: bool,
    ) {
        if !differs {
            return;
        }
        let given = |place: Option<&Place>| place.and_then(|place| place.keys.get(key)).copied();
        let (old_key, new_key) = (given(old), given(new));
        let text = |span: Option<Span>| span.map(|span| squeezed(self.sources.slice(span)));
        let (mut old_text, mut new_text) =
            (text(old_key).or_else(|| default(false)), text(new_key).or_else(|| default(true)));
        if let (Some(a), Some(b)) = (&old_text, &new_text) {
            let (a, b) = contrast(a, b);
            (old_text, new_text) = (Some(a), Some(b));
        }
        self.values.push(Value {
            key: key.to_owned(),
            old: old_text,
            new: new_text,
            old_at: old_key.or(old.map(|place| place.item)),
            new_at: new_key.or(new.map(|place| place.item)),
            loosens,
        });
    }

    pub(super) fn into_change(self, part: Part, what: String, swap: Swap) -> Option<Change> {
        (!self.values.is_empty()).then(|| Change { part, what, values: self.values, effects: Vec::new(), swap })
    }
}

/// Whether something is there: a change of one value, from nothing or to nothing.
pub(super) fn presence(
    part: Part,
    what: String,
    old: Option<(String, Span)>,
    new: Option<(String, Span)>,
    swap: Swap,
) -> Change {
    let split = |side: Option<(String, Span)>| side.map_or((None, None), |(text, span)| (Some(text), Some(span)));
    let ((old, old_at), (new, new_at)) = (split(old), split(new));
    let value = Value { key: String::new(), old, new, old_at, new_at, loosens: false };
    Change { part, what, values: vec![value], effects: Vec::new(), swap }
}

pub(super) fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_show_where_they_differ() {
        let long = |middle: &str| format!("{}{middle}{}", "a".repeat(100), "b".repeat(100));
        let (old, new) = contrast(&long("1"), &long("2"));
        assert!(old != new && old.chars().count() < 40 && old.starts_with('…') && old.ends_with('…'), "{old} {new}");
        assert_eq!(contrast("x", "y"), ("x".to_owned(), "y".to_owned()));
        let (old, new) = contrast(&"a".repeat(99), &"a".repeat(100));
        assert_ne!(old, new);
        assert_eq!(squeezed("\"45m\""), "45m");
        assert_eq!(squeezed("[ 1,\n  2 ]"), "[ 1, 2 ]");
    }
}

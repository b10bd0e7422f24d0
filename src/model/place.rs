//! Where a thing stands in its file, so that a finding can point at the line.

use std::collections::BTreeMap;

use crate::words::diagnostic::Span;

/// The place of a table in a file and of its keys.
#[derive(Debug, Clone)]
pub struct Place {
    /// The table itself: its header, or its name.
    pub item: Span,
    /// The values by key; those of nested tables by their path, `limits.cps`.
    pub keys: BTreeMap<String, Span>,
}

impl Place {
    /// A place without keys.
    #[must_use]
    pub fn new(item: Span) -> Self {
        Self { item, keys: BTreeMap::new() }
    }

    /// The value of a key such as `seats` or `limits.cps` where it is given, else the nearest table that holds it.
    #[must_use]
    pub fn key(&self, key: &str) -> Span {
        let mut path = key;
        loop {
            if let Some(span) = self.keys.get(path) {
                return *span;
            }
            match path.rsplit_once('.') {
                Some((outer, _)) => path = outer,
                None => return self.item,
            }
        }
    }
}

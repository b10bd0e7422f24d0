//! Which rows of a deck alone are billed by no known increment.

use std::collections::HashSet;

use crate::words::diagnostic::Span;

/// Rows whose increment nobody states: the one that they bear is a stand-in, and no call by them has a price.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Unbilled {
    /// None: every row's increment is known.
    #[default]
    None,
    /// All of them.
    All,
    /// Those that stand at these places.
    At(HashSet<Span>),
}

impl Unbilled {
    /// Whether a row that stands at a place is one of them.
    #[must_use]
    pub fn has(&self, row: Span) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::At(places) => places.contains(&row),
        }
    }
}

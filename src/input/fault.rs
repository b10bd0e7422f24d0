//! What can be wrong with an input, and the collector of all that is.

use std::cell::RefCell;

use crate::words::diagnostic::{Diagnostic, Label, Span};
use crate::words::level::Level;

/// The kinds of faults. Each is a rule of the family `IN`; none can be allowed or waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// A file that cannot be read as text.
    Unreadable,
    /// Not TOML.
    Syntax,
    /// A key nobody reads.
    UnknownKey,
    /// A key that must be there.
    MissingKey,
    /// A value of another type.
    WrongType,
    /// A duration, increment or ceiling with a bad unit or form.
    BadUnit,
    /// A number that cannot be.
    OutOfRange,
    /// A number that cannot be read exactly.
    InexactNumber,
    /// A word that is none of those known.
    UnknownWord,
    /// Shares that do not add up to 1.
    SharesDoNotAddUp,
    /// A floor that cannot be.
    ImpossibleFloor,
    /// Opening hours that cannot be read or never open.
    BadOpeningHours,
    /// A name used twice.
    DuplicateName,
    /// A name that nothing in the plan has.
    UnknownName,
    /// A path outside the repository.
    PathOutsideRepository,
    /// Another currency without an exchange rate.
    CurrencyWithoutRate,
    /// Keys that exclude each other, or belong together.
    ConflictingKeys,
    /// A quote that nothing closes, in a deck.
    UnclosedQuote,
    /// A row of a deck with more or fewer cells than its header.
    RaggedRow,
    /// A cell that a spreadsheet has broken.
    MangledCell,
    /// A cell that can be read in two ways, until the table states one.
    AmbiguousCell,
    /// A deck whose layout is not known.
    UnknownLayout,
    /// A deck that is not the one the table was checked with.
    OtherDeck,
    /// A deck without a row.
    EmptyDeck,
    /// Rows of the previous deck that are gone.
    RowsVanished,
}

impl FaultKind {
    /// Every kind with its code and name; codes are never reused.
    pub const ALL: [(Self, &'static str, &'static str); 25] = [
        (Self::Unreadable, "IN001", "unreadable-file"),
        (Self::Syntax, "IN002", "syntax-error"),
        (Self::UnknownKey, "IN003", "unknown-key"),
        (Self::MissingKey, "IN004", "missing-key"),
        (Self::WrongType, "IN005", "wrong-type"),
        (Self::BadUnit, "IN006", "bad-unit"),
        (Self::OutOfRange, "IN007", "out-of-range"),
        (Self::InexactNumber, "IN008", "inexact-number"),
        (Self::UnknownWord, "IN009", "unknown-word"),
        (Self::SharesDoNotAddUp, "IN010", "shares-do-not-add-up"),
        (Self::ImpossibleFloor, "IN011", "impossible-floor"),
        (Self::BadOpeningHours, "IN012", "bad-opening-hours"),
        (Self::DuplicateName, "IN013", "duplicate-name"),
        (Self::UnknownName, "IN014", "unknown-name"),
        (Self::PathOutsideRepository, "IN015", "path-outside-repository"),
        (Self::CurrencyWithoutRate, "IN016", "currency-without-rate"),
        (Self::ConflictingKeys, "IN017", "conflicting-keys"),
        (Self::UnclosedQuote, "IN018", "unclosed-quote"),
        (Self::RaggedRow, "IN019", "ragged-row"),
        (Self::MangledCell, "IN020", "mangled-cell"),
        (Self::AmbiguousCell, "IN021", "ambiguous-cell"),
        (Self::UnknownLayout, "IN022", "unknown-layout"),
        (Self::OtherDeck, "IN023", "other-deck"),
        (Self::EmptyDeck, "IN024", "empty-deck"),
        (Self::RowsVanished, "IN025", "rows-vanished"),
    ];

    fn entry(self) -> (&'static str, &'static str) {
        Self::ALL.iter().find(|(kind, _, _)| *kind == self).map_or(("IN000", ""), |(_, code, name)| (code, name))
    }

    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.entry().0
    }

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().1
    }
}

/// Collects faults, so that one run tells all of them.
#[derive(Debug, Default)]
pub struct Faults(RefCell<Vec<Diagnostic>>);

impl Faults {
    /// A fault at a place: what is wrong, what was found there, what would be right.
    pub fn at(
        &self,
        kind: FaultKind,
        span: Span,
        message: impl Into<String>,
        found: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.push(kind, message.into(), vec![Label::new(span, found)], help.into());
    }

    /// A fault at two places.
    pub fn at_both(
        &self,
        kind: FaultKind,
        places: [(Span, String); 2],
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let labels = places.into_iter().map(|(span, text)| Label::new(span, text)).collect();
        self.push(kind, message.into(), labels, help.into());
    }

    /// A fault of something that has no text to point into.
    pub fn bare(&self, kind: FaultKind, message: impl Into<String>, help: impl Into<String>) {
        self.push(kind, message.into(), vec![], help.into());
    }

    fn push(&self, kind: FaultKind, message: String, labels: Vec<Label>, help: String) {
        let help = (!help.is_empty()).then_some(help);
        let (code, name) = (kind.code(), kind.name());
        self.0.borrow_mut().push(Diagnostic { code, name, level: Level::Deny, message, labels, help });
    }

    /// Takes a fault back, where a later one says more. It is one of the last.
    pub fn take_back(&self, span: Span, message: &str) {
        let mut faults = self.0.borrow_mut();
        let same = |fault: &Diagnostic| {
            fault.message == message && fault.labels.first().is_some_and(|label| label.span == span)
        };
        if let Some(index) = faults.iter().rposition(same) {
            faults.remove(index);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, in the order of the files and the places in them.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut faults = self.0.into_inner();
        // Spans are ordered by file and byte, which is the order of lines and columns as well.
        faults.sort_by_key(|fault| fault.labels.first().map(|label| label.span));
        faults.dedup();
        faults
    }
}

/// Of the known words, the one that was probably meant.
#[must_use]
pub fn suggest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::damerau_levenshtein(&given, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= (word.chars().count().max(given.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

/// "did you mean …", or the list of what there is.
#[must_use]
pub fn did_you_mean(given: &str, known: &[&str]) -> String {
    match suggest(given, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None if known.is_empty() => String::new(),
        None => {
            let mut once: Vec<&str> = Vec::new();
            for word in known {
                if !once.contains(word) {
                    once.push(word);
                }
            }
            let shown: Vec<String> = once.iter().take(12).map(|word| format!("`{word}`")).collect();
            let rest = once.len().saturating_sub(12);
            let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            format!("known here: {}{more}", shown.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant() {
        assert_eq!(suggest("seat", ["seats", "shifts"]), Some("seats"));
        assert_eq!(suggest("chanels", ["channels", "cps"]), Some("channels"));
        assert_eq!(suggest("zzz", ["channels", "cps"]), None);
    }

    #[test]
    fn codes_and_names_are_unique() {
        for (i, (kind, code, name)) in FaultKind::ALL.iter().enumerate() {
            assert_eq!((kind.code(), kind.name()), (*code, *name));
            assert!(FaultKind::ALL.iter().skip(i + 1).all(|(k, c, n)| k != kind && c != code && n != name));
        }
    }
}

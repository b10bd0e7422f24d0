//! What `rates` says of tables and calls.

pub mod lint;
pub mod price;
pub mod show;

use crate::model::rates::{Jurisdiction, Price, RateRow};
use crate::words::diagnostic::{Sources, Span};

use super::escape;

/// How it is known whose states meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It was given.
    Given(Jurisdiction),
    /// No caller is shown.
    NotShown,
    /// The caller shown is no whole number of the North American Numbering Plan.
    Abroad,
    /// The caller shown is toll-free, which lies in no state.
    TollFree,
    /// The number called is outside the North American Numbering Plan.
    CalledAbroad,
    /// Caller and called have the same area code, which lies in one state.
    SameArea,
}

impl Basis {
    /// Whose states meet.
    #[must_use]
    pub fn jurisdiction(self) -> Jurisdiction {
        match self {
            Self::Given(given) => given,
            Self::SameArea => Jurisdiction::Intrastate,
            _ => Jurisdiction::Indeterminate,
        }
    }

    fn why(self) -> &'static str {
        match self {
            Self::Given(_) => "as given",
            Self::NotShown => "no caller is shown",
            Self::Abroad => "the caller shown is no number of +1",
            Self::TollFree => "the caller shown is toll-free, which lies in no state",
            Self::CalledAbroad => "the number called is not in +1",
            Self::SameArea => "caller and called share an area code",
        }
    }
}

/// `file:line`, escaped.
fn place(sources: &Sources, span: Span) -> String {
    format!("{}:{}", escape::terminal(sources.name(span.source)), sources.position(span).line)
}

/// The price of a row, without its currency: `0.015, then 0.017`.
fn price_words(price: &Price) -> String {
    match price {
        Price::PerMinute(price) => price.get().to_string(),
        Price::FirstFollowing { first, following } => format!("{}, then {}", first.get(), following.get()),
        Price::Jurisdiction { interstate, intrastate, indeterminate } => format!(
            "interstate {}, intrastate {}, indeterminate {}",
            interstate.get(),
            intrastate.get(),
            indeterminate.get()
        ),
        Price::Steps(steps) => {
            let step = |step: &crate::model::rates::PriceStep| format!("{} from {} s", step.price.get(), step.from);
            steps.iter().map(step).collect::<Vec<_>>().join(", ")
        }
    }
}

/// The increment of a row: `6/6`, or that of each step.
fn increment_words(row: &RateRow) -> String {
    match &row.price {
        Price::Steps(steps) => {
            steps.iter().map(|step| format!("{} s", step.increment)).collect::<Vec<_>>().join(", then ")
        }
        _ => row.increment.to_string(),
    }
}

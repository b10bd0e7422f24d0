//! What `rates` says of tables and calls.

pub mod deck;
pub mod diff;
pub mod lint;
pub mod price;
pub mod show;

use crate::model::rates::Price;
use crate::model::rows::RowRef;
use crate::words::diagnostic::{Sources, Span};

use super::escape;

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
        Price::Blocked => "blocked".to_owned(),
    }
}

/// The increment of a row: `6/6`, or that of each step.
fn increment_words(row: RowRef<'_>) -> String {
    match &row.price {
        Price::Steps(steps) => {
            steps.iter().map(|step| format!("{} s", step.increment)).collect::<Vec<_>>().join(", then ")
        }
        Price::Blocked => "-".to_owned(),
        _ => row.increment.to_string(),
    }
}

//! What `rates` says of tables and calls.

pub mod deck;
pub mod diff;
pub mod faulty;
pub mod lint;
pub mod price;
pub mod show;

use crate::model::rates::{Price, RateTable};
use crate::model::rows::RowRef;
use crate::words::diagnostic::{Sources, Span};
use crate::words::figure;

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

/// The increment of a row: `6/6`, or that of each step; or that nobody states it.
fn increment_words(row: RowRef<'_>) -> String {
    match &row.price {
        Price::Steps(steps) => {
            steps.iter().map(|step| format!("{} s", step.increment)).collect::<Vec<_>>().join(", then ")
        }
        Price::Blocked => "-".to_owned(),
        _ if row.unbilled => "not stated".to_owned(),
        _ => row.increment.to_string(),
    }
}

/// The increment of a row for programs; nothing for steps, which have their own, and where nobody states it.
fn increment_value(row: RowRef<'_>) -> Option<String> {
    match row.price {
        Price::Steps(_) | Price::Blocked => None,
        _ if row.unbilled => None,
        _ => Some(row.increment.to_string()),
    }
}

/// The currency of a table's amounts; nothing where a deck alone does not state it.
fn currency(table: &RateTable) -> Option<&str> {
    (!table.is_bare()).then(|| table.currency.code())
}

/// `1 row`, `2,000 rows`.
fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", figure::count(count as f64), if count == 1 { one } else { many })
}

//! JSON of a comparison.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::diff::figures::{Figure, FigureOf};
use crate::diff::tables::TableChange;
use crate::diff::{Change, Comparison, Part, Value as Changed};
use crate::words::diagnostic::{Sources, Span};
use crate::words::figure::json as number;
use crate::words::money::Money;

/// What a side of a comparison is called, and what it is.
#[derive(Debug, Clone)]
pub struct SideName {
    /// `HEAD~1 (1a2b3c4)`.
    pub name: String,
    /// `revision`, `directory`, `run` or `plan`.
    pub kind: &'static str,
    /// The commit, of a revision.
    pub commit: Option<String>,
    /// Digest of its inputs, as the envelope has it; nothing for a saved run.
    pub digest: Option<String>,
}

fn amount(amount: Decimal) -> Value {
    json!(amount.to_string())
}

fn money(money: Option<Money>) -> Value {
    money.map_or(Value::Null, |money| amount(money.amount()))
}

/// The key of a figure: `year.mean`, or a scenario's cause and length.
fn of(figure: &Figure) -> Map<String, Value> {
    let mut map = Map::new();
    let name = match &figure.of {
        FigureOf::YearMean => "year.mean",
        FigureOf::YearP95 => "year.p95",
        FigureOf::Standing => "standing_cost",
        FigureOf::Scenario { cause, length } => {
            map.insert("cause".into(), json!(cause));
            map.insert("duration_s".into(), number(*length));
            "scenario.spend"
        }
    };
    map.insert("figure".into(), json!(name));
    map
}

fn figure(figure: &Figure) -> Value {
    let mut map = of(figure);
    map.insert("old".into(), money(figure.old));
    map.insert("new".into(), money(figure.new));
    map.insert("difference".into(), money(figure.difference()));
    map.insert("complete".into(), json!(figure.least == (false, false)));
    Value::Object(map)
}

fn effects(comparison: &Comparison, effect: impl Fn(usize) -> Option<Decimal>) -> Value {
    let each = comparison.figures.iter().enumerate().filter(|(_, figure)| figure.difference().is_some());
    let each = each.map(|(index, figure)| {
        let mut map = of(figure);
        map.insert("effect".into(), effect(index).map_or(Value::Null, amount));
        Value::Object(map)
    });
    each.collect()
}

fn place(span: Option<Span>, sources: &Sources) -> Value {
    span.map_or(Value::Null, |span| {
        let at = sources.position(span);
        json!({ "path": sources.name(span.source), "line": at.line.get(), "column": at.column.get() })
    })
}

fn value(value: &Changed, sources: &Sources) -> Value {
    json!({
        "key": value.key,
        "old": value.old,
        "new": value.new,
        "old_where": place(value.old_at, sources),
        "new_where": place(value.new_at, sources),
        "loosens": value.loosens,
    })
}

fn change(change: &Change, comparison: &Comparison, sources: &Sources) -> Value {
    let (effect, share) = comparison
        .effect(change)
        .map_or((Value::Null, Value::Null), |(effect, share)| (amount(effect), share.map_or(Value::Null, number)));
    json!({
        "part": change.part.name(),
        "what": change.what,
        "values": change.values.iter().map(|v| value(v, sources)).collect::<Vec<_>>(),
        "effect": effect,
        "share": share,
        "effects": effects(comparison, |index| change.effects.get(index).copied().flatten()),
    })
}

fn part(part: Part, comparison: &Comparison) -> Value {
    let of = |index| comparison.of_part(part, index);
    json!({
        "part": part.name(),
        "effect": comparison.headline.and_then(of).map_or(Value::Null, amount),
        "effects": effects(comparison, of),
    })
}

fn table(table: &TableChange) -> Value {
    json!({
        "trunk": table.trunk,
        "rows_before": table.rows_before,
        "added": table.added(),
        "removed": table.removed(),
        "dearer": table.dearer,
        "cheaper": table.cheaper,
        "increment_changed": table.increments(),
    })
}

fn side(side: &SideName) -> Value {
    json!({ "name": side.name, "kind": side.kind, "commit": side.commit, "inputs_digest": side.digest })
}

/// The comparison as the envelope's `diff`.
#[must_use]
pub fn diff(comparison: &Comparison, base: &SideName, head: &SideName, sources: &Sources) -> Value {
    let headline = comparison.headline.and_then(|index| comparison.figures.get(index));
    json!({
        "base": side(base),
        "head": side(head),
        "as_of": comparison.as_of.to_string(),
        "as_of_given": { "base": comparison.days.0.to_string(), "head": comparison.days.1.to_string() },
        "changed": !comparison.is_empty(),
        "figures_only": comparison.figures_only,
        "figures": comparison.figures.iter().map(figure).collect::<Vec<_>>(),
        "headline": headline.map(|figure| Value::Object(of(figure))),
        "year_why": comparison.year_why,
        "parts": comparison.parts().into_iter().map(|p| part(p, comparison)).collect::<Vec<_>>(),
        "changes": comparison.changes.iter().map(|c| change(c, comparison, sources)).collect::<Vec<_>>(),
        "tables": comparison.tables.iter().map(table).collect::<Vec<_>>(),
    })
}

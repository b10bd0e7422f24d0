//! JSON of a comparison, and what is said of years that are drawn.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::report::{Cell, Column, Sheet};
use super::text::diff as shown;
use crate::assessment::brief::{Draws, Ends};
use crate::diff::figures::{Drawn, Figure, FigureOf};
use crate::diff::tables::TableChange;
use crate::diff::{Change, Comparison, Part, Value as Changed};
use crate::words::diagnostic::{Sources, Span};
use crate::words::figure::{count, json as number};
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

fn ends(ends: &Ends) -> Value {
    json!(ends.map(money))
}

fn draws(draws: Option<&Draws>) -> Value {
    draws.map_or(Value::Null, |draws| {
        json!({
            "years": draws.years,
            "seed": draws.seed,
            "why": draws.why.join("; "),
            "intervals": { "mean": ends(&draws.mean), "p95": ends(&draws.p95) },
        })
    })
}

fn drawn(drawn: Option<&Drawn>) -> Value {
    drawn.map_or(Value::Null, |drawn| {
        json!({
            "base": draws(drawn.old.as_ref()),
            "head": draws(drawn.new.as_ref()),
            "difference": { "mean": ends(&drawn.mean), "p95": ends(&drawn.p95) },
            "same_outages": drawn.same,
        })
    })
}

/// What was drawn, and why; nothing where years are of the exact law.
#[must_use]
pub fn drawn_in_words(comparison: &Comparison) -> Option<String> {
    let drawn = comparison.drawn.as_ref()?;
    let how = |draws: &Draws| format!("{} years with seed {}", count(draws.years as f64), draws.seed);
    let why = |draws: &Draws| format!("because outages are tied together: {}", draws.why.join("; "));
    let single = comparison.figures_only || comparison.year_why.is_some();
    Some(match (&drawn.old, &drawn.new) {
        (Some(old), Some(new)) if how(old) == how(new) => {
            let mut all = old.clone();
            all.why.extend(new.why.iter().filter(|why| !old.why.contains(why)).cloned());
            let steps = match (single, drawn.same) {
                (true, _) => "",
                (false, true) => ", the same outages on both sides and on every step between them",
                (false, false) => {
                    ", the same outages on every step between the two; what another order of the causes, by which they \
                     are drawn, adds by chance is `draws`"
                }
            };
            format!("The years of both sides are drawn, {}. {}{steps}.", why(&all), how(new))
        }
        (Some(old), Some(new)) => {
            let (was, is) = (how(old), how(new));
            format!("The years of both sides are drawn, {}: {was} in the old one, {is} in the new one.", why(new))
        }
        (old, new) => {
            let draws = old.as_ref().or(new.as_ref())?;
            let (side, other) = if old.is_some() { ("old", "new") } else { ("new", "old") };
            let exact = format!("; the {other} one is of the exact law");
            let exact = if comparison.year_why.is_some() { "" } else { &exact };
            let steps = ", the same outages on every step between the two: what law and chance alone add is `draws`";
            let steps = if single { "" } else { steps };
            format!("The {side} year is drawn, {}{exact}. {}{steps}.", why(draws), how(draws))
        }
    })
}

/// Whether a figure's difference lies within the error of its draws.
#[must_use]
pub fn within_error(figure: &Figure, comparison: &Comparison) -> bool {
    let ends = comparison.drawn.as_ref().and_then(|drawn| drawn.difference(&figure.of));
    let moved = figure.difference().is_some_and(|by| !by.amount().is_zero());
    matches!(ends, Some([Some(low), Some(high)]) if moved && low.amount() <= Decimal::ZERO && high.amount() >= Decimal::ZERO)
}

/// The intervals of drawn years: figure, side (`old`, `new` or `difference`) and its ends.
#[must_use]
pub fn intervals(comparison: &Comparison) -> Vec<(&Figure, &'static str, Ends)> {
    let Some(drawn) = &comparison.drawn else { return Vec::new() };
    let mut all = Vec::new();
    for figure in &comparison.figures {
        let pick: fn(&Draws) -> Ends = match figure.of {
            FigureOf::YearMean => |draws| draws.mean,
            FigureOf::YearP95 => |draws| draws.p95,
            FigureOf::Standing | FigureOf::Scenario { .. } => continue,
        };
        all.extend(drawn.old.as_ref().map(|draws| (figure, "old", pick(draws))));
        all.extend(drawn.new.as_ref().map(|draws| (figure, "new", pick(draws))));
        all.extend(drawn.difference(&figure.of).map(|ends| (figure, "difference", ends)));
    }
    all
}

/// What was drawn, as a table; nothing where years are of the exact law.
#[must_use]
pub fn drawn_sheet(comparison: &Comparison) -> Option<Sheet<'_>> {
    let drawn = comparison.drawn.as_ref()?;
    let rows = intervals(comparison);
    let columns = [
        ("figure", "figure".to_owned()),
        ("side", "side".to_owned()),
        ("years", "years drawn".to_owned()),
        ("seed", "seed".to_owned()),
        ("low", String::new()),
        ("high", String::new()),
        ("", format!("95 % interval {}", comparison.currency)),
        ("why", "because".to_owned()),
    ];
    Some(Sheet {
        record: "drawn",
        title: "Years that are drawn".to_owned(),
        columns: columns.into_iter().map(|(key, title)| Column::new(key, title)).collect(),
        len: rows.len(),
        row: Box::new(move |index| {
            let Some((figure, side, ends)) = rows.get(index) else { return Ok(Vec::new()) };
            let of = match *side {
                "old" => drawn.old.as_ref(),
                "new" => drawn.new.as_ref(),
                _ => None,
            };
            let whole = |n: u64| Cell::Text(n.to_string());
            Ok(vec![
                Cell::Text(shown::name(figure)),
                Cell::Text((*side).to_owned()),
                of.map_or(Cell::None, |draws| whole(draws.years)),
                of.map_or(Cell::None, |draws| whole(draws.seed)),
                Cell::amount(ends[0]),
                Cell::amount(ends[1]),
                Cell::Text(shown::interval(ends, *side == "difference", comparison)),
                Cell::Text(of.map_or_else(String::new, |draws| draws.why.join("; "))),
            ])
        }),
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
        "drawn": drawn(comparison.drawn.as_ref()),
        "parts": comparison.parts().into_iter().map(|p| part(p, comparison)).collect::<Vec<_>>(),
        "changes": comparison.changes.iter().map(|c| change(c, comparison, sources)).collect::<Vec<_>>(),
        "tables": comparison.tables.iter().map(table).collect::<Vec<_>>(),
    })
}

//! Rules and explanations as people and programs read them.

use serde_json::{Map, Value, json};

use super::escape;
use super::table::{Align, Table};
use crate::assessment::trace::{Amount, Cell, Explanation, Grid, Quantity, Step};
use crate::input::deck::layout::LAYOUTS;
use crate::input::fault::FaultKind;
use crate::policy::Rule;
use crate::policy::catalogue::FAMILIES;
use crate::words::diagnostic::{Sources, Span};
use crate::words::figure::{count, json as number, percent, significant};
use crate::words::level::Level;

/// A value in JSON: money is a decimal string.
#[must_use]
pub fn amount_value(amount: &Amount) -> Value {
    match amount {
        Amount::Number(value) => number(*value),
        Amount::Money(money) => json!(money.amount().to_string()),
        Amount::Text(text) => json!(text),
        Amount::Absent(_) => Value::Null,
    }
}

/// A value's unit in JSON: a currency for money.
#[must_use]
pub fn unit_value(quantity: &Quantity) -> Value {
    match &quantity.amount {
        Amount::Money(money) => json!(money.currency().code()),
        _ if quantity.unit.is_empty() => Value::Null,
        _ => json!(quantity.unit),
    }
}

fn place_value(span: Span, sources: &Sources) -> Value {
    let at = sources.position(span);
    json!({ "path": sources.name(span.source), "line": at.line.get(), "column": at.column.get() })
}

fn place_text(span: Span, sources: &Sources) -> String {
    format!("{}:{}", escape::terminal(sources.name(span.source)), sources.position(span).line)
}

fn grid_value(grid: &Grid, sources: &Sources) -> Value {
    let cell = |cell: &Cell| match cell {
        Cell::Text(text) => json!(text),
        Cell::Number(value) => number(*value),
        Cell::Exact(value) => json!(value.to_string()),
        Cell::Place(span) => place_value(*span, sources),
    };
    let row = |row: &Vec<Cell>| Value::Array(row.iter().map(cell).collect());
    json!({ "columns": grid.columns, "rows": grid.rows.iter().map(row).collect::<Vec<_>>() })
}

fn step_value(step: &Step, sources: &Sources) -> Value {
    json!({
        "what": step.what,
        "formula": step.formula,
        "numbers": step.numbers,
        "result": step.result.as_ref().map_or(Value::Null, |result| amount_value(&result.amount)),
        "unit": step.result.as_ref().map_or(Value::Null, unit_value),
        "where": step.places.iter().map(|span| place_value(*span, sources)).collect::<Vec<_>>(),
        "adds": step.adds,
        "table": step.grid.as_ref().map_or(Value::Null, |grid| grid_value(grid, sources)),
    })
}

/// Why there is no value.
fn why(quantity: &Quantity) -> Value {
    if let Amount::Absent(why) = &quantity.amount { json!(why) } else { Value::Null }
}

/// An explanation in JSON.
#[must_use]
pub fn explanation_value(explanation: &Explanation, sources: &Sources) -> Value {
    json!({
        "figure": explanation.figure,
        "value": amount_value(&explanation.value.amount),
        "unit": unit_value(&explanation.value),
        "absent": why(&explanation.value),
        "steps": explanation.steps.iter().map(|step| step_value(step, sources)).collect::<Vec<_>>(),
    })
}

/// A list of figures in JSON.
#[must_use]
pub fn list_value(list: &[(String, Quantity)]) -> Value {
    let one = |(path, value): &(String, Quantity)| json!({ "figure": path, "value": amount_value(&value.amount), "unit": unit_value(value), "absent": why(value) });
    Value::Array(list.iter().map(one).collect())
}

fn trimmed(value: f64) -> String {
    let text = significant(value, 9);
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A value with all that its digits say.
fn exactly(quantity: &Quantity) -> String {
    match &quantity.amount {
        Amount::Number(value) if quantity.unit == "share" => format!("{} ({})", trimmed(*value), percent(*value)),
        Amount::Number(value) if quantity.unit.is_empty() => trimmed(*value),
        Amount::Number(value) => format!("{} {}", trimmed(*value), quantity.unit),
        Amount::Money(money) => format!("{} {}", money.amount().normalize(), money.currency()),
        Amount::Text(text) => text.clone(),
        Amount::Absent(why) => format!("n/a: {why}"),
    }
}

/// A value as a screen shows it.
fn briefly(quantity: &Quantity) -> String {
    match &quantity.amount {
        Amount::Number(value) if quantity.unit == "share" => percent(*value),
        Amount::Number(value) => format!("{} {}", count(*value), quantity.unit),
        Amount::Money(money) if money.amount().is_zero() || money.amount().abs() >= rust_decimal::Decimal::ONE => {
            money.to_string()
        }
        Amount::Money(money) => format!("{} {}", money.with_places(6), money.currency()),
        Amount::Text(text) => text.clone(),
        Amount::Absent(why) => format!("n/a: {why}"),
    }
}

fn grid_text(grid: &Grid, sources: &Sources) -> String {
    let numeric =
        |column: usize| grid.rows.iter().all(|row| matches!(row.get(column), Some(Cell::Number(_) | Cell::Exact(_))));
    let columns: Vec<(&str, Align)> = grid
        .columns
        .iter()
        .enumerate()
        .map(|(i, name)| (*name, if numeric(i) { Align::Right } else { Align::Left }))
        .collect();
    let mut table = Table::new(&columns);
    for row in &grid.rows {
        table.row(row.iter().map(|cell| match cell {
            Cell::Text(text) => text.clone(),
            Cell::Number(value) => trimmed(*value),
            Cell::Exact(value) => value.to_string(),
            Cell::Place(span) => place_text(*span, sources),
        }));
    }
    table.render()
}

/// Longest line of running text [characters].
const WIDTH: usize = 112;

/// Adds a text, its lines broken between words and indented; further lines a little more.
fn paragraph(out: &mut String, first: &str, indent: usize, text: &str) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in text.split(' ') {
        if !empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

fn step_text(number: usize, step: &Step, sources: &Sources) -> String {
    let mut out = String::new();
    let mark = if step.adds { '+' } else { ' ' };
    paragraph(&mut out, &format!("{number:>3} {mark} "), 6, &escape::terminal(&step.what));
    for text in [&step.formula, &step.numbers] {
        if !text.is_empty() {
            paragraph(&mut out, "        ", 10, &escape::terminal(text));
        }
    }
    if let Some(grid) = &step.grid {
        for line in grid_text(grid, sources).lines() {
            out.push_str("        ");
            out.push_str(line);
            out.push('\n');
        }
    }
    if let Some(result) = &step.result {
        paragraph(&mut out, "      = ", 10, &escape::terminal(&exactly(result)));
    }
    if !step.places.is_empty() {
        let places: Vec<String> = step.places.iter().map(|span| place_text(*span, sources)).collect();
        paragraph(&mut out, "        ", 10, &format!("at {}", places.join(", ")));
    }
    out
}

/// An explanation as text. Brief leaves out the steps.
#[must_use]
pub fn explanation(explanation: &Explanation, sources: &Sources, about: &str, brief: bool) -> String {
    let mut out =
        format!("{} = {}\n", escape::terminal(&explanation.figure), escape::terminal(&briefly(&explanation.value)));
    if brief {
        return out;
    }
    paragraph(&mut out, "", 0, about);
    for (index, step) in explanation.steps.iter().enumerate() {
        out.push('\n');
        out.push_str(&step_text(index + 1, step, sources));
    }
    out
}

/// A list of figures as text.
#[must_use]
pub fn list(list: &[(String, Quantity)]) -> String {
    let mut table = Table::new(&[("figure", Align::Left), ("value", Align::Right)]);
    for (path, value) in list {
        table.row([path.clone(), briefly(value)]);
    }
    table.render()
}

/// The family of a rule: code and title.
#[must_use]
pub fn family(rule: &Rule) -> (&'static str, &'static str) {
    FAMILIES
        .iter()
        .find(|(_, _, rules)| rules.iter().any(|known| known.code == rule.code))
        .map_or(("", ""), |(code, title, _)| (*code, *title))
}

/// Whether plans and command lines can set a level for a rule, and waive it.
fn settable(rule: &Rule) -> bool {
    family(rule).0 != "IN"
}

/// A waiver that approves a rule's finding.
fn waiver(rule: &Rule) -> String {
    let ceiling = rule.measures.map_or(String::new(), |(unit, _)| format!("ceiling = \"{}\"\n", unit.example()));
    format!(
        "[[waiver]]\nrule    = \"{}\"\n{ceiling}until   = 2026-12-31\nowner   = \"capacity desk\"\nreason  = \"upgrade ordered, ticket 4711\"\n",
        rule.name
    )
}

/// A rule in JSON.
#[must_use]
pub fn rule_value(rule: &Rule) -> Value {
    let (family, title) = family(rule);
    json!({
        "code": rule.code,
        "name": rule.name,
        "family": family,
        "family_title": title,
        "level": rule.level.name(),
        "settable": settable(rule),
        "what": rule.what,
        "why": rule.why,
        "fix": rule.fix,
        "measures": rule.measures.map(|(unit, what)| json!({ "what": what, "ceiling": unit.example() })),
        "waiver": settable(rule).then(|| waiver(rule)),
    })
}

/// A rule's page.
#[must_use]
pub fn rule_page(rule: &Rule) -> String {
    let (family, title) = family(rule);
    let mut out = format!("{} {}\nfamily {family} ({title}), level {} by default\n", rule.code, rule.name, rule.level);
    for (head, text) in [("What it reports", rule.what), ("Why it matters", rule.why), ("How to fix it", rule.fix)] {
        out.push_str(&format!("\n{head}\n"));
        paragraph(&mut out, "  ", 2, text);
    }
    if rule.code == FaultKind::UnknownLayout.code() {
        out.push_str("\nLayouts that are known\n");
        for layout in LAYOUTS {
            paragraph(&mut out, "  ", 4, &format!("{}: {}", layout.name, layout.wants().join(", ")));
        }
    }
    if !settable(rule) {
        out.push_str("\nLevel and waiver\n");
        paragraph(
            &mut out,
            "  ",
            2,
            "None: a fault of an input always ends the run with exit code 2, and can be neither allowed nor waived.",
        );
        return out;
    }
    out.push_str("\nIts level in the plan\n  [policy]\n");
    out.push_str(&format!("  rules = {{ \"{}\" = \"warn\" }}   # allow, note, warn or deny\n", rule.name));
    out.push_str("\nIts level on the command line\n");
    out.push_str(&format!(
        "  trunkrisk check --{} {}\n",
        if rule.level == Level::Deny { "warn" } else { "deny" },
        rule.name
    ));
    out.push_str("\nIts waiver\n");
    let note = match rule.measures {
        Some((unit, what)) => {
            format!("It measures the {what}: a waiver approves up to a ceiling, written like \"{}\".", unit.example())
        }
        None => "It measures nothing, so a waiver has no ceiling.".to_owned(),
    };
    paragraph(&mut out, "  ", 2, &note);
    paragraph(
        &mut out,
        "  ",
        2,
        "`until` is the last valid day. `trunk`, `campaign`, `cause`, `table` or `destination` limit it to one subject.",
    );
    out.push('\n');
    for line in waiver(rule).lines() {
        out.push_str(&format!("  {line}\n"));
    }
    out
}

/// The level of each rule in force, where a plan sets one.
pub type InForce<'a> = &'a dyn Fn(&Rule) -> Level;

/// Every rule as text, by family.
#[must_use]
pub fn rules(in_force: Option<InForce<'_>>, brief: bool) -> String {
    let mut out = String::new();
    for (family, title, rules) in &FAMILIES {
        if !out.is_empty() {
            out.push('\n');
        }
        let mut columns = vec![("code", Align::Left), ("name", Align::Left), ("default", Align::Left)];
        if in_force.is_some() {
            columns.push(("plan", Align::Left));
        }
        if !brief {
            columns.push(("reports", Align::Left));
        }
        let mut table = Table::new(&columns).caption(&format!("{family} · {title}"));
        for rule in *rules {
            let mut row = vec![rule.code, rule.name, rule.level.name()];
            row.extend(in_force.map(|level| level(rule).name()));
            if !brief {
                row.push(rule.what);
            }
            table.row(row);
        }
        out.push_str(&table.render());
    }
    out
}

/// Every rule in JSON.
#[must_use]
pub fn rules_value(in_force: Option<InForce<'_>>) -> Value {
    let all = FAMILIES.iter().flat_map(|(family, _, rules)| rules.iter().map(move |rule| (family, rule)));
    let one = |(family, rule): (&&str, &Rule)| {
        let mut map = Map::new();
        map.insert("code".into(), json!(rule.code));
        map.insert("name".into(), json!(rule.name));
        map.insert("family".into(), json!(family));
        map.insert("level".into(), json!(rule.level.name()));
        map.insert("what".into(), json!(rule.what));
        if let Some(level) = in_force {
            map.insert("plan".into(), json!(level(rule).name()));
        }
        Value::Object(map)
    };
    Value::Array(all.map(one).collect())
}

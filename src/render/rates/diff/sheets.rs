//! The comparison as tables: every term in a column of its own for CSV, old and new beside each other for Markdown.

use super::super::{currency, increment_words, price_words};
use super::{Compares, costs, prefix, words};
use crate::model::rates::RateTable;
use crate::model::rows::RowRef;
use crate::rating::compare::Flow;
use crate::render::report::{Cell, Column, Sheet};

fn text(words: impl Into<String>) -> Cell {
    Cell::Text(words.into())
}

/// Every prefix that is priced otherwise, and the calls of the plan where one is given.
#[must_use]
pub fn sheets<'a>(compares: &'a Compares<'a>) -> Vec<Sheet<'a>> {
    let mut sheets = vec![rows(compares)];
    // The columns of CSV stay where nothing is other; people are spared an empty table.
    if !compares.changes.is_empty() {
        sheets.push(changes(compares));
    }
    if let Some((plan, flows)) = &compares.traffic {
        sheets.push(flow_rows(flows));
        sheets.push(traffic(compares, &plan.path, flows));
    }
    sheets
}

fn for_programs<'a>(
    record: &'static str,
    keys: &[&'static str],
    len: usize,
    row: impl Fn(usize) -> Option<Vec<Cell>> + 'a,
) -> Sheet<'a> {
    let columns = keys.iter().map(|key| Column::new(key, "")).collect();
    Sheet { record, title: String::new(), columns, len, row: Box::new(move |i| Ok(row(i).unwrap_or_default())) }
}

fn for_people<'a>(
    title: String,
    titles: &[&str],
    len: usize,
    row: impl Fn(usize) -> Option<Vec<String>> + 'a,
) -> Sheet<'a> {
    let columns = titles.iter().map(|title| Column::new("", *title)).collect();
    let row = move |i| Ok(row(i).unwrap_or_default().into_iter().map(Cell::Text).collect());
    Sheet { record: "", title, columns, len, row: Box::new(row) }
}

fn rows<'a>(compares: &'a Compares<'a>) -> Sheet<'a> {
    let keys = [
        "prefix",
        "origins",
        "destination",
        "changes",
        "old_prefix",
        "old_price",
        "old_increment",
        "old_connect_fee",
        "old_average_call",
        "old_currency",
        "old_path",
        "old_line",
        "new_prefix",
        "new_price",
        "new_increment",
        "new_connect_fee",
        "new_average_call",
        "new_currency",
        "new_path",
        "new_line",
        "difference",
    ];
    for_programs("rate", &keys, compares.changes.len(), move |index| {
        let compared = compares.changes.get(index)?;
        let origins: Vec<String> = compared.origins.iter().map(ToString::to_string).collect();
        let mut cells = vec![
            text(compared.prefix.to_string()),
            text(origins.join(" ")),
            text(Compares::destination(compared)),
            text(words(compared)),
        ];
        cells.extend(side(compared.old, compared.old_cost, compares.old, compares));
        cells.extend(side(compared.new, compared.new_cost, compares.new, compares));
        cells.push(Cell::maybe(compares.difference(compared), Cell::Number));
        Some(cells)
    })
}

fn side(row: Option<RowRef<'_>>, average: Option<f64>, table: &RateTable, compares: &Compares<'_>) -> [Cell; 8] {
    let Some(row) = row else { return [const { Cell::None }; 8] };
    let sources = compares.sources;
    [
        text(row.prefix.to_string()),
        text(price_words(&row.price)),
        text(increment_words(row)),
        text(row.connect_fee.to_string()),
        Cell::maybe(average, Cell::Number),
        currency(table).map_or(Cell::None, text),
        text(sources.name(row.span.source)),
        Cell::Number(f64::from(sources.position(row.span).line.get())),
    ]
}

fn changes<'a>(compares: &'a Compares<'a>) -> Sheet<'a> {
    let amounts = compares.currency().map_or_else(String::new, |code| format!(" [{code}]"));
    let title = format!("Changed prefixes, by what a call of 2 minutes on average costs{amounts}");
    let titles = ["prefix", "destination", "change", "old", "new", "call, old", "call, new", "by", "place"];
    for_people(title, &titles, compares.changes.len(), move |index| {
        let compared = compares.changes.get(index)?;
        let [old, new] = compares.terms(compared);
        let [old_cost, new_cost] = costs(compared.old_cost, compared.new_cost);
        let by = compares.relative(compared.old_cost, compared.new_cost);
        let place = Compares::named(compared).map_or_else(String::new, |row| {
            let sources = compares.sources;
            format!("{}:{}", sources.name(row.span.source), sources.position(row.span).line)
        });
        let name = Compares::destination(compared);
        Some(vec![prefix(compared), name, words(compared), old, new, old_cost, new_cost, by, place])
    })
}

fn flow_rows<'a>(flows: &'a [Flow<'a>]) -> Sheet<'a> {
    let keys = ["campaign", "prefix", "attempts_per_hour", "old_per_hour", "new_per_hour"];
    for_programs("traffic", &keys, flows.len(), move |index| {
        let flow = flows.get(index)?;
        Some(vec![
            text(flow.campaign.name.clone()),
            text(flow.destination.prefix.to_string()),
            Cell::Number(flow.attempts),
            Cell::maybe(flow.old, Cell::Number),
            Cell::maybe(flow.new, Cell::Number),
        ])
    })
}

fn traffic<'a>(compares: &'a Compares<'a>, plan: &str, flows: &'a [Flow<'a>]) -> Sheet<'a> {
    let [old, new] = Compares::totals(flows);
    let total = |(sum, whole): (f64, bool), table: &RateTable| {
        let code = currency(table).or(compares.currency()).map_or_else(String::new, |code| format!(" {code}"));
        format!("{}{sum:.4}{code}", if whole { "" } else { "≥ " })
    };
    let change = if old.1 && new.1 { compares.relative(Some(old.0), Some(new.0)) } else { "-".to_owned() };
    let (old, new) = (total(old, compares.old), total(new, compares.new));
    let title = format!("The calls of {plan} in an hour of its full floor: {old} → {new} ({change})");
    let titles = ["campaign", "prefix", "attempts", "old", "new", "by"];
    for_people(title, &titles, flows.len(), move |index| {
        let flow = flows.get(index)?;
        let amount = |value: Option<f64>| value.map_or_else(|| "no price".to_owned(), |value| format!("{value:.4}"));
        Some(vec![
            flow.campaign.name.clone(),
            flow.destination.prefix.to_string(),
            format!("{:.1}", flow.attempts),
            amount(flow.old),
            amount(flow.new),
            compares.relative(flow.old, flow.new),
        ])
    })
}

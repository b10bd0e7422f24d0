//! The screen of `diff`, and what `check --base` adds.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::{BOLD, DIM, Detail, columns, length, plural, styled};
use crate::assessment::brief::Ends;
use crate::diff::figures::{Figure, FigureOf};
use crate::diff::{Change, Comparison, Value};
use crate::render::diff::{SideName, drawn_in_words, intervals, within_error};
use crate::render::escape::{shorten, terminal};
use crate::render::json::VERSION;
use crate::render::table::{Align, Table};
use crate::words::diagnostic::Sources;
use crate::words::figure::{money_pair, percent};
use crate::words::money::Money;

/// Changes that a screen lists; `-v` lists all.
const MOST: usize = 40;

/// The two sides on a line: what they are called, and as of when they are reckoned.
fn sides(comparison: &Comparison, base: &SideName, head: &SideName) -> String {
    let (old, new) = comparison.days;
    // Both are reckoned as of the later day, whatever they say themselves.
    let days = if old == new { String::new() } else { format!(" (they say {old} and {new})") };
    format!("{} → {}, as of {}{days}", terminal(&base.name), terminal(&head.name), comparison.as_of)
}

/// One line where nothing has changed.
#[must_use]
pub fn no_change(comparison: &Comparison, base: &SideName, head: &SideName, sets: &[String]) -> String {
    format!("no change: {}\n{}", sides(comparison, base, head), what_if(sets, comparison.figures_only))
}

/// The what-if changes of both sides, a line each; a saved run is as it was saved.
fn what_if(sets: &[String], figures_only: bool) -> String {
    let of = if figures_only { "what if, in the plan alone" } else { "what if, on both sides" };
    sets.iter().map(|set| format!("  {of}: {}\n", terminal(set))).collect()
}

/// A figure's name.
#[must_use]
pub fn name(figure: &Figure) -> String {
    match &figure.of {
        FigureOf::YearMean => "a year, on average".to_owned(),
        FigureOf::YearP95 => "a year, P95".to_owned(),
        FigureOf::Standing => "a year without outage".to_owned(),
        FigureOf::Scenario { cause, length: l } => format!("{} of `{}`", length(*l), shorten(cause, 40)),
    }
}

/// An amount with its sign; an amount that is not nothing never prints as nothing.
#[must_use]
pub fn signed(amount: Decimal, comparison: &Comparison) -> String {
    let money = crate::diff::money(comparison, amount.abs());
    let none = Money::zero(comparison.currency);
    let (shown, _) = money_pair(&money, &none);
    let shown = shown.rsplit_once(' ').map_or(shown.clone(), |(amount, _)| amount.to_owned());
    match (amount.is_zero(), amount.is_sign_negative()) {
        (true, _) => shown,
        (_, true) => format!("-{shown}"),
        (_, false) => format!("+{shown}"),
    }
}

/// The difference of a figure, as far as it is known: where one side alone has calls without a rate it is bounded on one side,
/// and where both have, on none.
#[must_use]
pub fn moved(figure: &Figure, comparison: &Comparison) -> Option<String> {
    let bound = match figure.least {
        (false, false) => "",
        (false, true) => "≥ ",
        (true, false) => "≤ ",
        (true, true) => "? ",
    };
    figure.difference().map(|by| format!("{bound}{}", signed(by.amount(), comparison)))
}

/// Two amounts that never print the same where they differ, without their currency.
#[must_use]
pub fn pair(figure: &Figure) -> (String, String) {
    let least = |least: bool| if least { "≥ " } else { "" };
    let amount = |text: String| text.rsplit_once(' ').map_or(text.clone(), |(amount, _)| amount.to_owned());
    let absent = || "none".to_owned();
    let (old, new) = match (figure.old, figure.new) {
        (Some(old), Some(new)) => {
            let (old, new) = money_pair(&old, &new);
            (amount(old), amount(new))
        }
        (old, new) => {
            let show = |money: Option<Money>| money.map_or_else(absent, |money| money.rounded_amount());
            (show(old), show(new))
        }
    };
    let sign = |text: String, is: bool, money: Option<Money>| match money {
        Some(_) => format!("{}{text}", least(is)),
        None => text,
    };
    (sign(old, figure.least.0, figure.old), sign(new, figure.least.1, figure.new))
}

fn figures(comparison: &Comparison) -> String {
    let code = comparison.currency.code();
    let (old, new, change) = (format!("old {code}"), format!("new {code}"), format!("change {code}"));
    let mut table = Table::new(&[
        ("figure", Align::Left),
        (&old, Align::Right),
        (&new, Align::Right),
        (&change, Align::Right),
        ("", Align::Right),
    ]);
    for figure in &comparison.figures {
        let (old, new) = pair(figure);
        let difference = moved(figure, comparison).unwrap_or_else(|| "n/a".to_owned());
        let weight = crate::rating::border::weight;
        let by = match (figure.old, figure.difference()) {
            (Some(old), Some(by)) if !old.amount().is_zero() && !by.amount().is_zero() => {
                let by = weight(by.amount()) / weight(old.amount());
                if by > 0.0 { format!("+{}", percent(by)) } else { percent(by) }
            }
            _ => String::new(),
        };
        table.row([name(figure), old, new, difference, by]);
    }
    table.render()
}

/// An interval, without its currency; of a difference with signs.
#[must_use]
pub fn interval(ends: &Ends, signs: bool, comparison: &Comparison) -> String {
    let [Some(low), Some(high)] = ends else { return "not known".to_owned() };
    if signs {
        return format!("{} to {}", signed(low.amount(), comparison), signed(high.amount(), comparison));
    }
    let (low, high) = money_pair(low, high);
    let amount = |text: String| text.rsplit_once(' ').map_or(text.clone(), |(amount, _)| amount.to_owned());
    format!("{} to {}", amount(low), amount(high))
}

/// What was drawn, and how sure the figures of it are.
fn drawn(comparison: &Comparison) -> String {
    let Some(words) = drawn_in_words(comparison) else { return String::new() };
    let mut table = Table::new(&[
        ("95 % interval", Align::Left),
        ("old", Align::Right),
        ("new", Align::Right),
        ("change", Align::Right),
    ]);
    let all = intervals(comparison);
    for figure in &comparison.figures {
        let own: Vec<_> = all.iter().filter(|(of, ..)| of.of == figure.of).collect();
        if own.is_empty() {
            continue;
        }
        let mut row = vec![name(figure)];
        for (side, money) in [("old", figure.old), ("new", figure.new), ("difference", figure.difference())] {
            let known = own.iter().find(|(_, of, _)| *of == side);
            let cell = known.map(|(.., ends)| interval(ends, side == "difference", comparison));
            row.push(cell.unwrap_or_else(|| if money.is_some() { "exact" } else { "none" }.to_owned()));
        }
        table.row(row);
    }
    format!("{}\n{}", terminal(&words), table.render())
}

/// The figures whose split the screen shows: year, P95, standing, and of the outages the one with the largest change.
fn shown(comparison: &Comparison) -> Vec<usize> {
    let size = |figure: &Figure| figure.difference().map(|by| by.amount().abs());
    let each = || comparison.figures.iter().enumerate().filter(|(_, figure)| figure.difference().is_some());
    let scenario = |figure: &Figure| matches!(figure.of, FigureOf::Scenario { .. });
    let most = each().filter(|(_, f)| scenario(f)).rev().max_by_key(|(_, f)| size(f)).map(|(index, _)| index);
    each().filter(|(index, f)| !scenario(f) || Some(*index) == most).map(|(index, _)| index).collect()
}

fn parts(comparison: &Comparison) -> String {
    let shown = shown(comparison);
    let names: Vec<String> = shown.iter().filter_map(|index| comparison.figures.get(*index)).map(name).collect();
    let mut head = vec![("part", Align::Left)];
    head.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(&head).caption(&format!("what each part adds [{}]", comparison.currency));
    for part in comparison.parts() {
        let mut row = vec![part.name().to_owned()];
        row.extend(shown.iter().map(|index| {
            comparison.of_part(part, *index).map_or_else(|| "n/a".to_owned(), |effect| signed(effect, comparison))
        }));
        table.row(row);
    }
    let mut total = vec!["total".to_owned()];
    total.extend(
        shown
            .iter()
            .filter_map(|index| comparison.figures.get(*index))
            .map(|figure| moved(figure, comparison).unwrap_or_else(|| "n/a".to_owned())),
    );
    table.total(total);
    table.render()
}

/// What a value was and is.
#[must_use]
pub fn value(value: &Value) -> String {
    let text = |text: &Option<String>| match text {
        Some(text) => terminal(text).into_owned(),
        None => "none".to_owned(),
    };
    let key = if value.key.is_empty() { String::new() } else { format!("{} ", terminal(&value.key)) };
    format!("{key}{} → {}", text(&value.old), text(&value.new))
}

/// Where a change stands.
#[must_use]
pub fn place(change: &Change, sources: &Sources) -> String {
    let span = change.values.iter().find_map(|value| value.new_at.or(value.old_at));
    span.map_or_else(String::new, |span| {
        let at = sources.position(span);
        terminal(&format!("{}:{}", sources.name(span.source), at.line)).into_owned()
    })
}

fn changes(comparison: &Comparison, sources: &Sources, detail: Detail) -> String {
    let most = if detail > Detail::Normal { usize::MAX } else { MOST };
    let rows: Vec<Vec<String>> = comparison
        .changes
        .iter()
        .take(most)
        .map(|change| {
            let (effect, share) = comparison.effect(change).map_or_else(
                || ("n/a".to_owned(), String::new()),
                |(effect, share)| {
                    let share = share.filter(|_| !effect.is_zero()).map_or_else(String::new, percent);
                    (signed(effect, comparison), share)
                },
            );
            let values: Vec<String> = change.values.iter().map(value).collect();
            vec![effect, share, format!("{}: {}", terminal(&change.what), values.join("; ")), place(change, sources)]
        })
        .collect();
    let of = comparison.headline.and_then(|index| comparison.figures.get(index)).map(name);
    let about = of.map_or_else(String::new, |of| {
        format!(", by what they add to {of} [{}], with their share of its whole change", comparison.currency)
    });
    let mut out = format!("{BOLD}changes{BOLD:#}{about}\n");
    // Amounts stand at the right.
    let wide =
        |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let (amount, share) = (wide(0), wide(1));
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| {
            let mut cells = row.into_iter();
            let (a, b) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            let mut row = vec![format!("{a:>amount$}"), format!("{b:>share$}")];
            row.extend(cells);
            row
        })
        .collect();
    for line in columns(&rows) {
        let _ = writeln!(out, "  {line}");
    }
    let more = comparison.changes.len().saturating_sub(most);
    if more > 0 {
        let _ = writeln!(out, "  {} {} more (-v shows them)", styled(DIM, "·"), plural(more, "change"));
    }
    out
}

/// What is known of the comparison besides its figures.
fn notes(comparison: &Comparison) -> String {
    let mut out = String::new();
    if comparison.figures_only {
        out.push_str("a side is a saved run: the figures alone are compared, not what they come from\n");
    }
    if let Some(why) = &comparison.year_why {
        let _ = writeln!(out, "the year is not compared: {}", terminal(why));
    }
    if comparison.figures.iter().any(|figure| figure.least != (false, false)) {
        out.push_str(
            "≥: calls without a rate are in no amount: one that loses its rate takes its former cost away, and no difference \
             knows what it costs now\n",
        );
    }
    out
}

/// What has changed: figures, how they were drawn, parts, changes.
fn section(comparison: &Comparison, sources: &Sources, detail: Detail) -> String {
    let mut blocks = Vec::new();
    if !comparison.figures.is_empty() {
        blocks.push(figures(comparison));
        blocks.push(drawn(comparison));
    }
    if !comparison.changes.is_empty() {
        if !comparison.figures.is_empty() {
            blocks.push(parts(comparison));
        }
        blocks.push(changes(comparison, sources, detail));
    }
    blocks.push(notes(comparison));
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n")
}

/// The difference in a sentence.
#[must_use]
pub fn headline(comparison: &Comparison) -> String {
    let Some(figure) = comparison.headline.and_then(|index| comparison.figures.get(index)) else {
        return "no year and no outage is on both sides".to_owned();
    };
    let (old, new) = pair(figure);
    let by = figure.difference().map(|by| by.amount()).unwrap_or_default();
    let name = match figure.of {
        FigureOf::YearMean => "an average year".to_owned(),
        _ => name(figure),
    };
    let name = terminal(&name).into_owned();
    if by.is_zero() {
        return format!("{name} costs {new} {} as before", comparison.currency);
    }
    let error = if within_error(figure, comparison) { ", within the error of the years drawn" } else { "" };
    let moved = moved(figure, comparison).unwrap_or_default();
    format!("{name} costs {old} → {new} {} ({moved}){error}", comparison.currency)
}

/// The screen of `diff`.
#[must_use]
pub fn diff(
    comparison: &Comparison,
    (base, head): (&SideName, &SideName),
    sources: &Sources,
    path: &str,
    sets: &[String],
    detail: Detail,
) -> String {
    let mut out = format!("trunkrisk {VERSION} · {} · {}\n", terminal(path), sides(comparison, base, head));
    out.push_str(&what_if(sets, comparison.figures_only));
    out.push('\n');
    let _ = writeln!(out, "{BOLD}{}{BOLD:#}", headline(comparison));
    if detail > Detail::Quiet {
        out.push('\n');
        out.push_str(&section(comparison, sources, detail));
    }
    out
}

/// What `check --base` adds: the change, between the verdict and the findings.
#[must_use]
pub fn against(comparison: &Comparison, base: &SideName, head: &SideName, sources: &Sources, detail: Detail) -> String {
    if comparison.is_empty() {
        // What is set beside it stands in the header of the check.
        return no_change(comparison, base, head, &[]);
    }
    let mut out = format!("{BOLD}the change{BOLD:#} {}: {}\n", sides(comparison, base, head), headline(comparison));
    out.push_str("policy and waivers are the base's\n\n");
    out.push_str(&section(comparison, sources, detail));
    out
}

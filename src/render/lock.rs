//! The sign-off: the file that `sign` writes, and what `check` says of it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::escape::terminal;
use super::json::VERSION;
use super::table::{Align, Table};
use crate::assessment::Assessment;
use crate::input::plan::Loaded;
use crate::model::lock::{Lock, Tolerance};
use crate::policy::sign_off::{Figure, Value as Amount, compared, kept, moved, told};
use crate::words::figure::{json as number, percent};

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Who accepts, and how far.
pub struct Terms<'a> {
    /// Who.
    pub signed_by: &'a str,
    /// When.
    pub signed_on: chrono::NaiveDate,
    /// Last day.
    pub valid_until: chrono::NaiveDate,
    /// How far figures may move.
    pub tolerance: Tolerance,
}

/// The lock as a file: a line for each thing that can change, so that a review sees what did.
#[must_use]
pub fn file(loaded: &Loaded, figures: &[Figure], terms: &Terms<'_>) -> String {
    let plan = &loaded.plan;
    let mut out = String::from(
        "# Who accepted which figures for which inputs. Written by `trunkrisk sign`; `trunkrisk check` compares.\n\n",
    );
    let _ = writeln!(out, "version     = 1");
    let _ = writeln!(out, "tool        = {}", quoted(VERSION));
    let _ = writeln!(out, "signed_by   = {}", quoted(terms.signed_by));
    let _ = writeln!(out, "signed_on   = {}", terms.signed_on);
    let _ = writeln!(out, "valid_until = {}", terms.valid_until);
    let _ = writeln!(out, "as_of       = {}", plan.as_of);
    let _ = writeln!(out, "currency    = {}", quoted(plan.currency.code()));
    let Tolerance { money, share } = terms.tolerance;
    let _ = writeln!(out, "\n[tolerance]");
    let _ = writeln!(out, "money = {:<8} # of the amount accepted", money.normalize().to_string());
    let _ = writeln!(out, "share = {:<8} # of all: 0.01 is one point of a percentage", share.normalize().to_string());
    let _ = writeln!(out, "\n[figures]");
    for figure in figures.iter().filter(|figure| figure.spend.is_none()) {
        let value = kept(figure.value);
        let value = if let Amount::Money(_) = figure.value { quoted(&value.to_string()) } else { value.to_string() };
        let _ = writeln!(out, "{:<9} = {value}", figure.name);
    }
    let mut cause = None;
    for figure in figures {
        let Some((of, length)) = &figure.spend else { continue };
        if cause != Some(of) {
            let _ = writeln!(out, "\n[figures.spend.{}]", quoted(of));
            cause = Some(of);
        }
        let _ = writeln!(out, "{:<6} = {}", quoted(length), quoted(&kept(figure.value).to_string()));
    }
    for input in &loaded.inputs {
        let _ = writeln!(out, "\n[[input]]\npath   = {}\nsha256 = {}", quoted(&input.path), quoted(&input.sha256));
    }
    out
}

fn who(lock: &Lock) -> String {
    format!("Signed by {} on {}, valid until {}", terminal(&lock.signed_by), lock.signed_on, lock.valid_until)
}

/// What `check` says of a sign-off; nothing without one.
#[must_use]
pub fn text(assessment: &Assessment<'_>) -> String {
    let Some((lock, all)) = compared(assessment) else { return String::new() };
    let out_of = all.iter().filter(|figure| !figure.within).count();
    if out_of == 0 && lock.changed.is_empty() {
        return format!("{}: nothing changed since.\n\n", who(lock));
    }
    let changed = terminal(&lock.changed.join(", ")).into_owned();
    let mut out = if out_of == 0 {
        format!("{}. Note: changed since, and every figure is within its tolerance: {changed}.\n", who(lock))
    } else if lock.changed.is_empty() {
        format!("{}; no input changed since, and {out_of} of {} figures moved.\n", who(lock), all.len())
    } else {
        format!("{}; changed since, with {out_of} of {} figures beyond tolerance: {changed}.\n", who(lock), all.len())
    };
    let mut table = Table::new(&[
        ("figure", Align::Left),
        ("signed", Align::Right),
        ("now", Align::Right),
        ("moved", Align::Right),
        ("", Align::Left),
    ])
    .caption(&format!(
        "signed against current; tolerated: {} of an amount, {} points of a share",
        percent(crate::rating::border::weight(lock.tolerance.money)),
        crate::rating::border::weight(lock.tolerance.share) * 100.0
    ));
    for figure in &all {
        let (signed, now) = told(figure, assessment);
        let by = moved(figure).unwrap_or_default();
        let mark = if figure.within { "" } else { "beyond" };
        table.row([figure.name.as_str(), &signed, &now, &by, mark]);
    }
    out.push_str(&table.render());
    out.push('\n');
    out
}

/// The same as JSON; nothing without a sign-off.
#[must_use]
pub fn value(assessment: &Assessment<'_>) -> Option<Value> {
    let (lock, all) = compared(assessment)?;
    let now = |now: &Amount| match now {
        Amount::Money(money) => json!(money.amount().to_string()),
        Amount::Share(share) => number(*share),
    };
    let figures = all.iter().map(|figure| {
        json!({
            "figure": figure.name,
            "signed": figure.signed.map(|signed| signed.value.to_string()),
            "current": figure.now.as_ref().map(now),
            "within_tolerance": figure.within,
        })
    });
    Some(json!({
        "signed_by": lock.signed_by,
        "signed_on": lock.signed_on.to_string(),
        "valid_until": lock.valid_until.to_string(),
        "changed": lock.changed,
        "figures": figures.collect::<Vec<_>>(),
    }))
}

//! The screen of `simulate --years`.

use std::fmt::Write as _;

use super::{BOLD, Detail, header, year};
use crate::assessment::Assessment;
use crate::assessment::simulated::{Compared, Method};
use crate::assessment::year::Year;
use crate::input::plan::Loaded;
use crate::words::figure::count;

/// Simulated years, and the exact law beside them. `ended` says why there are no more years.
#[must_use]
pub fn simulated_years(
    assessment: &Assessment<'_>,
    simulated: &Year,
    compared: &[Compared],
    ended: &str,
    loaded: &Loaded,
    demo: bool,
    detail: Detail,
) -> String {
    let mut out = header(loaded, demo);
    out.push('\n');
    if let Method::Simulated(of) = &simulated.method {
        let (years, outages) = (count(of.years as f64), count(of.outages as f64));
        let _ =
            writeln!(out, "{BOLD}{years} years simulated with seed {}{BOLD:#}: {outages} outages. {ended}\n", of.seed);
    }
    if compared.is_empty() {
        let why = match &assessment.year {
            Ok(_) => "it would take every outage for itself".to_owned(),
            Err(reason) => reason.clone(),
        };
        let _ = writeln!(out, "There is no exact law beside it: {why}.");
    }
    out.push_str(&year::compared(compared, assessment.plan().currency.code()));
    out.push('\n');
    if detail > Detail::Quiet {
        out.push_str(&year::figures(assessment, simulated));
    }
    out
}

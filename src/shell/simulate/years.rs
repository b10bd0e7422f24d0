//! `simulate --years`: years by chance, beside their exact law.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::json;

use super::whole;
use crate::assessment::Assessment;
use crate::assessment::simulated::{Method, Prepared, SEED, compared, prepare};
use crate::assessment::year::{QUANTILES, causes};
use crate::render::json::{document, envelope};
use crate::render::{text, year as render};
use crate::shell::app::Context;
use crate::shell::cli::SimulateArgs;
use crate::shell::error::{Error, ErrorKind, shown};
use crate::shell::exit::Exit;
use crate::shell::output::{Format, to_stderr};
use crate::shell::run::Run;
use crate::simulate::years::figures::{Estimate, Figures};
use crate::simulate::years::run::{Drawn, Ended};
use crate::words::figure::percent;

/// Most years: their totals are kept, eight bytes each.
const MOST_YEARS: u64 = 20_000_000;
const MOST_THREADS: u64 = 1024;

/// Runs the command.
pub(super) fn run(args: &SimulateArgs, context: &mut Context) -> Result<Exit, Error> {
    let number = whole("--years", args.years.years.as_deref().unwrap_or_default(), 1, MOST_YEARS)?;
    let seed = args.seed.as_deref().map_or(Ok(SEED), |text| whole("--seed", text, 0, u64::MAX))?;
    let processors = || std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let threads =
        args.threads.as_deref().map_or_else(|| Ok(processors()), |t| whole("--threads", t, 1, MOST_THREADS))?;
    let until = args.years.until.as_deref().map(Until::read).transpose()?;
    let run = Run::load("simulate", context)?;
    let assessment = run.assess()?;
    let none = |reason: String| Error::from(ErrorKind::Unanswerable(format!("years cannot be simulated: {reason}")));
    let laws = causes(assessment.plan())?.map_err(none)?;
    let prepared = prepare(assessment.plan())?.map_err(none)?;
    if until.as_ref().is_some_and(|until| until.figure == Figure::Over) && assessment.plan().budget.year.is_none() {
        return Err(ErrorKind::Arguments(
            "--until prob asks for years over a budget that the plan does not give".into(),
        )
        .into());
    }
    let stop = interrupt()?;
    let done = AtomicU64::new(0);
    let threads = usize::try_from(threads).unwrap_or(1);
    let ask = prepared.ask(number, seed, threads, &stop, &done);
    let enough = |drawn: &Drawn| until.as_ref().is_some_and(|until| until.reached(&prepared, drawn));
    let enough: Option<&dyn Fn(&Drawn) -> bool> = if until.is_some() { Some(&enough) } else { None };
    let drawn = watched(context, &done, number, || prepared.years.run(&ask, enough));
    if drawn.totals.is_empty() {
        return Err(none("the run was ended before the first years were complete".to_owned()));
    }
    let year = prepared.year(&assessment, &laws, &drawn, seed);
    let year = year.map_err(|error| none(error.to_string()))?;
    let Method::Simulated(simulated) = &year.method else {
        return Err(none("there are none".to_owned()));
    };
    let beside = assessment.year.as_ref().map(|exact| compared(exact, simulated)).unwrap_or_default();
    let exit = if drawn.ended == Ended::Interrupted { Exit::Error } else { Exit::Pass };
    let ended = ended(&drawn, number, until.as_ref(), &simulated.figures);
    let (demo, detail) = (context.global.demo, run.detail);
    context.outputs.write(|format| match format {
        Format::Text => Ok(text::simulated_years(&assessment, &year, &beside, &ended, &run.loaded, demo, detail)),
        Format::Json => {
            let status = if exit == Exit::Pass { "pass" } else { "error" };
            let complete = !year.incomplete && exit == Exit::Pass;
            let mut map = envelope("simulate", &run.loaded, status, exit.code(), complete);
            map.insert("year".into(), render::figures(&year, &assessment));
            map.insert("exact".into(), exact(&assessment));
            map.insert("compared".into(), render::compared(&beside));
            map.insert("ended".into(), json!(ended));
            Ok(document(&json!(map)))
        }
    })?;
    Ok(exit)
}

/// The exact law, where there is one.
fn exact(assessment: &Assessment<'_>) -> serde_json::Value {
    match &assessment.year {
        Ok(year) if matches!(year.method, Method::Exact) => render::figures(year, assessment),
        Ok(_) => json!({ "method": null, "why": "it would take every outage for itself" }),
        Err(reason) => json!({ "method": null, "why": reason }),
    }
}

fn ended(drawn: &Drawn, asked: u64, until: Option<&Until>, figures: &Figures) -> String {
    let width = until.map(|until| (until, until.estimate(figures).and_then(|estimate| estimate.relative_width())));
    let known = |(until, width): (&Until, Option<f64>)| {
        let width = width.map_or_else(|| "no interval".to_owned(), percent);
        format!("The interval of {} is {width} of it wide, {} were wanted.", until.name, percent(until.width))
    };
    match (drawn.ended, width) {
        (Ended::Interrupted, _) => format!("Ended before all {asked} years were drawn; these are complete."),
        (_, Some(width)) => known(width),
        (_, None) => "All that were asked for.".to_owned(),
    }
}

/// A figure that a run ends by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Figure {
    Mean,
    /// By its place among the quantiles.
    Quantile(usize),
    Over,
}

/// `--until FIGURE=SHARE`.
#[derive(Debug, Clone, PartialEq)]
struct Until {
    name: &'static str,
    figure: Figure,
    width: f64,
}

impl Until {
    const FIGURES: [(&'static str, Figure); 8] = [
        ("mean", Figure::Mean),
        ("p50", Figure::Quantile(0)),
        ("p75", Figure::Quantile(1)),
        ("p90", Figure::Quantile(2)),
        ("p95", Figure::Quantile(3)),
        ("p99", Figure::Quantile(4)),
        ("p999", Figure::Quantile(QUANTILES.len() - 1)),
        ("prob", Figure::Over),
    ];

    fn read(text: &str) -> Result<Self, Error> {
        let fault = |why: &str| {
            let names: Vec<&str> = Self::FIGURES.iter().map(|(name, _)| *name).collect();
            Error::from(ErrorKind::Arguments(format!("--until {}: {why}", shown(text)))).hint(format!(
                "a figure and how wide its interval may be, such as p95=1%; figures are {}",
                names.join(", ")
            ))
        };
        let (name, width) = text.split_once('=').ok_or_else(|| fault("`=` is missing"))?;
        let Some((name, figure)) = Self::FIGURES.iter().find(|(known, _)| *known == name.trim()) else {
            return Err(fault("no such figure"));
        };
        let width = width.trim();
        let (digits, unit) = width.strip_suffix('%').map_or((width, 1.0), |digits| (digits.trim_end(), 0.01));
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        match digits.parse::<f64>() {
            Ok(number) if plain && number > 0.0 && number * unit < 1.0 => {
                Ok(Self { name, figure: *figure, width: number * unit })
            }
            _ => Err(fault("the width is a share above 0 and below 1")),
        }
    }

    fn estimate<'f>(&self, figures: &'f Figures) -> Option<&'f Estimate> {
        match self.figure {
            Figure::Mean => Some(&figures.mean),
            Figure::Quantile(place) => figures.quantiles.get(place).map(|quantile| &quantile.amount),
            Figure::Over => figures.over_year.as_ref(),
        }
    }

    fn reached(&self, prepared: &Prepared<'_>, drawn: &Drawn) -> bool {
        let figures = prepared.read(drawn);
        let width = self.estimate(&figures).and_then(|estimate| estimate.relative_width());
        width.is_some_and(|width| width <= self.width)
    }
}

/// Becomes true when the user interrupts the run.
fn interrupt() -> Result<Arc<AtomicBool>, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&stop);
    ctrlc::set_handler(move || set.store(true, Ordering::Relaxed))
        .map_err(|error| Error::from(ErrorKind::Unanswerable(format!("interrupts cannot be heard: {error}"))))?;
    Ok(stop)
}

/// Runs something long; on a terminal, says after two seconds how far it is.
fn watched(context: &Context, done: &AtomicU64, of: u64, run: impl FnOnce() -> Drawn) -> Drawn {
    if !std::io::stderr().is_terminal() || context.global.quiet {
        return run();
    }
    let color = context.global.color;
    std::thread::scope(|scope| {
        let (over, ended) = channel::<()>();
        scope.spawn(move || {
            let mut wait = Duration::from_secs(2);
            let mut said = false;
            while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let part = done.load(Ordering::Relaxed) as f64 / of as f64;
                to_stderr(
                    &format!("\r{:3.0} % of the years drawn; Ctrl-C ends with what is done", part * 100.0),
                    color,
                );
                (wait, said) = (Duration::from_millis(250), true);
            }
            if said {
                to_stderr(&format!("\r{:70}\r", ""), color);
            }
        });
        let drawn = run();
        drop(over);
        drawn
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_rules_are_read_from_their_argument() {
        let read = |text| Until::read(text).map(|until| (until.figure, until.width));
        assert_eq!(read("p95=1%").unwrap(), (Figure::Quantile(3), 0.01));
        assert_eq!(read("p999=0.05").unwrap(), (Figure::Quantile(5), 0.05));
        assert_eq!(read("mean=2.5 %").unwrap(), (Figure::Mean, 0.025));
        assert_eq!(read("prob=10%").unwrap().0, Figure::Over);
        assert_eq!(QUANTILES.len(), 6);
        for bad in [
            "", "p95", "p95=", "p95=0", "p95=0%", "p95=-1%", "p95=100%", "p95=1e-3", "p95=x", "p42=1%", "=1%",
            "p95=NaN",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}

//! `sign`: records who accepted which figures for which inputs.

use serde_json::json;

use super::app::Context;
use super::cli::SignArgs;
use super::error::{Error, ErrorKind, shown};
use super::exit::Exit;
use super::output::Format;
use super::run::Run;
use crate::model::lock::Tolerance;
use crate::policy::sign_off::figures;
use crate::policy::{Levels, judge};
use crate::render::json::{document, envelope, put_verdict};
use crate::render::lock::{Terms, file};
use crate::render::text::header;

/// Runs the command.
pub(super) fn run(args: &SignArgs, context: &mut Context) -> Result<Exit, Error> {
    let refuse = |message: &str, hint: &str| Err(Error::from(ErrorKind::Arguments(message.to_owned())).hint(hint));
    if !context.global.set.is_empty() {
        return refuse("a what-if cannot be signed", "leave --set out: what is signed stands in the files");
    }
    if context.global.demo && args.lock.is_none() {
        return refuse("the example floor has no folder for a lock", "name one with --lock FILE");
    }
    let by = args.by.trim();
    if by.is_empty() || by.chars().count() > 200 {
        return refuse("--by names nobody", "who accepts the figures, in at most 200 characters");
    }
    let run = Run::load("sign", context)?;
    let assessment = run.assess()?;
    let plan = assessment.plan();
    let signed_on = args.on.unwrap_or(plan.as_of);
    if args.valid_until < signed_on || args.valid_until < plan.as_of {
        let message = format!("--valid-until {} lies before the day of signing", args.valid_until);
        return Err(ErrorKind::Arguments(message).into());
    }
    let usual = Tolerance::usual();
    let tolerance =
        Tolerance { money: args.tolerance.unwrap_or(usual.money), share: args.tolerance_share.unwrap_or(usual.share) };
    let accepted = figures(&assessment);
    let terms = Terms { signed_by: by, signed_on, valid_until: args.valid_until, tolerance };
    let text = file(&run.loaded, &accepted, &terms);
    let place = match &args.lock {
        Some(path) => path.clone(),
        None => super::load::lock_path(context)?,
    };
    let name = place.file_name().map_or_else(String::new, |name| shown(&name.to_string_lossy()));
    super::output::write_file(&place, &name, &text)?;
    let verdict = judge(&assessment, &Levels::default());
    let summary = verdict.summary();
    let (demo, until) = (context.global.demo, args.valid_until);
    context.outputs.write(|format| {
        Ok(match format {
            Format::Text => {
                let mut out = header(&run.loaded, demo);
                out.push_str(&format!(
                    "\n{name}: {} figures for {} inputs, signed by {} on {signed_on}, valid until {until}\n",
                    accepted.len(),
                    run.loaded.inputs.len(),
                    crate::render::escape::terminal(by),
                ));
                if summary.deny + summary.not_judged > 0 {
                    out.push_str(&format!(
                        "note: {} findings are denied and {} rules not judged; a signature changes no verdict\n",
                        summary.deny, summary.not_judged
                    ));
                }
                out
            }
            Format::Json => {
                let mut map = envelope("sign", &run.loaded, "pass", Exit::Pass.code(), true);
                map.insert("lock".to_owned(), json!({ "file": name, "figures": accepted.len() }));
                put_verdict(&mut map, &verdict, &run.loaded);
                document(&map.into())
            }
        })
    })?;
    Ok(Exit::Pass)
}

//! `schema`: the JSON Schema of what is read and written.

use serde_json::json;

use super::app::Context;
use super::cli::SchemaArgs;
use super::error::{Error, ErrorKind, shown};
use super::exit::Exit;
use super::explain::without_plan;
use super::output::Format;
use crate::input::fault::did_you_mean;
use crate::render::json::document;
use crate::render::schemas::{SCHEMAS, find, list};

/// Runs the command.
pub(super) fn run(args: &SchemaArgs, context: &mut Context) -> Result<Exit, Error> {
    let Some(name) = &args.name else {
        context.outputs.write(|format| {
            Ok(match format {
                Format::Text => format!("{}\n`trunkrisk schema NAME` prints one.\n", list()),
                Format::Json => {
                    let all: Vec<_> = SCHEMAS.iter().map(|s| json!({ "name": s.name, "what": s.what })).collect();
                    document(&without_plan("schema", "schemas", json!(all)))
                }
            })
        })?;
        return Ok(Exit::Pass);
    };
    let Some(schema) = find(name) else {
        let error = Error::from(ErrorKind::Arguments(format!("there is no schema `{}`", shown(name))));
        let hint = match name.as_str() {
            "sarif" => "SARIF 2.1.0 has its schema from OASIS: the `$schema` of the output names it".to_owned(),
            _ => did_you_mean(name, &SCHEMAS.each_ref().map(|schema| schema.name)),
        };
        return Err(error.hint(hint));
    };
    context.outputs.write(|_| Ok(schema.text.to_owned()))?;
    Ok(Exit::Pass)
}

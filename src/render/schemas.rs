//! JSON Schema (draft-07) of what the program reads and of what it writes for programs. A test holds every output and
//! every input against them, and every key that the readers ask for.

use super::table::{Align, Table};

/// A schema.
pub struct Schema {
    /// Its name: that of the file that it describes, or of the command that writes it.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What it describes.
    pub what: &'static str,
    /// The schema.
    pub text: &'static str,
}

/// Every schema.
pub static SCHEMAS: [Schema; 8] = [
    Schema {
        name: "failover",
        aliases: &["plan", "failover.toml"],
        what: "the plan, failover.toml",
        text: include_str!("schemas/failover.schema.json"),
    },
    Schema {
        name: "rates",
        aliases: &["table", "rate-table"],
        what: "a rate table, rates/*.toml",
        text: include_str!("schemas/rates.schema.json"),
    },
    Schema {
        name: "lock",
        aliases: &["failover.lock", "failover.lock.toml"],
        what: "a sign-off, failover.lock.toml",
        text: include_str!("schemas/lock.schema.json"),
    },
    Schema {
        name: "run",
        aliases: &[
            "json",
            "check",
            "estimate",
            "size",
            "compare",
            "simulate",
            "report",
            "sign",
            "diff",
            "explain",
            "rules",
            "init",
            "rates-lint",
            "rates-import",
            "rates-diff",
            "schema",
        ],
        what: "the envelope of every command but those below",
        text: include_str!("schemas/run.schema.json"),
    },
    Schema {
        name: "rates-show",
        aliases: &[],
        what: "the row that prices a number, by a table or by each of the plan",
        text: include_str!("schemas/rates-show.schema.json"),
    },
    Schema {
        name: "rates-price",
        aliases: &[],
        what: "the price of a call, by a table or by each of the plan, or a line of a batch",
        text: include_str!("schemas/rates-price.schema.json"),
    },
    Schema {
        name: "erlang",
        aliases: &[],
        what: "an answer of a capacity formula, or a line of a batch",
        text: include_str!("schemas/erlang.schema.json"),
    },
    Schema {
        name: "gitlab",
        aliases: &[],
        what: "the Code Quality report of check and rates lint",
        text: include_str!("schemas/gitlab.schema.json"),
    },
];

/// A schema by one of its names.
#[must_use]
pub fn find(name: &str) -> Option<&'static Schema> {
    SCHEMAS.iter().find(|schema| schema.name == name || schema.aliases.contains(&name))
}

/// The schemas as a table.
#[must_use]
pub fn list() -> String {
    let mut table = Table::new(&[("name", Align::Left), ("what it describes", Align::Left)]);
    for schema in &SCHEMAS {
        table.row([schema.name, schema.what]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_texts_are_schemas() {
        for (i, schema) in SCHEMAS.iter().enumerate() {
            let value: serde_json::Value = serde_json::from_str(schema.text).unwrap();
            assert_eq!(value["$schema"], "http://json-schema.org/draft-07/schema#", "{}", schema.name);
            for name in std::iter::once(&schema.name).chain(schema.aliases) {
                assert!(std::ptr::eq(find(name).unwrap(), &SCHEMAS[i]), "{name}");
            }
        }
        assert!(find("nonsense").is_none());
    }
}

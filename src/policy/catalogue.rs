//! Every rule, in the order in which reports list them.

use super::rule::Rule;
use super::{capacity, cost, governance, inputs, rates, trunks};
use crate::input::fault::suggest;
use crate::model::policy::Unit;
use crate::words::level::Level;

/// The families, each with its title and rules.
pub static FAMILIES: [(&str, &str, &[Rule]); 6] = [
    ("IN", "inputs", inputs::RULES),
    ("CAP", "capacity", capacity::RULES),
    ("COST", "money", cost::RULES),
    ("RATE", "rate tables", rates::RULES),
    ("TRUNK", "routing", trunks::RULES),
    ("GOV", "governance", governance::RULES),
];

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    FAMILIES.iter().flat_map(|(_, _, rules)| rules.iter())
}

/// A rule by its name or code.
#[must_use]
pub fn find(word: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.name.eq_ignore_ascii_case(word) || rule.code.eq_ignore_ascii_case(word))
}

/// The rules' own levels.
#[must_use]
pub fn levels() -> Vec<(&'static str, Level)> {
    rules().filter(|rule| !rule.code.starts_with("IN")).map(|rule| (rule.name, rule.level)).collect()
}

/// The name of the rule that was probably meant.
#[must_use]
pub fn suggest_rule(word: &str) -> Option<&'static str> {
    suggest(word, rules().map(|rule| rule.name))
}

/// The rules that a plan can set levels for and waive, with the unit they measure in. Faults of inputs can be neither
/// allowed nor waived.
#[must_use]
pub fn known() -> Vec<(&'static str, Option<Unit>)> {
    rules()
        .filter(|rule| !rule.code.starts_with("IN"))
        .map(|rule| (rule.name, rule.measures.map(|(unit, _)| unit)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_unique_and_texts_are_there() {
        let all: Vec<&Rule> = rules().collect();
        for (i, rule) in all.iter().enumerate() {
            assert!(all.iter().skip(i + 1).all(|other| other.code != rule.code && other.name != rule.name));
            assert!(rule.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", rule.name);
            for text in [rule.what, rule.why, rule.fix] {
                assert!(text.len() > 10 && text.ends_with('.'), "{}: {text:?}", rule.name);
            }
        }
        for (family, _, rules) in &FAMILIES {
            assert!(rules.iter().all(|rule| rule.code.starts_with(family)));
            assert!(rules.windows(2).all(|pair| pair[0].code < pair[1].code), "{family}");
        }
        assert!(find("cap002").is_some() && find("floor-not-absorbed").is_some() && find("nonsense").is_none());
        assert_eq!(suggest_rule("floor-not-absorbd"), Some("floor-not-absorbed"));
    }
}

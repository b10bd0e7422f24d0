//! Family `GOV`: what was approved, and whether it still holds. Judged with the waivers and the sign-off themselves, and
//! `policy-loosened` against a base.

use super::rule::Rule;
use super::sign_off::{SIGN_OFF_STALE, UNSIGNED_CHANGE};
use crate::words::level::Level;

/// A policy that lets more pass than the base's.
pub static LOOSENED: Rule = Rule {
    code: "GOV001",
    name: "policy-loosened",
    level: Level::Deny,
    measures: None,
    what: "Against a base: a budget, limit, level or confidence of the plan lets more pass than the base's, or a waiver is new or reaches further.",
    why: "A change that loosens its own gate would pass by it. Until it is merged, the base's policy and waivers hold.",
    fix: "Change the policy by itself, and have it approved by those who own it.",
    judge: None,
};

/// A waiver past its last day.
pub static WAIVER_EXPIRED: Rule = Rule {
    code: "GOV002",
    name: "waiver-expired",
    level: Level::Warn,
    measures: None,
    what: "A waiver's last day lies before `as_of`; what it covered counts again.",
    why: "An exception that nobody renews is an exception that nobody remembers.",
    fix: "Fix what it covered, or have its owner renew it.",
    judge: None,
};

/// A waiver that covers nothing.
pub static WAIVER_UNUSED: Rule = Rule {
    code: "GOV003",
    name: "waiver-unused",
    level: Level::Warn,
    measures: None,
    what: "A waiver covers no finding.",
    why: "It would cover the next one, unseen.",
    fix: "Drop it, or mend the names in it.",
    judge: None,
};

/// A waiver whose ceiling is passed.
pub static WAIVER_CEILING: Rule = Rule {
    code: "GOV004",
    name: "waiver-ceiling-passed",
    level: Level::Deny,
    measures: None,
    what: "A finding measures more than the ceiling of the waiver that names it; the finding counts.",
    why: "What was approved was less.",
    fix: "Bring the measure below the ceiling, or have its owner approve the new one.",
    judge: None,
};

const fn page(rule: &Rule) -> Rule {
    Rule {
        code: rule.code,
        name: rule.name,
        level: rule.level,
        measures: None,
        what: rule.what,
        why: rule.why,
        fix: rule.fix,
        judge: None,
    }
}

/// The rules.
pub static RULES: &[Rule] = &[
    page(&LOOSENED),
    page(&WAIVER_EXPIRED),
    page(&WAIVER_UNUSED),
    page(&WAIVER_CEILING),
    page(&UNSIGNED_CHANGE),
    page(&SIGN_OFF_STALE),
];

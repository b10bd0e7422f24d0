//! Family `IN`: what can be wrong with an input. Judged where inputs are read; exit code 2, always.

use super::rule::Rule;
use crate::words::level::Level;

const fn fault(
    code: &'static str,
    name: &'static str,
    what: &'static str,
    why: &'static str,
    fix: &'static str,
) -> Rule {
    Rule { code, name, level: Level::Deny, measures: None, what, why, fix, judge: None }
}

/// The rules.
pub static RULES: &[Rule] = &[
    fault(
        "IN001",
        "unreadable-file",
        "A file is missing, a directory, empty, not UTF-8, or too large.",
        "A run without one of its inputs would be a run about another floor.",
        "Name an existing text file; plans and tables are at most 32 MiB of UTF-8.",
    ),
    fault(
        "IN002",
        "syntax-error",
        "A file is not TOML, or an argument of --set is not KEY=VALUE.",
        "What cannot be parsed cannot be judged.",
        "Mend the line shown; strings stand between quotes, each key stands once.",
    ),
    fault(
        "IN003",
        "unknown-key",
        "A key that nobody reads.",
        "A misspelt key would silently leave its default in force.",
        "Use the key suggested, or drop it.",
    ),
    fault(
        "IN004",
        "missing-key",
        "A key, block or row that must be there is not.",
        "There is no default that would be right for every floor.",
        "Add the key shown.",
    ),
    fault(
        "IN005",
        "wrong-type",
        "A value is of another type than its key takes.",
        "A duration without a unit or a date between quotes can be read in more than one way.",
        "Write the value in the form shown.",
    ),
    fault(
        "IN006",
        "bad-unit",
        "A duration, billing increment or ceiling has a unit or form that is not known.",
        "Seconds taken for minutes are a factor of sixty.",
        "Durations are written 90s, 45m, 1h 30m; increments 6/6; ceilings as the rule's page shows.",
    ),
    fault(
        "IN007",
        "out-of-range",
        "A number, date or list lies outside what can be.",
        "Negative prices, zero seats and increments of 0 seconds make every later figure wrong.",
        "Write a value in the range shown.",
    ),
    fault(
        "IN008",
        "inexact-number",
        "A number that cannot be read to its last digit: an exponent, NaN, or more than 28 digits.",
        "Money and rates are kept exactly, from the text to the total.",
        "Write the digits out: 0.001 instead of 1e-3.",
    ),
    fault(
        "IN009",
        "unknown-word",
        "A word that is none of those known: a signal, currency, time zone, kind, mode or level.",
        "A guess at what was meant would be a guess at the verdict.",
        "Use one of the words shown.",
    ),
    fault(
        "IN010",
        "shares-do-not-add-up",
        "The shares of outcomes or destinations of a campaign do not add up to exactly 1.",
        "Attempts that end nowhere carry no traffic and cost nothing, which is not so.",
        "Mend a share, or add the entry that is missing.",
    ),
    fault(
        "IN011",
        "impossible-floor",
        "A floor that cannot be: more staffed than licensed seats, agents busy over 3,600 s in an hour, more traffic than lines.",
        "Figures for a floor that cannot be are figures for no floor.",
        "Mend seats, attempts, outcomes or times; the message has the figure.",
    ),
    fault(
        "IN012",
        "bad-opening-hours",
        "Opening hours that cannot be read, or a shift that never opens.",
        "A shift that never opens costs nothing in any outage.",
        "Use OpenStreetMap's opening_hours syntax: Mo-Fr 08:00-20:00; PH off.",
    ),
    fault(
        "IN013",
        "duplicate-name",
        "Two trunks, campaigns, causes, outcomes or destinations have the same name.",
        "Findings, waivers and --set point at things by name.",
        "Give each its own name.",
    ),
    fault(
        "IN014",
        "unknown-name",
        "A name that nothing has: a cause that hits nothing, a waiver for a rule or trunk that is not there.",
        "A cause that hits nothing is an outage that never costs anything.",
        "Use one of the names shown.",
    ),
    fault(
        "IN015",
        "path-outside-repository",
        "A path that leads out of the plan's repository.",
        "A verdict rests on files that are reviewed together.",
        "Keep rate tables in the plan's repository and name them by relative paths.",
    ),
    fault(
        "IN016",
        "currency-without-rate",
        "A rate table in another currency than the plan, without an exchange rate.",
        "Two currencies cannot be added.",
        "Pin the rate and its date in [fx].",
    ),
    fault(
        "IN017",
        "conflicting-keys",
        "Keys that exclude each other, or of which one needs the other.",
        "One of the two would be ignored in silence.",
        "Keep one, or add the one that is missing.",
    ),
    fault(
        "IN018",
        "unclosed-quote",
        "A quote in a deck that is not closed in its line, or text behind a closing one.",
        "Read on, it would swallow the rows behind it, and their prefixes would fall back to a shorter, often cheaper one.",
        "Close the quote, or double it where it belongs to the text.",
    ),
    fault(
        "IN019",
        "ragged-row",
        "A row of a deck has more or fewer cells than its header.",
        "Its cells stand under the wrong headings.",
        "Quote cells that hold the delimiter; give every row all cells.",
    ),
    fault(
        "IN020",
        "mangled-cell",
        "A cell of a deck that a spreadsheet has broken: 4.47E+11 for a code, a lost leading zero, 06-Jun for 6/6, a number for a date.",
        "What is left is not what the carrier wrote.",
        "Export the column as text, or ask the carrier for the file as it was.",
    ),
    fault(
        "IN021",
        "ambiguous-cell",
        "A cell of a deck that can be read in two ways, such as 03/04/2026 or 82-01.",
        "A guess prices calls wrongly in silence.",
        "State in the table's `deck` what is meant: `dates`, `hyphen`, `decimal`, `only`, or a column's number.",
    ),
    fault(
        "IN022",
        "unknown-layout",
        "A deck whose columns are not known: no layout fits its header, or not the one that is named.",
        "Columns are never guessed.",
        "Name the `columns` in the table's `deck`, or the right `format`.",
    ),
    fault(
        "IN023",
        "other-deck",
        "A deck's SHA-256 is not the one that its table states.",
        "The table was checked with another file.",
        "Read the new deck with `rates import`, compare it with `rates diff`, and state its digest.",
    ),
    fault(
        "IN024",
        "empty-deck",
        "A deck without a single row.",
        "It prices nothing, and a floor without prices costs nothing by mistake.",
        "Name the right file; check `columns`, `only` and `delimiter`.",
    ),
    fault(
        "IN025",
        "rows-vanished",
        "Codes of the deck before (`deck.previous`) are gone, and not marked as withdrawn.",
        "Their calls fall back to a shorter prefix, or have no price.",
        "Ask the carrier; where they are gone on purpose, state how many: `lost = 12`.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::fault::FaultKind;

    #[test]
    fn every_kind_of_fault_has_its_page() {
        let pages: Vec<_> = RULES.iter().map(|rule| (rule.code, rule.name)).collect();
        let kinds: Vec<_> = FaultKind::ALL.iter().map(|(_, code, name)| (*code, *name)).collect();
        assert_eq!(pages, kinds);
    }
}

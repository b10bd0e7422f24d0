//! Whose states meet in a call (United States): between states, within one, or not to be told.
//!
//! An area code lies within one state, so that the caller's and the called area code tell, where both are known. Carriers
//! go by where a ported number is served, which area codes do not tell; and they take calls from abroad, from the
//! territories and from toll-free numbers for indeterminate
//! (<https://support.46labs.com/support/solutions/articles/156000095689-local-call-determination>).

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::model::rates::Jurisdiction;
use crate::words::e164::DialPrefix;

/// Area codes with their state or province and country; its first lines name the source and its day.
const AREAS: &str = include_str!("npa.csv");
/// Area codes that are free of charge to the caller, and lie in no state.
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];

/// Where an area code lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// In a state of the United States, or its capital: two letters.
    State(&'static str),
    /// Elsewhere: another country of the plan, or a territory.
    Elsewhere,
    /// In no place: toll-free.
    TollFree,
    /// Not known here.
    Unknown,
}

/// How it is known whose states meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It was given.
    Given(Jurisdiction),
    /// No caller is shown.
    NotShown,
    /// The caller shown is no whole number of the North American Numbering Plan.
    Abroad,
    /// The caller shown is toll-free, which lies in no state.
    TollFree,
    /// The caller's area code lies in no state of the United States.
    CallerElsewhere,
    /// The number called is outside the North American Numbering Plan.
    CalledAbroad,
    /// The called area code lies in no state of the United States.
    CalledElsewhere,
    /// Caller and called have the same area code, which lies in one state.
    SameArea,
    /// Both area codes lie in this state.
    SameState(&'static str),
    /// The caller's and the called area code lie in these states.
    OtherState(&'static str, &'static str),
}

impl Basis {
    /// Whose states meet.
    #[must_use]
    pub fn jurisdiction(self) -> Jurisdiction {
        match self {
            Self::Given(given) => given,
            Self::SameArea | Self::SameState(_) => Jurisdiction::Intrastate,
            Self::OtherState(..) => Jurisdiction::Interstate,
            _ => Jurisdiction::Indeterminate,
        }
    }

    /// Why, in words.
    #[must_use]
    pub fn why(self) -> String {
        match self {
            Self::Given(_) => "as given".to_owned(),
            Self::NotShown => "no caller is shown".to_owned(),
            Self::Abroad => "the caller shown is no number of +1".to_owned(),
            Self::TollFree => "the caller shown is toll-free, which lies in no state".to_owned(),
            Self::CallerElsewhere => "the caller's area code lies in no state".to_owned(),
            Self::CalledAbroad => "the number called is not in +1".to_owned(),
            Self::CalledElsewhere => "the called area code lies in no state".to_owned(),
            Self::SameArea => "caller and called share an area code".to_owned(),
            Self::SameState(state) => format!("caller and called are in {state}"),
            Self::OtherState(caller, called) => format!("the caller is in {caller}, the called in {called}"),
        }
    }
}

fn areas() -> &'static HashMap<&'static str, Area> {
    static KNOWN: OnceLock<HashMap<&'static str, Area>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let rows = AREAS.lines().filter(|line| !line.starts_with('#')).skip(1);
        let mut known: HashMap<&str, Area> = rows
            .filter_map(|row| {
                let mut cells = row.split(',');
                let (area, state, country) = (cells.next()?, cells.next()?, cells.next()?);
                Some((area, if country == "US" { Area::State(state) } else { Area::Elsewhere }))
            })
            .collect();
        known.extend(TOLL_FREE.map(|area| (area, Area::TollFree)));
        known
    })
}

/// Where the area code of a number or prefix lies; nothing outside the North American Numbering Plan, or where the
/// prefix is shorter than an area code.
#[must_use]
pub fn area(number: DialPrefix) -> Option<Area> {
    let text = number.nanp_area()?.to_string();
    let area = text.strip_prefix('1').unwrap_or(&text);
    Some(areas().get(area).copied().unwrap_or(Area::Unknown))
}

/// Whose states meet in a call to a number (or to every number with a prefix) from a caller (or from callers with a
/// prefix), as far as their area codes tell; nothing where they do not.
#[must_use]
pub fn basis(called: DialPrefix, caller: Option<DialPrefix>) -> Option<Basis> {
    let Some(caller) = caller else { return Some(Basis::NotShown) };
    let one = DialPrefix::parse("1").ok()?;
    if !one.is_prefix_of(caller) {
        return Some(Basis::Abroad);
    }
    let from = area(caller)?;
    match from {
        Area::TollFree => return Some(Basis::TollFree),
        Area::Elsewhere => return Some(Basis::CallerElsewhere),
        Area::State(_) | Area::Unknown => {}
    }
    if !one.is_prefix_of(called) {
        return Some(Basis::CalledAbroad);
    }
    let to = area(called)?;
    if called.nanp_area() == caller.nanp_area() {
        return Some(Basis::SameArea);
    }
    match (from, to) {
        (_, Area::Elsewhere | Area::TollFree) => Some(Basis::CalledElsewhere),
        (Area::State(from), Area::State(to)) if from == to => Some(Basis::SameState(from)),
        (Area::State(from), Area::State(to)) => Some(Basis::OtherState(from, to)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(called: &str, caller: Option<&str>) -> Option<&'static str> {
        let prefix = |text: &str| DialPrefix::parse(text).unwrap();
        basis(prefix(called), caller.map(prefix)).map(|basis| basis.jurisdiction().name())
    }

    #[test]
    fn the_matrix_that_connexcs_publishes() {
        // https://staging--connexcs-docs.netlify.app/routing-usa/
        assert_eq!(name("12125550123", Some("12125550199")), Some("intrastate"));
        assert_eq!(name("12125550123", Some("13155550199")), Some("intrastate"));
        assert_eq!(name("12125550123", Some("12245550199")), Some("interstate"));
        assert_eq!(name("12125550123", Some("442071234567")), Some("indeterminate"));
        assert_eq!(name("12125550123", None), Some("indeterminate"));
        assert_eq!(name("442071234567", Some("12125550199")), Some("indeterminate"));
    }

    #[test]
    fn what_lies_in_no_state() {
        assert_eq!(name("12125550123", Some("18005550199")), Some("indeterminate"));
        assert_eq!(name("12125550123", Some("14165550199")), Some("indeterminate"));
        assert_eq!(name("12125550123", Some("17875550199")), Some("indeterminate"));
        assert_eq!(name("14165550123", Some("12125550199")), Some("indeterminate"));
        // An area code that is not known, and prefixes too short to have one.
        assert_eq!(name("12125550123", Some("12995550199")), None);
        assert_eq!(name("12995550123", Some("12995550199")), Some("intrastate"));
        assert_eq!(name("1", Some("12125550199")), None);
        assert_eq!(name("1212", Some("1")), None);
        assert_eq!(name("1", Some("44")), Some("indeterminate"));
        assert_eq!(name("1907", Some("1480")), Some("interstate"));
    }

    #[test]
    fn every_state_has_an_area_code_and_each_area_one_place() {
        let rows: Vec<&str> = AREAS.lines().filter(|line| !line.starts_with('#')).skip(1).collect();
        assert!(AREAS.contains("Source:") && rows.is_sorted());
        assert_eq!(areas().len(), rows.len() + TOLL_FREE.len());
        let mut states: Vec<&str> = areas()
            .values()
            .filter_map(|area| if let Area::State(state) = area { Some(*state) } else { None })
            .collect();
        states.sort_unstable();
        states.dedup();
        // Fifty states and the District of Columbia.
        assert_eq!(states.len(), 51);
        assert!(rows.iter().all(|row| {
            let area = &row[..3];
            area.bytes().all(|b| b.is_ascii_digit()) && area >= "200" && !area.ends_with("11")
        }));
    }
}

//! What differs between two policies: budgets, limits, levels and waivers; and between their exchange rates.

use super::Terms;
use super::values::presence;
use crate::diff::mix::Swap;
use crate::diff::{Change, Part, Value};
use crate::model::plan::Plan;
use crate::model::policy::{Fx, Waiver};
use crate::words::diagnostic::Span;
use crate::words::level::Level;

impl<'a> Terms<'a> {
    pub(super) fn policy(&self, levels: &[(&'static str, Level)]) -> Option<Change> {
        let mut values = self.values();
        let (old, new) = (&self.old.budget, &self.new.budget);
        let places = (old.place.as_ref(), new.place.as_ref());
        let none = |_| None;
        for (key, before, after) in [
            ("incident", old.incident, new.incident),
            ("month", old.month, new.month),
            ("year", old.year, new.year),
            ("standing", old.standing, new.standing),
        ] {
            let amounts = (before.map(|money| money.amount()), after.map(|money| money.amount()));
            let looser = match amounts {
                (Some(before), Some(after)) => after > before,
                (Some(_), None) => true,
                (None, _) => false,
            };
            values.put_from(key, amounts.0 != amounts.1, places, none, looser);
        }
        let (before, after) = (old.confidence, new.confidence);
        values.put_from("confidence", before != after, places, |_| Some("0.95 by default".to_owned()), after < before);
        for value in &mut values.values {
            value.key = format!("budget.{}", value.key);
        }
        let mut limits = self.values();
        let (old, new) = (&self.old.policy, &self.new.policy);
        let places = (old.place.as_ref(), new.place.as_ref());
        // Where more of it lets more pass, and where less does.
        let mut put = |key: &str, before: f64, after: f64, more_is_looser: bool| {
            let looser = if more_is_looser { after > before } else { after < before };
            let default = |new: bool| Some(format!("{} by default", if new { after } else { before }));
            limits.put_from(key, before != after, places, default, looser);
        };
        put("grade_of_service", old.grade_of_service, new.grade_of_service, true);
        put("absorb", old.absorb, new.absorb, false);
        put("surge", old.surge, new.surge, true);
        put("headroom", old.headroom, new.headroom, false);
        put("increment_inflation", old.increment_inflation, new.increment_inflation, true);
        put("coarse_ratio", old.coarse_ratio, new.coarse_ratio, true);
        put("stale_after_days", old.stale_after_days.into(), new.stale_after_days.into(), true);
        put("rate_increase", old.rate_increase, new.rate_increase, true);
        for value in &mut limits.values {
            value.key = format!("policy.{}", value.key);
        }
        values.values.extend(limits.values);
        for (name, own) in levels {
            let of = |plan: &Plan| plan.policy.rules.iter().find(|(known, ..)| known == name).map(|r| (r.1, r.2));
            let (before, after) = (of(self.old), of(self.new));
            let (one, other) = (before.map_or(*own, |(level, _)| level), after.map_or(*own, |(level, _)| level));
            if one != other {
                let item = |plan: &Plan| plan.policy.place.as_ref().map(|place| place.item);
                values.values.push(Value {
                    key: format!("policy.rules.{name}"),
                    old: Some(one.name().to_owned()),
                    new: Some(other.name().to_owned()),
                    old_at: before.map(|(_, span)| span).or_else(|| item(self.old)),
                    new_at: after.map(|(_, span)| span).or_else(|| item(self.new)),
                    loosens: other < one,
                });
            }
        }
        let (old, new) = (&self.old.scenario, &self.new.scenario);
        let places = (old.place.as_ref(), new.place.as_ref());
        // Outages that are no longer put through are no longer judged.
        let fewer = old.durations.iter().any(|length| !new.durations.contains(length));
        let mut lengths = self.values();
        let shown = |new: bool| (!new).then(|| "10m, 1h, 4h, 8h, 24h by default".to_owned());
        let default = |new: bool| shown(false).filter(|_| new || places.0.is_none());
        lengths.put_from("durations", old.durations != new.durations, places, default, fewer);
        for value in &mut lengths.values {
            value.key = format!("scenario.{}", value.key);
        }
        values.values.extend(lengths.values);
        let place = &self.new.place;
        for value in &mut values.values {
            value.new_at = value.new_at.or(Some(place.item));
            value.old_at = value.old_at.or(Some(self.old.place.item));
        }
        values.into_change(Part::Policy, "policy".to_owned(), Swap::Nothing)
    }

    pub(super) fn waivers(&self, changes: &mut Vec<Change>) {
        for (old, new) in twin_waivers(&self.old.waivers, &self.new.waivers) {
            let what = |waiver: &Waiver| {
                let subjects: Vec<String> =
                    waiver.subjects.iter().map(|(kind, name)| format!("{kind} `{name}`")).collect();
                let about = if subjects.is_empty() { String::new() } else { format!(" for {}", subjects.join(", ")) };
                format!("waiver of `{}`{about} by {}", waiver.rule, waiver.owner)
            };
            let day = self.mixer.as_of();
            match (old, new) {
                (Some(old), Some(new)) => {
                    let mut values = self.values();
                    let places = (Some(&old.place), Some(&new.place));
                    let later = new.until > old.until && new.until >= day;
                    values.put_from("until", old.until != new.until, places, |_| None, later);
                    let amount = |waiver: &Waiver| waiver.ceiling.map(|ceiling| ceiling.value);
                    let higher = amount(new) > amount(old);
                    values.put_from("ceiling", amount(old) != amount(new), places, |_| None, higher);
                    values.put("owner", old.owner != new.owner, places.0, places.1);
                    values.put("reason", old.reason != new.reason, places.0, places.1);
                    // A day has passed on the way from the one to the other.
                    if old.until == new.until && old.until < day && old.until >= self.old.as_of.min(self.new.as_of) {
                        let ran_out = |plan: &Plan| plan.as_of > old.until;
                        let said = |out: bool| Some(if out { "run out" } else { "in force" }.to_owned());
                        values.values.push(Value {
                            key: "state".to_owned(),
                            old: said(ran_out(self.old)),
                            new: said(ran_out(self.new)),
                            old_at: Some(old.place.key("until")),
                            new_at: Some(new.place.key("until")),
                            loosens: false,
                        });
                    }
                    changes.extend(values.into_change(Part::Waivers, what(new), Swap::Nothing));
                }
                (old, new) => {
                    let Some(named) = new.or(old) else { continue };
                    let side =
                        |side: Option<&Waiver>| side.map(|w| (format!("until {}", w.until), w.place.key("rule")));
                    let mut change = presence(Part::Waivers, what(named), side(old), side(new), Swap::Nothing);
                    if let (Some(new), Some(value)) = (new, change.values.first_mut()) {
                        value.loosens = new.until >= day;
                    }
                    changes.push(change);
                }
            }
        }
    }

    pub(super) fn exchange(&self, changes: &mut Vec<Change>) {
        let (old, new) = (self.old.fx.as_ref(), self.new.fx.as_ref());
        let mut codes: Vec<_> =
            [old, new].into_iter().flatten().flat_map(|fx| fx.rates.iter().map(|(currency, _)| *currency)).collect();
        codes.sort_unstable();
        codes.dedup();
        for currency in codes {
            let side = |fx: Option<&'a Fx>| {
                let fx = fx?;
                let (_, rate) = fx.rates.iter().find(|(known, _)| *known == currency)?;
                Some((*rate, (format!("{rate} (of {})", fx.as_of), fx.place.key(currency.code()))))
            };
            let (before, after) = (side(old), side(new));
            let rate = |side: &Option<(rust_decimal::Decimal, (String, Span))>| side.as_ref().map(|(rate, _)| *rate);
            if rate(&before) == rate(&after) {
                continue;
            }
            // A rate that only one side has converts nothing on the other.
            let both = before.is_some() && after.is_some();
            let swap = if both { Swap::Fx(currency) } else { Swap::Nothing };
            let what = format!("exchange rate of {currency}");
            let (before, after) = (before.map(|(_, text)| text), after.map(|(_, text)| text));
            changes.push(presence(Part::ExchangeRates, what, before, after, swap));
        }
        if let (Some(old), Some(new)) = (old, new) {
            let mut values = self.values();
            values.put("as_of", old.as_of != new.as_of, Some(&old.place), Some(&new.place));
            changes.extend(values.into_change(Part::ExchangeRates, "day of [fx]".to_owned(), Swap::Nothing));
        }
    }
}

/// Waivers that are one and the same on both sides: of one rule for one subject.
fn twin_waivers<'a>(old: &'a [Waiver], new: &'a [Waiver]) -> Vec<(Option<&'a Waiver>, Option<&'a Waiver>)> {
    let same = |one: &Waiver, other: &Waiver| one.rule == other.rule && one.subjects == other.subjects;
    let mut left: Vec<&Waiver> = new.iter().collect();
    let mut twins: Vec<(Option<&Waiver>, Option<&Waiver>)> = Vec::new();
    for waiver in old {
        let at = left.iter().position(|other| same(waiver, other));
        twins.push((Some(waiver), at.map(|at| left.remove(at))));
    }
    twins.extend(left.into_iter().map(|waiver| (None, Some(waiver))));
    twins
}

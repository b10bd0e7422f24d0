//! What differs between two floors: trunks and PBX, campaigns, and the causes of outages.

use super::Terms;
use super::values::{Values, counted, presence};
use crate::diff::mix::{Swap, Twin};
use crate::diff::{Change, Part, Value};
use crate::model::campaign::{Campaign, Shift};
use crate::model::cause::Cause;
use crate::model::plan::{Plan, Start};
use crate::model::trunk::Trunk;

impl Terms<'_> {
    pub(super) fn trunks(&self, changes: &mut Vec<Change>) {
        let (mut listed, mut limited, mut keyed) = (Vec::new(), Vec::new(), Vec::new());
        for (twin, pair) in self.mixer.trunks.iter().enumerate() {
            let old = pair.0.and_then(|i| self.old.trunks.get(i));
            let new = pair.1.and_then(|i| self.new.trunks.get(i));
            let (Some(old), Some(new)) = (old, new) else {
                listed.push(pair);
                continue;
            };
            let what = trunk_name(old, new);
            let mut values = self.values();
            values.put("channels", old.channels != new.channels, Some(&old.place), Some(&new.place));
            values.put("cps", old.cps != new.cps, Some(&old.place), Some(&new.place));
            limited.extend(values.into_change(Part::Limits, what.clone(), Swap::TrunkLimits(twin)));
            let mut values = self.values();
            let mut put = |key: &str, differs: bool| values.put(key, differs, Some(&old.place), Some(&new.place));
            put("name", old.name != new.name);
            put("depends_on", old.depends_on != new.depends_on);
            put("qualify_frequency", old.qualify_frequency != new.qualify_frequency);
            put("continue_if_busy", old.continue_if_busy != new.continue_if_busy);
            keyed.extend(values.into_change(Part::Routing, what.clone(), Swap::TrunkKeys(twin)));
            let mut values = self.values();
            values.put("host", old.host != new.host, Some(&old.place), Some(&new.place));
            values.put("caller_ids", old.caller_ids != new.caller_ids, Some(&old.place), Some(&new.place));
            keyed.extend(values.into_change(Part::Routing, what, Swap::Nothing));
        }
        changes.extend(limited);
        changes.extend(keyed);
        let order = |plan: &Plan| plan.trunks.iter().map(|trunk| trunk.name.clone()).collect::<Vec<_>>();
        let kept = |plan: &Plan, side: fn(&Twin) -> Option<usize>| {
            // Names of twins by their place, so that a new name is no new order.
            let mut twins: Vec<(usize, usize)> = Vec::new();
            for (twin, pair) in self.mixer.trunks.iter().enumerate() {
                twins.extend(side(pair).map(|place| (place, twin)));
            }
            twins.sort_unstable();
            (twins.into_iter().map(|(_, twin)| twin).collect::<Vec<_>>(), order(plan).join(", "))
        };
        let (before, after) = (kept(self.old, |pair| pair.0), kept(self.new, |pair| pair.1));
        if before.0 != after.0 {
            let first = |plan: &Plan| plan.trunks.first().map(|trunk| trunk.place.item);
            let fresh = listed.iter().find_map(|pair| pair.1.and_then(|i| self.new.trunks.get(i)));
            let value = Value {
                key: String::new(),
                old: Some(before.1),
                new: Some(after.1),
                old_at: first(self.old),
                new_at: fresh.map(|trunk| trunk.place.key("name")).or_else(|| first(self.new)),
                loosens: false,
            };
            changes.push(Change {
                part: Part::Routing,
                what: "trunks".to_owned(),
                values: vec![value],
                effects: Vec::new(),
                swap: Swap::TrunkList,
            });
        }
        let (old, new) = (&self.old.pbx, &self.new.pbx);
        let places = (old.place.as_ref(), new.place.as_ref());
        let mut values = self.values();
        let mut put = |key: &str, differs: bool| values.put(key, differs, places.0, places.1);
        put("driver", old.driver != new.driver);
        put("freepbx", old.freepbx != new.freepbx);
        put("asterisk", old.asterisk != new.asterisk);
        put("timer_b", old.timer_b != new.timer_b);
        put("ring_timer", old.ring_timer != new.ring_timer);
        put("operator_response", old.operator_response != new.operator_response);
        put("stopped_call_hold", old.stopped_call_hold != new.stopped_call_hold);
        put("next", old.next != new.next);
        put("stop", old.stop != new.stop);
        changes.extend(values.into_change(Part::Routing, "pbx".to_owned(), Swap::Pbx));
    }

    pub(super) fn floor(&self, changes: &mut Vec<Change>) {
        let mut values = self.values();
        let places = (Some(&self.old.place), Some(&self.new.place));
        values.put("timezone", self.old.timezone != self.new.timezone, places.0, places.1);
        changes.extend(values.into_change(Part::Floor, "time zone".to_owned(), Swap::Zone));
        for (twin, pair) in self.mixer.campaigns.iter().enumerate() {
            let old = pair.0.and_then(|i| self.old.campaigns.get(i));
            let new = pair.1.and_then(|i| self.new.campaigns.get(i));
            let swap = Swap::Campaign(twin);
            match (old, new) {
                (Some(old), Some(new)) => {
                    let mut values = self.values();
                    campaign(&mut values, old, new);
                    let what = if old.name == new.name {
                        format!("campaign `{}`", new.name)
                    } else {
                        format!("campaign `{}` → `{}`", old.name, new.name)
                    };
                    changes.extend(values.into_change(Part::Floor, what, swap));
                }
                (old, new) => {
                    let Some(named) = new.or(old) else { continue };
                    let side = |side: Option<&Campaign>| {
                        side.map(|c| (counted(c.seats as usize, "seat"), c.place.key("name")))
                    };
                    let what = format!("campaign `{}`", named.name);
                    changes.push(presence(Part::Floor, what, side(old), side(new), swap));
                }
            }
        }
    }

    pub(super) fn causes(&self, changes: &mut Vec<Change>) {
        for (twin, pair) in self.mixer.causes.iter().enumerate() {
            let old = pair.0.and_then(|i| self.old.causes.get(i));
            let new = pair.1.and_then(|i| self.new.causes.get(i));
            let swap = Swap::Cause(twin);
            match (old, new) {
                (Some(old), Some(new)) => {
                    let mut values = self.values();
                    let mut put =
                        |key: &str, differs: bool| values.put(key, differs, Some(&old.place), Some(&new.place));
                    put("name", old.name != new.name);
                    put("hits", old.hits != new.hits);
                    put("signal", old.signal != new.signal);
                    put("reason", old.reason != new.reason);
                    put("reply_after", old.reply_after != new.reply_after);
                    let frequency = old.frequency != new.frequency;
                    let given = |key: &str| old.place.keys.contains_key(key) || new.place.keys.contains_key(key);
                    put("per_year", frequency && given("per_year"));
                    put("observed", frequency && given("observed"));
                    put("duration", old.duration != new.duration);
                    put("longest", old.longest != new.longest);
                    put("share", old.share != new.share);
                    let what = if old.name == new.name {
                        format!("cause `{}`", new.name)
                    } else {
                        format!("cause `{}` → `{}`", old.name, new.name)
                    };
                    changes.extend(values.into_change(Part::Causes, what, swap));
                }
                (old, new) => {
                    let Some(named) = new.or(old) else { continue };
                    let side = |side: Option<&Cause>| {
                        side.map(|c| (format!("{} on {}", c.signal, c.hits), c.place.key("name")))
                    };
                    let what = format!("cause `{}`", named.name);
                    changes.push(presence(Part::Causes, what, side(old), side(new), swap));
                }
            }
        }
        let (old, new) = (&self.old.scenario, &self.new.scenario);
        let mut values = self.values();
        let places = (old.place.as_ref(), new.place.as_ref());
        // The worst start is the gate's; a fixed one may be a cheap one.
        let loosens = old.start == Start::Worst && new.start != Start::Worst;
        let default = |_| Some("worst".to_owned());
        values.put_from("start", old.start != new.start, places, default, loosens);
        changes.extend(values.into_change(Part::Causes, "scenario".to_owned(), Swap::Start));
    }
}

fn trunk_name(old: &Trunk, new: &Trunk) -> String {
    if old.name == new.name {
        format!("trunk `{}`", new.name)
    } else {
        format!("trunk `{}` → `{}`", old.name, new.name)
    }
}

fn campaign(values: &mut Values<'_>, old: &Campaign, new: &Campaign) {
    let mut put = |key: &str, differs: bool| values.put(key, differs, Some(&old.place), Some(&new.place));
    put("name", old.name != new.name);
    put("seats", old.seats != new.seats);
    let shifts = |campaign: &Campaign| {
        let shift = |shift: &Shift| (shift.hours.text().to_owned(), shift.hours.country(), shift.seats);
        campaign.shifts.iter().map(shift).collect::<Vec<_>>()
    };
    put("shifts", shifts(old) != shifts(new));
    put("attempts_per_seat_hour", old.attempts_per_seat_hour != new.attempts_per_seat_hour);
    put("lines_per_seat", old.lines_per_seat != new.lines_per_seat);
    put("setup_time", old.setup_time != new.setup_time);
    put("dial_timeout", old.dial_timeout != new.dial_timeout);
    put("wrap_time", old.wrap_time != new.wrap_time);
    put("redial_blocked", old.redial_blocked != new.redial_blocked);
    put("idle_cost_per_seat_hour", old.idle_cost_per_seat_hour != new.idle_cost_per_seat_hour);
    let outcomes = |campaign: &Campaign| {
        let outcome =
            |o: &crate::model::campaign::Outcome| (o.name.clone(), o.share, o.ring, o.talk, o.agent, o.margin);
        campaign.outcomes.iter().map(outcome).collect::<Vec<_>>()
    };
    put("outcomes", outcomes(old) != outcomes(new));
    let destinations = |campaign: &Campaign| {
        campaign.destinations.iter().map(|d| (d.prefix, d.share, d.intrastate)).collect::<Vec<_>>()
    };
    put("destinations", destinations(old) != destinations(new));
    put("caller_id", old.caller_id != new.caller_id);
}

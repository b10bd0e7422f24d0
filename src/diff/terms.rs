//! What differs between two plans, said in the words of their files.

use std::collections::BTreeMap;

use super::mix::{FeeKey, Mixer, Swap, Twin, increment_differs};
use super::rows::{increments, places, rise, written};
use super::tables::{Pair, TableChange};
use super::{Change, Part, Value};
use crate::model::campaign::Campaign;
use crate::model::cause::Cause;
use crate::model::place::Place;
use crate::model::plan::{Plan, Start};
use crate::model::policy::Waiver;
use crate::model::rates::{RateTable, TableKind};
use crate::model::rows::{RateRow, RowRef};
use crate::model::trunk::Trunk;
use crate::words::diagnostic::{Sources, Span};
use crate::words::level::Level;

/// Most changed rows of a table that are taken over each for itself; the others are taken over together. Each costs two
/// reckonings of the year.
const MOST_ROWS: usize = 12;

/// Longest text of a value; of longer ones the stretch that differs is shown [characters].
const LONGEST: usize = 60;

/// Collects the values of one change.
struct Values<'a> {
    sources: &'a Sources,
    values: Vec<Value>,
}

/// A text on one line, without the quotes around it.
fn squeezed(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(text.clone(), str::to_owned)
}

/// Two long texts cut to the stretch in which they differ.
fn contrast(old: &str, new: &str) -> (String, String) {
    if old.chars().count().max(new.chars().count()) <= LONGEST {
        return (old.to_owned(), new.to_owned());
    }
    let (a, b): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let head = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let tail = a.iter().skip(head).rev().zip(b.iter().skip(head).rev()).take_while(|(x, y)| x == y).count();
    // A few characters of what is alike on either side say where it is.
    let from = head.saturating_sub(LONGEST / 4);
    let cut = |text: &[char]| {
        let to = (text.len() - tail + LONGEST / 4).min(text.len());
        let mut shown: String = text.get(from..to).unwrap_or_default().iter().take(4 * LONGEST).collect();
        if from > 0 {
            shown.insert(0, '…');
        }
        if to < text.len() {
            shown.push('…');
        }
        shown
    };
    (cut(&a), cut(&b))
}

impl Values<'_> {
    /// A key whose value is another one, as the two files write it.
    fn put(&mut self, key: &str, differs: bool, old: Option<&Place>, new: Option<&Place>) {
        self.put_from(key, differs, (old, new), |_| None, false);
    }

    /// The same with what stands for a key that is not given, and whether the gate is loosened by it.
    fn put_from(
        &mut self,
        key: &str,
        differs: bool,
        (old, new): (Option<&Place>, Option<&Place>),
        default: impl Fn(bool) -> Option<String>,
        loosens: bool,
    ) {
        if !differs {
            return;
        }
        let given = |place: Option<&Place>| place.and_then(|place| place.keys.get(key)).copied();
        let (old_key, new_key) = (given(old), given(new));
        let text = |span: Option<Span>| span.map(|span| squeezed(self.sources.slice(span)));
        let (mut old_text, mut new_text) =
            (text(old_key).or_else(|| default(false)), text(new_key).or_else(|| default(true)));
        if let (Some(a), Some(b)) = (&old_text, &new_text) {
            let (a, b) = contrast(a, b);
            (old_text, new_text) = (Some(a), Some(b));
        }
        self.values.push(Value {
            key: key.to_owned(),
            old: old_text,
            new: new_text,
            old_at: old_key.or(old.map(|place| place.item)),
            new_at: new_key.or(new.map(|place| place.item)),
            loosens,
        });
    }

    fn into_change(self, part: Part, what: String, swap: Swap) -> Option<Change> {
        (!self.values.is_empty()).then(|| Change { part, what, values: self.values, effects: Vec::new(), swap })
    }
}

/// Whether something is there: a change of one value, from nothing or to nothing.
fn presence(part: Part, what: String, old: Option<(String, Span)>, new: Option<(String, Span)>, swap: Swap) -> Change {
    let split = |side: Option<(String, Span)>| side.map_or((None, None), |(text, span)| (Some(text), Some(span)));
    let ((old, old_at), (new, new_at)) = (split(old), split(new));
    let value = Value { key: String::new(), old, new, old_at, new_at, loosens: false };
    Change { part, what, values: vec![value], effects: Vec::new(), swap }
}

/// Everything that differs, in the order of the parts; within a part in an order that is the same when the two plans are
/// swapped.
pub(super) fn changes(
    old: &Plan,
    new: &Plan,
    mixer: &Mixer<'_>,
    sources: &Sources,
    levels: &[(&'static str, Level)],
) -> Vec<Change> {
    let terms = Terms { old, new, mixer, sources };
    let mut changes = Vec::new();
    for (index, pair, table) in mixer.pairs() {
        terms.table(index, pair, table, &mut changes);
    }
    terms.trunks(&mut changes);
    terms.floor(&mut changes);
    terms.causes(&mut changes);
    changes.extend(terms.policy(levels));
    terms.waivers(&mut changes);
    terms.exchange(&mut changes);
    changes.sort_by_key(|change| change.part);
    changes
}

struct Terms<'a> {
    old: &'a Plan,
    new: &'a Plan,
    mixer: &'a Mixer<'a>,
    sources: &'a Sources,
}

/// A row and its places in the two tables.
struct Row<'a> {
    /// Place among the pair's matches.
    at: usize,
    old: Option<RowRef<'a>>,
    new: Option<RowRef<'a>>,
    /// How much it matters, for choosing the rows that are taken over each for itself.
    size: f64,
}

fn days(row: RowRef<'_>) -> String {
    match (row.effective_from, row.expires) {
        (None, None) => "always".to_owned(),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("to {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    }
}

/// A row's prefix, with what tells it from others of that prefix.
fn row_name(row: RowRef<'_>) -> String {
    if row.origins.is_empty() {
        return row.prefix.to_string();
    }
    let origins: Vec<String> = row.origins.iter().map(ToString::to_string).collect();
    format!("{} from callers {}", row.prefix, origins.join(" "))
}

fn counted(n: usize, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") }
}

impl<'a> Terms<'a> {
    fn values(&self) -> Values<'a> {
        Values { sources: self.sources, values: Vec::new() }
    }

    fn both_tables(&self, table: &TableChange) -> Option<(&'a RateTable, &'a RateTable)> {
        Some((self.old.tables.get(table.old)?, self.new.tables.get(table.new)?))
    }

    fn table(&self, index: usize, pair: &Pair, table: &TableChange, changes: &mut Vec<Change>) {
        let Some((old, new)) = self.both_tables(table) else { return };
        // A file of the same name is the same table, wherever the sides keep theirs.
        let file = |path: &'a str| path.rsplit('/').next();
        let same = file(&old.path) == file(&new.path);
        let of = if same { new.path.clone() } else { format!("{} → {}", old.path, new.path) };
        let places = (Some(&old.place), Some(&new.place));
        if pair.whole {
            let mut values = self.values();
            values.put_from("currency", old.currency != new.currency, places, |_| None, false);
            values.put_from("kind", true, places, |_| None, false);
            if let Some(kind) = values.values.iter_mut().find(|value| value.key == "kind") {
                kind.loosens = false;
            }
            values.values.retain(|value| value.old != value.new);
            changes.extend(values.into_change(Part::Rates, format!("table {of}"), Swap::Whole(index)));
            return;
        }
        self.rows(index, pair, table, &of, changes);
        let mut values = self.values();
        values.put("seat", seats(&old.kind) != seats(&new.kind), Some(&old.place), Some(&new.place));
        changes.extend(values.into_change(Part::Rates, format!("flat rate of {of}"), Swap::Kind(index)));
        let mut one = |part, what: &str, key: &str, differs: bool, swap| {
            let mut values = self.values();
            values.put(key, differs, Some(&old.place), Some(&new.place));
            changes.extend(values.into_change(part, format!("{what} of {of}"), swap));
        };
        let base = old.billing.base != new.billing.base;
        one(Part::Increments, "billing", "billing.increment_base", base, Swap::IncrementBase(index));
        let (b, a) = (&old.billing, &new.billing);
        let fee = |key| Swap::Fee(index, key);
        one(Part::Fees, "billing", "billing.attempt_fee", b.attempt_fee != a.attempt_fee, fee(FeeKey::Attempt));
        one(Part::Fees, "billing", "billing.rounding", b.rounding != a.rounding, fee(FeeKey::Rounding));
        let (b, a) = (&old.fees, &new.fees);
        one(Part::Fees, "fees", "fees.monthly", b.monthly != a.monthly, fee(FeeKey::Monthly));
        let per_channel = b.per_channel_month != a.per_channel_month;
        one(Part::Fees, "fees", "fees.per_channel_month", per_channel, fee(FeeKey::PerChannel));
        one(Part::Fees, "fees", "fees.minimum_month", b.minimum_month != a.minimum_month, fee(FeeKey::Minimum));
        one(Part::Fees, "fees", "fees.usage_tax", b.usage_tax != a.usage_tax, fee(FeeKey::Tax));
        one(Part::Fees, "fees", "fees.short_calls", b.short_calls != a.short_calls, fee(FeeKey::ShortCalls));
        let (b, a) = (&old.limits, &new.limits);
        let mut values = self.values();
        let mut put = |key: &str, differs: bool| values.put(key, differs, Some(&old.place), Some(&new.place));
        put("limits.channels", b.channels != a.channels);
        put("limits.cps", b.cps != a.cps);
        put("limits.cps_window", b.cps_window != a.cps_window);
        put("limits.excess_signal", b.excess_signal != a.excess_signal);
        put("limits.daily_spend", b.daily_spend != a.daily_spend);
        put("limits.prepaid", b.prepaid != a.prepaid);
        put("limits.dialers", b.dialers != a.dialers);
        changes.extend(values.into_change(Part::Limits, format!("limits of {of}"), Swap::TableLimits(index)));
    }

    /// Share of the attempts that a prefix may price, on both sides.
    fn traffic(&self, row: RowRef<'_>) -> f64 {
        let of = |plan: &Plan| -> f64 {
            let all = plan.campaigns.iter().flat_map(|c| &c.destinations);
            all.filter(|d| row.prefix.is_prefix_of(d.prefix)).map(|d| d.share).sum()
        };
        of(self.old) + of(self.new)
    }

    fn rows(&self, index: usize, pair: &Pair, table: &TableChange, of: &str, changes: &mut Vec<Change>) {
        let Some((old_table, new_table)) = self.both_tables(table) else { return };
        let full = |row: &super::RowChange| {
            let old = row.old.and_then(|i| old_table.rows.get(i));
            let new = row.new.and_then(|i| new_table.rows.get(i));
            (old, new)
        };
        let mut priced: Vec<Row<'_>> = Vec::new();
        let mut dated: BTreeMap<[String; 2], Vec<Row<'_>>> = BTreeMap::new();
        let mut billed: BTreeMap<[String; 2], Vec<Row<'_>>> = BTreeMap::new();
        let mut charged: BTreeMap<[String; 2], Vec<Row<'_>>> = BTreeMap::new();
        let mut idle = Idle::default();
        let mut idle_span = (None, None);
        for row in &table.rows {
            let (old, new) = full(row);
            if !row.in_use {
                idle.count(row, old, new);
                idle_span = (idle_span.0.or(old.map(|row| row.span)), idle_span.1.or(new.map(|row| row.span)));
                if row.increment
                    && let (Some(old), Some(new)) = (old, new)
                {
                    // Its group below says how many rows it is of.
                    if let Some(group) = billed.get_mut(&[increments(old), increments(new)]) {
                        group.push(Row { at: usize::MAX, old: Some(old), new: Some(new), size: 0.0 });
                    }
                }
                continue;
            }
            let same = |side: &Option<RateRow>, row: Option<RowRef<'_>>| {
                // Codes in one cell of a deck stand in one place.
                side.as_ref().map(|row| (row.span, row.prefix)) == row.map(|row| (row.span, row.prefix))
            };
            let Some(at) = pair.matches.iter().position(|(a, b)| same(a, old) && same(b, new)) else { continue };
            let traffic = old.or(new).map_or(0.0, |row| self.traffic(row));
            let make = |size: f64| Row { at, old, new, size };
            if row.price {
                let moved = match (old, new) {
                    (Some(old), Some(new)) => rise(&old.price, &new.price).map_or(1.0, f64::abs).min(1e6),
                    _ => 1e6,
                };
                priced.push(make(traffic * moved));
            }
            let (Some(old), Some(new)) = (old, new) else { continue };
            if row.dates && !row.price {
                dated.entry([days(old), days(new)]).or_default().push(make(traffic));
            }
            if increment_differs(row, old, new) {
                billed.entry([increments(old), increments(new)]).or_default().push(make(traffic));
            }
            if row.fees {
                let fees = |row: RowRef<'_>| format!("connect {}, least {}", row.connect_fee, row.minimum);
                charged.entry([fees(old), fees(new)]).or_default().push(make(traffic));
            }
        }
        self.priced(index, priced, of, changes);
        let mut grouped =
            |part, name: &str, groups: BTreeMap<[String; 2], Vec<Row<'_>>>, swap: fn(usize, Vec<usize>) -> Swap| {
                // By what is alike on both sides, so that the order is the same when they are swapped.
                let mut groups: Vec<_> = groups.into_iter().collect();
                groups.sort_by_key(|(_, rows)| rows.iter().map(|row| row.at).min());
                for ([old, new], rows) in groups {
                    let mut matches: Vec<usize> =
                        rows.iter().map(|row| row.at).filter(|at| *at != usize::MAX).collect();
                    matches.sort_unstable();
                    let spans = (rows.first().and_then(|r| r.old), rows.first().and_then(|r| r.new));
                    let about = match rows.as_slice() {
                        [row] => row.new.or(row.old).map_or_else(String::new, |row| format!("rate {}", row_name(row))),
                        rows => counted(rows.len(), "rate"),
                    };
                    changes.push(Change {
                        part,
                        what: format!("{name} of {about} of {of}"),
                        values: vec![Value {
                            key: String::new(),
                            old: Some(old),
                            new: Some(new),
                            old_at: spans.0.map(|row| row.span),
                            new_at: spans.1.map(|row| row.span),
                            loosens: false,
                        }],
                        effects: Vec::new(),
                        swap: swap(index, matches),
                    });
                }
            };
        grouped(Part::Rates, "days", dated, Swap::Rows);
        grouped(Part::Increments, "increment", billed, Swap::Increments);
        grouped(Part::Fees, "fees", charged, Swap::RowFees);
        if let Some((old, new)) = idle.said() {
            changes.push(Change {
                part: Part::Rates,
                what: format!("{} without traffic of {of}", counted(idle.rows, "rate")),
                values: vec![Value {
                    key: String::new(),
                    old: Some(old),
                    new: Some(new),
                    old_at: idle_span.0,
                    new_at: idle_span.1.or(Some(new_table.place.item)),
                    loosens: false,
                }],
                effects: Vec::new(),
                swap: Swap::Nothing,
            });
        }
    }

    /// Rows with another price, or of one side only: those that matter most each for itself.
    fn priced(&self, index: usize, mut rows: Vec<Row<'_>>, of: &str, changes: &mut Vec<Change>) {
        let mut rest = Vec::new();
        if rows.len() > MOST_ROWS {
            rows.sort_by(|a, b| b.size.total_cmp(&a.size).then(a.at.cmp(&b.at)));
            rest = rows.split_off(MOST_ROWS - 1);
        }
        rows.sort_by_key(|row| row.at);
        for row in rows {
            let most = |row: Option<RowRef<'_>>| row.map_or(0, |row| places(&row.price));
            let decimals = most(row.old).max(most(row.new));
            let side = |side: Option<RowRef<'_>>| side.map(|row| (written(&row.price, decimals), row.span));
            let Some(named) = row.new.or(row.old) else { continue };
            let what = format!("rate {} of {of}", row_name(named));
            let swap = Swap::Rows(index, vec![row.at]);
            changes.push(presence(Part::Rates, what, side(row.old), side(row.new), swap));
        }
        if rest.is_empty() {
            return;
        }
        let mut idle = Idle::default();
        for row in &rest {
            let change = super::rows::change(row.old, row.new);
            if let Some(change) = change {
                let (old, new) = (row.old.map(|_| 0), row.new.map(|_| 0));
                idle.count(&super::RowChange { old, new, ..change }, row.old, row.new);
            }
        }
        let mut matches: Vec<usize> = rest.iter().map(|row| row.at).collect();
        matches.sort_unstable();
        let said = idle.said().unwrap_or_default();
        let first = |side: fn(&Row<'_>) -> Option<Span>| rest.iter().find_map(side);
        changes.push(Change {
            part: Part::Rates,
            what: format!("{} more of {of}", counted(rest.len(), "rate")),
            values: vec![Value {
                key: String::new(),
                old: Some(said.0),
                new: Some(said.1),
                old_at: first(|row| row.old.map(|row| row.span)),
                new_at: first(|row| row.new.map(|row| row.span)),
                loosens: false,
            }],
            effects: Vec::new(),
            swap: Swap::Rows(index, matches),
        });
    }

    fn trunks(&self, changes: &mut Vec<Change>) {
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

    fn floor(&self, changes: &mut Vec<Change>) {
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

    fn causes(&self, changes: &mut Vec<Change>) {
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

    fn policy(&self, levels: &[(&'static str, Level)]) -> Option<Change> {
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

    fn waivers(&self, changes: &mut Vec<Change>) {
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

    fn exchange(&self, changes: &mut Vec<Change>) {
        let (old, new) = (self.old.fx.as_ref(), self.new.fx.as_ref());
        let mut codes: Vec<_> =
            [old, new].into_iter().flatten().flat_map(|fx| fx.rates.iter().map(|(currency, _)| *currency)).collect();
        codes.sort_unstable();
        codes.dedup();
        for currency in codes {
            let side = |fx: Option<&'a crate::model::policy::Fx>| {
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

fn trunk_name(old: &Trunk, new: &Trunk) -> String {
    if old.name == new.name {
        format!("trunk `{}`", new.name)
    } else {
        format!("trunk `{}` → `{}`", old.name, new.name)
    }
}

/// What a flat rate covers and costs.
fn seats(kind: &TableKind) -> Vec<(String, Vec<String>, String, String)> {
    let TableKind::FlatRate(seats) = kind else { return Vec::new() };
    let seat = |seat: &crate::model::rates::SeatPrice| {
        let price = match seat.price {
            crate::model::rates::SeatBasis::PerMonth(price) => format!("{} a month", price.normalize()),
            crate::model::rates::SeatBasis::PerDay(price) => format!("{} a day", price.normalize()),
        };
        let channels = seat.channels_per_seat.map_or_else(String::new, |channels| channels.normalize().to_string());
        (seat.market.clone(), seat.prefixes.iter().map(ToString::to_string).collect(), price, channels)
    };
    seats.iter().map(seat).collect()
}

fn campaign(values: &mut Values<'_>, old: &Campaign, new: &Campaign) {
    let mut put = |key: &str, differs: bool| values.put(key, differs, Some(&old.place), Some(&new.place));
    put("name", old.name != new.name);
    put("seats", old.seats != new.seats);
    let shifts = |campaign: &Campaign| {
        let shift =
            |shift: &crate::model::campaign::Shift| (shift.hours.text().to_owned(), shift.hours.country(), shift.seats);
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

/// Waivers that are one and the same on both sides: of one rule for one subject.
pub(super) fn twin_waivers<'a>(old: &'a [Waiver], new: &'a [Waiver]) -> Vec<(Option<&'a Waiver>, Option<&'a Waiver>)> {
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

/// Rows that are not told each for itself.
#[derive(Default)]
struct Idle {
    rows: usize,
    added: usize,
    removed: usize,
    dearer: usize,
    cheaper: usize,
    other: usize,
}

impl Idle {
    fn count(&mut self, row: &super::RowChange, old: Option<RowRef<'_>>, new: Option<RowRef<'_>>) {
        self.rows += 1;
        match (old, new) {
            (None, _) => self.added += 1,
            (_, None) => self.removed += 1,
            (Some(old), Some(new)) if row.price => match rise(&old.price, &new.price) {
                Some(rise) if rise > 0.0 => self.dearer += 1,
                Some(_) => self.cheaper += 1,
                None => self.other += 1,
            },
            _ => self.other += 1,
        }
    }

    /// What they were, and what they are.
    fn said(&self) -> Option<(String, String)> {
        if self.rows == 0 {
            return None;
        }
        let what = [
            (self.added, "added"),
            (self.removed, "removed"),
            (self.dearer, "dearer"),
            (self.cheaper, "cheaper"),
            (self.other, "with other days, increments or fees"),
        ];
        let said: Vec<String> = what.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        Some(("as they were".to_owned(), said.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_show_where_they_differ() {
        let long = |middle: &str| format!("{}{middle}{}", "a".repeat(100), "b".repeat(100));
        let (old, new) = contrast(&long("1"), &long("2"));
        assert!(old != new && old.chars().count() < 40 && old.starts_with('…') && old.ends_with('…'), "{old} {new}");
        assert_eq!(contrast("x", "y"), ("x".to_owned(), "y".to_owned()));
        let (old, new) = contrast(&"a".repeat(99), &"a".repeat(100));
        assert_ne!(old, new);
        assert_eq!(squeezed("\"45m\""), "45m");
        assert_eq!(squeezed("[ 1,\n  2 ]"), "[ 1, 2 ]");
    }
}

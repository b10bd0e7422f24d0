//! The flows of the floor in each state and regime, reckoned once each.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use chrono::NaiveDate;

use super::OutageError;
use super::flow::{DestinationFlow, Flow, TrunkFlow};
use super::state::{State, TrunkState};
use crate::model::campaign::{Campaign, Destination};
use crate::model::plan::Plan;
use crate::model::rates::{CpsWindow, Jurisdiction, Price};
use crate::model::rows::RowRef;
use crate::model::trunk::Trunk;
use crate::rating::average::{AverageCall, average, share_up_to};
use crate::rating::border::weight;
use crate::rating::jurisdiction::basis;
use crate::rating::tariff::{Destination as Priced, Tariff};
use crate::routing::decision::decide;
use crate::routing::table::Action;
use crate::traffic::{Excess, Gate, Offered, OnHit, Sequence, Window, solve};
use crate::words::calendar::{Calendar, Floor, Regime};
use crate::words::e164::DialPrefix;
use crate::words::units::{CallsPerSecond, Erlangs, Probability};

/// What the floor offers in a regime.
#[derive(Debug, Clone, PartialEq)]
pub struct FloorOffer {
    /// What the trunks are offered; nothing where no seat is staffed.
    pub offered: Option<Offered>,
    /// Attempts by campaign [1/s].
    pub rates: Vec<f64>,
    /// Traffic by campaign [erlang].
    pub traffic: Vec<f64>,
    /// Staffed seats by campaign.
    pub seats: Vec<f64>,
    /// Lines that redial at once when all live calls drop.
    pub surge: f64,
}

/// A regime's flow with the solved chain behind it.
#[derive(Debug, Clone)]
pub struct Burn {
    /// Rates per second.
    pub flow: Flow,
    /// The solved chain; nothing where no seat is staffed.
    pub sequence: Option<Sequence>,
}

/// What an attempt of one campaign that a trunk carries comes to on average.
#[derive(Debug, Clone, Default, PartialEq)]
struct AttemptMix {
    answered: f64,
    short: f64,
    talk: f64,
    /// By the plan's destinations.
    destinations: Vec<DestinationFlow>,
}

/// Table, row, campaign and outcome of an answered call.
pub type CallKey = (usize, usize, usize, usize);

/// A plan made ready to be reckoned through.
pub struct Engine<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The tables of the plan, indexed.
    pub tariffs: Vec<Tariff<'a>>,
    /// The floor's calendar.
    pub calendar: Calendar,
    /// Every destination of the plan, once.
    pub prefixes: Vec<DialPrefix>,
    epochs: Vec<NaiveDate>,
    burns: RefCell<BTreeMap<(usize, usize), Rc<Burn>>>,
    states: RefCell<Vec<State>>,
    mixes: RefCell<BTreeMap<(usize, usize, usize), Rc<AttemptMix>>>,
    averages: RefCell<BTreeMap<(CallKey, usize), AverageCall>>,
}

fn window(window: CpsWindow) -> Window {
    match window {
        CpsWindow::Rolling => Window::Rolling,
        CpsWindow::Fixed => Window::Fixed,
        CpsWindow::Average => Window::Average,
    }
}

impl<'a> Engine<'a> {
    /// Indexes the tables and builds the calendar, long enough for outages of `longest` seconds.
    ///
    /// # Errors
    /// Where the calendar cannot be built.
    pub fn new(plan: &'a Plan, longest: f64) -> Result<Self, OutageError> {
        let tariffs: Vec<Tariff<'a>> = plan.tables.iter().map(Tariff::new).collect();
        let mut prefixes: Vec<DialPrefix> =
            plan.campaigns.iter().flat_map(|c| c.destinations.iter().map(|d| d.prefix)).collect();
        prefixes.sort();
        prefixes.dedup();
        let changes = rate_changes(plan, &tariffs, &prefixes);
        let shifts = plan.shifts();
        let calendar = Calendar::build(&Floor {
            zone: plan.timezone,
            as_of: plan.as_of,
            // Failback and daylight saving: two days more than the longest outage are plenty.
            tail: Duration::from_secs_f64(longest.clamp(0.0, 1e9)) + Duration::from_secs(2 * 86_400),
            campaigns: &shifts,
            rate_changes: &changes,
        })?;
        let mut epochs = vec![plan.as_of];
        epochs.extend(&changes);
        Ok(Self {
            plan,
            tariffs,
            calendar,
            prefixes,
            epochs,
            burns: RefCell::default(),
            states: RefCell::default(),
            mixes: RefCell::default(),
            averages: RefCell::default(),
        })
    }

    /// The tariff of a trunk.
    #[must_use]
    pub fn tariff(&self, trunk: &Trunk) -> Option<&Tariff<'a>> {
        self.tariffs.get(trunk.table)
    }

    /// A number for a state, the same for equal states.
    pub fn intern(&self, state: &State) -> usize {
        let mut states = self.states.borrow_mut();
        if let Some(index) = states.iter().position(|known| known == state) {
            return index;
        }
        states.push(state.clone());
        states.len() - 1
    }

    /// The state of a number.
    #[must_use]
    pub fn state(&self, index: usize) -> State {
        self.states.borrow().get(index).cloned().unwrap_or_default()
    }

    /// The day whose rates hold in an epoch.
    #[must_use]
    pub fn epoch_date(&self, epoch: usize) -> NaiveDate {
        self.epochs.get(epoch).copied().unwrap_or(self.plan.as_of)
    }

    /// What the floor offers with so many seats staffed by campaign.
    ///
    /// # Errors
    /// Where a quantity is no number.
    pub fn offer(&self, seats: &[f64]) -> Result<FloorOffer, OutageError> {
        let campaigns = &self.plan.campaigns;
        let rates: Vec<f64> = campaigns.iter().zip(seats).map(|(c, s)| s * c.seat_rate()).collect();
        let traffic: Vec<f64> = campaigns.iter().zip(&rates).map(|(c, rate)| rate * c.holding_time()).collect();
        let rate: f64 = rates.iter().sum();
        let mut surge = 0.0;
        let mut sources = Some(0.0);
        for ((campaign, seats), traffic) in campaigns.iter().zip(seats).zip(&traffic) {
            if *seats <= 0.0 {
                continue;
            }
            let lines = campaign.lines_per_seat.map(|lines| lines * seats);
            // Without a line cap as many lines redial as hold calls on average.
            surge += lines.unwrap_or_else(|| libm::ceil(*traffic));
            sources = sources.zip(lines).map(|(sum, lines)| sum + lines);
        }
        let redial: f64 = campaigns.iter().zip(&rates).map(|(c, r)| c.redial_blocked * r).sum::<f64>() / rate;
        let offered = if rate > 0.0 {
            Some(Offered {
                rate: CallsPerSecond::new(rate)?,
                traffic: Erlangs::new(traffic.iter().sum())?,
                sources: sources.filter(|n| *n > 0.0),
                redial: Probability::new(redial.clamp(0.0, 1.0))?,
            })
        } else {
            None
        };
        Ok(FloorOffer { offered, rates, traffic, seats: seats.to_vec(), surge })
    }

    /// The trunks as attempts of this offer meet them in a state.
    ///
    /// # Errors
    /// Where a share is no share.
    pub fn gates(&self, state: &State, offer: &FloorOffer) -> Result<Vec<Gate>, OutageError> {
        self.plan.trunks.iter().zip(state).map(|(trunk, state)| self.gate(trunk, state, offer)).collect()
    }

    fn gate(&self, trunk: &Trunk, state: &TrunkState, offer: &FloorOffer) -> Result<Gate, OutageError> {
        let Some(table) = self.plan.table(trunk) else { return Ok(Gate { skipped: true, ..Gate::default() }) };
        let excess = decide(&self.plan.pbx, trunk.continue_if_busy, table.limits.excess_signal, None).action;
        let limits = Gate {
            channels: trunk.channel_limit(table, self.plan.licensed_seats()).at(),
            cps: trunk.cps_limit(table).at().map(|cps| (cps, window(table.limits.cps_window))),
            excess: if excess == Action::Next { Excess::Next } else { Excess::Stop },
            ..Gate::default()
        };
        Ok(match state {
            TrunkState::Up => limits,
            TrunkState::Skipped => Gate { skipped: true, ..limits },
            TrunkState::Refusing => Gate { refuses: true, ..limits },
            TrunkState::Hit { share, met, .. } => {
                let total: f64 = offer.rates.iter().sum();
                let lost: f64 = self
                    .plan
                    .campaigns
                    .iter()
                    .zip(&offer.rates)
                    .filter(|(c, _)| met.loses(c.dial_timeout))
                    .map(|(_, rate)| rate)
                    .sum();
                let lost = if total > 0.0 { (lost / total).clamp(0.0, 1.0) } else { 1.0 };
                if lost > 0.0 && lost < 1.0 && *share >= 1.0 {
                    // Some dialers hold on and move on, others give up: the first are refused onwards.
                    let hit = Probability::new(lost)?;
                    Gate { hit, on_hit: OnHit::Lost, refuses: true, excess: Excess::Next, ..limits }
                } else {
                    // Of a partial outage that only some dialers survive, all of it counts as lost: the safe side.
                    let on_hit = if lost > 0.0 { OnHit::Lost } else { OnHit::Next };
                    Gate { hit: Probability::new(*share)?, on_hit, ..limits }
                }
            }
        })
    }

    /// The staffed seats of a regime.
    #[must_use]
    pub fn seats_of(regime: &Regime) -> Vec<f64> {
        regime.seats.iter().map(|seats| f64::from(*seats)).collect()
    }

    /// The rates per second of a state in a regime.
    ///
    /// # Errors
    /// Where traffic or calls cannot be reckoned.
    pub fn burn(&self, state: usize, regime: usize) -> Result<Rc<Burn>, OutageError> {
        if let Some(burn) = self.burns.borrow().get(&(state, regime)) {
            return Ok(Rc::clone(burn));
        }
        let burn = Rc::new(self.reckon(&self.state(state), regime)?);
        self.burns.borrow_mut().insert((state, regime), Rc::clone(&burn));
        Ok(burn)
    }

    fn reckon(&self, state: &State, regime: usize) -> Result<Burn, OutageError> {
        let mut flow = Flow::none(self.plan.trunks.len(), self.prefixes.len());
        let Some(regime) = self.calendar.regimes().get(regime) else { return Ok(Burn { flow, sequence: None }) };
        let offer = self.offer(&Self::seats_of(regime))?;
        let Some(offered) = offer.offered else { return Ok(Burn { flow, sequence: None }) };
        let gates = self.gates(state, &offer)?;
        let sequence = solve(&offered, &gates)?;
        flow.attempts = sequence.attempts_rate.get();
        flow.carried = sequence.carried_rate.get();
        flow.lost_to_outage = sequence.lost_to_outage_rate.get();
        flow.stopped = sequence.stopped_rate.get();
        flow.blocked = sequence.blocked_rate.get();
        (flow.idle_seats, flow.idle_cost, flow.lost_margin) = self.idle(&offer, &offered, state, &flow);
        self.fill_trunks(&mut flow, &sequence, state, &offer, regime.epoch)?;
        Ok(Burn { flow, sequence: Some(sequence) })
    }

    /// Idle seats, their cost and the margin of lost live calls, per second [seats, currency/s, currency/s].
    ///
    /// A blocked attempt that is carried when it is dialled again leaves nobody idle, so what is lost is what is never
    /// carried. A call that the dialplan stops holds its agent for the announcement, whether the carrier's excess or the
    /// outage stopped it; one that the dialer gives up before hears none.
    fn idle(&self, offer: &FloorOffer, offered: &Offered, state: &State, flow: &Flow) -> (f64, f64, f64) {
        let total = offered.rate.get();
        let lost = if total > 0.0 { (1.0 - flow.carried / total).clamp(0.0, 1.0) } else { 0.0 };
        let mut sums = (0.0, 0.0, 0.0);
        for ((campaign, seats), rate) in self.plan.campaigns.iter().zip(&offer.seats).zip(&offer.rates) {
            let announces = state
                .iter()
                .any(|state| matches!(state, TrunkState::Hit { met, .. } if met.announces(campaign.dial_timeout)));
            let announced = flow.stopped + if announces { flow.lost_to_outage } else { 0.0 };
            let held = if total > 0.0 { rate / total * announced * self.plan.pbx.stopped_call_hold } else { 0.0 };
            let idle = (seats * lost + held).min(*seats);
            sums.0 += idle;
            sums.1 += idle * campaign.idle_cost_per_seat_hour.map_or(0.0, weight) / 3600.0;
            let margin: f64 = campaign.outcomes.iter().map(|o| o.share * o.margin.map_or(0.0, weight)).sum();
            sums.2 += rate * lost * margin;
        }
        sums
    }

    fn fill_trunks(
        &self,
        flow: &mut Flow,
        sequence: &Sequence,
        state: &State,
        offer: &FloorOffer,
        epoch: usize,
    ) -> Result<(), OutageError> {
        let total: f64 = offer.rates.iter().sum();
        let answered_share: f64 =
            self.plan.campaigns.iter().zip(&offer.rates).map(|(c, r)| c.answered_share() * r).sum::<f64>() / total;
        // Attempts carried by this trunk or one behind it.
        let mut onwards = vec![0.0; sequence.gates.len() + 1];
        for (index, gate) in sequence.gates.iter().enumerate().rev() {
            onwards[index] = onwards[index + 1] + gate.carried_rate.get();
        }
        for (index, (trunk, gate)) in self.plan.trunks.iter().zip(&sequence.gates).enumerate() {
            let (Some(tariff), Some(out)) = (self.tariff(trunk), flow.trunks.get_mut(index)) else { continue };
            let table = tariff.table();
            let tax = 1.0 + weight(table.fees.usage_tax);
            out.offered = gate.offered_rate.get();
            out.carried = gate.carried_rate.get();
            for (campaign, rate) in self.plan.campaigns.iter().enumerate().map(|(i, _)| i).zip(&offer.rates) {
                let carried = out.carried * rate / total;
                if carried > 0.0 {
                    let mix = self.mix(index, epoch, campaign)?;
                    out.add_mix(&mix, carried, tax);
                }
            }
            let silent =
                matches!(state.get(index), Some(TrunkState::Hit { answers: false, share, .. }) if *share >= 1.0);
            // An attempt that is answered further on pays no attempt fee here.
            let unanswered = (out.offered - answered_share * onwards.get(index).copied().unwrap_or(0.0)).max(0.0);
            // A carrier that refuses for want of money charges nothing for refusing.
            if !silent && state.get(index) != Some(&TrunkState::Refusing) {
                out.attempt_fees = unanswered * weight(table.billing.attempt_fee) * tax;
            }
            if trunk.continue_if_busy && index + 1 < sequence.gates.len() {
                out.second_dials = out.carried * (1.0 - answered_share);
            }
        }
        Ok(())
    }

    fn mix(&self, trunk: usize, epoch: usize, campaign: usize) -> Result<Rc<AttemptMix>, OutageError> {
        if let Some(mix) = self.mixes.borrow().get(&(trunk, epoch, campaign)) {
            return Ok(Rc::clone(mix));
        }
        let mix = Rc::new(self.reckon_mix(trunk, epoch, campaign)?);
        self.mixes.borrow_mut().insert((trunk, epoch, campaign), Rc::clone(&mix));
        Ok(mix)
    }

    fn reckon_mix(&self, trunk: usize, epoch: usize, campaign: usize) -> Result<AttemptMix, OutageError> {
        let mut mix =
            AttemptMix { destinations: vec![DestinationFlow::default(); self.prefixes.len()], ..AttemptMix::default() };
        let Some(named) = self.plan.campaigns.get(campaign) else { return Ok(mix) };
        let Some(trunk) = self.plan.trunks.get(trunk) else { return Ok(mix) };
        let Some(tariff) = self.tariff(trunk) else { return Ok(mix) };
        let threshold = tariff.table().fees.short_calls.as_ref().map(|rule| rule.up_to);
        for (outcome_index, outcome) in named.outcomes.iter().enumerate() {
            let Some(law) = &outcome.talk else { continue };
            mix.answered += outcome.share;
            mix.talk += outcome.share * law.mean();
            if let Some(threshold) = threshold {
                mix.short += outcome.share * share_up_to(law, threshold).get();
            }
            for destination in &named.destinations {
                let Some(sum) = self
                    .prefixes
                    .iter()
                    .position(|p| *p == destination.prefix)
                    .and_then(|i| mix.destinations.get_mut(i))
                else {
                    continue;
                };
                let share = outcome.share * destination.share;
                sum.answered += share;
                match self.priced(tariff, epoch, named, destination) {
                    Priced::FlatRate { .. } => {}
                    Priced::NoRate => sum.unpriced += share,
                    Priced::Row { row, .. } => {
                        let key = (trunk.table, row, campaign, outcome_index);
                        for (jurisdiction, part) in self.jurisdictions(tariff, row, destination, key)? {
                            let call = self.average(key, jurisdiction)?;
                            sum.billed += share * part * call.billed_seconds;
                            sum.spend += share * part * call.cost;
                        }
                    }
                }
            }
        }
        Ok(mix)
    }

    /// What prices a destination in an epoch.
    #[must_use]
    pub fn priced(&self, tariff: &Tariff<'a>, epoch: usize, campaign: &Campaign, destination: &Destination) -> Priced {
        tariff.destination(destination.prefix, self.epoch_date(epoch), campaign.caller_id)
    }

    fn row(&self, table: usize, row: usize) -> Option<RowRef<'a>> {
        self.plan.tables.get(table).and_then(|table| table.rows.get(row))
    }

    /// The jurisdictions of a destination's calls and their shares; one without a name where the row knows none.
    /// They are told by the area codes of the campaign's caller ID and the destination, else by the share of calls that the
    /// plan says stay within the state; where it does not, all are priced by the dearest.
    ///
    /// # Errors
    /// Where a call cannot be priced.
    pub fn jurisdictions(
        &self,
        tariff: &Tariff<'a>,
        row: usize,
        destination: &Destination,
        key: CallKey,
    ) -> Result<Vec<(Option<Jurisdiction>, f64)>, OutageError> {
        let Some(Price::Jurisdiction { .. }) = tariff.table().rows.get(row).map(|row| &row.terms.price) else {
            return Ok(vec![(None, 1.0)]);
        };
        // Area codes say more than a share does.
        let caller = self.plan.campaigns.get(key.2).and_then(|campaign| campaign.caller_id);
        if let Some(basis) = caller.and_then(|caller| basis(destination.prefix, Some(caller))) {
            return Ok(vec![(Some(basis.jurisdiction()), 1.0)]);
        }
        if let Some(intrastate) = destination.intrastate {
            return Ok(vec![
                (Some(Jurisdiction::Intrastate), intrastate),
                (Some(Jurisdiction::Interstate), 1.0 - intrastate),
            ]);
        }
        let mut dearest = (Jurisdiction::Indeterminate, f64::NEG_INFINITY);
        for (_, jurisdiction) in Jurisdiction::NAMES {
            let cost = self.average(key, Some(jurisdiction))?.cost;
            if cost > dearest.1 {
                dearest = (jurisdiction, cost);
            }
        }
        Ok(vec![(Some(dearest.0), 1.0)])
    }

    /// One answered call on average, by table, row, campaign and outcome.
    ///
    /// # Errors
    /// Where it cannot be priced.
    pub fn average(&self, key: CallKey, jurisdiction: Option<Jurisdiction>) -> Result<AverageCall, OutageError> {
        let slot = jurisdiction.map_or(3, |j| j as usize);
        let full = (key, slot);
        if let Some(call) = self.averages.borrow().get(&full) {
            return Ok(*call);
        }
        let none = AverageCall { cost: 0.0, billed_seconds: 0.0, talk_seconds: 0.0 };
        let law = self.plan.campaigns.get(key.2).and_then(|c| c.outcomes.get(key.3)).and_then(|o| o.talk.as_ref());
        let (Some(law), Some(row), Some(tariff)) = (law, self.row(key.0, key.1), self.tariffs.get(key.0)) else {
            return Ok(none);
        };
        let call = average(&tariff.pricer(row, jurisdiction)?, law)?;
        self.averages.borrow_mut().insert(full, call);
        Ok(call)
    }
}

impl TrunkFlow {
    fn add_mix(&mut self, mix: &AttemptMix, carried: f64, tax: f64) {
        self.answered += carried * mix.answered;
        self.short += carried * mix.short;
        self.talk += carried * mix.talk;
        for (sum, part) in self.destinations.iter_mut().zip(&mix.destinations) {
            sum.answered += carried * part.answered;
            sum.billed += carried * part.billed;
            sum.spend += carried * part.spend * tax;
            sum.unpriced += carried * part.unpriced;
        }
    }
}

/// Days in the horizon on which another row begins to price a destination of the plan.
fn rate_changes(plan: &Plan, tariffs: &[Tariff<'_>], prefixes: &[DialPrefix]) -> Vec<NaiveDate> {
    let mut changes: Vec<NaiveDate> = tariffs
        .iter()
        .map(|tariff| &tariff.table().rows)
        .flat_map(|rows| {
            let own =
                prefixes.iter().flat_map(|prefix| (1..=prefix.digits()).filter_map(|digits| prefix.first(digits)));
            own.flat_map(|prefix| rows.of(prefix)).filter_map(|at| rows.get(at))
        })
        // A row that ends may leave its numbers to another one on the next day.
        .flat_map(|row| [row.effective_from, row.expires.and_then(|day| day.succ_opt())])
        .flatten()
        .filter(|date| *date > plan.as_of)
        .collect();
    changes.sort();
    changes.dedup();
    changes
}

//! One run: the events of an outage in their order.

use super::CallsError;
use super::floor::{Floor, Meets};
use super::gate::Gate;
use super::pace::Pace;
use super::price::{Charge, Rate};
use super::purse::Purse;
use super::queue::Queue;
use super::tally::{Fates, Minute, Tally, TrunkTally, Usage};
use super::time::{MINUTE, SECOND, ns, seconds};
use super::trace::{Attempt, Fate, Kind};
use crate::model::law::TalkLaw;
use crate::simulate::stream::Stream;
use crate::words::special::normal;

/// From one failed OPTIONS check to the contact being called unavailable (Asterisk's `qualify_timeout`) [s].
const QUALIFY_TIMEOUT: f64 = 3.0;

/// A blocked number is tried again after this long on average [s]. The plan does not say; a minute is longer than what
/// blocked it lasts, so that a redial meets the trunks as any other attempt does.
const REDIAL_AFTER: f64 = 60.0;

/// What draws are for.
mod purpose {
    pub const PACE: u32 = 0;
    pub const CALLS: u32 = 1;
    pub const CHANCE: u32 = 2;
    pub const QUALIFY: u32 = 3;
}

/// What happens at a moment that no call decides.
#[derive(Debug, Clone, Copy)]
enum Control {
    Staff(usize),
    Day(usize),
    Begin,
    End,
    Operator,
    Minute,
    Check(usize),
    MarkDown(usize),
    NewDay(usize),
    TopUp(usize),
}

/// Events from here on are controls; those below are calls.
const CONTROLS: u32 = 1 << 31;

/// In which part of the run an attempt started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Before,
    Outage,
    Failback,
    After,
}

/// What a call does when its moment comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It leaves its trunk and is over.
    Ends,
    /// It leaves its trunk unanswered, and the next is asked as well.
    AsksAgain,
    /// It has waited for a trunk that is hit, and the next is asked.
    MovesOn,
    /// Its dialer has waited in vain.
    GivesUp,
    /// It has waited, and the dialplan stops it.
    Stops,
    /// It is a number to be dialled again.
    Redials,
    /// It was cut off before.
    Gone,
}

#[derive(Debug, Clone, Copy)]
struct Call {
    started: u64,
    talk: u64,
    asked: u64,
    campaign: u16,
    outcome: u16,
    target: u16,
    trunk: u16,
    kind: Kind,
    part: Part,
    then: Then,
    /// Whether it was carried before, by a trunk that asks the next as well.
    again: bool,
    /// Whether a trunk in service has refused it.
    refused: bool,
}

struct Trunk {
    gate: Gate,
    busy: u64,
    /// Marked unavailable by a check.
    down: bool,
    /// Switched off by an operator.
    off: bool,
    /// A check has failed and its time is running.
    failing: bool,
    purse: Option<Purse>,
    second: u64,
    in_second: u64,
}

/// A run under way.
struct World<'f, 'a> {
    floor: &'f Floor<'a>,
    queue: Queue,
    controls: Vec<Control>,
    calls: Vec<Call>,
    free: Vec<u32>,
    paces: Vec<Pace>,
    draws: Vec<Stream>,
    chance: Stream,
    trunks: Vec<Trunk>,
    tally: Tally,
    trace: Option<Vec<Attempt>>,
    part: Part,
    struck: bool,
    day: usize,
    minute: usize,
    /// Counted attempts whose fate is open.
    open: u64,
}

/// Simulates one run. `trace` collects every attempt that starts in the outage or on the way back.
///
/// # Errors
/// Where an amount has too many digits.
pub fn run(
    floor: &Floor<'_>,
    seed: u64,
    number: u64,
    traced: bool,
) -> Result<(Tally, Option<Vec<Attempt>>), CallsError> {
    let mut world = World::new(floor, seed, number, traced);
    world.work_off()?;
    world.settle();
    world.tally.places = world.calls.len() as u64;
    Ok((world.tally, world.trace))
}

impl<'f, 'a> World<'f, 'a> {
    fn new(floor: &'f Floor<'a>, seed: u64, number: u64, traced: bool) -> Self {
        let stream = |purpose, index| Stream::new(seed, number, purpose, index);
        let campaigns = 0..floor.campaigns.len() as u32;
        let mut world = Self {
            floor,
            queue: Queue::default(),
            controls: Vec::new(),
            calls: Vec::new(),
            free: Vec::new(),
            paces: campaigns.clone().map(|index| Pace::new(stream(purpose::PACE, index))).collect(),
            draws: campaigns.map(|index| stream(purpose::CALLS, index)).collect(),
            chance: stream(purpose::CHANCE, 0),
            trunks: Vec::new(),
            tally: Tally { trunks: vec![TrunkTally::default(); floor.lines.len()], ..Tally::default() },
            trace: traced.then(Vec::new),
            part: Part::Before,
            struck: false,
            day: 0,
            minute: 0,
            open: 0,
        };
        for (index, line) in floor.lines.iter().enumerate() {
            world.trunks.push(Trunk {
                gate: Gate::new(line.cps, line.window),
                busy: 0,
                down: false,
                off: false,
                failing: false,
                purse: line.purse.clone(),
                second: u64::MAX,
                in_second: 0,
            });
            if line.detects && line.qualify > 0 {
                // The first check that can fail comes at any time within a cycle.
                let phase = (stream(purpose::QUALIFY, index as u32).uniform() * line.qualify as f64) as u64;
                world.at(floor.begin + phase, Control::Check(index));
            }
            for day in &line.new_days {
                world.at(*day, Control::NewDay(index));
            }
        }
        for (index, step) in floor.steps.iter().enumerate() {
            world.at(step.at, Control::Staff(index));
        }
        for (index, day) in floor.days.iter().enumerate() {
            world.at(*day, Control::Day(index));
        }
        world.at(floor.begin, Control::Begin);
        world.at(floor.end, Control::End);
        if let Some(operator) = floor.operator.filter(|operator| *operator < floor.end) {
            world.at(operator, Control::Operator);
        }
        world
    }

    fn at(&mut self, time: u64, control: Control) {
        self.queue.push(time, CONTROLS | self.controls.len() as u32);
        self.controls.push(control);
    }

    fn work_off(&mut self) -> Result<(), CallsError> {
        loop {
            let (mut campaign, mut dials) = (0, u64::MAX);
            for (index, pace) in self.paces.iter().enumerate() {
                if pace.next() < dials {
                    (campaign, dials) = (index, pace.next());
                }
            }
            if self.queue.next_time().is_none_or(|time| dials < time) {
                // Nobody will ever dial, and nothing waits.
                if dials == u64::MAX {
                    return Ok(());
                }
                self.tally.events += 1;
                self.paces[campaign].start(dials);
                self.dial(campaign, Kind::Paced, dials)?;
                continue;
            }
            let Some((now, what)) = self.queue.pop() else { return Ok(()) };
            self.tally.events += 1;
            if what < CONTROLS {
                self.call_on(what as usize, now)?;
            } else if let Some(control) = self.controls.get((what - CONTROLS) as usize).copied() {
                self.control(control, now)?;
            }
            if self.part == Part::After && self.open == 0 {
                return Ok(());
            }
        }
    }

    fn control(&mut self, control: Control, now: u64) -> Result<(), CallsError> {
        match control {
            Control::Staff(index) => {
                for (pace, dialer) in self.paces.iter_mut().zip(&self.floor.steps[index].dialers) {
                    pace.staff(*dialer, now);
                }
            }
            Control::Day(index) => self.day = index,
            Control::Begin => self.begin(now)?,
            Control::End => {
                self.struck = false;
                self.part = Part::Failback;
                self.trunks.iter_mut().for_each(|trunk| trunk.off = false);
                self.close_if_back(now);
            }
            Control::Operator => {
                for (line, trunk) in self.floor.lines.iter().zip(&mut self.trunks) {
                    let stays = line.meets.is_some_and(|meets| !matches!(meets, Meets::Next { .. }));
                    if stays && self.struck && !trunk.down {
                        trunk.off = true;
                        self.tally.noticed.get_or_insert(now - self.floor.begin);
                    }
                }
            }
            Control::Minute => {
                let busy: Vec<u64> = self.trunks.iter().map(|trunk| trunk.busy).collect();
                if let Some(minute) = self.tally.minutes.last_mut() {
                    minute.channels = busy;
                }
                if matches!(self.part, Part::Outage | Part::Failback) {
                    self.open_minute(now);
                }
            }
            Control::Check(index) => self.check(index, now),
            Control::MarkDown(index) => {
                self.trunks[index].failing = false;
                self.trunks[index].down = true;
                if self.struck {
                    self.tally.noticed.get_or_insert(now - self.floor.begin);
                }
            }
            Control::NewDay(index) => {
                if let Some(purse) = &mut self.trunks[index].purse {
                    purse.new_day();
                }
            }
            Control::TopUp(index) => {
                let again = self.trunks[index].purse.as_mut().and_then(|purse| purse.top_up(now));
                if let Some(again) = again {
                    self.at(again, Control::TopUp(index));
                }
            }
        }
        Ok(())
    }

    fn open_minute(&mut self, now: u64) {
        let lines = self.floor.lines.len();
        self.tally.minutes.push(Minute { charges: vec![0; lines], channels: vec![0; lines], ..Minute::default() });
        self.minute = self.tally.minutes.len() - 1;
        self.at(now + MINUTE, Control::Minute);
    }

    /// An OPTIONS check: one that fails marks the trunk down a while later, one that succeeds brings it back.
    fn check(&mut self, index: usize, now: u64) {
        if self.struck {
            if !self.trunks[index].down && !self.trunks[index].failing {
                self.trunks[index].failing = true;
                self.at(now + ns(QUALIFY_TIMEOUT), Control::MarkDown(index));
            }
        } else if self.trunks[index].down {
            self.trunks[index].down = false;
            self.close_if_back(now);
        }
        let line = &self.floor.lines[index];
        let trunk = &self.trunks[index];
        if self.struck || trunk.down || trunk.failing {
            self.at(now + line.qualify, Control::Check(index));
        }
    }

    fn close_if_back(&mut self, now: u64) {
        if self.part == Part::Failback && !self.trunks.iter().any(|trunk| trunk.down || trunk.failing) {
            self.part = Part::After;
            self.tally.failback = now - self.floor.end;
            let busy: Vec<u64> = self.trunks.iter().map(|trunk| trunk.busy).collect();
            if let Some(minute) = self.tally.minutes.last_mut() {
                minute.channels = busy;
            }
        }
    }

    /// What is lost leaves seats idle, and announcements hold some of the others: no more of them than work. Minutes with
    /// few attempts are taken together, for a share of none is no share.
    fn settle(&mut self) {
        const ENOUGH: u64 = 20;
        let closed = self.floor.end - self.floor.begin + self.tally.failback;
        let minutes = &mut self.tally.minutes;
        // Of the last minute only a part may belong to the outage and the way back.
        let part = |minute: usize| (closed.saturating_sub(minute as u64 * MINUTE) as f64 / MINUTE as f64).min(1.0);
        let (mut from, mut decided) = (0, 0);
        for end in 1..=minutes.len() {
            decided += minutes[end - 1].decided;
            if decided < ENOUGH && end < minutes.len() {
                continue;
            }
            let stretch = &mut minutes[from..end];
            let sum = |of: fn(&Minute) -> f64| stretch.iter().map(of).sum::<f64>();
            let (work, wasted, held) = (sum(|m| m.work), sum(|m| m.wasted), sum(|m| m.held));
            let seats: f64 = (from..end).map(|i| self.floor.staffed.get(i).copied().unwrap_or(0.0) * part(i)).sum();
            let working = if work > 0.0 { seats * (1.0 - wasted / work).max(0.0) } else { seats };
            let holds = if held > working { working / held } else { 1.0 };
            stretch.iter_mut().for_each(|minute| minute.idle = minute.wasted + minute.held * holds);
            (from, decided) = (end, 0);
        }
        self.tally.idle = minutes.iter().map(|minute| minute.idle).sum();
    }

    /// The outage begins: live calls on the trunks that it hits are cut off, and their lines dial at once.
    fn begin(&mut self, now: u64) -> Result<(), CallsError> {
        self.part = Part::Outage;
        self.struck = true;
        self.open_minute(now);
        for index in 0..self.trunks.len() {
            // What was spent before the outage is not counted by caps.
            self.trunks[index].purse = self.floor.lines[index].purse.clone();
            if let Some(arrives) = self.trunks[index].purse.as_mut().and_then(|purse| purse.open(now)) {
                self.at(arrives, Control::TopUp(index));
            }
            let trunk = &self.trunks[index];
            self.tally.trunks[index].peak_channels = trunk.busy;
        }
        let mut cut = vec![0_u64; self.paces.len()];
        for index in 0..self.calls.len() {
            let call = self.calls[index];
            let on_hit = matches!(call.then, Then::Ends | Then::AsksAgain)
                && self.floor.lines[usize::from(call.trunk)].meets.is_some();
            if !on_hit || !(self.floor.share >= 1.0 || self.chance.uniform() < self.floor.share) {
                continue;
            }
            self.calls[index].then = Then::Gone;
            let trunk = &mut self.trunks[usize::from(call.trunk)];
            trunk.busy = trunk.busy.saturating_sub(1);
            let campaign = usize::from(call.campaign);
            self.paces[campaign].give(now);
            cut[campaign] += 1;
        }
        self.tally.dropped = cut.iter().sum();
        for (index, line) in self.floor.lines.iter().enumerate() {
            if line.meets.is_some() {
                self.tally.trunks[index].peak_channels = self.trunks[index].busy;
            }
        }
        for (campaign, cut) in cut.into_iter().enumerate() {
            // Where all of them are cut off, the dialer fills every line that it has.
            let all = self.paces[campaign].idle().filter(|_| cut > 0 && self.floor.share >= 1.0);
            let cap = self.paces[campaign].idle().unwrap_or(u64::MAX);
            let open = self.paces[campaign].dialer().seats > 0;
            for _ in 0..if open { all.unwrap_or(cut).min(cap) } else { 0 } {
                self.dial(campaign, Kind::Surge, now)?;
            }
        }
        Ok(())
    }

    /// An attempt starts.
    fn dial(&mut self, campaign: usize, kind: Kind, now: u64) -> Result<(), CallsError> {
        let draws = &mut self.draws[campaign];
        let dialled = &self.floor.campaigns[campaign];
        // Every attempt draws two numbers, so that what one comes to shifts no other.
        let (word, length) = (draws.word(), draws.uniform());
        let (low, high) = (word as u32, (word >> 32) as u32);
        let outcome = dialled.outcomes.iter().position(|o| low <= o.until).unwrap_or(0);
        let target = dialled.targets.iter().position(|until| high <= *until).unwrap_or(0);
        let talk = dialled.outcomes.get(outcome).and_then(|o| o.talk).map_or(0, |law| talk(law, length));
        self.paces[campaign].take(now);
        let part = self.part;
        let call = Call {
            started: now,
            talk,
            asked: 0,
            campaign: campaign as u16,
            outcome: outcome as u16,
            target: target as u16,
            trunk: 0,
            kind,
            part,
            then: Then::Ends,
            again: false,
            refused: false,
        };
        if part == Part::Outage {
            self.fates(kind).attempts += 1;
            self.tally.redials += u64::from(kind == Kind::Redial);
        }
        if matches!(part, Part::Outage | Part::Failback) {
            self.tally.minutes[self.minute].attempts += 1;
        }
        self.ask(call, 0, now)
    }

    fn fates(&mut self, kind: Kind) -> &mut Fates {
        if kind == Kind::Surge { &mut self.tally.surge } else { &mut self.tally.paced }
    }

    /// Asks the trunks in order, from one on.
    fn ask(&mut self, mut call: Call, from: usize, now: u64) -> Result<(), CallsError> {
        for index in from..self.floor.lines.len() {
            let line = &self.floor.lines[index];
            let trunk = &mut self.trunks[index];
            if trunk.down || trunk.off {
                continue;
            }
            call.trunk = index as u16;
            let counted = call.part == Part::Outage && call.kind != Kind::Surge;
            if counted {
                self.tally.trunks[index].offered += 1;
            }
            if self.part != Part::Before {
                let second = now / SECOND;
                if second != trunk.second {
                    (trunk.second, trunk.in_second) = (second, 0);
                }
                trunk.in_second += 1;
                let peak = &mut self.tally.trunks[index].peak_cps;
                *peak = (*peak).max(trunk.in_second);
            }
            if self.struck
                && let Some(meets) = line.meets
                && (self.floor.share >= 1.0 || self.chance.uniform() < self.floor.share)
            {
                if !line.silent {
                    call.asked |= 1 << index;
                }
                return self.meet(call, meets, now);
            }
            let tally = &mut self.tally.trunks[index];
            let paid_up = !trunk.purse.as_ref().is_some_and(Purse::empty) || self.part == Part::Before;
            if !paid_up {
                // A carrier that refuses for want of money charges nothing for refusing.
                tally.refused_money += u64::from(counted);
            } else {
                call.asked |= 1 << index;
                if !trunk.gate.pass(now) {
                    tally.refused_cps += u64::from(counted);
                } else if trunk.busy >= line.channels {
                    tally.refused_channels += u64::from(counted);
                } else {
                    return self.carry(call, index, now);
                }
            }
            call.refused = true;
            if !line.excess_moves_on {
                self.lose(call, Fate::Stopped, now);
                return Ok(());
            }
        }
        self.lose(call, Fate::Blocked, now);
        Ok(())
    }

    /// A trunk that is hit was asked.
    fn meet(&mut self, call: Call, meets: Meets, now: u64) -> Result<(), CallsError> {
        let gives_up = self.floor.campaigns[usize::from(call.campaign)].gives_up.map(|limit| call.started + limit);
        let (ends, moves_on, stops) = match meets {
            Meets::Next { after } => (now + after, true, false),
            Meets::Stop { after } => (now + after, false, true),
            Meets::Waits { timer, moves_on } => (now + timer, moves_on, !moves_on),
        };
        let patient = gives_up.is_none_or(|limit| limit >= ends);
        if patient && moves_on && ends == now {
            return self.ask(call, usize::from(call.trunk) + 1, now);
        }
        if patient && moves_on {
            self.open += u64::from(matches!(call.part, Part::Outage | Part::Failback));
            self.wait(Call { then: Then::MovesOn, ..call }, ends);
            return Ok(());
        }
        let ends = gives_up.map_or(ends, |limit| limit.min(ends).max(now));
        if call.part == Part::Outage && !call.again {
            self.fates(call.kind).lost += 1;
        }
        let held = ends - call.started;
        if !call.again && matches!(call.part, Part::Outage | Part::Failback) {
            self.decide(call, held, true);
            self.tally.minutes[self.minute].lost += 1;
            self.record(call, Fate::Lost, held, None);
        }
        self.pay_attempts(call);
        let then = if stops && patient { Then::Stops } else { Then::GivesUp };
        self.open += u64::from(then == Then::Stops && self.tells(call));
        self.wait(Call { then, ..call }, ends);
        Ok(())
    }

    /// A trunk takes the call: what it comes to is known and booked at once.
    fn carry(&mut self, call: Call, index: usize, now: u64) -> Result<(), CallsError> {
        let line = &self.floor.lines[index];
        let dialled = &self.floor.campaigns[usize::from(call.campaign)];
        let ring = dialled.outcomes.get(usize::from(call.outcome)).map_or(0, |outcome| outcome.ring);
        let gives_up = dialled.gives_up.map_or(u64::MAX, |limit| (call.started + limit).saturating_sub(now));
        let patience = gives_up.min(self.floor.ring_timer);
        let in_time = ring <= patience;
        let answered = call.talk > 0 && in_time;
        let held = if answered { ring + call.talk } else { ring.min(patience) };
        // Who rings out, or is busy, is asked for over the next trunk as well.
        let again = !answered && line.continue_if_busy && held < gives_up && index + 1 < self.floor.lines.len();
        let trunk = &mut self.trunks[index];
        trunk.busy += 1;
        if self.part != Part::Before {
            let peak = &mut self.tally.trunks[index].peak_channels;
            *peak = (*peak).max(trunk.busy);
        }
        if matches!(call.part, Part::Outage | Part::Failback) {
            if !call.again {
                self.count_carried(call, index, !in_time && call.talk > 0);
                self.decide(call, now - call.started + held, false);
            }
            let charge = if answered { self.bill(call, index, now)? } else { None };
            if !call.again {
                let fate = if answered { Fate::Answered } else { Fate::Unanswered };
                self.record(call, fate, now - call.started + held, charge);
            }
            if again {
                self.tally.trunks[index].second_dials += 1;
            }
        }
        if !answered && !again {
            self.pay_attempts(call);
        }
        let then = if again { Then::AsksAgain } else { Then::Ends };
        self.wait(Call { trunk: index as u16, then, ..call }, now + held);
        Ok(())
    }

    fn count_carried(&mut self, call: Call, index: usize, given_up: bool) {
        if call.part == Part::Outage {
            let fates = self.fates(call.kind);
            fates.carried += 1;
            fates.given_up += u64::from(given_up);
        }
        self.tally.minutes[self.minute].carried += 1;
        self.usage(index, call.kind).carried += 1;
    }

    fn usage(&mut self, index: usize, kind: Kind) -> &mut Usage {
        let trunk = &mut self.tally.trunks[index];
        if kind == Kind::Surge { &mut trunk.surge } else { &mut trunk.paced }
    }

    fn bill(&mut self, call: Call, index: usize, now: u64) -> Result<Option<Charge>, CallsError> {
        let rate = self.floor.prices.of(self.day, index, usize::from(call.campaign), usize::from(call.target));
        let charge = match rate {
            Rate::Row(row) => Some(self.floor.prices.charge(row, call.talk)?),
            Rate::Flat | Rate::None => None,
        };
        let short = self.floor.lines[index].short.is_some_and(|up_to| call.talk <= up_to);
        let usage = self.usage(index, call.kind);
        usage.answered += 1;
        usage.short += u64::from(short);
        usage.talk += u128::from(call.talk);
        usage.unpriced += u64::from(rate == Rate::None);
        if let Some(charge) = charge {
            usage.billed += u64::from(charge.billed);
            usage.charges += i128::from(charge.cost);
            self.book(index, i128::from(charge.cost), now);
        }
        Ok(charge)
    }

    /// Takes a charge from the trunk's purse and puts it into the minute.
    fn book(&mut self, index: usize, charge: i128, now: u64) {
        if let Some(sum) = self.tally.minutes[self.minute].charges.get_mut(index) {
            *sum += charge;
        }
        let arrives = self.trunks[index].purse.as_mut().and_then(|purse| purse.spend(charge, now));
        if let Some(arrives) = arrives {
            self.at(arrives, Control::TopUp(index));
        }
    }

    /// An attempt that nobody answered is charged the attempt fee of every carrier that was asked and said something.
    fn pay_attempts(&mut self, call: Call) {
        if !matches!(call.part, Part::Outage | Part::Failback) {
            return;
        }
        for index in 0..self.floor.lines.len() {
            if self.floor.lines[index].attempt_fee && call.asked >> index & 1 == 1 {
                self.usage(index, call.kind).fees += 1;
            }
        }
    }

    /// An attempt is refused for want of capacity.
    fn lose(&mut self, call: Call, fate: Fate, now: u64) {
        let campaign = usize::from(call.campaign);
        if matches!(call.part, Part::Outage | Part::Failback) && !call.again {
            if call.part == Part::Outage {
                let fates = self.fates(call.kind);
                match fate {
                    Fate::Stopped => fates.stopped += 1,
                    _ => fates.blocked += 1,
                }
            }
            self.tally.minutes[self.minute].blocked += 1;
            let held = now - call.started;
            let redial = self.floor.campaigns[campaign].redial;
            if call.refused && redial > 0.0 && self.chance.uniform() < redial {
                let after = ns(self.chance.exponential() * REDIAL_AFTER);
                self.wait(Call { then: Then::Redials, ..call }, now + after);
            } else {
                self.decide(call, held, true);
            }
            self.record(call, fate, held, None);
        }
        if fate == Fate::Stopped {
            self.announce(call);
        }
        self.pay_attempts(call);
        self.paces[campaign].give(now);
    }

    /// What a paced attempt that is decided stands for in the work of the floor: the time in which its dialer makes one.
    fn decide(&mut self, call: Call, held: u64, lost: bool) {
        if call.kind == Kind::Surge {
            return;
        }
        let campaign = usize::from(call.campaign);
        let wasted = self.paces[campaign].dialer().wasted;
        let work = match self.floor.campaigns[campaign].seats_per_line {
            Some(line) => wasted + line * seconds(held),
            None => wasted,
        };
        let minute = &mut self.tally.minutes[self.minute];
        minute.work += work;
        minute.decided += 1;
        if lost {
            minute.wasted += work;
        }
    }

    /// The dialplan tells an agent that the call has failed, and keeps it for as long. Agents of the surge are counted
    /// nowhere, as is the rest of it.
    fn announce(&mut self, call: Call) {
        if self.tells(call) {
            self.tally.minutes[self.minute].held += seconds(self.floor.announcement);
        }
    }

    fn tells(&self, call: Call) -> bool {
        call.kind != Kind::Surge && !call.again && matches!(call.part, Part::Outage | Part::Failback)
    }

    fn record(&mut self, call: Call, fate: Fate, held: u64, charge: Option<Charge>) {
        let begin = self.floor.begin;
        let Some(trace) = &mut self.trace else { return };
        let (billed, cost) = charge.map_or((0, 0), |charge| (charge.billed, charge.cost));
        trace.push(Attempt {
            at: call.started - begin,
            campaign: call.campaign,
            outcome: call.outcome,
            target: call.target,
            kind: call.kind,
            fate,
            trunk: (call.asked != 0 || fate == Fate::Lost).then_some(call.trunk),
            held,
            talk: if fate == Fate::Answered { call.talk } else { 0 },
            billed,
            cost,
        });
    }

    fn wait(&mut self, call: Call, until: u64) {
        let slot = match self.free.pop() {
            Some(slot) => {
                self.calls[slot as usize] = call;
                slot
            }
            None => {
                self.calls.push(call);
                self.calls.len() as u32 - 1
            }
        };
        self.queue.push(until, slot);
    }

    /// The moment that a call waited for.
    fn call_on(&mut self, slot: usize, now: u64) -> Result<(), CallsError> {
        let call = self.calls[slot];
        self.calls[slot].then = Then::Gone;
        self.free.push(slot as u32);
        let campaign = usize::from(call.campaign);
        match call.then {
            Then::Gone => {}
            Then::Ends => {
                self.leave(call);
                self.paces[campaign].give(now);
            }
            Then::GivesUp => self.paces[campaign].give(now),
            Then::Stops => {
                self.open -= u64::from(self.tells(call));
                self.announce(call);
                self.paces[campaign].give(now);
            }
            Then::AsksAgain => {
                self.leave(call);
                return self.ask(Call { again: true, ..call }, usize::from(call.trunk) + 1, now);
            }
            Then::MovesOn => {
                self.open -= u64::from(matches!(call.part, Part::Outage | Part::Failback));
                return self.ask(call, usize::from(call.trunk) + 1, now);
            }
            Then::Redials => {
                // A dialer with a cap needs a line for it.
                if self.paces[campaign].idle() != Some(0) && self.paces[campaign].dialer().seats > 0 {
                    return self.dial(campaign, Kind::Redial, now);
                }
            }
        }
        Ok(())
    }

    fn leave(&mut self, call: Call) {
        let trunk = &mut self.trunks[usize::from(call.trunk)];
        trunk.busy = trunk.busy.saturating_sub(1);
    }
}

/// A talk time by inversion, a nanosecond at least [ns].
fn talk(law: TalkLaw, u: f64) -> u64 {
    let length = match law {
        TalkLaw::Fixed { seconds } => seconds,
        TalkLaw::Exponential { mean } => -mean * libm::log(u),
        TalkLaw::Lognormal { mu, sigma } => libm::exp(mu + sigma * normal::quantile(u, 1.0 - u)),
    };
    ns(length).max(1)
}

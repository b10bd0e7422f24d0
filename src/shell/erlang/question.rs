//! What is asked: a formula, two of the three quantities, and what the formula needs besides.

use std::fmt;

use super::answer::Answer;
use super::quoted;
use crate::traffic::{MOST_TRAFFIC, TrafficError, engset, erlang, extended};
use crate::words::units::{Erlangs, Probability, UnitError};

/// Most channels and sources that can be asked for; the traffic engine computes with as much traffic.
const MOST: f64 = MOST_TRAFFIC;

/// A formula of capacity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Formula {
    B,
    BExtended,
    Engset,
}

/// What can be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Traffic,
    Channels,
    Blocking,
    Redial,
    Sources,
}

impl Formula {
    /// What can be given for this formula.
    pub(super) fn quantities(self) -> &'static [Quantity] {
        use Quantity::{Blocking, Channels, Redial, Sources, Traffic};
        match self {
            Self::B => &[Traffic, Channels, Blocking],
            Self::BExtended => &[Traffic, Channels, Blocking, Redial],
            Self::Engset => &[Traffic, Channels, Blocking, Sources],
        }
    }
}

impl Quantity {
    /// The name of the column; the option has it too.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Channels => "channels",
            Self::Blocking => "blocking",
            Self::Redial => "redial",
            Self::Sources => "sources",
        }
    }

    fn expected(self) -> String {
        match self {
            Self::Traffic => format!("a traffic from 0 to {MOST} erlang"),
            Self::Channels => format!("a whole number of channels from 0 to {MOST}"),
            Self::Blocking => "a share from 0 to 1, such as 0.01 or 1%".to_owned(),
            Self::Redial => "a share from 0 to 1, such as 0.5 or 50%".to_owned(),
            Self::Sources => format!("a number of sources above 0, at most {MOST}"),
        }
    }

    fn holds(self, value: f64) -> bool {
        match self {
            Self::Traffic => (0.0..=MOST).contains(&value),
            Self::Channels => (0.0..=MOST).contains(&value) && value.fract() == 0.0,
            Self::Blocking | Self::Redial => (0.0..=1.0).contains(&value),
            Self::Sources => value > 0.0 && value <= MOST,
        }
    }
}

/// What is wrong with a value or with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The value that is wrong, where it is one.
    pub quantity: Option<Quantity>,
    pub message: String,
    pub found: String,
    pub expected: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: found {}; expected {}", self.message, self.found, self.expected)
    }
}

/// Reads a value. Shares may be given in percent.
pub(super) fn parse(quantity: Quantity, text: &str) -> Result<f64, Problem> {
    let problem = |message: &str| Problem {
        quantity: Some(quantity),
        message: format!("{} is {message}", quantity.name()),
        found: quoted(text),
        expected: quantity.expected(),
    };
    let share = matches!(quantity, Quantity::Blocking | Quantity::Redial);
    let (digits, percent) = match text.trim().strip_suffix('%').filter(|_| share) {
        Some(digits) => (digits.trim_end(), true),
        None => (text.trim(), false),
    };
    // Rust reads `inf` and `nan` too.
    if !digits.bytes().all(|b| b.is_ascii_digit() || b".eE+-".contains(&b)) {
        return Err(problem("not a number"));
    }
    // Through the exponent, so that 1 % is the same number as 0.01.
    let value = if percent && !digits.contains(['e', 'E']) {
        format!("{digits}e-2").parse()
    } else {
        digits.parse().map(|value: f64| if percent { value / 100.0 } else { value })
    };
    match value {
        Ok(value) if quantity.holds(value) => Ok(value + 0.0), // no negative zero
        Ok(value) if quantity == Quantity::Channels && value.fract() != 0.0 => Err(problem("not whole")),
        Ok(_) => Err(problem("out of range")),
        Err(_) => Err(problem("not a number")),
    }
}

/// The values that are given.
#[derive(Debug, Clone, Default)]
pub(super) struct Given([Option<f64>; 5]);

impl Given {
    pub(super) fn set(&mut self, quantity: Quantity, value: f64) {
        self.0[quantity as usize] = Some(value);
    }

    fn get(&self, quantity: Quantity) -> Option<f64> {
        self.0[quantity as usize]
    }
}

/// What calls do, beyond coming at random.
#[derive(Debug, Clone, Copy)]
pub(super) enum Behaviour {
    /// A blocked attempt is lost.
    Plain,
    /// A blocked attempt is dialled again with this probability.
    Redialled(Probability),
    /// Finitely many sources make them.
    Sources(f64),
}

/// Which two of the three quantities are given.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pair {
    TrafficAndChannels(Erlangs, u64),
    TrafficAndBlocking(Erlangs, Probability),
    ChannelsAndBlocking(u64, Probability),
}

/// A question that can be put to the traffic engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub behaviour: Behaviour,
    pub pair: Pair,
}

impl Question {
    /// Checks that the values are as many as are needed, and fit each other.
    pub(super) fn new(formula: Formula, given: &Given) -> Result<Self, Problem> {
        let pair = pair(given)?;
        let behaviour = match formula {
            Formula::B => Behaviour::Plain,
            Formula::BExtended => {
                let redial = given.get(Quantity::Redial).ok_or_else(|| missing(Quantity::Redial))?;
                Behaviour::Redialled(Probability::new(redial).map_err(|error| bad(Quantity::Redial, error))?)
            }
            Formula::Engset => {
                Behaviour::Sources(given.get(Quantity::Sources).ok_or_else(|| missing(Quantity::Sources))?)
            }
        };
        match (behaviour, pair) {
            (Behaviour::Sources(n), Pair::TrafficAndChannels(a, _) | Pair::TrafficAndBlocking(a, _))
                if a.get() >= n =>
            {
                Err(Problem {
                    quantity: Some(Quantity::Traffic),
                    message: "more traffic than its sources can offer".to_owned(),
                    found: format!("{} erlang from {n} sources", a.get()),
                    expected: "less than 1 erlang from each source".to_owned(),
                })
            }
            (_, Pair::ChannelsAndBlocking(0, _)) => Err(Problem {
                quantity: Some(Quantity::Channels),
                message: "no channels carry no traffic".to_owned(),
                found: "0 channels".to_owned(),
                expected: "1 channel or more where traffic is sought".to_owned(),
            }),
            _ => Ok(Self { behaviour, pair }),
        }
    }

    /// The third quantity, and with it what the channels do.
    ///
    /// # Errors
    /// Where no traffic and no number of channels is the answer.
    pub(super) fn answer(&self) -> Result<Answer, TrafficError> {
        let (a, channels, target) = match (self.pair, self.behaviour) {
            (Pair::TrafficAndChannels(a, channels), _) => (a, channels, None),
            (Pair::TrafficAndBlocking(a, target), behaviour) => {
                let channels = match behaviour {
                    Behaviour::Plain => erlang::channels_for(a, target),
                    Behaviour::Redialled(redial) => extended::channels_for(a, target, redial),
                    Behaviour::Sources(n) => engset::channels_for(a, n, target),
                };
                (a, channels?, Some(target))
            }
            // A loss of 1 bounds no traffic; the engine's answer for sources would be a limit that cannot be reached.
            (Pair::ChannelsAndBlocking(_, target), _) if target.get() >= 1.0 => {
                return Err(TrafficError::Unbounded { target: target.get() });
            }
            (Pair::ChannelsAndBlocking(channels, target), behaviour) => {
                let a = match behaviour {
                    Behaviour::Plain => erlang::traffic_for(channels, target),
                    Behaviour::Redialled(redial) => extended::traffic_for(channels, target, redial),
                    Behaviour::Sources(n) => engset::traffic_for(channels, n, target),
                };
                (a?, channels, Some(target))
            }
        };
        Answer::new(*self, a, channels, target)
    }
}

fn pair(given: &Given) -> Result<Pair, Problem> {
    let three = [Quantity::Traffic, Quantity::Channels, Quantity::Blocking];
    let erlangs = |value| Erlangs::new(value).map_err(|error| bad(Quantity::Traffic, error));
    let share = |value| Probability::new(value).map_err(|error| bad(Quantity::Blocking, error));
    // Whole and at most 1e7: `parse` has seen to it.
    let count = |value: f64| value as u64;
    match three.map(|quantity| given.get(quantity)) {
        [Some(a), Some(c), None] => Ok(Pair::TrafficAndChannels(erlangs(a)?, count(c))),
        [Some(a), None, Some(p)] => Ok(Pair::TrafficAndBlocking(erlangs(a)?, share(p)?)),
        [None, Some(c), Some(p)] => Ok(Pair::ChannelsAndBlocking(count(c), share(p)?)),
        other => {
            let names: Vec<_> =
                three.iter().zip(other).filter_map(|(quantity, value)| value.map(|_| quantity.name())).collect();
            Err(Problem {
                quantity: None,
                message: "two of traffic, channels and blocking give the third".to_owned(),
                found: match names.as_slice() {
                    [] => "none".to_owned(),
                    [one] => format!("only {one}"),
                    _ => "all three".to_owned(),
                },
                expected: "exactly two".to_owned(),
            })
        }
    }
}

fn missing(quantity: Quantity) -> Problem {
    Problem {
        quantity: None,
        message: format!("{} is missing", quantity.name()),
        found: "none".to_owned(),
        expected: quantity.expected(),
    }
}

fn bad(quantity: Quantity, error: UnitError) -> Problem {
    Problem {
        quantity: Some(quantity),
        message: format!("{} is out of range", quantity.name()),
        found: error.value.to_string(),
        expected: quantity.expected(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_the_same_numbers() {
        for (percent, share) in
            [("1%", "0.01"), (" 1 % ", "0.01"), ("0.1%", "0.001"), ("7 %", "0.07"), ("100%", "1"), ("1e0%", "0.01")]
        {
            let read = |text| parse(Quantity::Blocking, text).unwrap();
            assert_eq!(read(percent).to_bits(), read(share).to_bits(), "{percent}");
        }
        assert!(parse(Quantity::Traffic, "1%").is_err());
        assert!(parse(Quantity::Blocking, "%").is_err() && parse(Quantity::Blocking, "1%%").is_err());
    }
}

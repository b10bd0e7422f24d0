//! What is answered, and how it is said.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::question::{Behaviour, Pair, Question};
use crate::traffic::{TrafficError, engset, erlang, extended};
use crate::words::units::{Erlangs, Probability};

/// All quantities of a question, the third among them.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    question: Question,
    /// Traffic of the question [erlang]: fresh, without redials; what the sources would carry if nothing were blocked.
    traffic: f64,
    channels: u64,
    /// Share of the attempts blocked: what is reached, not what was asked for [1].
    blocking: f64,
    target: Option<f64>,
    /// Traffic of all attempts, redials and those of sources that were blocked among them [erlang].
    offered: f64,
    /// Share of the time in which all channels are busy, where it is not that of the attempts [1].
    time_congestion: Option<f64>,
}

impl Answer {
    pub(super) fn new(
        question: Question,
        a: Erlangs,
        channels: u64,
        target: Option<Probability>,
    ) -> Result<Self, TrafficError> {
        let traffic = a.get();
        let sought = matches!(question.pair, Pair::ChannelsAndBlocking(..));
        let (blocking, offered, time_congestion) = match question.behaviour {
            Behaviour::Plain => (erlang::blocking(a, channels), traffic, None),
            // At the largest traffic the redials are known, and where all are redialled only its last digit keeps it
            // from being too much.
            Behaviour::Redialled(redial) if sought => {
                let all = traffic / (1.0 - redial.get() * target.map_or(0.0, Probability::get));
                let all = Erlangs::new(all).unwrap_or(a);
                (erlang::blocking(all, channels), all.get(), None)
            }
            Behaviour::Redialled(redial) => {
                let redialled = extended::blocking_with_redial(a, channels, redial)?;
                (redialled.blocking, redialled.offered.get(), None)
            }
            Behaviour::Sources(n) => {
                let blocking = engset::blocking(a, n, channels)?;
                // A blocked source is idle and tries again: attempts are N·α·(share of idle sources).
                let idle = n - traffic;
                let offered = n * traffic / (idle + traffic * (1.0 - blocking.get()));
                let time = engset::time_congestion(traffic / idle, n, channels)?;
                (blocking, offered, Some(time.get()))
            }
        };
        let target = target.map(Probability::get);
        Ok(Self { question, traffic, channels, blocking: blocking.get(), target, offered, time_congestion })
    }

    fn carried(&self) -> f64 {
        self.offered * (1.0 - self.blocking)
    }

    fn overflow(&self) -> f64 {
        self.offered * self.blocking
    }

    /// A flat JSON object on one line, keys sorted.
    pub(super) fn json(&self) -> String {
        let mut object: BTreeMap<&str, Value> = BTreeMap::from([
            ("blocking", significant(self.blocking)),
            ("carried_erlangs", significant(self.carried())),
            ("channels", self.channels.into()),
            ("overflow_erlangs", significant(self.overflow())),
            ("traffic", significant(self.traffic)),
        ]);
        if let Some(target) = self.target {
            object.insert("target_blocking", significant(target));
        }
        match self.question.behaviour {
            Behaviour::Plain => {}
            Behaviour::Redialled(redial) => {
                object.insert("offered_erlangs", significant(self.offered));
                object.insert("redial", significant(redial.get()));
            }
            Behaviour::Sources(n) => {
                object.insert("offered_erlangs", significant(self.offered));
                object.insert("sources", significant(n));
            }
        }
        if let Some(time) = self.time_congestion {
            object.insert("time_congestion", significant(time));
        }
        let object: serde_json::Map<String, Value> =
            object.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Value::Object(object).to_string()
    }

    /// For people: the answer, and unless it is to be `brief`, what it means and by which formula.
    pub(super) fn text(&self, brief: bool) -> String {
        let (traffic, channels) = (plain(self.traffic, 6), channels(self.channels));
        let target = percent(self.target.unwrap_or_default());
        let mut text = match self.question.pair {
            Pair::TrafficAndChannels(..) => {
                format!("{traffic} E on {channels}: blocking {}\n", percent(self.blocking))
            }
            Pair::TrafficAndBlocking(..) => format!("{traffic} E with at most {target} blocked: {channels}\n"),
            Pair::ChannelsAndBlocking(..) => format!("{channels} with at most {target} blocked: {traffic} E\n"),
        };
        if brief {
            return text;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "blocking {} of the attempts, carried {} E, overflow {} E",
            percent(self.blocking),
            plain(self.carried(), 6),
            plain(self.overflow(), 6)
        );
        let offered = plain(self.offered, 6);
        let _ = match self.question.behaviour {
            Behaviour::Plain => writeln!(text, "Erlang B: calls come at random, and a blocked attempt is lost"),
            Behaviour::Redialled(redial) => writeln!(
                text,
                "Erlang B with redials: a blocked attempt is dialled again with probability {}, each time; offered with \
                 redials A' = A + r·A'·B(A') = {offered} E",
                percent(redial.get())
            ),
            Behaviour::Sources(n) => writeln!(
                text,
                "Engset: {} sources, an idle one offers A/(N − A); call congestion (all channels are busy {} of the \
                 time); offered {offered} E, since a blocked source tries again",
                plain(n, 6),
                percent(self.time_congestion.unwrap_or_default())
            ),
        };
        text
    }
}

fn channels(count: u64) -> String {
    if count == 1 { "1 channel".to_owned() } else { format!("{count} channels") }
}

fn percent(share: f64) -> String {
    format!("{} %", plain(share * 100.0, 4))
}

/// A number for people, with this many significant digits.
fn plain(value: f64, digits: usize) -> String {
    let rounded = format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value);
    if rounded != 0.0 && rounded < 1e-6 { format!("{rounded:e}") } else { rounded.to_string() }
}

/// A JSON number with 12 significant digits: what lies beyond differs between platforms and methods.
fn significant(value: f64) -> Value {
    Value::from(format!("{value:.11e}").parse().unwrap_or(value))
}

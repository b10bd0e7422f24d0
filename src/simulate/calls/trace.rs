//! Every attempt of a run, one by one.

/// Why an attempt was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The dialer paced it.
    Paced,
    /// A blocked attempt was tried again.
    Redial,
    /// A line that was cut off, or sat idle beside one, dialled at once.
    Surge,
}

impl Kind {
    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Paced => "paced",
            Self::Redial => "redial",
            Self::Surge => "surge",
        }
    }
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Carried and answered.
    Answered,
    /// Carried and not answered.
    Unanswered,
    /// Met the outage and lost.
    Lost,
    /// Refused for want of capacity, which ended it.
    Stopped,
    /// Refused by every trunk that was asked.
    Blocked,
}

impl Fate {
    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
            Self::Lost => "lost",
            Self::Stopped => "stopped",
            Self::Blocked => "blocked",
        }
    }
}

/// One attempt. Times in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it started, from the outage's begin.
    pub at: u64,
    /// Index of the campaign.
    pub campaign: u16,
    /// Index of its outcome, had it been put through.
    pub outcome: u16,
    /// Index of the campaign's target.
    pub target: u16,
    /// Why it was made.
    pub kind: Kind,
    /// What became of it.
    pub fate: Fate,
    /// The trunk that carried it, or the last that was asked.
    pub trunk: Option<u16>,
    /// How long it held its line.
    pub held: u64,
    /// How long it was talked.
    pub talk: u64,
    /// Billed time [s].
    pub billed: u32,
    /// Charge in units of the table.
    pub cost: i64,
}

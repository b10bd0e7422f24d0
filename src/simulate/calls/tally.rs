//! What is counted in a run.

/// What calls of one kind come to on one trunk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Attempts carried, failback included.
    pub carried: u64,
    /// Answered calls.
    pub answered: u64,
    /// Answered calls that are short by the table's rule.
    pub short: u64,
    /// Answered calls that no row prices.
    pub unpriced: u64,
    /// Talk time [ns].
    pub talk: u128,
    /// Billed time [s].
    pub billed: u64,
    /// Charges in units of the table.
    pub charges: i128,
    /// Attempts that are charged the attempt fee.
    pub fees: u64,
}

/// What one trunk does in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrunkTally {
    /// Paced attempts that asked it while the outage lasted.
    pub offered: u64,
    /// Refused by its calls per second, whether or not a trunk behind took them.
    pub refused_cps: u64,
    /// Refused for want of a channel.
    pub refused_channels: u64,
    /// Refused because a cap or balance was used up.
    pub refused_money: u64,
    /// Unanswered attempts that "Continue if Busy" put to the next trunk as well.
    pub second_dials: u64,
    /// Most channels in use at once.
    pub peak_channels: u64,
    /// Most attempts put to it in one second.
    pub peak_cps: u64,
    /// Paced calls.
    pub paced: Usage,
    /// Calls of the surge.
    pub surge: Usage,
}

/// Attempts by what became of them, while the outage lasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// Attempts made.
    pub attempts: u64,
    /// Carried by a trunk.
    pub carried: u64,
    /// Met the outage and were lost.
    pub lost: u64,
    /// Refused for want of capacity and ended there.
    pub stopped: u64,
    /// No trunk carried them.
    pub blocked: u64,
    /// Carried, and given up by the dialer before the answer because other trunks had used up its patience.
    pub given_up: u64,
}

/// One minute of an outage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Minute {
    /// Attempts made, the surge among them.
    pub attempts: u64,
    /// Carried.
    pub carried: u64,
    /// Lost to the outage.
    pub lost: u64,
    /// Stopped or blocked for want of capacity.
    pub blocked: u64,
    /// Idle seats [seat·s].
    pub idle: f64,
    /// What the paced attempts that were decided in it stand for, in seat-seconds of the dialer at its pace.
    pub work: f64,
    /// Of these, what is lost for good.
    pub wasted: f64,
    /// Paced attempts that were decided in it.
    pub decided: u64,
    /// Time of agents that announcements of it hold [seat·s].
    pub held: f64,
    /// By trunk: channels in use at the end of the minute.
    pub channels: Vec<u64>,
    /// By trunk: charges and attempt fees in units of the table.
    pub charges: Vec<i128>,
}

/// One run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Attempts that the dialer paced, redials among them.
    pub paced: Fates,
    /// Attempts of lines that were cut off, or sat idle beside them, and dialled at once.
    pub surge: Fates,
    /// Redials among the paced attempts.
    pub redials: u64,
    /// Calls that were cut off when the outage began.
    pub dropped: u64,
    /// Until the first hit trunk was no longer asked, from the outage's begin; nothing where it always was [ns].
    pub noticed: Option<u64>,
    /// How long after the outage the last trunk came back [ns].
    pub failback: u64,
    /// Idle seats [seat·s].
    pub idle: f64,
    /// By trunk.
    pub trunks: Vec<TrunkTally>,
    /// By minute from the outage's begin.
    pub minutes: Vec<Minute>,
    /// Events that were worked off.
    pub events: u64,
    /// Places for calls that were ever needed at once: all the memory that calls take.
    pub places: u64,
}

//! Rate tables: what a carrier charges, allows and refuses.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::place::Place;
use super::rows::Rows;
use crate::words::calendar::Zone;
use crate::words::diagnostic::Span;
use crate::words::e164::DialPrefix;
use crate::words::increment::{BillingIncrement, IncrementBase};
use crate::words::money::Currency;
use crate::words::rounding::Rounding;

/// Price of a minute, in the table's currency; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RatePerMinute(Decimal);

impl RatePerMinute {
    /// Checks the price.
    #[must_use]
    pub fn new(price: Decimal) -> Option<Self> {
        (!price.is_sign_negative() || price.is_zero()).then_some(Self(price))
    }

    /// The exact price.
    #[must_use]
    pub fn get(self) -> Decimal {
        self.0
    }
}

/// A table of one carrier.
#[derive(Debug, Clone)]
pub struct RateTable {
    /// The path that reports show.
    pub path: String,
    /// Where its keys stand.
    pub place: Place,
    /// The carrier's name.
    pub carrier: String,
    /// The currency of every amount in the table.
    pub currency: Currency,
    /// Flat rate or per minute.
    pub kind: TableKind,
    /// Where the prices come from.
    pub source: Option<String>,
    /// First day in force.
    pub effective_from: Option<NaiveDate>,
    /// Last day in force.
    pub expires: Option<NaiveDate>,
    /// How calls are billed.
    pub billing: Billing,
    /// What the carrier lets through.
    pub limits: Limits,
    /// What is charged besides minutes.
    pub fees: Fees,
    /// The rows: those written out and those of the deck.
    pub rows: Rows,
    /// The carrier's own file, where rows come from one.
    pub deck: Option<Deck>,
}

/// A carrier's own file and what was made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deck {
    /// The path that reports show.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The name of its layout, or `columns` where the table names them.
    pub layout: &'static str,
    /// What the layout is.
    pub what: &'static str,
    /// What parts its cells.
    pub delimiter: char,
    /// Its header; nothing where it has none.
    pub header: Option<Span>,
    /// Its columns in their order: the header cell, and what it was read as; nothing for those not read.
    pub columns: Vec<(String, Option<&'static str>)>,
    /// The order of its dates, where one is stated or shown.
    pub dates: Option<&'static str>,
    /// Lines that hold rows.
    pub lines: usize,
    /// Rows, one for each code.
    pub rows: usize,
    /// Rows of codes to which calls are refused.
    pub blocked: usize,
    /// Rows taken back, which are left out.
    pub withdrawn: usize,
    /// Rows of something else than outbound calls, which are left out.
    pub elsewhere: usize,
    /// Lines before the header and behind the rows, which are left out.
    pub prose: Vec<Span>,
    /// What is known of it and not reckoned with.
    pub notes: Vec<String>,
    /// Rows for which neither deck nor table states an increment: the first and how many. They bear 1/1 in its place, and
    /// price nothing until it is stated.
    pub unstated: Option<(Span, usize)>,
}

impl RateTable {
    /// Whether this is a deck alone, without a table that states its carrier, currency and billing.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.deck.as_ref().is_some_and(|deck| deck.path == self.path)
    }
}

/// Flat rate or per minute.
#[derive(Debug, Clone)]
pub enum TableKind {
    /// Calls to the seats' prefixes cost nothing beyond the seat price; rows price what is outside.
    FlatRate(Vec<SeatPrice>),
    /// Rows price every call.
    PerMinute,
}

/// What one licensed seat costs in one market.
#[derive(Debug, Clone)]
pub struct SeatPrice {
    /// The market's name.
    pub market: String,
    /// Destinations inside the flat rate.
    pub prefixes: Vec<DialPrefix>,
    /// Price and what it is paid for.
    pub price: SeatBasis,
    /// Channels that come with a seat, where the carrier publishes them.
    pub channels_per_seat: Option<Decimal>,
    /// Where it stands.
    pub place: Place,
}

/// What a seat price is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeatBasis {
    /// Per seat and month.
    PerMonth(Decimal),
    /// Per seat and day.
    PerDay(Decimal),
}

/// How calls are billed.
#[derive(Debug, Clone)]
pub struct Billing {
    /// The increment of rows that name none.
    pub increment: Option<BillingIncrement>,
    /// What further intervals are counted from.
    pub base: IncrementBase,
    /// Charged once per answered call, unless the row names its own.
    pub connect_fee: Decimal,
    /// Charged for an attempt that is not answered.
    pub attempt_fee: Decimal,
    /// Rounding of one call.
    pub rounding: Rounding,
}

/// A limit that a carrier or a trunk states, or does not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit<T> {
    /// Nothing is stated: not judged, never "no limit".
    Unstated,
    /// Stated to be without limit.
    Unlimited,
    /// At most so many.
    At(T),
}

impl<T: PartialOrd + Copy> Limit<T> {
    /// The smaller of two limits; what is stated wins over what is not.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::At(a), Self::At(b)) => Self::At(if b < a { b } else { a }),
            (Self::At(a), _) | (_, Self::At(a)) => Self::At(a),
            (Self::Unlimited, _) | (_, Self::Unlimited) => Self::Unlimited,
            (Self::Unstated, Self::Unstated) => Self::Unstated,
        }
    }

    /// The number where there is one.
    #[must_use]
    pub fn at(self) -> Option<T> {
        if let Self::At(limit) = self { Some(limit) } else { None }
    }
}

/// How a carrier counts calls per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CpsWindow {
    /// No more than the limit in any second.
    Rolling,
    /// No more than the limit in a calendar second.
    Fixed,
    /// On the average over a long time.
    Average,
}

/// What the carrier lets through.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Calls at once, ringing ones included.
    pub channels: Limit<u64>,
    /// Calls per second.
    pub cps: Limit<f64>,
    /// How calls per second are counted.
    pub cps_window: CpsWindow,
    /// The SIP status that excess calls get.
    pub excess_signal: u16,
    /// Spend after which new calls are refused until the reset.
    pub daily_spend: Option<DailySpend>,
    /// Prepaid balance after which new calls are refused until a top-up.
    pub prepaid: Option<Prepaid>,
    /// Whether the carrier takes dialer traffic at all, where it says so.
    pub dialers: Option<bool>,
}

/// A daily cap on spend.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailySpend {
    /// The most that is spent in a day, in the table's currency.
    pub limit: Decimal,
    /// The time zone whose midnight resets it.
    pub resets: Zone,
}

/// A prepaid balance and its top-ups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepaid {
    /// Balance when the outage begins, in the table's currency.
    pub balance: Decimal,
    /// Amount of one top-up.
    pub top_up: Decimal,
    /// Most top-ups in 24 hours.
    pub top_ups_per_day: u32,
    /// From an empty balance to calls that go through again [ms].
    pub delay_ms: i64,
}

/// What is charged besides minutes.
#[derive(Debug, Clone)]
pub struct Fees {
    /// Per trunk and month.
    pub monthly: Decimal,
    /// Per channel and month.
    pub per_channel_month: Decimal,
    /// Least bill of a month.
    pub minimum_month: Decimal,
    /// Share of usage charged on top.
    pub usage_tax: Decimal,
    /// Surcharge on short calls.
    pub short_calls: Option<ShortCalls>,
}

/// A surcharge on short calls where they are too large a share.
#[derive(Debug, Clone, PartialEq)]
pub struct ShortCalls {
    /// Answered calls up to this long are short [s].
    pub up_to: f64,
    /// Share of answered calls that is allowed.
    pub allowed: Decimal,
    /// Whether the share must be above the allowance, or may equal it.
    pub inclusive: bool,
    /// Answered calls below which nothing is charged.
    pub min_calls: u64,
    /// The fee per charged call.
    pub fee: Decimal,
    /// Whether all short calls are charged, or those beyond the allowance.
    pub on: ShortCallsOn,
}

/// Which short calls are charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShortCallsOn {
    /// All of them.
    All,
    /// Those beyond the allowance.
    Excess,
}

/// How a row prices minutes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Price {
    /// One price per minute.
    PerMinute(RatePerMinute),
    /// Another price for the initial interval.
    FirstFollowing {
        /// Per minute, in the initial interval.
        first: RatePerMinute,
        /// Per minute, after it.
        following: RatePerMinute,
    },
    /// By the states of caller and called (United States).
    Jurisdiction {
        /// Caller and called in different states.
        interstate: RatePerMinute,
        /// In the same state.
        intrastate: RatePerMinute,
        /// The caller's state is unknown.
        indeterminate: RatePerMinute,
    },
    /// Another price and increment from certain seconds on.
    Steps(Vec<PriceStep>),
    /// None: the carrier refuses calls to the prefix, so that a shorter one does not price them either.
    Blocked,
}

impl Price {
    /// The prices per minute in it, by their place; none where calls are refused.
    pub fn amounts(&self) -> impl Iterator<Item = Decimal> + '_ {
        let (plain, steps): ([Option<RatePerMinute>; 3], &[PriceStep]) = match self {
            Self::PerMinute(price) => ([Some(*price), None, None], &[]),
            Self::FirstFollowing { first, following } => ([Some(*first), Some(*following), None], &[]),
            Self::Jurisdiction { interstate, intrastate, indeterminate } => {
                ([Some(*interstate), Some(*intrastate), Some(*indeterminate)], &[])
            }
            Self::Steps(steps) => ([None; 3], steps),
            Self::Blocked => ([None; 3], &[]),
        };
        plain.into_iter().flatten().chain(steps.iter().map(|step| step.price)).map(RatePerMinute::get)
    }
}

/// A price and increment from a certain second of the call on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PriceStep {
    /// Where it begins [s]; the first is 0, each later one a whole number of the increments before it.
    pub from: u32,
    /// Price per minute.
    pub price: RatePerMinute,
    /// Increment [s].
    pub increment: std::num::NonZeroU32,
}

/// Whose states meet in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Jurisdiction {
    /// Caller and called in different states.
    Interstate,
    /// In the same state.
    Intrastate,
    /// The caller's state is unknown.
    Indeterminate,
}

impl Jurisdiction {
    /// Every jurisdiction with its name.
    pub const NAMES: [(&'static str, Self); 3] =
        [("interstate", Self::Interstate), ("intrastate", Self::Intrastate), ("indeterminate", Self::Indeterminate)];

    /// The name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, j)| *j == self).map_or("", |(name, _)| name)
    }
}

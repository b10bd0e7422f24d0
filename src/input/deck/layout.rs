//! The layouts that carriers mail: which header cells mean what.

use super::cells::{DateOrder, Numbering};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Codes; several columns are parts of one code.
    Code,
    /// The destination's name; several columns are parts of it.
    Name,
    /// Price per minute.
    PerMinute,
    /// Price per minute of the first interval.
    First,
    /// Price per minute after it.
    Following,
    /// Price between states.
    Interstate,
    /// Price within a state.
    Intrastate,
    /// Price where the caller's state is unknown.
    Indeterminate,
    /// Increment in one cell, `60/1`.
    Increment,
    /// First interval [s].
    Initial,
    /// Further interval [s].
    Further,
    /// Charged once per answered call.
    ConnectFee,
    /// Least charge of an answered call.
    Minimum,
    /// First day in force.
    Effective,
    /// Last day in force.
    Expires,
    /// Caller-ID prefixes that the row is limited to.
    Origins,
    /// A word on the row: current, increase, blocked, withdrawn.
    Status,
    /// Whether calls are refused.
    Blocked,
    /// Whether the row is withdrawn.
    Withdrawn,
    /// Inbound or outbound.
    Direction,
    /// What is priced: calls, messages.
    Resource,
    /// The currency.
    Currency,
    /// The carrier, where a file holds several.
    Carrier,
    /// Charged for a short call.
    ShortFee,
    /// Seconds up to which a call is free.
    NoCharge,
    /// Price of a unit.
    UnitPrice,
    /// The unit [s].
    Unit,
    /// Seconds that the first charge pays for.
    InitialTime,
    /// The first charge.
    InitialCost,
    /// Known, and of no effect on what calls cost.
    Ignored,
}

impl Role {
    /// How many there are.
    pub(super) const COUNT: usize = Self::Ignored as usize + 1;
    /// Every role, in the order of their numbers.
    pub(super) const ALL: [Self; Self::COUNT] = [
        Self::Code,
        Self::Name,
        Self::PerMinute,
        Self::First,
        Self::Following,
        Self::Interstate,
        Self::Intrastate,
        Self::Indeterminate,
        Self::Increment,
        Self::Initial,
        Self::Further,
        Self::ConnectFee,
        Self::Minimum,
        Self::Effective,
        Self::Expires,
        Self::Origins,
        Self::Status,
        Self::Blocked,
        Self::Withdrawn,
        Self::Direction,
        Self::Resource,
        Self::Currency,
        Self::Carrier,
        Self::ShortFee,
        Self::NoCharge,
        Self::UnitPrice,
        Self::Unit,
        Self::InitialTime,
        Self::InitialCost,
        Self::Ignored,
    ];
    /// The keys of `columns`.
    pub(super) const KEYS: [(&'static str, Self); 23] = [
        ("prefix", Self::Code),
        ("destination", Self::Name),
        ("per_minute", Self::PerMinute),
        ("first", Self::First),
        ("following", Self::Following),
        ("interstate", Self::Interstate),
        ("intrastate", Self::Intrastate),
        ("indeterminate", Self::Indeterminate),
        ("increment", Self::Increment),
        ("initial", Self::Initial),
        ("further", Self::Further),
        ("connect_fee", Self::ConnectFee),
        ("minimum", Self::Minimum),
        ("effective", Self::Effective),
        ("expires", Self::Expires),
        ("origins", Self::Origins),
        ("status", Self::Status),
        ("blocked", Self::Blocked),
        ("withdrawn", Self::Withdrawn),
        ("direction", Self::Direction),
        ("resource", Self::Resource),
        ("currency", Self::Currency),
        ("carrier", Self::Carrier),
    ];

    /// What a column of it is called in reports.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ShortFee => "fee on short calls",
            Self::NoCharge => "seconds free of charge",
            Self::UnitPrice => "price of a unit",
            Self::Unit => "unit",
            Self::InitialTime => "seconds of the first charge",
            Self::InitialCost => "first charge",
            Self::Ignored => "of no effect",
            role => Self::KEYS.iter().find(|(_, other)| *other == role).map_or("", |(key, _)| key),
        }
    }
}

/// A column of a layout.
#[derive(Debug)]
pub(super) struct Column {
    /// What it holds.
    pub role: Role,
    /// Its header, in the forms that are met; compared by letters and digits alone.
    pub names: &'static [&'static str],
    /// Whether a file without it is of another layout.
    pub needed: bool,
}

/// A layout.
#[derive(Debug)]
pub struct Layout {
    /// The name that `format` takes.
    pub name: &'static str,
    /// What it is.
    pub what: &'static str,
    /// Its columns.
    pub(super) columns: &'static [Column],
    /// How its codes are written.
    pub(super) numbering: Numbering,
    /// How its dates are written, where its maker says so.
    pub(super) dates: Option<DateOrder>,
    /// The roles of files without a header, by their number of cells.
    pub(super) positions: &'static [&'static [Role]],
}

impl Column {
    /// Its header, in each form that is met.
    fn forms(&self) -> String {
        self.names.join(" or ")
    }
}

impl Layout {
    /// The headers that a file of it must have, in words.
    #[must_use]
    pub fn wants(&self) -> Vec<String> {
        if self.name == CGRATES {
            return vec!["#Id".to_owned()];
        }
        self.columns.iter().filter(|column| column.needed).map(Column::forms).collect()
    }

    /// The headers that it may have, without those that [`common`] names.
    #[must_use]
    pub fn takes(&self) -> Vec<String> {
        let own = |column: &&Column| !column.needed && COMMON.iter().all(|common| common.names != column.names);
        self.columns.iter().filter(own).map(Column::forms).collect()
    }
}

/// The headers that any carrier may add to its layout.
#[must_use]
pub fn common() -> Vec<String> {
    COMMON.iter().map(Column::forms).collect()
}

const fn needed(role: Role, names: &'static [&'static str]) -> Column {
    Column { role, names, needed: true }
}

const fn also(role: Role, names: &'static [&'static str]) -> Column {
    Column { role, names, needed: false }
}

// Columns that any carrier may add to its layout, in the forms that are met. What a price hangs on must not go unread.
const EFFECTIVE: Column =
    also(Role::Effective, &["effective date", "effective", "effective from", "start date", "valid from"]);
const EXPIRES: Column = also(
    Role::Expires,
    &["expiration date", "expiry date", "expires", "expiry", "end date", "effective to", "valid to", "valid until"],
);
const INITIAL: Column = also(Role::Initial, &["min_inc", "initial increment", "initial interval", "first interval"]);
const FURTHER: Column = also(
    Role::Further,
    &["add_inc", "subsequent increment", "subsequent interval", "sub interval", "next interval", "recurring increment"],
);
const CONNECT_FEE: Column =
    also(Role::ConnectFee, &["connect fee", "connection fee", "connection charge", "setup fee", "call setup fee"]);
const CURRENCY: Column = also(Role::Currency, &["currency", "currency code"]);
/// The columns that any carrier may add, in this order.
const COMMON: [Column; 6] = [EFFECTIVE, EXPIRES, INITIAL, FURTHER, CONNECT_FEE, CURRENCY];

// Prices by whose states meet in a call.
const INTERSTATE: Column = needed(Role::Interstate, &["interstate", "interstate rate"]);
const INTRASTATE: Column = needed(Role::Intrastate, &["intrastate", "intrastate rate"]);
const INDETERMINATE: Column = also(Role::Indeterminate, &["indeterminate", "indeterminate rate"]);

/// The name of the layout that `rates import` writes.
pub const OWN: &str = "trunkrisk";
/// The name of CGRateS's tables, which are joined.
pub(super) const CGRATES: &str = "cgrates";

/// Every layout that is known. Where a header fits several, the one of which it names the most columns is taken.
pub static LAYOUTS: &[Layout] = &[
    Layout {
        name: "npanxx",
        what: "area code and exchange with one price (NPANXX,Rate,…)",
        columns: &[
            needed(Role::Code, &["npanxx"]),
            needed(Role::PerMinute, &["rate"]),
            also(Role::Ignored, &["wireless"]),
            also(Role::Ignored, &["landline"]),
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::Nanp,
        dates: None,
        positions: &[],
    },
    Layout {
        name: "lrn",
        what: "location routing prefixes with inter- and intrastate prices (lrn_prefix,interstate,intrastate)",
        columns: &[
            needed(Role::Code, &["lrn_prefix"]),
            INTERSTATE,
            INTRASTATE,
            INDETERMINATE,
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::Nanp,
        dates: None,
        positions: &[],
    },
    Layout {
        name: "npanxx-jurisdiction",
        what: "area code and exchange with inter-, intrastate and indeterminate prices",
        columns: &[
            needed(Role::Code, &["npanxx"]),
            INTERSTATE,
            INTRASTATE,
            INDETERMINATE,
            also(Role::Name, &["state"]),
            also(Role::Ignored, &["country"]),
            also(Role::Ignored, &["region"]),
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::Nanp,
        dates: Some(DateOrder::Mdy),
        positions: &[],
    },
    Layout {
        name: "npa-nxx-jurisdiction",
        what: "area code and exchange in two columns, with inter-, intrastate and indeterminate prices",
        columns: &[
            needed(Role::Code, &["npa"]),
            needed(Role::Code, &["nxx"]),
            INTERSTATE,
            INTRASTATE,
            INDETERMINATE,
            also(Role::Name, &["state"]),
            also(Role::Ignored, &["country"]),
            also(Role::Ignored, &["region"]),
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::Nanp,
        dates: Some(DateOrder::Mdy),
        positions: &[],
    },
    Layout {
        name: "flowroute",
        what: "Flowroute's download (Destination,Prefix,First Interval,Sub Interval,Default,…)",
        columns: &[
            needed(Role::Name, &["destination"]),
            needed(Role::Code, &["prefix"]),
            needed(Role::Initial, &["first interval"]),
            needed(Role::Further, &["sub interval"]),
            needed(Role::Indeterminate, &["default"]),
            needed(Role::Interstate, &["interstate rate"]),
            needed(Role::Intrastate, &["intrastate rate"]),
            also(Role::Status, &["status"]),
            also(Role::Effective, &["start date"]),
            EXPIRES,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: Some(DateOrder::Ymd),
        positions: &[],
    },
    Layout {
        name: "callwithus",
        what: "CallWithUs's file (dialprefix;destination name;rate…), which has no header",
        columns: &[
            needed(Role::Code, &["dialprefix"]),
            needed(Role::Name, &["destination name"]),
            also(Role::PerMinute, &["rate"]),
            also(Role::Interstate, &["rate interstate"]),
            also(Role::Intrastate, &["rate intrastate"]),
            needed(Role::Initial, &["initial billing time"]),
            needed(Role::Further, &["billing increment"]),
            EFFECTIVE,
            EXPIRES,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: None,
        positions: &[
            &[Role::Code, Role::Name, Role::Interstate, Role::Intrastate, Role::Initial, Role::Further],
            &[Role::Code, Role::Name, Role::PerMinute, Role::Initial, Role::Further],
        ],
    },
    Layout {
        name: "twilio",
        what: "Twilio's voice prices (ISO,Country,Description,Price / min,Origination Prefixes,…)",
        columns: &[
            also(Role::Ignored, &["iso"]),
            also(Role::Ignored, &["country"]),
            needed(Role::Name, &["description"]),
            needed(Role::PerMinute, &["price / min"]),
            needed(Role::Origins, &["origination prefixes"]),
            needed(Role::Code, &["destination prefixes"]),
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: None,
        positions: &[],
    },
    Layout {
        name: "tcxc",
        what: "TelecomsXChange's upload (…,Prefix,Effective from,Rate Id,Forbidden,Discontinued,Price 1,Price N,…)",
        columns: &[
            also(Role::Name, &["country"]),
            also(Role::Name, &["description"]),
            needed(Role::Code, &["prefix"]),
            also(Role::Effective, &["effective from"]),
            also(Role::Ignored, &["rate id"]),
            also(Role::Blocked, &["forbidden"]),
            also(Role::Withdrawn, &["discontinued"]),
            needed(Role::First, &["price 1"]),
            needed(Role::Following, &["price n"]),
            needed(Role::Initial, &["interval 1"]),
            needed(Role::Further, &["interval n"]),
            EXPIRES,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: Some(DateOrder::Ymd),
        positions: &[],
    },
    Layout {
        name: "rate-notice",
        what: "a mailed notice (Country,Network,Dial Codes,Rate/Min,Effective,Billing,Change)",
        columns: &[
            needed(Role::Name, &["country"]),
            also(Role::Name, &["network"]),
            needed(Role::Code, &["dial codes", "dial code"]),
            needed(Role::PerMinute, &["rate/min", "rate per min", "rate per minute"]),
            also(Role::Increment, &["billing", "billing increment"]),
            also(Role::Status, &["change", "status"]),
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: None,
        positions: &[],
    },
    Layout {
        name: CGRATES,
        what: "CGRateS tables (#Id,ConnectFee,Rate,… and #Id,DestinationId,RatesTag,…)",
        columns: &[],
        numbering: Numbering::International,
        dates: None,
        positions: &[],
    },
    Layout {
        name: "kazoo",
        what: "Kazoo's rate task (prefix,rate_cost,…)",
        columns: &[
            needed(Role::Code, &["prefix"]),
            needed(Role::PerMinute, &["rate_cost"]),
            also(Role::Further, &["rate_increment"]),
            also(Role::Initial, &["rate_minimum"]),
            also(Role::ConnectFee, &["rate_surcharge"]),
            also(Role::NoCharge, &["rate_nocharge_time"]),
            also(Role::Direction, &["direction"]),
            also(Role::Name, &["rate_name", "description"]),
            also(Role::Ignored, &["iso_country_code"]),
            also(Role::Ignored, &["weight"]),
            also(Role::Ignored, &["rate_version"]),
            also(Role::Ignored, &["ratedeck_id"]),
            EFFECTIVE,
            EXPIRES,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: None,
        positions: &[],
    },
    Layout {
        name: "yeastar",
        what: "Yeastar's call rates (Name,Match Prefix,Number Length,Rate,Billable Unit(s),…)",
        columns: &[
            needed(Role::Name, &["name"]),
            needed(Role::Code, &["match prefix"]),
            also(Role::Ignored, &["number length"]),
            needed(Role::UnitPrice, &["rate"]),
            needed(Role::Unit, &["billable unit(s)", "billable unit"]),
            also(Role::InitialTime, &["initial time(s)", "initial time"]),
            also(Role::InitialCost, &["initial cost"]),
            EFFECTIVE,
            EXPIRES,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: None,
        positions: &[],
    },
    Layout {
        name: "lcr",
        what: "a least-cost-routing store (carrier_id,lrn_prefix,interstate,intrastate,effective_date,…)",
        columns: &[
            needed(Role::Carrier, &["carrier_id"]),
            needed(Role::Code, &["lrn_prefix"]),
            INTERSTATE,
            INTRASTATE,
            INDETERMINATE,
            also(Role::ShortFee, &["sdc_penalty"]),
            also(Role::Ignored, &["permanent"]),
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::Nanp,
        dates: None,
        positions: &[],
    },
    Layout {
        name: "call-resources",
        what: "prices by resource (country_code,country_name,category,price,prefixes,resource,direction,…)",
        columns: &[
            also(Role::Ignored, &["country_code"]),
            needed(Role::Name, &["country_name"]),
            also(Role::Name, &["category"]),
            needed(Role::PerMinute, &["price"]),
            needed(Role::Code, &["prefixes"]),
            also(Role::Resource, &["resource"]),
            also(Role::Direction, &["direction"]),
            also(Role::Ignored, &["resolutions"]),
            EFFECTIVE,
            EXPIRES,
            INITIAL,
            FURTHER,
            CONNECT_FEE,
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: None,
        positions: &[],
    },
    Layout {
        name: OWN,
        what: "the keys of [[rate]] rows as columns, as `rates import` writes them",
        columns: &[
            needed(Role::Code, &["prefix"]),
            also(Role::Name, &["destination"]),
            also(Role::PerMinute, &["per_minute"]),
            also(Role::First, &["first"]),
            also(Role::Following, &["following"]),
            also(Role::Interstate, &["interstate"]),
            also(Role::Intrastate, &["intrastate"]),
            also(Role::Indeterminate, &["indeterminate"]),
            also(Role::Increment, &["increment"]),
            also(Role::ConnectFee, &["connect_fee"]),
            also(Role::Minimum, &["minimum"]),
            also(Role::Effective, &["effective_from"]),
            also(Role::Expires, &["expires"]),
            also(Role::Origins, &["origins"]),
            also(Role::Status, &["status"]),
            CURRENCY,
        ],
        numbering: Numbering::International,
        dates: Some(DateOrder::Ymd),
        positions: &[],
    },
];

/// A layout by its name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Layout> {
    LAYOUTS.iter().find(|layout| layout.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_texts_present() {
        for (i, layout) in LAYOUTS.iter().enumerate() {
            assert!(LAYOUTS.iter().skip(i + 1).all(|other| other.name != layout.name));
            assert!(!layout.what.is_empty());
            let codes = layout.columns.iter().filter(|column| column.role == Role::Code && column.needed).count();
            assert!(codes >= 1 || layout.name == CGRATES, "{}", layout.name);
        }
    }

    #[test]
    fn roles_are_numbered() {
        assert!(Role::ALL.iter().enumerate().all(|(i, role)| *role as usize == i));
    }

    #[test]
    fn each_key_of_columns_names_another_role() {
        for (i, (key, role)) in Role::KEYS.iter().enumerate() {
            assert_eq!(role.name(), *key);
            assert!(Role::KEYS.iter().skip(i + 1).all(|(k, r)| k != key && r != role));
        }
    }
}

//! `[billing]`, `[limits]`, `[fees]` and `[[seat]]`: what a carrier charges and allows besides its rates.

use rust_decimal::Decimal;

use crate::input::cause::refusal;
use crate::input::fault::FaultKind;
use crate::input::reader::{Field, Log, Reader};
use crate::input::tree::{Node, Value};
use crate::input::trunk::{channels, cps};
use crate::model::rates::{
    Billing, CpsWindow, DailySpend, Fees, Limit, Limits, Prepaid, SeatBasis, SeatPrice, ShortCalls, ShortCallsOn,
};
use crate::words::increment::{BillingIncrement, IncrementBase, IncrementError};
use crate::words::rounding::{Rounding, RoundingMode};

/// An increment such as `"6/6"`.
pub(super) fn increment(field: &Field<'_>) -> Option<BillingIncrement> {
    let Value::Text(text) = &field.node.value else {
        return field.wrong("an increment between quotes, such as \"6/6\"");
    };
    BillingIncrement::parse(text)
        .map_err(|error| {
            let kind = if error == IncrementError::Form { FaultKind::BadUnit } else { FaultKind::OutOfRange };
            let help = "initial/further in whole seconds, both above 0 and at most 86400, such as \"6/6\"";
            field.fault(kind, &format!("is no increment: {error}"), help);
        })
        .ok()
}

pub(super) fn read_billing(node: Option<&Node>, log: &Log) -> Option<Billing> {
    let default = Rounding { places: 6, mode: RoundingMode::HalfUp };
    let Some(node) = node else {
        return Some(Billing {
            increment: None,
            base: IncrementBase::Further,
            connect_fee: Decimal::ZERO,
            attempt_fee: Decimal::ZERO,
            rounding: default,
        });
    };
    let reader = Reader::new(node, "billing", log)?;
    let increment = reader.or("increment", None, |f| increment(f).map(Some));
    let base = reader.or("increment_base", IncrementBase::Further, |f| {
        f.word(&[("further", IncrementBase::Further), ("whole", IncrementBase::Whole)])
    });
    let connect_fee = reader.or("connect_fee", Decimal::ZERO, Field::amount);
    let attempt_fee = reader.or("attempt_fee", Decimal::ZERO, Field::amount);
    let rounding = reader.or("rounding", default, |f| {
        let table = f.table()?;
        let places = table.required("places", "6", |f| f.whole32(0, Rounding::MOST_PLACES));
        let mode = table.required("mode", "\"half-up\"", |f| f.word(&RoundingMode::NAMES));
        table.finish();
        Some(Rounding { places: places?, mode: mode? })
    });
    reader.finish();
    Some(Billing {
        increment: increment?,
        base: base?,
        connect_fee: connect_fee?,
        attempt_fee: attempt_fee?,
        rounding: rounding?,
    })
}

pub(super) fn read_limits(node: Option<&Node>, log: &Log) -> Option<Limits> {
    let Some(node) = node else {
        return Some(Limits {
            channels: Limit::Unstated,
            cps: Limit::Unstated,
            cps_window: CpsWindow::Rolling,
            excess_signal: 503,
            daily_spend: None,
            prepaid: None,
            dialers: None,
        });
    };
    let reader = Reader::new(node, "limits", log)?;
    let channels = reader.or("channels", Limit::Unstated, channels);
    let cps = reader.or("cps", Limit::Unstated, cps);
    let windows = [("rolling", CpsWindow::Rolling), ("fixed", CpsWindow::Fixed), ("average", CpsWindow::Average)];
    let cps_window = reader.or("cps_window", CpsWindow::Rolling, |f| f.word(&windows));
    let excess_signal = reader.or("excess_signal", 503, refusal);
    let daily_spend = reader.or("daily_spend", None, |f| daily_spend(f).map(Some));
    let prepaid = reader.or("prepaid", None, |f| prepaid(f).map(Some));
    let dialers = reader.or("dialers", None, |f| f.word(&[("allowed", true), ("refused", false)]).map(Some));
    reader.finish();
    Some(Limits {
        channels: channels?,
        cps: cps?,
        cps_window: cps_window?,
        excess_signal: excess_signal?,
        daily_spend: daily_spend?,
        prepaid: prepaid?,
        dialers: dialers?,
    })
}

fn daily_spend(field: &Field<'_>) -> Option<DailySpend> {
    let table = field.table()?;
    let limit = table.required("limit", "500.00", Field::amount);
    let resets = table.or("resets", crate::words::calendar::Zone::UTC, crate::input::plan::zone);
    table.finish();
    Some(DailySpend { limit: limit?, resets: resets? })
}

fn prepaid(field: &Field<'_>) -> Option<Prepaid> {
    let table = field.table()?;
    let balance = table.required("balance", "250.00", Field::amount);
    let top_up = table.or("top_up", Decimal::ZERO, Field::amount);
    let top_ups = table.or("top_ups_per_day", 0, |f| f.whole32(0, 10_000));
    let delay = table.or("delay", 0, |f| f.duration().and_then(|d| i64::try_from(d.as_millis()).ok()));
    let place = table.place();
    // No top-ups a day is a statement; none stated, beside an amount, is an omission.
    let unsaid = table.given(&["top_ups_per_day"]).is_empty();
    if let (Some(top_up), Some(top_ups)) = (top_up, top_ups)
        && ((top_up.is_zero() && top_ups > 0) || (!top_up.is_zero() && unsaid))
    {
        let key = if top_up.is_zero() { "top_ups_per_day" } else { "top_up" };
        field.log().faults.at(
            FaultKind::ConflictingKeys,
            place.key(key),
            "a top-up needs both `top_up`, its amount, and `top_ups_per_day`, the most in 24 hours",
            "the other one is missing or 0",
            "top_up = 100.00, top_ups_per_day = 2; or leave both out",
        );
        return None;
    }
    table.finish();
    Some(Prepaid { balance: balance?, top_up: top_up?, top_ups_per_day: top_ups?, delay_ms: delay? })
}

pub(super) fn read_fees(node: Option<&Node>, log: &Log) -> Option<Fees> {
    let zero = Decimal::ZERO;
    let Some(node) = node else {
        return Some(Fees {
            monthly: zero,
            per_channel_month: zero,
            minimum_month: zero,
            usage_tax: zero,
            short_calls: None,
        });
    };
    let reader = Reader::new(node, "fees", log)?;
    let monthly = reader.or("monthly", zero, Field::amount);
    let per_channel_month = reader.or("per_channel_month", zero, Field::amount);
    let minimum_month = reader.or("minimum_month", zero, Field::amount);
    let usage_tax = reader.or("usage_tax", zero, Field::share);
    let short_calls = reader.or("short_calls", None, |f| short_calls(f).map(Some));
    reader.finish();
    Some(Fees {
        monthly: monthly?,
        per_channel_month: per_channel_month?,
        minimum_month: minimum_month?,
        usage_tax: usage_tax?,
        short_calls: short_calls?,
    })
}

fn short_calls(field: &Field<'_>) -> Option<ShortCalls> {
    let table = field.table()?;
    let up_to = table.required("up_to", "\"6s\"", Field::positive_seconds);
    let allowed = table.required("allowed", "0.15", Field::share);
    let inclusive = table.or("over", false, |f| f.word(&[(">", false), (">=", true)]));
    let min_calls = table.or("min_calls", 0, |f| f.whole(0, 1_000_000_000));
    let fee = table.required("fee", "0.01", Field::amount);
    let on =
        table.or("on", ShortCallsOn::All, |f| f.word(&[("all", ShortCallsOn::All), ("excess", ShortCallsOn::Excess)]));
    table.finish();
    Some(ShortCalls {
        up_to: up_to?,
        allowed: allowed?,
        inclusive: inclusive?,
        min_calls: min_calls?,
        fee: fee?,
        on: on?,
    })
}

pub(super) fn read_seats(reader: &Reader<'_>, log: &Log) -> Option<Vec<SeatPrice>> {
    let read: Vec<Option<SeatPrice>> = reader
        .tables("seat")
        .iter()
        .map(|node| {
            let seat = Reader::new(node, "a seat price", log)?;
            let market = seat.required("market", "\"US\"", Field::name);
            let prefixes =
                seat.required("prefixes", "[\"1\"]", |f| f.items("an array of dial prefixes", Field::prefix));
            let given = seat.given(&["per_month", "per_day"]);
            let price = match given.as_slice() {
                [("per_day", _)] => seat.optional("per_day", Field::amount).map(SeatBasis::PerDay),
                [_] => seat.optional("per_month", Field::amount).map(SeatBasis::PerMonth),
                [] => seat.required("per_month", "99.00", Field::amount).map(SeatBasis::PerMonth),
                [_, (_, second), ..] => {
                    log.faults.at(
                        FaultKind::ConflictingKeys,
                        second.span,
                        "a seat price is given per month and per day",
                        "a second basis",
                        "keep the one that the contract names",
                    );
                    None
                }
            };
            let channels = seat.or("channels_per_seat", None, |f| {
                let amount = f.amount()?;
                if amount.is_zero() {
                    f.fault(FaultKind::OutOfRange, "cannot be 0", "a number above 0, or leave it out");
                    return None;
                }
                Some(Some(amount))
            });
            let place = seat.place();
            seat.finish();
            Some(SeatPrice { market: market?, prefixes: prefixes?, price: price?, channels_per_seat: channels?, place })
        })
        .collect();
    read.into_iter().collect()
}

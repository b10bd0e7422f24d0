//! The absorbed share over seats and channels: screen and JSON of `size --map`.

use serde_json::{Value, json};

use super::escape::terminal;
use super::table::{Align, Table};
use crate::assessment::map::AbsorptionMap;
use crate::model::plan::Plan;
use crate::words::figure::{json as number, percent};

/// How dark a share is drawn: what is wanted is full, the rest by quarters.
fn shade(share: f64, wanted: f64) -> char {
    match share {
        _ if share >= wanted => '█',
        _ if share >= 0.75 => '▓',
        _ if share >= 0.5 => '▒',
        _ => '░',
    }
}

/// The map on the screen.
#[must_use]
pub fn text(map: Option<&AbsorptionMap>, plan: &Plan) -> String {
    let Some(map) = map else {
        return "\nno map: nothing stands behind the primary, or no seat is staffed\n".to_owned();
    };
    let name = plan.trunks.get(map.trunk).map_or("", |trunk| trunk.name.as_str());
    let wanted = plan.policy.absorb;
    let caption = format!(
        "share absorbed without the primary, over staffed seats and channels of `{}` (█ the {} wanted, * as it is)",
        terminal(name),
        percent(wanted)
    );
    let mark = |value: u64, here: bool| if here { format!("{value} *") } else { value.to_string() };
    let names: Vec<String> = map.channels.iter().enumerate().map(|(i, n)| mark(*n, map.column == Some(i))).collect();
    let mut columns = vec![("seats", Align::Right)];
    columns.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(&columns).caption(&caption);
    for (i, (seats, shares)) in map.seats.iter().zip(&map.absorbed).enumerate() {
        let mut row = vec![mark(*seats, i == map.row)];
        row.extend(shares.iter().map(|share| format!("{} {}", percent(*share), shade(*share, wanted))));
        table.row(row);
    }
    format!("\n{}", table.render())
}

/// The JSON of the map.
#[must_use]
pub fn value(map: Option<&AbsorptionMap>, plan: &Plan) -> Value {
    let Some(map) = map else { return Value::Null };
    json!({
        "trunk": plan.trunks.get(map.trunk).map_or("", |trunk| trunk.name.as_str()),
        "seats": map.seats,
        "channels": map.channels,
        "absorbed": map.absorbed.iter().map(|row| row.iter().map(|share| number(*share)).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "wanted": number(plan.policy.absorb),
    })
}

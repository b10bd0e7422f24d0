//! The embedded table: SIP status → Q.850 cause → DIALSTATUS → next trunk or stop.

use std::sync::OnceLock;

use crate::model::pbx::Driver;

/// Next trunk, or the end of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The next trunk is tried.
    Next,
    /// The call is lost, although a healthy trunk may stand behind.
    Stop,
}

/// What one driver makes of a status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Q.850 cause.
    pub cause: u16,
    /// Asterisk's DIALSTATUS.
    pub dialstatus: String,
    /// What FreePBX 12 and later do with "Continue if Busy" off.
    pub action: Action,
}

/// One row: a SIP status and what both drivers make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// SIP status.
    pub status: u16,
    /// Its reason phrase.
    pub name: String,
    /// `chan_pjsip`.
    pub pjsip: Meaning,
    /// `chan_sip`.
    pub sip: Meaning,
}

const TEXT: &str = include_str!("sip-failover.csv");

fn action(text: &str) -> Option<Action> {
    match text {
        "NEXT" => Some(Action::Next),
        "STOP" => Some(Action::Stop),
        _ => None,
    }
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.split(',').collect();
    let [status, name, cause, dialstatus, act, _exit, _cdr, sip_dialstatus, sip_cause, sip_act] = cells.as_slice()
    else {
        return None;
    };
    let meaning = |cause: &str, dialstatus: &str, act: &str| {
        Some(Meaning { cause: cause.parse().ok()?, dialstatus: dialstatus.to_owned(), action: action(act)? })
    };
    Some(Row {
        status: status.parse().ok()?,
        name: (*name).to_owned(),
        pjsip: meaning(cause, dialstatus, act)?,
        sip: meaning(sip_cause, sip_dialstatus, sip_act)?,
    })
}

/// Every row, by status.
pub fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| TEXT.lines().filter_map(row).collect())
}

/// What a driver makes of a status. Statuses that are not in the table follow the drivers' catch-all: 3xx have no cause,
/// other 5xx are cause 34 on `chan_pjsip`, everything else is 127.
#[must_use]
pub fn meaning(driver: Driver, status: u16) -> Meaning {
    if let Some(row) = rows().iter().find(|row| row.status == status) {
        return match driver {
            Driver::Pjsip => row.pjsip.clone(),
            Driver::Sip => row.sip.clone(),
        };
    }
    let (cause, dialstatus) = match (driver, status / 100) {
        (_, 3) => (0, "CHANUNAVAIL"),
        (Driver::Pjsip, 5) => (34, "CONGESTION"),
        _ => (127, "CHANUNAVAIL"),
    };
    Meaning { cause, dialstatus: dialstatus.to_owned(), action: Action::Next }
}

/// What `chan_pjsip` and FreePBX make of a Q.850 cause that came in a `Reason` header.
#[must_use]
pub fn by_cause(cause: u16) -> Meaning {
    let (dialstatus, action) = match cause {
        17 => ("BUSY", Action::Stop),
        34 => ("CONGESTION", Action::Next),
        16 | 19 => ("NOANSWER", Action::Stop),
        1 | 18 | 22 | 23 | 28 => ("CHANUNAVAIL", Action::Stop),
        _ => ("CHANUNAVAIL", Action::Next),
    };
    Meaning { cause, dialstatus: dialstatus.to_owned(), action }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        assert_eq!(rows().len(), 62);
        assert!(rows().windows(2).all(|pair| pair[0].status < pair[1].status));
    }

    #[test]
    fn the_stop_set_is_the_one_in_words() {
        // "NEXT = everything in 400–699 except 404, 408, 410, 480, 483, 484, 485, 486, 600, 604";
        // with chan_sip also 487 and 603 stop.
        let stops = |driver| (400..700).filter(|s| meaning(driver, *s).action == Action::Stop).collect::<Vec<u16>>();
        assert_eq!(stops(Driver::Pjsip), [404, 408, 410, 480, 483, 484, 485, 486, 600, 604]);
        assert_eq!(stops(Driver::Sip), [404, 408, 410, 480, 483, 484, 485, 486, 487, 600, 603, 604]);
    }

    #[test]
    fn the_table_agrees_with_what_freepbx_does_with_causes() {
        // Stage 3 of the dialplan, from DIALSTATUS and cause alone, against the observed action of every row.
        for row in rows() {
            let m = &row.pjsip;
            let stops =
                matches!(m.dialstatus.as_str(), "BUSY" | "NOANSWER") || [17, 18, 1, 28, 22, 23].contains(&m.cause);
            assert_eq!(m.action == Action::Stop, stops, "{}", row.status);
            assert_eq!(by_cause(m.cause).action, m.action, "{}", row.status);
        }
    }
}

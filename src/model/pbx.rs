//! The PBX: what decides between the next trunk and the end.

use super::place::Place;

/// Which SIP channel driver the trunks use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Driver {
    /// `chan_pjsip`.
    Pjsip,
    /// `chan_sip`.
    Sip,
}

/// The PBX. Times in seconds.
#[derive(Debug, Clone)]
pub struct Pbx {
    /// Channel driver.
    pub driver: Driver,
    /// Major version of FreePBX.
    pub freepbx: u32,
    /// Version of Asterisk: major, minor, patch.
    pub asterisk: Option<(u32, u32, u32)>,
    /// Timer B: an INVITE without any answer ends after it [s].
    pub timer_b: f64,
    /// Most ringing time of a trunk [s].
    pub ring_timer: f64,
    /// From the alert until the primary is switched off by hand [s]; nothing where nobody does.
    pub operator_response: Option<f64>,
    /// Announcement that keeps the agent after a stopped call [s].
    pub stopped_call_hold: f64,
    /// SIP statuses that this site's dialplan moves on from.
    pub next: Vec<u16>,
    /// SIP statuses that this site's dialplan stops at.
    pub stop: Vec<u16>,
    /// Where it stands; nothing where the plan has no such block.
    pub place: Option<Place>,
}

//! Family `TRUNK`: whether the trunks behind the primary are other trunks, and whether calls reach them.

use std::net::IpAddr;

use super::rule::{Found, Judgement, Rule};
use crate::assessment::Assessment;
use crate::assessment::capacity::is_flat;
use crate::model::cause::Signal;
use crate::model::trunk::{CallerIds, Trunk};
use crate::outage::state::{TrunkState, behaviours};
use crate::routing::decision::decide;
use crate::routing::outage::{EndedBy, Met};
use crate::routing::table::Action;
use crate::words::diagnostic::Label;
use crate::words::duration::human;
use crate::words::figure::count;
use crate::words::level::Level;

/// FreePBX's own qualify cycle [s]; slower ones are called slow.
const USUAL_QUALIFY: f64 = 60.0;

/// The rules.
pub static RULES: &[Rule] = &[
    Rule {
        code: "TRUNK001",
        name: "no-secondary",
        level: Level::Warn,
        measures: None,
        what: "The plan has one trunk only.",
        why: "If it fails, nothing carries the floor.",
        fix: "Add a trunk behind it.",
        judge: Some(no_secondary),
    },
    Rule {
        code: "TRUNK002",
        name: "same-host",
        level: Level::Deny,
        measures: None,
        what: "Two trunks have the same host.",
        why: "A second trunk to the same host fails with the first.",
        fix: "Use another carrier, or another point of presence of the same one.",
        judge: Some(same_host),
    },
    Rule {
        code: "TRUNK003",
        name: "same-network",
        level: Level::Warn,
        measures: None,
        what: "Every trunk behind the primary shares its internet line or network with it.",
        why: "When that line is down, all trunks are.",
        fix: "A second line, or a gateway that needs none.",
        judge: Some(same_network),
    },
    Rule {
        code: "TRUNK004",
        name: "same-upstream",
        level: Level::Warn,
        measures: None,
        what: "Every trunk behind the primary shares its upstream carrier (`upstream:` in `depends_on`) with it.",
        why: "A second provider on the same upstream is no second provider.",
        fix: "Ask carriers whose network they resell, and choose one that differs.",
        judge: Some(same_upstream),
    },
    Rule {
        code: "TRUNK005",
        name: "same-site",
        level: Level::Warn,
        measures: None,
        what: "Every trunk of the plan, the primary among them, depends on the same site or server (`site:`, `server:` in `depends_on`).",
        why: "Fire, power and a crashed server take all trunks at once.",
        fix: "A second server at another site.",
        judge: Some(same_site),
    },
    Rule {
        code: "TRUNK006",
        name: "flat-rate-not-first",
        level: Level::Warn,
        measures: None,
        what: "A flat-rate trunk stands behind one that charges by the minute.",
        why: "Every call is paid by the minute although the flat rate is paid too.",
        fix: "Put the flat-rate trunk first in the outbound route.",
        judge: Some(flat_not_first),
    },
    Rule {
        code: "TRUNK007",
        name: "qualify-missing",
        level: Level::Deny,
        measures: None,
        what: "A trunk with another one behind it has `qualify_frequency = \"0s\"`: nothing ever marks it unavailable.",
        why: "A silent carrier then loses every call until an operator acts: an INVITE without an answer ends as cause 18, which stops.",
        fix: "Set the trunk's qualify frequency in FreePBX to 60 seconds or less.",
        judge: Some(qualify_missing),
    },
    Rule {
        code: "TRUNK008",
        name: "qualify-too-slow",
        level: Level::Warn,
        measures: None,
        what: "A trunk with another one behind it is checked less often than every 60 s.",
        why: "Until a check fails, every call to a silent carrier is lost after 32 s of dead air.",
        fix: "Set the trunk's qualify frequency in FreePBX to 60 seconds or less.",
        judge: Some(qualify_slow),
    },
    Rule {
        code: "TRUNK009",
        name: "signal-never-fails-over",
        level: Level::Warn,
        measures: None,
        what: "Under a cause, calls never move on by themselves: the carrier's answer stops them, or nothing notices.",
        why: "A healthy trunk stands behind, and every call is lost all the same until an operator acts.",
        fix: "A dialplan that moves on from that status (`pbx.next`), Continue if Busy, an alert on answered calls, or a faster operator.",
        judge: Some(never),
    },
    Rule {
        code: "TRUNK010",
        name: "dial-timeout-before-failover",
        level: Level::Warn,
        measures: None,
        what: "Continue if Busy would move silent calls on after Timer B, but a campaign's `dial_timeout` ends them before.",
        why: "The dialer gives up first, so the failover never happens and the lead is burnt.",
        fix: "A longer dial timeout, a shorter Timer B (6.4 s at least), or rely on qualify.",
        judge: Some(dial_timeout),
    },
    Rule {
        code: "TRUNK011",
        name: "excess-not-retried",
        level: Level::Warn,
        measures: None,
        what: "A carrier refuses excess calls with a status that stops, although another trunk stands behind.",
        why: "Calls beyond its limits are lost instead of overflowing.",
        fix: "Let the dialplan move on from that status (`pbx.next`), or limit the trunk on the PBX below the carrier's limit.",
        judge: Some(excess),
    },
    Rule {
        code: "TRUNK012",
        name: "outage-unprotected",
        level: Level::Warn,
        measures: None,
        what: "A cause takes down every trunk, so nothing carries the floor while it lasts.",
        why: "The secondary costs its fee and protects nothing against this cause.",
        fix: "A trunk that does not depend on what the cause hits.",
        judge: Some(unprotected),
    },
    Rule {
        code: "TRUNK013",
        name: "secondary-refuses-dialers",
        level: Level::Deny,
        measures: None,
        what: "A trunk's table says that the carrier takes no dialer traffic (`limits.dialers = \"refused\"`).",
        why: "Carriers suspend call-centre traffic at short notice, in the very outage it was bought for.",
        fix: "A carrier whose terms allow dialers, in writing.",
        judge: Some(refuses_dialers),
    },
    Rule {
        code: "TRUNK014",
        name: "caller-ids-of-another-carrier",
        level: Level::Warn,
        measures: None,
        what: "A trunk shows the primary's numbers (`caller_ids = \"primary\"`).",
        why: "Another carrier cannot sign them with full attestation, and some refuse them with 403.",
        fix: "Numbers of its own on that trunk, or the carrier's written consent.",
        judge: Some(foreign_caller_ids),
    },
    Rule {
        code: "TRUNK015",
        name: "unanswered-dialled-twice",
        level: Level::Warn,
        measures: None,
        what: "A trunk has Continue if Busy and another one behind it: busy and unanswered numbers are dialled again over that one, outage or not.",
        why: "Customers ring twice, and the second trunk is loaded and paid in normal operation.",
        fix: "Turn Continue if Busy off and list the statuses of a broken carrier in the dialplan (`pbx.next`).",
        judge: Some(twice),
    },
];

fn at(trunk: &Trunk, key: &str, said: impl Into<String>) -> Label {
    Label::new(trunk.place.key(key), said)
}

fn found(trunk: &Trunk, brief: impl Into<String>, message: String, labels: Vec<Label>, help: &str) -> Found {
    Found {
        subject: vec![("trunk", trunk.name.clone())],
        brief: brief.into(),
        message,
        labels,
        help: help.to_owned(),
        measure: None,
    }
}

/// A finding that one trunk may have more than once, told apart by what else it is about.
fn about(found: Found, kind: &'static str, name: &str) -> Found {
    let mut subject = found.subject;
    subject.push((kind, name.to_owned()));
    Found { subject, ..found }
}

fn no_secondary(assessment: &Assessment<'_>) -> Judgement {
    match assessment.plan().trunks.as_slice() {
        [only] => Judgement::found(vec![found(
            only,
            "one trunk",
            format!("`{}` is the only trunk: if it fails, nothing carries the floor", only.name),
            vec![at(only, "name", "the only trunk")],
            "add a [[trunk]] behind it",
        )]),
        _ => Judgement::clean(),
    }
}

/// A host without its port, in small letters.
fn host(trunk: &Trunk) -> Option<String> {
    let host = trunk.host.as_ref()?.trim().to_lowercase();
    let host = host.strip_prefix("sip:").or_else(|| host.strip_prefix("sips:")).unwrap_or(&host);
    let bare = match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    Some(bare.trim_end_matches('.').to_owned())
}

/// Every pair of trunks, the earlier one first.
fn pairs<'a>(assessment: &'a Assessment<'_>) -> Vec<(&'a Trunk, &'a Trunk)> {
    let trunks = &assessment.plan().trunks;
    trunks.iter().enumerate().flat_map(|(i, a)| trunks.iter().skip(i + 1).map(move |b| (a, b))).collect()
}

fn same_host(assessment: &Assessment<'_>) -> Judgement {
    let findings = pairs(assessment)
        .into_iter()
        .filter(|(a, b)| host(a).is_some() && host(a) == host(b))
        .map(|(a, b)| {
            let name = host(a).unwrap_or_default();
            let pair = found(
                b,
                name.clone(),
                format!("`{}` and `{}` have the same host {name}", a.name, b.name),
                vec![at(b, "host", "the same host"), at(a, "host", "as here")],
                "another carrier, or another point of presence",
            );
            about(pair, "with", &a.name)
        })
        .collect();
    Judgement::found(findings)
}

/// A tag of one of these kinds that every trunk needs, the primary among them.
fn shared_by_all(assessment: &Assessment<'_>, kind: impl Fn(&str) -> bool) -> Vec<String> {
    let trunks = &assessment.plan().trunks;
    let Some((primary, others)) = trunks.split_first() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    primary.depends_on.iter().filter(|tag| kind(tag) && others.iter().all(|t| t.needs(tag))).cloned().collect()
}

fn is_upstream(tag: &str) -> bool {
    tag.starts_with("upstream:")
}

fn is_site(tag: &str) -> bool {
    tag.starts_with("site:") || tag.starts_with("server:")
}

fn shared(assessment: &Assessment<'_>, kind: impl Fn(&str) -> bool, what: &str, help: &str) -> Vec<Found> {
    let trunks = &assessment.plan().trunks;
    let Some(second) = trunks.get(1) else { return Vec::new() };
    shared_by_all(assessment, kind)
        .into_iter()
        .map(|tag| {
            let labels = trunks.iter().map(|trunk| at(trunk, "depends_on", format!("needs {tag}"))).collect();
            let message = format!("every trunk depends on the {what} `{tag}`");
            about(found(second, tag.clone(), message, labels, help), "component", &tag)
        })
        .collect()
}

/// The first 24 bits of an IPv4 address or 48 of an IPv6 address.
fn network(trunk: &Trunk) -> Option<Vec<u8>> {
    match host(trunk)?.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => address.octets().get(..3).map(<[u8]>::to_vec),
        IpAddr::V6(address) => address.octets().get(..6).map(<[u8]>::to_vec),
    }
}

fn same_network(assessment: &Assessment<'_>) -> Judgement {
    let other = |tag: &str| !is_upstream(tag) && !is_site(tag);
    let mut findings = shared(assessment, other, "line", "a second line, or a gateway that needs none");
    let trunks = &assessment.plan().trunks;
    if let Some((primary, others)) = trunks.split_first()
        && let Some(net) = network(primary)
        && !others.is_empty()
        && others.iter().all(|trunk| network(trunk).as_ref() == Some(&net) && host(trunk) != host(primary))
        && let Some(second) = others.first()
    {
        findings.push(found(
            second,
            "one network",
            format!("the hosts of every trunk lie in one network with `{}`", primary.name),
            trunks.iter().map(|trunk| at(trunk, "host", "in the same network")).collect(),
            "a carrier with a network of its own",
        ));
    }
    Judgement::found(findings)
}

fn same_upstream(assessment: &Assessment<'_>) -> Judgement {
    Judgement::found(shared(assessment, is_upstream, "upstream carrier", "a carrier on another upstream"))
}

fn same_site(assessment: &Assessment<'_>) -> Judgement {
    Judgement::found(shared(assessment, is_site, "site or server", "a second server at another site"))
}

fn flat_not_first(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let flat = |trunk: &Trunk| plan.table(trunk).is_some_and(|table| is_flat(&table.kind));
    let mut findings = Vec::new();
    for (a, b) in pairs(assessment) {
        if !flat(a) && flat(b) && !findings.iter().any(|f: &Found| f.subject == vec![("trunk", b.name.clone())]) {
            findings.push(found(
                b,
                format!("behind {}", a.name),
                format!("the flat rate `{}` stands behind `{}`, which charges by the minute", b.name, a.name),
                vec![at(b, "name", "flat rate"), at(a, "name", "by the minute")],
                "put the flat-rate trunk first",
            ));
        }
    }
    Judgement::found(findings)
}

/// Trunks with another one behind them.
fn with_successor<'a>(assessment: &'a Assessment<'_>) -> &'a [Trunk] {
    let trunks = &assessment.plan().trunks;
    trunks.split_last().map_or(&[], |(_, before)| before)
}

fn qualify_missing(assessment: &Assessment<'_>) -> Judgement {
    let findings = with_successor(assessment)
        .iter()
        .filter(|trunk| trunk.qualify_frequency == 0.0)
        .map(|trunk| {
            found(
                trunk,
                "0 s",
                format!("`{}` is never checked: if it falls silent, no call moves on by itself", trunk.name),
                vec![at(trunk, "qualify_frequency", "no checks")],
                "qualify_frequency = \"60s\"",
            )
        })
        .collect();
    Judgement::found(findings)
}

fn qualify_slow(assessment: &Assessment<'_>) -> Judgement {
    let findings = with_successor(assessment)
        .iter()
        .filter(|trunk| trunk.qualify_frequency > USUAL_QUALIFY)
        .map(|trunk| {
            let f = trunk.qualify_frequency;
            let [mean, worst] = trunk.detection().unwrap_or_default();
            found(
                trunk,
                format!("{} > 60 s", human(f)),
                format!(
                    "`{}` is checked every {}: a silent carrier loses calls for {} on average, {} at worst",
                    trunk.name,
                    human(f),
                    human(mean),
                    human(worst)
                ),
                vec![at(trunk, "qualify_frequency", "checked this often")],
                "qualify_frequency = \"60s\"",
            )
        })
        .collect();
    Judgement::found(findings)
}

fn never(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for cause in &plan.causes {
        let outages = behaviours(plan, cause);
        for (index, outage) in outages.iter().enumerate() {
            let Some(outage) = outage else { continue };
            let (Some(trunk), true) = (plan.trunks.get(index), index + 1 < plan.trunks.len()) else { continue };
            let loses = plan.campaigns.iter().any(|campaign| outage.met.loses(campaign.dial_timeout));
            if !loses || !matches!(outage.ended_by, EndedBy::Operator | EndedBy::Nobody) {
                continue;
            }
            // An operator who is faster than the checks is no lack of checks.
            if cause.signal == Signal::Timeout && trunk.qualify_frequency > 0.0 && cause.share >= 1.0 {
                continue;
            }
            let until = if outage.lag.is_finite() {
                format!("until an operator acts after {}", human(outage.lag))
            } else {
                "for as long as it lasts, for nobody switches the trunk off".to_owned()
            };
            findings.push(Found {
                subject: vec![("cause", cause.name.clone()), ("trunk", trunk.name.clone())],
                brief: format!("{} on {}", cause.signal, trunk.name),
                message: format!("under `{}` calls to `{}` are lost {until}: {}", cause.name, trunk.name, outage.why),
                labels: vec![Label::new(cause.place.key("signal"), "never moves on by itself")],
                help: "a dialplan that moves on from it, an alert on it, or a faster operator".to_owned(),
                measure: None,
            });
        }
    }
    Judgement::found(findings)
}

fn dial_timeout(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for cause in &plan.causes {
        // Behind the last trunk there is nothing to move on to.
        for (trunk, outage) in with_successor(assessment).iter().zip(behaviours(plan, cause)) {
            let Some(Met::MovesOnIfHeld { after }) = outage.map(|outage| outage.met) else { continue };
            for campaign in &plan.campaigns {
                let Some(timeout) = campaign.dial_timeout.filter(|timeout| *timeout < after) else { continue };
                findings.push(Found {
                    subject: vec![
                        ("campaign", campaign.name.clone()),
                        ("cause", cause.name.clone()),
                        ("trunk", trunk.name.clone()),
                    ],
                    brief: format!("{} < {}", human(timeout), human(after)),
                    message: format!(
                        "campaign `{}` gives an attempt up after {}, but under `{}` a call leaves `{}` only after {}",
                        campaign.name,
                        human(timeout),
                        cause.name,
                        trunk.name,
                        human(after)
                    ),
                    labels: vec![Label::new(campaign.place.key("dial_timeout"), "gives up here")],
                    help: "a longer dial timeout, a shorter Timer B, or rely on qualify".to_owned(),
                    measure: None,
                });
            }
        }
    }
    Judgement::found(findings)
}

fn excess(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let findings = with_successor(assessment)
        .iter()
        .filter_map(|trunk| {
            let table = plan.table(trunk)?;
            let decision = decide(&plan.pbx, trunk.continue_if_busy, table.limits.excess_signal, None);
            (decision.action == Action::Stop).then(|| {
                found(
                    trunk,
                    format!("{} stops", table.limits.excess_signal),
                    format!("`{}` refuses excess calls in a way that ends them: {}", trunk.name, decision.why),
                    vec![Label::new(table.place.key("limits.excess_signal"), "`excess_signal`")],
                    "let the dialplan move on from that status, or limit the trunk on the PBX",
                )
            })
        })
        .collect();
    Judgement::found(findings)
}

fn unprotected(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let findings = assessment
        .capacity
        .causes
        .iter()
        .filter(|cause| cause.sequence.first.is_none() && plan.trunks.len() > 1)
        .filter(|cause| cause.sequence.state.iter().all(|state| *state != TrunkState::Up))
        .filter_map(|cause| {
            let named = plan.causes.get(cause.cause)?;
            Some(Found {
                subject: vec![("cause", named.name.clone())],
                brief: format!("{} takes every trunk", named.hits),
                message: format!("`{}` takes down every trunk: nothing carries the floor while it lasts", named.name),
                labels: std::iter::once(Label::new(named.place.key("hits"), "every trunk needs it"))
                    .chain(plan.trunks.iter().map(|trunk| at(trunk, "depends_on", "needs it")))
                    .collect(),
                help: format!("a trunk that does not depend on {}", named.hits),
                measure: None,
            })
        })
        .collect();
    Judgement::found(findings)
}

fn refuses_dialers(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let findings = plan
        .trunks
        .iter()
        .filter_map(|trunk| {
            let table = plan.table(trunk)?;
            (table.limits.dialers == Some(false)).then(|| {
                found(
                    trunk,
                    "no dialers",
                    format!("{} takes no dialer traffic on `{}`", table.carrier, trunk.name),
                    vec![Label::new(table.place.key("limits.dialers"), "`dialers`")],
                    "a carrier whose terms allow dialers",
                )
            })
        })
        .collect();
    Judgement::found(findings)
}

fn foreign_caller_ids(assessment: &Assessment<'_>) -> Judgement {
    let findings = assessment
        .plan()
        .trunks
        .iter()
        .skip(1)
        .filter(|trunk| trunk.caller_ids == CallerIds::Primary)
        .map(|trunk| {
            found(
                trunk,
                "the primary's numbers",
                format!("`{}` shows the primary's numbers, which its carrier did not assign", trunk.name),
                vec![at(trunk, "caller_ids", "not this carrier's numbers")],
                "numbers of its own, or the carrier's written consent",
            )
        })
        .collect();
    Judgement::found(findings)
}

fn twice(assessment: &Assessment<'_>) -> Judgement {
    let plan = assessment.plan();
    let mut findings = Vec::new();
    for (index, trunk) in with_successor(assessment).iter().enumerate() {
        if !trunk.continue_if_busy {
            continue;
        }
        let carried =
            assessment.capacity.normal.trunks.iter().find(|t| t.trunk == index).map_or(0.0, |t| t.carried_rate);
        let rates = assessment.capacity.busiest.as_ref().map(|b| b.offer.rates.clone()).unwrap_or_default();
        let total: f64 = rates.iter().sum();
        let unanswered: f64 = plan
            .campaigns
            .iter()
            .zip(&rates)
            .map(|(campaign, rate)| (1.0 - campaign.answered_share()) * rate / total.max(f64::MIN_POSITIVE))
            .sum();
        let next = plan.trunks.get(index + 1).map(|t| t.name.clone()).unwrap_or_default();
        findings.push(found(
            trunk,
            format!("{} second dials an hour", count(carried * unanswered * 3600.0)),
            format!(
                "`{}` moves on after any failure: at the busiest time up to {} busy or unanswered numbers an hour are dialled again over `{next}`, outage or not",
                trunk.name,
                count(carried * unanswered * 3600.0)
            ),
            vec![at(trunk, "continue_if_busy", "moves on after any failure")],
            "turn it off, and list the statuses of a broken carrier in `pbx.next`",
        ));
    }
    Judgement::found(findings)
}

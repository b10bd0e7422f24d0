//! The verdict: every rule at its level, waivers applied.

use super::catalogue::rules;
use super::change::{Against, judge_of, same};
use super::governance::{WAIVER_CEILING, WAIVER_EXPIRED, WAIVER_UNUSED};
use super::rule::{Found, Judgement, Rule};
use super::sign_off::{SIGN_OFF_STALE, UNSIGNED_CHANGE};
use crate::assessment::Assessment;
use crate::model::plan::Plan;
use crate::model::policy::{Unit, Waiver};
use crate::words::diagnostic::{Diagnostic, Label};
use crate::words::digest::sha256;
use crate::words::level::Level;

/// Levels that the command line sets, over the plan's; the last one for a rule holds.
#[derive(Debug, Clone, Default)]
pub struct Levels(pub Vec<(String, Level)>);

/// A finding at its level.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule's code.
    pub code: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// Its level in this run.
    pub level: Level,
    /// What was found.
    pub found: Found,
    /// The same as long as rule and subject are.
    pub fingerprint: String,
    /// Index of the waiver that covers it.
    pub waived_by: Option<usize>,
}

/// A rule that could not be judged.
#[derive(Debug, Clone)]
pub struct NotJudged {
    /// The rule's code.
    pub code: &'static str,
    /// The rule's name.
    pub name: &'static str,
    /// Its level in this run.
    pub level: Level,
    /// Why.
    pub reason: String,
}

/// Pass, fail, or not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Judged, nothing at level deny.
    Pass,
    /// Judged, something at level deny.
    Fail,
    /// A rule at level deny could not be judged.
    NotJudged,
}

/// The verdict on a plan.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Findings: denied first, then by level, code and subject; those at level allow are left out.
    pub findings: Vec<Finding>,
    /// Rules that could not be judged.
    pub not_judged: Vec<NotJudged>,
    /// Rules that were judged and found nothing.
    pub passed: usize,
    /// Codes of the rules at level allow.
    pub allowed: Vec<&'static str>,
    /// The outcome.
    pub status: Status,
}

/// How many findings there are of each weight.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// At level deny, not waived.
    pub deny: usize,
    /// At level warn, not waived.
    pub warn: usize,
    /// At level note, not waived.
    pub note: usize,
    /// Waived.
    pub waived: usize,
    /// Rules that could not be judged.
    pub not_judged: usize,
}

impl Finding {
    /// The finding as something said about the inputs.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic {
            code: self.code,
            name: self.name,
            level: self.level,
            message: self.found.message.clone(),
            labels: self.found.labels.clone(),
            help: (!self.found.help.is_empty()).then(|| self.found.help.clone()),
        }
    }

    /// What it is about, in a word.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.found.subject.first().map_or("", |(_, name)| name)
    }
}

impl Verdict {
    /// Counts by weight.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let count = |level| self.findings.iter().filter(|f| f.waived_by.is_none() && f.level == level).count();
        Summary {
            deny: count(Level::Deny),
            warn: count(Level::Warn),
            note: count(Level::Note),
            waived: self.findings.iter().filter(|f| f.waived_by.is_some()).count(),
            not_judged: self.not_judged.len(),
        }
    }
}

fn level_of(assessment: &Assessment<'_>, rule: &Rule, levels: &Levels) -> Level {
    let on_line = levels.0.iter().rev().find(|(name, _)| name == rule.name || name.eq_ignore_ascii_case(rule.code));
    if let Some((_, level)) = on_line {
        return *level;
    }
    let in_plan = assessment.plan().policy.rules.iter().find(|(name, _, _)| name == rule.name);
    in_plan.map_or(rule.level, |(_, level, _)| *level)
}

fn fingerprint(rule: &Rule, found: &Found) -> String {
    let subject: Vec<String> = found.subject.iter().map(|(kind, name)| format!("{kind}={name}")).collect();
    // Half a digest tells any two subjects of a plan apart.
    sha256(format!("{}\n{}", rule.code, subject.join("\n")).as_bytes()).chars().take(32).collect()
}

/// Judges a plan by every rule that needs no base.
#[must_use]
pub fn judge(assessment: &Assessment<'_>, levels: &Levels) -> Verdict {
    judge_all(assessment, levels, None)
}

/// Judges a plan by every rule, those about the change against its base as well. The plan's policy and waivers are the
/// base's: see [`super::change::govern_by`].
#[must_use]
pub fn judge_against(assessment: &Assessment<'_>, levels: &Levels, against: &Against<'_>) -> Verdict {
    judge_all(assessment, levels, Some(against))
}

fn judge_all(assessment: &Assessment<'_>, levels: &Levels, against: Option<&Against<'_>>) -> Verdict {
    let mut findings = Vec::new();
    let mut not_judged = Vec::new();
    let mut passed = 0;
    // Without a sign-off there is nothing that its rules could pass.
    let signed = [&UNSIGNED_CHANGE, &SIGN_OFF_STALE].into_iter().filter(|_| assessment.plan().lock.is_some());
    for rule in rules().chain(signed) {
        let of_change = against.and_then(|against| judge_of(rule).map(|judge| (judge, against)));
        if rule.judge.is_none() && of_change.is_none() {
            continue;
        }
        let level = level_of(assessment, rule, levels);
        if level == Level::Allow {
            continue;
        }
        let judgement = match (rule.judge, of_change) {
            (Some(judge), _) => judge(assessment),
            (None, Some((judge, against))) => judge(assessment, against),
            (None, None) => Judgement::clean(),
        };
        if judgement.findings.is_empty() && judgement.not_judged.is_none() {
            passed += 1;
        }
        if let Some(reason) = judgement.not_judged {
            not_judged.push(NotJudged { code: rule.code, name: rule.name, level, reason });
        }
        for found in judgement.findings {
            let fingerprint = fingerprint(rule, &found);
            findings.push(Finding { code: rule.code, name: rule.name, level, found, fingerprint, waived_by: None });
        }
    }
    govern(assessment, levels, against, &not_judged, &mut findings);
    findings.sort_by(|a, b| {
        let weight = |f: &Finding| (f.waived_by.is_some(), std::cmp::Reverse(f.level));
        weight(a).cmp(&weight(b)).then_with(|| a.code.cmp(b.code))
    });
    let denied = findings.iter().any(|f| f.level == Level::Deny && f.waived_by.is_none());
    let blind = not_judged.iter().any(|rule| rule.level == Level::Deny);
    let status = match (denied, blind) {
        (true, _) => Status::Fail,
        (false, true) => Status::NotJudged,
        (false, false) => Status::Pass,
    };
    let allowed = rules().filter(|rule| level_of(assessment, rule, levels) == Level::Allow).map(|rule| rule.code);
    Verdict { findings, not_judged, passed, allowed: allowed.collect(), status }
}

fn names(waiver: &Waiver, finding: &Finding) -> bool {
    waiver.rule == finding.name
        && waiver.subjects.iter().all(|(kind, name)| {
            // A waiver for one cause does not cover what is said of every cause.
            finding.found.subject.iter().filter(|(k, _)| k == kind).all(|(_, n)| n == name)
                && finding.found.subject.iter().any(|(k, _)| k == kind)
        })
}

/// Applies the waivers, and finds what is wrong with them.
fn govern(
    assessment: &Assessment<'_>,
    levels: &Levels,
    against: Option<&Against<'_>>,
    not_judged: &[NotJudged],
    findings: &mut Vec<Finding>,
) {
    let plan = assessment.plan();
    // What is wrong with waivers can itself be waived, so those waivers come when the others are done.
    let of_waivers = |waiver: &Waiver| super::governance::RULES.iter().any(|rule| rule.name == waiver.rule);
    for second in [false, true] {
        let mut about = apply(plan, not_judged, findings, |waiver| of_waivers(waiver) == second);
        if let Some(against) = against {
            // The base's waivers hold, but what is wrong with waivers is said of those that the plan has.
            let has = |waiver: &Waiver| against.waivers.iter().any(|own| same(own, waiver));
            about.retain(|(index, ..)| index.and_then(|index| plan.waivers.get(index)).is_none_or(has));
            let own = against.waivers.iter().filter(|own| of_waivers(own) == second && own.until < plan.as_of);
            let said = |own: &&Waiver| plan.waivers.iter().any(|known| same(own, known) && known.until < plan.as_of);
            about.extend(own.filter(|own| !said(own)).map(|own| (None, &WAIVER_EXPIRED, expired(own))));
        }
        for (_, rule, found) in about {
            let level = level_of(assessment, rule, levels);
            if level == Level::Allow {
                continue;
            }
            let fingerprint = fingerprint(rule, &found);
            findings.push(Finding { code: rule.code, name: rule.name, level, found, fingerprint, waived_by: None });
        }
    }
}

/// What is said of a waiver is about.
fn of_waiver(waiver: &Waiver) -> Vec<(&'static str, String)> {
    std::iter::once(("waiver", waiver.rule.clone())).chain(waiver.subjects.iter().cloned()).collect()
}

fn expired(waiver: &Waiver) -> Found {
    Found {
        subject: of_waiver(waiver),
        brief: format!("ended {}", waiver.until),
        message: format!("the waiver of `{}` by {} ended on {}", waiver.rule, waiver.owner, waiver.until),
        labels: vec![Label::new(waiver.place.key("until"), "its last day")],
        help: "fix what it covered, drop it, or have it renewed".to_owned(),
        measure: None,
    }
}

/// A unit as it stands behind its number.
fn unit(unit: Unit, plan: &Plan) -> String {
    match unit {
        Unit::Percent => " %".to_owned(),
        Unit::Cps => " cps".to_owned(),
        Unit::Channels => " channels".to_owned(),
        Unit::Seconds => " s".to_owned(),
        Unit::Days => " days".to_owned(),
        Unit::Times => " times".to_owned(),
        Unit::Money => format!(" {}", plan.currency),
    }
}

/// Applies some of the waivers to what was found; gives what is wrong with them.
fn apply(
    plan: &Plan,
    not_judged: &[NotJudged],
    findings: &mut [Finding],
    which: impl Fn(&Waiver) -> bool,
) -> Vec<(Option<usize>, &'static Rule, Found)> {
    let mut about: Vec<(Option<usize>, &'static Rule, Found)> = Vec::new();
    for (index, waiver) in plan.waivers.iter().enumerate().filter(|(_, waiver)| which(waiver)) {
        let mut covered = 0;
        for finding in findings.iter_mut().filter(|finding| names(waiver, finding)) {
            covered += 1;
            if waiver.until < plan.as_of {
                continue;
            }
            let over = match (waiver.ceiling, finding.found.measure) {
                (Some(ceiling), Some(measure)) => measure > ceiling.value,
                // Nothing was measured where the rule measures: nothing was approved.
                (Some(_), None) => true,
                (None, _) => false,
            };
            if !over {
                finding.waived_by = Some(index);
                continue;
            }
            let limit = waiver.ceiling.map(|c| c.value).unwrap_or_default();
            let unit = waiver.ceiling.map(|c| unit(c.unit, plan)).unwrap_or_default();
            let ceiling = format!("{}{unit}", limit.normalize());
            let measured = match finding.found.measure {
                // As few decimals as tell the two apart.
                Some(measure) => {
                    let rounded = (3..9).map(|places| measure.round_dp(places)).find(|rounded| *rounded > limit);
                    format!("{}{unit}", rounded.unwrap_or(measure).normalize())
                }
                None => "an unknown amount".to_owned(),
            };
            let mut labels = vec![Label::new(waiver.place.key("ceiling"), "approved up to here")];
            labels.extend(finding.found.labels.first().cloned());
            // What is over a ceiling is so whether or not the waiver is kept.
            about.push((
                None,
                &WAIVER_CEILING,
                Found {
                    subject: std::iter::once(("waiver", waiver.rule.clone()))
                        .chain(finding.found.subject.iter().cloned())
                        .collect(),
                    brief: format!("{measured} > {ceiling}"),
                    message: format!(
                        "{} waived `{}` up to {ceiling}, but `{}` measures {measured}",
                        waiver.owner,
                        waiver.rule,
                        finding.subject()
                    ),
                    labels,
                    help: format!("bring it below {ceiling}, or have {} approve the new measure", waiver.owner),
                    measure: None,
                },
            ));
        }
        if waiver.until < plan.as_of {
            about.push((Some(index), &WAIVER_EXPIRED, expired(waiver)));
        } else if covered == 0 && !not_judged.iter().any(|rule| rule.name == waiver.rule) {
            // What could not be judged may yet need its waiver.
            about.push((
                Some(index),
                &WAIVER_UNUSED,
                Found {
                    subject: of_waiver(waiver),
                    brief: "covers nothing".to_owned(),
                    message: format!("the waiver of `{}` by {} covers no finding", waiver.rule, waiver.owner),
                    labels: vec![Label::new(waiver.place.key("rule"), "covers nothing")],
                    help: "drop it".to_owned(),
                    measure: None,
                },
            ));
        }
    }
    about
}

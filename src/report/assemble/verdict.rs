//! The verdict in words.

use super::reason;
use crate::finding::{Judged, Outcome, Severity, State, Verdict};
use crate::model::Cluster;
use crate::plan::listed;
use crate::report::model::{Coverage, FindingView, MissingView, Reason, VerdictView};
use std::collections::BTreeMap;

pub(super) fn view(
    cluster: &Cluster,
    judged: &[Judged],
    verdict: &Verdict,
    findings: &[FindingView],
    missing: &[MissingView],
    coverage: &Coverage,
) -> VerdictView {
    let reasons = reasons(judged, verdict, missing);
    let mut counts: BTreeMap<&'static str, usize> =
        Severity::ALL.iter().map(|severity| (severity.word(), 0)).collect();
    for finding in findings {
        *counts.entry(finding.severity.word()).or_default() += 1;
    }
    VerdictView {
        state: verdict.state,
        label: label(verdict.state),
        question: question(cluster),
        headline: headline(cluster, verdict, &reasons, missing, coverage),
        settle: settle(verdict, missing),
        reasons,
        counts,
    }
}

const fn label(state: State) -> &'static str {
    match state {
        State::NotReady => "NOT READY",
        State::CannotSay => "CANNOT SAY",
        State::ReadyWithWarnings => "READY WITH WARNINGS",
        State::Ready => "READY",
    }
}

fn question(cluster: &Cluster) -> String {
    let count = cluster.serving().count();
    let nodes = if count == 1 { "node".to_owned() } else { format!("{count} nodes") };
    match &cluster.target {
        Some(target) => format!("Is this cluster ({nodes}) ready to be upgraded to {target}?"),
        None => format!("Does this cluster ({nodes}) work as it should now?"),
    }
}

/// Reasons, gravest first: findings by title, unknown rules by what they miss.
fn reasons(judged: &[Judged], verdict: &Verdict, missing: &[MissingView]) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    for one in verdict.because.iter().filter_map(|index| judged.get(*index)) {
        match &one.outcome {
            Outcome::Findings(findings) => {
                let deciding = findings.iter().filter(|finding| match verdict.state {
                    State::NotReady | State::CannotSay => finding.severity == Severity::Blocker,
                    State::ReadyWithWarnings | State::Ready => finding.severity <= Severity::Medium,
                });
                found.extend(deciding.map(|finding| {
                    let key = (finding.severity, finding.confidence, one.rule.clone());
                    (key, reason(&one.rule, finding))
                }));
            }
            Outcome::Unknown { missing: gaps } => {
                let what = gaps.first().map(|gap| gap.what.clone()).unwrap_or_default();
                let view = missing.iter().find(|view| view.rules.contains(&one.rule));
                let reason = Reason {
                    rule: one.rule.clone(),
                    text: format!("{} could not be decided: {what} is missing", one.rule),
                    anchor: view.map(|view| view.anchor.clone()).unwrap_or_default(),
                };
                if !open.iter().any(|before: &Reason| before.rule == reason.rule) {
                    open.push(reason);
                }
            }
            Outcome::Failed { error } => open.push(Reason {
                rule: one.rule.clone(),
                text: format!("{} broke: {error}", one.rule),
                anchor: "coverage".into(),
            }),
            Outcome::Pass { .. } | Outcome::NotApplicable { .. } => {}
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut reasons: Vec<Reason> = found.into_iter().map(|(_, reason)| reason).collect();
    if verdict.state == State::CannotSay && verdict.node_set_open {
        reasons.push(Reason {
            rule: "CLU-006".into(),
            text: "nothing confirms that the nodes seen are all there are".into(),
            anchor: missing
                .iter()
                .find(|view| view.rules.iter().any(|rule| rule == "CLU-006"))
                .map(|view| view.anchor.clone())
                .unwrap_or_default(),
        });
        open.retain(|reason| reason.rule != "CLU-006");
    }
    reasons.extend(open);
    reasons
}

fn headline(
    cluster: &Cluster,
    verdict: &Verdict,
    reasons: &[Reason],
    missing: &[MissingView],
    coverage: &Coverage,
) -> String {
    let more = |count: usize| match count {
        0 => String::new(),
        1 => " (and one more reason)".to_owned(),
        count => format!(" (and {count} more reasons)"),
    };
    let lead = reasons.first().map(|reason| reason.text.clone()).unwrap_or_default();
    let judged = coverage.counts.get("total").copied().unwrap_or_default()
        - coverage.counts.get("not-applicable").copied().unwrap_or_default();
    match verdict.state {
        State::NotReady => format!("{lead}{}.", more(reasons.len().saturating_sub(1))),
        State::ReadyWithWarnings => {
            format!("Nothing blocks, but: {lead}{}.", more(reasons.len().saturating_sub(1)))
        }
        State::Ready => {
            let names: Vec<String> = cluster.serving().map(|node| node.name.clone()).collect();
            format!("{judged} rules were judged on {} and none found a fault of weight.", listed(&names))
        }
        State::CannotSay => {
            let suspect = reasons.iter().find(|reason| reason.anchor.starts_with("finding-"));
            let open = coverage
                .rules
                .iter()
                .filter(|rule| rule.severity == Severity::Blocker && rule.outcome == "unknown")
                .count();
            let undecided = match open {
                0 => String::new(),
                1 => "One blocker rule could not be decided".to_owned(),
                open => format!("{open} blocker rules could not be decided"),
            };
            let settle = missing
                .first()
                .filter(|view| view.blockers > 0)
                .map(|view| format!("; what would decide most of them: {}", lower_start(&view.ask)))
                .unwrap_or_default();
            match (suspect, undecided.is_empty()) {
                (Some(reason), true) => format!("To be checked first: {}.", reason.text),
                (Some(reason), false) => format!("To be checked first: {}. {undecided}{settle}", reason.text),
                (None, false) => format!("No blocker is proved. {undecided}{settle}"),
                (None, true) => format!("No blocker is proved, but {lead}."),
            }
        }
    }
}

fn lower_start(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn settle(verdict: &Verdict, missing: &[MissingView]) -> Vec<String> {
    if verdict.state != State::CannotSay {
        return Vec::new();
    }
    missing.iter().filter(|view| view.blockers > 0).take(5).map(|view| view.ask.clone()).collect()
}

//! The verdict in words.

use super::missing::{self, sentence};
use super::reason;
use crate::finding::{Outcome, Readiness, RuleResult, Severity, Verdict};
use crate::model::Cluster;
use crate::plan::{Causes, PlannedAction, listed};
use crate::report::model::{Coverage, FindingView, MissingView, Reason, VerdictView};
use std::collections::BTreeMap;

/// Everything the words are made of.
pub(super) struct InputsSeen<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) results: &'a [RuleResult],
    pub(super) causes: &'a Causes<'a>,
    pub(super) verdict: &'a Verdict,
    pub(super) findings: &'a [FindingView],
    pub(super) missing: &'a [MissingView],
    pub(super) coverage: &'a Coverage,
    pub(super) work: &'a [PlannedAction],
}

pub(super) fn view(seen: &InputsSeen) -> VerdictView {
    let reasons = reasons(seen);
    let mut counts: BTreeMap<&'static str, usize> =
        Severity::ALL.iter().map(|severity| (severity.word(), 0)).collect();
    for finding in seen.findings {
        *counts.entry(finding.severity.word()).or_default() += 1;
    }
    VerdictView {
        state: seen.verdict.state,
        label: label(seen.verdict.state),
        question: question(seen.cluster),
        headline: headline(seen, &reasons),
        settle: settle(seen.verdict, seen.missing),
        reasons,
        counts,
    }
}

const fn label(state: Readiness) -> &'static str {
    match state {
        Readiness::NotReady => "NOT READY",
        Readiness::Undetermined => "CANNOT SAY",
        Readiness::ReadyWithWarnings => "READY WITH WARNINGS",
        Readiness::Ready => "READY",
    }
}

fn question(cluster: &Cluster) -> String {
    let nodes = match cluster.serving().count() {
        1 => "1 node".to_owned(),
        count => format!("{count} nodes"),
    };
    match &cluster.target {
        Some(target) => format!("Is this cluster ({nodes}) ready to be upgraded to {target}?"),
        None => format!("Does this cluster ({nodes}) work as it should now?"),
    }
}

/// Reasons, gravest first, what follows from others after them: findings by title, unknown rules by what they miss.
fn reasons(seen: &InputsSeen) -> Vec<Reason> {
    let InputsSeen { results, causes, verdict, missing, coverage, .. } = *seen;
    let mut found = Vec::new();
    let mut open = Vec::new();
    for (outer, one) in verdict.because.iter().filter_map(|index| Some((*index, results.get(*index)?))) {
        match &one.outcome {
            Outcome::Findings(findings) => {
                let deciding = findings.iter().enumerate().filter(|(_, finding)| match verdict.state {
                    Readiness::NotReady | Readiness::Undetermined => finding.severity == Severity::Blocker,
                    Readiness::ReadyWithWarnings | Readiness::Ready => finding.severity <= Severity::Medium,
                });
                found.extend(deciding.map(|(inner, finding)| {
                    let follows = !causes.of((outer, inner)).is_empty();
                    let key = (follows, finding.severity, finding.confidence, one.rule.clone());
                    (key, reason(&one.rule, finding))
                }));
            }
            Outcome::Unknown { missing: gaps } => {
                let what = gaps.first().map(|gap| gap.what.clone()).unwrap_or_default();
                let view = missing.iter().find(|view| view.rules.contains(&one.rule));
                let reason = Reason {
                    rule: one.rule.clone(),
                    text: format!("Undecided: \"{}\"; missing: {what}", title(coverage, &one.rule)),
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
    if verdict.state == Readiness::Undetermined && verdict.node_set_open {
        reasons.push(Reason {
            rule: "CLU-006".into(),
            text: "Nothing confirms that the nodes seen are all there are".into(),
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

fn title<'a>(coverage: &'a Coverage, rule: &'a str) -> &'a str {
    coverage.rules.iter().find(|one| one.rule == rule).map_or(rule, |one| one.title.as_str())
}

/// What a reader gets in ten seconds: what is wrong, and what to do first.
fn headline(seen: &InputsSeen, reasons: &[Reason]) -> String {
    let lead = sentence(reasons.first().map(|reason| reason.text.as_str()).unwrap_or_default());
    let first =
        seen.work.first().map(|work| format!(" First: {}.", lower_start(&work.title))).unwrap_or_default();
    match seen.verdict.state {
        Readiness::NotReady => format!("{lead}{first}"),
        Readiness::ReadyWithWarnings => format!("Nothing blocks, but: {lead}{first}"),
        Readiness::Ready => {
            let names: Vec<String> = seen.cluster.serving().map(|node| node.name.clone()).collect();
            let count = |word| seen.coverage.counts.get(word).copied().unwrap_or_default();
            let evaluated = count("total") - count("not-applicable");
            format!("{evaluated} rules were judged on {} and none found a fault of weight.", listed(&names))
        }
        Readiness::Undetermined => undecided(seen, reasons),
    }
}

fn undecided(seen: &InputsSeen, reasons: &[Reason]) -> String {
    let suspect = reasons.iter().find(|reason| reason.anchor.starts_with("finding-"));
    let start = suspect.map_or_else(
        || "No blocker is proved.".to_owned(),
        |reason| format!("To be checked first: {}.", reason.text),
    );
    let rules = &seen.coverage.rules;
    let open = rules.iter().filter(|rule| rule.severity == Severity::Blocker && rule.outcome == "unknown");
    let open = match open.count() {
        0 if seen.verdict.node_set_open => {
            " Nothing confirms that the nodes seen are all there are.".to_owned()
        }
        0 => String::new(),
        1 => " One blocker rule could not be decided.".to_owned(),
        open => format!(" {open} blocker rules could not be decided."),
    };
    let decisive = seen.missing.first().filter(|view| view.blockers > 0 && !missing::is_hopeless(view));
    let settle = decisive
        .map(|view| format!(" Most decisive: {}", lower_start(&short(&view.ask))))
        .unwrap_or_default();
    format!("{start}{open}{settle}")
}

/// An ask without what explains it: a question ends with its question mark.
fn short(ask: &str) -> String {
    ask.find('?').and_then(|end| ask.get(..=end)).map_or_else(|| sentence(ask), str::to_owned)
}

fn lower_start(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

fn settle(verdict: &Verdict, missing: &[MissingView]) -> Vec<String> {
    if verdict.state != Readiness::Undetermined {
        return Vec::new();
    }
    missing
        .iter()
        .filter(|view| view.blockers > 0 && !missing::is_hopeless(view))
        .take(5)
        .map(|view| view.ask.clone())
        .collect()
}

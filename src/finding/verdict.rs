//! The verdict: the first of four readiness states whose condition is met.

use super::outcome::{Confidence, Outcome, RuleResult, Severity};
use serde::Serialize;
use std::collections::BTreeMap;

/// The four states, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    /// A confirmed blocker.
    NotReady,
    /// Something that could be a blocker is not known.
    #[serde(rename = "cannot-say")]
    Undetermined,
    /// No blocker, but something to fix.
    ReadyWithWarnings,
    /// All that is needed was checked, and no significant problem was found.
    Ready,
}

/// Whether a rule is about bundle safety: such rules have their own banner and do not count for the cluster.
pub fn is_bundle_safety(rule: &str) -> bool {
    rule.starts_with("BND-")
}

/// The verdict and what led to it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// The state.
    pub state: Readiness,
    /// Indices of the results that decided it, in their order.
    #[serde(skip)]
    pub because: Vec<usize>,
    /// Whether the node set was not confirmed, which alone prevents READY.
    pub node_set_open: bool,
}

/// Computes the verdict from all results.
///
/// `severities` has the worst severity of each rule; a rule that is not in it counts as a blocker rule, so that a gap
/// in the table never makes a cluster look better.
pub fn reach(
    results: &[RuleResult],
    severities: &BTreeMap<&str, Severity>,
    node_set_confirmed: bool,
) -> Verdict {
    let pick = |wanted: &dyn Fn(&Outcome, Severity) -> bool| -> Vec<usize> {
        let severity = |rule: &str| severities.get(rule).copied().unwrap_or(Severity::Blocker);
        let of_cluster = results.iter().enumerate().filter(|(_, one)| !is_bundle_safety(&one.rule));
        of_cluster
            .filter(|(_, one)| wanted(&one.outcome, severity(&one.rule)))
            .map(|(index, _)| index)
            .collect()
    };
    let found = |outcome: &Outcome, severities: &[Severity], confidence: Option<Confidence>| {
        matches!(outcome, Outcome::Findings(findings) if findings.iter().any(|f| {
            severities.contains(&f.severity) && confidence.is_none_or(|c| c == f.confidence)
        }))
    };

    let blockers = pick(&|outcome, _| found(outcome, &[Severity::Blocker], Some(Confidence::Confirmed)));
    if !blockers.is_empty() {
        return Verdict { state: Readiness::NotReady, because: blockers, node_set_open: !node_set_confirmed };
    }
    let weighs = |faults: &[Severity], not_known: Severity| {
        pick(&|outcome, severity| match outcome {
            Outcome::Findings(_) => found(outcome, faults, None),
            Outcome::Unknown { .. } | Outcome::Failed { .. } => severity == not_known,
            Outcome::Pass { .. } | Outcome::NotApplicable { .. } => false,
        })
    };
    let open = weighs(&[Severity::Blocker], Severity::Blocker);
    if !open.is_empty() || !node_set_confirmed {
        return Verdict { state: Readiness::Undetermined, because: open, node_set_open: !node_set_confirmed };
    }
    let warnings = weighs(&[Severity::High, Severity::Medium], Severity::High);
    let state = if warnings.is_empty() { Readiness::Ready } else { Readiness::ReadyWithWarnings };
    Verdict { state, because: warnings, node_set_open: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{EvidenceRequest, Finding, MissingEvidence, Subject};

    const SEVERITIES: [(&str, Severity); 4] = [
        ("B", Severity::Blocker),
        ("H", Severity::High),
        ("M", Severity::Medium),
        ("BND-001", Severity::Blocker),
    ];

    fn results(rule: &str, outcome: Outcome) -> RuleResult {
        RuleResult {
            rule: rule.into(),
            subject: Subject::cluster(),
            outcome,
            inputs_used: std::collections::BTreeSet::new(),
        }
    }

    fn finding(severity: Severity, confidence: Confidence) -> Outcome {
        Outcome::Findings(vec![Finding {
            severity,
            confidence,
            subject: Subject::cluster(),
            title: "t".into(),
            detail: String::new(),
            evidence: vec![],
            remedy: String::new(),
            notes: vec![],
            signature: None,
            standalone: false,
        }])
    }

    fn unknown() -> Outcome {
        Outcome::unknown(MissingEvidence {
            node: None,
            what: "x".into(),
            why: "y".into(),
            from: EvidenceRequest::NodeList,
        })
    }

    fn state(outcomes: &[RuleResult], confirmed: bool) -> Readiness {
        reach(outcomes, &BTreeMap::from(SEVERITIES), confirmed).state
    }

    #[test]
    fn the_first_state_that_holds_wins() {
        let confirmed = results("B", finding(Severity::Blocker, Confidence::Confirmed));
        let inferred = results("B", finding(Severity::Blocker, Confidence::Inferred));
        let warning = results("M", finding(Severity::Medium, Confidence::Confirmed));
        assert_eq!(state(&[inferred.clone(), confirmed], true), Readiness::NotReady);
        assert_eq!(state(&[inferred, warning.clone()], true), Readiness::Undetermined);
        assert_eq!(state(&[warning], true), Readiness::ReadyWithWarnings);
        assert_eq!(state(&[results("B", Outcome::pass())], true), Readiness::Ready);
    }

    #[test]
    fn a_green_verdict_needs_everything_to_have_been_looked_at() {
        assert_eq!(state(&[results("B", unknown())], true), Readiness::Undetermined);
        assert_eq!(state(&[results("H", unknown())], true), Readiness::ReadyWithWarnings);
        assert_eq!(state(&[results("M", unknown())], true), Readiness::Ready);
        assert_eq!(
            state(&[results("B", Outcome::Failed { error: "x".into() })], true),
            Readiness::Undetermined
        );
        assert_eq!(state(&[results("B", Outcome::pass())], false), Readiness::Undetermined);
        assert_eq!(state(&[results("no such rule", unknown())], true), Readiness::Undetermined);
    }

    #[test]
    fn bundle_safety_is_no_cluster_fault() {
        let leak = results("BND-001", finding(Severity::Blocker, Confidence::Confirmed));
        assert_eq!(state(&[leak], true), Readiness::Ready);
    }
}

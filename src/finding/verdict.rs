//! The verdict: the first of four states that holds (DESIGN 4).

use super::outcome::{Confidence, Judged, Outcome, Severity};
use serde::Serialize;
use std::collections::BTreeMap;

/// The four states, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// A confirmed blocker.
    NotReady,
    /// Something that could be a blocker is not known.
    CannotSay,
    /// No blocker, but something to mend.
    ReadyWithWarnings,
    /// Everything needed was looked at, and nothing of weight is wrong.
    Ready,
}

/// Whether a rule is of bundle safety: such rules have their own banner and are no fault of the cluster.
pub fn is_bundle_safety(rule: &str) -> bool {
    rule.starts_with("BND-")
}

/// The verdict and what led to it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// The state.
    pub state: State,
    /// The indices into the judged outcomes that decided it, in their order.
    #[serde(skip)]
    pub because: Vec<usize>,
    /// Whether the node set was not confirmed, which by itself keeps the verdict from READY.
    pub node_set_open: bool,
}

/// Reaches the verdict over all outcomes.
///
/// `severities` has the worst severity of each rule; an outcome of an unknown rule counts as that of a blocker rule, so
/// that a gap in the table can never make a cluster look better.
pub fn reach(judged: &[Judged], severities: &BTreeMap<&str, Severity>, node_set_confirmed: bool) -> Verdict {
    let pick = |wanted: &dyn Fn(&Outcome, Severity) -> bool| -> Vec<usize> {
        let severity = |rule: &str| severities.get(rule).copied().unwrap_or(Severity::Blocker);
        let of_cluster = judged.iter().enumerate().filter(|(_, one)| !is_bundle_safety(&one.rule));
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
        return Verdict { state: State::NotReady, because: blockers, node_set_open: !node_set_confirmed };
    }
    let open = pick(&|outcome, severity| match outcome {
        Outcome::Findings(_) => found(outcome, &[Severity::Blocker], None),
        Outcome::Unknown { .. } | Outcome::Failed { .. } => severity == Severity::Blocker,
        Outcome::Pass { .. } | Outcome::NotApplicable { .. } => false,
    });
    if !open.is_empty() || !node_set_confirmed {
        return Verdict { state: State::CannotSay, because: open, node_set_open: !node_set_confirmed };
    }
    let warnings = pick(&|outcome, severity| match outcome {
        Outcome::Findings(_) => found(outcome, &[Severity::High, Severity::Medium], None),
        Outcome::Unknown { .. } | Outcome::Failed { .. } => severity == Severity::High,
        Outcome::Pass { .. } | Outcome::NotApplicable { .. } => false,
    });
    let state = if warnings.is_empty() { State::Ready } else { State::ReadyWithWarnings };
    Verdict { state, because: warnings, node_set_open: false }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Finding, Missing, Question, Subject};

    const SEVERITIES: [(&str, Severity); 4] = [
        ("B", Severity::Blocker),
        ("H", Severity::High),
        ("M", Severity::Medium),
        ("BND-001", Severity::Blocker),
    ];

    fn judged(rule: &str, outcome: Outcome) -> Judged {
        Judged {
            rule: rule.into(),
            subject: Subject::cluster(),
            outcome,
            looked_at: std::collections::BTreeSet::new(),
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
            alone: false,
        }])
    }

    fn unknown() -> Outcome {
        Outcome::unknown(Missing { node: None, what: "x".into(), why: "y".into(), from: Question::NodeList })
    }

    fn state(outcomes: &[Judged], confirmed: bool) -> State {
        reach(outcomes, &BTreeMap::from(SEVERITIES), confirmed).state
    }

    #[test]
    fn the_first_state_that_holds_wins() {
        let confirmed = judged("B", finding(Severity::Blocker, Confidence::Confirmed));
        let inferred = judged("B", finding(Severity::Blocker, Confidence::Inferred));
        let warning = judged("M", finding(Severity::Medium, Confidence::Confirmed));
        assert_eq!(state(&[inferred.clone(), confirmed], true), State::NotReady);
        assert_eq!(state(&[inferred, warning.clone()], true), State::CannotSay);
        assert_eq!(state(&[warning], true), State::ReadyWithWarnings);
        assert_eq!(state(&[judged("B", Outcome::pass())], true), State::Ready);
    }

    #[test]
    fn a_green_verdict_needs_everything_to_have_been_looked_at() {
        assert_eq!(state(&[judged("B", unknown())], true), State::CannotSay);
        assert_eq!(state(&[judged("H", unknown())], true), State::ReadyWithWarnings);
        assert_eq!(state(&[judged("M", unknown())], true), State::Ready);
        assert_eq!(state(&[judged("B", Outcome::Failed { error: "x".into() })], true), State::CannotSay);
        assert_eq!(state(&[judged("B", Outcome::pass())], false), State::CannotSay);
        assert_eq!(state(&[judged("no such rule", unknown())], true), State::CannotSay);
    }

    #[test]
    fn bundle_safety_is_no_cluster_fault() {
        let leak = judged("BND-001", finding(Severity::Blocker, Confidence::Confirmed));
        assert_eq!(state(&[leak], true), State::Ready);
    }
}

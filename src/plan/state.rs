//! Whether a requirement is met, subject by subject, from the results of the rules that check it.

use crate::finding::{EvidenceRequest, MissingEvidence, Outcome, RuleResult, Subject};
use serde::Serialize;
use std::collections::BTreeMap;

/// What is known of a requirement on one node, the database or the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "RequirementState"))]
pub struct State {
    /// Node, "the database" or "the cluster".
    pub subject: String,
    /// Whether it is so.
    pub state: Met,
    /// Why, or what is missing; empty where the rule has nothing to add.
    pub why: String,
    /// Rule that says so.
    pub rule: String,
}

/// Whether a requirement is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// It is.
    Met,
    /// It is not.
    NotMet,
    /// Nobody knows.
    Unknown,
    /// It does not concern the subject.
    NotApplicable,
}

/// Results of rules on a requirement, in order of subject and rule. Where the rules check something stricter (`exact` is
/// false), only a pass decides: what passes the stricter check meets the requirement too. "Does not apply" is shown only where
/// no rule applies to the subject.
pub(super) fn states(rules: &[String], results: &[RuleResult], exact: bool) -> Vec<State> {
    let mut said: BTreeMap<&Subject, Vec<State>> = BTreeMap::new();
    for rule in rules {
        for one in results.iter().filter(|one| one.rule == *rule) {
            said.entry(&one.subject).or_default().push(state(one, exact));
        }
    }
    for states in said.values_mut() {
        if states.iter().any(|state| state.state != Met::NotApplicable) {
            states.retain(|state| state.state != Met::NotApplicable);
        }
    }
    said.into_values().flatten().collect()
}

fn state(one: &RuleResult, exact: bool) -> State {
    let (state, why) = match &one.outcome {
        Outcome::Findings(findings) => {
            let titles: Vec<&str> = findings.iter().map(|finding| finding.title.as_str()).collect();
            let why = format!("{}.", titles.join("; "));
            if exact {
                (Met::NotMet, why)
            } else {
                (Met::Unknown, format!("{why} The rule checks what a later build on the path requires."))
            }
        }
        Outcome::Failed { error } => (Met::Unknown, format!("The check failed: {error}.")),
        Outcome::Unknown { missing } => {
            // The question itself is in the requests to the customer: its id is enough here.
            let gap = |gap: &MissingEvidence| match &gap.from {
                EvidenceRequest::Answer { id } => format!("the answer to {id} ({})", gap.why),
                _ => format!("{} ({})", gap.what, gap.why),
            };
            let mut gaps: Vec<String> = missing.iter().map(gap).collect();
            gaps.dedup();
            (Met::Unknown, format!("Not known: {}.", gaps.join("; ")))
        }
        Outcome::Pass { note, inferred } => {
            let mut notes = vec![note.as_str()];
            notes.extend(inferred.then_some("inferred"));
            notes.retain(|note| !note.is_empty());
            (Met::Met, notes.join(", "))
        }
        Outcome::NotApplicable { why } => (Met::NotApplicable, why.clone()),
    };
    State { subject: one.subject.to_string(), state, why, rule: one.rule.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn results(rule: &str, node: &str, outcome: Outcome) -> RuleResult {
        RuleResult { rule: rule.into(), subject: Subject::node(node), outcome, inputs_used: BTreeSet::new() }
    }

    #[test]
    fn each_subject_has_its_state_and_silence_is_heard_only_where_all_are_silent() {
        let gap = MissingEvidence {
            node: None,
            what: "its release".into(),
            why: "nobody looked".into(),
            from: EvidenceRequest::NodeList,
        };
        let all = [
            results("SYS-001", "WEB02", Outcome::unknown(gap)),
            results("SYS-001", "WEB01", Outcome::pass_with("it runs")),
            results("SYS-002", "WEB01", Outcome::not_applicable("it concerns other builds")),
            results("SYS-002", "WEB03", Outcome::not_applicable("it concerns other builds")),
            results("SYS-009", "WEB01", Outcome::pass()),
        ];
        let rules = ["SYS-002".to_owned(), "SYS-001".to_owned()];
        let said: Vec<_> =
            states(&rules, &all, true).into_iter().map(|one| (one.subject, one.state, one.why)).collect();
        let expected = [
            ("WEB01", Met::Met, "it runs"),
            ("WEB02", Met::Unknown, "Not known: its release (nobody looked)."),
            ("WEB03", Met::NotApplicable, "it concerns other builds"),
        ];
        assert_eq!(said, expected.map(|(node, met, why)| (node.to_owned(), met, why.to_owned())));
    }
}

//! Judges every rule on every subject it concerns. A rule that breaks is `Failed`, never a crash and never a pass.

use super::context::Context;
use super::rule::{Check, Rule};
use super::{expectation, problem, question, signature};
use crate::finding::{Finding, Judged, Missing, Outcome, Question, Scope, Severity, Subject, SubjectKind};
use crate::knowledge::Knowledge;
use crate::knowledge::rows::Family;
use crate::model::{Cluster, Input, InputKind, Node, Role};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Judges `rules` on the cluster: outcomes in order of rule id, then of subject.
pub fn judge(cluster: &Cluster, knowledge: &Knowledge, rules: &[Rule]) -> Vec<Judged> {
    let mut judged = Vec::new();
    for rule in rules {
        let cx = Context { cluster, knowledge, rule };
        for (subject, outcome) in subjects(&cx) {
            judged.push(Judged { rule: rule.id.clone(), subject, outcome });
        }
    }
    judged
}

fn subjects(cx: &Context) -> Vec<(Subject, Outcome)> {
    if cx.rule.scope == Scope::Upgrade && cx.cluster.target.is_none() {
        return vec![(Subject::cluster(), Outcome::not_applicable("no --target was given"))];
    }
    match cx.rule.subject {
        SubjectKind::Cluster => vec![(Subject::cluster(), once(cx))],
        SubjectKind::Database => vec![(Subject::database(), once(cx))],
        SubjectKind::Node if cx.cluster.nodes.is_empty() => {
            vec![(Subject::cluster(), Outcome::unknown(no_node()))]
        }
        SubjectKind::Node => {
            cx.cluster.nodes.iter().map(|node| (Subject::node(&node.name), on_node(cx, node))).collect()
        }
        SubjectKind::Input => {
            let bundles: Vec<&Input> = cx.cluster.inputs.iter().filter(|input| is_bundle(input)).collect();
            if bundles.is_empty() {
                return vec![(Subject::cluster(), Outcome::not_applicable("no bundle was given"))];
            }
            bundles.into_iter().map(|input| (Subject::input(&input.name), on_input(cx, input))).collect()
        }
    }
}

fn is_bundle(input: &Input) -> bool {
    matches!(input.kind, InputKind::BundleZip | InputKind::BundleFolder | InputKind::Unrecognised)
}

fn no_node() -> Missing {
    Missing {
        node: None,
        what: "a bundle of any node".into(),
        why: "neither a bundle nor a node list was given".into(),
        from: Question::NodeNames,
    }
}

fn once(cx: &Context) -> Outcome {
    guarded(cx, || {
        gate(cx, None).unwrap_or_else(|| match cx.rule.check {
            Check::Cluster(check) => check(cx),
            Check::Data(Family::Expectation) => expectation::on_cluster(cx),
            Check::Data(Family::Question) => question::answer(cx, None),
            Check::Data(Family::Signature | Family::Problem) | Check::Node(_) | Check::Input(_) => {
                wrong_subject()
            }
        })
    })
}

fn on_node(cx: &Context, node: &Node) -> Outcome {
    let outcome = guarded(cx, || {
        gate(cx, Some(node)).unwrap_or_else(|| match cx.rule.check {
            Check::Node(check) => check(cx, node),
            Check::Data(Family::Expectation) => expectation::on_node(cx, node),
            Check::Data(Family::Signature) => signature::on_node(cx, node),
            Check::Data(Family::Question) => question::answer(cx, Some(node)),
            Check::Data(Family::Problem) | Check::Cluster(_) | Check::Input(_) => wrong_subject(),
        })
    });
    if node.role == Role::Serving { outcome } else { set_apart(outcome, node) }
}

fn on_input(cx: &Context, input: &Input) -> Outcome {
    guarded(cx, || match cx.rule.check {
        Check::Input(check) => check(cx, input),
        Check::Data(Family::Problem) => problem::of_input(cx, input),
        Check::Data(_) | Check::Cluster(_) | Check::Node(_) => wrong_subject(),
    })
}

/// A rule whose check does not fit its subject is our mistake; a test over the catalogue keeps it from shipping.
fn wrong_subject() -> Outcome {
    Outcome::Failed { error: "the rule's check does not fit its subject".into() }
}

/// Settles the rule's range of builds first: outside is not applicable, undecided is unknown.
fn gate(cx: &Context, node: Option<&Node>) -> Option<Outcome> {
    match cx.applies(cx.rule.applies.as_ref()?, node) {
        Ok(true) => None,
        Ok(false) => Some(Outcome::not_applicable("it concerns other builds")),
        Err(missing) => Some(Outcome::Unknown { missing }),
    }
}

/// A node in a group of its own is shown, but neither blocks the cluster nor keeps it from a verdict.
fn set_apart(outcome: Outcome, node: &Node) -> Outcome {
    match outcome {
        Outcome::Findings(findings) => Outcome::Findings(
            findings
                .into_iter()
                .map(|finding| Finding { severity: finding.severity.max(Severity::Medium), ..finding })
                .collect(),
        ),
        Outcome::Unknown { .. } => Outcome::not_applicable(format!(
            "a {} node is not judged with the serving nodes",
            node.role.word()
        )),
        other => other,
    }
}

fn guarded(cx: &Context, check: impl FnOnce() -> Outcome) -> Outcome {
    // The context is only read: a check that unwinds leaves nothing half-changed behind.
    match catch_unwind(AssertUnwindSafe(check)) {
        Ok(Outcome::Findings(findings)) if findings.is_empty() => {
            Outcome::Failed { error: format!("{} reported findings without any", cx.rule.id) }
        }
        Ok(Outcome::Findings(findings)) if findings.iter().any(|finding| finding.evidence.is_empty()) => {
            Outcome::Failed { error: format!("{} reported a finding without evidence", cx.rule.id) }
        }
        Ok(outcome) => outcome,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
            Outcome::Failed { error: format!("the check broke: {}", text.unwrap_or_default()) }
        }
    }
}

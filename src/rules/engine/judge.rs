//! Judges every rule on every subject it concerns. A rule that breaks is `Failed`, never a crash and never a pass.

use super::context::Context;
use super::rule::{Check, Rule};
use super::{expectation, parity, problem, question, signature, step};
use crate::finding::{
    Finding, Judged, Missing, NO_TARGET, Outcome, Question, Scope, Severity, Subject, SubjectKind,
};
use crate::knowledge::Knowledge;
use crate::knowledge::rows::Family;
use crate::model::{Answers, Cluster, Input, InputKind, Node, Role};
use rayon::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Judges `rules` on the cluster: outcomes in order of rule id, then of subject.
pub fn judge(cluster: &Cluster, knowledge: &Knowledge, rules: &[Rule]) -> Vec<Judged> {
    rules.par_iter().flat_map_iter(|rule| judge_by(&cluster.answers, cluster, knowledge, rule)).collect()
}

/// Judges one rule by other answers than those of the case.
pub(in crate::rules) fn judge_by(
    answers: &Answers,
    cluster: &Cluster,
    knowledge: &Knowledge,
    rule: &Rule,
) -> Vec<Judged> {
    Judging { cluster, answers, knowledge, rule }.subjects()
}

/// One rule on its way over its subjects.
struct Judging<'a> {
    cluster: &'a Cluster,
    answers: &'a Answers,
    knowledge: &'a Knowledge,
    rule: &'a Rule,
}

impl<'a> Judging<'a> {
    fn subjects(&self) -> Vec<Judged> {
        let Self { cluster, rule, .. } = self;
        if rule.scope == Scope::Upgrade && cluster.target.is_none() {
            let outcome = Outcome::not_applicable(NO_TARGET);
            return vec![self.on(Subject::cluster(), |_| outcome)];
        }
        match rule.subject {
            SubjectKind::Cluster => vec![self.on(Subject::cluster(), once)],
            SubjectKind::Database => vec![self.on(Subject::database(), once)],
            SubjectKind::Node if cluster.nodes.is_empty() => {
                vec![self.on(Subject::cluster(), |_| Outcome::unknown(no_node()))]
            }
            SubjectKind::Node => {
                let on = |node: &'a Node| self.on(Subject::node(&node.name), |cx| on_node(cx, node));
                cluster.nodes.iter().map(on).collect()
            }
            SubjectKind::Input => {
                let bundles: Vec<&Input> = cluster.inputs.iter().filter(|input| is_bundle(input)).collect();
                if bundles.is_empty() {
                    let outcome = Outcome::not_applicable("no bundle was given");
                    return vec![self.on(Subject::cluster(), |_| outcome)];
                }
                let on = |input: &Input| self.on(Subject::input(&input.name), |cx| on_input(cx, input));
                bundles.into_iter().map(on).collect()
            }
        }
    }

    fn on(&self, subject: Subject, check: impl FnOnce(&Context<'a>) -> Outcome) -> Judged {
        let cx = Context::new(self.cluster, self.answers, self.knowledge, self.rule);
        let outcome = match check(&cx) {
            Outcome::Unknown { missing } => {
                Outcome::Unknown { missing: missing.into_iter().map(|gap| cx.or_a_person(gap)).collect() }
            }
            outcome => outcome,
        };
        Judged { rule: self.rule.id.clone(), subject, outcome, looked_at: cx.into_looked_at() }
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
            Check::Data(Family::Question) => question::on_cluster(cx),
            Check::Data(Family::Parity) => parity::on_cluster(cx),
            Check::Data(Family::Step) => step::on_cluster(cx),
            Check::Data(Family::Signature | Family::Problem) | Check::Node(_) | Check::Input(_) => {
                wrong_subject()
            }
        })
    })
}

fn on_node<'a>(cx: &Context<'a>, node: &'a Node) -> Outcome {
    let outcome = guarded(cx, || {
        gate(cx, Some(node)).unwrap_or_else(|| match cx.rule.check {
            Check::Node(check) => check(cx, node),
            Check::Data(Family::Expectation) => expectation::on_node(cx, node),
            Check::Data(Family::Signature) => signature::on_node(cx, node),
            Check::Data(Family::Question) => question::on_node(cx, node),
            Check::Data(Family::Problem | Family::Parity | Family::Step)
            | Check::Cluster(_)
            | Check::Input(_) => wrong_subject(),
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

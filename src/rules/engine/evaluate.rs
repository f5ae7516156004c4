//! Judges every rule on every subject it concerns. A rule that breaks is `Failed`, never a crash and never a pass.

use super::context::{Context, only};
use super::rule::{Check, Rule};
use crate::finding::{
    Evidence, EvidenceRequest, Finding, MissingEvidence, NO_TARGET, Outcome, RuleResult, Severity, Subject,
    SubjectKind,
};
use crate::knowledge::Knowledge;
use crate::knowledge::rows::RuleMeta;
use crate::model::input::{Problem, ProblemKind};
use crate::model::{Answers, Cluster, Grade, Input, InputKind, Node, Role};
use rayon::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Judges `rules` on the cluster: outcomes in order of rule id, then of subject.
pub fn evaluate(cluster: &Cluster, knowledge: &Knowledge, rules: &[Rule]) -> Vec<RuleResult> {
    rules.par_iter().flat_map_iter(|rule| evaluate_with(&cluster.answers, cluster, knowledge, rule)).collect()
}

/// Judges one rule by other answers than those of the case.
pub(in crate::rules) fn evaluate_with(
    answers: &Answers,
    cluster: &Cluster,
    knowledge: &Knowledge,
    rule: &Rule,
) -> Vec<RuleResult> {
    let meta = &rule.meta.judged(cluster.target.is_some());
    Evaluation { cluster, answers, knowledge, rule, meta, asked: RefCell::default() }.subjects()
}

/// What the check of a rule asks for on this cluster: paths of facts, lists of items, and kinds of inputs. The table of
/// what coded rules ask for is made from it.
pub fn asked_for(cluster: &Cluster, knowledge: &Knowledge, rule: &Rule) -> BTreeSet<String> {
    let (answers, meta) = (&cluster.answers, &rule.meta.judged(cluster.target.is_some()));
    let evaluation = Evaluation { cluster, answers, knowledge, rule, meta, asked: RefCell::default() };
    evaluation.subjects();
    evaluation.asked.into_inner()
}

/// One rule on its way over its subjects.
struct Evaluation<'a> {
    cluster: &'a Cluster,
    answers: &'a Answers,
    knowledge: &'a Knowledge,
    rule: &'a Rule,
    /// Its metadata, as it is judged with or without a target.
    meta: &'a RuleMeta,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Evaluation<'a> {
    fn subjects(&self) -> Vec<RuleResult> {
        let Self { cluster, rule, .. } = self;
        if cluster.target.is_none() && !rule.meta.is_judged_now() {
            return vec![self.on_cluster(Outcome::not_applicable(NO_TARGET))];
        }
        match rule.check {
            Check::Cluster(check) => {
                let subject = match rule.meta.subject {
                    SubjectKind::Database => Subject::database(),
                    _ => Subject::cluster(),
                };
                vec![self.on(subject, None, check)]
            }
            Check::Node(_) if cluster.nodes.is_empty() => {
                let why = "neither a bundle nor a node list was given";
                let what = "a bundle of any node";
                vec![
                    self.on_cluster(
                        MissingEvidence::of_cluster(what, why, EvidenceRequest::NodeNames).into(),
                    ),
                ]
            }
            Check::Node(check) => {
                let on =
                    |node: &'a Node| self.on(Subject::node(&node.name), Some(node), |cx| check(cx, node));
                cluster.nodes.iter().map(on).collect()
            }
            Check::Input(check) => {
                let on = |input: &Input| {
                    self.on(Subject::input(&input.name), None, |cx| {
                        cx.ask("bundle");
                        check(cx, input)
                    })
                };
                let bundles: Vec<RuleResult> =
                    cluster.inputs.iter().filter(|input| is_bundle(input)).map(on).collect();
                if bundles.is_empty() {
                    return vec![self.on_cluster(Outcome::not_applicable("no bundle was given"))];
                }
                bundles
            }
        }
    }

    /// The outcome of a rule that has no subject to look at.
    fn on_cluster(&self, outcome: Outcome) -> RuleResult {
        let rule = self.rule.meta.id.clone();
        RuleResult { rule, subject: Subject::cluster(), outcome, inputs_used: BTreeSet::new() }
    }

    fn on(
        &self,
        subject: Subject,
        node: Option<&Node>,
        check: impl FnOnce(&Context<'a>) -> Outcome,
    ) -> RuleResult {
        let cx = Context::new(self.cluster, self.answers, self.knowledge, self.meta);
        let outcome = guarded(&cx, || gate(&cx, node).unwrap_or_else(|| check(&cx)));
        let outcome = match node {
            Some(node) if node.role != Role::Serving => set_apart(outcome, node, self.cluster),
            _ => outcome,
        };
        let outcome = match outcome {
            Outcome::Unknown { missing } => {
                let asked = |gap| collected_first(self.cluster, cx.or_a_person(gap));
                Outcome::Unknown { missing: missing.into_iter().map(asked).collect() }
            }
            outcome => outcome,
        };
        let (inputs_used, mut asked) = cx.into_notes();
        let outcome = graded(outcome, self.cluster, &inputs_used);
        self.asked.borrow_mut().append(&mut asked);
        RuleResult { rule: self.rule.meta.id.clone(), subject, outcome, inputs_used }
    }
}

/// Whether the rules on bundles look at an input: also at an export that contradicts another one.
fn is_bundle(input: &Input) -> bool {
    let conflict = |problem: &Problem| problem.kind == ProblemKind::Conflict;
    matches!(input.kind, InputKind::BundleZip | InputKind::BundleFolder | InputKind::Unrecognised)
        || input.problems.iter().any(conflict)
}

/// What an outcome is worth by the grade of what it rests on. Loose files show faults, and of these only those are certain
/// whose node and time are known; that all is well they never show.
fn graded(outcome: Outcome, cluster: &Cluster, used: &BTreeSet<String>) -> Outcome {
    let loose = || cluster.inputs.iter().filter(|input| input.grade == Some(Grade::Loose));
    match outcome {
        Outcome::Pass { .. } => {
            let missing: BTreeSet<MissingEvidence> = loose()
                .filter(|input| used.contains(&input.name))
                .map(|input| only_loose(cluster, input))
                .collect();
            if missing.is_empty() {
                outcome
            } else {
                Outcome::Unknown { missing: missing.into_iter().collect() }
            }
        }
        Outcome::Findings(_) => outcome.map_findings(|finding| {
            let rests_on =
                |input: &Input| finding.evidence.iter().any(|one| one.input() == Some(input.name.as_str()));
            let is_absence = |one: &Evidence| matches!(one, Evidence::Absence { .. });
            let on_absence = |input: &Input| {
                finding.evidence.iter().any(|one| is_absence(one) && one.input() == Some(input.name.as_str()))
            };
            let unsure = loose().any(|input| (input.unplaced && rests_on(input)) || on_absence(input));
            finding.inferred_if(unsure)
        }),
        other => other,
    }
}

/// What is missing of a node without a bundle: nothing can be collected again that never was.
fn collected_first(cluster: &Cluster, gap: MissingEvidence) -> MissingEvidence {
    let EvidenceRequest::BundleAgain { node: name, .. } = &gap.from else { return gap };
    match cluster.nodes.iter().find(|node| node.name == *name) {
        Some(node) if node.bundle().is_none() => {
            MissingEvidence { from: EvidenceRequest::Bundle { node: name.clone() }, why: only(node), ..gap }
        }
        _ => gap,
    }
}

/// That nothing but loose files shows something of a node.
fn only_loose(cluster: &Cluster, input: &Input) -> MissingEvidence {
    let name = input.node.as_deref().unwrap_or(&input.name);
    let known = cluster.nodes.iter().find(|node| node.name == name && node.role != Role::Unplaced);
    match known {
        Some(node) if node.bundle().is_none() => {
            let from = EvidenceRequest::Bundle { node: name.to_owned() };
            MissingEvidence::of(name, format!("a bundle of {name}"), only(node), from)
        }
        Some(_) => {
            let why = format!("only {} shows it, which is in no bundle", input.name);
            MissingEvidence::again(
                name,
                format!("a bundle of {name} with it"),
                why,
                "with what the first bundle does not have",
            )
        }
        None => {
            let why = format!("only {} shows it, and nobody says of which node it is", input.name);
            MissingEvidence::of_cluster("a bundle of every node", why, EvidenceRequest::NodeNames)
        }
    }
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
fn set_apart(outcome: Outcome, node: &Node, cluster: &Cluster) -> Outcome {
    let is_nobodys = || cluster.inputs.iter().any(|input| input.name == node.name);
    match outcome {
        Outcome::Unknown { .. } if node.role == Role::Unplaced => {
            Outcome::not_applicable("nobody says which node it is")
        }
        // It may be a fault of any node of the cluster.
        Outcome::Findings(_) if node.role == Role::Unplaced && is_nobodys() => outcome,
        Outcome::Unknown { .. } => Outcome::not_applicable(format!(
            "a {} node is not judged with the serving nodes",
            node.role.word()
        )),
        other => other
            .map_findings(|finding| Finding { severity: finding.severity.max(Severity::Medium), ..finding }),
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

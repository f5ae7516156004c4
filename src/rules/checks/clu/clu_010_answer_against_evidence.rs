//! CLU-010: does an answer contradict what the evidence shows?

use crate::finding::{RuleResult, SubjectKind};
use crate::knowledge::checklist::{DONE, NOT_DONE};
use crate::model::{Answer, Answers};
use crate::rules::engine::evaluate::evaluate_with;
use crate::rules::engine::prelude::*;
use crate::rules::engine::rule::Rule;
use question::answered;
use std::collections::BTreeMap;

rule! {
    /// ## What it checks
    /// Whether the evidence alone decides a question, but differently from the answer of a person. The rules that the
    /// answer affects are evaluated once with all answers and once without any.
    /// ## Why it matters
    /// Either the answer or the evidence is wrong or out of date. An upgrade that relies on the wrong one fails for a
    /// reason that is hard to find.
    /// ## How to fix it
    /// Check the system itself. Then answer the question again, with the date, or collect and export again what is out
    /// of date.
    /// ## What it cannot see
    /// Which of the two is right. Evidence that only suggests something contradicts no answer. If an answer can settle
    /// what the evidence shows, for example with a plan, both are accepted.
    id: "CLU-010",
    title: "An answer contradicts the evidence",
    question: "Do the answers agree with the evidence?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SELF" Confirmed],
}

/// What people said, when nobody is listened to.
static SILENCE: Answers = Answers { by_question: BTreeMap::new() };

fn check(cx: &Context) -> Outcome {
    cx.ask("answer");
    if cx.answers.by_question.is_empty() {
        return Outcome::not_applicable("nobody has answered anything");
    }
    let rules = crate::rules::all(cx.knowledge);
    let answers = cx.answers.by_question.iter();
    let findings: Vec<Finding> = answers
        .filter_map(|((question, node), answer)| {
            cx.use_input(&answer.place.input);
            let claim = Claim::of(cx, question, node, answer)?;
            let rules: Vec<&Rule> = rules.iter().filter(|rule| claim.rules.contains(&rule.meta.id)).collect();
            contradiction(cx, &claim, &rules)
        })
        .collect();
    Outcome::from_parts(findings, Vec::new())
}

/// What an answer claims: that the rules it speaks to find nothing wrong, or that they do.
struct Claim<'a> {
    question: &'a str,
    ask: &'a str,
    rules: Vec<String>,
    /// The node it is about, as the case calls it; `None` for the cluster.
    node: Option<&'a str>,
    answer: &'a Answer,
    fine: bool,
}

impl<'a> Claim<'a> {
    /// `None` where the answer claims nothing that evidence could contradict.
    fn of(cx: &Context<'a>, question: &'a str, node: &'a str, answer: &'a Answer) -> Option<Self> {
        let (ask, rules, fine) = if let Some(row) = cx.knowledge.question(question) {
            // Answers that only tell a fact are neither good nor bad.
            let fine = !row.bad.contains(&answer.value);
            (row.ask.as_str(), (!row.bad.is_empty()).then(|| vec![row.id.clone()])?, fine)
        } else {
            let item = cx.knowledge.checklist.iter().find(|item| item.id == question)?;
            let fine = match answer.value.as_str() {
                DONE => true,
                NOT_DONE => false,
                _ => return None,
            };
            (item.text.as_str(), item.rules.clone(), fine)
        };
        let named = cx.cluster.nodes.iter().find(|one| one.name.eq_ignore_ascii_case(node));
        let node = (!node.is_empty()).then(|| named.map_or(node, |one| one.name.as_str()));
        Some(Self { question, ask, rules, node, answer, fine })
    }

    /// Whether an outcome on this subject speaks of what the claim is about.
    fn concerns(&self, subject: &Subject) -> bool {
        self.node.is_none_or(|node| subject.kind == SubjectKind::Node && subject.name == node)
    }
}

/// That evidence alone decides the other way.
fn contradiction(cx: &Context, claim: &Claim, rules: &[&Rule]) -> Option<Finding> {
    let evaluated = |answers: &Answers| -> Vec<RuleResult> {
        rules.iter().flat_map(|rule| evaluate_with(answers, cx.cluster, cx.knowledge, rule)).collect()
    };
    let alone = evaluated(&SILENCE);
    let against = if claim.fine {
        let fault = alone.iter().find_map(|one| fault(claim, one))?;
        // Where the rule takes the answer for enough, both hold.
        evaluated(cx.answers).iter().find_map(|one| self::fault(claim, one))?;
        fault.evidence.iter().take(3).cloned().collect()
    } else {
        passed(claim, &alone)?
    };
    let (subject, of) = match claim.node {
        Some(node) => (Subject::node(node), format!("{node}: ")),
        None => (Subject::cluster(), String::new()),
    };
    let Claim { question, answer, .. } = claim;
    let title = format!("{of}The answer \"{}\" to {question} contradicts the evidence", answer.value);
    let remedy = format!("Look again, then answer {question} anew or collect again what is out of date.");
    let answered = answered(cx, claim.node.unwrap_or_default(), claim.ask, answer);
    Some(cx.finding(subject, title, remedy).because(answered).resting_on(against))
}

/// A confirmed fault that the claim denies.
fn fault<'j>(claim: &Claim, one: &'j RuleResult) -> Option<&'j Finding> {
    let Outcome::Findings(findings) = &one.outcome else { return None };
    findings.iter().find(|finding| {
        let weighs = finding.confidence == Confidence::Confirmed && finding.severity < Severity::Info;
        weighs && (claim.concerns(&one.subject) || claim.concerns(&finding.subject))
    })
}

/// That every rule which concerns the case passes without a doubt, as evidence.
fn passed(claim: &Claim, alone: &[RuleResult]) -> Option<Vec<Evidence>> {
    let about = |one: &&RuleResult| claim.concerns(&one.subject) || one.subject.kind != SubjectKind::Node;
    let mut passes = Vec::new();
    for one in alone.iter().filter(about) {
        match &one.outcome {
            Outcome::Pass { inferred: false, note } => {
                let says = if note.is_empty() { String::new() } else { format!(": {note}") };
                let input = one.inputs_used.first().map_or("", String::as_str);
                let says = format!("finds nothing wrong{says}");
                let place = Location::default().in_input(input);
                passes.push(Evidence::value(&one.subject.name, &one.rule, says, place));
            }
            Outcome::NotApplicable { .. } => {}
            _ => return None,
        }
    }
    passes.truncate(3);
    (!passes.is_empty()).then_some(passes)
}

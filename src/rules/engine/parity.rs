//! Evaluator of parity rows: serving nodes should agree on a fact.

use super::context::{Context, evidence};
use super::rule::known;
use crate::finding::{Evidence, EvidenceRequest, Finding, MissingEvidence, Outcome};
use crate::knowledge::rows::{Expect, ParityRow};
use crate::model::parity::{Conformity, classify_values};
use crate::model::{Node, Observed};
use crate::rules::lib::comparable::redacted_apart;
use crate::rules::lib::folder::and;

/// A fact on which nodes do not agree.
pub(in crate::rules) struct Difference<'a> {
    /// Its row.
    pub(in crate::rules) row: &'a ParityRow,
    /// What each node has, as far as it is known.
    pub(in crate::rules) seen: Vec<(&'a Node, Observed<String>)>,
    /// How these compare, in the same order.
    pub(in crate::rules) standings: Vec<Conformity>,
}

impl Difference<'_> {
    /// Whether the node is the odd one.
    pub(in crate::rules) fn is_odd(&self, node: &Node) -> bool {
        let at = self.seen.iter().position(|(other, _)| other.name == node.name);
        at.and_then(|at| self.standings.get(at)) == Some(&Conformity::Odd)
    }

    /// Whether nobody is.
    pub(in crate::rules) fn is_open(&self) -> bool {
        !self.standings.contains(&Conformity::Odd)
    }

    /// What each node has as evidence.
    pub(in crate::rules) fn evidence(&self) -> impl Iterator<Item = Evidence> {
        self.seen.iter().map(|(node, fact)| evidence(node, &self.row.label, fact))
    }
}

/// Judges the rows of the rule: one finding for each odd node, and one for the cluster with what has no majority.
pub(in crate::rules) fn on_cluster(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (mut differences, mut missing) = (Vec::new(), Vec::new());
    let rows = cx.knowledge.rows.parity.iter().filter(|row| row.rule.as_ref() == Some(&cx.rule.id));
    for row in rows {
        let (difference, gaps) = compared(cx, row);
        differences.extend(difference);
        for gap in gaps {
            if !missing.contains(&gap) {
                missing.push(gap);
            }
        }
    }
    Outcome::from_parts(findings(cx, &differences), missing)
}

/// What differs in one fact, and what is missing to tell of all nodes.
pub(in crate::rules) fn compared<'a>(
    cx: &Context<'a>,
    row: &'a ParityRow,
) -> (Option<Difference<'a>>, Vec<MissingEvidence>) {
    let of_iis = row.fact.starts_with("iis.");
    // Without an application it has no settings either; CLU-004 says so.
    let nodes = cx.cluster.serving().filter(|node| !(of_iis && node.fact("iis.application").is_absent()));
    let (seen, mut missing) =
        cx.of_nodes(nodes, |node| cx.evidence(node).and_then(|_| cx.fact(node, &row.fact, &row.label)));
    let values: Vec<Option<String>> = seen.iter().map(|(_, fact)| value(cx, row, fact)).collect();
    let known: Vec<&String> = values.iter().flatten().collect();
    // What some nodes leave to a built-in value that nobody knows.
    if of_iis && !known.is_empty() && known.len() < values.len() {
        let what = format!("{} of every node in a form that compares", row.label);
        let why = "some nodes do not state it, and its built-in value depends on the version of IIS";
        missing.push(MissingEvidence::of_cluster(what, why, EvidenceRequest::Nothing));
        return (None, missing);
    }
    let standings = classify_values(&values.iter().map(|value| Some(value.as_deref())).collect::<Vec<_>>());
    if standings.contains(&Conformity::Unknown) {
        missing.extend(redacted_apart(cx, &row.label));
    }
    let differs = standings.iter().any(|one| matches!(one, Conformity::Odd | Conformity::Differs));
    (differs.then_some(Difference { row, seen, standings }), missing)
}

/// The value as it is compared: case does not matter, and an absent setting amounts to what is built in, or to nothing
/// where nothing is what is expected.
fn value(cx: &Context, row: &ParityRow, fact: &Observed<String>) -> Option<String> {
    let expected = cx.knowledge.rows.expectations.iter().find(|one| one.fact == row.fact);
    let nothing = || expected.filter(|one| one.expect == Expect::Empty).map(|_| String::new());
    let unstated = || expected.and_then(|one| one.built_in.clone()).or_else(nothing);
    fact.value().cloned().or_else(unstated).map(|value| value.trim().to_lowercase())
}

fn findings(cx: &Context, differences: &[Difference]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for node in cx.cluster.serving() {
        let mine: Vec<&Difference> = differences.iter().filter(|one| one.is_odd(node)).collect();
        if !mine.is_empty() {
            let (labels, verb) = subject(&mine);
            let title = format!("{}: {labels} {verb} not as on the other nodes", node.name);
            let remedy = format!("Set {labels} of {} as on the other nodes.", node.name);
            findings.push(reported(cx.on_node(node, title, remedy), &mine));
        }
    }
    let open: Vec<&Difference> = differences.iter().filter(|one| one.is_open()).collect();
    if !open.is_empty() {
        let (labels, verb) = subject(&open);
        let title = format!("The nodes do not agree: {labels} {verb} not the same everywhere");
        let remedy = format!("Find out which value of {labels} is right, and set it on every node.");
        findings.push(reported(cx.on_cluster(title, remedy), &open));
    }
    findings
}

/// The facts as the subject of a sentence, with its verb.
fn subject(differences: &[&Difference]) -> (String, &'static str) {
    let labels = and(differences.iter().map(|one| one.row.label.as_str()));
    (labels, if differences.len() == 1 { "is" } else { "are" })
}

fn reported(finding: Finding, differences: &[&Difference]) -> Finding {
    finding.resting_on(differences.iter().flat_map(|one| one.evidence()))
}

//! CLU-012: does a node differ from the others in a fact that no rule of its own compares?

use crate::finding::RuleResult;
use crate::knowledge::rows::{Agree, ParityRow, RuleMeta};
use crate::model::parity::Conformity;
use crate::rules::engine::evaluate::evaluate_with;
use crate::rules::engine::parity::{Difference, compared};
use crate::rules::engine::prelude::*;
use crate::rules::engine::rule::Rule;
use crate::rules::lib::folder::and;

rule! {
    /// ## What it checks
    /// Whether all serving nodes agree on every compared fact that has to be the same and that no other rule compares,
    /// such as policies and patch level of Windows, protocols, and rights on folders. What another rule reports for a
    /// node is left out.
    /// ## Why it matters
    /// Nodes that are set up in different ways behave in different ways. An error on one node only often has its cause
    /// in such a difference.
    /// ## How to fix it
    /// Find out which value is right, and set it on every node. If the difference is intended, note why.
    /// ## What it cannot see
    /// Which value is right if there are only two nodes. Facts that were not collected, or whose values were made with
    /// different fingerprint keys, are not compared.
    id: "CLU-012",
    title: "A node differs from the others",
    question: "Do the nodes agree on everything else that has to be the same?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SEED" Confirmed],
}

/// Facts that coded rules compare: the build, and columns of the node list.
fn has_coded_rule(fact: &str) -> bool {
    fact == "version" || fact.starts_with("row.")
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let rows = cx.knowledge.rows.parity.iter().filter(|row| {
        row.agree == Agree::Same && row.rule.is_none() && !row.is_file() && !has_coded_rule(&row.fact)
    });
    let (mut differences, mut missing, mut looked) = (Vec::new(), Vec::new(), false);
    for row in rows {
        // What no bundle has, such as facts of Windows from another system, nobody could have sent.
        let is_known = |node: &Node| !node.fact(&row.fact).is_unknown();
        if !cx.cluster.serving().any(is_known) {
            cx.ask(&row.fact);
            continue;
        }
        let (difference, gaps) = compared(cx, row);
        looked |= gaps.is_empty();
        differences.extend(difference);
        for gap in gaps {
            // One sentence for each node is enough.
            if !missing.iter().any(|known: &MissingEvidence| known.node == gap.node) {
                missing.push(gap);
            }
        }
    }
    if !looked && missing.is_empty() {
        missing.extend(cx.of_serving(|node| cx.evidence(node)).1);
        let what = "facts of the nodes that are compared";
        let why = "no bundle has any";
        missing.push(MissingEvidence::of_cluster(what, why, EvidenceRequest::Nothing));
    }
    let judged = Judged::of(cx, &differences);
    let differences: Vec<Difference> =
        differences.into_iter().filter(|one| !judged.reports(cx, one)).collect();
    Outcome::from_parts(findings(cx, &differences), missing)
}

/// What other rules find.
struct Judged {
    /// By rule: what it asks for, and what it finds.
    findings: Vec<(Rule, Vec<RuleResult>)>,
}

impl Judged {
    /// The findings of the rules that ask for one of the facts.
    fn of(cx: &Context, differences: &[Difference]) -> Self {
        let mut rules = if differences.is_empty() { Vec::new() } else { crate::rules::all(cx.knowledge) };
        let asks = |rule: &Rule| differences.iter().any(|one| rule.asks.contains(&one.row.fact));
        // Those of the family compare sources, answers or all facts.
        rules.retain(|rule| !is_of_family(&rule.meta, "CLU") && asks(rule));
        let evaluated = |rule: Rule| {
            let results = evaluate_with(cx.answers, cx.cluster, cx.knowledge, &rule);
            (rule, results)
        };
        Self { findings: rules.into_iter().map(evaluated).collect() }
    }

    /// Whether a rule reports the value of a node that differs.
    fn reports(&self, cx: &Context, difference: &Difference) -> bool {
        let Difference { row, seen, .. } = difference;
        let labels = [cx.knowledge.label(&row.fact, ""), row.label.as_str()];
        let rests_on_it = |evidence: &Evidence| {
            let Evidence::Value { node, fact, value, .. } = evidence else { return false };
            let is_value = |(other, own): &(&Node, Observed<String>)| {
                other.name == *node && own.value().is_some_and(|own| own == value)
            };
            // A flag says nothing of what it is about.
            let is_flag = ["true", "false"].contains(&value.as_str());
            seen.iter().any(is_value) && (labels.contains(&fact.as_str()) || !is_flag)
        };
        let reports = |result: &RuleResult| {
            let Outcome::Findings(findings) = &result.outcome else { return false };
            findings.iter().any(|finding| finding.evidence.iter().any(rests_on_it))
        };
        self.findings
            .iter()
            .filter(|(rule, _)| rule.asks.contains(&row.fact))
            .any(|(_, results)| results.iter().any(reports))
    }
}

fn is_of_family(rule: &RuleMeta, family: &str) -> bool {
    rule.id.split('-').next() == Some(family)
}

/// One finding for each odd node, and one for the cluster with what has no majority.
fn findings(cx: &Context, differences: &[Difference]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for node in cx.cluster.serving() {
        let own: Vec<&Difference> = differences.iter().filter(|one| one.is_odd(node)).collect();
        if !own.is_empty() {
            let name = &node.name;
            let title = match own.as_slice() {
                [one] => format!("{name} differs from the others: {}", values(one, node)),
                several => format!("{name} differs from the others in {} settings", several.len()),
            };
            let remedy =
                format!("Set these of {name} as on the other nodes, or note why not: {}.", labels(&own));
            findings.push(weighed(cx.on_node(node, title, remedy), &own));
        }
    }
    let open: Vec<&Difference> = differences.iter().filter(|one| one.is_open()).collect();
    if !open.is_empty() {
        let title = match open.as_slice() {
            [one] => format!("The nodes differ in one setting: {}", one.row.label),
            several => format!("The nodes differ in {} settings", several.len()),
        };
        let remedy = format!(
            "Find out which value is right and set it on every node, or note why not: {}.",
            labels(&open)
        );
        findings.push(weighed(cx.on_cluster(title, remedy), &open));
    }
    findings
}

/// What the odd node has, and what the others have.
fn values(difference: &Difference, node: &Node) -> String {
    let Difference { row, seen, standings } = difference;
    let text = |fact: &Observed<String>| fact.value().map_or("not set", |value| value.as_str()).to_owned();
    let own = seen.iter().find(|(other, _)| other.name == node.name).map(|(_, fact)| text(fact));
    let same = standings.iter().position(|standing| *standing == Conformity::Same);
    let others = same.and_then(|at| seen.get(at)).map(|(_, fact)| text(fact));
    match own.zip(others) {
        Some((own, others)) if own.len().max(others.len()) <= LONGEST => {
            format!("{} is {own}, elsewhere {others}", row.label)
        }
        _ => row.label.clone(),
    }
}

/// Longest value in a title, in bytes; the evidence has it anyway.
const LONGEST: usize = 40;

fn labels(differences: &[&Difference]) -> String {
    and(differences.iter().map(|one| one.row.label.as_str()))
}

/// As bad as the worst of its differences.
fn weighed(finding: Finding, differences: &[&Difference]) -> Finding {
    let severity = |row: &ParityRow| row.severity.unwrap_or(finding.severity);
    let worst = differences.iter().map(|one| severity(one.row)).min().unwrap_or(finding.severity);
    finding.at(worst.max(Severity::Medium)).resting_on(differences.iter().flat_map(|one| one.evidence()))
}

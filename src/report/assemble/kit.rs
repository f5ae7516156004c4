//! Which parts of a kit answer what is missing, and what of its answers is still missing, node by node.

use crate::finding::MissingEvidence;
use crate::kit::{
    Earlier, Part, Seen, SeenCall, SeenFact, SeenInput, SeenMissing, SeenNode, SeenRule, Selection,
};
use crate::knowledge::Knowledge;
use crate::model::host_name::same_host;
use crate::model::input::{InputKind, InputStatus};
use crate::model::kit_run::{KitRun, KitStatus};
use crate::model::{Cluster, Input};
use crate::plan::{listed, safe_name};
use crate::report::model::{
    Coverage, KitAnswerView, KitPartView, KitRunView, KitView, MissingView, NodeCard, RuleCoverage,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// What makes the kit without the collector.
const COMMAND: &str = "clusterbrief kit --from report.json -o kit.zip";
/// What makes it with the collector.
const COMMAND_WITH_EXE: &str = "clusterbrief kit --from report.json --exe clusterbrief.exe -o kit.zip";

pub(super) fn view(
    cluster: &Cluster,
    nodes: &[NodeCard],
    missing: &[MissingView],
    coverage: &Coverage,
    knowledge: &Knowledge,
) -> KitView {
    let selection = Selection::of(&Earlier::of(seen(cluster, nodes, missing, coverage)), knowledge).parts();
    let command = match selection.as_slice() {
        [] => "",
        selected if selected.contains(&Part::Collector) => COMMAND_WITH_EXE,
        _ => COMMAND,
    };
    let mut runs: Vec<&KitRun> = cluster.kit_runs.iter().collect();
    runs.sort_by(|a, b| {
        (&a.script, &a.node, &a.time, &a.input).cmp(&(&b.script, &b.node, &b.time, &b.input))
    });
    KitView {
        parts: parts(&selection, missing),
        command,
        left: left(cluster, &runs, knowledge),
        runs: runs.into_iter().map(run).collect(),
    }
}

/// This report as `kit --from` reads it, so that both choose the same parts.
fn seen(cluster: &Cluster, nodes: &[NodeCard], missing_views: &[MissingView], coverage: &Coverage) -> Seen {
    let node = |card: &NodeCard| SeenNode {
        name: card.name.clone(),
        role: card.role.to_owned(),
        bundle: card.bundle,
    };
    let fact = |fact: &MissingEvidence| SeenFact {
        node: fact.node.clone(),
        from: serde_json::to_value(&fact.from).unwrap_or_default(),
    };
    let missing = |view: &MissingView| SeenMissing {
        kind: view.kind.to_owned(),
        parts: view.parts.iter().map(|part| SeenCall { call: part.call.clone() }).collect(),
        facts: view.facts.iter().map(fact).collect(),
    };
    let input = |input: &Input| SeenInput {
        kind: word(input.kind),
        status: word(input.status),
        holds: input.holds.clone(),
    };
    let rule = |rule: &RuleCoverage| SeenRule {
        rule: rule.rule.clone(),
        outcome: rule.outcome.to_owned(),
        area: word(rule.area),
        scope: word(rule.scope),
    };
    Seen::new(
        cluster.target.map(|target| target.to_string()),
        nodes.iter().map(node).collect(),
        missing_views.iter().map(missing).collect(),
        cluster.inputs.iter().map(input).collect(),
        coverage.rules.iter().map(rule).collect(),
    )
}

/// The word that the JSON has for it.
fn word(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn parts(selection: &[Part], missing: &[MissingView]) -> Vec<KitPartView> {
    let part = |part: &Part| {
        let row = part.row();
        let of_part = || missing.iter().filter(|view| view.kit == Some(row.word));
        let nodes: BTreeSet<&String> =
            of_part().flat_map(|view| &view.facts).filter_map(|fact| fact.node.as_ref()).collect();
        let rules: BTreeSet<&String> = of_part().flat_map(|view| &view.rules).collect();
        KitPartView {
            part: row.word,
            file: row.file,
            title: row.title,
            place: row.place,
            nodes: nodes.into_iter().map(|name| safe_name(name)).collect(),
            answers: of_part().map(|view| view.anchor.clone()).collect(),
            rules: rules.len(),
        }
    };
    selection.iter().map(part).collect()
}

fn run(run: &KitRun) -> KitRunView {
    let answer = |answer: &crate::model::kit_run::KitAnswer| KitAnswerView {
        part: answer.part.clone(),
        status: answer.status,
        reason: answer.reason.clone(),
    };
    KitRunView {
        input: run.input.clone(),
        script: run.script.clone(),
        node: run.node.clone(),
        time: run.time.clone(),
        finished: run.finished,
        parts: run.parts.iter().map(answer).collect(),
    }
}

/// The answer that each node gives for itself; every other is of the cluster, whoever asked.
const OF_NODE: &str = "diagnostics";

/// The folder or archive that an input is in; empty if it is in none.
fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The input with an answer of a run: a file of the answer's name beside the record, or any that holds the same.
fn file_of<'c>(cluster: &'c Cluster, run: &KitRun, part: &str, knowledge: &Knowledge) -> Option<&'c Input> {
    let title = knowledge.exports.iter().find(|export| export.id == part).map(|export| &export.title);
    let place = |input: &Input| folder_of(&input.name) == folder_of(&run.input);
    let is_named = |input: &Input| {
        let file = input.name.rsplit('/').next().unwrap_or_default();
        // The number of a page, an ending, or what a mail program adds.
        let is_end = |rest: &str| {
            let mut rest = rest.chars();
            match rest.next() {
                Some('-') => rest.next().is_some_and(|c| c.is_ascii_digit()),
                Some(c) => !c.is_alphanumeric(),
                None => true,
            }
        };
        place(input) && file.strip_prefix(part).is_some_and(is_end)
    };
    let has_content = |input: &Input| {
        // The same run sent again, whole, has no record that counts: that of equal bytes was read already.
        let is_of_no_run =
            || !cluster.kit_runs.iter().any(|other| folder_of(&other.input) == folder_of(&input.name));
        let is_of_node = place(input)
            || input.node.as_ref().is_some_and(|node| same_host(node, &run.node))
            || is_of_no_run();
        let is_it = match title {
            Some(title) => input.holds.contains(title),
            None => matches!(input.kind, InputKind::NodesJson | InputKind::NodesTable),
        };
        is_it && input.status.is_used() && (part != OF_NODE || is_of_node)
    };
    cluster
        .inputs
        .iter()
        .find(|input| has_content(input))
        .or_else(|| cluster.inputs.iter().find(|input| is_named(input)))
}

/// What is still missing of the kit, a sentence each.
fn left(cluster: &Cluster, runs: &[&KitRun], knowledge: &Knowledge) -> Vec<String> {
    let file = |run: &KitRun, part: &str| file_of(cluster, run, part, knowledge);
    let is_here =
        |run: &KitRun, part: &str| file(run, part).is_some_and(|input| input.status != InputStatus::Refused);
    let is_done = |run: &KitRun, part: &str| {
        let of_node = |other: &KitRun| part != OF_NODE || same_host(&other.node, &run.node);
        runs.iter().filter(|other| other.script == run.script && of_node(other)).any(|other| {
            other
                .parts
                .iter()
                .any(|answer| answer.part == part && answer.status == KitStatus::Done && is_here(other, part))
        })
    };
    let mut left = Vec::new();
    for run in runs {
        let place = if run.node.is_empty() { run.input.clone() } else { safe_name(&run.node) };
        let mut not_asked: Vec<&str> = Vec::new();
        for answer in run.parts.iter().filter(|answer| !is_done(run, &answer.part)) {
            match answer.status {
                KitStatus::Done => left.push(match file(run, &answer.part) {
                    Some(_) => format!("{place}: the file of the answer {} could not be read.", answer.part),
                    None => format!(
                        "{place}: the record has the answer {}, but its file is not here. Send the zip of the script as it is.",
                        answer.part
                    ),
                }),
                KitStatus::NotTried => not_asked.push(&answer.part),
                KitStatus::Refused => {
                    let why = if answer.reason.is_empty() { "no reason was given" } else { &answer.reason };
                    left.push(format!("{place}: the answer {} was refused: {why}.", answer.part));
                }
            }
        }
        if !not_asked.is_empty() {
            left.push(format!(
                "{place}: the script {} was stopped before its end; not asked: {}. Run it there again.",
                run.script,
                listed(&not_asked)
            ));
        }
    }
    if runs.iter().any(|run| run.script == "rest") {
        let not_run = cluster
            .serving()
            .filter(|node| !runs.iter().any(|run| run.script == "rest" && same_host(&run.node, &node.name)))
            .map(|node| {
                format!(
                    "{}: rest.ps1 was not run there, so its diagnostics are missing.",
                    safe_name(&node.name)
                )
            });
        left.extend(not_run);
    }
    left.sort();
    left.dedup();
    left
}

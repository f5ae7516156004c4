//! Which parts of a kit answer what is missing, and what of its answers is still missing, node by node.

use crate::kit::PARTS;
use crate::model::Cluster;
use crate::model::host_name::same_host;
use crate::model::kit_run::{KitRun, KitStatus};
use crate::plan::{listed, safe_name};
use crate::report::model::{KitAnswerView, KitPartView, KitRunView, KitView, MissingView};
use std::collections::BTreeSet;

pub(super) fn view(cluster: &Cluster, missing: &[MissingView]) -> KitView {
    let mut runs: Vec<&KitRun> = cluster.kit_runs.iter().collect();
    runs.sort_by(|a, b| {
        (&a.script, &a.node, &a.time, &a.input).cmp(&(&b.script, &b.node, &b.time, &b.input))
    });
    KitView { parts: parts(missing), left: left(cluster, &runs), runs: runs.into_iter().map(run).collect() }
}

fn parts(missing: &[MissingView]) -> Vec<KitPartView> {
    let part = |row: &'static crate::kit::PartRow| {
        let of_part = || missing.iter().filter(|view| view.kit == Some(row.word));
        let nodes: BTreeSet<&String> =
            of_part().flat_map(|view| &view.facts).filter_map(|fact| fact.node.as_ref()).collect();
        let rules: BTreeSet<&String> = of_part().flat_map(|view| &view.rules).collect();
        of_part().next().map(|_| KitPartView {
            part: row.word,
            file: row.file,
            title: row.title,
            place: row.place,
            nodes: nodes.into_iter().map(|name| safe_name(name)).collect(),
            answers: of_part().map(|view| view.anchor.clone()).collect(),
            rules: rules.len(),
        })
    };
    PARTS.iter().filter_map(part).collect()
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

/// What is still missing of the kit, a sentence each.
fn left(cluster: &Cluster, runs: &[&KitRun]) -> Vec<String> {
    let is_done = |run: &KitRun, part: &str| {
        let of_node = |other: &KitRun| part != OF_NODE || same_host(&other.node, &run.node);
        runs.iter().filter(|other| other.script == run.script && of_node(other)).any(|other| {
            other.parts.iter().any(|answer| answer.part == part && answer.status == KitStatus::Done)
        })
    };
    let mut left = Vec::new();
    for run in runs {
        let place = if run.node.is_empty() { run.input.clone() } else { safe_name(&run.node) };
        let mut not_asked: Vec<&str> = Vec::new();
        for answer in run.parts.iter().filter(|answer| !is_done(run, &answer.part)) {
            match answer.status {
                KitStatus::Done => {}
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

//! What exactly to do, in which order, on which server.

use super::circumstance::Circumstances;
use super::first::{First, first};
use super::names::Names;
use super::package::{PackageCheck, package};
use super::path::{Path, path};
use super::runbook::{Ground, Offer, Runbook};
use crate::finding::{Judged, Outcome, SubjectKind};
use crate::knowledge::Knowledge;
use crate::knowledge::runbooks::{Purpose, RunbookRow};
use crate::model::{BuildVersion, Cluster};
use serde::Serialize;
use std::collections::BTreeSet;

/// What is wished of the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// The target of the case, by one way or, without, by all that fit.
    Upgrade {
        /// Id of the runbook.
        by: Option<String>,
    },
    /// A new node of this name.
    AddNode(String),
}

/// A plan.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Plan {
    /// What it is for.
    pub purpose: Purpose,
    /// The way from build to build; upgrades only.
    pub path: Option<Path>,
    /// The check of the downloaded package; only where it was given.
    pub package: Option<PackageCheck>,
    /// The node to begin with; upgrades only.
    pub first: Option<First>,
    /// Ways to do it, those first that this cluster can use.
    pub runbooks: Vec<Runbook>,
}

/// Makes the plan for a wish; `None` for an upgrade of a case without a target.
pub fn plan(cluster: &Cluster, judged: &[Judged], knowledge: &Knowledge, wish: &Wish) -> Option<Plan> {
    let current = current(cluster);
    let circumstances = Circumstances::of(cluster, current);
    let mut names = Names { current, ..Names::of(cluster) };
    let ground = |names: &Names, rounds: &[BuildVersion], rows: &mut dyn Iterator<Item = &RunbookRow>| {
        let ground = Ground { cluster, judged, knowledge, circumstances: &circumstances, names, rounds };
        rows.map(|row| ground.runbook(row)).collect::<Vec<Runbook>>()
    };
    let rows = |purpose: Purpose| knowledge.runbooks.iter().filter(move |row| row.purpose == purpose);
    Some(match wish {
        Wish::Upgrade { by } => {
            let path = path(cluster, judged, knowledge)?;
            let first = first(cluster, current);
            names.first.clone_from(&first.node);
            names.source.clone_from(&first.node);
            let rounds = rounds(&path, cluster.target);
            names.leg = cluster.target.filter(|_| rounds.len() == 1);
            let wanted = |row: &&RunbookRow| by.as_ref().is_none_or(|by| row.id == *by);
            let mut runbooks = ground(&names, &rounds, &mut rows(Purpose::Upgrade).filter(wanted));
            for runbook in &mut runbooks {
                runbook.preface = preface(&first, current, &rounds);
            }
            runbooks.sort_by_key(|runbook| match runbook.offer {
                Offer::Offered => 0,
                Offer::If { .. } => 1,
                Offer::Refused { .. } => 2,
            });
            Plan {
                purpose: Purpose::Upgrade,
                path: Some(path),
                package: package(cluster, judged),
                first: Some(first),
                runbooks,
            }
        }
        Wish::AddNode(new) => {
            let there = cluster.nodes.iter().find(|node| node.name.eq_ignore_ascii_case(new));
            let new = there.map_or(new, |node| &node.name);
            names.source =
                super::source(cluster, &BTreeSet::from([new.as_str()])).map(|node| node.name.clone());
            names.new = Some(new.clone());
            names.target = current;
            names.leg = current;
            let mut runbooks = ground(&names, &[], &mut rows(Purpose::AddNode));
            for runbook in &mut runbooks {
                runbook.preface = remarks(new, there.is_some(), names.source.is_some());
            }
            Plan { purpose: Purpose::AddNode, path: None, package: None, first: None, runbooks }
        }
    })
}

/// The runbooks that mend what was found, in the order of their rows.
pub fn repairs(cluster: &Cluster, judged: &[Judged], knowledge: &Knowledge) -> Vec<Runbook> {
    let current = current(cluster);
    let circumstances = Circumstances::of(cluster, current);
    let rows = knowledge.runbooks.iter().filter(|row| row.purpose == Purpose::Repair);
    rows.filter_map(|row| {
        let fired: Vec<&Judged> = judged
            .iter()
            .filter(|one| row.repairs.contains(&one.rule) && matches!(one.outcome, Outcome::Findings(_)))
            .collect();
        // A rule of the whole cluster can find the fault on one node of it.
        let nodes = fired.iter().flat_map(|one| one.outcome.findings()).map(|finding| &finding.subject);
        let nodes = nodes.filter(|subject| subject.kind == SubjectKind::Node);
        let mut faulty: Vec<String> = nodes.map(|subject| subject.name.clone()).collect();
        faulty.sort();
        faulty.dedup();
        let mut names = Names { current, target: current, leg: current, faulty, ..Names::of(cluster) };
        names.source = super::source(cluster, &names.faulty.iter().map(String::as_str).collect())
            .map(|node| node.name.clone());
        let circumstances = &circumstances;
        let ground = Ground { cluster, judged, knowledge, circumstances, names: &names, rounds: &[] };
        (!fired.is_empty()).then(|| ground.runbook(row))
    })
    .collect()
}

/// What to know before a node is built.
fn remarks(new: &str, is_there: bool, has_source: bool) -> Vec<String> {
    let name = super::safe_name(new);
    let mut remarks = Vec::new();
    if is_there {
        remarks.push(format!(
            "{name} is known already: steps that its evidence proves are ticked, and the others are left to be done."
        ));
    } else if name != new {
        remarks.push(
            "The name that was given can be no name of a machine, so that it stands in no command.".into(),
        );
    }
    if !has_source {
        remarks.push("Nothing that was given shows a node that works at the build of the database: choose one that opens secrets, and put its name where a placeholder stands.".into());
    }
    remarks
}

/// The builds to install, in order; the target alone where no way is known.
fn rounds(path: &Path, target: Option<BuildVersion>) -> Vec<BuildVersion> {
    let legs: Vec<BuildVersion> = path.legs.iter().map(|leg| leg.build).collect();
    if legs.is_empty() { target.into_iter().collect() } else { legs }
}

/// What to know before the first step.
fn preface(first: &First, current: Option<BuildVersion>, rounds: &[BuildVersion]) -> Vec<String> {
    let mut preface = vec![first.why.clone()];
    if rounds.len() > 1 {
        let count = rounds.len();
        preface.push(format!(
            "The way has {count} rounds: do the steps for one build from beginning to end, see that the cluster works, then begin again for the next; a step that names rounds belongs to those only."
        ));
        let mut from =
            current.map_or_else(|| "the build that runs now".to_owned(), |build| build.to_string());
        for (index, build) in rounds.iter().enumerate() {
            preface.push(format!("Round {} of {count} goes from {from} to {build}.", index + 1));
            from = build.to_string();
        }
    }
    preface
}

/// The build the cluster runs: the database's, else the oldest that a serving node runs.
fn current(cluster: &Cluster) -> Option<BuildVersion> {
    let database = cluster.database_version().value().copied();
    database.or_else(|| cluster.serving().filter_map(|node| node.version.value().copied()).min())
}

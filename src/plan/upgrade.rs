//! Plans: what to do, in which order, on which server, to upgrade a cluster, to add a node to it, or to repair it.

use super::first::{First, first};
use super::names::{Names, named};
use super::package::{PackageCheck, package};
use super::path::{Path, path};
use super::runbook::{Offer, PlanContext, Runbook};
use super::vulnerabilities::{self, FixingBuilds};
use crate::finding::{RuleResult, SubjectKind};
use crate::knowledge::Knowledge;
use crate::knowledge::runbooks::Purpose;
use crate::model::{BuildVersion, Cluster};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a plan is wanted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRequest {
    /// The upgrade to the target of the case, by one runbook or, without, by all that fit.
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
    /// The upgrade path from build to build; upgrades only.
    pub path: Option<Path>,
    /// The check of the downloaded package; only where it was given.
    pub package: Option<PackageCheck>,
    /// Which known vulnerabilities which build closes; upgrades only, where any is open.
    pub builds: Option<FixingBuilds>,
    /// The node to begin with; upgrades only.
    pub first: Option<First>,
    /// Ways to do it, those first that this cluster can use.
    pub runbooks: Vec<Runbook>,
}

/// Makes the plan that was asked for; `None` for an upgrade of a case without a target.
pub fn plan(
    cluster: &Cluster,
    results: &[RuleResult],
    knowledge: &Knowledge,
    wish: &PlanRequest,
) -> Option<Plan> {
    let runbooks =
        |purpose, by: Option<&String>, names: Names, rounds: &[BuildVersion], preface: &[String]| {
            let context = PlanContext { cluster, results, knowledge, names: &names, rounds };
            let rows = knowledge.runbooks.iter().filter(|row| row.purpose == purpose);
            let rows = rows.filter(|row| by.is_none_or(|by| row.id == *by));
            rows.map(|row| Runbook { preface: preface.to_vec(), ..context.runbook(row) }).collect::<Vec<_>>()
        };
    match wish {
        PlanRequest::Upgrade { by } => {
            let path = path(cluster, results, knowledge)?;
            let mut rounds: Vec<BuildVersion> = path.legs.iter().map(|hop| hop.build).collect();
            if rounds.is_empty() {
                rounds.extend(cluster.target);
            }
            let names = Names::of(cluster);
            let first = first(cluster, names.current);
            let preface = preface(&first, names.current, &rounds);
            let names = Names {
                first: first.node.clone(),
                source: first.node.clone(),
                hop: cluster.target.filter(|_| rounds.len() == 1),
                ..names
            };
            let mut runbooks = runbooks(Purpose::Upgrade, by.as_ref(), names, &rounds, &preface);
            runbooks.sort_by_key(|runbook| match runbook.offer {
                Offer::Offered => 0,
                Offer::If { .. } => 1,
                Offer::Refused { .. } => 2,
            });
            let package = package(cluster, results);
            let builds = vulnerabilities::fixing(cluster, knowledge);
            Some(Plan {
                purpose: Purpose::Upgrade,
                path: Some(path),
                package,
                builds,
                first: Some(first),
                runbooks,
            })
        }
        PlanRequest::AddNode(new) => {
            let known = named(cluster, new).map(|node| &node.name);
            let new = known.unwrap_or(new);
            let names = Names::for_repair(cluster, vec![new.clone()]);
            let preface = remarks(new, known.is_some(), names.source.is_some());
            let names = Names { new: Some(new.clone()), faulty: Vec::new(), ..names };
            let runbooks = runbooks(Purpose::AddNode, None, names, &[], &preface);
            Some(Plan {
                purpose: Purpose::AddNode,
                path: None,
                package: None,
                builds: None,
                first: None,
                runbooks,
            })
        }
    }
}

/// The runbooks that fix what was found, in the order of their rows.
pub fn repairs(cluster: &Cluster, results: &[RuleResult], knowledge: &Knowledge) -> Vec<Runbook> {
    let rows = knowledge.runbooks.iter().filter(|row| row.purpose == Purpose::Repair);
    let needed = rows.filter_map(|row| {
        let fired = results.iter().filter(|result| row.repairs.contains(&result.rule));
        let findings: Vec<_> = fired.flat_map(|result| result.outcome.findings()).collect();
        if findings.is_empty() {
            return None;
        }
        // A rule of the whole cluster can find the fault on one node of it.
        let nodes = findings.iter().filter(|finding| finding.subject.kind == SubjectKind::Node);
        let faulty: BTreeSet<&String> = nodes.map(|finding| &finding.subject.name).collect();
        let names = Names::for_repair(cluster, faulty.into_iter().cloned().collect());
        Some(PlanContext { cluster, results, knowledge, names: &names, rounds: &[] }.runbook(row))
    });
    needed.collect()
}

/// What to know before a node is built.
fn remarks(new: &str, is_known: bool, has_source: bool) -> Vec<String> {
    let name = super::safe_name(new);
    let mut remarks = Vec::new();
    if is_known {
        remarks.push(format!(
            "{name} is already known: steps that the evidence proves are ticked, the others are still to do."
        ));
    } else if name != new {
        remarks.push("The given name is not a valid machine name, so no command contains it.".into());
    }
    if !has_source {
        remarks.push("No input shows a working node with the build of the database: choose a node that can open secrets, and replace the placeholders with its name.".into());
    }
    remarks
}

/// What to know before the first step of an upgrade.
fn preface(first: &First, current: Option<BuildVersion>, rounds: &[BuildVersion]) -> Vec<String> {
    let mut preface = vec![first.why.clone()];
    if rounds.len() > 1 {
        let count = rounds.len();
        preface.push(format!(
            "This upgrade has {count} rounds, one for each build. Do all steps for one build, check that the cluster works, then start again for the next build. A step that names rounds is done only in those rounds."
        ));
        let mut from = current.map_or_else(|| "the current build".to_owned(), |build| build.to_string());
        for (number, build) in (1..).zip(rounds) {
            preface.push(format!("Round {number} of {count} goes from {from} to {build}."));
            from = build.to_string();
        }
    }
    preface
}

//! Known vulnerabilities of the installed build, and the builds that close them.

use super::listed;
use super::names::Names;
use crate::knowledge::Knowledge;
use crate::knowledge::advisories::builds::fixing_builds;
pub use crate::knowledge::advisories::builds::{Candidate, FixingBuilds};
use crate::model::Cluster;

/// The builds that close advisories of the installed one; `None` where that is not known, or where nothing is open and
/// the target opens nothing.
pub(super) fn fixing(cluster: &Cluster, knowledge: &Knowledge) -> Option<FixingBuilds> {
    let installed = Names::of(cluster).current?;
    let fixing = fixing_builds(knowledge, installed, cluster.target);
    let target = cluster.target.and_then(|target| fixing.candidate(target));
    let matters = !fixing.open.is_empty() || target.is_some_and(|target| !target.leaves_open.is_empty());
    matters.then_some(fixing)
}

/// What to do about them, as sentences; empty where nothing is open.
pub(super) fn advice(cluster: &Cluster, knowledge: &Knowledge) -> String {
    fixing(cluster, knowledge).map(|fixing| fixing.advice()).unwrap_or_default()
}

/// What to know of a target before the first step: critical advisories that it leaves open, and those that do
/// not affect what is installed, as sentences.
pub(super) fn warnings(cluster: &Cluster, knowledge: &Knowledge) -> Vec<String> {
    let Some(fixing) = fixing(cluster, knowledge) else { return Vec::new() };
    let Some(target) = cluster.target.and_then(|target| fixing.candidate(target)) else { return Vec::new() };
    let build = target.build;
    let is_critical =
        |id: &&String| knowledge.advisories.iter().any(|one| one.id == **id && one.is_critical());
    let critical: Vec<&str> = target.leaves_open.iter().filter(is_critical).map(String::as_str).collect();
    let mut warnings = Vec::new();
    if !critical.is_empty() {
        let better = fixing.recommended.filter(|better| *better > build);
        let better =
            better.map(|better| format!(" {better} is the lowest known build that closes all of these."));
        warnings.push(format!(
            "The target {build} leaves critical advisories open: {}.{}",
            listed(&critical),
            better.unwrap_or_default()
        ));
    }
    if !target.adds.is_empty() {
        warnings.push(format!(
            "The target {build} is affected by {}, the installed {} is not.",
            listed(&target.adds),
            fixing.installed
        ));
    }
    warnings
}

//! The upgrade path from the installed build to the target: builds to install, their requirements, and what is not known.

use super::listed;
use super::state::{State, states};
use super::vulnerabilities;
use crate::finding::RuleResult;
use crate::knowledge::Knowledge;
use crate::knowledge::conflicts::Conflict;
use crate::knowledge::steps::{self, is_judged, last_documented, upgrade_path};
use crate::model::{BuildVersion, Cluster};
use serde::Serialize;
use std::collections::BTreeMap;

/// The rule that asks a person whether an upgrade step is possible, where no table says so.
const CONFIRMS: &str = "UPG-004";

/// An upgrade path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Path {
    /// What is installed, oldest first.
    pub from: Vec<Installed>,
    /// The build to upgrade to.
    pub target: BuildVersion,
    /// Builds to install, in order; the last is the target. Empty where the target is not later, or what is installed is not known.
    pub legs: Vec<UpgradeHop>,
    /// What to check before the first step, as sentences: builds that differ or were withdrawn, a target that is not later.
    pub warnings: Vec<String>,
    /// What is not known of the path: what is missing and who can say, as sentences.
    pub unknown: Vec<String>,
    /// What sources say differently, as sentences that name them.
    pub notes: Vec<String>,
}

/// An installed build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Installed {
    /// The build.
    pub build: BuildVersion,
    /// Serving nodes that run it, in order.
    pub nodes: Vec<String>,
    /// Whether the database is at it.
    pub database: bool,
}

impl Installed {
    /// Who has it: "WEB01, WEB02 and the database".
    pub fn owners(&self) -> String {
        let database = self.database.then_some("the database");
        listed(&self.nodes.iter().map(String::as_str).chain(database).collect::<Vec<_>>())
    }
}

/// A build to install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UpgradeHop {
    /// The build that is installed before it.
    pub from: BuildVersion,
    /// The build.
    pub build: BuildVersion,
    /// Why it is on the path, a sentence.
    pub why: String,
    /// A source says that it can be installed from the build before it.
    pub known: bool,
    /// What must be true before.
    pub requires: Vec<Requirement>,
    /// What changes with it and the builds it passes, each with its build.
    pub changes: Vec<Change>,
    /// What else there is to know, as sentences.
    pub notes: Vec<String>,
    /// Where that comes from, each source with its age.
    pub sources: Vec<String>,
}

/// Something that must be true before a build is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Requirement {
    /// What, as words that follow "it needs".
    pub text: String,
    /// The build that asks for it.
    pub since: BuildVersion,
    /// What the evidence says, in order of subject; empty: no rule checks it.
    pub states: Vec<State>,
}

/// What changes with a build that is passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Change {
    /// The build.
    pub build: BuildVersion,
    /// What, as a sentence.
    pub text: String,
}

/// The path to the target of the case; `None` without one.
pub(super) fn path(cluster: &Cluster, results: &[RuleResult], knowledge: &Knowledge) -> Option<Path> {
    let target = cluster.target?;
    let (from, mut unknown) = installed(cluster);
    let context = PathContext { results, knowledge, target };
    let mut warnings = context.warnings(&from);
    warnings.extend(vulnerabilities::warnings(cluster, knowledge));
    let hops =
        from.first().map_or_else(Vec::new, |oldest| upgrade_path(&knowledge.steps, oldest.build, target));
    unknown.extend(hops.iter().filter_map(|hop| context.gap(hop)));
    let mut notes = context.disagreements(&hops);
    notes.dedup();
    let legs = hops.iter().map(|hop| context.hop(hop)).collect();
    Some(Path { from, target, legs, warnings, unknown, notes })
}

/// The builds that serving nodes and the database have, oldest first, and a sentence for each whose build is not known.
fn installed(cluster: &Cluster) -> (Vec<Installed>, Vec<String>) {
    let mut builds: BTreeMap<BuildVersion, Installed> = BTreeMap::new();
    let mut unknown = Vec::new();
    let mut missing = |whose: &str, why: Option<String>| {
        let why = why.map_or_else(String::new, |why| format!(" ({why})"));
        unknown.push(format!(
            "The build of {whose} is not known{why}. If it is older, the upgrade may need more steps."
        ));
    };
    let new = |build| move || Installed { build, nodes: Vec::new(), database: false };
    for node in cluster.serving() {
        match node.version.value() {
            Some(&build) => builds.entry(build).or_insert_with(new(build)).nodes.push(node.name.clone()),
            None => missing(&node.name, node.version.why_unknown()),
        }
    }
    let database = cluster.database_version();
    match database.value() {
        Some(&build) => builds.entry(build).or_insert_with(new(build)).database = true,
        None => missing("the database", database.why_unknown()),
    }
    if builds.is_empty() {
        unknown.push(
            "The installed build is not known, so the builds before the target cannot be worked out.".into(),
        );
    }
    (builds.into_values().collect(), unknown)
}

/// What a path is made from.
struct PathContext<'a> {
    results: &'a [RuleResult],
    knowledge: &'a Knowledge,
    target: BuildVersion,
}

impl PathContext<'_> {
    fn warnings(&self, from: &[Installed]) -> Vec<String> {
        let target = self.target;
        let withdrawn = |build: BuildVersion| {
            let release = self.knowledge.releases.iter().find(|release| release.version == build)?;
            release.withdrawn.as_deref().zip(release.go_to)
        };
        let mut warnings = Vec::new();
        if from.len() > 1 {
            let builds: Vec<String> = from.iter().map(with_owners).collect();
            warnings.push(format!(
                "Not all run the same build: {}. Bring them to one build first. The path starts at the oldest.",
                builds.join(", ")
            ));
        }
        for installed in from {
            if let Some((why, next)) = withdrawn(installed.build) {
                let build = with_owners(installed);
                warnings
                    .push(format!("The vendor withdrew {build}: {why} Upgrade to {next} or later at once."));
            }
        }
        match from.last() {
            Some(newest) if target < newest.build => warnings.push(format!(
                "The target {target} is older than {}. The product cannot downgrade its database: only a restore brings an older build back.",
                with_owners(newest)
            )),
            Some(_) if from.iter().all(|installed| installed.build == target) => {
                warnings.push(format!("{target} is installed already: there is nothing to upgrade."));
            }
            _ => {}
        }
        if let Some((why, next)) = withdrawn(target) {
            warnings.push(format!("The vendor withdrew the target {target}: {why} Choose {next} or later."));
        }
        warnings
    }

    /// Why no source says that a build can be installed from the one before it, and whom to ask.
    fn gap(&self, hop: &steps::UpgradeHop<'_>) -> Option<String> {
        let steps::UpgradeHop { from, build, .. } = hop;
        if hop.by.is_some() {
            return None;
        }
        if let Some(oldest) = hop.gate.and_then(|gate| gate.from) {
            return Some(format!(
                "{build} can be installed from {oldest} or later. From {from}, ask the vendor's support."
            ));
        }
        Some(match last_documented(&self.knowledge.steps).filter(|last| last < build) {
            Some(last) => format!(
                "No upgrade steps after {last} are public: ask the vendor which builds are needed between {from} and {build}, or read the Version Guard page of the product, and supply the steps with --knowledge."
            ),
            None => format!("No source says that {build} can be installed from {from}: ask the vendor."),
        })
    }

    /// What sources say differently: of every upgrade, and of what the builds on this path ask for.
    fn disagreements(&self, hops: &[steps::UpgradeHop<'_>]) -> Vec<String> {
        if hops.is_empty() {
            return Vec::new();
        }
        let every = self.knowledge.conflicts.iter().map(Conflict::text);
        let crossed = hops.iter().flat_map(|hop| &hop.crossed).flat_map(|step| &step.requires);
        let rules: Vec<&String> = crossed.flat_map(|requirement| &requirement.rules).collect();
        let judging = self.knowledge.rows.expectations.iter().filter(|row| rules.contains(&&row.rule));
        every.chain(judging.flat_map(|row| row.notes.clone())).collect()
    }

    fn hop(&self, hop: &steps::UpgradeHop<'_>) -> UpgradeHop {
        let steps::UpgradeHop { from, build, .. } = *hop;
        let mut requires = Vec::new();
        if hop.by.is_none() {
            let text = format!("the vendor's confirmation that {build} can be installed from {from}");
            let states = states(&[CONFIRMS.to_owned()], self.results, true);
            requires.push(Requirement { text, since: build, states });
        }
        requires.extend(hop.requires.iter().map(|(step, requirement)| {
            let exact = is_judged(&self.knowledge.steps, step, requirement, self.target);
            let states = states(&requirement.rules, self.results, exact);
            Requirement { text: requirement.text.clone(), since: step.build, states }
        }));
        let gate = hop.gate.and_then(|gate| gate.rule.as_ref()).filter(|_| build != self.target);
        let rule = gate.and_then(|id| self.knowledge.rows.rules.iter().find(|rule| rule.id == *id));
        let changes = hop.crossed.iter().flat_map(|step| {
            step.changes.iter().map(|text| Change { build: step.build, text: text.clone() })
        });
        let asking = hop.requires.iter().map(|(step, _)| *step);
        let records = hop.crossed.iter().copied().chain(hop.by).chain(asking);
        UpgradeHop {
            from,
            build,
            why: rule.map_or_else(|| "It is the target.".to_owned(), |rule| rule.rationale.clone()),
            known: hop.by.is_some(),
            requires,
            changes: changes.collect(),
            notes: hop.crossed.iter().flat_map(|step| step.notes.clone()).collect(),
            sources: self.knowledge.sources.with_age(records.flat_map(|step| &step.cites)),
        }
    }
}

/// A build with who has it: "11.6.000001 on WEB01, WEB02 and the database".
fn with_owners(installed: &Installed) -> String {
    format!("{} on {}", installed.build, installed.owners())
}

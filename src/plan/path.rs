//! The way from what is installed to the target: builds to install on it, what they ask for, and where the way is not known.

use super::listed;
use super::state::{State, states};
use crate::finding::Judged;
use crate::knowledge::Knowledge;
use crate::knowledge::conflicts::Conflict;
use crate::knowledge::steps::{self, documented, is_judged, way};
use crate::model::{BuildVersion, Cluster};
use serde::Serialize;
use std::collections::BTreeMap;

/// The rule that asks a person for the way where no table tells it.
const CONFIRMS: &str = "UPG-004";

/// The way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Path {
    /// What is installed, oldest first.
    pub from: Vec<Installed>,
    /// The build to upgrade to.
    pub target: BuildVersion,
    /// Builds to install, in order; the last is the target. Empty where the target is not later, or what is installed is not known.
    pub legs: Vec<Leg>,
    /// What to think over before the first step, as sentences: builds that differ, that were withdrawn, a target that is not later.
    pub warnings: Vec<String>,
    /// Where the way is not known: what is missing and whom to ask, as sentences.
    pub unknown: Vec<String>,
    /// What sources say differently, as sentences that name them.
    pub notes: Vec<String>,
}

/// An installed build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// The build.
    pub build: BuildVersion,
    /// Serving nodes that run it, in order.
    pub nodes: Vec<String>,
    /// Whether the database is at it.
    pub database: bool,
}

/// A build to install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leg {
    /// The build that is installed before it.
    pub from: BuildVersion,
    /// The build.
    pub build: BuildVersion,
    /// Why it is on the way, a sentence.
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
pub struct Requirement {
    /// What, as words that follow "it needs".
    pub text: String,
    /// The build that asks for it.
    pub since: BuildVersion,
    /// What the evidence says, in order of subject; empty: nothing that is judged tells.
    pub states: Vec<State>,
}

/// What changes with a build that is passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The build.
    pub build: BuildVersion,
    /// What, as a sentence.
    pub text: String,
}

/// The way to the target of the case; `None` without one.
pub(super) fn path(cluster: &Cluster, judged: &[Judged], knowledge: &Knowledge) -> Option<Path> {
    let target = cluster.target?;
    let (from, mut unknown) = installed(cluster);
    let ground = Ground { judged, knowledge, target };
    let warnings = ground.warnings(&from);
    let legs = from.first().map_or_else(Vec::new, |oldest| way(&knowledge.steps, oldest.build, target));
    unknown.extend(legs.iter().filter_map(|leg| ground.gap(leg)));
    let mut notes = ground.disagreements(&legs);
    notes.dedup();
    let legs = legs.iter().map(|leg| ground.leg(leg)).collect();
    Some(Path { from, target, legs, warnings, unknown, notes })
}

/// The builds that serving nodes and the database have, oldest first, and of whom the build is not known.
fn installed(cluster: &Cluster) -> (Vec<Installed>, Vec<String>) {
    let mut builds: BTreeMap<BuildVersion, (Vec<String>, bool)> = BTreeMap::new();
    let mut unknown = Vec::new();
    let mut missing = |whose: &str, why: Option<String>| {
        let why = why.map_or_else(String::new, |why| format!(": {why}"));
        unknown.push(format!("Which build {whose} is not known{why}; an older one may need more stops."));
    };
    for node in cluster.serving() {
        match node.version.value() {
            Some(build) => builds.entry(*build).or_default().0.push(node.name.clone()),
            None => missing(&format!("{} runs", node.name), node.version.why_unknown()),
        }
    }
    let database = cluster.database_version();
    match database.value() {
        Some(build) => builds.entry(*build).or_default().1 = true,
        None => missing("the database has", database.why_unknown()),
    }
    if builds.is_empty() {
        unknown.push(
            "What is installed is not known, so nobody can say which builds come before the target.".into(),
        );
    }
    let from = builds.into_iter().map(|(build, (nodes, database))| Installed { build, nodes, database });
    (from.collect(), unknown)
}

/// What a way is judged by.
struct Ground<'a> {
    judged: &'a [Judged],
    knowledge: &'a Knowledge,
    target: BuildVersion,
}

impl Ground<'_> {
    fn warnings(&self, from: &[Installed]) -> Vec<String> {
        let target = self.target;
        let withdrawn = |build: BuildVersion| {
            let release = self.knowledge.releases.iter().find(|release| release.version == build)?;
            release.withdrawn.as_deref().zip(release.go_to)
        };
        let mut warnings = Vec::new();
        if from.len() > 1 {
            let builds: Vec<String> = from.iter().map(said).collect();
            warnings.push(format!(
                "Not all have one build: {}. Bring them to one first; the way is told from the oldest.",
                builds.join(", ")
            ));
        }
        for one in from {
            if let Some((why, next)) = withdrawn(one.build) {
                warnings
                    .push(format!("The vendor withdrew {}: {why} Go to {next} or later at once.", said(one)));
            }
        }
        match from.last() {
            Some(newest) if target < newest.build => warnings.push(format!(
                "The target {target} is older than {}: the product never takes its database back, and only a restore leads there.",
                said(newest)
            )),
            Some(_) if from.iter().all(|one| one.build == target) => {
                warnings.push(format!("{target} is installed already: there is nothing to upgrade."));
            }
            _ => {}
        }
        if let Some((why, next)) = withdrawn(target) {
            warnings.push(format!("The vendor withdrew the target {target}: {why} Choose {next} or later."));
        }
        warnings
    }

    /// Why nobody says that a build can be installed from the one before it, and whom to ask.
    fn gap(&self, leg: &steps::Leg<'_>) -> Option<String> {
        let steps::Leg { from, build, .. } = leg;
        if leg.by.is_some() {
            return None;
        }
        if let Some(oldest) = leg.gate.and_then(|gate| gate.from) {
            return Some(format!(
                "{build} installs from {oldest} or later: from {from} the vendor's support has to help."
            ));
        }
        Some(match documented(&self.knowledge.steps).filter(|last| last < build) {
            Some(last) => format!(
                "No table of steps after {last} is public: ask the vendor which builds lie between {from} and {build}, or read the Version Guard page of the product, and give the table with --knowledge."
            ),
            None => format!("No source says that {build} can be installed from {from}: ask the vendor."),
        })
    }

    /// What sources say differently of this way: of every upgrade, and of what the builds it passes ask for.
    fn disagreements(&self, legs: &[steps::Leg<'_>]) -> Vec<String> {
        if legs.is_empty() {
            return Vec::new();
        }
        let every = self.knowledge.conflicts.iter().map(Conflict::text);
        let crossed = legs.iter().flat_map(|leg| &leg.crossed).flat_map(|step| &step.requires);
        let rules: Vec<&String> = crossed.flat_map(|one| &one.rules).collect();
        let judging = self.knowledge.rows.expectations.iter().filter(|row| rules.contains(&&row.rule));
        every.chain(judging.flat_map(|row| row.notes.clone())).collect()
    }

    fn leg(&self, leg: &steps::Leg<'_>) -> Leg {
        let steps::Leg { from, build, .. } = *leg;
        let steps = &self.knowledge.steps;
        let mut requires = Vec::new();
        if leg.by.is_none() {
            let text = format!("the vendor's word that {build} can be installed from {from}");
            let states = states(&[CONFIRMS.to_owned()], self.judged, true);
            requires.push(Requirement { text, since: build, states });
        }
        requires.extend(leg.requires.iter().map(|(step, one)| Requirement {
            text: one.text.clone(),
            since: step.build,
            states: states(&one.rules, self.judged, is_judged(steps, step, one, self.target)),
        }));
        let of_rule = |id: &String| self.knowledge.rows.rules.iter().find(|rule| rule.id == *id);
        let gate = leg.gate.and_then(|gate| gate.rule.as_ref()).and_then(of_rule);
        let why = match gate {
            Some(rule) if build != self.target => rule.why.clone(),
            _ => "It is the target.".to_owned(),
        };
        let changes = leg.crossed.iter().flat_map(|step| {
            step.changes.iter().map(|text| Change { build: step.build, text: text.clone() })
        });
        let records =
            leg.crossed.iter().copied().chain(leg.by).chain(leg.requires.iter().map(|(step, _)| *step));
        Leg {
            from,
            build,
            why,
            known: leg.by.is_some(),
            requires,
            changes: changes.collect(),
            notes: leg.crossed.iter().flat_map(|step| step.notes.iter().cloned()).collect(),
            sources: self.knowledge.sources.with_age(records.flat_map(|step| &step.cites)),
        }
    }
}

/// A build with who has it: "11.6.000001 on WEB01, WEB02 and the database".
fn said(one: &Installed) -> String {
    let database = one.database.then(|| "the database".to_owned());
    let whose: Vec<String> = one.nodes.iter().cloned().chain(database).collect();
    format!("{} on {}", one.build, listed(&whose))
}

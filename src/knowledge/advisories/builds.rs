//! Builds to go to because of advisories: what each of them closes, and what it leaves open.

use super::{Advisory, BuildStatus};
use crate::knowledge::Knowledge;
use crate::knowledge::steps::upgrade_path;
use crate::model::BuildVersion;
use serde::Serialize;
use std::collections::BTreeSet;

/// What the advisories say of the installed build and of those that can be reached from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FixingBuilds {
    /// The build it starts from.
    pub installed: BuildVersion,
    /// Ids of the advisories that affect it.
    pub open: Vec<String>,
    /// The lowest build that closes all critical ones; all of them if none is critical.
    pub recommended: Option<BuildVersion>,
    /// The lowest build that none of the known advisories affects.
    pub closes_all: Option<BuildVersion>,
    /// The lowest hotfix of the installed branch that closes a critical one, if it is not what is recommended.
    pub stopgap: Option<BuildVersion>,
    /// Builds to choose from, in order.
    pub candidates: Vec<Candidate>,
}

/// A build to go to. Advisories are named by id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Candidate {
    /// The build.
    pub build: BuildVersion,
    /// It is a hotfix of an old branch.
    pub hotfix: bool,
    /// Those that affect the installed build, but not this one.
    pub closes: Vec<String>,
    /// Those that affect it.
    pub leaves_open: Vec<String>,
    /// Those of them that do not affect the installed build: a newer part has them, or a hotfix of the old branch fixed them.
    pub adds: Vec<String>,
    /// Those of which it is not known whether they affect it.
    pub unknown: Vec<String>,
    /// Builds to install on the way to it, in order.
    pub through: Vec<BuildVersion>,
    /// Sources confirm the whole way.
    pub way_confirmed: bool,
}

/// The builds that close advisories of the installed one; `target` is among them in any case, if it is later.
pub fn fixing_builds(
    knowledge: &Knowledge,
    installed: BuildVersion,
    target: Option<BuildVersion>,
) -> FixingBuilds {
    let advisories = &knowledge.advisories;
    let of = |status: BuildStatus, build: BuildVersion| {
        advisories.iter().filter(move |one| one.status(build) == status)
    };
    let ids = |of: Vec<&Advisory>| of.into_iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    let open: Vec<&Advisory> = of(BuildStatus::Affected, installed).collect();
    let is_closed = |build: BuildVersion, one: &Advisory| one.status(build) == BuildStatus::Unaffected;
    let closes_critical = |build: BuildVersion| {
        advisories.iter().filter(|one| one.is_critical()).all(|one| is_closed(build, one))
    };
    let closes_open = |build: BuildVersion| open.iter().all(|one| is_closed(build, one));
    let closes_all = |build: BuildVersion| of(BuildStatus::Affected, build).next().is_none();

    let withdrawn = |build: BuildVersion| {
        knowledge.releases.iter().any(|one| one.version == build && one.withdrawn.is_some())
    };
    let named = advisories.iter().flat_map(Advisory::fixing);
    let released = knowledge.releases.iter().map(|one| one.version).filter(|build| closes_critical(*build));
    let builds: BTreeSet<BuildVersion> = named
        .chain(released)
        .filter(|build| *build > installed && !withdrawn(*build))
        .filter(|build| open.iter().any(|one| is_closed(*build, one)))
        .chain(target.filter(|target| *target > installed))
        .collect();
    let lowest = |fits: &dyn Fn(BuildVersion) -> bool| {
        builds.iter().copied().find(|build| fits(*build) && !withdrawn(*build))
    };
    let is_hotfix = |build: BuildVersion| advisories.iter().any(|one| one.hotfixes.contains(&build));

    let any_critical = open.iter().any(|one| one.is_critical());
    let recommended = lowest(&|build| closes_critical(build) && (any_critical || closes_open(build)));
    let stopgap = lowest(&|build| {
        let eases = open.iter().any(|one| one.is_critical() && is_closed(build, one));
        is_hotfix(build) && build.train() == installed.train() && eases
    });
    let candidates = builds.iter().map(|&build| {
        let affecting: Vec<&Advisory> = of(BuildStatus::Affected, build).collect();
        let adds = affecting.iter().copied().filter(|one| is_closed(installed, one)).collect();
        let way = upgrade_path(&knowledge.steps, installed, build);
        let (through, last) = way.split_at(way.len().saturating_sub(1));
        Candidate {
            build,
            hotfix: is_hotfix(build),
            closes: ids(open.iter().copied().filter(|one| is_closed(build, one)).collect()),
            leaves_open: ids(affecting),
            adds: ids(adds),
            unknown: ids(of(BuildStatus::Unknown, build).collect()),
            through: through.iter().map(|hop| hop.build).collect(),
            way_confirmed: through.iter().chain(last).all(|hop| hop.by.is_some()),
        }
    });
    FixingBuilds {
        installed,
        recommended,
        closes_all: lowest(&closes_all),
        stopgap: stopgap.filter(|build| Some(*build) != recommended),
        candidates: candidates.collect(),
        open: ids(open),
    }
}

impl FixingBuilds {
    /// What to do, as sentences; empty where nothing is open.
    pub fn advice(&self) -> String {
        if self.open.is_empty() {
            return String::new();
        }
        let advice = match (self.recommended, self.closes_all) {
            (None, None) => {
                "No build is known that closes all critical advisories: ask the vendor which one does.".into()
            }
            (Some(build), Some(all)) if build == all => {
                format!("Upgrade to {build} or later, which closes every advisory known here.")
            }
            (Some(build), all) => {
                let all = all.map(|all| format!(" {all} closes all that are known here."));
                format!(
                    "Upgrade to {build} or later, which closes every critical advisory known here.{}{}",
                    self.left_by(build),
                    all.unwrap_or_default()
                )
            }
            (None, Some(all)) => {
                format!("Upgrade to {all} or later, which closes every advisory known here.")
            }
        };
        if let Some(stopgap) = self.stopgap {
            let left = self.left_by(stopgap);
            return format!(
                "{advice} Only if that is not possible at once: the hotfix {stopgap} is a stopgap.{left}"
            );
        }
        advice
    }

    /// The candidate of this build.
    pub fn candidate(&self, build: BuildVersion) -> Option<&Candidate> {
        self.candidates.iter().find(|one| one.build == build)
    }

    /// The candidates that matter for this cluster: without hotfixes of other branches.
    pub fn for_this_branch(&self) -> impl Iterator<Item = &Candidate> {
        let own = |one: &&Candidate| !one.hotfix || one.build.train() == self.installed.train();
        self.candidates.iter().filter(move |one| own(one) || Some(one.build) == self.recommended)
    }

    /// What a build leaves open, and what it does not certainly close, as sentences.
    fn left_by(&self, build: BuildVersion) -> String {
        let Some(one) = self.candidate(build) else { return String::new() };
        let says = |ids: &[String], before: &str, after: &str| {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            if ids.is_empty() { String::new() } else { format!(" {before} {}{after}.", enumerated(&ids)) }
        };
        says(&one.leaves_open, "It leaves", " open") + &says(&one.unknown, "Not known of it:", "")
    }
}

impl Candidate {
    /// One line: what it closes and what stays open.
    pub fn line(&self) -> String {
        let named = |ids: &[String]| {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            if ids.is_empty() { "none".to_owned() } else { enumerated(&ids) }
        };
        let hotfix = if self.hotfix { ", a hotfix of an old branch," } else { "" };
        let unknown = if self.unknown.is_empty() {
            String::new()
        } else {
            format!(", not known: {}", named(&self.unknown))
        };
        format!(
            "{}{hotfix} closes {}; stay open: {}{unknown}.",
            self.build,
            named(&self.closes),
            named(&self.leaves_open)
        )
    }
}

/// "A", "A and B", "A, B and C".
fn enumerated(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

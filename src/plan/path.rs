//! The way from what is installed to the target: builds to install on it, what they ask for, and where the way is not known.

use crate::finding::Judged;
use crate::knowledge::Knowledge;
use crate::model::Cluster;
use serde::Serialize;

/// The way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Path {
    /// What is installed, each build with where: "11.6.000001 on WEB01 and WEB02, the database".
    pub from: Vec<Installed>,
    /// The build to upgrade to.
    pub target: String,
    /// Builds to install, in order; the last is the target.
    pub legs: Vec<Leg>,
    /// Where the way is not known: what is missing and whom to ask, as sentences.
    pub unknown: Vec<String>,
    /// What sources say differently, as sentences that name them.
    pub notes: Vec<String>,
}

/// An installed build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Installed {
    /// The build.
    pub build: String,
    /// Nodes that run it.
    pub nodes: Vec<String>,
    /// Whether the database is at it.
    pub database: bool,
}

/// A build to install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leg {
    /// The build.
    pub build: String,
    /// Why it is on the way, a sentence.
    pub why: String,
    /// A source says that it can be installed from the build before it.
    pub known: bool,
    /// What must be true before.
    pub requires: Vec<Requirement>,
    /// What changes with it and the builds it passes, each with its build.
    pub changes: Vec<Change>,
    /// Where that comes from, each source with its age.
    pub sources: Vec<String>,
}

/// Something that must be true before a build is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// What.
    pub text: String,
    /// What the evidence says, in order of subject; empty: nothing that is judged tells.
    pub states: Vec<State>,
}

/// What is known of a requirement on one node, the database or the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct State {
    /// Node, "the database" or "the cluster".
    pub subject: String,
    /// `met`, `not met` or `unknown`.
    pub state: &'static str,
    /// Why, or what settles it.
    pub why: String,
    /// Rule that says so.
    pub rule: String,
}

/// What changes with a build that is passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The build.
    pub build: String,
    /// What, as a sentence.
    pub text: String,
}

/// The way to the target of the case; `None` without one.
pub(super) fn path(cluster: &Cluster, _judged: &[Judged], _knowledge: &Knowledge) -> Option<Path> {
    let target = cluster.target?;
    Some(Path {
        from: Vec::new(),
        target: target.to_string(),
        legs: Vec::new(),
        unknown: Vec::new(),
        notes: Vec::new(),
    })
}

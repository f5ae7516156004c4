//! The check of the downloaded upgrade package.

use super::state::{Met, State, states};
use crate::finding::RuleResult;
use crate::model::{Cluster, Observed};
use serde::Serialize;

/// Rules that check the package, the more severe first.
const RULES: [&str; 2] = ["UPG-013", "UPG-012"];

/// The downloaded package.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PackageCheck {
    /// Name of the file.
    pub name: String,
    /// Its size in bytes, to compare with what the vendor publishes.
    pub bytes: u64,
    /// Its SHA-256, to compare with what the vendor publishes.
    pub sha256: String,
    /// Names of the files in it, in order; empty where it could not be listed.
    pub members: Vec<String>,
    /// Whether it can be used, in a sentence.
    pub verdict: String,
    /// Results of the rules.
    pub states: Vec<State>,
}

/// The check of the package that was given; `None` without one.
pub(super) fn package(cluster: &Cluster, results: &[RuleResult]) -> Option<PackageCheck> {
    let package = cluster.package.as_ref()?;
    let states = states(&RULES.map(str::to_owned), results, true);
    let first = |state: Met| states.iter().find(|one| one.state == state);
    let verdict = match (first(Met::NotMet), first(Met::Unknown)) {
        (Some(fault), _) => format!("Do not use it: {}", fault.why),
        (None, Some(_)) => {
            "Its name and content are right. Compare its SHA-256 with the one that the vendor publishes."
                .to_owned()
        }
        (None, None) => {
            "It is the package of the target, and its hash was compared with the vendor's.".to_owned()
        }
    };
    let members = match &package.members {
        Observed::Known { value, .. } => value.iter().map(|member| member.name.clone()).collect(),
        _ => Vec::new(),
    };
    let (name, sha256) = (package.name.clone(), package.sha256.clone());
    Some(PackageCheck { name, bytes: package.bytes, sha256, members, verdict, states })
}

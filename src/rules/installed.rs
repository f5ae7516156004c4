//! The builds a cluster has: that of its database and those of its serving nodes.

use super::context::{Context, evidence};
use super::nodes_run_different_builds::of_database;
use crate::finding::{Evidence, Missing};
use crate::model::BuildVersion;

/// Every installed build with what shows it, and what is missing to know them all.
pub(super) fn installed(cx: &Context) -> (Vec<(BuildVersion, Evidence)>, Vec<Missing>) {
    let (mut builds, mut missing) = (Vec::new(), Vec::new());
    match cx.database() {
        Ok((build, row)) => builds.push((build, of_database(build, row))),
        Err(gap) => missing.push(gap),
    }
    for node in cx.cluster.serving() {
        match cx.build(node) {
            Ok(build) => builds.push((build, evidence(node, "build", &node.version))),
            Err(gap) => missing.push(gap),
        }
    }
    (builds, missing)
}

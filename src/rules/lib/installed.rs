//! The builds a cluster has: that of its database and those of its serving nodes.

use crate::finding::{Evidence, Missing};
use crate::model::BuildVersion;
use crate::model::export::VersionRow;
use crate::rules::engine::context::{Context, evidence};

/// Every installed build with what shows it, and what is missing to know them all.
pub(crate) fn installed(cx: &Context) -> (Vec<(BuildVersion, Evidence)>, Vec<Missing>) {
    let (mut builds, mut missing) = (Vec::new(), Vec::new());
    match cx.database() {
        Ok((build, row)) => builds.push((build, database_build(build, row))),
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

/// The build of the database as evidence.
pub(crate) fn database_build(build: BuildVersion, row: &VersionRow) -> Evidence {
    let value = match row.upgraded.value() {
        Some(upgraded) => format!("{build}, upgraded {upgraded}"),
        None => build.to_string(),
    };
    Evidence::Value {
        node: String::new(),
        fact: "build of the database".into(),
        value,
        place: row.place.clone(),
    }
}

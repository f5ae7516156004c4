//! The builds a cluster has: that of its database and those of its serving nodes.

use crate::model::export::VersionRow;
use crate::rules::engine::prelude::*;

/// Every installed build with what shows it, and what is missing to know them all.
pub(crate) fn installed(cx: &Context) -> (Vec<(BuildVersion, Evidence)>, Vec<MissingEvidence>) {
    let (mut builds, mut missing) = (Vec::new(), Vec::new());
    match cx.database() {
        Ok((build, row)) => builds.push((build, database_build(build, row))),
        Err(gap) => missing.push(gap),
    }
    let (of_nodes, gaps) = cx.of_serving(|node| cx.build(node));
    builds.extend(of_nodes.into_iter().map(|(node, build)| (build, evidence(node, "build", &node.version))));
    missing.extend(gaps);
    (builds, missing)
}

/// The builds of the serving nodes as far as they are known, and what is missing; `differ`: they are not all the same.
/// VER-001 reports then whoever is not at the build of the database.
pub(crate) fn of_serving<'a>(
    cx: &Context<'a>,
) -> (Vec<(&'a Node, BuildVersion)>, Vec<MissingEvidence>, bool) {
    let (known, missing) = cx.of_serving(|node| cx.build(node));
    let differ = known.windows(2).any(|pair| matches!(pair, [(_, one), (_, other)] if one != other));
    (known, missing, differ)
}

/// The build of the database as evidence.
pub(crate) fn database_build(build: BuildVersion, row: &VersionRow) -> Evidence {
    let value = match row.upgraded.value() {
        Some(upgraded) => format!("{build}, upgraded {upgraded}"),
        None => build.to_string(),
    };
    Evidence::value("", "build of the database", value, row.place.clone())
}

//! The build of a node, from its DLLs and from what lists say of it.

use crate::model::{BuildVersion, Node, Observed};
use crate::parsers::product_version;

/// The fact of exports that is the node's build.
pub(super) const PRODUCT_VERSION: &str = "product.version";

/// A fact of kind version as the build it names.
pub(super) fn as_build(reported: &Observed<String>) -> Observed<BuildVersion> {
    match reported.value().and_then(|text| BuildVersion::parse(text).ok()).zip(reported.place()) {
        Some((build, place)) => Observed::known(build, place.clone()),
        None => Observed::not_collected("no file supplied contains it"),
    }
}

/// The node's build: the node list's word first, then the DLLs'. Where the two disagree both are kept, and the
/// rules weigh when each was taken.
pub(super) fn version(node: &Node) -> Observed<BuildVersion> {
    let by_dll =
        node.snapshot.as_ref().map(|snapshot| product_version::of_binaries(&snapshot.facts.binaries));
    match (node.row.as_ref().map(|row| row.binary_version.clone()), by_dll) {
        (Some(listed), Some(by_dll)) => listed.or(by_dll),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => {
            Observed::not_collected("no data: there is no bundle of it, and it is not in the node list")
        }
    }
}

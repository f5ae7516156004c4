//! VER-008: does the node list show the builds of the nodes?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the node list contains the build of at least one node, and whether the security settings hide version
    /// numbers.
    /// ## Why it matters
    /// The product can hide its version numbers. The builds of the nodes are then known only from their DLLs.
    /// ## How to fix it
    /// Read the build on the Diagnostics page of each node. This page shows it even if version numbers are hidden.
    /// ## What it cannot see
    /// Without the security settings: whether the version is hidden on purpose, or the list was copied without that
    /// column.
    id: "VER-008",
    title: "Version is hidden",
    question: "Is the version visible?",
    severity: Info,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["D:security-hardening/common-criteria-hardening-guide" Confirmed],
}

/// Whether version numbers are hidden, by the security settings.
const HIDDEN: &str = "security.version-hidden";

fn check(cx: &Context) -> Outcome {
    let remedy = "Read the build on the Diagnostics page of each node.";
    if let Ok(hidden) = cx.reported(HIDDEN)
        && hidden.value().is_some_and(|hidden| hidden == "true")
    {
        let finding = cx.on_cluster("Version numbers are hidden", remedy);
        return finding.because(cx.reported_evidence(HIDDEN, &hidden)).into();
    }
    let list = known!(cx.list());
    if list.rows.iter().any(|row| row.binary_version_text.is_some()) {
        return Outcome::pass();
    }
    let absent = Evidence::absence("", "build of any node", Location::default().in_input(&list.input));
    cx.on_cluster("The node list shows no build of any node", remedy).because(absent).into()
}

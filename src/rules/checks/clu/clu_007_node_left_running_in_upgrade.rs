//! CLU-007: did a node with an older build keep running during the upgrade?

use crate::rules::engine::prelude::*;
use crate::rules::lib::installed::database_build;

rule! {
    /// ## What it checks
    /// Whether a node connected after the database was upgraded, although it still runs an older build than the
    /// database.
    /// ## Why it matters
    /// All nodes except the original one must be stopped during an upgrade. A node that keeps running uses the old
    /// program on the new database.
    /// ## How to fix it
    /// Stop the application pool of the node at once. Copy the application folder of the upgraded node over that of
    /// this node, without database.config and encryption.config. Then start the application pool again.
    /// ## What it cannot see
    /// The times in the node list and in the version history come from two clocks, and may be in two time zones. So the
    /// rule only asks. If a node was left running but was upgraded later, the rule cannot see it.
    id: "CLU-007",
    title: "Node was left running during the upgrade",
    question: "Was the node stopped during the upgrade?",
    severity: High,
    area: NodeState,
    subject: Node,
    cites: ["SEED" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let row = known!(cx.row(node));
    let build =
        cx.settle(node, "row.binary-version", row.binary_version.clone(), "the build in the node list");
    let (build, (wanted, version)) = known!(both(build, cx.database()));
    let Some(build) = build.value() else {
        return Outcome::unknown(cx.version_missing(node, &row.binary_version));
    };
    if *build >= wanted {
        return Outcome::pass();
    }
    // A list that a later bundle or the upgrade itself has overtaken says nothing of today.
    if let Err(gap) = cx.build(node) {
        return Outcome::unknown(gap);
    }
    let upgraded = version.upgraded.value().ok_or_else(|| {
        let why = version.upgraded.why_unknown().unwrap_or_default();
        let what = "the time at which the database was upgraded";
        MissingEvidence::of_cluster(what, why, EvidenceRequest::VersionHistory)
    });
    let last = row.last_connected.value();
    let last = last.ok_or_else(|| cx.unlisted(node, "the node list does not tell when it connected"));
    let (upgraded, last) = known!(both(upgraded, last));
    if last.minus(upgraded) <= chrono::TimeDelta::zero() {
        return Outcome::pass_with("it has not connected since the upgrade");
    }
    let name = &node.name;
    let title = format!("{name} was left running at {build} while the database went to {wanted}");
    let remedy = format!(
        "Stop the application pool of {name} until its application folder is that of the upgraded node."
    );
    cx.on_node(node, title, remedy)
        .inferred()
        .because(evidence(node, "build in the node list", &row.binary_version))
        .because(evidence(node, "last connected", &row.last_connected))
        .because(database_build(wanted, version))
        .into()
}

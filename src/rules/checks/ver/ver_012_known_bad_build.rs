//! VER-012: did the vendor withdraw the build of the node?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the node runs a build that the vendor withdrew, according to the table of releases.
    /// ## Why it matters
    /// The vendor withdraws a build because of a harmful fault: 10.9.000032 cuts off lists of groups and roles.
    /// ## How to fix it
    /// Upgrade at once to the build that replaced it. Check groups and roles that were edited in the meantime.
    /// ## What it cannot see
    /// Withdrawals after 10.9.000064, because no release notes of later builds are public.
    id: "VER-012",
    title: "Build was withdrawn by the vendor",
    question: "Is the build one that the vendor has not withdrawn?",
    severity: High,
    area: NodesAndFiles,
    subject: Node,
    cites: ["RN:10.9.000033" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let version = known!(node.version.value().ok_or_else(|| cx.version_missing(node, &node.version)));
    let seen = cx.fact(node, "version", "build");
    let release = cx.knowledge.releases.iter().find(|release| release.version == *version);
    let Some((why, next)) = release.and_then(|release| release.withdrawn.as_ref().zip(release.go_to)) else {
        return seen.map_or_else(Outcome::unknown, |_| Outcome::pass());
    };
    let title = format!("{} runs {version}, which was withdrawn", node.name);
    let remedy =
        format!("Upgrade to {next} or later, and check what was edited since {version} was installed.");
    cx.on_node(node, title, remedy).detail(why.clone()).because(evidence(node, "build", &node.version)).into()
}

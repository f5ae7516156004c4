//! CLU-008: do the node list and the DLLs of a node show the same build?

use crate::rules::engine::context::snapshot_version;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the node list and the DLLs in the bundle of the node show the same build.
    /// ## Why it matters
    /// The node list shows the program that runs. The bundle shows the files from which it starts. If they differ, the
    /// files were replaced and the application was not restarted, or one of the two sources is out of date.
    /// ## How to fix it
    /// Recycle the application pool of the node, and open the product on the node. Then export the node list and
    /// collect again.
    /// ## What it cannot see
    /// Which of the two is right. It is not documented which DLL contains the build. We assume the core DLL, so the
    /// rule only asks.
    id: "CLU-008",
    title: "Node list and DLLs show different builds",
    question: "Do the node list and the DLLs show the same build?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Node,
    cites: ["SEED" Confirmed, "TSS:src/Thycotic.SecretServer/classes" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let snapshot = known!(cx.snapshot(node));
    let row = known!(cx.row(node));
    let listed =
        cx.settle(node, "row.binary-version", row.binary_version.as_ref(), "the build in the node list");
    let binaries = cx.settle(node, "binaries", snapshot.facts.binaries.as_ref(), "the DLLs in bin");
    let (listed, _) = known!(both(listed, binaries));
    let (Some(build), Some((own, place))) = (listed.value(), snapshot_version(node)) else {
        return Outcome::not_applicable("only one of the two shows a build");
    };
    if **build == own {
        return Outcome::pass();
    }
    let name = &node.name;
    let title = format!("{name}: the node list shows {build}, its DLLs show {own}");
    let remedy = format!(
        "Recycle the application pool of {name} and open the product on it, then export the node list and collect \
        again."
    );
    cx.on_node(node, title, remedy)
        .because(evidence(node, "build in the node list", &listed))
        .because(seen_in(node, "build of the DLLs", own.to_string(), place))
        .inferred()
        .into()
}

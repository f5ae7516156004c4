//! CLU-008.

use crate::rules::engine::context::snapshot_version;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the node list and the DLLs in the node's bundle show the same build.
    /// ## Why it matters
    /// The node list shows the program that runs, the bundle the files it is started from. Where they differ the files
    /// were replaced and the application was not started since, or one of the two is out of date.
    /// ## How to fix it
    /// Recycle the application pool of the node, open the product on it, then export the node list and collect again.
    /// ## What it cannot see
    /// Which of the two is right. Which DLL carries the build is not documented; the core DLL is our best guess, so
    /// that this only asks.
    id: "CLU-008",
    title: "Node list and DLLs show different builds",
    severity: Medium,
    subject: Node,
    cites: ["SEED" Confirmed, "TSS:src/Thycotic.SecretServer/classes" Confirmed],
    check: check,
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
    let shown = |fact: &str, value: String, place: Place| Evidence::value(name, fact, value, place);
    let finding = cx
        .finding(
            Subject::node(name),
            format!("{name}: the node list shows {build}, its DLLs show {own}"),
            format!(
                "Recycle the application pool of {name} and open the product on it, then export the \
                node list and collect again."
            ),
        )
        .because(shown(
            "build in the node list",
            build.to_string(),
            listed.place().cloned().unwrap_or_default(),
        ))
        .because(shown("build of the DLLs", own.to_string(), place.in_input(&snapshot.input)));
    Outcome::Findings(vec![finding.inferred()])
}

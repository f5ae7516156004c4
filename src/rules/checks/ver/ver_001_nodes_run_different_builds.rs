//! VER-001: do all serving nodes run the same build?

use crate::model::export::VersionRow;
use crate::rules::engine::prelude::*;
use crate::rules::lib::folder::{LEFT_OUT, and, copy_again};
use crate::rules::lib::installed::{database_build, of_serving};

rule! {
    /// ## What it checks
    /// Whether all serving nodes run the same build, according to the node list or to the core DLL of each node.
    /// ## Why it matters
    /// All nodes use one database, and it fits only one build. A node at another build refuses to run. If a version
    /// mismatch is allowed, it writes data that the other nodes do not expect.
    /// ## How to fix it
    /// Stop the application pool of the node that is behind. Copy the application folder of an upgraded node over its
    /// own, without database.config and encryption.config. Then start the application pool again. If a node is ahead of
    /// the database, finish the upgrade first.
    /// ## What it cannot see
    /// It is not documented which DLL contains the build. Without a node list, we assume the core DLL.
    id: "VER-001",
    title: "Nodes run different builds",
    question: "Do all nodes run the same build?",
    severity: Blocker,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SEED" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (known, missing, differ) = of_serving(cx);
    let Some(newest) = known.iter().map(|(_, build)| *build).max().filter(|_| differ) else {
        return Outcome::from_parts(Vec::new(), missing);
    };
    // The database says who is right; without it the lower build is behind.
    let database = cx.database().ok();
    let right = database.map_or(newest, |(build, _)| build);
    let findings = known
        .iter()
        .filter(|(_, build)| *build != right)
        .map(|(node, build)| finding(cx, node, *build, right, &known, database))
        .collect();
    Outcome::Findings(findings)
}

fn finding(
    cx: &Context,
    node: &Node,
    build: BuildVersion,
    right: BuildVersion,
    known: &[(&Node, BuildVersion)],
    database: Option<(BuildVersion, &VersionRow)>,
) -> Finding {
    let others = known.iter().filter(|(_, other)| *other == right).map(|(other, _)| other.name.as_str());
    let parties = and(others.clone().chain(database.map(|_| "the database")));
    let name = &node.name;
    let finding = if build < right {
        let title = format!("{name} runs {build}, behind {parties} at {right}");
        cx.on_node(node, title, copy_again(others.clone().next(), name)).note(LEFT_OUT)
    } else {
        let title = format!("{name} runs {build}, ahead of {parties} at {right}");
        let remedy = format!(
            "Finish the upgrade to {build} on the database and on the other nodes, or put the application folder at \
             {right} back."
        );
        cx.on_node(node, title, remedy).standalone()
    };
    let seen = known.iter().map(|(node, _)| evidence(node, "build", &node.version));
    finding.resting_on(seen.chain(database.map(|(build, row)| database_build(build, row))))
}

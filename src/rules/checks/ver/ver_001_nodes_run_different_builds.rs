//! VER-001.

use crate::model::export::VersionRow;
use crate::rules::engine::prelude::*;
use crate::rules::lib::folder::{LEFT_OUT, and, copy_again};
use crate::rules::lib::installed::database_build;

rule! {
    /// ## What it checks
    /// Whether all serving nodes run the same build, by the node list or by the core DLL of each node.
    /// ## Why it matters
    /// All nodes work on one database, which fits one build only. A node at another build refuses to run, or, where
    /// the mismatch guard is off, writes what the others do not expect.
    /// ## How to fix it
    /// Stop the application pool of the node that is behind, copy the application folder of an upgraded node over its
    /// own without database.config and encryption.config, and start it again. If a node is ahead of the database, finish
    /// the upgrade first.
    /// ## What it cannot see
    /// Which DLL carries the build is not documented; the core DLL is our best guess where no node list was given.
    id: "VER-001",
    title: "Nodes run different builds",
    severity: Blocker,
    subject: Cluster,
    cites: ["SEED" Confirmed],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (known, missing) = cx.of_serving(|node| cx.build(node));
    let differ = known.windows(2).any(|pair| matches!(pair, [(_, one), (_, other)] if one != other));
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
    let others: Vec<&str> = others.collect();
    let parties: Vec<&str> = others.iter().copied().chain(database.map(|_| "the database")).collect();
    let name = &node.name;
    let (word, remedy) = if build < right {
        ("behind", copy_again(others.first().copied(), name))
    } else {
        (
            "ahead of",
            format!(
                "Finish the upgrade to {build} on the database and on the other nodes, or put the application folder at \
                 {right} back."
            ),
        )
    };
    let title = format!("{name} runs {build}, {word} {} at {right}", and(&parties));
    let mut finding = cx.finding(Subject::node(name), title, remedy);
    finding = if build < right { finding.note(LEFT_OUT) } else { finding.alone() };
    finding.evidence = known.iter().map(|(node, _)| evidence(node, "build", &node.version)).collect();
    finding.evidence.extend(database.map(|(build, row)| database_build(build, row)));
    finding
}

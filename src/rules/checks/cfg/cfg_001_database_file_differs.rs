//! CFG-001: do all serving nodes use the same database?

use crate::rules::engine::prelude::*;
use crate::rules::lib::key_files::{DATABASE, KeyFileOn, side_by_side};
use std::collections::{BTreeMap, BTreeSet};

rule! {
    /// ## What it checks
    /// Whether all serving nodes use the same database. The rule compares the fingerprint of `database.config` and the
    /// database that the node list shows for each node. If the files differ but the node list shows the same database,
    /// the difference is only a remark.
    /// ## Why it matters
    /// A node that uses another database does not belong to this cluster. Its users see other secrets or none, and the
    /// other nodes never see what its users change.
    /// ## How to fix it
    /// Find out which database is the right one. Then reset the database connection on the node that uses another one.
    /// If a node is meant to use a mirror, run the report with `--role NAME=mirror`.
    /// ## What it cannot see
    /// The content of `database.config`, because only the product can open the file. If the password or the spelling of
    /// the server name differs, the files differ too.
    id: "CFG-001",
    title: "Nodes use different databases",
    question: "Do all nodes use the same database?",
    severity: High,
    area: NodesAndFiles,
    subject: Cluster,
    cites: [
        "CHK" Top,
        "D:backup-and-disaster-recovery/sql-server-replication-best-practices" Confirmed,
    ],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (files, uncompared) = side_by_side(cx, cx.cluster.serving(), DATABASE);
    let files_differ = files.iter().map(|file| &file.print.hex).collect::<BTreeSet<_>>().len() > 1;
    let (mut databases, mut unlisted): (BTreeMap<String, &str>, Vec<MissingEvidence>) = Default::default();
    for node in cx.cluster.serving() {
        match node.row.as_ref().and_then(|row| row.database.value()) {
            Some(name) => drop(databases.insert(name.trim().to_lowercase(), name)),
            None => unlisted.extend(cx.fact(node, "row.database", "the database in the node list").err()),
        }
    }

    let on_cluster = |title: &str, remedy: &str| {
        let listed = cx.cluster.serving().filter_map(listed);
        cx.on_cluster(title, remedy).resting_on(listed.chain(files.iter().flat_map(KeyFileOn::shown)))
    };
    if databases.len() > 1 {
        let names: Vec<&str> = databases.into_values().collect();
        let title = format!("The nodes use different databases: {}", names.join(", "));
        let remedy =
            "Find out which database is the right one and reset the connection on the node that is off.";
        return on_cluster(&title, remedy).standalone().inferred_if(!files_differ).into();
    }
    match (unlisted.is_empty(), files_differ, uncompared.is_empty()) {
        (true, true, _) => {
            let title = "The files database.config differ, yet the node list shows one database";
            let remedy =
                "Nothing needs to be fixed; if a node connects in another way than the others, note why.";
            on_cluster(title, remedy).at(Severity::Info).inferred().into()
        }
        (true, false, false) => {
            Outcome::pass_with("the node list shows one database for all nodes; not all files were compared")
        }
        (_, false, true) => Outcome::pass(),
        (false, true, _) => unlisted.into(),
        (false, false, false) => {
            uncompared.into_iter().map(|(_, gap)| gap).chain(unlisted).collect::<Vec<_>>().into()
        }
    }
}

fn listed(node: &Node) -> Option<Evidence> {
    Some(evidence(node, "database in the node list", &node.row.as_ref()?.database))
}

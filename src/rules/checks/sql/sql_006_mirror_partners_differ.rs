//! SQL-006: do all nodes use the same partner of a mirrored database?

use crate::rules::engine::prelude::*;
use std::collections::BTreeSet;

rule! {
    /// ## What it checks
    /// For a mirrored database: whether the node list shows the same database for all nodes of the cluster.
    /// ## Why it matters
    /// An upgrade changes the principal database first, and the mirror receives the changes from it. A node that is
    /// connected to the other partner sees the changes at a different time from the others.
    /// ## How to fix it
    /// Before the upgrade, connect every node to the principal. After the upgrade, connect a node that belongs to the
    /// mirror to the mirror again.
    /// ## What it cannot see
    /// A failover after the node list was made. A node with the role `mirror` is left out, because it is meant to
    /// differ.
    id: "SQL-006",
    title: "Nodes use different partners of a mirrored database",
    question: "Do all nodes use the same partner of a mirrored database?",
    severity: High,
    area: Database,
    scope: Upgrade,
    subject: Cluster,
    cites: ["D:backup-and-disaster-recovery/sql-server-mirroring" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    if known!(cx.reported("database.mirroring-role")).value().is_none() {
        return Outcome::not_applicable("the database is not mirrored");
    }
    // Copies of an availability group are reached by any of several names.
    if cx
        .reported("database.availability-group")
        .is_ok_and(|group| group.value().is_some_and(|value| value == "true"))
    {
        return Outcome::not_applicable("the database is in an availability group, which is no mirroring");
    }
    known!(cx.several_nodes());
    let (known, missing) = cx.of_serving(|node| cx.fact(node, "row.database", "database"));
    let databases: BTreeSet<String> =
        known.iter().filter_map(|(_, database)| Some(database.value()?.to_lowercase())).collect();
    if databases.len() < 2 {
        return Outcome::from_parts(Vec::new(), missing);
    }
    let finding = cx.on_cluster(
        format!("The nodes are connected to {} different databases", databases.len()),
        "Point every node at the principal of the mirrored database before the upgrade.",
    );
    let seen = known.iter().map(|(node, database)| evidence(node, "database", database));
    Outcome::Findings(vec![finding.resting_on(seen)])
}

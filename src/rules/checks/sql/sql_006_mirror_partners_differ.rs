//! SQL-006.

use crate::rules::engine::prelude::*;
use std::collections::BTreeSet;

rule! {
    /// ## What it checks
    /// For a mirrored database: whether the node list shows the same database for all nodes of the cluster.
    /// ## Why it matters
    /// An upgrade of the database reaches the mirror by way of the principal. A node that is connected to the partner
    /// meets the change at another moment than the others.
    /// ## How to fix it
    /// Before the upgrade point every node at the principal; point a node that belongs to the mirror back afterwards.
    /// ## What it cannot see
    /// A failover after the list was made. A node with the role `mirror` is left out, as it is meant to differ.
    id: "SQL-006",
    title: "Nodes use different partners of a mirrored database",
    severity: High,
    scope: Upgrade,
    subject: Cluster,
    cites: ["D:backup-and-disaster-recovery/sql-server-mirroring" Confirmed],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    match cx.told("database.mirroring-role") {
        Err(gap) => return Outcome::unknown(gap),
        Ok(role) if role.value().is_none() => return Outcome::not_applicable("the database is not mirrored"),
        Ok(_) => {}
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

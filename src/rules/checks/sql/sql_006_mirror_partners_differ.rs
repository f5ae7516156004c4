//! SQL-006: do all nodes use the same partner of a mirrored database?

use crate::rules::engine::context::{Context, evidence};
use crate::rules::engine::rule::{Check, rule};
use crate::finding::{Evidence, Outcome, Subject};
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
    severity: High,
    scope: Upgrade,
    subject: Cluster,
    applies: None,
    cites: ["D:backup-and-disaster-recovery/sql-server-mirroring" Confirmed],
    check: Check::Cluster(check),
    needs: ["bundle", "database", "node-list"],
}

fn check(cx: &Context) -> Outcome {
    match cx.told("database.mirroring-role") {
        Err(gap) => return Outcome::unknown(gap),
        Ok(role) if role.value().is_none() => return Outcome::not_applicable("the database is not mirrored"),
        Ok(_) => {}
    }
    if let Some(outcome) = cx.alone() {
        return outcome;
    }
    let (mut databases, mut seen, mut missing) = (BTreeSet::new(), Vec::<Evidence>::new(), Vec::new());
    for node in cx.cluster.serving() {
        match cx.fact(node, "row.database", "database") {
            Ok(database) => {
                databases.extend(database.value().map(|name| name.to_lowercase()));
                seen.push(evidence(node, "database", &database));
            }
            Err(gap) => missing.push(gap),
        }
    }
    if databases.len() < 2 {
        return Outcome::from_parts(Vec::new(), missing);
    }
    let finding = cx.finding(
        Subject::cluster(),
        format!("The nodes are connected to {} different databases", databases.len()),
        "Point every node at the principal of the mirrored database before the upgrade.",
    );
    Outcome::Findings(vec![crate::finding::Finding { evidence: seen, ..finding }])
}

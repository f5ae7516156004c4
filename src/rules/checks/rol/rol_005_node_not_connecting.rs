//! ROL-005: did a node that is In Cluster connect recently?

use crate::rules::engine::prelude::*;
use crate::rules::lib::activity::{Connection, connection, in_words};

rule! {
    /// ## What it checks
    /// Whether a node that is In Cluster connected in the 15 minutes before the newest connection in the same node
    /// list.
    /// ## Why it matters
    /// A node that no longer connects serves no users, but the load balancer may still send users to it.
    /// ## How to fix it
    /// Open the product on the node itself. If it does not answer, check its application pool, its logs and its
    /// connection to the database. If the node is gone for good, remove it from the cluster and from the load balancer.
    /// ## What it cannot see
    /// Changes after the node list was made. The limit of 15 minutes is our own choice. If all nodes stopped at the
    /// same time, the one that connected last still seems to work.
    id: "ROL-005",
    title: "Node has not connected recently",
    question: "Has the node connected recently?",
    severity: High,
    area: NodeState,
    subject: Node,
    cites: ["TSS:src/Thycotic.SecretServer/classes" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let connection = known!(connection(cx, node));
    let Some(row) = &node.row else {
        return Outcome::not_applicable("the node list does not name this node");
    };
    let in_cluster = known!(cx.settle(node, "row.in-cluster", row.in_cluster.as_ref(), "In Cluster"));
    if in_cluster.value() != Some(&&true) {
        return Outcome::not_applicable("it is not In Cluster");
    }
    let silence = match connection {
        _ if connection.is_recent() => return Outcome::pass(),
        Connection::Unlisted => return Outcome::not_applicable("the node list does not name this node"),
        Connection::Before(silence) => in_words(silence),
    };
    let title = format!("{} is In Cluster and has not connected for {silence}", node.name);
    let remedy = format!(
        "Open the product on {0} itself; if it does not answer, look at the application pool and the logs of {0}.",
        node.name
    );
    let others = cx.cluster.nodes.iter().filter(|other| other.name != node.name).filter_map(|other| {
        let row = other.row.as_ref()?;
        let last = row.last_connected.value()?;
        Some((last.utc.map_or(last.wall, |utc| utc.naive_utc()), other, row))
    });
    let newest = others.max_by_key(|(when, ..)| *when).map(|(_, other, row)| (other, row));
    let seen = [(node, row)].into_iter().chain(newest);
    let seen = seen.map(|(node, row)| evidence(node, "last connected", &row.last_connected));
    cx.on_node(node, title, remedy).resting_on(seen).into()
}

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
    severity: High,
    subject: Node,
    cites: ["TSS:src/Thycotic.SecretServer/classes" Inferred],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let connection = known!(connection(cx, node));
    let Some(row) = &node.row else {
        return Outcome::not_applicable("the node list does not name this node");
    };
    match cx.settle(node, "row.in-cluster", row.in_cluster.clone(), "In Cluster") {
        Err(gap) => return Outcome::unknown(gap),
        Ok(in_cluster) if in_cluster.value() != Some(&true) => {
            return Outcome::not_applicable("it is not In Cluster");
        }
        Ok(_) => {}
    }
    let title = match connection {
        _ if connection.is_recent() => return Outcome::pass(),
        Connection::Unlisted => return Outcome::not_applicable("the node list does not name this node"),
        Connection::Before(silence) => {
            format!("{} is In Cluster and has not connected for {}", node.name, in_words(silence))
        }
    };
    let remedy = format!(
        "Open the product on {0} itself; if it does not answer, look at the application pool and the logs \
            of {0}.",
        node.name
    );
    let mut finding =
        cx.on_node(node, title, remedy).because(evidence(node, "last connected", &row.last_connected));
    let newest = cx.cluster.nodes.iter().filter(|other| other.name != node.name).filter_map(|other| {
        let last = other.row.as_ref()?.last_connected.value()?;
        Some((last.utc.map_or(last.wall, |utc| utc.naive_utc()), other))
    });
    if let Some((other, row)) =
        newest.max_by_key(|(when, _)| *when).and_then(|(_, other)| Some((other, other.row.as_ref()?)))
    {
        finding = finding.because(evidence(other, "last connected", &row.last_connected));
    }
    Outcome::Findings(vec![finding])
}

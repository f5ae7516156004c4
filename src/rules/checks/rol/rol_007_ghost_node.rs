//! ROL-007: does the node list contain a node that may no longer exist?

use crate::rules::engine::prelude::*;
use crate::rules::lib::activity::{Connection, connection, in_words};
use chrono::TimeDelta;

rule! {
    /// ## What it checks
    /// Whether the node list contains a node that has not connected for a week and that has no bundle.
    /// ## Why it matters
    /// A retired server that is still in the list uses a licence activation. It also makes every check of the cluster
    /// less certain.
    /// ## How to fix it
    /// If the server is gone, decommission it under Admin, Licenses, View Server Activation, and remove it from the
    /// load balancer. If it still exists, collect on it.
    /// ## What it cannot see
    /// Why the node has not connected. The limit of one week is our own choice.
    id: "ROL-007",
    title: "Listed node may no longer exist",
    question: "Do all listed nodes still exist?",
    severity: Medium,
    area: NodeState,
    subject: Node,
    cites: ["D:secret-server-setup/uninstallation/decommissioning" Inferred],
}

/// How long a node without a bundle may be silent.
const LONG: TimeDelta = TimeDelta::days(7);

fn check(cx: &Context, node: &Node) -> Outcome {
    cx.ask("bundle");
    if node.bundle().is_some() {
        return Outcome::pass_with("its bundle is here");
    }
    let (Connection::Before(silence), Some(row)) = (known!(connection(cx, node)), &node.row) else {
        return Outcome::not_applicable("the node list does not name this node");
    };
    let span = in_words(silence);
    if silence < LONG {
        return Outcome::pass_with(format!("connected {span} before the newest connection of the list"));
    }
    let title = format!("{} is listed and has not connected for {span}", node.name);
    let remedy = format!(
        "If {0} is gone, decommission it and take it out of the load balancer; else collect on {0}.",
        node.name
    );
    cx.on_node(node, title, remedy).because(evidence(node, "last connected", &row.last_connected)).into()
}

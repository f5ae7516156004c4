//! CLU-005: does the node run, according to the node list or its logs?

use crate::rules::engine::prelude::*;
use crate::rules::lib::activity::{Connection, QUIET, connection, in_words, log_silence};

rule! {
    /// ## What it checks
    /// Whether the node runs. The node list shows when the node last connected. Without it, the rule uses the logs,
    /// because a running node writes log lines until the moment of the collection.
    /// ## Why it matters
    /// A new node is ready, and an upgrade is finished, only when every node answers. Otherwise the load balancer sends
    /// users to a node that does not answer.
    /// ## How to fix it
    /// Start the application pool of the node, and open the product on the node itself. If the node does not answer,
    /// read its newest log lines.
    /// ## What it cannot see
    /// It opens no page. New log lines show that the node runs, not that it answers correctly. A log without new lines
    /// proves nothing. The limit of 15 minutes is our own choice.
    id: "CLU-005",
    title: "Node does not answer",
    question: "Does the node answer?",
    severity: Blocker,
    area: NodeState,
    subject: Node,
    cites: ["SEED" Confirmed],
}

const NO_SIGN: &str = "the node list does not name it, and its logs do not reach the collection";

fn check(cx: &Context, node: &Node) -> Outcome {
    if node.row.as_ref().is_some_and(|row| row.in_cluster.value() == Some(&false)) {
        return Outcome::not_applicable("it stands by: it is not In Cluster");
    }
    let (by_list, by_log) = (connection(cx, node), log_silence(cx, node));
    let logging = by_log.as_ref().is_ok_and(|silence| *silence <= QUIET);
    let silence = match by_list {
        Ok(connection) if connection.is_recent() => return Outcome::pass(),
        Ok(Connection::Before(silence)) => format!("has not connected for {}", in_words(silence)),
        Ok(Connection::Unlisted) | Err(_) if logging => {
            return Outcome::Pass { note: "it logged until it was collected".into(), inferred: true };
        }
        by_list => {
            let gap = by_list.err().unwrap_or_else(|| cx.unlisted(node, NO_SIGN));
            return [gap].into_iter().chain(by_log.err()).collect::<Vec<_>>().into();
        }
    };
    let Some(row) = &node.row else { return Outcome::unknown(cx.unlisted(node, NO_SIGN)) };
    let name = &node.name;
    let finding = if logging {
        let title = format!("{name} runs, but {silence}");
        let remedy = format!(
            "Check the way from {name} to the database, and whether it points at the same one as the others."
        );
        cx.on_node(node, title, remedy).at(Severity::High)
    } else {
        let title = format!("{name} does not answer: it {silence}");
        let remedy = format!("Start the application pool of {name} and open the product on the node itself.");
        cx.on_node(node, title, remedy)
    };
    finding.inferred().because(evidence(node, "last connected", &row.last_connected)).into()
}

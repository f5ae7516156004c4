//! LOG-012: does one of several equal nodes log an error that the others do not?

use crate::rules::engine::prelude::*;
use crate::rules::lib::streams::{MOST, Streams, shown};

rule! {
    /// ## What it checks
    /// Whether the node logs an error 50 times or more in the last day of its logs, while every other serving node with
    /// the same roles logs hardly any of its kind in the same hours: less than one for twenty. Six entries are enough if
    /// they have one type of exception from the product's own code for its key, its start or its database.
    /// ## Why it matters
    /// Equal nodes share the work. An error on one of them only usually has its cause there: files, settings, rights or
    /// network.
    /// ## How to fix it
    /// Compare the node with the others: configuration, rights and network first. Then read the lines.
    /// ## What it cannot see
    /// Why the error is there. If the load balancer sends no users to the other nodes, they do not log it either. Nodes
    /// whose roles differ are not compared, and where roles are not known, only the log of the web application is. The
    /// limits are our own choice; they are records of knowledge (`limit`), so a site can have others.
    id: "LOG-012",
    title: "One of several equal nodes logs many errors",
    question: "Do equal nodes log similar numbers of errors?",
    severity: Medium,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    known!(cx.several_nodes());
    let digest = known!(cx.logs(node));
    let Streams { alone, uncompared, .. } = Streams::of(cx, node, digest);
    let findings = alone.iter().take(MOST).map(|stream| {
        let said = shown(stream.pattern);
        let title = format!("{}: {} errors of one kind in a day, on this node only: {said}", node.name, stream.count);
        let remedy = format!(
            "Read the lines on {}, and compare it with the other nodes: configuration, rights and network first.",
            node.name
        );
        let mut finding = cx.on_node(node, title, remedy).inferred().resting_on(stream.evidence(node));
        finding.signature.clone_from(&stream.pattern.known);
        finding
    });
    let missing = uncompared.into_iter().take(MOST).map(|(stream, why)| {
        let what = format!("whether only {} logs {}", node.name, shown(stream.pattern));
        MissingEvidence::again(&node.name, what, why, "on every node, with logs of the same hours")
    });
    Outcome::from_parts(findings.collect(), missing.collect())
}

//! LOG-014: did an error begin with a start, an upgrade or a change of configuration?

use crate::rules::engine::prelude::*;
use crate::rules::lib::streams::{MOST, Streams, shown};

rule! {
    /// ## What it checks
    /// Whether an error that is logged ten times or more appears first within an hour after the last start of the node,
    /// the last upgrade of the database or the change of a configuration file of the node, with six hours of logs before
    /// that without it.
    /// ## Why it matters
    /// A fault that comes with a change first appears as an error that was not there before.
    /// ## How to fix it
    /// Look at what the change did first.
    /// ## What it cannot see
    /// Whether the change caused it. Changes whose time is not known are not compared. An error that LOG-012 or LOG-013
    /// reports is left out. The limits are our own choice; they are records of knowledge (`limit`), so a site can have
    /// others.
    id: "LOG-014",
    title: "Errors began with a change",
    question: "Are the logs free of errors that began with a change?",
    severity: Low,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    let began = Streams::of(cx, node, digest).began;
    if began.is_empty() {
        return Outcome::pass();
    }
    let findings = began.iter().take(MOST).map(|(stream, (what, at))| {
        let title = format!("{}: {} began with {what}", node.name, shown(stream.pattern));
        let remedy = format!("Look at what {what} changed on {}.", node.name);
        let change = seen_in(node, what.clone(), at.to_rfc3339(), &Location::file("facts"));
        let evidence = std::iter::once(change).chain(stream.evidence(node));
        cx.on_node(node, title, remedy).inferred().resting_on(evidence)
    });
    Outcome::Findings(findings.collect())
}

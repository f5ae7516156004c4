//! LOG-010: which errors without a known cause occur again and again, and are they still going on?

use crate::rules::engine::prelude::*;
use crate::rules::lib::streams::{MOST, Streams, shown};
use chrono::TimeDelta;

/// How often an error has to occur to be reported. Our own choice.
const OFTEN: u64 = 10;
/// How long before the newest line an error is still going on. Our own choice.
const STILL: TimeDelta = TimeDelta::hours(1);

rule! {
    /// ## What it checks
    /// Which errors occur ten times or more at error level in the logs of the node, and are no known error. Entries with
    /// the same logger, the same words, the same exception and the same method of the product count as one error. The
    /// rule shows the five most frequent, and says which of them are still going on in the last hour of the logs.
    /// ## Why it matters
    /// An error that nobody has catalogued is still an error.
    /// ## How to fix it
    /// Read the lines and find the cause. Add a record of the error (see docs/patterns.md).
    /// ## What it cannot see
    /// Whether an error matters. Errors of the product's work on other machines are left out where their logger or their
    /// words show it. Errors that LOG-012, LOG-013 or LOG-014 reports are theirs. The limits are our own choice.
    id: "LOG-010",
    title: "Errors without a known cause occur repeatedly",
    question: "Are the logs free of repeated errors without a known cause?",
    severity: Info,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    let mut often = Streams::of(cx, node, digest).others;
    often.retain(|stream| stream.count >= OFTEN);
    if often.is_empty() {
        return Outcome::pass();
    }
    let findings = often.iter().take(MOST).map(|stream| {
        let title = format!("{}: {} recurs", node.name, shown(stream.pattern));
        let remedy = format!(
            "Look at the lines with this error on {}; if they matter, add a record for them.",
            node.name
        );
        let still =
            digest.newest().zip(stream.pattern.last).is_some_and(|(newest, last)| newest - last <= STILL);
        let detail = if still { "It is still going on at the end of the logs." } else { "" };
        cx.on_node(node, title, remedy).detail(detail).inferred().resting_on(stream.evidence(node))
    });
    Outcome::Findings(findings.collect())
}

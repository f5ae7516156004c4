//! LOG-013: was there an hour with far more errors of one kind than the node usually logs?

use crate::rules::engine::prelude::*;
use crate::rules::lib::streams::{MOST, Streams, median_hour, shown};

rule! {
    /// ## What it checks
    /// Whether the node logged an error 100 times or more within an hour of the last day of its logs, and at least ten
    /// times as many as it logs errors in its median hour.
    /// ## Why it matters
    /// A burst is the trace of something that broke, even if it works again.
    /// ## How to fix it
    /// Read the first lines of the burst and what the other nodes logged at that time. `clusterbrief logs --around` shows
    /// both.
    /// ## What it cannot see
    /// Why it happened. An error that LOG-012 reports as one of this node only is left out. The limits are our own choice;
    /// they are records of knowledge (`limit`), so a site can have others.
    id: "LOG-013",
    title: "Burst of errors",
    question: "Are the logs free of bursts of errors?",
    severity: Medium,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    let Some(median) = median_hour(digest) else {
        return Outcome::not_applicable("no log line carries a time");
    };
    let bursts = Streams::of(cx, node, digest).bursts;
    if bursts.is_empty() {
        let errors = if median == 1 { "error" } else { "errors" };
        return Outcome::pass_with(format!(
            "the median hour has {median} {errors}, no hour far more of one kind"
        ));
    }
    let findings = bursts.iter().take(MOST).map(|stream| {
        let title = format!(
            "{}: {} errors of one kind in an hour: {}",
            node.name,
            stream.count,
            shown(stream.pattern)
        );
        let remedy = "Read the first lines of the burst, and what the other nodes logged at that time.";
        let detail = format!("Errors in the median hour of {}: {median}.", node.name);
        let mut finding = cx.on_node(node, title, remedy).detail(detail).inferred();
        finding.signature.clone_from(&stream.pattern.known);
        finding.resting_on(stream.evidence(node))
    });
    Outcome::Findings(findings.collect())
}

//! TIM-008: do the logs report that server dates do not match?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::SCOPE;

rule! {
    /// ## What it checks
    /// Whether the logs of the node, or its row in the node list, show the error that server dates do not match. Up to
    /// 8.9.300000 this error stops a node. If a later build still shows it, check the clocks.
    /// ## Why it matters
    /// The clocks of the web servers differ, and audit records may contain wrong times.
    /// ## How to fix it
    /// Set all web servers to the same date and time, and restart the application pools.
    /// ## What it cannot see
    /// The text is that of the set-up page. At error level, or in the error column of the node list, it proves the error; at
    /// a lower level it is only a hint. Pages disagree on whether 8.9.300000 itself is affected: one says 8.9.300000 or earlier,
    /// another says only earlier builds. Whether later builds still compare dates is not published.
    id: "TIM-008",
    title: "Logs report that server dates do not match",
    question: "Are the logs free of server dates that do not match?",
    severity: Blocker,
    area: Clocks,
    subject: Node,
    cites: [
        "SEED" Confirmed,
        "D:networking/secret-server-clustering" Confirmed,
        "RN:8.9.300000" Confirmed,
    ],
}

/// The build that brought times in UTC.
const UTC: BuildVersion = BuildVersion::new(8, 9, 300_000);

fn check(cx: &Context, node: &Node) -> Outcome {
    let findings = signature::findings(cx, node);
    let build = cx.version(node).value();
    if findings.is_empty() {
        return match build {
            Some(build) if *build > UTC => {
                Outcome::not_applicable("its build keeps times in UTC, and the error was not seen")
            }
            _ => signature::silent(cx, node, &cx.rule.id),
        };
    }
    let weighed = |finding: Finding| match build {
        Some(build) if *build > UTC => finding
            .at(Severity::Medium)
            .inferred()
            .note("Builds after 8.9.300000 keep times in UTC, so that this is no blocker there."),
        Some(build) if *build == UTC => SCOPE.into_iter().fold(finding, Finding::note),
        _ => finding,
    };
    Outcome::Findings(findings.into_iter().map(weighed).collect())
}

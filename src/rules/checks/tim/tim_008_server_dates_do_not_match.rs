//! TIM-008.

use crate::rules::checks::tim::tim_001_clocks_differ_before_utc::SCOPE;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the logs of the node, or its row of the node list, show the error of server dates that do not match. Up to
    /// 8.9.300000 it stops a node; a later build that still shows it has clocks worth a look.
    /// ## Why it matters
    /// The clocks of the web servers differ, and audit records may carry wrong times.
    /// ## How to fix it
    /// Set all web servers to the same date and time and restart the application pools.
    /// ## What it cannot see
    /// The words are those of the documentation; that the product prints them letter for letter is not proven, so that
    /// they only suggest. Pages disagree whether 8.9.300000 itself is concerned: one says 8.9.300000 or earlier, one
    /// only earlier builds. Whether later builds still compare dates is not published.
    id: "TIM-008",
    title: "Server dates do not match, say the logs",
    severity: Blocker,
    subject: Node,
    cites: [
        "SEED" Confirmed,
        "D:networking/secret-server-clustering" Confirmed,
        "RN:8.9.300000" Confirmed,
    ],
    check: check,
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
            .note("Builds after 8.9.300000 keep times in UTC, so that this is no blocker there."),
        Some(build) if *build == UTC => SCOPE.into_iter().fold(finding, Finding::note),
        _ => finding,
    };
    Outcome::Findings(findings.into_iter().map(weighed).collect())
}

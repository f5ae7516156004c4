//! UPG-004: are the steps from the installed builds to the target known?

use crate::knowledge::steps::upgrade_path;
use crate::rules::engine::prelude::*;
use crate::rules::lib::installed::installed;

rule! {
    /// ## What it checks
    /// Whether the steps from the installed build to the target are known. The rule uses the table of upgrade steps. If
    /// the table does not cover the path, it uses the answer of a person.
    /// ## Why it matters
    /// Some builds can be reached only through other builds. An upgrade that skips a required build is refused, or
    /// fails half-way.
    /// ## How to fix it
    /// Load the upgrade package, and read the Version Guard page of the product. It lists the builds that must be
    /// installed first. Or ask the vendor. Then upgrade to each of these builds in order.
    /// ## What it cannot see
    /// The vendor's table of steps is public only up to 10.9.000064. For later targets the rule relies on the answer,
    /// or on the steps in a support team's own knowledge files.
    id: "UPG-004",
    title: "Upgrade path is not confirmed",
    question: "Is the upgrade path confirmed?",
    severity: High,
    area: UpgradePath,
    holds: Always,
    scope: Upgrade,
    subject: Cluster,
    cites: ["D:minimizing-upgrade-downtime" Confirmed, "UPG" Inferred],
}

fn check(cx: &Context) -> Outcome {
    let Some(target) = cx.target() else { return Outcome::not_applicable(NO_TARGET) };
    let (builds, missing) = installed(cx);
    let oldest = builds.iter().map(|(build, _)| *build).min();
    let legs = oldest.map(|oldest| (oldest, upgrade_path(&cx.knowledge.steps, oldest, target)));
    match legs {
        Some((_, legs)) if legs.iter().any(|leg| leg.by.is_none()) => question::answer(cx, None),
        _ if !missing.is_empty() => question::where_evidence_lacks(cx, None, Vec::new(), missing),
        Some((oldest, legs)) if !legs.is_empty() => {
            Outcome::pass_with(format!("the table of steps leads from {oldest} to the target"))
        }
        _ => Outcome::not_applicable("the target is not later than what is installed"),
    }
}

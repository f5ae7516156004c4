//! UPG-005: is the target older than what is installed?

use crate::rules::engine::prelude::*;
use crate::rules::lib::installed::installed;

rule! {
    /// ## What it checks
    /// Whether the build given with --target is older than the build of the database or of a serving node.
    /// ## Why it matters
    /// The product upgrades its database and never downgrades it. An older program does not run on a newer database.
    /// ## How to fix it
    /// Give the build that you really want. The only rollback to an older build is a restore of the database and of the
    /// application folder from before the upgrade.
    /// ## What it cannot see
    /// Whether the target is a build that exists.
    id: "UPG-005",
    title: "Target build is older than the installed build",
    question: "Is the target build at least as new as the installed build?",
    severity: Blocker,
    area: UpgradePath,
    scope: Upgrade,
    subject: Cluster,
    cites: ["SELF" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    let Some(target) = cx.target() else { return Outcome::not_applicable(NO_TARGET) };
    let (mut newer, missing) = installed(cx);
    newer.retain(|(build, _)| *build > target);
    let Some(newest) = newer.iter().map(|(build, _)| *build).max() else {
        return Outcome::from_parts(Vec::new(), missing);
    };
    let finding = cx.on_cluster(
        format!("The target {target} is older than {newest}, which the cluster already has"),
        format!("Give a --target of {newest} or later; an older build is reached by a restore only."),
    );
    let shown = newer.into_iter().map(|(_, evidence)| evidence);
    Outcome::Findings(vec![finding.resting_on(shown)])
}

//! VER-010: are the builds in the version history in order?

use crate::model::export::VersionRow;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the version history contains a higher build before a lower one, or several builds on one day.
    /// ## Why it matters
    /// If a database was restored, or an upgrade was tried more than once, the nodes and the database may be in
    /// different states.
    /// ## How to fix it
    /// Ask what happened on that day, and compare the build of every node with that of the database.
    /// ## What it cannot see
    /// Whether several upgrades on one day were planned: a long upgrade path has several steps. So the rule only asks.
    id: "VER-010",
    title: "Upgrade history is out of order",
    question: "Is the upgrade history in order?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["CON:System_Inventory" Inferred],
}

fn check(cx: &Context) -> Outcome {
    let missing = |why: String| {
        let what = "the dates of the version history";
        MissingEvidence::of_cluster(what, why, EvidenceRequest::VersionHistory).into()
    };
    let Some(history) = cx.history().value() else {
        return missing(cx.history().why_unknown().unwrap_or_else(|| "there is none".into()));
    };
    cx.use_input(&history.input);
    let newest =
        "Ask what happened at this upgrade, and compare the build of every node with that of the database.";
    let mut findings = Vec::new();
    // Newest first.
    for (later, earlier) in history.rows.iter().zip(history.rows.iter().skip(1)) {
        let (Some(now), Some(before)) = (later.upgraded.value(), earlier.upgraded.value()) else {
            return missing("not every date of it is certain".into());
        };
        let title = match (later.version.value(), earlier.version.value()) {
            (Some(new), Some(old)) if new < old => {
                format!("The database went from {} back to {}", earlier.text, later.text)
            }
            (Some(new), Some(old)) if new != old && now.wall.date() == before.wall.date() => {
                format!("{} and {} were installed on one day", earlier.text, later.text)
            }
            _ => continue,
        };
        let finding = cx.on_cluster(title, newest);
        findings.push(finding.because(seen(earlier)).because(seen(later)).inferred());
    }
    Outcome::from_parts(findings, Vec::new())
}

fn seen(row: &VersionRow) -> Evidence {
    let upgraded = row.upgraded.value().map(|moment| format!(", {moment}")).unwrap_or_default();
    Evidence::value("", "row of the version history", format!("{}{upgraded}", row.text), row.place.clone())
}

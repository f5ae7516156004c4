//! VER-002.

use crate::model::Role;
use crate::rules::engine::prelude::*;
use crate::rules::lib::folder::{LEFT_OUT, copy_again};
use crate::rules::lib::installed::database_build;

rule! {
    /// ## What it checks
    /// Whether the build of the node is the one the database was last upgraded to, by the newest row of tbVersion.
    /// ## Why it matters
    /// A node whose application does not match the database refuses to run.
    /// ## How to fix it
    /// A node behind the database needs the application folder of an upgraded node, without database.config and
    /// encryption.config. A node ahead of it waits for the upgrade of the database: finish the upgrade.
    /// ## What it cannot see
    /// A version history carries no date of its own: if it was exported before an upgrade, a node seems ahead, and the
    /// rule only asks. A build read from DLLs alone is our best guess, because which one carries it is not documented.
    id: "VER-002",
    title: "Build of the node is not that of the database",
    severity: Blocker,
    subject: Node,
    cites: ["SEED" Confirmed, "CON:Migration/Reports/System_Inventory.sql" Confirmed],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    if node.role == Role::Dr {
        return Outcome::not_applicable("a disaster recovery node has a database of its own");
    }
    let (build, (wanted, row)) = known!(both(cx.build(node), cx.database()));
    if build == wanted {
        return Outcome::pass();
    }
    let name = &node.name;
    let subject = Subject::node(name);
    let mut finding = if build < wanted {
        let donor = cx
            .cluster
            .serving()
            .find(|other| other.version.value() == Some(&wanted))
            .map(|other| other.name.as_str());
        cx.finding(
            subject,
            format!("{name} runs {build}, the database is at {wanted}"),
            copy_again(donor, name),
        )
        .note(LEFT_OUT)
    } else {
        cx.finding(
            subject,
            format!("{name} already runs {build}, the database is still at {wanted}"),
            format!(
                "Finish the upgrade of the database to {build}; if it is finished, export tbVersion again."
            ),
        )
        .detail(
            "Either a rolling upgrade has not reached the database, or the history was exported before it.",
        )
        .alone()
        .inferred()
    };
    // Which DLL carries the build is our guess (domain 1.1, G-07); the node list is the product's own word.
    if node.row.as_ref().and_then(|row| row.binary_version.value()) != Some(&build) {
        finding = finding.inferred();
    }
    let finding =
        finding.because(evidence(node, "build", &node.version)).because(database_build(wanted, row));
    Outcome::Findings(vec![finding])
}

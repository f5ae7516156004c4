//! VER-002: does the node run the build to which the database was last upgraded?

use crate::model::Role;
use crate::rules::engine::prelude::*;
use crate::rules::lib::at_work::{PROVED, works};
use crate::rules::lib::folder::{LEFT_OUT, copy_again};
use crate::rules::lib::installed::{database_build, of_serving};

rule! {
    /// ## What it checks
    /// Whether the node runs the build to which the database was last upgraded, according to the newest row of
    /// tbVersion. Where the serving nodes run different builds, VER-001 reports those that are not at the build of the
    /// database, and this rule leaves them out.
    /// ## Why it matters
    /// A node whose application does not match the database refuses to run.
    /// ## How to fix it
    /// If the node is behind the database, copy the application folder of an upgraded node to it, without
    /// database.config and encryption.config. If the node is ahead of the database, finish the upgrade of the database.
    /// ## What it cannot see
    /// The version history does not show when it was exported. If it was exported before an upgrade, a node seems to be
    /// ahead, so the rule only asks. A build that is read only from DLLs is an assumption, because it is not documented
    /// which DLL contains the build. Without the history, a node that demonstrably works has the build of its database,
    /// because another one is refused, unless the setting is on that allows it.
    id: "VER-002",
    title: "Node and database are at different builds",
    question: "Are the node and the database at the same build?",
    severity: Blocker,
    area: NodesAndFiles,
    subject: Node,
    cites: ["SEED" Confirmed, "CON:Migration/Reports/System_Inventory.sql" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    if node.role == Role::Dr {
        return Outcome::not_applicable("a disaster recovery node has a database of its own");
    }
    let (build, (wanted, row)) = match both(cx.build(node), cx.database()) {
        Ok(builds) => builds,
        Err(missing) => return proved_by_running(cx, node).unwrap_or_else(|| missing.into()),
    };
    if build == wanted {
        return Outcome::pass();
    }
    // One difference is one finding.
    if node.role == Role::Serving && cx.several_nodes().is_ok() && of_serving(cx).2 {
        return Outcome::not_applicable("VER-001 reports that its build differs");
    }
    let name = &node.name;
    let finding = if build < wanted {
        let title = format!("{name} runs {build}, the database is at {wanted}");
        let mut donors = cx.cluster.serving().filter(|other| other.version.value() == Some(&wanted));
        let donor = donors.next().map(|other| other.name.as_str());
        cx.on_node(node, title, copy_again(donor, name)).note(LEFT_OUT)
    } else {
        let title = format!("{name} already runs {build}, the database is still at {wanted}");
        let remedy = format!(
            "Finish the upgrade of the database to {build}; if it is finished, export tbVersion again."
        );
        let detail =
            "Either a rolling upgrade has not reached the database, or the history was exported before it.";
        cx.on_node(node, title, remedy).detail(detail).standalone().inferred()
    };
    // It is not documented which DLL carries the build; the node list is the product's own word.
    let listed = node.row.as_ref().and_then(|row| row.binary_version.value()) == Some(&build);
    let seen = [evidence(node, "build", &node.version), database_build(wanted, row)];
    finding.inferred_if(!listed).resting_on(seen).into()
}

/// The pass of a node that demonstrably works: with another build than its database it would not, unless the setting is on
/// that allows it. Nodes at several builds show that it may be.
fn proved_by_running(cx: &Context, node: &Node) -> Option<Outcome> {
    // A history that was given counts, also where it cannot be read or another source is older than it.
    if !matches!(cx.history(), Observed::NotCollected { .. }) {
        return None;
    }
    let mut builds = cx.cluster.serving().map(|node| cx.version(node).value());
    let first = builds.next()??;
    let guarded = match cx.answer(None, "VER-006") {
        Some(answer) => answer.value == "off",
        None => builds.all(|build| build == Some(first)),
    };
    works(cx, node).ok().filter(|_| guarded)?;
    Some(Outcome::Pass {
        note: format!("{PROVED}: the product refuses a node of another build"),
        inferred: true,
    })
}

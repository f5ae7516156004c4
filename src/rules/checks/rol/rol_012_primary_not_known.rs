//! ROL-012: is it known which node is the primary, for builds that have one?

use crate::model::primary::{PrimaryClaim, QUESTION, WITHOUT_PRIMARY};
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether exactly one node is named as the primary, by `ValidPrimaryNode` in the bundles or by answers. This
    /// matters for builds before 10.7.000000.
    /// ## Why it matters
    /// Before 10.7.000000, only the primary node changes passwords and runs heartbeats. It is also the first node to
    /// upgrade.
    /// ## How to fix it
    /// Open the Server Nodes page and note the primary node. Use the name of this node wherever `ValidPrimaryNode` is
    /// set, and upgrade this node first.
    /// ## What it cannot see
    /// The page itself, so it relies on the setting and the answer.
    id: "ROL-012",
    title: "Primary node is not known",
    question: "Is the primary node known?",
    severity: Medium,
    area: NodeState,
    subject: Cluster,
    applies: before(Build::Current, WITHOUT_PRIMARY),
    cites: ["RN:10.7.000000" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    cx.ask("configs");
    cx.ask("answer.ROL-012");
    let named = cx.cluster.primary_claims(cx.answers);
    for snapshot in cx.cluster.nodes.iter().filter_map(|node| node.snapshot.as_ref()) {
        cx.use_input(&snapshot.input);
    }
    for one in &named {
        cx.use_input(&one.place.input);
    }
    let Some(one) = named.first() else { return asked(cx) };
    if named.iter().all(|other| other.node.eq_ignore_ascii_case(&one.node)) {
        return Outcome::pass_with(format!("{} is the primary, by {}", one.node, one.by));
    }
    let remedy = "Look at the page Server Nodes which node is the primary, and set ValidPrimaryNode to its name on \
        every node or on none.";
    let seen = named.into_iter().map(shown);
    cx.on_cluster("Several nodes are named as the primary", remedy).resting_on(seen).into()
}

/// What a person says of the cluster; else each node is asked of.
fn asked(cx: &Context) -> Outcome {
    if matches!(cx.answer(None, QUESTION).map(|one| one.value.as_str()), Some("documented" | "not known")) {
        return question::answer(cx, None);
    }
    let unanswered = |node| cx.unanswered(Some(node), QUESTION, "nothing names the primary node");
    let mut missing: Vec<MissingEvidence> = cx.cluster.serving().map(unanswered).collect();
    if missing.is_empty() {
        missing.extend(cx.list().err());
    }
    missing.into()
}

fn shown(PrimaryClaim { node, by, place, .. }: PrimaryClaim) -> Evidence {
    Evidence::value("", format!("primary node by {by}"), node, place)
}

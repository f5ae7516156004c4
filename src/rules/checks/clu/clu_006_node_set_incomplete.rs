//! CLU-006: are all nodes known, and does each of them have a usable bundle?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the nodes are known, either from the product's node list or from names given with --expect-nodes. Also
    /// whether there is a usable bundle of each node.
    /// ## Why it matters
    /// The node that was not checked may be the one with the fault. A verdict on a part of the cluster is not a verdict
    /// on the cluster.
    /// ## How to fix it
    /// Send the node list, or give the names of all nodes with --expect-nodes. Collect on every node that is missing.
    /// ## What it cannot see
    /// A node that is neither in the node list nor among the names given.
    id: "CLU-006",
    title: "Nodes are unknown or have no usable bundle",
    question: "Are all nodes known, and is there a usable bundle of each?",
    severity: Blocker,
    area: NodesAndFiles,
    holds: Never,
    subject: Cluster,
    cites: ["CLU" Top],
}

fn check(cx: &Context) -> Outcome {
    let set = &cx.cluster.node_set;
    if set.confirmed_by.is_empty() {
        let why = match (cx.list(), cx.whole_list()) {
            _ if set.incomparable.is_some() => set.incomparable.clone().unwrap_or_default(),
            (Ok(_), Ok(_)) => "the node list has rows without a usable machine name, or none at all".into(),
            (Ok(_), Err(page)) => page.why,
            (Err(_), _) => "neither a node list nor --expect-nodes was given".into(),
        };
        return MissingEvidence::of_cluster("the names of all nodes", why, EvidenceRequest::NodeList).into();
    }
    for input in &set.inputs {
        cx.use_input(input);
    }
    cx.ask("bundle");
    let without: Vec<&Node> = cx.cluster.serving().filter(|node| node.bundle().is_none()).collect();
    let findings = without.iter().filter_map(|node| expected_but_unlisted(cx, node)).collect();
    let missing = without.iter().filter_map(|node| cx.bundle(node).err()).collect();
    match Outcome::from_parts(findings, missing) {
        Outcome::Pass { .. } => Outcome::pass_with(format!("confirmed by {}", set.confirmed_by.join(", "))),
        other => other,
    }
}

/// A node that somebody expects and the product's own list does not name: it never joined, or the name is wrong.
fn expected_but_unlisted(cx: &Context, node: &Node) -> Option<Finding> {
    let list = cx.whole_list().ok().filter(|_| node.row.is_none() && node.own_list.is_none())?;
    let title = format!("{} is expected and the node list does not name it", node.name);
    let remedy = format!(
        "Check the name. If {0} should be a node, open the product on it so that it joins, then collect on it.",
        node.name
    );
    let place = Location::default().in_input(&list.input);
    let absence = Evidence::absence(&node.name, "row of the node list", place);
    Some(cx.on_node(node, title, remedy).at(Severity::High).inferred().because(absence))
}

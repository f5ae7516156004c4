//! BUS-001: do the nodes of a cluster use RabbitMQ instead of the internal bus?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether every node of a cluster uses an installed RabbitMQ as its backbone bus, according to the diagnostics of
    /// the node.
    /// ## Why it matters
    /// With the internal bus, each node talks only to itself. Work that one node hands out never reaches the others.
    /// ## How to fix it
    /// Install RabbitMQ with the vendor's RabbitMQ helper. Create a site connector for it and validate the connector.
    /// Then select it as the backbone bus on the page of the distributed engine configuration.
    /// ## What it cannot see
    /// The exact words in the diagnostics are not public. If they do not name RabbitMQ, the rule assumes another bus.
    /// It is certain only if they name the internal bus.
    id: "BUS-001",
    title: "Cluster uses the internal message bus",
    question: "Does the cluster use an installed RabbitMQ as its message bus?",
    severity: High,
    area: MessageBus,
    subject: Cluster,
    applies: since(Build::Current, BuildVersion::new(10, 2, 0)),
    cites: ["CLU" Top, "TSS:src/Thycotic.SecretServer/classes" Confirmed],
}

/// The fact that the backbone rules judge.
pub(super) const BUS: &str = "bus.type";

/// The serving nodes that are not known to stand by, with their backbone, and what is missing of others.
pub(crate) fn backbones<'a>(cx: &Context<'a>) -> (Vec<(&'a Node, Observed<String>)>, Vec<MissingEvidence>) {
    let stands_by = |node: &Node| node.row.as_ref().and_then(|row| row.in_cluster.value()) == Some(&false);
    cx.of_nodes(cx.cluster.serving().filter(|node| !stands_by(node)), |node| cx.fact(node, BUS, ""))
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (known, missing) = backbones(cx);
    let findings = known.iter().filter_map(|(node, bus)| finding(cx, node, bus)).collect();
    Outcome::from_parts(findings, missing)
}

fn finding(cx: &Context, node: &Node, bus: &Observed<String>) -> Option<Finding> {
    let words = bus.value().map(|bus| bus.to_lowercase()).unwrap_or_default();
    if words.contains("rabbit") {
        return None;
    }
    let shown = if words.is_empty() { "no bus" } else { bus.value()? };
    let title = format!("{} uses {shown} as its backbone bus", node.name);
    let remedy = "Install RabbitMQ with the vendor's helper, validate a site connector for it, and choose it \
        as the backbone bus.";
    let internal = ["memory", "internal"].iter().any(|word| words.contains(word));
    let finding = cx.on_node(node, title, remedy).because(cx.node_evidence(node, BUS, bus));
    Some(finding.inferred_if(!internal))
}

//! BUS-002: do all nodes use the same backbone bus?

use crate::rules::checks::bus::bus_001_internal_bus::{BUS, backbones};
use crate::rules::engine::prelude::*;
use std::collections::BTreeSet;

rule! {
    /// ## What it checks
    /// Whether the diagnostics of all nodes name the same backbone bus.
    /// ## Why it matters
    /// Nodes on different buses do not receive each other's messages. The roles of one node never get the work that
    /// another node hands out.
    /// ## How to fix it
    /// Select one RabbitMQ as the backbone bus, and recycle the application pool of every node.
    /// ## What it cannot see
    /// Two brokers of the same kind look the same. The diagnostics of the nodes may have been saved at different times.
    id: "BUS-002",
    title: "Nodes use different backbone buses",
    question: "Do all nodes use the same backbone bus?",
    severity: High,
    area: MessageBus,
    subject: Cluster,
    applies: since(Build::Current, BuildVersion::new(10, 2, 0)),
    cites: ["CLU" Top, "TSS:src/Thycotic.SecretServer/classes" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (known, missing) = backbones(cx);
    let buses: BTreeSet<String> =
        known.iter().map(|(_, bus)| bus.value().map(|bus| bus.to_lowercase()).unwrap_or_default()).collect();
    if buses.len() < 2 {
        return Outcome::from_parts(Vec::new(), missing);
    }
    let remedy = "Choose one RabbitMQ as the backbone bus and recycle the application pool of every node.";
    let seen = known.iter().map(|(node, bus)| cx.node_evidence(node, BUS, bus));
    cx.on_cluster("Nodes name different backbone buses", remedy).resting_on(seen).into()
}

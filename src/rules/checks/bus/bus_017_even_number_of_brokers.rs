//! BUS-017: has a RabbitMQ cluster an odd number of brokers?

use crate::rules::checks::bus::bus_016_bus_cluster_faulty::brokers;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the number of brokers of a RabbitMQ cluster is odd.
    /// ## Why it matters
    /// When the network splits, the part with more than half of the brokers goes on. Of an even number there may be no
    /// such part, and of two brokers none may go on alone. The vendor asks for an odd number.
    /// ## How to fix it
    /// Add a broker to the cluster, or take one out after its queues were moved.
    /// ## What it cannot see
    /// The vendor asks for it on the page about RabbitMQ behind a load balancer. Whether there is a load balancer in
    /// front of the brokers is not visible.
    id: "BUS-017",
    title: "RabbitMQ cluster has an even number of brokers",
    question: "Does the RabbitMQ cluster have an odd number of brokers?",
    severity: Medium,
    area: MessageBus,
    subject: Cluster,
    cites: ["RMQ-LB" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    let brokers = known!(brokers(cx));
    let number = brokers.len();
    if number < 2 {
        return Outcome::not_applicable("there is one RabbitMQ broker");
    }
    if number % 2 == 1 {
        return Outcome::pass_with(format!("{number} brokers"));
    }
    let title = format!("The RabbitMQ cluster has {number} brokers, and an odd number is asked for");
    let remedy = "Add a broker to the RabbitMQ cluster, or take one out after its queues were moved.";
    let nodes = cx.reported("bus.nodes");
    let seen = nodes.map(|nodes| cx.reported_evidence("bus.nodes", &nodes));
    cx.on_cluster(title, remedy).resting_on(seen).inferred().into()
}

//! BUS-009: does a RabbitMQ cluster pause the minority when the network splits?

use crate::rules::checks::bus::bus_016_bus_cluster_faulty::{brokers, release};
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether a RabbitMQ cluster of three or more nodes handles network partitions with `pause_minority`. This applies
    /// to RabbitMQ before 4.3.
    /// ## Why it matters
    /// Without this setting, both halves of a split network continue on their own. When they join again, the messages
    /// of one half are lost.
    /// ## How to fix it
    /// Set `cluster_partition_handling = pause_minority` in the configuration of every RabbitMQ node. Restart the nodes
    /// one after another.
    /// ## What it cannot see
    /// The configuration of other RabbitMQ nodes: only the node that answered is checked. From 4.3 on, RabbitMQ accepts
    /// the setting and ignores it.
    id: "BUS-009",
    title: "RabbitMQ cluster does not use pause_minority",
    question: "Does the RabbitMQ cluster use pause_minority?",
    severity: Low,
    area: MessageBus,
    subject: Cluster,
    cites: ["CON:RabbitMQ/CheatSheet.txt" Confirmed, "RMQ-DOCS:4.3.0" Confirmed],
}

const HANDLING: &str = "bus.partition-handling";
/// First release of RabbitMQ that has no partition handling.
const WITHOUT: (u32, u32) = (4, 3);

fn check(cx: &Context) -> Outcome {
    if release(cx).is_some_and(|release| release >= WITHOUT) {
        return Outcome::not_applicable("RabbitMQ has no partition handling since 4.3");
    }
    let brokers = known!(brokers(cx));
    if brokers.len() < 3 {
        return Outcome::not_applicable("fewer than three RabbitMQ nodes have no minority");
    }
    let handling = known!(cx.reported(HANDLING));
    let Some(value) = handling.value().filter(|value| !value.eq_ignore_ascii_case("pause_minority")) else {
        return Outcome::pass();
    };
    let title = format!("RabbitMQ handles network partitions with {value}");
    let remedy = "Set cluster_partition_handling = pause_minority on every RabbitMQ node. Restart the nodes one after \
        another.";
    cx.on_cluster(title, remedy).because(cx.reported_evidence(HANDLING, &handling)).into()
}

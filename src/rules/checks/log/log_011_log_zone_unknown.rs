//! LOG-011: is the time zone of the node's logs known?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the bundle shows how far the clock of the node is from UTC. Then the times in its logs can be compared
    /// with those of other nodes.
    /// ## Why it matters
    /// The product logs local times without a time zone. Without the offset, one error on two nodes looks like two
    /// errors.
    /// ## How to fix it
    /// Collect on the node itself, or ask for the time zone of the node.
    /// ## What it cannot see
    /// When the clocks of the zone change, except in Europe and North America. Elsewhere all lines count with the offset
    /// at the time of the collection.
    id: "LOG-011",
    title: "Time zone of the logs is unknown",
    question: "Is the time zone of the logs known?",
    severity: Info,
    area: Logs,
    subject: Node,
    cites: ["LA" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    if node.bundle().is_none() {
        return Outcome::not_applicable("its logs are in no bundle, so that nothing says their time zone");
    }
    if digest.zone_known {
        return Outcome::pass();
    }
    let title = format!("{}: its logs tell local times of an unknown zone", node.name);
    let remedy = format!("Collect on {0} itself, or ask for the time zone of {0}.", node.name);
    let place = Location::file("facts.json").in_input(node.input());
    let absent = Evidence::absence(&node.name, "offset of the node's clock from UTC", place);
    cx.on_node(node, title, remedy).because(absent).into()
}

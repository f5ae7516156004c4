//! LOG-011.

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the bundle tells how far the node's clock is from UTC, so that the times of its logs can be laid beside those
    /// of other nodes.
    /// ## Why it matters
    /// The product logs local times without a zone. Without the offset one error on two nodes looks like two.
    /// ## How to fix it
    /// Collect on the node itself, or ask for the node's time zone.
    /// ## What it cannot see
    /// A zone that changed since the logs were written, as with daylight saving: the offset is that of the collection.
    id: "LOG-011",
    title: "Time zone of the logs is unknown",
    severity: Info,
    subject: Node,
    cites: ["LA" Confirmed],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    if digest.zone_known {
        return Outcome::pass();
    }
    let input = node.input();
    let absent = Evidence::absence(
        &node.name,
        "offset of the node's clock from UTC",
        Place::file("facts.json").in_input(input),
    );
    let finding = cx
        .on_node(
            node,
            format!("{}: its logs tell local times of an unknown zone", node.name),
            format!("Collect on {0} itself, or ask for the time zone of {0}.", node.name),
        )
        .because(absent);
    Outcome::Findings(vec![finding])
}

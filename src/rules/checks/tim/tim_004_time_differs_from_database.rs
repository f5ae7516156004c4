//! TIM-004: does the clock of the node match that of the database server?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::seconds;

/// Milliseconds that a node may lie from its database server; our own choice.
const LIMIT: u64 = 30_000;

rule! {
    /// ## What it checks
    /// The difference between the time of the node and the time of its database server. Both times come from the same
    /// answer of the node's diagnostics.
    /// ## Why it matters
    /// The product uses both clocks. If the clock of a node is wrong, its sessions, locks and schedules end too early
    /// or too late.
    /// ## How to fix it
    /// Let the node and the database server get their time from the domain hierarchy or from one time server.
    /// ## What it cannot see
    /// Which of the two clocks is right. The limit of thirty seconds is our own choice. If the times differ by whole
    /// quarters of an hour, they may be in two time zones, so the rule does not judge them.
    id: "TIM-004",
    title: "Clock of the node differs from that of the database server",
    question: "Does the clock of the node agree with that of the database server?",
    severity: Medium,
    area: Clocks,
    subject: Node,
    cites: ["TSS:src/Thycotic.SecretServer/classes" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    cx.ask("diagnostics");
    let observed = &node.clocks.database;
    let (Some(reference), Some(place)) = (observed.value(), observed.place()) else {
        let what = format!("the time of {} beside that of its database server", node.name);
        let why = observed.why_unknown().unwrap_or_default();
        return MissingEvidence::of(&node.name, what, why, EvidenceRequest::export("diagnostics")).into();
    };
    cx.use_input(&place.input);
    let apart = reference.offset_ms.unsigned_abs();
    if apart.saturating_sub(reference.uncertainty_ms) <= LIMIT {
        return Outcome::pass_with(format!("{} apart", seconds(apart)));
    }
    let name = &node.name;
    let (sign, word) = if reference.offset_ms < 0 { ("-", "behind") } else { ("+", "ahead of") };
    let title = format!("{name} is {} {word} its database server", seconds(apart));
    let remedy = format!("Let {name} and the database server take their time from one source.");
    let fact = format!("node against the {}", reference.source);
    let seen = Evidence::value(name, fact, format!("{sign}{}", seconds(apart)), place.clone());
    cx.on_node(node, title, remedy).because(seen).inferred().into()
}

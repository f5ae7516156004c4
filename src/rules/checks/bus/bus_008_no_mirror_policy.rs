//! BUS-008: does a RabbitMQ cluster keep copies of its queues?

use crate::model::items::Item;
use crate::rules::checks::bus::bus_016_bus_cluster_faulty::{brokers, release};
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether a RabbitMQ cluster before version 4 has a policy that mirrors its classic queues. Quorum queues and
    /// streams have copies without a policy.
    /// ## Why it matters
    /// Without such a policy, every classic queue is on one broker only. If that broker stops, the queue and its
    /// messages are lost.
    /// ## How to fix it
    /// Set a policy of mode "all", or with two replicas, for the queues of the product. Use RabbitMQ's own tool or the
    /// vendor's RabbitMQ helper.
    /// ## What it cannot see
    /// Which queues match the pattern of the policy. From version 4 on, RabbitMQ does not mirror by policy, and the
    /// rule does not apply.
    id: "BUS-008",
    title: "RabbitMQ cluster does not mirror its queues",
    question: "Does the RabbitMQ cluster mirror its queues?",
    severity: Medium,
    area: MessageBus,
    subject: Cluster,
    cites: ["RMQ:docs/clustering" Confirmed, "CON:RabbitMQ/CheatSheet.txt" Confirmed, "RMQ-DOCS:4.0.1" Confirmed],
}

const NODES: &str = "bus.nodes";
const VERSION: &str = "bus.version";
const DEFINITION: &str = "policy.definition";
const TYPE: &str = "queue.type";
const ARGUMENTS: &str = "queue.arguments";

fn check(cx: &Context) -> Outcome {
    if known!(brokers(cx)).len() < 2 {
        return Outcome::not_applicable("RabbitMQ runs on one node: there is nothing to mirror to");
    }
    match release(cx) {
        Some((4.., _)) => {
            return Outcome::not_applicable("RabbitMQ mirrors no queues by policy since version 4");
        }
        None => drop(known!(cx.reported(VERSION))),
        Some(_) => {}
    }
    let copies = Copies::of(cx);
    if copies == Copies::All {
        return Outcome::pass_with("all queues are quorum queues or streams, which have copies of their own");
    }
    let policies = known!(cx.items("policy"));
    let definitions: Vec<Observed<String>> = policies.iter().map(|policy| policy.fact(DEFINITION)).collect();
    if definitions.iter().any(|one| one.value().is_some_and(|text| text.contains("ha-mode"))) {
        return Outcome::pass();
    }
    let unread = policies.iter().zip(&definitions).filter_map(|(policy, definition)| {
        let what = format!("the definition of the policy {}", policy.name());
        Some(cx.unreported(DEFINITION, what, definition.why_unknown()?))
    });
    let unread: Vec<MissingEvidence> = unread.collect();
    if !unread.is_empty() {
        return unread.into();
    }
    let title = "No policy of the RabbitMQ cluster mirrors queues";
    let remedy = "Set a policy that mirrors the queues of the product with rabbitmqctl set_policy or with the \
        vendor's helper.";
    let nodes = cx.reported(NODES).map(|nodes| cx.reported_evidence(NODES, &nodes));
    let finding = cx.on_cluster(title, remedy).resting_on(nodes);
    let none = definitions.is_empty().then(|| cx.no_item_of("policy", "policies of RabbitMQ"));
    let seen = definitions.iter().map(|definition| cx.reported_evidence(DEFINITION, definition));
    let finding = finding.resting_on(seen.chain(none));
    match copies {
        Copies::Unknown => {
            finding.inferred().detail("The types of the queues are not listed: quorum queues need no policy.")
        }
        Copies::All | Copies::NotAll => finding,
    }
    .into()
}

/// Whether queues have copies by their type.
#[derive(PartialEq, Eq)]
enum Copies {
    All,
    NotAll,
    Unknown,
}

impl Copies {
    fn of(cx: &Context) -> Self {
        let Ok(queues) = cx.items("queue") else { return Self::Unknown };
        cx.ask(TYPE);
        cx.ask(ARGUMENTS);
        let types: Vec<Option<bool>> = queues.iter().map(has_copies).collect();
        if types.contains(&Some(false)) {
            Self::NotAll
        } else if types.is_empty() || types.contains(&None) {
            Self::Unknown
        } else {
            Self::All
        }
    }
}

/// Whether the queue has copies by its type; `None` where nothing names its type.
fn has_copies(queue: Item) -> Option<bool> {
    let said = [queue.fact(TYPE), queue.fact(ARGUMENTS)];
    let mut said = said.iter().filter_map(Observed::value).map(|text| text.to_lowercase());
    let named = |text: &String| ["quorum", "stream", "classic"].iter().any(|kind| text.contains(kind));
    let text = said.find(named)?;
    Some(!text.contains("classic"))
}

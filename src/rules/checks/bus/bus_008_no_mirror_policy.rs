//! BUS-008: does a RabbitMQ cluster mirror its queues?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether a RabbitMQ cluster has a policy that mirrors queues.
    /// ## Why it matters
    /// Without such a policy, every queue is on one broker only. If that broker stops, the queue and its messages are
    /// lost.
    /// ## How to fix it
    /// Set a policy of mode "all", or with two replicas, for the queues of the product. Use RabbitMQ's own tool or the
    /// vendor's RabbitMQ helper.
    /// ## What it cannot see
    /// Which queues match the pattern of the policy. Our sources describe RabbitMQ 3; later versions do not mirror by
    /// policy.
    id: "BUS-008",
    title: "RabbitMQ cluster does not mirror its queues",
    severity: Medium,
    area: MessageBus,
    subject: Cluster,
    cites: ["RMQ:docs/clustering" Confirmed, "CON:RabbitMQ/CheatSheet.txt" Confirmed],
}

const NODES: &str = "bus.node-count";
const VERSION: &str = "bus.version";
const DEFINITION: &str = "policy.definition";

fn check(cx: &Context) -> Outcome {
    let nodes = known!(cx.reported(NODES));
    if nodes.value().and_then(|count| count.parse::<u32>().ok()).is_none_or(|count| count < 2) {
        return Outcome::not_applicable("RabbitMQ runs on one node: there is nothing to mirror to");
    }
    let version = cx.reported(VERSION);
    let major =
        version.as_ref().ok().and_then(Observed::value).and_then(|text| text.split('.').next()?.parse().ok());
    match (major, version) {
        (Some(4_u32..), _) => {
            return Outcome::not_applicable("the sources of this rule describe RabbitMQ before version 4");
        }
        (None, Err(gap)) => return gap.into(),
        _ => {}
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
    let finding = cx.on_cluster(title, remedy).because(cx.reported_evidence(NODES, &nodes));
    let none = definitions.is_empty().then(|| cx.no_item_of("policy", "policies of RabbitMQ"));
    let seen = definitions.iter().map(|definition| cx.reported_evidence(DEFINITION, definition));
    finding.resting_on(seen.chain(none)).into()
}

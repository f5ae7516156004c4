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
    subject: Cluster,
    cites: ["RMQ:docs/clustering" Confirmed, "CON:RabbitMQ/CheatSheet.txt" Confirmed],
    check: check,
}

const NODES: &str = "bus.node-count";
const VERSION: &str = "bus.version";

fn check(cx: &Context) -> Outcome {
    let nodes = known!(cx.reported(NODES));
    if nodes.value().and_then(|count| count.parse::<u32>().ok()).is_none_or(|count| count < 2) {
        return Outcome::not_applicable("RabbitMQ runs on one node: there is nothing to mirror to");
    }
    let version = cx.reported(VERSION);
    let major =
        version.as_ref().ok().and_then(Observed::value).and_then(|text| text.split('.').next()?.parse().ok());
    match (major, &version) {
        (Some(4_u32..), _) => {
            return Outcome::not_applicable("the sources of this rule describe RabbitMQ before version 4");
        }
        (None, Err(gap)) => return Outcome::unknown(gap.clone()),
        _ => {}
    }
    let policies = known!(cx.items("policy"));
    let definitions: Vec<Observed<String>> =
        policies.iter().map(|policy| policy.fact("policy.definition")).collect();
    if definitions.iter().any(|one| one.value().is_some_and(|text| text.contains("ha-mode"))) {
        return Outcome::pass();
    }
    let unread = policies.iter().zip(&definitions).filter_map(|(policy, definition)| {
        let what = format!("the definition of the policy {}", policy.name());
        definition.why_unknown().map(|why| cx.unreported("policy.definition", what, why))
    });
    let unread: Vec<MissingEvidence> = unread.collect();
    if !unread.is_empty() {
        return Outcome::Unknown { missing: unread };
    }
    let mut finding = cx
        .on_cluster(
            "No policy of the RabbitMQ cluster mirrors queues",
            "Set a policy that mirrors the queues of the product with rabbitmqctl set_policy or with the \
                vendor's helper.",
        )
        .because(reported(cx.knowledge.label(NODES, ""), &nodes));
    for definition in &definitions {
        finding = finding.because(reported(cx.knowledge.label("policy.definition", ""), definition));
    }
    if definitions.is_empty() {
        let place =
            cx.cluster.lists.get("policy").and_then(Observed::place).cloned().unwrap_or_else(Place::default);
        finding = finding.because(Evidence::absence("", "policies of RabbitMQ", place));
    }
    Outcome::Findings(vec![finding])
}

//! BUS-010: do all RabbitMQ servers have the same Erlang cookie?

use crate::rules::checks::bus::bus_016_bus_cluster_faulty::brokers;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// For several RabbitMQ servers: whether someone confirms that all of them have the same Erlang cookie, both for the
    /// service and for the account that runs rabbitmqctl.
    /// ## Why it matters
    /// Nodes with different cookies refuse each other. They cannot join the cluster, and the cluster cannot be managed.
    /// ## How to fix it
    /// Stop RabbitMQ on all servers except one. Copy the .erlang.cookie of that server to both places on the others, and
    /// start them again.
    /// ## What it cannot see
    /// It relies on the answer. The cookie is a secret, so it is neither collected nor asked for. Without the status of
    /// RabbitMQ, the rule assumes one server. Brokers that run in one cluster have the same cookie for the service.
    id: "BUS-010",
    title: "Erlang cookies of the RabbitMQ servers differ",
    question: "Do all RabbitMQ servers have the same Erlang cookie?",
    severity: High,
    area: MessageBus,
    subject: Cluster,
    cites: ["RMQ:docs/clustering" Confirmed, "D:best-practices" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    if question::is_answered(cx, None) {
        return question::answer(cx, None);
    }
    match brokers(cx) {
        Err(_) => Outcome::not_applicable("nothing shows that there are several RabbitMQ servers"),
        Ok(brokers) if brokers.len() < 2 => Outcome::not_applicable("there is one RabbitMQ server"),
        Ok(_) => question::answer(cx, None),
    }
}

//! BUS-012: is the certificate of RabbitMQ suitable?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// If a site connector uses TLS: whether someone confirms that the RabbitMQ certificate has an RSA key, names the
    /// host given in the site connector, and is valid for at least one more month.
    /// ## Why it matters
    /// With a CNG key or an elliptic-curve key, the installation of TLS fails. If the name is wrong or the certificate
    /// has expired, nodes and engines refuse the connection to the bus.
    /// ## How to fix it
    /// Issue an RSA certificate for the host name given in the site connector. Install it with the vendor's RabbitMQ
    /// helper.
    /// ## What it cannot see
    /// It relies on the answer. No export contains the certificate of the bus. Without the site connectors, the rule
    /// assumes that the bus uses no TLS.
    id: "BUS-012",
    title: "RabbitMQ TLS certificate is not suitable",
    question: "Is the RabbitMQ TLS certificate suitable?",
    severity: High,
    area: MessageBus,
    subject: Cluster,
    cites: ["D:distributed-engines/installing-rabbitmq" Confirmed],
}

const TLS: &str = "connector.tls";
const ACTIVE: &str = "connector.active";

fn check(cx: &Context) -> Outcome {
    if question::is_answered(cx, None) {
        return question::answer(cx, None);
    }
    let Ok(connectors) = cx.items("connector") else {
        return Outcome::not_applicable("nothing shows that the bus uses TLS");
    };
    let is = |fact: Observed<String>, wanted: &str| fact.value().is_some_and(|value| value == wanted);
    let uses_tls = connectors
        .iter()
        .any(|connector| is(connector.fact(TLS), "true") && !is(connector.fact(ACTIVE), "false"));
    if uses_tls {
        return question::answer(cx, None);
    }
    Outcome::not_applicable("no site connector uses TLS")
}

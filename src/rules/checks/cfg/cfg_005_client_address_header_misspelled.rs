//! CFG-005: is the client address header exactly X-Forwarded-For?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the key `IpAddressHeader` in web-appSettings.config names the header X-Forwarded-For, with exactly this
    /// spelling. This applies to builds before 10.5.000000.
    /// ## Why it matters
    /// A practitioner reports that the product distinguishes upper and lower case in this name. It does not find a
    /// header with a different spelling. It then records the address of the load balancer for every user.
    /// ## How to fix it
    /// Write the name exactly as X-Forwarded-For in web-appSettings.config on every node. Or make sure that the load
    /// balancer sends the header that the file names.
    /// ## What it cannot see
    /// Which header the load balancer sends. From 10.5.000000 the setting is in the database.
    id: "CFG-005",
    title: "Client address header is not X-Forwarded-For",
    question: "Is the client address header X-Forwarded-For?",
    severity: Medium,
    area: LoadBalancer,
    subject: Node,
    applies: before(Build::Current, BuildVersion::new(10, 5, 0)),
    cites: ["D:networking/secret-server-clustering" Confirmed, "B91" Confirmed],
}

const HEADER: &str = "X-Forwarded-For";
const FACT: &str = "config.web-appsettings.config:appSettings/add[IpAddressHeader]@value";

fn check(cx: &Context, node: &Node) -> Outcome {
    const LABEL: &str = "key IpAddressHeader";
    let fact = known!(cx.fact(node, FACT, LABEL));
    let Some(value) = fact.value() else {
        return Outcome::not_applicable("web-appSettings.config names no header");
    };
    if value == HEADER {
        return Outcome::pass();
    }
    let title = format!("{}: the client address header is \"{value}\"", node.name);
    let remedy = format!(
        "Write {HEADER} in web-appSettings.config of {}, or let the load balancer send \"{value}\".",
        node.name
    );
    let finding = cx.on_node(node, title, remedy).because(evidence(node, LABEL, &fact));
    // Another name may be the one that the load balancer really sends.
    let misspelt = value.trim().eq_ignore_ascii_case(HEADER);
    Outcome::Findings(vec![finding.inferred_if(!misspelt)])
}

//! LBL-005: does the certificate of the node contain the host name of the custom URL?

use crate::model::label;
use crate::rules::engine::prelude::*;
use crate::rules::lib::address::{CUSTOM_URL, host, is_named, tls_ends_in_front};

rule! {
    /// ## What it checks
    /// Whether the certificate bound to the site of the node contains the host name of the custom URL, directly or by a
    /// wildcard.
    /// ## Why it matters
    /// Users and programs open the custom URL. If the certificate is for another name, browsers show a warning and
    /// programs stop.
    /// ## How to fix it
    /// Bind a certificate that contains the host name of the custom URL to the site of every node.
    /// ## What it cannot see
    /// The certificate of the load balancer. If the load balancer ends TLS, the rule does not apply.
    id: "LBL-005",
    title: "Certificate does not contain the host name of the custom URL",
    question: "Does the certificate contain the host name of the custom URL?",
    severity: Medium,
    area: LoadBalancer,
    subject: Node,
    cites: ["D:networking/secret-server-clustering" Confirmed],
}

const NAMES: &str = "iis.certificate.names";

fn check(cx: &Context, node: &Node) -> Outcome {
    if let Some(why) = tls_ends_in_front(cx) {
        return Outcome::not_applicable(why);
    }
    let (url, names) = match both(cx.reported(CUSTOM_URL), cx.fact(node, NAMES, "")) {
        Ok(both) => both,
        Err(missing) => return question::where_evidence_lacks(cx, Some(node), Vec::new(), missing),
    };
    let Some(host) = url.value().map(|url| host(url)).filter(|host| !host.is_empty()) else {
        return Outcome::not_applicable("there is no custom URL");
    };
    let listed = names.value().map(String::as_str).unwrap_or_default();
    if !label::comparable(listed, &host) {
        let what = "the names of the certificate and the custom URL at one level";
        let why = "one of them is a label, and labels do not compare with names";
        return MissingEvidence::again(&node.name, what, why, "at the level of the exports").into();
    }
    if is_named(listed, &host) {
        return Outcome::pass();
    }
    let title = format!("{}: the certificate does not name {host}", node.name);
    let remedy = format!("Bind a certificate that names {host} to the site of {}.", node.name);
    let seen = [cx.reported_evidence(CUSTOM_URL, &url), cx.node_evidence(node, NAMES, &names)];
    cx.on_node(node, title, remedy).resting_on(seen).inferred().into()
}

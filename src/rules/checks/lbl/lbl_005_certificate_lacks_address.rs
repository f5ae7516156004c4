//! LBL-005: does the certificate of the node contain the host name of the custom URL?

use crate::model::label;
use crate::rules::engine::prelude::*;

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
    /// The certificate of the load balancer. If the load balancer ends TLS with its own certificate, the name on the
    /// node matters less.
    id: "LBL-005",
    title: "Certificate does not contain the host name of the custom URL",
    severity: Medium,
    area: LoadBalancer,
    subject: Node,
    cites: ["D:networking/secret-server-clustering" Confirmed],
}

const URL: &str = "product.custom-url";
const NAMES: &str = "iis.certificate.names";

fn check(cx: &Context, node: &Node) -> Outcome {
    let (url, names) = match both(cx.reported(URL), cx.fact(node, NAMES, "")) {
        Ok(both) => both,
        Err(missing) => return question::where_evidence_lacks(cx, Some(node), Vec::new(), missing),
    };
    let Some(host) = url.value().map(|url| host(url)).filter(|host| !host.is_empty() && host != "none")
    else {
        return Outcome::not_applicable("there is no custom URL");
    };
    let listed = names.value().map(String::as_str).unwrap_or_default();
    if !label::comparable(listed, &host) {
        let what = "the names of the certificate and the custom URL at one level";
        let why = "one of them is a label, and labels do not compare with names";
        return MissingEvidence::again(&node.name, what, why, "at the level of the exports").into();
    }
    if listed.split([' ', ',', ';']).any(|name| covers(name, &host)) {
        return Outcome::pass();
    }
    let title = format!("{}: the certificate does not name {host}", node.name);
    let remedy = format!("Bind a certificate that names {host} to the site of {}.", node.name);
    let seen = [cx.reported_evidence(URL, &url), cx.node_evidence(node, NAMES, &names)];
    cx.on_node(node, title, remedy).resting_on(seen).inferred().into()
}

/// Host of a URL, in lower case.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.split(':').next().unwrap_or_default().trim().to_lowercase()
}

/// Whether a name of a certificate covers the host: itself, or a wildcard for its first label.
fn covers(name: &str, host: &str) -> bool {
    let name = name.trim().to_lowercase();
    let wildcard = name.strip_prefix("*.").zip(host.split_once('.'));
    name == host || wildcard.is_some_and(|(parent, (_, rest))| parent == rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_wildcards() {
        assert_eq!(host("https://Vault.corp.example:8443/SecretServer"), "vault.corp.example");
        assert_eq!(host("vault"), "vault");
        assert!(covers("*.corp.example", "vault.corp.example") && covers("Vault", "vault"));
        assert!(!covers("*.example", "vault.corp.example") && !covers("*.corp.example", "corp.example"));
    }
}

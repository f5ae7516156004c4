//! LBL-006: do all nodes have HTTPS with the same valid certificate?

use crate::model::export::Moment;
use crate::model::label;
use crate::rules::engine::prelude::*;
use crate::rules::lib::address::{CUSTOM_URL, host, is_named, tls_ends_in_front};
use crate::rules::lib::folder::and;

rule! {
    /// ## What it checks
    /// Whether the site of every serving node has an HTTPS binding, whether its certificate is valid for at least 30
    /// more days, and whether all nodes present the same certificate, or certificates that all name the custom URL.
    /// ## Why it matters
    /// The load balancer sends users to any node. A node without HTTPS or with an expired certificate turns users away.
    /// If the certificates differ, failures seem random.
    /// ## How to fix it
    /// Bind a valid certificate for the address of the cluster to the site of every node, and renew it in time.
    /// ## What it cannot see
    /// The certificate of the load balancer. If the load balancer ends TLS, the nodes need no certificate; the inventory,
    /// an answer, or nodes without HTTPS behind an address of HTTPS show that. The limit of 30 days is our own choice.
    id: "LBL-006",
    title: "Certificate is missing, expires or differs between nodes",
    question: "Does every node have a valid certificate that fits those of the others?",
    severity: High,
    area: LoadBalancer,
    subject: Cluster,
    cites: ["D:networking/secret-server-clustering" Confirmed],
}

/// How many days before its end a certificate is reported.
const DAYS: i64 = 30;
const END: &str = "iis.certificate.not-after";
const LABEL: &str = "iis.certificate.thumbprint-label";
const NAMES: &str = "iis.certificate.names";

fn check(cx: &Context) -> Outcome {
    let (mut findings, mut missing, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    let in_front = tls_ends_in_front(cx);
    let mut bare = 0;
    for node in cx.cluster.serving() {
        let Ok(unbound) = https(cx, node).map_err(|gap| missing.push(gap)) else { continue };
        if unbound.is_some() && in_front.is_some() {
            bare += 1;
            continue;
        }
        if unbound.is_some() {
            findings.extend(unbound);
            continue;
        }
        let ends = end(cx, node).map_err(|gap| missing.push(gap));
        findings.extend(ends.ok().flatten());
        let label = cx.fact(node, LABEL, "").map_err(|gap| missing.push(gap));
        labels.extend(label.map(|label| (node, label)));
    }
    if let Some(why) = in_front.filter(|_| bare > 0 && labels.is_empty() && missing.is_empty()) {
        return Outcome::not_applicable(why);
    }
    findings.extend(different(cx, &labels));
    question::where_evidence_lacks(cx, None, findings, missing)
}

fn https(cx: &Context, node: &Node) -> Result<Option<Finding>, MissingEvidence> {
    let fact = cx.fact(node, "iis.https", "binding of HTTPS")?;
    let title = format!("{}: the site has no binding of HTTPS", node.name);
    let remedy = format!("Bind the certificate of the cluster's address to the site of {}.", node.name);
    let wrong = fact.value().is_some_and(|https| https != "true");
    let finding = cx.on_node(node, title, remedy);
    // A load balancer may end TLS on purpose.
    Ok(wrong.then(|| finding.because(evidence(node, "binding of HTTPS", &fact)).inferred()))
}

fn end(cx: &Context, node: &Node) -> Result<Option<Finding>, MissingEvidence> {
    let fact = cx.fact(node, END, "")?;
    let Some(end) = fact.value().and_then(|end| end.parse::<Moment>().ok()) else {
        let what = format!("{} of {}", cx.knowledge.label(END, ""), node.name);
        return Err(cx.unreported(END, what, "it is no moment"));
    };
    let instant = end.utc.unwrap_or_else(|| end.wall.and_utc());
    let days = (instant - cx.cluster.as_of).num_days();
    let when = if instant <= cx.cluster.as_of { "has expired" } else { "expires soon" };
    let title = format!("{}: the certificate {when}", node.name);
    let remedy = format!("Renew the certificate and bind the new one to the site of {}.", node.name);
    let finding = cx.on_node(node, title, remedy);
    Ok((days < DAYS).then(|| finding.because(cx.node_evidence(node, END, &fact))))
}

fn different(cx: &Context, labels: &[(&Node, Observed<String>)]) -> Option<Finding> {
    let (_, first) = labels.first()?;
    if labels.iter().all(|(_, label)| label.value() == first.value()) {
        return None;
    }
    if labels.iter().all(|(node, _)| names_address(cx, node)) {
        return None;
    }
    let names = and(labels.iter().map(|(node, _)| node.name.as_str()));
    let title = format!("The certificates of {names} are not the same");
    let seen = labels.iter().map(|(node, label)| cx.node_evidence(node, LABEL, label));
    let remedy = "Bind the same certificate to the site of every node.";
    Some(cx.on_cluster(title, remedy).resting_on(seen).inferred())
}

/// Whether the certificate of the node names the custom URL, so that it may be one of its own.
fn names_address(cx: &Context, node: &Node) -> bool {
    let (url, names) = (cx.reported(CUSTOM_URL), cx.fact(node, NAMES, ""));
    let (Ok(url), Ok(names)) = (url, names) else { return false };
    let (Some(url), Some(names)) = (url.value(), names.value()) else { return false };
    let host = host(url);
    !host.is_empty() && label::comparable(names, &host) && is_named(names, &host)
}

//! CFG-014: has the site an HTTPS binding if its cookies require HTTPS?

use crate::model::host_name::same_host;
use crate::rules::engine::prelude::*;
use crate::rules::lib::address::tls_ends_in_front;
use crate::rules::lib::reported_number::of_item;

rule! {
    /// ## What it checks
    /// Whether the site of the node has an HTTPS binding if web-cookie.config or web-auth.config requires HTTPS.
    /// ## Why it matters
    /// A cookie that requires HTTPS is not sent over plain HTTP, so users cannot log in on this node.
    /// ## How to fix it
    /// Bind a certificate to the site before the first login. Or set requireSSL back to false until that is done.
    /// ## What it cannot see
    /// If the load balancer ends TLS, the product may still accept its requests as secure. Sessions of users on the node
    /// show that it does; without any, the rule asks.
    id: "CFG-014",
    title: "Cookies require HTTPS, but the site has no HTTPS binding",
    question: "Does the site have an HTTPS binding if cookies require HTTPS?",
    severity: High,
    area: Iis,
    subject: Node,
    cites: ["D:security-hardening/secure-asp-cookies" Confirmed],
}

const HTTPS: &str = "iis.https";
const FILES: [(&str, &str); 2] = [
    ("web-auth.config", "config.web-auth.config:authentication/forms[*]@requireSSL"),
    ("web-cookie.config", "config.web-cookie.config:httpCookies@requireSSL"),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    let (mut requiring, mut missing) = (Vec::new(), Vec::new());
    for (file, path) in FILES {
        match cx.fact(node, path, &format!("requireSSL of {file}")) {
            Ok(fact) if fact.value().is_some_and(|value| value.trim().eq_ignore_ascii_case("true")) => {
                requiring.push(file);
            }
            Ok(_) => {}
            Err(gap) => missing.push(gap),
        }
    }
    if requiring.is_empty() {
        return if missing.is_empty() {
            Outcome::not_applicable("no cookie requires HTTPS")
        } else {
            missing.into()
        };
    }
    let https = known!(cx.fact(node, HTTPS, "HTTPS binding"));
    match https.value().map(String::as_str) {
        None => return Outcome::not_applicable("there is no application in IIS"),
        Some("true") => return Outcome::pass(),
        Some(_) => {}
    }
    if tls_ends_in_front(cx).is_some() {
        if has_sessions(cx, node) {
            let proof = "users sign in on it through the load balancer, which ends TLS";
            return Outcome::Pass { note: proof.into(), inferred: true };
        }
        if question::is_answered(cx, Some(node)) {
            return question::answer(cx, Some(node));
        }
        let why = "the load balancer ends TLS, and no session shows that users can sign in here";
        return cx.unanswered(Some(node), &cx.rule.id, why).into();
    }
    let name = &node.name;
    let finding = |file: &str| {
        let title = format!("{name}: {file} requires HTTPS, but the site has no HTTPS binding");
        let remedy =
            format!("Bind a certificate to the site of {name}, then check that you can log in there.");
        cx.on_node(node, title, remedy).because(evidence(node, "HTTPS binding", &https))
    };
    Outcome::Findings(requiring.into_iter().map(finding).collect())
}

/// Whether users had sessions on the node in the last week.
fn has_sessions(cx: &Context, node: &Node) -> bool {
    let Ok(items) = cx.items("session-node") else { return false };
    items
        .iter()
        .filter(|item| same_host(&node.name, item.name()))
        .any(|item| of_item(cx, item, "session-node.sessions").is_ok_and(|(sessions, _)| sessions > 0.0))
}

//! The address of the cluster: its host, which certificates name it, and who ends TLS for it.

use crate::rules::engine::prelude::*;

/// The setting Custom URL of the product.
pub(crate) const CUSTOM_URL: &str = "product.custom-url";

/// Host of a URL, in lower case; empty where there is none.
pub(crate) fn host(url: &str) -> String {
    let tail = url.split_once("://").map_or(url, |(_, tail)| tail);
    let authority = tail.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default().trim().to_lowercase();
    if host == "none" { String::new() } else { host }
}

/// Whether one of the names of a certificate covers the host.
pub(crate) fn is_named(names: &str, host: &str) -> bool {
    names.split([' ', ',', ';']).any(|name| covers(name, host))
}

/// Whether a name of a certificate covers the host: itself, or a wildcard for its first label.
fn covers(name: &str, host: &str) -> bool {
    let name = name.trim().to_lowercase();
    let wildcard = name.strip_prefix("*.").zip(host.split_once('.'));
    name == host || wildcard.is_some_and(|(parent, (_, tail))| parent == tail)
}

/// Why TLS ends at the load balancer, so that a node needs no HTTPS of its own: the inventory or a person says so, or users
/// open an address of HTTPS, no node has it, and there is a load balancer in front of them.
pub(crate) fn tls_ends_in_front(cx: &Context) -> Option<&'static str> {
    let says = |path: &str| {
        let fact = cx.reported(path).ok()?;
        fact.value().map(|value| value.trim().to_lowercase()).filter(|value| !value.is_empty())
    };
    if says("balancer.tls").is_some_and(|place| place.contains("balancer")) {
        return Some("the inventory says that TLS ends at the load balancer");
    }
    if cx.answer(None, "LBL-006").is_some_and(|answer| answer.value == "balancer") {
        return Some("a person says that TLS ends at the load balancer");
    }
    let address = says(CUSTOM_URL).or_else(|| says("balancer.custom-url"))?;
    let nodes: Vec<Option<String>> = cx
        .cluster
        .serving()
        .filter_map(|node| {
            cx.fact(node, "iis.https", "binding of HTTPS").ok().map(|fact| fact.value().cloned())
        })
        .collect();
    let none_has_https = !nodes.is_empty() && nodes.iter().flatten().all(|https| https == "false");
    if !address.starts_with("https://") || !none_has_https {
        return None;
    }
    let header = || {
        const HEADER: &str = "config.web-appsettings.config:appSettings/add[IpAddressHeader]@value";
        cx.cluster.serving().any(|node| cx.fact(node, HEADER, "").is_ok_and(|fact| fact.value().is_some()))
    };
    let balancer = ["balancer.affinity", "balancer.client-ip-header", "balancer.health-probe"];
    let in_front = balancer.into_iter().any(|path| says(path).is_some())
        || ["LBL-001", "LBL-008"].into_iter().any(|id| {
            cx.answer(None, id)
                .is_some_and(|answer| ["sticky", "healthcheck"].contains(&answer.value.as_str()))
        })
        || header();
    in_front
        .then_some("users open an address of HTTPS and no node has it, so that TLS ends at the load balancer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_wildcards() {
        assert_eq!(host("https://Vault.corp.example:8443/SecretServer"), "vault.corp.example");
        assert_eq!([host("vault"), host("none"), host("")], ["vault", "", ""]);
        assert!(covers("*.corp.example", "vault.corp.example") && covers("Vault", "vault"));
        assert!(!covers("*.example", "vault.corp.example") && !covers("*.corp.example", "corp.example"));
        assert!(is_named("web01.corp.example, vault.corp.example", "vault.corp.example"));
        assert!(!is_named("web01.corp.example", "vault.corp.example"));
    }
}

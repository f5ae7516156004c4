//! LBL-004: is the custom URL of the cluster set?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the setting Custom URL is filled in for a cluster of several nodes.
    /// ## Why it matters
    /// Without it, links in emails and the addresses that other programs receive name one node instead of the load
    /// balancer.
    /// ## How to fix it
    /// In the configuration of the product, set Custom URL to the address that users open.
    /// ## What it cannot see
    /// Whether the address leads to the load balancer.
    id: "LBL-004",
    title: "Custom URL is not set",
    question: "Is the custom URL set?",
    severity: Medium,
    area: LoadBalancer,
    subject: Cluster,
    applies: since(Build::Current, BuildVersion::new(8, 5, 0)),
    cites: ["RN:10.7.000000" Confirmed, "D:networking/secret-server-clustering" Confirmed],
}

const PATH: &str = "product.custom-url";

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let url = known!(cx.reported(PATH));
    if url.value().is_some_and(|url| !url.trim().is_empty()) {
        return Outcome::pass();
    }
    let remedy = "Set the Custom URL in the configuration of the product to the address that users open.";
    cx.on_cluster("The Custom URL is empty", remedy).because(cx.reported_evidence(PATH, &url)).into()
}

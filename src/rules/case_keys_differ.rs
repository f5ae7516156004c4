//! BND-005.

use super::context::Context;
use super::rule::{Check, rule};
use crate::finding::{Evidence, Outcome, Subject};
use crate::model::Place;
use std::collections::BTreeSet;

rule! {
    /// ## What it checks
    /// Whether all bundles were made with the same case key, or all without one.
    /// ## Why it matters
    /// Fingerprints made with different keys never compare. Key files, `database.config`, redacted values and
    /// everything else that is known by its fingerprint then cannot be compared between these nodes, and rules
    /// that need it answer unknown.
    /// ## How to fix it
    /// Collect again with one and the same case key file on every node, or on every node without one.
    /// ## What it cannot see
    /// Which of the keys is the right one. Bundles without a case key compare as long as their nodes share the key
    /// file; whether they do is the business of ENC-001.
    id: "BND-005",
    title: "Bundles were made with different case keys",
    severity: High,
    scope: Now,
    subject: Cluster,
    applies: None,
    cites: ["SELF" Confirmed],
    check: Check::Cluster(check),
}

fn check(cx: &Context) -> Outcome {
    let bundles = || cx.cluster.nodes.iter().filter_map(|node| Some((node, node.snapshot.as_ref()?)));
    let keys: BTreeSet<Option<&str>> =
        bundles().map(|(_, snapshot)| case_key(snapshot.key_id.as_deref())).collect();
    match keys.len() {
        0 => return Outcome::not_applicable("no bundle was given"),
        1 => return Outcome::pass(),
        _ => {}
    }
    let mut finding = cx.finding(
        Subject::cluster(),
        "Bundles were made with different case keys, so that fingerprints do not compare",
        "Collect again on all nodes with one case key file, or on all without one.",
    );
    finding.detail = "Whether files and redacted values are the same on all nodes is unknown.".into();
    finding.evidence = bundles()
        .map(|(node, snapshot)| Evidence::Value {
            node: node.name.clone(),
            fact: "case key".into(),
            value: case_key(snapshot.key_id.as_deref()).unwrap_or("none").to_owned(),
            place: Place::file("manifest.json").in_input(&snapshot.input),
        })
        .collect();
    Outcome::Findings(vec![finding])
}

/// The id of a bundle's case key; fingerprints without one are keyed by the node's own key file.
fn case_key(key: Option<&str>) -> Option<&str> {
    key?.strip_prefix("case:")
}

//! BND-005: were all bundles made with the same case key?

use crate::model::node::Snapshot;
use crate::model::parity::{Conformity, classify};
use crate::model::{Input, Role};
use crate::rules::engine::prelude::*;
use crate::rules::engine::problem;
use std::collections::BTreeSet;

rule! {
    /// ## What it checks
    /// Whether all bundles were made with the same case key, or all without one.
    /// ## Why it matters
    /// Fingerprints made with different keys cannot be compared. The report then cannot show whether key files,
    /// `database.config`, redacted values and everything else that it knows only by a fingerprint are the same on these
    /// nodes. Rules that need this comparison answer unknown.
    /// ## How to fix it
    /// Collect again with the same case key file on every node, or without a case key on every node.
    /// ## What it cannot see
    /// Which of the keys is the right one. Bundles without a case key can be compared as long as their nodes have the
    /// same key file. ENC-001 checks whether they do.
    id: "BND-005",
    title: "Bundle was made with a different case key",
    question: "Were all bundles made with the same case key?",
    severity: High,
    area: NodesAndFiles,
    subject: Input,
    cites: ["SELF" Confirmed],
}

fn check(cx: &Context, input: &Input) -> Outcome {
    if let Some(outcome) = problem::unread(input) {
        return outcome;
    }
    // A disaster recovery instance is compared with nothing.
    let compared = cx.cluster.nodes.iter().filter(|node| node.role != Role::Dr);
    let bundles: Vec<&Snapshot> = compared.filter_map(|node| node.bundle()).collect();
    let keys: Vec<&str> = bundles.iter().map(|snapshot| case_key(snapshot)).collect();
    let standings = classify(&keys.iter().copied().map(Some).collect::<Vec<_>>());
    let own = bundles.iter().zip(&keys).zip(standings).find(|((bundle, _), _)| bundle.input == input.name);
    let Some(((_, own), standing)) = own else {
        return Outcome::not_applicable("its facts do not count");
    };
    if standing == Conformity::Same {
        return Outcome::pass();
    }
    let others: BTreeSet<&str> = keys.iter().copied().filter(|key| key != own).collect();
    let others = others.into_iter().collect::<Vec<_>>().join(", ");
    cx.finding(
        Subject::input(&input.name),
        format!("{} was made with case key {own}, other bundles with {others}", input.name),
        "Collect again on all nodes with one case key file, or on all without one.",
    )
    .detail("Whether files and redacted values are the same on these nodes cannot be told.")
    .because(Evidence::value(
        input.node.clone().unwrap_or_default(),
        "case key",
        (*own).to_owned(),
        Location::file("manifest.json").in_input(&input.name),
    ))
    .into()
}

/// The id of a bundle's case key, or "none": without one, fingerprints are keyed by the node's own key file.
fn case_key(snapshot: &Snapshot) -> &str {
    snapshot.key_id.as_deref().and_then(|key| key.strip_prefix("case:")).unwrap_or("none")
}

//! ENC-005: is DPAPI on for all nodes or for none?

use crate::rules::engine::prelude::*;
use crate::rules::lib::key_protection::{self, Protection};

rule! {
    /// ## What it checks
    /// Whether DPAPI protects the key on all nodes or on none. The rule uses the answers of a person. Without an
    /// answer, it uses the size of `encryption.config`.
    /// ## Why it matters
    /// DPAPI is switched on by hand on each node. If a node was forgotten, anyone who copies its key file can open the
    /// vault with it. If you do not know that a node is protected, the next copy or restore of its key file may fail
    /// unexpectedly.
    /// ## How to fix it
    /// Decide for all nodes. Then switch DPAPI on or off on each node, from a browser on that server.
    /// ## What it cannot see
    /// DPAPI itself: without an answer, the rule uses only the size and our own calculation. An HSM (hardware security
    /// module) looks the same.
    id: "ENC-005",
    title: "DPAPI is on for some nodes only",
    question: "Is DPAPI on for all nodes or for none?",
    severity: Medium,
    area: Key,
    subject: Cluster,
    cites: ["D:security-hardening/security-hardening-guide" Inferred],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (known, missing) = cx.of_serving(|node| key_protection::settled(cx, node));
    let inferred = !known.iter().all(|(_, protection)| protection.answered);
    let (on, off): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, protection)| protection.on);
    if !on.is_empty() && !off.is_empty() {
        let names = |of: &[(&Node, Protection)]| {
            of.iter().map(|(node, _)| node.name.as_str()).collect::<Vec<_>>().join(", ")
        };
        let title = format!("The key is protected on {} and not on {}", names(&on), names(&off));
        let remedy = format!("Switch DPAPI on for {}, or off for {}.", names(&off), names(&on));
        let shown = on.into_iter().chain(off).map(|(_, protection)| protection.evidence);
        return cx.on_cluster(title, remedy).resting_on(shown).into();
    }
    if missing.is_empty() { Outcome::Pass { note: String::new(), inferred } } else { missing.into() }
}

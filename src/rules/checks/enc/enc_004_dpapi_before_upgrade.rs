//! ENC-004.

use crate::rules::engine::prelude::*;
use crate::rules::lib::key_protection;

/// Newest build that the documentation of 2021 speaks of; it lets DPAPI stay on.
const DOCS_2021: BuildVersion = BuildVersion::new(10, 9, 64);

rule! {
    /// ## What it checks
    /// Whether DPAPI protects the key of a node that is about to be upgraded: by the answer of a person, else by the
    /// size of `encryption.config`.
    /// ## Why it matters
    /// A key file under DPAPI works on its own machine only. Copied to another node with the application folder it
    /// is useless there, and after a failed upgrade it cannot be restored elsewhere.
    /// ## How to fix it
    /// On each node, browsing on that server, switch DPAPI off before the upgrade and keep a copy of the plain file
    /// at a safe place; switch it on again when all nodes work. Whatever you decide, leave `encryption.config` and
    /// `database.config` out of every copy between nodes.
    /// ## What it cannot see
    /// DPAPI itself: it wraps values inside a file that looks the same from outside. Without an answer only the size
    /// speaks, by our arithmetic, and an HSM looks the same.
    id: "ENC-004",
    title: "DPAPI is probably on before an upgrade",
    severity: High,
    scope: Upgrade,
    subject: Node,
    cites: ["CHK" Top, "D:upgrading-with-web-clustering" Confirmed, "SEED" Confirmed],
    check: check,
}

/// Where sources contradict each other on it.
const CONFLICT: &str = "K-3";

fn check(cx: &Context, node: &Node) -> Outcome {
    let protection = known!(key_protection::settled(cx, node));
    if !protection.on {
        return Outcome::Pass { note: String::new(), inferred: !protection.answered };
    }
    let title = if protection.answered {
        format!("DPAPI is on for the key of {}", node.name)
    } else {
        format!("The key of {} is probably under DPAPI or an HSM", node.name)
    };
    let remedy =
        format!("Switch DPAPI off on {} before the upgrade, while browsing on that server.", node.name);
    let mut finding = cx.on_node(node, title, remedy).because(protection.evidence);
    finding
        .notes
        .extend(cx.knowledge.conflict(CONFLICT).into_iter().flat_map(|one| one.says.iter().cloned()));
    let current_docs = cx.target().is_some_and(|target| target > DOCS_2021);
    Outcome::Findings(vec![finding.inferred_if(!(protection.answered && current_docs))])
}

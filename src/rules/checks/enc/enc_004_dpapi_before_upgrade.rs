//! ENC-004: is DPAPI on for a node that will be upgraded?

use crate::rules::engine::prelude::*;
use crate::rules::lib::key_protection;

/// Newest build that the documentation of 2021 speaks of; it lets DPAPI stay on.
const DOCS_2021: BuildVersion = BuildVersion::new(10, 9, 64);

rule! {
    /// ## What it checks
    /// Whether DPAPI protects the key of a node that will be upgraded. The rule uses the answer of a person. Without an
    /// answer, it uses the size of `encryption.config`.
    /// ## Why it matters
    /// A key file with DPAPI works only on its own machine. If you copy it to another node with the application folder,
    /// it is useless there. After a failed upgrade, it cannot be restored on another machine.
    /// ## How to fix it
    /// Before the upgrade, switch DPAPI off on each node, from a browser on that server, and keep a copy of the
    /// unprotected file in a safe place. Switch DPAPI on again when all nodes work. In any case, leave
    /// `encryption.config` and `database.config` out of every copy between nodes.
    /// ## What it cannot see
    /// DPAPI itself: it encrypts values inside the file, and the file looks the same from outside. Without an answer,
    /// the rule uses only the size and our own calculation. An HSM (hardware security module) looks the same.
    id: "ENC-004",
    title: "DPAPI is probably on before an upgrade",
    question: "Is DPAPI off before the upgrade?",
    severity: High,
    area: Key,
    scope: Upgrade,
    subject: Node,
    cites: ["CHK" Top, "D:upgrading-with-web-clustering" Confirmed, "SEED" Confirmed],
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
    finding.notes.extend(cx.knowledge.conflict(CONFLICT).iter().flat_map(|one| one.says.iter().cloned()));
    let current_docs = cx.target().is_some_and(|target| target > DOCS_2021);
    Outcome::Findings(vec![finding.inferred_if(!(protection.answered && current_docs))])
}

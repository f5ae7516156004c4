//! SEC-003: does DPAPI or an HSM protect the key while no upgrade is planned?

use crate::rules::engine::prelude::*;
use crate::rules::lib::key_protection;

rule! {
    /// ## What it checks
    /// Whether DPAPI or an HSM (hardware security module) protects the key of the node while no upgrade is planned. The
    /// rule uses the answer of a person. Without an answer, it uses the size of encryption.config.
    /// ## Why it matters
    /// Anyone who takes an unprotected key file and a copy of the database can read the whole vault.
    /// ## How to fix it
    /// When all nodes work, store an offline copy of the unprotected encryption.config in a safe place. Then enable
    /// DPAPI on each node, from a browser on that node, or protect the key with an HSM.
    /// ## What it cannot see
    /// DPAPI itself: without an answer, the rule uses only the size and our own calculation. During an upgrade the key
    /// must be unprotected, so the rule does not apply if a target is given.
    id: "SEC-003",
    title: "Key is not protected by DPAPI or an HSM",
    question: "Does DPAPI or an HSM protect the key?",
    severity: Low,
    area: Security,
    subject: Node,
    cites: ["D:security-hardening/security-hardening-guide" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    if cx.target().is_some() {
        return Outcome::not_applicable("an upgrade is planned, for which the key has to be plain");
    }
    if cx.answer(Some(node), "ENC-009").is_some_and(|answer| answer.value == "yes") {
        return Outcome::pass_with("an HSM protects the key, says the answer");
    }
    let protection = known!(key_protection::settled(cx, node));
    if protection.on {
        return Outcome::Pass { note: String::new(), inferred: !protection.answered };
    }
    let title = format!("The key of {} is not protected", node.name);
    let remedy = format!(
        "Keep a copy of the plain encryption.config of {} at a safe place, then switch DPAPI on there, while browsing \
         on that server.",
        node.name
    );
    cx.on_node(node, title, remedy).because(protection.evidence).inferred().into()
}

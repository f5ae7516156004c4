//! SEC-003.

use crate::rules::engine::prelude::*;
use crate::rules::lib::key_protection;

rule! {
    /// ## What it checks
    /// Whether neither DPAPI nor an HSM protects the key of the node while no upgrade is planned: by the answer of a
    /// person, else by the size of encryption.config.
    /// ## Why it matters
    /// Whoever takes an unprotected key file and a copy of the database has the whole vault.
    /// ## How to fix it
    /// Once all nodes work and a copy of the plain file lies at a safe place, switch DPAPI on for each node, browsing
    /// on that server, or protect the key by an HSM.
    /// ## What it cannot see
    /// DPAPI itself: without an answer only the size speaks, by our arithmetic. During an upgrade the key has to be
    /// plain, so that the rule is silent with a target.
    id: "SEC-003",
    title: "Key is protected neither by DPAPI nor by an HSM",
    severity: Low,
    subject: Node,
    cites: ["D:security-hardening/security-hardening-guide" Confirmed],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    if cx.target().is_some() {
        return Outcome::not_applicable("an upgrade is planned, for which the key has to be plain");
    }
    if cx.answer(Some(node), "ENC-009").is_some_and(|answer| answer.value == "yes") {
        return Outcome::pass_with("an HSM protects the key, says the answer");
    }
    match key_protection::settled(cx, node) {
        Ok(protection) if protection.on => {
            Outcome::Pass { note: String::new(), inferred: !protection.answered }
        }
        Ok(protection) => {
            let title = format!("The key of {} is not protected", node.name);
            let remedy = format!(
                "Keep a copy of the plain encryption.config of {} at a safe place, then switch DPAPI on there, while \
                 browsing on that server.",
                node.name
            );
            let finding = cx.on_node(node, title, remedy).because(protection.evidence);
            Outcome::Findings(vec![finding.inferred()])
        }
        Err(gap) => Outcome::unknown(gap),
    }
}

//! ENC-008: is there a confirmed copy of the unprotected key file where the key is protected?

use crate::rules::engine::prelude::*;
use crate::rules::lib::key_protection;
use question::answered;

rule! {
    /// ## What it checks
    /// Whether someone confirms that a copy of the unprotected key file is kept away from the nodes. The rule applies
    /// if DPAPI, EFS (Encrypting File System) or an HSM (hardware security module) protects the key of a node.
    /// ## Why it matters
    /// A protected key file can be read only on its machine, by its account or with its HSM. If that is lost and there
    /// is no unprotected copy, the vault can never be opened again.
    /// ## How to fix it
    /// Remove the protection on one node, from a browser on that server. Copy encryption.config to a place that only
    /// the people responsible for the vault can reach, and test the copy. Then protect the file again.
    /// ## What it cannot see
    /// The copy itself, so it relies on the answer. Without answers, only the size of the file and its EFS attribute
    /// show whether the key is protected.
    id: "ENC-008",
    title: "No confirmed copy of the unprotected key file",
    question: "Is a copy of the unprotected key file confirmed?",
    severity: Blocker,
    area: Key,
    subject: Cluster,
    cites: ["CHK" Top, "MEK" Top, "D:security-hardening/security-hardening-guide" Confirmed],
}

const QUESTION: &str = "ENC-008";

fn check(cx: &Context) -> Outcome {
    let answer = cx.answer(None, QUESTION);
    if let Some(answer) = answer.filter(|answer| answer.value == "yes") {
        return Outcome::pass_with(question::says(cx, answer));
    }
    let (protected, missing) = cx.of_serving(|node| protections(cx, node));
    let protected: Vec<Indication> = protected.into_iter().flat_map(|(_, found)| found).collect();
    match (answer, protected.is_empty()) {
        (Some(answer), false) => {
            let fix = "Put a tested copy of the unprotected encryption.config at a safe place off the nodes.";
            let title = "The key is protected, and there is no copy of the unprotected file";
            let answered = answered(cx, "", "copy of the unprotected key file", answer);
            let sure = protected.iter().any(|(_, sure)| *sure);
            let seen = protected.into_iter().map(|(sign, _)| sign);
            cx.on_cluster(title, fix).because(answered).resting_on(seen).inferred_if(!sure).into()
        }
        (None, false) => {
            let why = "the key of a node is protected, and nobody has answered it";
            cx.unanswered(None, QUESTION, why).into()
        }
        (_, true) if missing.is_empty() => Outcome::not_applicable(
            "neither DPAPI nor EFS nor an HSM protects the key, as far as can be told",
        ),
        (_, true) => missing.into(),
    }
}

/// A sign of a protection, and whether it leaves no doubt: the size of the file is our arithmetic.
type Indication = (Evidence, bool);

/// What protects the key file of a node; nothing where it is plain.
fn protections(cx: &Context, node: &Node) -> Result<Vec<Indication>, MissingEvidence> {
    let mut found = Vec::new();
    if let Some(answer) = cx.answer(Some(node), "ENC-009").filter(|answer| answer.value == "yes") {
        found.push((Evidence::value(&node.name, "HSM in use", "yes", answer.place.clone()), true));
    }
    cx.ask("encryption-config.efs");
    let efs = node.fact("encryption-config.efs");
    if efs.value().is_some_and(|efs| efs == "true") {
        found.push((evidence(node, "EFS attribute of encryption.config", &efs), true));
    }
    match key_protection::settled(cx, node) {
        Ok(protection) if protection.on => found.push((protection.evidence, protection.answered)),
        Err(gap) if found.is_empty() => return Err(gap),
        _ => {}
    }
    Ok(found)
}

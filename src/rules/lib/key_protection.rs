//! What protects the key inside a node's `encryption.config`: one reading for every rule that asks.
//!
//! DPAPI and HSM protect the values inside a container that looks the same from outside, so only a
//! person, or the size of the file, tells. The sizes are our arithmetic on the layout of 10.4 and later and were
//! never calibrated on a real node: what rests on them is inferred.

use super::key_files::{ENCRYPTION, PUT_BACK, again};
use crate::model::facts::KeyFile;
use crate::model::lookup::ANSWER;
use crate::rules::engine::prelude::*;
use question::answered;

/// The question a person settles it with.
pub(crate) const QUESTION: &str = "ENC-004";

/// First build with the container whose sizes are known.
const CONTAINER: BuildVersion = BuildVersion::new(10, 4, 0);
/// Below this many bytes a container holds plain values.
const PLAIN_BELOW: u64 = 700;
/// Above this many bytes its values are wrapped by DPAPI or an HSM.
const PROTECTED_ABOVE: u64 = 900;

/// Whether the key is protected, and how that is known.
#[derive(Debug, Clone)]
pub(crate) struct Protection {
    /// DPAPI, or as far as only the size speaks an HSM, protects the key.
    pub(crate) on: bool,
    /// A person said so; otherwise the size of the file suggests it.
    pub(crate) answered: bool,
    /// The answer, or the size.
    pub(crate) evidence: Evidence,
}

/// The protection of a node's key; `None` when neither a person nor the size tells. `file` is what the node's bundle
/// says of its `encryption.config`.
pub(crate) fn of(cx: &Context, node: &Node, file: &Observed<KeyFile>) -> Option<Protection> {
    cx.ask(&format!("{ANSWER}{QUESTION}"));
    if let Some(answer) = cx.answers.get(QUESTION, &node.name) {
        let evidence = answered(cx, &node.name, "DPAPI protection", answer);
        return Some(Protection { on: answer.value == "on", answered: true, evidence });
    }
    let on = by_size(node, file.value()?.size)?;
    let size = file.as_ref().map(|file| format!("{} bytes", file.size));
    Some(Protection { on, answered: false, evidence: evidence(node, "size of encryption.config", &size) })
}

/// Whether a file of `size` bytes holds wrapped values, by DPAPI or by an HSM; `None` where the size does not tell.
pub(crate) fn by_size(node: &Node, size: u64) -> Option<bool> {
    // An older layout, or a build nobody knows, has sizes of its own.
    node.version.value().filter(|version| **version >= CONTAINER)?;
    match size {
        ..PLAIN_BELOW => Some(false),
        PLAIN_BELOW..=PROTECTED_ABOVE => None,
        _ => Some(true),
    }
}

/// The same, or what is missing to tell.
pub(crate) fn settled(cx: &Context, node: &Node) -> Result<Protection, MissingEvidence> {
    cx.ask("encryption-config");
    let file = match cx.snapshot(node) {
        Ok(snapshot) => &snapshot.facts.encryption_config,
        Err(gap) => return of(cx, node, &Observed::default()).ok_or(gap),
    };
    if node.fact("encryption-config.fault").value().is_some_and(|fault| !fault.is_empty()) {
        return Err(again(node, ENCRYPTION, "the file holds no key", PUT_BACK));
    }
    if let Some(protection) = of(cx, node, file) {
        return Ok(protection);
    }
    cx.settle(node, "encryption-config", file.as_ref(), "encryption.config")?;
    let Some(file) = file.value() else {
        return Err(again(node, ENCRYPTION, "the file is not there", PUT_BACK));
    };
    let why = match cx.version(node).value() {
        Some(version) if *version >= CONTAINER => {
            format!("its size of {} bytes fits a plain and a protected key", file.size)
        }
        _ => format!("sizes tell something from {CONTAINER} on only"),
    };
    Err(cx.unanswered(Some(node), QUESTION, &why))
}

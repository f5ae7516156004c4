//! The two key files of nodes, side by side, as far as their fingerprints compare.

use super::comparable::comparable;
use crate::model::facts::{Fingerprint, KeyFile, NodeFacts};
use crate::rules::engine::prelude::*;

/// One of the two files.
#[derive(Clone, Copy)]
pub(crate) struct Which {
    /// File name.
    pub(crate) name: &'static str,
    /// Its path as a fact.
    pub(crate) path: &'static str,
    /// Its facts.
    pub(crate) facts: fn(&NodeFacts) -> &Observed<KeyFile>,
}

/// The file that holds the encryption key.
pub(crate) const ENCRYPTION: Which =
    Which { name: "encryption.config", path: "encryption-config", facts: |facts| &facts.encryption_config };
/// The file that holds the connection to the database.
pub(crate) const DATABASE: Which =
    Which { name: "database.config", path: "database-config", facts: |facts| &facts.database_config };

/// When to collect again where a key file is missing.
pub(crate) const PUT_BACK: &str = "after the file was put back";

/// The file on one node, its fingerprint known.
#[derive(Clone, Copy)]
pub(crate) struct KeyFileOn<'a> {
    /// The node.
    pub(crate) node: &'a Node,
    /// What its bundle says of the file.
    pub(crate) observed: &'a Observed<KeyFile>,
    /// The same, as it is there.
    pub(crate) file: &'a KeyFile,
    /// Its fingerprint.
    pub(crate) print: &'a Fingerprint,
    which: Which,
}

impl KeyFileOn<'_> {
    /// Fingerprint and size as evidence.
    pub(crate) fn shown(&self) -> [Evidence; 2] {
        let size = self.observed.as_ref().map(|file| format!("{} bytes", file.size));
        [
            evidence(self.node, &format!("fingerprint of {}", self.which.name), &self.file.fingerprint),
            evidence(self.node, &format!("size of {}", self.which.name), &size),
        ]
    }
}

/// The file of every node whose fingerprint compares with most others', and of the other nodes why not.
pub(crate) fn side_by_side<'a>(
    cx: &Context<'a>,
    nodes: impl Iterator<Item = &'a Node>,
    which: Which,
) -> (Vec<KeyFileOn<'a>>, Vec<(&'a Node, MissingEvidence)>) {
    let (mut files, mut missing) = (Vec::new(), Vec::new());
    for node in nodes {
        match on(cx, node, which) {
            Ok(file) => files.push(file),
            Err(gap) => missing.push((node, gap)),
        }
    }
    let (files, apart) = comparable(files, |file| (&file.print.scheme, &file.print.key_id));
    missing.extend(apart.into_iter().map(|file| {
        let why = "it was made with another key than those of the other nodes";
        (file.node, again(file.node, which, why, "with one case key for all nodes"))
    }));
    (files, missing)
}

fn on<'a>(cx: &Context<'a>, node: &'a Node, which: Which) -> Result<KeyFileOn<'a>, MissingEvidence> {
    let label = format!("the fingerprint of {}", which.name);
    let observed = (which.facts)(&cx.snapshot(node)?.facts);
    cx.settle(node, which.path, observed.as_ref(), &label)?;
    let file = observed.value().ok_or_else(|| again(node, which, "the file is not there", PUT_BACK))?;
    if node.fact(&format!("{}.fault", which.path)).value().is_some_and(|fault| !fault.is_empty()) {
        return Err(again(node, which, "the file has no usable content", PUT_BACK));
    }
    cx.settle(node, which.path, file.fingerprint.as_ref(), &label)?;
    let print =
        file.fingerprint.value().ok_or_else(|| again(node, which, "it has none", "as administrator"))?;
    Ok(KeyFileOn { node, observed, file, print, which })
}

/// That the fingerprint of a file is missing, and how another bundle would bring it.
pub(crate) fn again(node: &Node, which: Which, why: &str, how: &str) -> MissingEvidence {
    let what = format!("the fingerprint of {} of {}", which.name, node.name);
    MissingEvidence::again(&node.name, what, why, how)
}

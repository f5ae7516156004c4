//! CFG-012: do nodes at the same build have the same files that customers create?

use crate::rules::engine::prelude::*;
use crate::rules::lib::folder::{self, Words};

rule! {
    /// ## What it checks
    /// Whether the nodes that run the same build have the same KeyDigests.txt and the same files below customresources.
    /// The rule compares fingerprints.
    /// ## Why it matters
    /// Customers create these files, and no installer copies them. A node without KeyDigests.txt accepts hosts that the
    /// others reject. A node without customresources shows and emails different texts.
    /// ## How to fix it
    /// Copy KeyDigests.txt and customresources from the node that has the right ones to all other nodes.
    /// ## What it cannot see
    /// Which node is right if there are only two.
    id: "CFG-012",
    title: "KeyDigests.txt or customresources differ between nodes",
    question: "Are KeyDigests.txt and customresources the same on all nodes?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["D:security-hardening/security-hardening-guide" Confirmed, "D:access-requests/customize-approval-emails" Confirmed],
}

const WORDS: Words =
    Words { things: "files made by the customer", wrong: "not as on the other nodes", weigh: None };
const REMEDY: &str =
    "Copy KeyDigests.txt and customresources of the node that has the right ones to all others.";

fn check(cx: &Context) -> Outcome {
    folder::files(cx, &WORDS, REMEDY, |path| path == "keydigests.txt" || path.starts_with("customresources/"))
}

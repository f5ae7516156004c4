//! VER-004: does one node have DLLs that no other node has?

use crate::rules::engine::prelude::*;
use crate::rules::lib::dlls::{is_dll_of_bin, is_leftover};
use crate::rules::lib::folder::{self, Compared, Words};

rule! {
    /// ## What it checks
    /// Whether one node has DLLs in bin that none of the other nodes has. The rule needs at least three nodes at the
    /// same build.
    /// ## Why it matters
    /// A DLL that is left from an older build, or was added by hand, may be loaded instead of the right one.
    /// ## How to fix it
    /// Stop the application pool of the node, move the DLLs out of the application folder, start the pool and check the
    /// node. A better way is to empty bin and copy the application folder of a good node again, without database.config
    /// and encryption.config.
    /// ## What it cannot see
    /// A DLL that is left over on every node. With two nodes, it is not clear whether a DLL is left over on one or
    /// missing on the other. VER-003 reports it in that case.
    id: "VER-004",
    title: "Leftover DLLs on one node",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SEED" Inferred],
}

const WORDS: Words = Words { things: "DLLs in bin", wrong: "on no other node" };

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (groups, missing) = folder::groups(cx);
    if missing.is_empty() && groups.iter().all(|group| group.members.len() < 3) {
        return Outcome::not_applicable("it takes three nodes at one build to tell what is left over");
    }
    let mut findings = Vec::new();
    for group in groups.iter().filter(|group| group.members.len() > 2) {
        let mut differences = Compared::files(group, is_dll_of_bin).differences;
        differences.retain(is_leftover);
        findings.extend(folder::findings(cx, group, &WORDS, &differences));
    }
    folder::outcome(&groups, findings, missing)
}

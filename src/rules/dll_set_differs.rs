//! VER-003.

use super::context::Context;
use super::folder::{self, Compared, Difference, Words};
use super::rule::{Check, rule};
use crate::finding::Outcome;
use crate::model::parity::{FileDifference, FileState};

rule! {
    /// ## What it checks
    /// Whether the nodes that run the same build hold the same DLLs in bin, byte for byte. A node at another build is
    /// left to VER-001. With three nodes or more, a DLL that only one of them holds is left to VER-004.
    /// ## Why it matters
    /// A copy that broke off or was taken from another build leaves a node that reports the right version and behaves
    /// differently.
    /// ## How to fix it
    /// Stop the application pool of the node, empty bin, copy the whole application folder of a good node without
    /// database.config and encryption.config, and start the pool.
    /// ## What it cannot see
    /// Which node is right when there are two: it names both. It compares nodes with each other, not with the
    /// vendor's package.
    id: "VER-003",
    title: "DLLs differ though the version is equal",
    severity: High,
    scope: Now,
    subject: Cluster,
    applies: None,
    cites: ["SEED" Confirmed],
    check: Check::Cluster(check),
    needs: ["bundle", "node-list"],
}

const WORDS: Words = Words { things: "DLLs in bin", wrong: "not as on the other nodes" };

/// Files that VER-003 and VER-004 look at, by path in lower case.
pub(super) fn is_dll_of_bin(path: &str) -> bool {
    path.starts_with("bin/") && path.rsplit_once('.').is_some_and(|(_, extension)| extension == "dll")
}

/// Whether one member alone holds the file, and there are enough of them to call it left over.
pub(super) fn is_leftover(difference: &FileDifference) -> bool {
    let there = difference.states.iter().filter(|state| **state != FileState::Missing).count();
    there == 1 && difference.states.len() > 2
}

/// Judges VER-003; VER-015 asks as well.
pub(super) fn check(cx: &Context) -> Outcome {
    folder::by_group(cx, &WORDS, None, |group| {
        let index = group.index();
        let differences = index.differences(is_dll_of_bin);
        let told = differences.iter().filter(|one| !is_leftover(one)).map(Difference::from).collect();
        let undecided = index.undecided(is_dll_of_bin).into_iter().map(ToOwned::to_owned).collect();
        Ok(Compared { differences: told, undecided })
    })
}

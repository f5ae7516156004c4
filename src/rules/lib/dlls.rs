//! The DLLs in `bin`, compared over nodes that run the same build: VER-003, VER-004 and VER-015 ask.

use super::folder::{self, Compared, Difference, Words};
use crate::rules::engine::prelude::*;

const WORDS: Words = Words { things: "DLLs in bin", wrong: "not as on the other nodes" };

/// Files that VER-003 and VER-004 look at, by path in lower case.
pub(in crate::rules) fn is_dll_of_bin(path: &str) -> bool {
    path.starts_with("bin/") && path.rsplit_once('.').is_some_and(|(_, extension)| extension == "dll")
}

/// Whether one member alone holds the file, and there are enough of them to call it left over.
pub(in crate::rules) fn is_leftover(difference: &Difference) -> bool {
    difference.states.iter().flatten().count() == 1 && difference.states.len() > 2
}

/// Findings of DLLs that differ between nodes; leftovers are left to VER-004.
pub(in crate::rules) fn differing_dlls(cx: &Context) -> Outcome {
    folder::by_group(cx, &WORDS, None, |group| {
        let mut compared = Compared::files(group, is_dll_of_bin);
        compared.differences.retain(|one| !is_leftover(one));
        Ok(compared)
    })
}

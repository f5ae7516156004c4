//! VER-003: do nodes at the same build have the same DLLs?

use crate::rules::engine::prelude::*;
use crate::rules::lib::dlls::{DllFault, differing_dlls};

rule! {
    /// ## What it checks
    /// Whether the nodes that run the same build have the same DLLs in bin, byte for byte. VER-001 covers a node at
    /// another build, CLU-011 a DLL of that build that is missing on a node, and VER-004 a DLL that is left over.
    /// ## Why it matters
    /// If a copy was interrupted, or was made from another build, the node reports the right version but behaves
    /// differently.
    /// ## How to fix it
    /// Stop the application pool of the node, and empty bin. Copy the whole application folder of a good node, without
    /// database.config and encryption.config. Then start the application pool.
    /// ## What it cannot see
    /// Which node is right if there are only two: the rule names both. It compares nodes with each other, not with the
    /// vendor's package.
    id: "VER-003",
    title: "DLLs differ between nodes at the same build",
    question: "Are the DLLs the same on all nodes at the same build?",
    severity: High,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SEED" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    differing_dlls(cx, &[DllFault::Different])
}

//! VER-003.

use crate::rules::engine::prelude::*;
use crate::rules::lib::dlls::differing_dlls;

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
    subject: Cluster,
    cites: ["SEED" Confirmed],
    check: differing_dlls,
}

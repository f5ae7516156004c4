//! VER-015: do browsers fail to load files because nodes have different files?

use crate::rules::engine::prelude::*;
use crate::rules::lib::dlls::{DllFault, differing_dlls};

rule! {
    /// ## What it checks
    /// Whether the logs report that browsers failed to load parts of the product, while nodes that report the same
    /// build have different DLLs.
    /// ## Why it matters
    /// A page from one node requests files that another node does not have. Behind one address, users sometimes see
    /// blank or broken pages.
    /// ## How to fix it
    /// Bring all nodes to the same files. Then ask users to reload the page without the browser cache.
    /// ## What it cannot see
    /// A browser that keeps files of an older build shows the same error, so the error alone is not a finding. That
    /// different nodes cause it is our inference.
    id: "VER-015",
    title: "Browsers load files from different builds",
    question: "Do browsers load all files from the same build?",
    severity: Low,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["LA" Title],
}

fn check(cx: &Context) -> Outcome {
    let (found, missing) = signature::on_cluster(cx);
    if found.is_empty() {
        return Outcome::from_parts(found, missing);
    }
    match differing_dlls(cx, &[DllFault::Different, DllFault::Missing]) {
        Outcome::Findings(_) => Outcome::Findings(found).map_findings(Finding::inferred),
        unknown @ Outcome::Unknown { .. } => unknown,
        _ => Outcome::pass_with(
            "the error was seen, but all nodes hold the same DLLs: browsers kept older files",
        ),
    }
}

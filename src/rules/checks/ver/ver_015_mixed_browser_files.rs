//! VER-015.

use crate::rules::engine::prelude::*;
use crate::rules::lib::dlls::differing_dlls;

rule! {
    /// ## What it checks
    /// Whether browsers failed to load parts of the product, as the logs tell, while nodes that call themselves the same
    /// build hold different DLLs.
    /// ## Why it matters
    /// A page of one node asks for parts that another node does not have: behind one address users see blank or broken
    /// pages now and then.
    /// ## How to fix it
    /// Bring all nodes to the same files, then let users reload the page without the browser's cache.
    /// ## What it cannot see
    /// A browser that keeps files of an older build shows the same error, so that alone it is no finding. That different
    /// nodes cause it is our inference.
    id: "VER-015",
    title: "Browsers load parts of different builds",
    severity: Low,
    subject: Cluster,
    cites: ["LA" Title],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    let (found, missing) = signature::on_cluster(cx);
    if found.is_empty() {
        return Outcome::from_parts(found, missing);
    }
    match differing_dlls(cx) {
        Outcome::Findings(_) => Outcome::Findings(found.into_iter().map(Finding::inferred).collect()),
        unknown @ Outcome::Unknown { .. } => unknown,
        _ => Outcome::pass_with(
            "the error was seen, but all nodes hold the same DLLs: browsers kept older files",
        ),
    }
}

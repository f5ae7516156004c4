//! SYS-016: is IIS new enough?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the version of IIS on the node is 7 or later.
    /// ## Why it matters
    /// The product does not run on an older IIS.
    /// ## How to fix it
    /// Move the node to a current Windows Server.
    /// ## What it cannot see
    /// The version itself, if no bundle contains it. An applicationHost.config proves version 7 or later, because older
    /// versions have no such file.
    id: "SYS-016",
    title: "IIS is too old",
    question: "Is IIS new enough?",
    severity: Blocker,
    area: Iis,
    scope: Upgrade,
    subject: Node,
    cites: ["D:secret-server-setup/system-requirements" Confirmed],
}

/// Oldest version the product runs on.
const OLDEST: u32 = 7;

fn check(cx: &Context, node: &Node) -> Outcome {
    let version = cx.fact(node, "iis.version", "").unwrap_or_default();
    let major = version.value().and_then(|text| text.split('.').next()?.parse::<u32>().ok());
    match major {
        Some(OLDEST..) => Outcome::pass(),
        Some(_) => {
            let title = format!("IIS on {} is too old", node.name);
            let remedy = format!("Move {} to a current Windows Server before the upgrade.", node.name);
            cx.on_node(node, title, remedy).because(evidence(node, "version of IIS", &version)).into()
        }
        // Without the version itself: an older IIS has no such file.
        None => {
            known!(cx.fact(node, "iis.application", "the application in IIS"));
            Outcome::pass_with("it has an applicationHost.config, which IIS has since version 7")
        }
    }
}

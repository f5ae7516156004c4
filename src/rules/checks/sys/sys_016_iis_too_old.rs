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
    severity: Blocker,
    scope: Upgrade,
    subject: Node,
    cites: ["D:secret-server-setup/system-requirements" Confirmed],
    check: check,
}

/// Oldest version the product runs on.
const OLDEST: u32 = 7;

fn check(cx: &Context, node: &Node) -> Outcome {
    match cx.fact(node, "iis.version", "") {
        Ok(fact) => {
            let major = fact.value().and_then(|text| text.split('.').next()?.parse::<u32>().ok());
            match major {
                Some(major) if major >= OLDEST => Outcome::pass(),
                Some(_) => {
                    let title = format!("IIS on {} is too old", node.name);
                    let remedy =
                        format!("Move {} to a current Windows Server before the upgrade.", node.name);
                    let finding = cx.on_node(node, title, remedy);
                    Outcome::Findings(vec![finding.because(evidence(node, "version of IIS", &fact))])
                }
                None => by_configuration(cx, node),
            }
        }
        Err(_) => by_configuration(cx, node),
    }
}

fn by_configuration(cx: &Context, node: &Node) -> Outcome {
    match cx.fact(node, "iis.application", "the application in IIS") {
        Ok(_) => Outcome::pass_with("it has an applicationHost.config, which IIS has since version 7"),
        Err(gap) => Outcome::unknown(gap),
    }
}

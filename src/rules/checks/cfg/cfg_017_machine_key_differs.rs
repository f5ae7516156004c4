//! CFG-017: do the nodes share the ASP.NET keys, or does the load balancer keep users on one node?

use crate::model::parity::same_value;
use crate::rules::engine::prelude::*;
use crate::rules::lib::comparable::redacted_apart;

rule! {
    /// ## What it checks
    /// Whether web.config has the same ASP.NET keys (machineKey) on all serving nodes. If it has no keys, whether the
    /// load balancer keeps each user on one node.
    /// ## Why it matters
    /// A node with a different key cannot read a login cookie or a page state that another node created. This is not
    /// noticed as long as each user stays on one node.
    /// ## How to fix it
    /// Enable sticky sessions on the load balancer, so that each user stays on one node. If you set the keys by hand,
    /// set the same keys on every node.
    /// ## What it cannot see
    /// Whether the product depends on these keys at all. No document of the product mentions them, so the rule only
    /// asks.
    id: "CFG-017",
    title: "ASP.NET keys differ, or each node creates its own",
    severity: Low,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SELF" Inferred],
}

const KEYS: [&str; 2] = ["validationKey", "decryptionKey"];
const AFFINITY: &str = "LBL-001";

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (mut missing, mut differing, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for key in KEYS {
        let path = format!("config.web.config:system.web/machineKey@{key}");
        let (seen, gaps) = cx.of_serving(|node| cx.snapshot(node).and_then(|_| cx.fact(node, &path, key)));
        missing.extend(gaps);
        let shown = || seen.iter().map(|(node, fact)| evidence(node, key, fact));
        let known: Vec<&String> = seen.iter().filter_map(|(_, fact)| fact.value()).collect();
        own.extend((known.len() < seen.len()).then(shown).into_iter().flatten());
        let same = |(a, b): (&&String, &&String)| same_value(a, b);
        let compared: Vec<Option<bool>> = known.iter().zip(known.iter().skip(1)).map(same).collect();
        if compared.contains(&Some(false)) {
            differing.extend(shown());
        } else if compared.contains(&None) {
            missing.extend(redacted_apart(cx, key));
        }
    }
    let finding = |title: &str, shown: Vec<Evidence>| {
        let remedy = "Keep users on one node by sticky sessions, or set the same machineKey in web.config \
            of every node.";
        cx.on_cluster(title, remedy).inferred().resting_on(shown).into()
    };
    if !differing.is_empty() {
        return finding("The nodes have different keys of ASP.NET", differing);
    }
    if own.is_empty() {
        return Outcome::from_parts(Vec::new(), missing);
    }
    match cx.answer(None, AFFINITY) {
        Some(answer) if answer.value == "sticky" => Outcome::from_parts(Vec::new(), missing),
        Some(_) => {
            finding("The nodes make keys of ASP.NET of their own, and users are not kept on one node", own)
        }
        None => {
            let why = "keys that nodes make of their own matter without affinity only";
            missing.push(cx.unanswered(None, AFFINITY, why));
            missing.into()
        }
    }
}

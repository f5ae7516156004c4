//! CFG-017: do the nodes share the ASP.NET keys, or does the load balancer keep users on one node?

use crate::model::parity::{Conformity, classify_values};
use crate::rules::engine::prelude::*;
use crate::rules::lib::comparable::redacted_apart;
use crate::rules::lib::folder::and;
use std::collections::BTreeSet;

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
    question: "Do all nodes share the ASP.NET keys, or does each user stay on one node?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SELF" Inferred],
}

const KEYS: [&str; 2] = ["validationKey", "decryptionKey"];
const AFFINITY: &str = "LBL-001";

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (mut missing, mut differing, mut own) = (Vec::new(), Vec::new(), Vec::new());
    let mut odd: BTreeSet<&str> = BTreeSet::new();
    for key in KEYS {
        let path = format!("config.web.config:system.web/machineKey@{key}");
        let (seen, gaps) = cx.of_serving(|node| cx.evidence(node).and_then(|_| cx.fact(node, &path, key)));
        missing.extend(gaps);
        let shown = || seen.iter().map(|(node, fact)| evidence(node, key, fact));
        // A node without a key makes one of its own, unlike those that have one.
        let values: Vec<Option<Option<&str>>> =
            seen.iter().map(|(_, fact)| Some(fact.value().map(String::as_str))).collect();
        if values.iter().flatten().all(Option::is_none) {
            own.extend(shown());
        }
        let standings = classify_values(&values);
        if standings.iter().any(|one| matches!(one, Conformity::Odd | Conformity::Differs)) {
            differing.extend(shown());
            let of_nodes = seen.iter().zip(&standings).filter(|(_, standing)| **standing == Conformity::Odd);
            odd.extend(of_nodes.map(|((node, _), _)| node.name.as_str()));
        } else if standings.contains(&Conformity::Unknown) {
            missing.extend(redacted_apart(cx, key));
        }
    }
    let finding = |title: &str, shown: Vec<Evidence>| {
        let remedy = "Keep users on one node by sticky sessions, or set the same machineKey in web.config \
            of every node.";
        cx.on_cluster(title, remedy).inferred().resting_on(shown)
    };
    if !differing.is_empty() {
        let title = if odd.is_empty() {
            "The nodes have different keys of ASP.NET".to_owned()
        } else {
            format!("{} has other keys of ASP.NET than the other nodes", and(odd.iter().copied()))
        };
        let finding = finding(&title, differing);
        let subject = match odd.iter().next().filter(|_| odd.len() == 1) {
            Some(node) => Subject::node(*node),
            None => Subject::cluster(),
        };
        return Finding { subject, ..finding }.into();
    }
    if own.is_empty() {
        return Outcome::from_parts(Vec::new(), missing);
    }
    match cx.answer(None, AFFINITY) {
        Some(answer) if answer.value == "sticky" => Outcome::from_parts(Vec::new(), missing),
        Some(_) => {
            let title = "The nodes make keys of ASP.NET of their own, and users are not kept on one node";
            finding(title, own).at(Severity::Low).into()
        }
        None => {
            let why = "keys that nodes make of their own matter without affinity only";
            missing.push(cx.unanswered(None, AFFINITY, why));
            missing.into()
        }
    }
}

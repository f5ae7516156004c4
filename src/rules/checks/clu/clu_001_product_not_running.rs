//! CLU-001: is the product installed and running on the node?

use crate::model::cluster::current_window;
use crate::model::log::LogDigest;
use crate::model::product::is_product_dll;
use crate::rules::engine::prelude::*;
use crate::rules::lib::activity::{connection, in_words, log_silence};

rule! {
    /// ## What it checks
    /// Whether the application folder contains the product, and whether its logs report that it is not installed or
    /// cannot reach the database. Also whether the product runs: the node list shows a recent connection, or the logs
    /// have a line from the day before the collection.
    /// ## Why it matters
    /// A cluster is built from a node that works. If you copy the folder or enable clustering before that, the fault
    /// spreads to other nodes.
    /// ## How to fix it
    /// Install or upgrade the product on the node, start its application pool, and open the product. Only then
    /// continue.
    /// ## What it cannot see
    /// It opens no page. A node that stopped an hour ago still seems to run.
    id: "CLU-001",
    title: "Product is not installed or not running",
    question: "Is the product installed and running?",
    severity: Blocker,
    area: NodeState,
    subject: Node,
    cites: ["SEED" Confirmed, "D:advanced-installation-manual" Confirmed],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let snapshot = known!(cx.any_snapshot(node));
    let binaries = known!(cx.settle(node, "binaries", snapshot.facts.binaries.as_ref(), "the DLLs in bin"));
    if !binaries.value().is_some_and(|all| all.keys().any(|name| is_product_dll(name))) {
        let title = format!("{}: the application folder holds no program", node.name);
        let remedy = format!(
            "Install the product on {}, or copy the application folder of a good node to it without \
            database.config and encryption.config.",
            node.name
        );
        let place =
            binaries.place().cloned().unwrap_or_else(|| Location::file("bin")).in_input(&snapshot.input);
        let absent = Evidence::absence(&node.name, "DLLs of the product", place);
        return cx.on_node(node, title, remedy).because(absent).standalone().into();
    }
    let errors = signature::findings(cx, node);
    if !errors.is_empty() {
        return Outcome::Findings(errors);
    }
    if connection(cx, node).is_ok_and(|connection| connection.is_recent()) {
        return Outcome::pass_with("connected when the node list was made");
    }
    let silence = known!(log_silence(cx, node));
    if silence <= current_window() {
        return Outcome::pass_with("it logged within the day before the collection");
    }
    let title = format!("{} logged nothing for {} before the collection", node.name, in_words(silence));
    let remedy = format!("Start the application pool of {0} and open the product on {0} itself.", node.name);
    let newest = cx.logs(node).ok().and_then(LogDigest::newest);
    let newest = newest.map(|time| time.to_rfc3339()).unwrap_or_default();
    let line = seen_in(node, "newest log line", newest, &Location::file("log"));
    cx.on_node(node, title, remedy).inferred().because(line).into()
}

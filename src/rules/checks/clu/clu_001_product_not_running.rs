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
    severity: Blocker,
    subject: Node,
    cites: ["SEED" Confirmed, "D:advanced-installation-manual" Confirmed],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let snapshot = known!(cx.any_snapshot(node));
    let binaries = known!(cx.settle(node, "binaries", snapshot.facts.binaries.as_ref(), "the DLLs in bin"));
    if !binaries.value().is_some_and(|all| all.keys().any(|name| is_product_dll(name))) {
        let place = binaries.place().cloned().unwrap_or_else(|| Place::file("bin")).in_input(&snapshot.input);
        let finding = cx
            .on_node(
                node,
                format!("{}: the application folder holds no program", node.name),
                format!(
                    "Install the product on {}, or copy the application folder of a good node to it \
                    without database.config and encryption.config.",
                    node.name
                ),
            )
            .because(Evidence::absence(&node.name, "DLLs of the product", place))
            .standalone();
        return Outcome::Findings(vec![finding]);
    }
    let errors = signature::findings(cx, node);
    if !errors.is_empty() {
        return Outcome::Findings(errors);
    }
    if connection(cx, node).is_ok_and(|connection| connection.is_recent()) {
        return Outcome::pass_with("connected when the node list was made");
    }
    match log_silence(cx, node) {
        Ok(silence) if silence <= current_window() => {
            Outcome::pass_with("it logged within the day before the collection")
        }
        Ok(silence) => {
            let finding = cx.on_node(
                node,
                format!("{} logged nothing for {} before the collection", node.name, in_words(silence)),
                format!("Start the application pool of {0} and open the product on {0} itself.", node.name),
            );
            let newest = cx.logs(node).ok().and_then(LogDigest::newest);
            let line = Evidence::value(
                &node.name,
                "newest log line",
                newest.map(|time| time.to_rfc3339()).unwrap_or_default(),
                Place::file("log").in_input(&snapshot.input),
            );
            let finding = finding.inferred().because(line);
            Outcome::Findings(vec![finding])
        }
        Err(gap) => Outcome::unknown(gap),
    }
}

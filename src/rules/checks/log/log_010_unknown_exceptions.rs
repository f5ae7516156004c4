//! LOG-010: which exceptions without a known cause occur often?

use crate::model::log::Recurring;
use crate::rules::engine::prelude::*;
use std::cmp::Reverse;

/// How often a type has to occur to be told, and how many are told. Both are ours.
const OFTEN: u64 = 10;
const MOST: usize = 5;

rule! {
    /// ## What it checks
    /// Which types of exceptions occur ten times or more at error level in the logs of the node, on lines that no known
    /// error explains. The rule shows the five most frequent types.
    /// ## Why it matters
    /// A type of exception that occurs repeatedly often leads to the next known error. So it is worth adding to the
    /// list of known errors.
    /// ## How to fix it
    /// Read the lines, find the cause, and add a record of the error (see docs/knowledge.md).
    /// ## What it cannot see
    /// Whether an exception matters. Types without a namespace look like ordinary words, so they are not counted. Only
    /// the first two hundred types of each log file are counted. The limits are our own choice.
    id: "LOG-010",
    title: "Unknown exceptions occur repeatedly",
    severity: Info,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    let mut often: Vec<&Recurring> = digest.exceptions.iter().filter(|one| one.count >= OFTEN).collect();
    if often.is_empty() {
        return Outcome::pass();
    }
    often.sort_by_key(|one| (Reverse(one.count), &one.text));
    let findings = often.into_iter().take(MOST).map(|one| {
        let Recurring { text, count, sample, .. } = one;
        let title = format!("{}: {text} recurs", node.name);
        let remedy =
            format!("Look at the lines with {text} on {}; if they matter, add a record for them.", node.name);
        let fact = format!("lines at error level with {text}");
        let lines = seen_in(node, fact, count.to_string(), &Location::file("logs"));
        cx.on_node(node, title, remedy).inferred().resting_on([lines, signature::log_line(node, sample)])
    });
    Outcome::Findings(findings.collect())
}

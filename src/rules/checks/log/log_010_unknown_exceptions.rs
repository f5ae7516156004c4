//! LOG-010: which errors without a known cause occur often, and which of them on one node only?

use crate::model::cluster::current_window;
use crate::model::log::{LogDigest, Recurring};
use crate::rules::engine::prelude::*;
use std::cmp::Reverse;

/// How often an error has to occur to be reported, and how many are reported. Both are ours.
const OFTEN: u64 = 10;
const MOST: usize = 5;
/// Lines in a day, and in one hour of it, that are a burst, and how many times as many as on each other node. All are ours.
const BURST: u64 = 20;
const IN_AN_HOUR: u64 = 10;
const TIMES: u64 = 10;

rule! {
    /// ## What it checks
    /// Which errors, and which types of exceptions, occur ten times or more at error level in the logs of the node, on
    /// lines that no known error explains. Entries with the same logger and the same words count as one error. The rule
    /// shows the five most frequent. If one occurs 20 times or more in a day, ten of them within an hour, and on no other
    /// serving node even a tenth of that, it is a finding of medium severity; the others are for information.
    /// ## Why it matters
    /// An error that nobody has catalogued is still an error. A burst of it on one node usually has its cause there.
    /// ## How to fix it
    /// Read the lines and find the cause. If only one node has the error, compare that node with the others. Add a record
    /// of the error (see docs/knowledge.md).
    /// ## What it cannot see
    /// Whether an error matters. Errors of the product's work on other machines are left out where their logger or their
    /// words show it. Only the first two hundred errors and types of each log file are counted. The limits are our own
    /// choice.
    id: "LOG-010",
    title: "Errors without a known cause occur repeatedly",
    severity: Medium,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    let others: Vec<&LogDigest> = cx
        .cluster
        .serving()
        .filter(|other| other.name != node.name)
        .filter_map(|other| cx.logs(other).ok())
        .collect();
    let mut bursts: Vec<(&Recurring, u64)> = digest
        .groups
        .iter()
        .map(|group| (group, of_today(digest, group)))
        .filter(|(group, (count, most))| {
            *count >= BURST && *most >= IN_AN_HOUR && !others.is_empty() && is_alone(group, *count, &others)
        })
        .map(|(group, (count, _))| (group, count))
        .collect();
    bursts.sort_by_key(|(group, count)| (Reverse(*count), &group.text));
    bursts.truncate(MOST);
    let burst = |group: &Recurring| bursts.iter().any(|(other, _)| other.text == group.text);
    let mut often: Vec<&Recurring> = digest
        .groups
        .iter()
        .chain(&digest.exceptions)
        .filter(|one| one.count >= OFTEN && !burst(one))
        .collect();
    often.sort_by_key(|one| (Reverse(one.count), &one.text));
    often.truncate(MOST);
    if bursts.is_empty() && often.is_empty() {
        return Outcome::pass();
    }
    let bursts = bursts.iter().map(|(group, count)| {
        let title = format!("{}: {count} errors of one kind in a day, on this node only", node.name);
        let remedy = format!(
            "Read the lines on {}, and compare it with the other nodes: configuration, rights and network first.",
            node.name
        );
        finding(cx, node, group, *count, title, remedy)
    });
    let often = often.into_iter().map(|one| {
        let title = format!("{}: {} recurs", node.name, one.text);
        let remedy = format!(
            "Look at the lines with this error on {}; if they matter, add a record for them.",
            node.name
        );
        finding(cx, node, one, one.count, title, remedy).at(Severity::Info)
    });
    Outcome::Findings(bursts.chain(often).collect())
}

fn finding(
    cx: &Context,
    node: &Node,
    error: &Recurring,
    count: u64,
    title: String,
    remedy: String,
) -> Finding {
    let fact = format!("lines at error level with {}", error.text);
    let lines = seen_in(node, fact, count.to_string(), &Location::file("logs"));
    cx.on_node(node, title, remedy).inferred().resting_on([lines, signature::log_line(node, &error.sample)])
}

/// Lines of the last day before the newest line of the node, and the most within an hour.
fn of_today(digest: &LogDigest, group: &Recurring) -> (u64, u64) {
    let Some(newest) = digest.newest() else { return (0, 0) };
    let from = (newest - current_window()).timestamp().div_euclid(3600);
    let hours = || group.by_hour.range(from..).map(|(_, count)| *count);
    (hours().sum(), hours().max().unwrap_or(0))
}

/// Whether no other node logs the error even a tenth as often.
fn is_alone(group: &Recurring, count: u64, others: &[&LogDigest]) -> bool {
    others.iter().all(|other| {
        let same = other.groups.iter().find(|known| known.text == group.text);
        same.is_none_or(|known| of_today(other, known).0 * TIMES < count)
    })
}

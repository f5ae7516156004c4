//! LOG-003: did the log of a role stop earlier than the other logs of the node?

use crate::model::log::{Component, LogDigest};
use crate::rules::engine::prelude::*;
use crate::rules::lib::activity::in_words;
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// How many times as long as usual a role may say nothing, and how long at least. Both are ours.
const TIMES: i64 = 3;
const LEAST: TimeDelta = TimeDelta::hours(1);
/// Silences that have to be known before one is usual.
const KNOWN: u64 = 10;

rule! {
    /// ## What it checks
    /// Whether the log of a role ends earlier than the other logs of the node. The gap must be more than one hour, and
    /// more than three times the usual pause of this log. The usual pause is the median of all its pauses of one minute
    /// or longer.
    /// ## Why it matters
    /// If the log of a role stops while the node works, the role itself has stopped.
    /// ## How to fix it
    /// Read the last lines of that log, and the error of the role on the Server Nodes page. If the role does not come
    /// back, restart the application pool.
    /// ## What it cannot see
    /// A role without work may log nothing. The limits of one hour and three times are our own choice. A log with fewer
    /// than ten pauses is not checked.
    id: "LOG-003",
    title: "Log of a role stopped before the other logs",
    question: "Does the log of each role go on as long as the other logs?",
    severity: Medium,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    if let Some((file, why)) = digest.files.iter().find_map(|file| Some((&file.name, file.broken.as_ref()?)))
    {
        let what = format!("all logs of {}", node.name);
        let why = format!("{file} could not be read whole: {why}");
        return MissingEvidence::again(&node.name, what, why, "with all its logs").into();
    }
    let Some(newest) = digest.newest() else { return Outcome::not_applicable("no log line carries a time") };
    let (mut findings, mut evaluated) = (Vec::new(), Vec::new());
    // Every role but the web application itself.
    for component in Component::ALL.into_iter().filter(|component| *component != Component::Web) {
        let role = component.word();
        let Some(usual) = usual_silence(digest, component) else { continue };
        let Some(last) = digest.covered(Some(component)).map(|period| period.to) else { continue };
        evaluated.push(role);
        if newest - last > LEAST.max(usual * TIMES.try_into().unwrap_or(1)) {
            let silence = in_words(newest - last);
            let title = format!("{}: the {role} has logged nothing for {silence}", node.name);
            let remedy = format!(
                "Look at the last lines of the {role} of {} and at its error on the Server Nodes page.",
                node.name
            );
            let file = Location::file(name(digest, component));
            let ended = seen_in(node, format!("last line of the {role}"), last.to_rfc3339(), &file);
            let detail = format!("Its usual silence is {}.", in_words(usual));
            findings.push(cx.on_node(node, title, remedy).detail(detail).inferred().because(ended));
        }
    }
    if !findings.is_empty() {
        return Outcome::Findings(findings);
    }
    if evaluated.is_empty() {
        return Outcome::not_applicable("no role has a log long enough to tell its usual silence");
    }
    Outcome::pass_with(format!("written to the end: {}", evaluated.join(", ")))
}

/// The median of a role's silences, over its log and the rolled ones.
fn usual_silence(digest: &LogDigest, component: Component) -> Option<TimeDelta> {
    let mut all: BTreeMap<u32, u64> = BTreeMap::new();
    for file in digest.files.iter().filter(|file| file.component == Some(component)) {
        for (minutes, count) in &file.silences {
            *all.entry(*minutes).or_default() += count;
        }
    }
    let known: u64 = all.values().sum();
    let mut below = 0;
    let median = all.into_iter().find(|(_, count)| {
        below += count;
        below * 2 >= known
    });
    median.filter(|_| known >= KNOWN).map(|(minutes, _)| TimeDelta::minutes(minutes.into()))
}

/// The newest file of a component.
fn name(digest: &LogDigest, component: Component) -> &str {
    let files = digest.files.iter().filter(|file| file.component == Some(component));
    files.max_by_key(|file| file.period.map(|period| period.to)).map_or("", |file| file.name.as_str())
}

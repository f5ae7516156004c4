//! LOG-005: are the logs of the node recent?

use crate::model::log::LogDigest;
use crate::rules::engine::prelude::*;
use crate::rules::lib::activity::in_words;
use chrono::TimeDelta;

/// How old the newest line may be when the bundle is taken. Our own measure.
const AGE: TimeDelta = TimeDelta::days(7);

rule! {
    /// ## What it checks
    /// Whether the newest line in the logs of the node was written in the week before the collection, according to the
    /// node's own clock.
    /// ## Why it matters
    /// Rules about logs evaluate the day before the newest line. If that day was long ago, they describe an old state,
    /// or logs that came with a copy from another machine.
    /// ## How to fix it
    /// Start the product on the node, let it run for a day, and collect again.
    /// ## What it cannot see
    /// Which machine wrote a log, because the lines do not contain its name. The limit of one week is our own choice.
    id: "LOG-005",
    title: "Logs are old",
    question: "Are the logs recent?",
    severity: Info,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let newest = cx.logs(node).map(LogDigest::newest);
    let snapshot = known!(cx.any_snapshot(node));
    let Some(newest) = known!(newest) else {
        let what = format!("a log line of {} with a time", node.name);
        let why = "no line of the logs begins with one";
        return MissingEvidence::again(&node.name, what, why, "with all its logs").into();
    };
    let age = snapshot.ended - newest;
    if age <= AGE {
        return Outcome::pass();
    }
    let title = format!("{}: the newest log line is {} older than the bundle", node.name, in_words(age));
    let remedy = format!("Start the product on {}, let it run for a day, and collect again.", node.name);
    let line = seen_in(node, "newest log line", newest.to_rfc3339(), &Location::file("logs"));
    cx.on_node(node, title, remedy).inferred().because(line).into()
}

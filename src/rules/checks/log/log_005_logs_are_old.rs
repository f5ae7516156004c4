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
    severity: Info,
    subject: Node,
    cites: ["SELF" Inferred],
    check: check,
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let newest = cx.logs(node).map(LogDigest::newest);
    let snapshot = known!(cx.any_snapshot(node));
    let newest = match newest {
        Ok(Some(newest)) => newest,
        Ok(None) => {
            return Outcome::unknown(MissingEvidence::of(
                &node.name,
                format!("a log line of {} with a time", node.name),
                "no line of the logs begins with one",
                EvidenceRequest::again(&node.name, "with all its logs"),
            ));
        }
        Err(missing) => return Outcome::unknown(missing),
    };
    let age = snapshot.ended - newest;
    if age <= AGE {
        return Outcome::pass();
    }
    let line = Evidence::value(
        &node.name,
        "newest log line",
        newest.to_rfc3339(),
        Place::file("logs").in_input(&snapshot.input),
    );
    let finding = cx
        .on_node(
            node,
            format!("{}: the newest log line is {} older than the bundle", node.name, in_words(age)),
            format!("Start the product on {}, let it run for a day, and collect again.", node.name),
        )
        .inferred()
        .because(line);
    Outcome::Findings(vec![finding])
}

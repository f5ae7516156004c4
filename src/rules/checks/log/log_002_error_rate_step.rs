//! LOG-002: does the node log many more errors since its last start or the last upgrade?

use crate::model::log::{LogDigest, Period};
use crate::rules::engine::prelude::*;
use chrono::{DateTime, Utc};

/// Hours before the change that are compared, the fewest of them that have to be covered, and the fewest after it.
/// All measures here are ours.
const BEFORE: i64 = 24;
const LEAST_BEFORE: i64 = 6;
const LEAST_AFTER: i64 = 1;
/// How many times as many errors make a step, and the fewest.
const STEP: u64 = 5;
const FEWEST: u64 = 10;

rule! {
    /// ## What it checks
    /// Whether the node logs at least five times as many errors per hour after a change as in the day before it, and at
    /// least ten errors. The change is the last start of the node or the last upgrade of the database.
    /// ## Why it matters
    /// A fault that came with a change first appears as errors that were not there before.
    /// ## How to fix it
    /// Read the errors after the change. Among their possible causes, check the newest files and settings first.
    /// ## What it cannot see
    /// Errors of the product's work on other machines, such as failed password changes, are left out where their logger or
    /// their words show it. The limits are our own choice: five times as many, ten errors, six hours of logs before the
    /// change and one hour after it.
    id: "LOG-002",
    title: "Error rate rose after a restart or an upgrade",
    question: "Did the error rate stay normal after the last restart or upgrade?",
    severity: Medium,
    area: Logs,
    subject: Node,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context, node: &Node) -> Outcome {
    let digest = known!(cx.logs(node));
    let Some(period) = digest.covered(None).filter(|_| digest.zone_known) else {
        return Outcome::unknown(lacking(node, "logs", "their lines carry no time that is comparable"));
    };
    cx.ask("host.worker-started");
    let started = node.worker_started();
    let history = cx.history().value().and_then(|history| history.current());
    let upgraded = history.and_then(|row| row.upgraded.value()?.utc);
    let changes = [("its start", started), ("the upgrade of the database", upgraded)];
    let rates = changes.into_iter().filter_map(|(what, when)| Some((what, rates(digest, &period, when?)?)));
    let mut evaluated = false;
    for (what, Rates { before, after }) in rates {
        evaluated = true;
        if after.errors >= FEWEST && after.errors * before.hours >= STEP * before.errors.max(1) * after.hours
        {
            let title = format!("{} logs more errors since {what}", node.name);
            let remedy =
                format!("Look at what {} logs since {what}, the most frequent error first.", node.name);
            let counted = |fact, part: Part| {
                let count = format!("{} in {} hours", part.errors, part.hours);
                seen_in(node, fact, count, &Location::file("logs"))
            };
            let counts = [counted("errors before", before), counted("errors after", after)];
            return cx.on_node(node, title, remedy).inferred().resting_on(counts).into();
        }
    }
    match (evaluated, started) {
        (true, _) => Outcome::pass_with("no step in the errors after the last change"),
        (false, None) => {
            let why =
                "no upgrade lies well within the logs, and when the worker process started is not known";
            lacking(node, "the last start of the worker process", why).into()
        }
        (false, Some(_)) => Outcome::not_applicable("no start and no upgrade lies well within the logs"),
    }
}

fn lacking(node: &Node, what: &str, why: &str) -> MissingEvidence {
    let what = format!("{what} of {}", node.name);
    MissingEvidence::again(&node.name, what, why, "on the node itself, as administrator")
}

/// Errors of a number of hours.
struct Part {
    errors: u64,
    hours: u64,
}

struct Rates {
    before: Part,
    after: Part,
}

/// The errors before and after a change, where the logs cover enough of both. The hour of the change counts as after.
fn rates(digest: &LogDigest, period: &Period, change: DateTime<Utc>) -> Option<Rates> {
    let hour = |time: i64| time.div_euclid(3600);
    let (from, to, at) =
        (hour(period.from.timestamp()), hour(period.to.timestamp()), hour(change.timestamp()));
    let start = from.max(at - BEFORE);
    if at - start < LEAST_BEFORE || to - at < LEAST_AFTER {
        return None;
    }
    let part = |range: std::ops::Range<i64>| Part {
        hours: u64::try_from(range.end - range.start).unwrap_or(1),
        errors: digest.own_errors(range).sum(),
    };
    Some(Rates { before: part(start..at), after: part(at..to + 1) })
}

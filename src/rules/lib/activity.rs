//! What shows that a node runs: its connections by the node list, and its logs.

use crate::rules::engine::prelude::*;
use chrono::TimeDelta;

/// How long before the newest connection of its list a node may have connected last. Our own choice, as in
/// ROL-005.
pub(crate) const QUIET: TimeDelta = TimeDelta::minutes(15);

/// A node's connection by the node list, judged within that one list.
pub(crate) enum Connection {
    /// The list does not name the node.
    Unlisted,
    /// It connected this long before the newest connection of the list.
    Before(TimeDelta),
}

impl Connection {
    /// Whether the node was connected when the list was made.
    pub(crate) fn is_recent(&self) -> bool {
        matches!(self, Self::Before(silence) if *silence <= QUIET)
    }
}

/// What the node list says of the node's connection.
pub(crate) fn connection(cx: &Context, node: &Node) -> Result<Connection, MissingEvidence> {
    let list = cx.list()?;
    let Some(row) = &node.row else { return cx.whole_list().map(|_| Connection::Unlisted) };
    let connected =
        cx.settle(node, "row.last-connected", row.last_connected.as_ref(), "the last connection")?;
    match (connected.value(), &list.newest_connection) {
        (Some(own), Some(newest)) => Ok(Connection::Before(newest.minus(own))),
        _ => Err(cx.unlisted(node, "the node list does not tell when it connected")),
    }
}

/// How long before the end of the collection the node's newest log line was written: both are the node's own clock.
/// `Err` when there are no logs, or the folder was copied from elsewhere, so that the two have nothing to do with each
/// other.
pub(crate) fn log_silence(cx: &Context, node: &Node) -> Result<TimeDelta, MissingEvidence> {
    let digest = cx.logs(node)?;
    let snapshot = cx.any_snapshot(node)?;
    let gap = |why: &str| {
        let what = format!("logs of {} up to the moment of collection", node.name);
        MissingEvidence::again(&node.name, what, why, "on the node itself, not from a copy of its folder")
    };
    if snapshot.copied {
        return Err(gap("the folder was copied from elsewhere, so that its logs may be old"));
    }
    digest.newest().map(|newest| snapshot.ended - newest).ok_or_else(|| gap("no log line carries a time"))
}

/// A span of time in words.
pub(crate) fn in_words(span: TimeDelta) -> String {
    let (days, hours, minutes) = (span.num_days(), span.num_hours(), span.num_minutes());
    match (days, hours) {
        (2.., _) => format!("{days} days"),
        (_, 2..) => format!("{hours} hours"),
        _ => format!("{minutes} minutes"),
    }
}

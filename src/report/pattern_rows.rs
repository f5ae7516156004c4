//! Patterns of log entries as rows of a page.

use super::model::PatternView;
use super::presentation::grouped;
use chrono::DateTime;
use serde::Serialize;
use std::fmt::Write as _;

/// Patterns that a page shows at once, and how many more it has folded.
const FIRST_PATTERNS: usize = 5;
const MORE_PATTERNS: usize = 45;

/// A pattern as a row of a page.
#[derive(Serialize)]
pub(super) struct PatternRow<'r> {
    pattern: &'r PatternView,
    /// The last word of the logger's name.
    logger: &'r str,
    /// Names of its nodes, one blank between two.
    nodes: String,
    /// The same for a reader, with the number of entries on each.
    on: String,
    /// Its first and last hour since the Unix epoch, UTC; empty if its entries have no time.
    hours: String,
}

/// The patterns that a page shows: at once, and folded.
#[derive(Serialize)]
pub(super) struct PatternRows<'r> {
    first: Vec<PatternRow<'r>>,
    more: Vec<PatternRow<'r>>,
    /// The worst level among the folded ones.
    worst_more: &'static str,
}

/// Nodes that a row names.
const NAMES: usize = 6;

/// The nodes of a pattern with their numbers of entries; an equal number is said once.
fn on(pattern: &PatternView) -> String {
    let nodes = &pattern.nodes;
    let first = nodes.first().map(|node| node.count);
    let alike = nodes.len() > 1 && nodes.iter().all(|node| Some(node.count) == first);
    let shown = nodes.iter().take(NAMES).map(|node| match (alike, nodes.len()) {
        (true, _) | (_, 1) => node.node.clone(),
        _ => format!("{} {}", node.node, grouped(node.count)),
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if nodes.len() > NAMES {
        let _ = write!(text, " and {} others", nodes.len() - NAMES);
    }
    if alike {
        let _ = write!(text, ", {} each", grouped(first.unwrap_or_default()));
    }
    text
}

/// The patterns that a page shows.
pub(super) fn patterns(patterns: &[PatternView]) -> PatternRows<'_> {
    let hour = |text: &String| Some(DateTime::parse_from_rfc3339(text).ok()?.timestamp().div_euclid(3600));
    let row = |pattern: &'_ PatternView| {
        let hours =
            || pattern.nodes.iter().flat_map(|node| node.hours.iter().map(|of| &of.hour)).filter_map(hour);
        let names: Vec<&str> = pattern.nodes.iter().map(|node| node.node.as_str()).collect();
        let span = hours().min().zip(hours().max());
        (names.join(" "), span.map(|(from, to)| format!("{from}-{to}")).unwrap_or_default())
    };
    let mut rows = patterns.iter().map(|pattern| {
        let (nodes, hours) = row(pattern);
        let logger = pattern.logger.rsplit('.').next().unwrap_or_default();
        PatternRow { pattern, logger, nodes, on: on(pattern), hours }
    });
    let first = rows.by_ref().take(FIRST_PATTERNS).collect();
    let more: Vec<PatternRow> = rows.take(MORE_PATTERNS).collect();
    let has = |level: &str| more.iter().any(|row| row.pattern.level == level);
    let worst_more = ["error", "warning"].into_iter().find(|level| has(level)).unwrap_or("information");
    PatternRows { first, more, worst_more }
}

//! Patterns of log entries as rows of a page.

use super::model::PatternView;
use chrono::DateTime;
use serde::Serialize;

/// Patterns that a page shows at once, and how many more it has folded.
const FIRST_PATTERNS: usize = 10;
const MORE_PATTERNS: usize = 40;

/// A pattern as a row of a page.
#[derive(Serialize)]
pub(super) struct PatternRow<'r> {
    pattern: &'r PatternView,
    /// The last word of the logger's name.
    logger: &'r str,
    /// Names of its nodes, one blank between two.
    nodes: String,
    /// Its first and last hour since the Unix epoch, UTC; empty if its entries have no time.
    hours: String,
}

/// The patterns that a page shows: at once, and folded.
#[derive(Serialize)]
pub(super) struct PatternRows<'r> {
    first: Vec<PatternRow<'r>>,
    more: Vec<PatternRow<'r>>,
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
        PatternRow { pattern, logger, nodes, hours }
    });
    let first = rows.by_ref().take(FIRST_PATTERNS).collect();
    PatternRows { first, more: rows.take(MORE_PATTERNS).collect() }
}

//! Entries of all nodes around one time.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

/// How grave an entry is, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// At error level.
    Error,
    /// A warning.
    Warning,
    /// Anything else.
    Other,
}

/// What is looked for.
#[derive(Debug, Clone)]
pub struct AroundQuery {
    /// The node of the sign in the middle.
    pub node: String,
    /// When that was, on the clock of the node.
    pub at: DateTime<Utc>,
    /// How far before and after that the window reaches.
    pub before: TimeDelta,
    /// See `before`.
    pub after: TimeDelta,
}

/// An entry of a log in the window.
#[derive(Debug, Clone)]
pub struct AroundEntry {
    /// When, as far as clocks compare.
    pub at: DateTime<Utc>,
    /// The same on the clock of the node.
    pub local: DateTime<FixedOffset>,
    /// The node.
    pub node: String,
    /// The log.
    pub file: String,
    /// Its lines from and to.
    pub lines: (u64, u64),
    /// How grave it is.
    pub weight: Weight,
    /// The entry, sanitized.
    pub text: String,
    /// How many more there are of its wording.
    pub more: u64,
}

/// What all logs have in the window.
#[derive(Debug, Default)]
pub struct Around {
    /// The middle, as far as clocks compare.
    pub at: DateTime<Utc>,
    /// The entries in order of time.
    pub entries: Vec<AroundEntry>,
    /// Entries that were not kept.
    pub dropped: u64,
    /// What could not be looked at, one sentence each.
    pub notes: Vec<String>,
}

//! What happened when, on one axis for the whole cluster, and what happened first.

use serde::Serialize;

/// Lanes on one axis in UTC, at most 96 buckets.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Axis {
    /// Start of the first bucket, UTC, RFC 3339; empty if nothing has a time.
    pub from: String,
    /// End of the last bucket.
    pub to: String,
    /// Width of a bucket in hours.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub bucket_hours: i64,
    /// One lane for each node, then one for the database and one for the message bus if there is anything to show.
    pub lanes: Vec<Lane>,
    /// What a reader has to know of it, one sentence each: unknown zones, clocks that were corrected or not compared.
    pub notes: Vec<String>,
}

/// One lane. Wherever the axis is in none of `seen`, nothing is known of the lane: that is no quiet.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Lane {
    /// `node`, `database` or `bus`.
    #[cfg_attr(test, schemars(extend("enum" = ["node", "database", "bus"])))]
    pub kind: &'static str,
    /// Name of the node; empty for the others.
    pub name: String,
    /// Offset of the node's clock from UTC at the collection, `+01:00`; none if its time zone is not known.
    pub utc_offset: Option<String>,
    /// Milliseconds that are subtracted from all times of the node: its offset to the reference that the nodes share.
    pub corrected_ms: i64,
    /// Entries with a known error, a number a bucket. Lanes of the database and the bus have those of all nodes.
    pub known: Vec<u64>,
    /// Other entries at error level.
    pub other: Vec<u64>,
    /// Entries at error level about work on other machines.
    pub workload: Vec<u64>,
    /// Parts of the axis that the logs cover.
    pub seen: Vec<Span>,
    /// Parts within them from which lines must be missing.
    pub holes: Vec<Span>,
    /// Parts within them of an hour or more without a line.
    pub silences: Vec<Span>,
    /// What happened, in order of time.
    pub marks: Vec<Mark>,
}

/// A part of the axis, from and to in UTC, RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Span {
    /// Start.
    pub from: String,
    /// End.
    pub to: String,
}

/// Something that happened at one time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Mark {
    /// What it is: `failure` of the worker process or its pool, or an error in a Windows event log; `boot` or shutdown of
    /// Windows; `upgrade` of the database; `start` or `stop` of the worker process; `program` file or configuration
    /// (`change`) that changed; `clock` that was set; `collected`.
    #[cfg_attr(test, schemars(extend("enum" = MARKS)))]
    pub kind: &'static str,
    /// When, UTC, RFC 3339.
    pub at: String,
    /// The same on the clock of the node, as it showed it; empty if its time zone is not known or it is no node.
    pub local: String,
    /// What happened.
    pub text: String,
    /// How often, within one bucket.
    pub count: u64,
    /// Where that is from.
    pub place: String,
    /// Whether the time is sure: a time without a zone, or of a copied folder, is not.
    pub certain: bool,
    /// Whether it is within the axis.
    pub drawn: bool,
}

/// Kinds of marks; of more than fit, the first ones stay.
pub const MARKS: [&str; 9] =
    ["failure", "boot", "upgrade", "start", "program", "change", "clock", "collected", "stop"];

/// Lines of all nodes around the first sign of the gravest finding, in order of time.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WhatFirst {
    /// The error that is in its middle.
    pub title: String,
    /// The finding that rests on it, without `#`; empty if none does.
    pub anchor: String,
    /// The node that has the first hit.
    pub node: String,
    /// When that was, UTC, RFC 3339.
    pub at: String,
    /// Start and end of what was read, UTC.
    pub from: String,
    /// See `from`.
    pub to: String,
    /// Lines in order of time, at most 40.
    pub lines: Vec<FirstLine>,
    /// Lines in that time that are not shown.
    pub left_out: u64,
    /// What could not be looked at, one sentence each.
    pub notes: Vec<String>,
}

/// A line of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FirstLine {
    /// When, UTC, RFC 3339 with milliseconds.
    pub at: String,
    /// The same on the clock of the node.
    pub local: String,
    /// Node.
    pub node: String,
    /// File and line.
    pub place: String,
    /// `error`, `warning`, `info` or empty.
    pub level: &'static str,
    /// The line, redacted.
    pub text: String,
    /// How many more lines of this wording follow within that time.
    pub more: u64,
    /// Whether it is the hit.
    pub hit: bool,
}

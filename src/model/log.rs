//! What a pass over a node's logs leaves behind.

use super::excerpt::Excerpt;
use super::place::Place;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// Everything one pass over all logs of a node found. Times carry the node's offset at collection; the log itself
/// prints none (domain 1.5).
#[derive(Debug, Clone, Default)]
pub struct LogDigest {
    /// Every log read, in order of name.
    pub files: Vec<LogFile>,
    /// One entry a signature and level class, in order of signature.
    pub hits: Vec<Hit>,
    /// Lines at error level or above, by hour of the node (key: hours since the Unix epoch, UTC).
    pub errors_by_hour: BTreeMap<i64, u64>,
    /// Whether the node's offset was known, so that times can be laid beside other nodes'.
    pub zone_known: bool,
}

/// One log file and the period it covers.
#[derive(Debug, Clone)]
pub struct LogFile {
    /// Member name, such as `logs/SS.log.1`.
    pub name: String,
    /// Bytes read (of text as stored in the bundle).
    pub bytes: u64,
    /// Lines, torn ones included.
    pub lines: u64,
    /// First and last time stamp.
    pub period: Option<Period>,
    /// Only part of the log was taken.
    pub truncated: bool,
    /// Why the rest could not be read, as a lower-case fragment.
    pub broken: Option<String>,
    /// Encoding as detected: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub encoding: &'static str,
}

/// A covered span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First time stamp.
    pub from: DateTime<FixedOffset>,
    /// Last time stamp.
    pub to: DateTime<FixedOffset>,
}

/// All hits of one signature on one node.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Signature id, such as `E-002`.
    pub signature: String,
    /// Which literal of the signature, as an index, for wordings of different weight.
    pub wording: usize,
    /// Hits at error level, or without a level on the line.
    pub errors: u64,
    /// Hits at a lower level.
    pub others: u64,
    /// First hit with a time.
    pub first: Option<DateTime<FixedOffset>>,
    /// Last hit with a time.
    pub last: Option<DateTime<FixedOffset>>,
    /// Last hit at error level with a time.
    pub last_error: Option<DateTime<FixedOffset>>,
    /// Hits by hour since the Unix epoch, UTC.
    pub by_hour: BTreeMap<i64, u64>,
    /// First and newest lines, cleaned.
    pub samples: Vec<Sample>,
}

/// One line shown as evidence.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Where it stands.
    pub place: Place,
    /// When it was written.
    pub time: Option<DateTime<FixedOffset>>,
    /// The line.
    pub text: Excerpt,
}

impl LogDigest {
    /// The newest time stamp of any log: the node's own "now" for judging what is current.
    pub fn newest(&self) -> Option<DateTime<FixedOffset>> {
        self.files.iter().filter_map(|file| file.period.map(|period| period.to)).max()
    }

    /// The span from the first to the last time stamp of logs named `main` or its rolled siblings
    /// (`main.1`, `main.2`); all logs with `None`.
    pub fn covered(&self, main: Option<&str>) -> Option<Period> {
        let wanted = |name: &str| {
            let Some(main) = main else { return true };
            let base = name.rsplit('/').next().unwrap_or(name);
            base.get(..main.len()).is_some_and(|start| start.eq_ignore_ascii_case(main))
        };
        let mut periods = self.files.iter().filter(|file| wanted(&file.name)).filter_map(|file| file.period);
        let first = periods.next()?;
        Some(periods.fold(first, |all, one| Period { from: all.from.min(one.from), to: all.to.max(one.to) }))
    }
}

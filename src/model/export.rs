//! Facts of exports: what they tell by path, the product's node list and the database's version history.

use super::observed::Observed;
use super::place::Place;
use super::version::BuildVersion;
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Facts by path, each in the one form its kind has.
pub type ReportedFields = BTreeMap<String, Observed<String>>;

/// The node list of one cluster: `GET /api/v1/nodes` or the copied Server Nodes page (domain 8).
#[derive(Debug, Clone)]
pub struct NodeList {
    /// Name of the input it came from.
    pub input: String,
    /// One row a node, in order of name.
    pub rows: Vec<NodeRow>,
    /// Rows that name no usable machine and do not count: with any, the list does not say who all the nodes are.
    pub left_out: usize,
    /// When the list was made, where the source says so: newest `LastConnected` of its own rows.
    pub newest_connection: Option<Moment>,
}

/// One row of the node list. Field names follow the REST classes.
#[derive(Debug, Clone, Default)]
pub struct NodeRow {
    /// `MachineName`.
    pub machine_name: String,
    /// Where the row stands.
    pub place: Place,
    /// `BinaryVersion`.
    pub binary_version: Observed<BuildVersion>,
    /// `BinaryVersion` as written, for VER-007.
    pub binary_version_text: Option<String>,
    /// `Database`.
    pub database: Observed<String>,
    /// `InCluster`.
    pub in_cluster: Observed<bool>,
    /// `IsCurrentNode`.
    pub is_current: Observed<bool>,
    /// `LastConnected`.
    pub last_connected: Observed<Moment>,
    /// `EnableBackgroundWorker`.
    pub background_worker: Observed<bool>,
    /// `EnableEngineWorker`.
    pub engine_worker: Observed<bool>,
    /// `EnableSessionRecordingWorker`.
    pub session_recording_worker: Observed<bool>,
    /// `BackgroundWorkerError`.
    pub background_worker_error: Observed<String>,
    /// `EngineWorkerError`.
    pub engine_worker_error: Observed<String>,
    /// `SessionRecordingWorkerError`.
    pub session_recording_worker_error: Observed<String>,
    /// `ErrorMessage`.
    pub error_message: Observed<String>,
    /// `ReadonlyModeEnabled`.
    pub read_only: Observed<bool>,
}

/// A moment of an export, whose zone may be unknown: exports print dates by the viewer's settings (domain 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The reading as written.
    pub wall: NaiveDateTime,
    /// The instant, where the text carried an offset.
    pub utc: Option<DateTime<Utc>>,
}

impl Moment {
    /// Whether it lies after a node's own time: as instants where the export states its zone, else by the wall
    /// clock, which is the best an export without a zone allows.
    pub fn is_after(&self, time: &DateTime<FixedOffset>) -> bool {
        match self.utc {
            Some(utc) => utc > time.with_timezone(&Utc),
            None => self.wall > time.naive_local(),
        }
    }

    /// The time from an earlier moment of an export to this one: between instants where both state their zone, else
    /// between the readings, which is right only where both were printed in one zone.
    pub fn minus(&self, earlier: &Self) -> TimeDelta {
        match (self.utc, earlier.utc) {
            (Some(later), Some(earlier)) => later - earlier,
            _ => self.wall - earlier.wall,
        }
    }
}

/// Reads what [`Moment`] prints: the form facts keep moments in.
impl FromStr for Moment {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (reading, in_utc) = match text.strip_suffix(" UTC") {
            Some(reading) => (reading, true),
            None => (text.trim_end_matches(UNZONED), false),
        };
        let wall = NaiveDateTime::parse_from_str(reading, "%Y-%m-%d %H:%M:%S")?;
        Ok(Self { wall, utc: in_utc.then(|| wall.and_utc()) })
    }
}

/// What a moment without a zone ends in.
const UNZONED: &str = " (zone not stated)";

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.utc {
            Some(utc) => write!(f, "{}", utc.format("%Y-%m-%d %H:%M:%S UTC")),
            None => write!(f, "{}{UNZONED}", self.wall.format("%Y-%m-%d %H:%M:%S")),
        }
    }
}

/// `tbVersion`: every build the database was upgraded to (domain 7).
#[derive(Debug, Clone)]
pub struct VersionHistory {
    /// Name of the input it came from.
    pub input: String,
    /// Rows, newest first by date, then by version.
    pub rows: Vec<VersionRow>,
}

/// One row of `tbVersion`.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// `VersionNumber`.
    pub version: Observed<BuildVersion>,
    /// `VersionNumber` as written.
    pub text: String,
    /// `Upgraded`.
    pub upgraded: Observed<Moment>,
    /// Where the row stands.
    pub place: Place,
}

impl VersionHistory {
    /// The row the database stands at: the newest by date, then by version, as the vendor's own query has it.
    pub fn current(&self) -> Option<&VersionRow> {
        self.rows.first()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_back_as_the_instant_or_reading_it_printed() {
        for text in ["2026-11-20 10:12:33 UTC", "2026-11-20 10:12:33 (zone not stated)"] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        assert!("yesterday".parse::<Moment>().is_err());
    }
}

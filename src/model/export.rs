//! Data of exports: facts by path, the product's node list, and the version history of the database.

use super::location::Location;
use super::observed::Observed;
use super::pages::Pages;
use super::version::BuildVersion;
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Facts that exports report, by path.
pub type ReportedFields = BTreeMap<String, Observed<String>>;

/// The node list of one cluster: `GET /api/v1/nodes` or the copied Server Nodes page.
#[derive(Debug, Clone)]
pub struct NodeList {
    /// Name of the input it came from.
    pub input: String,
    /// One row for each node, in order of name.
    pub rows: Vec<NodeRow>,
    /// Number of rows without a usable machine name, which do not count. If there are any, the list does not confirm which
    /// nodes there are.
    pub left_out: usize,
    /// The pages of a longer list that its rows are.
    pub pages: Option<Pages>,
    /// About when the list was made: the newest `LastConnected` of its rows.
    pub newest_connection: Option<Moment>,
}

impl NodeList {
    /// What is missing of the list, as a lower-case fragment; `None` if it is whole.
    pub fn missing(&self) -> Option<String> {
        self.pages.as_ref().and_then(Pages::missing)
    }
}

/// The node list that one node has for itself, beside that of its cluster.
#[derive(Debug, Clone)]
pub struct OwnList {
    /// Name of the input it came from.
    pub input: String,
    /// The node's row in it.
    pub row: NodeRow,
    /// All names in it.
    pub names: Vec<String>,
    /// Whether it is the whole list, and each row names a node.
    pub is_whole: bool,
    /// The newest `LastConnected` of its rows.
    pub newest_connection: Option<Moment>,
    /// When the first of the nodes that it omits was connected, by the lists of the cluster.
    pub others_since: Option<Moment>,
    /// The databases that the lists of the cluster name.
    pub databases: BTreeSet<String>,
}

/// One row of the node list. Field names follow the REST classes.
#[derive(Debug, Clone, Default)]
pub struct NodeRow {
    /// `MachineName`.
    pub machine_name: String,
    /// Where the row is.
    pub place: Location,
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

/// A date and time of an export. Its time zone may be unknown: exports print dates in the settings of the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The time as written.
    pub wall: NaiveDateTime,
    /// The instant, if the text had an offset.
    pub utc: Option<DateTime<Utc>>,
}

impl Moment {
    /// Whether it is after a time of a node. Instants are compared if the export states its time zone, else the wall clock
    /// times: nothing better is possible without a zone.
    pub fn is_after(&self, time: &DateTime<FixedOffset>) -> bool {
        match self.utc {
            Some(utc) => utc > time.with_timezone(&Utc),
            None => self.wall > time.naive_local(),
        }
    }

    /// The time from an earlier moment of an export to this one: between instants if both state their time zone, else
    /// between wall clock times, which is right only if both were printed in the same zone.
    pub fn minus(&self, earlier: &Self) -> TimeDelta {
        match (self.utc, earlier.utc) {
            (Some(later), Some(earlier)) => later - earlier,
            _ => self.wall - earlier.wall,
        }
    }
}

/// Parses what [`Moment`] prints: the form of moments in facts.
impl FromStr for Moment {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (time, in_utc) = match text.strip_suffix(" UTC") {
            Some(time) => (time, true),
            None => (text.trim_end_matches(UNZONED), false),
        };
        let wall = NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S")?;
        Ok(Self { wall, utc: in_utc.then(|| wall.and_utc()) })
    }
}

/// How a moment without a time zone ends.
const UNZONED: &str = " (zone not stated)";

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.utc {
            Some(utc) => write!(f, "{}", utc.format("%Y-%m-%d %H:%M:%S UTC")),
            None => write!(f, "{}{UNZONED}", self.wall.format("%Y-%m-%d %H:%M:%S")),
        }
    }
}

/// `tbVersion`: all builds that the database was upgraded to.
#[derive(Debug, Clone)]
pub struct VersionHistory {
    /// Name of the input it came from.
    pub input: String,
    /// Rows, newest first by date, then by version.
    pub rows: Vec<VersionRow>,
    /// Why nobody can say which row is the newest, as a lower-case fragment: a date could not be read.
    pub unordered: Option<String>,
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
    /// Where the row is.
    pub place: Location,
}

impl VersionHistory {
    /// The current row: the newest by date, then by version, as in the vendor's own query. `None` where there is no row,
    /// or nobody can say which one it is.
    pub fn current(&self) -> Option<&VersionRow> {
        self.rows.first().filter(|_| self.unordered.is_none())
    }

    /// The build of the current row.
    pub fn build(&self) -> Observed<BuildVersion> {
        match (&self.unordered, self.rows.first()) {
            (Some(why), Some(_)) => Observed::not_collected(format!("{}: {why}", self.input)),
            (None, Some(row)) => row.version.clone(),
            (_, None) => Observed::not_collected("the version history has no row"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_parsed_as_it_was_printed() {
        for text in ["2026-11-20 10:12:33 UTC", "2026-11-20 10:12:33 (zone not stated)"] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        assert!("yesterday".parse::<Moment>().is_err());
    }
}

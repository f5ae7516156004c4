//! One row of the node list, from named fields of JSON or of a table.

use super::table::head;
use super::{Parsed, moment, names, reported};
use crate::intake::{malformed, sanitized};
use crate::model::excerpt::Sanitize;
use crate::model::export::{Moment, NodeList, NodeRow};
use crate::model::input::Problem;
use crate::model::{BuildVersion, Location, Observed};
use crate::parsers::left_out_note;
use std::collections::BTreeMap;

/// A field of a row as its source has it.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The text; `None` for null, a blank cell or an empty text.
    pub(super) text: Option<String>,
    /// Where it is.
    pub(super) place: Location,
}

/// The fields of one row by [`head`] of their name.
pub(super) type Fields = BTreeMap<String, Field>;

/// Heads under which a fact is: the class name of REST first, then the words of the Server Nodes page
/// and of our own template.
mod heads {
    pub(super) const MACHINE: &[&str] = &["machinename"];
    pub(super) const VERSION: &[&str] = &["binaryversion", "version"];
    pub(super) const DATABASE: &[&str] = &["database"];
    pub(super) const IN_CLUSTER: &[&str] = &["incluster"];
    pub(super) const CURRENT: &[&str] = &["iscurrentnode"];
    pub(super) const CONNECTED: &[&str] = &["lastconnected"];
    pub(super) const BACKGROUND: &[&str] = &["enablebackgroundworker", "backgroundworker"];
    pub(super) const ENGINE: &[&str] = &["enableengineworker", "engineworker"];
    pub(super) const RECORDING: &[&str] = &["enablesessionrecordingworker", "sessionrecordingworker"];
    pub(super) const BACKGROUND_ERROR: &[&str] = &["backgroundworkererror"];
    pub(super) const ENGINE_ERROR: &[&str] = &["engineworkererror"];
    pub(super) const RECORDING_ERROR: &[&str] = &["sessionrecordingworkererror"];
    pub(super) const ERROR: &[&str] = &["errormessage", "error"];
    /// Maintenance mode is read-only mode under another name.
    pub(super) const READ_ONLY: &[&str] = &["readonlymodeenabled", "maintenancemode"];
    /// Fields of the REST class that no fact is made of.
    pub(super) const UNUSED: &[&str] = &["nodeid", "readonlymodestatus", "loglevel"];

    pub(super) const ALL: [&[&str]; 15] = [
        MACHINE,
        VERSION,
        DATABASE,
        IN_CLUSTER,
        CURRENT,
        CONNECTED,
        BACKGROUND,
        ENGINE,
        RECORDING,
        BACKGROUND_ERROR,
        ENGINE_ERROR,
        RECORDING_ERROR,
        ERROR,
        READ_ONLY,
        UNUSED,
    ];
}

/// Whether heads are those of a node list: a machine name and one fact that tells it from any inventory.
pub(super) fn is_node_list<'a>(heads: impl Iterator<Item = &'a str> + Clone) -> bool {
    let has = |names: &[&str]| heads.clone().any(|head| names.contains(&head));
    has(heads::MACHINE) && [heads::VERSION, heads::DATABASE, heads::IN_CLUSTER].into_iter().any(has)
}

/// Whether a head is one we know.
pub(super) fn is_known(head: &str) -> bool {
    heads::ALL.iter().any(|names| names.contains(&head))
}

/// Whether a head is that of the last connection.
pub(super) fn is_connected(head: &str) -> bool {
    heads::CONNECTED.contains(&head)
}

/// Reads the fields of one row. An error is the sentence that says why the row does not count.
///
/// `dates` is what the other rows show of the order of day and month.
pub(super) fn read(
    fields: &Fields,
    place: Location,
    dates: &moment::Column,
    sanitizer: &dyn Sanitize,
) -> Result<NodeRow, String> {
    let row = RowReader { fields, sanitizer };
    let machine_name = row
        .text(heads::MACHINE)
        .filter(|name| names::is_usable(name))
        .ok_or_else(|| format!("{place} has no usable machine name, so the row does not count."))?
        .to_owned();
    Ok(NodeRow {
        machine_name,
        place,
        binary_version: row
            .fact(heads::VERSION, "version", |text| BuildVersion::parse(text).map_err(|e| e.to_string())),
        binary_version_text: row.text(heads::VERSION).map(|text| row.sanitize(text)),
        database: row.fact(heads::DATABASE, "database", |text| Ok(row.sanitize(text))),
        in_cluster: row.flag(heads::IN_CLUSTER, "in cluster"),
        is_current: row.flag(heads::CURRENT, "current node"),
        last_connected: row.fact(heads::CONNECTED, "last connected", |text| {
            dates.parse(text).map_err(|error| format!("{error} (\"{}\")", row.sanitize(text)))
        }),
        background_worker: row.flag(heads::BACKGROUND, "background worker"),
        engine_worker: row.flag(heads::ENGINE, "engine worker"),
        session_recording_worker: row.flag(heads::RECORDING, "session recording worker"),
        background_worker_error: row.error(heads::BACKGROUND_ERROR, "background worker error"),
        engine_worker_error: row.error(heads::ENGINE_ERROR, "engine worker error"),
        session_recording_worker_error: row.error(heads::RECORDING_ERROR, "session recording worker error"),
        error_message: row.error(heads::ERROR, "error message"),
        read_only: row.flag(heads::READ_ONLY, "maintenance mode"),
    })
}

struct RowReader<'a> {
    fields: &'a Fields,
    sanitizer: &'a dyn Sanitize,
}

impl RowReader<'_> {
    fn field(&self, heads: &[&str]) -> Option<&Field> {
        heads.iter().find_map(|head| self.fields.get(*head))
    }

    fn text(&self, heads: &[&str]) -> Option<&str> {
        self.field(heads)?.text.as_deref()
    }

    /// Text of an export may hold anything a person or a driver wrote.
    fn sanitize(&self, text: &str) -> String {
        sanitized(text, self.sanitizer)
    }

    fn fact<T>(&self, heads: &[&str], what: &str, parse: impl Fn(&str) -> Result<T, String>) -> Observed<T> {
        let Some(field) = self.field(heads) else {
            return Observed::not_collected(format!("the node list has no column for {what}"));
        };
        let Some(text) = &field.text else {
            return Observed::not_collected(format!("{} leaves {what} empty", field.place));
        };
        Observed::read(parse(text), field.place.clone())
    }

    fn flag(&self, heads: &[&str], what: &str) -> Observed<bool> {
        self.fact(heads, what, |text| {
            reported::flag(text).ok_or_else(|| format!("\"{}\" is not yes or no", self.sanitize(text)))
        })
    }

    /// An error text that is empty says that there is none.
    fn error(&self, heads: &[&str], what: &str) -> Observed<String> {
        match self.field(heads) {
            Some(Field { text: None, place }) => Observed::absent(place.clone()),
            _ => self.fact(heads, what, |text| Ok(self.sanitize(text))),
        }
    }
}

/// Merges rows: in order of name, one a machine.
///
/// Of two rows of one machine the one connected last counts where both dates are known, else the first; either way
/// it is a problem, and so is each row that does not count at all.
pub(super) fn list(input: &str, rows: impl Iterator<Item = Result<NodeRow, String>>) -> Parsed<NodeList> {
    let (rows, faults): (Vec<_>, Vec<_>) = rows.partition(Result::is_ok);
    let mut problems: Vec<Problem> = faults.into_iter().filter_map(Result::err).map(malformed).collect();
    let left_out = problems.len();
    let mut by_name: BTreeMap<String, NodeRow> = BTreeMap::new();
    for row in rows.into_iter().flatten() {
        let key = row.machine_name.to_uppercase();
        let Some(first) = by_name.remove(&key) else {
            by_name.insert(key, row);
            continue;
        };
        let connected = |row: &NodeRow| row.last_connected.value().copied();
        let newer = connected(&first).zip(connected(&row)).is_some_and(|(a, b)| later(b, a));
        let (kept, left) = if newer { (row, first) } else { (first, row) };
        let text = format!(
            "The node list names {} twice, at {} and at {}; only {} counts.",
            kept.machine_name, kept.place, left.place, kept.place
        );
        problems.push(malformed(text));
        by_name.insert(key, kept);
    }
    let rows: Vec<NodeRow> = by_name.into_values().collect();
    let newest = rows.iter().filter_map(|row| row.last_connected.value().copied());
    let newest_connection = newest.reduce(|a, b| if later(b, a) { b } else { a });
    let value = NodeList { input: input.to_owned(), rows, left_out, newest_connection };
    Parsed { value, problems, notes: Vec::new() }
}

/// Whether `a` is later than `b`: as instants where both are, else as one export writes them, in one zone.
fn later(a: Moment, b: Moment) -> bool {
    match (a.utc, b.utc) {
        (Some(a), Some(b)) => a > b,
        _ => a.wall > b.wall,
    }
}

/// The note on fields that nothing was made of; `None` when all are known. A name is shown cleaned.
pub(super) fn unknown_note<'a>(
    names: impl Iterator<Item = &'a str>,
    sanitizer: &dyn Sanitize,
) -> Option<String> {
    left_out_note(names.filter(|name| !is_known(&head(name))), sanitizer)
}

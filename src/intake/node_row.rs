//! One row of the node list, from named fields of JSON or of a table.

use super::moment::Column as Dates;
use super::table::head;
use super::{Parsed, Source, malformed, reported};
use crate::model::excerpt::Sanitize;
use crate::model::export::{Moment, NodeList, NodeRow};
use crate::model::host_name::{is_name, visible};
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

/// What a node list says of a node, with the heads it may be under: the class name of REST first, then the words of the
/// Server Nodes page and of our own template.
const HEADS: [(&str, &[&str]); 14] = [
    ("machine name", &["machinename"]),
    ("version", &["binaryversion", "version"]),
    ("database", &["database"]),
    ("in cluster", &["incluster"]),
    ("current node", &["iscurrentnode"]),
    ("last connected", &["lastconnected"]),
    ("background worker", &["enablebackgroundworker", "backgroundworker"]),
    ("engine worker", &["enableengineworker", "engineworker"]),
    ("session recording worker", &["enablesessionrecordingworker", "sessionrecordingworker"]),
    ("background worker error", &["backgroundworkererror"]),
    ("engine worker error", &["engineworkererror"]),
    ("session recording worker error", &["sessionrecordingworkererror"]),
    ("error message", &["errormessage", "error"]),
    // Maintenance mode is read-only mode under another name.
    ("maintenance mode", &["readonlymodeenabled", "maintenancemode"]),
];

/// Fields of the REST class that no fact is made of.
const UNUSED: [&str; 3] = ["nodeid", "readonlymodestatus", "loglevel"];

/// The heads that something of [`HEADS`] may be under.
pub(super) fn heads(what: &str) -> &'static [&'static str] {
    HEADS.iter().find(|(known, _)| *known == what).map_or(&[], |(_, heads)| heads)
}

/// Whether heads are those of a node list: a machine name and one fact that tells it from any inventory.
pub(super) fn is_node_list<'a>(there: impl Iterator<Item = &'a str> + Clone) -> bool {
    let has = |what: &str| there.clone().any(|head| heads(what).contains(&head));
    has("machine name") && ["version", "database", "in cluster"].into_iter().any(has)
}

/// Whether a head is one we know.
pub(super) fn is_known(head: &str) -> bool {
    HEADS.iter().any(|(_, names)| names.contains(&head)) || UNUSED.contains(&head)
}

/// Reads the fields of one row. An error is the sentence that says why the row does not count.
///
/// `dates` is what the other rows show of the order of day and month.
pub(super) fn read(fields: &Fields, place: Location, dates: &Dates, cx: Source) -> Result<NodeRow, String> {
    let row = RowReader { fields, cx };
    let machine_name = row
        .text("machine name")
        .filter(|name| is_name(name))
        .map(|name| cx.shown(&visible(name)))
        .ok_or_else(|| format!("{place} has no usable machine name, so the row does not count."))?;
    Ok(NodeRow {
        machine_name,
        place,
        binary_version: row.fact("version", |text| BuildVersion::parse(text).map_err(|e| e.to_string())),
        binary_version_text: row.text("version").map(|text| cx.shown(text)),
        database: row.fact("database", |text| Ok(cx.shown(text))),
        in_cluster: row.flag("in cluster"),
        is_current: row.flag("current node"),
        last_connected: row.fact("last connected", |text| {
            dates.parse(text).map_err(|error| format!("{error} (\"{}\")", cx.shown(text)))
        }),
        background_worker: row.flag("background worker"),
        engine_worker: row.flag("engine worker"),
        session_recording_worker: row.flag("session recording worker"),
        background_worker_error: row.error("background worker error"),
        engine_worker_error: row.error("engine worker error"),
        session_recording_worker_error: row.error("session recording worker error"),
        error_message: row.error("error message"),
        read_only: row.flag("maintenance mode"),
    })
}

struct RowReader<'a> {
    fields: &'a Fields,
    cx: Source<'a>,
}

impl RowReader<'_> {
    fn field(&self, what: &str) -> Option<&Field> {
        heads(what).iter().find_map(|head| self.fields.get(*head))
    }

    fn text(&self, what: &str) -> Option<&str> {
        self.field(what)?.text.as_deref()
    }

    fn fact<T>(&self, what: &str, parse: impl Fn(&str) -> Result<T, String>) -> Observed<T> {
        let Some(field) = self.field(what) else {
            return Observed::not_collected(format!("the node list has no column for {what}"));
        };
        let Some(text) = &field.text else {
            return Observed::not_collected(format!("{} leaves {what} empty", field.place));
        };
        Observed::read(parse(text), field.place.clone())
    }

    fn flag(&self, what: &str) -> Observed<bool> {
        self.fact(what, |text| {
            reported::flag(text).ok_or_else(|| format!("\"{}\" is not yes or no", self.cx.shown(text)))
        })
    }

    /// An error text that is empty says that there is none. Text of an export may hold anything a person or a driver wrote.
    fn error(&self, what: &str) -> Observed<String> {
        match self.field(what) {
            Some(Field { text: None, place }) => Observed::absent(place.clone()),
            _ => self.fact(what, |text| Ok(self.cx.shown(text))),
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
    let newest_connection = newest_connection(&rows);
    let value = NodeList { input: input.to_owned(), rows, left_out, pages: None, newest_connection };
    Parsed { value, problems, notes: Vec::new() }
}

/// The newest connection of a list.
pub(super) fn newest_connection(rows: &[NodeRow]) -> Option<Moment> {
    let connections = rows.iter().filter_map(|row| row.last_connected.value().copied());
    connections.reduce(|a, b| if later(b, a) { b } else { a })
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

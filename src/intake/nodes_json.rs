//! Reader of a saved `GET /api/v1/nodes` (the product has it from 10.9.000064 on).
//!
//! Only the client classes of that call are public, no example of a body: keys are read in any case, values as
//! text, number or boolean, the list bare or in an envelope.

use super::json::{self, Places};
use super::moment::Column;
use super::node_row::{self, Field, Fields};
use super::powershell::{bare, is_unwritten};
use super::table::head;
use super::{Parsed, Source};
use crate::model::export::NodeList;
use serde_json::{Map, Value};

/// Most records of one list.
pub const MAX_NODES: usize = 1_000;

/// Envelopes that saved answers come in: the product's own, and that of `ConvertTo-Json`.
pub(super) const ENVELOPES: [&str; 4] = ["data", "model", "records", "value"];

/// Reads the records of a saved node list, which are at `path` of the document.
pub(super) fn parse(cx: Source, path: &str, records: &[Value], places: &Places) -> Parsed<NodeList> {
    let mut cut = Vec::new();
    let dates = dates(path, records, places);
    let rows = records.iter().enumerate().map(|(index, record)| {
        let path = format!("{path}[{index}]");
        let place = places.at(&path);
        match record {
            Value::Object(record) => {
                let fields = fields(record, places, &path, &mut cut);
                node_row::read(&fields, place, &dates, cx)
            }
            _ => Err(format!("{place} is no object, so it does not count.")),
        }
    });
    let mut list = node_row::list(cx.input, rows);
    list.problems.extend(json::cut_problem(&cut, places));
    list.notes.extend(dates.note());
    let names = records.iter().filter_map(Value::as_object).flat_map(Map::keys);
    list.notes.extend(node_row::unknown_note(names.map(String::as_str), cx.sanitizer));
    list
}

/// What the dates of all records show of the order of day and month: `PowerShell` and others write them in the form of their
/// language.
fn dates(path: &str, records: &[Value], places: &Places) -> Column {
    let mut dates = Column::default();
    for (index, record) in records.iter().enumerate() {
        for (key, value) in record.as_object().into_iter().flatten() {
            if node_row::heads("last connected").contains(&head(key).as_str()) {
                dates.learn(&json::text(value).unwrap_or_default(), || {
                    places.at(&format!("{path}[{index}].{key}"))
                });
            }
        }
    }
    dates
}

/// The fields of a record; in `cut` the paths of those that are a type in place of what is in it.
fn fields(record: &Map<String, Value>, places: &Places, path: &str, cut: &mut Vec<String>) -> Fields {
    let mut fields = Fields::new();
    for (key, value) in record.iter().filter(|(key, _)| node_row::is_known(&head(key))) {
        let (path, text) = (format!("{path}.{key}"), json::text(value));
        if text.as_deref().is_some_and(is_unwritten) {
            // A row without a name has a problem of its own.
            cut.extend((!node_row::heads("machine name").contains(&head(key).as_str())).then_some(path));
        } else {
            fields.insert(head(key), Field { text, place: places.at(&path) });
        }
    }
    fields
}

/// The records of a document that is a node list, and the path they are at: a bare list, one in an envelope, or a single
/// node by itself. A list counts as one of nodes when any record looks like a node.
pub(super) fn records(document: &Value) -> Option<(String, &[Value])> {
    let looks = |record: &Value| {
        record.as_object().is_some_and(|record| {
            let heads: Vec<String> = record.keys().map(|key| head(key)).collect();
            node_row::is_node_list(heads.iter().map(String::as_str))
        })
    };
    let list = |value: &'_ Value| value.as_array().is_some_and(|list| list.iter().any(looks));
    match document {
        Value::Array(records) if list(document) => Some((String::new(), records)),
        Value::Object(_) if looks(document) => Some((String::new(), std::slice::from_ref(document))),
        Value::Object(envelope) => envelope.iter().find_map(|(key, value)| {
            let known = ENVELOPES.contains(&head(key).as_str());
            let records = bare(value).as_array().filter(|_| known && list(bare(value)))?;
            let path = if value.is_array() { key.clone() } else { format!("{key}.value") };
            Some((path, records.as_slice()))
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::source;
    use proptest::prelude::*;

    fn parse(json: &str) -> Parsed<NodeList> {
        let document = serde_json::from_str(json).unwrap();
        let (path, records) = records(&document).unwrap();
        super::parse(source("nodes.json"), &path, records, &Places::of("nodes.json"))
    }

    #[test]
    fn a_saved_answer() {
        let parsed = parse(
            r#"[{"nodeId":2,"machineName":"WEB02","binaryVersion":"11.7.000001","database":"sql01\\SecretServer","inCluster":true,
                 "isCurrentNode":false,"lastConnected":"2026-11-20T10:00:00","enableBackgroundWorker":"True","enableEngineWorker":0,
                 "backgroundWorkerError":null,"engineWorkerError":"queue is gone","readonlyModeEnabled":false,"newThing":1},
                {"MachineName":"web01","BinaryVersion":"10.11","LastConnected":"2026-11-20T11:00:00Z"}]"#,
        );
        let [web01, web02] = parsed.value.rows.as_slice() else { panic!("{:?}", parsed.value) };
        assert_eq!(
            web01.binary_version.why_unknown().unwrap(),
            "nodes.json [1].BinaryVersion could not be read: \"10.11\" is a release name, not a build with three fields"
        );
        assert_eq!(web01.binary_version_text.as_deref(), Some("10.11"));
        assert_eq!(web02.binary_version.value(), Some(&crate::model::BuildVersion::new(11, 7, 1)));
        assert_eq!(web02.binary_version.place().unwrap().to_string(), "nodes.json [0].binaryVersion");
        assert_eq!(web02.background_worker.value(), Some(&true));
        assert_eq!(web02.engine_worker.value(), Some(&false));
        assert!(web02.background_worker_error.is_absent());
        assert_eq!(web02.engine_worker_error.value().unwrap(), "queue is gone");
        assert!(web02.session_recording_worker.is_unknown());
        assert_eq!(parsed.value.newest_connection, web01.last_connected.value().copied());
        assert_eq!(parsed.notes, ["Fields this program does not know were left out: \"newThing\"."]);
        assert!(parsed.problems.is_empty());
    }

    #[test]
    fn envelopes_and_single_nodes() {
        for json in [
            r#"{"success":true,"records":[{"machineName":"WEB01","inCluster":true}]}"#,
            r#"{"model":[{"MACHINENAME":"WEB01","database":"x"}]}"#,
            r#"{"value":[{"machineName":"WEB01","database":"x"}],"Count":1}"#,
            r#"{"machineName":"WEB01","binaryVersion":"11.7.000049"}"#,
        ] {
            assert_eq!(parse(json).value.rows[0].machine_name, "WEB01", "{json}");
        }
    }

    #[test]
    fn a_machine_named_twice_is_a_problem_and_the_live_row_counts() {
        let parsed = parse(
            r#"[{"machineName":"WEB01","binaryVersion":"11.6.000001","lastConnected":"2025-01-01T00:00:00"},
                {"machineName":"Web01","binaryVersion":"11.7.000049","lastConnected":"2026-11-20T10:00:00"},
                {"machineName":" ","binaryVersion":"11.7.000049"}, 7]"#,
        );
        assert_eq!(parsed.value.rows.len(), 1);
        assert_eq!(parsed.value.rows[0].binary_version_text.as_deref(), Some("11.7.000049"));
        let texts: Vec<&str> = parsed.problems.iter().map(|problem| problem.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "nodes.json [2] has no usable machine name, so the row does not count.",
                "nodes.json [3] is no object, so it does not count.",
                "The node list names Web01 twice, at nodes.json [1] and at nodes.json [0]; only nodes.json [1] counts.",
            ]
        );
    }

    #[test]
    fn other_documents_are_told_apart() {
        assert!(records(&serde_json::json!({"healthy": true})).is_none());
        assert!(records(&serde_json::json!([])).is_none());
    }

    proptest! {
        #[test]
        fn no_values_panic(name in "\\PC{0,20}", version in "\\PC{0,20}", date in "\\PC{0,30}", flag in "\\PC{0,8}") {
            let json = serde_json::json!([{"machineName": name, "binaryVersion": version, "lastConnected": date, "inCluster": flag}]);
            let parsed = parse(&json.to_string());
            prop_assert_eq!(parsed.value.rows.len() + parsed.problems.len(), 1);
        }
    }
}

//! Reader of `answers.json`, the record of one run of a script of a kit (`docs/kit.md`).

use super::facts::Facts;
use super::{Parsed, ReadExport, Source, malformed};
use crate::model::host_name::{is_name, visible};
use crate::model::input::InputKind;
use crate::model::kit_run::{KitAnswer, KitRun, KitStatus};
use serde::Deserialize;

/// What the format is called.
const FORMAT: &str = "clusterbrief-answers/";
/// Most answers of one run.
const MOST: usize = 200;

/// Why a record is not read. Reads after its name.
#[derive(Debug, thiserror::Error)]
pub(super) enum KitAnswersError {
    /// Of a newer script.
    #[error("is the record of a kit in the newer format {0}: use a newer clusterbrief")]
    Newer(String),
    /// Cut off or changed.
    #[error("is the record of a kit, but is no whole one ({0}); the answers beside it are read all the same")]
    Torn(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Record {
    schema: String,
    script: String,
    node: String,
    #[serde(default)]
    time: String,
    #[serde(default)]
    address: String,
    finished: bool,
    parts: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    part: String,
    status: KitStatus,
    #[serde(default)]
    reason: Option<String>,
}

/// Whether a text is such a record: its first key says so.
pub(super) fn is_record(text: &str) -> bool {
    let value = || {
        let key = text.trim_start_matches('\u{feff}').trim_start().strip_prefix('{')?.trim_start();
        key.strip_prefix("\"schema\"")?.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')
    };
    value().is_some_and(|value| value.starts_with(FORMAT))
}

/// Reads a record. A run that was stopped is read as far as it went, with a problem that says so.
pub(super) fn read(cx: Source, text: &str) -> Result<ReadExport, KitAnswersError> {
    let record: Record = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
    let version = record.schema.strip_prefix(FORMAT).unwrap_or_default();
    if version.split('.').next() != Some("1") {
        return Err(KitAnswersError::Newer(cx.shown(version)));
    }
    let node = if is_name(&record.node) { visible(&record.node) } else { String::new() };
    let answer = |part: Entry| KitAnswer {
        part: cx.shown(&part.part),
        status: part.status,
        reason: cx.shown(part.reason.as_deref().unwrap_or_default()),
    };
    let run = KitRun {
        input: cx.input.to_owned(),
        script: cx.shown(&record.script),
        node,
        time: cx.shown(&record.time),
        address: cx.shown(&record.address),
        finished: record.finished,
        parts: record.parts.into_iter().take(MOST).map(answer).collect(),
    };
    let mut parsed = Parsed::<Vec<Facts>>::default();
    if !run.finished {
        parsed.problems.push(malformed(format!(
            "{} says that the script was stopped before its end; the answers that it has are read.",
            cx.input
        )));
    }
    parsed.value.push(Facts::KitRun(run));
    Ok(ReadExport { kind: InputKind::KitAnswers, holds: vec!["the record of a kit".to_owned()], parsed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::source;

    const RECORD: &str = r#"{"schema": "clusterbrief-answers/1.0", "script": "rest", "node": "WEB02", "time": "2026-11-20T09:06:00Z",
        "address": "https://vault.example.com", "finished": FINISHED, "parts": [{"part": "diagnostics", "status": "refused", "reason": "no"}]}"#;

    fn read_text(text: &str) -> Result<(KitRun, usize), String> {
        let read = read(source("answers.json"), text).map_err(|error| error.to_string())?;
        let [Facts::KitRun(run)] = read.parsed.value.as_slice() else { panic!("{read:?}") };
        Ok((run.clone(), read.parsed.problems.len()))
    }

    #[test]
    fn a_record_is_read_and_a_stopped_run_is_said() {
        let (run, problems) = read_text(&RECORD.replace("FINISHED", "true")).unwrap();
        assert_eq!((run.node.as_str(), problems), ("WEB02", 0));
        assert_eq!(run.parts[0].status, KitStatus::Refused);
        let (run, problems) = read_text(&RECORD.replace("FINISHED", "false")).unwrap();
        assert!(!run.finished && problems == 1);
        assert!(is_record(RECORD) && !is_record("{\"schema\": \"clusterbrief-report/1.5\"}"));
    }

    #[test]
    fn what_is_newer_cut_or_hostile_is_said() {
        let whole = RECORD.replace("FINISHED", "true");
        assert!(
            read_text(&whole.replace("answers/1.0", "answers/2.0")).unwrap_err().contains("newer format 2.0")
        );
        assert!(read_text(whole.trim_end_matches('}')).unwrap_err().contains("no whole one"));
        let (run, _) = read_text(&whole.replace("WEB02", "a; del *")).unwrap();
        assert_eq!(run.node, "");
    }
}

//! The checklist from end to end: made of a case, filled in, read back.

use crate::support::fill::{Entry, fill, fine};
use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::intake::answers::questions;
use clusterbrief::model::checklist::parts;
use clusterbrief::model::{BuildVersion, InputStatus};
use clusterbrief::plan::checklist::{Checklist, LineState, Occasion, checklist};
use clusterbrief::report::document::Document;
use clusterbrief::report::model::InputView;
use clusterbrief::report::workbook;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("knowledge"));

/// 2026-11-19, the day before the report.
const WHEN: u32 = 46_345;

fn audit(paths: &[PathBuf], target: Option<&str>) -> Analysis {
    let given = open(paths);
    let options = Options {
        target: target.map(|target| BuildVersion::parse(target).expect("a build")),
        ..Options::at("2026-11-20T12:00:00Z".parse().expect("a time"))
    };
    AUDITOR.analyze(given, &options)
}

fn list(audited: &Analysis, occasion: Occasion) -> Checklist {
    checklist(&audited.cluster, &audited.results, AUDITOR.knowledge(), occasion)
}

fn written(audited: &Analysis, occasion: Occasion) -> Vec<u8> {
    workbook::write(&Document::of_checklist(&audited.report, list(audited, occasion))).expect("a workbook")
}

/// The case with a workbook beside its inputs.
fn with(name: &str, target: Option<&str>, workbook: &[u8]) -> (Analysis, InputView) {
    let folder = TempDir::new().unwrap();
    // The content of a file decides what it is, not its name.
    let path = folder.path().join("from the customer.bin");
    std::fs::write(&path, workbook).unwrap();
    let audited = audit(&[sample(name), path], target);
    let input =
        audited.report.inputs.iter().find(|input| input.name.starts_with("from the")).unwrap().clone();
    (audited, input)
}

const TARGET: Option<&str> = Some("11.7.000049");

#[test]
fn every_state_is_there_and_the_tally_adds_up() {
    let audited = audit(&[sample("pre-upgrade")], TARGET);
    let list = list(&audited, Occasion::Upgrade);
    for state in LineState::ALL {
        assert!(list.lines.iter().any(|line| line.state == state), "{}", state.word());
    }
    let tally = list.tally;
    assert_eq!(tally.done + tally.not_done + tally.open + tally.not_applicable, list.lines.len());
    assert_eq!(tally.waiting, list.lines.iter().filter(|line| line.waiting).count());
    assert_eq!(audited.report.checklist, Some(list.clone()), "the report shows the same list");
    let mut keys: Vec<&str> = list.lines.iter().map(|line| line.key.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), list.lines.len(), "no key twice");
    for line in &list.lines {
        let question = line.question.as_ref().map_or(line.item.as_str(), |question| question.id.as_str());
        assert_eq!(parts(&line.key), Some((line.item.as_str(), question, line.node.as_deref())));
        assert!(line.evidence.iter().all(|text| text.ends_with('.')), "{:?}", line.evidence);
        assert!(!line.evidence.is_empty() || line.question.is_some(), "{} says nothing", line.key);
        assert!(!line.sources.is_empty(), "{}", line.key);
    }
    assert!(list.notes[0].contains("first seven items"));
}

#[test]
fn without_a_target_its_questions_stay_open() {
    let audited = audit(&[sample("pre-upgrade")], None);
    assert!(audited.report.checklist.is_none());
    let list = list(&audited, Occasion::Upgrade);
    let steps = list.lines.iter().find(|line| line.item == "O-2").unwrap();
    assert_eq!((steps.state, steps.waiting), (LineState::Open, true));
    assert!(list.notes.iter().any(|note| note.contains("--target")));
}

#[test]
fn a_setup_has_the_steps_of_its_page_in_their_order() {
    let audited = audit(&[sample("healthy-3-node")], None);
    let list = list(&audited, Occasion::Setup);
    let mut steps: Vec<&str> =
        list.lines.iter().map(|line| line.item.as_str()).filter(|item| item.starts_with("S-")).collect();
    steps.dedup();
    let wanted: Vec<String> = (1..=12).map(|number| format!("S-{number}")).collect();
    assert_eq!(steps, wanted);
    let enabled = list.lines.iter().find(|line| line.item == "S-2").unwrap();
    assert_eq!(enabled.state, LineState::Done, "{:?}", enabled.evidence);
}

#[test]
fn equal_cases_give_equal_bytes() {
    let audited = audit(&[sample("pre-upgrade")], TARGET);
    assert_eq!(written(&audited, Occasion::Upgrade), written(&audited, Occasion::Upgrade));
}

#[test]
fn a_filled_in_checklist_is_read_as_answers_with_person_day_and_cell() {
    let before = audit(&[sample("pre-upgrade")], TARGET);
    let questions = questions(AUDITOR.knowledge());
    let entry = |key: &str| Some(Entry { word: fine(&questions, key)?, who: "P. Check".into(), when: WHEN });
    let (filled, count) = fill(&written(&before, Occasion::Upgrade), &entry);
    assert!(count > 20, "{count} lines were open");
    let (after, input) = with("pre-upgrade", TARGET, &filled);
    assert_eq!((input.status, input.problems.as_slice()), (InputStatus::Read, &[][..]));
    let answers = &after.cluster.answers.by_question;
    let by_check: Vec<_> =
        answers.values().filter(|answer| answer.by.as_deref() == Some("P. Check")).collect();
    assert_eq!(by_check.len(), count);
    for answer in by_check {
        assert_eq!(answer.on.unwrap().to_string(), "2026-11-19");
        assert!(
            answer.place.to_string().starts_with("from the customer.bin sheet Checklist, G"),
            "{}",
            answer.place
        );
    }
    let list = list(&after, Occasion::Upgrade);
    let waiting: Vec<&str> =
        list.lines.iter().filter(|line| line.waiting).map(|line| line.key.as_str()).collect();
    assert!(waiting.is_empty(), "{waiting:?} still wait");
    let accounts = list.lines.iter().find(|line| line.item == "C6-b").unwrap();
    assert_eq!(accounts.state, LineState::Done);
    assert_eq!(accounts.answer.as_ref().unwrap().age.as_deref(), Some("1 day ago"));
    // Made again, the list holds the answers, and read again it says the same.
    let (again, input) = with("pre-upgrade", TARGET, &written(&after, Occasion::Upgrade));
    assert_eq!((input.status, input.problems.as_slice()), (InputStatus::Read, &[][..]));
    let words = |audited: &Analysis| -> Vec<String> {
        audited
            .cluster
            .answers
            .by_question
            .iter()
            .map(|(key, answer)| format!("{key:?} {}", answer.value))
            .collect()
    };
    assert_eq!(words(&again), words(&after));
}

/// `scripts/check-checklist` writes this file, filled in and saved by a spreadsheet program, when it runs.
#[test]
fn a_workbook_saved_by_libreoffice_is_read_without_loss() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checklist/libreoffice.xlsx");
    let saved = std::fs::read(path).unwrap();
    let (audited, input) = with("pre-upgrade", TARGET, &saved);
    assert_eq!(
        (input.status, input.problems.as_slice(), input.notes.as_slice()),
        (InputStatus::Read, &[][..], &[][..])
    );
    let answers = audited.cluster.answers.by_question.values();
    let by_check = answers.filter(|answer| answer.by.as_deref() == Some("P. Check") && answer.on.is_some());
    assert_eq!(by_check.count(), FILLED_IN_LIBREOFFICE);
}

/// How many lines of that workbook were filled in.
const FILLED_IN_LIBREOFFICE: usize = 29;

#[test]
fn a_node_that_is_new_or_gone_is_named() {
    let made = written(&audit(&[sample("pre-upgrade")], TARGET), Occasion::Upgrade);
    let (_, input) = with("healthy-3-node", None, &made);
    let texts: Vec<&str> = input.problems.iter().map(|problem| problem.text.as_str()).collect();
    assert_eq!(input.status, InputStatus::Partly);
    assert!(texts.iter().any(|text| text.contains("DR01 is no node of this case any more")), "{texts:?}");
}

#[test]
fn a_checklist_of_another_cluster_is_refused_with_a_reason() {
    let audited = audit(&[sample("clock-skew-legacy")], None);
    let names: Vec<&str> = audited.cluster.nodes.iter().map(|node| node.name.as_str()).collect();
    let mut list = list(&audited, Occasion::Upgrade);
    list.nodes = vec!["ELSEWHERE01".into(), "ELSEWHERE02".into()];
    let made = workbook::write(&Document::of_checklist(&audited.report, list)).unwrap();
    let (audited, input) = with("clock-skew-legacy", None, &made);
    assert_eq!(input.status, InputStatus::Refused, "{names:?}");
    assert!(
        input.problems[0]
            .text
            .contains("made for ELSEWHERE01, ELSEWHERE02, none of which is a node of this case")
    );
    assert!(
        audited
            .cluster
            .answers
            .by_question
            .values()
            .all(|answer| !answer.place.to_string().starts_with("from the"))
    );
}

//! A very large case: a hundred nodes, two thousand findings, ten thousand patterns. The pages stay usable, and the ticket
//! keeps what matters. `scripts/check-length` opens the page in a browser.

use super::{benign, keep};
use clusterbrief::finding::{Severity, SubjectKind};
use clusterbrief::report::model::{Cell, CellState, Lane, MatrixRow, Report};
use clusterbrief::report::{html, markdown};
use std::fmt::Write as _;

const NODES: usize = 100;
const FINDINGS: usize = 2_000;
const PATTERNS: usize = 10_000;

fn name(at: usize) -> String {
    format!("NODE{:03}", at % NODES + 1)
}

fn large() -> Report {
    let mut report = benign();
    let names: Vec<String> = (0..NODES).map(name).collect();
    // One in seven nodes is odd, and every third has a finding of weight.
    let card = report.nodes[0].clone();
    report.nodes = names
        .iter()
        .cloned()
        .zip(0..)
        .map(|(name, at)| {
            let mut card = card.clone();
            card.odd = (at % 7 == 3).then(|| "behind: runs 11.6.000001".to_owned());
            card.findings = (at % 3 == 0).then_some(("high", at % 5 + 1)).into_iter().collect();
            (card.name, card.bundle, card.role) = (name, true, "serving");
            card
        })
        .collect();
    report.verdict.node_set.nodes.clone_from(&names);
    let model = report.findings[2].clone();
    let severities = [Severity::High, Severity::Medium, Severity::Medium, Severity::Low, Severity::Info];
    let found = (0..FINDINGS - report.findings.len()).map(|number| {
        let mut one = model.clone();
        one.severity = severities[number % severities.len()];
        one.rule = format!("CFG-{:03}", number % 40);
        one.anchor = format!("finding-{number:016x}");
        one.fingerprint = format!("{number:016x}");
        one.title = format!("{}: setting {number} differs", name(number));
        one.subject.kind = SubjectKind::Node;
        one.subject.name = name(number);
        one.nodes.clear();
        one.caused_by.clear();
        one
    });
    report.findings.extend(found.collect::<Vec<_>>());
    report.findings.sort_by_key(|one| one.severity);
    report.matrix.nodes.clone_from(&names);
    for row in report.matrix.groups.iter_mut().flat_map(|group| &mut group.rows) {
        spread(row);
    }
    let lane = report.errors.axis.lanes.iter().find(|lane| lane.kind == "node").unwrap().clone();
    report
        .errors
        .axis
        .lanes
        .splice(0..3, names.iter().map(|name| Lane { name: name.clone(), ..lane.clone() }));
    let pattern = report.errors.patterns[0].clone();
    report.errors.patterns = (0..PATTERNS)
        .map(|number| {
            let mut one = pattern.clone();
            one.id = format!("p-{number:010x}");
            one.wording = format!("Step {number} of a request could not be evaluated");
            let model = one.nodes[0].clone();
            one.nodes = names
                .iter()
                .skip(number % NODES)
                .take(3)
                .map(|name| {
                    let mut node = model.clone();
                    node.node.clone_from(name);
                    node
                })
                .collect();
            one
        })
        .collect();
    let covered = report.errors.covered[0].clone();
    report.errors.covered = names
        .iter()
        .map(|name| {
            let mut one = covered.clone();
            one.node.clone_from(name);
            one
        })
        .collect();
    report
}

/// The row with a cell for each node: a few differ, the others are alike.
fn spread(row: &mut MatrixRow) {
    let differs = row.differs;
    let (same, other) = (row.cells[0].text.clone(), row.cells[2].text.clone());
    row.cells = (0..NODES)
        .map(|at| {
            let odd = differs && at % 9 == 4;
            Cell {
                text: if odd { other.clone() } else { same.clone() },
                state: if odd { CellState::Odd } else { CellState::Same },
                note: String::new(),
            }
        })
        .collect();
}

#[test]
fn a_very_large_case_stays_readable() {
    let report = large();
    assert_eq!((report.findings.len(), report.errors.patterns.len()), (FINDINGS, PATTERNS));
    let page = html::render(&report).unwrap();
    keep("large.html", &page);
    assert!(page.len() <= 2_000_000, "{}", page.len());
    // Names are bounded: no list names all of them.
    let mut run = String::new();
    for at in 0..30 {
        let _ = write!(run, "{}, ", name(at));
    }
    assert!(!page.contains(run.trim_end()), "a list of all nodes");
    assert!(page.contains(" others"));
    let ticket = markdown::render(&report).unwrap();
    for needle in [report.verdict.label, "What to do", "Please send two things."] {
        assert!(ticket.contains(needle), "{needle}");
    }
}

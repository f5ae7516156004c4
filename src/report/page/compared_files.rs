//! Files that differ from one cause, in one line: twenty files of an old build are one thing to say.

use super::compared::Shown;
use crate::report::model::{Cell, CellState, MatrixRow, Report};
use serde::Serialize;
use std::collections::BTreeMap;

/// Files that make a run; fewer are rows of their own.
const RUN: usize = 3;
/// Folders that a run names.
const FOLDERS: usize = 4;
/// Files of a run that the page lists; the JSON report holds all.
const LISTED: usize = 200;

/// Files that differ on the same nodes in the same way.
#[derive(Serialize)]
pub(super) struct FileRun<'r> {
    /// "26 files: 10 in bin, 9 in the application folder".
    label: String,
    /// What the nodes with a column of their own have of them, by column of the matrix.
    cells: Vec<Shown<'r>>,
    /// Paths.
    files: Vec<&'r str>,
    /// Paths that are not listed.
    left: usize,
}

impl FileRun<'_> {
    /// Whether the node in this column of the matrix has other files than most.
    pub(super) fn is_about(&self, column: usize) -> bool {
        self.cells.get(column).is_some_and(|cell| cell.state != "same")
    }
}

/// What makes files alike: for each node, how it stands and whether it has the file.
fn pattern(row: &MatrixRow) -> Vec<(CellKind, bool)> {
    row.cells.iter().map(|cell| (kind(cell), cell.text == "not there")).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum CellKind {
    Same,
    Other,
    Unknown,
}

const fn kind(cell: &Cell) -> CellKind {
    match cell.state {
        CellState::Same | CellState::Absent => CellKind::Same,
        CellState::Odd | CellState::Differs => CellKind::Other,
        CellState::Unknown => CellKind::Unknown,
    }
}

/// The runs, and the files that are in none.
pub(super) fn runs<'r>(
    files: &[&'r MatrixRow],
    report: &'r Report,
) -> (Vec<FileRun<'r>>, Vec<&'r MatrixRow>) {
    let mut alike: BTreeMap<Vec<(CellKind, bool)>, Vec<&MatrixRow>> = BTreeMap::new();
    for row in files {
        alike.entry(pattern(row)).or_default().push(row);
    }
    let build = report.matrix.groups.iter().flat_map(|group| &group.rows).find(|row| row.label == "Build");
    let (runs, single): (Vec<_>, Vec<_>) = alike.into_iter().partition(|(_, rows)| rows.len() >= RUN);
    let runs = runs.into_iter().map(|(pattern, rows)| {
        let cells = report.matrix.nodes.iter().zip(&pattern).enumerate();
        let cells = cells.map(|(at, (node, (kind, missing)))| {
            let build = build.and_then(|row| row.cells.get(at));
            let (state, text) = said(*kind, *missing, rows.len(), build);
            Shown { node: node.clone(), state, text, note: "" }
        });
        FileRun {
            label: label(&rows),
            cells: cells.collect(),
            files: rows.iter().take(LISTED).map(|row| row.label.as_str()).collect(),
            left: rows.len().saturating_sub(LISTED),
        }
    });
    let mut single: Vec<&MatrixRow> = single.into_iter().flat_map(|(_, rows)| rows).collect();
    single.sort_by_key(|row| &row.label);
    (runs.collect(), single)
}

/// What a node has of so many files: other content is expected where its build is another.
fn said(kind: CellKind, missing: bool, count: usize, build: Option<&Cell>) -> (&'static str, String) {
    match (kind, missing) {
        (CellKind::Same, true) => ("same", "not there".into()),
        (CellKind::Same, false) => ("same", "alike".into()),
        (CellKind::Unknown, _) => ("unknown", "not known".into()),
        (CellKind::Other, true) => ("odd", "not there".into()),
        (CellKind::Other, false) => match build {
            Some(cell) if cell.state == CellState::Odd => {
                ("odd", format!("{count} files of {}, as expected", cell.text))
            }
            _ => ("odd", "other content".into()),
        },
    }
}

fn label(rows: &[&MatrixRow]) -> String {
    let mut folders: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        let folder = row.label.split_once('/').map_or("the application folder", |(folder, _)| folder);
        *folders.entry(folder).or_default() += 1;
    }
    let mut folders: Vec<_> = folders.into_iter().collect();
    folders.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut parts: Vec<String> =
        folders.iter().take(FOLDERS).map(|(folder, count)| format!("{count} in {folder}")).collect();
    let left: usize = folders.iter().skip(FOLDERS).map(|(_, count)| count).sum();
    if left > 0 {
        parts.push(format!("{left} elsewhere"));
    }
    format!("{} files: {}", rows.len(), parts.join(", "))
}

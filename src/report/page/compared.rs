//! The nodes compared, in the shape of a page: what most nodes have, and the nodes that deviate.

use super::compared_files::{FileRun, runs};
use super::some_of;
use crate::report::model::{Cell, CellState, EvidenceView, Matrix, MatrixRow, Parity, Report};
use crate::report::presentation::{columns_with_bundle, row_word};
use serde::Serialize;

/// Nodes that have a column of their own; where more deviate, each row names its own.
const COLUMNS: usize = 4;
/// Rows of one group on the page; the JSON report holds all.
const GROUP_ROWS: usize = 50;
/// Rows in sight.
const SIGHT: usize = 25;
/// Nodes that the head of the column of most nodes and a cell name.
const NAMES: usize = 4;

/// The comparison.
#[derive(Serialize)]
pub(super) struct Compared<'r> {
    /// Nodes that deviate somewhere, each with a column; empty: each row names its own.
    columns: Vec<&'r str>,
    /// Head of the column of what most nodes have; none where no row has it.
    most: Option<String>,
    /// Rows that differ or are not known: in sight, and behind a fold.
    loud: Vec<LoudRow<'r>>,
    more: Vec<LoudRow<'r>>,
    /// Many files that differ from one cause, in one line.
    runs: Vec<FileRun<'r>>,
    /// Rows on which nodes agree or may differ.
    quiet: Vec<QuietGroup<'r>>,
    /// Rows behind the fold, rows in all, and rows of which nothing is known on any node.
    agree: usize,
    total: usize,
    unknown: usize,
    /// Rows that differ where nodes should agree, and how many of them the page leaves out.
    differing: usize,
    omitted: usize,
    /// Nodes of which nothing can be compared.
    apart: String,
    /// Nodes of which an anchor has to be in the page.
    names: &'r [String],
}

/// A row that needs a reader.
#[derive(Serialize)]
pub(super) struct LoudRow<'r> {
    anchor: String,
    group: &'r str,
    label: &'r str,
    /// What most nodes have.
    most: Option<String>,
    /// Of the nodes in the columns; without columns, of the nodes that deviate, those with the same value together.
    cells: Vec<Shown<'r>>,
}

/// A cell.
#[derive(Serialize)]
pub(super) struct Shown<'r> {
    pub(super) node: String,
    /// `same`, `odd`, `differs`, `absent`, `unknown` or `apart`: not comparable.
    pub(super) state: &'static str,
    pub(super) text: String,
    pub(super) note: &'r str,
}

/// Rows of one group that need no reader.
#[derive(Serialize)]
struct QuietGroup<'r> {
    title: &'r str,
    /// Setting, and its value or values.
    rows: Vec<(&'r str, String)>,
    left: usize,
}

impl Compared<'_> {
    /// Anchor of the row that shows what a piece of evidence says.
    pub(super) fn row_of(&self, piece: &EvidenceView) -> Option<&str> {
        let is = |row: &&LoudRow| row.label.eq_ignore_ascii_case(&piece.fact) || row.label == piece.place;
        self.loud.iter().chain(&self.more).find(is).map(|row| row.anchor.as_str())
    }
}

pub(super) fn compared(report: &Report) -> Compared<'_> {
    let Matrix { nodes: names, groups, differing } = &report.matrix;
    let has_bundle = columns_with_bundle(report);
    let (mut loud, mut quiet, mut files) = (Vec::new(), Vec::new(), Vec::new());
    let (mut agree, mut total, mut unknown, mut omitted) = (0, 0, 0, 0);
    for group in groups {
        let mut hushed = QuietGroup { title: &group.title, rows: Vec::new(), left: 0 };
        let mut shown = 0;
        total += group.rows.len();
        for row in &group.rows {
            let word = row_word(row, &has_bundle);
            if row.cells.iter().all(|cell| cell.state == CellState::Unknown) {
                unknown += 1;
            } else if !matches!(word, "differs" | "not known") {
                agree += 1;
                if hushed.rows.len() < GROUP_ROWS {
                    hushed.rows.push((&row.label, values(row, names)));
                } else {
                    hushed.left += 1;
                }
            } else if group.is_files() {
                files.push(row);
            } else if shown < GROUP_ROWS {
                shown += 1;
                // Without "(3 of 8 settings differ)", which is said of the whole group.
                let title = group.title.split(" (").next().unwrap_or_default();
                loud.push((title, row));
            } else {
                omitted += usize::from(row.differs && row.parity == Parity::Same);
            }
        }
        if !hushed.rows.is_empty() {
            quiet.push(hushed);
        }
    }
    let (runs, single) = runs(&files, report);
    loud.extend(single.iter().take(GROUP_ROWS).map(|row| ("Files", *row)));
    omitted += single.len().saturating_sub(GROUP_ROWS);
    let deviates = |at: usize| {
        let in_row = |row: &MatrixRow| row.cells.get(at).is_some_and(|cell| stands_out(cell, row));
        has_bundle.get(at) != Some(&false)
            && (loud.iter().any(|(_, row)| in_row(row)) || runs.iter().any(|run| run.is_about(at)))
    };
    let (odd, others): (Vec<usize>, Vec<usize>) = (0..names.len()).partition(|at| deviates(*at));
    let name = |at: &usize| names.get(*at).map_or("", String::as_str);
    let is_apart = |at: &&usize| {
        let cells = || loud.iter().filter_map(|(_, row)| row.cells.get(**at));
        has_bundle.get(**at) == Some(&false) && cells().all(|cell| cell.state == CellState::Unknown)
    };
    let apart: Vec<&str> = others.iter().filter(is_apart).map(name).collect();
    let others: Vec<&str> = others.iter().filter(|at| !is_apart(at)).map(name).collect();
    let columns: Vec<usize> = if odd.len() > COLUMNS { Vec::new() } else { odd.clone() };
    let has_most = !runs.is_empty() || loud.iter().any(|(_, row)| most_of(row).is_some());
    let rows = loud.into_iter().enumerate().map(|(at, (group, row))| {
        let of = |at: &usize| Some(shown(name(at), row.cells.get(*at)?));
        let cells = if columns.is_empty() {
            let stands = |at: &&usize| row.cells.get(**at).is_some_and(|cell| stands_out(cell, row));
            together(odd.iter().filter(stands).filter_map(of))
        } else {
            columns.iter().filter_map(of).collect()
        };
        LoudRow { anchor: format!("row-{at}"), group, label: &row.label, most: most_of(row), cells }
    });
    let mut loud: Vec<LoudRow> = rows.collect();
    let more = loud.split_off(loud.len().min(SIGHT));
    Compared {
        loud,
        more,
        columns: columns.iter().map(name).collect(),
        most: has_most.then(|| match &others[..] {
            [] => "Most nodes".to_owned(),
            others => some_of(others, NAMES),
        }),
        runs,
        quiet,
        agree,
        total,
        unknown,
        differing: *differing,
        omitted,
        apart: some_of(&apart, NAMES),
        names,
    }
}

/// Whether a cell is not what most nodes have.
fn stands_out(cell: &Cell, row: &MatrixRow) -> bool {
    match cell.state {
        CellState::Same => false,
        CellState::Odd | CellState::Differs | CellState::Unknown => true,
        CellState::Absent => row.cells.iter().any(|other| other.state == CellState::Same),
    }
}

/// What most nodes have: the first cell that is like others, or that is absent beside odd ones.
fn most_of(row: &MatrixRow) -> Option<String> {
    let of = |state| row.cells.iter().find(|cell| cell.state == state);
    of(CellState::Same).or_else(|| of(CellState::Absent)).map(|cell| plain(&cell.text))
}

fn shown<'r>(node: &'r str, cell: &'r Cell) -> Shown<'r> {
    let state = match cell.state {
        CellState::Same => "same",
        CellState::Odd => "odd",
        CellState::Differs => "differs",
        CellState::Absent => "absent",
        CellState::Unknown if cell.note.starts_with("not comparable") => "apart",
        CellState::Unknown => "unknown",
    };
    Shown { node: node.to_owned(), state, text: plain(&cell.text), note: &cell.note }
}

/// Cells with the same value as one, with the names of their nodes.
fn together<'r>(cells: impl Iterator<Item = Shown<'r>>) -> Vec<Shown<'r>> {
    let mut groups: Vec<(Shown<'r>, Vec<String>)> = Vec::new();
    for cell in cells {
        match groups.iter_mut().find(|(one, _)| (one.state, &one.text) == (cell.state, &cell.text)) {
            Some((_, names)) => names.push(cell.node),
            None => groups.push((Shown { node: String::new(), ..cell }, vec![cell.node])),
        }
    }
    let named = |(cell, names): (Shown<'r>, Vec<String>)| {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Shown { node: some_of(&names, NAMES), ..cell }
    };
    groups.into_iter().map(named).collect()
}

/// A value as it is read: what was redacted by its fingerprint only.
fn plain(text: &str) -> String {
    let tag = text.strip_prefix("{redacted:").and_then(|rest| rest.strip_suffix('}'));
    match tag.and_then(|tag| tag.rsplit(':').next()?.get(..8)) {
        Some(tag) => format!("hidden value {tag}"),
        None => text.to_owned(),
    }
}

/// The value of all nodes, or the values with the nodes that have them.
fn values(row: &MatrixRow, names: &[String]) -> String {
    let mut values: Vec<(&str, Vec<&str>)> = Vec::new();
    for (cell, name) in row.cells.iter().zip(names) {
        if cell.state == CellState::Unknown {
            continue;
        }
        match values.iter_mut().find(|(text, _)| *text == cell.text) {
            Some((_, nodes)) => nodes.push(name),
            None => values.push((&cell.text, vec![name])),
        }
    }
    match &values[..] {
        [(text, _)] => plain(text),
        values => {
            let one =
                |(text, nodes): &(&str, Vec<&str>)| format!("{}: {}", some_of(nodes, NAMES), plain(text));
            let mut lines: Vec<String> = values.iter().take(NAMES).map(one).collect();
            if values.len() > NAMES {
                lines.push(format!("{} other values", values.len() - NAMES));
            }
            lines.join("; ")
        }
    }
}

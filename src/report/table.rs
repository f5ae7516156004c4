//! The lists of a report as tables: the findings as CSV, and what the sheets of a workbook hold.

use super::RenderError;
use super::format::{Content, Keep, OutputFormat};
use super::model::{EvidenceView, FindingView, PatternView, Report};
use super::presentation::{columns_with_bundle, row_word};
use crate::decisions::DecisionView;
use crate::finding::Confidence;
use crate::model::checklist::cell;
use crate::plan::{Action, Due, Reason};
use crate::text::escape::neutral;
use csv::{Terminator, WriterBuilder};

/// The format.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "csv",
    extensions: &["csv"],
    about: "The findings as a table",
    keep: Keep::Evidence,
    render: |content| match content {
        Content::Report(report) => render(report),
        Content::Document(_) => Err(RenderError::NoTable),
    },
};

/// A cell.
pub(super) enum Value {
    Text(String),
    Number(u64),
}

/// A table.
pub(super) struct Table {
    /// Its name, as a sheet is called.
    pub(super) name: &'static str,
    /// Heads of the columns, each with its width in characters.
    pub(super) heads: Vec<(String, u16)>,
    pub(super) rows: Vec<Vec<Value>>,
}

/// What is shown of a text: never a formula, and nothing that hides. See `docs/report-format.md`.
fn text(text: &str) -> Value {
    Value::Text(cell(&neutral(text)))
}

const fn sure(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Confirmed => "confirmed",
        Confidence::Inferred => "inferred",
    }
}

const fn due(due: Due) -> &'static str {
    match due {
        Due::Now => "now",
        Due::BeforeUpgrade => "before the upgrade",
        Due::Later => "later",
    }
}

/// Kind, owner and end.
fn decision(view: &DecisionView) -> String {
    let ticket = if view.ticket.is_empty() { String::new() } else { format!(" in {}", view.ticket) };
    format!("{}{ticket} by {} until {}", view.kind.said(), view.owner, view.until)
}

fn number(number: usize) -> Value {
    Value::Number(u64::try_from(number).unwrap_or(u64::MAX))
}

fn heads(heads: &[(&str, u16)]) -> Vec<(String, u16)> {
    heads.iter().map(|(head, width)| ((*head).to_owned(), *width)).collect()
}

/// The findings as CSV with a byte order mark, as spreadsheet programs expect it. Same report, same bytes.
pub fn render(report: &Report) -> Result<Vec<u8>, RenderError> {
    let table = findings(report, "; ");
    let mut csv = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    csv.write_record(table.heads.iter().map(|(head, _)| head))?;
    for row in &table.rows {
        csv.write_record(row.iter().map(|value| match value {
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
        }))?;
    }
    csv.into_inner().map_err(|error| RenderError::Csv(error.into_error().into()))
}

/// The findings, bundle safety first. `between` separates the lines of a cell.
pub(super) fn findings(report: &Report, between: &str) -> Table {
    let row = |(number_of, about, one): (usize, &str, &FindingView)| {
        let joined = |of: fn(&EvidenceView) -> &str| {
            let mut texts: Vec<&str> = one.evidence.iter().map(of).collect();
            texts.dedup();
            text(&texts.join(between))
        };
        vec![
            number(number_of),
            text(one.severity.word()),
            text(sure(one.confidence)),
            text(about),
            text(&one.rule),
            text(&one.title),
            text(if one.nodes.is_empty() { &one.subject.name } else { "every node named" }),
            text(&if one.nodes.is_empty() { String::new() } else { one.nodes.join(", ") }),
            joined(|piece| piece.input.as_str()),
            joined(|piece| piece.place.as_str()),
            joined(|piece| piece.text.as_str()),
            text(&one.detail),
            text(&one.remedy),
            text(&one.fingerprint),
            text(&one.decision.as_ref().map(decision).unwrap_or_default()),
        ]
    };
    let all = report.safety.iter().map(|one| ("bundle", one));
    let all = all.chain(report.findings.iter().map(|one| ("cluster", one)));
    Table {
        name: "Findings",
        heads: heads(&[
            ("No.", 6),
            ("Severity", 10),
            ("Confidence", 12),
            ("About", 9),
            ("Rule", 10),
            ("Finding", 50),
            ("Subject", 18),
            ("Nodes", 24),
            ("Input", 24),
            ("Place", 36),
            ("Evidence", 60),
            ("Detail", 50),
            ("What to do", 60),
            ("Fingerprint", 20),
            ("Decision", 40),
        ]),
        rows: (1..).zip(all).map(|(at, (about, one))| row((at, about, one))).collect(),
    }
}

/// What to do.
pub(super) fn actions(report: &Report) -> Table {
    let rules = |reasons: &[Reason]| {
        let mut rules: Vec<&str> = reasons.iter().map(|reason| reason.rule.as_str()).collect();
        rules.dedup();
        text(&rules.join(", "))
    };
    let row = |one: &Action| {
        vec![
            number(one.number),
            text(due(one.due)),
            text(one.severity.word()),
            text(sure(one.confidence)),
            text(&one.title),
            text(&if one.nodes.is_empty() {
                "once for the cluster".to_owned()
            } else {
                one.nodes.join(", ")
            }),
            text(&one.why),
            text(&one.steps.join("\n")),
            rules(&one.mends),
            rules(&one.ends),
        ]
    };
    Table {
        name: "Actions",
        heads: heads(&[
            ("No.", 6),
            ("Due", 16),
            ("Severity", 10),
            ("Confidence", 12),
            ("What to do", 50),
            ("Nodes", 24),
            ("Why", 50),
            ("Steps", 70),
            ("Fixes", 16),
            ("Should clear too", 16),
        ]),
        rows: report.actions.iter().map(row).collect(),
    }
}

/// The comparison of nodes.
pub(super) fn matrix(report: &Report) -> Table {
    let has_bundle = columns_with_bundle(report);
    let mut rows = Vec::new();
    for group in &report.matrix.groups {
        for row in &group.rows {
            let mut values = vec![text(&group.title), text(&row.label), text(row_word(row, &has_bundle))];
            values.extend(row.cells.iter().map(|cell| text(&cell.text)));
            rows.push(values);
        }
    }
    let mut heads = heads(&[("Group", 22), ("Setting", 44), ("Compared", 14)]);
    heads.extend(report.matrix.nodes.iter().map(|node| (cell(&neutral(node)), 26)));
    Table { name: "Nodes compared", heads, rows }
}

/// Entries of the logs by their wording.
pub(super) fn patterns(report: &Report) -> Table {
    let row = |(at, one): (usize, &PatternView)| {
        let nodes: Vec<String> = one.nodes.iter().map(|of| format!("{} ({})", of.node, of.count)).collect();
        let first = one.nodes.iter().map(|of| of.first.as_str()).filter(|text| !text.is_empty()).min();
        let last = one.nodes.iter().map(|of| of.last.as_str()).max();
        let new = match one.new {
            Some(true) => "new",
            Some(false) => "in the baseline",
            None => "",
        };
        vec![
            number(at),
            text(one.level),
            Value::Number(one.count),
            text(&nodes.join(", ")),
            text(&one.logger),
            text(&one.wording),
            text(&one.exception),
            text(&one.frame),
            text(&one.known),
            text(&one.workload),
            text(new),
            text(first.unwrap_or_default()),
            text(last.unwrap_or_default()),
            text(&one.id),
        ]
    };
    Table {
        name: "Patterns",
        heads: heads(&[
            ("No.", 6),
            ("Level", 10),
            ("Entries", 10),
            ("Nodes", 30),
            ("Logger", 40),
            ("Wording", 70),
            ("Exception", 40),
            ("Method", 40),
            ("Known error", 12),
            ("Work on other machines", 24),
            ("Baseline", 16),
            ("First", 28),
            ("Last", 28),
            ("Id", 16),
        ]),
        rows: (1..).zip(&report.errors.patterns).map(row).collect(),
    }
}

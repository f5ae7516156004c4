//! Findings that somebody decided on, in a group of their own: shown, counted, never hidden.

use super::model::{DecidedVerdict, FindingView, Report};
use crate::finding::SubjectKind;
use serde::Serialize;

/// The group, bounded.
#[derive(Serialize)]
pub(super) struct DecidedView<'a> {
    pub(super) verdict: &'a DecidedVerdict,
    pub(super) rows: Vec<Decided<'a>>,
    pub(super) more: usize,
}

/// One finding with what was decided.
#[derive(Serialize)]
pub(super) struct Decided<'a> {
    pub(super) title: &'a str,
    pub(super) anchor: &'a str,
    /// Rule, subject and severity.
    pub(super) about: String,
    /// What was decided, by whom, until when, and why.
    pub(super) decision: String,
}

impl<'a> DecidedView<'a> {
    /// With at most `most` findings; none without a file of decisions.
    pub(super) fn of(report: &'a Report, most: usize) -> Option<Self> {
        let verdict = report.verdict.decided.as_ref()?;
        let rows: Vec<Decided<'_>> = report.findings.iter().filter_map(decided).collect();
        let more = rows.len().saturating_sub(most);
        Some(Self { verdict, rows: rows.into_iter().take(most).collect(), more })
    }
}

/// The findings that nobody decided on.
pub(super) fn open(report: &Report) -> Vec<FindingView> {
    report.findings.iter().filter(|finding| finding.decision.is_none()).cloned().collect()
}

fn decided(finding: &FindingView) -> Option<Decided<'_>> {
    let view = finding.decision.as_ref()?;
    let subject = match finding.subject.kind {
        SubjectKind::Cluster if finding.nodes.is_empty() => String::new(),
        SubjectKind::Cluster => format!("{}, ", finding.nodes.join(", ")),
        SubjectKind::Database => "the database, ".to_owned(),
        SubjectKind::Node | SubjectKind::Input => format!("{}, ", finding.subject.name),
    };
    let left = match view.days_left {
        0 => "today is the last day".to_owned(),
        1 => "1 day left".to_owned(),
        days => format!("{days} days left"),
    };
    let ticket = if view.ticket.is_empty() { String::new() } else { format!(" in {}", view.ticket) };
    Some(Decided {
        title: &finding.title,
        anchor: &finding.anchor,
        about: format!("{subject}{}, {}", finding.rule, finding.severity),
        decision: format!(
            "{}{ticket} by {} until {}, {left}: {}",
            view.kind.said(),
            view.owner,
            view.until,
            view.reason
        ),
    })
}

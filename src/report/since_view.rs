//! What changed since an earlier moment, in lines: the same words for the page, Markdown and the terminal.

use super::presentation::{grouped, when};
use crate::compare::{
    Change, ChangedFinding, FactChange, FactChangeKind, NodeChanges, PatternChange, Since, UpgradeCheck,
    UpgradeState,
};
use crate::finding::{Severity, SubjectKind};
use crate::text::names::{first_of, listed};
use serde::Serialize;

/// The section, bounded.
#[derive(Serialize)]
pub(super) struct SinceView<'a> {
    /// What it is compared with, and how many findings changed how.
    pub(super) lead: String,
    pub(super) notes: &'a [String],
    pub(super) groups: Vec<Group<'a>>,
    pub(super) upgrade: Option<Upgrade<'a>>,
    pub(super) moments: Option<Between>,
    /// For each node what changed, in lines.
    pub(super) nodes: Vec<NodeLines>,
    /// Wordings of errors that came or became more.
    pub(super) patterns: Lines,
}

/// Findings that changed in one way.
#[derive(Serialize)]
pub(super) struct Group<'a> {
    pub(super) change: Change,
    pub(super) heading: &'static str,
    pub(super) total: usize,
    /// Word of the worst severity.
    pub(super) worst: &'static str,
    /// Whether it is shown without a click.
    pub(super) open: bool,
    pub(super) findings: Vec<Row<'a>>,
    pub(super) more: usize,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    pub(super) title: &'a str,
    pub(super) anchor: &'a str,
    /// Rule, subject, severity and why, in one text.
    pub(super) about: String,
}

/// Lines, and how many are left out.
#[derive(Serialize)]
pub(super) struct Lines {
    pub(super) lines: Vec<String>,
    pub(super) more: usize,
}

/// An upgrade that was planned.
#[derive(Serialize)]
pub(super) struct Upgrade<'a> {
    pub(super) target: &'a str,
    /// Nodes, then requirements.
    pub(super) lines: Vec<String>,
    pub(super) left: Lines,
}

/// What happened between two moments.
#[derive(Serialize)]
pub(super) struct Between {
    pub(super) lead: String,
    pub(super) rows: Lines,
}

/// A node with what changed on it.
#[derive(Serialize)]
pub(super) struct NodeLines {
    pub(super) node: String,
    pub(super) summary: String,
    pub(super) lines: Lines,
}

impl<'a> SinceView<'a> {
    /// With at most `most` findings of a group and changes of a node.
    pub(super) fn of(since: &'a Since, most: usize) -> Self {
        let before = &since.before;
        let counts: Vec<String> = Change::ALL
            .iter()
            .filter_map(|change| {
                let count = since.counts.get(change.word()).copied().filter(|count| *count > 0)?;
                Some(format!("{count} {}", change.word().replace('-', " ")))
            })
            .collect();
        let counts =
            if counts.is_empty() { "no finding then and none now".to_owned() } else { listed(&counts) };
        let nodes =
            if before.nodes.is_empty() { String::new() } else { format!(" of {}", some(&before.nodes)) };
        Self {
            lead: format!(
                "Compared with the state{nodes} at {} ({}): {counts}.",
                when(&before.moment),
                before.label
            ),
            notes: &since.notes,
            groups: Change::ALL.iter().filter_map(|change| group(since, *change, most)).collect(),
            upgrade: since.upgrade.as_ref().map(|check| upgrade(check, most)),
            moments: since.moments.as_ref().map(|moments| Between {
                lead: format!(
                    "Last good moment: {}. First bad moment: {}, {}.",
                    when(&moments.good),
                    when(&moments.bad),
                    moments.sign
                ),
                rows: bounded(
                    moments.rows.iter().map(|row| {
                        let unsure = if row.certain { "" } else { " (time not sure)" };
                        let node = if row.node.is_empty() { String::new() } else { format!(" {}", row.node) };
                        let place =
                            if row.place.is_empty() { String::new() } else { format!(" ({})", row.place) };
                        format!("{}{unsure}{node}: {}{place}", when(&row.at), row.text)
                    }),
                    most,
                    moments.more,
                ),
            }),
            nodes: since.nodes.iter().map(|node| node_lines(node, most)).collect(),
            patterns: bounded(since.patterns.iter().map(pattern), most, since.patterns_more),
        }
    }
}

fn group(since: &Since, change: Change, most: usize) -> Option<Group<'_>> {
    let of_change = || since.findings.iter().filter(move |one| one.change == change);
    let worst = of_change().map(|one| one.severity).min()?;
    let total = of_change().count();
    Some(Group {
        change,
        heading: change.heading(),
        total,
        worst: worst.word(),
        open: !matches!(change, Change::Still | Change::Edition) || worst <= Severity::High,
        findings: of_change().take(most).map(row).collect(),
        more: total.saturating_sub(most),
    })
}

fn row(one: &ChangedFinding) -> Row<'_> {
    let subject = match one.subject.kind {
        SubjectKind::Node | SubjectKind::Input => format!("{}, ", one.subject.name),
        SubjectKind::Database => "the database, ".to_owned(),
        SubjectKind::Cluster => String::new(),
    };
    let was = one.was.map(|was| format!("{was} then, ")).unwrap_or_default();
    let now = if one.was.is_some() { " now" } else { "" };
    let why = if one.why.is_empty() { String::new() } else { format!("; {}", one.why) };
    let about = format!("{subject}{}, {was}{}{now}{why}", one.rule, one.severity);
    Row { title: &one.title, anchor: &one.anchor, about }
}

fn upgrade(check: &UpgradeCheck, most: usize) -> Upgrade<'_> {
    let nodes = check.nodes.iter().map(|node| {
        let state = match node.state {
            UpgradeState::Reached => "done",
            UpgradeState::Beyond => "beyond the target",
            UpgradeState::OnTheWay => "on the way",
            UpgradeState::Waiting => "not upgraded yet",
            UpgradeState::Unknown => "not known",
        };
        format!("{}: {} then, {} now: {state}", node.name, node.before, node.after)
    });
    Upgrade {
        target: &check.target,
        lines: nodes.chain(check.requirements.iter().cloned()).collect(),
        left: bounded(check.left.iter().cloned(), most, check.left_more),
    }
}

fn node_lines(node: &NodeChanges, most: usize) -> NodeLines {
    let facts = node.facts.len() + node.facts_more;
    let files = node.files.len() + node.files_more;
    let mut parts = Vec::new();
    for (count, noun) in [(facts, "fact or setting"), (files, "file")] {
        match (count, noun) {
            (0, _) => {}
            (1, noun) => parts.push(format!("1 {noun}")),
            (count, "file") => parts.push(format!("{count} files")),
            (count, _) => parts.push(format!("{count} facts and settings")),
        }
    }
    let changed =
        if parts.is_empty() { "nothing changed".to_owned() } else { format!("{} changed", listed(&parts)) };
    let lost = if node.lost > 0 { format!("; {} known then and not now", node.lost) } else { String::new() };
    let facts = node.facts.iter().map(fact);
    let files = node.files.iter().map(|file| {
        let kind = match file.kind {
            FactChangeKind::Changed => "another content",
            FactChangeKind::Appeared => "new",
            FactChangeKind::Gone => "gone",
        };
        format!("{}: {kind}", file.label)
    });
    NodeLines {
        node: node.node.clone(),
        summary: format!("{changed}{lost}"),
        lines: bounded(facts.chain(files), most, node.facts_more + node.files_more),
    }
}

fn fact(fact: &FactChange) -> String {
    let FactChange { group, label, before, after, .. } = fact;
    match fact.kind {
        FactChangeKind::Changed => format!("{group}, {label}: {before} → {after}"),
        FactChangeKind::Appeared => format!("{group}, {label}: not set → {after}"),
        FactChangeKind::Gone => format!("{group}, {label}: {before} → not set"),
    }
}

fn pattern(one: &PatternChange) -> String {
    let was = if one.before > 0 { format!(" (was {})", grouped(one.before)) } else { ", new".to_owned() };
    let first = if one.first.is_empty() { String::new() } else { format!(", first at {}", when(&one.first)) };
    format!("{} × {}{was} on {}{first}: {}", grouped(one.after), one.level, some(&one.nodes), one.wording)
}

/// At most six names.
fn some(names: &[String]) -> String {
    const MOST: usize = 6;
    if names.len() > MOST { first_of(names, MOST) } else { listed(names) }
}

/// The first `most` lines; `more` are left out already.
fn bounded(lines: impl Iterator<Item = String>, most: usize, more: usize) -> Lines {
    let mut lines: Vec<String> = lines.collect();
    let left = lines.len().saturating_sub(most);
    lines.truncate(most);
    Lines { lines, more: left + more }
}

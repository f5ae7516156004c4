//! Findings as the page shows them: blockers and the first high ones open, all others folded by severity.

use super::areas::area_of;
use super::compared::Compared;
use crate::finding::{Severity, SubjectKind};
use crate::model::Area;
use crate::report::decided_view::open as open_findings;
use crate::report::model::{EvidenceView, FindingView, Report};
use crate::report::presentation::{ROWS, Shown, Truncation, bands};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// High findings that are open.
const HIGH: usize = 10;
/// Pieces of evidence in sight, and how many a folded finding shows at most: there is no fold within a fold.
const SIGHT: usize = 3;
const FOLDED: usize = 8;
/// Folded findings that are shown whole; further ones have their title, and the JSON report has all of them.
const WHOLE: usize = 300;

/// All findings.
#[derive(Serialize)]
pub(super) struct FoundList<'r> {
    open: Vec<Found<'r>>,
    folds: Vec<Fold<'r>>,
    cuts: Vec<Truncation>,
    total: usize,
}

/// Findings behind one line.
#[derive(Serialize)]
struct Fold<'r> {
    severity: Severity,
    /// `7 medium`, `3 more high`.
    words: String,
    /// How many of them have only their title.
    brief: usize,
    list: Vec<Found<'r>>,
}

/// A finding.
#[derive(Serialize)]
struct Found<'r> {
    f: FindingView,
    /// Word of its area; empty for none.
    area: &'static str,
    /// Names of the nodes it is about, one blank between two; empty: the cluster.
    nodes: String,
    /// Only its title is shown.
    brief: bool,
    /// It is shown right after the finding that it follows from.
    after: bool,
    /// Anchor of a row of the comparison that shows it; empty for none.
    row: &'r str,
    /// Anchor of the known error behind it; empty for none.
    log: String,
    /// Evidence in sight.
    sight: Vec<EvidenceView>,
    /// Evidence behind a fold.
    rest: Vec<EvidenceView>,
    /// What probably follows from it and is not shown right after it.
    ends: Vec<Link>,
    /// A finding above it with the same remedy.
    like: Link,
}

/// A finding to go to; empty for none.
#[derive(Clone, Default, Serialize)]
pub(super) struct Link {
    rule: String,
    text: String,
    anchor: String,
}

impl Link {
    fn to(finding: &FindingView) -> Self {
        let FindingView { rule, title, anchor, .. } = finding;
        Self { rule: rule.clone(), text: title.clone(), anchor: anchor.clone() }
    }
}

impl FoundList<'_> {
    /// Anchors of the findings on the page.
    pub(super) fn anchors(&self) -> impl Iterator<Item = &str> {
        let folded = self.folds.iter().flat_map(|fold| &fold.list);
        self.open.iter().chain(folded).map(|one| one.f.anchor.as_str())
    }

    /// Rows of the comparison with the gravest finding that they show.
    pub(super) fn marked(&self) -> BTreeMap<&str, Link> {
        let mut marked = BTreeMap::new();
        let folded = self.folds.iter().flat_map(|fold| &fold.list);
        for one in self.open.iter().chain(folded).filter(|one| !one.row.is_empty()) {
            marked.entry(one.row).or_insert_with(|| Link::to(&one.f));
        }
        marked
    }
}

pub(super) fn found<'r>(report: &'r Report, compared: &'r Compared<'_>) -> FoundList<'r> {
    let maker = Maker { areas: area_of(report), logged: logged(report), compared };
    let (bands, cuts) = bands(&open_findings(report), ROWS);
    let mut open: Vec<Found> = Vec::new();
    let mut folded: BTreeMap<Severity, Vec<Found>> = BTreeMap::new();
    let mut high = 0;
    for Shown { finding, follows } in bands.into_iter().flat_map(|band| band.findings) {
        let mut cause: Option<usize> = None;
        for (at, one) in std::iter::once(finding).chain(follows).enumerate() {
            high += usize::from(one.severity == Severity::High);
            let is_open =
                one.severity == Severity::Blocker || (one.severity == Severity::High && high <= HIGH);
            let mut one = maker.found(one, is_open);
            if is_open {
                one.after = at > 0;
                if at == 0 {
                    cause = Some(open.len());
                }
                open.push(one);
            } else {
                if let Some(cause) = cause.and_then(|at| open.get_mut(at)) {
                    cause.ends.push(Link::to(&one.f));
                }
                folded.entry(one.f.severity).or_default().push(one);
            }
        }
    }
    say_once(&mut open);
    for list in folded.values_mut() {
        say_once(list);
    }
    for one in folded.values_mut().flatten().skip(WHOLE) {
        one.brief = true;
        (one.sight, one.rest) = (Vec::new(), Vec::new());
    }
    let folds = folded.into_iter().map(|(severity, list)| Fold {
        severity,
        words: match severity {
            Severity::High => format!("{} more high", list.len()),
            _ => format!("{} {}", list.len(), severity.word()),
        },
        brief: list.iter().filter(|one| one.brief).count(),
        list,
    });
    FoundList { open, folds: folds.collect(), cuts, total: report.findings.len() }
}

/// Findings of one rule with one remedy: the first says it, the others refer to it.
fn say_once(list: &mut [Found]) {
    let mut said: BTreeMap<(String, String), Link> = BTreeMap::new();
    for one in list {
        let key = (one.f.rule.clone(), one.f.remedy.clone());
        match said.get(&key) {
            Some(first) => one.like = first.clone(),
            None => {
                said.insert(key, Link::to(&one.f));
            }
        }
    }
}

/// What a piece of evidence says: of a log line without its numbers, as its time is.
fn wording(piece: &EvidenceView) -> (String, String) {
    if piece.kind != "text" {
        return (piece.node.clone(), format!("{}{}{}", piece.place, piece.fact, piece.text));
    }
    let text = piece.text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c });
    (piece.node.clone(), text.collect())
}

/// Rules that a known error feeds.
fn logged(report: &Report) -> BTreeSet<&str> {
    report.errors.hits.iter().map(|hit| hit.rule.as_str()).collect()
}

struct Maker<'r> {
    areas: BTreeMap<&'r str, Area>,
    logged: BTreeSet<&'r str>,
    compared: &'r Compared<'r>,
}

impl<'r> Maker<'r> {
    fn found(&self, mut f: FindingView, is_open: bool) -> Found<'r> {
        let mut sight = std::mem::take(&mut f.evidence);
        let mut rest = Vec::new();
        if is_open {
            // The same line at another time proves the same: it is behind the fold.
            let mut seen = BTreeSet::new();
            let (first, alike) = sight.into_iter().partition(|piece| seen.insert(wording(piece)));
            (sight, rest) = (first, alike);
            let left = sight.split_off(sight.len().min(SIGHT));
            rest.splice(0..0, left);
        } else {
            f.evidence_omitted += sight.len().saturating_sub(FOLDED);
            sight.truncate(FOLDED);
        }
        let named: BTreeSet<&str> = match (&f.nodes[..], f.subject.kind) {
            ([], SubjectKind::Node) => [f.subject.name.as_str()].into(),
            ([], _) => sight.iter().chain(&rest).map(|piece| piece.node.as_str()).collect(),
            (nodes, _) => nodes.iter().map(String::as_str).collect(),
        };
        let nodes = named.into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" ");
        let row = sight.iter().chain(&rest).find_map(|piece| self.compared.row_of(piece)).unwrap_or_default();
        let log =
            if self.logged.contains(f.rule.as_str()) { format!("log-{}", f.rule) } else { String::new() };
        let area = self.areas.get(f.rule.as_str()).map_or("", |area| area.word());
        Found {
            area,
            nodes,
            brief: false,
            after: false,
            row,
            log,
            sight,
            rest,
            ends: Vec::new(),
            like: Link::default(),
            f,
        }
    }
}

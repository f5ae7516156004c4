//! What the page of a report shows beside the report itself, in the order of its sections.

mod areas;
mod asked;
mod cards;
mod compared;
mod compared_files;
mod found;
mod heading;
mod upgrade;

use super::assemble::used;
use super::decided_view::DecidedView;
use super::families::families;
use super::model::Report;
use super::pattern_rows::patterns;
use super::presentation::{ROWS, hits};
use super::procedure::RunbookView;
use super::since_view::SinceView;
use super::svg::chart;
use crate::text::names::first_of;
use std::collections::BTreeSet;
use tera::{Context, context};

/// Lines of one list of what changed; the JSON report holds all.
const SINCE: usize = 40;

/// What may be chosen of a page.
#[derive(Debug, Clone, Default)]
pub struct PageOptions {
    /// The whole plan and checklist are in the page, and not in files of their own.
    pub with_plan: bool,
    /// Name of the file beside the page that holds the plan.
    pub plan: Option<String>,
    /// Name of the file beside the page that holds the checklist.
    pub checklist: Option<String>,
}

/// What the templates see beside the report, its plan and its checklist.
pub(super) fn context(report: &Report, options: &PageOptions) -> Context {
    let compared = compared::compared(report);
    let found = found::found(report, &compared);
    let decided = DecidedView::of(report, SINCE);
    // Anchors that are on the page; a finding that is cut has none.
    let anchors: BTreeSet<&str> = found
        .anchors()
        .chain(report.safety.iter().map(|finding| finding.anchor.as_str()))
        .chain(decided.iter().flat_map(|view| &view.rows).map(|row| row.anchor))
        .chain(report.missing.iter().map(|missing| missing.anchor.as_str()))
        .collect();
    let repairs: Vec<RunbookView> = report.repairs.iter().map(RunbookView::of).collect();
    let rule_ids: BTreeSet<_> = report.rules.iter().map(|rule| &rule.id).collect();
    let source_keys: BTreeSet<_> = report.sources.iter().map(|source| &source.key).collect();
    let hits = hits(&report.errors.hits, ROWS);
    let current = hits.iter().filter(|hit| hit.current).count();
    // The first known error of a rule is what its findings link to.
    let mut seen = BTreeSet::new();
    let first_hits: Vec<bool> = hits.iter().map(|hit| seen.insert(&hit.rule)).collect();
    context! {
        anchors,
        areas => &areas::areas(report),
        asked => &asked::asked(report),
        beside_plan => &options.plan,
        beside_checklist => &options.checklist,
        cards => &cards::cards(report),
        chart => &chart(&report.errors.axis),
        compared => &compared,
        families => &families(&report.coverage),
        found => &found,
        heading => &heading::heading(report),
        current,
        decided,
        first_hits,
        hits,
        marked => &found.marked(),
        patterns => &patterns(&report.errors.patterns),
        reasons => &heading::reasons(report),
        repairs,
        rule_ids,
        since => &report.since.as_ref().map(|since| SinceView::of(since, SINCE)),
        source_keys,
        upgrade => &report.plan.as_ref().map(|plan| upgrade::upgrade(plan, report.checklist.as_ref())),
        used => &used(&report.inputs),
        with_plan => &options.with_plan,
    }
}

/// `a, b, c`, or the first of many with the number of the others.
fn some_of(names: &[&str], most: usize) -> String {
    if names.len() > most + 1 { first_of(names, most) } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::some_of;

    #[test]
    fn many_names_are_the_first_and_a_number() {
        let names = ["A", "B", "C", "D"];
        assert_eq!(some_of(&names, 2), "A, B and 2 others");
        assert_eq!(some_of(&names, 3), "A, B, C, D", "one other is named");
        assert_eq!(some_of(&names[..1], 3), "A");
    }
}

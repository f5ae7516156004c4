//! The areas of a cluster as a strip: what was found in each, and how far it was looked at.

use crate::finding::{Looked, Severity};
use crate::model::Area;
use crate::report::model::Report;
use serde::Serialize;
use std::collections::BTreeMap;

/// An area of the strip.
#[derive(Serialize)]
pub(super) struct AreaCell {
    area: Area,
    label: &'static str,
    /// `fault`, `warning`, `clear`, `partly` or `no`.
    state: &'static str,
    /// The state as it is read.
    word: &'static str,
    /// Why, as a tip: what was found, what is open.
    tip: String,
}

/// The area of each rule.
pub(super) fn area_of(report: &Report) -> BTreeMap<&str, Area> {
    report.coverage.rules.iter().map(|rule| (rule.rule.as_str(), rule.area)).collect()
}

/// The areas that apply. A blocker is a fault, a high or medium finding a warning, as in the verdict.
pub(super) fn areas(report: &Report) -> Vec<AreaCell> {
    let of = area_of(report);
    let mut found: BTreeMap<Area, (Severity, usize)> = BTreeMap::new();
    for finding in &report.findings {
        let Some(area) = of.get(finding.rule.as_str()) else { continue };
        let (worst, count) = found.entry(*area).or_insert((finding.severity, 0));
        *worst = (*worst).min(finding.severity);
        *count += 1;
    }
    let shown = report.verdict.areas.iter().filter(|area| area.looked != Looked::NotApplicable);
    shown
        .map(|area| {
            let worst = found.get(&area.area);
            let (state, word) = match (worst.map(|(worst, _)| worst), area.looked) {
                (Some(Severity::Blocker), _) => ("fault", "fault"),
                (Some(Severity::High | Severity::Medium), _) => ("warning", "warning"),
                (_, Looked::Whole) => ("clear", "clear"),
                (_, Looked::Partly) => ("partly", "in part"),
                _ => ("no", "not looked at"),
            };
            let count = worst.map_or(0, |(_, count)| *count);
            let open = area.open.len();
            let tip = format!("{count} found, {} checks done, {open} open", area.decided);
            AreaCell { area: area.area, label: area.label, state, word, tip }
        })
        .collect()
}

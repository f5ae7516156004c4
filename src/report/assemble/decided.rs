//! The verdict without the findings that people decided on.

use super::verdict::label;
use crate::decisions::{Applied, DecidedVerdict, Decisions, Kind, NotCounted};
use crate::finding::{Readiness, Severity};
use crate::report::model::{FindingView, Report};
use crate::text::names::{first_of, listed};
use std::collections::{BTreeMap, BTreeSet};

/// Adds it to the verdict and to the headline.
pub(super) fn add(report: &mut Report, decisions: &Decisions, applied: Applied, state: Readiness) {
    let decided: Vec<&FindingView> =
        report.findings.iter().filter(|finding| finding.decision.is_some()).collect();
    let by_severity = |wanted: bool| -> BTreeMap<&'static str, usize> {
        let of = |severity: &Severity| {
            let all = report.findings.iter().filter(|one| one.severity == *severity);
            all.filter(|one| one.decision.is_some() == wanted).count()
        };
        Severity::ALL.iter().map(|severity| (severity.word(), of(severity))).collect()
    };
    let views = || decided.iter().filter_map(|finding| finding.decision.as_ref());
    let kinds = |kind: Kind| (kind.word(), views().filter(|view| view.kind == kind).count());
    let owners: BTreeSet<&String> = views().map(|view| &view.owner).collect();
    let until = views().map(|view| view.until.clone()).min();
    let label = label(state);
    let headline = headline(label, &decided, &applied.not_counted);
    let verdict = DecidedVerdict {
        state,
        label: label.to_owned(),
        open: by_severity(false),
        decided: by_severity(true),
        kinds: Kind::ALL.into_iter().map(kinds).collect(),
        owners: owners.into_iter().cloned().collect(),
        until,
        remarks: applied.remarks,
        file: decisions.name.clone(),
        headline,
    };
    if !decided.is_empty() {
        report.verdict.headline = format!("{} {}", verdict.headline, report.verdict.headline);
    }
    report.verdict.decided = Some(verdict);
}

/// "With decisions: READY, 1 blocker accepted by J. Doe until 2027-03-31."
fn headline(label: &str, decided: &[&FindingView], not_counted: &BTreeMap<NotCounted, usize>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for kind in Kind::ALL {
        let of_kind =
            || decided.iter().filter(|one| one.decision.as_ref().is_some_and(|view| view.kind == kind));
        let counts: Vec<String> = Severity::ALL
            .iter()
            .filter_map(|severity| {
                let count = of_kind().filter(|one| one.severity == *severity).count();
                let plural = if *severity == Severity::Blocker && count > 1 { "s" } else { "" };
                (count > 0).then(|| format!("{count} {severity}{plural}"))
            })
            .collect();
        let views = || of_kind().filter_map(|one| one.decision.as_ref());
        let owners: BTreeSet<&str> = views().map(|view| view.owner.as_str()).collect();
        let owners: Vec<&str> = owners.into_iter().collect();
        let by = match owners.as_slice() {
            [_, _, _, _, ..] => first_of(&owners, 3),
            owners => listed(owners),
        };
        if let Some(until) = views().map(|view| &view.until).min() {
            parts.push(format!("{} {} by {by} until {until}", listed(&counts), kind.said()));
        }
    }
    if parts.is_empty() {
        let why: Vec<String> = not_counted.iter().map(|(why, count)| why.said(*count)).collect();
        let none = if why.is_empty() { "the file holds none".to_owned() } else { why.join(", ") };
        return format!("With decisions: {label}; no decision counts: {none}.");
    }
    format!("With decisions: {label}, {}.", parts.join("; "))
}

//! The top of the page: which case it is, and how old its evidence is.

use super::some_of;
use crate::report::model::{CaseView, Reason, Report};
use crate::report::presentation::moment;
use chrono::NaiveDate;
use serde::Serialize;

/// Nodes that the title names.
const NAMES: usize = 6;

/// The top of the page.
#[derive(Serialize)]
pub(super) struct Heading {
    /// What the reader calls the case; else the address of the cluster, or its nodes.
    title: String,
    /// Names of the nodes, where the title is something else.
    nodes: Option<String>,
    /// "Evidence of 2026-11-20, 1 day old".
    evidence: Option<String>,
}

pub(super) fn heading(report: &Report) -> Heading {
    let names: Vec<&str> = report.nodes.iter().map(|node| node.name.as_str()).collect();
    let nodes = some_of(&names, NAMES);
    let given = report.case.as_ref().map(CaseView::line);
    let address = || {
        let urls = report.balancer.iter().filter(|fact| fact.value.starts_with("https://"));
        urls.map(|fact| fact.value.clone()).next()
    };
    let title = given.or_else(address);
    let evidence = evidence(report);
    match title {
        Some(title) => Heading { title, nodes: Some(nodes).filter(|nodes| !nodes.is_empty()), evidence },
        None if nodes.is_empty() => Heading { title: "Readiness report".into(), nodes: None, evidence },
        None => Heading { title: nodes, nodes: None, evidence },
    }
}

/// Days of the collections, or without any of what else has a time.
fn evidence(report: &Report) -> Option<String> {
    let day = |text: &str| {
        moment(text).map(|time| time.date_naive()).or_else(|| text.get(..10)?.parse::<NaiveDate>().ok())
    };
    let collected = report.nodes.iter().filter_map(|node| day(node.collected.as_deref()?));
    let taken = report.inputs.iter().filter_map(|input| day(input.taken.as_deref()?));
    let mut days: Vec<NaiveDate> = collected.collect();
    if days.is_empty() {
        days = taken.collect();
    }
    let (first, last) = (days.iter().min()?, days.iter().max()?);
    let age = |of: &NaiveDate| day(&report.as_of).map_or(0, |now| (now - *of).num_days());
    let span = if first == last { first.to_string() } else { format!("{first} to {last}") };
    Some(match age(last) {
        days if days < 0 => format!("Evidence of {span}"),
        0 => format!("Evidence of {span}, of the report's day"),
        1 => format!("Evidence of {span}, 1 day old"),
        days => format!("Evidence of {span}, {days} days old"),
    })
}

/// Reasons of the verdict that are shown.
const REASONS: usize = 3;

/// The reasons of the verdict that its headline does not say.
#[derive(Serialize)]
pub(super) struct Reasons<'r> {
    shown: Vec<&'r Reason>,
    more: usize,
}

pub(super) fn reasons(report: &Report) -> Reasons<'_> {
    let said = |reason: &&Reason| report.verdict.headline.contains(&reason.text);
    let others: Vec<&Reason> = report.verdict.reasons.iter().filter(|reason| !said(reason)).collect();
    let more = others.len().saturating_sub(REASONS);
    Reasons { shown: others.into_iter().take(REASONS).collect(), more }
}

//! CLU-009: do two sources give different values for one fact?

use crate::knowledge::facts::{Fact, Kind};
use crate::model::export::ReportedFields;
use crate::model::items::Items;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether two exports, or an export and a bundle, give different values for the same fact.
    /// ## Why it matters
    /// One of the two is out of date, from another system, or wrong. Every rule that uses this fact relies on the first
    /// source.
    /// ## How to fix it
    /// Check the value on the system itself. Export again what is out of date, and leave out what does not belong to
    /// this cluster.
    /// ## What it cannot see
    /// Which of the two is right. Values that change all the time, such as times and queue lengths, are not compared.
    /// Builds have their own rules.
    id: "CLU-009",
    title: "Sources disagree",
    question: "Do the sources agree?",
    severity: Medium,
    area: NodesAndFiles,
    subject: Cluster,
    cites: ["SELF" Confirmed],
}

/// Whom told facts are of.
struct Of<'a> {
    subject: Subject,
    node: &'a str,
    item: &'a str,
}

fn check(cx: &Context) -> Outcome {
    let (mut findings, mut missing) = (Vec::new(), Vec::new());
    let of_cluster = Of { subject: Subject::cluster(), node: "", item: "" };
    look(cx, &of_cluster, &cx.cluster.reported, &mut findings, &mut missing);
    for node in &cx.cluster.nodes {
        let of = Of { subject: Subject::node(&node.name), node: &node.name, item: "" };
        look(cx, &of, &of_node(cx, node), &mut findings, &mut missing);
    }
    let items = cx.cluster.lists.values().filter_map(Observed::value).flat_map(Items::iter);
    for item in items.filter(|item| !item.is_plain()) {
        let of = Of { subject: Subject::cluster(), node: "", item: item.name() };
        look(cx, &of, &item.facts(), &mut findings, &mut missing);
    }
    Outcome::from_parts(findings, missing)
}

/// What exports and the bundle together say of a node.
fn of_node(cx: &Context, node: &Node) -> ReportedFields {
    let paths = node.reported.keys().filter(|path| cx.knowledge.facts.get(path).is_some());
    paths.map(|path| (path.clone(), node.fact(path))).collect()
}

fn look(
    cx: &Context,
    of: &Of,
    told: &ReportedFields,
    findings: &mut Vec<Finding>,
    missing: &mut Vec<MissingEvidence>,
) {
    for (path, fact) in told {
        let Some(record) = cx.knowledge.facts.get(path).filter(|record| is_compared(record)) else {
            continue;
        };
        if matches!(fact, Observed::Known { sources, disputed, .. } if sources.len() + disputed.len() > 1) {
            cx.ask(path);
        }
        match fact {
            Observed::Known { value, sources, disputed } if !disputed.is_empty() => {
                let first = sources.first().cloned().unwrap_or_default();
                let all = std::iter::once((value, &first))
                    .chain(disputed.iter().map(|(value, place)| (value, place)));
                let all: Vec<(&String, &Location)> = all.collect();
                if all.iter().any(|(other, _)| !other.eq_ignore_ascii_case(value)) {
                    findings.push(finding(cx, of, record, &all));
                }
            }
            Observed::Unreadable { .. } => missing.push(MissingEvidence {
                node: Some(of.node.to_owned()).filter(|node| !node.is_empty()),
                what: named(of, &record.label),
                why: fact.why_unknown().unwrap_or_default(),
                from: cx.teller(path),
            }),
            _ => {}
        }
    }
}

/// Builds have their own rules, and what moves may differ.
fn is_compared(record: &Fact) -> bool {
    !record.moves && !matches!(record.kind, Kind::Moment | Kind::Version)
}

fn named(of: &Of, label: &str) -> String {
    match (of.node, of.item) {
        ("", "") => label.to_owned(),
        ("", name) | (name, _) => format!("{label} of {name}"),
    }
}

fn finding(cx: &Context, of: &Of, record: &Fact, all: &[(&String, &Location)]) -> Finding {
    let label = named(of, &record.label);
    let title = format!("Sources disagree on: {label}");
    let remedy = format!(
        "Look up on the system itself: {label}. Export again what is out of date, and leave out what is not of this \
        cluster."
    );
    let seen = all.iter().map(|(value, place)| {
        cx.use_input(&place.input);
        Evidence::value(of.node, &record.label, *value, (*place).clone())
    });
    cx.finding(of.subject.clone(), title, remedy).resting_on(seen)
}

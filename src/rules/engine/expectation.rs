//! Evaluator of expectations: a fact, what it should be, and how many of the nodes or items must meet it.

use super::condition::{self, Met};
use super::context::{Context, evidence};
use super::{question, signature};
use crate::finding::{Evidence, EvidenceRequest, Finding, MissingEvidence, Outcome, Subject};
use crate::knowledge::facts::Entity;
use crate::knowledge::rows::{Expectation, Quantifier};
use crate::model::items::Item;
use crate::model::lookup::is_fact;
use crate::model::{Node, Observed};
use crate::rules::lib::activity::connection;
use crate::rules::lib::at_work::{PROVED, all_work};
use std::collections::BTreeSet;

/// Whom a row is judged on.
#[derive(Clone, Copy)]
pub(in crate::rules) enum On<'a> {
    /// The cluster or its database.
    Cluster,
    /// One node.
    Node(&'a Node),
    /// One item of a list.
    Item(Item<'a>),
}

impl<'a> On<'a> {
    fn node(self) -> Option<&'a Node> {
        if let Self::Node(node) = self { Some(node) } else { None }
    }

    /// The name of the node or item; empty for the cluster.
    fn name(self) -> &'a str {
        match self {
            Self::Cluster => "",
            Self::Node(node) => &node.name,
            Self::Item(item) => item.name(),
        }
    }
}

/// What the rows of a rule gave together.
#[derive(Default)]
struct RowResults {
    findings: Vec<Finding>,
    missing: Vec<MissingEvidence>,
    looked: bool,
    proven: bool,
}

/// Judges the rows of the rule on one node.
pub(in crate::rules) fn on_node<'a>(cx: &Context<'a>, node: &'a Node) -> Outcome {
    let mut all = RowResults::default();
    for row in rows(cx, Quantifier::Each) {
        all.add(cx, row, On::Node(node));
    }
    all.findings.extend(signature::findings(cx, node));
    all.outcome(cx, Some(node))
}

/// Judges the rows of the rule on the cluster: on facts of the cluster, on every item of a list, and on nodes of
/// which one at least must meet them. Known errors that serve the rule prove it as well, whatever the facts say.
pub(in crate::rules) fn on_cluster(cx: &Context) -> Outcome {
    let mut all = of_cluster(cx);
    all.findings.extend(signature::of_serving(cx));
    all.outcome(cx, None)
}

/// Judges the rows of the rule on the cluster; `None` where they leave it open.
pub(in crate::rules) fn reported_of_cluster(cx: &Context) -> Option<Outcome> {
    let all = of_cluster(cx);
    let decided = !all.findings.is_empty() || (all.looked && all.missing.is_empty());
    decided.then(|| all.outcome(cx, None))
}

fn of_cluster(cx: &Context) -> RowResults {
    let mut all = RowResults::default();
    for row in rows(cx, Quantifier::Each) {
        let Some(list) = cx.knowledge.facts.list(&row.fact) else {
            all.add(cx, row, On::Cluster);
            continue;
        };
        let Ok((items, part)) = cx.items_seen(list).map_err(|gap| all.missing.push(gap)) else { continue };
        all.missing.extend(part);
        all.looked = true;
        // Of 25,000 items most say the same: those of which the facts of the row say what met it meet it too.
        let (paths, mut met) = (row.facts(), BTreeSet::new());
        for item in items.iter() {
            let said = item.text_ids(&paths);
            if said.as_ref().is_some_and(|said| met.contains(said)) {
                continue;
            }
            let before = (all.findings.len(), all.missing.len());
            all.add(cx, row, On::Item(item));
            if before == (all.findings.len(), all.missing.len()) {
                met.extend(said);
            }
        }
    }
    for row in rows(cx, Quantifier::Any) {
        all.add_any(cx, row);
    }
    all
}

fn rows<'a>(cx: &Context<'a>, quantifier: Quantifier) -> impl Iterator<Item = &'a Expectation> + use<'a> {
    let id = cx.rule.id.as_str();
    cx.knowledge.rows.expectations.iter().filter(move |row| row.rule == id && row.quantifier == quantifier)
}

impl RowResults {
    fn add<'a>(&mut self, cx: &Context<'a>, row: &Expectation, on: On<'a>) {
        match evaluate(cx, row, on) {
            Ok((None, _)) => {}
            Ok((Some(true), _)) => self.looked = true,
            Ok((Some(false), fact)) => self.findings.push(finding(cx, row, on, &fact)),
            Err(_) if proven_by_build(cx, row, on) || proven_by_running(cx, row) => {
                self.looked = true;
                self.proven = true;
            }
            Err(gaps) => self.missing.extend(gaps),
        }
    }

    /// A row that one node, or one item, must meet.
    fn add_any<'a>(&mut self, cx: &Context<'a>, row: &Expectation) {
        let (mut met, mut gaps, mut seen) = (false, Vec::new(), Vec::new());
        let subjects: Vec<On<'a>> = match cx.knowledge.facts.list(&row.fact) {
            Some(list) => match cx.items_seen(list) {
                Ok((items, part)) => {
                    gaps.extend(part);
                    items.iter().map(On::Item).collect()
                }
                Err(gap) => return self.missing.push(gap),
            },
            None => cx.cluster.serving().map(On::Node).collect(),
        };
        for on in &subjects {
            match evaluate(cx, row, *on) {
                Ok((fits, fact)) => {
                    met |= fits == Some(true);
                    let excluding = row.when.first().filter(|_| fits.is_none());
                    let (path, own) =
                        excluding.map_or((&row.fact, &row.label), |when| (&when.fact, &when.label));
                    seen.push(shown(*on, cx.knowledge.label(path, own), &fact));
                }
                Err(gap) => gaps.extend(gap),
            }
        }
        self.looked |= met;
        match (met, gaps.is_empty()) {
            (true, _) => {}
            (false, false) => self.missing.extend(gaps),
            (false, true) if seen.is_empty() && cx.knowledge.facts.of(&row.fact) == Some(Entity::Node) => {
                self.missing.push(MissingEvidence::of_cluster(
                    format!("{} of any node", cx.knowledge.label(&row.fact, &row.label)),
                    "no node that counts is known",
                    EvidenceRequest::NodeList,
                ));
            }
            (false, true) => {
                let title = row.title.replace("{value}", "").replace("{node}", "").replace("{item}", "");
                if seen.is_empty() {
                    let list = cx.knowledge.facts.list(&row.fact).unwrap_or_default();
                    seen.push(cx.no_item_of(list, list));
                }
                let finding = cx.on_cluster(title, &row.remedy).resting_on(seen);
                self.findings.push(weighed(row, finding));
            }
        }
    }

    fn outcome(self, cx: &Context, node: Option<&Node>) -> Outcome {
        if !(self.findings.is_empty() && self.missing.is_empty()) {
            return question::where_evidence_lacks(cx, node, self.findings, self.missing);
        }
        if !self.looked {
            return Outcome::not_applicable("its condition does not hold here");
        }
        if self.proven {
            let proof = format!("{PROVED}: the product does not run without");
            return Outcome::Pass { note: proof, inferred: true };
        }
        Outcome::pass()
    }
}

/// Whether the node demonstrably runs a build that needs what the row wants.
fn proven_by_build(cx: &Context, row: &Expectation, on: On) -> bool {
    let (Some(node), Some(build)) = (on.node(), row.proven_from) else { return false };
    node.version.value().is_some_and(|version| *version >= build)
        && connection(cx, node).is_ok_and(|connection| connection.is_recent())
}

/// Whether every node demonstrably works on what the row is about. That says nothing of what a target needs.
fn proven_by_running(cx: &Context, row: &Expectation) -> bool {
    row.proven_by_running && cx.target().is_none() && all_work(cx).is_ok()
}

/// Whether the subject meets the row, with the fact; `None` with the fact that excludes the subject where a
/// condition does.
fn evaluate<'a>(
    cx: &Context<'a>,
    row: &Expectation,
    on: On<'a>,
) -> Result<(Option<bool>, Observed<String>), Vec<MissingEvidence>> {
    if let Some(applies) = &row.applies
        && !cx.applies(applies, on.node())?
    {
        return Ok((None, Observed::not_collected("it concerns other builds")));
    }
    // What decides whether the row concerns the subject is asked for first, and alone.
    let mut gap = None;
    for when in &row.when {
        match condition::met(cx, when, on) {
            Ok((Met::Yes, _)) => {}
            Ok((Met::No | Met::NotStated, fact)) => return Ok((None, fact)),
            Err(open) => gap = gap.or(Some(open)),
        }
    }
    // Without an application there is no pool and no setting of it either; CLU-004 says so. What the machine tells of IIS is
    // no fact of the model.
    if let Some(node) = on.node()
        && row.fact != "iis.application"
        && is_of_iis(row)
        && is_fact(&row.fact)
    {
        let application = node.fact("iis.application");
        if application.is_absent() {
            return Ok((None, application));
        }
    }
    match (condition::met(cx, &row.itself(), on), gap) {
        // Who meets the row does so whether or not it concerns them; one of many that has to meet it must be concerned.
        (Ok((Met::Yes, fact)), Some(_)) if row.quantifier == Quantifier::Each => Ok((Some(true), fact)),
        (_, Some(gap)) | (Err(gap), None) => Err(vec![gap]),
        (Ok((Met::Yes, fact)), None) => Ok((Some(true), fact)),
        (Ok((Met::No, fact)), None) => Ok((Some(false), fact)),
        (Ok((Met::NotStated, _)), None) => Err(vec![not_stated(cx, row, on)]),
    }
}

fn not_stated(cx: &Context, row: &Expectation, on: On) -> MissingEvidence {
    let label = cx.knowledge.label(&row.fact, &row.label);
    let what = if let On::Cluster = on { label.to_owned() } else { format!("{label} of {}", on.name()) };
    // The kinds of facts whose settings have a value when they are not stated.
    let built_in = if is_of_iis(row) { ", and its built-in value depends on the version of IIS" } else { "" };
    let gap = cx.unreported(&row.fact, what, format!("it is not stated{built_in}"));
    let from = cx.question().map(|_| EvidenceRequest::Answer { id: row.rule.clone() });
    MissingEvidence { node: on.node().map(|node| node.name.clone()), from: from.unwrap_or(gap.from), ..gap }
}

fn finding(cx: &Context, row: &Expectation, on: On, fact: &Observed<String>) -> Finding {
    // A number that a table explains is shown with its meaning.
    let meaning = fact.value().and_then(|value| cx.knowledge.value_label(&row.fact, value));
    let meant = meaning.map(|means| fact.clone().map(|value| format!("{value} ({means})")));
    let fact = meant.as_ref().unwrap_or(fact);
    let value = meaning.or(fact.value().map(String::as_str)).or(row.built_in.as_deref()).unwrap_or_default();
    let subject = match on.node() {
        Some(node) => Subject::node(&node.name),
        None => Subject { kind: cx.rule.subject, name: String::new() },
    };
    let (node, item) = if on.node().is_some() { (on.name(), "") } else { ("", on.name()) };
    let fill = |text: &str| text.replace("{node}", node).replace("{item}", item).replace("{value}", value);
    let label = cx.knowledge.label(&row.fact, &row.label);
    let mut finding =
        cx.finding(subject, fill(&row.title), fill(&row.remedy)).because(shown(on, label, fact));
    if fact.is_absent()
        && let Some(built_in) = &row.built_in
    {
        let who = if is_of_iis(row) { "IIS" } else { "the product" };
        finding = finding.detail(format!("The setting is not stated; {who} then uses {built_in}."));
    }
    weighed(row, finding)
}

/// Whether the fact is a setting of IIS rather than of the product.
fn is_of_iis(row: &Expectation) -> bool {
    row.fact.starts_with("iis.")
}

/// With the severity, confidence and sources of the row.
fn weighed(row: &Expectation, mut finding: Finding) -> Finding {
    // The rule has its severity at its worst, which may be less without a target.
    finding.severity = row.severity.map_or(finding.severity, |severity| severity.max(finding.severity));
    finding.notes.extend(row.notes.iter().cloned());
    if !row.cites.is_empty() {
        let keys: Vec<&str> = row.cites.iter().map(|cite| cite.source.as_str()).collect();
        finding = finding.note(format!("Source of this requirement: {}.", keys.join(", ")));
    }
    let unread = !row.cites.is_empty() && !row.cites.iter().any(|cite| cite.status.confirms());
    finding.inferred_if(row.inferred || unread)
}

/// A fact as evidence.
fn shown(on: On, label: &str, fact: &Observed<String>) -> Evidence {
    match (on.node(), on.name()) {
        (Some(node), _) => evidence(node, label, fact),
        (None, "") => reported(label, fact),
        (None, item) => reported(&format!("{label} of {item}"), fact),
    }
}

/// A fact that belongs to no node as evidence.
pub(in crate::rules) fn reported(label: &str, fact: &Observed<String>) -> Evidence {
    let place = fact.place().cloned().unwrap_or_default();
    match fact.value() {
        Some(value) => Evidence::value("", label, value, place),
        None => Evidence::absence("", label, place),
    }
}

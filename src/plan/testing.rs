//! Makes clusters for the tests of plans.

use crate::finding::{Outcome, RuleResult, Subject};
use crate::model::export::NodeRow;
use crate::model::facts::NodeFacts;
use crate::model::items::{Cell, CellValue, Column, Items, Table};
use crate::model::location::{CellPos, SourceRef};
use crate::model::node::{Setting, Snapshot};
use crate::model::{Answer, Answers, BuildVersion, Cluster, Excerpt, Location, Node, NodeSet, Observed};
use std::collections::{BTreeMap, BTreeSet};

/// Changes nothing.
struct NoSanitize;

impl crate::model::excerpt::Sanitize for NoSanitize {
    fn sanitize(&self, line: &str) -> String {
        line.to_owned()
    }
}

/// A fact with a file as its source.
pub(super) fn known<T>(value: T) -> Observed<T> {
    Observed::known(value, Location::file("a file"))
}

/// A cluster of nodes that serve, run one build, and are confirmed to be all.
pub(super) fn cluster(nodes: &[&str], build: BuildVersion) -> Cluster {
    let node = |name: &&str| Node { name: (*name).into(), version: known(build), ..Node::default() };
    Cluster {
        nodes: nodes.iter().map(node).collect(),
        node_set: NodeSet { confirmed_by: vec!["--expect-nodes".into()], ..NodeSet::default() },
        list: Observed::default(),
        history: Observed::default(),
        reported: BTreeMap::new(),
        lists: BTreeMap::new(),
        answers: Answers::default(),
        kit_runs: Vec::new(),
        contacts: Vec::new(),
        inputs: Vec::new(),
        as_of: chrono::DateTime::UNIX_EPOCH,
        target: Some(BuildVersion::new(12, 0, 22)),
        package: None,
        repaired: Vec::new(),
    }
}

/// A node of the cluster.
pub(super) fn node<'c>(cluster: &'c mut Cluster, name: &str) -> &'c mut Node {
    cluster.nodes.iter_mut().find(|node| node.name == name).unwrap()
}

/// Makes the node list show a node as In Cluster, with the worker roles given.
pub(super) fn listed(cluster: &mut Cluster, name: &str, background: bool, engine: bool, recording: bool) {
    let row = NodeRow {
        machine_name: name.into(),
        in_cluster: known(true),
        background_worker: known(background),
        engine_worker: known(engine),
        session_recording_worker: known(recording),
        ..NodeRow::default()
    };
    node(cluster, name).row = Some(row);
}

/// Sets a fact of the cluster, as an export reports it.
pub(super) fn set_fact(cluster: &mut Cluster, path: &str, value: &str) {
    cluster.reported.insert(path.into(), known(value.to_owned()));
}

/// Sets a list with one item that has one fact.
pub(super) fn list(cluster: &mut Cluster, list: &str, path: &str, value: &str) {
    let cells = vec![Some(Cell { text: 0, spot: CellPos::Row(1) })];
    let names = Column { texts: vec!["a thing".into()], cells: cells.clone() };
    let fact = Column { texts: vec![CellValue::Value(value.into())], cells };
    let rows = vec![CellPos::Row(1)];
    let table = Table {
        origin: SourceRef { input: "list.json".into(), sheet: None, listed: Vec::new() },
        rows,
        names,
        facts: vec![(path.to_owned(), fact)],
    };
    cluster.lists.insert(list.into(), known(Items::of(table)));
}

/// Adds an answer of a person, for a node or, with an empty name, for the cluster.
pub(super) fn answer(cluster: &mut Cluster, question: &str, node: &str, value: &str) {
    let answer = Answer { value: value.into(), by: None, on: None, note: None, place: Location::default() };
    cluster.answers.by_question.insert((question.into(), node.to_uppercase()), answer);
}

/// Gives a node a bundle, with nothing in it.
pub(super) fn bundle<'c>(cluster: &'c mut Cluster, name: &str) -> &'c mut Snapshot {
    let began = chrono::DateTime::UNIX_EPOCH.fixed_offset();
    let snapshot = Snapshot {
        grade: crate::model::Grade::Bundle,
        parts: Vec::new(),
        input: name.into(),
        started: began,
        ended: began,
        manifest: String::new(),
        scrubbed_from: Vec::new(),
        copied: false,
        elevated: Observed::default(),
        key_id: None,
        facts: NodeFacts::default(),
        inventory: Observed::default(),
        settings: BTreeMap::new(),
        logs: Observed::default(),
        events: Observed::default(),
    };
    node(cluster, name).snapshot.insert(snapshot)
}

/// Gives a node a bundle with one setting of a configuration file.
pub(super) fn setting(cluster: &mut Cluster, name: &str, file: &str, path: &str, value: &str) {
    let setting = Setting { value: value.into(), line: 1, excerpt: Excerpt::new("", &NoSanitize) };
    let settings = known(BTreeMap::from([(path.to_owned(), setting)]));
    bundle(cluster, name).settings.insert(file.to_owned(), settings);
}

/// The result of a rule that passed on a subject.
pub(super) fn passed(rule: &str, subject: Subject) -> RuleResult {
    let outcome = Outcome::Pass { note: "it is so".into(), inferred: false };
    RuleResult { rule: rule.into(), subject, outcome, inputs_used: BTreeSet::new() }
}

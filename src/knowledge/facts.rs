//! Facts by path: their label, the entity they belong to, and the form of their text.
//!
//! The paths of [`crate::model::lookup`] are built in, because code reads them. All others are records, so that a fact
//! of an export or a bundle needs no code of its own.

use super::layer::failed;
use crate::model::lookup;
use serde::Deserialize;
use std::collections::BTreeMap;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fact {
    /// Path, such as `database.compatibility-level`; of an item it begins with the list, such as `engine.`.
    pub path: String,
    /// The fact as a report names it, in lower case.
    pub label: String,
    /// Which entity it belongs to.
    pub of: Entity,
    /// The form of its text.
    #[serde(default)]
    pub kind: Kind,
    /// It changes all the time, so that two sources may differ. Moments always do.
    #[serde(default)]
    pub moves: bool,
    /// A bundle may contain it (`machine` of `facts.json`).
    #[serde(default)]
    pub in_bundle: bool,
}

/// The entity that a fact belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entity {
    /// The cluster or its database.
    Cluster,
    /// One node.
    Node,
    /// One item of a list, such as an engine.
    Item,
}

/// The form of a fact's text: one spelling for each value, so that facts of different sources can be compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// As written, with secrets removed.
    #[default]
    Text,
    /// `true` or `false`, read from any usual word for it.
    Flag,
    /// Digits with an optional sign and fraction.
    Number,
    /// A build of the product.
    Version,
    /// A date and time as [`crate::model::export::Moment`] prints it; an ambiguous one is unreadable.
    Moment,
}

/// The labels of the built-in facts by path, for code that does not load the rest of the knowledge.
pub fn labels() -> BTreeMap<String, String> {
    #[derive(Default, Deserialize)]
    struct Records {
        fact: Vec<Fact>,
    }
    let records: Records = toml::from_str(include_str!("facts.toml")).unwrap_or_default();
    records.fact.into_iter().map(|fact| (fact.path, fact.label)).collect()
}

/// All records of facts by path.
#[derive(Debug, Clone, Default)]
pub struct Facts(BTreeMap<String, Fact>);

impl Facts {
    /// The record of a path.
    pub fn get(&self, path: &str) -> Option<&Fact> {
        self.0.get(path)
    }

    /// All of them, in order of path.
    pub fn iter(&self) -> impl Iterator<Item = &Fact> {
        self.0.values()
    }

    /// The entity that the fact at `path` belongs to; `None` if there is no such fact. Answers, which may be given for a
    /// node or for the cluster, count as facts of a node.
    pub fn of(&self, path: &str) -> Option<Entity> {
        if is_built_in(path) { Some(Entity::Node) } else { self.get(path).map(|fact| fact.of) }
    }

    /// The list that an item's fact belongs to: `engine` of `engine.state`.
    pub fn list<'p>(&self, path: &'p str) -> Option<&'p str> {
        (self.of(path) == Some(Entity::Item)).then(|| path.split_once('.').map_or(path, |(list, _)| list))
    }

    /// Puts the records in order.
    pub(super) fn new(facts: Vec<Fact>) -> Self {
        Self(facts.into_iter().map(|fact| (fact.path.clone(), fact)).collect())
    }
}

impl Fact {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        failed(&[
            (is_built_in(&self.path), "this fact is built in and cannot be a record"),
            (!self.path.contains('.') || self.label.is_empty(), "a fact needs a label and a path with a dot"),
            (self.in_bundle && self.of != Entity::Node, "only facts of a node can be in a bundle"),
        ])
    }
}

/// Whether code reads the fact, so that it is no record.
fn is_built_in(path: &str) -> bool {
    lookup::is_fact(path) || path.starts_with(lookup::ANSWER)
}

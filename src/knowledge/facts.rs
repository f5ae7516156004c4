//! Facts by path: what they are called, of whom they are, and in which form their text is kept.
//!
//! The paths of [`crate::model::lookup`] are built in, since code reads them; all others are records, so that a fact
//! that an export or a bundle carries needs no code of its own.

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
    /// The fact in a reader's words, lower case.
    pub label: String,
    /// Of whom it is.
    pub of: Of,
    /// The form its text is kept in.
    #[serde(default)]
    pub kind: Kind,
    /// It changes by itself, so that two sources may differ. Moments always do.
    #[serde(default)]
    pub moves: bool,
    /// A collector may deliver it in a bundle (`machine` of `facts.json`).
    #[serde(default)]
    pub in_bundle: bool,
}

/// Of whom a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Of {
    /// The cluster or its database.
    Cluster,
    /// One node.
    Node,
    /// One item of a list, such as an engine.
    Item,
}

/// The form a fact's text is kept in: one spelling each, so that facts of different sources compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// As written, cleaned.
    #[default]
    Text,
    /// `true` or `false`, from any usual word for it.
    Flag,
    /// Digits with an optional sign and fraction.
    Number,
    /// A build of the product.
    Version,
    /// A moment as [`crate::model::export::Moment`] prints it; ambiguous ones are unreadable.
    Moment,
}

/// What the built-in facts are called, by path, for who does not load the rest of the knowledge.
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

    /// Of whom the fact at `path` is; `None` when there is no such fact. Answers are found of a node and of the
    /// cluster alike and count as facts of the node that asks.
    pub fn of(&self, path: &str) -> Option<Of> {
        if is_built_in(path) { Some(Of::Node) } else { self.get(path).map(|fact| fact.of) }
    }

    /// The list that an item's fact belongs to: `engine` of `engine.state`.
    pub fn list<'p>(&self, path: &'p str) -> Option<&'p str> {
        (self.of(path) == Some(Of::Item)).then(|| path.split_once('.').map_or(path, |(list, _)| list))
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
            (is_built_in(&self.path), "is built in"),
            (
                !self.path.contains('.') || self.label.is_empty(),
                "a fact has a path of several parts and a label",
            ),
            (self.in_bundle && self.of != Of::Node, "a bundle carries facts of its node only"),
        ])
    }
}

/// Whether code reads the fact: every other one is a record.
fn is_built_in(path: &str) -> bool {
    lookup::is_fact(path) || path.starts_with(lookup::ANSWER)
}

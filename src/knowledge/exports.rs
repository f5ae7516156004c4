//! What exports tell: how one is recognised, whom it speaks of, and which fact each of its fields is.

use super::facts::{Facts, Of};
use super::layer::failed;
use super::sources::Citation;
use serde::Deserialize;

/// A kind of export: an answer of the REST interface, a listing of the message bus, a result of a query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Export {
    /// Short name, such as `diagnostics`.
    pub id: String,
    /// What it is, in a reader's words, lower case: "the diagnostics of a node".
    pub title: String,
    /// How to get it, as an imperative sentence; empty where a call or a query of `clusterbrief sql` says it.
    #[serde(default)]
    pub ask: String,
    /// What gives it, where several exports are asked for in one go.
    pub call: Option<Call>,
    /// Whom its objects or rows speak of.
    pub about: About,
    /// The list its items belong to, such as `engine`; without it an item list is named like the export.
    pub list: Option<String>,
    /// Heads that name the node or the item, the first present counts. Heads are compared without regard to case,
    /// blanks and punctuation.
    #[serde(default)]
    pub name: Vec<String>,
    /// Key it stands under in a document that holds more than one export, such as `queues`; there it counts even when
    /// it is an empty list.
    pub within: Option<String>,
    /// An object with any other key than its fields is not this export: for shapes of few and common keys.
    #[serde(default)]
    pub closed: bool,
    /// Heads that an object or a header must have to be this export. An export told by a marker has none.
    #[serde(default)]
    pub told_by: Vec<String>,
    /// The value every row of a query's result begins with; see `clusterbrief sql`.
    pub marker: Option<String>,
    /// Where the shape comes from.
    pub cites: Vec<Citation>,
    /// What its fields tell.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// What gives an export.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// A path of the REST interface to be read, with a remark in brackets where one is needed.
    Get(String),
    /// A command on a server of the message bus.
    Run(String),
}

/// Whom an export speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The cluster or its database: one object or row.
    Cluster,
    /// One node an object or row.
    Node,
    /// Things of which there are any number: one an object or row.
    List,
}

/// One field of an export.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Heads it may have.
    pub heads: Vec<String>,
    /// Path of the fact it tells; without one it is known and dropped on reading, as secrets are.
    pub fact: Option<String>,
    /// How its text becomes the fact, where that is not plain reading.
    #[serde(default)]
    pub read: Reading,
}

/// How the text of a field becomes its fact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// By the kind of the fact.
    #[default]
    Plain,
    /// The last number of six digits or more: the release of .NET Framework in `4.5.1.528040` (domain 3).
    LastNumber,
    /// The first dotted number: the version in `RabbitMQ 3.12.1`.
    Dotted,
    /// How many entries the array or object has.
    Count,
    /// The other way round: a flag that says the contrary of the fact.
    Not,
}

impl Export {
    /// The list its items belong to.
    pub fn list(&self) -> &str {
        self.list.as_deref().unwrap_or(&self.id)
    }

    /// Whether one of its fields tells a fact.
    pub fn tells(&self, path: &str) -> bool {
        self.fields.iter().any(|field| field.fact.as_deref() == Some(path))
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, facts: &Facts) -> Vec<String> {
        let mut problems = failed(&[
            (
                self.ask.is_empty() && self.call.is_none() && self.marker.is_none(),
                "nothing says how to get it",
            ),
            (
                self.told_by.is_empty() && self.marker.is_none(),
                "nothing tells it: neither heads nor a marker",
            ),
            (self.about == About::Node && self.name.is_empty(), "it speaks of nodes, and no head names them"),
        ]);
        let known = |head: &String| {
            self.name.contains(head) || self.fields.iter().any(|field| field.heads.contains(head))
        };
        let strange = self.told_by.iter().find(|head| !known(head));
        problems.extend(strange.map(|head| format!("told by {head}, which is no field")));
        let list = self.list();
        problems.extend(self.fields.iter().filter_map(|field| {
            let path = field.fact.as_ref()?;
            match facts.get(path).map(|fact| fact.of) {
                None => Some(format!("{path} is no fact")),
                Some(Of::Item) if !path.starts_with(&format!("{list}.")) => {
                    Some(format!("{path} is no fact of the list {list}"))
                }
                Some(Of::Node) if self.about != About::Node => {
                    Some(format!("{path} is a fact of a node, and no node is named"))
                }
                Some(_) => None,
            }
        }));
        problems
    }
}

//! Kinds of exports: how each is recognised, which entity it describes, and which fact each of its fields is.

use super::facts::{Entity, Facts};
use super::layer::failed;
use super::sources::Citation;
use serde::Deserialize;

/// A kind of export: the output of a REST API call, of a message bus command, or of a query.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Export {
    /// Short name, such as `diagnostics`.
    pub id: String,
    /// What it is, in lower case: "the diagnostics of a node".
    pub title: String,
    /// How to get it, as an imperative sentence; empty if `call` or a query of `clusterbrief sql` says it.
    #[serde(default)]
    pub ask: String,
    /// The call or command that gives it, so that a report can ask for several exports at once.
    pub call: Option<Call>,
    /// The entity that each object or row describes.
    pub about: About,
    /// The list that its items belong to, such as `engine`; if `None`, it is named like the export.
    pub list: Option<String>,
    /// Heads of the field with the name of the node or item; the first one present counts. Heads are compared without
    /// regard to case, blanks and punctuation.
    #[serde(default)]
    pub name: Vec<String>,
    /// Its key in a document with more than one export, such as `queues`; there it counts even as an empty list.
    pub within: Option<String>,
    /// An object with any key that is not one of its fields is not this export. For exports with few and common keys.
    #[serde(default)]
    pub closed: bool,
    /// Heads that an object or a header must have to be this export. An export with a marker has none.
    #[serde(default, rename = "told-by")]
    pub identified_by: Vec<String>,
    /// The value that every row of a query's result begins with; see `clusterbrief sql`.
    pub marker: Option<String>,
    /// Sources of this description.
    pub cites: Vec<Citation>,
    /// Its fields.
    #[serde(rename = "field")]
    pub fields: Vec<Field>,
}

/// What returns an export.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// A path of the REST API to read, with a remark in brackets where one is needed.
    Get(String),
    /// A command on a server of the message bus.
    Run(String),
}

/// The entity that each object or row of an export describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The cluster or its database: there is one object or row.
    Cluster,
    /// One node.
    Node,
    /// One item of a list of any length.
    List,
}

/// One field of an export.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its possible heads.
    pub heads: Vec<String>,
    /// Path of its fact; if `None`, the field is known and its content is dropped, as for secrets.
    pub fact: Option<String>,
    /// How its text becomes the fact.
    #[serde(default)]
    pub read: FieldParser,
}

/// How the text of a field becomes its fact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldParser {
    /// As the kind of the fact says.
    #[default]
    Plain,
    /// The last number of six digits or more: the release of .NET Framework in `4.5.1.528040`.
    LastNumber,
    /// The first dotted number: the version in `RabbitMQ 3.12.1`.
    Dotted,
    /// How many entries the array or object has.
    Count,
    /// The names in an array or object of any form, sorted: `a, b`, or `a: b; c: d` where it holds lists. Empty where
    /// there are none.
    Names,
    /// Inverted: the field is a flag for the opposite of the fact.
    Not,
}

impl Export {
    /// The list that its items belong to.
    pub fn list(&self) -> &str {
        self.list.as_deref().unwrap_or(&self.id)
    }

    /// Whether one of its fields is the fact.
    pub fn has_fact(&self, path: &str) -> bool {
        self.fields.iter().any(|field| field.fact.as_deref() == Some(path))
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, facts: &Facts) -> Vec<String> {
        let mut problems = failed(&[
            (
                self.ask.is_empty() && self.call.is_none() && self.marker.is_none(),
                "it needs `ask`, `call` or `marker`: how to get it",
            ),
            (
                self.identified_by.is_empty() && self.marker.is_none(),
                "it needs `told-by` or `marker`: how to recognise it",
            ),
            (
                self.about == About::Node && self.name.is_empty(),
                "it describes nodes and needs `name`: the heads with their names",
            ),
        ]);
        let known = |head: &String| {
            self.name.contains(head) || self.fields.iter().any(|field| field.heads.contains(head))
        };
        let unknown = self.identified_by.iter().find(|head| !known(head));
        problems.extend(unknown.map(|head| format!("`told-by` has {head}, which is no head of a field")));
        let list = self.list();
        problems.extend(self.fields.iter().filter_map(|field| {
            let path = field.fact.as_ref()?;
            match facts.get(path).map(|fact| fact.of) {
                None => Some(format!("there is no fact {path}")),
                Some(Entity::Item) if !path.starts_with(&format!("{list}.")) => {
                    Some(format!("{path} is not a fact of the list {list}"))
                }
                Some(Entity::Node) if self.about != About::Node => {
                    Some(format!("{path} is a fact of a node, but the export does not describe nodes"))
                }
                Some(_) => None,
            }
        }));
        problems
    }
}

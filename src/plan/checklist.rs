//! The checklist of this cluster: what the evidence decides is answered, the rest asks.

use crate::finding::Judged;
use crate::knowledge::Knowledge;
use crate::model::Cluster;
use serde::Serialize;

/// What a checklist is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Before an upgrade.
    Upgrade,
    /// Building a cluster or a node.
    Setup,
}

/// A checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checklist {
    /// What it is for.
    pub occasion: Occasion,
    /// Names of the nodes it was made for, in order.
    pub nodes: Vec<String>,
    /// Build to upgrade to.
    pub target: Option<String>,
    /// Lines in the order of work.
    pub lines: Vec<Line>,
    /// What to know of the list itself, as sentences.
    pub notes: Vec<String>,
}

/// One line: an item, on one node where it is asked of each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Identity: id of the item and of the question, and the node; stays the same from case to case.
    pub key: String,
    /// Id of the item, as in the vendor's list.
    pub item: String,
    /// What has to be so.
    pub text: String,
    /// The node it is about; `None` for the cluster.
    pub node: Option<String>,
    /// How it stands.
    pub state: LineState,
    /// What the evidence says, one sentence each.
    pub evidence: Vec<String>,
    /// What to answer; `None` where the evidence decides.
    pub question: Option<Question>,
    /// What a person answered.
    pub answer: Option<Answered>,
    /// Rules that judge it.
    pub rules: Vec<String>,
    /// Where it comes from, each source with its age.
    pub sources: Vec<String>,
}

/// How a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineState {
    /// It is so.
    Done,
    /// It is not so.
    NotDone,
    /// Nobody knows yet.
    Open,
    /// It does not concern this cluster.
    NotApplicable,
}

/// A question to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// Its id in answers.
    pub id: String,
    /// The question.
    pub ask: String,
    /// Words that answer it.
    pub words: Vec<String>,
}

/// What a person answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// The word.
    pub word: String,
    /// Who answered.
    pub by: Option<String>,
    /// On which day.
    pub on: Option<String>,
    /// Days between that day and the report's date.
    pub days: Option<i64>,
    /// Free text.
    pub note: Option<String>,
}

/// Makes the checklist of a cluster.
pub fn checklist(
    cluster: &Cluster,
    _judged: &[Judged],
    _knowledge: &Knowledge,
    occasion: Occasion,
) -> Checklist {
    Checklist {
        occasion,
        nodes: cluster.nodes.iter().map(|node| node.name.clone()).collect(),
        target: cluster.target.map(|target| target.to_string()),
        lines: Vec::new(),
        notes: Vec::new(),
    }
}

//! What a check sees: the cluster, the knowledge, and ready answers to "is this known, and if not, who can tell?".

mod builds;
mod facts;
mod findings;

pub(in crate::rules) use builds::snapshot_version;
pub(in crate::rules) use findings::evidence;

use crate::finding::{Missing, Outcome, Question};
use crate::knowledge::Knowledge;
use crate::knowledge::rows::QuestionRow;
use crate::model::export::NodeList;
use crate::model::log::LogDigest;
use crate::model::node::Snapshot;
use crate::model::{Answers, Cluster, Node, Observed, Place};
use crate::rules::engine::rule::Rule;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Everything a check may look at.
pub struct Context<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// What people answered, as far as this judgement may know it.
    pub answers: &'a Answers,
    /// The knowledge.
    pub knowledge: &'a Knowledge,
    /// The rule being judged.
    pub rule: &'a Rule,
    /// Names of the inputs that the check has looked at so far.
    looked_at: RefCell<BTreeSet<String>>,
}

impl<'a> Context<'a> {
    /// The context of one rule on one subject.
    pub fn new(cluster: &'a Cluster, answers: &'a Answers, knowledge: &'a Knowledge, rule: &'a Rule) -> Self {
        Self { cluster, answers, knowledge, rule, looked_at: RefCell::default() }
    }

    /// Notes that a check looked at an input. Facts asked of the context are noted without it.
    pub fn look_at(&self, input: &str) {
        if !input.is_empty() {
            self.looked_at.borrow_mut().insert(input.to_owned());
        }
    }

    /// Every input looked at.
    pub(in crate::rules) fn into_looked_at(self) -> BTreeSet<String> {
        self.looked_at.into_inner()
    }

    fn look_at_sources<T>(&self, fact: &Observed<T>, own: &str) {
        let (sources, disputed): (&[Place], &[(T, Place)]) = match fact {
            Observed::Known { sources, disputed, .. } => (sources, disputed),
            Observed::Absent { looked_at } => (std::slice::from_ref(looked_at), &[]),
            Observed::Unreadable { .. } | Observed::NotCollected { .. } => (&[], &[]),
        };
        for place in sources.iter().chain(disputed.iter().map(|(_, place)| place)) {
            self.look_at(if place.input.is_empty() { own } else { &place.input });
        }
    }

    /// The node's bundle, fit for comparing it with other nodes: not taken before a change that evidence shows.
    pub fn snapshot(&self, node: &'a Node) -> Result<&'a Snapshot, Missing> {
        let snapshot = self.any_snapshot(node)?;
        match self.stale(node, snapshot) {
            None => Ok(snapshot),
            Some(why) => Err(Missing {
                node: Some(node.name.clone()),
                what: format!("a bundle of {} from after the change", node.name),
                why,
                from: Question::BundleAgain { node: node.name.clone(), how: "after the change".into() },
            }),
        }
    }

    /// The node's bundle, however old.
    pub fn any_snapshot(&self, node: &'a Node) -> Result<&'a Snapshot, Missing> {
        if let Some(snapshot) = &node.snapshot {
            self.look_at(&snapshot.input);
        }
        node.snapshot.as_ref().ok_or_else(|| Missing {
            node: Some(node.name.clone()),
            what: format!("a bundle of {}", node.name),
            why: "no usable bundle of this node was given".into(),
            from: Question::Bundle { node: node.name.clone() },
        })
    }

    /// Why nodes cannot be compared at all: one serving node is known. `None` when there are several.
    pub fn alone(&self) -> Option<Outcome> {
        if self.cluster.serving().nth(1).is_some() {
            return None;
        }
        if self.cluster.node_set.confirmed_by.is_empty() {
            let known = self.cluster.serving().next().map_or("no node", |node| node.name.as_str());
            return Some(Outcome::unknown(Missing {
                node: None,
                what: "the other nodes of the cluster".into(),
                why: format!("{known} is all that is known, and nothing confirms that there are no others"),
                from: Question::NodeList,
            }));
        }
        Some(Outcome::not_applicable("the cluster has one serving node: there is nothing to compare"))
    }

    /// The node list, or that it is missing.
    pub fn list(&self) -> Result<&'a NodeList, Missing> {
        match &self.cluster.list {
            Observed::Known { value, .. } => {
                self.look_at(&value.input);
                Ok(value)
            }
            other => Err(Missing {
                node: None,
                what: "the product's list of nodes".into(),
                why: other.why_unknown().unwrap_or_else(|| "it is not among the inputs".into()),
                from: Question::NodeList,
            }),
        }
    }

    /// That the node list does not tell whether a node is connected.
    pub fn unlisted(&self, node: &Node, why: &str) -> Missing {
        Missing {
            node: Some(node.name.clone()),
            what: format!("a sign that {} runs", node.name),
            why: why.into(),
            from: Question::NodeList,
        }
    }

    /// That a question has no answer.
    pub fn unanswered(&self, node: Option<&Node>, id: &str, why: &str) -> Missing {
        let question = self.knowledge.rows.questions.iter().find(|row| row.id == id);
        let ask = question.map(|row| row.ask.as_str());
        // A node may need what is asked once for all of them.
        let node = node.filter(|_| question.is_none_or(|row| row.per_node));
        Missing {
            node: node.map(|node| node.name.clone()),
            what: format!("an answer to {id}: {}", ask.unwrap_or_default()),
            why: why.into(),
            from: Question::Answer { id: id.into() },
        }
    }

    /// The word answered to a question for this node, and where.
    pub fn answer(&self, node: Option<&Node>, id: &str) -> Option<(&'a str, &'a Place)> {
        let name = node.map_or("", |node| node.name.as_str());
        let answer = self.answers.get(id, name)?;
        self.look_at(&answer.place.input);
        Some((answer.value.as_str(), &answer.place))
    }

    /// The question that a person may answer where no evidence decides the rule, if it has one.
    pub fn question(&self) -> Option<&'a QuestionRow> {
        self.knowledge.rows.questions.iter().find(|row| row.id == self.rule.id && !row.bad.is_empty())
    }

    /// What is missing, asked of a person where nothing that can be sent tells it and the rule has a question.
    pub fn or_a_person(&self, gap: Missing) -> Missing {
        match self.question() {
            // What is asked once for all nodes is missing of none of them.
            Some(row) if gap.from == Question::Nothing => Missing {
                node: gap.node.filter(|_| row.per_node),
                from: Question::Answer { id: row.id.clone() },
                ..gap
            },
            _ => gap,
        }
    }

    /// The logs of a node's bundle, however old the bundle is.
    pub fn logs(&self, node: &'a Node) -> Result<&'a LogDigest, Missing> {
        let snapshot = self.any_snapshot(node)?;
        let digest = self.settle(node, snapshot.logs.as_ref(), "the logs", false)?;
        digest.value().copied().ok_or_else(|| Missing {
            node: Some(node.name.clone()),
            what: format!("the logs of {}", node.name),
            why: "the log folder holds none".into(),
            from: Question::BundleAgain { node: node.name.clone(), how: "with its logs".into() },
        })
    }
}

//! What a check sees: the cluster, the knowledge, and ready answers to "is this known, and if not, who can tell?".

mod builds;
mod facts;
mod findings;

pub(in crate::rules) use builds::snapshot_version;
pub(in crate::rules) use findings::{evidence, seen_in};

use crate::finding::{EvidenceRequest, MissingEvidence, Outcome};
use crate::knowledge::Knowledge;
use crate::knowledge::rows::{QuestionRow, RuleMeta};
use crate::model::export::{NodeList, NodeRow, VersionHistory};
use crate::model::host_name::same_host;
use crate::model::input::ProblemKind;
use crate::model::log::LogDigest;
use crate::model::lookup::ANSWER;
use crate::model::node::Snapshot;
use crate::model::package::Package;
use crate::model::{Answer, Answers, BuildVersion, Cluster, Grade, Input, Location, Node, Observed};
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
    pub rule: &'a RuleMeta,
    /// Names of the inputs that the check has looked at so far.
    inputs_used: RefCell<BTreeSet<String>>,
    /// What it has asked for so far, whether or not it was there.
    asked: RefCell<BTreeSet<String>>,
}

/// Why there is no bundle of a node, as a lower-case fragment.
pub(in crate::rules) fn only(node: &Node) -> String {
    match node.snapshot.as_ref().map(|snapshot| snapshot.grade) {
        Some(Grade::Loose) => format!("only loose files of {0} were given: collect there", node.name),
        Some(Grade::Copied) => {
            format!("only a copy of the folder of {0} was given: collect there", node.name)
        }
        Some(Grade::Bundle | Grade::Export) | None => "no usable bundle of this node was given".to_owned(),
    }
}

/// Two things that a check needs, or everything that is missing of them.
pub(in crate::rules) fn both<A, B>(
    a: Result<A, MissingEvidence>,
    b: Result<B, MissingEvidence>,
) -> Result<(A, B), Vec<MissingEvidence>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(a.err().into_iter().chain(b.err()).collect()),
    }
}

impl<'a> Context<'a> {
    /// The context of one rule on one subject.
    pub fn new(
        cluster: &'a Cluster,
        answers: &'a Answers,
        knowledge: &'a Knowledge,
        rule: &'a RuleMeta,
    ) -> Self {
        Self { cluster, answers, knowledge, rule, inputs_used: RefCell::default(), asked: RefCell::default() }
    }

    /// Notes that a check looked at an input. Facts asked of the context are noted without it.
    pub fn use_input(&self, input: &str) {
        if !input.is_empty() {
            self.inputs_used.borrow_mut().insert(input.to_owned());
        }
    }

    /// Notes what a check asks for: the path of a fact, a list of items, a kind of input or a part of a bundle. What is
    /// asked of the context is noted without it.
    pub fn ask(&self, what: &str) {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(what) {
            asked.insert(what.to_owned());
        }
    }

    /// Every input looked at, and everything asked for.
    pub(in crate::rules) fn into_notes(self) -> (BTreeSet<String>, BTreeSet<String>) {
        (self.inputs_used.into_inner(), self.asked.into_inner())
    }

    fn use_sources<T>(&self, fact: &Observed<T>, own: &str) {
        let (sources, disputed): (&[Location], &[(T, Location)]) = match fact {
            Observed::Known { sources, disputed, .. } => (sources, disputed),
            Observed::Absent { looked_at } => (std::slice::from_ref(looked_at), &[]),
            Observed::Unreadable { .. } | Observed::NotCollected { .. } => (&[], &[]),
        };
        for place in sources.iter().chain(disputed.iter().map(|(_, place)| place)) {
            self.use_input(if place.input.is_empty() { own } else { &place.input });
        }
    }

    /// The node's bundle, fit for comparing it with other nodes: not taken before a change that evidence shows.
    pub fn snapshot(&self, node: &'a Node) -> Result<&'a Snapshot, MissingEvidence> {
        let snapshot = self.any_snapshot(node)?;
        match self.stale(node, snapshot) {
            None => Ok(snapshot),
            Some(why) => {
                let what = format!("a bundle of {} from after the change", node.name);
                Err(MissingEvidence::again(&node.name, what, why, "after the change"))
            }
        }
    }

    /// The node's bundle or a copy of its application folder, however old.
    pub fn any_snapshot(&self, node: &'a Node) -> Result<&'a Snapshot, MissingEvidence> {
        self.any_evidence(node).and_then(|snapshot| match snapshot.grade {
            Grade::Loose => Err(self.no_bundle(node)),
            _ => Ok(snapshot),
        })
    }

    /// The node's bundle itself.
    pub fn bundle(&self, node: &'a Node) -> Result<&'a Snapshot, MissingEvidence> {
        self.any_evidence(node).and_then(|snapshot| {
            node.bundle().filter(|_| snapshot.grade == Grade::Bundle).ok_or_else(|| self.no_bundle(node))
        })
    }

    /// What was read of the node, of any grade, fit for comparing it with other nodes.
    pub fn evidence(&self, node: &'a Node) -> Result<&'a Snapshot, MissingEvidence> {
        match node.snapshot.as_ref().filter(|snapshot| snapshot.grade == Grade::Loose) {
            Some(snapshot) if self.stale(node, snapshot).is_none() => self.any_evidence(node),
            _ => self.snapshot(node),
        }
    }

    /// What was read of the node, of any grade and however old.
    pub fn any_evidence(&self, node: &'a Node) -> Result<&'a Snapshot, MissingEvidence> {
        self.ask("bundle");
        self.evidence_of(node)
    }

    fn evidence_of(&self, node: &'a Node) -> Result<&'a Snapshot, MissingEvidence> {
        let snapshot = node.snapshot.as_ref().ok_or_else(|| self.no_bundle(node))?;
        self.use_input(&snapshot.input);
        Ok(snapshot)
    }

    /// That there is no bundle of a node.
    fn no_bundle(&self, node: &Node) -> MissingEvidence {
        let is_newer = |input: &&Input| {
            input.problems.iter().any(|problem| problem.kind == ProblemKind::Newer)
                && input.node.as_ref().is_some_and(|of| same_host(of, &node.name))
        };
        let (why, from) = match self.cluster.inputs.iter().find(is_newer) {
            Some(input) => {
                let why = format!("its bundle {} has a newer format than this program reads", input.name);
                (why, EvidenceRequest::NewerProgram)
            }
            None => (only(node), EvidenceRequest::Bundle { node: node.name.clone() }),
        };
        MissingEvidence::of(&node.name, format!("a bundle of {}", node.name), why, from)
    }

    /// Why nodes cannot be compared at all: one serving node is known. `None` when there are several.
    pub fn single_node_outcome(&self) -> Option<Outcome> {
        self.ask("node-list");
        if self.cluster.serving().nth(1).is_some() {
            return None;
        }
        if self.cluster.node_set.confirmed_by.is_empty() {
            let known = self.cluster.serving().next().map_or("no node", |node| node.name.as_str());
            let what = "the other nodes of the cluster";
            let why = format!("{known} is all that is known, and nothing confirms that there are no others");
            return Some(MissingEvidence::of_cluster(what, why, EvidenceRequest::NodeList).into());
        }
        Some(Outcome::not_applicable("the cluster has one serving node: there is nothing to compare"))
    }

    /// That there are several serving nodes, else what is the outcome of comparing one.
    pub fn several_nodes(&self) -> Result<(), Outcome> {
        self.single_node_outcome().map_or(Ok(()), Err)
    }

    /// What is known of each serving node, and what is missing.
    pub fn of_serving<T>(
        &self,
        known: impl Fn(&'a Node) -> Result<T, MissingEvidence>,
    ) -> (Vec<(&'a Node, T)>, Vec<MissingEvidence>) {
        self.of_nodes(self.cluster.serving(), known)
    }

    /// What is known of each of these nodes, and what is missing.
    pub fn of_nodes<T>(
        &self,
        nodes: impl Iterator<Item = &'a Node>,
        known: impl Fn(&'a Node) -> Result<T, MissingEvidence>,
    ) -> (Vec<(&'a Node, T)>, Vec<MissingEvidence>) {
        let mut missing = Vec::new();
        let known = |node| Some((node, known(node).map_err(|gap| missing.push(gap)).ok()?));
        (nodes.filter_map(known).collect(), missing)
    }

    /// The node list, or that it is missing.
    pub fn list(&self) -> Result<&'a NodeList, MissingEvidence> {
        self.ask("node-list");
        match &self.cluster.list {
            Observed::Known { value, .. } => {
                self.use_input(&value.input);
                Ok(value)
            }
            other => Err(MissingEvidence::of_cluster(
                "the product's list of nodes",
                other.why_unknown().unwrap_or_else(|| "it is not among the inputs".into()),
                EvidenceRequest::NodeList,
            )),
        }
    }

    /// The node list, if it is the whole list: only then a node that it does not name is not in it.
    pub fn whole_list(&self) -> Result<&'a NodeList, MissingEvidence> {
        let list = self.list()?;
        match list.missing() {
            None => Ok(list),
            Some(page) => Err(MissingEvidence::of_cluster(
                "the product's whole list of nodes",
                format!("{} is {page}", list.input),
                EvidenceRequest::NodeList,
            )),
        }
    }

    /// The node's row of the node list; without one there is nothing to judge, or the list is missing.
    pub fn row(&self, node: &'a Node) -> Result<&'a NodeRow, Outcome> {
        self.ask("node-list");
        node.row.as_ref().ok_or_else(|| match self.whole_list() {
            Ok(_) => Outcome::not_applicable("the node list does not name this node"),
            Err(gap) => Outcome::unknown(gap),
        })
    }

    /// That the node list does not tell whether a node is connected.
    pub fn unlisted(&self, node: &Node, why: &str) -> MissingEvidence {
        self.ask("node-list");
        let what = format!("a sign that {} runs", node.name);
        MissingEvidence::of(&node.name, what, why, EvidenceRequest::NodeList)
    }

    /// That a question has no answer.
    pub fn unanswered(&self, node: Option<&Node>, id: &str, why: &str) -> MissingEvidence {
        self.ask(&format!("{ANSWER}{id}"));
        let question = self.knowledge.question(id);
        let ask = question.map(|row| row.ask.as_str());
        // A node may need what is asked once for all of them.
        let node = node.filter(|_| question.is_none_or(|row| row.per_node));
        MissingEvidence {
            node: node.map(|node| node.name.clone()),
            what: format!("an answer to {id}: {}", ask.unwrap_or_default()),
            why: why.into(),
            from: EvidenceRequest::Answer { id: id.into() },
        }
    }

    /// What was answered to a question for this node, or for the cluster.
    pub fn answer(&self, node: Option<&Node>, id: &str) -> Option<&'a Answer> {
        self.ask(&format!("{ANSWER}{id}"));
        let answer = self.answers.get(id, node.map_or("", |node| node.name.as_str()))?;
        self.use_input(&answer.place.input);
        Some(answer)
    }

    /// The build to upgrade to.
    pub fn target(&self) -> Option<BuildVersion> {
        self.ask("target");
        self.cluster.target
    }

    /// The upgrade package.
    pub fn package(&self) -> Option<&'a Package> {
        self.ask("package");
        self.cluster.package.as_ref()
    }

    /// The build of a node, by whatever shows it.
    pub fn version(&self, node: &'a Node) -> &'a Observed<BuildVersion> {
        self.ask("version");
        &node.version
    }

    /// The version history.
    pub fn history(&self) -> &'a Observed<VersionHistory> {
        self.ask("version-history");
        &self.cluster.history
    }

    /// The question that a person may answer where no evidence decides the rule, if it has one.
    pub fn question(&self) -> Option<&'a QuestionRow> {
        self.knowledge.question(&self.rule.id).filter(|row| !row.bad.is_empty())
    }

    /// What is missing, asked of a person where nothing that can be sent tells it and the rule has a question.
    pub fn or_a_person(&self, gap: MissingEvidence) -> MissingEvidence {
        match self.question() {
            // What is asked once for all nodes is missing of none of them.
            Some(row) if gap.from == EvidenceRequest::Nothing => MissingEvidence {
                node: gap.node.filter(|_| row.per_node),
                from: EvidenceRequest::Answer { id: row.id.clone() },
                ..gap
            },
            _ => gap,
        }
    }

    /// The logs of a node's bundle, however old the bundle is.
    pub fn logs(&self, node: &'a Node) -> Result<&'a LogDigest, MissingEvidence> {
        self.ask("logs");
        let snapshot = self.evidence_of(node)?;
        let digest = self.settle(node, "logs", snapshot.logs.as_ref(), "the logs")?;
        if digest.value().is_none() && snapshot.grade != Grade::Bundle {
            return Err(self.no_bundle(node));
        }
        digest.value().copied().ok_or_else(|| {
            let what = format!("the logs of {}", node.name);
            MissingEvidence::again(&node.name, what, "the log folder holds none", "with its logs")
        })
    }
}

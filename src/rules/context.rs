//! What a check sees: the cluster, the knowledge, and ready answers to "is this known, and if not, who can tell?".

use super::rule::Rule;
use crate::finding::{Confidence, Evidence, Finding, Missing, Outcome, Question, Severity, Subject};
use crate::knowledge::facts::Of;
use crate::knowledge::rows::{Applies, Build};
use crate::knowledge::{Knowledge, Versions};
use crate::model::export::{Item, Moment, NodeList, VersionRow};
use crate::model::log::LogDigest;
use crate::model::lookup::{ANSWER, is_fact, is_row_fact};
use crate::model::node::Snapshot;
use crate::model::{BuildVersion, Cluster, Node, Observed, Place};
use chrono::TimeDelta;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The build that a node's diagnostics show, and the node's time when they were saved.
const PRODUCT_VERSION: &str = "product.version";
const DIAGNOSED: &str = "diagnostics.time";

/// Everything a check may look at.
pub struct Context<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The knowledge.
    pub knowledge: &'a Knowledge,
    /// The rule being judged.
    pub rule: &'a Rule,
    /// Names of the inputs that the check has looked at so far.
    looked_at: RefCell<BTreeSet<String>>,
}

impl<'a> Context<'a> {
    /// The context of one rule on one subject.
    pub fn new(cluster: &'a Cluster, knowledge: &'a Knowledge, rule: &'a Rule) -> Self {
        Self { cluster, knowledge, rule, looked_at: RefCell::default() }
    }

    /// Notes that a check looked at an input. Facts asked of the context are noted without it.
    pub fn look_at(&self, input: &str) {
        if !input.is_empty() {
            self.looked_at.borrow_mut().insert(input.to_owned());
        }
    }

    /// Every input looked at.
    pub(super) fn into_looked_at(self) -> BTreeSet<String> {
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

    /// Why a bundle was collected too early to be compared: the database was upgraded after it, or the node list,
    /// made later, shows another build. Both readings keep their own clocks, so this only ever withholds a
    /// judgement.
    pub fn stale(&self, node: &Node, snapshot: &Snapshot) -> Option<String> {
        if let Some(history) = self.cluster.history.value()
            && let Some(row) = history.current()
            && let Some(upgraded) = row.upgraded.value()
            && upgraded.is_after(&snapshot.ended)
        {
            return Some(format!(
                "collected before the change, collect again: the database went to {} at {upgraded}",
                row.text
            ));
        }
        let listed = node.row.as_ref()?.binary_version.value()?;
        (self.list_is_later(node)? && *listed != snapshot_version(node)?.0).then(|| {
            format!("collected before the change, collect again: the node list, made later, shows {listed}")
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

    /// The build a node runs, fit for comparing it with other nodes and the database: from the node list unless the
    /// database was upgraded after it or a later bundle contradicts it, else from a bundle that [`Context::snapshot`]
    /// accepts.
    pub fn build(&self, node: &'a Node) -> Result<BuildVersion, Missing> {
        let Some(version) = node.version.value() else {
            return Err(self.version_missing(&node.name, &node.version));
        };
        let listed = node.row.as_ref().and_then(|row| row.binary_version.value()) == Some(version);
        let own = snapshot_version(node).map(|(own, _)| own);
        if !listed && own.is_none() && node.told.contains_key(PRODUCT_VERSION) {
            return self.diagnosed(node).map(|()| *version);
        }
        if !listed {
            return self.snapshot(node).map(|_| *version);
        }
        let outdated = |after: &str, why: String| Missing {
            node: Some(node.name.clone()),
            what: format!("a node list with {} from after the {after}", node.name),
            why,
            from: Question::NodeList,
        };
        if let Some(upgraded) = self.upgraded_after_list() {
            if own == Some(*version) && self.snapshot(node).is_ok() {
                return Ok(*version);
            }
            let why =
                format!("the node list was made before the change, the database was upgraded at {upgraded}");
            return Err(outdated("upgrade", why));
        }
        match own.filter(|own| own != version && self.list_is_later(node) == Some(false)) {
            Some(own) => {
                let why = format!("the node list shows {version}, the DLLs collected after it show {own}");
                Err(outdated("collection", why))
            }
            None => Ok(*version),
        }
    }

    /// That the node's diagnostics were not saved before the database was upgraded.
    fn diagnosed(&self, node: &Node) -> Result<(), Missing> {
        let Some(upgraded) =
            self.cluster.history.value().and_then(|history| history.current()?.upgraded.value())
        else {
            return Ok(());
        };
        let saved =
            node.told.get(DIAGNOSED).and_then(Observed::value).and_then(|at| at.parse::<Moment>().ok());
        if saved.is_some_and(|saved| saved.minus(upgraded) >= TimeDelta::zero()) {
            return Ok(());
        }
        Err(Missing {
            node: Some(node.name.clone()),
            what: format!("the diagnostics of {} from after the upgrade", node.name),
            why: format!(
                "the database was upgraded at {upgraded}, and they do not show that they were saved later"
            ),
            from: Question::Export { export: "diagnostics".into() },
        })
    }

    /// Whether the node list was made after the node's bundle; `None` where that cannot be told.
    fn list_is_later(&self, node: &Node) -> Option<bool> {
        let newest = self.cluster.list.value()?.newest_connection?;
        Some(newest.is_after(&node.snapshot.as_ref()?.ended))
    }

    /// When the database was upgraded, if that was after the node list was made.
    fn upgraded_after_list(&self) -> Option<&'a Moment> {
        let upgraded = self.cluster.history.value()?.current()?.upgraded.value()?;
        let newest = self.cluster.list.value()?.newest_connection.as_ref()?;
        (upgraded.minus(newest) > TimeDelta::zero()).then_some(upgraded)
    }

    /// The build of the database, or that it is missing.
    pub fn database(&self) -> Result<(BuildVersion, &'a VersionRow), Missing> {
        let row = self.cluster.history.value().and_then(|history| history.current());
        if let Some(row) = row
            && let Some(version) = row.version.value()
        {
            self.look_at(&row.place.input);
            return Ok((*version, row));
        }
        Err(Missing {
            node: None,
            what: "the build of the database".into(),
            why: self
                .cluster
                .database_version()
                .why_unknown()
                .unwrap_or_else(|| "the version history has no row".into()),
            from: Question::VersionHistory,
        })
    }

    /// A fact of a node for judging it on its own, however old its bundle: known or absent, else what is missing
    /// and who can tell. Facts of the cluster are found as well.
    pub fn fact(&self, node: &'a Node, path: &str, label: &str) -> Result<Observed<String>, Missing> {
        if let Some(id) = path.strip_prefix(ANSWER) {
            return self.answered_fact(Some(node), id);
        }
        if self.knowledge.facts.of(path) == Some(Of::Cluster) {
            return self.told(path);
        }
        let fact = node.fact(path);
        if is_fact(path) {
            if !is_row_fact(path) && path != "version" {
                self.any_snapshot(node)?;
            }
            return self.settle(node, fact, label, is_row_fact(path));
        }
        let carried = node.snapshot.as_ref().is_some_and(|one| one.facts.machine.contains_key(path));
        let label = self.knowledge.label(path, label);
        let Some(why) = fact.why_unknown() else {
            self.look_at_sources(&fact, "");
            return Ok(fact);
        };
        let from = match self.knowledge.tellers(path).next() {
            _ if carried => bundle_question(node, &fact),
            Some(export) => Question::Export { export: export.id.clone() },
            None if self.has_question() => Question::Answer { id: self.rule.id.clone() },
            None => Question::Nothing,
        };
        // What is asked once for all nodes is missing of none of them.
        let once = matches!(from, Question::Answer { .. }) && !self.asks_each_node();
        Err(Missing {
            node: (!once).then(|| node.name.clone()),
            what: format!("{label} of {}", node.name),
            why,
            from,
        })
    }

    /// A fact of the cluster that exports tell: known or absent, else what is missing and which export tells it.
    pub fn told(&self, path: &str) -> Result<Observed<String>, Missing> {
        if let Some(id) = path.strip_prefix(ANSWER) {
            return self.answered_fact(None, id);
        }
        let untold = || Observed::not_collected("no export that tells it was given");
        let fact = self.cluster.told.get(path).cloned().unwrap_or_else(untold);
        match fact.why_unknown() {
            None => {
                self.look_at_sources(&fact, "");
                Ok(fact)
            }
            Some(why) => Err(self.untold(path, self.knowledge.label(path, "").to_owned(), why)),
        }
    }

    /// The items of a list that exports tell, or that the list is missing.
    pub fn items(&self, list: &str) -> Result<&'a [Item], Missing> {
        let gone = |why: String| {
            let teller = self.knowledge.exports.iter().find(|export| export.list() == list);
            let title = teller.map_or_else(|| list.to_owned(), |export| export.title.clone());
            let from = teller.map(|export| Question::Export { export: export.id.clone() });
            Missing { node: None, what: title, why, from: from.unwrap_or(Question::Nothing) }
        };
        match self.cluster.lists.get(list) {
            Some(fact @ Observed::Known { value, .. }) => {
                self.look_at_sources(fact, "");
                Ok(value)
            }
            Some(fact) => Err(gone(fact.why_unknown().unwrap_or_else(|| "there is none".into()))),
            None => Err(gone("no export that tells it was given".into())),
        }
    }

    /// That a fact of the cluster or of an item is missing.
    pub fn untold(&self, path: &str, what: String, why: String) -> Missing {
        let teller = self.knowledge.tellers(path).next();
        let from = match teller {
            Some(export) => Question::Export { export: export.id.clone() },
            None if self.has_question() && !self.asks_each_node() => {
                Question::Answer { id: self.rule.id.clone() }
            }
            None => Question::Nothing,
        };
        Missing { node: None, what, why, from }
    }

    /// An answer as a fact.
    fn answered_fact(&self, node: Option<&Node>, id: &str) -> Result<Observed<String>, Missing> {
        match self.answer(node, id) {
            Some((word, place)) => {
                let place = place.in_input(&self.cluster.answers.input);
                self.look_at(&place.input);
                Ok(Observed::known(word.to_owned(), place))
            }
            None => Err(self.unanswered(node, id, "nobody has answered it")),
        }
    }

    /// Whether the rule has a question that a person may answer where no evidence decides.
    pub fn has_question(&self) -> bool {
        self.knowledge.rows.questions.iter().any(|row| row.id == self.rule.id && !row.bad.is_empty())
    }

    /// Whether the rule's question is asked for each node.
    fn asks_each_node(&self) -> bool {
        self.knowledge.rows.questions.iter().any(|row| row.id == self.rule.id && row.per_node)
    }

    /// An observation that is known or absent, else what is missing and who can tell.
    pub fn settle<T>(
        &self,
        node: &Node,
        fact: Observed<T>,
        label: &str,
        from_list: bool,
    ) -> Result<Observed<T>, Missing> {
        match fact.why_unknown() {
            None => {
                self.look_at_sources(&fact, node.snapshot.as_ref().map_or("", |one| one.input.as_str()));
                Ok(fact)
            }
            Some(why) => Err(Missing {
                node: Some(node.name.clone()),
                what: format!("{label} of {}", node.name),
                why,
                from: if from_list { Question::NodeList } else { bundle_question(node, &fact) },
            }),
        }
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
        let answer = self.cluster.answers.get(id, name)?;
        self.look_at(&self.cluster.answers.input);
        Some((answer.value.as_str(), &answer.place))
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

    /// Whether a range of builds includes what `node` runs (or, for `None`, what every serving node and the
    /// database run) or the target. `Err` when that cannot be decided.
    pub fn applies(&self, applies: &Applies, node: Option<&Node>) -> Result<bool, Vec<Missing>> {
        let range = &applies.versions;
        match (applies.of, self.cluster.target) {
            (Build::Target, target) => return Ok(target.is_some_and(|target| range.include(&target))),
            (Build::Either, Some(target)) if range.include(&target) => return Ok(true),
            // Whoever is still below the range, and will be in or above it.
            (Build::Crossed, target) => {
                let Some((_, from)) = target.zip(range.from).filter(|(target, from)| target >= from) else {
                    return Ok(false);
                };
                let below = Versions { from: None, before: Some(from), inferred: range.inferred };
                return self.applies(&Applies { of: Build::Current, versions: below }, node);
            }
            (Build::Current | Build::Either, _) => {}
        }
        let versions: Vec<(&str, &Observed<BuildVersion>)> = match node {
            Some(node) => vec![(node.name.as_str(), &node.version)],
            None => self.cluster.serving().map(|node| (node.name.as_str(), &node.version)).collect(),
        };
        let database = self.cluster.database_version();
        let mut missing = Vec::new();
        let mut inside = database.value().filter(|_| node.is_none()).map(|v| applies.versions.include(v));
        for (name, version) in versions {
            match version.value() {
                Some(version) => {
                    // Nodes on both sides of a boundary: the rule concerns at least one of them.
                    inside = Some(inside.unwrap_or(false) || applies.versions.include(version));
                }
                None => missing.push(self.version_missing(name, version)),
            }
        }
        match inside {
            Some(true) => Ok(true),
            Some(false) if missing.is_empty() => Ok(false),
            _ if missing.is_empty() => Err(vec![Missing {
                node: None,
                what: "the product's build".into(),
                why: "no node is known".into(),
                from: Question::NodeList,
            }]),
            _ => Err(missing),
        }
    }

    /// That a node's build is not known.
    pub fn version_missing(&self, name: &str, version: &Observed<BuildVersion>) -> Missing {
        let has_bundle = self.cluster.nodes.iter().any(|node| node.name == name && node.snapshot.is_some());
        Missing {
            node: Some(name.to_owned()),
            what: format!("the product build of {name}"),
            why: version.why_unknown().unwrap_or_else(|| "no binary tells it".into()),
            from: if has_bundle { Question::NodeList } else { Question::Bundle { node: name.to_owned() } },
        }
    }

    /// A finding of the rule being judged, at its own severity and confidence, still without evidence.
    pub fn finding(&self, subject: Subject, title: impl Into<String>, remedy: impl Into<String>) -> Finding {
        Finding {
            severity: self.rule.severity,
            confidence: self.rule.confidence(),
            subject,
            title: title.into(),
            detail: String::new(),
            evidence: Vec::new(),
            remedy: remedy.into(),
            notes: Vec::new(),
            signature: None,
            alone: false,
        }
    }
}

fn bundle_question<T>(node: &Node, fact: &Observed<T>) -> Question {
    let again = |how: &str| Question::BundleAgain { node: node.name.clone(), how: how.into() };
    match (&node.snapshot, fact) {
        (None, _) => Question::Bundle { node: node.name.clone() },
        (Some(snapshot), _) if snapshot.copied => again("on the node itself, not from a copy of its folder"),
        (Some(snapshot), Observed::Unreadable { .. }) if snapshot.elevated.value() == Some(&true) => {
            again("as an account that may read it")
        }
        (Some(snapshot), _) if snapshot.elevated.value() == Some(&true) => {
            again("with what the first bundle could not take")
        }
        (Some(_), Observed::Unreadable { .. }) => again("as administrator"),
        (Some(_), _) => again("on the node itself, as administrator"),
    }
}

impl Finding {
    /// With one more piece of evidence.
    #[must_use]
    pub fn because(mut self, evidence: Evidence) -> Self {
        self.evidence.push(evidence);
        self
    }

    /// With another severity.
    #[must_use]
    pub fn at(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// As our own reasoning: it asks, it does not condemn.
    #[must_use]
    pub fn inferred(mut self) -> Self {
        self.confidence = Confidence::Inferred;
        self
    }

    /// With a sentence of detail.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// With a remedy of its own, which no merged work replaces.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// With a note, such as a second source that says otherwise.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// A fact of a node as evidence: its value with its place, or its absence.
pub(super) fn evidence<T: ToString>(node: &Node, label: &str, fact: &Observed<T>) -> Evidence {
    let input = node.snapshot.as_ref().map_or("", |snapshot| snapshot.input.as_str());
    let place = fact.place().cloned().unwrap_or_default().in_input(input);
    match fact.value() {
        Some(value) => {
            Evidence::Value { node: node.name.clone(), fact: label.into(), value: value.to_string(), place }
        }
        None => Evidence::Absence { node: node.name.clone(), fact: label.into(), place },
    }
}

/// The build the node's own bundle shows, whatever the node list says: the sighting whose place is in the bundle.
pub(super) fn snapshot_version(node: &Node) -> Option<(BuildVersion, &Place)> {
    let Observed::Known { value, sources, disputed } = &node.version else { return None };
    let sightings = sources.iter().map(|place| (value, place));
    let mut all = sightings.chain(disputed.iter().map(|(version, place)| (version, place)));
    all.find(|(_, place)| place.input.is_empty()).map(|(version, place)| (*version, place))
}

//! Facts by path: known or absent, else what is missing and who can tell.

use super::{Context, only};
use crate::finding::{EvidenceRequest, MissingEvidence};
use crate::knowledge::facts::Entity;
use crate::model::export::Moment;
use crate::model::items::Items;
use crate::model::lookup::{ANSWER, is_encrypted, is_fact, is_row_fact};
use crate::model::{Grade, Location, Node, Observed};

impl<'a> Context<'a> {
    /// A fact of a node for judging it on its own, however old its bundle: known or absent, else what is missing
    /// and who can tell. Facts of the cluster are found as well.
    pub fn fact(&self, node: &'a Node, path: &str, label: &str) -> Result<Observed<String>, MissingEvidence> {
        if let Some(id) = path.strip_prefix(ANSWER) {
            return self.answered_fact(Some(node), id);
        }
        if self.knowledge.facts.of(path) == Some(Entity::Cluster) {
            return self.reported(path);
        }
        self.ask(path);
        let fact = node.fact(path);
        if is_fact(path) {
            if !is_row_fact(path) && path != "version" {
                self.evidence_of(node)?;
            }
            return self.settle(node, path, fact, label);
        }
        let carried = node.snapshot.as_ref().is_some_and(|one| one.facts.machine.contains_key(path));
        let label = self.knowledge.label(path, label);
        let Some(why) = fact.why_unknown() else {
            self.use_sources(&fact, "");
            return Ok(fact);
        };
        let from = if carried { bundle_question(node, &fact) } else { self.teller(path) };
        let what = format!("{label} of {}", node.name);
        Err(MissingEvidence::of(&node.name, what, why, from))
    }

    /// A fact of the cluster that exports tell: known or absent, else what is missing and which export tells it.
    pub fn reported(&self, path: &str) -> Result<Observed<String>, MissingEvidence> {
        if let Some(id) = path.strip_prefix(ANSWER) {
            return self.answered_fact(None, id);
        }
        self.ask(path);
        let untold = || Observed::not_collected("no export that tells it was given");
        let fact = self.cluster.reported.get(path).cloned().unwrap_or_else(untold);
        match fact.why_unknown() {
            None => {
                self.use_sources(&fact, "");
                Ok(fact)
            }
            Some(why) => Err(self.unreported(path, self.knowledge.label(path, ""), why)),
        }
    }

    /// When the query that gives this fact was asked, as its result says.
    pub fn asked_at(&self, path: &str) -> Option<Moment> {
        let query = self.knowledge.exports_for(path).find(|export| export.marker.is_some())?;
        self.cluster.reported.get(&format!("asked.{}", query.id))?.value()?.parse().ok()
    }

    /// The items of a list that exports tell, or that the list or a part of it is missing.
    pub fn items(&self, list: &str) -> Result<&'a Items, MissingEvidence> {
        match self.items_seen(list)? {
            (items, None) => Ok(items),
            (_, Some(gap)) => Err(gap),
        }
    }

    /// The items of a list that were seen, and what is missing if they are a page of a longer list: a fault of one of them
    /// is proved, but that no other has it is not.
    pub fn items_seen(&self, list: &str) -> Result<(&'a Items, Option<MissingEvidence>), MissingEvidence> {
        self.ask(list);
        let why = match self.cluster.lists.get(list) {
            Some(fact @ Observed::Known { value, sources, .. }) => {
                self.use_sources(fact, "");
                let input = sources.first().map_or("", |place| place.input.as_str());
                let gap = value.missing().map(|page| self.list_missing(list, format!("{input} is {page}")));
                return Ok((value, gap));
            }
            Some(fact) => fact.why_unknown().unwrap_or_else(|| "there is none".into()),
            None => "no export that tells it was given".into(),
        };
        Err(self.list_missing(list, why))
    }

    fn list_missing(&self, list: &str, why: String) -> MissingEvidence {
        match self.knowledge.exports.iter().find(|export| export.list() == list) {
            Some(export) => {
                MissingEvidence::of_cluster(&export.title, why, EvidenceRequest::export(&export.id))
            }
            None => MissingEvidence::of_cluster(list, why, EvidenceRequest::Nothing),
        }
    }

    /// That a fact of the cluster or of an item is missing.
    pub fn unreported(&self, path: &str, what: impl Into<String>, why: impl Into<String>) -> MissingEvidence {
        self.ask(path);
        MissingEvidence::of_cluster(what, why, self.teller(path))
    }

    /// The export that tells a fact, if one does.
    pub(in crate::rules) fn teller(&self, path: &str) -> EvidenceRequest {
        let export = self.knowledge.exports_for(path).next();
        export.map_or(EvidenceRequest::Nothing, |export| EvidenceRequest::export(&export.id))
    }

    /// What counts while nobody has answered: for questions that only apply if something shows it, and nothing does.
    pub(in crate::rules) fn assumed(&self, id: &str) -> Option<&'a str> {
        let row = self.knowledge.question(id)?;
        let shows = |path: &String| {
            self.ask(path);
            let is_there = |node: &Node| {
                node.fact(path).value().is_some_and(|value| !["", "false", "no"].contains(&value.trim()))
            };
            self.cluster.serving().any(is_there)
        };
        if row.evidence.iter().any(shows) { None } else { row.assume.as_deref() }
    }

    /// An answer as a fact.
    fn answered_fact(&self, node: Option<&Node>, id: &str) -> Result<Observed<String>, MissingEvidence> {
        match self.answer(node, id) {
            Some(answer) => Ok(Observed::known(answer.value.clone(), answer.place.clone())),
            None if let Some(assumed) = self.assumed(id) => {
                Ok(Observed::known(assumed.to_owned(), Location::default()))
            }
            None => Err(self.unanswered(node, id, "nobody has answered it")),
        }
    }

    /// A part of a bundle or of the node list that is known or absent, else what is missing and who can tell.
    pub fn settle<T>(
        &self,
        node: &Node,
        path: &str,
        fact: Observed<T>,
        label: &str,
    ) -> Result<Observed<T>, MissingEvidence> {
        self.ask(path);
        // What was not sent is not known to be absent.
        if fact.is_absent() && !is_row_fact(path) && !proves_absence(node, path) {
            let (what, from) =
                (format!("{label} of {}", node.name), EvidenceRequest::Bundle { node: node.name.clone() });
            return Err(MissingEvidence::of(&node.name, what, only(node), from));
        }
        match fact.why_unknown() {
            None => {
                self.use_sources(&fact, node.input());
                Ok(fact)
            }
            Some(why) => {
                let list = is_row_fact(path);
                let from = if list { EvidenceRequest::NodeList } else { bundle_question(node, &fact) };
                Err(MissingEvidence::of(&node.name, format!("{label} of {}", node.name), why, from))
            }
        }
    }
}

/// Whether what was read of a node can show that a fact is absent. Loose files cannot; a copied folder can for what is in
/// files that it has, never for a key file, a log or IIS.
fn proves_absence(node: &Node, path: &str) -> bool {
    let Some(snapshot) = &node.snapshot else { return true };
    let file = path.strip_prefix("config.").map(|setting| setting.split(':').next().unwrap_or(setting));
    let part = file.and_then(|file| snapshot.part(file)).map(|part| part.grade);
    match part.unwrap_or(snapshot.grade) {
        Grade::Bundle | Grade::Export => true,
        Grade::Copied => file.is_some() || matches!(path, "binaries" | "inventory" | "configs"),
        Grade::Loose => false,
    }
}

/// Whether the collector says which option gives a fact that it does not know.
fn names_option<T>(fact: &Observed<T>, option: &str) -> bool {
    matches!(fact, Observed::Unreadable { why, .. } | Observed::NotCollected { why } if why.contains(option))
}

fn bundle_question<T>(node: &Node, fact: &Observed<T>) -> EvidenceRequest {
    let again = |how: &str| EvidenceRequest::again(&node.name, how);
    match (&node.snapshot, fact) {
        // No other collection reads what is encrypted.
        (Some(_), fact) if is_encrypted(fact) => EvidenceRequest::Nothing,
        (Some(_), fact) if names_option(fact, "--iis-application") => {
            again("with --iis-application, naming the site and path that users open")
        }
        (Some(_), fact) if names_option(fact, "--iis-config") => {
            again("with --iis-config naming the whole applicationHost.config of IIS")
        }
        (None, _) => EvidenceRequest::Bundle { node: node.name.clone() },
        (Some(snapshot), _) if snapshot.grade != Grade::Bundle => {
            EvidenceRequest::Bundle { node: node.name.clone() }
        }
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

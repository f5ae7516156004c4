//! Findings and their evidence.

use super::Context;
use crate::finding::{Confidence, Evidence, Finding, Severity, Subject};
use crate::model::{Location, Node, Observed};
use crate::rules::engine::expectation::reported;

impl Context<'_> {
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
            standalone: false,
        }
    }

    /// The same, on a node.
    pub fn on_node(&self, node: &Node, title: impl Into<String>, remedy: impl Into<String>) -> Finding {
        self.finding(Subject::node(&node.name), title, remedy)
    }

    /// The same, on the cluster.
    pub fn on_cluster(&self, title: impl Into<String>, remedy: impl Into<String>) -> Finding {
        self.finding(Subject::cluster(), title, remedy)
    }

    /// A fact that belongs to no node as evidence, by its label in the knowledge.
    pub(in crate::rules) fn reported_evidence(&self, path: &str, fact: &Observed<String>) -> Evidence {
        reported(self.knowledge.label(path, ""), fact)
    }

    /// That a list that exports tell has no item, or none of the wanted ones.
    pub(in crate::rules) fn no_item_of(&self, list: &str, fact: &str) -> Evidence {
        let place = self.cluster.lists.get(list).and_then(Observed::place);
        Evidence::absence("", fact, place.cloned().unwrap_or_default())
    }

    /// A fact of a node as evidence, by its label in the knowledge.
    pub(in crate::rules) fn node_evidence(
        &self,
        node: &Node,
        path: &str,
        fact: &Observed<String>,
    ) -> Evidence {
        evidence(node, self.knowledge.label(path, ""), fact)
    }
}

impl Finding {
    /// Resting on this evidence.
    #[must_use]
    pub fn resting_on(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// As our own reasoning if it is.
    #[must_use]
    pub fn inferred_if(self, inferred: bool) -> Self {
        if inferred { self.inferred() } else { self }
    }

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
    pub fn standalone(mut self) -> Self {
        self.standalone = true;
        self
    }

    /// With a note, such as a second source that says otherwise.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
}

/// A value from a file of a node's bundle as evidence.
pub(in crate::rules) fn seen_in(
    node: &Node,
    fact: impl Into<String>,
    value: impl Into<String>,
    place: &Location,
) -> Evidence {
    Evidence::value(&node.name, fact, value, located(node, place))
}

/// A place of what was read of a node.
fn located(node: &Node, place: &Location) -> Location {
    node.snapshot.as_ref().map_or_else(|| place.clone(), |snapshot| snapshot.locate(place))
}

/// A fact of a node as evidence: its value with its place, or its absence.
pub(in crate::rules) fn evidence<T: ToString>(node: &Node, label: &str, fact: &Observed<T>) -> Evidence {
    let place = located(node, &fact.place().cloned().unwrap_or_default());
    match fact.value() {
        Some(value) => Evidence::value(&node.name, label, value.to_string(), place),
        None => Evidence::absence(&node.name, label, place),
    }
}

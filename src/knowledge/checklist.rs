//! Items of the vendor's upgrade checklists: who can tell, and which rules do.

use super::KnowledgeError;
use super::layer::Kept;
use super::sources::{Citation, Sources};
use serde::Deserialize;

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its number in the list it comes from, such as `1a`.
    pub id: String,
    /// What has to be so, in our words.
    pub text: String,
    /// Who can tell.
    pub by: By,
    /// Rules that judge it; none where only a person sees to it.
    pub rules: Vec<String>,
    /// By what it is judged, or what to ask, as a sentence.
    pub how: String,
    /// Where it comes from.
    pub cites: Vec<Citation>,
}

/// Who can tell an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The bundle of a node.
    Node,
    /// An export of the product or the database.
    Export,
    /// A person.
    Person,
}

/// Checks the records; that their rules exist is for whoever knows all rules.
pub(super) fn check(items: &[Kept<Item>], sources: &Sources, faults: &mut Vec<KnowledgeError>) {
    for kept in items {
        faults.extend(sources.faults(&kept.record.cites).map(|why| kept.fault(why)));
        if kept.record.rules.is_empty() && kept.record.by != By::Person {
            faults.push(kept.fault("no rule judges it, and no person is asked"));
        }
    }
}

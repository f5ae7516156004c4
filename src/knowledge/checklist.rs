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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    /// The items of domain 6 with who can tell; of several, the one that settles it.
    #[test]
    fn every_item_of_the_vendors_lists_is_there_with_who_can_tell() {
        let mut expected = [
            ("1a", By::Node),
            ("1b", By::Export),
            ("1c", By::Export),
            ("1d", By::Export),
            ("1e", By::Node),
            ("2", By::Person),
            ("3", By::Node),
            ("4", By::Person),
            ("5", By::Export),
            ("6", By::Export),
            ("7", By::Export),
            ("C6-a", By::Person),
            ("C6-b", By::Person),
            ("C6-c", By::Node),
            ("C6-d", By::Person),
            ("O-1", By::Person),
            ("O-2", By::Node),
            ("O-3", By::Node),
            ("O-4", By::Export),
            ("O-5", By::Export),
            ("O-6", By::Node),
            ("O-7", By::Node),
            ("O-8", By::Export),
            ("O-9", By::Person),
            ("O-10", By::Person),
            ("O-11", By::Node),
            ("O-12", By::Person),
            ("O-13", By::Export),
        ];
        expected.sort_by_key(|(id, _)| *id);
        let items = Knowledge::builtin().unwrap().checklist;
        assert_eq!(items.iter().map(|one| (one.id.as_str(), one.by)).collect::<Vec<_>>(), expected);
        for one in &items {
            assert!(one.how.ends_with('.') && !one.text.ends_with('.') && !one.text.is_empty(), "{}", one.id);
        }
    }
}

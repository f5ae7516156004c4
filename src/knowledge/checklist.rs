//! Items of the vendor's checklists: who can tell, and which rules do.

use super::KnowledgeError;
use super::layer::Kept;
use super::sources::{Citation, Sources};
use serde::{Deserialize, Serialize};

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Item {
    /// Its number in the list it comes from, such as `1a`; also the id of its own question.
    pub id: String,
    /// Its place in the order of work.
    pub order: u32,
    /// When it is seen to.
    pub stage: Stage,
    /// What it has to be so for.
    #[serde(rename = "for")]
    pub occasions: Vec<Occasion>,
    /// What has to be so, in our words.
    pub text: String,
    /// Who can tell.
    pub by: By,
    /// Rules that judge it; none where only a person sees to it.
    pub rules: Vec<String>,
    /// By what it is judged, as a sentence.
    pub how: String,
    /// What to ask a person where no rule judges it.
    pub ask: Option<String>,
    /// Whether that is asked for each node.
    #[serde(default)]
    pub per_node: bool,
    /// Where it comes from.
    pub cites: Vec<Citation>,
}

/// What a checklist is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Before an upgrade.
    Upgrade,
    /// Building a cluster or a node.
    Setup,
}

/// When an item is seen to, in the order of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// In good time.
    Before,
    /// Right before the work begins.
    Last,
    /// While it is done.
    During,
    /// When it is done.
    After,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::Before, Self::Last, Self::During, Self::After];

    /// The stage as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Before => "In good time",
            Self::Last => "Right before the work begins",
            Self::During => "During the work",
            Self::After => "Afterwards",
        }
    }
}

/// Words that answer the question of an item itself: it is so, it is not so, it does not concern this cluster.
pub const WORDS: [&str; 3] = [DONE, NOT_DONE, "does not apply"];
/// The first of them.
pub const DONE: &str = "done";
/// The second of them.
pub const NOT_DONE: &str = "not done";

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
        if kept.record.rules.is_empty() && kept.record.ask.is_none() {
            faults.push(kept.fault("no rule judges it, and no person is asked"));
        }
        if kept.record.occasions.is_empty() {
            faults.push(kept.fault("it is for nothing"));
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
        let of_lists = items.iter().filter(|one| !one.id.starts_with("S-"));
        let mut of_lists: Vec<(&str, By)> = of_lists.map(|one| (one.id.as_str(), one.by)).collect();
        of_lists.sort_by_key(|(id, _)| *id);
        assert_eq!(of_lists, expected);
        for one in &items {
            assert!(one.how.ends_with('.') && !one.text.ends_with('.') && !one.text.is_empty(), "{}", one.id);
            assert!(one.ask.as_ref().is_none_or(|ask| ask.ends_with('?')), "{}", one.id);
        }
    }

    #[test]
    fn items_stand_in_the_order_of_work_and_no_two_at_one_place() {
        let items = Knowledge::builtin().unwrap().checklist;
        for pair in items.windows(2) {
            assert!(pair[0].order < pair[1].order && pair[0].stage <= pair[1].stage, "{}", pair[1].id);
        }
        for occasion in [Occasion::Upgrade, Occasion::Setup] {
            assert!(items.iter().filter(|one| one.occasions.contains(&occasion)).count() > 10);
        }
    }
}

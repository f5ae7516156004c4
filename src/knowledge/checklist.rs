//! Items of the vendor's checklists: the rules that check each, and the question to a person if no rule does.

use super::layer::failed;
use super::sources::Citation;
use serde::{Deserialize, Serialize};

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Item {
    /// Its number in the vendor's list, such as `1a`; also the id of its own question.
    pub id: String,
    /// Its place in the order of work.
    pub order: u32,
    /// When it is done.
    pub stage: Stage,
    /// The occasions that it is needed for.
    #[serde(rename = "for")]
    pub occasions: Vec<Occasion>,
    /// The requirement.
    pub text: String,
    /// What can show it.
    pub by: AnsweredBy,
    /// Rules that check it; empty if only a person can.
    pub rules: Vec<String>,
    /// How it is checked, as a sentence.
    pub how: String,
    /// The question to a person if no rule checks it.
    pub ask: Option<String>,
    /// Whether the question is asked for each node.
    #[serde(default)]
    pub per_node: bool,
    /// Where it comes from.
    pub cites: Vec<Citation>,
}

/// What a checklist is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// Before an upgrade.
    Upgrade,
    /// Building a cluster or a node.
    Setup,
}

/// When an item is done, in the order of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Well before the work.
    Before,
    /// Right before the work begins.
    Last,
    /// During the work.
    During,
    /// After the work.
    After,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::Before, Self::Last, Self::During, Self::After];

    /// The stage as a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Before => "Well before the work",
            Self::Last => "Right before the work begins",
            Self::During => "During the work",
            Self::After => "After the work",
        }
    }
}

/// Answers to the question of an item: done, not done, not needed for this cluster.
pub const WORDS: [&str; 3] = [DONE, NOT_DONE, "does not apply"];
/// The first of them.
pub const DONE: &str = "done";
/// The second of them.
pub const NOT_DONE: &str = "not done";

/// What can show that an item is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AnsweredBy {
    /// The bundle of a node.
    Node,
    /// An export of the product or the database.
    Export,
    /// A person.
    Person,
}

impl Item {
    /// What is wrong with it, as lower-case fragments. Whether its rules exist is checked where all rules are known.
    pub(super) fn problems(&self) -> Vec<String> {
        failed(&[
            (self.rules.is_empty() && self.ask.is_none(), "it needs `rules` or `ask`"),
            (self.occasions.is_empty(), "it needs at least one occasion in `for`"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    /// The items of the vendor's lists with what can show them; of several, the one that decides.
    #[test]
    fn every_item_of_the_vendors_lists_is_there_with_what_can_show_it() {
        let mut expected = [
            ("1a", AnsweredBy::Node),
            ("1b", AnsweredBy::Export),
            ("1c", AnsweredBy::Export),
            ("1d", AnsweredBy::Export),
            ("1e", AnsweredBy::Node),
            ("2", AnsweredBy::Person),
            ("3", AnsweredBy::Node),
            ("4", AnsweredBy::Person),
            ("5", AnsweredBy::Export),
            ("6", AnsweredBy::Export),
            ("7", AnsweredBy::Export),
            ("C6-a", AnsweredBy::Person),
            ("C6-b", AnsweredBy::Person),
            ("C6-c", AnsweredBy::Node),
            ("C6-d", AnsweredBy::Person),
            ("O-1", AnsweredBy::Person),
            ("O-2", AnsweredBy::Node),
            ("O-3", AnsweredBy::Node),
            ("O-4", AnsweredBy::Export),
            ("O-5", AnsweredBy::Export),
            ("O-6", AnsweredBy::Node),
            ("O-7", AnsweredBy::Node),
            ("O-8", AnsweredBy::Export),
            ("O-9", AnsweredBy::Person),
            ("O-10", AnsweredBy::Person),
            ("O-11", AnsweredBy::Node),
            ("O-12", AnsweredBy::Person),
            ("O-13", AnsweredBy::Export),
        ];
        expected.sort_by_key(|(id, _)| *id);
        let items = Knowledge::builtin().unwrap().checklist;
        let of_lists = items.iter().filter(|one| !one.id.starts_with("S-"));
        let mut of_lists: Vec<(&str, AnsweredBy)> = of_lists.map(|one| (one.id.as_str(), one.by)).collect();
        of_lists.sort_by_key(|(id, _)| *id);
        assert_eq!(of_lists, expected);
        for one in &items {
            assert!(one.how.ends_with('.') && !one.text.ends_with('.') && !one.text.is_empty(), "{}", one.id);
            assert!(one.ask.as_ref().is_none_or(|ask| ask.ends_with('?')), "{}", one.id);
        }
    }

    #[test]
    fn items_are_in_the_order_of_work_and_no_two_share_a_place() {
        let items = Knowledge::builtin().unwrap().checklist;
        for pair in items.windows(2) {
            assert!(pair[0].order < pair[1].order && pair[0].stage <= pair[1].stage, "{}", pair[1].id);
        }
        for occasion in [Occasion::Upgrade, Occasion::Setup] {
            assert!(items.iter().filter(|one| one.occasions.contains(&occasion)).count() > 10);
        }
    }
}

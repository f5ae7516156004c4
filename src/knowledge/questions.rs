//! Questions to people.

use super::facts::{Entity, Facts};
use super::layer::failed;
use serde::Deserialize;

/// A question to a person.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QuestionRow {
    /// Id: that of the rule it decides.
    pub id: String,
    /// The question.
    pub ask: String,
    /// Answers that are fine.
    pub good: Vec<String>,
    /// Answers that are a problem. If there are none, answers decide nothing by themselves: conditions of other rows and
    /// rules in Rust read them.
    pub bad: Vec<String>,
    /// Whether it is asked for each node.
    #[serde(default)]
    pub per_node: bool,
    /// A good answer older than this many days counts as no answer; 0: it never expires.
    #[serde(default)]
    pub valid_days: u32,
    /// The answer that counts while nobody has given one and no node has any of the facts in `evidence`: it asks about
    /// something that most clusters do not have.
    pub assume: Option<String>,
    /// Facts of a node that show that the question applies.
    #[serde(default)]
    pub evidence: Vec<String>,
}

impl QuestionRow {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, facts: &Facts) -> Vec<String> {
        let is_good = |assumed: &String| self.good.contains(assumed);
        let of_node = |path: &String| facts.of(path) == Some(Entity::Node);
        failed(&[
            (!self.assume.iter().all(is_good), "the answer in `assume` is none of `good`"),
            (!self.evidence.iter().all(of_node), "`evidence` names what is no fact of a node"),
            (self.assume.is_none() && !self.evidence.is_empty(), "`evidence` needs `assume`"),
        ])
    }
}

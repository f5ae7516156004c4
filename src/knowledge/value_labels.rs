//! Labels for numbers of facts: 461808 is .NET Framework 4.7.2.

use super::facts::{Facts, Kind};
use super::layer::failed;
use super::sources::Citation;
use serde::Deserialize;

/// The label of the numbers from `from` up to the next record of the same fact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueLabel {
    /// Path of the fact, one of kind `number`.
    pub fact: String,
    /// First number with this label.
    pub from: u32,
    /// The label.
    pub means: String,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

impl ValueLabel {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, facts: &Facts) -> Vec<String> {
        let is_number = facts.get(&self.fact).is_some_and(|fact| fact.kind == Kind::Number);
        failed(&[(!is_number, "the fact is not of kind number")])
    }
}

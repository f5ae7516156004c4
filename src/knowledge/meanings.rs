//! What numbers of facts mean: 461808 is .NET Framework 4.7.2.

use super::facts::{Facts, Kind};
use super::layer::failed;
use super::sources::Citation;
use serde::Deserialize;

/// The meaning of numbers from one on, up to the next of the same fact.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meaning {
    /// Path of the fact, one of kind `number`.
    pub fact: String,
    /// First number that means it.
    pub from: u32,
    /// What it means.
    pub means: String,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

impl Meaning {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, facts: &Facts) -> Vec<String> {
        let is_number = facts.get(&self.fact).is_some_and(|fact| fact.kind == Kind::Number);
        failed(&[(!is_number, "is no fact of kind number")])
    }
}

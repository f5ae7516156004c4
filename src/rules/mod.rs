//! The judgement. Rules are of two kinds with one registry: coded ones, a file each, and rows of the knowledge, an
//! evaluator each family. A check sees the model and the knowledge, nothing else.

mod context;
mod engine;
mod expectation;
mod problem;
mod question;
mod rule;
mod signature;

pub use context::Context;
pub use engine::judge;
pub use rule::{Check, Rule};

use crate::knowledge::Knowledge;

/// Declares the coded rules and lists them: adding one is a file and a word here.
macro_rules! catalogue {
    ($($file:ident),* $(,)?) => {
        $(mod $file;)*
        /// Every coded rule.
        static CODED: &[&rule::CodedRule] = &[$(&$file::RULE),*];
    };
}

catalogue![cluster_not_enabled,];

/// Every rule, coded and data, in order of id.
pub fn all(knowledge: &Knowledge) -> Vec<Rule> {
    let coded = CODED.iter().copied().map(Rule::from);
    let mut rules: Vec<Rule> = coded.chain(knowledge.rows.rules.iter().map(Rule::from)).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

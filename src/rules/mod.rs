//! Rule engine. A rule is either Rust (one file in `checks/FAMILY`, with the id in its name) or rows of the knowledge (one
//! evaluator per kind of row). Both are in one registry. A check sees the model and the knowledge, nothing else.
//!
//! | module | holds |
//! |---|---|
//! | `engine` | the registry's types, the context that checks ask, the evaluators of data rules, the loop over subjects |
//! | `lib` | what several coded rules share |
//! | `checks` | the coded rules |
//! | `asked.toml` | what each coded rule asks for: made from what its check asks over its fixtures |

mod checks;
mod engine;
mod lib;

pub use engine::context::Context;
pub use engine::evaluate::{asked_for, evaluate};
pub use engine::own::check_own;
pub use engine::rule::{Check, Rule};

use crate::knowledge::Knowledge;
use checks::CODED;
use engine::needs;

/// Every rule, coded and data, in order of id.
pub fn all(knowledge: &Knowledge) -> Vec<Rule> {
    let coded = CODED.iter().map(|definition| {
        let rule = definition();
        Rule { asks: needs::ASKED_BY_CODE.get(&rule.meta.id).cloned().unwrap_or_default(), ..rule }
    });
    let data = knowledge
        .rows
        .rules
        .iter()
        .map(|row| Rule { asks: needs::asked_by_rows(row, knowledge), ..Rule::new(row.clone()) });
    let mut rules: Vec<Rule> =
        coded.chain(data).map(|rule| Rule { needs: needs::of(&rule, knowledge), ..rule }).collect();
    rules.sort_by(|a, b| a.meta.id.cmp(&b.meta.id));
    rules
}

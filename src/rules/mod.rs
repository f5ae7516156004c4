//! Rule engine. A rule is either Rust (one file in `checks/FAMILY`, with the id in its name) or rows of the knowledge (one
//! evaluator per kind of row). Both are in one registry. A check sees the model and the knowledge, nothing else.
//!
//! | module | holds |
//! |---|---|
//! | `engine` | the registry's types, the context that checks ask, the evaluators of data rules, the loop over subjects |
//! | `lib` | what several coded rules share |
//! | `checks` | the coded rules |

mod checks;
mod engine;
mod lib;

pub use engine::context::Context;
pub use engine::judge::judge;
pub use engine::own::check_own;
pub use engine::rule::{Check, Rule};

use crate::knowledge::Knowledge;
use checks::CODED;
use engine::needs;

/// Every rule, coded and data, in order of id.
pub fn all(knowledge: &Knowledge) -> Vec<Rule> {
    let coded = CODED.iter().map(|coded| {
        let rule = Rule::from(*coded);
        let needs = coded.needs.iter().map(|need| (*need).to_owned()).collect();
        Rule { needs: needs::with_gates(needs, rule.scope, &rule.id, knowledge), ..rule }
    });
    let data = knowledge.rows.rules.iter();
    let data = data.map(|row| Rule { needs: needs::of_row(row, knowledge), ..Rule::from(row) });
    let mut rules: Vec<Rule> = coded.chain(data).collect();
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

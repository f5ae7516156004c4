//! What evaluates rules: the context that checks ask, one evaluator per kind of data row, and the loop over subjects.

pub(in crate::rules) mod condition;
pub(in crate::rules) mod context;
pub(in crate::rules) mod evaluate;
pub(in crate::rules) mod expectation;
pub(in crate::rules) mod needs;
pub(in crate::rules) mod own;
pub(in crate::rules) mod parity;
pub(in crate::rules) mod prelude;
pub(in crate::rules) mod problem;
pub(in crate::rules) mod question;
pub(in crate::rules) mod rule;
pub(in crate::rules) mod signature;
pub(in crate::rules) mod step;

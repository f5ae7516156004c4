//! Entries at warning level or worse, and entries with an exception, grouped by their wording: so that an error that nobody
//! has catalogued is seen by its number, and compared over nodes.
//!
//! ```text
//!  first line --> level, logger, tokens --+
//!  other lines --> exception, frame ------+--> key --> Leaf: count, hours, samples --(file ends)--> Pattern
//!                                                         |
//!                                              too many: join them, drop the rarest
//! ```
//!
//! An entry costs one look into a table, by a number made of its words as they are read. Only when there are too many
//! different ones, and at the end over all nodes ([`unify()`]), are wordings joined that differ in names.

mod entry;
mod join;
mod leaves;
mod matcher;
mod tokens;
mod unify;

pub(super) use entry::OpenEntry;
pub(super) use leaves::{Entry, Leaves};
pub use matcher::PatternMatcher;
pub(super) use matcher::{entry_parts, same_wording};
pub(super) use unify::add;
pub use unify::unify;

#[cfg(test)]
mod quality;

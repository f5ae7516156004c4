//! The container of a snapshot: a zip or the same tree as a folder, as `docs/bundle-format.md` specifies it.
//!
//! ```text
//! write:  BundleWriter -> add / note -> finish -> Unfinished -> (rewrite) -> commit -> NAME.zip
//! read:   gather -> Bundle -> manifest, problems -> read / bytes, one verified pass a member
//! ```
//!
//! This room knows zip and hashes, not the product: what a member means is the business of whoever wrote or
//! reads it. Everything read here comes from outside and is bounded by [`Limits`].

mod case;
pub mod contents;
pub mod digest;
mod entry;
mod file;
pub mod format;
pub mod half_made;
mod inner;
mod leaf;
pub mod limits;
mod listing;
pub mod manifest;
pub mod name;
mod nest;
mod output;
mod outside;
pub mod problem;
pub mod read;
mod scratch;
pub mod source;
pub mod write;
mod zipped;

pub use case::{CASE, Case, CaseFile, CaseWriter, LeftOut, Owner};
pub use digest::Sha256;
pub use file::open_plain;
pub use format::{FormatVersion, check_keys};
pub use half_made::HalfMade;
pub use leaf::{HEAD, Leaf, LeafError};
pub use limits::Limits;
pub use listing::relative;
pub use manifest::{
    Collection, Content, FingerprintKey, LookedAt, Manifest, MemberRecord, NodeIdentity, Status,
};
pub use name::MemberName;
pub use output::{create_private, packed_size};
pub use problem::{MemberError, OpenError, bound};
pub use read::{Bundle, Form};
pub use scratch::Scratch;
pub use source::{Given, GivenError, gather};
pub use write::{BundleWriter, Edit, NewMember, Unfinished, WriteError};
pub use zipped::{Archive, list_archive};

/// The member that describes all others; written last, read first.
pub const MANIFEST: &str = "manifest.json";
/// The member with the facts of the node.
pub const FACTS: &str = "facts.json";
/// The member with one line for each file of the application folder.
pub const INVENTORY: &str = "inventory.jsonl";

#[cfg(test)]
mod tests;

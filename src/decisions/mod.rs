//! Decisions of people on findings: accepted, a false alarm, or in work. They never change what the evidence says; they
//! say which of it somebody answers for, and until when. docs/decisions-format.md is the form of the file.

mod apply;
mod file;
mod from_report;
mod view;
mod workbook;

pub use apply::{Applied, NotCounted, apply, open_results};
pub use file::{DecisionsError, Entry, FORMAT, Kind, append, entry_text, is_decisions, parse};
pub use from_report::{DecideError, Decided, entry_from_report};
pub use view::{DecidedVerdict, DecisionView};
pub use workbook::from_workbook;

use crate::text::hex;
use sha2::{Digest as _, Sha256};

/// The entries of a file, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Name of the file.
    pub name: String,
    /// Its entries.
    pub entries: Vec<Entry>,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file in hexadecimal, by which a copy of it is known; empty if there is no file.
    pub sha256: String,
}

impl Decisions {
    /// Reads a file in either form.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, DecisionsError> {
        let is_workbook = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0");
        let entries = if is_workbook { from_workbook(bytes)? } else { parse(bytes)? };
        let sha256 = hex::encode(&Sha256::digest(bytes));
        Ok(Self { name: name.to_owned(), entries, bytes: bytes.len() as u64, sha256 })
    }
}

//! Decisions of people on findings: accepted, a false alarm, or in work. They never change what the evidence says; they
//! say which of it somebody answers for, and until when. docs/decisions-format.md is the form of the file.

mod apply;
mod file;
mod from_report;
mod view;
mod workbook;

pub use apply::{Applied, apply, open_results};
pub use file::{DecisionsError, Entry, FORMAT, Kind, append, entry_text, parse};
pub use from_report::{DecideError, entry_from_report};
pub use view::{DecidedVerdict, DecisionView};
pub use workbook::from_workbook;

/// The entries of a file, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decisions {
    /// Name of the file.
    pub name: String,
    /// Its entries.
    pub entries: Vec<Entry>,
}

impl Decisions {
    /// Reads a file in either form.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, DecisionsError> {
        let is_workbook = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0");
        let entries = if is_workbook { from_workbook(bytes)? } else { parse(bytes)? };
        Ok(Self { name: name.to_owned(), entries })
    }
}

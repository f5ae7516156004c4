//! What a container holds, before its manifest is read.

use super::name::MemberName;
use super::problem::{MemberError, OpenError, odd_name};
use crate::model::input::Problem;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where the bytes of an entry are.
#[derive(Debug, Clone)]
pub(super) enum At {
    /// Index in the archive.
    Zip(usize),
    /// Path of the file.
    File(PathBuf),
}

/// One entry of the container.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) at: At,
    /// Bytes by the container's own account.
    pub(super) size: u64,
    /// Why it cannot be read, whatever the manifest says.
    pub(super) bad: Option<MemberError>,
}

/// What a container holds, before the manifest is read.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Entries by name without regard to case.
    pub(super) entries: BTreeMap<String, (MemberName, Entry)>,
    pub(super) problems: Vec<Problem>,
    /// Readable entries that are no members, by the name they have in the container.
    pub(super) strays: BTreeMap<String, At>,
}

impl Listing {
    /// Adds an entry; an odd name is a problem of its own, a second entry of the same name refuses the bundle.
    pub(super) fn add(&mut self, name: &str, entry: Entry) -> Result<(), OpenError> {
        match MemberName::parse(name) {
            Err(error) => {
                self.problems.push(odd_name(name, error));
                if entry.bad.is_none() {
                    self.strays.insert(name.to_owned(), entry.at);
                }
            }
            Ok(parsed) => {
                if self.entries.insert(parsed.folded(), (parsed, entry)).is_some() {
                    return Err(OpenError::Duplicate(name.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// Looks at the name of a folder, which has nothing else to look at.
    pub(super) fn check_folder(&mut self, name: &str) {
        if let Err(error) = MemberName::parse(name) {
            self.problems.push(odd_name(name, error));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.problems.is_empty()
    }

    /// Takes out the entry of exactly this name.
    pub(super) fn take(&mut self, name: &str) -> Option<Entry> {
        let folded = name.to_ascii_lowercase();
        let exact = self.entries.get(&folded).is_some_and(|(found, _)| found.as_str() == name);
        if exact { self.entries.remove(&folded).map(|(_, entry)| entry) } else { None }
    }
}

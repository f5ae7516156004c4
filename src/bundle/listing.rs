//! What a container holds, before its manifest is read; and listing a folder without following anything out of it.

#[cfg(feature = "report")]
use super::file::SharedFile;
use super::limits::{Limits, NAME_LEVELS};
use super::name::MemberName;
use super::problem::{MemberError, OpenError, odd_name, quoted};
use super::zipped::is_leftover;
use crate::model::input::{Problem, ProblemKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Where the bytes of an entry are.
#[derive(Debug, Clone)]
pub(super) enum At {
    /// Index in the archive.
    Zip(usize),
    /// Path of the file.
    File(PathBuf),
    /// The bytes themselves: a part of a tar.
    #[cfg(feature = "report")]
    Plain(SharedFile),
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

/// A path below `folder`, with `/`.
pub fn relative(folder: &Path, full: &Path) -> String {
    let relative = full.strip_prefix(folder).unwrap_or(full);
    let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// Lists the files below `root`. Links and special files are entries that cannot be read.
pub(super) fn list_folder(root: &Path, limits: &Limits) -> Result<Listing, OpenError> {
    let mut listing = Listing::default();
    let walk =
        WalkDir::new(root).min_depth(1).max_depth(NAME_LEVELS + 1).follow_links(false).sort_by_file_name();
    for (count, found) in walk.into_iter().enumerate() {
        if count >= limits.entries {
            return Err(OpenError::TooManyEntries(limits.entries));
        }
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                let name = error.path().and_then(|path| path.strip_prefix(root).ok()).unwrap_or(root);
                let why = error.io_error().map_or_else(|| "unknown".to_owned(), ToString::to_string);
                let text = format!("{} could not be read: {why}.", quoted(&name.to_string_lossy()));
                listing.problems.push(Problem { kind: ProblemKind::Malformed, member: None, text });
                continue;
            }
        };
        let name = relative(root, found.path());
        let kind = found.file_type();
        if is_leftover(&name) {
            continue;
        }
        if kind.is_dir() {
            listing.check_folder(&name);
            continue;
        }
        let bad = (!kind.is_file()).then_some(MemberError::Link);
        let size = found.metadata().map_or(0, |metadata| metadata.len());
        listing.add(&name, Entry { at: At::File(found.into_path()), size, bad })?;
    }
    if listing.is_empty() { Err(OpenError::EmptyFolder) } else { Ok(listing) }
}

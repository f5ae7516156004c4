//! Listing a folder without following anything out of it.

use super::limits::{Limits, NAME_LEVELS};
use super::listing::{At, Entry, Listing};
use super::problem::{MemberError, OpenError, quoted};
use super::zipped::is_leftover;
use crate::model::input::{Problem, ProblemKind};
use std::path::Path;
use walkdir::WalkDir;

/// Lists the files below `root`. Links and special files are entries that cannot be read.
pub(super) fn list(root: &Path, limits: &Limits) -> Result<Listing, OpenError> {
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
        let segments = found.path().strip_prefix(root).unwrap_or(found.path()).components();
        let name: Vec<_> = segments.map(|segment| segment.as_os_str().to_string_lossy()).collect();
        let name = name.join("/");
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

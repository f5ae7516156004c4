//! What is in an archive, whatever its form: bundles, and files beside them.

use super::super::leaf::{Leaf, LeafAt};
use super::super::limits::Limits;
use super::super::listing::{At, Entry, Listing};
use super::super::problem::MemberError;
use super::super::read::Bundle;
use super::super::zipped::{OpenZip, is_leftover};
use super::{BYTES, ENTRIES, Nest, What};
use crate::bundle::{FACTS, GivenError, INVENTORY, MANIFEST, OpenError};
use chrono::NaiveDateTime;

/// One entry of an archive.
pub(super) struct Packed {
    /// Its name with `/`, a folder's with one at its end.
    pub(super) name: String,
    /// Bytes that it declares.
    pub(super) bytes: u64,
    pub(super) modified: Option<NaiveDateTime>,
    /// Where a bundle finds it.
    pub(super) at: At,
    /// Why it cannot be read.
    pub(super) bad: Option<MemberError>,
}

impl Nest<'_> {
    /// Adds everything that an archive holds. `whole` is how a bundle is opened that has the archive for itself.
    pub(super) fn entries(
        &mut self,
        place: &str,
        archive: Option<&OpenZip>,
        packed: Vec<Packed>,
        depth: usize,
        whole: impl FnOnce() -> Result<Bundle, OpenError>,
    ) -> Result<(), GivenError> {
        let files: Vec<Packed> = packed.into_iter().filter(|entry| !is_leftover(&entry.name)).collect();
        let mut roots = roots(files.iter().map(|entry| entry.name.as_str()));
        let in_root = |name: &str, roots: &[String]| roots.iter().any(|root| name.starts_with(root.as_str()));
        let is_one = roots.len() == 1
            && files.iter().all(|entry| is_above(&entry.name, &roots) || in_root(&entry.name, &roots));
        // A bundle that has lost its manifest is none any more, and nothing else either.
        let own = |name: &str| files.iter().any(|entry| entry.name == name);
        if roots.is_empty() && own(FACTS) && own(INVENTORY) {
            return Err(OpenError::NoManifest.into());
        }
        let has_facts = |root: &str| files.iter().any(|entry| entry.name.strip_prefix(root) == Some(FACTS));
        if is_one && self.one(place, has_facts(roots.first().map_or("", |root| root)), whole)? {
            return Ok(());
        }
        if is_one {
            roots.clear();
        }
        let mut opened = Vec::new();
        for root in &roots {
            let bundle = listed(&files, root).and_then(|listing| Bundle::of_part(archive.cloned(), listing));
            match bundle {
                Err(error) if error.is_foreign() && !has_facts(root) => continue,
                Err(error) => self.refuse(&format!("{place}/{}", root.trim_end_matches('/')), 0, error),
                Ok(bundle) => {
                    let name = format!("{place}/{}", root.trim_end_matches('/'));
                    self.add(name, 0, What::Bundle(Box::new(bundle)));
                }
            }
            opened.push(root.clone());
        }
        let mut beside: Vec<Packed> = files
            .into_iter()
            .filter(|entry| !entry.name.ends_with('/') && !in_root(&entry.name, &opened))
            .collect();
        if beside.is_empty() && opened.is_empty() {
            return Err(GivenError::Empty);
        }
        if beside.iter().all(|entry| matches!(entry.bad, Some(MemberError::Encrypted))) && !beside.is_empty()
        {
            return Err(GivenError::Encrypted);
        }
        beside.sort_by(|a, b| a.name.cmp(&b.name));
        for entry in beside {
            self.entries += 1;
            self.bytes = self.bytes.saturating_add(entry.bytes);
            if self.entries > ENTRIES || self.bytes > BYTES {
                return Err(GivenError::Budget);
            }
            let name = format!("{place}/{}", entry.name.trim_start_matches('/'));
            match (entry.bad, entry.at) {
                (Some(bad), _) => self.refuse(&name, entry.bytes, bad),
                (None, At::Zip(index)) => {
                    if let Some(archive) = archive {
                        let at = LeafAt::Zipped(archive.clone(), index);
                        self.file(Leaf::new(name, entry.bytes, entry.modified, at), depth);
                    }
                }
                #[cfg(feature = "report")]
                (None, At::Plain(file)) => {
                    self.file(Leaf::new(name, entry.bytes, entry.modified, LeafAt::Plain(file)), depth);
                }
                (None, At::File(_)) => {}
            }
        }
        Ok(())
    }

    /// An archive that is one bundle; `false` if it is none of ours. A file with facts says that it is.
    fn one(
        &mut self,
        place: &str,
        has_facts: bool,
        whole: impl FnOnce() -> Result<Bundle, OpenError>,
    ) -> Result<bool, GivenError> {
        match whole() {
            Ok(bundle) => self.add(place.to_owned(), 0, What::Bundle(Box::new(bundle))),
            Err(error) if error.is_foreign() && !has_facts => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        Ok(true)
    }
}

/// What lies below a folder of the archive.
pub(super) fn listed(files: &[Packed], root: &str) -> Result<Listing, OpenError> {
    let mut listing = Listing::default();
    for entry in files {
        let Some(inner) = entry.name.strip_prefix(root).filter(|inner| !inner.is_empty()) else { continue };
        if inner.ends_with('/') {
            listing.check_folder(inner.trim_end_matches('/'));
            continue;
        }
        if listing.entries.len() > Limits::default().entries {
            return Err(OpenError::TooManyEntries(Limits::default().entries));
        }
        listing.add(inner, Entry { at: entry.at.clone(), size: entry.bytes, bad: entry.bad.clone() })?;
    }
    Ok(listing)
}

/// The folders that hold a manifest, with `/` at their end, but for those inside of another.
fn roots<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let holds = |name: &str| {
        let root = name.strip_suffix(MANIFEST)?;
        (root.is_empty() || root.ends_with('/')).then(|| root.to_owned())
    };
    let mut roots: Vec<String> = names.filter_map(holds).collect();
    roots.sort();
    let mut outer: Vec<String> = Vec::new();
    for root in roots {
        if !outer.iter().any(|above| root.starts_with(above.as_str())) {
            outer.push(root);
        }
    }
    outer
}

/// Whether a name is that of a folder above a bundle.
fn is_above(name: &str, roots: &[String]) -> bool {
    name.ends_with('/') && roots.iter().any(|root| root.starts_with(name))
}

//! Tars, as they come from Linux, jump hosts and build servers.

use super::super::file::SharedFile;
use super::super::leaf::Leaf;
use super::super::listing::At;
use super::super::problem::MemberError;
use super::super::read::Bundle;
use super::entries::{Packed, listed};
use super::{ENTRIES, Nest};
use crate::bundle::{GivenError, MANIFEST, OpenError};
use chrono::DateTime;
use std::io;
use tar::{EntryType, Header};

/// Whether a file begins as a tar: by the sum that each head holds of itself.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    let mut header = Header::new_old();
    header.as_mut_bytes().copy_from_slice(block);
    // All bytes count but those of the sum itself, which count as spaces.
    let sum: u32 = block
        .iter()
        .enumerate()
        .map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) })
        .sum();
    block.first() != Some(&0) && header.cksum().is_ok_and(|said| said == sum)
}

impl Nest<'_> {
    pub(super) fn tar(&mut self, leaf: &Leaf, depth: usize) -> Result<(), GivenError> {
        let file = self.bytes_of(leaf)?;
        let (packed, torn) = packed(&file);
        if let Some(error) = torn {
            if packed.is_empty() {
                return Err(GivenError::Torn(error));
            }
            self.refuse(leaf.place(), leaf.size(), GivenError::Torn(error));
        }
        let root =
            packed.iter().find_map(|entry| entry.name.strip_suffix(MANIFEST)).unwrap_or_default().to_owned();
        let listing = listed(&packed, &root);
        let whole = || Bundle::of_part(None, listing?);
        self.entries(leaf.place(), None, packed, depth, whole)
    }
}

/// Every entry, and what ended the reading before the end.
fn packed(file: &SharedFile) -> (Vec<Packed>, Option<io::Error>) {
    let mut packed = Vec::new();
    let mut archive = tar::Archive::new(file.clone());
    let entries = match archive.entries_with_seek() {
        Ok(entries) => entries,
        Err(error) => return (packed, Some(error)),
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => return (packed, Some(error)),
        };
        if packed.len() > ENTRIES {
            return (packed, Some(io::Error::other(OpenError::TooManyEntries(ENTRIES).to_string())));
        }
        let name = String::from_utf8_lossy(&entry.path_bytes()).replace('\\', "/");
        let mut name = name.trim_start_matches("./").to_owned();
        let kind = entry.header().entry_type();
        let bytes = entry.size();
        let place = file.window(entry.raw_file_position(), bytes);
        let modified = entry
            .header()
            .mtime()
            .ok()
            .and_then(|time| DateTime::from_timestamp(i64::try_from(time).ok()?, 0));
        let bad = match (kind, &place) {
            (EntryType::Regular | EntryType::Continuous, Some(_)) => None,
            (EntryType::Regular | EntryType::Continuous, None) => {
                Some(MemberError::Damaged("the archive ends before it".to_owned()))
            }
            (EntryType::Directory, _) => None,
            (EntryType::XGlobalHeader, _) => continue,
            _ => Some(MemberError::Link),
        };
        if kind == EntryType::Directory {
            if name.is_empty() || name == "." {
                continue;
            }
            if !name.ends_with('/') {
                name.push('/');
            }
        }
        let at = At::Plain(place.unwrap_or_else(|| SharedFile::held(Vec::new())));
        packed.push(Packed { name, bytes, modified: modified.map(|time| time.naive_utc()), at, bad });
    }
    (packed, None)
}

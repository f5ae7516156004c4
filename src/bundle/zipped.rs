//! Listing a zip without believing it.

use super::MANIFEST;
use super::file::SharedFile;
use super::limits::Limits;
use super::listing::{At, Entry, Listing};
use super::problem::{MemberError, OpenError};
use crate::model::package::PackageMember;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;
use zip::read::{ArchiveOffset, Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipArchive};

pub(super) type Archive = ZipArchive<SharedFile>;

/// Entries that file managers add when a person zips a folder again.
const LEFTOVERS: &[&str] = &["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// Whether the last segment, or the first, is the business of a file manager only.
pub(super) fn is_leftover(name: &str) -> bool {
    let (first, last) = (name.split('/').next(), name.rsplit('/').next());
    [first, last].into_iter().flatten().any(|segment| LEFTOVERS.contains(&segment))
}

/// Whether the file begins as zip archives do.
pub(super) fn has_magic(file: &mut dyn Read) -> std::io::Result<bool> {
    let mut start = [0; 4];
    match file.read_exact(&mut start) {
        Ok(()) => Ok(matches!(&start, b"PK\x03\x04" | b"PK\x05\x06")),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens an archive and lists its entries, below its single top folder if the manifest lies there.
///
/// What makes the archive ambiguous as a whole refuses it: duplicate names, overlapping entries, local headers that
/// disagree with the central directory. What is wrong with one entry stays with that entry.
pub(super) fn open(path: &Path, limits: &Limits) -> Result<(Archive, Listing), OpenError> {
    let archive = archive(SharedFile::open(path)?, limits)?;
    let listing = list(&archive)?;
    Ok((archive, listing))
}

/// The files of any zip in order of name, with what makes one unreadable; nothing is inflated.
pub(super) fn names(path: &Path, limits: &Limits) -> Result<Vec<PackageMember>, OpenError> {
    let archive = archive(SharedFile::open(path)?, limits)?;
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let entry =
            archive.by_index_data(index).map_err(|error| OpenError::Inconsistent(error.to_string()))?;
        let bad = fault(&entry).map(|fault| fault.to_string());
        if bad.is_some() || !entry.is_dir() || entry.size() > 0 {
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            members.push(PackageMember { name, bytes: entry.size(), bad });
        }
    }
    members.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(members)
}

/// Opens an archive within the limits.
pub(super) fn archive(mut file: SharedFile, limits: &Limits) -> Result<Archive, OpenError> {
    if !has_magic(&mut file)? {
        return Err(OpenError::NotZip);
    }
    // Names, extra fields and comments are kept in memory, so what listing may read is bounded, not only the count.
    file.allow(limits.directory_bytes);
    let opened = inspect(&file, limits);
    if opened.is_err() && file.is_exhausted() {
        return Err(OpenError::Directory(limits.directory_bytes));
    }
    file.allow(u64::MAX);
    opened
}

fn inspect(file: &SharedFile, limits: &Limits) -> Result<Archive, OpenError> {
    let broken = |error: ZipError| match error {
        ZipError::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => OpenError::Io(error),
        other => OpenError::Truncated(other.to_string()),
    };
    let inconsistent = |error: ZipError| OpenError::Inconsistent(error.to_string());
    // A bundle begins at the first byte; searching for another start would only help an attacker.
    let config = || Config { archive_offset: ArchiveOffset::Known(0) };
    // The entries are counted before memory is taken for them.
    let mut directory = ZipIterable::try_new(file.clone(), config()).map_err(broken)?;
    if directory.len() > limits.entries {
        return Err(OpenError::TooManyEntries(limits.entries));
    }
    let mut archive = Archive::with_config(config(), file.clone()).map_err(broken)?;
    if archive.len() > limits.entries {
        return Err(OpenError::TooManyEntries(limits.entries));
    }
    if archive.has_duplicate_names() {
        return Err(OpenError::Duplicate(first_duplicate(&mut directory)));
    }
    if archive.has_overlapping_entries().map_err(inconsistent)? {
        return Err(OpenError::Overlap);
    }
    archive.validate_header_consistency().map_err(inconsistent)?;
    Ok(archive)
}

fn first_duplicate(directory: &mut ZipIterable<SharedFile>) -> String {
    let mut seen = BTreeSet::new();
    if let Ok(entries) = directory.files() {
        while let Some(Ok(entry)) = entries.next() {
            let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
            if seen.contains(&name) {
                return name;
            }
            seen.insert(name);
        }
    }
    String::new()
}

fn list(archive: &Archive) -> Result<Listing, OpenError> {
    let names: Vec<String> =
        archive.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let top = top_folder(&names)?;
    let mut listing = Listing::default();
    for (index, name) in names.iter().enumerate().filter(|(_, name)| !is_leftover(name)) {
        let entry =
            archive.by_index_data(index).map_err(|error| OpenError::Inconsistent(error.to_string()))?;
        let bad = fault(&entry);
        if bad.is_none() && entry.is_dir() && entry.size() == 0 {
            // A folder has no bytes to read, but its name may still be an attempt.
            let folder = name.strip_prefix(&top).unwrap_or(name).trim_end_matches('/');
            if !folder.is_empty() {
                listing.check_folder(folder);
            }
            continue;
        }
        let inner = name.strip_prefix(&top).unwrap_or(name);
        listing.add(inner, Entry { at: At::Zip(index), size: entry.size(), bad })?;
    }
    Ok(listing)
}

/// What makes one entry unreadable whatever it holds.
fn fault(entry: &ZipFileEntry<'_>) -> Option<MemberError> {
    const TYPE_BITS: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    const FOLDER: u32 = 0o040_000;
    let kind = entry.unix_mode().map_or(0, |mode| mode & TYPE_BITS);
    if ![0, REGULAR, FOLDER].contains(&kind) {
        Some(MemberError::Link)
    } else if entry.encrypted() {
        Some(MemberError::Encrypted)
    } else if ![CompressionMethod::Stored, CompressionMethod::Deflated].contains(&entry.compression()) {
        Some(MemberError::Method)
    } else {
        None
    }
}

/// The prefix below which the bundle lies: nothing, or the one top folder that holds a manifest, because people zip
/// the folder rather than what is in it.
fn top_folder(names: &[String]) -> Result<String, OpenError> {
    if names.iter().any(|name| name == MANIFEST) {
        return Ok(String::new());
    }
    let holds_manifest = |name: &&String| {
        name.split_once('/').is_some_and(|(top, rest)| rest == MANIFEST && !["", ".", ".."].contains(&top))
    };
    let is_archive = |name: &&String| name.to_ascii_lowercase().ends_with(".zip");
    let manifests: Vec<_> = names.iter().filter(holds_manifest).collect();
    match (manifests.as_slice(), names.iter().filter(is_archive).count()) {
        ([one], _) => Ok(one.strip_suffix(MANIFEST).unwrap_or_default().to_owned()),
        ([], 0) => Err(OpenError::NoManifest),
        ([], archives) => Err(OpenError::SeveralBundles(archives)),
        (several, _) => Err(OpenError::SeveralBundles(several.len())),
    }
}

//! Listing a zip without believing it, also one that is no bundle; it is never unpacked.

use super::MANIFEST;
use super::digest::Sha256;
use super::file::{SharedFile, open_plain};
use super::limits::Limits;
use super::listing::{At, Entry, Listing};
use super::outside;
use super::problem::{self, MemberError, OpenError};
use crate::model::package::PackageMember;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use zip::read::{ArchiveOffset, Config, ZipFileEntry};
use zip::result::ZipError;
use zip::unstable::read::ZipIterable;
use zip::{CompressionMethod, ZipArchive};

pub(super) type OpenZip = ZipArchive<SharedFile>;

/// Entries that file managers add when a person zips a folder again.
const LEFTOVERS: &[&str] = &["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// Whether the last segment, or the first, is the business of a file manager only.
pub(super) fn is_leftover(name: &str) -> bool {
    let (first, last) = (name.split('/').next(), name.rsplit('/').next());
    [first, last].into_iter().flatten().any(|segment| LEFTOVERS.contains(&segment))
}

/// Whether the file begins as zip archives do.
pub(super) fn has_magic(file: &mut dyn Read) -> io::Result<bool> {
    let mut start = [0; 4];
    match file.read_exact(&mut start) {
        Ok(()) => Ok(matches!(&start, b"PK\x03\x04" | b"PK\x05\x06")),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Opens an archive and lists its entries, below its single top folder if the manifest lies there.
///
/// What makes the archive ambiguous as a whole refuses it: duplicate names, overlapping entries, local headers that
/// disagree with the central directory. What is wrong with one entry stays with that entry.
pub(super) fn open(file: SharedFile, limits: &Limits) -> Result<(OpenZip, Listing), OpenError> {
    let archive = archive(file, limits)?;
    let mut listing = list(&archive)?;
    let hidden = outside::find(&archive)?.hidden();
    listing.problems.extend((hidden > 0).then(|| problem::outside(hidden)));
    Ok((archive, listing))
}

/// A file and what it lists.
#[derive(Debug)]
pub struct Archive {
    /// Size of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: Sha256,
    /// Its files in order of name, or why they cannot be listed.
    pub members: Result<Vec<PackageMember>, OpenError>,
}

/// Hashes a file in one pass and lists it within the limits of a bundle: nothing is inflated, so that no bomb goes off.
pub fn list_archive(path: &Path, limits: &Limits) -> io::Result<Archive> {
    let (sha256, bytes) = Sha256::of_reader(&mut open_plain(path)?)?;
    let members = catch_unwind(AssertUnwindSafe(|| names(path, limits)));
    Ok(Archive { bytes, sha256, members: members.unwrap_or(Err(OpenError::Panicked)) })
}

/// The files of any zip in order of name, with what makes one unreadable; nothing is inflated.
fn names(path: &Path, limits: &Limits) -> Result<Vec<PackageMember>, OpenError> {
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
pub(super) fn archive(mut file: SharedFile, limits: &Limits) -> Result<OpenZip, OpenError> {
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

fn inspect(file: &SharedFile, limits: &Limits) -> Result<OpenZip, OpenError> {
    let broken = |error: ZipError| match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => OpenError::Io(error),
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
    let mut archive = OpenZip::with_config(config(), file.clone()).map_err(broken)?;
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
            if !seen.insert(name.clone()) {
                return name;
            }
        }
    }
    String::new()
}

/// The names of all entries with `/` between their parts: what .NET before 4.6.1 and PowerShell before 6 pack has `\\`, and
/// some programs begin with `./`. What is no UTF-8 has the code page of the first PCs.
pub(super) fn names_of(archive: &OpenZip) -> Vec<String> {
    let raw = archive.file_names_raw();
    let name = |(index, raw): (usize, &[u8])| {
        let decoded = || archive.name_for_index(index)?.ok();
        let name = match std::str::from_utf8(raw) {
            Ok(name) => name.to_owned(),
            Err(_) => decoded().map_or_else(|| String::from_utf8_lossy(raw).into_owned(), Cow::into_owned),
        };
        let name = if name.contains('\\') { name.replace('\\', "/") } else { name };
        name.strip_prefix("./").map(str::to_owned).unwrap_or(name)
    };
    raw.enumerate().map(name).collect()
}

fn list(archive: &OpenZip) -> Result<Listing, OpenError> {
    let names = names_of(archive);
    let top = top_folder(&names)?;
    // One bundle has all of the archive: what is beside its folder is no member, and looked at like any other stray.
    list_below(archive, &names, |name| Some(name.strip_prefix(&top).unwrap_or(name)))
}

/// Lists the entries that have a name in the bundle.
pub(super) fn list_below(
    archive: &OpenZip,
    names: &[String],
    inner: impl Fn(&str) -> Option<&str>,
) -> Result<Listing, OpenError> {
    let mut listing = Listing::default();
    for (index, name) in names.iter().enumerate().filter(|(_, name)| !is_leftover(name)) {
        let Some(inner) = inner(name) else { continue };
        let entry =
            archive.by_index_data(index).map_err(|error| OpenError::Inconsistent(error.to_string()))?;
        let bad = fault(&entry);
        if bad.is_none() && entry.is_dir() && entry.size() == 0 {
            // A folder has no bytes to read, but its name may still be an attempt.
            let folder = inner.trim_end_matches('/');
            if !folder.is_empty() {
                listing.check_folder(folder);
            }
            continue;
        }
        listing.add(inner, Entry { at: At::Zip(index), size: entry.size(), bad })?;
    }
    Ok(listing)
}

/// What makes one entry unreadable whatever it holds.
pub(super) fn fault(entry: &ZipFileEntry<'_>) -> Option<MemberError> {
    const TYPE_BITS: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    const FOLDER: u32 = 0o040_000;
    let kind = entry.unix_mode().map_or(0, |mode| mode & TYPE_BITS);
    if [0, REGULAR, FOLDER].contains(&kind) { unreadable(entry) } else { Some(MemberError::Link) }
}

/// What makes the bytes of an entry unreadable.
pub(super) fn unreadable(entry: &ZipFileEntry<'_>) -> Option<MemberError> {
    /// Deflate64 is what 7-Zip calls so, and what Explorer takes for files of more than 2 GB.
    const READ: &[CompressionMethod] = &[
        CompressionMethod::Stored,
        CompressionMethod::Deflated,
        #[cfg(feature = "report")]
        CompressionMethod::Deflate64,
    ];
    if entry.encrypted() {
        Some(MemberError::Encrypted)
    } else if READ.contains(&entry.compression()) {
        None
    } else {
        Some(MemberError::Method(entry.compression().to_string()))
    }
}

/// The prefix below which the bundle lies: nothing, or the one folder that holds a manifest, because people zip the folder
/// rather than what is in it, and the folder around that.
fn top_folder(names: &[String]) -> Result<String, OpenError> {
    if names.iter().any(|name| name == MANIFEST) {
        return Ok(String::new());
    }
    let holds_manifest = |name: &&String| {
        let top = name.strip_suffix(MANIFEST).and_then(|top| top.strip_suffix('/'));
        top.is_some_and(|top| top.split('/').all(|part| !["", ".", ".."].contains(&part)))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zip(names: &[&str]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in names {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(b"abc").unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn listed(bytes: &[u8], limits: &Limits) -> Archive {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.zip");
        std::fs::write(&path, bytes).unwrap();
        list_archive(&path, limits).unwrap()
    }

    #[test]
    fn a_zip_is_listed_in_order_with_its_own_digest() {
        let bytes = zip(&["two", "folder/one"]);
        let archive = listed(&bytes, &Limits::default());
        assert_eq!((archive.bytes, archive.sha256), (bytes.len() as u64, Sha256::of(&bytes)));
        let member = |name: &str| PackageMember { name: name.to_owned(), bytes: 3, bad: None };
        assert_eq!(archive.members.unwrap(), [member("folder/one"), member("two")]);
    }

    #[test]
    fn what_cannot_be_listed_is_hashed_all_the_same() {
        let whole = zip(&["one", "two"]);
        let torn = whole.get(..whole.len() - 10).unwrap();
        let few = Limits { entries: 1, ..Limits::default() };
        let short = Limits { directory_bytes: 50, ..Limits::default() };
        for (bytes, limits, said) in [
            (&b"MZ and more"[..], &Limits::default(), "is not a zip archive"),
            (&b""[..], &Limits::default(), "is not a zip archive"),
            (torn, &Limits::default(), "is cut off or damaged"),
            (&whole, &few, "holds more than 1 entries"),
            (&whole, &short, "needs more than 50 bytes"),
        ] {
            let archive = listed(bytes, limits);
            assert_eq!(archive.sha256, Sha256::of(bytes));
            let why = archive.members.unwrap_err().to_string();
            assert!(why.starts_with(said), "{why}");
        }
    }
}

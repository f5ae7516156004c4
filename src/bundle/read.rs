//! Reading a bundle: the manifest at once, each member in one verified pass when it is asked for.

use super::digest::{Hasher, Sha256, next_chunk};
use super::entry::EntryBytes;
use super::file::SharedFile;
use super::limits::Limits;
use super::listing::{At, Entry, Listing, list_folder};
use super::manifest::{Content, Manifest, MemberRecord, Status};
use super::name::MemberName;
use super::problem::{ManifestError, MemberError, OpenError, bound, quoted, unlisted};
use super::zipped::OpenZip;
use super::{FACTS, INVENTORY, MANIFEST, zipped};
use crate::model::input::Problem;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Bytes read at a time; larger ones bring nothing measurable.
const CHUNK: usize = 64 * 1024;

/// An open bundle. Members are read from it by any number of threads at once; nothing is ever unpacked.
#[derive(Debug)]
pub struct Bundle {
    /// `None` for a folder.
    archive: Option<OpenZip>,
    /// Bytes of the zip that it has for itself; `None` for a folder and for one of several in an archive.
    whole: Option<u64>,
    manifest: Manifest,
    manifest_sha256: Sha256,
    manifest_at: At,
    problems: Vec<Problem>,
    unknown_keys: Vec<String>,
    slots: BTreeMap<MemberName, Result<(At, Content), MemberError>>,
    strays: BTreeMap<String, At>,
}

/// The two forms of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One zip file.
    Zip,
    /// The same tree as a folder.
    Folder,
}

impl Bundle {
    /// Opens a bundle within the limits of the format.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_within(path, &Limits::default())
    }

    /// Opens a bundle within other limits.
    pub fn open_within(path: &Path, limits: &Limits) -> Result<Self, OpenError> {
        if path.extension().is_some_and(|extension| extension == super::write::PARTIAL) {
            return Err(OpenError::Unfinished);
        }
        Self::open_any(path, limits)
    }

    /// Opens also what a collection has not committed yet.
    pub(super) fn open_any(path: &Path, limits: &Limits) -> Result<Self, OpenError> {
        catch_unwind(AssertUnwindSafe(|| Self::open_unguarded(path, limits)))
            .unwrap_or(Err(OpenError::Panicked))
    }

    fn open_unguarded(path: &Path, limits: &Limits) -> Result<Self, OpenError> {
        if std::fs::metadata(path)?.is_dir() {
            return Self::listed(None, list_folder(path, limits)?, limits);
        }
        Self::zipped(SharedFile::open(path)?, limits)
    }

    fn zipped(file: SharedFile, limits: &Limits) -> Result<Self, OpenError> {
        let whole = Some(file.length());
        let (archive, listing) = zipped::open(file, limits)?;
        Ok(Self { whole, ..Self::listed(Some(archive), listing, limits)? })
    }

    /// Opens a zip that is one bundle, wherever its bytes are.
    pub(super) fn of_zip(file: SharedFile) -> Result<Self, OpenError> {
        let open = || Self::zipped(file, &Limits::default());
        catch_unwind(AssertUnwindSafe(open)).unwrap_or(Err(OpenError::Panicked))
    }

    /// Opens one of several bundles in an archive, or one in a tar.
    pub(super) fn of_part(archive: Option<OpenZip>, listing: Listing) -> Result<Self, OpenError> {
        let open = || Self::listed(archive, listing, &Limits::default());
        catch_unwind(AssertUnwindSafe(open)).unwrap_or(Err(OpenError::Panicked))
    }

    /// Reads the manifest of what was listed and lays it over.
    fn listed(archive: Option<OpenZip>, mut listing: Listing, limits: &Limits) -> Result<Self, OpenError> {
        let entry = listing.take(MANIFEST).ok_or(OpenError::NoManifest)?;
        let manifest_at = entry.at.clone();
        let json = read_manifest(archive.as_ref(), &entry, limits).map_err(OpenError::Manifest)?;
        let (manifest, unknown_keys) = Manifest::parse(&json, limits).map_err(OpenError::Manifest)?;

        let mut problems = std::mem::take(&mut listing.problems);
        let slots = slots(&manifest, &mut listing, limits);
        for (name, slot) in &slots {
            // That a member was not taken is the manifest's own honest word, no fault of the bundle.
            if let Err(error) = slot
                && !matches!(error, MemberError::NotTaken(_))
            {
                problems.push(error.problem(name.as_str()));
            }
        }
        let mut strays = listing.strays;
        for (name, entry) in listing.entries.into_values() {
            problems.push(match &entry.bad {
                Some(bad) => bad.problem(name.as_str()),
                None => unlisted(name.as_str()),
            });
            if entry.bad.is_none() {
                strays.insert(name.to_string(), entry.at);
            }
        }
        problems.sort();
        bound(&mut problems, limits.problems);
        let manifest_sha256 = Sha256::of(&json);
        Ok(Self {
            archive,
            whole: None,
            manifest,
            manifest_sha256,
            manifest_at,
            problems,
            unknown_keys,
            slots,
            strays,
        })
    }

    /// Zip or folder.
    pub fn form(&self) -> Form {
        if self.archive.is_some() { Form::Zip } else { Form::Folder }
    }

    /// The manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// SHA-256 of the manifest: equal ones are of one collection, whatever container it is in.
    pub fn manifest_sha256(&self) -> Sha256 {
        self.manifest_sha256
    }

    /// The bytes of the manifest, read once more.
    pub fn manifest_bytes(&self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let most = Limits::default().manifest_bytes;
        let read = with_bytes(self.archive.as_ref(), &self.manifest_at, true, |source| {
            source.take(most).read_to_end(&mut bytes)
        });
        read.map_err(io::Error::other)??;
        Ok(bytes)
    }

    /// What was wrong with the container and with members before any was read, sorted.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What a reader should know that is no fault: keys that a newer minor version of the format added.
    pub fn note(&self) -> Option<String> {
        let keys: Vec<String> = self.unknown_keys.iter().take(10).map(|key| quoted(key)).collect();
        let more = self.unknown_keys.len() - keys.len();
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        let format = self.manifest.format;
        let text = "newer than this program; keys it does not know were left out";
        (!keys.is_empty())
            .then(|| format!("The bundle has format {format}, {text}: {}{tail}.", keys.join(", ")))
    }

    /// Every member the manifest lists, taken or not, in order of name.
    pub fn members(&self) -> impl Iterator<Item = &MemberRecord> {
        self.manifest.members.iter()
    }

    /// The manifest's row of a member.
    pub fn record(&self, member: &str) -> Option<&MemberRecord> {
        let members = &self.manifest.members;
        let index = members.binary_search_by(|record| record.path.as_str().cmp(member)).ok()?;
        members.get(index)
    }

    /// Size in bytes as given: of the zip file, or of all readable members.
    pub fn size(&self) -> u64 {
        let members = || self.slots.values().flatten().map(|(_, content)| content.size).sum();
        self.whole.unwrap_or_else(members)
    }

    /// What is equal for everything in one inner archive that has to be inflated to be read.
    pub fn inner_id(&self) -> Option<usize> {
        self.archive.as_ref()?.clone().into_inner().inner_id()
    }

    /// Whether [`Self::sha256`] is of everything that the bundle holds, read or not: a folder has that of its manifest only.
    pub fn is_one_file(&self) -> bool {
        self.whole.is_some()
    }

    /// SHA-256 of the zip file, or else of the manifest, which holds the digests of all members.
    pub fn sha256(&self) -> io::Result<Sha256> {
        match &self.archive {
            Some(archive) if self.whole.is_some() => {
                let mut file = archive.clone().into_inner();
                io::Seek::rewind(&mut file)?;
                Ok(Sha256::of_reader(&mut file)?.0)
            }
            _ => Ok(self.manifest_sha256),
        }
    }

    /// Reads a member once, handing its bytes to `sink` as they come. `Ok` means that size and SHA-256 agree with the
    /// manifest; after any error nothing that `sink` received may count.
    pub fn read(&self, member: &str, sink: &mut dyn FnMut(&[u8])) -> Result<(), MemberError> {
        let slot = MemberName::parse(member).ok().and_then(|name| self.slots.get(&name));
        let (at, content) = slot.ok_or(MemberError::Unknown)?.as_ref().map_err(Clone::clone)?;
        self.pass(at, |bytes| verify(bytes, *content, sink))
    }

    /// Reads the beginning of a member once more, until `sink` says `false`. Size and SHA-256 are not compared: a member is
    /// read with [`Self::read`] before.
    pub fn read_until(&self, member: &str, sink: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), MemberError> {
        let slot = MemberName::parse(member).ok().and_then(|name| self.slots.get(&name));
        let (at, content) = slot.ok_or(MemberError::Unknown)?.as_ref().map_err(Clone::clone)?;
        self.pass(at, |bytes| {
            let mut buffer = vec![0; CHUNK];
            let mut bytes = bytes.take(content.size);
            while let Some(chunk) = next_chunk(&mut bytes, &mut buffer).map_err(MemberError::damaged)? {
                if !sink(chunk) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Names of entries whose bytes the manifest does not vouch for: it does not list them, or with another size. They
    /// are no members and never evidence, but a bundle that carries a secret there carries it all the same.
    pub fn strays(&self) -> impl Iterator<Item = &str> {
        self.strays.keys().map(String::as_str)
    }

    /// Reads the first `cap` bytes of a stray entry.
    pub fn read_stray(&self, name: &str, cap: u64, sink: &mut dyn FnMut(&[u8])) -> Result<(), MemberError> {
        let at = self.strays.get(name).ok_or(MemberError::Unknown)?;
        self.pass(at, |bytes| {
            let mut buffer = vec![0; CHUNK];
            let mut bytes = bytes.take(cap);
            while let Some(chunk) = next_chunk(&mut bytes, &mut buffer).map_err(MemberError::damaged)? {
                sink(chunk);
            }
            Ok(())
        })
    }

    /// Reads the bytes of an entry. A library that panics on them costs this entry only.
    fn pass(
        &self,
        at: &At,
        read: impl FnOnce(&mut dyn Read) -> Result<(), MemberError>,
    ) -> Result<(), MemberError> {
        let pass = || with_bytes(self.archive.as_ref(), at, false, read)?;
        catch_unwind(AssertUnwindSafe(pass)).unwrap_or(Err(MemberError::Panicked))
    }

    /// The bytes of a member that is known to be small; one above `cap` bytes is not read at all.
    pub fn bytes(&self, member: &str, cap: u64) -> Result<Vec<u8>, MemberError> {
        let size = self.record(member).and_then(MemberRecord::content).map_or(0, |content| content.size);
        if size > cap {
            return Err(MemberError::OverCap { size, cap });
        }
        let mut bytes = Vec::new();
        self.read(member, &mut |chunk| bytes.extend_from_slice(chunk))?;
        Ok(bytes)
    }
}

/// Lays the manifest over the container: where each member's bytes are, or why it has none that count. Takes what it
/// uses out of `listing`.
fn slots(
    manifest: &Manifest,
    listing: &mut Listing,
    limits: &Limits,
) -> BTreeMap<MemberName, Result<(At, Content), MemberError>> {
    let rows: BTreeMap<_, _> = manifest.members.iter().map(|record| (&record.path, record)).collect();
    let mut total = 0_u64;
    let mut place = |record: &MemberRecord| {
        let Some(content) = record.content() else { return Err(not_taken(&record.status)) };
        let Content { size, .. } = content;
        let entry = listing.take(record.path.as_str()).ok_or(MemberError::Gone)?;
        if let Some(bad) = entry.bad {
            return Err(bad);
        }
        let limit = match record.path.as_str() {
            FACTS => limits.facts_bytes,
            INVENTORY => limits.inventory_bytes,
            _ => limits.member_bytes,
        };
        if size > limit {
            return Err(MemberError::TooLarge { size, limit });
        }
        total = total.saturating_add(size);
        if total > limits.total_bytes {
            return Err(MemberError::BeyondTotal(limits.total_bytes));
        }
        if entry.size != size {
            listing.strays.insert(record.path.to_string(), entry.at);
            return Err(MemberError::Size { expected: size, actual: Some(entry.size) });
        }
        Ok((entry.at, content))
    };
    rows.into_iter().map(|(name, record)| (name.clone(), place(record))).collect()
}

fn not_taken(status: &Status) -> MemberError {
    MemberError::NotTaken(match status.why() {
        Some(why) => format!("{}, {why}", status.word()),
        None => status.word().to_owned(),
    })
}

fn read_manifest(
    archive: Option<&OpenZip>,
    entry: &Entry,
    limits: &Limits,
) -> Result<Vec<u8>, ManifestError> {
    let limit = limits.manifest_bytes;
    if let Some(bad) = &entry.bad {
        return Err(ManifestError::Member(bad.clone()));
    }
    let mut json = Vec::new();
    // Nothing else vouches for the manifest's bytes, so here the container's own checksum counts.
    with_bytes(archive, &entry.at, true, |bytes| bytes.take(limit.saturating_add(1)).read_to_end(&mut json))
        .and_then(|read| read.map_err(MemberError::damaged))
        .map_err(ManifestError::Member)?;
    if json.len() as u64 > limit { Err(ManifestError::TooLarge(limit)) } else { Ok(json) }
}

/// Opens the bytes of one entry for `f`.
fn with_bytes<T>(
    archive: Option<&OpenZip>,
    at: &At,
    checksum: bool,
    f: impl FnOnce(&mut dyn Read) -> T,
) -> Result<T, MemberError> {
    match at {
        At::File(path) => {
            // The listing saw a regular file, which may have been replaced since: by a pipe, whose opening would never
            // end, or by a link.
            let check = || std::fs::symlink_metadata(path).map_err(MemberError::damaged);
            if !check()?.is_file() {
                return Err(MemberError::Link);
            }
            let mut file = File::open(path).map_err(MemberError::damaged)?;
            if check()?.is_file() { Ok(f(&mut file)) } else { Err(MemberError::Link) }
        }
        #[cfg(feature = "report")]
        At::Plain(file) => Ok(f(&mut file.clone())),
        At::Zip(index) => {
            let mut archive = archive.ok_or(MemberError::Unknown)?.clone();
            let mut bytes = EntryBytes::open(&mut archive, *index, checksum)?;
            let done = f(&mut bytes);
            let behind = bytes.behind().map_err(MemberError::damaged)?;
            if behind.is_some() { Err(MemberError::Behind) } else { Ok(done) }
        }
    }
}

/// One pass: at most one byte beyond what the manifest declares is ever read.
fn verify(bytes: &mut dyn Read, expected: Content, sink: &mut dyn FnMut(&[u8])) -> Result<(), MemberError> {
    let mut hasher = Hasher::default();
    let mut read = 0_u64;
    let mut buffer = vec![0; CHUNK];
    let mut bytes = bytes.take(expected.size.saturating_add(1));
    while let Some(chunk) = next_chunk(&mut bytes, &mut buffer).map_err(MemberError::damaged)? {
        read += chunk.len() as u64;
        if read > expected.size {
            return Err(MemberError::Size { expected: expected.size, actual: None });
        }
        hasher.update(chunk);
        sink(chunk);
    }
    if read < expected.size {
        return Err(MemberError::Size { expected: expected.size, actual: Some(read) });
    }
    let actual = hasher.finish();
    if actual == expected.sha256 {
        Ok(())
    } else {
        Err(MemberError::Hash { expected: expected.sha256, actual })
    }
}

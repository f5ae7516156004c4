//! Reads every file once: hashes, fingerprints, versions and stray copies of the key files.

use super::inventory_table::{Item, is_text_program};
use super::key_files::{KeyFiles, UNSEEN};
use super::progress::Shared;
use super::walk::{LINK, ListedFile, reason};
use crate::bundle::digest::{self, next_chunk};
use crate::model::facts::{Binary, InventoryEntry};
use crate::model::product::LOG_FOLDER;
use crate::model::{Location, Observed};
use crate::parsers::pe_version;
use crate::redact::fingerprint::{Fingerprinter, Label};
use crate::redact::leak::{HitKind, Scanner};
use crate::redact::{Redactor, SecretSet};
use crate::text::encoding;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;

/// Largest text that is searched for a secret, in bytes; of a larger one nobody knows, so it gets no plain hash.
const MOST_SEARCHED: u64 = 16 << 20;
/// How many times its size a key file has in the longest code, which is a list of numbers in UTF-16.
const LARGEST_CODE: usize = 16;

/// What the pass found, in order of path.
#[derive(Default)]
pub(super) struct Inventory {
    /// A line for each file.
    pub(super) entries: Vec<InventoryEntry>,
    /// Versions of the DLLs in `bin`, by file name.
    pub(super) binaries: BTreeMap<String, Observed<Binary>>,
    /// Files that look like copies of the key files.
    pub(super) stray_key_copies: Vec<String>,
    /// Why copies may be missing from it, as a lower-case fragment.
    pub(super) gap: Option<String>,
    /// Files and folders that the system did not let the collector read.
    pub(super) denied: Vec<String>,
    /// How many files the time limit cut off.
    pub(super) cut: usize,
}

/// What became of one file.
struct FileOutcome {
    entry: InventoryEntry,
    binary: Option<(String, Observed<Binary>)>,
    stray: bool,
    denied: bool,
    cut: bool,
    gap: Option<String>,
}

/// Reads every file once, on all cores. Files that decide whether nodes agree come first, and no time limit stops them.
pub(super) fn read_all(
    files: &[ListedFile],
    keys: &KeyFiles,
    printer: &Fingerprinter,
    redactor: &Redactor,
    progress: &Shared<'_>,
) -> Inventory {
    let contents = keys.contents();
    let longest = contents.iter().map(|content| content.len()).max().unwrap_or_default();
    let pass = Pass {
        keys,
        parts: Scanner::new(&SecretSet::default(), &contents),
        longest: (longest * LARGEST_CODE) as u64,
        printer,
        redactor,
        progress,
    };
    let (first, then): (Vec<&ListedFile>, Vec<&ListedFile>) =
        files.iter().partition(|file| pass.is_decisive(file));
    let mut outcomes: Vec<FileOutcome> = Vec::new();
    for files in [first, then] {
        outcomes.par_extend(files.into_par_iter().map(|file| pass.examine(file)));
    }
    outcomes.sort_by(|a, b| a.entry.path.cmp(&b.entry.path));
    let mut inventory = Inventory::default();
    for FileOutcome { entry, binary, stray, denied, cut, gap } in outcomes {
        inventory.cut += usize::from(cut);
        inventory.gap = inventory.gap.or(gap);
        inventory.binaries.extend(binary);
        inventory.denied.extend(denied.then(|| entry.path.clone()));
        inventory.stray_key_copies.extend(stray.then(|| entry.path.clone()));
        inventory.entries.push(entry);
    }
    inventory
}

/// Bytes that the pass will read.
pub(super) fn cost(files: &[ListedFile], keys: &KeyFiles, printer: &Fingerprinter) -> u64 {
    let read =
        |file: &&ListedFile| why_unread(file, keys.has_size(file.size), printer.why_unkeyed()).is_none();
    files.iter().filter(read).map(|file| file.size).sum()
}

/// Why this pass does not read the content of a file, as a lower-case fragment. `may_be_copy`: the file has the size of
/// a key file; `unkeyed`: why there are no fingerprints.
pub(super) fn why_unread(file: &ListedFile, may_be_copy: bool, unkeyed: Option<&str>) -> Option<String> {
    match (&file.metadata, file.item) {
        (Err(why), _) => Some(why.clone()),
        (Ok(_), Item::KeyFile) => Some("a key file; its fingerprint is in facts.json".to_owned()),
        (Ok(_), _) if may_be_copy => None,
        (Ok(_), Item::Log) => Some("a log; it changes while it is read".to_owned()),
        (Ok(_), Item::Other) if file.path.to_lowercase().starts_with(&format!("{LOG_FOLDER}/")) => {
            Some("in the log folder, but not a log of the product".to_owned())
        }
        (Ok(_), Item::Other | Item::Config | Item::KeyCopy) => unkeyed.map(str::to_owned),
        (Ok(_), _) => None,
    }
}

/// One pass over all files.
struct Pass<'a, 'p> {
    keys: &'a KeyFiles,
    /// Finds parts of the key files, in any code.
    parts: Scanner,
    /// Size of the largest file that may be little more than a key file in some code.
    longest: u64,
    printer: &'a Fingerprinter,
    redactor: &'a Redactor,
    progress: &'a Shared<'p>,
}

impl Pass<'_, '_> {
    /// Whether the file decides if nodes agree: rules compare it by itself, or it may be a copy of a key file.
    fn is_decisive(&self, file: &ListedFile) -> bool {
        matches!(file.item, Item::KeyFile | Item::KeyCopy | Item::Config | Item::Binary)
            || self.keys.has_size(file.size)
    }

    fn examine(&self, file: &ListedFile) -> FileOutcome {
        let mut outcome = FileOutcome {
            entry: InventoryEntry {
                path: file.path.clone(),
                size: file.size,
                modified: file.modified.map(to_the_second),
                sha256: None,
                fingerprint: None,
                unread: why_unread(file, self.keys.has_size(file.size), self.printer.why_unkeyed()),
            },
            binary: None,
            stray: file.item == Item::KeyCopy,
            denied: file.metadata.as_ref().is_err_and(|why| why != LINK),
            cut: false,
            gap: None,
        };
        if outcome.entry.unread.is_none()
            && let Err(error) = self.read(file, &mut outcome)
        {
            outcome.entry.unread = Some(reason(&error));
            outcome.cut = !self.is_decisive(file) && self.progress.time_over().is_some();
            outcome.denied = !outcome.cut;
        }
        outcome.gap = self.may_be_a_copy(file, outcome.entry.unread.as_deref());
        if file.item == Item::Binary && outcome.binary.is_none() {
            let why = outcome.entry.unread.clone().unwrap_or_else(|| "larger than a DLL may be".to_owned());
            outcome.binary =
                Some((file.name().to_owned(), Observed::unreadable(Location::file(&file.path), why)));
        }
        outcome
    }

    /// Why it is not known whether a file, or one in a folder that could not be listed, is a copy of a key file.
    fn may_be_a_copy(&self, file: &ListedFile, unread: Option<&str>) -> Option<String> {
        if file.item == Item::KeyFile {
            return None;
        }
        match &file.metadata {
            Err(why) => (why != LINK).then(|| why.clone()),
            Ok(_) if self.keys.may_be_unseen(file.size) => Some(UNSEEN.to_owned()),
            Ok(_) => unread.filter(|_| self.keys.has_size(file.size)).map(str::to_owned),
        }
    }

    fn read(&self, file: &ListedFile, outcome: &mut FileOutcome) -> io::Result<()> {
        let keyed = !matches!(file.item, Item::Binary | Item::Program);
        let parsed = file.item == Item::Binary && file.size <= pe_version::MAX_PE_BYTES;
        // Of text somebody can guess, and what is small may be a key file in some code: it must be looked at before it gets
        // a plain hash.
        let searched = !keyed && (is_text_program(&file.path) || file.size <= self.longest);
        // Both hashes only where the file may turn out to be a copy of a key file.
        let may_be_copy = self.keys.has_size(file.size);
        // What is searched is held, and gets the one hash that the search allows.
        let mut held = searched && file.size <= MOST_SEARCHED;
        let new_mac = || self.printer.hasher(Label::File).ok();
        let mut plain = (may_be_copy || !(keyed || held)).then(digest::Hasher::default);
        let mut mac = if may_be_copy || keyed || (searched && !held) { new_mac() } else { None };
        let mut whole = Vec::new();
        let mut size = 0;
        let decisive = self.is_decisive(file);
        self.progress.check_limits(decisive)?;
        let mut reader = File::open(&file.full)?;
        // Of many small files, filling a large buffer takes longer than reading them.
        let most = usize::try_from(file.size).unwrap_or(usize::MAX).saturating_add(1);
        let mut buffer = vec![0; most.clamp(4096, 64 * 1024)];
        while let Some(chunk) = next_chunk(&mut reader, &mut buffer)? {
            self.progress.check_limits(decisive)?;
            size += chunk.len() as u64;
            // A file that grows while it is read must not fill the memory.
            if held && size > MOST_SEARCHED {
                held = false;
                if plain.is_none() {
                    plain.get_or_insert_default().update(&whole);
                    mac = new_mac();
                    if let Some(mac) = &mut mac {
                        mac.update(&whole);
                    }
                }
            }
            if let Some(plain) = &mut plain {
                plain.update(chunk);
            }
            if let Some(mac) = &mut mac {
                mac.update(chunk);
            }
            if held || (parsed && size <= pe_version::MAX_PE_BYTES) {
                whole.extend_from_slice(chunk);
            }
            self.progress.advance(chunk.len());
        }
        let mut digest = plain.map(digest::Hasher::finish);
        outcome.stray |= digest.as_ref().is_some_and(|digest| self.keys.is_copy(digest));
        outcome.stray |= searched && size <= self.longest && self.has_key_part(&whole);
        let may_be_guessed = searched
            && is_text_program(&file.path)
            // Of what is no text nobody knows what it holds, and searching it costs many times what a text costs.
            && (size > MOST_SEARCHED || !encoding::is_text(&whole) || self.redactor.finds_secret(&whole));
        outcome.entry.size = size;
        let is_keyed = keyed || may_be_guessed || outcome.stray || self.keys.may_be_unseen(size);
        if held && is_keyed && mac.is_none() {
            mac = new_mac();
            if let Some(mac) = &mut mac {
                mac.update(&whole);
            }
        } else if held && digest.is_none() {
            digest = Some(digest::Sha256::of(&whole));
        }
        if is_keyed {
            outcome.entry.fingerprint = mac.map(crate::redact::fingerprint::Hasher::finish);
            if outcome.entry.fingerprint.is_none() {
                outcome.entry.unread =
                    Some(self.printer.why_unkeyed().unwrap_or("it changed while it was read").to_owned());
            }
        } else {
            outcome.entry.sha256 = digest.map(|digest| digest.to_string());
        }
        if parsed && size <= pe_version::MAX_PE_BYTES {
            let versions = Observed::read(pe_version::read(&whole), Location::file(&file.path));
            outcome.binary = Some((file.name().to_owned(), versions));
        }
        Ok(())
    }
}

impl Pass<'_, '_> {
    /// Whether a part of a key file is in it. A shape alone says nothing.
    fn has_key_part(&self, content: &[u8]) -> bool {
        self.parts.scan(content).iter().any(|hit| hit.kind == HitKind::KeyFile && !hit.is_by_shape())
    }
}

fn to_the_second(time: chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc> {
    chrono::SubsecRound::trunc_subsecs(time, 0)
}

//! An application folder that somebody copied. It shows what is in it; that a key file, a log or IIS is not there it never
//! shows, because nobody knows what was left out.

use super::{CopiedFolder, LooseConfig, ReadSet, Reader, configs, logs, names};
use crate::bundle::Leaf;
use crate::intake::members::MAX_INVENTORY;
use crate::model::facts::{Binary, InventoryEntry, KeyFile, NodeFacts};
use crate::model::input::ProblemKind;
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG};
use crate::model::{Location, Observed};
use crate::parsers::pe_version;
use crate::redact::config;
use crate::redact::fingerprint::{Fingerprinter, KEY_FILE_MAX, Label};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Why a fact is not known.
const COPY: &str = "only a copy of the application folder was given, which does not show what was left out";

/// Reads the folder; the places of `files` are below it.
pub(super) fn read(reader: &Reader<'_>, folder: &str, files: &[Leaf], read: &mut ReadSet) {
    let find = |name: &str| files.iter().find(|file| file.place().eq_ignore_ascii_case(name));
    let key_file = find(ENCRYPTION_CONFIG).and_then(|leaf| leaf.bytes(KEY_FILE_MAX as u64).ok());
    let case_key = reader.tools.loose.case_key.as_ref();
    let own = Fingerprinter::new(case_key, key_file.as_deref());
    // Without a key of its own, its values compare within this run.
    let keyed = own.why_unkeyed().is_none();
    let printer = if keyed { &own } else { reader.printer };
    read.facts.key_id = keyed.then(|| format!("{}:{}", own.scheme(), own.key_id()));
    let reader = &Reader { tools: reader.tools, redactor: reader.redactor, printer };

    let mut facts = unknown(COPY);
    facts.encryption_config =
        key_fact(key_file.as_deref(), |bytes, place| own.encryption_config(bytes, place), ENCRYPTION_CONFIG);
    let database = find(DATABASE_CONFIG).and_then(|leaf| leaf.bytes(1 << 20).ok());
    let print = |bytes: &[u8], place| own.fingerprint(Label::File, bytes, place);
    facts.database_config = key_fact(database.as_deref(), print, DATABASE_CONFIG);
    facts.binaries = binaries(files);
    for leaf in files {
        let lower = leaf.place().to_lowercase();
        let is_config =
            !lower.contains('/') && names::of_config(&lower).is_some_and(|(file, _)| file == lower);
        if is_config || (!lower.contains('/') && lower.starts_with("web-") && lower.ends_with(".config")) {
            let config = one(reader, folder, leaf, &lower);
            facts.configs.insert(lower.clone(), config.state.clone());
            read.facts.configs.insert(lower, config);
        }
    }
    let is_log = |leaf: &&Leaf| {
        let mut parts = leaf.place().rsplit('/');
        let name = parts.next().unwrap_or_default();
        let in_log =
            parts.next().is_some_and(|part| part.eq_ignore_ascii_case("log")) && parts.next().is_none();
        in_log && (names::of_log(name).is_some() || name.to_lowercase().contains(".log"))
    };
    let wanted: Vec<Leaf> = files.iter().filter(is_log).cloned().collect();
    let digests = logs::scan(reader, &wanted, |leaf| format!("{folder}/{}", leaf.place()));
    logs::add(digests, read);
    if !read.facts.logs.is_empty() {
        facts.log_folder = Observed::known(true, Location::file("log"));
    }
    if files.len() > MAX_INVENTORY {
        read.problem(ProblemKind::Malformed, format!("{folder} has more than {MAX_INVENTORY} files."));
    }
    read.facts.folder =
        Some(CopiedFolder { place: folder.to_owned(), facts: Box::new(facts), inventory: inventory(files) });
}

/// The files of the folder with their sizes: a hash of a file that was never redacted could be guessed.
fn inventory(files: &[Leaf]) -> Vec<InventoryEntry> {
    let entry = |leaf: &Leaf| InventoryEntry {
        path: leaf.place().to_owned(),
        size: leaf.size(),
        modified: None,
        sha256: None,
        fingerprint: None,
        unread: None,
    };
    files.iter().take(MAX_INVENTORY).map(entry).collect()
}

fn one(reader: &Reader<'_>, folder: &str, leaf: &Leaf, file: &str) -> LooseConfig {
    let place = format!("{folder}/{}", leaf.place());
    match leaf.bytes(config::MAX_BYTES as u64) {
        Ok(bytes) => configs::redacted(reader, file, &place, &bytes),
        Err(error) => {
            let why = error.to_string();
            let at = || Location::file(&place);
            LooseConfig {
                state: Observed::unreadable(at(), why.clone()),
                settings: Observed::unreadable(at(), why),
                place,
            }
        }
    }
}

/// Versions of the DLLs in `bin`.
fn binaries(files: &[Leaf]) -> Observed<BTreeMap<String, Observed<Binary>>> {
    let is_dll = |leaf: &&Leaf| {
        let lower = leaf.place().to_lowercase();
        lower.strip_prefix("bin/").is_some_and(|name| !name.contains('/') && name.ends_with(".dll"))
    };
    let dlls: Vec<&Leaf> = files.iter().filter(is_dll).collect();
    let read = |leaf: &&Leaf| {
        let place = Location::file(format!("bin/{}", leaf.name()));
        let binary = match leaf.bytes(pe_version::MAX_PE_BYTES) {
            Ok(bytes) => Observed::read(pe_version::read(&bytes), place),
            Err(error) => Observed::unreadable(place, error.to_string()),
        };
        (leaf.name().to_owned(), binary)
    };
    let found: BTreeMap<_, _> = dlls.par_iter().with_max_len(1).map(read).collect();
    Observed::known(found, Location::file("bin"))
}

/// What is kept of a key file: never its content, and that it is missing proves nothing.
fn key_fact(
    content: Option<&[u8]>,
    print: impl FnOnce(&[u8], Location) -> Observed<crate::model::facts::Fingerprint>,
    name: &str,
) -> Observed<KeyFile> {
    let Some(bytes) = content else { return Observed::not_collected(COPY) };
    let place = Location::file(name);
    let file = KeyFile {
        size: bytes.len() as u64,
        modified: Observed::not_collected(COPY),
        fingerprint: print(bytes, place.clone()),
        efs: Observed::not_collected(COPY),
        different_bytes: Some(KeyFile::count_different(bytes)),
    };
    Observed::known(file, place)
}

/// Facts of which none is known, each for this reason.
pub(super) fn unknown(why: &str) -> NodeFacts {
    crate::intake::snapshot::no_facts(&Observed::<()>::not_collected(why))
}

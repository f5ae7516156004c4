//! An application folder that somebody copied. It shows what is in it; that a key file, a log or IIS is not there it never
//! shows, because nobody knows what was left out.

use super::kept::{self, KEPT, Kept};
use super::{CopiedFolder, LooseConfig, ReadSet, Reader, configs, logs, names};
use crate::bundle::Leaf;
use crate::intake::members::MAX_INVENTORY;
use crate::intake::read::Tools;
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
    if let Some(leaf) = find(KEPT) {
        return kept(reader, folder, leaf, files, read);
    }
    let own = key_of(files, reader.tools);
    // Without a key of its own, its values compare within this run.
    read.facts.key_id = own.as_ref().map(|own| format!("{}:{}", own.scheme(), own.key_id()));
    let printer = own.as_ref().unwrap_or(reader.printer);
    let reader = &Reader { tools: reader.tools, redactor: reader.redactor, printer };

    let mut facts = unknown(COPY);
    let key_file = find(ENCRYPTION_CONFIG).and_then(|leaf| leaf.bytes(KEY_FILE_MAX as u64).ok());
    let own = Fingerprinter::new(reader.tools.loose.case_key.as_ref(), key_file.as_deref());
    facts.encryption_config =
        key_fact(key_file.as_deref(), |bytes, place| own.encryption_config(bytes, place), ENCRYPTION_CONFIG);
    let database = find(DATABASE_CONFIG).and_then(|leaf| leaf.bytes(1 << 20).ok());
    let print = |bytes: &[u8], place| own.fingerprint(Label::File, bytes, place);
    facts.database_config = key_fact(database.as_deref(), print, DATABASE_CONFIG);
    facts.binaries = binaries(files);
    for (file, config) in texts(reader, folder, files, read) {
        facts.configs.insert(file.clone(), config.state.clone());
        read.facts.configs.insert(file, config);
    }
    if !read.facts.logs.is_empty() {
        facts.log_folder = Observed::known(true, Location::file("log"));
    }
    if files.len() > MAX_INVENTORY {
        read.problem(ProblemKind::Malformed, format!("{folder} has more than {MAX_INVENTORY} files."));
    }
    read.facts.folder =
        Some(CopiedFolder { place: folder.to_owned(), facts: Box::new(facts), inventory: inventory(files) });
}

/// Reads the folder as a case folder keeps it.
fn kept(reader: &Reader<'_>, folder: &str, leaf: &Leaf, files: &[Leaf], read: &mut ReadSet) {
    let bytes = leaf.bytes(kept::MOST).map_err(|error| error.to_string());
    match bytes.map(|bytes| Kept::read(&bytes)) {
        Ok(Some(Ok(facts))) => {
            facts.restore("", folder, read);
            let states =
                read.facts.folder.as_ref().map(|folder| Kept::states(&folder.facts)).unwrap_or_default();
            for (file, state) in states {
                let place = format!("{folder}/{file}");
                let settings = Observed::not_collected("it is no configuration that can be read");
                read.facts.configs.insert(file, LooseConfig { place, state, settings });
            }
            let texts = texts(reader, folder, files, read);
            read.facts.configs.extend(texts);
        }
        Ok(Some(Err(why))) | Err(why) => read.refuse(ProblemKind::Malformed, why),
        Ok(None) => read.refuse(ProblemKind::Malformed, "has no facts of a copied folder"),
    }
}

/// The key that the folder has, or the case.
pub(in crate::intake) fn key_of(files: &[Leaf], tools: Tools<'_>) -> Option<Fingerprinter> {
    let key_file = files.iter().find(|file| file.place().eq_ignore_ascii_case(ENCRYPTION_CONFIG));
    let key_file = key_file.and_then(|leaf| leaf.bytes(KEY_FILE_MAX as u64).ok());
    let own = Fingerprinter::new(tools.loose.case_key.as_ref(), key_file.as_deref());
    own.why_unkeyed().is_none().then_some(own)
}

/// Its configurations, by their names in lower case; its logs are added.
fn texts(
    reader: &Reader<'_>,
    folder: &str,
    files: &[Leaf],
    read: &mut ReadSet,
) -> BTreeMap<String, LooseConfig> {
    let mut configs = BTreeMap::new();
    for leaf in files {
        let lower = leaf.place().to_lowercase();
        let is_config =
            !lower.contains('/') && names::of_config(&lower).is_some_and(|(file, _)| file == lower);
        if is_config || (!lower.contains('/') && lower.starts_with("web-") && lower.ends_with(".config")) {
            configs.insert(lower.clone(), one(reader, folder, leaf, &lower));
        }
    }
    let wanted: Vec<Leaf> = files.iter().filter(|leaf| is_log(leaf)).cloned().collect();
    let digests = logs::scan(reader, &wanted, |leaf| format!("{folder}/{}", leaf.place()));
    logs::add(digests, read);
    configs
}

/// Whether a file of the folder is a log: what is in its folder `log` and has the name of one.
pub(super) fn is_log(leaf: &Leaf) -> bool {
    let mut parts = leaf.place().rsplit('/');
    let name = parts.next().unwrap_or_default();
    let in_log = parts.next().is_some_and(|part| part.eq_ignore_ascii_case("log")) && parts.next().is_none();
    in_log && (names::of_log(name).is_some() || name.to_lowercase().contains(".log"))
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

/// Whether a name in lower case is that of a DLL.
pub(super) fn is_dll_name(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end == "dll")
}

/// Versions of the DLLs in `bin`.
fn binaries(files: &[Leaf]) -> Observed<BTreeMap<String, Observed<Binary>>> {
    let is_dll = |leaf: &&Leaf| {
        let lower = leaf.place().to_lowercase();
        lower.strip_prefix("bin/").is_some_and(|name| !name.contains('/') && is_dll_name(name))
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

//! `encryption.config` and `database.config`: what may be known of them without their content (domain 1.4).

use super::COPIED;
use super::host::Host;
use super::plan::{DATABASE_CONFIG, ENCRYPTION_CONFIG};
use super::walk::{Found, reason};
use crate::bundle::Sha256;
use crate::model::facts::{Fingerprint, KeyFile};
use crate::model::{Observed, Place};
use crate::redact::fingerprint::{CaseKey, Fingerprinter, Label};
use std::fs::File;
use std::io::Read;

/// Largest key file that is read, in bytes; by our arithmetic real ones stay below 3 kB (domain 1.4).
const MAX_BYTES: u64 = 1 << 20;

/// The facts of the two files, and what recognises copies of them.
pub(super) struct KeyFiles {
    /// `encryption.config`.
    pub(super) encryption: Observed<KeyFile>,
    /// `database.config`.
    pub(super) database: Observed<KeyFile>,
    /// Contents with their digests. Both are as good as a key: they never leave this process.
    contents: Vec<(Vec<u8>, Sha256)>,
}

impl KeyFiles {
    /// The contents that could be read.
    pub(super) fn contents(&self) -> Vec<&[u8]> {
        self.contents.iter().map(|(content, _)| content.as_slice()).collect()
    }

    /// Whether a file of this size can be a copy.
    pub(super) fn has_size(&self, size: u64) -> bool {
        self.contents.iter().any(|(content, _)| content.len() as u64 == size)
    }

    /// Whether content of this digest is that of a key file.
    pub(super) fn is_copy(&self, digest: &Sha256) -> bool {
        self.contents.iter().any(|(_, known)| known == digest)
    }
}

/// Reads both files and makes the fingerprinter that their node allows.
///
/// With `copied`, both files absent together says nothing: they may have been left out of the copy on purpose.
pub(super) fn read(
    files: &[Found],
    case_key: Option<&CaseKey>,
    copied: bool,
    host: &dyn Host,
) -> (KeyFiles, Fingerprinter) {
    let open = |name: &'static str| {
        let file = files.iter().find(|file| file.path.eq_ignore_ascii_case(name));
        Source { name, file, content: file.map(content) }
    };
    let (encryption, database) = (open(ENCRYPTION_CONFIG), open(DATABASE_CONFIG));
    let key = encryption.content.as_ref().and_then(|content| content.as_ref().ok());
    let printer = Fingerprinter::new(case_key, key.map(Vec::as_slice));

    let mut keys = KeyFiles {
        encryption: encryption.facts(host, copied, |bytes, place| printer.encryption_config(bytes, place)),
        database: database.facts(host, copied, |bytes, place| printer.fingerprint(Label::File, bytes, place)),
        contents: Vec::new(),
    };
    if copied && keys.encryption.is_absent() && keys.database.is_absent() {
        let why = "both key files are absent and the folder was copied from elsewhere";
        (keys.encryption, keys.database) = (Observed::not_collected(why), Observed::not_collected(why));
    }
    // Every empty file is a copy of an empty one.
    let contents = [encryption, database].into_iter().filter_map(|source| source.content?.ok());
    let contents = contents.filter(|content| !content.is_empty());
    keys.contents = contents
        .map(|content| {
            let digest = Sha256::of(&content);
            (content, digest)
        })
        .collect();
    (keys, printer)
}

/// One of the two files.
struct Source<'a> {
    name: &'static str,
    file: Option<&'a Found>,
    content: Option<Result<Vec<u8>, String>>,
}

impl Source<'_> {
    fn facts(
        &self,
        host: &dyn Host,
        copied: bool,
        fingerprint: impl FnOnce(&[u8], Place) -> Observed<Fingerprint>,
    ) -> Observed<KeyFile> {
        let place = Place::file(self.name);
        let (Some(file), Some(content)) = (self.file, &self.content) else { return Observed::absent(place) };
        let metadata = match &file.metadata {
            Ok(metadata) => metadata,
            Err(why) => return Observed::unreadable(place, why.clone()),
        };
        let key_file = KeyFile {
            size: file.size,
            modified: match file.modified {
                _ if copied => Observed::not_collected(COPIED),
                Some(time) => Observed::known(time, place.clone()),
                None => Observed::unreadable(place.clone(), "the file system gives no time"),
            },
            fingerprint: match content {
                Ok(bytes) => fingerprint(bytes, place.clone()),
                Err(why) => Observed::unreadable(place.clone(), why.clone()),
            },
            // A copy on another file system has lost the attribute.
            efs: if copied { Observed::not_collected(COPIED) } else { host.efs(&file.path, metadata) },
        };
        Observed::known(key_file, place)
    }
}

fn content(file: &Found) -> Result<Vec<u8>, String> {
    file.metadata.as_ref().map_err(Clone::clone)?;
    let mut bytes = Vec::new();
    File::open(&file.full)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| reason(&error))?;
    if bytes.len() as u64 > MAX_BYTES { Err("larger than a key file can be".to_owned()) } else { Ok(bytes) }
}

//! Facts of `encryption.config` and `database.config` that do not need their content to leave the node: size, time,
//! fingerprint.

use super::host::Host;
use super::inventory_table::Item;
use super::options::Options;
use super::walk::{ListedFile, read_most, reason};
use crate::bundle::Sha256;
use crate::model::facts::{Fingerprint, KeyFile};
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG};
use crate::model::{Location, Observed};
use crate::redact::fingerprint::{CaseKey, Fingerprinter, Label};

/// Largest key file that is read, in bytes; real ones have less than 3 kB.
pub(super) const MAX_BYTES: u64 = 1 << 20;

/// Why a file with [`KeyFiles::may_be_unseen`] may be a copy.
pub(super) const UNSEEN: &str = "a file has the size of a key file that could not be read";

/// Sizes of the key files: a file of the same size may be a copy.
pub(super) fn sizes(files: &[ListedFile]) -> Vec<u64> {
    let keys = files.iter().filter(|file| file.item == Item::KeyFile && file.size > 0);
    keys.map(|file| file.size).collect()
}

/// The facts of the two files, and what is needed to recognise copies of them.
pub(super) struct KeyFiles {
    /// `encryption.config`.
    pub(super) encryption: Observed<KeyFile>,
    /// `database.config`.
    pub(super) database: Observed<KeyFile>,
    /// Contents with their digests. Both are as secret as a key: they never leave this process.
    contents: Vec<(Sha256, Vec<u8>)>,
    /// Sizes of those that could not be read.
    unread: Vec<u64>,
}

impl KeyFiles {
    /// The contents that could be read.
    pub(super) fn contents(&self) -> Vec<&[u8]> {
        self.contents.iter().map(|(_, content)| content.as_slice()).collect()
    }

    /// Whether a file of this size can be a copy.
    pub(super) fn has_size(&self, size: u64) -> bool {
        self.may_be_unseen(size) || self.contents.iter().any(|(_, content)| content.len() as u64 == size)
    }

    /// Whether a file of this size can be a copy of a key file that could not be read.
    pub(super) fn may_be_unseen(&self, size: u64) -> bool {
        self.unread.contains(&size)
    }

    /// Whether content with this digest is that of a key file.
    pub(super) fn is_copy(&self, digest: &Sha256) -> bool {
        self.contents.iter().any(|(known, _)| known == digest)
    }
}

/// Reads both files and creates the fingerprinter of their node.
///
/// In a copied folder the absence of both files proves nothing: they may have been left out on purpose.
pub(super) fn read(
    options: &Options,
    case_key: Option<&CaseKey>,
    files: &[ListedFile],
    host: &dyn Host,
) -> (KeyFiles, Fingerprinter) {
    let open = |name: &'static str| {
        let file = files.iter().find(|file| file.path.eq_ignore_ascii_case(name));
        KeySource { name, file, content: file.map(content) }
    };
    let (encryption, database) = (open(ENCRYPTION_CONFIG), open(DATABASE_CONFIG));
    let key = encryption.content.as_ref().and_then(|content| content.as_ref().ok());
    let printer = Fingerprinter::new(case_key, key.map(Vec::as_slice));

    let mut keys = KeyFiles {
        encryption: encryption.facts(options, host, |bytes, place| printer.encryption_config(bytes, place)),
        database: database
            .facts(options, host, |bytes, place| printer.fingerprint(Label::File, bytes, place)),
        contents: Vec::new(),
        unread: [&encryption, &database].into_iter().filter_map(KeySource::unread).collect(),
    };
    if options.copied() && keys.encryption.is_absent() && keys.database.is_absent() {
        let why = "both key files are absent and the folder was copied from elsewhere";
        (keys.encryption, keys.database) = (Observed::not_collected(why), Observed::not_collected(why));
    }
    // Every empty file is a copy of an empty one.
    let contents = [encryption, database].into_iter().filter_map(|source| source.content?.ok());
    let contents = contents.filter(|content| !content.is_empty());
    keys.contents = contents.map(|content| (Sha256::of(&content), content)).collect();
    (keys, printer)
}

/// One of the two files.
struct KeySource<'a> {
    name: &'static str,
    file: Option<&'a ListedFile>,
    content: Option<Result<Vec<u8>, String>>,
}

impl KeySource<'_> {
    /// The size of an existing file that could not be read. Every empty file is a copy of an empty one.
    fn unread(&self) -> Option<u64> {
        let file = self.file.filter(|file| file.metadata.is_ok() && file.size > 0)?;
        matches!(self.content, Some(Err(_))).then_some(file.size)
    }

    fn facts(
        &self,
        options: &Options,
        host: &dyn Host,
        fingerprint: impl FnOnce(&[u8], Location) -> Observed<Fingerprint>,
    ) -> Observed<KeyFile> {
        let place = Location::file(self.name);
        let (Some(file), Some(content)) = (self.file, &self.content) else { return Observed::absent(place) };
        let metadata = match &file.metadata {
            Ok(metadata) => metadata,
            Err(why) => return Observed::unreadable(place, why.clone()),
        };
        let key_file = KeyFile {
            size: file.size,
            modified: options.machine_fact(|| match file.modified {
                Some(time) => Observed::known(time, place.clone()),
                None => Observed::unreadable(place.clone(), "the file system gives no time"),
            }),
            fingerprint: match content {
                Ok(bytes) => fingerprint(bytes, place.clone()),
                Err(why) => Observed::unreadable(place.clone(), why.clone()),
            },
            // A copy on another file system loses the attribute.
            efs: options.machine_fact(|| host.efs(&file.path, metadata)),
            different_bytes: content.as_ref().ok().map(|bytes| KeyFile::count_different(bytes)),
        };
        Observed::known(key_file, place)
    }
}

fn content(file: &ListedFile) -> Result<Vec<u8>, String> {
    file.metadata.as_ref().map_err(Clone::clone)?;
    let bytes = read_most(&file.full, MAX_BYTES).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > MAX_BYTES { Err("larger than a key file can be".to_owned()) } else { Ok(bytes) }
}

//! Configuration files: their secrets are collected before anything else is read, then they are written redacted.

use super::error::{CollectError, PANICKED, guarded};
use super::folder_facts::tms_folder;
use super::host::Host;
use super::inventory_table::{Item, is_config};
use super::walk::{ListedFile, files_of, read_most, reason};
use crate::bundle::{BundleWriter, MemberRecord, Status};
use crate::model::excerpt::Sanitize as _;
use crate::model::facts::ConfigState;
use crate::model::product::LOG_FOLDER;
use crate::model::{Location, Observed};
use crate::redact::config::{self, ConfigError};
use crate::redact::{Fingerprinter, Redactor};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

/// Folder of the members.
pub(super) const FOLDER: &str = "config";

/// Configuration files that every installation has: their absence is a fact.
const EXPECTED: &[&str] =
    &["web.config", "web-appsettings.config", "web-auth.config", "web-cookie.config", "web-log4net.config"];

/// Maximum number of bytes that are read of a configuration that is not collected.
const MOST_UNTAKEN: u64 = 1 << 20;

/// The configuration files of a folder, read once.
pub(super) struct Configs<'a> {
    files: Vec<(&'a ListedFile, io::Result<Vec<u8>>)>,
}

impl<'a> Configs<'a> {
    /// Reads those of the application folder, listed in `files`, and of the TMS folder, listed in `tms`, and passes the
    /// content of each to `learn`. Those of the application folder that are collected are kept.
    pub(super) fn read(files: &'a [ListedFile], tms: &[ListedFile], learn: &mut dyn FnMut(&[u8])) -> Self {
        let mut configs = Vec::new();
        let mut named = BTreeSet::new();
        for file in files.iter().filter(|file| is_config(&file.path)) {
            let taken = file.item == Item::Config;
            let bytes = read(file, if taken { config::MAX_BYTES as u64 } else { MOST_UNTAKEN });
            if let Ok(bytes) = &bytes {
                learn(bytes);
                parts(&file.path, bytes, &mut named);
            }
            if taken {
                configs.push((file, bytes));
            }
        }
        let is_part = |file: &&ListedFile| !named.is_empty() && named.contains(&file.path.to_lowercase());
        let others = files.iter().filter(|file| file.item == Item::Other && !is_config(&file.path));
        for file in others.filter(is_part).chain(tms) {
            if let Ok(bytes) = read(file, MOST_UNTAKEN) {
                learn(&bytes);
            }
        }
        Self { files: configs }
    }

    /// The text of one of them; absent where the folder has no such file.
    pub(super) fn text(&self, name: &str) -> Observed<String> {
        let place = Location::file(name);
        match self.files.iter().find(|(file, _)| file.path.eq_ignore_ascii_case(name)) {
            None => Observed::absent(place),
            Some((_, Err(error))) => Observed::unreadable(place, reason(error)),
            Some((_, Ok(bytes))) => Observed::read(config::decode(bytes), place).map(Cow::into_owned),
        }
    }

    /// Writes them redacted. Two spellings of one name cannot exist on Windows; on other systems the facts keep the
    /// last one.
    pub(super) fn write(
        self,
        bundle: &mut BundleWriter,
        redactor: &Redactor,
        printer: &Fingerprinter,
    ) -> Result<BTreeMap<String, Observed<ConfigState>>, CollectError> {
        let mut states = BTreeMap::new();
        for name in EXPECTED {
            if !self.files.iter().any(|(file, _)| file.path.eq_ignore_ascii_case(name)) {
                states.insert((*name).to_owned(), Observed::absent(Location::file(*name)));
                let member = bundle.name_for(FOLDER, name);
                bundle.note(MemberRecord::not_taken(member, *name, Status::Missing))?;
            }
        }
        for (file, bytes) in self.files {
            // Names of files are text of the node, too.
            let shown = redactor.sanitize(&file.path);
            let place = Location::file(&shown);
            let member = bundle.name_for(FOLDER, &shown);
            let unread =
                |why: String| (Status::Denied { why: why.clone() }, Observed::unreadable(place.clone(), why));
            let redacted = bytes.map(|bytes| guarded(|| config::redact(&bytes, redactor, printer)));
            let (member_status, fact) = match redacted {
                Ok(Some(Ok(redacted))) => {
                    let record =
                        bundle.add(file.member(member.clone(), &shown), &mut redacted.text.as_bytes())?;
                    record.redactions = redacted.counts.by_kind();
                    let taken = ConfigState::Taken { member: member.to_string() };
                    states.insert(shown.to_lowercase(), Observed::known(taken, place));
                    continue;
                }
                Ok(Some(Err(error))) => (Status::Skipped { why: error.to_string() }, refused(error, place)),
                Ok(None) => unread(PANICKED.to_owned()),
                Err(error) => unread(reason(&error)),
            };
            bundle.note(file.not_taken(member, &shown, member_status))?;
            states.insert(shown.to_lowercase(), fact);
        }
        Ok(states)
    }
}

/// The fact of a configuration that is not collected as text.
fn refused(error: ConfigError, place: Location) -> Observed<ConfigState> {
    match error {
        ConfigError::NotWellFormed { line, column, error } => {
            Observed::known(ConfigState::NotWellFormed { line, column, error: error.to_owned() }, place)
        }
        error => Observed::unreadable(place, error.to_string()),
    }
}

fn read(file: &ListedFile, most: u64) -> io::Result<Vec<u8>> {
    file.metadata.as_ref().map_err(|why| io::Error::other(why.clone()))?;
    read_most(&file.full, most)
}

/// The configurations of the TMS folder beside the application.
pub(super) fn tms_configs(app_dir: &Path, host: &dyn Host) -> Vec<ListedFile> {
    let mut files = files_of(&tms_folder(app_dir), host);
    files.retain(|file| is_config(&file.path));
    files
}

/// Adds the files that a configuration at `path` includes, as paths in lower case. Other files of the log folder are
/// never read.
fn parts(path: &str, bytes: &[u8], out: &mut BTreeSet<String>) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let Ok(text) = config::decode(bytes) else { return };
    let Ok(document) = config::parse(&text) else { return };
    for attribute in document.descendants().flat_map(|node| node.attributes()) {
        if matches!(attribute.name(), "configSource" | "file") {
            let named = attribute.value().trim().replace('\\', "/").to_lowercase();
            let named = named.strip_prefix("./").unwrap_or(&named);
            if !named.starts_with(&format!("{LOG_FOLDER}/")) {
                out.insert(format!("{folder}/{named}").trim_start_matches('/').to_lowercase());
            }
        }
    }
}

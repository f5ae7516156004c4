//! Configuration files: their secrets are collected before anything else is read, then they are written redacted.

use super::error::{CollectError, PANICKED, guarded};
use super::folder_facts::tms_folder;
use super::host::Host;
use super::inventory_table::{Item, is_config};
use super::network::{is_network, within};
use super::options::Options;
use super::walk::{ListedFile, files_of, read_most, reason};
use crate::bundle::{BundleWriter, MemberRecord, Status};
use crate::model::excerpt::Sanitize as _;
use crate::model::facts::ConfigState;
use crate::model::product::LOG_FOLDER;
use crate::model::{Location, Observed};
use crate::redact::config::{self, ConfigError};
use crate::redact::{Fingerprinter, Redactor};
use crate::text::encoding;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

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
    /// Reads those of the application folder, listed in `files`, of the TMS folder, listed in `tms`, and what they name,
    /// and passes the content of each to `learn`. Those of the application folder that are collected are kept.
    pub(super) fn read(
        options: &Options,
        files: &'a [ListedFile],
        tms: &[ListedFile],
        learn: &mut dyn FnMut(&[u8]),
    ) -> Self {
        let mut configs = Vec::new();
        let mut named = NamedFiles::new(options);
        let mut learn_file = |file: &ListedFile, most| {
            let bytes = read(file, most);
            if let Ok(bytes) = &bytes {
                learn(bytes);
                named.add(&file.full, bytes);
            }
            bytes
        };
        for file in files.iter().filter(|file| is_config(&file.path)) {
            if file.item == Item::Config {
                configs.push((file, learn_file(file, config::MAX_BYTES as u64)));
            } else {
                let _ = learn_file(file, MOST_UNTAKEN);
            }
        }
        for file in tms {
            let _ = learn_file(file, MOST_UNTAKEN);
        }
        named.follow(learn);
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

/// Files that a configuration of the folder, or of TMS, names and that are in neither, in order of path.
pub(super) fn named_outside(options: &Options, files: &[ListedFile], tms: &[ListedFile]) -> Vec<PathBuf> {
    let mut named = NamedFiles::new(options);
    for file in files.iter().filter(|file| is_config(&file.path)).chain(tms) {
        if let Ok(bytes) = read(file, MOST_UNTAKEN) {
            named.add(&file.full, &bytes);
        }
    }
    named.follow(&mut |_| ());
    let app = real(&options.app_dir);
    named.seen.into_iter().filter(|path| !path.starts_with(&app)).collect()
}

/// Files that configurations name, and those that these name.
struct NamedFiles<'o> {
    options: &'o Options,
    /// To be read.
    next: Vec<PathBuf>,
    /// Read, or to be read.
    seen: BTreeSet<PathBuf>,
}

impl<'o> NamedFiles<'o> {
    /// Most files that are followed.
    const MOST: usize = 200;

    const fn new(options: &'o Options) -> Self {
        Self { options, next: Vec::new(), seen: BTreeSet::new() }
    }

    /// Adds the files that the configuration at `path` names: those of `configSource` and `file`, and what is called like
    /// a configuration. Key files, and other files of the log folder, are never read.
    fn add(&mut self, path: &Path, bytes: &[u8]) {
        let Some(folder) = path.parent().filter(|_| encoding::is_text(bytes)) else { return };
        let Ok(text) = config::decode(bytes) else { return };
        for (is_include, name) in config::named_files(&text) {
            let path = if cfg!(windows) { name } else { name.replace('\\', "/") };
            let lower = path.replace('\\', "/").to_lowercase();
            let file = lower.rsplit('/').next().unwrap_or(&lower);
            let is_log = lower.starts_with(&format!("{LOG_FOLDER}/")) || file.contains(".log");
            let is_read = !is_log
                && (is_config(file) || (is_include && matches!(Item::of(file), Item::Config | Item::Other)));
            if !is_read {
                continue;
            }
            let path = folder.join(path);
            if self.seen.len() >= Self::MOST || (is_network(&path) && !self.options.network_paths) {
                continue;
            }
            let is_file = within(&path, |path| Ok(path.is_file().then(|| real(path))));
            if let Ok(Some(real)) = is_file
                && self.seen.insert(real.clone())
            {
                self.next.push(real);
            }
        }
    }

    /// Reads them all.
    fn follow(&mut self, learn: &mut dyn FnMut(&[u8])) {
        while let Some(path) = self.next.pop() {
            if let Ok(bytes) = within(&path, |path| read_most(path, MOST_UNTAKEN)) {
                learn(&bytes);
                self.add(&path, &bytes);
            }
        }
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

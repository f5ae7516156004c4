//! Configuration files: their values are harvested before anything else is read, then they are taken redacted.

use super::plan::Item;
use super::walk::{Found, read_most, reason};
use super::{CollectError, PANICKED, guarded};
use crate::bundle::{BundleWriter, MemberRecord, NewMember, Status};
use crate::model::excerpt::Clean as _;
use crate::model::facts::ConfigState;
use crate::model::{Observed, Place};
use crate::redact::config::{self, ConfigError};
use crate::redact::{Fingerprinter, Harvest, Redactor};
use std::collections::BTreeMap;
use std::io;

/// Folder of the members.
pub(super) const FOLDER: &str = "config";

/// Configuration files that every installation has (domain 1.2): their absence is a fact.
const EXPECTED: &[&str] =
    &["web.config", "web-appsettings.config", "web-auth.config", "web-cookie.config", "web-log4net.config"];

/// Files of which nothing is taken but whose values must not show up anywhere else.
const HARVEST_ONLY: &[&str] = &["saml.config"];

/// The configuration files of a folder, read once.
pub(super) struct Configs<'a> {
    files: Vec<(&'a Found, io::Result<Vec<u8>>)>,
}

impl<'a> Configs<'a> {
    /// Reads them and adds their values to `harvest`.
    pub(super) fn read(files: &'a [Found], harvest: &mut Harvest) -> Self {
        let wanted = |file: &&Found| {
            file.item == Item::Config || HARVEST_ONLY.iter().any(|name| file.path.eq_ignore_ascii_case(name))
        };
        let mut configs = Vec::new();
        for file in files.iter().filter(wanted) {
            let bytes = read(file);
            if let Ok(bytes) = &bytes {
                harvest.add_config(bytes);
            }
            if file.item == Item::Config {
                configs.push((file, bytes));
            }
        }
        Self { files: configs }
    }

    /// The content of each that could be read, of any encoding.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.files.iter().filter_map(|(_, bytes)| bytes.as_deref().ok())
    }

    /// The text of one of them, for whoever takes facts from it; absent where the folder has no such file.
    pub(super) fn text(&self, name: &str) -> Observed<String> {
        let place = Place::file(name);
        match self.files.iter().find(|(file, _)| file.path.eq_ignore_ascii_case(name)) {
            None => Observed::absent(place),
            Some((_, Err(error))) => Observed::unreadable(place, reason(error)),
            Some((_, Ok(bytes))) => match config::decode(bytes) {
                Ok(text) => Observed::known(text.into_owned(), place),
                Err(error) => Observed::unreadable(place, error.to_string()),
            },
        }
    }

    /// Writes them redacted. Equal content under two spellings of one name cannot happen on Windows; elsewhere the
    /// last one stands in the facts.
    pub(super) fn write(
        self,
        bundle: &mut BundleWriter,
        redactor: &Redactor,
        printer: &Fingerprinter,
    ) -> Result<BTreeMap<String, Observed<ConfigState>>, CollectError> {
        let mut states = BTreeMap::new();
        for name in EXPECTED {
            if !self.files.iter().any(|(file, _)| file.path.eq_ignore_ascii_case(name)) {
                states.insert((*name).to_owned(), Observed::absent(Place::file(*name)));
                let member = bundle.name_for(FOLDER, name);
                bundle.note(MemberRecord::not_taken(member, *name, Status::Missing))?;
            }
        }
        for (file, bytes) in self.files {
            // Names of files are text of the node, too.
            let shown = redactor.clean(&file.path);
            let place = Place::file(&shown);
            let redacted = match &bytes {
                Ok(bytes) => guarded(|| config::redact(bytes, redactor, printer)).map_or_else(
                    || Err(Refused::Unread(PANICKED.to_owned())),
                    |r| r.map_err(Refused::Config),
                ),
                Err(error) => Err(Refused::Unread(reason(error))),
            };
            let member = bundle.name_for(FOLDER, &shown);
            let state = match redacted {
                Ok(redacted) => {
                    let new = NewMember {
                        name: member.clone(),
                        origin: shown.clone(),
                        size: file.size,
                        modified: file.modified,
                    };
                    let record = bundle.add(new, &mut redacted.text.as_bytes())?;
                    record.redactions = redacted.counts.by_kind();
                    Observed::known(ConfigState::Taken { member: member.to_string() }, place)
                }
                Err(refused) => {
                    let mut record = MemberRecord::not_taken(member, &shown, refused.status());
                    record.modified = file.modified;
                    bundle.note(record)?;
                    refused.state(place)
                }
            };
            states.insert(shown.to_lowercase(), state);
        }
        Ok(states)
    }
}

/// Why a configuration is not taken as text.
enum Refused {
    Unread(String),
    Config(ConfigError),
}

impl Refused {
    fn status(&self) -> Status {
        match self {
            Self::Unread(why) => Status::Denied { why: why.clone() },
            Self::Config(error) => Status::Skipped { why: error.to_string() },
        }
    }

    fn state(self, place: Place) -> Observed<ConfigState> {
        match self {
            Self::Unread(why) => Observed::unreadable(place, why),
            Self::Config(ConfigError::NotWellFormed { line, column, error }) => {
                let error = error.to_owned();
                Observed::known(ConfigState::NotWellFormed { line, column, error }, place)
            }
            Self::Config(error) => Observed::unreadable(place, error.to_string()),
        }
    }
}

fn read(file: &Found) -> io::Result<Vec<u8>> {
    file.metadata.as_ref().map_err(|why| io::Error::other(why.clone()))?;
    read_most(&file.full, config::MAX_BYTES as u64)
}

//! What a case folder keeps of loose files whose text it does not keep: the facts that were read from them.

use super::{CopiedFolder, LooseConfig, ReadSet};
use crate::model::facts::{ConfigState, InventoryEntry, NodeFacts};
use crate::model::iis::IisFacts;
use crate::model::{Location, Observed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the file in a copied folder; every other such file has the name of what it was read from.
pub(in crate::intake) const KEPT: &str = "clusterbrief-kept.json";
/// Most bytes of one.
pub(super) const MOST: u64 = 64 << 20;
/// How it begins.
const START: &str = "{\"clusterbrief-kept\":";

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    #[serde(rename = "clusterbrief-kept")]
    version: u32,
    facts: Kept,
}

/// What was read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::intake) enum Kept {
    /// Of `applicationHost.config`.
    Iis(IisFacts),
    /// Of a configuration that is not well-formed.
    Config(ConfigState),
    /// Of a copied folder.
    Copied {
        /// Facts without the settings and the logs, which are kept as texts.
        facts: Box<NodeFacts>,
        /// Its files.
        inventory: Vec<InventoryEntry>,
        /// Scheme and id of the key of its fingerprints.
        key_id: Option<String>,
    },
}

impl Kept {
    /// Whether a text is such a file.
    pub(super) fn is(start: &str) -> bool {
        start.starts_with(START)
    }

    /// The bytes of the file.
    pub(in crate::intake) fn into_bytes(self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&File { version: 1, facts: self })
    }

    /// Reads one; `None` if it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Result<Self, String>> {
        bytes.starts_with(START.as_bytes()).then(|| {
            let read: Result<File, _> = serde_json::from_slice(bytes);
            match read {
                Ok(File { version: 1, facts }) => Ok(facts),
                Ok(File { version, .. }) => {
                    Err(format!("was written by a newer version ({version}) of this program"))
                }
                Err(error) => Err(format!("is damaged: {error}")),
            }
        })
    }

    /// Puts the facts to those of a set, whose name in the product is `file` and whose place is `place`.
    pub(super) fn restore(self, file: &str, place: &str, read: &mut ReadSet) {
        match self {
            Self::Iis(facts) => {
                read.facts.iis = Some((place.to_owned(), Observed::known(facts, Location::file(file))));
            }
            Self::Config(state) => {
                let line = match &state {
                    ConfigState::NotWellFormed { line, .. } => Location::line(file, *line),
                    ConfigState::Taken { .. } => Location::file(file),
                };
                let state = Observed::known(state, line);
                let settings = Observed::not_collected("it is no configuration that can be read");
                read.facts
                    .configs
                    .insert(file.to_owned(), LooseConfig { place: place.to_owned(), state, settings });
            }
            Self::Copied { facts, inventory, key_id } => {
                read.facts.key_id = key_id;
                read.facts.folder = Some(CopiedFolder { place: place.to_owned(), facts, inventory });
            }
        }
    }

    /// The states of configurations of a copied folder that are kept nowhere else.
    pub(super) fn states(facts: &NodeFacts) -> BTreeMap<String, Observed<ConfigState>> {
        let is_text =
            |state: &Observed<ConfigState>| matches!(state.value(), Some(ConfigState::Taken { .. }));
        facts
            .configs
            .iter()
            .filter(|(_, state)| !is_text(state))
            .map(|(file, state)| (file.clone(), state.clone()))
            .collect()
    }
}

//! Configurations that are in no bundle: redacted as the collector does it, before anything of them is kept.

use super::kept::Kept;
use super::{LooseConfig, LooseFacts, LooseSet, ReadSet, Reader, What};
use crate::bundle::Leaf;
use crate::intake::members::MAX_SETTINGS;
use crate::model::facts::ConfigState;
use crate::model::iis::IisFacts;
use crate::model::input::ProblemKind;
use crate::model::node::Setting;
use crate::model::{Location, Observed};
use crate::parsers::application_host::{self, WantedApplication};
use crate::parsers::xml_config;
use crate::redact::config::{self, ConfigError};
use crate::redact::{MARKER, SecretSet, is_marker};
use std::collections::BTreeMap;

/// Most bytes of a configuration that values are learned from.
const MOST: u64 = config::MAX_BYTES as u64;
/// Most bytes of a file of a copied folder that values are learned from.
const MOST_OTHER: u64 = 1 << 20;

/// The ends of the names of files of a copied folder that may name a secret.
const LEARNED: [&str; 10] =
    [".config", ".ini", ".json", ".properties", ".ps1", ".bat", ".cmd", ".env", ".cnf", ".conf"];

/// Learns what the configurations of a set hold as secrets.
pub(super) fn learn(set: &LooseSet, secrets: &mut SecretSet) {
    for leaf in &set.files {
        let lower = leaf.place().to_lowercase();
        let most = match &set.what {
            What::Config(_) | What::Iis | What::Other(_) => MOST,
            What::Copied if lower.ends_with(".config") => MOST,
            What::Copied if LEARNED.iter().any(|end| lower.contains(end)) => MOST_OTHER,
            What::Copied | What::Logs => continue,
        };
        if leaf.size() <= most
            && let Ok(bytes) = leaf.bytes(most)
        {
            secrets.add_config(&bytes);
        }
    }
}

/// Reads one configuration.
pub(super) fn read(reader: &Reader<'_>, file: &str, files: &[Leaf], read: &mut ReadSet) {
    let Some(leaf) = files.first() else { return };
    match leaf.bytes(MOST) {
        Err(error) => read.refuse(ProblemKind::Malformed, error),
        Ok(bytes) if bytes.is_empty() => read.refuse(ProblemKind::Malformed, "is empty"),
        Ok(bytes) if Kept::read(&bytes).is_some() => kept(file, leaf, &bytes, read),
        Ok(bytes) => {
            let config = redacted(reader, file, leaf.place(), &bytes);
            if let Some(why) = config.state.why_unknown() {
                read.problem(ProblemKind::Malformed, format!("{why}."));
            }
            read.facts.configs.insert(file.to_owned(), config);
        }
    }
}

/// What a case folder keeps of a configuration whose text it does not keep.
pub(super) fn kept(file: &str, leaf: &Leaf, bytes: &[u8], read: &mut ReadSet) {
    match Kept::read(bytes) {
        Some(Ok(facts)) => facts.restore(file, leaf.place(), read),
        Some(Err(why)) => read.refuse(ProblemKind::Malformed, why),
        None => {}
    }
}

/// The settings of a configuration without its secrets.
pub(super) fn redacted(reader: &Reader<'_>, file: &str, place: &str, bytes: &[u8]) -> LooseConfig {
    let failed = |error: ConfigError| {
        let state = match error {
            ConfigError::NotWellFormed { line, column, error } => {
                let state = ConfigState::NotWellFormed { line, column, error: error.to_owned() };
                Observed::known(state, Location::line(file, line))
            }
            error => Observed::unreadable(Location::file(place), error.to_string()),
        };
        let settings = Observed::not_collected("it is no configuration that can be read");
        LooseConfig { place: place.to_owned(), state, settings }
    };
    let redacted = config::redact(bytes, reader.redactor, reader.printer)
        .and_then(|redacted| xml_config::settings(&redacted.text, reader.redactor));
    match redacted {
        Err(error) => failed(error),
        Ok(settings) => {
            let settings = if settings.len() > MAX_SETTINGS {
                Observed::unreadable(Location::file(place), format!("more than {MAX_SETTINGS} settings"))
            } else {
                Observed::known(settings, Location::file(file))
            };
            let taken = ConfigState::Taken { member: place.to_owned() };
            LooseConfig {
                place: place.to_owned(),
                state: Observed::known(taken, Location::file(file)),
                settings,
            }
        }
    }
}

/// Reads the configuration of IIS.
pub(super) fn read_iis(reader: &Reader<'_>, files: &[Leaf], read: &mut ReadSet) {
    let Some(leaf) = files.first() else { return };
    let bytes = match leaf.bytes(MOST) {
        Ok(bytes) => bytes,
        Err(error) => return read.refuse(ProblemKind::Malformed, error),
    };
    if Kept::read(&bytes).is_some() {
        return kept(application_host::FILE, leaf, &bytes, read);
    }
    let facts = config::decode(&bytes).and_then(|text| iis(reader, &text));
    match facts {
        Err(error) => {
            read.refuse(ProblemKind::Malformed, format!("is no configuration that can be read: {error}"));
        }
        Ok(IisFacts { application: Observed::Unreadable { why, .. } }) => {
            read.refuse(ProblemKind::NoInput, asked_to_send(&why));
        }
        Ok(facts) => {
            read.facts.iis = Some((
                leaf.place().to_owned(),
                Observed::known(facts, Location::file(application_host::FILE)),
            ));
        }
    }
}

fn iis(reader: &Reader<'_>, text: &str) -> Result<IisFacts, ConfigError> {
    let own = Observed::not_collected("only applicationHost.config was given");
    let mark = |name: &str| reader.printer.marker(&name.to_lowercase());
    let facts =
        application_host::read(text, &own, &WantedApplication::Named("SecretServer".to_owned()), &mark)?;
    Ok(reader.redactor.clean_all(&facts).unwrap_or(facts))
}

/// The sentence of the collector for a person who sends files: nobody has an option to give.
fn asked_to_send(why: &str) -> String {
    let why = why.trim_start_matches("this is ").replace("give --iis-config the whole", "send the whole");
    let why =
        why.replace("give --iis-config a copy", "send a copy").replace("give --iis-config the", "send the");
    format!("gives no settings of IIS: {why}")
}

/// Gives every value that was replaced with the key of this run a number instead of its fingerprint: equal ones have equal
/// numbers, and nobody can test a guess. `all` in an order of their own that is always the same.
pub(super) fn number<'a>(all: impl Iterator<Item = &'a mut LooseFacts>) {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for facts in all {
        let keyed_by_itself = facts.key_id.is_some();
        for config in facts.configs.values_mut().filter(|_| !keyed_by_itself) {
            for setting in config.settings.value_mut().into_iter().flat_map(BTreeMap::values_mut) {
                renumber(setting, &mut numbers);
            }
        }
        if let Some((_, iis)) = facts.iis.as_mut()
            && let Some(application) = iis.value_mut().and_then(|iis| iis.application.value_mut())
        {
            let values = application.pool_settings.values_mut().chain(application.settings.values_mut());
            for value in values.filter_map(Observed::value_mut) {
                *value = numbered(value, &mut numbers);
            }
        }
    }
}

fn renumber(setting: &mut Setting, numbers: &mut BTreeMap<String, usize>) {
    setting.value = numbered(&setting.value, numbers);
    let excerpt = numbered(setting.excerpt.as_str(), numbers);
    setting.excerpt = crate::model::excerpt::Excerpt::new(&excerpt, &AsIs);
}

/// A text that has been redacted already.
struct AsIs;

impl crate::model::excerpt::Sanitize for AsIs {
    fn sanitize(&self, line: &str) -> String {
        line.to_owned()
    }
}

/// A text with numbers in place of the fingerprints of its markers.
fn numbered(text: &str, numbers: &mut BTreeMap<String, usize>) -> String {
    const START: &str = "{redacted:case:";
    let mut out = String::new();
    let mut tail = text;
    while let Some(at) = tail.find(START) {
        let (before, marker) = tail.split_at(at);
        out.push_str(before);
        let end = marker.find('}').map_or(marker.len(), |end| end + 1);
        let (marker, after) = marker.split_at(end);
        if is_marker(marker) {
            let next = numbers.len() + 1;
            let number = *numbers.entry(marker.to_owned()).or_insert(next);
            out.extend(["{redacted:run::", &number.to_string(), "}"]);
        } else {
            // Cut off by the length of an excerpt: what is left of a fingerprint goes.
            out.push_str(MARKER);
        }
        tail = after;
    }
    out.push_str(tail);
    out
}

//! A bundle redacted again at a stricter level.

use super::{SCRUBBED, Scrub, ScrubError, Scrubbed, hiding, own_words};
use crate::bundle::{
    Bundle, BundleWriter, FACTS, Form, INVENTORY, Manifest, MemberRecord, NewMember, Status,
};
use crate::collect::configs::FOLDER as CONFIGS;
use crate::collect::error::CollectError;
use crate::collect::identities::IdentityRedaction;
use crate::collect::leak;
use crate::collect::manifest::OPTION_WORDS;
use crate::collect::own_members;
use crate::collect::progress::{Progress, Shared};
use crate::collect::run::bundle_name;
use crate::model::excerpt::Sanitize as _;
use crate::model::facts::{ConfigState, InventoryEntry, NodeFacts};
use crate::model::{Observed, label};
use crate::redact::config::MAX_BYTES;
use crate::redact::{CaseKey, Identity, Level, Redactor, SecretSet};
use clap::ValueEnum as _;
use std::collections::BTreeMap;
use std::time::Duration;

/// The level of a bundle by its manifest; without one the bundle is older than levels.
fn level_of(manifest: &Manifest) -> Level {
    manifest.options.get(Level::OPTION).and_then(|word| Level::from_str(word, false).ok()).unwrap_or_default()
}

pub(super) fn scrub(
    scrub: &Scrub,
    bundle: &Bundle,
    progress: &mut dyn Progress,
) -> Result<Scrubbed, ScrubError> {
    let level = level_of(bundle.manifest());
    if level > scrub.level {
        return Err(ScrubError::Stricter(level));
    }
    if let Some(problem) = bundle.problems().first() {
        return Err(ScrubError::Broken(problem.text.clone()));
    }
    let shared = Shared::new(progress, Box::new(Duration::default), None);
    let mut hiding = hiding(scrub)?;
    let key = scrub.case_key.as_ref().map(CaseKey::id);
    if let Some(other_key) =
        label::first_key_in(&bundle.manifest().node.name).filter(|id| key.as_deref() != Some(*id))
    {
        return Err(ScrubError::OtherKey(other_key.to_owned()));
    }
    let mut secrets = own_words(scrub);
    let facts = verify(bundle, hiding.as_mut(), &mut secrets, &shared)?;
    let redactor =
        IdentityRedaction::redactor(hiding.as_ref(), secrets.redactor()).map_err(CollectError::from)?;

    let mut manifest = bundle.manifest().clone();
    let node = redactor.clean_field(Identity::Host, &manifest.node.name);
    let started = manifest.collection.local(manifest.collection.started);
    let name = format!("{}{SCRUBBED}", bundle_name(&node, started));
    let mut writer = BundleWriter::create(&scrub.out, &name, Form::Zip)?;
    let names = members(bundle, &mut writer, &redactor, scrub)?;
    if let Some(facts) = facts {
        own_members::add(&mut writer, FACTS, "", &facts_of(facts, &names, &redactor)?)?;
    }
    if bundle.record(INVENTORY).is_some_and(|record| record.content().is_some()) {
        let lines = bundle.bytes(INVENTORY, u64::MAX).map_err(broken)?;
        let entries = serde_json::Deserializer::from_slice(&lines).into_iter::<InventoryEntry>();
        let entries = entries.collect::<Result<Vec<_>, _>>().map_err(broken)?;
        own_members::add_inventory(&mut writer, entries, &redactor)?;
    }

    let texts = (std::mem::take(&mut manifest.looked_at), std::mem::take(&mut manifest.never_taken));
    manifest.members.clear();
    manifest = redactor.clean_all(&manifest).map_err(CollectError::from)?;
    (manifest.looked_at, manifest.never_taken) = texts;
    manifest.node.name = node;
    manifest.options.insert(Level::OPTION.to_owned(), scrub.level.to_string());
    if let Some(words) = &scrub.redact_words {
        manifest.options.insert(OPTION_WORDS.to_owned(), words.lines().to_string());
    }
    let unfinished = writer.finish(manifest)?;
    let sensitive = leak::Sensitive {
        harvest: secrets,
        key_files: Vec::new(),
        names: hiding.as_ref().map(|hiding| &hiding.known),
        redactor: &redactor,
    };
    let (unfinished, mut notes) = leak::check(unfinished, sensitive, &scrub.out, &shared)?;
    let kept = IdentityRedaction::write(hiding.as_ref(), unfinished.target())?;
    let keep = kept.paths();
    let path = unfinished.commit_with(kept.files)?;
    notes.extend(kept.warning);
    Ok(Scrubbed { path, keep, notes })
}

fn broken(error: impl std::fmt::Display) -> ScrubError {
    ScrubError::Broken(format!("{error}."))
}

/// Reads every member once: checks its hash, and collects the secrets that were left in a configuration and, at level
/// `identities`, the names in it.
fn verify(
    bundle: &Bundle,
    hiding: Option<&mut IdentityRedaction>,
    secrets: &mut SecretSet,
    shared: &Shared<'_>,
) -> Result<Option<NodeFacts>, ScrubError> {
    let mut facts = None;
    let mut none = crate::redact::Known::default();
    let learns = hiding.is_some();
    let known = hiding.map_or(&mut none, |hiding| &mut hiding.known);
    known.add(Identity::Host, &bundle.manifest().node.name);
    let read: Vec<&MemberRecord> = bundle.members().filter(|record| record.content().is_some()).collect();
    shared.phase(
        "checking every hash",
        read.iter().filter_map(|record| record.content()).map(|content| content.size).sum(),
    );
    for record in read {
        let name = record.path.as_str();
        let failed = |error| ScrubError::Broken(format!("{name}: {error}."));
        if name == FACTS {
            let bytes = bundle.bytes(name, u64::MAX).map_err(failed)?;
            let format = bundle.manifest().format;
            let (own, _) = format.read::<NodeFacts>(&bytes).map_err(broken)?;
            if learns {
                known.add_value(&serde_json::to_value(&own).map_err(CollectError::from)?);
            }
            facts = Some(own);
            continue;
        }
        let is_config = is_config(name);
        let mut config = Vec::new();
        let learning = Redactor::learning(std::mem::take(known));
        let mut stream = learning.stream();
        let mut out = Vec::new();
        bundle
            .read(name, &mut |bytes| {
                shared.advance(bytes.len());
                if is_config && config.len() <= MAX_BYTES {
                    config.extend_from_slice(bytes);
                }
                if learns {
                    stream.push(bytes, &mut out);
                    out.clear();
                }
            })
            .map_err(failed)?;
        stream.finish(&mut out);
        *known = learning.learned();
        secrets.add_config(&config);
    }
    Ok(facts)
}

/// Whether a member is a configuration file.
fn is_config(name: &str) -> bool {
    name.split_once('/').is_some_and(|(folder, _)| folder == CONFIGS)
}

/// Writes every member redacted again, except those that the collector made; returns new names by old names.
fn members(
    bundle: &Bundle,
    writer: &mut BundleWriter,
    redactor: &Redactor,
    scrub: &Scrub,
) -> Result<BTreeMap<String, String>, ScrubError> {
    let mut names = BTreeMap::new();
    for record in bundle.members().filter(|record| ![FACTS, INVENTORY].contains(&record.path.as_str())) {
        let old = record.path.as_str();
        let folder = old.split_once('/').map_or(CONFIGS, |(folder, _)| folder);
        let origin = redactor.sanitize(&record.origin);
        let changed = origin != record.origin || redactor.sanitize(old) != old;
        let file = origin.rsplit('/').next().unwrap_or(&origin);
        let name = if changed { writer.name_for(folder, file) } else { record.path.clone() };
        names.insert(old.to_owned(), name.to_string());
        let Some(content) = record.content() else {
            writer.note(MemberRecord {
                path: name,
                origin,
                status: status(&record.status, redactor),
                ..record.clone()
            })?;
            continue;
        };
        let (mut source, counts) = leak::redact_member(bundle, old, redactor, &scrub.out, is_config(old))?;
        let new = NewMember { name, origin, size: content.size, modified: record.modified };
        let written = writer.add(new, &mut source)?;
        written.redactions.clone_from(&record.redactions);
        counts.add_to(&mut written.redactions);
        if let Status::Truncated { kept, of, why, .. } = &record.status {
            written.truncated(*kept, *of, redactor.sanitize(why));
        }
    }
    Ok(names)
}

fn status(status: &Status, redactor: &Redactor) -> Status {
    match status {
        Status::Denied { why } => Status::Denied { why: redactor.sanitize(why) },
        Status::Skipped { why } => Status::Skipped { why: redactor.sanitize(why) },
        other => other.clone(),
    }
}

fn facts_of(
    mut facts: NodeFacts,
    names: &BTreeMap<String, String>,
    redactor: &Redactor,
) -> Result<Vec<u8>, ScrubError> {
    let configs = std::mem::take(&mut facts.configs);
    let mut facts = redactor.clean_all(&facts).map_err(CollectError::from)?;
    for (file, state) in configs {
        let state = redactor.clean_all::<Observed<ConfigState>>(&state).map_err(CollectError::from)?;
        let state = state.map(|taken| match taken {
            ConfigState::Taken { member } => {
                ConfigState::Taken { member: names.get(&member).cloned().unwrap_or(member) }
            }
            broken @ ConfigState::NotWellFormed { .. } => broken,
        });
        facts.configs.insert(redactor.sanitize(&file), state);
    }
    Ok(own_members::json(&facts)?)
}

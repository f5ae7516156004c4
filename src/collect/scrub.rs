//! Raising what was collected or exported to a stricter level: verified, redacted again, hashed again, looked at again.
//! A level is never lowered, and nothing is changed in place.

use super::configs::FOLDER as CONFIGS;
use super::error::CollectError;
use super::identities::{Hiding, Kept};
use super::leak;
use super::options::Options;
use super::progress::{Progress, Shared};
use super::run::{add_own, bundle_name, inventory_line, json};
use crate::bundle::{
    Bundle, BundleWriter, FACTS, Form, INVENTORY, Manifest, MemberRecord, NewMember, OpenError, Status,
    WriteError,
};
use crate::model::excerpt::Clean as _;
use crate::model::facts::{ConfigState, NodeFacts};
use crate::model::{Observed, label};
use crate::redact::fingerprint::Fingerprinter;
use crate::redact::{CaseKey, Harvest, Identity, Level, Redactor};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod export;

pub use export::EXPORT_BYTES;

/// What ends the name of everything scrubbed.
const SCRUBBED: &str = "-scrubbed";

/// What to raise, and how far.
#[derive(Debug, Clone)]
pub struct Scrub {
    /// A bundle, zip or folder, or an export.
    pub input: PathBuf,
    /// The level it shall have.
    pub level: Level,
    /// Key of the labels; without it a new one is made and kept beside the result.
    pub case_key: Option<CaseKey>,
    /// Folder for the result, created if missing.
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrubbed {
    /// The result.
    pub path: PathBuf,
    /// Files beside it that open what it hides, and must not be sent with it.
    pub keep: Vec<PathBuf>,
    /// What whoever sends it should know, one sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was written. Reads after the name of the input.
#[derive(Debug, thiserror::Error)]
pub enum ScrubError {
    /// It looks like a bundle and cannot be opened as one.
    #[error("{0}")]
    Open(#[source] OpenError),
    /// Its bytes are not those its manifest vouches for, so nobody can say what it is.
    #[error("is not whole, and what is not whole is not scrubbed: {0}")]
    Broken(String),
    /// It is stricter already.
    #[error("has level {0} already, and a level is never lowered")]
    Stricter(Level),
    /// It is labelled with another key, or with none that was given.
    #[error(
        "has labels of key {0}, and its other names would get labels of another key: give the case key {0}"
    )]
    OtherKey(String),
    /// No bundle, and no export that can be rewritten.
    #[error("{0}")]
    Export(&'static str),
    /// A secret or a name is left where nothing can be cut out.
    #[error("still holds {0} after redaction: nothing was written")]
    Leak(&'static str),
    /// The system refused.
    #[error("could not be read: {0}")]
    Read(std::io::Error),
    /// The result could not be made.
    #[error("could not be scrubbed: {0}")]
    Collect(#[from] CollectError),
}

impl From<WriteError> for ScrubError {
    fn from(error: WriteError) -> Self {
        Self::Collect(error.into())
    }
}

/// Raises a bundle or an export to a stricter level.
pub fn scrub(scrub: &Scrub, progress: &mut dyn Progress) -> Result<Scrubbed, ScrubError> {
    match Bundle::open(&scrub.input) {
        Ok(bundle) => raise(scrub, &bundle, progress),
        Err(OpenError::NotZip | OpenError::NoManifest) if scrub.input.is_file() => export::scrub(scrub),
        Err(error) => Err(ScrubError::Open(error)),
    }
}

/// The level of a bundle by its manifest; one that says none was written before there were levels.
fn level_of(manifest: &Manifest) -> Level {
    manifest.options.get(Level::OPTION).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// Labels, and the key they are made with: the one given, or a new one.
fn hiding(scrub: &Scrub) -> Result<Option<Hiding>, ScrubError> {
    if scrub.level == Level::Secrets {
        return Ok(None);
    }
    let made = match &scrub.case_key {
        Some(_) => None,
        None => Some(CaseKey::generate().map_err(CollectError::from)?),
    };
    let printer = Fingerprinter::new(scrub.case_key.as_ref().or(made.as_ref()), None);
    Ok(Hiding::new(&printer, made))
}

fn raise(scrub: &Scrub, bundle: &Bundle, progress: &mut dyn Progress) -> Result<Scrubbed, ScrubError> {
    let level = level_of(bundle.manifest());
    if level > scrub.level {
        return Err(ScrubError::Stricter(level));
    }
    if let Some(problem) = bundle.problems().first() {
        return Err(ScrubError::Broken(problem.text.clone()));
    }
    let options = Options::new(&scrub.input, &scrub.out);
    let shared = Shared::new(progress, Box::new(Duration::default), &options);
    let mut hiding = hiding(scrub)?;
    let key = scrub.case_key.as_ref().map(CaseKey::id);
    if let Some(other) =
        label::first_key_in(&bundle.manifest().node.name).filter(|other| key.as_deref() != Some(*other))
    {
        return Err(ScrubError::OtherKey(other.to_owned()));
    }
    let facts = verify(bundle, hiding.as_mut(), &shared)?;
    let secrets = Redactor::patterns_only();
    let redactor = match &hiding {
        Some(hiding) => hiding.redactor(secrets).map_err(CollectError::from)?,
        None => secrets,
    };

    let mut manifest = bundle.manifest().clone();
    let node = redactor.clean_field(Identity::Host, &manifest.node.name);
    let started = manifest.collection.local(manifest.collection.started);
    let name = format!("{}{SCRUBBED}", bundle_name(&node, started));
    let mut writer = BundleWriter::create(&scrub.out, &name, Form::Zip)?;
    let names = members(bundle, &mut writer, &redactor, scrub, &shared)?;
    if let Some(facts) = facts {
        add_own(&mut writer, FACTS, &facts_of(facts, &names, &redactor)?)?;
    }
    if bundle.record(INVENTORY).is_some_and(|record| record.content().is_some()) {
        let lines = inventory(&bundle.bytes(INVENTORY, u64::MAX).map_err(broken)?, &redactor)?;
        add_own(&mut writer, INVENTORY, &lines)?;
    }

    let told = (std::mem::take(&mut manifest.looked_at), std::mem::take(&mut manifest.never_taken));
    manifest.members.clear();
    manifest = redactor.clean_all(&manifest).map_err(CollectError::from)?;
    (manifest.looked_at, manifest.never_taken) = told;
    manifest.node.name = node;
    manifest.options.insert(Level::OPTION.to_owned(), scrub.level.to_string());
    let unfinished = writer.finish(manifest)?;
    let told = leak::Told {
        harvest: Harvest::new(),
        key_files: Vec::new(),
        names: hiding.as_ref().map(Hiding::names),
        redactor: &redactor,
    };
    let (unfinished, mut notes) = leak::check(unfinished, told, &scrub.out, &shared)?;
    shared.go_on()?;
    let kept = match &hiding {
        Some(hiding) => hiding.write(unfinished.target())?,
        None => Kept::default(),
    };
    let path = unfinished.commit()?;
    notes.extend(hiding.as_ref().and_then(|hiding| hiding.note(&path)));
    Ok(Scrubbed { path, keep: kept.keep(), notes })
}

fn broken(error: impl std::fmt::Display) -> ScrubError {
    ScrubError::Broken(format!("{error}."))
}

/// Reads every member once: its hash must agree, and at level `identities` its names are learned.
fn verify(
    bundle: &Bundle,
    hiding: Option<&mut Hiding>,
    shared: &Shared<'_>,
) -> Result<Option<NodeFacts>, ScrubError> {
    let mut facts = None;
    let mut none = crate::redact::Known::new();
    let learns = hiding.is_some();
    let known = match hiding {
        Some(hiding) => hiding.known(),
        None => &mut none,
    };
    known.add(Identity::Host, &bundle.manifest().node.name);
    let read: Vec<&MemberRecord> = bundle.members().filter(|record| record.content().is_some()).collect();
    shared.phase(
        "checking every hash",
        read.iter().filter_map(|record| record.content()).map(|content| content.size).sum(),
    );
    for record in read {
        shared.go_on()?;
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
        let learning = Redactor::learning(std::mem::take(known));
        let mut stream = learning.stream();
        let mut out = Vec::new();
        bundle
            .read(name, &mut |bytes| {
                shared.advance(bytes.len());
                if learns {
                    stream.push(bytes, &mut out);
                    out.clear();
                }
            })
            .map_err(failed)?;
        stream.finish(&mut out);
        *known = learning.learned();
    }
    Ok(facts)
}

/// Writes every member but those of the program itself, redacted again; gives their new names by the old ones.
fn members(
    bundle: &Bundle,
    writer: &mut BundleWriter,
    redactor: &Redactor,
    scrub: &Scrub,
    shared: &Shared<'_>,
) -> Result<BTreeMap<String, String>, ScrubError> {
    let mut names = BTreeMap::new();
    for record in bundle.members().filter(|record| ![FACTS, INVENTORY].contains(&record.path.as_str())) {
        shared.go_on()?;
        let old = record.path.as_str();
        let folder = old.split_once('/').map_or(CONFIGS, |(folder, _)| folder);
        let origin = redactor.clean(&record.origin);
        let changed = origin != record.origin || redactor.clean(old) != old;
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
        let (mut source, counts) = leak::redact_member(bundle, old, redactor, &scrub.out)?;
        let new = NewMember { name, origin, size: content.size, modified: record.modified };
        let written = writer.add(new, &mut source)?;
        written.redactions.clone_from(&record.redactions);
        counts.add_to(&mut written.redactions);
        if let Status::Truncated { kept, of, why, .. } = &record.status {
            written.truncated(*kept, *of, redactor.clean(why));
        }
    }
    Ok(names)
}

fn status(status: &Status, redactor: &Redactor) -> Status {
    match status {
        Status::Denied { why } => Status::Denied { why: redactor.clean(why) },
        Status::Skipped { why } => Status::Skipped { why: redactor.clean(why) },
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
        facts.configs.insert(redactor.clean(&file), state);
    }
    Ok(json(&facts)?)
}

fn inventory(lines: &[u8], redactor: &Redactor) -> Result<Vec<u8>, ScrubError> {
    let mut out = Vec::with_capacity(lines.len());
    for line in lines.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        inventory_line(&mut out, serde_json::from_slice(line).map_err(broken)?, redactor)?;
    }
    Ok(out)
}

/// A name for a result beside others, without whom the name of the input names.
fn result_name(input: &Path, redactor: &Redactor) -> (String, String) {
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String = redactor
        .clean(&name)
        .chars()
        .filter(|c| !matches!(c, '{' | '}'))
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    // An extension is what is one: the last part of `web01.corp.local` was a part of a host.
    let extension = |end: &str| input.extension().is_some_and(|own| own == end) && end.len() <= 5;
    match plain.rsplit_once('.').filter(|(stem, end)| !stem.is_empty() && extension(end)) {
        Some((stem, end)) => (format!("{stem}{SCRUBBED}"), end.to_owned()),
        None => (format!("{plain}{SCRUBBED}"), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{Known, identity_redactor};

    #[test]
    fn a_result_is_named_after_nobody() {
        let redactor = identity_redactor(&Known::new());
        let name = |input: &str| result_name(Path::new(input), &redactor);
        let (stem, extension) = name("in/web01.corp.local");
        assert!(stem.starts_with("host-7d91d732-") && !stem.contains("corp"), "{stem}");
        assert_eq!(extension, "");
        assert_eq!(name("in/nodes of a.json"), ("nodes-of-a-scrubbed".into(), "json".into()));
        assert_eq!(name("SS"), ("SS-scrubbed".into(), String::new()));
    }
}

//! Leak check before a bundle gets its final name: what was written is read again and searched for secrets.
//!
//! A member with a hit is redacted again with the found value added; if that does not help, it is left out. A hit in
//! the manifest or the facts, where nothing can be removed, fails the collection.

use super::error::{CollectError, PANICKED, guarded};
use super::progress::Shared;
use crate::bundle::write::Edit;
use crate::bundle::{Bundle, FACTS, MANIFEST, MemberError, MemberRecord, Unfinished};
use crate::redact::config;
use crate::redact::leak::{Hit, Scanner};
use crate::redact::{Counts, Known, Redactor, SecretSet};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::path::Path;

/// Hits by member.
type Hits = BTreeMap<String, Vec<Hit>>;

/// What must not be in the bundle.
pub(super) struct Sensitive<'a> {
    /// Secrets.
    pub(super) harvest: SecretSet,
    /// Contents of key files.
    pub(super) key_files: Vec<&'a [u8]>,
    /// Names, at level `identities`.
    pub(super) names: Option<&'a Known>,
    /// The redactor that was used for the bundle.
    pub(super) redactor: &'a Redactor,
}

/// Checks a written bundle and changes members with hits; returns warnings about what was found and done.
///
/// `scratch` is a folder for temporary files; nothing stays there.
pub(super) fn check(
    unfinished: Unfinished,
    sensitive: Sensitive<'_>,
    scratch: &Path,
    progress: &Shared<'_>,
) -> Result<(Unfinished, Vec<String>), CollectError> {
    let Sensitive { mut harvest, key_files, names, redactor } = sensitive;
    let scanner =
        |harvest: &SecretSet| names.into_iter().fold(Scanner::new(harvest, &key_files), Scanner::with);
    let mut warnings = Vec::new();
    let hits = scan(&unfinished, &scanner(&harvest), progress)?;
    if hits.is_empty() {
        return Ok((unfinished, warnings));
    }
    warnings.extend(hits.iter().map(|(member, hits)| warning(member, hits, "redacted once more")));
    for hit in hits.values().flatten() {
        harvest.add_secret(&hit.secret);
    }
    let again = redactor.identities.clone().into_iter().fold(harvest.redactor(), Redactor::with);
    let unfinished = redact_again(unfinished, &hits, &again, scratch)?;

    let hits = scan(&unfinished, &scanner(&harvest), progress)?;
    if hits.is_empty() {
        return Ok((unfinished, warnings));
    }
    warnings.extend(hits.iter().map(|(member, hits)| warning(member, hits, "left out")));
    let unfinished = unfinished.rewrite(&mut |record| {
        if hits.contains_key(record.path.as_str()) {
            Edit::Drop { why: "leak".to_owned() }
        } else {
            Edit::Keep
        }
    })?;
    Ok((unfinished, warnings))
}

fn warning(member: &str, hits: &[Hit], done: &str) -> String {
    let what = hits.first().map_or("a secret", |hit| hit.kind.as_str());
    format!("{what} was found in {member} after redaction; the member was {done}")
}

/// Scans every member, on all cores. Fails on a hit in the manifest or the facts.
fn scan(unfinished: &Unfinished, scanner: &Scanner, progress: &Shared<'_>) -> Result<Hits, CollectError> {
    let bundle = unfinished.open()?;
    let members: Vec<&MemberRecord> = bundle.members().filter(|member| member.content().is_some()).collect();
    let size = |member: &&MemberRecord| member.content().map_or(0, |content| content.size);
    progress.phase("checking the bundle for secrets", members.iter().map(size).sum());
    let found = members.par_iter().map(|member| {
        let name = member.path.as_str();
        scan_member(&bundle, name, scanner, progress).map(|hits| (name.to_owned(), hits))
    });
    let mut hits = found.collect::<Result<Hits, CollectError>>()?;
    hits.insert(MANIFEST.to_owned(), scanner.scan(&bundle.manifest().to_json()?));
    hits.retain(|_, hits| !hits.is_empty());
    match [MANIFEST, FACTS].into_iter().find(|member| hits.contains_key(*member)) {
        Some(member) => Err(CollectError::Leak(member.to_owned())),
        None => Ok(hits),
    }
}

fn scan_member(
    bundle: &Bundle,
    name: &str,
    scanner: &Scanner,
    progress: &Shared<'_>,
) -> Result<Vec<Hit>, CollectError> {
    let mut scan = scanner.start();
    let read = bundle.read(name, &mut |bytes| {
        progress.advance(bytes.len());
        scan.push(bytes);
    });
    read.map_err(|error| reread(name, error))?;
    // A scan that failed proves nothing.
    guarded(|| scan.finish()).ok_or_else(|| reread(name, MemberError::Panicked))
}

fn reread(member: &str, error: MemberError) -> CollectError {
    CollectError::Reread(member.to_owned(), error)
}

/// Writes the members with hits again, with the values of the hits redacted too.
fn redact_again(
    unfinished: Unfinished,
    hits: &Hits,
    redactor: &Redactor,
    scratch: &Path,
) -> Result<Unfinished, CollectError> {
    let mut redacted = BTreeMap::new();
    let bundle = unfinished.open()?;
    for name in hits.keys() {
        redacted.insert(name.clone(), redact_member(&bundle, name, redactor, scratch, false)?);
    }
    drop(bundle);
    let rewritten = unfinished.rewrite(&mut |record| match redacted.remove(record.path.as_str()) {
        None => Edit::Keep,
        Some((content, counts)) => {
            let mut redactions = record.redactions.clone();
            counts.add_to(&mut redactions);
            Edit::Replace { content: Box::new(content), redactions }
        }
    })?;
    Ok(rewritten)
}

/// A member redacted again, in an unnamed temporary file, since a log may be large. Of a configuration (`is_config`),
/// which is small, the settings are looked at first.
pub(super) fn redact_member(
    bundle: &Bundle,
    name: &str,
    redactor: &Redactor,
    scratch: &Path,
    is_config: bool,
) -> Result<(File, Counts), CollectError> {
    let failed = |source: io::Error| CollectError::Scratch(scratch.to_owned(), source);
    let mut file = tempfile::tempfile_in(scratch).map_err(failed)?;
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    let mut written = Ok(());
    let mut config = Vec::new();
    let size = bundle.record(name).and_then(MemberRecord::content).map_or(u64::MAX, |content| content.size);
    let is_config = is_config && size <= config::MAX_BYTES as u64;
    let read = bundle.read(name, &mut |bytes| {
        if is_config {
            config.extend_from_slice(bytes);
        } else if written.is_ok() {
            stream.push(bytes, &mut out);
            written = file.write_all(&out);
            out.clear();
        }
    });
    read.map_err(|error| reread(name, error))?;
    written.map_err(failed)?;
    let text = config::decode(&config).map(|text| config::without_secrets(&text).into_owned().into_bytes());
    stream.push(&text.unwrap_or(config), &mut out);
    let counts = guarded(|| stream.finish(&mut out)).ok_or_else(|| failed(io::Error::other(PANICKED)))?;
    file.write_all(&out).map_err(failed)?;
    file.rewind().map_err(failed)?;
    Ok((file, counts))
}

//! Warnings about a finished bundle, one sentence each: shown on the node, where the problem can still be fixed.

use super::options::Options;
use crate::bundle::manifest::{NO_LOG, TOO_OLD};
use crate::bundle::write::PARTIAL;
use crate::bundle::{Form, Manifest, MemberRecord, Status};
use crate::model::Observed;
use crate::model::facts::NodeFacts;
use crate::model::iis::{IisFacts, SAME_FOLDER};
use crate::model::product::{DATABASE_CONFIG, ENCRYPTION_CONFIG};
use crate::model::unknown::{self, Unknown};
use crate::parsers::application_host::FILE;
use crate::redact::Fingerprinter;
use crate::text::size::size;
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Above this size, in bytes, a bundle is hard to mail.
const LARGE_BUNDLE: u64 = 20 << 20;

/// Names in a sentence: up to three in full, else the first two and the number of the others.
fn listed(names: &[&str]) -> String {
    match names {
        [name] => (*name).to_owned(),
        [first, second] => format!("{first} and {second}"),
        [first, second, third] => format!("{first}, {second} and {third}"),
        [first, second, others @ ..] => format!("{first}, {second} and {} more", others.len()),
        [] => String::new(),
    }
}

/// `1 file`, `2 files`.
fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Files and facts that exist and could not be read. `files` are those of the application folder.
pub(super) fn denied(manifest: &Manifest, facts: &NodeFacts, files: &[String]) -> Option<String> {
    // IIS has its own warning.
    let iis = ["iis", "iis.application"];
    let unreadable = unknown::of_node(facts)
        .into_iter()
        .filter(|fact| fact.unreadable && !iis.contains(&fact.path.as_str()));
    // Facts of a file that could not be read are not counted again.
    let (of_files, facts): (Vec<Unknown>, Vec<Unknown>) = unreadable.partition(|fact| {
        ["configs.", "binaries", "encryption-config", "database-config", "log-folder"]
            .iter()
            .any(|file| fact.path.starts_with(file))
    });
    let members = manifest.members.iter().filter_map(|record| match &record.status {
        Status::Denied { why } => Some((record.origin.as_str(), why.as_str())),
        _ => None,
    });
    let keys = [("encryption-config", ENCRYPTION_CONFIG), ("database-config", DATABASE_CONFIG)];
    let keys = keys.into_iter().filter_map(|(path, file)| {
        let is_file = |fact: &&Unknown| fact.path == path || fact.path == format!("{path}.fingerprint");
        // Without a key there is no fingerprint, although the file was read.
        of_files.iter().find(is_file).map(|fact| (file, fact.why.as_str()))
    });
    let reasons: BTreeMap<&str, &str> = members.chain(keys).collect();
    let files: BTreeSet<&str> = files.iter().map(String::as_str).chain(reasons.keys().copied()).collect();
    let files: Vec<&str> = files.into_iter().collect();
    let lost = match (files.len(), facts.len()) {
        (0, 0) => return None,
        (_, 0) => listed(&files),
        (0, lost) => counted(lost, "fact"),
        (_, lost) => format!("{}, and {}", listed(&files), counted(lost, "fact")),
    };
    let whys: BTreeSet<&str> =
        reasons.into_values().chain(facts.iter().map(|fact| fact.why.as_str())).collect();
    let why = match whys.into_iter().collect::<Vec<_>>().as_slice() {
        [why] => format!(" ({why})"),
        _ => String::new(),
    };
    let hint = match manifest.elevated {
        Observed::Known { value: false, .. } => "; collect as administrator to get more of them",
        _ => "",
    };
    Some(format!("{lost} could not be read{why}{hint}; inspect shows which and why"))
}

/// Without DLLs the version is not known.
pub(super) fn no_binaries(facts: &NodeFacts) -> Option<String> {
    facts
        .binaries
        .is_absent()
        .then(|| "the application folder has no product DLL in bin, so the version is not known".to_owned())
}

/// What the budget or the time limit cut off.
pub(super) fn cut(manifest: &Manifest, unread: usize) -> Option<String> {
    let is_cut = |record: &&MemberRecord| match &record.status {
        Status::Truncated { .. } => true,
        Status::Skipped { why } => !why.starts_with(TOO_OLD) && !why.starts_with(NO_LOG),
        _ => false,
    };
    let cut: Vec<&MemberRecord> = manifest.members.iter().filter(is_cut).collect();
    let origins: Vec<&str> = cut.iter().map(|record| record.origin.as_str()).collect();
    let whys: BTreeSet<&str> = cut.iter().filter_map(|record| record.status.why()).collect();
    let taken = cut.first().map(|_| {
        let whys = whys.into_iter().collect::<Vec<_>>().join("; ");
        format!("not collected, or only in part: {} ({whys})", listed(&origins))
    });
    let unread = (unread > 0).then(|| {
        format!(
            "{} of the application folder not read, because the time limit was reached",
            counted(unread, "file")
        )
    });
    let all: Vec<String> = taken.into_iter().chain(unread).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// No log, so no errors are known.
pub(super) fn no_log(manifest: &Manifest) -> Option<String> {
    let is_log = |record: &&MemberRecord| record.path.as_str().starts_with("logs/");
    let logs: Vec<&MemberRecord> = manifest.members.iter().filter(is_log).collect();
    if logs.iter().any(|record| record.content().is_some()) {
        return None;
    }
    let too_old = logs.iter().filter_map(|record| record.status.why().filter(|why| why.starts_with(TOO_OLD)));
    let why = match (logs.len(), too_old.clone().next()) {
        (0, _) => ": none was found in the log folder".to_owned(),
        (_, Some(why)) => {
            let n = too_old.count();
            let s = if n == 1 { " was" } else { "s were" };
            format!(": {n} log{s} {why}; --since AGE includes older ones")
        }
        (_, None) => String::new(),
    };
    Some(format!("the bundle has no log, so it shows no errors{why}"))
}

/// The clock was changed during the collection.
pub(super) fn clock_set(manifest: &Manifest) -> Option<String> {
    let milliseconds = manifest.collection.clock_set_ms?;
    let seconds = TimeDelta::milliseconds(milliseconds).num_seconds();
    let way = if seconds < 0 { "back" } else { "forward" };
    Some(format!(
        "the clock of this machine was set {way} by {} seconds during the collection; collect again to get times that can be \
         compared",
        seconds.abs()
    ))
}

/// Partial bundles of collections that did not finish.
pub(super) fn left_over(out: &Path) -> Option<String> {
    let entries = std::fs::read_dir(out).ok()?.filter_map(Result::ok);
    let mut left: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(&format!(".{PARTIAL}")))
        .collect();
    left.sort();
    (!left.is_empty()).then(|| {
        format!(
            "{} was left by a collection that did not finish, or one is still running; do not send it; it can be deleted",
            left.join(", ")
        )
    })
}

/// Web servers serve what is in their folders.
pub(super) const SERVED: &str = "IIS serves the output folder to others: move the files to another folder";

/// No key, so no comparable fingerprints.
pub(super) fn unkeyed(printer: &Fingerprinter) -> Option<String> {
    let why = printer.why_unkeyed()?;
    Some(format!(
        "{why}: the fingerprints of this node cannot be compared with those of other nodes; use --case-key-file"
    ))
}

/// The settings of IIS are missing.
pub(super) fn iis(iis: &Observed<IisFacts>) -> Option<String> {
    let why = match iis {
        Observed::Unreadable { place, why } => format!("{}: {why}", place.file),
        Observed::NotCollected { why } => why.clone(),
        Observed::Absent { .. } => "this machine has no applicationHost.config, so no IIS".to_owned(),
        Observed::Known { value, .. } => match &value.application {
            Observed::Unreadable { why, .. } => format!("{FILE}: {why}"),
            Observed::Absent { .. } => format!("{FILE}: no application matches the application folder"),
            Observed::Known { value: app, .. } => {
                let addresses = app.settings.get(SAME_FOLDER)?.value()?.replace('\n', ", ");
                return Some(format!(
                    "several applications of IIS serve the folder ({addresses}); what they have in common was recorded, \
                     --iis-application chooses one"
                ));
            }
            Observed::NotCollected { .. } => return None,
        },
    };
    Some(format!("the settings of IIS are missing: {why}"))
}

/// A limit of the redaction: values that are short or common words cannot be searched for without false hits.
pub(super) fn weak(weak: usize) -> Option<String> {
    (weak > 0).then(|| {
        format!(
            "{weak} secret values of the configuration files are too short or too common to be searched for; \
             they were replaced only where a setting name or a pattern marks them"
        )
    })
}

/// The bundle is hard to mail.
pub(super) fn large(bytes: u64, options: &Options) -> Option<String> {
    (bytes > LARGE_BUNDLE && options.form == Form::Zip).then(|| {
        format!(
            "the size of the bundle is {}; to make it smaller, collect fewer logs with --since AGE or --budget BYTES",
            size(bytes)
        )
    })
}

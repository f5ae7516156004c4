//! What whoever sends a bundle should know of it, one sentence each: said where the bundle was made, because
//! there it can still be mended.

use super::{LARGE_BUNDLE, Options};
use crate::bundle::manifest::TOO_OLD;
use crate::bundle::write::PARTIAL;
use crate::bundle::{Form, Manifest, MemberRecord, Status};
use crate::intake::application_host::FILE;
use crate::model::Observed;
use crate::model::iis::IisFacts;
use crate::redact::Fingerprinter;
use chrono::TimeDelta;
use std::path::Path;

/// Members that are there and could not be read.
pub(super) fn denied(manifest: &Manifest) -> Option<String> {
    let denied = |record: &MemberRecord| matches!(record.status, Status::Denied { .. });
    let all: Vec<&MemberRecord> = manifest.members.iter().filter(|record| denied(record)).collect();
    let first = all.first()?;
    let more = if all.len() > 1 { format!(" and {} more", all.len() - 1) } else { String::new() };
    let hint = match manifest.elevated {
        Observed::Known { value: false, .. } => "; collect as administrator to have them",
        _ => "",
    };
    let why = first.status.why().unwrap_or_default();
    Some(format!("{}{more} could not be read ({why}){hint}", first.origin))
}

/// What the budget or the time did not reach.
pub(super) fn cut(manifest: &Manifest, unread: usize) -> Option<String> {
    let is_cut = |record: &&MemberRecord| match &record.status {
        Status::Truncated { .. } => true,
        Status::Skipped { why } => !why.starts_with(TOO_OLD),
        _ => false,
    };
    let cut: Vec<&MemberRecord> = manifest.members.iter().filter(is_cut).collect();
    let files = |n: usize| format!("{n} file{}", if n == 1 { "" } else { "s" });
    let first = cut.first().map(|first| {
        let why = first.status.why().unwrap_or_default();
        format!("{} not or not wholly taken, of which {}: {why}", files(cut.len()), first.origin)
    });
    let unread = (unread > 0).then(|| {
        format!("{} of the application folder not read, because the time for reading was over", files(unread))
    });
    let all: Vec<String> = first.into_iter().chain(unread).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// No log is there, so that nothing is known of errors.
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
            format!(": {n} log{s} {why}; --since DATE takes older ones")
        }
        (_, None) => String::new(),
    };
    Some(format!("no log is in the bundle, so that it tells nothing of errors{why}"))
}

/// The clock was set meanwhile.
pub(super) fn clock_set(manifest: &Manifest) -> Option<String> {
    let milliseconds = manifest.collection.clock_set_ms?;
    let seconds = TimeDelta::milliseconds(milliseconds).num_seconds();
    let way = if seconds < 0 { "back" } else { "forward" };
    Some(format!(
        "the clock of this machine was set {way} by {} seconds while it was collected; collect again to have times \
         that compare",
        seconds.abs()
    ))
}

/// Collections that ended before their bundle was whole.
pub(super) fn left_over(out: &Path) -> Option<String> {
    let entries = std::fs::read_dir(out).ok()?.filter_map(Result::ok);
    let mut left: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(&format!(".{PARTIAL}")))
        .collect();
    left.sort();
    (!left.is_empty()).then(|| {
        format!(
            "{} was left by a collection that did not finish, or one still runs; it can be deleted and is not to be sent",
            left.join(", ")
        )
    })
}

/// No key, so no fingerprints.
pub(super) fn unkeyed(printer: &Fingerprinter) -> Option<String> {
    let why = printer.why_unkeyed()?;
    Some(format!("{why}: no fingerprint of this node compares with another node; --case-key-file helps"))
}

/// The settings of IIS are missing.
pub(super) fn iis(iis: &Observed<IisFacts>) -> Option<String> {
    let why = match iis {
        Observed::Unreadable { place, why } => format!("{}: {why}", place.file),
        Observed::NotCollected { why } => why.clone(),
        Observed::Absent { .. } => "this machine has no applicationHost.config, so no IIS".to_owned(),
        Observed::Known { value, .. } => match &value.application {
            Observed::Unreadable { why, .. } => format!("{FILE}: {why}"),
            Observed::Absent { .. } => format!("{FILE}: no application fits the application folder"),
            _ => return None,
        },
    };
    Some(format!("the settings of IIS are missing: {why}"))
}

/// A limit of the redaction (design 6).
pub(super) fn weak(weak: usize) -> Option<String> {
    (weak > 0).then(|| {
        format!(
            "{weak} secret values of the configuration files are too short or too common to be searched for; \
             they were replaced only where a name or a pattern points at them"
        )
    })
}

/// The bundle is hard to mail.
pub(super) fn large(bytes: u64, options: &Options) -> Option<String> {
    (bytes > LARGE_BUNDLE && options.form == Form::Zip).then(|| {
        format!(
            "the bundle has {} MB; to make it smaller, take fewer logs with --since DATE or --budget BYTES",
            bytes >> 20
        )
    })
}

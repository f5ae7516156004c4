//! What whoever sends a bundle should know of it, one sentence each: said where the bundle was made, because
//! there it can still be mended.

use super::{LARGE_BUNDLE, Options};
use crate::bundle::{Form, Manifest, MemberRecord, Status};
use crate::intake::application_host::FILE;
use crate::model::Observed;
use crate::model::iis::IisFacts;
use crate::redact::Fingerprinter;

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

/// No key, so no fingerprints.
pub(super) fn unkeyed(printer: &Fingerprinter) -> Option<String> {
    let why = printer.why_unkeyed()?;
    Some(format!("{why}: no fingerprint of this node compares with another node; --case-key-file helps"))
}

/// IIS was to be read and its settings are missing.
pub(super) fn iis(iis: &Observed<IisFacts>) -> Option<String> {
    let why = match iis {
        Observed::Unreadable { why, .. } => why,
        Observed::Known { value, .. } => match &value.application {
            Observed::Unreadable { why, .. } => why,
            Observed::Absent { .. } => "no application fits the application folder",
            _ => return None,
        },
        _ => return None,
    };
    Some(format!("the settings of IIS are missing: {FILE}: {why}"))
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
            "the bundle has {} MB; to make it smaller, take fewer logs with --since DATE or --max-log-bytes N",
            bytes >> 20
        )
    })
}

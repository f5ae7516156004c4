//! An export redacted again at a stricter level: JSON field by field, XML and separated text cell by cell, any other text
//! as a whole. What is no secret stays as it is.

use super::{Scrub, ScrubError, Scrubbed, hiding, own_words, result_name};
use crate::bundle::{HalfMade, Leaf, LeafError, WriteError};
use crate::collect::error::CollectError;
use crate::collect::identities::IdentityRedaction;
use crate::redact::export::ExportText;
use crate::redact::leak::Scanner;
use crate::redact::{Redactor, SecretSet};
use crate::text::encoding;
use std::fs;
use std::io::Write as _;

/// Maximum number of bytes of an export.
pub const EXPORT_BYTES: u64 = 48 << 20;

pub(super) fn scrub(scrub: &Scrub) -> Result<Scrubbed, ScrubError> {
    let read = Leaf::on_disk("", &scrub.input).map_err(LeafError::from);
    let bytes = read.and_then(|leaf| leaf.bytes(EXPORT_BYTES)).map_err(|error| match error {
        LeafError::Io(error) => ScrubError::Read(error),
        _ => ScrubError::Export("is too large for an export, and is not a bundle"),
    })?;
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(ScrubError::Export(
            "is a workbook or another archive, which cannot be rewritten: save it as CSV and scrub the CSV file",
        ));
    }
    let binary = bytes.iter().take(4096).filter(|b| (1..9).contains(*b) || (14..32).contains(*b)).count();
    if binary * 50 > bytes.len().min(4096) {
        return Err(ScrubError::Export("is not text, so its content cannot be checked"));
    }
    let text = encoding::decode(&bytes);
    let form = ExportText::of(&text);
    // What a name says is a secret is one wherever else it is.
    let mut secrets = own_words(scrub);
    form.learn_secrets(&text, &mut secrets);
    let mut hiding = hiding(scrub)?;
    if let Some(hiding) = &mut hiding {
        form.learn_names(&text, &mut hiding.known);
    }
    let mut redactor =
        IdentityRedaction::redactor(hiding.as_ref(), secrets.redactor()).map_err(CollectError::from)?;
    let mut out = rewritten(&form, &text, &redactor)?;
    let scan = |secrets: &SecretSet, out: &[u8]| {
        let names = hiding.as_ref().map(|hiding| &hiding.known);
        names.into_iter().fold(Scanner::new(secrets, &[]), Scanner::with).scan(out)
    };
    let hits = scan(&secrets, &out);
    if !hits.is_empty() {
        // As a member of a bundle: once more with what was found.
        for hit in &hits {
            secrets.add_secret(&hit.secret);
        }
        redactor = redactor.identities.into_iter().fold(secrets.redactor(), Redactor::with);
        let text = String::from_utf8_lossy(&out).into_owned();
        out = rewritten(&ExportText::of(&text), &text, &redactor)?;
    }
    if let Some(hit) = scan(&secrets, &out).first() {
        return Err(ScrubError::Leak(hit.kind.as_str()));
    }
    write(scrub, &redactor, hiding.as_ref(), &out)
}

fn rewritten(form: &ExportText<'_>, text: &str, redactor: &Redactor) -> Result<Vec<u8>, ScrubError> {
    Ok(form.rewritten(text, redactor).map_err(CollectError::from)?)
}

/// Writes under a temporary name first, as a bundle does.
fn write(
    scrub: &Scrub,
    redactor: &Redactor,
    hiding: Option<&IdentityRedaction>,
    bytes: &[u8],
) -> Result<Scrubbed, ScrubError> {
    let (stem, extension) = result_name(&scrub.input, redactor);
    let path = scrub.out.join(if extension.is_empty() { stem } else { format!("{stem}.{extension}") });
    let failed = |source| ScrubError::from(WriteError::Io { path: path.clone(), source });
    fs::create_dir_all(&scrub.out).map_err(failed)?;
    if path.symlink_metadata().is_ok() {
        return Err(WriteError::Exists(path).into());
    }
    let ((half, mut file), partial) =
        HalfMade::file_in(&scrub.out, "", ".partial").map_err(failed)?.into_parts();
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    let mut kept = IdentityRedaction::write(hiding, &path)?;
    let keep = kept.paths();
    kept.files.push(half);
    HalfMade::finish(kept.files, || partial.persist_noclobber(&path)).map_err(|error| failed(error.error))?;
    Ok(Scrubbed { path, keep, notes: kept.warning.into_iter().collect() })
}

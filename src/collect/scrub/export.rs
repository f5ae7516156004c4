//! An export redacted again at a stricter level: JSON field by field, separated text column by column, other text as a
//! whole.

use super::{Scrub, ScrubError, Scrubbed, hiding, result_name};
use crate::bundle::source::{GivenError, read_capped};
use crate::bundle::{HalfMade, WriteError};
use crate::collect::error::CollectError;
use crate::collect::identities::IdentityRedaction;
use crate::collect::own_members::json;
#[cfg(feature = "report")]
use crate::model::excerpt::Sanitize as _;
#[cfg(feature = "report")]
use crate::redact::Identity;
use crate::redact::columns::heading;
#[cfg(feature = "report")]
use crate::redact::columns::is_too_wide;
#[cfg(feature = "report")]
use crate::redact::identity::kind_of_field;
use crate::redact::leak::Scanner;
use crate::redact::{Known, Redactor};
use crate::text::encoding;
use std::fs;
use std::io::Write as _;

/// Maximum number of bytes of an export.
pub const EXPORT_BYTES: u64 = 48 << 20;

/// The form of an export.
enum Form {
    Json(serde_json::Value),
    /// Its delimiter and the names of its columns.
    #[cfg(feature = "report")]
    Table(u8, Vec<String>),
    Text,
}

pub(super) fn scrub(scrub: &Scrub) -> Result<Scrubbed, ScrubError> {
    let bytes = read_capped(&scrub.input, EXPORT_BYTES).map_err(|error| match error {
        GivenError::Io(error) => ScrubError::Read(error),
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
    let form = form(&text)?;
    let mut hiding = hiding(scrub)?;
    if let Some(hiding) = &mut hiding {
        learn(&mut hiding.known, &form, &text);
    }
    let redactor = IdentityRedaction::redactor(hiding.as_ref(), Redactor::patterns_only())
        .map_err(CollectError::from)?;
    let out = rewritten(form, &text, &redactor)?;
    let names = hiding.as_ref().map(|hiding| &hiding.known);
    let scanner = names.into_iter().fold(Scanner::shapes_only(), Scanner::with);
    if let Some(hit) = scanner.scan(&out).first() {
        return Err(ScrubError::Leak(hit.kind.as_str()));
    }
    write(scrub, &redactor, hiding.as_ref(), &out)
}

#[cfg_attr(
    feature = "report",
    expect(clippy::unnecessary_wraps, reason = "without the csv crate a table is refused")
)]
fn form(text: &str) -> Result<Form, ScrubError> {
    if text.trim_start().starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(text.trim())
    {
        return Ok(Form::Json(value));
    }
    let head = text.lines().next().unwrap_or_default();
    match heading(head) {
        #[cfg(feature = "report")]
        Some((delimiter, columns)) if !is_too_wide(delimiter, text) => Ok(Form::Table(delimiter, columns)),
        // A cell may span lines: without the csv crate a table cannot be read correctly.
        #[cfg(not(feature = "report"))]
        Some(_) => Err(ScrubError::Export("is a table, and only the full program can rewrite it")),
        _ => Ok(Form::Text),
    }
}

fn learn(known: &mut Known, form: &Form, text: &str) {
    match form {
        Form::Json(value) => known.add_value(value),
        #[cfg(feature = "report")]
        Form::Table(delimiter, columns) => {
            let kinds: Vec<Option<Identity>> = columns.iter().map(|column| kind_of_field(column)).collect();
            for row in rows(*delimiter, text).flatten() {
                for (cell, kind) in row.iter().zip(&kinds) {
                    if let Some(kind) = kind
                        && !cell.contains(['\\', '@'])
                    {
                        known.add(*kind, cell);
                    }
                }
            }
            known.learn(text.as_bytes());
        }
        Form::Text => known.learn(text.as_bytes()),
    }
}

#[cfg(feature = "report")]
fn rows(delimiter: u8, text: &str) -> impl Iterator<Item = Result<csv::StringRecord, csv::Error>> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
}

fn rewritten(form: Form, text: &str, redactor: &Redactor) -> Result<Vec<u8>, ScrubError> {
    match form {
        Form::Json(mut value) => {
            redactor.clean_value(&mut value);
            Ok(json(&value)?)
        }
        #[cfg(feature = "report")]
        Form::Table(delimiter, columns) => {
            let failed =
                |_| ScrubError::Export("is a table that cannot be read to its end, so nothing was written");
            let mut writer =
                csv::WriterBuilder::new().delimiter(delimiter).flexible(true).from_writer(Vec::new());
            for (number, row) in rows(delimiter, text).enumerate() {
                let row = row.map_err(failed)?;
                let cells = row.iter().enumerate().map(|(index, cell)| {
                    match columns.get(index).filter(|_| number > 0) {
                        Some(name) => redactor.clean_named(name, cell),
                        None => redactor.sanitize(cell),
                    }
                });
                writer.write_record(cells).map_err(failed)?;
            }
            writer.into_inner().map_err(|_| ScrubError::Export("is a table that could not be written"))
        }
        Form::Text => Ok(redactor.redact(text.as_bytes()).0),
    }
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

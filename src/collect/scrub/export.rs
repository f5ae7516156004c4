//! An export redacted again at a stricter level: JSON field by field, XML and separated text cell by cell, any other text
//! as a whole. What is no secret stays as it is.

use super::{Scrub, ScrubError, Scrubbed, hiding, own_words, result_name};
use crate::bundle::source::{GivenError, read_capped};
use crate::bundle::{HalfMade, WriteError};
use crate::collect::error::CollectError;
use crate::collect::identities::IdentityRedaction;
use crate::collect::own_members::json;
use crate::model::excerpt::Sanitize as _;
use crate::redact::columns::{Columns, Table};
use crate::redact::identity::kind_of_field;
use crate::redact::leak::Scanner;
use crate::redact::{Known, Redactor, SecretSet, config};
use crate::text::encoding;
use serde_json::Value;
use std::fs;
use std::io::Write as _;

/// Maximum number of bytes of an export.
pub const EXPORT_BYTES: u64 = 48 << 20;
/// Most values of JSON that is read as such; of more it is any other text.
const MOST_VALUES: usize = 1_000_000;

/// The form of an export.
enum Form<'t> {
    Json(Value),
    Table(Table<'t>),
    Xml,
    /// Also one with lines that are JSON.
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
    let form = Form::of(&text);
    // What a name says is a secret is one wherever else it is.
    let mut secrets = own_words(scrub);
    form.learn_secrets(&text, &mut secrets);
    let mut hiding = hiding(scrub)?;
    if let Some(hiding) = &mut hiding {
        form.learn_names(&text, &mut hiding.known);
    }
    let mut redactor =
        IdentityRedaction::redactor(hiding.as_ref(), secrets.redactor()).map_err(CollectError::from)?;
    let mut out = form.rewritten(&text, &redactor)?;
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
        out = Form::of(&text).rewritten(&text, &redactor)?;
    }
    if let Some(hit) = scan(&secrets, &out).first() {
        return Err(ScrubError::Leak(hit.kind.as_str()));
    }
    write(scrub, &redactor, hiding.as_ref(), &out)
}

/// The object or the list that a text is.
fn json_of(text: &str) -> Option<Value> {
    let text = text.trim();
    // In memory a value takes many times its text, and each but the first of its list or object has a comma before it.
    let held = memchr::memchr_iter(b',', text.as_bytes()).nth(MOST_VALUES).is_none();
    (held && text.starts_with(['{', '['])).then(|| serde_json::from_str(text).ok()).flatten()
}

/// The lines of a text that are JSON, with their ends.
fn json_lines(text: &str) -> impl Iterator<Item = (&str, Option<Value>)> {
    text.split_inclusive('\n').map(|line| (line, json_of(line)))
}

impl<'t> Form<'t> {
    fn of(text: &'t str) -> Self {
        if let Some(value) = json_of(text.trim_start_matches('\u{feff}')) {
            return Self::Json(value);
        }
        if text.trim_start().starts_with('<') && config::parse(text).is_ok() {
            return Self::Xml;
        }
        Table::of(text).map_or(Self::Text, Self::Table)
    }

    fn learn_secrets(&self, text: &str, secrets: &mut SecretSet) {
        match self {
            Self::Json(value) => secrets.add_export(value),
            Self::Table(table) => table.cells(|name, cell| match json_of(cell) {
                Some(value) => secrets.add_export(&value),
                None => secrets.add_named(name, cell),
            }),
            Self::Xml => config::secrets_of(text, secrets),
            Self::Text => {
                json_lines(text).filter_map(|(_, value)| value).for_each(|value| secrets.add_export(&value));
            }
        }
    }

    fn learn_names(&self, text: &str, known: &mut Known) {
        match self {
            Self::Json(value) => known.add_value(value),
            Self::Table(table) => {
                table.cells(|name, cell| {
                    if let Some(kind) = kind_of_field(name)
                        && !cell.contains(['\\', '@'])
                    {
                        known.add(kind, cell);
                    }
                });
                known.learn(text.as_bytes());
            }
            Self::Xml | Self::Text => {
                json_lines(text).filter_map(|(_, value)| value).for_each(|value| known.add_value(&value));
                known.learn(text.as_bytes());
            }
        }
    }

    fn rewritten(&self, text: &str, redactor: &Redactor) -> Result<Vec<u8>, ScrubError> {
        Ok(match self {
            Self::Json(value) => match changed(value, redactor) {
                Some(value) if text.trim().contains('\n') => json(&value)?,
                Some(value) => value.to_string().into_bytes(),
                None => text.as_bytes().to_vec(),
            },
            Self::Table(table) => {
                let clean = |name: &str, cell: &str| redactor.clean_named(name, cell);
                table.rewritten(clean, |above| redactor.sanitize(above)).into_bytes()
            }
            Self::Xml => redactor.redact(config::without_secrets(text).as_bytes()).0,
            Self::Text => {
                // Other lines go together, as far as they go: a secret may be in several.
                let (mut out, mut others) = (Vec::new(), String::new());
                for (line, value) in json_lines(text) {
                    let Some(value) = value else {
                        others.push_str(line);
                        continue;
                    };
                    out.extend(redactor.redact(std::mem::take(&mut others).as_bytes()).0);
                    match changed(&value, redactor) {
                        Some(value) => {
                            out.extend(value.to_string().bytes());
                            out.extend(line.get(line.trim_end().len()..).unwrap_or_default().bytes());
                        }
                        None => out.extend(line.bytes()),
                    }
                }
                out.extend(redactor.redact(others.as_bytes()).0);
                Columns::without_secret_cells(out, redactor)
            }
        })
    }
}

/// A value without its secrets; `None` where it has none.
fn changed(value: &Value, redactor: &Redactor) -> Option<Value> {
    let mut clean = value.clone();
    redactor.clean_value(&mut clean);
    (clean != *value).then_some(clean)
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

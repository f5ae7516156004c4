//! An export without its secrets: JSON field by field, XML and separated text cell by cell, any other text as a whole. What is
//! no secret stays as it is.

use super::columns::{Columns, Table};
use super::identity::kind_of_field;
use super::{Known, Redactor, SecretSet, config};
use crate::model::excerpt::Sanitize as _;
use serde_json::Value;

/// Most values of JSON that is read as such; of more it is any other text.
const MOST_VALUES: usize = 1_000_000;

/// An export by its form.
pub enum ExportText<'t> {
    /// An object or a list.
    Json(Value),
    /// Separated text.
    Table(Table<'t>),
    /// XML that is well-formed.
    Xml,
    /// Any other, also one with lines that are JSON.
    Text,
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

impl<'t> ExportText<'t> {
    /// Tells the form of a text.
    pub fn of(text: &'t str) -> Self {
        if let Some(value) = json_of(text.trim_start_matches('\u{feff}')) {
            return Self::Json(value);
        }
        if text.trim_start().starts_with('<') && config::parse(text).is_ok() {
            return Self::Xml;
        }
        Table::of(text).map_or(Self::Text, Self::Table)
    }

    /// Learns what names in it say is a secret.
    pub fn learn_secrets(&self, text: &str, secrets: &mut SecretSet) {
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

    /// Learns what names in it say is the name of a person or a machine.
    pub fn learn_names(&self, text: &str, known: &mut Known) {
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

    /// The text without its secrets, in the same form: JSON stays JSON and a table a table.
    pub fn rewritten(&self, text: &str, redactor: &Redactor) -> Result<Vec<u8>, serde_json::Error> {
        Ok(match self {
            Self::Json(value) => match changed(value, redactor) {
                Some(value) if text.trim().contains('\n') => pretty(&value)?,
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

fn pretty(value: &Value) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = serde_json::to_vec_pretty(value)?;
    json.push(b'\n');
    Ok(json)
}

/// A value without its secrets; `None` where it has none.
fn changed(value: &Value, redactor: &Redactor) -> Option<Value> {
    let mut clean = value.clone();
    redactor.clean_value(&mut clean);
    (clean != *value).then_some(clean)
}

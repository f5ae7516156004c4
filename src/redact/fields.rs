//! Redacts JSON field by field: by value and pattern as everywhere, everything under the name of a secret, and at level
//! `identities` whole fields that name somebody.
//!
//! Facts, manifests and exports go this way, so that their form stays and a name that is too common to be searched for
//! does not.

use super::counts::Counts;
use super::identity::{self, Known};
use super::labels::{Identity, first_key_in};
use super::lists::LISTS;
use super::pattern::Span;
use super::text::Redactor;
use super::{allowlist, bytes, words};
use crate::model::excerpt::Sanitize;
use crate::model::facts::Fingerprint;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Whether a field of this name holds a digest or a version, which names nobody however it looks.
fn is_kept_field(name: &str) -> bool {
    LISTS.kept_fields.iter().any(|kept| kept == name) || bytes::ends_with(name.as_bytes(), b"version")
}

/// Keys that say how a fact is known and not what it is.
const WRAPPERS: &[&str] = &["known", "value", "disputed"];

/// How fields end that name the setting or the field whose value a field beside them holds.
const SETTING_NAMES: &[&str] = &["field", "key", "label", "name", "parameter", "property", "setting", "slug"];
/// How fields end that hold it.
const SETTING_VALUES: &[&str] = &["value"];

/// Whether a field names a setting.
pub(super) fn names_setting(field: &str) -> bool {
    SETTING_NAMES.iter().any(|end| bytes::ends_with(field.as_bytes(), end.as_bytes()))
}

/// Whether a field holds the value of a setting that is named beside it.
pub(super) fn holds_setting(field: &str) -> bool {
    SETTING_VALUES.iter().any(|end| bytes::ends_with(field.as_bytes(), end.as_bytes()))
}

/// The name that the field `value` of an object has instead of its own: that of a setting, if it is one of a secret, or of
/// the switch that says so (`isPassword`).
pub(super) fn secret_setting(fields: &serde_json::Map<String, Value>) -> Option<String> {
    let says = |(name, value): (&String, &Value)| match value {
        Value::String(setting) if names_setting(name) && words::names_secret(setting) => {
            Some(setting.clone())
        }
        Value::Bool(true) if name.len() > 2 && bytes::is_one_of(name.get(..2)?.as_bytes(), &["is"]) => {
            words::is_password(name).then(|| name.clone())
        }
        _ => None,
    };
    fields.iter().find_map(says)
}

/// The object or list that a text is, if it is one.
fn inner_json(text: &str) -> Option<Value> {
    let is_json = text.trim_start().starts_with(['{', '[']);
    serde_json::from_str(text.trim()).ok().filter(|_| is_json)
}

/// Whether a number under this name is a secret, and no identifier of one.
fn is_secret_number(name: &str, number: &str) -> bool {
    /// Shorter ones are identifiers of the product.
    const LONG: usize = 6;
    words::names_secret(name)
        && !allowlist::is_plain(number, true)
        && (words::names_secret_number(name) || number.len() >= LONG)
}

/// Whether each member of an object of this name is a secret; an object called `secret` is a row of the vault.
fn is_container(name: &str) -> bool {
    let name = name.trim_end_matches('s');
    words::is_password(name)
        || bytes::ends_with(name.as_bytes(), b"token")
        || bytes::ends_with(name.as_bytes(), b"apikey")
}

/// What a value of our own structures is, where its key is too common a word to say so in other JSON.
fn own_kind(parent: &str, key: &str) -> Option<Identity> {
    match (parent, key) {
        ("host" | "node", "name") => Some(Identity::Host),
        (_, "site") => Some(Identity::Site),
        (_, "pool") => Some(Identity::Pool),
        _ => None,
    }
}

impl Known {
    /// Learns from a structure of ours, or from any JSON: by its fields, else by shape.
    pub fn add_value(&mut self, value: &Value) {
        self.add_fields(value, "", "");
    }

    fn add_fields(&mut self, value: &Value, parent: &str, key: &str) {
        match value {
            Value::String(text) if is_kept_field(key) || text.is_empty() => {}
            Value::String(text) => match own_kind(parent, key).or_else(|| identity::kind_of_field(key)) {
                Some(Identity::Host) => identity::parts(Identity::Host, text).iter().for_each(|named| {
                    if let Some(part) = text.get(named.range.clone()) {
                        self.add(named.kind, part);
                    }
                }),
                Some(kind) if !text.contains(['\\', '@']) => self.add(kind, text),
                _ => self.learn(text.as_bytes()),
            },
            Value::Array(items) => items.iter().for_each(|item| self.add_fields(item, parent, key)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    let (parent, key) =
                        if WRAPPERS.contains(&name.as_str()) { (parent, key) } else { (key, name.as_str()) };
                    self.add_fields(value, parent, key);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl Redactor {
    /// Redacts every text of a structure of ours. One that does not survive is given back as an error.
    pub fn clean_all<T: Serialize + DeserializeOwned>(&self, of: &T) -> Result<T, serde_json::Error> {
        let mut value = serde_json::to_value(of)?;
        self.walk(&mut value, "", "", true);
        serde_json::from_value(value)
    }

    /// Redacts many short lines, such as paths.
    pub fn clean_lines<'l>(&self, lines: impl Iterator<Item = &'l mut String>) {
        const BLOCK: usize = 1024;
        let mut lines: Vec<&mut String> = lines.collect();
        for block in lines.chunks_mut(BLOCK) {
            let joined = block.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n");
            if self.sanitize(&joined) != joined {
                for line in block {
                    **line = self.sanitize(line);
                }
            }
        }
    }

    /// Redacts every text of a JSON value, keys too.
    pub fn clean_value(&self, value: &mut Value) {
        self.walk(value, "", "", false);
    }

    /// The value of a field of this kind, whole: a label at level `identities`, and what is secret in it at any.
    pub fn clean_field(&self, kind: Identity, text: &str) -> String {
        let Some(identities) = &self.identities else { return self.sanitize(text) };
        let plain = text.trim();
        if plain.is_empty()
            || first_key_in(plain).is_some()
            || super::is_marker(plain)
            || identity::is_common_value(kind, plain)
        {
            return self.sanitize(text);
        }
        if let Some((domain, user)) = plain.rsplit_once('\\').filter(|_| kind == Identity::User) {
            return self.clean_field(Identity::Domain, domain) + "\\" + &self.clean_field(kind, user);
        }
        if let Some((user, domain)) = plain.split_once('@').filter(|_| kind == Identity::User) {
            return self.clean_field(kind, user) + "@" + &self.clean_field(Identity::Domain, domain);
        }
        // A host may have a domain, a port and an instance; what has none of them is the value itself.
        let parts = identity::parts(kind, plain);
        if parts.is_empty() {
            return identities.label(kind, plain.as_bytes());
        }
        let mut out = Vec::new();
        let spans = parts.into_iter().map(Span::from);
        let at = self.replace(plain.as_bytes(), 0, spans, &mut out, &mut Counts::default());
        out.extend_from_slice(plain.as_bytes().get(at..).unwrap_or_default());
        self.sanitize(&String::from_utf8_lossy(&out))
    }

    /// In a structure of our own the keys of `machine` are names of facts, whatever they look like.
    fn walk(&self, value: &mut Value, parent: &str, key: &str, own: bool) {
        match value {
            Value::String(text) => match inner_json(text).filter(|_| !own) {
                // JSON in a text of JSON.
                Some(mut inner) => {
                    let before = inner.clone();
                    self.walk(&mut inner, parent, key, own);
                    if inner != before {
                        *text = inner.to_string();
                    }
                }
                None => *text = self.field(parent, key, text),
            },
            Value::Array(items) => {
                let key = if !own && is_container(key) { key.trim_end_matches('s') } else { key };
                for item in items {
                    self.walk(item, parent, key, own);
                }
            }
            Value::Object(fields) => {
                let setting = secret_setting(fields);
                // Of `credentials` every member is one; our own structures have no such thing.
                let inside = !own && is_container(key);
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(name, mut value)| {
                        if let Some(setting) = setting.as_deref().filter(|_| holds_setting(&name)) {
                            self.walk(&mut value, key, setting, own);
                        } else if inside {
                            // Of `tokens` each is a token.
                            self.walk(&mut value, parent, key.trim_end_matches('s'), own);
                        } else if WRAPPERS.contains(&name.as_str()) {
                            self.walk(&mut value, parent, key, own);
                        } else {
                            self.walk(&mut value, key, &name, own);
                        }
                        (if own && key == "machine" { name } else { self.sanitize(&name) }, value)
                    })
                    .collect();
            }
            Value::Number(number) if is_secret_number(key, &number.to_string()) => {
                *value = Value::String(super::MARKER.to_owned());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Redacts a text that is under a name, such as a cell of a column.
    pub fn clean_named(&self, name: &str, text: &str) -> String {
        let mut value = Value::String(text.to_owned());
        self.walk(&mut value, "", name, false);
        match value {
            Value::String(text) => text,
            _ => String::new(),
        }
    }

    fn field(&self, parent: &str, key: &str, text: &str) -> String {
        if is_kept_field(key)
            || Fingerprint::try_from(text.to_owned()).is_ok_and(|print| print.hex.len() == 64)
        {
            return text.to_owned();
        }
        if words::names_secret(key) {
            let shown = allowlist::is_plain(text.trim(), true) || super::is_marker(text.trim());
            return if shown { text } else { super::MARKER }.to_owned();
        }
        match own_kind(parent, key).or_else(|| identity::kind_of_field(key)) {
            Some(kind) => self.clean_field(kind, text),
            None => self.sanitize(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::identity_redactor;

    fn redactor() -> Redactor {
        identity_redactor(&Known::default())
    }

    #[test]
    fn a_field_is_labelled_whole_and_the_form_stays() {
        let mut json = serde_json::json!({
            "host": {"name": {"known": {"value": "WEB", "sources": [{"file": "operating system"}]}}},
            "sha256": "a909502dd82ae41433e6f83886b00d4277a32a7ba909502dd82ae41433e6f838",
            "binaries": {"Other.dll": {"file-version": "10.1.2.3"}},
            "MachineName": "web",
            "UserName": "corp\\jsmith",
            "Server": "sql01.corp.example,1433",
            "pool": "DefaultAppPool",
            "count": 3,
            "text": "password=hunter22x",
            "ApiKey": "abc",
            "case-key": "given",
            "password": 12_345_678,
            "pin": 871_263,
            "token": 1_234_567_890_123_u64,
            "secret": 1_045,
            "credentials": {"v": "Under-a-name", "more": ["Deep-down-9"]},
            "passwordLength": 12_345,
            "requirePasswordHistory": "true",
            "settings": [{"Name": "SmtpPassword", "Value": "abc def"}, {"name": "Theme", "value": "dark"}],
        });
        redactor().clean_value(&mut json);
        let text = json.to_string();
        let label = json["MachineName"].as_str().unwrap().to_owned();
        assert!(label.starts_with("{host-7d91d732-"), "{text}");
        assert_eq!(json["host"]["name"]["known"]["value"], label, "{text}");
        assert_eq!(json["host"]["name"]["known"]["sources"][0]["file"], "operating system");
        assert_eq!(json["binaries"]["Other.dll"]["file-version"], "10.1.2.3");
        assert_eq!((&json["requirePasswordHistory"], &json["case-key"]), (&"true".into(), &"given".into()));
        assert_eq!(
            (&json["settings"][1]["value"], &json["passwordLength"]),
            (&"dark".into(), &12_345.into())
        );
        assert_eq!(json["secret"], 1_045);
        for gone in [
            "jsmith",
            "sql01",
            "corp",
            "hunter22x",
            "abc",
            "12345678",
            "871263",
            "1234567890123",
            "Under-a-name",
            "Deep-down-9",
        ] {
            assert!(!text.contains(gone), "{gone}: {text}");
        }
        assert!(
            text.contains(",1433") && text.contains("a909502dd8") && text.contains("DefaultAppPool"),
            "{text}"
        );
        let mut again = json.clone();
        redactor().clean_value(&mut again);
        assert_eq!(again, json);
    }
}

//! The secret values of a file that may configure something: XML, JSON, connection strings, scripts and lists of settings.
//! Each is taken as the program that reads the file would use it, without the quotes and escapes of its dialect.

use super::fields::{holds_setting, names_setting, secret_setting};
use super::lists::LISTS;
use super::secret_set::SecretSet;
use super::words::{is_low_entropy, looks_random, names_secret, names_user};
use super::{allowlist, bytes, xml};
use crate::text::{encoding, hex};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Connection strings in connection strings, as those of Entity Framework are.
const NESTED: usize = 3;
/// Longest name of a setting.
const LONGEST_NAME: usize = 80;

impl SecretSet {
    /// Takes the values of a configuration file: what its redacted form would not show, and in any other form what a name,
    /// a pattern or its look says is a secret.
    pub fn add_config(&mut self, bytes: &[u8]) {
        // No program reads a setting in it.
        if !encoding::is_text(bytes) {
            return;
        }
        let text = xml::decode(bytes).unwrap_or_else(|_| encoding::decode(bytes));
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('<') {
            let is_xml = xml::check(text).is_ok();
            self.add_pieces(text, &xml::readable_pieces(text));
            if is_xml {
                return;
            }
        } else if let Some(json) = json(text) {
            self.add_json(&json, false, true);
        }
        // What could not be parsed, and of two members of one name the first.
        self.add_lines(text);
        for said in text.split(|c: char| c.is_whitespace() || "\"'`".contains(c)).filter_map(base64_text) {
            self.add_lines(&said);
        }
    }

    fn add_lines(&mut self, text: &str) {
        self.add_text(text.as_bytes());
        text.lines().for_each(|line| self.add_line(line));
    }

    fn add_pieces(&mut self, text: &str, pieces: &xml::Pieces<'_>) {
        // Elements whose next one holds the value of a secret: `<key>Password</key><string>…</string>`.
        let mut named = BTreeSet::new();
        for (range, what) in &pieces.pieces {
            let Some(raw) = text.get(range.clone()) else { continue };
            let value = xml::unescape(raw);
            if matches!(what, xml::PieceKind::Blank) {
                self.add_text(value.trim_end_matches(['-', '?', '>']).as_bytes());
                continue;
            }
            let mut secret = allowlist::names_secret(pieces, what);
            if let xml::PieceKind::Text { element } = what
                && !value.trim().is_empty()
                && let Some(element) = pieces.elements.get(*element)
            {
                secret |= named.remove(&element.parent);
                if names_setting(element.name) && names_secret(value.trim()) {
                    named.insert(element.parent);
                    continue;
                }
            }
            let shown = allowlist::may_show(pieces, what, &value);
            self.add_setting(value.trim(), secret, !shown);
        }
        for element in &pieces.elements {
            if element.attributes.iter().any(|(name, _)| names_secret(name)) {
                let users = element.attributes.iter().filter(|(name, _)| names_user(name));
                users.for_each(|(_, raw)| self.add_user(&xml::unescape(raw)));
            }
        }
    }

    /// Takes what the names in an export say is a secret.
    pub fn add_export(&mut self, value: &Value) {
        self.add_json(value, false, false);
    }

    /// Takes a value of an export that has this name.
    pub fn add_named(&mut self, name: &str, value: &str) {
        if names_secret(name) {
            self.add_setting(value.trim(), true, false);
        }
    }

    /// `replaced`: other values count, too, as those of a configuration do.
    fn add_json(&mut self, value: &Value, secret: bool, replaced: bool) {
        match value {
            Value::String(text) => self.add_setting(text.trim(), secret, replaced),
            Value::Number(number) if secret => self.add_setting(&number.to_string(), true, replaced),
            Value::Array(items) => items.iter().for_each(|item| self.add_json(item, secret, replaced)),
            Value::Object(fields) => {
                let setting = secret_setting(fields).is_some();
                for (name, value) in fields {
                    let of_setting = setting && holds_setting(name);
                    // What an export calls a secret is a row of the vault.
                    let named = names_secret(name) && (replaced || !value.is_object());
                    self.add_json(value, secret || of_setting || named, replaced);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// One value. `secret`: its name says so; `replaced`: the redacted file does not show it.
    fn add_setting(&mut self, value: &str, secret: bool, replaced: bool) {
        // Digests of packages are public.
        let is_digest = ["sha256-", "sha384-", "sha512-"].iter().any(|head| value.starts_with(head));
        if allowlist::is_plain(value, secret) || (is_digest && !secret) {
            return;
        }
        if is_connection_string(value) {
            self.add_connection(value, NESTED);
        } else if secret || looks_random(value) {
            // A word in an export may be one of the product: `"passwordCompliance": "Compliant"`.
            if replaced || !value.chars().all(|c| c.is_alphabetic() || c == ' ') {
                self.add_decoded(value);
            }
        } else if replaced && is_distinct(value) && !is_low_entropy(value) {
            self.add(value);
        }
        if replaced {
            self.add_found(value.as_bytes());
        }
    }

    /// Passwords and accounts of a connection string; a server is no secret.
    fn add_connection(&mut self, text: &str, nested: usize) {
        for (name, value) in connection_parts(text) {
            if names_user(name) {
                self.add_user(&value);
            } else if nested > 1 && is_connection_string(&value) {
                self.add_connection(&value, nested - 1);
            } else if names_secret(name) && !allowlist::is_plain(&value, true) {
                self.add_decoded(&value);
            }
        }
    }

    /// A line of a script or of a list of settings: the value after a name and a sign.
    fn add_line(&mut self, line: &str) {
        let line = line.trim();
        for text in std::iter::once(line).chain(quoted(line)) {
            if is_connection_string(text) {
                self.add_connection(text, NESTED);
            }
        }
        for sign in ['=', ':'] {
            let Some((left, right)) = line.split_once(sign) else { continue };
            if !names_secret(last_name(left)) {
                continue;
            }
            let value = right.trim().trim_end_matches([';', ',']).trim_end();
            if !allowlist::is_plain(value, true) && !is_connection_string(&unquoted(value)) {
                self.add_decoded(value);
            }
            let parts = quoted(right).filter(|text| is_distinct(text) && !is_low_entropy(text));
            parts.for_each(|text| self.add(text));
        }
    }

    /// A secret as it is written and as it is used: without quotes, percent signs, a scheme before it, base64.
    pub(super) fn add_decoded(&mut self, value: &str) {
        self.add(value);
        let plain = unquoted(value);
        for text in [plain.clone(), percent_decoded(&plain).into(), xml::unescape(&plain)] {
            if *text != *value {
                self.add(&text);
            }
        }
        let token = plain.split_once(' ').map_or(&*plain, |(_, token)| token.trim());
        if token.len() < plain.len() && !token.contains(' ') && token.len() >= super::words::STRONG_CHARS {
            self.add(token);
        }
        if let Some(said) = base64_text(token) {
            match said.split_once(':') {
                Some((user, password)) => {
                    self.add_user(user);
                    self.add(password);
                }
                None => self.add(&said),
            }
        }
    }
}

/// What a JSON text says, also with the comments and the last commas that .NET allows.
fn json(text: &str) -> Option<Value> {
    if !text.starts_with(['{', '[', '/']) {
        return None;
    }
    serde_json::from_str(text).or_else(|_| serde_json::from_str(&strict_json(text))).ok()
}

fn strict_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut comma) = (text, None);
    while let Some(c) = rest.chars().next() {
        let length = if c == '"' {
            let mut escaped = false;
            let end = rest.bytes().skip(1).position(|byte| {
                let ends = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                ends
            });
            end.map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("//") {
            rest = rest.get(rest.find('\n').unwrap_or(rest.len())..).unwrap_or_default();
            continue;
        } else if rest.starts_with("/*") {
            rest = rest.get(rest.find("*/").map_or(rest.len(), |end| end + 2)..).unwrap_or_default();
            continue;
        } else {
            c.len_utf8()
        };
        match c {
            ',' => comma = Some(out.len()),
            '}' | ']' => {
                if let Some(at) = comma.take() {
                    out.replace_range(at..=at, " ");
                }
            }
            c if c.is_whitespace() => {}
            _ => comma = None,
        }
        let (taken, tail) = rest.split_at_checked(length).unwrap_or((rest, ""));
        out.push_str(taken);
        rest = tail;
    }
    out
}

/// Names and values of a connection string. A value may be in quotes, doubled inside, or in braces.
fn connection_parts(text: &str) -> Vec<(&str, String)> {
    let mut parts = Vec::new();
    let mut rest = text;
    // Signs that nothing closes any more: looked for once.
    let mut open = Vec::new();
    while let Some((name, tail)) = rest.split_once('=') {
        let name = name.rsplit(';').next().unwrap_or(name).trim();
        let tail = tail.trim_start();
        let close = match tail.chars().next() {
            Some(quote @ ('"' | '\'')) => Some(quote),
            Some('{') => Some('}'),
            _ => None,
        };
        let close = close.filter(|close| !open.contains(close));
        let enclosed = close.and_then(|close| enclosed(tail.get(1..)?, close));
        open.extend(close.filter(|_| enclosed.is_none()));
        let (value, length) = if let Some((value, length)) = enclosed {
            (value, length + 1)
        } else {
            let end = tail.find(';').unwrap_or(tail.len());
            (tail.get(..end).unwrap_or_default().trim_end().to_owned(), end)
        };
        parts.push((name, value));
        rest = tail.get(length..).unwrap_or_default();
    }
    parts
}

/// The text up to `close`, which is doubled inside, and the length with it.
fn enclosed(text: &str, close: char) -> Option<(String, usize)> {
    let (mut value, mut at) = (String::new(), 0);
    loop {
        let rest = text.get(at..)?;
        let end = rest.find(close)?;
        value.push_str(rest.get(..end)?);
        at += end + 1;
        if !text.get(at..)?.starts_with(close) {
            return Some((value, at));
        }
        value.push(close);
        at += 1;
    }
}

/// Whether a value is a connection string, whose parts are taken one by one: searching for the whole would miss
/// the same string with its parts in another order. A password may hold both signs as well.
fn is_connection_string(value: &str) -> bool {
    let first = value.split_once(';').and_then(|(first, _)| first.split_once('='));
    first.is_some_and(|(name, _)| bytes::is_one_of(name.trim().as_bytes(), &LISTS.connection_parts))
}

/// A value without the quotes or braces around it.
fn unquoted(value: &str) -> Cow<'_, str> {
    let Some(close @ ('"' | '\'' | '`')) = value.chars().next() else { return value.into() };
    match value.get(1..).and_then(|inside| enclosed(inside, close)) {
        Some((inside, length)) if length + 1 == value.len() => inside.into(),
        _ => value.into(),
    }
}

/// The texts in quotes of a line.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    ['"', '\''].into_iter().flat_map(|quote| line.split(quote).skip(1).step_by(2))
}

/// The last name of what is before a sign: `$env:DB_PW `, `set PW`, `"Password"`.
fn last_name(left: &str) -> &str {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    let left = left.trim_end_matches(|c| !is_name(c));
    let start = left.char_indices().rev().take(LONGEST_NAME).take_while(|(_, c)| is_name(*c)).last();
    left.get(start.map_or(left.len(), |(at, _)| at)..).unwrap_or_default()
}

/// Whether a value under no telling name is so special that it is the same secret wherever it is: with a digit or a sign
/// that names, hosts, types, paths and prose do not have.
fn is_distinct(value: &str) -> bool {
    let only = |signs: &str| value.chars().all(|c| c.is_alphabetic() || signs.contains(c));
    let dotted = value.contains('.') && value.chars().all(|c| c.is_alphanumeric() || " ._-,=+`:".contains(c));
    let path = value.starts_with(['~', '.', '%']) || value.contains(['/', '\\']);
    let digits = value.trim_matches(['{', '}']);
    let guid = digits.len() == 36 && digits.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    let account = value.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.'));
    let special = value.contains(|c: char| c.is_ascii_digit() || "!#$%^&*?@<>|\"'".contains(c));
    special
        && value.contains(char::is_alphabetic)
        && !only(" ,;._-:()")
        && value.split_whitespace().count() <= 2
        && !(dotted || path || guid || account)
}

/// A part of a URL as it was before `%40` was written for `@`.
pub(super) fn percent_decoded(text: &str) -> String {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let code = tail.first_chunk().filter(|_| *first == b'%').and_then(|digits| hex::pair(*digits));
        out.push(code.unwrap_or(*first));
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The printable text behind base64 of some length, of UTF-8 or UTF-16.
fn base64_text(value: &str) -> Option<String> {
    const SHORTEST: usize = 12;
    if value.len() < SHORTEST || !value.len().is_multiple_of(4) {
        return None;
    }
    let bytes = STANDARD.decode(value).ok()?;
    let narrow = || String::from_utf8(bytes.clone()).ok();
    let wide = || {
        let (units, []) = bytes.as_chunks::<2>() else { return None };
        let units: Vec<u16> = units.iter().map(|unit| u16::from_le_bytes(*unit)).collect();
        String::from_utf16(&units).ok()
    };
    let printable = |text: &String| text.chars().all(|c| matches!(c, ' '..='~'));
    narrow().filter(printable).or_else(|| wide().filter(printable))
}

//! Allowlist of configuration values that may be shown: plain values, and the settings on the lists of `lists.toml`.
//!
//! The lists hold what the product's pages name and the schema of ASP.NET, IIS and log4net.
//! A setting that is on no list is replaced, whatever it holds. `SECURITY.md` describes this in words.

use super::bytes::is_one_of;
use super::lists::LISTS;
use super::words::{self, looks_random, names_user};
use super::xml::{Element, PieceKind, Pieces};

/// Whether `value` is boolean, number, version, version range or time. Under the name of a secret a number passes
/// only with up to three digits, as limits and lengths have: a PIN is a number too.
pub(super) fn is_plain(value: &str, secret: bool) -> bool {
    let digits = |text: &str, most: usize| {
        !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit())
    };
    let most = if secret { 3 } else { 12 };
    let number = |text: &str| digits(text.strip_prefix(['-', '+']).unwrap_or(text), most);
    let dotted = |text: &str| {
        let fields: Vec<&str> = text.split('.').collect();
        (2..=4).contains(&fields.len()) && fields.iter().all(|field| digits(field, 6))
    };
    let time = |text: &str| {
        let fields: Vec<&str> = text.split(':').collect();
        let last = |field: &str| digits(field.split_once(['.', ',']).map_or(field, |(whole, _)| whole), 2);
        let first = |field: &str| digits(field.rsplit_once('.').map_or(field, |(_, hours)| hours), 2);
        match fields.as_slice() {
            [a, b] => first(a) && last(b),
            [a, b, c] => first(a) && digits(b, 2) && last(c),
            _ => false,
        }
    };
    let date = |text: &str| {
        let fields: Vec<&str> = text.split('-').collect();
        matches!(fields.as_slice(), [y, m, d] if digits(y, 4) && digits(m, 2) && digits(d, 2))
    };
    let moment = |text: &str| {
        text.split_once(['T', ' ']).is_some_and(|(d, t)| date(d) && time(t.trim_end_matches('Z')))
    };
    value.is_empty()
        || value.eq_ignore_ascii_case("true")
        || value.eq_ignore_ascii_case("false")
        || number(value)
        || (!secret
            && (dotted(value)
                || value.split_once('-').is_some_and(|(a, b)| dotted(a) && dotted(b))
                || time(value)
                || date(value)
                || moment(value)))
}

/// Whether a piece is under the name of a secret: its attribute, its element or one around it, or the setting whose value
/// it is.
pub(super) fn names_secret(pieces: &Pieces<'_>, what: &PieceKind<'_>) -> bool {
    let around = |element: usize| pieces.chain(element).any(says_secret);
    match *what {
        PieceKind::Blank => false,
        PieceKind::Text { element } => around(element),
        PieceKind::Value { element, name } => pieces.elements.get(element).is_some_and(|own| {
            let is = |word: &str| name.eq_ignore_ascii_case(word);
            // `key` names a setting where its value is beside it; elsewhere it is a key.
            let key = is("key") && !own.names_setting();
            key || words::names_secret(name)
                || (is("value") && around(element))
                || (is_secret_element(own.name) && !is("configSource") && !is("file"))
        }),
    }
}

/// Whether an element, or the setting that it is, has the name of a secret.
fn says_secret(element: &Element<'_>) -> bool {
    is_secret_element(element.name) || element.setting().is_some_and(words::names_secret)
}

/// The section of connection strings, and the one of the machine key, hold settings that are none.
fn is_secret_element(name: &str) -> bool {
    words::names_secret(name) && !["connectionStrings", "machineKey"].iter().any(|s| name.eq_ignore_ascii_case(s))
}

/// Whether a piece of this value, entities resolved, may be shown.
pub(super) fn may_show(pieces: &Pieces<'_>, what: &PieceKind<'_>, value: &str) -> bool {
    let secret = names_secret(pieces, what);
    let PieceKind::Value { element, name } = *what else { return is_plain(value.trim(), secret) };
    let chain: Vec<_> = pieces.chain(element).collect();
    let Some(element) = chain.first() else { return false };
    let inside = |ancestor: &str| chain.iter().skip(1).any(|e| e.name.eq_ignore_ascii_case(ancestor));
    let is = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
    let setting = element.setting().unwrap_or_default();
    if is_plain(value.trim(), secret) {
        return true;
    }
    if is(element.name, "machineKey") && secret {
        // The only values that are no keys: they say that every node makes its own (CFG-017).
        return value.split(',').all(|part| {
            ["AutoGenerate", "IsolateApps", "IsolateByAppId"].iter().any(|word| is(part.trim(), word))
        });
    }
    if secret || looks_random(value) {
        return false;
    }
    if name == "xmlns" || name.starts_with("xmlns:") {
        return LISTS.schemas.iter().any(|schema| value.starts_with(schema));
    }
    if (is(element.name, "allow") || is(element.name, "deny")) && (names_user(name) || is(name, "users")) {
        return matches!(value, "*" | "?");
    }
    // Users of `<credentials>`; everywhere else a name is that of a handler, a module, a section ...
    if is(name, "name") && (is(element.name, "user") || inside("credentials")) {
        return false;
    }
    if is(name, "value") {
        return if inside("appSettings") {
            is_one_of(setting.as_bytes(), &LISTS.shown_app_settings)
        } else if inside("customHeaders") {
            is_one_of(setting.as_bytes(), &LISTS.shown_headers)
        } else if inside("log4net") {
            let named = if is(element.name, "param") { setting } else { element.name };
            is_one_of(named.as_bytes(), &LISTS.shown_log_settings)
        } else {
            // Default documents, and the run-time switches of .NET.
            inside("defaultDocument") || is(element.name, "AppContextSwitchOverrides")
        };
    }
    is_one_of(name.as_bytes(), &LISTS.shown_attributes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_values() {
        for value in [
            "",
            "true",
            "False",
            "42",
            "-1",
            "4.0",
            "10.9.000064",
            "0.0.0.0-4.2.0.0",
            "00:20:00",
            "1.00:00:00",
            "2026-11-22T10:00:00Z",
        ] {
            assert!(is_plain(value, false), "{value}");
        }
        for value in ["x", "1234567890123", "1.2.3.4.5", "a.b", "12:34:56:78", "hunter2"] {
            assert!(!is_plain(value, false), "{value}");
        }
        assert!(is_plain("8", true) && !is_plain("1234", true) && !is_plain("12.34", true));
    }
}

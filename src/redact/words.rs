//! Names that mean a secret, and values that are too common to search for.

use super::bytes::is_one_of;
use super::lists::{FOREIGN_PASSWORD_NAMES, LISTS};

/// A name in lower case without signs and without a number at its end: `Password2` and `Token1` name what `Password` and
/// `Token` name.
fn stem(name: &str) -> String {
    let mut stem: String =
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    stem.truncate(stem.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    stem
}

/// Whether a setting of this name holds a secret.
pub(crate) fn names_secret(name: &str) -> bool {
    let stem = stem(name);
    !is_one_of(stem.as_bytes(), &LISTS.not_secret)
        && (LISTS.secret_anywhere.iter().any(|word| stem.contains(word))
            || FOREIGN_PASSWORD_NAMES.iter().any(|word| stem.ends_with(word))
            || LISTS.secret_ending.iter().any(|word| stem.ends_with(word)))
}

/// Whether a setting of this name is a password itself, and no length, age or number of passwords.
pub(super) fn is_password(name: &str) -> bool {
    let stem = stem(name);
    LISTS.secret_anywhere.iter().any(|word| stem.ends_with(word))
}

/// Whether a number under this name is one: keys and secrets have numbers that are identifiers.
pub(super) fn names_secret_number(name: &str) -> bool {
    is_password(name) || ["pin", "pass", "pw", "token"].iter().any(|word| stem(name).ends_with(word))
}

/// Whether an attribute of this name holds an account.
pub(super) fn names_user(name: &str) -> bool {
    matches!(
        name.to_ascii_lowercase().as_str(),
        "user" | "username" | "userid" | "user id" | "uid" | "login" | "account" | "accountname"
    )
}

/// Shortest value that is searched for, in characters. Anything shorter occurs by chance.
pub(super) const STRONG_CHARS: usize = 8;

/// Whether `value` is too short or too common to be replaced wherever it is.
pub(super) fn is_low_entropy(value: &str) -> bool {
    let length = value.chars().count();
    let digits_only = value.chars().all(|c| c.is_ascii_digit() || c.is_ascii_punctuation());
    length < STRONG_CHARS
        // Dates and counters: twelve digits are rarer than that.
        || (digits_only && length < 12)
        || LISTS.common_values.contains(&value.to_lowercase())
        || super::is_marker(value)
}

/// Whether a value that means nothing secret still looks like key material: a long hexadecimal run, or a long run
/// of mixed cases and digits. Type names, paths, public key tokens and GUIDs do not.
pub(super) fn looks_random(value: &str) -> bool {
    let runs = |keep: fn(u8) -> bool| value.as_bytes().split(move |b| !keep(*b));
    let count = |run: &[u8], class: fn(&u8) -> bool| run.iter().filter(|b| class(b)).count();
    let mixed = |run: &[u8], length: usize, each: usize| {
        run.len() >= length
            && count(run, u8::is_ascii_digit) >= each
            && count(run, u8::is_ascii_uppercase) >= each
            && count(run, u8::is_ascii_lowercase) >= each
    };
    runs(|b| b.is_ascii_hexdigit()).any(|run| run.len() >= 24)
        || runs(|b| b.is_ascii_alphanumeric() || b == b'+').any(|run| mixed(run, 20, 2))
        || runs(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).any(|run| mixed(run, 32, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets() {
        for name in
            ["DbPassword", "sql_pwd", "ClientSecret", "api-key", "Token2", "validationKey", "AdminPin"]
        {
            assert!(names_secret(name), "{name}");
        }
        for name in ["key", "publicKeyToken", "SecretId", "TokenTimeout", "IpAddressHeader", "keyboard"] {
            assert!(!names_secret(name), "{name}");
        }
    }

    #[test]
    fn weak_values_are_not_searched_for() {
        for value in ["", "hunter2", "Password", "SecretServer", "2026-11-22", "{redacted}", "äöüäöüä"]
        {
            assert!(is_low_entropy(value), "{value}");
        }
        for value in ["hunter22", "Tr0ub4dor&3", "correct horse", "123456789012"] {
            assert!(!is_low_entropy(value), "{value}");
        }
    }

    #[test]
    fn key_material_and_names_are_told_apart() {
        for value in [
            "0123456789abcdef0123456789ABCDEF",
            "bXlTdXBlclNlY3JldFBhc3N3b3JkMTIz",
            "/a/b?sig=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MAo%3D",
        ] {
            assert!(looks_random(value), "{value}");
        }
        for value in [
            "System.Web.Http.WebHost.HttpControllerRouteHandler, System.Web.Http.WebHost, Version=5.2.7.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35",
            "ExtensionlessUrlHandler-Integrated-4.0",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "/SecretServer/webservices/SSWebService2013.asmx",
            "Thycotic.ihawu.EncryptionProtection_x64.dll",
            "max-age=31536000; includeSubDomains",
        ] {
            assert!(!looks_random(value), "{value}");
        }
    }
}

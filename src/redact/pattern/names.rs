//! Names of secrets, as expressions: words of the product, and words for a password in all languages.

use super::factored::factored;
use crate::redact::bytes::{NEAR, ends_with, is_name};
use crate::redact::lists::LISTS;
use std::fmt::Write as _;
use std::ops::Range;

/// Names of secrets, or how they end. These are product vocabulary: a sign has to follow.
const VOCABULARY: &str = concat!(
    r"secret|token|credentials?|securestring",
    // Whose keys are secrets.
    r"|api@|access@|private@|shared@|account@|encryption@|validation@|decryption@|master@|signing@|secret@|client@|storage@",
    r"|symmetric@|rpc@|ssh@|hmac@|session@|onboarding@|subscription@|license@|functions@",
    r"|aspxauth|asp\.net_sessionid|samlresponse|samlrequest|client_assertion|erlang[-_. ]?cookie|setcookie",
    r"|__viewstate|__eventvalidation|private-mac",
    r"|\b[sa]key|(?:\b|_|bind|user|store|(?-i:[a-z]P)|(?-i:DB))(?:pass|pw)|(?-i:[a-z]P)(?:ass|w|in)|(?:\b|_)(?:pin|pin[- ]code|t?otp)",
);

/// Words for a password of one word, also as a part of a name.
const PASSWORD: &str = "password|passwd|passwrd|passphrase|passcode|pwd";

/// What may follow a name: `token_hint`, `secret_0`.
const TAIL: &str = "(?:[_-]?(?:text(?:box)?|value|hash|salt|hint|string|new|old))?[0-9_]{0,4}";

/// What is between a name and its value.
const SIGN: &str = r#"(?:\\{0,3}["']|""|&quot;|%22)?(?:\]|%5d)?(?:[ \t]|\xc2?\xa0){0,64}(?:=>|->|==?|:[=:]?|%3[da]|\xef\xbc\x9a)"#;

/// Every word for a secret that is in ASCII: of passwords in all languages, and of the product.
pub(super) fn names() -> String {
    factored(&format!("{}|{}", words_for_password(), vocabulary()))
}

/// Words for a password that are in ASCII, in all languages.
pub(super) fn passwords() -> String {
    factored(&words_for_password())
}

/// Short words last: they may be how others begin.
fn words_for_password() -> String {
    let (long, short): (Vec<&String>, Vec<&String>) =
        LISTS.foreign_passwords.iter().filter(|word| word.is_ascii()).partition(|word| is_long(word));
    long.iter().chain(&short).fold(PASSWORD.to_owned(), |all, word| all + "|" + &spelled(word))
}

fn vocabulary() -> String {
    VOCABULARY.replace('@', "[-_ ]?keys?")
}

/// Words for a password with other letters.
pub(super) fn foreign_passwords() -> String {
    let words = LISTS.foreign_passwords.iter().filter(|word| !word.is_ascii());
    factored(&words.map(|word| spelled(word)).collect::<Vec<_>>().join("|"))
}

/// A word of the product with the sign after it: an equals sign or a colon, the `value=` of a configuration, the end of a tag, or
/// a blank.
pub(super) fn candidate() -> String {
    format!(
        r#"(?:{}){TAIL}(?:{SIGN}|(?:["']|&quot;)[ \t]{{1,8}}value[ \t]{{0,8}}=|>|&gt;|\\u003e|[ \t])"#,
        factored(&vocabulary())
    )
}

/// Names of no meaning to us that end like those of keys.
pub(super) fn any_key() -> String {
    format!("(?:[a-z0-9][-_]?key|\\bpat){TAIL}{SIGN}")
}

/// Words for a key or a secret in other languages, in ASCII or with other letters.
pub(super) fn foreign_secrets(ascii: bool) -> String {
    let words = LISTS.foreign_secrets.iter().filter(|word| word.is_ascii() == ascii);
    format!("(?:{}){SIGN}", factored(&words.map(|word| spelled(word)).collect::<Vec<_>>().join("|")))
}

/// Whether no other word ends with it by chance.
const fn is_long(word: &str) -> bool {
    word.len() >= 8
}

/// A word however it is written: its blanks as any joint, and its letters beyond ASCII in UTF-8, in the code pages of Windows,
/// and escaped for JSON, XML and URLs. A short word begins where no other one goes on.
fn spelled(word: &str) -> String {
    let mut all = String::from(if word.is_ascii() && !is_long(word) { r"\b" } else { "" });
    for c in word.chars() {
        match c {
            ' ' => all += r"(?:[ _-]|%20|\xc2?\xa0)?",
            '\'' => all += r"(?:'|\xe2\x80\x99|&#39;|&apos;|%27)",
            c if c.is_ascii() => all.push(c),
            c => {
                let forms = c.to_lowercase().chain(c.to_uppercase());
                let forms: Vec<String> = forms.map(letter).collect();
                let _ = write!(all, "(?:{})", forms.join("|"));
            }
        }
    }
    all
}

/// One letter beyond ASCII in every form.
fn letter(c: char) -> String {
    let mut buffer = [0; 4];
    let number = u32::from(c);
    let bytes = c.encode_utf8(&mut buffer).as_bytes();
    let mut all = bytes.iter().fold(String::new(), |all, b| format!(r"{all}\x{b:02x}"));
    let percent = bytes.iter().fold(String::new(), |all, b| format!("{all}%{b:02x}"));
    let _ = write!(all, r"|{percent}|\\{{1,2}}u{number:04x}|&#{number};|&#x0?{number:x};");
    for page in [encoding_rs::WINDOWS_1252, encoding_rs::WINDOWS_1250, encoding_rs::WINDOWS_1251] {
        let (code, _, unknown) = page.encode(c.encode_utf8(&mut buffer));
        if let ([byte], false) = (&*code, unknown) {
            let _ = write!(all, r"|\x{byte:02x}");
        }
    }
    all
}

/// Parts of assembly names and of .NET types, in every exception text.
const NOT_SECRET: [&[u8]; 4] = [b"publickeytoken", b"cancellationtoken", b"metadatatoken", b"publickey"];

/// The whole name that `found` is the end of, unless it is one of something else.
pub(super) fn name_before(text: &[u8], found: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..found.start)?.iter().rev().take(NEAR).take_while(|b| is_name(**b)).count();
    let start = found.start - before;
    let length = text.get(start..found.end)?.iter().take_while(|b| is_name(**b)).count();
    let name = text.get(start..start + length)?;
    (!NOT_SECRET.iter().any(|word| ends_with(name, word))).then_some(start..start + length)
}

/// Whether a name that goes on so is that of a property of passwords, such as `Length`, or of a type.
pub(super) fn is_property(tail: &[u8]) -> bool {
    let names = |part: &[u8]| {
        let plain = part.strip_suffix(b"s").unwrap_or(part);
        LISTS
            .properties
            .iter()
            .any(|word| ends_with(plain, word.as_bytes()) || ends_with(part, word.as_bytes()))
    };
    tail.ends_with(b".") || tail.ends_with(b"-") || tail.split(|b| *b == b'.').any(names)
}

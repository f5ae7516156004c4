//! A value after the name of a secret.

use super::connection::in_connection_string;
use super::element::{element, end_of_tag};
use super::prose::{is_made_up, is_plain, is_sentence, is_word};
use super::value::{assigned, ends_line, is_no_value, is_unclosed, quoted_length};
use super::{Seen, token};
use crate::redact::bytes::{NEAR, before, ends_with, first, is_name, is_one_of, line_from, signs};
use crate::redact::lines::Open;
use crate::redact::lists::LISTS;
use crate::redact::words::looks_random;
use std::fmt::Write as _;
use std::ops::Range;

/// Names of secrets, or how they end. These are product vocabulary: a sign has to follow.
const VOCABULARY: &str = concat!(
    r"secret|token|credentials?|securestring",
    r"|(?:api|access|private|shared|account|encryption|validation|decryption|master|signing|secret|client|storage",
    r"|symmetric|rpc|ssh|hmac|session|onboarding|subscription|license|functions)[-_ ]?keys?|\b[sa]key",
    r"|(?:\b|_|bind|user|store|(?-i:[a-z]P)|(?-i:DB))(?:pass|pw)|(?-i:[a-z]P)(?:ass|w|in)|(?:\b|_)(?:pin|pin[- ]code|t?otp)",
    r"|aspxauth|asp\.net_sessionid|samlresponse|samlrequest|client_assertion|erlang[-_. ]?cookie|setcookie",
    r"|__viewstate|__eventvalidation|private-mac",
);

/// Words for a password of one word, also as a part of a name.
const PASSWORD: &str = "password|passwd|passwrd|passphrase|passcode|pwd";

/// What may follow a name: `token_hint`, `secret_0`.
const TAIL: &str = "(?:[_-]?(?:text(?:box)?|value|hash|salt|hint|string|new|old))?[0-9_]{0,4}";

/// What is between a name and its value.
const SIGN: &str = r#"(?:\\{0,3}["']|&quot;|%22)?(?:\]|%5d)?(?:[ \t]|\xc2?\xa0){0,64}(?:=>|->|==?|:[=:]?|%3[da]|\xef\xbc\x9a)"#;

/// Longest name after the word in it.
const LONGEST_TAIL: usize = 40;
/// Longest remark between a name and its sign: `Password for svc:`.
const LONGEST_REMARK: usize = 48;
/// How far members of what has the name of a secret are looked at, in bytes.
const MEMBERS: usize = 2 * 1024;
/// Most words between a name and a value in quotes.
const WORDS: usize = 4;

/// Words that say what a name's value is, in any case; and words before it that may be before anything else, too.
const IS: [&str; 9] = ["is", "was", "be", "ist", "war", "lautet", "est", "es", "è"];
const JOINS: [&str; 8] = ["to", "as", "from", "auf", "zu", "von", "with", "using"];

/// Words between what says so and the value.
const FILLERS: [&str; 5] = ["now", "currently", "set", "to", "nun"];

/// What a password is done to before it is named by itself, in any case.
const DOINGS: [&str; 13] = [
    "verifying", "checking", "testing", "trying", "sending", "sent", "entering", "typing", "setting", "generated", "new", "old",
    "using",
];

/// Every word for a secret: of passwords in all languages, and of the product.
pub(super) fn names() -> String {
    format!("{}|{VOCABULARY}", passwords())
}

/// Words for a password, in all languages.
pub(super) fn passwords() -> String {
    let words = LISTS.foreign_passwords.iter().map(|word| spelled(word));
    words.fold(PASSWORD.to_owned(), |all, word| all + "|" + &word)
}

/// A word of the product with the sign after it: an equals sign or a colon, the `value=` of a configuration, the end of a tag, or
/// a blank.
pub(super) fn candidate() -> String {
    format!(
        r#"(?:{VOCABULARY}){TAIL}(?:{SIGN}|(?:["']|&quot;)[ \t]{{1,8}}value[ \t]{{0,8}}=|>|&gt;|\\u003e|[ \t])"#
    )
}

/// Names of no meaning to us that end like those of keys.
pub(super) fn any_key() -> String {
    format!("(?:[a-z0-9][-_]?key|\\bpat){TAIL}{SIGN}")
}

/// Words for a key or a secret in other languages.
pub(super) fn foreign_secret() -> String {
    let words: Vec<String> = LISTS.foreign_secrets.iter().map(|word| spelled(word)).collect();
    format!("(?:{}){SIGN}", words.join("|"))
}

/// A word however it is written: its blanks as any joint, and its letters beyond ASCII in UTF-8, in the code pages of Windows,
/// and escaped for JSON, XML and URLs. A short word begins where no other one goes on.
fn spelled(word: &str) -> String {
    let mut all = String::from(if word.is_ascii() && word.len() < 8 { r"\b" } else { "" });
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

/// The value after the word of the product at `found`.
pub(super) fn after(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let range = name_before(text, &found)?;
    let name = text.get(range.clone())?.to_ascii_lowercase();
    let matched = text.get(found.clone())?;
    let arrow = matched.ends_with(b"=>") || matched.ends_with(b"->");
    let sign = match *matched.last()? {
        b' ' | b'\t' => Sign::Blank,
        b'>' | b'e' | b'E' | b';' if !arrow => Sign::Tag,
        b':' | 0x9a => Sign::Colon,
        _ => Sign::Equals,
    };
    let value = if sign == Sign::Blank {
        after_blank(text, &range, &name, found.end)
    } else if [&b"credential"[..], b"credentials", b"keys"].iter().any(|word| ends_with(&name, word)) {
        behind(text, &range, sign, found.end, seen)
    } else {
        behind_sign(text, &range, sign, found.end, seen)
    }?;
    let digits = text.get(value.clone())?.iter().all(u8::is_ascii_digit);
    // An id of a secret is no secret, nor how many were replaced, as manifests say.
    let id = (name.ends_with(b"secret") || name.ends_with(b"s")) && value.len() <= 5;
    let count = matches!(name.as_slice(), b"private-key" | b"url-credentials");
    // `PIN: optional`; a number is what it would be.
    let number = [&b"pin"[..], b"otp"].iter().any(|word| name.ends_with(word));
    let word = number && text.get(value.clone())?.iter().all(u8::is_ascii_alphabetic);
    (!word && (!digits || !(id || count))).then_some(value)
}

/// The value after the word for a password at `found`, whatever the name goes on with.
pub(super) fn password(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let start = name_before(text, &found)?.start;
    let more = text.get(found.end..)?.iter().take(LONGEST_TAIL).take_while(|b| is_name(**b)).count();
    let end = found.end + more;
    let tail = text.get(found.end..end)?;
    if is_property(tail) {
        return None;
    }
    let range = start..end;
    let Some((sign, at)) = sign(text, end) else {
        if ends_line(text, end) {
            seen.opens.push((start, Open::Table));
        }
        return None;
    };
    match sign {
        Sign::Blank => beside_blank(text, &range, at, seen),
        Sign::Remark => remarked(text, at),
        _ => behind(text, &range, sign, at, seen),
    }
}

/// Whether a name that goes on so is that of a property of passwords, such as `Length`, or of a type.
fn is_property(tail: &[u8]) -> bool {
    let names = |part: &[u8]| {
        let plain = part.strip_suffix(b"s").unwrap_or(part);
        LISTS.properties.iter().any(|word| ends_with(plain, word.as_bytes()) || ends_with(part, word.as_bytes()))
    };
    tail.ends_with(b".") || tail.ends_with(b"-") || tail.split(|b| *b == b'.').any(names)
}

/// What is between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Equals,
    Colon,
    Tag,
    Blank,
    /// A remark or a particle, after which only what is no word is a value.
    Remark,
}

/// The sign after a name that ends at `at`, and where it ends: after what closes the name, and a remark (`[0]`, ` (plain)`,
/// ` for svc`).
fn sign(text: &[u8], at: usize) -> Option<(Sign, usize)> {
    let rest = first(line_from(text, at), NEAR);
    let mut i = 0;
    let skip = |i: usize, words: &[&[u8]]| {
        let tail = rest.get(i..).unwrap_or_default();
        words.iter().find(|word| tail.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word))).map_or(0, |w| w.len())
    };
    for (open, close) in [(&b"["[..], &b"]"[..]), (b"%5b", b"%5d")] {
        let length = skip(i, &[open]);
        if length > 0
            && let Some(end) = memchr::memmem::find(&first(rest, LONGEST_REMARK).to_ascii_lowercase(), close)
        {
            i = end + close.len();
        }
    }
    let slashes = signs(first(rest.get(i..)?, 3), b"\\");
    let quote = skip(i + slashes, &[b"\"", b"'", b"&quot;", b"%22", b"%27"]);
    i += if quote > 0 { slashes + quote } else { 0 };
    i += skip(i, &[b"]", b"%5d"]);
    let mut blanks = 0;
    loop {
        match rest.get(i + blanks..)? {
            [b' ' | b'\t', ..] => blanks += 1,
            [0xc2, 0xa0, ..] => blanks += 2,
            [0xa0, ..] => blanks += 1,
            _ => break,
        }
    }
    let direct = |i: usize| {
        let equals = skip(i, &[b"=>", b"->", b"<-", b"==", b"=", b":=", b"%3d", b"\\u003d", b"&#61;"]);
        // A scope of a program has no blank after it.
        let scope = rest.get(i..).is_some_and(|r| r.starts_with(b"::") && r.get(2) != Some(&b' '));
        let colon = if scope { 0 } else { skip(i, &[b"::", b":", b"%3a", b"\xef\xbc\x9a"]) };
        if equals > 0 { Some((Sign::Equals, at + i + equals)) } else { (colon > 0).then_some((Sign::Colon, at + i + colon)) }
    };
    if let Some(sign) = direct(i + blanks) {
        return Some(sign);
    }
    if quote > 0 && blanks > 0 && skip(i + blanks, &[b"value"]) > 0 {
        let end = i + blanks + 5;
        let more = signs(rest.get(end..)?, b" \t");
        return (rest.get(end + more) == Some(&b'=')).then_some((Sign::Equals, at + end + more + 1));
    }
    let particle = skip(i + blanks, &["は".as_bytes(), "为".as_bytes(), "是".as_bytes(), "為".as_bytes(), b"- ", "– ".as_bytes()]);
    if rest.get(i) == Some(&b'|') && quote == 0 {
        return Some((Sign::Remark, at + i + 1));
    }
    if particle > 0 && (blanks > 0 || rest.get(i).is_some_and(|b| *b != b'-')) {
        return Some((Sign::Remark, at + i + blanks + particle));
    }
    let tag = skip(i, &[b">", b"&gt;", b"\\u003e", b"%3e"]);
    if tag > 0 {
        return Some((Sign::Tag, at + i + tag));
    }
    if quote > 0 || blanks == 0 {
        return (quote == 0 && rest.get(i).is_none()).then_some((Sign::Blank, at + i));
    }
    let remark = rest.get(i + blanks..)?;
    let closed = match remark {
        [b'(', ..] => memchr::memchr(b')', first(remark, LONGEST_REMARK)),
        [b'[', ..] => memchr::memchr(b']', first(remark, LONGEST_REMARK)),
        _ => None,
    };
    if let Some(sign) = closed.and_then(|end| {
        let end = i + blanks + end + 1;
        direct(end + signs(rest.get(end..)?, b" \t"))
    }) {
        return Some(sign);
    }
    let word = remark.iter().take_while(|b| !b.is_ascii_whitespace()).count();
    if is_one_of(remark.get(..word)?, &["for", "of", "from", "für", "von", "pour", "de", "del", "para", "per", "voor", "dla", "для"])
        && let Some(end) = first(remark, LONGEST_REMARK).iter().position(|b| b":=,.;".contains(b))
        && let Some((sign, at)) = direct(i + blanks + end)
        && text.get(at) == Some(&b' ')
    {
        return Some((sign, at));
    }
    // Any other remark of a few words.
    let end = first(remark, LONGEST_REMARK).iter().position(|b| b":=,.;\"'[](){}".contains(b));
    if let Some(end) = end.filter(|end| remark.get(*end..).is_some_and(|r| r.starts_with(b": "))) {
        let value = remark.get(end + 2..)?;
        if is_made_up(value.get(..token::length(value))?) {
            return Some((Sign::Remark, at + i + blanks + end + 1));
        }
    }
    Some((Sign::Blank, at + i + blanks))
}

/// What is made up behind a remark, in the letters that passwords have.
fn remarked(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = line_from(text, at);
    let lead = signs(first(rest, 8), b" \t");
    let rest = rest.get(lead..)?;
    let token = rest.get(..rest.iter().take_while(|b| b.is_ascii_graphic() && !b"\"'<>,;".contains(b)).count())?;
    (token.len() >= 6 && !is_word(token) && !is_plain(token)).then(|| at + lead..at + lead + trimmed(token))
}

/// The value behind a sign that ends at `at`, or every value in the brackets there.
fn behind(text: &[u8], name: &Range<usize>, sign: Sign, at: usize, seen: &mut Seen) -> Option<Range<usize>> {
    let rest = line_from(text, at);
    let lead = signs(first(rest, NEAR), b" \t");
    match rest.get(lead) {
        Some(b'{' | b'[') if sign == Sign::Colon && !rest.get(lead..)?.starts_with(b"{redacted") => {
            members(text, at + lead, seen);
            if seen.more.is_empty() && !rest.get(lead..)?.starts_with(b"{") { assigned(text, at, false) } else { None }
        }
        _ => behind_sign(text, name, sign, at, seen),
    }
}

/// The value behind a sign that ends at `at`.
fn behind_sign(text: &[u8], name: &Range<usize>, sign: Sign, at: usize, seen: &mut Seen) -> Option<Range<usize>> {
    if sign == Sign::Tag {
        if ends_line(text, at) {
            seen.opens.push((name.start, Open::Next));
        }
        return element(text, name.start, at);
    }
    // YAML puts a mark before a text of its own lines.
    let rest = line_from(text, at);
    let lead = signs(rest, b" \t");
    let mark = lead + signs(first(rest.get(lead..)?, 2), b"|>-+");
    let blank = rest.get(mark..)?.iter().all(u8::is_ascii_whitespace) && text.get(at + rest.len()).is_some();
    if sign == Sign::Colon && blank {
        seen.opens.push((name.start, Open::Next));
        return None;
    }
    let at = if sign == Sign::Colon && rest.get(mark..)?.starts_with(b" ") { at + mark } else { at };
    let value = super::value::at(text, at, sign == Sign::Equals && in_connection_string(text, name.start..at))?;
    if is_unclosed(text, at, &value) {
        seen.opens.push((name.start, Open::Quote));
    }
    let said = text.get(value.clone())?;
    if is_no_value(said) {
        return None;
    }
    let quoted = text.get(at..value.start)?.iter().any(|b| !b.is_ascii_whitespace());
    let spaced = sign == Sign::Colon && value.start > at && !quoted;
    if spaced {
        let after = text.get(value.end..)?;
        let name_text = text.get(name.clone())?.to_ascii_lowercase();
        let head = text.get(name.start.saturating_sub(16)..name.start)?;
        if is_sentence(head, &name_text, said, after) {
            seen.prose.push(value.start);
            return None;
        }
    }
    Some(value)
}

/// Adds every text, and every long number, of the members in the brackets at `at`.
fn members(text: &[u8], at: usize, seen: &mut Seen) {
    let rest = first(line_from(text, at), MEMBERS);
    if at < seen.barren {
        return;
    }
    let (mut depth, mut i) = (0_usize, 0);
    while let Some(byte) = rest.get(i) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b'"' | b'\'' => {
                let slashes = rest.get(..i).unwrap_or_default().iter().rev().take(8).take_while(|b| **b == b'\\').count();
                let inside = rest.get(i + 1..).unwrap_or_default();
                let length = quoted_length(inside, slashes, std::slice::from_ref(byte));
                let range = at + i + 1..at + i + 1 + length;
                let end = i + 1 + length + slashes + 1;
                let next = rest.get(end..).unwrap_or_default();
                let is_key = next.get(signs(first(next, 8), b" \t")) == Some(&b':');
                if !is_key && !is_no_value(text.get(range.clone()).unwrap_or_default()) {
                    seen.more.push(range);
                }
                i = end;
                continue;
            }
            b'0'..=b'9' => {
                let digits = rest.get(i..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
                if digits > 3 {
                    seen.more.push(at + i..at + i + digits);
                }
                i += digits;
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    if depth > 0 && rest.len() < MEMBERS && text.get(at + rest.len()).is_some() {
        seen.opens.push((at, Open::Object));
    }
    if seen.more.is_empty() {
        seen.barren = at + i;
    }
}

/// What a blank separates from a name of the product: the argument of a switch or of a command, an element with attributes.
fn after_blank(text: &[u8], range: &Range<usize>, name: &[u8], at: usize) -> Option<Range<usize>> {
    if name.ends_with(b"securestring") {
        argument(text, at)
    } else if is_switch(text, range, name) {
        assigned(text, at, false).filter(|value| !matches!(text.get(value.start), Some(b'-' | b'(')))
    } else {
        element(text, range.start, end_of_tag(text, at)?)
    }
}

/// Whether a name is that of a switch, after a dash or a slash.
fn is_switch(text: &[u8], range: &Range<usize>, name: &[u8]) -> bool {
    let sign = before(text, range.start);
    let slash =
        sign == Some(b'/') && range.start.checked_sub(1).and_then(|at| before(text, at)) == Some(b' ');
    slash || (name.starts_with(b"-") && !sign.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'<'))
}

/// What a blank separates from a word for a password: an argument, an element, a column, or what a sentence says it is.
fn beside_blank(text: &[u8], range: &Range<usize>, at: usize, seen: &mut Seen) -> Option<Range<usize>> {
    let name = text.get(range.clone())?;
    if is_switch(text, range, name) {
        return assigned(text, at, false).filter(|value| !matches!(text.get(value.start), Some(b'-' | b'(')));
    }
    if let Some(end) = end_of_tag(text, at).and_then(|end| element(text, range.start, end)) {
        return Some(end);
    }
    let rest = line_from(text, at);
    let gap = text.get(range.end..at)?;
    seen.opens.push((range.start, Open::Table));
    if rest.is_empty() || matches!(rest.first(), Some(b'\t')) {
        return None;
    }
    let quoted = |at: usize| {
        assigned(text, at, false).filter(|value| matches!(before(text, value.start), Some(b'"' | b'\'')))
    };
    // `password 'x' was refused`; a secret in quotes is the name of one.
    if let Some(value) = quoted(at) {
        return Some(value);
    }
    let length = token::length(rest);
    let token = rest.get(..length)?;
    let doing = text.get(range.start.saturating_sub(16)..range.start)?.trim_ascii_end();
    let done = doing.rsplit(|b| !b.is_ascii_alphabetic()).next().is_some_and(|doing| is_one_of(doing, &DOINGS));
    if let Some(inside) = bracketed(rest) {
        let told = done || !is_word(inside);
        return (told && !is_plain(inside)).then(|| at + 1..at + 1 + inside.len());
    }
    // A column of a table, or a word by itself that is made up.
    let wide = gap.contains(&b'\t') || gap.len() > 1;
    if is_made_up(token) || (done && !is_word(token) && !is_plain(token)) || (wide && !is_word(token) && !is_plain(token) && !starts_next_column(rest, length)) {
        return Some(at..at + trimmed(token));
    }
    joined(text, at, rest, seen)
}

/// Whether a token is followed by more of its own column.
fn starts_next_column(rest: &[u8], length: usize) -> bool {
    matches!(rest.get(length..length + 2), Some([b' ', next]) if !next.is_ascii_whitespace())
}

/// What is in the brackets that a text starts with: one word.
fn bracketed(rest: &[u8]) -> Option<&[u8]> {
    let close = match rest.first()? {
        b'[' => b']',
        b'(' => b')',
        b'`' => b'`',
        _ => return None,
    };
    let inside = rest.get(1..1 + memchr::memchr(close, first(rest.get(1..)?, NEAR))?)?;
    (!inside.is_empty() && !inside.contains(&b' ')).then_some(inside)
}

/// Length of a token without the signs that end a sentence.
fn trimmed(token: &[u8]) -> usize {
    crate::redact::bytes::trim_end(token, b".,:;)]").len()
}

/// `… is VALUE`, `… changed from "OLD" to "NEW"`, `… set to [VALUE]`.
fn joined(text: &[u8], at: usize, rest: &[u8], seen: &mut Seen) -> Option<Range<usize>> {
    let (mut i, mut joins, mut found, mut sure, mut set) = (0, false, false, false, false);
    let mut words = 0;
    loop {
        let tail = rest.get(i..)?;
        let length = token::length(tail);
        if joins {
            let here = at + i;
            let value = if let Some(inside) = bracketed(tail) {
                (!is_plain(inside)).then(|| here + 1..here + 1 + inside.len())
            } else if matches!(tail.first(), Some(b'"' | b'\'')) {
                assigned(text, here, false)
            } else {
                let token = tail.get(..length)?;
                let token = token.get(..trimmed(token))?;
                let told = if sure { !is_word(token) && !is_plain(token) } else { is_made_up(token) };
                told.then(|| here..here + token.len())
            };
            if let Some(value) = value {
                i = value.end - at + usize::from(value.start > here);
                seen.more.push(value);
                (found, joins, words) = (true, false, 0);
                i += signs(rest.get(i..)?, b" ");
                continue;
            }
        }
        let word = tail.get(..length)?;
        words += 1;
        if (found && !is_one_of(word, &JOINS)) || words > WORDS || word.is_empty() || !is_word(word) {
            return None;
        }
        let to = is_one_of(word, &["to", "auf"]);
        sure = is_one_of(word, &IS) || (sure && is_one_of(word, &FILLERS)) || (set && to);
        set = is_one_of(word, &["set", "reset", "changed", "updated"]);
        joins = sure || is_one_of(word, &JOINS);
        i += length;
        let blanks = signs(rest.get(i..)?, b" ");
        if blanks == 0 {
            return None;
        }
        i += blanks;
    }
}

/// The first argument of a command that is no switch.
fn argument(text: &[u8], mut at: usize) -> Option<Range<usize>> {
    for _ in 0..6 {
        at += signs(line_from(text, at), b" \t");
        if text.get(at) != Some(&b'-') {
            return assigned(text, at, false)
                .filter(|value| !matches!(text.get(value.start), Some(b'(' | b')' | b'|' | b';')));
        }
        at += line_from(text, at).iter().take_while(|b| !matches!(b, b' ' | b'\t')).count();
    }
    None
}

/// What looks random after the name of any key: `RegistryKey: HKLM\…` does not.
pub(super) fn key(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    name_before(text, &found)?;
    let value = assigned(text, found.end, false)?;
    looks_random(&String::from_utf8_lossy(text.get(value.clone())?)).then_some(value)
}

/// What is made up after a word for a key or a secret in another language.
pub(super) fn foreign(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let value = assigned(text, found.end, false)?;
    let said = text.get(value.clone())?;
    (is_made_up(said) || looks_random(&String::from_utf8_lossy(said))).then_some(value)
}

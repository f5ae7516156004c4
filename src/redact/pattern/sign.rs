//! What is between a name and its value: a sign, the end of a tag, a remark, a blank.

use super::prose::is_made_up;
use super::token;
use crate::redact::bytes::{NEAR, first, is_one_of, line_within, signs};

/// Longest remark between a name and its sign: `Password for svc:`.
const LONGEST_REMARK: usize = 48;

/// What is between a name and its value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Equals,
    Colon,
    Tag,
    Blank,
    /// A remark or a particle, after which only what is no word is a value.
    Remark,
}

/// The sign after a name that ends at `at`, and where it ends: after what closes the name, and a remark (`[0]`, ` (plain)`,
/// ` for svc`).
pub(super) fn sign(text: &[u8], at: usize) -> Option<(Sign, usize)> {
    let rest = line_within(text, at, NEAR);
    let mut i = 0;
    let skip = |i: usize, words: &[&[u8]]| {
        let tail = rest.get(i..).unwrap_or_default();
        words
            .iter()
            .find(|word| tail.get(..word.len()).is_some_and(|t| t.eq_ignore_ascii_case(word)))
            .map_or(0, |w| w.len())
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
        if equals > 0 {
            Some((Sign::Equals, at + i + equals))
        } else {
            (colon > 0).then_some((Sign::Colon, at + i + colon))
        }
    };
    if let Some(sign) = direct(i + blanks) {
        return Some(sign);
    }
    if quote > 0 && blanks > 0 && skip(i + blanks, &[b"value"]) > 0 {
        let end = i + blanks + 5;
        let more = signs(rest.get(end..)?, b" \t");
        return (rest.get(end + more) == Some(&b'=')).then_some((Sign::Equals, at + end + more + 1));
    }
    let particle = skip(
        i + blanks,
        &["は".as_bytes(), "为".as_bytes(), "是".as_bytes(), "為".as_bytes(), b"- ", "– ".as_bytes()],
    );
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
    if is_one_of(
        remark.get(..word)?,
        &["for", "of", "from", "für", "von", "pour", "de", "del", "para", "per", "voor", "dla", "для"],
    ) && let Some(end) = first(remark, LONGEST_REMARK).iter().position(|b| b":=,.;".contains(b))
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

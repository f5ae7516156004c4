//! Base64 that says a text with a secret in it: the commands of `-EncodedCommand`, bodies of requests.

use super::Span;
use crate::redact::counts::Kind;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::borrow::Cow;
use std::ops::Range;

/// Fewest characters of a run: shorter ones hardly hold a name and a value.
const FEWEST: usize = 24;
/// Longest run that is read, in characters.
const MOST: usize = 16 * 1024;
/// Characters at a run's start that say whether it is a text.
const HEAD: usize = 16;
/// Codes within codes that are taken off.
const NESTED: usize = 2;

/// Adds every run of base64 in `text` that holds a secret by a name or by its shape.
pub(super) fn spans(text: &[u8], out: &mut Vec<Span>) {
    add(text, NESTED, &mut |range| out.push(Span { range, kind: Kind::Assignment }));
}

fn add(text: &[u8], depth: usize, each: &mut impl FnMut(Range<usize>)) {
    let mut at = 0;
    while let Some(window) = text.get(at..at + FEWEST) {
        // The last byte that is none rules out all starts before it.
        if let Some(other) = window.iter().rposition(|byte| !is_code(*byte)) {
            at += other + 1;
            continue;
        }
        let rest = text.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|byte| is_code(**byte)).count();
        let run = rest.get(..length.min(MOST)).unwrap_or_default();
        if says_secret(run, depth) {
            let padding =
                rest.get(length..).unwrap_or_default().iter().take(2).take_while(|b| **b == b'=').count();
            each(at..at + length + padding);
        }
        at += length;
    }
}

/// Whether a run is a text with a secret in it.
fn says_secret(run: &[u8], depth: usize) -> bool {
    let Some(text) =
        run.get(..HEAD).and_then(decoded).filter(|head| is_text(head)).and_then(|_| decoded(run))
    else {
        return false;
    };
    if !is_text(&text) {
        return false;
    }
    let plain = plain_text(&text);
    let found = super::plain(&plain);
    if !found.spans.is_empty() {
        return true;
    }
    let mut inner = false;
    if depth > 1 {
        add(&plain, depth - 1, &mut |_| inner = true);
    }
    inner
}

/// What whole groups of a run say, in either alphabet.
fn decoded(run: &[u8]) -> Option<Vec<u8>> {
    let whole = run.get(..run.len() - usize::from(run.len() % 4 == 1))?;
    STANDARD_NO_PAD.decode(whole).or_else(|_| URL_SAFE_NO_PAD.decode(whole)).ok().or_else(|| {
        // The last bits of a run that was cut are no zeros.
        let whole = run.get(..run.len() / 4 * 4)?;
        STANDARD_NO_PAD.decode(whole).or_else(|_| URL_SAFE_NO_PAD.decode(whole)).ok()
    })
}

/// Whether bytes are a text: in UTF-8 with hardly a control character, or every second byte zero.
fn is_text(bytes: &[u8]) -> bool {
    let odd = bytes.iter().filter(|b| b.is_ascii_control() && !b.is_ascii_whitespace()).count();
    let zeros = memchr::memchr_iter(0, bytes).count();
    if zeros * 3 > bytes.len() { odd == zeros } else { odd == 0 && utf8_but_for_its_end(bytes) }
}

fn utf8_but_for_its_end(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// A text without the zeros of UTF-16, which ASCII has in it.
fn plain_text(bytes: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(0, bytes).is_some() {
        bytes.iter().filter(|b| **b != 0).copied().collect()
    } else {
        bytes.into()
    }
}

const fn is_code(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

//! Search for names that level `identities` hides, word by word in a hash map; the redactor uses one automaton for all
//! of them instead, so that the two share no code.

use crate::redact::identity::Known;
use crate::redact::labels;
use std::collections::HashMap;
use std::ops::Range;

/// Shortest name that is looked for in what base64 or hexadecimal says, in bytes: noise says every short one.
pub(super) const ENCODED: usize = 7;

/// Names in lower case by their first run of letters and digits.
#[derive(Clone, Default)]
pub(super) struct Names(HashMap<Box<[u8]>, Vec<Box<[u8]>>>);

impl Names {
    pub(super) fn new(known: &Known) -> Self {
        let mut names: HashMap<Box<[u8]>, Vec<Box<[u8]>>> = HashMap::new();
        for name in known.iter().map(str::as_bytes) {
            let first = run(name, 0);
            names.entry(first.into()).or_default().push(name.into());
        }
        Self(names)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether some name needs a code page.
    pub(super) fn beyond_ascii(&self) -> bool {
        self.0.values().flatten().any(|name| !name.is_ascii())
    }

    /// The first bytes of every name that is looked for in what base64 or hexadecimal says.
    pub(super) fn starts(&self) -> impl Iterator<Item = [u8; 4]> {
        let encoded = self.0.values().flatten().filter(|name| name.len() >= ENCODED);
        encoded.flat_map(|name| {
            let capitals = String::from_utf8_lossy(name).to_uppercase();
            [name.first_chunk().copied(), capitals.as_bytes().first_chunk().copied()].into_iter().flatten()
        })
    }

    /// Calls `found` for every name of at least `shortest` bytes that is by itself in `text`, outside of labels.
    pub(super) fn find(&self, text: &[u8], shortest: usize, mut found: impl FnMut(Range<usize>)) {
        if self.is_empty() {
            return;
        }
        let mut lower = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let here = run(text, at);
            if here.is_empty() {
                at += 1;
                continue;
            }
            // No name has a longer run than the name system allows for a part; letters beyond ASCII are of several bytes.
            if here.len() <= 4 * 64 {
                lower.clear();
                if here.is_ascii() {
                    lower.extend(here.iter().map(u8::to_ascii_lowercase));
                } else {
                    lower.extend(String::from_utf8_lossy(here).to_lowercase().bytes());
                }
                for name in
                    self.0.get(lower.as_slice()).into_iter().flatten().filter(|name| name.len() >= shortest)
                {
                    let end = length(text.get(at..).unwrap_or_default(), name).map(|length| at + length);
                    if let Some(end) = end.filter(|end| letter(text, *end) == 0)
                        && !labels::surrounds(text, at)
                    {
                        found(at..end);
                    }
                }
            }
            at += here.len();
        }
    }
}

/// How long the name, which is in lower case, is at the start of `text`; `None` where it does not be there.
fn length(text: &[u8], name: &[u8]) -> Option<usize> {
    if name.is_ascii() {
        return text
            .get(..name.len())
            .is_some_and(|there| there.eq_ignore_ascii_case(name))
            .then_some(name.len());
    }
    let mut wanted = std::str::from_utf8(name).ok()?.chars();
    let head = text.get(..text.len().min(2 * name.len() + 4))?;
    let head = head.utf8_chunks().next()?.valid();
    for (at, letter) in head.char_indices() {
        if !letter.to_lowercase().all(|lower| wanted.next() == Some(lower)) {
            return None;
        }
        if wanted.as_str().is_empty() {
            return Some(at + letter.len_utf8());
        }
    }
    None
}

/// The letters and digits from `at` on.
fn run(text: &[u8], at: usize) -> &[u8] {
    let mut end = at;
    loop {
        match letter(text, end) {
            0 => return text.get(at..end).unwrap_or_default(),
            length => end += length,
        }
    }
}

/// Bytes of the letter or the digit at `at`; none for any other sign.
fn letter(text: &[u8], at: usize) -> usize {
    match text.get(at) {
        Some(byte) if byte.is_ascii_alphanumeric() => 1,
        Some(byte) if !byte.is_ascii() => {
            let rest = text.get(at..(at + 4).min(text.len())).unwrap_or_default();
            let first = rest.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
            // The dot of a Turkish letter is apart in its lower case.
            first.filter(|c| c.is_alphanumeric() || *c == '\u{307}').map_or(0, char::len_utf8)
        }
        _ => 0,
    }
}

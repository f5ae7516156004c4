//! Known names of hosts, users and domains that level `identities` has promised to hide: looked up run by run, as a reader
//! would, where the redactor searches for all of them at once.

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

    /// The first bytes of every name that is looked for in what base64 or hexadecimal says.
    pub(super) fn starts(&self) -> impl Iterator<Item = [u8; 4]> {
        let encoded = self.0.values().flatten().filter(|name| name.len() >= ENCODED);
        encoded.filter_map(|name| name.first_chunk().copied())
    }

    /// Calls `found` for every name of at least `shortest` bytes that stands alone in `text`, outside of labels.
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
            // No name has a longer run than the name system allows for a part.
            if here.len() <= 64 {
                lower.clear();
                lower.extend(here.iter().map(u8::to_ascii_lowercase));
                for name in self.0.get(lower.as_slice()).into_iter().flatten() {
                    let range = at..at + name.len();
                    let is = name.len() >= shortest
                        && text.get(range.clone()).is_some_and(|there| there.eq_ignore_ascii_case(name))
                        && !text.get(range.end).is_some_and(u8::is_ascii_alphanumeric);
                    if is && !labels::surrounds(text, at) {
                        found(range);
                    }
                }
            }
            at += here.len();
        }
    }
}

/// The letters and digits from `at` on.
fn run(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    rest.get(..rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count()).unwrap_or_default()
}

//! Search for names that level `identities` hides, word by word in a hash map; the redactor uses one automaton for all
//! of them instead, so that the two share no code.

use crate::redact::bloom::BloomFilter;
use crate::redact::identity::Known;
use crate::redact::labels;
use std::collections::HashMap;
use std::ops::Range;

/// Shortest name that is looked for in what base64 or hexadecimal says, in bytes: noise says every short one.
pub(super) const ENCODED: usize = 7;

/// Names in lower case, word by word: names that begin alike share their beginnings, so that no place of a text is
/// compared with many.
#[derive(Clone, Default)]
pub(super) struct Names {
    all: Vec<Box<[u8]>>,
    steps: Vec<Step>,
    /// How their first words begin, and how long these are: of most words of a text this is all that is looked at.
    likely: BloomFilter,
}

/// The map stays small for a few names, and lets through one word in a hundred.
const BITS_PER_WORD: usize = 128;

/// What may follow some words, and the name that ends with them.
#[derive(Clone, Default)]
struct Step {
    next: HashMap<Box<[u8]>, usize>,
    name: Option<usize>,
}

/// Most bytes of a word in a name; the name system allows no longer part, and letters beyond ASCII are of several bytes.
const WORD: usize = 4 * 64;

impl Names {
    pub(super) fn new(known: &Known) -> Self {
        let mut names = Self::default();
        for name in known.iter().map(str::as_bytes) {
            let (mut step, mut at) = (0, 0);
            while at < name.len() {
                let word = word(name, at);
                at += word.len();
                let free = names.steps.len().max(1);
                names.steps.resize_with(free, Step::default);
                let Some(here) = names.steps.get_mut(step) else { break };
                step = *here.next.entry(word.into()).or_insert(free);
                if step == free {
                    names.steps.push(Step::default());
                }
            }
            if let Some(last) = names.steps.get_mut(step) {
                last.name = Some(names.all.len());
            }
            names.all.push(name.into());
        }
        let words: Vec<u64> =
            names.steps.iter().take(1).flat_map(|step| step.next.keys().map(|word| key(word))).collect();
        names.likely = BloomFilter::new(words.into_iter(), BITS_PER_WORD);
        names
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether some name needs a code page.
    pub(super) fn beyond_ascii(&self) -> bool {
        self.all.iter().any(|name| !name.is_ascii())
    }

    /// The first bytes of every name that is looked for in what base64 or hexadecimal says.
    pub(super) fn starts(&self) -> impl Iterator<Item = [u8; 4]> {
        let encoded = self.all.iter().filter(|name| name.len() >= ENCODED);
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
        while let Some(byte) = text.get(at) {
            if byte.is_ascii() && !byte.is_ascii_alphanumeric() {
                at += 1;
                continue;
            }
            let here = word(text, at);
            // In lower case a letter beyond ASCII may be one of ASCII.
            if letter(text, at) > 0 && (self.likely.may_contain(key(here)) || !here.is_ascii()) {
                self.find_at(text, at, &mut lower, |end, name| {
                    if name.len() >= shortest && letter(text, end) == 0 && !labels::surrounds(text, at) {
                        found(at..end);
                    }
                });
            }
            at += here.len();
        }
    }

    /// Calls `found` for every name at `at`, with its end.
    fn find_at(&self, text: &[u8], at: usize, lower: &mut Vec<u8>, mut found: impl FnMut(usize, &[u8])) {
        let (mut step, mut end) = (self.steps.first(), at);
        while let Some(here) = step
            && end < text.len()
        {
            let word = word(text, end);
            if word.len() > WORD {
                return;
            }
            lower.clear();
            if word.is_ascii() || letter(text, end) == 0 {
                lower.extend(word.iter().map(u8::to_ascii_lowercase));
            } else {
                lower.extend(String::from_utf8_lossy(word).to_lowercase().bytes());
            }
            end += word.len();
            step = here.next.get(lower.as_slice()).and_then(|next| self.steps.get(*next));
            let name = step.and_then(|step| self.all.get(step.name?));
            if let Some(name) = name {
                found(end, name);
            }
        }
    }
}

/// The length and the first letters of a word, which name the same in either case.
fn key(word: &[u8]) -> u64 {
    let first = word.iter().take(4).fold(0, |first, byte| first << 8 | u64::from(byte.to_ascii_lowercase()));
    first << 16 | u64::try_from(word.len()).unwrap_or_default() & 0xffff
}

/// The letters and digits at `at`, or the one byte that is none.
fn word(text: &[u8], at: usize) -> &[u8] {
    match run(text, at) {
        [] => text.get(at..=at).unwrap_or_default(),
        run => run,
    }
}

/// The letters and digits from `at` on.
fn run(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let mut end = at + rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if text.get(end).is_none_or(u8::is_ascii) {
        return text.get(at..end).unwrap_or_default();
    }
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

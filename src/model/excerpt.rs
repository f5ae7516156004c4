//! Text of the inputs that a report may show.

use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// What cleans a line before it may be shown. Implemented by the redactor; this room only names it, so that no
/// excerpt can be made without one.
pub trait Sanitize: Sync {
    /// The line with every secret replaced by a marker. Of several lines each is cleaned as if it stood alone, but for
    /// those that follow one in which a private key begins.
    fn clean(&self, line: &str) -> String;
}

/// A short piece of an input, cleaned and bounded. There is no other way to make one than [`Excerpt::new`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Excerpt(String);

/// Longest excerpt, in characters; a log line may be a hundred megabytes.
pub const EXCERPT_CHARS: usize = 400;

impl Excerpt {
    /// Cleans `text` and keeps its first [`EXCERPT_CHARS`] characters; control characters, which could steer a
    /// terminal, become the replacement character.
    pub fn new(text: &str, redactor: &dyn Sanitize) -> Self {
        // Cut before cleaning so that a huge line costs little, with room so that a secret at the edge is
        // still seen whole.
        let head: String = text.chars().take(EXCERPT_CHARS * 4).collect();
        let cleaned = redactor.clean(&head);
        let mut shown: String = cleaned
            .chars()
            .take(EXCERPT_CHARS)
            .map(|c| {
                if c == '\t' {
                    ' '
                } else if c.is_control() {
                    '\u{fffd}'
                } else {
                    c
                }
            })
            .collect();
        if cleaned.chars().nth(EXCERPT_CHARS).is_some() {
            shown.push('…');
        }
        Self(shown.trim().to_owned())
    }

    /// The texts of [`Excerpt::new`] of each. A block of short lines that holds no secret is cleaned at once, and stays what
    /// it is: the thousands of names in a large export mostly hold none.
    pub fn texts_of(texts: &[Arc<str>], redactor: &dyn Sanitize) -> Vec<Arc<str>> {
        const BLOCK: usize = 1024;
        let is_line = |text: &Arc<str>| {
            let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            text.len() <= EXCERPT_CHARS && (is_plain || !text.chars().any(char::is_control))
        };
        let is_trimmed = |text: &Arc<str>| text.trim().len() == text.len();
        let shown = |block: &[Arc<str>]| -> Vec<Arc<str>> {
            let joined = block.join("\n");
            let is_clean = block.iter().all(is_line) && redactor.clean(&joined) == joined;
            let shown = |text: &Arc<str>| {
                if is_clean && is_trimmed(text) { text.clone() } else { Self::new(text, redactor).0.into() }
            };
            block.iter().map(shown).collect()
        };
        texts.par_chunks(BLOCK).flat_map_iter(shown).collect()
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replaces a secret word, and notes nothing else.
    struct Hush;

    impl Sanitize for Hush {
        fn clean(&self, line: &str) -> String {
            line.replace("hush", "{redacted}")
        }
    }

    #[test]
    fn texts_together_are_cleaned_as_each_by_itself() {
        let long = "x".repeat(EXCERPT_CHARS + 1);
        for odd in ["hush", " a ", "a\nb", "a\tb", "\u{7f}", "\u{85}", "", &long] {
            let texts: Vec<Arc<str>> = ["a", odd, "ü"].map(Arc::from).to_vec();
            let each: Vec<Excerpt> = texts.iter().map(|text| Excerpt::new(text, &Hush)).collect();
            let together = Excerpt::texts_of(&texts, &Hush);
            assert!(each.iter().map(Excerpt::as_str).eq(together.iter().map(|text| &**text)), "{odd:?}");
        }
    }
}

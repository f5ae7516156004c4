//! Excerpts: text of the inputs that a report may show.

use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// Sanitizes a line before it may be shown. The redactor implements it; it is defined here so that no excerpt can be
/// made without it.
pub trait Sanitize: Sync {
    /// The line with every secret replaced by a marker. Each of several lines is sanitized as if it were alone, except
    /// those after a line in which a private key begins.
    fn sanitize(&self, line: &str) -> String;
}

/// A short piece of an input, sanitized and limited in length. [`Excerpt::new`] is the only way to make one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Excerpt(String);

/// Longest excerpt, in characters; a log line may be a hundred megabytes.
pub const EXCERPT_CHARS: usize = 400;

impl Excerpt {
    /// Sanitizes `text` and keeps its first [`EXCERPT_CHARS`] characters. Control characters, which could control a
    /// terminal, become the replacement character.
    pub fn new(text: &str, redactor: &dyn Sanitize) -> Self {
        // Cut before sanitizing, so that a huge line costs little, but late enough that a secret at the end of the excerpt
        // is still complete.
        let head: String = text.chars().take(EXCERPT_CHARS * 4).collect();
        let cleaned = redactor.sanitize(&head);
        let mut shown: String = cleaned
            .chars()
            .take(EXCERPT_CHARS)
            .map(|c| match c {
                '\t' => ' ',
                c if c.is_control() => '\u{fffd}',
                c => c,
            })
            .collect();
        if cleaned.chars().nth(EXCERPT_CHARS).is_some() {
            shown.push('…');
        }
        Self(shown.trim().to_owned())
    }

    /// The text of [`Excerpt::new`] for each. A block of short lines is sanitized at once and kept if it has no secret, as
    /// nearly all names in a large export: this is much faster than line by line.
    pub fn texts_of(texts: &[Arc<str>], redactor: &dyn Sanitize) -> Vec<Arc<str>> {
        const BLOCK: usize = 1024;
        let is_line = |text: &Arc<str>| {
            let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            text.len() <= EXCERPT_CHARS && (is_plain || !text.chars().any(char::is_control))
        };
        let is_trimmed = |text: &Arc<str>| text.trim().len() == text.len();
        let shown = |block: &[Arc<str>]| -> Vec<Arc<str>> {
            let joined = block.join("\n");
            let is_clean = block.iter().all(is_line) && redactor.sanitize(&joined) == joined;
            let shown = |text: &Arc<str>| {
                if is_clean && is_trimmed(text) { text.clone() } else { Self::new(text, redactor).0.into() }
            };
            block.iter().map(shown).collect()
        };
        texts.par_chunks(BLOCK).flat_map_iter(shown).collect()
    }

    /// The sanitized text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replaces one word.
    struct Hush;

    impl Sanitize for Hush {
        fn sanitize(&self, line: &str) -> String {
            line.replace("hush", "{redacted}")
        }
    }

    #[test]
    fn texts_together_are_sanitized_as_each_alone() {
        let long = "x".repeat(EXCERPT_CHARS + 1);
        for odd in ["hush", " a ", "a\nb", "a\tb", "\u{7f}", "\u{85}", "", &long] {
            let texts: Vec<Arc<str>> = ["a", odd, "ü"].map(Arc::from).to_vec();
            let each: Vec<Excerpt> = texts.iter().map(|text| Excerpt::new(text, &Hush)).collect();
            let together = Excerpt::texts_of(&texts, &Hush);
            assert!(each.iter().map(Excerpt::as_str).eq(together.iter().map(|text| &**text)), "{odd:?}");
        }
    }
}

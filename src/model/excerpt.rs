//! Text of the inputs that a report may show.

use serde::Serialize;

/// What cleans a line before it may be shown. Implemented by the redactor; this room only names it, so that no
/// excerpt can be made without one.
pub trait Clean {
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
    pub fn new(text: &str, redactor: &dyn Clean) -> Self {
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

    /// The same as [`Excerpt::new`] of each. A block of short lines that holds no secret is cleaned at once: the thousands
    /// of names in a large export mostly hold none.
    pub fn of_all(texts: &[&str], redactor: &dyn Clean) -> Vec<Self> {
        const BLOCK: usize = 1024;
        let mut all = Vec::with_capacity(texts.len());
        for block in texts.chunks(BLOCK) {
            let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            let is_line = |text: &&str| {
                text.len() <= EXCERPT_CHARS && (is_plain(text) || !text.chars().any(char::is_control))
            };
            let joined = block.join("\n");
            let is_clean = block.iter().all(is_line) && redactor.clean(&joined) == joined;
            all.extend(
                block.iter().map(|text| {
                    if is_clean { Self(text.trim().to_owned()) } else { Self::new(text, redactor) }
                }),
            );
        }
        all
    }

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

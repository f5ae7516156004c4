//! Text of the inputs that a report may show.

use serde::Serialize;

/// What cleans a line before it may be shown. Implemented by the redactor; this room only names it, so that no
/// excerpt can be made without one.
pub trait Clean {
    /// The line with every secret replaced by a marker.
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

    /// The cleaned text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

//! Secrets: found by value and by pattern, replaced by markers, compared by keyed fingerprints, and looked for
//! once more in what was written.
//!
//! ```text
//! configurations ──> harvest ──> Harvest (values) ──> Redactor ──> config::redact, Redactor::stream
//!                                        └──────────> leak::Scanner, which shares no table with the redactor
//! ```
//!
//! The rules are those of `SECURITY.md`. Values never implement `Display`, and their `Debug` shows none.

mod allowlist;
mod bloom;
mod bytes;
pub mod columns;
pub mod config;
mod config_values;
mod counts;
mod cut;
mod declared;
mod encodings;
pub mod export;
mod fields;
pub mod fingerprint;
pub mod identity;
mod key_block;
pub mod labels;
pub mod leak;
mod level;
mod licence;
mod lines;
mod lists;
pub mod own_words;
mod pattern;
pub mod search;
pub mod secret_set;
mod stream;
mod stream_decoder;
pub mod text;
mod weak;
mod words;
mod xml;

pub use counts::{Counts, Kind};
pub use fingerprint::{CaseKey, Fingerprinter, Label};
#[cfg(test)]
pub(crate) use identity::tests::redactor as identity_redactor;
pub use identity::{Identities, IdentitiesError, Known};
pub use key_block::opening as key_opening;
pub use labels::{Identity, Labels};
pub use level::Level;
pub use lines::begins_record;
pub use own_words::{OwnWords, OwnWordsError};
pub use secret_set::{Secret, SecretSet};
#[cfg(test)]
pub(crate) use text::busy_text;
pub use text::{Redactor, Sanitizer, Stream};
#[cfg(any(windows, test, feature = "report"))]
pub(crate) use words::names_secret;

/// What is where a secret was, when no key can tell two of them apart.
pub const MARKER: &str = "{redacted}";
/// How every marker begins; one with a fingerprint goes on `scheme:key-id:hex}`.
const MARKER_STEM: &str = "{redacted";

/// Whether `value` is exactly one marker of ours.
pub fn is_marker(value: &str) -> bool {
    value.strip_prefix(MARKER_STEM).and_then(|rest| rest.strip_suffix('}')).is_some_and(|inside| {
        inside.is_empty()
            || (inside.starts_with(':')
                && inside.len() <= 64
                && inside.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b':'))
    })
}

//! Redacts a bundle or an export again, at a stricter level: verified, redacted, hashed and scanned once more. A level is
//! never lowered, and nothing is changed in place.

mod bundle;
mod export;

pub use export::EXPORT_BYTES;

use super::error::CollectError;
use super::identities::IdentityRedaction;
use super::progress::Progress;
use crate::bundle::{Bundle, OpenError, WriteError};
use crate::model::excerpt::Sanitize as _;
use crate::redact::fingerprint::Fingerprinter;
use crate::redact::{CaseKey, Level, OwnWords, Redactor, SecretSet};
use std::path::{Path, PathBuf};

/// End of the name of every result.
const SCRUBBED: &str = "-scrubbed";

/// What to redact again, and at which level.
#[derive(Debug, Clone)]
pub struct Scrub {
    /// A bundle, zip or folder, or an export.
    pub input: PathBuf,
    /// The level of the result.
    pub level: Level,
    /// Key of the labels; without it a new one is made and kept beside the result.
    pub case_key: Option<CaseKey>,
    /// Words to redact beside the secrets.
    pub redact_words: Option<OwnWords>,
    /// Folder for the result, created if missing.
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrubbed {
    /// The result.
    pub path: PathBuf,
    /// Files beside it that reveal what it hides, and must not be sent with it.
    pub keep: Vec<PathBuf>,
    /// Warnings, one sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was written. The text follows the name of the input.
#[derive(Debug, thiserror::Error)]
pub enum ScrubError {
    /// It looks like a bundle and cannot be opened.
    #[error("{0}")]
    Open(#[source] OpenError),
    /// Its bytes do not match its manifest.
    #[error("is not complete, so it is not scrubbed: {0}")]
    Broken(String),
    /// Its level is already stricter.
    #[error("already has level {0}, and a level cannot be lowered")]
    Stricter(Level),
    /// Its labels were made with another key than the one given.
    #[error(
        "has labels made with the key {0}, and other names would get labels of another key: give the case key {0}"
    )]
    OtherKey(String),
    /// Neither a bundle nor an export that can be rewritten.
    #[error("{0}")]
    Export(&'static str),
    /// A secret or a name is left where nothing can be removed.
    #[error("still contains {0} after redaction: nothing was written")]
    Leak(&'static str),
    /// It could not be read.
    #[error("could not be read: {0}")]
    Read(std::io::Error),
    /// The result could not be written.
    #[error("could not be scrubbed: {0}")]
    Collect(#[from] CollectError),
}

impl From<WriteError> for ScrubError {
    fn from(error: WriteError) -> Self {
        Self::Collect(error.into())
    }
}

/// Raises a bundle or an export to a stricter level.
pub fn scrub(scrub: &Scrub, progress: &mut dyn Progress) -> Result<Scrubbed, ScrubError> {
    match Bundle::open(&scrub.input) {
        Ok(bundle) => bundle::scrub(scrub, &bundle, progress),
        Err(OpenError::NotZip | OpenError::NoManifest) if scrub.input.is_file() => export::scrub(scrub),
        Err(error) => Err(ScrubError::Open(error)),
    }
}

/// Labels, and the key that they are made with: the given one, or a new one.
fn hiding(scrub: &Scrub) -> Result<Option<IdentityRedaction>, ScrubError> {
    if scrub.level == Level::Secrets {
        return Ok(None);
    }
    let made = match &scrub.case_key {
        Some(_) => None,
        None => Some(CaseKey::generate().map_err(CollectError::from)?),
    };
    let printer = Fingerprinter::new(scrub.case_key.as_ref().or(made.as_ref()), None);
    Ok(IdentityRedaction::new(&printer, made))
}

/// What is known to be secret: the words that were given.
fn own_words(scrub: &Scrub) -> SecretSet {
    let mut secrets = SecretSet::default();
    scrub.redact_words.iter().for_each(|words| secrets.add_words(words));
    secrets
}

/// Output name, unique in the folder and free of identities.
fn result_name(input: &Path, redactor: &Redactor) -> (String, String) {
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String = redactor
        .sanitize(&name)
        .chars()
        .filter(|c| !matches!(c, '{' | '}'))
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    // Only a real extension counts: in `web01.corp.local` the last part is a part of a host name.
    let extension = |end: &str| input.extension().is_some_and(|extension| extension == end) && end.len() <= 5;
    match plain.rsplit_once('.').filter(|(stem, end)| !stem.is_empty() && extension(end)) {
        Some((stem, end)) => (format!("{stem}{SCRUBBED}"), end.to_owned()),
        None => (format!("{plain}{SCRUBBED}"), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::Silent;
    use crate::redact::search::Searcher;
    use crate::redact::{Known, busy_text, identity_redactor};
    use proptest::prelude::*;
    use std::fs;

    #[test]
    fn a_result_is_named_after_nobody() {
        let redactor = identity_redactor(&Known::default());
        let name = |input: &str| result_name(Path::new(input), &redactor);
        let (stem, extension) = name("in/web01.corp.local");
        assert!(stem.starts_with("host-7d91d732-") && !stem.contains("corp"), "{stem}");
        assert_eq!(extension, "");
        assert_eq!(name("in/nodes of a.json"), ("nodes-of-a-scrubbed".into(), "json".into()));
        assert_eq!(name("SS"), ("SS-scrubbed".into(), String::new()));
    }

    /// What scrub wrote of a text.
    fn scrubbed(text: &[u8], level: Level) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("SS.log");
        fs::write(&input, text).unwrap();
        let out = folder.path().join("out");
        let request = Scrub { input, level, case_key: None, redact_words: None, out };
        fs::read(scrub(&request, &mut Silent).unwrap().path).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_inspect_finds_scrub_removes(
            text in busy_text(), repeat in 1usize..4, wide in any::<bool>(), level in any::<bool>(),
        ) {
            let text = text.repeat(repeat);
            let bytes = if wide { text.encode_utf16().flat_map(u16::to_le_bytes).collect() } else { text.into_bytes() };
            let level = if level { Level::Secrets } else { Level::Identities };
            let searcher = Searcher::default();
            let left = searcher.search(&scrubbed(&bytes, level));
            prop_assert!(left.places.is_empty() && left.more == 0, "{:?} of {:?}", left, searcher.search(&bytes));
        }
    }
}

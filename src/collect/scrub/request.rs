//! What to scrub, what came of it, and what bundles and exports have in common.

use crate::bundle::{OpenError, WriteError};
use crate::collect::error::CollectError;
use crate::collect::identities::Hiding;
use crate::model::excerpt::Sanitize as _;
use crate::redact::fingerprint::Fingerprinter;
use crate::redact::{CaseKey, Level, Redactor};
use std::path::{Path, PathBuf};

/// What ends the name of everything scrubbed.
pub(super) const SCRUBBED: &str = "-scrubbed";

/// What to raise, and how far.
#[derive(Debug, Clone)]
pub struct Scrub {
    /// A bundle, zip or folder, or an export.
    pub input: PathBuf,
    /// The level it shall have.
    pub level: Level,
    /// Key of the labels; without it a new one is made and kept beside the result.
    pub case_key: Option<CaseKey>,
    /// Folder for the result, created if missing.
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrubbed {
    /// The result.
    pub path: PathBuf,
    /// Files beside it that open what it hides, and must not be sent with it.
    pub keep: Vec<PathBuf>,
    /// What whoever sends it should know, one sentence each.
    pub notes: Vec<String>,
}

/// Why nothing was written. Reads after the name of the input.
#[derive(Debug, thiserror::Error)]
pub enum ScrubError {
    /// It looks like a bundle and cannot be opened as one.
    #[error("{0}")]
    Open(#[source] OpenError),
    /// Its bytes are not those its manifest vouches for, so nobody can say what it is.
    #[error("is not whole, and what is not whole is not scrubbed: {0}")]
    Broken(String),
    /// It is stricter already.
    #[error("has level {0} already, and a level is never lowered")]
    Stricter(Level),
    /// It is labelled with another key, or with none that was given.
    #[error(
        "has labels of key {0}, and its other names would get labels of another key: give the case key {0}"
    )]
    OtherKey(String),
    /// No bundle, and no export that can be rewritten.
    #[error("{0}")]
    Export(&'static str),
    /// A secret or a name is left where nothing can be cut out.
    #[error("still holds {0} after redaction: nothing was written")]
    Leak(&'static str),
    /// The system refused.
    #[error("could not be read: {0}")]
    Read(std::io::Error),
    /// The result could not be made.
    #[error("could not be scrubbed: {0}")]
    Collect(#[from] CollectError),
}

impl From<WriteError> for ScrubError {
    fn from(error: WriteError) -> Self {
        Self::Collect(error.into())
    }
}

/// Labels, and the key they are made with: the one given, or a new one.
pub(super) fn hiding(scrub: &Scrub) -> Result<Option<Hiding>, ScrubError> {
    if scrub.level == Level::Secrets {
        return Ok(None);
    }
    let made = match &scrub.case_key {
        Some(_) => None,
        None => Some(CaseKey::generate().map_err(CollectError::from)?),
    };
    let printer = Fingerprinter::new(scrub.case_key.as_ref().or(made.as_ref()), None);
    Ok(Hiding::new(&printer, made))
}

/// A name for a result beside others, without whom the name of the input names.
pub(super) fn result_name(input: &Path, redactor: &Redactor) -> (String, String) {
    let name = input.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let plain: String = redactor
        .clean(&name)
        .chars()
        .filter(|c| !matches!(c, '{' | '}'))
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' })
        .collect();
    // An extension is what is one: the last part of `web01.corp.local` was a part of a host.
    let extension = |end: &str| input.extension().is_some_and(|own| own == end) && end.len() <= 5;
    match plain.rsplit_once('.').filter(|(stem, end)| !stem.is_empty() && extension(end)) {
        Some((stem, end)) => (format!("{stem}{SCRUBBED}"), end.to_owned()),
        None => (format!("{plain}{SCRUBBED}"), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{Known, identity_redactor};

    #[test]
    fn a_result_is_named_after_nobody() {
        let redactor = identity_redactor(&Known::new());
        let name = |input: &str| result_name(Path::new(input), &redactor);
        let (stem, extension) = name("in/web01.corp.local");
        assert!(stem.starts_with("host-7d91d732-") && !stem.contains("corp"), "{stem}");
        assert_eq!(extension, "");
        assert_eq!(name("in/nodes of a.json"), ("nodes-of-a-scrubbed".into(), "json".into()));
        assert_eq!(name("SS"), ("SS-scrubbed".into(), String::new()));
    }
}

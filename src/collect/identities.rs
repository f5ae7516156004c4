//! Redaction level `identities`: names found on the node, their labels, and the two files kept by the operator (legend
//! and case key).

use super::error::CollectError;
use super::host::Host;
use super::iis::Iis;
use super::key_files::{self, KeyFiles};
use super::options::Options;
use super::walk::ListedFile;
use crate::bundle::{HalfMade, create_private};
use crate::redact::fingerprint::Fingerprinter;
use crate::redact::labels::DO_NOT_SEND;
use crate::redact::{CaseKey, Identities, IdentitiesError, Identity, Known, Labels, Level, Redactor};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is hidden in one bundle, and how.
pub(super) struct IdentityRedaction {
    labels: Arc<Labels>,
    /// The names so far, which are hidden and which the leak scan searches for.
    pub(super) known: Known,
    /// The key of the labels, if it was made for this bundle.
    made: Option<CaseKey>,
}

/// Reads the key files, and creates a case key if level `identities` needs one and neither option nor key file gives a
/// key.
pub(super) fn keys(
    options: &Options,
    files: &[ListedFile],
    host: &dyn Host,
) -> Result<(KeyFiles, Fingerprinter, Option<IdentityRedaction>), CollectError> {
    let (keys, printer) = key_files::read(options, options.case_key.as_ref(), files, host);
    if options.level == Level::Secrets {
        return Ok((keys, printer, None));
    }
    if let Some(hiding) = IdentityRedaction::new(&printer, None) {
        return Ok((keys, printer, Some(hiding)));
    }
    let made = CaseKey::generate()?;
    let (keys, printer) = key_files::read(options, Some(&made), files, host);
    let hiding = IdentityRedaction::new(&printer, Some(made));
    Ok((keys, printer, hiding))
}

impl IdentityRedaction {
    /// Starts without names; `None` when there is no key for the labels. `made`: the key, if it is new and must be
    /// kept.
    pub(super) fn new(printer: &Fingerprinter, made: Option<CaseKey>) -> Option<Self> {
        Some(Self { labels: Arc::new(Labels::new(printer)?), known: Known::default(), made })
    }

    /// Adds the names of the node itself and those in the configuration of IIS.
    pub(super) fn learn_node(&mut self, node: &str, host: &dyn Host, iis: &Iis, copied: bool) {
        self.known.add(Identity::Host, node);
        if let (Some(name), false) = (host.name().value(), copied) {
            self.known.add(Identity::Host, name);
        }
        if let Some(text) = iis.text() {
            self.known.learn_config(text);
        }
    }

    /// The redactor of the requested level, built on that of level `secrets`.
    pub(super) fn redactor(hiding: Option<&Self>, secrets: Redactor) -> Result<Redactor, IdentitiesError> {
        let Some(Self { labels, known, .. }) = hiding else { return Ok(secrets) };
        Ok(secrets.with(Identities::new(known, Arc::clone(labels))?))
    }

    /// Writes the legend, and the key if it was made here, beside the bundle at `bundle`. They stay if they are finished
    /// with it.
    pub(super) fn write(hiding: Option<&Self>, bundle: &Path) -> Result<OperatorFiles, CollectError> {
        let mut kept = OperatorFiles::default();
        let Some(Self { labels, made, .. }) = hiding else { return Ok(kept) };
        kept.write(bundle, LEGEND, &labels.legend_text())?;
        if let Some(key) = made {
            let file = kept.write(bundle, CASE_KEY, &key.to_file_text())?;
            kept.warning = Some(format!(
                "a new key was made for the labels: {file}. Give it with --case-key-file when you collect or scrub the \
                 other nodes, or their labels will not match"
            ));
        }
        Ok(kept)
    }
}

/// Ends of the names of the two files.
const LEGEND: &str = "legend";
const CASE_KEY: &str = "case-key";

/// The file called `what` beside the bundle at `bundle`.
fn beside(bundle: &Path, what: &str) -> PathBuf {
    let stem = bundle.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = stem.strip_suffix(".zip").unwrap_or(&stem);
    bundle.with_file_name(format!("{stem}-{what}-{DO_NOT_SEND}.txt"))
}

/// Paths of the legend of the bundle at `bundle`, and of the key of its labels if one has to be made.
pub(super) fn kept(bundle: &Path) -> [PathBuf; 2] {
    [LEGEND, CASE_KEY].map(|what| beside(bundle, what))
}

/// Whether a kept file is the key that was made for the labels, and not their legend.
pub fn is_made_key(kept: &Path) -> bool {
    let name = kept.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.ends_with(&format!("-{CASE_KEY}-{DO_NOT_SEND}.txt"))
}

/// Files that stay with the operator, and a warning about them.
#[derive(Default)]
pub(super) struct OperatorFiles {
    pub(super) files: Vec<HalfMade>,
    pub(super) warning: Option<String>,
}

impl OperatorFiles {
    /// Writes a file and returns its name.
    fn write(&mut self, bundle: &Path, what: &str, text: &str) -> Result<String, CollectError> {
        let path = beside(bundle, what);
        let failed = |source| CollectError::Keep(path.clone(), source);
        let (half, mut file) = HalfMade::begin(&path, create_private).map_err(failed)?;
        self.files.push(half);
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Ok(path.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }

    /// Their paths.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.files.iter().map(|file| file.path().to_owned()).collect()
    }
}

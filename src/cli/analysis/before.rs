//! `--before`: the earlier moment that a report is compared with.

use super::{Exit, Failure};
use crate::analysis::{self, Analysis, Analyzer, Before, Options};
use crate::cli::{OrExit as _, must_exist};
use crate::compare::is_own_json;
use anyhow::{Context as _, anyhow};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Largest report that is read: many times the largest there is.
const LARGEST: u64 = 512 << 20;

/// Adds what changed since `paths` to the analysis, if there are any.
pub(super) fn compare(
    paths: &[PathBuf],
    analyzer: &Analyzer,
    analysis: &mut Analysis,
    options: &Options,
) -> Result<(), Failure> {
    let Some(first) = paths.first() else { return Ok(()) };
    paths.iter().try_for_each(|path| must_exist(path))?;
    let before = match paths {
        [path] if is_report(path) => Before::Report(bytes(path)?),
        paths => match paths.iter().find(|path| is_report(path)) {
            Some(report) => {
                return Err(Failure::usage(format!(
                    "--before: {} is a report: give it alone",
                    report.display()
                )));
            }
            None => Before::Inputs(analysis::open(paths)),
        },
    };
    let compared = analyzer.compare(analysis, before, options);
    compared.with_context(|| format!("--before {}", first.display())).or_exit(Exit::NoInput)
}

/// Whether a file says of itself that it is a report, or another JSON form of ours.
fn is_report(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(4096).read_to_end(&mut head));
    path.is_file() && read.is_ok() && is_own_json(&head)
}

/// A file that may be a report.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    read.with_context(|| format!("cannot read {}", path.display())).or_exit(Exit::NoInput)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Failure::new(Exit::NoInput, anyhow!("{}: no report is that large", path.display())));
    }
    Ok(bytes)
}

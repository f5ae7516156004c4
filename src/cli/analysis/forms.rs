//! In which forms a result leaves this program: files, by their extension, or a short form on the terminal.

use super::args::{CaseArgs, Format, OutArgs};
use super::{Exit, Failure, case};
use crate::report::handout::Handout;
use crate::report::{html, json, markdown};
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context as _, anyhow};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The outputs with their formats, checked before any work is done.
pub(super) fn outputs(args: &OutArgs, case: &CaseArgs) -> Result<Vec<(PathBuf, Format)>, Failure> {
    if args.out.is_empty() && args.format.is_some() {
        return Ok(vec![(PathBuf::from("-"), args.format.unwrap_or(Format::Html))]);
    }
    let mut outputs: Vec<(PathBuf, Format)> = Vec::new();
    let usage = |what: String| Failure::new(Exit::Usage, anyhow!(what));
    for path in &args.out {
        if outputs.iter().any(|(other, _)| full(other) == full(path)) {
            return Err(usage(format!("{} is given twice as output", path.display())));
        }
        if case::paths(case).any(|input| full(input) == full(path) || is_evidence(path, input)) {
            return Err(usage(format!("{} is an input and would be overwritten", path.display())));
        }
        outputs.push((path.clone(), format_of(path, args.format)?));
    }
    Ok(outputs)
}

fn format_of(path: &Path, given: Option<Format>) -> Result<Format, Failure> {
    let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
    let by_name = match extension.as_deref() {
        Some("html" | "htm") => Some(Format::Html),
        Some("md" | "markdown") => Some(Format::Md),
        Some("json") => Some(Format::Json),
        _ => None,
    };
    by_name.or(given).ok_or_else(|| {
        let what = if path.as_os_str() == "-" {
            "standard output needs --format html, md or json".to_owned()
        } else {
            format!("{}: the name ends in none of .html, .md, .json; add --format", path.display())
        };
        Failure::new(Exit::Usage, anyhow!(what))
    })
}

/// Whether a file that is there already was given with the folder it lies in. Pages, and what this program wrote before,
/// tell it nothing and may be written anew.
fn is_evidence(path: &Path, input: &Path) -> bool {
    const OWN: &[u8] = b"\"schema\": \"clusterbrief-";
    let page = matches!(format_of(path, None), Ok(Format::Html | Format::Md));
    if page || !input.is_dir() || !path.is_file() || !full(path).starts_with(full(input)) {
        return false;
    }
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(64).read_to_end(&mut head));
    read.is_err() || !head.windows(OWN.len()).any(|window| window == OWN)
}

/// A path in the one form in which two of them compare, also when there is nothing at it yet.
fn full(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// A plan or a checklist in one of its forms.
pub(super) fn handout(page: &Handout, format: Format) -> Result<String, Failure> {
    let text = match format {
        Format::Html => html::handout(page),
        Format::Md => markdown::handout(page),
        Format::Json => json::render(page),
    };
    let text = text.with_context(|| format!("cannot render {}", page.title));
    text.map_err(|error| Failure::new(Exit::CannotWrite, error))
}

/// What the terminal shows: its width in columns, and whether colour is wanted.
pub(super) fn screen() -> (usize, bool) {
    let colour = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    // Shells know COLUMNS and seldom pass it on.
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    (said.or_else(seen).unwrap_or(100), colour)
}

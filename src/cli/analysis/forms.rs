//! In which forms a result leaves this program: files, by their extension, or a short form on the terminal.

use super::args::{CaseArgs, OutArgs};
use super::{Exit, Failure, case, file, output};
use crate::cli::OrExit as _;
use crate::report::assemble::used;
use crate::report::format::{CHECKLIST_FORMATS, Content, FORMATS, Keep, OutputFormat};
use crate::report::terminal;
use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The outputs with their formats, checked before any work is done.
pub(super) fn outputs(args: &OutArgs, case: &CaseArgs) -> Result<Vec<Target>, Failure> {
    match args.format {
        Some(format) if args.out.is_empty() => Ok(vec![(PathBuf::from("-"), format)]),
        given => among(&FORMATS, &args.out, given, case, "; add --format"),
    }
}

/// A file to write and its format.
pub(super) type Target = (PathBuf, &'static OutputFormat);

/// The outputs of a checklist; their names tell the format.
pub(super) fn checklists(out: &[PathBuf], case: &CaseArgs) -> Result<Vec<Target>, Failure> {
    among(&CHECKLIST_FORMATS, out, None, case, "")
}

fn among(
    formats: &[&'static OutputFormat],
    out: &[PathBuf],
    given: Option<&'static OutputFormat>,
    case: &CaseArgs,
    hint: &str,
) -> Result<Vec<Target>, Failure> {
    let mut outputs: Vec<Target> = Vec::new();
    for path in out {
        let shown = path.display();
        let Some(format) = by_name(formats, path).or(given) else {
            let by = |name: fn(&OutputFormat) -> String| {
                formats.iter().map(|format| name(format)).collect::<Vec<_>>().join(", ")
            };
            return Err(Failure::usage(if path.as_os_str() == "-" && !hint.is_empty() {
                format!("standard output needs --format: {}", by(|format| format.name.to_owned()))
            } else {
                let endings = by(|format| format!(".{}", format.extensions.first().unwrap_or(&"")));
                format!("{shown}: the name ends in none of {endings}{hint}")
            }));
        };
        // Also where it is an input: what somebody wrote into it would be gone.
        if format.keep == Keep::All && path.exists() {
            return Err(Failure::usage(format!(
                "{shown}: is there already, and somebody may have filled it in: give it with --answers, and the new \
                 list another name with -o"
            )));
        }
        if outputs.iter().any(|(other, _)| full(other) == full(path)) {
            return Err(Failure::usage(format!("{shown} is given twice as output")));
        }
        let keep = by_name(formats, path).map_or(Keep::Evidence, |format| format.keep);
        let is_input =
            |input: &Path| full(input) == full(path) || (keep != Keep::Nothing && is_evidence(path, input));
        if case::paths(case).any(is_input) {
            return Err(Failure::usage(format!("{shown} is an input and would be overwritten")));
        }
        outputs.push((path.clone(), format));
    }
    Ok(outputs)
}

/// Fails where an output would be written over one of these, or over what somebody put into a folder among them.
pub(super) fn keep<'p>(
    outputs: &[Target],
    paths: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<(), Failure> {
    for path in paths {
        let over = |(out, _): &&Target| {
            full(out) == full(path) || (path.is_dir() && out.is_file() && full(out).starts_with(full(path)))
        };
        if let Some((out, _)) = outputs.iter().find(over) {
            return Err(Failure::usage(format!("{} is an input and would be overwritten", out.display())));
        }
    }
    Ok(())
}

fn by_name(formats: &[&'static OutputFormat], path: &Path) -> Option<&'static OutputFormat> {
    let extension = path.extension()?.to_string_lossy().to_lowercase();
    formats.iter().copied().find(|format| format.extensions.contains(&extension.as_str()))
}

/// Whether a file that is there already was given with the folder it lies in. What this program wrote before tells it
/// nothing and may be written anew.
fn is_evidence(path: &Path, input: &Path) -> bool {
    const OWN: &[u8] = b"\"schema\": \"clusterbrief-";
    if !input.is_dir() || !path.is_file() || !full(path).starts_with(full(input)) {
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

/// Writes every output, or prints the short form where there is none.
pub(super) fn write(outputs: &[Target], content: Content<'_>) -> Result<(), Failure> {
    if outputs.is_empty() {
        let (width, colour) = screen();
        return output::print(&match content {
            Content::Report(report) => terminal::render(report, width, colour),
            Content::Document(page) => terminal::handout(page, width, colour),
        });
    }
    // The short form says it by itself.
    if let Content::Report(report) = content
        && let Some(line) = used(&report.inputs).passed_over
    {
        output::complain(&line);
    }
    for (path, format) in outputs {
        let bytes = (format.render)(content).with_context(|| format!("cannot render {}", path.display()));
        file::write(path, &bytes.or_exit(Exit::CannotWrite)?)?;
    }
    Ok(())
}

/// What the terminal shows: its width in columns, and whether colour is wanted.
pub(super) fn screen() -> (usize, bool) {
    let colour = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    // Shells know COLUMNS and seldom pass it on.
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    (said.or_else(seen).unwrap_or(100), colour)
}

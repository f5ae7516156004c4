//! `report`.

use super::args::{FailOn, Format, ReportArgs};
use super::{Exit, Failure, case, output};
use crate::finding::State;
use crate::model::InputStatus;
use crate::report::model::Report;
use crate::report::{html, json, markdown, terminal};
use anstream::{AutoStream, ColorChoice};
use anyhow::{Context as _, anyhow};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    let outputs = outputs(args)?;
    let (_, audited) = case::audited(&args.case)?;
    let report = &audited.report;
    for (path, format) in &outputs {
        output::write(path, render(report, *format)?.as_bytes())?;
    }
    if outputs.is_empty() {
        summary(report)?;
    }
    Ok(exit(report, args.fail_on))
}

/// The outputs with their formats, checked before any work is done.
fn outputs(args: &ReportArgs) -> Result<Vec<(PathBuf, Format)>, Failure> {
    if args.out.is_empty() && args.format.is_some() {
        return Ok(vec![(PathBuf::from("-"), args.format.unwrap_or(Format::Html))]);
    }
    let mut outputs: Vec<(PathBuf, Format)> = Vec::new();
    let usage = |what: String| Failure::new(Exit::Usage, anyhow!(what));
    for path in &args.out {
        if outputs.iter().any(|(other, _)| full(other) == full(path)) {
            return Err(usage(format!("{} is given twice as output", path.display())));
        }
        if case::paths(&args.case).any(|input| full(input) == full(path)) {
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

/// A path in the one form in which two of them compare, also when there is nothing at it yet.
fn full(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

fn render(report: &Report, format: Format) -> Result<String, Failure> {
    let text = match format {
        Format::Html => html::render(report),
        Format::Md => markdown::render(report),
        Format::Json => json::render(report),
    };
    text.context("cannot render the report").map_err(|error| Failure::new(Exit::CannotWrite, error))
}

/// The short form on the terminal: as wide as it is, in colour where that is wanted.
fn summary(report: &Report) -> Result<(), Failure> {
    let colour = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    // Shells know COLUMNS and seldom pass it on.
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    let width = said.or_else(seen).unwrap_or(100);
    output::print(&terminal::render(report, width, colour))
}

fn exit(report: &Report, fail_on: Option<FailOn>) -> Exit {
    let state = report.verdict.state;
    let reached = match fail_on {
        None => false,
        Some(FailOn::NotReady) => state == State::NotReady,
        Some(FailOn::CannotSay) => matches!(state, State::NotReady | State::CannotSay),
        Some(FailOn::Warnings) => state != State::Ready,
    };
    if reached {
        Exit::FailOn
    } else if report.inputs.iter().any(|input| input.status == InputStatus::Refused) {
        Exit::SomeRefused
    } else {
        Exit::Written
    }
}

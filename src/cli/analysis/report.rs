//! `report`.

use super::args::{FailOn, Format, ReportArgs};
use super::{Exit, Failure, case, file, forms, output};
use crate::finding::State;
use crate::report::model::Report;
use crate::report::{html, json, markdown, terminal};
use anyhow::Context as _;
use std::mem::ManuallyDrop;

pub(super) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    let outputs = forms::outputs(&args.out, &args.case)?;
    // The process ends with this verb: to take apart what it holds would only keep the reader waiting.
    let auditor = ManuallyDrop::new(case::auditor(&args.case)?);
    let audited = ManuallyDrop::new(case::audited(&args.case, &auditor)?);
    let report = &audited.report;
    for (path, format) in &outputs {
        file::write(path, render(report, *format)?.as_bytes())?;
    }
    if outputs.is_empty() {
        let (width, colour) = forms::screen();
        output::print(&terminal::render(report, width, colour))?;
    }
    Ok(exit(report, args.fail_on))
}

fn render(report: &Report, format: Format) -> Result<String, Failure> {
    let text = match format {
        Format::Html => html::render(report),
        Format::Md => markdown::render(report),
        Format::Json => json::render(report),
    };
    text.context("cannot render the report").map_err(|error| Failure::new(Exit::CannotWrite, error))
}

fn exit(report: &Report, fail_on: Option<FailOn>) -> Exit {
    let state = report.verdict.state;
    let reached = match fail_on {
        None => false,
        Some(FailOn::NotReady) => state == State::NotReady,
        Some(FailOn::CannotSay) => matches!(state, State::NotReady | State::CannotSay),
        Some(FailOn::Warnings) => state != State::Ready,
    };
    if reached { Exit::FailOn } else { Exit::written(&report.inputs) }
}

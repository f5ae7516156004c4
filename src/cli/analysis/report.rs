//! `report`.

use super::args::ReportArgs;
use super::{Exit, Failure, before, case, decide, forms, logs};
use crate::finding::{Readiness, Severity};
use crate::redact::Sanitizer;
use crate::report::format::Content;
use crate::report::model::{CaseView, Report};
use clap::ValueEnum;
use std::collections::BTreeSet;
use std::mem::ManuallyDrop;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FailOn {
    /// NOT READY
    NotReady,
    /// NOT READY or CANNOT SAY
    CannotSay,
    /// Anything except READY
    Warnings,
    /// Anything except READY, and READY with something left out
    Incomplete,
    /// A blocker that is new or became one since --before
    NewBlocker,
    /// A finding of at least low severity that is new or worse since --before
    New,
}

pub(super) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    if args.before.is_empty() && matches!(args.fail_on, Some(FailOn::NewBlocker | FailOn::New)) {
        return Err(Failure::usage("--fail-on new and new-blocker need --before"));
    }
    let mut outputs = forms::outputs(&args.out, &args.case)?;
    if args.case.target.is_some() {
        outputs = forms::with_plan(outputs, args.with_plan, &args.case)?;
    }
    forms::keep(&outputs, args.before.iter().chain(&args.decisions))?;
    let baseline = args.baseline.as_deref().map(logs::baseline).transpose()?;
    // The process ends with this verb: to take apart what it holds would only keep the reader waiting.
    let auditor = ManuallyDrop::new(case::auditor(&args.case)?);
    let options = case::options(&args.case, baseline)?;
    let decisions = args.decisions.as_deref().map(decide::read).transpose()?;
    let mut audited = ManuallyDrop::new(case::audited(&args.case, &auditor, &options, decisions.as_ref())?);
    before::compare(&args.before, &auditor, &mut audited, &options)?;
    audited.report.case = CaseView::new(
        args.case_name.as_deref(),
        args.customer.as_deref(),
        args.ticket.as_deref(),
        &Sanitizer,
    );
    let report = &audited.report;
    forms::write(&outputs, Content::Report(report), args.out.quiet)?;
    Ok(exit(report, args.fail_on))
}

fn exit(report: &Report, fail_on: Option<FailOn>) -> Exit {
    // Decisions count where somebody gave them.
    let state = report.verdict.decided.as_ref().map_or(report.verdict.state, |decided| decided.state);
    let reached = match fail_on {
        None => false,
        Some(FailOn::NotReady) => state == Readiness::NotReady,
        Some(FailOn::CannotSay) => matches!(state, Readiness::NotReady | Readiness::Undetermined),
        Some(FailOn::Warnings) => state != Readiness::Ready,
        Some(FailOn::NewBlocker) => has_new(report, Severity::Blocker),
        Some(FailOn::New) => has_new(report, Severity::Low),
        Some(FailOn::Incomplete) => state != Readiness::Ready || !report.verdict.complete,
    };
    if reached { Exit::FailOn } else { Exit::written(&report.inputs) }
}

/// Whether anything is new or worse, at least this severe, and not decided.
fn has_new(report: &Report, least: Severity) -> bool {
    let decided: BTreeSet<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.decision.is_some())
        .flat_map(|finding| finding.fingerprints.iter().chain([&finding.fingerprint]))
        .map(String::as_str)
        .collect();
    report.since.as_ref().is_some_and(|since| since.has_new(least, &decided))
}

//! `report`.

use super::args::{FailOn, ReportArgs};
use super::{Exit, Failure, before, case, forms, logs};
use crate::finding::{Readiness, Severity};
use crate::report::format::Content;
use crate::report::model::Report;
use std::mem::ManuallyDrop;

pub(super) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    if args.before.is_empty() && matches!(args.fail_on, Some(FailOn::NewBlocker | FailOn::New)) {
        return Err(Failure::usage("--fail-on new and new-blocker need --before"));
    }
    let outputs = forms::outputs(&args.out, &args.case)?;
    let baseline = args.baseline.as_deref().map(logs::baseline).transpose()?;
    // The process ends with this verb: to take apart what it holds would only keep the reader waiting.
    let auditor = ManuallyDrop::new(case::auditor(&args.case)?);
    let options = case::options(&args.case, baseline)?;
    let mut audited = ManuallyDrop::new(case::audited(&args.case, &auditor, &options)?);
    before::compare(&args.before, &auditor, &mut audited, &options)?;
    let report = &audited.report;
    forms::write(&outputs, Content::Report(report))?;
    Ok(exit(report, args.fail_on))
}

fn exit(report: &Report, fail_on: Option<FailOn>) -> Exit {
    let state = report.verdict.state;
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

fn has_new(report: &Report, least: Severity) -> bool {
    report.since.as_ref().is_some_and(|since| since.has_new(least))
}

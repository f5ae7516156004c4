//! `report`.

use super::args::{FailOn, ReportArgs};
use super::{Exit, Failure, case, forms, logs};
use crate::finding::Readiness;
use crate::redact::Sanitizer;
use crate::report::format::Content;
use crate::report::model::{CaseView, Report};
use std::mem::ManuallyDrop;

pub(super) fn run(args: &ReportArgs) -> Result<Exit, Failure> {
    let mut outputs = forms::outputs(&args.out, &args.case)?;
    if args.case.target.is_some() {
        outputs = forms::with_plan(outputs, args.with_plan, &args.case)?;
    }
    let baseline = args.baseline.as_deref().map(logs::baseline).transpose()?;
    // The process ends with this verb: to take apart what it holds would only keep the reader waiting.
    let auditor = ManuallyDrop::new(case::auditor(&args.case)?);
    let mut audited = ManuallyDrop::new(case::audited(&args.case, &auditor, baseline)?);
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
    let state = report.verdict.state;
    let reached = match fail_on {
        None => false,
        Some(FailOn::NotReady) => state == Readiness::NotReady,
        Some(FailOn::CannotSay) => matches!(state, Readiness::NotReady | Readiness::Undetermined),
        Some(FailOn::Warnings) => state != Readiness::Ready,
        Some(FailOn::Incomplete) => state != Readiness::Ready || !report.verdict.complete,
    };
    if reached { Exit::FailOn } else { Exit::written(&report.inputs) }
}

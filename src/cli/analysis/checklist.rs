//! `checklist`.

use super::args::ChecklistArgs;
use super::{Exit, Failure, case, forms, output};
use crate::plan::checklist::{Tally, checklist};
use crate::report::document::Document;
use crate::report::format::Content;

pub(super) fn run(args: &ChecklistArgs) -> Result<Exit, Failure> {
    let outputs = forms::checklists(&args.out, &args.case)?;
    let auditor = case::auditor(&args.case)?;
    let audited = case::audited(&args.case, &auditor, &case::options(&args.case, None)?, None)?;
    let report = &audited.report;
    let list = checklist(&audited.cluster, &audited.results, auditor.knowledge(), args.occasion);
    let says = says(list.tally);
    // The line below says it.
    forms::write(&outputs, Content::Document(&Document::of_checklist(report, list)), true)?;
    if !args.quiet {
        let names: Vec<String> = args.out.iter().map(|path| path.display().to_string()).collect();
        output::print(&format!("{}: {says}\n", names.join(", ")))?;
    }
    Ok(Exit::written(&report.inputs))
}

/// The counts of the list, in one line.
fn says(tally: Tally) -> String {
    let Tally { done, not_done, open, not_applicable, waiting } = tally;
    let all = done + not_done + open + not_applicable;
    format!(
        "{all} lines: {done} done, {not_done} not done, {not_applicable} do not apply, {open} open; {waiting} need an answer."
    )
}

//! `checklist`.

use super::args::ChecklistArgs;
use super::{Exit, Failure, case, output};
use crate::plan::checklist::{Tally, checklist};
use crate::report::workbook;
use anyhow::{Context as _, anyhow};

pub(super) fn run(args: &ChecklistArgs) -> Result<Exit, Failure> {
    if args.out.exists() {
        // Also where it is an input: what somebody wrote into it would be gone.
        let what = format!(
            "{} is there already, and somebody may have filled it in: give it with --answers, and the new list another name with -o",
            args.out.display()
        );
        return Err(Failure::new(Exit::Usage, anyhow!(what)));
    }
    let auditor = case::auditor(&args.case)?;
    let audited = case::audited(&args.case, &auditor)?;
    let report = &audited.report;
    let list = checklist(&audited.cluster, &audited.judged, auditor.knowledge(), args.occasion.into());
    let bytes = workbook::write(&list, report).context("cannot make the workbook");
    output::write(&args.out, &bytes.map_err(|error| Failure::new(Exit::CannotWrite, error))?)?;
    output::print(&format!("{}: {}\n", args.out.display(), says(list.tally)))?;
    Ok(Exit::written(&report.inputs))
}

/// How the list stands, in one line.
fn says(tally: Tally) -> String {
    let Tally { done, not_done, open, not_applicable, waiting } = tally;
    let all = done + not_done + open + not_applicable;
    format!(
        "{all} lines: {done} done, {not_done} not done, {not_applicable} do not apply, {open} open; {waiting} wait for a person."
    )
}

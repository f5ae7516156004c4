//! `checklist`.

use super::args::{ChecklistArgs, OutArgs};
use super::{Exit, Failure, case, file, forms, output};
use crate::plan::checklist::{Tally, checklist};
use crate::report::handout::Handout;
use crate::report::workbook;
use anyhow::{Context as _, anyhow};
use std::path::{Path, PathBuf};

/// What a name may end in.
const ENDINGS: [&str; 6] = ["xlsx", "html", "htm", "md", "markdown", "json"];

pub(super) fn run(args: &ChecklistArgs) -> Result<Exit, Failure> {
    let ending = |path: &Path| path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let usage = |path: &Path, what: &str| Failure::new(Exit::Usage, anyhow!("{}: {what}", path.display()));
    for path in &args.out {
        if !ending(path).is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
            return Err(usage(path, "the name ends in none of .xlsx, .html, .md, .json"));
        }
    }
    let (books, pages): (Vec<PathBuf>, Vec<PathBuf>) =
        args.out.iter().cloned().partition(|path| ending(path).as_deref() == Some("xlsx"));
    // Also where it is an input: what somebody wrote into it would be gone.
    if let Some(book) = books.iter().find(|book| book.exists()) {
        let what = "is there already, and somebody may have filled it in: give it with --answers, and the new list \
                    another name with -o";
        return Err(usage(book, what));
    }
    let pages = forms::outputs(&OutArgs { out: pages, format: None }, &args.case)?;
    let auditor = case::auditor(&args.case)?;
    let audited = case::audited(&args.case, &auditor)?;
    let report = &audited.report;
    let list = checklist(&audited.cluster, &audited.judged, auditor.knowledge(), args.occasion.into());
    let says = says(list.tally);
    for book in &books {
        let bytes = workbook::write(&list, report).context("cannot make the workbook");
        file::write(book, &bytes.map_err(|error| Failure::new(Exit::CannotWrite, error))?)?;
    }
    let page = Handout::of_checklist(report, list);
    for (path, format) in &pages {
        file::write(path, forms::handout(&page, *format)?.as_bytes())?;
    }
    let names: Vec<String> = args.out.iter().map(|path| path.display().to_string()).collect();
    output::print(&format!("{}: {says}\n", names.join(", ")))?;
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

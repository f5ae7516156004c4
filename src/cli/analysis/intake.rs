//! `intake`: what each file of a case is, and a redacted copy of all that can be used.

use super::args::IntakeArgs;
use super::forms::screen;
use super::{Exit, Failure, case, output};
use crate::analysis::Analyzer;
use crate::bundle::CaseWriter;
use crate::cli::OrExit as _;
use crate::intake::cluster::Options;
use crate::intake::tidy::{TidyContent, TidyFile};
use crate::report::intake_text;
use anyhow::Context as _;
use std::io;
use std::path::Path;

pub(super) fn run(args: &IntakeArgs) -> Result<Exit, Failure> {
    let auditor = case::auditor(&args.case)?;
    let options = case::options(&args.case, None)?;
    if let Some(out) = &args.out {
        check(out, args)?;
    }
    let analysis = auditor.analyze(case::opened(&args.case)?, &options);
    let (width, colour) = screen();
    output::print(&intake_text::render(&analysis.report, width, colour))?;
    if let Some(out) = &args.out {
        write(out, &auditor, args, &options)?;
    }
    let used = analysis.report.inputs.iter().any(|input| input.status.is_used());
    Ok(if used { Exit::written(&analysis.report.inputs) } else { Exit::NoInput })
}

/// Whether the folder may be written, before any work is done.
fn check(out: &Path, args: &IntakeArgs) -> Result<(), Failure> {
    let full = |path: &Path| {
        path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
    };
    if case::paths(&args.case)
        .any(|input| full(input).starts_with(full(out)) || full(out).starts_with(full(input)))
    {
        return Err(Failure::usage(format!("{}: give -o a folder outside of the inputs", out.display())));
    }
    let is_empty = |folder: &Path| folder.read_dir().is_ok_and(|mut entries| entries.next().is_none());
    if out.exists() && !is_empty(out) {
        return Err(Failure::usage(format!(
            "{}: is there already; give -o a new or empty folder",
            out.display()
        )));
    }
    Ok(())
}

fn write(out: &Path, auditor: &Analyzer, args: &IntakeArgs, options: &Options) -> Result<(), Failure> {
    let tidy = auditor.tidy(case::opened(&args.case)?, options);
    let failed = || format!("cannot write {}", out.display());
    let mut writer = CaseWriter::new(out).with_context(failed).or_exit(Exit::CannotWrite)?;
    let (mut kept, mut left_out) = (0, 0);
    for file in &tidy.files {
        match write_one(&mut writer, file, |out| tidy.write(&file.content, out)) {
            Ok(true) => kept += 1,
            Ok(false) => left_out += 1,
            // What cannot be redacted is not copied; that the disk is full concerns all.
            Err(error) if error.kind() == io::ErrorKind::Other => {
                writer.leave_out(TidyFile::failed(file.row.clone(), &error.to_string()));
                left_out += 1;
            }
            Err(error) => return Err(error).with_context(failed).or_exit(Exit::CannotWrite),
        }
    }
    let tool = concat!("clusterbrief ", env!("CARGO_PKG_VERSION"));
    writer.finish(tool).with_context(failed).or_exit(Exit::CannotWrite)?;
    let files = output::counted(kept, "file");
    let text =
        format!("{} with {files}, redacted; {left_out} left out, which its case.json names.", out.display());
    output::print(&(String::from("\n") + &output::item("Wrote ", &text)))
}

/// Writes one file; `false` if it is left out.
fn write_one(
    writer: &mut CaseWriter,
    file: &TidyFile,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<bool> {
    match &file.content {
        TidyContent::LeftOut => writer.leave_out(file.row.clone()),
        TidyContent::Bundle(bundle) => writer.add_bundle(&file.group, file.row.clone(), bundle)?,
        _ => writer.add(&file.group, file.row.clone(), write)?,
    }
    Ok(!matches!(file.content, TidyContent::LeftOut))
}

//! In which forms a result leaves this program: files, by their extension, or a short form on the terminal.

use super::args::{CaseArgs, OutArgs};
use super::{Exit, Failure, case, file, output};
use crate::cli::OrExit as _;
use crate::intake::kinds;
use crate::report::assemble::used;
use crate::report::document::Document;
use crate::report::format::{CHECKLIST_FORMATS, Content, FORMATS, Keep, OutputFormat, PLAN_FORMATS};
use crate::report::html::{self, PageOptions};
use crate::report::model::Report;
use crate::report::terminal;
use crate::report::ticket::{self, Tracker};
use crate::text::size::size;
use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// A file to write.
pub(super) struct Target {
    path: PathBuf,
    form: Form,
}

/// What is written into it.
#[derive(Clone)]
enum Form {
    Format(&'static OutputFormat),
    Ticket(Tracker),
    /// The page of a report.
    Page(PageOptions),
    /// A part of a report in a file of its own, beside its page.
    Beside(fn(&Report) -> Option<Document>),
}

impl Form {
    /// Whether it is a format of this name.
    fn is(&self, name: &str) -> bool {
        match self {
            Self::Format(format) => format.name == name,
            Self::Page(_) => html::FORMAT.name == name,
            Self::Ticket(_) | Self::Beside(_) => false,
        }
    }
}

/// Pages of a report with a target: each names the files beside it that hold the plan and the checklist, or holds both.
pub(super) fn with_plan(
    mut outputs: Vec<Target>,
    inside: bool,
    case: &CaseArgs,
) -> Result<Vec<Target>, Failure> {
    let mut beside: Vec<(PathBuf, Form)> = Vec::new();
    for Target { path, form } in &mut outputs {
        if !form.is(html::FORMAT.name) {
            continue;
        }
        let mut options = PageOptions { with_plan: inside, ..PageOptions::default() };
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if let (false, Some(stem)) = (inside || path.as_os_str() == "-", stem) {
            let mut add = |what: &str, part: fn(&Report) -> Option<Document>| {
                let name = format!("{stem}-{what}.html");
                beside.push((path.with_file_name(&name), Form::Beside(part)));
                Some(name)
            };
            options.plan = add("plan", |report| Some(Document::of_plan(report, report.plan.clone()?, None)));
            options.checklist =
                add("checklist", |report| Some(Document::of_checklist(report, report.checklist.clone()?)));
        }
        *form = Form::Page(options);
    }
    for (path, _) in &beside {
        let shown = path.display();
        if outputs.iter().any(|other| full(&other.path) == full(path)) {
            return Err(Failure::usage(format!(
                "{shown} is where the plan or the checklist goes, beside the page: give that output another name, or add --with-plan"
            )));
        }
        // Nobody named this file: only what this program wrote is written again.
        if path.exists() && !is_own(path) {
            return Err(Failure::usage(format!(
                "{shown} is there already and is no file of this program: give the page another name, or add --with-plan"
            )));
        }
    }
    // The names are ours, so what is there already is asked about as for any other output.
    let names: Vec<PathBuf> =
        outputs.iter().map(|one| one.path.clone()).filter(|path| path.as_os_str() != "-").collect();
    let all: Vec<PathBuf> = names.into_iter().chain(beside.iter().map(|(path, _)| path.clone())).collect();
    among(&FORMATS, &all, Some(&html::FORMAT), None, case, "")?;
    outputs.extend(beside.into_iter().map(|(path, form)| Target { path, form }));
    Ok(outputs)
}

/// The outputs of a report with their formats, checked before any work is done.
pub(super) fn outputs(args: &OutArgs, case: &CaseArgs) -> Result<Vec<Target>, Failure> {
    of_kinds(&FORMATS, args, case)
}

/// The outputs of a plan.
pub(super) fn plans(args: &OutArgs, case: &CaseArgs) -> Result<Vec<Target>, Failure> {
    if let Some(format) = args.format.filter(|one| PLAN_FORMATS.iter().all(|plan| plan.name != one.name)) {
        let names = PLAN_FORMATS.map(|one| one.name).join(", ");
        return Err(Failure::usage(format!("a plan is not written as {}, only as {names}", format.name)));
    }
    of_kinds(&PLAN_FORMATS, args, case)
}

fn of_kinds(
    formats: &[&'static OutputFormat],
    args: &OutArgs,
    case: &CaseArgs,
) -> Result<Vec<Target>, Failure> {
    let stdout = |form| Ok(vec![Target { path: PathBuf::from("-"), form }]);
    match (args.tracker, args.format) {
        (Some(tracker), None) if args.out.is_empty() => stdout(Form::Ticket(tracker)),
        (None, Some(format)) if args.out.is_empty() => stdout(Form::Format(format)),
        (tracker, given) => {
            let ticket = tracker.map(|one| Ok((ticket_at(one, &args.out, given.is_some())?, one)));
            among(formats, &args.out, given, ticket.transpose()?, case, "; add --format")
        }
    }
}

/// Which of the outputs is the ticket: the first one with the extension of the system.
fn ticket_at(tracker: Tracker, out: &[PathBuf], has_format: bool) -> Result<usize, Failure> {
    let fits = |path: &PathBuf| {
        let extension = path.extension().map(|it| it.to_string_lossy().to_lowercase());
        extension.as_deref() == Some(tracker.extension())
    };
    let is_stdout = |path: &PathBuf| path.as_os_str() == "-" && !has_format;
    let found = out.iter().position(fits).or_else(|| out.iter().position(is_stdout));
    found.ok_or_else(|| {
        let (name, extension) = (tracker.name(), tracker.extension());
        let names: Vec<String> = out.iter().map(|path| path.display().to_string()).collect();
        let none = if names.is_empty() { "there is none".into() } else { names.join(", ") + " is none" };
        Failure::usage(format!(
            "a ticket for {name} is written into a .{extension} file, and {none}: add -o ticket.{extension}"
        ))
    })
}

/// The outputs of a checklist; their names tell the format.
pub(super) fn checklists(out: &[PathBuf], case: &CaseArgs) -> Result<Vec<Target>, Failure> {
    among(&CHECKLIST_FORMATS, out, None, None, case, "")
}

fn among(
    formats: &[&'static OutputFormat],
    out: &[PathBuf],
    given: Option<&'static OutputFormat>,
    ticket: Option<(usize, Tracker)>,
    case: &CaseArgs,
    hint: &str,
) -> Result<Vec<Target>, Failure> {
    let mut outputs: Vec<Target> = Vec::new();
    for (at, path) in out.iter().enumerate() {
        let shown = path.display();
        let tracker = ticket.filter(|(ticket, _)| *ticket == at).map(|(_, tracker)| tracker);
        let named = by_name(formats, path);
        let form = tracker.map(Form::Ticket).or_else(|| named.or(given).map(Form::Format));
        let Some(form) = form else {
            let by = |name: fn(&OutputFormat) -> String| {
                formats.iter().map(|format| name(format)).collect::<Vec<_>>().join(", ")
            };
            return Err(Failure::usage(if path.as_os_str() == "-" && !hint.is_empty() {
                format!("standard output needs --format: {}", by(|format| format.name.to_owned()))
            } else {
                let endings = by(|format| format!(".{}", format.extensions.first().unwrap_or(&"")));
                let is_text = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("txt"));
                let hint = if is_text && !hint.is_empty() {
                    "; for a ticket add --tracker jira or plain"
                } else {
                    hint
                };
                format!("{shown}: the name ends in none of {endings}{hint}")
            }));
        };
        let keep = match form {
            Form::Format(format) => named.map_or(Keep::Evidence, |_| format.keep),
            // A text of this name may be anything.
            Form::Ticket(tracker) if tracker.extension() == "txt" => Keep::Evidence,
            Form::Ticket(_) | Form::Page(_) | Form::Beside(_) => Keep::Nothing,
        };
        // Also where it is an input: what somebody wrote into it would be gone.
        if keep == Keep::All && path.exists() {
            return Err(Failure::usage(format!(
                "{shown}: is there already, and somebody may have filled it in: give it with --answers, and the new \
                 list another name with -o"
            )));
        }
        if outputs.iter().any(|other| full(&other.path) == full(path)) {
            return Err(Failure::usage(format!("{shown} is given twice as output")));
        }
        let is_input =
            |input: &Path| full(input) == full(path) || (keep != Keep::Nothing && is_evidence(path, input));
        if case::paths(case).any(is_input) {
            return Err(Failure::usage(format!("{shown} is an input and would be overwritten")));
        }
        outputs.push(Target { path: path.clone(), form });
    }
    Ok(outputs)
}

/// Fails where an output would be written over one of these, or over what somebody put into a folder among them.
pub(super) fn keep<'p>(
    outputs: &[Target],
    paths: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<(), Failure> {
    for path in paths {
        let over = |Target { path: out, .. }: &&Target| {
            full(out) == full(path) || (path.is_dir() && out.is_file() && full(out).starts_with(full(path)))
        };
        if let Some(out) = outputs.iter().find(over) {
            return Err(Failure::usage(format!(
                "{} is an input and would be overwritten",
                out.path.display()
            )));
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
    input.is_dir() && path.is_file() && full(path).starts_with(full(input)) && !is_own(path)
}

/// Whether this program wrote a file.
fn is_own(path: &Path) -> bool {
    /// Our own outputs are smaller by far.
    const MOST: u64 = 256 << 20;
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST).read_to_end(&mut bytes));
    read.is_ok() && kinds::is_own(&bytes)
}

/// A path in the one form in which two of them compare, also when there is nothing at it yet.
fn full(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// Writes every output, or prints the short form where there is none. Unless `quiet`, it then says what came of it.
pub(super) fn write(outputs: &[Target], content: Content<'_>, quiet: bool) -> Result<(), Failure> {
    if outputs.is_empty() {
        let (width, colour) = screen();
        return output::print(&match content {
            Content::Report(report) => terminal::render(report, width, colour),
            Content::Document(page) => terminal::handout(page, width, colour),
        });
    }
    // The short form says it by itself.
    if let (Content::Report(report), false) = (content, quiet)
        && let Some(line) = used(&report.inputs).passed_over
    {
        output::complain(&line);
    }
    let mut written = Vec::new();
    for Target { path, form } in outputs {
        let bytes = match form {
            Form::Format(format) => {
                let bytes =
                    (format.render)(content).with_context(|| format!("cannot render {}", path.display()));
                bytes.or_exit(Exit::CannotWrite)?
            }
            Form::Page(options) => {
                let Content::Report(report) = content else { continue };
                let page = html::render_with(report, options);
                page.with_context(|| format!("cannot render {}", path.display()))
                    .or_exit(Exit::CannotWrite)?
                    .into_bytes()
            }
            Form::Beside(part) => {
                let Content::Report(report) = content else { continue };
                let Some(document) = part(report) else { continue };
                let page = html::handout(&document);
                page.with_context(|| format!("cannot render {}", path.display()))
                    .or_exit(Exit::CannotWrite)?
                    .into_bytes()
            }
            Form::Ticket(tracker) => {
                ticket::render(content, *tracker, whole(outputs).as_deref()).into_bytes()
            }
        };
        file::write(path, &bytes)?;
        if path.as_os_str() != "-" {
            let size = size(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            let of = match form {
                Form::Ticket(tracker) => format!("{size}, fits {}", tracker.name()),
                Form::Format(_) | Form::Page(_) | Form::Beside(_) => size,
            };
            written.push(format!("{} ({of})", path.display()));
        }
    }
    if !quiet && !written.is_empty() {
        let result = match content {
            Content::Report(report) => terminal::result(report),
            Content::Document(page) => page.title.clone(),
        };
        output::remark(&result);
        if let Content::Report(report) = content {
            for line in terminal::decided(report) {
                output::remark(&line);
            }
        }
        output::remark(&format!("Wrote {}", written.join(", ")));
    }
    Ok(())
}

/// The name of the file that has what a ticket leaves out: of several the one that a person reads.
fn whole(outputs: &[Target]) -> Option<String> {
    let named = |wanted: &str| outputs.iter().find(|one| one.form.is(wanted));
    let found = FORMATS.iter().find_map(|format| named(format.name))?;
    let name = found.path.file_name()?.to_string_lossy().into_owned();
    (found.path.as_os_str() != "-").then_some(name)
}

/// What the terminal shows: its width in columns, and whether colour is wanted.
pub(super) fn screen() -> (usize, bool) {
    let colour = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    // Shells know COLUMNS and seldom pass it on.
    let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    (said.or_else(seen).unwrap_or(output::WIDTH), colour)
}

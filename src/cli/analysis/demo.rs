//! `demo`: makes a case with known problems.

use super::args::DemoArgs;
use super::{Exit, Failure, output};
use crate::cli::OrExit as _;
use crate::cli::output::item;
use crate::demo::{AS_OF, CASES, Case};
use crate::text::escape;
use anyhow::Context as _;
use std::path::Path;

pub(super) fn run(args: &DemoArgs) -> Result<Exit, Failure> {
    let usage = |text: &str| Err(Failure::usage(text));
    let text = match (args.case.as_deref().and_then(Case::find), &args.dir) {
        (Some(case), Some(dir)) => made(case, dir)?,
        (Some(case), None) => {
            return usage(&format!("name a new folder for the case: clusterbrief demo {} DIR", case.name));
        }
        (None, Some(_)) => return usage("demo list takes no folder"),
        (None, None) => list(),
    };
    output::print(&text)?;
    Ok(Exit::Success)
}

fn list() -> String {
    let width = CASES.iter().map(|case| case.name.len()).max().unwrap_or_default();
    let rows = CASES.iter().map(|case| format!("{:width$}  {}\n", case.name, case.summary));
    rows.chain(["\nMake one: clusterbrief demo CASE DIR\n".to_owned()]).collect()
}

/// Makes the case, and says what was made and what to do with it.
fn made(case: &Case, dir: &Path) -> Result<String, Failure> {
    case.write(dir).or_exit(Exit::CannotWrite)?;
    let entries = std::fs::read_dir(dir).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.with_context(|| format!("cannot read {}", dir.display()));
    let mut names: Vec<String> = entries
        .or_exit(Exit::CannotWrite)?
        .iter()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let folder = escape::one_line(&dir.display().to_string());
    let quoted = if folder.contains(char::is_whitespace) { format!("\"{folder}\"") } else { folder.clone() };
    let target = case.target.map(|target| format!(" --target {target}")).unwrap_or_default();
    let wrote = item("Wrote ", &format!("{folder}: {}.", names.join(", ")));
    let about = item("", &format!("{}. It was collected on {AS_OF}.", case.summary));
    Ok(format!("{wrote}{about}\nNext: clusterbrief report {quoted} --as-of {AS_OF}{target} -o report.html\n"))
}

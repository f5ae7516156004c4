//! `knowledge`, and `--knowledge DIR` of other verbs: a team's own knowledge files over the built-in ones.

use super::{Exit, Failure, output};
use crate::knowledge::{Knowledge, Overlay, OverlayRecord};
use crate::rules;
use crate::text::escape;
use crate::text::size::size;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Most files of a folder: a whole catalogue has fewer than a hundred.
const MOST_FILES: usize = 500;

/// Most bytes of all files together. The built-in ones have half a megabyte.
const MOST_BYTES: u64 = 16 << 20;

/// How many folders deep files are looked for.
const DEEPEST: usize = 4;

pub(super) fn check(folder: &Path) -> Result<Exit, Failure> {
    output::print(&summary(&load(Some(folder))?))?;
    Ok(Exit::Success)
}

/// The built-in knowledge, merged with the files of a folder. Prints every fault on a line of its own.
pub(super) fn load(folder: Option<&Path>) -> Result<Knowledge, Failure> {
    let files = folder.map_or_else(|| Ok(Vec::new()), read)?;
    let own: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let checked = Knowledge::layered(&own).and_then(|knowledge| {
        rules::check_own(&knowledge)?;
        Ok(knowledge)
    });
    checked.map_err(|faults| {
        for fault in &faults.0 {
            output::complain(&fault.to_string());
        }
        let source =
            folder.map_or_else(|| "the built-in knowledge".into(), |folder| folder.display().to_string());
        let errors = output::counted(faults.0.len(), "error");
        Failure::new(Exit::NoInput, anyhow::anyhow!("{source}: {errors}; nothing was done"))
    })
}

/// Every `.toml` file of a folder, and every `.json` file, which may be a CVE record, by the name that messages use, with its text; in order of name.
fn read(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let usage = |why: String| Failure::usage(format!("{}: {why}", folder.display()));
    if !folder.is_dir() {
        return Err(usage("there is no such folder".into()));
    }
    let full = folder.canonicalize().unwrap_or_default();
    let parent = full.file_name().map_or("knowledge".into(), |name| name.to_string_lossy());
    let (mut files, mut left) = (Vec::new(), MOST_BYTES);
    for entry in walkdir::WalkDir::new(folder).max_depth(DEEPEST).sort_by_file_name() {
        let entry = entry.map_err(|error| usage(format!("it cannot be read: {error}")))?;
        let path = entry.path();
        let is_read = path
            .extension()
            .is_some_and(|extension| ["toml", "json"].iter().any(|one| extension.eq_ignore_ascii_case(one)));
        if !entry.file_type().is_file() || !is_read {
            continue;
        }
        if files.len() == MOST_FILES {
            return Err(usage(format!("it contains more than {MOST_FILES} .toml and .json files")));
        }
        let below = path.strip_prefix(folder).unwrap_or(path).components();
        let below: Vec<_> = below.map(|part| part.as_os_str().to_string_lossy()).collect();
        let name = format!("{parent}/{}", below.join("/"));
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(left + 1).read_to_end(&mut bytes));
        read.map_err(|error| usage(format!("{name} cannot be read: {error}")))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| usage(format!("its files are larger than {} together", size(MOST_BYTES))))?;
        let text = String::from_utf8(bytes).map_err(|_| usage(format!("{name} is not UTF-8 text")))?;
        files.push((name, text.trim_start_matches('\u{feff}').to_owned()));
    }
    if files.is_empty() {
        return Err(usage("it contains no .toml file and no CVE record (.json)".into()));
    }
    Ok(files)
}

/// What own files contain and change.
fn summary(knowledge: &Knowledge) -> String {
    let none = Overlay::default();
    let own = knowledge.overlay.as_ref().unwrap_or(&none);
    let edition = own.edition.map_or_else(|| "without an edition".into(), |day| format!("edition {day}"));
    let mut text = format!(
        "{}, {}, {edition}\n",
        output::counted(own.files.len(), "file"),
        output::counted(own.added.len() + own.overridden.len(), "record")
    );
    for (heading, records) in [("adds", &own.added), ("replaces", &own.overridden)] {
        if !records.is_empty() {
            let _ = writeln!(text, "\n{heading}");
        }
        for OverlayRecord { kind, key, origin } in records {
            let (key, file) = (escape::one_line(key), escape::one_line(&origin.file));
            let _ = writeln!(text, "  {kind:12} {key}  ({file}, line {})", origin.line);
        }
    }
    if !own.passed_over.is_empty() {
        let _ = writeln!(text, "\npassed over");
    }
    for why in &own.passed_over {
        let _ = writeln!(text, "  {}", escape::one_line(why));
    }
    let edition = &knowledge.edition;
    text + &format!("\nNo errors. It fits the built-in knowledge of {edition}.\n")
}

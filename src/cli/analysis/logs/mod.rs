//! `logs`: what the logs of all nodes say, together.

mod inputs;
mod merge;
mod notes;
mod pass;
mod patterns;
mod record;
mod show;
mod store;

use super::args::{LogsArgs, LogsFormat};
use super::{Exit, Failure, file, forms};
use crate::bundle::{Leaf, LeafError};
use crate::cli::{OrExit as _, must_exist};
use crate::knowledge::Knowledge;
use crate::logs::{Baseline, Grep, PatternMatcher, Selection};
use anyhow::{Context as _, anyhow};
use inputs::Inputs;
use notes::{Notes, counted};
use patterns::Patterns;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use store::Store;

/// Most bytes of a baseline.
const BASELINE: u64 = 8 << 20;

pub(super) fn run(args: &LogsArgs) -> Result<Exit, Failure> {
    args.inputs.iter().try_for_each(|path| must_exist(path))?;
    let mut selection = selection(args)?;
    let baseline = args.baseline.as_deref().map(baseline).transpose()?;
    let mut inputs = Inputs::find(&args.inputs, &args.node_of);
    inputs.has_nodes(&args.node)?;
    for out in [&args.out, &args.baseline_out].into_iter().flatten() {
        if out.canonicalize().is_ok_and(|out| inputs.files.contains(&out)) {
            return Err(Failure::usage(format!("{} is an input and would be overwritten", out.display())));
        }
    }
    if let Some(id) = &args.as_record {
        let known = Knowledge::builtin().or_exit(Exit::NoInput)?.signatures;
        let record = record::record(read(&inputs)?.0.find(id)?.key, &known);
        write(args, &mut |out| out.write_all(record.as_bytes()))?;
        return Ok(Exit::Success);
    }
    let wants_entries = args.pattern.is_some()
        || selection.window.is_some()
        || selection.level.is_some()
        || selection.grep.is_some();
    if !wants_entries || args.baseline_out.is_some() {
        return table(args, &inputs, baseline.as_ref());
    }
    if let Some(id) = &args.pattern {
        selection.pattern = Some(PatternMatcher::new(read(&inputs)?.0.find(id)?.key));
    }
    inputs.keep(&args.node);
    entries(args, &inputs, &selection)
}

/// Reads the patterns of all logs.
fn read(inputs: &Inputs) -> Result<(Patterns, Notes), Failure> {
    let patterns = Patterns::read(inputs)?;
    let mut notes = Notes::of(inputs);
    for (at, why) in &patterns.broken {
        notes.broken(inputs, *at, why);
    }
    if patterns.read == 0 {
        notes.print();
        return Err(nothing());
    }
    Ok((patterns, notes))
}

fn nothing() -> Failure {
    Failure::new(Exit::NoInput, anyhow!("none of the inputs has a log that can be read"))
}

/// The baseline of a file.
pub(super) fn baseline(path: &Path) -> Result<Baseline, Failure> {
    let usage = |why: &dyn std::fmt::Display| Failure::usage(format!("{} {why}", path.display()));
    let read = Leaf::on_disk("", path).map_err(LeafError::from).and_then(|leaf| leaf.bytes(BASELINE));
    let bytes = read.map_err(|error| usage(&error))?;
    Baseline::read(&bytes).map_err(|error| usage(&error))
}

fn selection(args: &LogsArgs) -> Result<Selection, Failure> {
    let span = i64::from(args.span) * 60_000;
    let window = match args.around {
        Some(at) => Some(at.timestamp_millis() - span..=at.timestamp_millis() + span),
        None if args.since.is_none() && args.until.is_none() => None,
        None => {
            let [since, until] =
                [args.since, args.until].map(|time| time.map(|time| time.timestamp_millis()));
            Some(since.unwrap_or(i64::MIN)..=until.unwrap_or(i64::MAX))
        }
    };
    if window.as_ref().is_some_and(std::ops::RangeInclusive::is_empty) {
        return Err(Failure::usage("--since is later than --until"));
    }
    let compile = |source: &String| {
        Grep::new(source).map_err(|error| {
            let why = "this is no regular expression that can be used";
            Failure::usage(format!("--grep {source}: {why}: {error}"))
        })
    };
    let grep = args.grep.as_ref().map(compile).transpose()?;
    Ok(Selection { window, level: args.level, grep, pattern: None })
}

/// Prints the patterns, and writes a baseline of them.
fn table(args: &LogsArgs, inputs: &Inputs, baseline: Option<&Baseline>) -> Result<Exit, Failure> {
    let (patterns, mut notes) = read(inputs)?;
    if let Some(path) = &args.baseline_out {
        let json = patterns.baseline().or_exit(Exit::CannotWrite)?;
        file::write(path, json.as_bytes())?;
    }
    let rows = patterns.rows(&args.node, baseline);
    let limit = args.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let (width, colour) = forms::screen();
    write(args, &mut |out| {
        rows.iter().take(limit).try_for_each(|row| match args.format {
            LogsFormat::Json => row.json(out),
            LogsFormat::Text => row.text(out, width, colour && args.out.is_none()),
        })
    })?;
    if patterns.others() > 0 {
        let others = counted(patterns.others(), "entr");
        notes.add(format!("{others} of further patterns are not listed: there are too many different ones."));
    }
    if rows.is_empty() {
        notes.add("there is no warning, no error and no exception in the logs that were read".to_owned());
    } else if rows.len() > limit {
        notes.add(format!("shown are the first {limit} of {} patterns", rows.len()));
    }
    notes.print();
    Ok(notes.exit)
}

/// Prints the entries that are wanted.
fn entries(args: &LogsArgs, inputs: &Inputs, selection: &Selection) -> Result<Exit, Failure> {
    let store = Store::default();
    let limit = args.limit.unwrap_or(u64::MAX);
    let passed = pass::entries(inputs, selection, &store, limit);
    let mut notes = Notes::of(inputs);
    notes.of_entries(&passed, inputs, selection.window.is_some());
    if notes.read == 0 {
        notes.print();
        return Err(nothing());
    }
    let names = inputs.nodes();
    let width = names.iter().map(|node| node.chars().count()).max().unwrap_or(0);
    let colour = forms::screen().1 && args.out.is_none();
    let mut passed = Some(passed);
    let mut written = merge::Written::default();
    write(args, &mut |out| {
        let passed = passed.take().unwrap_or_default();
        written = merge::merge(passed, inputs, &store, limit, &mut |shown| match args.format {
            LogsFormat::Json => shown.json(out),
            LogsFormat::Text => {
                let number = names.iter().position(|node| **node == shown.set.node).unwrap_or(0);
                shown.text(out, width, colour.then_some(number))
            }
        })?;
        Ok(())
    })?;
    if written.twice > 0 {
        let twice = counted(written.twice, "entr");
        notes.add(format!("{twice} came with two inputs of a node and are shown once"));
    }
    if written.entries == 0 {
        notes.add("no entry matches".to_owned());
    } else if written.entries < notes.found.saturating_sub(written.twice) {
        notes.add(format!("shown are the first {} of {}", written.entries, counted(notes.found, "entr")));
    }
    notes.print();
    Ok(notes.exit)
}

/// Writes to the file of `-o`, or to standard output.
fn write(args: &LogsArgs, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    match &args.out {
        Some(path) if path.as_os_str() != "-" => file::write_with(path, write),
        _ => {
            let mut out = BufWriter::with_capacity(64 << 10, anstream::stdout().lock());
            let written = write(&mut out).and_then(|()| out.flush());
            written.context("cannot write to standard output").or_exit(Exit::CannotWrite)
        }
    }
}

//! `logs`: what the logs of all nodes say, together.

mod inputs;
mod merge;
mod pass;
mod show;
mod store;

use super::args::{LogsArgs, LogsFormat};
use super::{Exit, Failure, file, forms, output};
use crate::cli::OrExit as _;
use crate::cli::must_exist;
use crate::logs::Selection;
use anyhow::{Context as _, anyhow};
use inputs::Inputs;
use pass::{Pass, Passed};
use regex::bytes::RegexBuilder;
use std::io::{BufWriter, Write};
use store::Store;

/// Bytes that the automaton of `--grep` may take.
const GREP: usize = 4 << 20;

pub(super) fn run(args: &LogsArgs) -> Result<Exit, Failure> {
    args.inputs.iter().try_for_each(|path| must_exist(path))?;
    let selection = selection(args)?;
    let mut inputs = Inputs::find(&args.inputs)?;
    inputs.keep(&args.node)?;
    if let Some(out) =
        args.out.as_ref().filter(|out| out.canonicalize().is_ok_and(|out| inputs.files.contains(&out)))
    {
        return Err(Failure::usage(format!("{} is an input and would be overwritten", out.display())));
    }
    entries(args, &inputs, &selection)
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
        RegexBuilder::new(source).size_limit(GREP).dfa_size_limit(GREP).build().map_err(|error| {
            Failure::usage(format!(
                "--grep {source}: this is no regular expression that can be used: {error}"
            ))
        })
    };
    Ok(Selection { window, level: args.level, grep: args.grep.as_ref().map(compile).transpose()? })
}

/// Prints the entries that are wanted.
fn entries(args: &LogsArgs, inputs: &Inputs, selection: &Selection) -> Result<Exit, Failure> {
    let store = Store::default();
    let limit = args.limit.unwrap_or(u64::MAX);
    let passed = Pass { inputs, selection, store: &store, limit }.run();
    let said = Said::of(&passed, inputs, args);
    if said.read == 0 {
        said.complain();
        return Err(Failure::new(Exit::NoInput, anyhow!("none of the inputs has a log that can be read")));
    }
    let nodes = inputs.nodes();
    let width = nodes.iter().map(|node| node.chars().count()).max().unwrap_or(0);
    let (_, colour) = forms::screen();
    let colour = colour && args.out.is_none();
    let write = |out: &mut dyn Write| {
        merge::merge(passed, inputs, &store, limit, &mut |shown| match args.format {
            LogsFormat::Json => shown.json(out),
            LogsFormat::Text => {
                let number = nodes.binary_search_by_key(&key(&shown.set.node), |node| key(node)).unwrap_or(0);
                shown.text(out, width, colour.then_some(number))
            }
        })
    };
    let written = match &args.out {
        Some(path) if path.as_os_str() != "-" => file::write_with(path, write)?,
        _ => {
            let mut out = BufWriter::with_capacity(64 << 10, anstream::stdout().lock());
            let written = write(&mut out).and_then(|written| out.flush().map(|()| written));
            written.context("cannot write to standard output").or_exit(Exit::CannotWrite)?
        }
    };
    said.complain();
    if written.twice > 0 {
        output::complain(&format!(
            "{} came with two inputs of a node and are shown once",
            counted(written.twice, "entr")
        ));
    }
    if written.entries == 0 {
        output::complain("no entry matches");
    } else if written.entries < said.found - written.twice.min(said.found) {
        output::complain(&format!(
            "shown are the first {} of {}",
            written.entries,
            counted(said.found, "entr")
        ));
    }
    Ok(said.exit)
}

fn key(node: &str) -> (String, &str) {
    (node.to_lowercase(), node)
}

/// "1 entry", "2 entries", from "entr".
fn counted(number: u64, stem: &str) -> String {
    format!("{number} {stem}{}", if number == 1 { "y" } else { "ies" })
}

/// What a reader has to know beside the entries.
struct Said {
    lines: Vec<String>,
    /// Logs that were read.
    read: usize,
    /// Entries that match.
    found: u64,
    exit: Exit,
}

impl Said {
    fn of(passed: &[Passed], inputs: &Inputs, args: &LogsArgs) -> Self {
        let mut said = Self { lines: inputs.notes.clone(), read: 0, found: 0, exit: Exit::Success };
        said.lines.extend(inputs.refused.iter().cloned());
        if !inputs.refused.is_empty() {
            said.exit = Exit::PartialInput;
        }
        let (mut without_level, mut unzoned) = (0, Vec::new());
        for one in passed {
            let Some((log, set)) = inputs.logs.get(one.log).and_then(|log| Some((log, inputs.set(log)?)))
            else {
                continue;
            };
            let place = format!("{}, {}", set.node, log.name);
            if let Err(why) = &one.run {
                said.lines.push(format!("{place}: nothing of it counts: {why}."));
                said.exit = Exit::PartialInput;
                continue;
            }
            said.read += 1;
            said.found += one.counts.found;
            without_level += one.counts.without_level;
            let untimed = one.counts.without_time;
            if untimed > 0 {
                let windowed = args.around.is_some() || args.since.is_some() || args.until.is_some();
                let what = if windowed { "are left out" } else { "come first" };
                let no_time = if untimed == one.counts.entries {
                    "has no time that can be read"
                } else {
                    "begins without a time"
                };
                said.lines.push(format!("{place}: {no_time}; {} of it {what}.", counted(untimed, "entr")));
            }
            if one.counts.order_open {
                said.lines.push(format!("{place}: which number of its dates is the month is not known; they are read with the day first and have a question mark."));
            }
            if one.counts.cut > 0 {
                said.lines.push(format!(
                    "{place}: {} too long, shown and searched in part.",
                    counted(one.counts.cut, "entr")
                ));
            }
            if !set.clock.known && one.counts.found > 0 && !unzoned.contains(&set.node.as_str()) {
                unzoned.push(&set.node);
            }
        }
        if without_level > 0 {
            said.lines.push(format!(
                "{} without a level that is known are left out by --level.",
                counted(without_level, "entr")
            ));
        }
        if !unzoned.is_empty() {
            said.lines.push(format!(
                "The time zone of {} is not known: its times are shown as they are in the log, with a question mark, and are in order as if they were UTC.",
                unzoned.join(", ")
            ));
        }
        said
    }

    fn complain(&self) {
        for line in &self.lines {
            output::complain(line.trim_end_matches('.'));
        }
    }
}

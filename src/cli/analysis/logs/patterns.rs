//! The patterns of all nodes: as a table, as JSON, as a baseline, and one as the beginning of a knowledge record.

use super::Failure;
use super::inputs::Inputs;
use super::pass::each_log;
use crate::cli::{Exit, OrExit as _};
use crate::knowledge::Knowledge;
use crate::logs::{Baseline, FileDigest, Scanner, merge, unify};
use crate::model::log::{EntryLevel, LogDigest, Pattern, PatternKey, Sample};
use crate::redact::Sanitizer;
use crate::text::escape::{neutral, one_line};
use crate::text::wrap::wrap;
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// What the logs of every node say.
pub(super) struct Patterns {
    /// By node.
    digests: BTreeMap<(String, String), LogDigest>,
    /// Why a log does not count.
    pub broken: BTreeMap<usize, String>,
    /// Logs that were read.
    pub read: usize,
}

/// A pattern over all nodes.
pub(super) struct Row<'a> {
    pub key: &'a PatternKey,
    id: String,
    count: u64,
    /// By node.
    nodes: BTreeMap<&'a str, u64>,
    first: Option<DateTime<FixedOffset>>,
    last: Option<DateTime<FixedOffset>>,
    known: Option<&'a str>,
    workload: Option<&'a str>,
    new: Option<bool>,
    samples: Vec<(&'a str, &'a Sample)>,
}

/// A pattern for programs.
#[derive(Serialize)]
struct PatternLine<'a> {
    id: &'a str,
    level: &'static str,
    logger: &'a str,
    wording: &'a str,
    exception: &'a str,
    frame: &'a str,
    count: u64,
    nodes: &'a BTreeMap<&'a str, u64>,
    first: Option<String>,
    last: Option<String>,
    /// The known error that most of its entries are.
    known: Option<&'a str>,
    /// The product's work on other machines that it is about.
    workload: Option<&'a str>,
    /// It is not in the baseline; `null` without one.
    new: Option<bool>,
    samples: Vec<SampleLine<'a>>,
}

#[derive(Serialize)]
struct SampleLine<'a> {
    node: &'a str,
    place: String,
    time: Option<String>,
    text: String,
}

impl Patterns {
    /// Reads all logs, on all cores.
    pub(super) fn read(inputs: &Inputs) -> Result<Self, Failure> {
        let knowledge = Knowledge::builtin().or_exit(Exit::NoInput)?;
        let scanner = Scanner::new(&knowledge, &Sanitizer).or_exit(Exit::NoInput)?;
        let all: Vec<usize> = (0..inputs.logs.len()).collect();
        let results = each_log(inputs, &all, |log, set| {
            let scan = scanner.file(&log.name, set.clock.offset, false).sanitized_by(&*set.redactor);
            match set.clock.ended {
                Some(ended) => scan.until(ended).in_zone(&set.clock.zone, ended),
                None => scan,
            }
        });
        let mut by_node: BTreeMap<(String, String), Vec<FileDigest>> = BTreeMap::new();
        let (mut broken, mut read) = (BTreeMap::new(), 0);
        for (at, result) in results {
            let Some((log, set)) = inputs.logs.get(at).and_then(|log| Some((log, inputs.set(log)?))) else {
                continue;
            };
            match result {
                Err(why) => drop(broken.insert(at, why)),
                Ok(mut digest) => {
                    read += 1;
                    // Files of several inputs may have one name.
                    digest.file.name = format!("{}: {}", set.input, log.name);
                    by_node.entry((set.node.to_lowercase(), set.node.clone())).or_default().push(digest);
                }
            }
        }
        let mut digests: BTreeMap<_, LogDigest> =
            by_node.into_iter().map(|(node, digests)| (node, merge(digests))).collect();
        unify(digests.values_mut().collect());
        Ok(Self { digests, broken, read })
    }

    /// What is usual on all nodes.
    pub(super) fn baseline(&self) -> Result<String, serde_json::Error> {
        Baseline::write(self.digests.values())
    }

    /// Entries of no pattern.
    pub(super) fn others(&self) -> u64 {
        self.digests.values().map(|digest| digest.other_entries).sum()
    }

    /// Every pattern, the weightiest first: errors before warnings, work on other machines last, then by their number.
    pub(super) fn rows(&self, nodes: &[String], baseline: Option<&Baseline>) -> Vec<Row<'_>> {
        let mut rows: BTreeMap<&PatternKey, Row<'_>> = BTreeMap::new();
        for ((_, node), digest) in &self.digests {
            if !nodes.is_empty() && !nodes.iter().any(|one| one.eq_ignore_ascii_case(node)) {
                continue;
            }
            for pattern in &digest.patterns {
                rows.entry(&pattern.key).or_insert_with(|| Row::new(pattern, baseline)).add(node, pattern);
            }
        }
        let mut rows: Vec<Row<'_>> = rows.into_values().collect();
        rows.sort_by_key(|row| {
            let is_old = row.new == Some(false);
            (is_old, row.workload.is_some(), row.key.level, Reverse(row.count), row.key)
        });
        rows
    }

    /// The pattern of this id.
    pub(super) fn find(&self, id: &str) -> Result<Row<'_>, Failure> {
        let found = self.rows(&[], None).into_iter().find(|row| row.id.eq_ignore_ascii_case(id.trim()));
        found.ok_or_else(|| {
            Failure::usage(format!(
                "{id}: there is no such pattern; `clusterbrief logs` with the same inputs lists all of them"
            ))
        })
    }
}

impl<'a> Row<'a> {
    fn new(pattern: &'a Pattern, baseline: Option<&Baseline>) -> Self {
        Self {
            key: &pattern.key,
            id: pattern.id(),
            count: 0,
            nodes: BTreeMap::new(),
            first: None,
            last: None,
            known: None,
            workload: None,
            new: baseline.map(|baseline| !baseline.has(&pattern.key)),
            samples: Vec::new(),
        }
    }

    fn add(&mut self, node: &'a str, pattern: &'a Pattern) {
        self.count += pattern.count;
        *self.nodes.entry(node).or_default() += pattern.count;
        self.first = self.first.into_iter().chain(pattern.first).min();
        self.last = self.last.max(pattern.last);
        let known = pattern.known.as_deref().filter(|_| pattern.is_known());
        self.known = self.known.or(known);
        self.workload = self.workload.or(pattern.workload.as_deref());
        self.samples.extend(pattern.samples.iter().map(|sample| (node, sample)));
        self.samples.truncate(Pattern::SAMPLES);
    }

    /// One line of JSON.
    pub(super) fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let key = self.key;
        let sample = |(node, sample): &(&'a str, &Sample)| SampleLine {
            node,
            place: neutral(&sample.place.to_string()).into_owned(),
            time: utc(sample.time),
            text: neutral(sample.text.as_str()).into_owned(),
        };
        let line = PatternLine {
            id: &self.id,
            level: level(key.level),
            logger: &neutral(&key.logger),
            wording: &neutral(&key.wording),
            exception: &neutral(&key.exception),
            frame: &neutral(&key.frame),
            count: self.count,
            nodes: &self.nodes,
            first: utc(self.first),
            last: utc(self.last),
            known: self.known,
            workload: self.workload,
            new: self.new,
            samples: self.samples.iter().map(sample).collect(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }

    /// Two or more lines of the table.
    pub(super) fn text(&self, out: &mut dyn Write, width: usize, colour: bool) -> io::Result<()> {
        let plain = Style::new();
        let style = match self.key.level {
            EntryLevel::Error if colour => AnsiColor::Red.on_default().bold(),
            EntryLevel::Warning if colour => AnsiColor::Yellow.on_default().bold(),
            _ => plain,
        };
        let nodes: Vec<String> =
            self.nodes.iter().map(|(node, count)| format!("{} {count}", one_line(node))).collect();
        let time = |time: Option<DateTime<FixedOffset>>| {
            time.map_or("?".to_owned(), |time| time.to_utc().format("%Y-%m-%d %H:%MZ").to_string())
        };
        let mut marks = vec![self.id.clone()];
        marks.extend((self.new == Some(true)).then(|| "NEW".to_owned()));
        marks.extend(self.known.map(|id| format!("known: {id}")));
        marks.extend(self.workload.map(|id| format!("work on other machines: {id}")));
        let word = level(self.key.level).to_ascii_uppercase();
        writeln!(
            out,
            "{:>8} {style}{word:5}{style:#} {}  {} to {}  {}",
            self.count,
            nodes.join(", "),
            time(self.first),
            time(self.last),
            marks.join("  ")
        )?;
        let key = self.key;
        let parts = [&key.logger, &key.wording, &key.exception, &key.frame];
        let said = parts.map(|part| one_line(part));
        let said: Vec<&str> = said.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        for line in wrap(&said.join(" - "), &" ".repeat(15), width.max(60)) {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

fn utc(time: Option<DateTime<FixedOffset>>) -> Option<String> {
    time.map(|time| time.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn level(level: EntryLevel) -> &'static str {
    match level {
        EntryLevel::Error => "error",
        EntryLevel::Warning => "warn",
        EntryLevel::Other => "other",
    }
}

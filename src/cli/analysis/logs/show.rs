//! How an entry looks: on a terminal, and as a line of JSON.

use super::inputs::LogSet;
use super::store::Kept;
use crate::logs::LogLevel;
use crate::text::escape::neutral;
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, Write};

/// Colours of nodes, in order of their names; red and yellow mean something else.
const NODES: [AnsiColor; 5] =
    [AnsiColor::Cyan, AnsiColor::Green, AnsiColor::Magenta, AnsiColor::Blue, AnsiColor::BrightCyan];

/// An entry and where it is from.
pub(super) struct Shown<'a> {
    pub entry: &'a Kept,
    pub set: &'a LogSet,
    /// Name of its file.
    pub file: &'a str,
    /// Its time cannot be trusted: the zone of the clock or the order of day and month is not known.
    pub doubtful: bool,
}

/// An entry for programs.
#[derive(Serialize)]
struct EntryLine<'a> {
    node: &'a str,
    input: &'a str,
    file: &'a str,
    line: u64,
    /// UTC.
    time: Option<String>,
    /// By the clock of the node.
    local: Option<String>,
    zone_known: bool,
    level: Option<&'static str>,
    logger: Option<&'a str>,
    text: &'a str,
    cut: bool,
}

impl Shown<'_> {
    fn time(&self) -> Option<DateTime<Utc>> {
        self.entry.time.and_then(DateTime::from_timestamp_millis)
    }

    /// One line of JSON.
    pub(super) fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { entry, set, file, doubtful } = *self;
        let time = self.time();
        let zone = FixedOffset::east_opt(entry.offset);
        let local = time.zip(zone).map(|(time, zone)| time.with_timezone(&zone));
        let local = local.map(|local| {
            if doubtful {
                local.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
            } else {
                local.to_rfc3339_opts(SecondsFormat::Millis, false)
            }
        });
        let logger = neutral(&entry.logger);
        let line = EntryLine {
            node: &neutral(&set.node),
            input: &neutral(&set.input),
            file: &neutral(file),
            line: entry.line,
            time: time.map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            local,
            zone_known: !doubtful,
            level: entry.level.map(LogLevel::word),
            logger: Some(&*logger).filter(|logger| !logger.is_empty()),
            text: &neutral(&entry.text),
            cut: entry.cut,
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }

    /// The entry as text: its further lines are indented. `colour`: the number of the node.
    pub(super) fn text(&self, out: &mut dyn Write, width: usize, colour: Option<usize>) -> io::Result<()> {
        let Self { entry, set, file, doubtful } = *self;
        let time = match self.time() {
            Some(time) => {
                format!("{}{}", time.format("%Y-%m-%d %H:%M:%S%.3f"), if doubtful { '?' } else { 'Z' })
            }
            None => format!("{:24}", "-"),
        };
        let plain = Style::new();
        let node_style =
            colour.and_then(|number| NODES.get(number % NODES.len())).map_or(plain, |one| one.on_default());
        let level_style = match entry.level.filter(|_| colour.is_some()) {
            Some(LogLevel::Error) => AnsiColor::Red.on_default().bold(),
            Some(LogLevel::Warn) => AnsiColor::Yellow.on_default().bold(),
            _ => plain,
        };
        let level = entry.level.map_or("-", LogLevel::word).to_ascii_uppercase();
        let (node, file, logger) = (neutral(&set.node), neutral(file), neutral(&entry.logger));
        let dash = if logger.is_empty() || entry.text.is_empty() { "" } else { " - " };
        write!(
            out,
            "{time} {node_style}{node:width$}{node_style:#} {level_style}{level:5}{level_style:#} {file}:{} {logger}{dash}",
            entry.line
        )?;
        for (number, line) in neutral(&entry.text).split('\n').enumerate() {
            let indent = if number == 0 { "" } else { "    " };
            writeln!(out, "{indent}{line}")?;
        }
        if entry.cut {
            writeln!(out, "    [cut: it goes on]")?;
        }
        Ok(())
    }
}

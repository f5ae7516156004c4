//! What a reader has to know beside what is shown: on standard error, behind it.

use super::inputs::Inputs;
use super::pass::{ByLog, Entries};
use crate::cli::Exit;
use crate::cli::output;

/// Sentences, and the exit code that they mean.
pub(super) struct Notes {
    lines: Vec<String>,
    /// Logs that were read.
    pub read: usize,
    /// Entries that match.
    pub found: u64,
    pub exit: Exit,
}

impl Notes {
    /// What is wrong with the inputs.
    pub(super) fn of(inputs: &Inputs) -> Self {
        let lines = inputs.notes.iter().chain(&inputs.refused).cloned().collect();
        let exit = if inputs.refused.is_empty() { Exit::Success } else { Exit::PartialInput };
        Self { lines, read: 0, found: 0, exit }
    }

    /// Adds a sentence.
    pub(super) fn add(&mut self, line: String) {
        self.lines.push(line);
    }

    /// A log does not count.
    pub(super) fn broken(&mut self, inputs: &Inputs, at: usize, why: &str) {
        self.add(format!("{}: nothing of it counts: {why}.", place(inputs, at)));
        self.exit = Exit::PartialInput;
    }

    /// What is to be said of logs whose entries are shown.
    pub(super) fn of_entries(&mut self, passed: &ByLog<Entries>, inputs: &Inputs, windowed: bool) {
        let (mut without_level, mut unzoned) = (0, Vec::new());
        for (at, read) in passed {
            let counts = match read {
                Ok(read) => &read.counts,
                Err(why) => {
                    self.broken(inputs, *at, why);
                    continue;
                }
            };
            let place = place(inputs, *at);
            self.read += 1;
            self.found += counts.found;
            without_level += counts.without_level;
            let untimed = counts.without_time;
            if untimed > 0 {
                let what = if windowed { "are left out" } else { "come first" };
                let has = if untimed == counts.entries {
                    "has no time that can be read"
                } else {
                    "begins without a time"
                };
                self.add(format!("{place}: {has}; {} of it {what}.", counted(untimed, "entr")));
            }
            if counts.order_open {
                let why = "they are read with the day first and have a question mark";
                self.add(format!("{place}: which number of its dates is the month is not known; {why}."));
            }
            if counts.cut > 0 {
                let cut = counted(counts.cut, "entr");
                self.add(format!("{place}: {cut} too long, shown and searched in part."));
            }
            let set = inputs.logs.get(*at).and_then(|log| inputs.set(log));
            if let Some(set) = set.filter(|set| !set.clock.known && counts.found > 0)
                && !unzoned.contains(&set.node.as_str())
            {
                unzoned.push(&set.node);
            }
        }
        if without_level > 0 {
            let entries = counted(without_level, "entr");
            self.add(format!("{entries} without a level that is known are left out by --level."));
        }
        if !unzoned.is_empty() {
            let how = "its times are as they are in the log, with a question mark, and in order as if they were UTC";
            self.add(format!("The time zone of {} is not known: {how}.", unzoned.join(", ")));
        }
    }

    /// Prints all of it.
    pub(super) fn print(&self) {
        for line in &self.lines {
            output::complain(line.trim_end_matches('.'));
        }
    }
}

fn place(inputs: &Inputs, at: usize) -> String {
    let log = inputs.logs.get(at).and_then(|log| Some((inputs.set(log)?, log)));
    log.map(|(set, log)| format!("{}, {}", set.node, log.name)).unwrap_or_default()
}

/// "1 entry", "2 entries", from "entr".
pub(super) fn counted(number: u64, stem: &str) -> String {
    format!("{number} {stem}{}", if number == 1 { "y" } else { "ies" })
}

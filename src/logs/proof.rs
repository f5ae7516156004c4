//! Lines by which the product shows that it had its database and the right key.

use super::blocks::Block;
use super::entry::{Header, HeaderReader};
use super::header::Level;
use super::sample::SampleLine;
use super::scan::Scanner;
use super::zone::{Clock, UtcMillis};
use crate::knowledge::connected::ConnectedRow;
use crate::model::excerpt::Sanitize;
use crate::model::log::{ConnectedLine, PROOF_WINDOW};
use crate::model::product::is_product_name;
use chrono::{DateTime, FixedOffset};
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// Words of a line that does not report a success, in lower case.
const FAILURE: &str = r"fail|error|exception|unable|could not|cannot|can't|denied|refused|timed? ?out|unreachable|\bno\b|\bnot\b|\b0 (items|secrets|accounts)\b";

/// The lines that knowledge names, ready to be compared.
pub(super) struct ProofPatterns {
    ids: Vec<String>,
    rows: RegexSet,
    failure: Regex,
}

impl ProofPatterns {
    pub(super) fn new(rows: &[ConnectedRow]) -> Result<Self, regex::Error> {
        Ok(Self {
            ids: rows.iter().map(|row| row.id.clone()).collect(),
            rows: RegexSetBuilder::new(rows.iter().map(ConnectedRow::regex_source)).unicode(false).build()?,
            failure: RegexBuilder::new(FAILURE).unicode(false).build()?,
        })
    }

    /// Which row a line proves, told by its level and by what follows.
    pub(super) fn row(&self, level: Option<Level>, text: &[u8]) -> Option<usize> {
        if level != Some(Level::Info) {
            return None;
        }
        // A pattern may have the thread, or a separator, before the logger.
        let words = text.iter().take_while(|byte| !byte.is_ascii_alphabetic()).count();
        let text = text.get(words..).unwrap_or_default();
        if !is_product_name(text) {
            return None;
        }
        let text = text.to_ascii_lowercase();
        let row = self.rows.matches(&text).iter().next()?;
        (!self.failure.is_match(&text)).then_some(row)
    }

    /// The id of a row.
    pub(super) fn id(&self, row: usize) -> Option<&str> {
        self.ids.get(row).map(String::as_str)
    }
}

/// Looks for the last line that proves a connection.
#[derive(Default)]
pub(super) struct ProofSearch {
    /// First and last time of lines that may prove one.
    window: Option<(UtcMillis, UtcMillis)>,
    /// Newest time of the current block.
    newest: Option<UtcMillis>,
    /// The last such line: which row names it, and when it was written.
    found: Option<(usize, DateTime<FixedOffset>, SampleLine)>,
}

impl ProofSearch {
    /// Of a collection that ended at this time.
    pub(super) fn until(end: UtcMillis) -> Self {
        Self { window: Some((end - PROOF_WINDOW.num_milliseconds(), end)), ..Self::default() }
    }

    /// The same for another reading of the file.
    pub(super) fn again(&self) -> Self {
        Self { window: self.window, ..Self::default() }
    }

    /// Takes the time of a line of the current block.
    pub(super) fn see(&mut self, time: UtcMillis) {
        self.newest = self.newest.max(Some(time));
    }

    /// Keeps the last line of the block that proves a connection; `lines` ends with this block. Nearly all blocks are too
    /// old to be looked at, and in the others the search ends at the first such line from the end.
    pub(super) fn look(
        &mut self,
        block: &Block<'_>,
        lines: u64,
        patterns: &ProofPatterns,
        headers: &HeaderReader,
        clock: &Clock,
    ) {
        let newest = self.newest.take();
        let Some((from, to)) = self.window else { return };
        if newest.is_none_or(|newest| newest < from) {
            return;
        }
        // Lines are read backwards, which is not to change what is known of the clock and of the form.
        let (mut clock, mut headers) = (clock.clone(), headers.again());
        let mut tail = block.text.strip_suffix(&[block.line_end]).unwrap_or(block.text);
        let mut number = lines;
        loop {
            let start = memchr::memrchr(block.line_end, tail).map_or(0, |at| at + 1);
            let (before, line) = tail.split_at(start);
            if let Some(Header { time, level, rest, .. }) = headers.read(line, &mut clock)
                && (from..=to).contains(&time)
                && let Some(row) = patterns.row(level, rest)
                && let Some(instant) = clock.instant(time)
            {
                let line = SampleLine::new(number, Some(instant), line.trim_ascii_end(), 0);
                self.found = Some((row, instant, line));
                return;
            }
            let Some(earlier) = before.strip_suffix(&[block.line_end]) else { return };
            (tail, number) = (earlier, number.saturating_sub(1));
        }
    }

    /// The line that was found, sanitized.
    pub(super) fn finish(
        self,
        file: &str,
        scanner: &Scanner<'_>,
        sanitizer: &dyn Sanitize,
    ) -> Option<ConnectedLine> {
        let (row, time, line) = self.found?;
        let row = scanner.connected.id(row)?.to_owned();
        Some(ConnectedLine { row, time, sample: line.into_sample(file, |_| None, sanitizer) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    #[test]
    fn only_a_success_of_the_product_itself_is_a_proof() {
        let knowledge = Knowledge::builtin().unwrap();
        let patterns = ProofPatterns::new(&knowledge.connected).unwrap();
        let row = |line: &str| {
            let (level, rest) = crate::logs::header::level(line.as_bytes())?;
            patterns.row(Some(level), rest).and_then(|row| patterns.id(row))
        };
        for (line, expected) in [
            (" [12] INFO Thycotic.Business.Heartbeat - Processed batch 0", Some("heartbeat")),
            (" [12] INFO  Delinea.PAM.Business.Heartbeat - Processed batch 41", Some("heartbeat")),
            (
                " [4] INFO Thycotic.ihawu.Business - Heartbeat - processed 12 items in 340 ms",
                Some("heartbeat"),
            ),
            (
                " INFO Thycotic.X.HeartbeatProcessor - Heartbeat for item 7 on DB7 finished in 3 ms",
                Some("heartbeat"),
            ),
            (
                " [1] INFO Delinea.PAM.RemotePasswordChanging - Secret 7: password change succeeded",
                Some("password-change"),
            ),
            (
                " INFO Thycotic.Syslog - CEF:0|Thycotic Software|Secret Server|11.3.000001|10004|SECRET - VIEW|2|x",
                Some("secret-viewed"),
            ),
            (" [12] ERROR Thycotic.Business.Heartbeat - Processed batch 0", None),
            (" [12] WARN Thycotic.Business.Heartbeat - Processed batch 3", None),
            (" [12] DEBUG Thycotic.Business.Heartbeat - Processed batch 3", None),
            (" [12] INFO Thycotic.Business.Heartbeat - Processed 3 secrets, 3 failed", None),
            (" [12] INFO Thycotic.Business.Heartbeat - Processed 0 items", None),
            (" [12] INFO Contoso.Business.Heartbeat - Processed batch 3", None),
            (" [12] INFO Thycotic.AppCore.Federation.NodeHeartbeat - Processed 3 answers", None),
            (" [12] INFO Thycotic.MessageQueue - consumer alive 3", None),
            (" [12] INFO Thycotic.ihawu.Business - Sites - 3 engines online", None),
            (" Heartbeat - processed 12 items", None),
        ] {
            assert_eq!(row(line), expected, "{line}");
        }
        for one in &knowledge.connected {
            // What follows the time stamp.
            let row = |line: &str| row(line.split_at(23).1);
            assert_eq!(row(&one.example), Some(one.id.as_str()));
            assert!(one.counter_examples.iter().all(|line| row(line) != Some(&one.id)));
        }
    }
}

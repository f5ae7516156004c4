//! The entries of one log within a short time, read once more after it is known which time matters.

use super::blocks::{Block, BlockSplitter};
use super::encoding::{TextDecoder, show};
use super::entry::HeaderReader;
use super::header::Level;
use super::zone::{Clock, UtcMillis};
use crate::model::around::Weight;
use crate::model::excerpt::{Excerpt, Sanitize};
use chrono::{DateTime, FixedOffset, Offset, Utc};
use memchr::memchr_iter;
use std::collections::BTreeMap;

/// Most wordings of one weight that are kept of a log.
const MOST: usize = 150;
/// Bytes kept of the first line of an entry, and of what follows it.
const FIRST: usize = 3 * 1024;
const FOLLOWS: usize = 1024;
/// Bytes of a first line that make its wording.
const WORDING: usize = 200;
/// After so many entries in a row that are later than the window, no more are expected: threads write out of order.
const PATIENCE: u32 = 2_000;

/// Entries of one wording; the first is shown.
#[derive(Debug, Clone)]
pub struct WindowEntry {
    /// When, on the clock of the node.
    pub time: DateTime<FixedOffset>,
    /// How grave.
    pub weight: Weight,
    /// The lines from and to.
    pub lines: (u64, u64),
    /// The entry, sanitized: its first line, and the first one after it.
    pub text: Excerpt,
    /// How many more there are of this wording in the window.
    pub more: u64,
}

/// What a log has in the window.
#[derive(Debug, Default)]
pub struct WindowEntries {
    /// The entries in order of line.
    pub entries: Vec<WindowEntry>,
    /// Entries beyond what is kept.
    pub dropped: u64,
}

/// An entry as it is in the log.
struct Raw {
    time: UtcMillis,
    weight: Weight,
    lines: (u64, u64),
    text: Vec<u8>,
    more: u64,
}

/// Reads a log for the entries of a window.
pub struct WindowScan {
    text: TextDecoder,
    blocks: BlockSplitter,
    entries: Entries,
}

struct Entries {
    headers: HeaderReader,
    clock: Clock,
    from: UtcMillis,
    to: UtcMillis,
    line: u64,
    /// The entry that the current line belongs to, if it is in the window and shown.
    current: Option<(Weight, u64)>,
    kept: BTreeMap<(Weight, u64), Raw>,
    counts: [usize; 3],
    dropped: u64,
    later: u32,
}

impl WindowScan {
    /// The entries from `from` to `to`. The clock is as in the first pass: its offset, and the zone with a time at which it
    /// had that offset.
    pub fn new(
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        offset: Option<FixedOffset>,
        zone: Option<(&str, DateTime<FixedOffset>)>,
        month_first: bool,
    ) -> Self {
        let clock = match zone {
            Some((name, at)) => Clock::of_zone(*at.offset(), name, at.to_utc()),
            None => Clock::fixed(offset.unwrap_or_else(|| Utc.fix())),
        };
        let headers = if month_first { HeaderReader::month_first() } else { HeaderReader::default() };
        let entries = Entries {
            headers,
            clock,
            from: from.timestamp_millis(),
            to: to.timestamp_millis(),
            line: 0,
            current: None,
            kept: BTreeMap::new(),
            counts: [0; 3],
            dropped: 0,
            later: 0,
        };
        Self { text: TextDecoder::default(), blocks: BlockSplitter::default(), entries }
    }

    /// Takes the next bytes; `false` once the log is past the window.
    pub fn push(&mut self, bytes: &[u8]) -> bool {
        let Self { text, blocks, entries } = self;
        text.push(bytes, |text| blocks.push(text, |block| entries.read(&block)));
        entries.later < PATIENCE
    }

    /// The entries, sanitized.
    pub fn finish(self, sanitizer: &dyn Sanitize) -> WindowEntries {
        let Self { text, mut blocks, mut entries } = self;
        text.finish(|text| blocks.push(text, |block| entries.read(&block)));
        blocks.finish(|block| entries.read(&block));
        let Entries { kept, clock, dropped, .. } = entries;
        let mut kept: Vec<Raw> = kept.into_values().collect();
        kept.sort_by_key(|raw| raw.lines);
        let shown = |raw: Raw| {
            // Sanitized as it is in the log, since a secret may go on in the next line.
            let clean = sanitizer.sanitize(&show(&raw.text));
            let lines: Vec<&str> = clean.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let text = Excerpt::new(&lines.join(" ↵ "), sanitizer);
            let Raw { weight, lines, more, .. } = raw;
            Some(WindowEntry { time: clock.instant(raw.time)?, weight, lines, text, more })
        };
        WindowEntries { entries: kept.into_iter().filter_map(shown).collect(), dropped }
    }
}

impl Entries {
    fn read(&mut self, block: &Block<'_>) {
        let mut start = 0;
        let last = (!block.text.ends_with(&[block.line_end])).then_some(block.text.len());
        let mut continues = block.continues;
        for end in memchr_iter(block.line_end, block.text).map(|at| at + 1).chain(last) {
            let line = block.text.get(start..end).unwrap_or_default();
            start = end;
            // A later piece of a very long line.
            if !std::mem::take(&mut continues) {
                self.line(line);
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        self.line += 1;
        let zeros = line.iter().take_while(|byte| **byte == 0).count();
        let line = line.get(zeros..).unwrap_or_default();
        let Some(header) = self.headers.read(line, &mut self.clock) else { return self.follow(line) };
        self.current = None;
        if !(self.from..=self.to).contains(&header.time) {
            self.later = if header.time > self.to { self.later.saturating_add(1) } else { 0 };
            return;
        }
        self.later = 0;
        let weight = match header.level {
            Some(Level::Error) => Weight::Error,
            Some(Level::Warning) => Weight::Warning,
            _ => Weight::Other,
        };
        let key = (weight, wording(header.rest));
        if let Some(known) = self.kept.get_mut(&key) {
            known.more += 1;
            return;
        }
        let count = self.counts.get_mut(weight as usize);
        let Some(count) = count.filter(|count| **count < MOST) else {
            self.dropped += 1;
            return;
        };
        *count += 1;
        let text = line.get(..FIRST).unwrap_or(line).to_vec();
        let lines = (self.line, self.line);
        self.kept.insert(key, Raw { time: header.time, weight, lines, text, more: 0 });
        self.current = Some(key);
    }

    /// A line that belongs to the entry above it; the first one is shown.
    fn follow(&mut self, line: &[u8]) {
        let Some(raw) = self.current.and_then(|key| self.kept.get_mut(&key)) else { return };
        if raw.lines.0 == raw.lines.1 {
            raw.text.push(b'\n');
            raw.text.extend_from_slice(line.get(..FOLLOWS).unwrap_or(line));
        }
        raw.lines.1 = self.line;
    }
}

/// A number for what follows the level, numbers left out (FNV-1a).
fn wording(rest: &[u8]) -> u64 {
    let mut digit = false;
    rest.iter().take(WORDING).fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        let before = std::mem::replace(&mut digit, byte.is_ascii_digit());
        let byte = match (digit, before) {
            (true, true) => return hash,
            (true, false) => b'#',
            _ => *byte,
        };
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::tests::AsIs;
    use std::fmt::Write as _;

    fn time(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn scan(log: &str, chunk: usize) -> WindowEntries {
        let window = (time("2026-11-20T09:55:00Z"), time("2026-11-20T10:05:00Z"));
        let mut scan = WindowScan::new(window, FixedOffset::east_opt(3600), None, false);
        for bytes in log.as_bytes().chunks(chunk) {
            if !scan.push(bytes) {
                break;
            }
        }
        scan.finish(&AsIs)
    }

    const LOG: &str = "\
2026-11-20 10:54:59,999 [1] INFO  A - too early\r\n\
2026-11-20 10:55:00,000 [1] INFO  A - job 1 of 12 done\r\n\
2026-11-20 10:56:00,000 [1] INFO  A - job 2 of 7 done\r\n\
2026-11-20 11:00:00,000 [1] ERROR B - it broke\r\n\
System.Exception: why\r\n\
   at C()\r\n\
2026-11-20 11:01:00,000 [1] WARN  B - careful\r\n\
2026-11-20 11:05:00,001 [1] INFO  A - too late\r\n";

    #[test]
    fn the_entries_of_the_window_are_kept_by_wording() {
        for chunk in [1, 7, 1 << 20] {
            let found = scan(LOG, chunk);
            let shown: Vec<_> = found
                .entries
                .iter()
                .map(|entry| {
                    (entry.weight, entry.lines, entry.text.as_str().split(" - ").nth(1).unwrap(), entry.more)
                })
                .collect();
            assert_eq!(
                shown,
                [
                    (Weight::Other, (2, 2), "job 1 of 12 done", 1),
                    (Weight::Error, (4, 6), "it broke ↵ System.Exception: why", 0),
                    (Weight::Warning, (7, 7), "careful", 0),
                ]
            );
            assert_eq!(found.entries[1].time.to_rfc3339(), "2026-11-20T11:00:00+01:00");
            assert_eq!(found.dropped, 0);
        }
    }

    #[test]
    fn memory_is_bounded_and_errors_are_not_crowded_out() {
        let mut log = String::new();
        for number in 0..5_000_u32 {
            let word: String = number.to_string().bytes().map(|byte| char::from(byte + 49)).collect();
            let _ = writeln!(log, "2026-11-20 11:00:00,000 [1] INFO  A - {word}");
        }
        log.push_str("2026-11-20 11:00:01,000 [1] ERROR A - at last\n");
        let found = scan(&log, 4096);
        assert_eq!((found.entries.len(), found.dropped), (MOST + 1, 5_000 - MOST as u64));
        assert!(found.entries.last().unwrap().text.as_str().ends_with("at last"));
    }

    #[test]
    fn reading_ends_soon_after_the_window() {
        let later = "2026-11-20 11:06:00,000 [1] INFO  A - x\n";
        let window = (time("2026-11-20T09:55:00Z"), time("2026-11-20T10:05:00Z"));
        let mut scan = WindowScan::new(window, FixedOffset::east_opt(3600), None, false);
        assert!(scan.push(LOG.as_bytes()));
        let pushed = (0..10_000).take_while(|_| scan.push(later.as_bytes())).count();
        assert!(pushed < 5_000, "{pushed}");
    }
}

//! What a line begins with, whatever form its log has: time, level, and what follows.

use super::formats::{self, Order, Stamp};
use super::header::{Level, TimestampParser, level};
use super::zone::{Clock, UtcMillis};

/// After so many lines without a time stamp in the usual form, others are tried as well: a file has one form, and most
/// lines without a stamp are of a stack trace.
const PATIENCE: u32 = 50;

/// The beginning of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header<'a> {
    pub(super) time: UtcMillis,
    /// The line says its offset.
    pub(super) zoned: bool,
    pub(super) level: Option<Level>,
    /// What follows time and level: logger and message.
    pub(super) rest: &'a [u8],
}

/// Reads the beginnings of entries of one file.
#[derive(Default)]
pub(super) struct HeaderReader {
    timestamps: TimestampParser,
    /// A stamp in the usual form was seen.
    usual: bool,
    /// Lines since the last stamp.
    missed: u32,
    order: Order,
    /// A date was seen that can be read in both orders, and whether one was seen that only the other order allows.
    open: bool,
    wrong: bool,
    settled: bool,
    /// Only the form that the file had last is tried.
    strict: bool,
}

impl HeaderReader {
    /// The same file with the month before the day.
    pub(super) fn month_first() -> Self {
        Self { order: Order::MonthFirst, open: true, ..Self::default() }
    }

    /// A reader for some lines of the file once more, in any order.
    pub(super) fn again(&self) -> Self {
        Self { usual: self.usual, order: self.order, strict: true, ..Self::default() }
    }

    /// Whether it is open which of two numbers is the month.
    pub(super) fn order_is_open(&self) -> bool {
        self.open && !self.settled
    }

    /// Whether a date was seen that only the other order allows.
    pub(super) fn order_is_wrong(&self) -> bool {
        self.wrong
    }

    /// The order of this reader is the one of the file.
    pub(super) fn settle(&mut self) {
        self.settled = true;
    }

    /// What a line begins with; `None` if it begins no entry.
    pub(super) fn read<'a>(&mut self, line: &'a [u8], clock: &mut Clock) -> Option<Header<'a>> {
        if let Some((time, after)) = self.timestamps.read(line) {
            (self.usual, self.missed) = (true, 0);
            let (level, rest) = level(after).map_or((None, after), |(level, rest)| (Some(level), rest));
            return Some(Header { time: clock.utc(time), zoned: false, level, rest });
        }
        self.missed = self.missed.saturating_add(1);
        if self.usual && (self.strict || self.missed < PATIENCE) {
            return None;
        }
        let Some(header) = formats::read(line, self.order) else {
            self.wrong |= self.open && !self.settled && formats::read(line, self.order.other()).is_some();
            return None;
        };
        (self.usual, self.missed) = (false, 0);
        self.open |= header.either_order;
        let (time, zoned) = match header.stamp {
            Stamp::Local(time) => (clock.utc(time), false),
            Stamp::Zoned(time) => (time, true),
        };
        Some(Header { time, zoned, level: header.level, rest: header.rest })
    }
}

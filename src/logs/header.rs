//! Time stamp and level at the start of a line.
//!
//! The form is `yyyy-MM-dd HH:mm:ss,fff [thread] LEVEL Logger - message`, with `T` or a blank after the date, `,` or
//! `.` before one to three digits of fraction, and an optional group in brackets before the level. The product's log4net
//! pattern is not published, so the parser is tolerant. Lines of other forms are for [`super::formats`].

use chrono::NaiveDate;

/// Milliseconds since the Unix epoch on the clock of the node, which prints no zone.
pub(super) type LocalMillis = i64;

/// Level of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Error and everything above it.
    Error,
    /// Warnings.
    Warning,
    /// Information: what the product reports of its work.
    Info,
    /// Everything below information, and notices.
    Other,
}

/// Years that a log of the product can be from: a zero date in a broken line must not extend the covered period.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2099;

/// Parses time stamps. Most lines are of the same hour as the line before, so that the result of the slow calendar
/// calculation is kept for it.
#[derive(Default)]
pub(super) struct TimestampParser {
    hour: [u8; 13],
    starts: Option<LocalMillis>,
}

impl TimestampParser {
    /// The time stamp that a line begins with, and what follows it.
    pub(super) fn read<'a>(&mut self, line: &'a [u8]) -> Option<(LocalMillis, &'a [u8])> {
        let (hour, tail) = line.split_first_chunk::<13>()?;
        let (&[b':', m1, m2, b':', s1, s2], tail) = tail.split_first_chunk::<6>()? else { return None };
        if *hour != self.hour {
            self.starts = start_of_hour(hour);
            self.hour = *hour;
        }
        let starts = self.starts?;
        let minute = number(&[m1, m2]).filter(|&minute| minute < 60)?;
        let second = number(&[s1, s2]).filter(|&second| second < 60)?;
        let (fraction, tail) = match *tail {
            [b',' | b'.', a, b, c, ref tail @ ..] if c.is_ascii_digit() => (number(&[a, b, c])?, tail),
            [b',' | b'.', a, b, ref tail @ ..] if b.is_ascii_digit() => (number(&[a, b])? * 10, tail),
            [b',' | b'.', a, ref tail @ ..] if a.is_ascii_digit() => (number(&[a])? * 100, tail),
            _ => (0, tail),
        };
        // A longer fraction, or a time zone, means that this is another format.
        let ended = tail.first().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'[' | b'(' | b'|' | b'\r'));
        ended.then_some((starts + (minute * 60 + second) * 1000 + fraction, tail))
    }
}

fn start_of_hour(text: &[u8; 13]) -> Option<LocalMillis> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b' ' | b'T' | b't', h1, h2] = *text else { return None };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok().filter(|year| YEARS.contains(year))?;
    let month = u32::try_from(number(&[m1, m2])?).ok()?;
    let day = u32::try_from(number(&[d1, d2])?).ok()?;
    let hour = u32::try_from(number(&[h1, h2])?).ok()?;
    Some(NaiveDate::from_ymd_opt(year, month, day)?.and_hms_opt(hour, 0, 0)?.and_utc().timestamp_millis())
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |all, digit| digit.is_ascii_digit().then(|| all * 10 + i64::from(digit - b'0')))
}

/// The level that follows a time stamp, after at most three groups in brackets, and what follows the level.
pub(super) fn level(mut tail: &[u8]) -> Option<(Level, &[u8])> {
    for _ in 0..4 {
        tail = tail.trim_ascii_start();
        let close = match tail.first()? {
            b'[' => b']',
            b'(' => b')',
            _ => {
                let word = word(tail);
                return Some((level_of(word)?, tail.get(word.len()..)?));
            }
        };
        let inner = tail.get(1..)?;
        // Thread names are short; a bracket that does not close soon is part of the message.
        let at = inner.iter().take(120).position(|byte| *byte == close)?;
        let (group, after) = inner.split_at(at);
        if let Some(level) = level_of(group) {
            return Some((level, after.get(1..)?));
        }
        tail = after.get(1..)?;
    }
    None
}

/// The level that a line without a time stamp begins with: the documentation shows `ERROR Thycotic.Logging.ILogWriter -
/// …`. Only capitals count, because many messages begin with `Error: …`.
pub(super) fn bare_level(line: &[u8]) -> Option<Level> {
    let word = word(line);
    if word.len() < 4 || !word.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    line.get(word.len()).filter(|byte| byte.is_ascii_whitespace())?;
    level_of(word)
}

/// The letters at the start; at most one more than the longest level has.
fn word(text: &[u8]) -> &[u8] {
    let text = text.get(..12).unwrap_or(text);
    let letters = text.iter().position(|byte| !byte.is_ascii_alphabetic());
    letters.map_or(text, |letters| text.get(..letters).unwrap_or_default())
}

/// Levels of the log files and of the system log, in any case.
pub(super) fn level_of(word: &[u8]) -> Option<Level> {
    // This runs for every line: first the words that the product writes, then by the first letter, where nearly all other
    // words end.
    match word {
        b"INFO" => return Some(Level::Info),
        b"DEBUG" => return Some(Level::Other),
        b"WARN" => return Some(Level::Warning),
        b"ERROR" => return Some(Level::Error),
        _ => {}
    }
    let (names, level): (&[&str], _) = match word.first()?.to_ascii_lowercase() {
        b'i' => (&["info", "information"], Level::Info),
        b'd' => (&["debug"], Level::Other),
        b'w' => (&["warn", "warning"], Level::Warning),
        b'n' => (&["notice"], Level::Other),
        b'v' => (&["verbose"], Level::Other),
        b'e' => (&["error", "emergency"], Level::Error),
        b'f' => (&["fatal"], Level::Error),
        b'c' => (&["critical"], Level::Error),
        b'a' => (&["alert"], Level::Error),
        _ => return None,
    };
    names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes())).then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, NaiveDateTime};
    use proptest::prelude::*;

    fn read(line: &str) -> Option<(String, String)> {
        let (at, tail) = TimestampParser::default().read(line.as_bytes())?;
        let time = DateTime::from_timestamp_millis(at).unwrap().format("%Y-%m-%dT%H:%M:%S%.3f").to_string();
        Some((time, String::from_utf8(tail.to_vec()).unwrap()))
    }

    #[test]
    fn all_forms_of_a_time_stamp_are_read() {
        for (line, time) in [
            ("2026-06-16 10:02:13,123 x", "2026-06-16T10:02:13.123"),
            ("2026-06-16T10:02:13.12 x", "2026-06-16T10:02:13.120"),
            ("2026-06-16 10:02:13.1 x", "2026-06-16T10:02:13.100"),
            ("2024-02-29 23:59:59 x", "2024-02-29T23:59:59.000"),
        ] {
            assert_eq!(read(line), Some((time.to_owned(), " x".to_owned())), "{line}");
        }
    }

    #[test]
    fn what_is_no_time_stamp_is_not_read() {
        for line in [
            "",
            "2026-06-16",
            "2026-06-16 10:02",
            "2026-02-29 10:02:13,123 x",
            "2026-06-16 24:02:13,123 x",
            "2026-06-16 10:60:13,123 x",
            "2026-06-16 10:02:60,123 x",
            "0001-01-01 00:00:00,000 x",
            "2026-06-16 10:02:13,1234 x",
            "2026-06-16 10:02:13, x",
            "2026-06-16T10:02:13Z x",
            "2026/06/16 10:02:13,123 x",
            " 2026-06-16 10:02:13,123 x",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn levels_come_after_groups() {
        for (tail, wanted) in [
            (" [12] ERROR Thycotic.X - text", Some(Level::Error)),
            (" error text", Some(Level::Error)),
            (" (7) [worker 3] FATAL x", Some(Level::Error)),
            (" [CRITICAL] x", Some(Level::Error)),
            (" [12] WARN x", Some(Level::Warning)),
            (" [12] debug x", Some(Level::Other)),
            (" Information: x", Some(Level::Info)),
            (" ErrorHandler started", None),
            (" [never closed ERROR x", None),
            (" [a] [b] [c] [d] ERROR", None),
            ("", None),
        ] {
            assert_eq!(level(tail.as_bytes()).map(|(level, _)| level), wanted, "{tail}");
        }
    }

    #[test]
    fn an_untimed_line_shows_its_level_in_capitals_only() {
        assert_eq!(bare_level(b"ERROR Thycotic.Logging.ILogWriter - x"), Some(Level::Error));
        assert_eq!(bare_level(b"INFO x"), Some(Level::Info));
        for line in ["Error: x", "ERROR", "ERRORS x", "   at System.X", ""] {
            assert_eq!(bare_level(line.as_bytes()), None, "{line}");
        }
    }

    proptest! {
        #[test]
        fn the_digits_agree_with_the_calendar(
            lines in proptest::collection::vec("20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9],[0-9]{3}", 1..20)
        ) {
            let mut stamps = TimestampParser::default();
            for line in lines {
                // A leap second is a valid reading for chrono; no log of the product is known to have one.
                let slow = NaiveDateTime::parse_from_str(&line, "%Y-%m-%d %H:%M:%S,%3f").ok()
                    .filter(|_| !line.contains(":60,"))
                    .map(|time| time.and_utc().timestamp_millis());
                prop_assert_eq!(stamps.read(line.as_bytes()).map(|(at, _)| at), slow, "{}", line);
            }
        }

        #[test]
        fn no_bytes_panic(line in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = TimestampParser::default().read(&line);
            let _ = level(&line);
            let _ = bare_level(&line);
        }
    }
}

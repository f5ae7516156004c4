//! Time stamps and levels in other forms than the product's own: who changed the pattern of log4net may have put the day
//! first, the name of the month, an offset, brackets, the level before the time, or a layout of JSON or XML.

use super::header::{Level, LocalMillis, level, level_of};
use chrono::NaiveDate;
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::sync::LazyLock;

/// How dates such as `03/04/2026` are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Order {
    /// Third of April.
    #[default]
    DayFirst,
    /// Fourth of March.
    MonthFirst,
}

impl Order {
    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::DayFirst => Self::MonthFirst,
            Self::MonthFirst => Self::DayFirst,
        }
    }
}

/// A time stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// The reading of the clock that wrote it.
    Local(LocalMillis),
    /// It says its offset: milliseconds since the Unix epoch, UTC.
    Zoned(i64),
}

/// What a line in another form begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OtherHeader<'a> {
    pub(super) stamp: Stamp,
    pub(super) level: Option<Level>,
    /// What follows.
    pub(super) rest: &'a [u8],
    /// Its date could be read in the other order as well.
    pub(super) either_order: bool,
}

/// Bytes of a line that are looked at.
const LOOK: usize = 400;

/// What may be before the date of a line: brackets, the level, the thread.
const BEFORE: &str = r"^[\s\[(|'\x22]{0,6}(?:(?:(?P<level>verbose|debug|info(?:rmation)?|notice|warn(?:ing)?|error|critical|fatal|alert|emergency)\b|\[\w{1,20}\]|\(\w{1,20}\)|\d{1,6}\s)[\])|:;,\s-]{0,6}){0,3}[\[(|'\x22\s]{0,4}";
const DATES: [&str; 4] = [
    r"(?P<y>20\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>20\d\d|\d\d)",
    r"(?:[a-z]{2,9}\.?,?\s+)?(?P<d>\d{1,2})[\s.-]{1,2}(?P<name>[a-z\x80-\xff]{3,12})\.?,?[\s.-]{1,2}(?P<y>20\d\d|\d\d)",
    r"(?:[a-z]{2,9},?\s+)?(?P<name>[a-z\x80-\xff]{3,12})\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>20\d\d)",
];
const TIME: &str = r"(?:[T\s,_-]{1,3}|\s+at\s+)(?P<h>\d{1,2})[:.](?P<min>\d\d)(?:[:.](?P<s>\d\d)(?:[.,:](?P<f>\d{1,9}))?)?(?:\s?(?P<half>[ap])\.?m\.?)?(?:\s?(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d))?(?:[\s\])|'\x22,;<-]|$)";

/// Bytes of a record in which its fields are looked for.
const LONGEST_RECORD: usize = 4096;

static STAMPS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| DATES.iter().filter_map(|date| regex(&format!("{BEFORE}{date}{TIME}"))).collect());
static JSON_TIME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(r#""(?:@?timestamp|@t|time|date|datetime|ts|asctime|eventtime)"\s*:\s*"?([^",}]{6,40})"#)
});
static JSON_LEVEL: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r#""(?:@?level|@l|loglevel|levelname|severity)"\s*:\s*"(\w{3,12})""#));
static XML_TIME: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r#"\b(?:timestamp|time|date)\s*=\s*["']([^"']{6,40})["']"#));
static XML_LEVEL: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r#"\blevel\s*=\s*["'](\w{3,12})["']"#));

static JSON_MESSAGE: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r#""(?:message|msg|@m|@mt|renderedmessage|text)"\s*:\s*"((?:[^"\\]|\\.)*)"#));
static JSON_LOGGER: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r#""(?:logger|loggername|sourcecontext|category|source)"\s*:\s*"([^"]{1,200})""#));
static XML_MESSAGE: LazyLock<Option<Regex>> = LazyLock::new(|| regex(r"<(?:\w+:)?message>([^<]*)"));
static XML_LOGGER: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r#"\blogger\s*=\s*["']([^"']{1,200})["']"#));

/// Logger and message of a record of a layout that names its fields; `None` for other lines.
pub(super) fn fields(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let (logger, message) = match line.trim_ascii_start().first()? {
        b'{' => (JSON_LOGGER.as_ref()?, JSON_MESSAGE.as_ref()?),
        b'<' => (XML_LOGGER.as_ref()?, XML_MESSAGE.as_ref()?),
        _ => return None,
    };
    let line = line.get(..LONGEST_RECORD).unwrap_or(line);
    let value = |regex: &Regex| Some(regex.captures(line)?.get(1)?.as_bytes());
    Some((value(logger).unwrap_or_default(), value(message)?))
}

fn regex(source: &str) -> Option<Regex> {
    RegexBuilder::new(source).unicode(false).case_insensitive(true).build().ok()
}

/// Reads what a line begins with.
pub(super) fn read(line: &[u8], order: Order) -> Option<OtherHeader<'_>> {
    let head = line.get(..LOOK).unwrap_or(line);
    let first = head.trim_ascii_start().first()?;
    match first {
        b'{' => laid_out(line, head, order, JSON_TIME.as_ref()?, JSON_LEVEL.as_ref()?),
        b'<' => laid_out(line, head, order, XML_TIME.as_ref()?, XML_LEVEL.as_ref()?),
        _ => plain(line, head, order),
    }
}

/// A record of a layout that names its fields.
fn laid_out<'a>(
    line: &'a [u8],
    head: &'a [u8],
    order: Order,
    time: &Regex,
    level: &Regex,
) -> Option<OtherHeader<'a>> {
    let value = time.captures(head)?.get(1)?.as_bytes().trim_ascii();
    let (stamp, either_order) = if let Some(time) = epoch(value) {
        (Stamp::Zoned(time), false)
    } else {
        let found = STAMPS.iter().find_map(|regex| regex.captures(value))?;
        stamp(&found, order)?
    };
    let level = level.captures(head).and_then(|found| level_of(found.get(1)?.as_bytes()));
    Some(OtherHeader { stamp, level, rest: line, either_order })
}

/// Seconds or milliseconds since the Unix epoch.
fn epoch(text: &[u8]) -> Option<i64> {
    let number: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    match text.len() {
        10 => Some(number * 1000),
        13 => Some(number),
        _ => None,
    }
}

fn plain<'a>(line: &'a [u8], head: &'a [u8], order: Order) -> Option<OtherHeader<'a>> {
    // Nearly all lines without a stamp end here: a date has digits soon.
    head.iter().take(60).find(|byte| byte.is_ascii_digit())?;
    let found = STAMPS.iter().find_map(|regex| regex.captures(head))?;
    let (stamp, either_order) = stamp(&found, order)?;
    let rest = line.get(found.get(0)?.end()..).unwrap_or_default();
    let before = found.name("level").and_then(|word| level_of(word.as_bytes()));
    let separators =
        |byte: &u8| matches!(byte, b'|' | b':' | b';' | b',' | b'-' | b']' | b')' | b'\'' | b'"');
    let skipped = rest.iter().take_while(|byte| separators(byte) || byte.is_ascii_whitespace()).count();
    let after = rest.get(skipped..).unwrap_or_default();
    let (level, rest) = match (before, level(after)) {
        (Some(level), _) => (Some(level), after),
        (None, Some((level, rest))) => (Some(level), rest),
        (None, None) => (None, after),
    };
    Some(OtherHeader { stamp, level, rest, either_order })
}

/// The time that was found, and whether its date could be read in the other order as well.
fn stamp(found: &Captures, order: Order) -> Option<(Stamp, bool)> {
    let number =
        |name: &str| -> Option<u32> { std::str::from_utf8(found.name(name)?.as_bytes()).ok()?.parse().ok() };
    let year = number("y").map(|year| if year < 100 { 2000 + year } else { year })?;
    let mut either_order = false;
    let (month, day) = if let Some(name) = found.name("name") {
        (month(name.as_bytes())?, number("d")?)
    } else if let (Some(a), Some(b)) = (number("a"), number("b")) {
        // With points the day comes first everywhere.
        let points = found.name("a").is_some_and(|a| {
            found.get(0).is_some_and(|all| all.as_bytes().get(a.end() - all.start()) == Some(&b'.'))
        });
        either_order = !points;
        if points || order == Order::DayFirst { (b, a) } else { (a, b) }
    } else {
        (number("m")?, number("d")?)
    };
    let hour = number("h")?;
    let hour = match found.name("half").and_then(|half| half.as_bytes().first()) {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(b'p' | b'P') => hour % 12 + 12,
        Some(_) => hour % 12,
        None => hour,
    };
    let digits = found.name("f").map_or(&b""[..], |fraction| fraction.as_bytes());
    let millis = (0..3).fold(0, |all, at| {
        all * 10 + digits.get(at).map_or(0, |digit| u32::from(digit.saturating_sub(b'0')))
    });
    let second = number("s").unwrap_or(0);
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let time = date.and_hms_milli_opt(hour, number("min")?, second, millis)?.and_utc().timestamp_millis();
    let zone = found.name("zone").map(|zone| zone.as_bytes().to_ascii_lowercase());
    let stamp = match zone.as_deref() {
        None => Stamp::Local(time),
        Some([sign @ (b'+' | b'-'), digits @ ..]) => {
            let digits: Vec<i64> =
                digits.iter().filter(|d| d.is_ascii_digit()).map(|d| i64::from(d - b'0')).collect();
            let [h1, h2, m1, m2] = *digits.as_slice() else { return None };
            let offset = ((h1 * 10 + h2) * 60 + m1 * 10 + m2) * 60_000;
            Stamp::Zoned(if *sign == b'+' { time - offset } else { time + offset })
        }
        Some(_) => Stamp::Zoned(time),
    };
    Some((stamp, either_order))
}

/// Beginnings of the names of months in the languages of the product's users; those that come first are longer.
const MONTHS: [(&str, u32); 38] = [
    ("juin", 6),
    ("juil", 7),
    ("jan", 1),
    ("ene", 1),
    ("gen", 1),
    ("feb", 2),
    ("fev", 2),
    ("f\u{e9}v", 2),
    ("mar", 3),
    ("mrz", 3),
    ("m\u{e4}r", 3),
    ("mrt", 3),
    ("apr", 4),
    ("abr", 4),
    ("avr", 4),
    ("may", 5),
    ("mai", 5),
    ("mag", 5),
    ("mei", 5),
    ("jun", 6),
    ("giu", 6),
    ("jul", 7),
    ("lug", 7),
    ("aug", 8),
    ("ago", 8),
    ("ao\u{fb}", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("ott", 10),
    ("out", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("dic", 12),
    ("d\u{e9}c", 12),
    ("des", 12),
];

fn month(name: &[u8]) -> Option<u32> {
    let name = crate::text::encoding::utf8_or_windows_1252(name).to_lowercase();
    MONTHS.iter().find(|(begin, _)| name.starts_with(begin)).map(|&(_, month)| month)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::DateTime;

    fn text(line: &str, order: Order) -> Option<(String, Option<Level>, bool)> {
        let header = read(line.as_bytes(), order)?;
        let (time, mark) = match header.stamp {
            Stamp::Local(time) => (time, ""),
            Stamp::Zoned(time) => (time, "Z"),
        };
        let time = DateTime::from_timestamp_millis(time).unwrap().format("%Y-%m-%d %H:%M:%S%.3f");
        Some((format!("{time}{mark}"), header.level, header.either_order))
    }

    #[test]
    fn forms_that_people_set_are_read() {
        const LOCAL: &str = "2026-11-19 10:02:03.000";
        const UTC: &str = "2026-11-19 10:02:03.000Z";
        for (line, expected) in [
            ("19.11.2026 10:02:03 [17] ERROR Thycotic.X - y", LOCAL),
            ("19.11.2026 10:02:03,000 ERROR Thycotic.X - y", LOCAL),
            ("19.11.26 10:02:03 [17] ERROR Thycotic.X - y", LOCAL),
            ("19/11/2026 10:02:03 [17] ERROR Thycotic.X - y", LOCAL),
            ("19-11-2026 10:02:03.000 [17] ERROR Thycotic.X - y", LOCAL),
            ("19 Nov 2026 10:02:03,000 [17] ERROR Thycotic.X - y", LOCAL),
            ("19-Nov-2026 10:02:03 [17] ERROR Thycotic.X - y", LOCAL),
            ("Thu, 19 Nov 2026 10:02:03 GMT [17] ERROR Thycotic.X - y", UTC),
            ("Nov 19, 2026 10:02:03 AM [17] ERROR Thycotic.X - y", LOCAL),
            ("November 19, 2026 10:02:03 [17] ERROR Thycotic.X - y", LOCAL),
            ("19. November 2026 10:02:03 [17] ERROR Thycotic.X - y", LOCAL),
            ("2026/11/19 10:02:03.000 [17] ERROR Thycotic.X - y", LOCAL),
            ("2026.11.19 10:02:03 [17] ERROR Thycotic.X - y", LOCAL),
            ("[2026-11-19 10:02:03,000] [17] ERROR Thycotic.X - y", LOCAL),
            ("[2026-11-19 10:02:03,000][17][ERROR] Thycotic.X - y", LOCAL),
            ("(2026-11-19 10:02:03) ERROR Thycotic.X - y", LOCAL),
            ("ERROR 2026-11-19 10:02:03,000 [17] Thycotic.X - y", LOCAL),
            ("[ERROR] 2026-11-19 10:02:03,000 [17] Thycotic.X - y", LOCAL),
            ("ERROR [17] 2026-11-19 10:02:03,000 Thycotic.X - y", LOCAL),
            ("[17] ERROR 2026-11-19 10:02:03,000 Thycotic.X - y", LOCAL),
            ("2026-11-19 10:02:03,000|ERROR|17|Thycotic.X|y", LOCAL),
            ("2026-11-19 10:02:03,000;ERROR;Thycotic.X;y", LOCAL),
            ("2026-11-19 10:02:03.0000000 [17] ERROR Thycotic.X - y", LOCAL),
            ("2026-11-19 10:02:03 AM [17] ERROR Thycotic.X - y", LOCAL),
            ("2026-11-19T10:02:03Z [17] ERROR Thycotic.X - y", UTC),
            ("2026-11-19T11:02:03.0000000+01:00 [17] ERROR Thycotic.X - y", UTC),
            ("2026-11-19 05:02:03,000 -0500 [17] ERROR Thycotic.X - y", UTC),
            (
                r#"{"timestamp":"2026-11-19T10:02:03.000Z","level":"ERROR","logger":"Thycotic.X","message":"y"}"#,
                UTC,
            ),
            (r#"{"level": "error", "message": "y", "@timestamp": "2026-11-19 10:02:03,000"}"#, LOCAL),
            (
                r#"<log4net:event logger="Thycotic.X" timestamp="2026-11-19T11:02:03.000+01:00" level="ERROR" thread="17">"#,
                UTC,
            ),
            (r#"<log4j:event logger="Thycotic.X" timestamp="1795082523000" level="ERROR" thread="17">"#, UTC),
        ] {
            let read = text(line, Order::DayFirst);
            assert_eq!(
                read.as_ref().map(|(time, level, _)| (time.as_str(), *level)),
                Some((expected, Some(Level::Error))),
                "{line}"
            );
        }
        let afternoon = text("11/19/2026 1:02:03 PM [17] ERROR x", Order::MonthFirst).unwrap();
        assert_eq!(afternoon.0, "2026-11-19 13:02:03.000");
        let midnight = text("11/19/2026 12:02:03 AM [17] ERROR x", Order::MonthFirst).unwrap();
        assert_eq!(midnight.0, "2026-11-19 00:02:03.000");
    }

    #[test]
    fn a_date_that_reads_two_ways_says_so() {
        for (line, either) in [
            ("03/04/2026 10:02:03 ERROR x", true),
            ("19/11/2026 10:02:03 ERROR x", true),
            ("03.04.2026 10:02:03 ERROR x", false),
            ("2026/03/04 10:02:03 ERROR x", false),
            ("3 Apr 2026 10:02:03 ERROR x", false),
        ] {
            assert_eq!(text(line, Order::DayFirst).unwrap().2, either, "{line}");
        }
        assert_eq!(
            text("03/04/2026 10:02:03 ERROR x", Order::DayFirst).unwrap().0,
            "2026-04-03 10:02:03.000"
        );
        assert_eq!(
            text("03/04/2026 10:02:03 ERROR x", Order::MonthFirst).unwrap().0,
            "2026-03-04 10:02:03.000"
        );
        assert_eq!(text("19/11/2026 10:02:03 ERROR x", Order::MonthFirst), None);
    }

    #[test]
    fn a_date_in_a_message_is_no_stamp() {
        for line in [
            "   at System.Data.SqlClient.SqlCommand.RunExecuteReader(CommandBehavior behavior)",
            "The certificate expired on 2026-11-19 10:02:03",
            "System.Exception: since 19.11.2026 10:02:03 nothing came",
            "10:02:03,000 [17] ERROR Thycotic.X - without a date",
            "2026-11-19 and no time",
            "19.13.2026 10:02:03 ERROR x",
            "Version 10.9.33 of 2026",
            "{\"message\":\"no time\"}",
            "<configuration>",
            "",
        ] {
            assert_eq!(text(line, Order::DayFirst), None, "{line}");
        }
    }
}

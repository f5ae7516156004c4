//! Parser of dates in exports. The settings of the viewer's machine choose their form and zone, so a date that could
//! mean two days is rejected.

use super::date_words::plain;
use crate::model::Location;
use crate::model::export::Moment;
use chrono::format::{self, Fixed, Item, Parsed};
use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use std::time::Duration;

/// Why a text is no moment. Lower-case fragments; the text is shown by the caller, cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// Two readings, and nothing in the text decides.
    #[error("the date could mean {day_first} or {month_first}: export it again as yyyy-MM-dd")]
    Ambiguous {
        /// Read as day, month, year.
        day_first: NaiveDate,
        /// Read as month, day, year.
        month_first: NaiveDate,
    },
    /// The zero date of .NET or of Excel.
    #[error("the date is a placeholder that programs write for \"no date\"")]
    Zero,
    /// Nothing known.
    #[error("this is not a date in a known form")]
    Unknown,
}

/// Date forms with one reading. A dot separates only where the day is first.
const DATES: [&str; 7] = ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%d-%B-%Y", "%B %d %Y", "%Y%m%d"];
/// Date forms of which another of equal shape exists: first day, then month.
const DAY_FIRST: [&str; 2] = ["%d/%m/%Y", "%d-%m-%Y"];
const MONTH_FIRST: [&str; 2] = ["%m/%d/%Y", "%m-%d-%Y"];
const TIMES: [&str; 5] = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S%.f %p", "%I:%M %p", "%H.%M.%S"];
/// With or without a colon and a blank before it.
const OFFSET: Item = Item::Fixed(Fixed::TimezoneOffset);

/// Longest text that can be a moment: a date in words of a language that takes three bytes a letter.
const LONGEST: usize = 96;

/// Days that Excel counts from its own zero, 1899-12-30, for dates of 1990 to 2099: what a cell holds that was not formatted
/// as a date.
const EXCEL_DAYS: std::ops::Range<f64> = 32_874.0..73_051.0;

/// Reads a date, or a date with a time, with or without an offset (`Z`, `UTC`, `+01:00`).
///
/// Years before 1990 are none the product can have written.
pub fn parse(text: &str) -> Result<Moment, MomentError> {
    Column::default().parse(text)
}

/// The time from `earlier` to `later`, two readings of one program at one moment. Dates that could mean two days do
/// where both days lie equally far apart.
pub fn apart(later: &str, earlier: &str) -> Result<TimeDelta, MomentError> {
    let (later, earlier) = (readings(later)?, readings(earlier)?);
    let between = |a: Option<Moment>, b: Option<Moment>| Some(checked(a?).ok()?.minus(&checked(b?).ok()?));
    match (between(later.0, earlier.0), between(later.1, earlier.1)) {
        (Some(a), Some(b)) if a == b => Ok(a),
        (Some(span), None) | (None, Some(span)) => Ok(span),
        _ => Err(MomentError::Unknown),
    }
}

/// What the cells of one column show together of the order of day and month: a program writes a column in one way.
#[derive(Debug, Default)]
pub struct Column {
    /// The first cell that has only a reading with the day first.
    day_first: Option<Location>,
    /// The first cell that has only a reading with the month first.
    month_first: Option<Location>,
    /// A cell has two readings.
    ambiguous: bool,
}

impl Column {
    /// Looks at a cell.
    pub fn learn(&mut self, text: &str, place: impl FnOnce() -> Location) {
        match readings(text) {
            Ok((Some(a), Some(b))) => self.ambiguous |= a != b,
            Ok((Some(_), None)) => self.day_first = self.day_first.take().or_else(|| Some(place())),
            Ok((None, Some(_))) => self.month_first = self.month_first.take().or_else(|| Some(place())),
            _ => {}
        }
    }

    /// Reads a cell of the column; of two readings the one that the other cells leave.
    pub fn parse(&self, text: &str) -> Result<Moment, MomentError> {
        match readings(text)? {
            (Some(a), Some(b)) if a != b => match (&self.day_first, &self.month_first) {
                (Some(_), None) => checked(a),
                (None, Some(_)) => checked(b),
                _ => Err(MomentError::Ambiguous { day_first: a.wall.date(), month_first: b.wall.date() }),
            },
            (Some(moment), _) | (_, Some(moment)) => checked(moment),
            (None, None) => Err(MomentError::Unknown),
        }
    }

    /// The readings of a cell with the day first and with the month first, as far as the other cells leave both.
    pub fn both(&self, text: &str) -> Option<(Moment, Moment)> {
        match (self.parse(text), readings(text).ok()?) {
            (Ok(moment), _) => Some((moment, moment)),
            (Err(MomentError::Ambiguous { .. }), (Some(a), Some(b))) => {
                Some((checked(a).ok()?, checked(b).ok()?))
            }
            _ => None,
        }
    }

    /// What a reader should know: that and why a reading was preferred.
    pub fn note(&self) -> Option<String> {
        let (place, first) = match (&self.day_first, &self.month_first) {
            (Some(place), None) => (place, "day"),
            (None, Some(place)) => (place, "month"),
            _ => return None,
        };
        self.ambiguous.then(|| {
            format!("Some dates could mean two days; {place} shows that this column has the {first} first.")
        })
    }
}

/// The readings of a text with the day and with the month first; both are there and equal where the text says which is which.
fn readings(text: &str) -> Result<(Option<Moment>, Option<Moment>), MomentError> {
    if text.len() > LONGEST {
        return Err(MomentError::Unknown);
    }
    let days = excel(text.trim());
    let text = plain(text);
    let (text, utc) = strip_utc(&text);
    let only = first(text, utc, &DATES).or(days);
    if only.is_some() {
        return Ok((only, only));
    }
    Ok((first(text, utc, &DAY_FIRST), first(text, utc, &MONTH_FIRST)))
}

fn checked(moment: Moment) -> Result<Moment, MomentError> {
    match moment.wall.year() {
        1990..=9998 => Ok(moment),
        1 | 1899 | 1900 => Err(MomentError::Zero),
        _ => Err(MomentError::Unknown),
    }
}

/// Takes a trailing word for UTC away and says whether there was one.
fn strip_utc(text: &str) -> (&str, bool) {
    for word in ["Z", "UTC", "GMT"] {
        if let Some((rest, end)) = text.split_at_checked(text.len().saturating_sub(word.len()))
            && end.eq_ignore_ascii_case(word)
            && rest.contains(':')
        {
            return (rest.trim_end(), true);
        }
    }
    (text, false)
}

/// The reading of a number of days with a fraction, as a cell of Excel holds a date.
fn excel(text: &str) -> Option<Moment> {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',');
    // Many languages have a comma before the part of a day.
    let days: f64 = text.bytes().all(plain).then(|| text.replacen(',', ".", 1).parse().ok()).flatten()?;
    let zero = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    if !EXCEL_DAYS.contains(&days) {
        return None;
    }
    // A fraction of a day is exact to less than a millisecond, and no more than that is meant.
    let since = Duration::try_from_secs_f64((days * 86_400_000.0).round() / 1_000.0).ok()?;
    Some(Moment { wall: zero + TimeDelta::from_std(since).ok()?, utc: None })
}

/// The reading by the first of `dates` that fits, with any time.
fn first(text: &str, utc: bool, dates: &[&str]) -> Option<Moment> {
    dates.iter().find_map(|date| {
        let (day, rest) = NaiveDate::parse_and_remainder(text, date).ok()?;
        if rest.is_empty() {
            return Some(Moment { wall: day.and_time(NaiveTime::MIN), utc: None });
        }
        TIMES.iter().find_map(|time| with_time(day, rest, utc, time))
    })
}

/// The reading of a day with what follows it as a time, and an offset where there is one.
fn with_time(day: NaiveDate, rest: &str, utc: bool, form: &str) -> Option<Moment> {
    let (time, zone) = NaiveTime::parse_and_remainder(rest.trim_start(), form).ok()?;
    let wall = day.and_time(time);
    if zone.is_empty() {
        return Some(Moment { wall, utc: utc.then(|| wall.and_utc()) });
    }
    if utc {
        return None;
    }
    let mut offset = Parsed::new();
    format::parse(&mut offset, zone, [OFFSET].iter()).ok()?;
    let at = offset.to_fixed_offset().ok()?.from_local_datetime(&wall).single()?;
    Some(Moment { wall, utc: Some(at.with_timezone(&Utc)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> (String, Option<String>) {
        let moment = parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        (moment.wall.to_string(), moment.utc.map(|at| at.naive_utc().to_string()))
    }

    #[test]
    fn forms_with_one_reading() {
        for text in [
            "2026-11-20 10:12:33",
            "2026-11-20T10:12:33",
            "2026-11-20 10:12:33.000",
            "20.11.2026 10:12:33",
            "20/11/2026 10:12:33",
            "11/20/2026 10:12:33 AM",
            "11/20/2026 10:12:33",
            "20 Nov 2026 10:12:33",
            "20-Nov-2026 10:12:33",
            "November 20, 2026 10:12:33 AM",
            "11/20/2026, 10:12:33\u{202f}AM",
            "2026-11-20, 10:12:33 a.m.",
            "20/11/2026 10.12.33",
            "2026. 11. 20. 10:12:33",
            "Nov 20 2026 10:12:33AM",
            "Friday, November 20, 2026 10:12:33 AM",
            "Fri, 20 Nov 2026 10:12:33",
            "Freitag, 20. November 2026 10:12:33",
            "vendredi 20 novembre 2026 10:12:33",
            "viernes, 20 de noviembre de 2026 10:12:33",
            "2026-11-20 오전 10:12:33",
            "2026年11月20日 10:12:33",
            "2026년 11월 20일 금요일 오전 10:12:33",
            "2026/11/20 上午 10:12:33",
        ] {
            assert_eq!(read(text), ("2026-11-20 10:12:33".into(), None), "{text}");
        }
        assert_eq!(read("Nov 20 2026 10:12PM").0, "2026-11-20 22:12:00");
        assert_eq!(read("Okt 17 2026  8:14PM").0, "2026-10-17 20:14:00");
        assert_eq!(read("Sep  6 2025  7:40PM").0, "2025-09-06 19:40:00");
        assert_eq!(read("2025-09-06 오후 7:40:51").0, "2025-09-06 19:40:51");
        assert_eq!(read("6 févr. 2025 19:40").0, "2025-02-06 19:40:00");
        assert_eq!(read("46312.843113425924").0, "2026-10-17 20:14:05");
        assert_eq!(read("46312,5").0, "2026-10-17 12:00:00");
        assert_eq!(read("46336").0, "2026-11-10 00:00:00");
        assert_eq!(read("Sat, 17 Oct 2026 20:14:05 GMT").1.as_deref(), Some("2026-10-17 20:14:05"));
        assert_eq!(read("2026-11-20").0, "2026-11-20 00:00:00");
        assert_eq!(read("03/03/2026").0, "2026-03-03 00:00:00");
    }

    #[test]
    fn an_offset_gives_the_instant() {
        let utc = Some("2026-11-20 14:12:33".to_owned());
        for text in
            ["2026-11-20T10:12:33-04:00", "2026-11-20 10:12:33 -0400", "2026-11-20 10:12:33.0000000 -04:00"]
        {
            assert_eq!(read(text), ("2026-11-20 10:12:33".into(), utc.clone()), "{text}");
        }
        for text in ["2026-11-20T14:12:33Z", "2026-11-20 14:12:33 UTC", "20.11.2026 14:12:33 GMT"] {
            assert_eq!(read(text), ("2026-11-20 14:12:33".into(), utc.clone()), "{text}");
        }
    }

    #[test]
    fn two_readings_are_none() {
        let error = parse("03/04/2026 10:00:00").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the date could mean 2026-04-03 or 2026-03-04: export it again as yyyy-MM-dd"
        );
        assert!(matches!(parse("3-4-2026"), Err(MomentError::Ambiguous { .. })));
        assert!(matches!(parse("3/4/2026 9:05 PM"), Err(MomentError::Ambiguous { .. })));
    }

    #[test]
    fn a_column_settles_the_order_only_where_nothing_contradicts() {
        let column = |texts: &[&str]| {
            let mut column = Column::default();
            for (row, text) in (2..).zip(texts) {
                column.learn(text, || Location::line("x.csv", row));
            }
            column
        };
        let settled = column(&["03/04/2026", "04/13/2026"]);
        assert_eq!(settled.parse("03/04/2026 10:00").unwrap().wall.to_string(), "2026-03-04 10:00:00");
        assert!(settled.note().unwrap().contains("x.csv:3 shows that this column has the month first"));
        let torn = column(&["03/04/2026", "04/13/2026", "13/04/2026"]);
        assert!(matches!(torn.parse("03/04/2026"), Err(MomentError::Ambiguous { .. })));
        assert!(torn.note().is_none());
        assert!(column(&["04/13/2026", "05/05/2026"]).note().is_none(), "nothing had to be settled");
        assert!(column(&["2026-04-13"]).parse("03/04/2026").is_err(), "another form shows nothing");
    }

    #[test]
    fn two_readings_of_one_program_lie_apart_whatever_their_order() {
        let seconds = |later, earlier| apart(later, earlier).map(|span| span.num_seconds());
        assert_eq!(seconds("11/3/2026 10:00:05 AM", "11/3/2026 10:00:00 AM"), Ok(5));
        assert_eq!(seconds("2026-11-20T10:00:00+01:00", "2026-11-20T09:00:02Z"), Ok(-2));
        assert!(seconds("11/3/2026 00:00:01", "11/2/2026 23:59:59").is_err(), "one month or one day apart");
        assert!(seconds("yesterday", "2026-11-20").is_err());
    }

    #[test]
    fn other_texts_are_no_date() {
        assert_eq!(parse("0001-01-01T00:00:00"), Err(MomentError::Zero));
        for text in [
            "",
            "never",
            "11.7.000049",
            "20.11.26",
            "2026-13-01",
            "13/13/2026",
            "10:12",
            "1026",
            "120000",
            "46312.5.1",
            "Okt 32 2026",
            "quarta, 17 2026",
        ] {
            assert_eq!(parse(text), Err(MomentError::Unknown), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,50}") {
            let _ = parse(&text);
        }

        #[test]
        fn almost_dates_do_not_panic(text in "[0-9TZ:./ +-]{0,34}") {
            let _ = parse(&text);
        }
    }
}

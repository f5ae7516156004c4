//! Dates of exports. The viewer's settings choose their form and zone (domain 7), so a date that could mean two
//! days is no date.

use crate::model::export::Moment;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};

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
    #[error("the date is the one that programs write for \"no date\"")]
    Zero,
    /// Nothing known.
    #[error("this is no date we know how to read")]
    Unknown,
}

/// Date forms with one reading. A dot separates only where the day stands first.
const DATES: [&str; 8] =
    ["%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d %B %Y", "%d-%B-%Y", "%B %d %Y", "%B %d, %Y", "%Y%m%d"];
/// Date forms of which another of equal shape exists: first day, then month.
const DAY_FIRST: [&str; 2] = ["%d/%m/%Y", "%d-%m-%Y"];
const MONTH_FIRST: [&str; 2] = ["%m/%d/%Y", "%m-%d-%Y"];
const TIMES: [&str; 4] = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S%.f %p", "%I:%M %p"];
const OFFSETS: [&str; 2] = ["%:z", "%z"];

/// Longest text that can be a moment.
const LONGEST: usize = 48;

/// Reads a date, or a date with a time, with or without an offset (`Z`, `UTC`, `+01:00`).
///
/// Years before 1990 are none the product can have written.
pub fn parse(text: &str) -> Result<Moment, MomentError> {
    let text = text.trim();
    if text.len() > LONGEST || !text.is_ascii() {
        return Err(MomentError::Unknown);
    }
    // The `T` of ISO 8601; letters elsewhere belong to names of months.
    let text = match text.split_at_checked(10) {
        Some((date, rest)) if rest.starts_with(['T', 't']) => {
            format!("{date} {}", rest.trim_start_matches(['T', 't']))
        }
        _ => text.to_owned(),
    };
    let (text, utc) = strip_utc(&text);
    if let Some(moment) = first(text, utc, &DATES) {
        return checked(moment);
    }
    match (first(text, utc, &DAY_FIRST), first(text, utc, &MONTH_FIRST)) {
        (Some(a), Some(b)) if a != b => {
            Err(MomentError::Ambiguous { day_first: a.wall.date(), month_first: b.wall.date() })
        }
        (Some(moment), _) | (None, Some(moment)) => checked(moment),
        (None, None) => Err(MomentError::Unknown),
    }
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

/// The reading by the first of `dates` that fits, with any time.
fn first(text: &str, utc: bool, dates: &[&str]) -> Option<Moment> {
    dates.iter().find_map(|date| {
        if let Ok(day) = NaiveDate::parse_from_str(text, date) {
            return Some(Moment { wall: day.and_time(NaiveTime::MIN), utc: None });
        }
        TIMES.iter().find_map(|time| with_time(text, utc, &format!("{date} {time}")))
    })
}

fn with_time(text: &str, utc: bool, form: &str) -> Option<Moment> {
    if let Ok(wall) = NaiveDateTime::parse_from_str(text, form) {
        return Some(Moment { wall, utc: utc.then(|| wall.and_utc()) });
    }
    if utc {
        return None;
    }
    OFFSETS.iter().find_map(|offset| {
        let at = DateTime::parse_from_str(text, &format!("{form} {offset}"))
            .or_else(|_| DateTime::parse_from_str(text, &format!("{form}{offset}")))
            .ok()?;
        Some(Moment { wall: at.naive_local(), utc: Some(at.with_timezone(&Utc)) })
    })
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
        ] {
            assert_eq!(read(text), ("2026-11-20 10:12:33".into(), None), "{text}");
        }
        assert_eq!(read("Nov 20 2026 10:12PM").0, "2026-11-20 22:12:00");
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
    fn other_texts_are_no_date() {
        assert_eq!(parse("0001-01-01T00:00:00"), Err(MomentError::Zero));
        for text in ["", "never", "11.7.000049", "20.11.26", "2026-13-01", "13/13/2026", "10:12"] {
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

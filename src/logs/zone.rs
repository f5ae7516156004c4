//! The clock that wrote a log: its offset from UTC, and how that changes between summer and winter.

use super::header::LocalMillis;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Utc, Weekday};

/// Milliseconds since the Unix epoch, UTC.
pub(super) type UtcMillis = i64;

const HOUR: i64 = 3_600_000;

/// When clocks change; the offset of winter is that of the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// From the last Sunday of March to that of October, everywhere at 01:00 UTC.
    European,
    /// From the second Sunday of March to the first of November, at 02:00 of the clock.
    NorthAmerican,
}

/// Zones of Windows and of IANA whose clocks follow a rule, in lower case. All others count with one offset.
const EUROPEAN: &[&str] = &[
    "w. europe standard time",
    "central europe standard time",
    "central european standard time",
    "romance standard time",
    "gmt standard time",
    "fle standard time",
    "gtb standard time",
    "e. europe standard time",
];
const NORTH_AMERICAN: &[&str] = &[
    "eastern standard time",
    "central standard time",
    "mountain standard time",
    "pacific standard time",
    "atlantic standard time",
    "alaskan standard time",
    "newfoundland standard time",
    "america/new_york",
    "america/toronto",
    "america/detroit",
    "america/chicago",
    "america/denver",
    "america/los_angeles",
    "america/vancouver",
    "america/halifax",
    "america/anchorage",
];
/// Cities of Europe that keep one offset all year.
const EUROPE_WITHOUT: &[&str] =
    &["istanbul", "moscow", "minsk", "kaliningrad", "samara", "saratov", "volgograd", "kirov", "simferopol"];

/// Turns readings of one clock into instants.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// Offset at the collection.
    offset: FixedOffset,
    rule: Option<Rule>,
    /// Offset of winter.
    standard: i64,
    /// The summer of one year, as readings of a clock that never changes.
    summer: Option<(i32, LocalMillis, LocalMillis)>,
    /// The reading before, and whether the clock was set back since the summer ended.
    before: LocalMillis,
    set_back: bool,
}

impl Clock {
    /// A clock that never changes.
    pub(super) fn fixed(offset: FixedOffset) -> Self {
        let standard = i64::from(offset.local_minus_utc()) * 1000;
        Self { offset, rule: None, standard, summer: None, before: LocalMillis::MIN, set_back: false }
    }

    /// The clock of a zone, by its name and its offset at one time.
    pub(super) fn of_zone(offset: FixedOffset, name: &str, at: DateTime<Utc>) -> Self {
        let name = name.trim().to_ascii_lowercase();
        let city = name.strip_prefix("europe/");
        let rule = if EUROPEAN.contains(&name.as_str())
            || city.is_some_and(|city| !EUROPE_WITHOUT.contains(&city))
        {
            Some(Rule::European)
        } else if NORTH_AMERICAN.contains(&name.as_str()) {
            Some(Rule::NorthAmerican)
        } else {
            None
        };
        let mut clock = Self { rule, ..Self::fixed(offset) };
        if rule.is_some() && clock.is_summer_guess(at) {
            clock.standard -= HOUR;
        }
        clock
    }

    /// Whether an instant is in summer when the offset of winter is not yet known: it is one of two.
    fn is_summer_guess(&self, at: DateTime<Utc>) -> bool {
        let winter = self.standard - HOUR;
        let reading = at.timestamp_millis() + winter;
        self.summer_of(reading, winter).is_some_and(|(_, from, to)| (from..to).contains(&reading))
    }

    /// The summer of the year of a reading of winter's clock.
    fn summer_of(&self, reading: LocalMillis, standard: i64) -> Option<(i32, LocalMillis, LocalMillis)> {
        let rule = self.rule?;
        let year = DateTime::from_timestamp_millis(reading)?.year();
        let day = |date: NaiveDate| date.and_hms_opt(0, 0, 0).map(|time| time.and_utc().timestamp_millis());
        let (from, to) = match rule {
            Rule::European => {
                let [from, to] = [3, 10].map(|month| {
                    let last = NaiveDate::from_ymd_opt(year, month, 31)?;
                    let sunday = last - TimeDelta::days(i64::from(last.weekday().num_days_from_sunday()));
                    Some(day(sunday)? + HOUR + standard)
                });
                (from?, to?)
            }
            Rule::NorthAmerican => {
                let from = NaiveDate::from_weekday_of_month_opt(year, 3, Weekday::Sun, 2)?;
                let to = NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Sun, 1)?;
                // In November the clock shows two when winter's shows one.
                (day(from)? + 2 * HOUR, day(to)? + HOUR)
            }
        };
        Some((year, from, to))
    }

    /// The same for a reading that is mostly of the year of the one before, so that no calendar is asked.
    fn summer_around(&self, reading: LocalMillis) -> Option<(i32, LocalMillis, LocalMillis)> {
        // Half a year around the summer.
        let is_near = |(_, from, to): &(i32, LocalMillis, LocalMillis)| {
            (from - 80 * 24 * HOUR..to + 50 * 24 * HOUR).contains(&reading)
        };
        self.summer.filter(is_near).or_else(|| self.summer_of(reading, self.standard))
    }

    /// The instant of a reading. An hour that the clock shows twice is that of summer until a reading goes back.
    pub(super) fn utc(&mut self, reading: LocalMillis) -> UtcMillis {
        if self.rule.is_none() {
            return reading - self.standard;
        }
        self.summer = self.summer_around(reading);
        let Some((_, from, to)) = self.summer else { return reading - self.standard };
        // The clock of summer shows an hour more.
        let (from, to) = (from + HOUR, to + HOUR);
        let twice = (to - HOUR..to).contains(&reading);
        if twice {
            self.set_back |= self.before != LocalMillis::MIN && reading < self.before;
        } else {
            self.set_back = false;
        }
        self.before = reading;
        let summer = (from..to).contains(&reading) && !(twice && self.set_back);
        reading - self.standard - if summer { HOUR } else { 0 }
    }

    /// An instant with the offset that the clock had then.
    pub(super) fn instant(&self, time: UtcMillis) -> Option<DateTime<FixedOffset>> {
        let utc = DateTime::from_timestamp_millis(time)?;
        let reading = time + self.standard;
        let summer = self.summer_around(reading).is_some_and(|(_, from, to)| (from..to).contains(&reading));
        let offset = if self.rule.is_none() {
            self.offset
        } else {
            let seconds = (self.standard + if summer { HOUR } else { 0 }) / 1000;
            i32::try_from(seconds).ok().and_then(FixedOffset::east_opt).unwrap_or(self.offset)
        };
        Some(utc.with_timezone(&offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str, hours: i32, at: &str) -> Clock {
        Clock::of_zone(FixedOffset::east_opt(hours * 3600).unwrap(), zone, at.parse().unwrap())
    }

    fn read(clock: &mut Clock, reading: &str) -> String {
        let reading = chrono::NaiveDateTime::parse_from_str(reading, "%Y-%m-%d %H:%M").unwrap();
        let utc = clock.utc(reading.and_utc().timestamp_millis());
        clock.instant(utc).unwrap().format("%m-%d %H:%M %z").to_string()
    }

    #[test]
    fn a_reading_has_the_offset_of_its_own_day() {
        for (zone, hours, at) in [
            ("W. Europe Standard Time", 1, "2026-10-26T09:00:00Z"),
            ("W. Europe Standard Time", 2, "2026-10-20T09:00:00Z"),
            ("Europe/Berlin", 1, "2026-12-26T09:00:00Z"),
        ] {
            let mut clock = clock(zone, hours, at);
            assert_eq!(read(&mut clock, "2026-10-24 18:00"), "10-24 18:00 +0200", "{zone} {at}");
            assert_eq!(read(&mut clock, "2026-10-26 18:00"), "10-26 18:00 +0100", "{zone} {at}");
            assert_eq!(read(&mut clock, "2026-03-29 01:59"), "03-29 01:59 +0100");
            assert_eq!(read(&mut clock, "2026-03-29 03:00"), "03-29 03:00 +0200");
        }
        let mut clock = clock("Eastern Standard Time", -5, "2026-11-20T09:00:00Z");
        assert_eq!(read(&mut clock, "2026-10-31 18:00"), "10-31 18:00 -0400");
        assert_eq!(read(&mut clock, "2026-11-01 18:00"), "11-01 18:00 -0500");
    }

    #[test]
    fn the_hour_that_comes_twice_keeps_its_order() {
        let mut clock = clock("W. Europe Standard Time", 1, "2026-10-26T09:00:00Z");
        let mut instants = Vec::new();
        for minute in ["01:50", "02:10", "02:50", "02:05", "02:55", "03:05"] {
            let text = format!("2026-10-25 {minute}");
            let reading = chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M").unwrap();
            instants.push(clock.utc(reading.and_utc().timestamp_millis()));
        }
        assert!(instants.is_sorted(), "{instants:?}");
        assert_eq!(instants[5] - instants[0], 135 * 60_000);
    }

    #[test]
    fn other_zones_have_one_offset() {
        for (zone, hours) in [("India Standard Time", 5), ("Europe/Istanbul", 3), ("", -3)] {
            let mut clock = clock(zone, hours, "2026-12-26T09:00:00Z");
            let sign = if hours < 0 { '-' } else { '+' };
            let expected = format!("07-01 12:00 {sign}0{}00", hours.abs());
            assert_eq!(read(&mut clock, "2026-07-01 12:00"), expected);
        }
    }
}

//! The times of one file's lines: the period they cover, and where nothing was logged.

use super::zone::{Clock, UtcMillis};
use crate::model::log::{LogFile, Period, StepBack};

/// How much later than the end of the collection a line may be stamped: the end has no fractions of a second.
pub(super) const SLACK: UtcMillis = 60_000;
/// How long before the collection a log ends that is being written. Our own measure.
pub(super) const NEAR_END: UtcMillis = 2 * 24 * 3_600_000;
/// The shortest silence that counts, in minutes.
const SILENCE: i64 = 1;
/// Longer silences count as this long, in minutes.
const LONGEST_SILENCE: i64 = 7 * 24 * 60;
/// The shortest silence that is kept with its times, in minutes, and how many of them are kept.
const GAP: i64 = 60;
const MOST_GAPS: usize = 50;
/// The shortest step back that counts: entries of several threads are a few seconds out of order. Our own measure.
const STEP_BACK: UtcMillis = 60_000;
/// How many of the largest steps back are kept.
const MOST_STEPS: usize = 3;

/// What the times of a file's lines say.
#[derive(Clone)]
pub(super) struct Times {
    /// Time of the newest line that had one that counts; lines without belong to it.
    pub(super) current: Option<UtcMillis>,
    /// The last time that a line can have.
    end: UtcMillis,
    /// First and last time, kept as numbers: every line compares with them.
    period: Option<(UtcMillis, UtcMillis)>,
    /// The longest silences.
    gaps: Vec<(UtcMillis, UtcMillis)>,
    /// The largest steps back, from and to.
    steps: Vec<(UtcMillis, UtcMillis)>,
}

impl Times {
    /// Of a collection that ended at this time, if that is known.
    pub(super) fn until(end: Option<UtcMillis>) -> Self {
        let end = end.map_or(UtcMillis::MAX, |end| end + SLACK);
        Self { current: None, end, period: None, gaps: Vec::new(), steps: Vec::new() }
    }

    /// The same for another reading of the file.
    pub(super) fn again(&self) -> Self {
        Self { end: self.end, ..Self::until(None) }
    }

    /// Takes the time of a line. What is stamped after the collection was written before it, nobody knows when.
    pub(super) fn take(&mut self, time: UtcMillis, file: &mut LogFile) {
        if time > self.end {
            file.late_lines += 1;
            self.current = None;
            return;
        }
        self.silence_until(time, file);
        self.current = Some(time);
        let (first, last) = self.period.unwrap_or((time, time));
        self.period = Some((first.min(time), last.max(time)));
    }

    fn silence_until(&mut self, time: UtcMillis, file: &mut LogFile) {
        let Some(before) = self.current else { return };
        let minutes = (time - before) / 60_000;
        if minutes < SILENCE {
            if before - time >= STEP_BACK {
                file.set_back += 1;
                self.steps.push((before, time));
                drop_shortest(&mut self.steps, MOST_STEPS);
            }
            return;
        }
        let counted = u32::try_from(minutes.min(LONGEST_SILENCE)).unwrap_or_default();
        *file.silences.entry(counted).or_default() += 1;
        if minutes < GAP {
            return;
        }
        self.gaps.push((before, time));
        drop_shortest(&mut self.gaps, MOST_GAPS);
    }

    /// Whether the newest line is of the last days before the collection.
    pub(super) fn end_at_collection(&self) -> bool {
        let near = |(_, last): (UtcMillis, UtcMillis)| self.end.saturating_sub(last) <= NEAR_END;
        self.end != UtcMillis::MAX && self.period.is_some_and(near)
    }

    /// Writes what was seen to the file.
    pub(super) fn finish(self, clock: &Clock, file: &mut LogFile) {
        let period = |(from, to): (UtcMillis, UtcMillis)| {
            Some(Period { from: clock.instant(from)?, to: clock.instant(to)? })
        };
        file.period = self.period.and_then(period);
        file.gaps = self.gaps.into_iter().filter_map(period).collect();
        let step = |(before, after): (UtcMillis, UtcMillis)| {
            Some(StepBack { before: clock.instant(before)?, after: clock.instant(after)? })
        };
        file.steps_back = self.steps.into_iter().filter_map(step).collect();
        file.steps_back.sort();
    }
}

/// Drops the shortest of more than `most` spans, of equal ones the first.
fn drop_shortest(spans: &mut Vec<(UtcMillis, UtcMillis)>, most: usize) {
    if spans.len() > most {
        let lengths = spans.iter().map(|(from, to)| from.abs_diff(*to)).enumerate();
        if let Some((shortest, _)) = lengths.min_by_key(|(_, length)| *length) {
            spans.remove(shortest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    #[test]
    fn steps_back_are_counted_and_the_largest_kept() {
        let (mut times, mut file) = (Times::until(None), LogFile::default());
        let minute = 60_000;
        let mut now = 1_700_000_000_000;
        for (forward, back) in [(10, 5), (10, 1), (60, 50), (10, 2), (10, 0)] {
            now += forward * minute;
            times.take(now, &mut file);
            // Threads that write out of order by seconds are no step.
            times.take(now - minute + 1, &mut file);
            times.take(now, &mut file);
            now -= back * minute;
            times.take(now, &mut file);
        }
        assert_eq!(file.set_back, 4);
        times.finish(&Clock::fixed(FixedOffset::east_opt(0).unwrap()), &mut file);
        let steps: Vec<_> =
            file.steps_back.iter().map(|step| (step.before - step.after).num_minutes()).collect();
        assert_eq!(steps, [5, 2, 50], "in order of time");
    }
}

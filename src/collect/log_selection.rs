//! Which logs are taken, and how much of each, within an age and a budget: of every part of the product the log that it
//! writes now, in fair shares, then the rolled ones, the newest first.

use super::inventory_table::Item;
use super::logs;
use super::options::Options;
use super::walk::Found;
use crate::bundle::manifest::TOO_OLD;
use crate::text::size::size;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Logs are taken from so many days before the collection.
pub const DAYS: i64 = 14;

/// Most logs that a bundle names one by one: half as many members as a reader accepts, less room for the rest. Who
/// never removes old logs may have more.
const MOST: usize = 4000;

/// What is taken of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Take {
    /// All of it.
    Whole,
    /// The newest bytes, beginning at a line.
    Tail(u64),
    /// Nothing, and why.
    Nothing(String),
}

impl Take {
    /// Bytes that will be read, at most.
    pub(super) fn bytes(&self, file: &Found) -> u64 {
        match self {
            Self::Whole => file.size,
            Self::Tail(bytes) => *bytes,
            Self::Nothing(_) => 0,
        }
    }
}

/// Whether logs may be opened to choose among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A log that is not taken whole is looked into for where a line begins, and one that seems too old for its last.
    Inside,
    /// Nothing is opened, so what is taken of such a log is a few bytes too many.
    Outside,
}

/// When logs begin to be too old: as given, else [`DAYS`] before the start of the collection, or before the newest log of a
/// folder that was copied from elsewhere, which may have happened long ago.
pub(super) fn since(options: &Options, files: &[Found], started: DateTime<FixedOffset>) -> DateTime<Utc> {
    let newest = files.iter().filter(|file| file.item == Item::Log).filter_map(|file| file.modified).max();
    let from = newest.filter(|_| options.copied()).unwrap_or(started.to_utc());
    options.since.unwrap_or(from - TimeDelta::days(DAYS))
}

/// Why a log or its older lines are not taken.
pub(super) fn beyond(budget: u64) -> String {
    format!("beyond the budget of {}", size(budget))
}

/// A log, and which of its role it is.
struct Log<'f> {
    file: &'f Found,
    /// Its name without the rest.
    role: String,
    /// `2` of `SS.log.2` and of `SS2.log`; a log that is written now has none.
    number: Option<u64>,
}

impl<'f> Log<'f> {
    fn of(file: &'f Found) -> Self {
        let name = file.name().to_lowercase();
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (log, number) = match name.rsplit_once('.') {
            Some((log, number)) if is_number(number) => (log, number),
            _ => (name.as_str(), ""),
        };
        let stem = log.rsplit_once('.').map_or(log, |(stem, _)| stem);
        let role = stem.trim_end_matches(|c: char| c.is_ascii_digit());
        let number = if number.is_empty() { stem.strip_prefix(role).unwrap_or_default() } else { number };
        let number = (!number.is_empty()).then(|| number.parse().unwrap_or(u64::MAX));
        Self { file, role: role.to_owned(), number }
    }

    /// The newest first, of equal times the one rolled last; a log without a time may be the newest.
    fn newest(&self) -> impl Ord + use<'f> {
        let modified = self.file.modified.unwrap_or(DateTime::<Utc>::MAX_UTC);
        (Reverse(modified), self.number, self.file.path.as_str())
    }

    /// Whether it ended before this moment. Windows gives a log that is being written the right time only when its writer
    /// closes it, so that one is asked itself.
    fn is_older(&self, since: DateTime<Utc>, look: Look) -> bool {
        let asked = self.number.is_none() && look == Look::Inside;
        self.file.modified.is_some_and(|modified| modified < since)
            && !(asked && logs::last_day(self.file).is_some_and(|day| day >= since.date_naive()))
    }
}

/// Whether this is a log that nobody writes any more.
pub(super) fn is_rolled(file: &Found) -> bool {
    Log::of(file).number.is_some()
}

/// Every log of the product with what is taken of it, in the order in which they are read. `budget` is that of the whole
/// bundle: configuration files come first and are always taken.
pub(super) fn choose(files: &[Found], since: DateTime<Utc>, budget: u64, look: Look) -> Vec<(&Found, Take)> {
    let mut logs: Vec<Log<'_>> = files.iter().filter(|file| file.item == Item::Log).map(Log::of).collect();
    logs.sort_by(|one, other| one.newest().cmp(&other.newest()));
    let unnamed = logs.len().saturating_sub(MOST + 1);
    let (old, mut logs): (Vec<_>, Vec<_>) = logs.into_iter().partition(|log| log.is_older(since, look));
    // Of each role the log without a number, or the newest.
    logs.sort_by_key(|log| log.number.is_some());
    let mut roles = BTreeSet::new();
    let (mut current, rolled): (Vec<_>, Vec<_>) =
        logs.into_iter().partition(|log| roles.insert(log.role.clone()));
    // The smallest first: what one does not need of its share is for the larger ones, and where the time is short, few
    // are missing.
    current.sort_by_key(|log| log.file.size);

    let configs = files.iter().filter(|file| file.item == Item::Config).map(|file| file.size).sum();
    let mut shares = Shares { budget, left: budget.saturating_sub(configs), look };
    let mut takes = shares.share_out(&current);
    takes.extend(rolled.iter().map(|log| shares.take(log.file, shares.left)));
    let too_old = format!("{TOO_OLD}{}", since.format("%Y-%m-%d %H:%M UTC"));
    takes.extend(old.iter().map(|_| Take::Nothing(too_old.clone())));

    let files = current.iter().chain(&rolled).chain(&old).map(|log| log.file);
    let mut chosen: Vec<(&Found, Take)> = files.zip(takes).collect();
    // One more, which stands for all that are older.
    chosen.truncate(MOST + 1);
    if let Some((_, take)) = chosen.get_mut(MOST) {
        let mut why = format!("beyond the {MOST} newest logs");
        if unnamed > 0 {
            let _ = write!(why, ", as are {unnamed} older ones that are not named");
        }
        *take = Take::Nothing(why);
    }
    chosen
}

/// The budget while it is handed out.
struct Shares {
    budget: u64,
    left: u64,
    look: Look,
}

impl Shares {
    /// Gives each log as much as any other, or what it needs if that is less. A share that holds no line of its log is
    /// for the others. Takes logs from the smallest to the largest.
    fn share_out(&mut self, logs: &[Log<'_>]) -> Vec<Take> {
        let all = self.left;
        let mut given_back: BTreeMap<usize, Take> = BTreeMap::new();
        loop {
            let known = given_back.len();
            self.left = all;
            let mut waiting = (logs.len() - known) as u64;
            let mut takes = Vec::new();
            for (index, log) in logs.iter().enumerate() {
                if let Some(take) = given_back.get(&index) {
                    takes.push(take.clone());
                    continue;
                }
                let share = self.left.div_ceil(waiting);
                waiting -= 1;
                let before = self.left;
                let take = self.take(log.file, share);
                if self.left == before && share > 0 && log.file.size > 0 {
                    given_back.insert(index, take.clone());
                }
                takes.push(take);
            }
            if given_back.len() == known {
                return takes;
            }
        }
    }

    /// Takes at most `share` bytes of a log out of what is left; nothing if that holds no line of it.
    fn take(&mut self, file: &Found, share: u64) -> Take {
        let take = if file.size <= share {
            Take::Whole
        } else if share == 0 {
            Take::Nothing(beyond(self.budget))
        } else if self.look == Look::Outside {
            Take::Tail(share)
        } else {
            match logs::lines_within(file, share) {
                Ok(0) => Take::Nothing(format!("{}: no line begins in its share of it", beyond(self.budget))),
                Ok(bytes) => Take::Tail(bytes),
                // Why is said when it is opened to be taken.
                Err(_) => Take::Tail(0),
            }
        };
        if take.bytes(file) > 0 {
            self.left -= share.min(file.size);
        }
        take
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn log(path: &str, size: u64, modified: &str) -> Found {
        Found {
            path: path.into(),
            full: path.into(),
            size,
            modified: Some(at(modified)),
            item: Item::of(path),
            metadata: Err("not needed".into()),
        }
    }

    /// What is taken of logs that all changed in the last days.
    fn taken(files: &[Found], budget: u64) -> Vec<(&str, u64)> {
        let chosen = choose(files, at("2026-09-01T00:00:00Z"), budget, Look::Outside);
        chosen.into_iter().map(|(file, take)| (file.path.as_str(), take.bytes(file))).collect()
    }

    #[test]
    fn the_newest_logs_win_and_the_oldest_of_them_loses_its_head() {
        let files = [
            log("log/SS.log", 60, "2026-09-14T06:00:00Z"),
            log("log/SS.log.1", 60, "2026-09-13T06:00:00Z"),
            log("log/SS.log.2", 60, "2026-09-12T06:00:00Z"),
            log("log/SS.log.3", 60, "2026-08-01T06:00:00Z"),
            log("web.config", 60, "2026-09-14T06:00:00Z"),
        ];
        let chosen = choose(&files, at("2026-09-01T00:00:00Z"), 160, Look::Outside);
        let takes: Vec<&Take> = chosen.iter().map(|(_, take)| take).collect();
        assert_eq!(takes[..2], [&Take::Whole, &Take::Tail(40)]);
        assert_eq!(takes[2], &Take::Nothing("beyond the budget of 160 bytes".into()));
        assert_eq!(takes[3], &Take::Nothing("last changed before 2026-09-01 00:00 UTC".into()));
    }

    #[test]
    fn one_role_that_writes_much_takes_no_other_its_log() {
        let files = [
            log("log/SS.log", 80, "2026-09-14T06:00:00Z"),
            log("log/SS-BWSR.log", 24_300, "2026-09-14T07:00:00Z"),
            log("log/SS-BWSR.log.1", 100, "2026-09-14T06:30:00Z"),
            log("log/SS-BSSR.log", 10, "2026-09-13T06:00:00Z"),
            log("log/SS-EWSR.log", 900, "2026-09-12T06:00:00Z"),
        ];
        let expected = [
            ("log/SS-BSSR.log", 10),
            ("log/SS.log", 80),
            ("log/SS-EWSR.log", 205),
            ("log/SS-BWSR.log", 205),
            ("log/SS-BWSR.log.1", 0),
        ];
        assert_eq!(taken(&files, 500), expected);
    }

    #[test]
    fn of_equal_times_the_log_rolled_last_is_the_newest() {
        let names = ["SS.log.10", "SS.log.9", "SS.log.2", "SS.log", "SS11.log", "SS.log.1"];
        let files: Vec<Found> =
            names.iter().map(|name| log(&format!("log/{name}"), 10, "2026-09-14T06:00:00Z")).collect();
        let expected = [
            ("log/SS.log", 10),
            ("log/SS.log.1", 10),
            ("log/SS.log.2", 10),
            ("log/SS.log.9", 10),
            ("log/SS.log.10", 5),
            ("log/SS11.log", 0),
        ];
        assert_eq!(taken(&files, 45), expected);
    }

    #[test]
    fn nobody_goes_without_while_another_has_more_than_its_share() {
        // Sizes and budgets from a generator, the same in every run.
        let mut state = 7_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let roles = ["SS", "SS-BSSR", "SS-BWSR", "SS-EWSR", "SS-SRWSR", "SS-MMSR"];
        for _ in 0..2_000 {
            let files: Vec<Found> = (0..random(20))
                .map(|_| {
                    let role = roles[usize::try_from(random(6)).unwrap()];
                    let number = random(4);
                    let name =
                        if number == 0 { format!("{role}.log") } else { format!("{role}.log.{number}") };
                    let most = [10, 1_000, 1_000_000][usize::try_from(random(3)).unwrap()];
                    let modified = format!("2026-09-{:02}T06:00:00Z", 1 + random(9));
                    log(&format!("log/{name}"), random(most), &modified)
                })
                .map(|file| (file.path.clone(), file))
                .collect::<BTreeMap<_, _>>()
                .into_values()
                .collect();
            let most = [30, 3_000, 3_000_000][usize::try_from(random(3)).unwrap()];
            let budget = random(most);
            let chosen = choose(&files, at("2026-09-01T00:00:00Z"), budget, Look::Outside);
            assert_eq!(chosen.len(), files.len());
            assert!(chosen.iter().map(|(file, take)| take.bytes(file)).sum::<u64>() <= budget);

            let mut current: BTreeMap<String, (&Found, u64)> = BTreeMap::new();
            for (file, take) in &chosen {
                // Those that are written now come first.
                current.entry(Log::of(file).role).or_insert((file, take.bytes(file)));
            }
            let most = current.values().map(|(_, bytes)| *bytes).max().unwrap_or_default();
            for (file, bytes) in current.values() {
                assert!(*bytes == file.size || *bytes + 1 >= most, "{budget}: {chosen:?}");
                assert!(*bytes + 1 >= file.size.min(budget / current.len() as u64), "{budget}: {chosen:?}");
            }
            // Rolled ones only get what is left then.
            let cut = current.values().any(|(file, bytes)| *bytes < file.size);
            let of_rolled: u64 = chosen.iter().skip(current.len()).map(|(file, take)| take.bytes(file)).sum();
            assert!(!cut || of_rolled == 0, "{budget}: {chosen:?}");
            let shuffled: Vec<Found> = files.iter().rev().map(copy).collect();
            let again = choose(&shuffled, at("2026-09-01T00:00:00Z"), budget, Look::Outside);
            let told = |chosen: &[(&Found, Take)]| -> Vec<_> {
                chosen.iter().map(|(file, take)| (file.path.clone(), take.clone())).collect()
            };
            assert_eq!(told(&again), told(&chosen));
        }
    }

    fn copy(file: &Found) -> Found {
        Found {
            path: file.path.clone(),
            full: file.full.clone(),
            size: file.size,
            modified: file.modified,
            item: file.item,
            metadata: Err("not needed".into()),
        }
    }

    #[test]
    fn a_share_that_holds_no_line_is_for_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let on_disk = |name: &str, content: &[u8]| {
            let full = folder.path().join(name);
            std::fs::write(&full, content).unwrap();
            let path = format!("log/{name}");
            Found { full, ..log(&path, content.len() as u64, "2026-09-14T06:00:00Z") }
        };
        let line = b"2026-09-14 08:00:00,000 [1] INFO  a line\n";
        let lines = line.repeat(100);
        let files = [
            on_disk("SS.log", &lines),
            on_disk("SS-BWSR.log", &vec![0; 100_000]),
            on_disk("SS.log.1", &vec![0; 50_000]),
            on_disk("SS.log.2", line),
            Found {
                full: folder.path().join("gone"),
                ..log("log/SS-EWSR.log", 99_999, "2026-09-14T06:00:00Z")
            },
        ];
        let budget = (lines.len() + line.len()) as u64;
        let chosen = choose(&files, at("2026-09-01T00:00:00Z"), budget, Look::Inside);
        let take = |name: &str| &chosen.iter().find(|(file, _)| file.name() == name).unwrap().1;
        assert_eq!((take("SS.log"), take("SS.log.2")), (&Take::Whole, &Take::Whole));
        let why = format!("{}: no line begins in its share of it", beyond(budget));
        assert_eq!(take("SS-BWSR.log"), &Take::Nothing(why.clone()));
        assert_eq!(take("SS.log.1"), &Take::Nothing(why));
        // What cannot be opened is tried again, so that the reason is told.
        assert_eq!(take("SS-EWSR.log"), &Take::Tail(0));
    }

    #[test]
    fn a_log_that_is_written_is_as_old_as_its_last_line() {
        let folder = tempfile::tempdir().unwrap();
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let old = "2026-08-01 08:00:00,000 [1] INFO  a line\r\n   at one\r\n";
        let new = format!("{old}2026-09-02 08:00:00,000 [1] ERROR a line\r\n   at two\r\n");
        for (name, content, taken) in [
            ("SS.log", old.as_bytes().to_vec(), false),
            ("SS.log", new.as_bytes().to_vec(), true),
            ("SS.log", wide(&format!("\u{feff}{new}")), true),
            ("SS.log", b"no time".to_vec(), false),
            // Nobody writes it, so its time is right.
            ("SS.log.1", new.as_bytes().to_vec(), false),
        ] {
            let full = folder.path().join(name);
            std::fs::write(&full, &content).unwrap();
            let path = format!("log/{name}");
            let files = [Found { full, ..log(&path, content.len() as u64, "2026-08-01T06:00:00Z") }];
            let chosen = choose(&files, at("2026-09-01T00:00:00Z"), 1_000, Look::Inside);
            assert_eq!(matches!(chosen[0].1, Take::Whole), taken, "{name}: {content:?}");
        }
    }

    #[test]
    fn who_keeps_every_log_gets_a_bundle_too() {
        let mut files: Vec<Found> = (0..MOST + 20)
            .map(|n| {
                let modified = if n < 10 { "2026-09-01T06:00:00Z" } else { "2026-09-14T06:00:00Z" };
                log(&format!("log/SS.log.{n}"), 1, modified)
            })
            .collect();
        // Older than all of them, and the log of its role.
        files.push(log("log/SS-BSSR.log", 1, "2026-08-20T06:00:00Z"));
        let chosen = choose(&files, at("2026-08-01T00:00:00Z"), u64::MAX, Look::Outside);
        let left_out: Vec<&Take> =
            chosen.iter().map(|(_, take)| take).filter(|take| **take != Take::Whole).collect();
        let why = "beyond the 4000 newest logs, as are 20 older ones that are not named";
        assert_eq!((chosen.len(), left_out), (MOST + 1, vec![&Take::Nothing(why.into())]));
        assert!(chosen.iter().any(|(file, _)| file.name() == "SS-BSSR.log"));
    }

    #[test]
    fn the_days_of_a_copied_folder_count_from_its_newest_log() {
        let files = [log("log/SS.log", 60, "2026-03-14T06:00:00Z")];
        let started = at("2026-09-14T06:00:00Z").fixed_offset();
        let mut options = Options::new("", "");
        assert_eq!(since(&options, &files, started), at("2026-08-31T06:00:00Z"));
        options.node = Some("WEB01".to_owned());
        assert_eq!(since(&options, &files, started), at("2026-02-28T06:00:00Z"));
    }
}

//! Selects the logs to collect, and how much of each, within an age and a budget of bytes: first the log that each part
//! of the product writes now, in fair shares, then the rolled logs, the newest first.

use super::inventory_table::{Item, log_parts};
use super::logs;
use super::options::Options;
use super::walk::ListedFile;
use crate::bundle::manifest::TOO_OLD;
use crate::text::size::size;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Logs of this many days before the collection are collected.
pub const DAYS: i64 = 14;

/// Maximum number of logs that a bundle lists: half as many members as a reader accepts, to leave room for the others.
/// Users who never remove old logs may have more.
const MOST: usize = 4000;
/// Most bytes of one log and of all, less than a bundle may hold: markers may be longer than what they replace.
const LONGEST: u64 = 240 << 20;
const MOST_BYTES: u64 = 480 << 20;

/// How much of a log is collected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selection {
    /// All of it.
    Whole,
    /// The newest bytes, beginning at a line.
    Tail(u64),
    /// Nothing, and why.
    Nothing(String),
}

impl Selection {
    /// Bytes that will be read, at most.
    pub(super) fn bytes(&self, file: &ListedFile) -> u64 {
        match self {
            Self::Whole => file.size,
            Self::Tail(bytes) => *bytes,
            Self::Nothing(_) => 0,
        }
    }
}

/// Whether logs may be opened to select them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inspect {
    /// Logs are opened: one that is cut to find where a line begins, and one that seems too old to read the time of its
    /// last line.
    Content,
    /// No log is opened, so a cut log may be estimated a few bytes too large.
    Metadata,
}

/// Logs older than this are left out: as given, else [`DAYS`] before the start of the collection, or before the newest
/// log of a copied folder, which may have been copied long ago.
pub(super) fn since(
    options: &Options,
    files: &[ListedFile],
    started: DateTime<FixedOffset>,
) -> DateTime<Utc> {
    let newest = files.iter().filter(|file| file.item == Item::Log).filter_map(|file| file.modified).max();
    let from = newest.filter(|_| options.copied()).unwrap_or(started.to_utc());
    options.since.unwrap_or(from - TimeDelta::days(DAYS))
}

/// Why a log or its older lines are not collected.
pub(super) fn beyond(budget: u64) -> String {
    format!("beyond the budget of {}", size(budget))
}

/// A log with its role and number.
struct ProductLog<'f> {
    file: &'f ListedFile,
    /// Its name without number and extension.
    role: String,
    /// `2` for `SS.log.2` and for `SS2.log`; the log that is being written has none.
    number: Option<u64>,
}

impl<'f> ProductLog<'f> {
    fn new(file: &'f ListedFile) -> Self {
        let name = file.name().to_lowercase();
        let (role, number) = log_parts(&name).unwrap_or((&name, None));
        Self { file, role: role.to_owned(), number }
    }

    /// Sorts the newest first; of equal times the one rolled last. A log without a time may be the newest.
    fn newest(&self) -> impl Ord + use<'f> {
        let modified = self.file.modified.unwrap_or(DateTime::<Utc>::MAX_UTC);
        (Reverse(modified), self.number, self.file.path.as_str())
    }

    /// Whether its last line is older than this time. Windows updates the time of a log only when its writer closes it,
    /// so a log that is being written is opened.
    fn is_older(&self, since: DateTime<Utc>, look: Inspect) -> bool {
        let is_opened = self.number.is_none() && look == Inspect::Content;
        self.file.modified.is_some_and(|modified| modified < since)
            && !(is_opened && logs::last_day(self.file).is_some_and(|day| day >= since.date_naive()))
    }
}

/// Whether the log was rolled, so that it is no longer written.
pub(super) fn is_rolled(file: &ListedFile) -> bool {
    ProductLog::new(file).number.is_some()
}

/// Every log of the product with how much of it is collected, in the order in which they are read. `budget` is that of
/// the whole bundle: configuration files are always collected and come first.
pub(super) fn choose(
    files: &[ListedFile],
    since: DateTime<Utc>,
    budget: u64,
    look: Inspect,
) -> Vec<(&ListedFile, Selection)> {
    let mut logs: Vec<ProductLog<'_>> =
        files.iter().filter(|file| file.item == Item::Log).map(ProductLog::new).collect();
    logs.sort_by(|a, b| a.newest().cmp(&b.newest()));
    let unnamed = logs.len().saturating_sub(MOST + 1);
    let (old, mut logs): (Vec<_>, Vec<_>) = logs.into_iter().partition(|log| log.is_older(since, look));
    // For each role the log without a number, or the newest.
    logs.sort_by_key(|log| log.number.is_some());
    let mut roles = BTreeSet::new();
    let (mut current, rolled): (Vec<_>, Vec<_>) =
        logs.into_iter().partition(|log| roles.insert(log.role.clone()));
    // The smallest first: what one log does not need of its share goes to the larger ones, and if time runs out, few
    // are missing.
    current.sort_by_key(|log| log.file.size);

    let configs = files.iter().filter(|file| file.item == Item::Config).map(|file| file.size).sum();
    let mut shares = BudgetShares { budget, left: budget.min(MOST_BYTES).saturating_sub(configs), look };
    let mut takes = shares.share_out(&current);
    takes.extend(rolled.iter().map(|log| shares.take(log.file, shares.left)));
    let too_old = format!("{TOO_OLD}{}", since.format("%Y-%m-%d %H:%M UTC"));
    takes.extend(old.iter().map(|_| Selection::Nothing(too_old.clone())));

    let files = current.iter().chain(&rolled).chain(&old).map(|log| log.file);
    let mut chosen: Vec<(&ListedFile, Selection)> = files.zip(takes).collect();
    // One more, for all that are older.
    chosen.truncate(MOST + 1);
    if let Some((_, take)) = chosen.get_mut(MOST) {
        let mut why = format!("beyond the {MOST} newest logs");
        if unnamed > 0 {
            let _ = write!(why, ", and so are {unnamed} older logs that are not listed");
        }
        *take = Selection::Nothing(why);
    }
    chosen
}

/// The budget while it is shared out.
struct BudgetShares {
    budget: u64,
    left: u64,
    look: Inspect,
}

impl BudgetShares {
    /// Gives each log an equal share, or what it needs if that is less. A share that contains no line of its log goes
    /// to the others, so the loop starts again without that log. `logs` are sorted by size, the smallest first.
    fn share_out(&mut self, logs: &[ProductLog<'_>]) -> Vec<Selection> {
        let all = self.left;
        let mut given_back: BTreeMap<usize, Selection> = BTreeMap::new();
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

    /// Takes at most `share` bytes of a log from what is left; nothing if they contain no line.
    fn take(&mut self, file: &ListedFile, share: u64) -> Selection {
        let share = share.min(LONGEST);
        let take = if file.size <= share {
            Selection::Whole
        } else if share == 0 {
            Selection::Nothing(beyond(self.budget))
        } else if self.look == Inspect::Metadata {
            Selection::Tail(share)
        } else {
            match logs::lines_within(file, share) {
                Ok(0) => {
                    Selection::Nothing(format!("{}: no line begins within its share", beyond(self.budget)))
                }
                Ok(bytes) => Selection::Tail(bytes),
                // The reason is recorded when the log is opened to be collected.
                Err(_) => Selection::Tail(0),
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

    fn log(path: &str, size: u64, modified: &str) -> ListedFile {
        ListedFile {
            path: path.into(),
            full: path.into(),
            size,
            modified: Some(at(modified)),
            item: Item::of(path),
            metadata: Err("not needed".into()),
        }
    }

    /// What is taken of logs that all changed in the last days.
    fn taken(files: &[ListedFile], budget: u64) -> Vec<(&str, u64)> {
        let chosen = choose(files, at("2026-09-01T00:00:00Z"), budget, Inspect::Metadata);
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
        let chosen = choose(&files, at("2026-09-01T00:00:00Z"), 160, Inspect::Metadata);
        let takes: Vec<&Selection> = chosen.iter().map(|(_, take)| take).collect();
        assert_eq!(takes[..2], [&Selection::Whole, &Selection::Tail(40)]);
        assert_eq!(takes[2], &Selection::Nothing("beyond the budget of 160 bytes".into()));
        assert_eq!(takes[3], &Selection::Nothing("last changed before 2026-09-01 00:00 UTC".into()));
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
        let files: Vec<ListedFile> =
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
    fn of_logs_rolled_by_the_day_the_latest_is_the_newest() {
        let names = ["SS.log2026-11-18", "SS.log", "SS_2026-11-19.log", "SS.log2026-11-20", "SS-EWSR.log"];
        let files: Vec<ListedFile> =
            names.iter().map(|name| log(&format!("log/{name}"), 10, "2026-09-14T06:00:00Z")).collect();
        let expected = [
            ("log/SS-EWSR.log", 10),
            ("log/SS.log", 10),
            ("log/SS.log2026-11-20", 10),
            ("log/SS_2026-11-19.log", 5),
            ("log/SS.log2026-11-18", 0),
        ];
        assert_eq!(taken(&files, 35), expected);
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
            let files: Vec<ListedFile> = (0..random(20))
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
            let chosen = choose(&files, at("2026-09-01T00:00:00Z"), budget, Inspect::Metadata);
            assert_eq!(chosen.len(), files.len());
            assert!(chosen.iter().map(|(file, take)| take.bytes(file)).sum::<u64>() <= budget);

            let mut current: BTreeMap<String, (&ListedFile, u64)> = BTreeMap::new();
            for (file, take) in &chosen {
                // Those that are written now come first.
                current.entry(ProductLog::new(file).role).or_insert((file, take.bytes(file)));
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
            let shuffled: Vec<ListedFile> = files.iter().rev().map(copy).collect();
            let again = choose(&shuffled, at("2026-09-01T00:00:00Z"), budget, Inspect::Metadata);
            let summary = |chosen: &[(&ListedFile, Selection)]| -> Vec<_> {
                chosen.iter().map(|(file, take)| (file.path.clone(), take.clone())).collect()
            };
            assert_eq!(summary(&again), summary(&chosen));
        }
    }

    fn copy(file: &ListedFile) -> ListedFile {
        ListedFile {
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
            ListedFile { full, ..log(&path, content.len() as u64, "2026-09-14T06:00:00Z") }
        };
        let line = b"2026-09-14 08:00:00,000 [1] INFO  a line\n";
        let lines = line.repeat(100);
        let files = [
            on_disk("SS.log", &lines),
            on_disk("SS-BWSR.log", &vec![0; 100_000]),
            on_disk("SS.log.1", &vec![0; 50_000]),
            on_disk("SS.log.2", line),
            ListedFile {
                full: folder.path().join("gone"),
                ..log("log/SS-EWSR.log", 99_999, "2026-09-14T06:00:00Z")
            },
        ];
        let budget = (lines.len() + line.len()) as u64;
        let chosen = choose(&files, at("2026-09-01T00:00:00Z"), budget, Inspect::Content);
        let take = |name: &str| &chosen.iter().find(|(file, _)| file.name() == name).unwrap().1;
        assert_eq!((take("SS.log"), take("SS.log.2")), (&Selection::Whole, &Selection::Whole));
        let why = format!("{}: no line begins within its share", beyond(budget));
        assert_eq!(take("SS-BWSR.log"), &Selection::Nothing(why.clone()));
        assert_eq!(take("SS.log.1"), &Selection::Nothing(why));
        // What cannot be opened is tried again, so that the reason is told.
        assert_eq!(take("SS-EWSR.log"), &Selection::Tail(0));
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
            let files = [ListedFile { full, ..log(&path, content.len() as u64, "2026-08-01T06:00:00Z") }];
            let chosen = choose(&files, at("2026-09-01T00:00:00Z"), 1_000, Inspect::Content);
            assert_eq!(matches!(chosen[0].1, Selection::Whole), taken, "{name}: {content:?}");
        }
    }

    #[test]
    fn who_keeps_every_log_gets_a_bundle_too() {
        let mut files: Vec<ListedFile> = (0..MOST + 20)
            .map(|n| {
                let modified = if n < 10 { "2026-09-01T06:00:00Z" } else { "2026-09-14T06:00:00Z" };
                log(&format!("log/SS.log.{n}"), 1, modified)
            })
            .collect();
        // Older than all of them, and the log of its role.
        files.push(log("log/SS-BSSR.log", 1, "2026-08-20T06:00:00Z"));
        let chosen = choose(&files, at("2026-08-01T00:00:00Z"), u64::MAX, Inspect::Metadata);
        let left_out: Vec<&Selection> =
            chosen.iter().map(|(_, take)| take).filter(|take| **take != Selection::Whole).collect();
        let why = "beyond the 4000 newest logs, and so are 20 older logs that are not listed";
        assert_eq!((chosen.len(), left_out), (MOST + 1, vec![&Selection::Nothing(why.into())]));
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

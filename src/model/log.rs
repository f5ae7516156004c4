//! Result of the scan of a node's logs.

use super::excerpt::Excerpt;
use super::location::Location;
use chrono::{DateTime, FixedOffset, TimeDelta};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;

/// Result of one pass over all logs of a node. Times have the node's offset from UTC at the collection, because the log
/// itself has none.
#[derive(Debug, Clone, Default)]
pub struct LogDigest {
    /// Every log read, in order of name.
    pub files: Vec<LogFile>,
    /// One entry for each signature, pattern and origin, in that order.
    pub hits: Vec<Hit>,
    /// Lines at error level or above, by hour of the node (key: hours since the Unix epoch, UTC).
    pub errors_by_hour: BTreeMap<i64, u64>,
    /// Those of them that are about work on other machines.
    pub workload_by_hour: BTreeMap<i64, u64>,
    /// Entries at warning level or worse, and entries with an exception, by their wording, in order of their keys.
    pub patterns: Vec<Pattern>,
    /// Such entries that are of no pattern, because there are more patterns than are kept.
    pub other_entries: u64,
    /// Builds that headers of the common event format (CEF) contain, in order of their text: `HOST VERSION`, or the version
    /// alone.
    pub cef: Vec<Recurring>,
    /// The newest line that proves a working connection to the database.
    pub connected: Option<ConnectedLine>,
    /// Whether the node's offset was known, so that times can be compared with other nodes'.
    pub zone_known: bool,
}

/// How long before the end of the collection a line may be that proves that the node works.
pub const PROOF_WINDOW: TimeDelta = TimeDelta::hours(1);

/// A line of the product that proves that the node had a working connection to its database, and the right key. Lines
/// are looked for in the [`PROOF_WINDOW`] only.
#[derive(Debug, Clone)]
pub struct ConnectedLine {
    /// Id of the knowledge record that names such lines.
    pub row: String,
    /// When it was written.
    pub time: DateTime<FixedOffset>,
    /// The line.
    pub sample: Sample,
}

/// One log file and the period it covers.
#[derive(Debug, Clone, Default)]
pub struct LogFile {
    /// Member name, such as `logs/SS.log.1`.
    pub name: String,
    /// The part of the product that wrote it, by its name.
    pub component: Option<Component>,
    /// Bytes read (of text as stored in the bundle).
    pub bytes: u64,
    /// Lines, including incomplete ones.
    pub lines: u64,
    /// First and last time stamp.
    pub period: Option<Period>,
    /// How often nothing was logged for how many minutes: from one minute on, and at most a week.
    pub silences: BTreeMap<u32, u64>,
    /// The longest silences of an hour or more, in order of time.
    pub gaps: Vec<Period>,
    /// How often the time of an entry is a minute or more before that of the entry above it: the clock was set back, or
    /// several programs write the file.
    pub set_back: u64,
    /// The largest of these steps, in order of time.
    pub steps_back: Vec<StepBack>,
    /// Lines that are stamped later than the collection ended. Their times count for nothing.
    pub late_lines: u64,
    /// Fingerprint of the beginning of its text, by which a copy of it is recognised.
    pub head: Option<u64>,
    /// The log that this one is a copy of; then nothing else of it counts.
    pub copy_of: Option<String>,
    /// Only part of the log was collected.
    pub truncated: bool,
    /// Why it does not count, as a lower-case fragment.
    pub broken: Option<String>,
    /// Why nothing of it was collected, as a lower-case fragment: the time of its lines is a hole.
    pub unread: Option<String>,
    /// Encoding as detected: `utf-8`, `utf-16le`, `utf-16be` or `windows-1252`.
    pub encoding: &'static str,
}

/// The time of an entry that is before that of the entry above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepBack {
    /// Time of the entry above.
    pub before: DateTime<FixedOffset>,
    /// Time of the entry.
    pub after: DateTime<FixedOffset>,
}

/// A covered span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// First time stamp.
    pub from: DateTime<FixedOffset>,
    /// Last time stamp.
    pub to: DateTime<FixedOffset>,
}

/// What a line is about, for texts that the product logs about itself and about other machines alike.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The node itself: nothing shows otherwise.
    #[default]
    Node,
    /// A host that the line names, in lower case: the product's own database server, or another machine.
    Host(String),
    /// The node, in code that works with other keys than the key file's: those of SAML, TLS or certificates.
    OtherKey,
    /// The product's work on other machines, by the id of its knowledge record.
    Workload(String),
}

/// All hits of one signature and pattern with one origin on one node.
#[derive(Debug, Clone, Default)]
pub struct Hit {
    /// Signature id, such as `E-002`.
    pub signature: String,
    /// Index of the pattern among those of the signature.
    pub pattern: usize,
    /// What the lines are about.
    pub origin: Origin,
    /// Hits at error level or above, or without a known level. A line without a level has that of the line before.
    pub errors: u64,
    /// Hits at a lower level.
    pub others: u64,
    /// First hit with a time.
    pub first: Option<DateTime<FixedOffset>>,
    /// Last hit with a time.
    pub last: Option<DateTime<FixedOffset>>,
    /// Last hit at error level with a time.
    pub last_error: Option<DateTime<FixedOffset>>,
    /// Hits by hour since the Unix epoch, UTC.
    pub by_hour: BTreeMap<i64, u64>,
    /// First and newest lines.
    pub samples: Vec<Sample>,
}

/// How grave an entry of a log says that it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryLevel {
    /// Error or worse.
    Error,
    /// A warning.
    Warning,
    /// Less, or no level.
    #[default]
    Other,
}

/// What entries of one pattern have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PatternKey {
    /// Their level.
    pub level: EntryLevel,
    /// The name of their logger; empty if they name none.
    pub logger: String,
    /// The words of their message, one blank between two, with a slot such as `<num>` or `<*>` for what changes.
    pub wording: String,
    /// The type of the exception that they report; empty if there is none.
    pub exception: String,
    /// The first method of the product in its stack trace; empty if there is none.
    pub frame: String,
}

/// Entries of one wording. docs/patterns.md says how a pattern is made.
#[derive(Debug, Clone, Default)]
pub struct Pattern {
    /// What its entries have in common, with secrets removed.
    pub key: PatternKey,
    /// The number of its family: patterns of the cluster that share most of their words. Equal on all nodes.
    pub family: u32,
    /// The known error that most of its entries are, by the id of its signature.
    pub known: Option<String>,
    /// Entries in which a known error was found.
    pub known_entries: u64,
    /// The product's work on other machines that it is about, by the id of its knowledge record.
    pub workload: Option<String>,
    /// Parts of the product whose logs have it.
    pub components: BTreeSet<Component>,
    /// Number of its entries.
    pub count: u64,
    /// First of them with a time.
    pub first: Option<DateTime<FixedOffset>>,
    /// Last of them with a time.
    pub last: Option<DateTime<FixedOffset>>,
    /// Entries by hour since the Unix epoch, UTC.
    pub by_hour: BTreeMap<i64, u64>,
    /// The first of them and the newest, at most [`Pattern::SAMPLES`].
    pub samples: Vec<Sample>,
    /// It is not in the baseline; `None` without one.
    pub new: Option<bool>,
}

impl Pattern {
    /// Most samples that are kept.
    pub const SAMPLES: usize = 3;

    /// A short name: the same for the same key in any run.
    pub fn id(&self) -> String {
        self.key.id()
    }

    /// Whether most of its entries are a known error.
    pub const fn is_known(&self) -> bool {
        self.known_entries * 2 > self.count
    }
}

impl PatternKey {
    /// The same without its wording: what entries have in common whose wordings may be one.
    #[must_use]
    pub fn without_wording(&self) -> Self {
        Self { wording: String::new(), ..self.clone() }
    }

    /// `p-` and ten hexadecimal digits of a hash of it.
    pub fn id(&self) -> String {
        let level = format!("{:?}", self.level);
        let parts = [&level, &self.logger, &self.wording, &self.exception, &self.frame];
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let hash = hash.finalize();
        let digits = hash.iter().take(5).fold(0, |number, byte| number << 8 | u64::from(*byte));
        format!("p-{digits:010x}")
    }
}

/// A text that is in many lines, such as the header of an event.
#[derive(Debug, Clone)]
pub struct Recurring {
    /// The text, with secrets removed.
    pub text: String,
    /// Number of lines with it.
    pub count: u64,
    /// Last of them with a time.
    pub last: Option<DateTime<FixedOffset>>,
    /// One of them.
    pub sample: Sample,
}

/// One line shown as evidence.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Where it is.
    pub place: Location,
    /// When it was written.
    pub time: Option<DateTime<FixedOffset>>,
    /// The line.
    pub text: Excerpt,
}

impl LogDigest {
    /// Lines at error level by hour in some hours, work on other machines left out; hours without any line at error level
    /// are not among them.
    pub fn own_errors(&self, hours: impl RangeBounds<i64>) -> impl Iterator<Item = u64> {
        let work = |hour| self.workload_by_hour.get(hour).copied().unwrap_or(0);
        self.errors_by_hour.range(hours).map(move |(hour, errors)| errors.saturating_sub(work(hour)))
    }

    /// The newest time stamp of any log: the node's "now" when deciding what is current.
    pub fn newest(&self) -> Option<DateTime<FixedOffset>> {
        self.files.iter().filter_map(|file| file.period.map(|period| period.to)).max()
    }

    /// Parts of the covered time in which a component, or all of them if `None`, logged nothing for so long that lines must
    /// be missing: half a day, or while other logs of the node go on, two hours and twelve times its usual silence. Rolled
    /// files close each other's gaps.
    pub fn holes(&self, component: Option<Component>) -> Vec<Period> {
        let files =
            || self.files.iter().filter(move |file| component.is_none() || file.component == component);
        let mut spans: Vec<Period> = files().filter_map(|file| file.period).collect();
        spans.sort_by_key(|span| (span.from, span.to));
        let (mut between, mut usual) = (Vec::new(), BTreeMap::<u32, u64>::new());
        let mut end: Option<DateTime<FixedOffset>> = None;
        for span in spans {
            if let Some(end) = end.filter(|end| *end < span.from) {
                between.push(Period { from: end, to: span.from });
            }
            end = end.max(Some(span.to));
        }
        // The lines of a log that could not be read are between those of others, which go on at once where none is missing.
        let unread = files().any(|file| file.unread.is_some());
        let is_unread = |silence: &Period| unread && silence.to - silence.from >= UNREAD_HOLE;
        let (mut holes, mut silences): (Vec<_>, Vec<_>) = between.into_iter().partition(is_unread);
        for file in files() {
            silences.extend(file.gaps.iter().copied());
            for (minutes, count) in &file.silences {
                *usual.entry(*minutes).or_default() += count;
            }
        }
        let least = LEAST_HOLE.max(TimeDelta::minutes(i64::from(median(&usual)) * 12));
        let speaks = |file: &&LogFile, hole: &Period| {
            let within = file.period.is_some_and(|one| one.from < hole.to && one.to > hole.from);
            within && !file.gaps.iter().any(|gap| gap.from <= hole.from && gap.to >= hole.to)
        };
        let others = |hole: &Period| {
            let others = self.files.iter().filter(|file| component.is_some() && file.component != component);
            others.filter(|file| speaks(file, hole)).count() > 0
        };
        silences.retain(|hole| {
            let span = hole.to - hole.from;
            let lost = span >= LONG_HOLE || (span >= least && others(hole));
            lost && !files().any(|file| speaks(&file, hole))
        });
        holes.extend(silences);
        holes.sort_by_key(|hole| (hole.from, hole.to));
        holes.dedup();
        holes
    }

    /// Names of rolled logs that are missing between others: `SS.log.1` where there is a `SS.log.2`.
    pub fn missing_rolls(&self) -> Vec<String> {
        let mut numbers: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for file in &self.files {
            let name = file.name.as_str();
            // `SS.log.3.gz` is there, although nothing of it was read.
            let name =
                name.rsplit_once('.').filter(|(_, end)| file.unread.is_some() && end.parse::<u32>().is_err());
            let Some((log, number)) = name.map_or(&*file.name, |(log, _)| log).rsplit_once('.') else {
                continue;
            };
            if let (true, Ok(number)) = (log.to_ascii_lowercase().ends_with(".log"), number.parse::<u32>()) {
                numbers.entry(log).or_default().push(number);
            }
        }
        let missing = |(log, numbers): (&str, Vec<u32>)| {
            let last = numbers.iter().copied().filter(|number| *number < 1000).max().unwrap_or(0);
            let gaps = (1..last).filter(|number| !numbers.contains(number));
            gaps.map(|number| format!("{log}.{number}")).collect::<Vec<_>>()
        };
        numbers.into_iter().flat_map(missing).collect()
    }

    /// The time from the first to the last time stamp of a component's log with its rolled files; of all logs if `None`.
    pub fn covered(&self, component: Option<Component>) -> Option<Period> {
        let wanted = |file: &&LogFile| component.is_none() || file.component == component;
        self.files
            .iter()
            .filter(wanted)
            .filter_map(|file| file.period)
            .reduce(|all, one| Period { from: all.from.min(one.from), to: all.to.max(one.to) })
    }
}

/// The shortest silence that is a hole. Our own measure.
const LEAST_HOLE: TimeDelta = TimeDelta::hours(2);
/// The shortest silence between two files that is a hole where a file of the same log could not be read. Our own measure.
const UNREAD_HOLE: TimeDelta = TimeDelta::minutes(10);
/// A silence of this length is a hole whatever other logs do. Our own measure.
const LONG_HOLE: TimeDelta = TimeDelta::hours(12);

/// The middle one of all silences, in minutes.
fn median(silences: &BTreeMap<u32, u64>) -> u32 {
    let all: u64 = silences.values().sum();
    let mut below = 0;
    let middle = silences.iter().find(|(_, count)| {
        below += **count;
        below * 2 >= all
    });
    middle.map_or(0, |(minutes, _)| *minutes)
}

/// A part of the product with its own log, as far as rules need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// `SS.log`: the web application.
    Web,
    /// `SS-BSSR.log`: the background scheduler role.
    BackgroundScheduler,
    /// `SS-BWSR.log`, in one place of the documentation `SS-BSWR.log`: the background worker role.
    BackgroundWorker,
    /// `SS-EWSR.log`: the engine worker role.
    EngineWorker,
    /// `SS-SRWSR.log`: the session recording worker role.
    SessionRecordingWorker,
    /// `SS-MMSR.log`: the internal site connector.
    InternalSiteConnector,
}

/// Fewest digits of a day in the name of a log.
const DAY: usize = 6;

/// Stems of the file names, in lower case; the second one of the background worker is a typing error in the vendor's
/// documentation.
const STEMS: [(&str, Component); 7] = [
    ("ss", Component::Web),
    ("ss-bssr", Component::BackgroundScheduler),
    ("ss-bwsr", Component::BackgroundWorker),
    ("ss-bswr", Component::BackgroundWorker),
    ("ss-ewsr", Component::EngineWorker),
    ("ss-srwsr", Component::SessionRecordingWorker),
    ("ss-mmsr", Component::InternalSiteConnector),
];

impl Component {
    /// Every one, in order.
    pub const ALL: [Self; 6] = [
        Self::Web,
        Self::BackgroundScheduler,
        Self::BackgroundWorker,
        Self::EngineWorker,
        Self::SessionRecordingWorker,
        Self::InternalSiteConnector,
    ];

    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Web => "web application",
            Self::BackgroundScheduler => "background scheduler",
            Self::BackgroundWorker => "background worker",
            Self::EngineWorker => "engine worker",
            Self::SessionRecordingWorker => "session recording worker",
            Self::InternalSiteConnector => "internal site connector",
        }
    }

    /// The component that writes a log of this name. Folders and case do not matter; rolled files (`SS.log.1`, `SS1.log` in
    /// older builds, `SS.log2026-11-20` or `SS_2026-11-20.log`) belong to their log.
    pub fn of(name: &str) -> Option<Self> {
        let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
        let (stem, rolled) = base.rsplit_once(".log")?;
        let is_mark = |c: char| c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
        // `.12`, or a day such as `2026-11-20` or `.20261120.1`.
        let number = rolled.strip_prefix('.').is_some_and(|number| digits(number) == number.len());
        if !(number || rolled.chars().all(is_mark) && (rolled.is_empty() || digits(rolled) >= DAY)) {
            return None;
        }
        let name = stem.trim_end_matches(is_mark);
        let mark = stem.get(name.len()..).unwrap_or_default();
        if digits(mark) < DAY && digits(mark) != mark.len() {
            return None;
        }
        let stem = name;
        STEMS.iter().find(|(known, _)| *known == stem).map(|&(_, component)| component)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_component_follows_from_the_name() {
        let cases = [
            ("logs/SS.log", Some(Component::Web)),
            ("SS.log.12", Some(Component::Web)),
            ("ss1.LOG", Some(Component::Web)),
            ("log\\SS-BWSR.log", Some(Component::BackgroundWorker)),
            ("SS-BSWR.log.3", Some(Component::BackgroundWorker)),
            ("SS-MMSR1.log", Some(Component::InternalSiteConnector)),
            ("SSDE.log", None),
            ("SS-PipeLineScriptErrors.txt", None),
            ("SS.txt", None),
            ("SS.log.bak", None),
            ("SS.log.1.2", None),
            ("SS.log2026-11-20", Some(Component::Web)),
            ("SS.log.2026-11-20.1", Some(Component::Web)),
            ("SS.log.20261120", Some(Component::Web)),
            ("SS_2026-11-20.log", Some(Component::Web)),
            ("SS-EWSR-20261120.log", Some(Component::EngineWorker)),
            ("SS-BWSR.2026-11-20.log", Some(Component::BackgroundWorker)),
            ("SS-.log", None),
            ("SS.logs", None),
            ("other.log", None),
            ("log", None),
            (".log.1", None),
        ];
        for (name, component) in cases {
            assert_eq!(Component::of(name), component, "{name}");
        }
    }
}

//! What is usual: patterns and how often they came, without any text of an entry. `docs/baseline-format.md` has the format.

use super::patterns::same_wording;
use crate::model::log::{EntryLevel, LogDigest, PatternKey};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the file says that it is.
const FORMAT: &str = "clusterbrief-baseline";
const VERSION: u32 = 1;
/// Most patterns of a file: four times what the logs of a node may have.
const MOST: usize = 4000;
/// Seconds of an hour.
const HOUR: i64 = 3600;

/// Patterns that are usual.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// Wordings, by what else entries have in common.
    wordings: BTreeMap<PatternKey, Vec<String>>,
}

/// Why a file is no baseline. Reads after its name.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is not of this format.
    #[error("is no baseline: {0}")]
    Json(#[from] serde_json::Error),
    /// It says that it is something else.
    #[error("is no baseline: its format is not \"{FORMAT}\"")]
    Format,
    /// It is of a later version.
    #[error(
        "is a baseline of version {0}, and this program reads version {VERSION}: use a newer clusterbrief"
    )]
    Version(u32),
    /// It has too many patterns.
    #[error("is a baseline with more than {MOST} patterns")]
    TooMany,
}

/// What is read before anything else.
#[derive(Deserialize)]
struct Head {
    format: String,
    version: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    hours_covered: u64,
    patterns: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    level: String,
    logger: String,
    template: String,
    exception: String,
    frame: String,
    rate_per_hour: f64,
}

impl Baseline {
    /// The file that says what is usual on these nodes, whose patterns are unified.
    pub fn write<'a>(digests: impl IntoIterator<Item = &'a LogDigest>) -> Result<String, serde_json::Error> {
        let (mut seconds, mut counts) = (0, BTreeMap::<&PatternKey, u64>::new());
        for digest in digests {
            let covered = digest.covered(None).map(|period| (period.to - period.from).num_seconds());
            seconds += covered.unwrap_or(0).max(0);
            for pattern in &digest.patterns {
                *counts.entry(&pattern.key).or_default() += pattern.count;
            }
        }
        let hours = u64::try_from((seconds + HOUR - 1) / HOUR).unwrap_or(0).max(1);
        #[expect(clippy::cast_precision_loss, reason = "a rate with four digits")]
        let rate = |count: u64| (count as f64 / hours as f64 * 1e4).round() / 1e4;
        let mut counts: Vec<(&PatternKey, u64)> = counts.into_iter().collect();
        counts.sort_by(|(a, more), (b, fewer)| (fewer, a).cmp(&(more, b)));
        counts.truncate(MOST);
        counts.sort();
        let row = |(key, count): (&PatternKey, u64)| Row {
            level: word(key.level).to_owned(),
            logger: key.logger.clone(),
            template: key.wording.clone(),
            exception: key.exception.clone(),
            frame: key.frame.clone(),
            rate_per_hour: rate(count),
        };
        let patterns = counts.into_iter().map(row).collect();
        let file = File { format: FORMAT.to_owned(), version: VERSION, hours_covered: hours, patterns };
        serde_json::to_string_pretty(&file).map(|json| json + "\n")
    }

    /// Reads such a file.
    pub fn read(bytes: &[u8]) -> Result<Self, BaselineError> {
        let head: Head = serde_json::from_slice(bytes)?;
        if head.format != FORMAT {
            return Err(BaselineError::Format);
        }
        if head.version != VERSION {
            return Err(BaselineError::Version(head.version));
        }
        let file: File = serde_json::from_slice(bytes)?;
        if file.patterns.len() > MOST {
            return Err(BaselineError::TooMany);
        }
        let mut baseline = Self::default();
        for row in file.patterns {
            let level = LEVELS.iter().find(|(_, word)| *word == row.level);
            let level = level.map_or(EntryLevel::Other, |(level, _)| *level);
            let Row { logger, exception, frame, template, .. } = row;
            let others = PatternKey { level, logger, exception, frame, ..PatternKey::default() };
            baseline.wordings.entry(others).or_default().push(template);
        }
        Ok(baseline)
    }

    /// Whether a pattern is usual: everything is equal, and the wordings are, but for slots of one in which the other has words.
    pub fn has(&self, key: &PatternKey) -> bool {
        let wordings = self.wordings.get(&key.without_wording());
        wordings.is_some_and(|wordings| wordings.iter().any(|wording| same_wording(wording, &key.wording)))
    }
}

const LEVELS: [(EntryLevel, &str); 3] =
    [(EntryLevel::Error, "error"), (EntryLevel::Warning, "warn"), (EntryLevel::Other, "other")];

/// The word of a level.
fn word(level: EntryLevel) -> &'static str {
    LEVELS.iter().find(|(one, _)| *one == level).map_or("other", |(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::{LogFile, Pattern, Period};

    fn key(wording: &str) -> PatternKey {
        PatternKey {
            level: EntryLevel::Error,
            logger: "A.B".into(),
            wording: wording.into(),
            ..PatternKey::default()
        }
    }

    #[test]
    fn what_is_written_is_usual_when_it_is_read() {
        let time = |text: &str| text.parse().unwrap();
        let period =
            Period { from: time("2026-11-20T00:00:00+01:00"), to: time("2026-11-20T08:00:00+01:00") };
        let pattern = |wording: &str, count| Pattern { key: key(wording), count, ..Pattern::default() };
        let digest = LogDigest {
            files: vec![LogFile { period: Some(period), ..LogFile::default() }],
            patterns: vec![pattern("failed after <num> ms", 4), pattern("user <*> is locked", 1)],
            ..LogDigest::default()
        };
        let json = Baseline::write([&digest]).unwrap();
        assert!(json.contains("\"hours_covered\": 8") && json.contains("\"rate_per_hour\": 0.5"), "{json}");
        let baseline = Baseline::read(json.as_bytes()).unwrap();
        for (wording, expected) in [
            ("failed after <num> ms", true),
            ("user bob is locked", true),
            ("user <*> <*>", true),
            ("failed before <num> ms", false),
            ("user is locked", false),
        ] {
            assert_eq!(baseline.has(&key(wording)), expected, "{wording}");
        }
        assert!(!baseline.has(&PatternKey { level: EntryLevel::Warning, ..key("failed after <num> ms") }));
        assert!(
            !baseline
                .has(&PatternKey { exception: "System.Exception".into(), ..key("failed after <num> ms") })
        );
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        for (text, expected) in [
            ("", "is no baseline: EOF"),
            ("[]", "is no baseline: "),
            (r#"{"format":"other","version":1}"#, "its format is not"),
            (r#"{"format":"clusterbrief-baseline","version":2,"new":1}"#, "of version 2"),
            (
                r#"{"format":"clusterbrief-baseline","version":1,"hours_covered":1,"patterns":[],"x":1}"#,
                "unknown field",
            ),
        ] {
            let error = Baseline::read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}

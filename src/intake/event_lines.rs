//! The records of `events/*.jsonl`, line by line. A line that cannot be understood costs that line only.

use super::json_lines::JsonLines;
use super::members::Fault;
use crate::bundle::FormatVersion;
use crate::model::events::{EventRecord, meaning};
use crate::model::excerpt::{Excerpt, Sanitize};
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// Most records of one log; the collector takes 2,000.
const MAX_RECORDS: usize = 20_000;
/// Characters of the name of a provider, bytes of the name of a pool, and texts of a record that are looked at for it.
const PROVIDER: usize = 200;
const POOL_NAME: usize = 256;
const MAX_TEXTS: usize = 8;

/// A line as the collector writes it.
#[derive(Deserialize)]
struct EventLine {
    at: DateTime<Utc>,
    provider: String,
    id: u32,
    level: u8,
    data: Vec<String>,
}

/// What a member of event records was understood as.
#[derive(Debug, Clone, Default)]
pub(super) struct EventMember {
    records: Vec<ReadRecord>,
    /// The first line that was not understood, and how many there are.
    bad: Option<(Fault, u32)>,
}

/// A record that belongs on the axis, if it is about the product's application pool.
#[derive(Debug, Clone)]
struct ReadRecord {
    record: EventRecord,
    /// Its short texts, one of which names the pool.
    texts: Vec<String>,
}

/// Takes the lines of a member.
#[derive(Default)]
pub(super) struct EventLines {
    lines: JsonLines,
    read: EventMember,
    counted: usize,
}

impl EventLines {
    pub(super) fn push(&mut self, bytes: &[u8], format: FormatVersion) {
        let Self { lines, read, counted } = self;
        lines.push(bytes, |number, line| read.line(counted, number, line, format));
    }

    pub(super) fn finish(mut self, format: FormatVersion) -> EventMember {
        let Self { lines, read, counted } = &mut self;
        std::mem::take(lines).finish(|number, line| read.line(counted, number, line, format));
        self.read
    }
}

impl EventMember {
    fn line(&mut self, counted: &mut usize, number: u32, line: Result<&[u8], &str>, format: FormatVersion) {
        let read = match line {
            Ok(line) => format.read::<EventLine>(line).map_err(|error| error.to_string()),
            Err(why) => Err(why.to_owned()),
        };
        match read {
            Ok(_) if *counted >= MAX_RECORDS => {
                self.fail(number, format!("is one of more than {MAX_RECORDS}"));
            }
            Ok((EventLine { at, provider, id, level, data }, _)) => {
                *counted += 1;
                self.keep(number, at, provider, id, level, data);
            }
            Err(why) => self.fail(number, why),
        }
    }

    /// Takes a record of another file than the collector's.
    pub(super) fn add(
        &mut self,
        number: u32,
        at: DateTime<Utc>,
        provider: String,
        id: u32,
        level: u8,
        data: Vec<String>,
    ) {
        if self.records.len() < MAX_RECORDS {
            self.keep(number, at, provider, id, level, data);
        } else {
            self.fail(number, format!("is one of more than {MAX_RECORDS}"));
        }
    }

    /// Keeps what the axis needs of a record, if it belongs there.
    fn keep(
        &mut self,
        line: u32,
        at: DateTime<Utc>,
        provider: String,
        id: u32,
        level: u8,
        mut data: Vec<String>,
    ) {
        if let Some(meaning) = meaning(&provider, id, level, &data) {
            data.retain(|text| text.len() <= POOL_NAME);
            data.truncate(if meaning.names_pool() { MAX_TEXTS } else { 0 });
            let provider = provider.chars().take(PROVIDER).collect();
            let record = EventRecord { at, meaning, provider, id, member: String::new(), line };
            self.records.push(ReadRecord { record, texts: data });
        }
    }

    fn fail(&mut self, number: u32, why: String) {
        self.bad.get_or_insert(((Some(number), why), 0)).1 += 1;
    }

    /// What is wrong with lines of it, as a sentence about a member of this name.
    pub(super) fn problem(&self, member: &str) -> Option<String> {
        let ((line, why), count) = self.bad.as_ref()?;
        let line = line.unwrap_or_default();
        let others = match count - 1 {
            0 => String::new(),
            1 => " Nor can one later line.".to_owned(),
            others => format!(" Nor can {others} later lines."),
        };
        Some(format!("{member} cannot be understood at line {line}: the line {why}.{others}"))
    }

    /// The records that belong on the axis; `pool` is the application pool of the product.
    pub(super) fn into_records<'s>(
        self,
        member: &'s str,
        pool: Option<&'s str>,
        sanitizer: &'s dyn Sanitize,
    ) -> impl Iterator<Item = EventRecord> + 's {
        let of_pool = move |one: &ReadRecord| {
            let named = |pool: &str| one.texts.iter().any(|text| text.eq_ignore_ascii_case(pool));
            !one.record.meaning.names_pool() || pool.is_none_or(named)
        };
        self.records.into_iter().filter(of_pool).map(move |ReadRecord { record, .. }| {
            let provider = Excerpt::new(&record.provider, sanitizer).as_str().to_owned();
            EventRecord { member: member.to_owned(), provider, ..record }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::NoSanitize;
    use crate::model::events::EventMeaning;
    use proptest::prelude::*;

    fn read(text: &str, chunk: usize) -> EventMember {
        let mut lines = EventLines::default();
        for bytes in text.as_bytes().chunks(chunk) {
            lines.push(bytes, FormatVersion::CURRENT);
        }
        lines.finish(FormatVersion::CURRENT)
    }

    fn line(provider: &str, id: u32, data: &str) -> String {
        format!(
            "{{\"at\":\"2026-11-19T01:04:00.000Z\",\"provider\":\"{provider}\",\"id\":{id},\"level\":2,\"data\":[\"{data}\"]}}\n"
        )
    }

    #[test]
    fn records_of_another_pool_are_not_of_the_product() {
        let text = [
            line("WAS", 5002, "SecretServer"),
            line("WAS", 5002, "Intranet"),
            line("WAS", 5002, "secretserver"),
        ];
        for (pool, expected) in [(Some("SecretServer"), vec![1, 3]), (None, vec![1, 2, 3])] {
            for chunk in [1, 9, 1 << 20] {
                let member = read(&text.concat(), chunk);
                assert_eq!(member.problem("x"), None);
                let records = member.into_records("events/System.jsonl", pool, &NoSanitize);
                let found: Vec<_> = records.map(|record| (record.line, record.meaning)).collect();
                let expected: Vec<_> =
                    expected.iter().map(|line| (*line, EventMeaning::PoolFailure)).collect();
                assert_eq!(found, expected);
            }
        }
    }

    #[test]
    fn a_flood_of_records_is_bounded_and_said() {
        let text = line("Vault Services", 7, "it broke").repeat(MAX_RECORDS + 3);
        let member = read(&text, 1 << 16);
        let problem = member.problem("events/Application.jsonl").unwrap();
        assert!(problem.contains("line 20001: the line is one of more than 20000"), "{problem}");
        assert!(problem.ends_with("Nor can 2 later lines."), "{problem}");
        assert_eq!(member.into_records("x", None, &NoSanitize).count(), MAX_RECORDS);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), chunk in 1usize..50) {
            let _ = read(&String::from_utf8_lossy(&bytes), chunk).problem("x");
        }
    }
}

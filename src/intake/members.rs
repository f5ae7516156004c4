//! One pass over every member of a bundle on all cores: each is inflated, hashed, parsed and scanned for secrets at the
//! same time.

use super::event_lines::{EventLines, EventMember};
use super::json_lines::JsonLines;
use super::leaks;
use crate::bundle::manifest::END_MISSING;
use crate::bundle::{Bundle, FACTS, FormatVersion, INVENTORY, MemberError, MemberRecord, Status, check_keys};
use crate::logs::{FileDigest, FileScan, Scanner};
use crate::model::excerpt::Sanitize;
use crate::model::facts::{InventoryEntry, NodeFacts};
use crate::model::input::Problem;
use crate::model::node::Setting;
use crate::parsers::xml_config;
use crate::redact::config::{self, ConfigError};
use crate::redact::{Redactor, SecretSet, leak};
use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most bytes of one redacted configuration file.
pub(super) const MAX_CONFIG_BYTES: u64 = 2 << 20;
/// Most settings of one configuration file. Real ones have hundreds.
pub(super) const MAX_SETTINGS: usize = 20_000;
/// Most configuration files of one bundle.
pub(super) const MAX_CONFIGS: usize = 32;
/// Most files of an application folder. Real ones have some ten thousand.
pub(super) const MAX_INVENTORY: usize = 200_000;

const CONFIG_FOLDER: &str = "config/";
const LOG_FOLDER: &str = "logs/";
const EVENT_FOLDER: &str = "events/";

/// Why a member was not understood, as a lower-case fragment, and the line, where one is to blame.
pub(super) type Fault = (Option<u32>, String);

/// What a member was understood as.
pub(super) enum MemberContent {
    /// `facts.json`, and keys a newer format added.
    Facts(Result<(Box<NodeFacts>, Vec<String>), Fault>),
    /// `inventory.jsonl`.
    Inventory(Result<Vec<InventoryEntry>, Fault>),
    /// A configuration file.
    Config(Result<BTreeMap<String, Setting>, Fault>),
    /// A log.
    Log(Box<FileDigest>),
    /// Records of an event log.
    Events(Result<EventMember, Fault>),
    /// Nothing we know; its hash was verified all the same.
    Other,
}

/// A member after its pass.
pub(super) struct Member<'b> {
    pub(super) record: &'b MemberRecord,
    pub(super) part: MemberContent,
    /// Why it does not count, whatever `part` says.
    pub(super) error: Option<MemberError>,
    /// A secret in it.
    pub(super) leak: Option<Problem>,
    /// Values that were left in a configuration, until they are known to all other members.
    secrets: SecretSet,
}

/// Whether a member is a configuration file.
pub(super) fn is_config(record: &MemberRecord) -> bool {
    record.path.as_str().starts_with(CONFIG_FOLDER)
}

/// Whether a member is a log.
pub(super) fn is_log(record: &MemberRecord) -> bool {
    record.path.as_str().starts_with(LOG_FOLDER)
}

/// The clock that wrote the logs of a bundle.
#[derive(Clone, Copy)]
pub(super) struct LogClock<'a> {
    /// Offset of the node's local time.
    pub(super) offset: Option<FixedOffset>,
    /// Name of its time zone, empty if it is not known, and the end of the collection, if this clock tells it.
    pub(super) zone: Option<(&'a str, DateTime<FixedOffset>)>,
}

impl<'a> LogClock<'a> {
    /// Of a bundle. The logs of a folder that was copied from elsewhere are of another clock.
    pub(super) fn of(bundle: &'a Bundle) -> Self {
        let (manifest, collection) = (bundle.manifest(), &bundle.manifest().collection);
        let offset = collection.utc_offset_minutes.value();
        let offset = offset.and_then(|minutes| FixedOffset::east_opt(i32::from(*minutes) * 60));
        let name = collection.zone.value().map_or("", String::as_str);
        let known = !manifest.node.copied && offset.is_some();
        Self { offset, zone: known.then(|| (name, collection.local(collection.ended))) }
    }
}

/// What replaces the secrets of a bundle in text that is read once more: those that its configurations still have, too.
pub(super) fn redactor(bundle: &Bundle) -> Redactor {
    let mut secrets = SecretSet::default();
    for record in bundle.members().filter(|record| is_config(record)).take(MAX_CONFIGS) {
        if record.content().is_none_or(|content| content.size <= MAX_CONFIG_BYTES) {
            // What cannot be read is no evidence, and its values are looked for all the same, as far as they came.
            let mut bytes = Vec::new();
            let _ = bundle.read(record.path.as_str(), &mut |piece| bytes.extend_from_slice(piece));
            secrets.add_config(&bytes);
        }
    }
    secrets.redactor()
}

/// What every member of one bundle is read with.
pub(super) struct MemberReader<'a> {
    pub(super) bundle: &'a Bundle,
    pub(super) scanner: &'a Scanner<'a>,
    pub(super) leaks: &'a leak::Scanner,
    /// Of its logs.
    pub(super) clock: LogClock<'a>,
}

impl<'a> MemberReader<'a> {
    /// Reads every member that has bytes, in order of name: configurations first, so that a secret that was left in one
    /// of them is shown nowhere.
    pub(super) fn members(&self) -> Vec<Member<'a>> {
        let records: Vec<&MemberRecord> =
            self.bundle.members().filter(|record| record.content().is_some()).collect();
        let (configs, others): (Vec<_>, Vec<_>) = records.into_iter().partition(|record| is_config(record));
        let taken = (0..).zip(configs).map(|(number, record)| (record, number < MAX_CONFIGS)).collect();
        let mut members = self.read_all(taken, &Redactor::patterns_only());
        let mut secrets = SecretSet::default();
        for member in &mut members {
            secrets.join(std::mem::take(&mut member.secrets));
        }
        members.extend(
            self.read_all(others.into_iter().map(|record| (record, true)).collect(), &secrets.redactor()),
        );
        members.sort_by(|a, b| a.record.path.cmp(&b.record.path));
        members
    }

    /// One at a time from the queue: the largest members are logs, and one may take as long as all others.
    fn read_all(&self, wanted: Vec<(&'a MemberRecord, bool)>, redactor: &Redactor) -> Vec<Member<'a>> {
        let read = wanted.into_par_iter().with_max_len(1);
        read.map(|(record, allowed)| self.guarded(record, allowed, redactor)).collect()
    }

    /// A panic in any library costs the member it happened on, and nothing else.
    fn guarded(&self, record: &'a MemberRecord, allowed: bool, redactor: &Redactor) -> Member<'a> {
        let panicked = |_| {
            let error = MemberError::Panicked;
            let part = match record.path.as_str() {
                FACTS => MemberContent::Facts(Err((None, error.to_string()))),
                INVENTORY => MemberContent::Inventory(Err((None, error.to_string()))),
                _ if is_config(record) => MemberContent::Config(Err((None, error.to_string()))),
                name if name.starts_with(EVENT_FOLDER) => {
                    MemberContent::Events(Err((None, error.to_string())))
                }
                _ => MemberContent::Other,
            };
            Member { record, part, error: Some(error), leak: None, secrets: SecretSet::default() }
        };
        catch_unwind(AssertUnwindSafe(|| self.member(record, allowed, redactor))).unwrap_or_else(panicked)
    }

    fn member(&self, record: &'a MemberRecord, allowed: bool, redactor: &Redactor) -> Member<'a> {
        let name = record.path.as_str();
        let size = record.content().map_or(0, |content| content.size);
        let (mut sink, cap) = match name {
            FACTS => (Sink::Facts(Vec::new()), u64::MAX),
            INVENTORY => (Sink::Inventory(InventoryLines::default()), u64::MAX),
            _ if name.starts_with(EVENT_FOLDER) => (Sink::Events(EventLines::default()), u64::MAX),
            _ if is_config(record) && allowed => (Sink::Config(Vec::new()), MAX_CONFIG_BYTES),
            _ if is_log(record) => {
                let truncated = matches!(record.status, Status::Truncated { .. });
                let scan = self.scanner.file(name, self.clock.offset, truncated).sanitized_by(redactor);
                let scan = match self.clock.zone {
                    Some((zone, ended)) => scan.until(ended).in_zone(zone, ended),
                    None => scan,
                };
                (Sink::Log(Box::new(scan)), u64::MAX)
            }
            _ => (Sink::Nothing, u64::MAX),
        };
        let over = (size > cap).then_some(MemberError::OverCap { size, cap });
        let format = self.bundle.manifest().format;
        let mut scan = self.leaks.start(Some(name));
        let read = self.bundle.read(name, &mut |bytes| {
            scan.push(bytes);
            if over.is_none() {
                sink.push(bytes, format);
            }
        });
        let error = read.err().or(over);
        let mut secrets = SecretSet::default();
        if let Sink::Config(bytes) = &sink {
            secrets.add_config(bytes);
        }
        let mut part = if is_config(record) && !allowed {
            MemberContent::Config(Err((Some(1), format!("more than {MAX_CONFIGS} configuration files"))))
        } else {
            sink.finish(format, redactor, error.as_ref())
        };
        // A log without its newest lines covers nothing: what is current may be what is missing.
        if let (MemberContent::Log(digest), Status::Truncated { why, .. }) = (&mut part, &record.status)
            && why.starts_with(END_MISSING)
            && digest.file.broken.is_none()
        {
            digest.file.broken = Some(why.clone());
        }
        Member { record, part, error, leak: leaks::problem(name, &scan.finish()), secrets }
    }
}

/// Takes the bytes of a member as they come.
enum Sink<'s> {
    Facts(Vec<u8>),
    Inventory(InventoryLines),
    Config(Vec<u8>),
    Log(Box<FileScan<'s>>),
    Events(EventLines),
    Nothing,
}

impl Sink<'_> {
    fn push(&mut self, bytes: &[u8], format: FormatVersion) {
        match self {
            Self::Facts(all) | Self::Config(all) => all.extend_from_slice(bytes),
            Self::Inventory(lines) => lines.push(bytes, format),
            Self::Log(scan) => scan.push(bytes),
            Self::Events(lines) => lines.push(bytes, format),
            Self::Nothing => {}
        }
    }

    fn finish(
        self,
        format: FormatVersion,
        redactor: &Redactor,
        error: Option<&MemberError>,
    ) -> MemberContent {
        // What did not verify is not even parsed.
        let verified = error.map_or(Ok(()), |error| Err((None, error.to_string())));
        match self {
            Self::Log(scan) => MemberContent::Log(Box::new(match verified {
                Err((_, why)) => scan.finish().broken(why),
                Ok(()) => scan.finish(),
            })),
            Self::Facts(json) => MemberContent::Facts(verified.and_then(|()| {
                let failed = |error: serde_json::Error| (None, error.to_string());
                let read = check_keys(&json).and_then(|()| format.read::<NodeFacts>(&json));
                let (facts, unknown) = read.map_err(|error| (None, error.to_string()))?;
                Ok((Box::new(redactor.clean_all(&facts).map_err(failed)?), unknown))
            })),
            Self::Inventory(lines) => MemberContent::Inventory(verified.and_then(|()| {
                let mut entries = lines.finish(format)?;
                redactor.clean_lines(entries.iter_mut().map(|entry| &mut entry.path));
                Ok(entries)
            })),
            Self::Events(lines) => MemberContent::Events(verified.map(|()| lines.finish(format))),
            Self::Config(bytes) => MemberContent::Config(verified.and_then(|()| settings(&bytes, redactor))),
            Self::Nothing => MemberContent::Other,
        }
    }
}

fn settings(bytes: &[u8], sanitizer: &dyn Sanitize) -> Result<BTreeMap<String, Setting>, Fault> {
    let at = |error| match error {
        ConfigError::NotWellFormed { line, error, .. } => (Some(line), error.to_owned()),
        other => (Some(1), other.to_string()),
    };
    let text = config::decode(bytes).map_err(at)?;
    let settings = xml_config::settings(&config::without_secrets(&text), sanitizer).map_err(at)?;
    if settings.len() > MAX_SETTINGS {
        return Err((Some(1), format!("more than {MAX_SETTINGS} settings")));
    }
    Ok(settings)
}

/// The inventory, line by line: one bad line leaves none.
#[derive(Default)]
struct InventoryLines {
    lines: JsonLines,
    read: InventoryRead,
}

#[derive(Default)]
struct InventoryRead {
    entries: Vec<InventoryEntry>,
    error: Option<Fault>,
}

impl InventoryLines {
    fn push(&mut self, bytes: &[u8], format: FormatVersion) {
        let Self { lines, read } = self;
        lines.push(bytes, |number, line| read.line(number, line, format));
    }

    fn finish(self, format: FormatVersion) -> Result<Vec<InventoryEntry>, Fault> {
        let Self { lines, mut read } = self;
        lines.finish(|number, line| read.line(number, line, format));
        read.error.map_or(Ok(read.entries), Err)
    }
}

impl InventoryRead {
    fn line(&mut self, number: u32, line: Result<&[u8], &str>, format: FormatVersion) {
        if self.error.is_some() {
            return;
        }
        let read = match line {
            Ok(line) => format.read::<InventoryEntry>(line).map_err(|error| error.to_string()),
            Err(why) => Err(format!("it {why}")),
        };
        match read {
            Ok(_) if self.entries.len() >= MAX_INVENTORY => {
                self.error = Some((Some(number), format!("more than {MAX_INVENTORY} files")));
            }
            Ok((entry, _)) => self.entries.push(entry),
            Err(why) => self.error = Some((Some(number), why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::json_lines::MAX_LINE;
    use super::*;
    use proptest::prelude::*;

    fn entries(text: &str, chunk: usize) -> Result<Vec<String>, Fault> {
        let mut lines = InventoryLines::default();
        for bytes in text.as_bytes().chunks(chunk) {
            lines.push(bytes, FormatVersion::CURRENT);
        }
        Ok(lines.finish(FormatVersion::CURRENT)?.into_iter().map(|entry| entry.path).collect())
    }

    #[test]
    fn the_inventory_reads_the_same_in_pieces_of_any_size() {
        let text = "{\"path\":\"bin/a.dll\",\"size\":1}\n{\"path\":\"web.config\",\"size\":2}";
        for chunk in [1, 7, 1 << 16] {
            assert_eq!(entries(text, chunk).unwrap(), ["bin/a.dll", "web.config"]);
        }
    }

    #[test]
    fn one_bad_line_leaves_no_inventory() {
        let text = "{\"path\":\"a\",\"size\":1}\n{\"path\":\"b\",\"size\":1,\"more\":1}\n";
        let (line, why) = entries(text, 8).unwrap_err();
        assert_eq!(line, Some(2));
        assert!(why.contains("more"), "{why}");
        assert!(entries(&"x".repeat(MAX_LINE + 1), 1000).unwrap_err().1.contains("longer"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), chunk in 1usize..50) {
            let _ = entries(&String::from_utf8_lossy(&bytes), chunk);
        }
    }
}

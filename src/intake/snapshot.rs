//! Builds the snapshot of a node from an opened bundle.

use super::event_lines::EventMember;
use super::members::{Fault, LogClock, Member, MemberContent, MemberReader, is_log};
use super::read::Tools;
use super::{Parsed, leaks};
use crate::bundle::manifest::{NO_LOG, PACKED, TOO_OLD};
use crate::bundle::{Bundle, FACTS, INVENTORY, MemberError, MemberRecord, Status};
use crate::logs::{FileDigest, merge};
use crate::model::events::EventRecord;
use crate::model::excerpt::Sanitize;
use crate::model::facts::{ConfigState, HostFacts, InventoryEntry, NodeFacts};
use crate::model::input::{Problem, ProblemKind};
use crate::model::log::{Component, LogDigest};
use crate::model::node::{Setting, Snapshot};
use crate::model::{Grade, Location, Observed};
use crate::redact::fingerprint::different_bytes;
use crate::redact::leak;
use std::collections::BTreeMap;

/// Settings of configuration files by file name in lower case.
type Settings = BTreeMap<String, Observed<BTreeMap<String, Setting>>>;

/// Reads a bundle; no snapshot when a finding of bundle safety removes the bundle's evidence. `input` is the name the
/// report shows. Problems are sorted.
pub(super) fn read(input: &str, bundle: &Bundle, tools: Tools<'_>) -> Parsed<Option<Snapshot>> {
    let leaks = leak::Scanner::shapes_only();
    let manifest = bundle.manifest();
    let reader = MemberReader { bundle, scanner: tools.scanner, leaks: &leaks, clock: LogClock::of(bundle) };
    let members = reader.members();

    let mut problems = bundle.problems().to_vec();
    problems.extend(statuses(bundle));
    let mut notes = Vec::from_iter(bundle.note());
    let mut read = Collected::default();
    let mut voids = false;
    for member in members {
        let secret = [ProblemKind::KeyMaterial, ProblemKind::Secret];
        voids |= member.leak.as_ref().is_some_and(|leak| secret.contains(&leak.kind));
        problems.extend(problem(&member));
        problems.extend(member.leak.clone());
        read.add(member, &mut notes);
    }
    problems.extend(leaks::in_strays(bundle, &leaks));
    problems.sort();
    problems.dedup();
    if voids {
        return Parsed { value: None, problems, notes };
    }

    let facts = read.facts(bundle);
    let settings = read.settings(&facts, bundle);
    let logs = read.logs(&facts, &reader);
    let events = read.events(&facts, tools.sanitizer);
    let snapshot = Snapshot {
        input: input.to_owned(),
        started: manifest.collection.local(manifest.collection.started),
        ended: manifest.collection.local(manifest.collection.ended),
        manifest: bundle.manifest_sha256().to_string(),
        scrubbed_from: manifest.scrubbed_from.iter().map(ToString::to_string).collect(),
        copied: manifest.node.copied,
        elevated: manifest.elevated.clone(),
        key_id: manifest.fingerprint.value().map(|key| format!("{}:{}", key.scheme, key.key_id)),
        inventory: read.inventory.unwrap_or_else(|| unavailable(bundle, INVENTORY)),
        facts,
        settings,
        logs,
        events,
        grade: Grade::Bundle,
        parts: Vec::new(),
    };
    Parsed { value: Some(snapshot), problems, notes }
}

/// What the members gave, before it is assembled.
#[derive(Default)]
struct Collected {
    facts: Option<Observed<Box<NodeFacts>>>,
    inventory: Option<Observed<Vec<InventoryEntry>>>,
    /// By member name: origin and settings.
    configs: BTreeMap<String, (String, Observed<BTreeMap<String, Setting>>)>,
    logs: Vec<FileDigest>,
    /// By member name.
    events: BTreeMap<String, Result<EventMember, Fault>>,
}

impl Collected {
    fn add(&mut self, member: Member<'_>, notes: &mut Vec<String>) {
        let name = member.record.path.as_str();
        let origin = &member.record.origin;
        match member.part {
            MemberContent::Log(digest) => self.logs.push(*digest),
            MemberContent::Facts(read) => {
                let read = read.map(|(facts, unknown)| {
                    let newer =
                        format!("{name} is of a newer format; {} key(s) of it were left out.", unknown.len());
                    notes.extend((!unknown.is_empty()).then_some(newer));
                    facts
                });
                self.facts = Some(observed(name, name, read));
            }
            MemberContent::Inventory(read) => self.inventory = Some(observed(name, name, read)),
            MemberContent::Config(read) => {
                let settings = observed(origin, name, read);
                self.configs.insert(name.to_owned(), (origin.clone(), settings));
            }
            MemberContent::Events(read) => drop(self.events.insert(name.to_owned(), read)),
            MemberContent::Other => {}
        }
    }

    /// The records of all event logs that could be read.
    fn events(&mut self, facts: &NodeFacts, sanitizer: &dyn Sanitize) -> Observed<Vec<EventRecord>> {
        let pool = facts.iis.value().and_then(|iis| iis.application.value()).map(|one| one.pool.as_str());
        let mut records = Vec::new();
        let mut failed = None;
        let mut read = false;
        for (member, events) in std::mem::take(&mut self.events) {
            match events {
                Ok(events) => {
                    read = true;
                    records.extend(events.into_records(&member, pool, sanitizer));
                }
                Err((_, why)) => failed = failed.or(Some(Observed::unreadable(Location::file(&member), why))),
            }
        }
        records.sort();
        match failed {
            _ if read => Observed::known(records, Location::file("events")),
            Some(failed) => failed,
            None => Observed::not_collected("no record of an event log was collected"),
        }
    }

    fn facts(&mut self, bundle: &Bundle) -> NodeFacts {
        match self.facts.take().unwrap_or_else(|| unavailable(bundle, FACTS)) {
            Observed::Known { value: mut facts, .. } => {
                if let Observed::Known { value: file, .. } = &mut facts.encryption_config {
                    file.different_bytes = file.different_bytes.or_else(|| different_bytes(file));
                }
                *facts
            }
            other => no_facts(&other),
        }
    }

    /// The facts say which configuration files there are and in which member each is; where the facts do not
    /// count, the members themselves say whose they are.
    fn settings(&mut self, facts: &NodeFacts, bundle: &Bundle) -> Settings {
        let mut settings = Settings::new();
        for (file, state) in &facts.configs {
            let of_member = |member: &str| {
                self.configs
                    .get(member)
                    .map_or_else(|| unavailable(bundle, member), |(_, settings)| settings.clone())
            };
            let found = match state {
                Observed::Known { value: ConfigState::Taken { member }, .. } => of_member(member),
                Observed::Known { value: ConfigState::NotWellFormed { line, error, .. }, .. } => {
                    Observed::unreadable(Location::line(file, *line), error.clone())
                }
                other => other.without_value(),
            };
            settings.insert(file.to_lowercase(), found);
        }
        for (origin, found) in std::mem::take(&mut self.configs).into_values() {
            settings.entry(origin.to_lowercase()).or_insert(found);
        }
        settings
    }

    fn logs(&mut self, facts: &NodeFacts, reader: &MemberReader) -> Observed<LogDigest> {
        let mut logs = std::mem::take(&mut self.logs);
        // A log that could not be taken or read is a gap in what the others cover.
        for record in reader.bundle.members().filter(|record| is_log(record)) {
            let name = record.path.as_str();
            let why = match &record.status {
                Status::Skipped { why } if why.starts_with(PACKED) => {
                    // The name without the end that the compression added says whose log it is.
                    let log = Some(name).filter(|name| Component::of(name).is_some());
                    let log = log.or_else(|| Some(name.rsplit_once('.')?.0)).unwrap_or(name);
                    logs.push(
                        reader.scanner.file(log, reader.clock.offset, false).finish().unread(name, why),
                    );
                    continue;
                }
                Status::Denied { why } => why.as_str(),
                Status::Taken(_) | Status::Truncated { .. } => "it made the reader fail",
                Status::Missing | Status::Skipped { .. } => continue,
            };
            if !logs.iter().any(|log| log.file.name == name) {
                logs.push(reader.scanner.file(name, reader.clock.offset, false).finish().broken(why));
            }
        }
        if logs.iter().any(|log| log.file.unread.is_none()) {
            return Observed::known(merge(logs), Location::file("logs"));
        }
        match &facts.log_folder {
            Observed::Known { value: true, .. } => {
                Observed::not_collected("there are logs, but none was taken")
            }
            Observed::Known { value: false, sources, .. } => {
                Observed::absent(sources.first().cloned().unwrap_or_else(|| Location::file("log")))
            }
            other => other.without_value(),
        }
    }
}

/// What a member says of the file at its origin.
fn observed<T>(origin: &str, member: &str, read: Result<T, Fault>) -> Observed<T> {
    match read {
        Ok(value) => Observed::known(value, Location::file(origin)),
        Err((Some(line), why)) => Observed::unreadable(Location::line(member, line), why),
        Err((None, why)) => Observed::unreadable(Location::file(member), why),
    }
}

/// Why a member that was not read gives nothing.
fn unavailable<T>(bundle: &Bundle, member: &str) -> Observed<T> {
    let Some(record) = bundle.record(member) else {
        return Observed::not_collected(format!("the bundle holds no {member}"));
    };
    let origin = if record.origin.is_empty() { member } else { &record.origin };
    match &record.status {
        Status::Denied { why } => Observed::unreadable(Location::file(origin), why.clone()),
        Status::Skipped { why } => Observed::not_collected(format!("{origin} was skipped: {why}")),
        Status::Missing => {
            Observed::not_collected(format!("{origin} was not there when the bundle was collected"))
        }
        Status::Taken(_) | Status::Truncated { .. } => {
            Observed::unreadable(Location::file(member), "it was not read")
        }
    }
}

/// Facts of a bundle whose facts do not count: none is known, each for the same reason.
pub(super) fn no_facts<T>(why: &Observed<T>) -> NodeFacts {
    NodeFacts {
        host: HostFacts {
            name: why.without_value(),
            machine_id: why.without_value(),
            os: why.without_value(),
            time_zone: why.without_value(),
            clock: why.without_value(),
            clock_reference: why.without_value(),
            time_service: why.without_value(),
            worker_started: why.without_value(),
        },
        application_folder: why.without_value(),
        encryption_config: why.without_value(),
        database_config: why.without_value(),
        stray_key_copies: why.without_value(),
        configs: BTreeMap::new(),
        binaries: why.without_value(),
        iis: why.without_value(),
        tms_folder: why.without_value(),
        log_folder: why.without_value(),
        machine: BTreeMap::new(),
    }
}

/// What is wrong with a member that was read.
fn problem(member: &Member<'_>) -> Option<Problem> {
    let name = member.record.path.as_str();
    if let Some(error) = &member.error {
        return Some(MemberError::problem(error, name));
    }
    let text = match &member.part {
        MemberContent::Facts(Err((line, why)))
        | MemberContent::Inventory(Err((line, why)))
        | MemberContent::Config(Err((line, why)))
        | MemberContent::Events(Err((line, why))) => {
            let at = line.map(|line| format!(" at line {line}")).unwrap_or_default();
            format!("{name} cannot be understood{at}: {why}.")
        }
        MemberContent::Events(Ok(events)) => events.problem(name)?,
        _ => return None,
    };
    Some(Problem { kind: ProblemKind::Malformed, member: Some(name.to_owned()), text })
}

/// What the manifest says was not taken whole, one problem for each reason. A member that was looked for and not
/// there is a fact of the node, no fault of the bundle.
fn statuses(bundle: &Bundle) -> Vec<Problem> {
    let mut by_reason: BTreeMap<(ProblemKind, &str, &str), Vec<&MemberRecord>> = BTreeMap::new();
    for record in bundle.members() {
        let kind = match record.status {
            Status::Denied { .. } => ProblemKind::Rights,
            // Older logs than were asked for are missed by nobody.
            Status::Skipped { ref why } if why.starts_with(TOO_OLD) || why.starts_with(NO_LOG) => continue,
            Status::Truncated { .. } | Status::Skipped { .. } => ProblemKind::Incomplete,
            Status::Taken(_) | Status::Missing => continue,
        };
        let why = record.status.why().unwrap_or_default();
        by_reason.entry((kind, record.status.word(), why)).or_default().push(record);
    }
    let mut problems: Vec<Problem> = by_reason
        .into_iter()
        .map(|((kind, word, why), records)| {
            let (first, more) =
                (records.first().map_or("", |record| record.path.as_str()), records.len() - 1);
            let member = (more == 0).then(|| first.to_owned());
            let and = if more == 0 { String::new() } else { format!(" and {more} more") };
            Problem { kind, member, text: format!("{first}{and}: {word}, {why}.") }
        })
        .collect();
    for needed in [FACTS, INVENTORY] {
        if bundle.record(needed).is_none() {
            let text = format!("The bundle holds no {needed}, so its content is not known.");
            problems.push(Problem { kind: ProblemKind::Incomplete, member: Some(needed.to_owned()), text });
        }
    }
    if let Some(milliseconds) = bundle.manifest().collection.clock_set_ms {
        let text = format!(
            "The clock was changed by {} seconds while the node was collected, so its times cannot be compared.",
            milliseconds / 1000
        );
        problems.push(Problem { kind: ProblemKind::Incomplete, member: None, text });
    }
    if bundle.manifest().elevated.value() == Some(&false) {
        let text =
            "The collector ran without administrative rights; what it could not see is not known.".to_owned();
        problems.push(Problem { kind: ProblemKind::Rights, member: None, text });
    }
    problems
}

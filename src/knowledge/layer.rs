//! Layers of records: the files built into the program, and a support team's own files, which add records and replace
//! built-in ones.

use super::advisories::BuildStatus;
use super::advisories::cve::{self, Cve, CveFault};
use super::file::{LineIndex, RecordOrigin};
use super::sources::{Citation, Sources};
use super::{KnowledgeError, file};
use crate::model::BuildVersion;
use chrono::NaiveDate;
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// A record of a knowledge file.
pub(super) trait Record {
    /// What it is called in files and messages.
    const KIND: &'static str;
    /// Identifies it among the records of its kind; a later layer replaces the record of the same key.
    fn key(&self) -> String;
    /// Its sources, which must not be empty; `None` if it needs none.
    fn cites(&self) -> Option<&[Citation]>;
}

/// Generates what each kind of record needs from one line: the field that has its records, its type, its table in files,
/// its key, and its sources.
macro_rules! record_kinds {
    ($($records:ident: $record:ty = $kind:literal, $key:expr, $cites:expr;)+) => {
        /// A file as written: any file may have records of any kind. Every record keeps its position, so that messages
        /// name its line.
        #[derive(Default, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(super) struct File {
            /// The day its records were last reviewed.
            edition: Option<NaiveDate>,
            /// How many days a release is supported.
            #[serde(rename = "support-window-days")]
            support_window_days: Option<u32>,
            /// Builds before this one are no longer supported, whenever they were released.
            #[serde(rename = "unsupported-before")]
            unsupported_before: Option<BuildVersion>,
            /// What no procedure may do.
            never: Vec<String>,
            $(#[serde(rename = $kind)] $records: Vec<Spanned<$record>>,)+
        }

        /// All records of all layers; those of a later layer have replaced those of an earlier one.
        #[derive(Default)]
        pub(super) struct Layers {
            pub(super) never: Vec<String>,
            pub(super) support_window_days: u32,
            pub(super) unsupported_before: Option<BuildVersion>,
            pub(super) faults: Vec<KnowledgeError>,
            $(pub(super) $records: Vec<Located<$record>>,)+
        }

        impl Layers {
            /// Adds the records of one file to those before.
            fn merge_records(&mut self, file: File, mut merge: Merge) {
                $(self.faults.extend(merge.records(&mut self.$records, file.$records));)+
            }

            /// Records that cite no source, or one that does not exist.
            pub(super) fn citation_faults(&self, sources: &Sources) -> Vec<KnowledgeError> {
                let mut faults = Vec::new();
                $(faults.extend(check(&self.$records, |record| {
                    record.cites().map(|cites| sources.faults(cites)).unwrap_or_default()
                }));)+
                faults
            }
        }

        $(impl Record for $record {
            const KIND: &'static str = $kind;
            fn key(&self) -> String {
                let key: fn(&Self) -> String = $key;
                key(self)
            }
            fn cites(&self) -> Option<&[Citation]> {
                let cites: fn(&Self) -> Option<&[Citation]> = $cites;
                cites(self)
            }
        })+
    };
}

record_kinds! {
    advisories: super::advisories::Advisory = "advisory", |one| one.id.clone(), |one| Some(&one.cites);
    cve_products: super::advisories::CveProduct = "cve-product", |one| one.name.clone(), |_| None;
    sources: super::Source = "source", |one| one.key.clone(), |_| None;
    rules: super::rows::RuleMeta = "rule", |one| one.id.clone(), |one| Some(&one.references);
    expectations: super::rows::Expectation = "expectation", super::rows::Expectation::key, |one| if_any(&one.cites);
    questions: super::rows::QuestionRow = "question", |one| one.id.clone(), |_| None;
    parity: super::rows::ParityRow = "parity", |one| one.fact.clone(), |one| if_any(&one.cites);
    signatures: super::Signature = "signature", |one| one.id.clone(), |one| Some(&one.cites);
    actions: super::actions::ActionRow = "action", |one| one.id.clone(), |_| None;
    causes: super::causes::CauseRow = "cause", |one| one.id.clone(), |one| Some(&one.cites);
    connected: super::connected::ConnectedRow = "proves-connected", |one| one.id.clone(), |one| Some(&one.cites);
    workload: super::workload::WorkloadRow = "workload", |one| one.id.clone(), |one| Some(&one.cites);
    limits: super::limits::LimitRow = "limit", |one| one.id.clone(), |one| Some(&one.cites);
    own_code: super::own_code::OwnCodeRow = "own-code", |one| one.id.clone(), |one| Some(&one.cites);
    facts: super::facts::Fact = "fact", |one| one.path.clone(), |_| None;
    exports: super::Export = "export", |one| one.id.clone(), |one| Some(&one.cites);
    releases: super::releases::Release = "release", |one| one.version.to_string(), |one| Some(&one.cites);
    steps: super::steps::Step = "step", |one| one.build.to_string(), |one| Some(&one.cites);
    value_labels: super::value_labels::ValueLabel = "meaning", |one| format!("{} {}", one.fact, one.from), |one| Some(&one.cites);
    checklist: super::checklist::Item = "check", |one| one.id.clone(), |one| Some(&one.cites);
    conflicts: super::conflicts::Conflict = "conflict", |one| one.id.clone(), |one| Some(&one.cites);
    runbooks: super::runbooks::RunbookRow = "runbook", |one| one.id.clone(), |one| Some(&one.cites);
    tasks: super::runbooks::TaskRow = "task", |one| one.id.clone(), |one| Some(&one.cites);
}

/// The sources of a record that needs none of its own, because those of its rule count for it too.
fn if_any(cites: &[Citation]) -> Option<&[Citation]> {
    Some(cites).filter(|cites| !cites.is_empty())
}

/// A record with the place it came from.
pub(super) struct Located<T> {
    pub(super) record: T,
    pub(super) origin: RecordOrigin,
    /// It is not built in, so that what tests check for built-in records is checked here.
    pub(super) is_overlay: bool,
}

impl<T: Record> Located<T> {
    fn fault(&self, why: impl Into<String>) -> KnowledgeError {
        KnowledgeError { origin: self.origin.clone(), key: Some(self.record.key()), why: why.into() }
    }
}

/// What is wrong with each of the records, as `problems` says in lower-case fragments.
pub(super) fn check<'r, T: Record + 'r>(
    records: impl IntoIterator<Item = &'r Located<T>>,
    mut problems: impl FnMut(&T) -> Vec<String>,
) -> Vec<KnowledgeError> {
    let faults =
        |located: &'r Located<T>| problems(&located.record).into_iter().map(|why| located.fault(why));
    records.into_iter().flat_map(faults).collect()
}

/// The texts of those checks that failed.
pub(super) fn failed(checks: &[(bool, &str)]) -> Vec<String> {
    checks.iter().filter(|(failed, _)| *failed).map(|(_, why)| (*why).to_owned()).collect()
}

/// A record of a support team.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OverlayRecord {
    /// Kind of the record, such as `signature`.
    pub kind: &'static str,
    /// Its key.
    pub key: String,
    /// Where it is.
    pub origin: RecordOrigin,
}

impl OverlayRecord {
    /// The message that something is wrong with it.
    pub fn fault(&self, why: impl Into<String>) -> KnowledgeError {
        KnowledgeError { origin: self.origin.clone(), key: Some(self.key.clone()), why: why.into() }
    }
}

/// What a support team's own files changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlay {
    /// Names of its files, in order.
    pub files: Vec<String>,
    /// The latest day one of them says its records were reviewed on.
    pub edition: Option<NaiveDate>,
    /// Records that replaced a built-in one, in order.
    pub overridden: Vec<OverlayRecord>,
    /// Records that were added to the built-in ones, in order.
    pub added: Vec<OverlayRecord>,
    /// Files that say nothing about the product, each with the reason, in order.
    pub passed_over: Vec<String>,
}

/// Whether a file is JSON: a CVE record, if anything.
fn is_json(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("json"))
}

/// Adds the records of one file to those before. Two records of one key in one layer are an error.
struct Merge<'a> {
    file: &'a str,
    lines: LineIndex,
    seen: &'a mut BTreeMap<(&'static str, String), RecordOrigin>,
    overlay: Option<&'a mut Overlay>,
}

impl Merge<'_> {
    fn records<T: Record>(
        &mut self,
        onto: &mut Vec<Located<T>>,
        records: Vec<Spanned<T>>,
    ) -> Vec<KnowledgeError> {
        let mut faults = Vec::new();
        for record in records {
            let line = self.lines.line_of(record.span().start);
            faults.extend(self.record(onto, record.into_inner(), line));
        }
        faults
    }

    /// Adds one record; returns what is wrong with it beside the others of its layer.
    fn record<T: Record>(
        &mut self,
        onto: &mut Vec<Located<T>>,
        record: T,
        line: usize,
    ) -> Option<KnowledgeError> {
        let origin = RecordOrigin { file: self.file.to_owned(), line };
        let located = Located { record, origin: origin.clone(), is_overlay: self.overlay.is_some() };
        let key = located.record.key();
        if let Some(first) = self.seen.insert((T::KIND, key.clone()), origin.clone()) {
            return Some(
                located.fault(format!("this record is already in {}, line {}", first.file, first.line)),
            );
        }
        // The built-in layer is the first: there is nothing to replace.
        let Some(overlay) = &mut self.overlay else {
            onto.push(located);
            return None;
        };
        let earlier = onto.iter_mut().find(|one| one.record.key() == key);
        let list = if earlier.is_some() { &mut overlay.overridden } else { &mut overlay.added };
        list.push(OverlayRecord { kind: T::KIND, key, origin });
        match earlier {
            Some(earlier) => *earlier = located,
            None => onto.push(located),
        }
        None
    }
}

impl Layers {
    /// Adds one layer of files, given as name and text, and returns its edition. `overlay` receives what the files of a
    /// support team change.
    pub(super) fn merge_layer(
        &mut self,
        files: &[(&str, &str)],
        mut overlay: Option<&mut Overlay>,
    ) -> Option<NaiveDate> {
        let mut seen = BTreeMap::new();
        let mut edition = None;
        let (cves, files): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| is_json(name));
        let parsed: Vec<_> = files.par_iter().map(|(name, text)| file::parse(name, text)).collect();
        for ((name, text), parsed) in files.iter().zip(parsed) {
            let mut file: File = match parsed {
                Ok(file) => file,
                Err(fault) => {
                    self.faults.push(fault);
                    continue;
                }
            };
            edition = file.edition.max(edition);
            self.never.append(&mut file.never);
            self.support_window_days = file.support_window_days.unwrap_or(self.support_window_days);
            self.unsupported_before = file.unsupported_before.or(self.unsupported_before);
            let lines = LineIndex::new(text);
            self.merge_records(
                file,
                Merge { file: name, lines, seen: &mut seen, overlay: overlay.as_deref_mut() },
            );
        }
        // The names of the product may be in any of the files before.
        for (name, text) in cves {
            let lines = LineIndex::new(text);
            self.merge_cve(
                text,
                Merge { file: name, lines, seen: &mut seen, overlay: overlay.as_deref_mut() },
            );
        }
        edition
    }

    /// Adds the advisory of a CVE record. One that replaces an earlier record keeps the rule that reports it and the builds
    /// that fix it, as far as it does not call them affected; one that says nothing of builds replaces nothing.
    fn merge_cve(&mut self, text: &str, mut merge: Merge) {
        let products: Vec<_> = self.cve_products.iter().map(|one| &one.record).collect();
        let read = cve::read(merge.file, text, &products);
        let why = match read {
            Ok(Cve::Ours(mut advisory)) => {
                let earlier = self.advisories.iter().find(|one| one.record.id == advisory.id);
                let entries = advisory.further.iter().map(|(ranges, _)| ranges).chain([&advisory.affected]);
                let decides = entries.flatten().any(|range| range.status != BuildStatus::Unknown);
                if let Some(earlier) = earlier
                    && !decides
                {
                    let place = &earlier.origin.file;
                    format!("it names no builds, and the record of {} in {place} does", advisory.id)
                } else {
                    if let Some(Located { record: earlier, .. }) = earlier {
                        // A CVE record has no field for what it names as fixed in words.
                        let fixes = |builds: &[BuildVersion]| {
                            let fixed = builds
                                .iter()
                                .filter(|build| advisory.status(**build) == BuildStatus::Unaffected);
                            fixed.copied().collect()
                        };
                        (advisory.fixed, advisory.hotfixes) =
                            (fixes(&earlier.fixed), fixes(&earlier.hotfixes));
                        advisory.rule.clone_from(&earlier.rule);
                    }
                    self.faults.extend(merge.record(&mut self.advisories, *advisory, 1));
                    return;
                }
            }
            Ok(Cve::Other(why)) => why,
            Err(CveFault { line, why }) => {
                let origin = RecordOrigin { file: merge.file.to_owned(), line };
                self.faults.push(KnowledgeError { origin, key: None, why });
                return;
            }
        };
        if let Some(overlay) = &mut merge.overlay {
            overlay.passed_over.push(format!("{}: {why}", merge.file));
        }
    }

    /// Whether there is a rule of this id that one of these families evaluates.
    pub(super) fn has_rule(&self, id: &str, families: &[super::rows::Family]) -> bool {
        self.rules.iter().any(|rule| rule.record.id == id && families.contains(&rule.record.family))
    }
}

/// The records alone, in order of `key`; records of one key keep their order.
pub(super) fn sorted<T, K: Ord>(located: Vec<Located<T>>, key: impl FnMut(&T) -> K) -> Vec<T> {
    let mut records = records(located);
    records.sort_by_cached_key(key);
    records
}

/// The records alone.
pub(super) fn records<T>(located: Vec<Located<T>>) -> Vec<T> {
    located.into_iter().map(|one| one.record).collect()
}

//! Layers of records: the built-in ones, and a support team's own laid over them.

use super::KnowledgeError;
use super::actions::ActionRow;
use super::causes::CauseRow;
use super::checklist::Item;
use super::conflicts::Conflict;
use super::exports::Export;
use super::facts::Fact;
use super::file::{self, Lines, Origin};
use super::meanings::Meaning;
use super::releases::Release;
use super::rows::{Expectation, ParityRow, QuestionRow, RuleMeta};
use super::runbooks::{RunbookRow, TaskRow};
use super::signatures::Signature;
use super::sources::Source;
use super::steps::Step;
use chrono::NaiveDate;
use rayon::prelude::*;
use std::collections::BTreeMap;
use toml::Spanned;

/// A record of a knowledge file.
pub(super) trait Record {
    /// What it is called in messages.
    const KIND: &'static str;
    /// What tells it from others of its kind; a later layer replaces the record of the same key.
    fn key(&self) -> String;
}

macro_rules! keyed {
    ($($record:ty: $kind:literal, $key:expr;)+) => {
        $(impl Record for $record {
            const KIND: &'static str = $kind;
            fn key(&self) -> String {
                let key: fn(&Self) -> String = $key;
                key(self)
            }
        })+
    };
}

keyed! {
    Source: "source", |one| one.key.clone();
    RuleMeta: "rule", |one| one.id.clone();
    Expectation: "expectation", Expectation::key;
    QuestionRow: "question", |one| one.id.clone();
    ParityRow: "parity", |one| one.fact.clone();
    Signature: "signature", |one| one.id.clone();
    ActionRow: "action", |one| one.id.clone();
    CauseRow: "cause", |one| one.id.clone();
    Fact: "fact", |one| one.path.clone();
    Export: "export", |one| one.id.clone();
    Release: "release", |one| one.version.to_string();
    Step: "step", |one| one.build.to_string();
    Meaning: "meaning", |one| format!("{} {}", one.fact, one.from);
    Item: "check", |one| one.id.clone();
    Conflict: "conflict", |one| one.id.clone();
    RunbookRow: "runbook", |one| one.id.clone();
    TaskRow: "task", |one| one.id.clone();
}

/// A record with the place it came from.
pub(super) struct Kept<T> {
    pub(super) record: T,
    pub(super) origin: Origin,
    /// Not built in: it is checked for what tests check of built-in records.
    pub(super) own: bool,
}

impl<T: Record> Kept<T> {
    /// That something is wrong with it.
    pub(super) fn fault(&self, why: impl Into<String>) -> KnowledgeError {
        KnowledgeError { origin: self.origin.clone(), key: Some(self.record.key()), why: why.into() }
    }
}

/// A record of a support team's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnRecord {
    /// Kind of the record, such as `signature`.
    pub kind: &'static str,
    /// Its key.
    pub key: String,
    /// Where it stands.
    pub origin: Origin,
}

impl OwnRecord {
    /// That something is wrong with it.
    pub fn fault(&self, why: impl Into<String>) -> KnowledgeError {
        KnowledgeError { origin: self.origin.clone(), key: Some(self.key.clone()), why: why.into() }
    }
}

/// What a support team's own files changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// Names of its files, in order.
    pub files: Vec<String>,
    /// The latest day one of them says its records were reviewed on.
    pub edition: Option<NaiveDate>,
    /// Records that replaced a built-in one, in order.
    pub overridden: Vec<OwnRecord>,
    /// Records beside the built-in ones, in order.
    pub added: Vec<OwnRecord>,
}

/// All records of all layers, the later ones over the earlier ones.
#[derive(Default)]
pub(super) struct Layers {
    pub(super) edition: Option<NaiveDate>,
    pub(super) never: Vec<String>,
    pub(super) sources: Vec<Kept<Source>>,
    pub(super) rules: Vec<Kept<RuleMeta>>,
    pub(super) expectations: Vec<Kept<Expectation>>,
    pub(super) questions: Vec<Kept<QuestionRow>>,
    pub(super) parity: Vec<Kept<ParityRow>>,
    pub(super) signatures: Vec<Kept<Signature>>,
    pub(super) actions: Vec<Kept<ActionRow>>,
    pub(super) causes: Vec<Kept<CauseRow>>,
    pub(super) facts: Vec<Kept<Fact>>,
    pub(super) exports: Vec<Kept<Export>>,
    pub(super) releases: Vec<Kept<Release>>,
    pub(super) steps: Vec<Kept<Step>>,
    pub(super) meanings: Vec<Kept<Meaning>>,
    pub(super) checklist: Vec<Kept<Item>>,
    pub(super) conflicts: Vec<Kept<Conflict>>,
    pub(super) runbooks: Vec<Kept<RunbookRow>>,
    pub(super) tasks: Vec<Kept<TaskRow>>,
    pub(super) support_window_days: u32,
    pub(super) own: Option<Own>,
    pub(super) faults: Vec<KnowledgeError>,
}

/// Lays the records of one kind of one file over those before; two records of one key in one layer are a fault.
struct Laying<'a> {
    file: &'a str,
    lines: &'a Lines,
    seen: &'a mut BTreeMap<(&'static str, String), Origin>,
    own: Option<&'a mut Own>,
    faults: &'a mut Vec<KnowledgeError>,
}

impl Laying<'_> {
    fn lay<T: Record>(&mut self, onto: &mut Vec<Kept<T>>, records: Vec<Spanned<T>>) {
        for record in records {
            let line = self.lines.of(record.span().start);
            let origin = Origin { file: self.file.to_owned(), line };
            let kept = Kept { record: record.into_inner(), origin, own: self.own.is_some() };
            let key = kept.record.key();
            if let Some(first) = self.seen.insert((T::KIND, key.clone()), kept.origin.clone()) {
                self.faults
                    .push(kept.fault(format!("stands twice, also in {}, line {}", first.file, first.line)));
                continue;
            }
            // Below the first layer there is nothing to replace.
            let Some(own) = &mut self.own else {
                onto.push(kept);
                continue;
            };
            let earlier = onto.iter_mut().find(|one| one.record.key() == key);
            let list = if earlier.is_some() { &mut own.overridden } else { &mut own.added };
            list.push(OwnRecord { kind: T::KIND, key, origin: kept.origin.clone() });
            match earlier {
                Some(earlier) => *earlier = kept,
                None => onto.push(kept),
            }
        }
    }
}

impl Layers {
    /// Takes the files built into the program, by name with their text.
    pub(super) fn built_in<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut layers = Self::default();
        layers.edition = layers.lay(files, None);
        layers
    }

    /// Lays a support team's own files over the built-in ones.
    pub(super) fn lay_own<'a>(&mut self, files: impl IntoIterator<Item = (&'a str, &'a str)> + Clone) {
        let names = files.clone().into_iter().map(|(name, _)| name.to_owned());
        let mut own = Own { files: names.collect(), ..Own::default() };
        own.edition = self.lay(files, Some(&mut own));
        own.overridden.sort();
        own.added.sort();
        self.own = Some(own);
    }

    /// Lays one layer over those before and gives its edition.
    fn lay<'a>(
        &mut self,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
        mut own: Option<&mut Own>,
    ) -> Option<NaiveDate> {
        let mut seen = BTreeMap::new();
        let mut edition = None;
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        let parsed: Vec<_> = files.par_iter().map(|(name, text)| file::parse(name, text)).collect();
        for ((name, text), parsed) in files.into_iter().zip(parsed) {
            let file = match parsed {
                Ok(file) => file,
                Err(fault) => {
                    self.faults.push(fault);
                    continue;
                }
            };
            edition = file.edition.max(edition);
            self.never.extend(file.never);
            self.support_window_days = file.support_window_days.unwrap_or(self.support_window_days);
            let mut laying = Laying {
                file: name,
                lines: &Lines::new(text),
                seen: &mut seen,
                own: own.as_deref_mut(),
                faults: &mut self.faults,
            };
            laying.lay(&mut self.sources, file.source);
            laying.lay(&mut self.rules, file.rule);
            laying.lay(&mut self.expectations, file.expectation);
            laying.lay(&mut self.questions, file.question);
            laying.lay(&mut self.parity, file.parity);
            laying.lay(&mut self.signatures, file.signature);
            laying.lay(&mut self.actions, file.action);
            laying.lay(&mut self.causes, file.cause);
            laying.lay(&mut self.facts, file.fact);
            laying.lay(&mut self.exports, file.export);
            laying.lay(&mut self.releases, file.release);
            laying.lay(&mut self.steps, file.step);
            laying.lay(&mut self.meanings, file.meaning);
            laying.lay(&mut self.checklist, file.check);
            laying.lay(&mut self.conflicts, file.conflict);
            laying.lay(&mut self.runbooks, file.runbook);
            laying.lay(&mut self.tasks, file.task);
        }
        edition
    }
}

/// The records alone.
pub(super) fn records<T>(kept: Vec<Kept<T>>) -> Vec<T> {
    kept.into_iter().map(|one| one.record).collect()
}

//! Builds a case: its nodes with what is changed on each, and the files next to their bundles.

use super::node_folder::{NodeFolder, hex, noise};
use super::{DemoError, at, exports, write_file};
use crate::bundle::{Content, FACTS, Form, HalfMade, MANIFEST, Manifest, Sha256, Status};
use crate::collect::{BUDGET, Options, Silent, run};
use crate::model::facts::NodeFacts;
use crate::model::{Location, Observed};
use crate::redact::CaseKey;
use chrono::{DateTime, FixedOffset, TimeDelta};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// A sheet of a workbook: its name and its rows of cells.
pub(super) type Sheet = (String, Vec<Vec<String>>);

/// A case while its recipe describes it.
#[derive(Default)]
pub(super) struct CaseBuilder {
    nodes: BTreeMap<&'static str, NodeBuilder>,
    files: Vec<(String, Vec<u8>)>,
}

/// A node, and how it is collected.
pub(super) struct NodeBuilder {
    pub(super) folder: NodeFolder,
    /// What `--reference-time` gets: the operator reads a reference clock at the start, and it agrees with the node.
    pub(super) reference: Option<DateTime<FixedOffset>>,
    pub(super) case_key: bool,
    pub(super) budget: u64,
    /// Facts that only the collector on Windows finds; added to the finished bundle.
    pub(super) machine: BTreeMap<&'static str, &'static str>,
    /// Damage to the finished bundle: a member, a text in it, and what replaces the text.
    pub(super) damage: Option<(&'static str, String, String)>,
}

impl CaseBuilder {
    /// Adds a node, collected at ten o'clock or two minutes after the node before it.
    pub(super) fn node(&mut self, name: &'static str, version: &str) -> &mut NodeBuilder {
        let later = self.nodes.values().fold(TimeDelta::zero(), |later, _| later + TimeDelta::minutes(2));
        self.node_at(name, version, time("2026-11-20T10:00:00+01:00") + later)
    }

    /// Adds a node that is collected at `clock`.
    pub(super) fn node_at(
        &mut self,
        name: &'static str,
        version: &str,
        clock: DateTime<FixedOffset>,
    ) -> &mut NodeBuilder {
        self.nodes.entry(name).or_insert(NodeBuilder {
            folder: NodeFolder::new(name, version, clock),
            reference: Some(clock),
            case_key: false,
            budget: BUDGET,
            machine: BTreeMap::new(),
            damage: None,
        })
    }

    /// Gives every node so far what the collector finds on a quiet Windows machine.
    pub(super) fn quiet_machines(&mut self) {
        for node in self.nodes.values_mut() {
            node.machine.extend(exports::MACHINE.iter().copied());
        }
    }

    /// Adds a file next to the bundles.
    pub(super) fn file(&mut self, name: &str, content: impl Into<Vec<u8>>) {
        self.files.push((name.to_owned(), content.into()));
    }

    /// Adds a JSON file next to the bundles.
    pub(super) fn json(&mut self, name: &str, value: &Value) {
        self.file(name, format!("{value:#}\n"));
    }

    /// Adds a workbook next to the bundles.
    #[expect(clippy::expect_used, reason = "names of sheets in recipes; a test makes every case")]
    pub(super) fn workbook(&mut self, name: &str, sheets: &[Sheet]) {
        self.file(name, xlsx(sheets).expect("a workbook"));
    }

    /// Collects the nodes and writes the files.
    pub(super) fn write(&self, folder: &Path) -> Result<(), DemoError> {
        for node in self.nodes.values() {
            node.collect(folder)?;
        }
        for (name, content) in &self.files {
            write_file(&folder.join(name), content)?;
        }
        Ok(())
    }
}

impl NodeBuilder {
    /// Adds error lines to a log, one for each number of minutes before the collection.
    pub(super) fn errors(&mut self, log: &str, minutes: impl IntoIterator<Item = i64>, text: &str) {
        for minutes in minutes {
            self.folder.log_line(log, TimeDelta::minutes(minutes), "ERROR", text);
        }
    }

    fn collect(&self, out: &Path) -> Result<(), DemoError> {
        let name = &self.folder.node;
        let (_half, work) = HalfMade::temporary_folder().map_err(at(Path::new("a temporary folder")))?;
        let options = Options {
            iis_config: Some(work.path().join("applicationHost.config")),
            reference_time: self.reference,
            case_key: self.case_key.then(case_key),
            budget: self.budget,
            form: Form::Folder,
            ..Options::new(self.folder.write(work.path())?, out)
        };
        let collected = run(&options, &self.folder.host(), &mut Silent)
            .map_err(|error| DemoError::Collect(name.clone(), error))?;
        let bundle = out.join(name);
        fs::rename(collected.path, &bundle).map_err(at(&bundle))?;
        if !self.machine.is_empty() {
            self.add_machine(&bundle)?;
        }
        let Some((member, from, to)) = &self.damage else { return Ok(()) };
        let path = bundle.join(member);
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        write_file(&path, text.replace(from, to).as_bytes())
    }

    /// Adds the facts of the machine to the bundle, whose manifest keeps the size and the hash of every member.
    fn add_machine(&self, bundle: &Path) -> Result<(), DemoError> {
        let (facts_path, manifest_path) = (bundle.join(FACTS), bundle.join(MANIFEST));
        let mut facts: NodeFacts = read_json(&facts_path)?;
        let observed = |value: &str| Observed::known(value.to_owned(), Location::file("operating system"));
        let started = self.folder.clock.to_utc() - TimeDelta::days(3);
        facts.host.worker_started = Observed::known(started, Location::file("processes"));
        facts.machine.extend(self.machine.iter().map(|(fact, value)| ((*fact).to_owned(), observed(value))));
        let mut bytes =
            serde_json::to_vec_pretty(&facts).map_err(io::Error::from).map_err(at(&facts_path))?;
        bytes.push(b'\n');
        write_file(&facts_path, &bytes)?;
        let mut manifest: Manifest = read_json(&manifest_path)?;
        for member in manifest.members.iter_mut().filter(|member| member.path.as_str() == FACTS) {
            member.status = Status::Taken(Content { size: bytes.len() as u64, sha256: Sha256::of(&bytes) });
        }
        let bytes = manifest.to_json().map_err(io::Error::from).map_err(at(&manifest_path))?;
        write_file(&manifest_path, &bytes)
    }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, DemoError> {
    let bytes = fs::read(path).map_err(at(path))?;
    serde_json::from_slice(&bytes).map_err(io::Error::from).map_err(at(path))
}

fn xlsx(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The library would write the time of day, and then no two files would be equal.
    workbook
        .set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 11, 20)?));
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet().set_name(name)?;
        for (number, row) in (0..).zip(rows) {
            sheet.write_row(number, 0, row)?;
        }
    }
    workbook.save_to_buffer()
}

#[expect(clippy::expect_used, reason = "64 hexadecimal digits; a test makes the case that uses it")]
fn case_key() -> CaseKey {
    CaseKey::parse(&hex(&noise("case key of the samples", 32)).to_lowercase()).expect("a case key")
}

/// A time that a recipe writes as text.
#[expect(clippy::expect_used, reason = "literals of recipes; a test makes every case")]
pub(super) fn time(text: &str) -> DateTime<FixedOffset> {
    text.parse().expect("a time")
}

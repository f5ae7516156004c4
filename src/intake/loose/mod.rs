//! Files that are in no bundle and are no export, as a customer sends them: logs, configurations, a copied application
//! folder. Each becomes facts of the node that its name, or a folder above it, names.
//!
//! ```text
//!  files -> sets (what belongs together, and whose it is) -> read: configurations first, then logs -> LooseFacts
//!                                                                                     cluster: one snapshot a node
//! ```
//!
//! What is read here was never redacted: configurations are, as the collector does it, before anything else is read, and
//! what was replaced in them is a known value in every log.

mod assemble;
mod configs;
mod copied;
mod files;
pub(in crate::intake) mod kept;
mod logs;
pub mod names;
mod words;

pub(super) use assemble::assemble;
pub(super) use copied::key_of;
pub(super) use files::sort;
pub use names::Claim;

use super::facts::Facts;
use super::read::{ReadInput, Tools};
use super::together::together;
use crate::bundle::Leaf;
use crate::logs::FileDigest;
use crate::model::facts::{ConfigState, InventoryEntry, NodeFacts};
use crate::model::host_name::visible;
use crate::model::iis::IisFacts;
use crate::model::input::{Input, InputKind, InputStatus, Problem, ProblemKind};
use crate::model::node::Setting;
use crate::model::{Grade, Observed};
use crate::redact::{CaseKey, Fingerprinter, Redactor, SecretSet};
use chrono::NaiveDateTime;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the command line says of loose files.
#[derive(Debug, Clone, Default)]
pub struct LooseOptions {
    /// `--node-of`: the node of a file or folder, by the path that a report shows.
    pub node_of: Vec<(String, String)>,
    /// `--case-key-file`: what makes their values compare with those of bundles of that key.
    pub case_key: Option<CaseKey>,
}

/// Most sets of files of one case.
const MOST: usize = 500;

/// Files that belong together.
#[derive(Debug)]
pub(super) struct LooseSet {
    /// Name of the input: the path of the file, or of the folder of all of them.
    pub(super) name: String,
    pub(super) claim: Claim,
    pub(super) what: What,
    /// The files, with the paths that a report shows.
    pub(super) files: Vec<Leaf>,
    /// See [`crate::bundle::Given::inner_id`].
    pub(super) inner: Option<usize>,
}

/// What files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Logs of one node.
    Logs,
    /// A configuration, by its name in the product in lower case.
    Config(String),
    /// `applicationHost.config`.
    Iis,
    /// A copied application folder, the place of which ends every path of its files.
    Copied,
    /// A file of a known kind that gives no fact: why, after its name.
    Other(&'static str),
}

/// What loose files of one node say.
#[derive(Debug, Clone)]
pub struct LooseFacts {
    pub(super) grade: Grade,
    pub(super) claim: Claim,
    /// By their paths.
    pub(super) logs: Vec<FileDigest>,
    /// By the name that the product has for the file.
    pub(super) configs: BTreeMap<String, LooseConfig>,
    /// The configuration of IIS, and its path.
    pub(super) iis: Option<(String, Observed<IisFacts>)>,
    /// A copied folder.
    pub(super) folder: Option<CopiedFolder>,
    /// Scheme and id of the key of its fingerprints.
    pub(super) key_id: Option<String>,
    /// The newest change of a file, as its archive says.
    pub(super) changed: Option<NaiveDateTime>,
}

/// A copied application folder.
#[derive(Debug, Clone)]
pub(super) struct CopiedFolder {
    pub(super) place: String,
    pub(super) facts: Box<NodeFacts>,
    pub(super) inventory: Vec<InventoryEntry>,
}

/// A configuration file.
#[derive(Debug, Clone)]
pub(super) struct LooseConfig {
    pub(super) place: String,
    pub(super) state: Observed<ConfigState>,
    pub(super) settings: Observed<BTreeMap<String, Setting>>,
}

impl LooseFacts {
    fn new(grade: Grade, claim: Claim) -> Self {
        Self {
            grade,
            claim,
            logs: Vec::new(),
            configs: BTreeMap::new(),
            iis: None,
            folder: None,
            key_id: None,
            changed: None,
        }
    }

    /// The newest time that is known of it: of a log line, else of a change, as if the archive were of UTC.
    pub(super) fn newest(&self) -> Option<chrono::DateTime<chrono::FixedOffset>> {
        let lines = self.logs.iter().filter_map(|log| log.file.period).map(|period| period.to).max();
        lines.or_else(|| self.changed.map(|changed| changed.and_utc().fixed_offset()))
    }
}

/// Logs that are in no bundle, for what is read a second time.
#[derive(Default)]
pub struct LooseLogs {
    /// By their places.
    pub(super) logs: BTreeMap<String, Leaf>,
    /// Replaces what their configurations hold as secrets.
    pub(super) redactor: Option<Redactor>,
}

/// A set that was read.
struct ReadSet {
    input: Input,
    facts: LooseFacts,
    /// Problems that leave nothing of it.
    refused: bool,
}

/// Reads all sets, configurations first: what is replaced in one of them is replaced in every log.
pub(super) fn read(mut sets: Vec<LooseSet>, tools: Tools<'_>) -> (Vec<ReadInput>, LooseLogs) {
    if sets.is_empty() {
        return (Vec::new(), LooseLogs::default());
    }
    let more = sets.split_off(sets.len().min(MOST));
    // A key of this run, so that values can be told equal or different; what is shown has no fingerprint of it.
    let run = CaseKey::generate().ok();
    let key = tools.loose.case_key.as_ref();
    let printer = Fingerprinter::new(key.or(run.as_ref()), None);
    let redactor = secrets(&sets).redactor();
    let reader = Reader { tools, redactor: &redactor, printer: &printer };
    let logs = sets.iter().filter(|set| !matches!(set.what, What::Other(_))).flat_map(logs_of);
    let logs = logs.map(|leaf| (leaf.place().to_owned(), leaf)).collect();
    let mut read = together(sets, |set| set.inner, |set| reader.guarded(set));
    if key.is_none() {
        configs::number(read.iter_mut().map(|set| &mut set.facts));
    }
    let number = more.len();
    read.extend(more.first().map(|set| {
        let mut read = ReadSet::new(set);
        let others = if number > 1 { format!("and {} others are", number - 1) } else { "is".to_owned() };
        read.refuse(
            ProblemKind::Malformed,
            format!("{others} not read: a case may have {MOST} inputs that are in no bundle"),
        );
        read
    }));
    (read.into_iter().map(ReadSet::finish).collect(), LooseLogs { logs, redactor: Some(redactor) })
}

/// The logs of a set, with their whole places.
pub(super) fn logs_of(set: &LooseSet) -> Vec<Leaf> {
    match set.what {
        What::Logs | What::Other(_) => set.files.clone(),
        What::Copied => {
            let logs = set.files.iter().filter(|leaf| copied::is_log(leaf)).cloned();
            logs.map(|leaf| {
                let place = format!("{}/{}", set.name, leaf.place());
                leaf.renamed(place)
            })
            .collect()
        }
        What::Config(_) | What::Iis => Vec::new(),
    }
}

/// What the configurations of all sets hold as secrets.
pub(super) fn secrets(sets: &[LooseSet]) -> SecretSet {
    let mut secrets = SecretSet::default();
    for set in sets {
        configs::learn(set, &mut secrets);
    }
    secrets
}

/// Reads one set; or the input that it is, if nothing of it counts.
pub(super) fn read_one(
    set: LooseSet,
    tools: Tools<'_>,
    redactor: &Redactor,
    printer: &Fingerprinter,
) -> Result<LooseFacts, Box<Input>> {
    let read = Reader { tools, redactor, printer }.guarded(set);
    if read.refused { Err(Box::new(read.input)) } else { Ok(read.facts) }
}

/// What sets are read with.
struct Reader<'a> {
    tools: Tools<'a>,
    redactor: &'a Redactor,
    printer: &'a Fingerprinter,
}

impl Reader<'_> {
    /// A panic in any library costs the set it happened on, and nothing else.
    fn guarded(&self, set: LooseSet) -> ReadSet {
        let mut read = ReadSet::new(&set);
        if catch_unwind(AssertUnwindSafe(|| self.set(set, &mut read))).is_err() {
            read.refuse(ProblemKind::Malformed, "made the reader fail");
        }
        read
    }

    fn set(&self, set: LooseSet, read: &mut ReadSet) {
        match set.what {
            What::Logs => logs::read(self, &set.files, read),
            What::Config(file) => configs::read(self, &file, &set.files, read),
            What::Iis => configs::read_iis(self, &set.files, read),
            What::Copied => copied::read(self, &set.name, &set.files, read),
            What::Other(why) => read.refuse(ProblemKind::NoInput, why),
        }
    }
}

impl ReadSet {
    fn new(set: &LooseSet) -> Self {
        let (kind, grade) = match set.what {
            What::Logs => (InputKind::Logs, Grade::Loose),
            What::Config(_) | What::Iis => (InputKind::Config, Grade::Loose),
            What::Copied => (InputKind::CopiedFolder, Grade::Copied),
            What::Other(_) => (InputKind::Unrecognised, Grade::Loose),
        };
        let mut facts = LooseFacts::new(grade, set.claim.clone());
        facts.changed = set.files.iter().filter_map(Leaf::modified).max();
        let input = Input {
            name: set.name.clone(),
            kind,
            status: InputStatus::Read,
            problems: Vec::new(),
            notes: Vec::new(),
            node: match &set.claim {
                Claim::Named(name) => Some(visible(name)),
                Claim::Maybe(_) | Claim::Nobody => None,
            },
            bytes: set.files.iter().map(Leaf::size).fold(0, u64::saturating_add),
            sha256: None,
            taken: None,
            tool: None,
            holds: Vec::new(),
            grade: Some(grade),
            unplaced: false,
        };
        Self { input, facts, refused: false }
    }

    /// Nothing of it counts; `why` reads after its name.
    fn refuse(&mut self, kind: ProblemKind, why: impl std::fmt::Display) {
        let text = format!("{} {why}.", self.input.name);
        self.input.problems.push(Problem { kind, member: None, text });
        self.refused = true;
    }

    /// A part of it does not count.
    fn problem(&mut self, kind: ProblemKind, text: String) {
        self.input.problems.push(Problem { kind, member: None, text });
        self.input.status = InputStatus::Partly;
    }

    fn finish(self) -> ReadInput {
        let Self { mut input, facts, refused } = self;
        if refused {
            input.status = InputStatus::Refused;
            input.grade = None;
            return ReadInput { input, facts: Vec::new() };
        }
        input.taken = facts.newest().map(|newest| newest.format("%Y-%m-%d %H:%M").to_string());
        ReadInput { input, facts: vec![Facts::Loose(Box::new(facts))] }
    }
}

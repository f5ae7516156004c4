//! What of a case a case folder keeps: bundles as they are, everything else redacted, and of what is not kept the reason.

use super::event_file;
use super::loose::kept::{KEPT, Kept};
use super::loose::{self, Claim, LooseSet, What};
use super::read::{self, Tools};
use super::recognise::MAX_EXPORT_BYTES;
use crate::bundle::source::{Content, Given};
use crate::bundle::{Bundle, CaseFile, Leaf, LeftOut, Owner};
use crate::model::Grade;
use crate::model::facts::ConfigState;
use crate::model::host_name::visible;
use crate::model::input::{Input, InputStatus, Problem, ProblemKind};
use crate::redact::export::ExportText;
use crate::redact::leak::Scanner;
use crate::redact::{CaseKey, Fingerprinter, Redactor, SecretSet, config};
use crate::text::encoding;
use std::io::{self, Write};
use std::sync::Arc;

/// Why nothing of a file may be kept.
const LEAK: &str = "holds what looks like a secret and cannot be rewritten: save it as CSV";

/// A case as a case folder keeps it.
pub struct Tidy {
    /// Its files, in no order.
    pub files: Vec<TidyFile>,
    redactor: Redactor,
    printer: Fingerprinter,
}

/// One file.
pub struct TidyFile {
    /// The folder that it goes to: bundles, exports, or the name of its node.
    pub group: String,
    /// Its row in the list.
    pub row: CaseFile,
    /// What is written of it.
    pub content: TidyContent,
}

/// What is written of a file.
pub enum TidyContent {
    /// A bundle.
    Bundle(Box<Bundle>),
    /// A log, redacted line by line.
    Log(Leaf),
    /// A configuration, redacted as the collector does it; with the key of its own folder if that has one.
    Config(Leaf, Option<Arc<Fingerprinter>>),
    /// An export, without secrets and in the same form.
    Export(Leaf),
    /// Facts that were read from it.
    Facts(Vec<u8>),
    /// Nothing.
    LeftOut,
}

impl Tidy {
    /// Looks at everything that was given.
    pub fn of(given: Vec<Given>, tools: Tools<'_>) -> Self {
        let (sets, others) = loose::sort(
            super::own_kit::pass_over(super::with_clean_names(given, tools.sanitizer)),
            tools.loose,
        );
        let run = CaseKey::generate().ok();
        let printer = Fingerprinter::new(tools.loose.case_key.as_ref().or(run.as_ref()), None);
        let redactor = loose::secrets(&sets).redactor();
        let mut files = Vec::new();
        for set in sets {
            add_set(set, tools, &redactor, &printer, &mut files);
        }
        files.extend(read::named(others).into_iter().map(|(one, _)| other(one, tools)));
        Self { files, redactor, printer }
    }

    /// Writes what is kept of a file.
    pub fn write(&self, file: &TidyContent, out: &mut dyn Write) -> io::Result<()> {
        match file {
            TidyContent::Bundle(_) | TidyContent::LeftOut => Ok(()),
            TidyContent::Facts(bytes) => out.write_all(bytes),
            TidyContent::Log(leaf) => self.log(leaf, out),
            TidyContent::Config(leaf, own) => {
                let bytes = leaf.bytes(config::MAX_BYTES as u64).map_err(io::Error::other)?;
                let printer = own.as_deref().unwrap_or(&self.printer);
                let redacted = config::redact(&bytes, &self.redactor, printer).map_err(io::Error::other)?;
                out.write_all(redacted.text.as_bytes())
            }
            TidyContent::Export(leaf) => self.export(leaf, out),
        }
    }

    fn log(&self, leaf: &Leaf, out: &mut dyn Write) -> io::Result<()> {
        let (mut stream, mut ready, mut done) = (self.redactor.stream(), Vec::new(), Ok(()));
        leaf.read(&mut |bytes| {
            ready.clear();
            stream.push(bytes, &mut ready);
            done = out.write_all(&ready);
            done.is_ok()
        })
        .map_err(io::Error::other)?;
        done?;
        ready.clear();
        stream.finish(&mut ready);
        out.write_all(&ready)
    }

    fn export(&self, leaf: &Leaf, out: &mut dyn Write) -> io::Result<()> {
        let bytes = leaf.bytes(MAX_EXPORT_BYTES).map_err(io::Error::other)?;
        let records = event_file::kept(&bytes);
        if records.is_none() && !encoding::is_text(bytes.get(..crate::bundle::HEAD).unwrap_or(&bytes)) {
            // Workbooks keep their form, so they may only be kept as they are.
            return if has_secret(leaf) { Err(io::Error::other(LEAK)) } else { out.write_all(&bytes) };
        }
        let text = records.map_or_else(|| encoding::decode(&bytes), Into::into);
        let form = ExportText::of(&text);
        let mut secrets = SecretSet::default();
        form.learn_secrets(&text, &mut secrets);
        let redactor = secrets.redactor();
        let first = form.rewritten(&text, &redactor)?;
        // What a file of another node names as a secret is none to keep here, either.
        out.write_all(&self.redactor.redact(&first).0)
    }
}

/// Whether something in a file that is packed looks like a secret.
fn has_secret(leaf: &Leaf) -> bool {
    let scanner = Scanner::shapes_only();
    let mut found = false;
    let searched = crate::bundle::contents::visit_leaf(leaf, &mut |_, bytes| {
        let mut scan = scanner.start(None);
        let mut buffer = vec![0; 64 << 10];
        loop {
            match bytes.read(&mut buffer)? {
                0 => break,
                read => scan.push(buffer.get(..read).unwrap_or_default()),
            }
        }
        found |= !scan.finish().is_empty();
        Ok(())
    });
    found || searched.is_err()
}

fn row(place: String, leaf: Option<&Leaf>, grade: Option<Grade>, owner: Option<Owner>) -> CaseFile {
    CaseFile {
        place,
        path: None,
        bytes: leaf.map_or(0, Leaf::size),
        modified: leaf.and_then(Leaf::modified),
        grade,
        owner,
        sha256: None,
        left_out: None,
    }
}

fn owner(claim: &Claim) -> Option<Owner> {
    match claim {
        Claim::Named(name) => Some(Owner { name: name.clone(), sure: true }),
        Claim::Maybe(name) => Some(Owner { name: name.clone(), sure: false }),
        Claim::Nobody => None,
    }
}

/// The folder of a node.
fn group(owner: Option<&Owner>) -> String {
    let known = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' };
    owner.map_or_else(|| "node-unknown".to_owned(), |owner| visible(&owner.name).chars().map(known).collect())
}

fn add_set(
    set: LooseSet,
    tools: Tools<'_>,
    redactor: &Redactor,
    printer: &Fingerprinter,
    files: &mut Vec<TidyFile>,
) {
    let owner = owner(&set.claim);
    let group = group(owner.as_ref());
    let mut add = |place: String, leaf: Option<&Leaf>, grade, content| {
        let row = row(place, leaf, Some(grade), owner.clone());
        files.push(TidyFile { group: group.clone(), row, content });
    };
    if set.what == What::Logs {
        for leaf in &set.files {
            add(leaf.place().to_owned(), Some(leaf), Grade::Loose, TidyContent::Log(leaf.clone()));
        }
        return;
    }
    let (name, leaves) = (set.name.clone(), set.files.clone());
    let first = leaves.first().cloned();
    let read = loose::read_one(set, tools, redactor, printer);
    let left_out = |input: &Input| match input.problems.first() {
        Some(problem) => TidyFile {
            group: group.clone(),
            row: CaseFile {
                left_out: Some(left(input, problem)),
                ..row(name.clone(), first.as_ref(), None, owner.clone())
            },
            content: TidyContent::LeftOut,
        },
        None => TidyFile {
            group: group.clone(),
            row: row(name.clone(), first.as_ref(), None, owner.clone()),
            content: TidyContent::LeftOut,
        },
    };
    let facts = match read {
        Ok(facts) => facts,
        Err(input) => return files.push(left_out(&input)),
    };
    let kept = |kept: Kept| kept.into_bytes().map_or(TidyContent::LeftOut, TidyContent::Facts);
    if let Some((place, iis)) = facts.iis {
        let content = iis.value().cloned().map_or(TidyContent::LeftOut, |iis| kept(Kept::Iis(iis)));
        add(place, first.as_ref(), Grade::Loose, content);
    } else if let Some(folder) = facts.folder {
        let own = loose::key_of(&leaves, tools).map(Arc::new);
        for leaf in &leaves {
            let place = format!("{name}/{}", leaf.place());
            let lower = leaf.place().to_lowercase();
            let config = facts.configs.get(&lower).and_then(|config| config.state.value());
            if facts.logs.iter().any(|log| log.file.name == place) {
                add(place, Some(leaf), Grade::Copied, TidyContent::Log(leaf.clone()));
            } else if matches!(config, Some(ConfigState::Taken { .. })) {
                add(place, Some(leaf), Grade::Copied, TidyContent::Config(leaf.clone(), own.clone()));
            }
        }
        let facts = Kept::Copied { facts: folder.facts, inventory: folder.inventory, key_id: facts.key_id };
        add(format!("{name}/{KEPT}"), None, Grade::Copied, kept(facts));
    } else if let (Some(config), Some(leaf)) = (facts.configs.into_values().next(), &first) {
        let content = match config.state.value().cloned() {
            Some(state @ ConfigState::NotWellFormed { .. }) => kept(Kept::Config(state)),
            _ => TidyContent::Config(leaf.clone(), None),
        };
        add(leaf.place().to_owned(), Some(leaf), Grade::Loose, content);
    }
}

/// Everything else: bundles, exports, and what is refused.
fn other(given: Given, tools: Tools<'_>) -> TidyFile {
    let read = read::one(&given, tools).input;
    let owner = read.node.clone().map(|name| Owner { name, sure: true });
    let leaf = match &given.content {
        Ok(Content::File(leaf)) => Some(leaf),
        _ => None,
    };
    let grade = read.grade.unwrap_or(Grade::Export);
    let row = CaseFile { bytes: given.bytes, ..row(given.name.clone(), leaf, None, None) };
    if let (false, Some(problem)) = (read.status.is_used(), read.problems.first()) {
        let row = CaseFile { left_out: Some(left(&read, problem)), owner, ..row };
        return TidyFile { group: String::new(), row, content: TidyContent::LeftOut };
    }
    match given.content {
        Ok(Content::Bundle(bundle)) => TidyFile {
            group: "bundles".to_owned(),
            row: CaseFile { grade: Some(Grade::Bundle), ..row },
            content: TidyContent::Bundle(bundle),
        },
        Ok(Content::File(leaf)) => TidyFile {
            group: "exports".to_owned(),
            row: CaseFile { grade: Some(grade), ..row },
            content: TidyContent::Export(leaf),
        },
        Err(_) => TidyFile { group: String::new(), row, content: TidyContent::LeftOut },
    }
}

/// Why an input was left out: the sentence of its problem without the name and the full stop.
fn left(input: &Input, problem: &Problem) -> LeftOut {
    let text = problem.text.strip_prefix(&input.name).unwrap_or(&problem.text).trim_start();
    let passed = input.status == InputStatus::PassedOver;
    let what = input.holds.first().filter(|_| passed).cloned();
    LeftOut { kind: problem.kind, reason: text.trim_end_matches('.').to_owned(), what }
}

impl TidyFile {
    /// The row of a file that could not be written after all.
    pub fn failed(row: CaseFile, why: &str) -> CaseFile {
        let left_out = Some(LeftOut { kind: ProblemKind::Malformed, reason: why.to_owned(), what: None });
        CaseFile { path: None, grade: None, left_out, ..row }
    }
}

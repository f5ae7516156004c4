//! Reads every input, bundles and exports in parallel, and says what became of each.

use super::answers::{self, Question};
use super::event_file::is_event_file;
use super::facts::Facts;
use super::json::JsonError;
use super::kit_answers::{self, KitAnswersError};
use super::loose::{self, LooseLogs, LooseOptions};
use super::recognise::{Form as ExportForm, MAX_EXPORT_BYTES, Unrecognised, recognise};
use super::together::together;
use super::{
    Parsed, ReadExport, Source, crowd, event_file, json, kinds, leaks, malformed, manual_capture, on_screen,
    own_kit, snapshot, tables, workbook,
};
use crate::bundle::source::{Content, Given, GivenError, Origin};
use crate::bundle::{Bundle, Form, LeafError, Sha256};
use crate::intake::{sanitized, with_clean_names};
use crate::knowledge::Knowledge;
use crate::logs::Scanner;
use crate::model::Grade;
use crate::model::excerpt::Sanitize;
use crate::model::host_name::{is_name, visible};
use crate::model::input::{Input, InputKind, InputStatus, Problem, ProblemKind};
use crate::redact::columns::heading;
use crate::text::encoding;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Something given, with what is to be said of it.
type Noted = (Given, Vec<String>);

/// Bytes of the start that say whether a file is the record of a kit.
const RECORD: usize = 256;

/// Notes on the same bytes under other names.
const SAME: usize = 10;

/// What inputs are read with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// Searches logs.
    pub scanner: &'a Scanner<'a>,
    /// Cleans every text that may be shown.
    pub sanitizer: &'a dyn Sanitize,
    /// Questions that may be answered.
    pub questions: &'a [Question],
    /// What exports report.
    pub knowledge: &'a Knowledge,
    /// What is said of files that are in no bundle.
    pub loose: &'a LooseOptions,
}

/// One input after reading.
#[derive(Debug, Clone)]
pub struct ReadInput {
    /// What it is and what became of it.
    pub input: Input,
    /// What it says; a workbook may hold several exports. Nothing when it does not count.
    pub facts: Vec<Facts>,
}

/// What is read a second time.
#[derive(Default)]
pub struct Reread {
    /// The bundles of a case by the name of their input.
    pub(super) bundles: BTreeMap<String, Bundle>,
    /// Logs that are in none.
    pub(super) loose: LooseLogs,
}

/// Reads every input, in order of name, and keeps the bundles open. Names are made unique first, since evidence cites them; the same bytes
/// given twice count once.
pub fn read_all(given: Vec<Given>, tools: Tools<'_>) -> (Vec<ReadInput>, Reread) {
    let read = |(given, notes): Noted| {
        // Of what is no bundle a plain hash would be an oracle: it may hold a secret that somebody can guess.
        let hash = || given.sha256().filter(|_| matches!(given.content, Ok(Content::Bundle(_))));
        let (mut read, hash) = rayon::join(|| read(&given, notes, tools), hash);
        read.input.sha256 = hash.map(|hash| hash.to_string());
        let bundle = match given.content {
            Ok(Content::Bundle(bundle)) => Some((given.name, *bundle)),
            _ => None,
        };
        (read, bundle)
    };
    let (sets, given) =
        loose::sort(own_kit::pass_over(with_clean_names(given, tools.sanitizer)), tools.loose);
    let reads = together(named(given), |(given, _)| given.inner_id(), read);
    let (mut reads, bundles): (Vec<_>, Vec<_>) = reads.into_iter().unzip();
    let (of_loose, loose) = loose::read(sets, tools);
    reads.extend(unique(of_loose, &reads));
    (crowd::bounded(reads), Reread { bundles: bundles.into_iter().flatten().collect(), loose })
}

/// Sorts by name and content, so that the order of the command line does not matter, drops what was given twice and
/// numbers what has the same name.
pub(super) fn named(mut given: Vec<Given>) -> Vec<Noted> {
    let key = |given: &Given| {
        let refused = given.content.as_ref().err().map(ToString::to_string);
        (given.name.to_lowercase(), given.name.clone(), refused, given.path.clone())
    };
    given.sort_by_cached_key(key);
    // Only where names are equal the content has to be hashed for an order.
    for same in given.chunk_by_mut(|a, b| a.name == b.name).filter(|same| same.len() > 1) {
        same.sort_by_key(Given::sha256);
    }
    // A folder's digest is that of its manifest, which says nothing of what its members became.
    let is_whole = |given: &Given| !is_folder(given);
    let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
    for given in given.iter().filter(|given| is_whole(given)) {
        *sizes.entry(given.bytes).or_default() += 1;
    }
    let mut kept: Vec<Noted> = Vec::new();
    let mut known: BTreeMap<(u64, Sha256), usize> = BTreeMap::new();
    for given in given {
        // Only what is as long as something else has to be hashed.
        let may_be = is_whole(&given) && sizes.get(&given.bytes).is_some_and(|count| *count > 1);
        let key = may_be.then(|| given.sha256()).flatten().map(|hash| (given.bytes, hash));
        if let Some((first, notes)) = key.and_then(|key| kept.get_mut(*known.get(&key)?)) {
            if notes.len() < SAME {
                let name =
                    if given.name == first.name { String::new() } else { format!(" as {}", given.name) };
                notes.push(format!("The same bytes were given again{name}; they count once."));
            }
            continue;
        }
        if let Some(key) = key {
            known.insert(key, kept.len());
        }
        kept.push((given, Vec::new()));
    }
    let taken: BTreeSet<String> = kept.iter().map(|(given, _)| given.name.clone()).collect();
    let mut used = BTreeSet::new();
    for (given, _) in &mut kept {
        if !used.insert(given.name.clone()) {
            let mut numbered = (2..).map(|number| format!("{} ({number})", given.name));
            given.name =
                numbered.find(|name| !taken.contains(name) && !used.contains(name)).unwrap_or_default();
            used.insert(given.name.clone());
        }
    }
    kept
}

/// Numbers inputs whose names others have.
fn unique(mut more: Vec<ReadInput>, others: &[ReadInput]) -> Vec<ReadInput> {
    let mut used: BTreeSet<String> = others.iter().map(|read| read.input.name.clone()).collect();
    for read in &mut more {
        let name = read.input.name.clone();
        let mut numbered = (2..).map(|number| format!("{name} ({number})"));
        if used.contains(&name) {
            read.input.name = numbered.find(|name| !used.contains(name)).unwrap_or_default();
        }
        used.insert(read.input.name.clone());
    }
    more
}

fn is_folder(given: &Given) -> bool {
    matches!(&given.content, Ok(Content::Bundle(bundle)) if !bundle.is_one_file())
}

/// Reads one input by itself.
pub(super) fn one(given: &Given, tools: Tools<'_>) -> ReadInput {
    read(given, Vec::new(), tools)
}

fn read(given: &Given, notes: Vec<String>, tools: Tools<'_>) -> ReadInput {
    let input = Input {
        name: given.name.clone(),
        kind: InputKind::Unrecognised,
        status: InputStatus::Refused,
        problems: Vec::new(),
        notes,
        node: None,
        bytes: given.bytes,
        sha256: None,
        taken: None,
        tool: None,
        holds: Vec::new(),
        grade: None,
        unplaced: false,
    };
    match &given.content {
        Err(GivenError::Open(error)) if error.is_of_newer_format() => {
            let node = node_in_name(&given.name).map(visible);
            refused(Input { node, ..input }, ProblemKind::Newer, error)
        }
        Err(GivenError::LeftOut { reason, what: Some(what), .. }) => {
            passed_over(input, what.clone(), sanitized(reason, tools.sanitizer))
        }
        Err(GivenError::LeftOut { kind, reason, .. }) => {
            let node = match &given.origin {
                Origin::Case(Some(owner)) => Some(visible(&owner.name)),
                _ => None,
            };
            refused(Input { node, ..input }, *kind, sanitized(reason, tools.sanitizer))
        }
        Err(error) => refused(input, ProblemKind::Malformed, error),
        Ok(Content::Bundle(bundle)) => read_bundle(input, bundle, tools),
        // No export is so large: its beginning says what it is.
        Ok(Content::File(leaf)) if leaf.size() > MAX_EXPORT_BYTES => match leaf.head() {
            Ok(head) => match kinds::of_bytes(&head, leaf.size()).or_else(|| kinds::of_text(&head)) {
                Some(known) => of_kind(input, &known),
                None => refused(input, ProblemKind::Malformed, LeafError::TooLarge(MAX_EXPORT_BYTES)),
            },
            Err(error) => refused(input, ProblemKind::Malformed, error),
        },
        Ok(Content::File(leaf)) => match leaf.bytes(MAX_EXPORT_BYTES) {
            Ok(bytes) => {
                // A panic in any library costs the input it happened on, and nothing else.
                let read = catch_unwind(AssertUnwindSafe(|| read_export(input.clone(), &bytes, tools)));
                read.unwrap_or_else(|_| refused(input, ProblemKind::Malformed, "made the reader fail"))
            }
            Err(error) => refused(input, ProblemKind::Malformed, error),
        },
    }
}

/// The node in the name that the collector gives a bundle, such as `WEB01_20261130-0810.zip`.
fn node_in_name(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".zip").unwrap_or(name);
    let (node, time) = stem.rsplit_once('_')?;
    let is_time = time.len() == 13 && time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (is_time && is_name(node)).then_some(node)
}

/// An input that does not count at all, with the one sentence that says why.
fn refused(mut input: Input, kind: ProblemKind, why: impl std::fmt::Display) -> ReadInput {
    let text = format!("{} {why}.", input.name);
    input.problems.push(Problem { kind, member: None, text });
    ReadInput { input, facts: Vec::new() }
}

/// An input of a known kind that no reader takes.
fn of_kind(input: Input, known: &kinds::Known) -> ReadInput {
    let mut read = passed_over(input, known.name.clone().into_owned(), known.sentence());
    read.input.status = known.status();
    read
}

/// An input that nothing was expected from: what it is, and the sentence about it.
fn passed_over(mut input: Input, what: String, why: impl std::fmt::Display) -> ReadInput {
    input.holds = vec![what];
    let mut read = refused(input, kinds::PROBLEM, why);
    read.input.status = InputStatus::PassedOver;
    read
}

fn read_bundle(mut input: Input, bundle: &Bundle, tools: Tools<'_>) -> ReadInput {
    input.grade = Some(Grade::Bundle);
    input.kind = match bundle.form() {
        Form::Zip => InputKind::BundleZip,
        Form::Folder => InputKind::BundleFolder,
    };
    let manifest = bundle.manifest();
    if !is_name(&manifest.node.name) {
        let name = sanitized(&manifest.node.name, tools.sanitizer);
        let why = format!("names no machine in its manifest.json: \"{name}\" is not the name of one machine");
        return refused(input, ProblemKind::Malformed, why);
    }
    input.node = Some(visible(&manifest.node.name));
    input.taken = Some(manifest.collection.local(manifest.collection.started).to_rfc3339());
    input.tool = Some(sanitized(&manifest.tool, tools.sanitizer));
    let read = snapshot::read(&input.name, bundle, tools);
    input.problems = read.problems;
    input.notes.extend(read.notes);
    // What the collector itself says it did not take is no claim of the bundle that fails.
    let harmless = [ProblemKind::Incomplete, ProblemKind::Rights, ProblemKind::Unlisted];
    let spoils = |problem: &Problem| !harmless.contains(&problem.kind);
    input.status = match &read.value {
        None => InputStatus::Refused,
        Some(_) if input.problems.iter().any(spoils) => InputStatus::Partly,
        Some(_) => InputStatus::Read,
    };
    ReadInput {
        input,
        facts: read.value.map(|snapshot| Facts::Bundle(Box::new(snapshot))).into_iter().collect(),
    }
}

fn read_export(mut input: Input, bytes: &[u8], tools: Tools<'_>) -> ReadInput {
    let name = input.name.clone();
    let cx = Source { input: &name, knowledge: tools.knowledge, sanitizer: tools.sanitizer };
    if let Some(own) = kinds::own(bytes) {
        return of_kind(input, &own);
    }
    let record = encoding::decode(bytes.get(..RECORD).unwrap_or(bytes));
    if kit_answers::is_record(&record) {
        let read = kit_answers::read(cx, &encoding::decode(bytes));
        let newer = matches!(read, Err(KitAnswersError::Newer(_)));
        let kind = if newer { ProblemKind::Newer } else { ProblemKind::Malformed };
        return match read {
            Ok(read) => exported(input, read),
            Err(error) => refused(input, kind, error),
        };
    }
    if let Some((kind, why)) = leaks::of_file(&name, bytes) {
        return refused(input, kind, why);
    }
    if let Some(known) = kinds::of_bytes(bytes, bytes.len() as u64).filter(|_| !is_event_file(bytes)) {
        return of_kind(input, &known);
    }
    let read = match recognise(bytes) {
        Ok(ExportForm::Json) => match json::read(cx, bytes) {
            Ok(read) => Ok(read),
            // It may be no JSON at all, such as settings that begin with a bracket.
            Err(error @ (JsonError::Other | JsonError::NotJson { .. })) => match kinds::of_text(bytes) {
                Some(known) if error == JsonError::Other || known.id != kinds::Id::Json => {
                    return of_kind(input, &known);
                }
                _ => Err(format!("is {error}")),
            },
            Err(error) => {
                if let JsonError::TooManyNodes(_) = error {
                    input.kind = InputKind::NodesJson;
                }
                Err(format!("is {error}"))
            }
        },
        Ok(ExportForm::Answers) => {
            input.kind = InputKind::Answers;
            answers::parse(cx, bytes, tools.questions)
                .map(|parsed| parsed.map(|answers| vec![Facts::Answers(answers)]))
                .map(|parsed| ReadExport { kind: input.kind, holds: Vec::new(), parsed })
                .map_err(|error| format!("is not a readable answers file: {error}"))
        }
        Ok(ExportForm::ManualCapture) => {
            input.kind = InputKind::Export;
            input.holds = vec![manual_capture::TITLE.to_owned()];
            manual_capture::read(cx, &encoding::decode(bytes))
                .map(|parsed| ReadExport { kind: input.kind, holds: input.holds.clone(), parsed })
                .map_err(|error| format!("is {error}"))
        }
        Ok(ExportForm::Events) => {
            input.kind = InputKind::Export;
            input.holds = vec!["a Windows event log".to_owned()];
            event_file::read(cx, bytes)
                .map(|file| {
                    if let [only] = file.computers.as_slice() {
                        input.node = Some(only.computer.clone());
                    }
                    let problems = file.problem.into_iter().map(malformed).collect();
                    let parsed =
                        Parsed { value: vec![Facts::Events(file.computers)], problems, notes: Vec::new() };
                    ReadExport { kind: input.kind, holds: input.holds.clone(), parsed }
                })
                .map_err(|error| error.to_string())
        }
        Ok(ExportForm::Table) => match tables::read(cx, bytes) {
            Ok(Some(read)) => Ok(read),
            Ok(None) => match on_screen::read(cx, bytes) {
                Some(read) => read,
                None => match (other_table(bytes), kinds::of_text(bytes)) {
                    // What is a table to its end may be an export that somebody changed, whatever its cells look like.
                    (Some(why), Some(known)) if known.is_of_any_text() && is_even(bytes) => Err(why),
                    (_, Some(known)) => return of_kind(input, &known),
                    (Some(why), None) => Err(why),
                    (None, None) => {
                        return refused(input, kinds::PROBLEM, kinds::unknown(bytes, bytes.len() as u64));
                    }
                },
            },
            Err(error) => Err(format!("cannot be read: {error}")),
        },
        Err(why @ Unrecognised::WebPage) => match kinds::web_page(bytes) {
            Some(known) => return of_kind(input, &known),
            None => Err(why.to_string()),
        },
        Err(why) => Err(why.to_string()),
    };
    match read {
        Ok(read) => exported(input, read),
        Err(why) => refused(input, ProblemKind::Malformed, why),
    }
}

/// An export that was read, with what is to be said of it.
fn exported(mut input: Input, read: ReadExport) -> ReadInput {
    let ReadExport { kind, holds, parsed } = read;
    let status = if parsed.problems.is_empty() { InputStatus::Read } else { InputStatus::Partly };
    input.notes.extend(parsed.notes);
    // A log that was saved by hand may be cut anywhere.
    let is_whole = !parsed.value.iter().any(|facts| matches!(facts, Facts::Events(_)));
    let grade = if is_whole { Grade::Export } else { Grade::Loose };
    input.grade = kind.is_evidence().then_some(grade);
    ReadInput {
        input: Input { kind, holds, status, problems: parsed.problems, ..input },
        facts: parsed.value,
    }
}

/// Why a table is no export; `None` if it is no table. It may be an export that somebody changed, so it is asked for again.
fn other_table(bytes: &[u8]) -> Option<String> {
    let text = encoding::decode(bytes);
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let looks = match heading(first) {
        _ if workbook::is_workbook(bytes) => {
            "a workbook, but no sheet has the columns of an export".to_owned()
        }
        // Bytes that mean nothing have separators, too.
        _ if !encoding::is_text(bytes) => return None,
        Some((_, columns)) => {
            format!("a table of {} columns, but they are not those of an export", columns.len())
        }
        None => return None,
    };
    Some(format!(
        "is not a file that this program knows. It looks like {looks}: save it again as docs/exports.md describes; docs/inputs.md \
         lists all that is read"
    ))
}

/// Whether all of the first lines of a text have as many cells as its first one, and there are some.
fn is_even(bytes: &[u8]) -> bool {
    /// Lines and bytes that are looked at.
    const LINES: usize = 20;
    const BYTES: usize = 64 << 10;
    let text = encoding::decode(bytes.get(..BYTES).unwrap_or(bytes));
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(LINES);
    let Some((delimiter, columns)) = lines.next().and_then(heading) else { return false };
    let rows: Vec<&str> = lines.collect();
    // The last one may be cut.
    let whole = if bytes.len() > BYTES { rows.len().saturating_sub(1) } else { rows.len() };
    let is_alike = |row: &&str| {
        heading(row).is_some_and(|(other, cells)| other == delimiter && cells.len() == columns.len())
    };
    whole > 0 && rows.iter().take(whole).all(is_alike)
}

//! Which logs were given: those of bundles, and loose ones as a customer sends them, in folders and archives.

use super::Failure;
use crate::bundle::source::{Content, Given};
use crate::bundle::{Bundle, Leaf, gather};
use crate::intake::log_files::{self, LooseLogs};
use crate::logs::LogClock;
use crate::model::excerpt::Excerpt;
use crate::redact::{Redactor, Sanitizer};
use crate::text::encoding;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Everything that was given.
#[derive(Default)]
pub(super) struct Inputs {
    /// What has logs of one node.
    pub sets: Vec<LogSet>,
    /// Logs, in the order in which they are shown where times are equal.
    pub logs: Vec<Log>,
    /// What is not read, one sentence each.
    pub refused: Vec<String>,
    /// What else a reader should know.
    pub notes: Vec<String>,
    /// Full paths of all files that were found.
    pub files: BTreeSet<PathBuf>,
}

/// Logs of one node that came together.
pub(super) struct LogSet {
    /// Name of the bundle, or of the file or folder.
    pub input: String,
    pub node: String,
    pub clock: LogClock,
    pub redactor: Arc<Redactor>,
    /// `None` for loose logs.
    pub bundle: Option<Bundle>,
}

/// One log.
pub(super) struct Log {
    /// Index of its set.
    pub set: usize,
    /// Name in its set.
    pub name: String,
    pub bytes: u64,
    pub place: LogPlace,
}

/// Where the bytes of a log are.
pub(super) enum LogPlace {
    /// A member of the bundle of its set.
    Member,
    /// A file that is in no bundle.
    Leaf(Leaf),
}

/// Folders that are named by what is in them, not by whose it is.
const GENERIC: [&str; 5] = ["log", "logs", ".", "..", ""];
/// Ends of names of files that are exports and other inputs of a report.
const NO_LOGS: [&str; 14] = [
    "json", "csv", "tsv", "xls", "xlsx", "xlsm", "xlsb", "ods", "toml", "html", "htm", "md", "config", "evtx",
];

impl Inputs {
    /// Finds the logs of all paths.
    pub(super) fn find(paths: &[PathBuf], node_of: &[(String, String)]) -> Self {
        let mut all = Self::default();
        let mut left_out = Vec::new();
        let mut given = gather(paths);
        // What is given by itself and with its folder counts once.
        let mut seen = BTreeSet::new();
        given.retain(|one| {
            let full = one.path.canonicalize().unwrap_or_else(|_| one.path.clone());
            all.files.insert(full.clone());
            seen.insert((full, within(one)))
        });
        let loose = log_files::loose(given, node_of);
        let redactor = Arc::new(loose.redactor);
        for LooseLogs { input, node, logs } in loose.sets {
            for leaf in logs {
                all.add_leaf(&input, node.as_deref(), leaf, &redactor);
            }
        }
        for one in loose.others {
            let by_itself = paths.contains(&one.path) && !one.name.contains('/');
            let export = is_export(&one.name);
            let Given { name, content, .. } = one;
            match content {
                Ok(Content::Bundle(bundle)) => all.add_bundle(shown(&name), *bundle),
                Ok(Content::File(leaf)) if is_log_name(&name) || (by_itself && !export) => {
                    let head = leaf.head().unwrap_or_default();
                    if !is_log_name(&name) && !encoding::is_text(&head) {
                        all.refused.push(format!("{} is not a text.", shown(&name)));
                    } else {
                        all.add_leaf(&name, None, leaf, &redactor);
                    }
                }
                // The exports of a case are no logs, and nobody expects them to be.
                Ok(Content::File(_)) if !by_itself && export => {}
                Ok(Content::File(_)) => left_out.push(shown(&name)),
                Err(error) => all.refused.push(format!("{} {error}.", shown(&name))),
            }
        }
        if !left_out.is_empty() {
            let more = left_out.len().saturating_sub(3);
            left_out.truncate(3);
            let and = if more > 0 { format!(" and {more} more") } else { String::new() };
            all.notes.push(format!(
                "Not read, because they are no logs by their names: {}{and}.",
                left_out.join(", ")
            ));
        }
        all.sort();
        all
    }

    fn add_bundle(&mut self, input: String, bundle: Bundle) {
        let sha256 = bundle.manifest_sha256();
        let same = |set: &&LogSet| set.bundle.as_ref().is_some_and(|one| one.manifest_sha256() == sha256);
        if let Some(first) = self.sets.iter().find(same) {
            self.notes.push(format!("{input} is the same collection as {}; it counts once.", first.input));
            return;
        }
        let logs = match log_files::of_bundle(&bundle) {
            Ok(logs) => logs,
            Err(why) => return self.refused.push(format!("{input} {why}.")),
        };
        let set = self.sets.len();
        self.notes.extend(logs.problems.iter().map(|text| format!("{input}: {text}")));
        self.logs.extend(logs.members.into_iter().map(|(name, bytes)| Log {
            set,
            name,
            bytes,
            place: LogPlace::Member,
        }));
        let (node, clock, redactor) = (logs.node, logs.clock, Arc::new(logs.redactor));
        self.sets.push(LogSet { input, node, clock, redactor, bundle: Some(bundle) });
    }

    /// A log that is in no bundle.
    fn add_leaf(&mut self, input: &str, node: Option<&str>, leaf: Leaf, redactor: &Arc<Redactor>) {
        let node = node.map(str::to_owned).or_else(|| folder_of(&leaf));
        let node = node.map_or_else(|| "-".to_owned(), |node| shown(&node));
        let set = self.loose(shown(input), node, redactor);
        let (name, bytes) = (shown(leaf.place()), leaf.size());
        self.logs.push(Log { set, name, bytes, place: LogPlace::Leaf(leaf) });
    }

    /// The set of loose logs of a node.
    fn loose(&mut self, input: String, node: String, redactor: &Arc<Redactor>) -> usize {
        let same = |set: &LogSet| set.bundle.is_none() && set.input == input && set.node == node;
        self.sets.iter().position(same).unwrap_or_else(|| {
            let (clock, redactor) = (LogClock::default(), Arc::clone(redactor));
            self.sets.push(LogSet { input, node, clock, redactor, bundle: None });
            self.sets.len() - 1
        })
    }

    /// Names of all nodes in order.
    pub(super) fn nodes(&self) -> Vec<&str> {
        let mut nodes: Vec<&str> =
            self.logs.iter().filter_map(|log| Some(self.set(log)?.node.as_str())).collect();
        nodes.sort_by_key(|node| (node.to_lowercase(), *node));
        nodes.dedup();
        nodes
    }

    /// The set of a log.
    pub(super) fn set(&self, log: &Log) -> Option<&LogSet> {
        self.sets.get(log.set)
    }

    /// Fails where a node is asked for that has no logs.
    pub(super) fn has_nodes(&self, nodes: &[String]) -> Result<(), Failure> {
        let known = self.nodes();
        let is_unknown = |node: &&String| !known.iter().any(|one| one.eq_ignore_ascii_case(node));
        match nodes.iter().find(is_unknown).filter(|_| !known.is_empty()) {
            Some(node) => {
                Err(Failure::usage(format!("--node {node}: there are logs of {}", known.join(", "))))
            }
            None => Ok(()),
        }
    }

    /// Keeps the logs of these nodes, or all.
    pub(super) fn keep(&mut self, nodes: &[String]) {
        let is_kept = |node: &str| nodes.is_empty() || nodes.iter().any(|one| one.eq_ignore_ascii_case(node));
        let sets = &self.sets;
        self.logs.retain(|log| sets.get(log.set).is_some_and(|set| is_kept(&set.node)));
    }

    /// Puts all logs in the order in which they are shown where times are equal.
    fn sort(&mut self) {
        let sets = &self.sets;
        self.logs.sort_by_cached_key(|log| {
            let (node, input) = sets.get(log.set).map(|set| (&set.node, &set.input)).unzip();
            (node.map(|node| node.to_lowercase()), node.cloned(), log.name.clone(), input.cloned())
        });
    }
}

impl Log {
    /// What is equal for all logs in one inner archive that has to be inflated.
    pub(super) fn inner_id(&self, set: &LogSet) -> Option<usize> {
        match (&self.place, &set.bundle) {
            (LogPlace::Member, Some(bundle)) => bundle.inner_id(),
            (LogPlace::Leaf(leaf), _) => leaf.inner_id(),
            _ => None,
        }
    }
}

/// Where something is within its file on disk; empty for the file itself.
fn within(given: &Given) -> String {
    let disk = given.path.file_name().unwrap_or_default().to_string_lossy();
    let mut parts = given.name.split('/');
    match parts.by_ref().find(|part| *part == disk) {
        Some(_) => parts.collect::<Vec<_>>().join("/"),
        None => given.name.clone(),
    }
}

/// The innermost folder or archive with a log that has a name of its own: better than no name where nothing names a node.
fn folder_of(leaf: &Leaf) -> Option<String> {
    let own = |name: &&str| !GENERIC.iter().any(|generic| name.eq_ignore_ascii_case(generic));
    let last = |folders: &str| folders.rsplit(['/', '\\']).find(own).map(str::to_owned);
    let above = leaf.place().rsplit_once('/').and_then(|(above, _)| last(above));
    let on_disk = || last(&leaf.path()?.parent()?.to_string_lossy());
    let name = above.or_else(on_disk)?;
    let archive = [".zip", ".tgz", ".tar.gz", ".tar"].into_iter().find_map(|end| name.strip_suffix(end));
    Some(archive.unwrap_or(&name).to_owned())
}

/// Whether a name is that of a log: `SS.log`, `SS.log.12`, `SS.log2026-11-20`, `errors.txt`.
fn is_log_name(name: &str) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    name.contains(".log") || [".txt", ".jsonl", ".ndjson"].iter().any(|end| name.ends_with(end))
}

fn is_export(name: &str) -> bool {
    let end = name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
    NO_LOGS.contains(&end.as_str())
}

/// A name as it may be shown.
fn shown(name: &str) -> String {
    Excerpt::new(name, &Sanitizer).as_str().to_owned()
}

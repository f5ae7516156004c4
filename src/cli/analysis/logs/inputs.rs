//! Which logs were given: those of bundles, and loose ones as a customer sends them, in folders and in zips.

use super::Failure;
use crate::bundle::{Bundle, Limits, OpenError, Thing, contents, open_plain, tree};
use crate::intake::{log_files, loose};
use crate::logs::LogClock;
use crate::model::excerpt::Excerpt;
use crate::redact::{Redactor, Sanitizer};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

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
    /// `--node-of`.
    node_of: Vec<(String, String)>,
}

/// Logs of one node that came together.
pub(super) struct LogSet {
    /// Name of the bundle, or of the file or folder.
    pub input: String,
    pub node: String,
    pub clock: LogClock,
    pub redactor: Redactor,
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
    File(PathBuf),
    /// In a zip that is no bundle.
    Zipped {
        zip: PathBuf,
        name: String,
    },
}

/// Folders that are named by what is in them, not by whose it is.
const GENERIC: [&str; 5] = ["log", "logs", ".", "..", ""];
/// Ends of names of files that are exports and other inputs of a report.
const NO_LOGS: [&str; 10] = ["json", "csv", "tsv", "xlsx", "xlsm", "toml", "html", "htm", "md", "config"];
/// What files begin with that are packed in another way than as a zip.
const PACKED: [&[u8]; 6] = [b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd"];

impl Inputs {
    /// Finds the logs of all paths.
    pub(super) fn find(paths: &[PathBuf], node_of: &[(String, String)]) -> Self {
        let mut all = Self { node_of: node_of.to_vec(), ..Self::default() };
        let mut left_out = Vec::new();
        for path in paths {
            let found = match tree(path) {
                Ok(found) => found,
                Err(error) => {
                    all.refused.push(format!("{} {error}.", named(path)));
                    continue;
                }
            };
            for (file, thing) in found {
                // What is given by itself and with its folder counts once.
                if !file.canonicalize().is_ok_and(|full| all.files.insert(full)) && file.exists() {
                    continue;
                }
                let given = file == *path;
                match thing {
                    Thing::Bundle => all.add_bundle(path, &file),
                    Thing::Special => all.refused.push(format!(
                        "{} is a link or no plain file, and such things inside a folder are not read.",
                        relative(path, &file)
                    )),
                    Thing::File if is_log_name(&file.to_string_lossy()) || (given && !is_export(&file)) => {
                        all.add_file(path, &file);
                    }
                    // The exports of a case are no logs, and nobody expects them to be.
                    Thing::File if !given && is_export(&file) => {}
                    Thing::File => left_out.push(relative(path, &file)),
                }
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

    fn add_bundle(&mut self, given: &Path, path: &Path) {
        let input = named(path);
        match Bundle::open(path) {
            Ok(bundle) => {
                let sha256 = bundle.manifest_sha256();
                let same =
                    |set: &&LogSet| set.bundle.as_ref().is_some_and(|one| one.manifest_sha256() == sha256);
                if let Some(first) = self.sets.iter().find(same) {
                    self.notes
                        .push(format!("{input} is the same collection as {}; it counts once.", first.input));
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
                let (node, clock, redactor) = (logs.node, logs.clock, logs.redactor);
                self.sets.push(LogSet { input, node, clock, redactor, bundle: Some(bundle) });
            }
            Err(OpenError::NoManifest) if path.is_file() => self.add_zip(given, path),
            Err(error) => self.refused.push(format!("{input} {error}.")),
        }
    }

    fn add_file(&mut self, given: &Path, path: &Path) {
        let shown = relative(given, path);
        let mut head = Vec::new();
        let read = open_plain(path).and_then(|file| {
            let bytes = file.metadata()?.len();
            file.take(4096).read_to_end(&mut head)?;
            Ok(bytes)
        });
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(error) => return self.refused.push(format!("{shown} could not be read: {error}.")),
        };
        if PACKED.iter().any(|mark| head.starts_with(mark)) {
            return self.refused.push(format!("{shown} is packed: unpack it, or pack it as a zip."));
        }
        if !is_log_name(&shown) && !crate::text::encoding::is_text(&head) {
            return self.refused.push(format!("{shown} is not a text."));
        }
        let folder = path.parent().unwrap_or(Path::new(""));
        let below = relative(given, path);
        let place = if given == path { below } else { format!("{}/{below}", named(given)) };
        let named_by = loose::names::node_of_log(&place, &self.node_of);
        let node = named_by.or_else(|| node_of(folder.to_string_lossy().split(['/', '\\'])));
        let node = node.map_or_else(|| "-".to_owned(), |node| self::shown(&node));
        let set = self.loose(named(given), node);
        self.logs.push(Log { set, name: shown, bytes, place: LogPlace::File(path.to_owned()) });
    }

    /// The logs of a zip that is no bundle.
    fn add_zip(&mut self, given: &Path, path: &Path) {
        let input = relative(given, path);
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut found = Vec::new();
        let visited = contents::visit(path, &Limits::default(), &mut |name, _| {
            if is_log_name(name) {
                found.push(name.to_owned());
            }
            Ok(())
        });
        match visited {
            Ok(_) if found.is_empty() => {
                self.refused.push(format!("{input} has no manifest.json and no log."));
            }
            Ok(_) => {
                for name in found {
                    let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
                    let named_by = loose::names::node_of_log(&format!("{input}/{name}"), &self.node_of);
                    let node = named_by.or_else(|| node_of(folders.split('/'))).unwrap_or_else(|| stem.clone());
                    let node = shown(&node);
                    let set = self.loose(input.clone(), node);
                    let place = LogPlace::Zipped { zip: path.to_owned(), name: name.clone() };
                    self.logs.push(Log { set, name: shown(&name), bytes: 0, place });
                }
            }
            Err(error) => self.refused.push(format!("{input} {error}.")),
        }
    }

    /// The set of loose logs of a node.
    fn loose(&mut self, input: String, node: String) -> usize {
        let same = |set: &LogSet| set.bundle.is_none() && set.input == input && set.node == node;
        self.sets.iter().position(same).unwrap_or_else(|| {
            let (clock, redactor) = (LogClock::default(), Redactor::patterns_only());
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

/// Whose logs are in a folder, by the names of the folders above them, the innermost last.
fn node_of<'n>(folders: impl DoubleEndedIterator<Item = &'n str>) -> Option<String> {
    let is_own = |name: &&str| !GENERIC.iter().any(|generic| name.eq_ignore_ascii_case(generic));
    folders.rev().find(is_own).map(shown)
}

/// Whether a name is that of a log: `SS.log`, `SS.log.12`, `SS.log2026-11-20`, `errors.txt`.
fn is_log_name(name: &str) -> bool {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    name.contains(".log") || [".txt", ".jsonl", ".ndjson"].iter().any(|end| name.ends_with(end))
}

fn is_export(path: &Path) -> bool {
    let end = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    NO_LOGS.contains(&end.as_str())
}

/// A name as it may be shown.
fn shown(name: &str) -> String {
    Excerpt::new(name, &Sanitizer).as_str().to_owned()
}

/// The last part of a path.
fn named(path: &Path) -> String {
    let full = if path.file_name().is_none() { path.canonicalize().ok() } else { None };
    let name = full.as_deref().unwrap_or(path).file_name();
    shown(&name.map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()))
}

/// The path of a file below what was given, or its name.
fn relative(given: &Path, path: &Path) -> String {
    match path.strip_prefix(given) {
        Ok(below) if below.file_name().is_some() => shown(&below.to_string_lossy().replace('\\', "/")),
        _ => named(path),
    }
}

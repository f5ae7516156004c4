//! Parser of `reg query` output: keys, values and, where it can be shown, their absence.
//!
//! The command ends in the same way where a key or value is missing and where it may not be seen, and says which only in
//! the language of Windows. So that something is absent is taken only from a key that was read: one whose values or keys
//! were listed, or of which another value was had.

use super::UNASKED;
use crate::model::{Location, Observed, Position};
use std::collections::BTreeMap;

/// A value of the registry as it is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its type, such as `REG_DWORD`.
    pub kind: String,
    /// Its data: numbers as `0x1`, several texts with `\0` between them.
    pub data: String,
}

/// What was printed of the registry.
#[derive(Debug)]
pub(crate) struct Registry {
    input: String,
    /// By path in upper case.
    keys: BTreeMap<String, Key>,
    /// Commands that were answered without success: key in upper case, and the value asked for, if one was.
    failed: BTreeMap<(String, Option<String>), u32>,
}

/// A key that was printed or asked for.
#[derive(Debug, Default)]
struct Key {
    /// Its last part as it was printed.
    name: String,
    /// Values by name in upper case.
    values: BTreeMap<String, (Entry, u32)>,
    /// Line of the command that listed its values and the keys below it.
    listed: Option<u32>,
    /// Lines of commands that looked for a value, its name in upper case, here and in every key below, and found some.
    searched: BTreeMap<String, u32>,
}

/// The root of all keys asked for, as it is printed.
const ROOT: &str = r"HKEY_LOCAL_MACHINE\";
/// The same as it is asked for.
const SHORT_ROOT: &str = r"HKLM\";
/// What is between the parts of a value.
const GAP: &str = "    ";
/// Most keys that are kept.
const MAX_KEYS: usize = 10_000;
/// Longest path of a key, in bytes.
const MAX_PATH: usize = 1_000;

/// What a command asked for.
struct Query<'a> {
    key: &'a str,
    /// `/v`: this value only.
    value: Option<&'a str>,
    /// `/s`: all keys below it, too.
    deep: bool,
}

impl<'a> Query<'a> {
    fn of(arguments: &'a str) -> Option<Self> {
        let (arguments, value) = match arguments.split_once(" /v ") {
            Some((rest, value)) => (rest, Some(value.trim())),
            None => (arguments, None),
        };
        let (key, deep) = match arguments.strip_suffix(" /s") {
            Some(key) => (key, true),
            None => (arguments, false),
        };
        let key = key.trim().strip_prefix(SHORT_ROOT).filter(|key| is_path(key))?;
        Some(Self { key, value, deep })
    }
}

impl Registry {
    pub(super) fn new(input: &str) -> Self {
        Self { input: input.to_owned(), keys: BTreeMap::new(), failed: BTreeMap::new() }
    }

    fn at(&self, line: u32) -> Location {
        Location::export(&self.input, Position::Line(line))
    }

    /// Takes an answer; gives whether its question is one of the registry.
    pub(super) fn answer(
        &mut self,
        arguments: &str,
        line: u32,
        answer: &[(u32, String)],
        succeeded: bool,
    ) -> bool {
        let Some(Query { key: asked, value, deep }) = Query::of(arguments) else { return false };
        let path = asked.to_uppercase();
        if !succeeded {
            self.failed.insert((path, value.map(str::to_uppercase)), line);
            return true;
        }
        let mut is_whole = self.key(asked);
        let mut current = None;
        for (line, text) in answer {
            if let Some(key) = text.strip_prefix(ROOT) {
                let upper = key.to_uppercase();
                let has_room = is_path(key) && is_at_or_below(&upper, &path) && self.key(key);
                is_whole &= has_room;
                current = has_room.then_some(upper);
            } else if let Some((name, entry)) = entry(text)
                && let Some(key) = current.as_ref().and_then(|key| self.keys.get_mut(key))
            {
                key.values.insert(name.to_uppercase(), (entry, *line));
            }
        }
        if let Some(key) = self.keys.get_mut(&path).filter(|_| is_whole) {
            match value {
                None => key.listed = Some(line),
                Some(value) if deep => drop(key.searched.insert(value.to_uppercase(), line)),
                Some(_) => {}
            }
        }
        true
    }

    /// Notes that a key and those above it are there; whether there is room for it.
    fn key(&mut self, path: &str) -> bool {
        for part in std::iter::once(path).chain(above(path)) {
            let upper = part.to_uppercase();
            if self.keys.contains_key(&upper) {
                return true;
            }
            if self.keys.len() >= MAX_KEYS {
                return false;
            }
            let name = part.rsplit('\\').next().unwrap_or_default().to_owned();
            self.keys.insert(upper, Key { name, ..Key::default() });
        }
        true
    }

    /// A value of a key.
    pub(crate) fn value(&self, key: &str, name: &str) -> Observed<Entry> {
        let (path, name) = (key.to_uppercase(), name.to_uppercase());
        let failed = self.failed.get(&(path.clone(), Some(name.clone())));
        if let Some(found) = self.keys.get(&path) {
            if let Some((entry, line)) = found.values.get(&name) {
                return Observed::known(entry.clone(), self.at(*line));
            }
            // A user who may see one value of a key may see them all.
            let read = found.listed.as_ref().or(failed.filter(|_| !found.values.is_empty()));
            if let Some(line) = read {
                return Observed::absent(self.at(*line));
            }
        }
        let searched = above(&path).find_map(|above| self.keys.get(above)?.searched.get(&name));
        if let Some(line) = searched {
            return Observed::absent(self.at(*line));
        }
        let failed_above =
            || above(&path).find_map(|above| self.failed.get(&(above.to_owned(), Some(name.clone()))));
        self.missing(&path, failed.or_else(failed_above))
    }

    /// Every value of a key that was listed, by its name in upper case.
    pub(crate) fn values(&self, key: &str) -> Observed<BTreeMap<String, Entry>> {
        let path = key.to_uppercase();
        let Some((key, line)) = self.keys.get(&path).and_then(|key| Some((key, key.listed?))) else {
            return self.missing(&path, None);
        };
        let values = key.values.iter().map(|(name, (entry, _))| (name.clone(), entry.clone()));
        Observed::known(values.collect(), self.at(line))
    }

    /// Names of the keys below a key.
    pub(crate) fn keys(&self, key: &str) -> Observed<Vec<String>> {
        let path = key.to_uppercase();
        let Some(line) = self.keys.get(&path).and_then(|key| key.listed) else {
            return self.missing(&path, None);
        };
        let below = format!("{path}\\");
        let names = self
            .keys
            .range(below.clone()..)
            .take_while(|(path, _)| path.starts_with(&below))
            .filter(|(path, _)| path.get(below.len()..).is_some_and(|rest| !rest.contains('\\')))
            .map(|(_, key)| key.name.clone());
        Observed::known(names.collect(), self.at(line))
    }

    /// Why there is no answer of a key: it is not there, as the list of the keys beside it shows; or its command failed; or
    /// nobody asked.
    fn missing<T>(&self, path: &str, failed: Option<&u32>) -> Observed<T> {
        let failed = failed.or_else(|| self.failed.get(&(path.to_owned(), None)));
        let mut part = path;
        for above in above(path) {
            if self.keys.contains_key(part) {
                break;
            }
            if let Some(line) = self.keys.get(above).and_then(|key| key.listed) {
                return Observed::absent(self.at(line));
            }
            part = above;
        }
        match failed {
            Some(line) => Observed::unreadable(
                self.at(*line),
                "its command failed, so nobody can say whether it exists",
            ),
            None => Observed::not_collected(UNASKED),
        }
    }
}

/// The keys above a key, the nearest first.
fn above(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |path| parent(path))
}

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('\\').map(|(above, _)| above)
}

/// Whether a text can be the path of a key.
fn is_path(text: &str) -> bool {
    (1..=MAX_PATH).contains(&text.len()) && !text.split('\\').any(str::is_empty)
}

fn is_at_or_below(path: &str, root: &str) -> bool {
    path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('\\'))
}

/// A value as `reg query` prints it: its name, its type and its data, each after four blanks.
fn entry(text: &str) -> Option<(&str, Entry)> {
    let text = text.strip_prefix(GAP)?;
    let (name, rest) = text.split_at_checked(text.find("    REG_")?)?;
    let rest = rest.trim_start();
    let (kind, data) = rest.split_once(GAP).unwrap_or((rest, ""));
    Some((name, Entry { kind: kind.to_owned(), data: data.to_owned() }))
}

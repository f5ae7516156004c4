//! Compares one fact, or whole lists of files, across nodes and finds the node that differs.

use super::facts::InventoryEntry;
use std::collections::{BTreeMap, BTreeSet};

/// How one node's value compares with those of the other nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conformity {
    /// Equal to all others, or to most of them.
    Same,
    /// Different from the strict majority of at least three known values.
    Odd,
    /// Values differ and there is no majority: with two nodes, or a tie, no node is the odd one.
    Differs,
    /// Not known.
    Unknown,
}

/// Compares one value across nodes; `None` if it is not known.
pub fn classify<T: Ord>(values: &[Option<T>]) -> Vec<Conformity> {
    let mut counts: BTreeMap<&T, usize> = BTreeMap::new();
    for value in values.iter().flatten() {
        *counts.entry(value).or_default() += 1;
    }
    let known: usize = counts.values().sum();
    let majority =
        counts.iter().find(|(_, count)| known >= 3 && **count * 2 > known).map(|(value, _)| *value);
    values
        .iter()
        .map(|value| match (value, majority) {
            (None, _) => Conformity::Unknown,
            (Some(_), _) if counts.len() < 2 => Conformity::Same,
            (Some(value), Some(majority)) if value == majority => Conformity::Same,
            (Some(_), Some(_)) => Conformity::Odd,
            (Some(_), None) => Conformity::Differs,
        })
        .collect()
}

/// A node's copy of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState<'a> {
    /// Not in this node's inventory.
    Missing,
    /// There, with this size and content identity: a hash or fingerprint, or `None` if it could not be read or there was no
    /// key. Then only the size is compared.
    Present {
        /// Size in bytes.
        size: u64,
        /// Hash or fingerprint as text.
        content: Option<&'a str>,
    },
}

/// One file that is not the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDifference<'a> {
    /// Path as the first node writes it.
    pub path: &'a str,
    /// One state for each node.
    pub states: Vec<FileState<'a>>,
    /// One result for each node.
    pub standings: Vec<Conformity>,
}

/// Path as written, size in bytes, content identity.
type Indexed<'a> = (&'a str, u64, Option<String>);

/// Files by node and lower-case path, with content identities that states can borrow.
#[derive(Debug, Default)]
pub struct FileIndex<'a> {
    nodes: Vec<BTreeMap<String, Indexed<'a>>>,
}

impl<'a> FileIndex<'a> {
    /// Indexes inventories, one for each node. Paths are compared without regard to case, as Windows does.
    pub fn new(inventories: &[&'a [InventoryEntry]]) -> Self {
        let content = |entry: &InventoryEntry| match &entry.sha256 {
            Some(hash) => Some(format!("sha256:{hash}")),
            None => entry.fingerprint.as_ref().map(ToString::to_string),
        };
        let file = |entry: &'a InventoryEntry| {
            (entry.path.to_lowercase(), (entry.path.as_str(), entry.size, content(entry)))
        };
        Self { nodes: inventories.iter().map(|entries| entries.iter().map(file).collect()).collect() }
    }

    /// Every file that is not the same on all nodes, in order of path, if `wanted` accepts its path (in lower case, with
    /// `/`). Content identities that cannot be compared (other scheme or key) count as unknown, so that only size and
    /// presence count.
    pub fn differences(&self, wanted: impl Fn(&str) -> bool) -> Vec<FileDifference<'_>> {
        let mut paths: BTreeMap<&str, &'a str> = BTreeMap::new();
        for (key, (path, ..)) in self.nodes.iter().flatten().filter(|(key, _)| wanted(key)) {
            paths.entry(key).or_insert(path);
        }
        paths.into_iter().filter_map(|(key, path)| self.difference(key, path)).collect()
    }

    /// Every file that all nodes have in one size but whose content could not be compared, in order of path: it was not
    /// read on all nodes, or fingerprinted with different keys. These are not known to be equal.
    pub fn undecided(&self, wanted: impl Fn(&str) -> bool) -> Vec<&'a str> {
        let files = self.nodes.first().into_iter().flatten().filter(|(key, _)| wanted(key));
        let unlike = files.filter(|(key, _)| schemes(&self.states(key)) != 1);
        let equal = unlike.filter(|(key, _)| self.difference(key, "").is_none());
        equal.map(|(_, (path, ..))| *path).collect()
    }

    fn states(&self, key: &str) -> Vec<FileState<'_>> {
        self.nodes
            .iter()
            .map(|node| match node.get(key) {
                None => FileState::Missing,
                Some((_, size, content)) => FileState::Present { size: *size, content: content.as_deref() },
            })
            .collect()
    }

    fn difference(&self, key: &str, path: &'a str) -> Option<FileDifference<'_>> {
        let mut states = self.states(key);
        let mixed = schemes(&states) != 1;
        let by_size: Vec<Option<FileState>> = states.iter().map(|state| Some(state.sized())).collect();
        let differ = |standings: &[Conformity]| {
            standings.iter().any(|standing| matches!(standing, Conformity::Odd | Conformity::Differs))
        };
        let standings = if !mixed {
            classify(&states.iter().copied().map(Some).collect::<Vec<_>>())
        } else if differ(&classify(&by_size)) {
            for state in &mut states {
                *state = state.sized();
            }
            classify(&by_size)
        } else {
            // Sizes agree: contents of the most common scheme can still be compared with each other.
            let common = most_common_scheme(&states);
            let comparable = |state: &FileState<'_>| scheme(state).is_some() && scheme(state) == common;
            let known: Vec<_> = states.iter().map(|state| comparable(state).then_some(*state)).collect();
            classify(&known)
        };
        differ(&standings).then_some(FileDifference { path, states, standings })
    }
}

impl FileState<'_> {
    /// The same without the content: only presence and size.
    const fn sized(&self) -> Self {
        match *self {
            Self::Missing => Self::Missing,
            Self::Present { size, .. } => Self::Present { size, content: None },
        }
    }
}

/// Scheme and key of a content identity, which must be equal for a comparison. `None` if there is none.
fn scheme<'s>(state: &FileState<'s>) -> Option<&'s str> {
    match state {
        FileState::Missing => None,
        FileState::Present { content, .. } => content.and_then(|text| text.rsplit_once(':')).map(|(s, _)| s),
    }
}

/// How many schemes the copies of a file have; 0 if the content of one is not known.
fn schemes(states: &[FileState<'_>]) -> usize {
    let present = states.iter().filter(|state| **state != FileState::Missing);
    let distinct: BTreeSet<_> = present.map(scheme).collect();
    if distinct.contains(&None) { 0 } else { distinct.len() }
}

fn most_common_scheme<'s>(states: &[FileState<'s>]) -> Option<&'s str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for scheme in states.iter().filter_map(scheme) {
        *counts.entry(scheme).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(scheme, _)| scheme)
}

/// What a value has to share with another one so that the two can be compared (`docs/bundle-format.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Basis<'v> {
    /// The value itself: it compares with every other value but a label.
    Plain,
    /// A marker in place of a redacted value, or a fingerprint, made with this key.
    Print(&'v str),
    /// A label in place of a name, made with this key.
    Label(&'v str),
    /// A marker without a fingerprint: it compares with nothing.
    Nothing,
}

impl<'v> Basis<'v> {
    fn of(value: &'v str) -> Self {
        let value = value.trim();
        let inside = value.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        let Some(inside) = inside else { return fingerprint_key(value).map_or(Self::Plain, Self::Print) };
        if let Some(marker) = inside.strip_prefix("redacted") {
            let key = marker.strip_prefix(':').and_then(|print| print.rsplit_once(':'));
            return key.map_or(Self::Nothing, |(key, _)| Self::Print(key));
        }
        let label = inside.split_once('}').map_or(inside, |(first, _)| first);
        match *label.split('-').collect::<Vec<_>>() {
            [_, key, tag] if is_hex(key, 8) && is_hex(tag, 10) => Self::Label(key),
            _ => Self::Plain,
        }
    }

    /// An absence compares with whatever is there.
    fn of_optional(value: Option<&'v str>) -> Self {
        value.map_or(Self::Plain, Self::of)
    }

    fn compares(self, other: Self) -> bool {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => false,
            (Self::Label(_), _) | (_, Self::Label(_)) => self == other,
            (Self::Plain, _) | (_, Self::Plain) => true,
            (Self::Print(_), Self::Print(_)) => self == other,
        }
    }
}

/// Scheme and key id of a whole fingerprint.
fn fingerprint_key(text: &str) -> Option<&str> {
    let (key, hex) = text.rsplit_once(':')?;
    let scheme = key.split_once(':')?.0;
    (is_hex(hex, 64) && ["enc", "key", "case"].contains(&scheme)).then_some(key)
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether two values, as a bundle has them, are the same; `None` if that is not known: one is a marker without a fingerprint,
/// or both were made with different keys.
pub fn same_value(a: &str, b: &str) -> Option<bool> {
    Basis::of(a).compares(Basis::of(b)).then(|| as_compared(a) == as_compared(b))
}

/// A value as it is compared: .NET reads `true` and `false` in any case.
fn as_compared(value: &str) -> &str {
    let value = value.trim();
    ["true", "false"].into_iter().find(|flag| value.eq_ignore_ascii_case(flag)).unwrap_or(value)
}

/// Compares one value across nodes, as a bundle has it; `None` if it is not known, `Some(None)` if it is not there. Of
/// values made with different keys those of the key that most nodes share are compared, of equally many the lowest; the
/// others are not known.
pub fn classify_values(values: &[Option<Option<&str>>]) -> Vec<Conformity> {
    let bases: Vec<Basis> = values.iter().flatten().map(|value| Basis::of_optional(*value)).collect();
    let compared = |one: Basis| bases.iter().filter(|other| one.compares(**other)).count();
    let mut common = bases.clone();
    common.sort();
    common.dedup();
    let common = common.into_iter().rev().max_by_key(|one| (compared(*one), *one != Basis::Plain));
    // A value that compares with no other one says nothing.
    let common = common.filter(|common| bases.len() == 1 || compared(*common) > 1);
    let comparable =
        |value: Option<&str>| common.is_some_and(|common| common.compares(Basis::of_optional(value)));
    let known: Vec<_> = values
        .iter()
        .map(|value| value.filter(|own| comparable(*own)).map(|value| value.map(as_compared)))
        .collect();
    classify(&known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_two_values_no_node_is_the_odd_one() {
        assert_eq!(classify(&[Some(1), Some(2)]), [Conformity::Differs, Conformity::Differs]);
        assert_eq!(
            classify(&[Some(1), Some(2), None]),
            [Conformity::Differs, Conformity::Differs, Conformity::Unknown]
        );
        assert_eq!(classify(&[Some(1), Some(1), Some(2), Some(2)]), [Conformity::Differs; 4]);
    }

    #[test]
    fn a_strict_majority_of_three_makes_the_others_odd() {
        assert_eq!(
            classify(&[Some(1), Some(1), Some(2)]),
            [Conformity::Same, Conformity::Same, Conformity::Odd]
        );
        assert_eq!(
            classify(&[Some(1), Some(1), None]),
            [Conformity::Same, Conformity::Same, Conformity::Unknown]
        );
    }

    fn entry(path: &str, size: u64, print: Option<&str>) -> InventoryEntry {
        InventoryEntry {
            path: path.into(),
            size,
            modified: None,
            sha256: None,
            fingerprint: print.map(|p| p.to_owned().try_into().unwrap()),
            unread: None,
        }
    }

    #[test]
    fn fingerprints_of_different_keys_are_not_compared() {
        let a = [entry("web.config", 5, Some("key:k1:aa"))];
        let b = [entry("Web.Config", 5, Some("key:k2:bb"))];
        let c = [entry("web.config", 6, Some("key:k2:cc"))];
        let same_size = FileIndex::new(&[&a, &b]);
        assert!(same_size.differences(|_| true).is_empty());
        let index = FileIndex::new(&[&b, &c]);
        let found = index.differences(|_| true);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "Web.Config");
    }

    #[test]
    fn what_could_not_be_compared_is_not_equal() {
        let read = [entry("a.txt", 5, Some("key:k1:aa"))];
        let other_key = [entry("a.txt", 5, Some("key:k2:aa"))];
        let unread = [entry("a.txt", 5, None)];
        for pair in [[&read, &other_key], [&read, &unread], [&unread, &unread]] {
            let index = FileIndex::new(&[pair[0], pair[1]]);
            assert!(index.differences(|_| true).is_empty());
            assert_eq!(index.undecided(|_| true), ["a.txt"]);
        }
        let equal = FileIndex::new(&[&read, &read]);
        assert!(equal.undecided(|_| true).is_empty());
        let shorter = [entry("a.txt", 4, None)];
        assert!(FileIndex::new(&[&read, &shorter]).undecided(|_| true).is_empty(), "sizes differ");
    }

    #[test]
    fn one_unread_copy_does_not_hide_that_two_others_differ() {
        let a = [entry("a.txt", 5, Some("key:k1:aa"))];
        let b = [entry("a.txt", 5, Some("key:k1:bb"))];
        let unread = [entry("a.txt", 5, None)];
        let index = FileIndex::new(&[&a, &b, &unread]);
        let found = index.differences(|_| true);
        assert_eq!(found[0].standings, [Conformity::Differs, Conformity::Differs, Conformity::Unknown]);
    }

    #[test]
    fn only_markers_of_one_key_are_compared() {
        assert_eq!(same_value("{redacted:key:aa:01}", "{redacted:key:aa:01}"), Some(true));
        assert_eq!(same_value("{redacted:key:aa:01}", "{redacted:key:aa:02}"), Some(false));
        assert_eq!(same_value("{redacted:key:aa:01}", "{redacted:key:bb:01}"), None);
        assert_eq!(same_value("{redacted}", "{redacted}"), None);
        assert_eq!(same_value("true", "false"), Some(false));
        assert_eq!(same_value("true", "True"), Some(true), ".NET reads flags in any case");
        assert_eq!(same_value("Forms", "forms"), Some(false));
        assert_eq!(same_value("true", "{redacted:key:aa:01}"), Some(false));
    }

    #[test]
    fn values_of_different_keys_make_nobody_odd() {
        let known = |texts: [&'static str; 3]| classify_values(&texts.map(|text| Some(Some(text))));
        let print = |key: &str, digit: &str| format!("key:{key}:{}", digit.repeat(64));
        let [a, b, c] = [print("k1", "a"), print("k1", "b"), print("k2", "a")];
        let of = |texts: [&String; 3]| classify_values(&texts.map(|text| Some(Some(text.as_str()))));
        assert_eq!(of([&a, &a, &c]), [Conformity::Same, Conformity::Same, Conformity::Unknown]);
        assert_eq!(of([&a, &b, &c]), [Conformity::Differs, Conformity::Differs, Conformity::Unknown]);
        assert_eq!(of([&a, &a, &b]), [Conformity::Same, Conformity::Same, Conformity::Odd]);
        assert_eq!(same_value(&a, &c), None);
        let label = ["{host-40083dc9-a4b62893e9}", "{host-40083dc9-a4b62893e9}", "dc01"];
        assert_eq!(known(label), [Conformity::Same, Conformity::Same, Conformity::Unknown]);
        let markers = ["{redacted}", "{redacted:key:aa:01}", "{redacted:key:aa:01}"];
        assert_eq!(known(markers), [Conformity::Unknown, Conformity::Same, Conformity::Same]);
        let plain = ["true", "{redacted:key:aa:01}", "true"];
        assert_eq!(known(plain), [Conformity::Same, Conformity::Odd, Conformity::Same]);
        assert_eq!(known(["{redacted}"; 3]), [Conformity::Unknown; 3]);
        let absent = [Some(None), Some(Some("{redacted:key:aa:01}")), None];
        assert_eq!(classify_values(&absent), [Conformity::Differs, Conformity::Differs, Conformity::Unknown]);
    }
}

//! Which node is odd: comparing one fact, or whole file lists, over nodes.

use super::facts::InventoryEntry;
use std::collections::BTreeMap;

/// How one node's value stands among the others'.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Like the others, or like most of them.
    Same,
    /// Unlike the strict majority of at least three known values.
    Odd,
    /// Values differ and there is no majority: with two nodes, or a tie, nobody is odd.
    Differs,
    /// Not known.
    Unknown,
}

/// Compares one value over nodes, `None` where it is not known.
pub fn compare<T: Ord>(values: &[Option<T>]) -> Vec<Standing> {
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
            (None, _) => Standing::Unknown,
            (Some(_), _) if counts.len() < 2 => Standing::Same,
            (Some(value), Some(majority)) if value == majority => Standing::Same,
            (Some(_), Some(_)) => Standing::Odd,
            (Some(_), None) => Standing::Differs,
        })
        .collect()
}

/// What two copies of one file say about each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState<'a> {
    /// Not in this node's inventory.
    Missing,
    /// There, with this size and content identity (a hash or fingerprint; `None` when it was not readable or no
    /// key was there: then only the size compares).
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
    /// One state a node.
    pub states: Vec<FileState<'a>>,
    /// One standing a node.
    pub standings: Vec<Standing>,
}

/// Path as written, size in bytes, content identity.
type Indexed<'a> = (&'a str, u64, Option<String>);

/// Content identities by node and lower-case path, made once so that states can borrow them.
#[derive(Debug, Default)]
pub struct FileIndex<'a> {
    nodes: Vec<BTreeMap<String, Indexed<'a>>>,
}

impl<'a> FileIndex<'a> {
    /// Indexes inventories, one a node. Windows compares paths without regard to case, and so does this.
    pub fn new(inventories: &[&'a [InventoryEntry]]) -> Self {
        let nodes = inventories
            .iter()
            .map(|entries| {
                entries
                    .iter()
                    .map(|entry| {
                        let content = entry
                            .sha256
                            .as_ref()
                            .map(|hash| format!("sha256:{hash}"))
                            .or_else(|| entry.fingerprint.as_ref().map(ToString::to_string));
                        (entry.path.to_lowercase(), (entry.path.as_str(), entry.size, content))
                    })
                    .collect()
            })
            .collect();
        Self { nodes }
    }

    /// Every file under the paths `wanted` accepts (given in lower case, with `/`) that is not the same on all
    /// nodes, in order of path. Content identities that do not compare (other scheme or key) count as unknown,
    /// so that only sizes and presence speak.
    pub fn differences(&self, wanted: impl Fn(&str) -> bool) -> Vec<FileDifference<'_>> {
        let mut paths: BTreeMap<&str, &'a str> = BTreeMap::new();
        for node in &self.nodes {
            for (key, (path, ..)) in node {
                if wanted(key) {
                    paths.entry(key).or_insert(path);
                }
            }
        }
        paths.into_iter().filter_map(|(key, path)| self.difference(key, path)).collect()
    }

    fn difference(&self, key: &str, path: &'a str) -> Option<FileDifference<'_>> {
        let mut states: Vec<FileState<'_>> = self
            .nodes
            .iter()
            .map(|node| match node.get(key) {
                None => FileState::Missing,
                Some((_, size, content)) => FileState::Present { size: *size, content: content.as_deref() },
            })
            .collect();
        let mut schemes: Vec<Option<&str>> = states
            .iter()
            .filter_map(|state| match state {
                FileState::Missing => None,
                FileState::Present { content, .. } => {
                    Some(content.and_then(|c| c.rsplit_once(':').map(|(s, _)| s)))
                }
            })
            .collect();
        schemes.sort_unstable();
        schemes.dedup();
        if schemes.len() > 1 {
            for state in &mut states {
                if let FileState::Present { content, .. } = state {
                    *content = None;
                }
            }
        }
        let standings = compare(&states.iter().copied().map(Some).collect::<Vec<_>>());
        standings.iter().any(|standing| *standing != Standing::Same).then_some(FileDifference {
            path,
            states,
            standings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_make_nobody_odd() {
        assert_eq!(compare(&[Some(1), Some(2)]), [Standing::Differs, Standing::Differs]);
        assert_eq!(
            compare(&[Some(1), Some(2), None]),
            [Standing::Differs, Standing::Differs, Standing::Unknown]
        );
        assert_eq!(compare(&[Some(1), Some(1), Some(2), Some(2)]), [Standing::Differs; 4]);
    }

    #[test]
    fn a_strict_majority_of_three_makes_the_rest_odd() {
        assert_eq!(compare(&[Some(1), Some(1), Some(2)]), [Standing::Same, Standing::Same, Standing::Odd]);
        assert_eq!(compare(&[Some(1), Some(1), None]), [Standing::Same, Standing::Same, Standing::Unknown]);
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
    fn fingerprints_of_other_keys_do_not_compare() {
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
}

//! What changed on each node: facts, settings, roles and files; and the wordings of errors.

use super::snapshot::{Cell, MatrixRow, Snapshot};
use super::view::{FactChange, FactChangeKind, NodeChanges, PatternChange};
use crate::model::host_name::same_host;
use std::collections::BTreeMap;

/// The fact that is another one every time and says nothing by that.
const ALWAYS_CHANGES: &str = "Last connected";
/// Most changes of one node that are listed.
const FACTS: usize = 60;
/// Most files of one node.
const FILES: usize = 12;
/// Most wordings.
const PATTERNS: usize = 20;

/// Nodes that changed, in order of name.
pub(super) fn nodes(before: &Snapshot, after: &Snapshot) -> Vec<NodeChanges> {
    let rows = |snapshot| -> BTreeMap<(String, String), &MatrixRow> { rows(snapshot).collect() };
    let (then, now) = (rows(before), rows(after));
    let mut all = Vec::new();
    for (column, node) in after.matrix.nodes.iter().enumerate() {
        let Some(old) = before.matrix.nodes.iter().position(|name| same_host(name, node)) else { continue };
        let mut changes = NodeChanges {
            node: node.clone(),
            facts: Vec::new(),
            facts_more: 0,
            files: Vec::new(),
            files_more: 0,
            lost: 0,
        };
        changes.facts.extend(role(before, after, node));
        for (key, row) in self::rows(after) {
            let earlier = match then.get(&key) {
                Some(earlier) => earlier.cells.get(old).map(State::of),
                // A setting that no node had then has no row: its file must have been read to know that.
                None => is_setting_file(before, &key.0).then_some(State::Unset),
            };
            changes.add(&key, earlier, row.cells.get(column).map(State::of));
        }
        for (key, row) in then.iter().filter(|(key, _)| !now.contains_key(*key)) {
            let later = is_setting_file(after, &key.0).then_some(State::Unset);
            changes.add(key, row.cells.get(old).map(State::of), later);
        }
        files(&mut changes, before, after);
        changes.facts_more = changes.facts.len().saturating_sub(FACTS);
        changes.facts.truncate(FACTS);
        if !changes.facts.is_empty() || !changes.files.is_empty() || changes.lost > 0 {
            all.push(changes);
        }
    }
    all
}

/// Whether all that is compared of the nodes is the same, to the last connection.
pub(super) fn are_same(before: &Snapshot, after: &Snapshot) -> bool {
    fn cells(snapshot: &Snapshot) -> impl Iterator<Item = (&str, &str, &str)> {
        let rows = snapshot.matrix.groups.iter().flat_map(|group| &group.rows);
        rows.flat_map(|row| {
            row.cells.iter().map(|cell| (row.label.as_str(), cell.text.as_str(), cell.state.as_str()))
        })
    }
    before.matrix.nodes == after.matrix.nodes && cells(before).eq(cells(after))
}

/// What a cell of the comparison says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State<'a> {
    Value(&'a str),
    Unset,
    Unknown,
}

impl<'a> State<'a> {
    fn of(cell: &'a Cell) -> Self {
        match (cell.state.as_str(), cell.text.as_str()) {
            ("absent", _) | (_, "not set") => Self::Unset,
            // Made with a key of its own: a value all the same.
            ("unknown", text) if !cell.note.starts_with("not comparable") || text == "unknown" => {
                Self::Unknown
            }
            (_, text) => Self::Value(text),
        }
    }
}

impl NodeChanges {
    fn add(&mut self, key: &(String, String), then: Option<State<'_>>, now: Option<State<'_>>) {
        let (Some(then), Some(now)) = (then, now) else { return };
        let (kind, before, after) = match (then, now) {
            (State::Value(a), State::Value(b)) if a != b && comparable(a, b) => {
                (FactChangeKind::Changed, a, b)
            }
            (State::Unset, State::Value(b)) => (FactChangeKind::Appeared, "", b),
            (State::Value(a), State::Unset) => (FactChangeKind::Gone, a, ""),
            (State::Value(_) | State::Unset, State::Unknown) => {
                self.lost += 1;
                return;
            }
            _ => return,
        };
        self.facts.push(FactChange {
            kind,
            group: key.0.clone(),
            label: key.1.clone(),
            before: clip(before),
            after: clip(after),
        });
    }
}

/// A value as long as a line.
fn clip(value: &str) -> String {
    const MOST: usize = 200;
    let mut text: String = value.chars().take(MOST).collect();
    if value.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}

/// Whether two values may be compared: fingerprints only if scheme and key are the same.
fn comparable(a: &str, b: &str) -> bool {
    let head = |value: &str| {
        let (head, hex) = value.rsplit_once(':')?;
        let hex = hex.trim_end_matches('…');
        (hex.len() >= 12 && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| head.to_owned())
    };
    match (head(a), head(b)) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    }
}

/// Rows of the comparison of nodes with group and label; files have a list of their own.
fn rows(snapshot: &Snapshot) -> impl Iterator<Item = ((String, String), &MatrixRow)> {
    let groups = snapshot.matrix.groups.iter().filter(|group| !group.title.starts_with("Files in "));
    groups.flat_map(|group| {
        let title = plain(&group.title).to_owned();
        let rows = group.rows.iter().filter(|row| row.label != ALWAYS_CHANGES);
        rows.map(move |row| ((title.clone(), row.label.clone()), row))
    })
}

/// The title of a group without its numbers.
fn plain(title: &str) -> &str {
    title.split(" (").next().unwrap_or(title)
}

/// Whether a group is a configuration file that a report has settings of.
fn is_setting_file(snapshot: &Snapshot, group: &str) -> bool {
    group.ends_with(".config") && snapshot.matrix.groups.iter().any(|other| plain(&other.title) == group)
}

fn role(before: &Snapshot, after: &Snapshot, node: &str) -> Option<FactChange> {
    let of = |snapshot: &Snapshot| {
        snapshot.nodes.iter().find(|card| same_host(&card.name, node)).map(|card| card.role.clone())
    };
    let (then, now) = (of(before)?, of(after)?);
    (then != now).then(|| FactChange {
        kind: FactChangeKind::Changed,
        group: "Node".to_owned(),
        label: "role".to_owned(),
        before: then,
        after: now,
    })
}

/// Files of the application folder, where bundles of both moments say what is in them.
fn files(changes: &mut NodeChanges, before: &Snapshot, after: &Snapshot) {
    fn of<'s>(snapshot: &'s Snapshot, node: &str) -> Option<&'s BTreeMap<String, String>> {
        snapshot.files.iter().find(|(name, _)| same_host(name, node)).map(|(_, files)| files)
    }
    let (Some(then), Some(now)) = (of(before, &changes.node), of(after, &changes.node)) else { return };
    let change = |kind, path: &String, before: Option<&String>, after: Option<&String>| FactChange {
        kind,
        group: String::new(),
        label: path.clone(),
        before: before.cloned().unwrap_or_default(),
        after: after.cloned().unwrap_or_default(),
    };
    for (path, content) in now {
        match then.get(path) {
            None => changes.files.push(change(FactChangeKind::Appeared, path, None, Some(content))),
            Some(old) if old != content && comparable(old, content) => {
                changes.files.push(change(FactChangeKind::Changed, path, Some(old), Some(content)));
            }
            Some(_) => {}
        }
    }
    for (path, content) in then.iter().filter(|(path, _)| !now.contains_key(*path)) {
        changes.files.push(change(FactChangeKind::Gone, path, Some(content), None));
    }
    changes.files_more = changes.files.len().saturating_sub(FILES);
    changes.files.truncate(FILES);
}

/// Wordings that came or at least doubled, how many more there are, and how many are gone.
pub(super) fn patterns(before: &Snapshot, after: &Snapshot) -> (Vec<PatternChange>, usize, usize) {
    let then: BTreeMap<&str, u64> =
        before.errors.patterns.iter().map(|one| (one.id.as_str(), one.count)).collect();
    let now: BTreeMap<&str, u64> =
        after.errors.patterns.iter().map(|one| (one.id.as_str(), one.count)).collect();
    let mut changed: Vec<PatternChange> = after
        .errors
        .patterns
        .iter()
        .filter_map(|pattern| {
            let earlier = then.get(pattern.id.as_str()).copied().unwrap_or_default();
            let grew = pattern.count >= earlier.saturating_mul(2).saturating_add(10);
            (earlier == 0 || grew).then(|| PatternChange {
                id: pattern.id.clone(),
                level: pattern.level.clone(),
                wording: clip(&pattern.wording),
                nodes: pattern.nodes.iter().map(|one| one.node.clone()).collect(),
                before: earlier,
                after: pattern.count,
                first: pattern.nodes.iter().map(|one| one.first.clone()).min().unwrap_or_default(),
            })
        })
        .collect();
    changed.sort_by(|a, b| (b.after, &a.id).cmp(&(a.after, &b.id)));
    // Where no log was read now, nothing says that a wording is gone.
    let read = |snapshot: &Snapshot| !snapshot.errors.covered.is_empty();
    let gone = if read(after) { then.keys().filter(|id| !now.contains_key(**id)).count() } else { 0 };
    let mut changed = if read(before) { changed } else { Vec::new() };
    let more = changed.len().saturating_sub(PATTERNS);
    changed.truncate(PATTERNS);
    (changed, more, gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_compare_only_if_made_with_one_key() {
        assert!(
            comparable("12.3.000001", "11.6.000001")
                && comparable("enc::24ddce47666f…", "enc::000000000000…")
        );
        assert!(!comparable("key:139a05df:24ddce47666f…", "case:7d91d732:24ddce47666f…"));
        assert!(comparable("key:139a05df:24ddce47666f…", "not set"));
    }

    #[test]
    fn what_is_not_known_on_one_side_is_no_change() {
        let mut changes = NodeChanges {
            node: "WEB01".into(),
            facts: Vec::new(),
            facts_more: 0,
            files: Vec::new(),
            files_more: 0,
            lost: 0,
        };
        let key = ("IIS".to_owned(), "Idle time-out".to_owned());
        changes.add(&key, None, Some(State::Value("a")));
        changes.add(&key, Some(State::Unknown), Some(State::Value("a")));
        changes.add(&key, Some(State::Value("a")), Some(State::Unknown));
        changes.add(&key, Some(State::Value("a")), Some(State::Value("a")));
        assert_eq!((changes.facts.len(), changes.lost), (0, 1));
        changes.add(&key, Some(State::Unset), Some(State::Value("a")));
        changes.add(&key, Some(State::Value("a")), Some(State::Unset));
        changes.add(&key, Some(State::Value("a")), Some(State::Value("b")));
        let kinds: Vec<FactChangeKind> = changes.facts.iter().map(|fact| fact.kind).collect();
        assert_eq!(kinds, [FactChangeKind::Appeared, FactChangeKind::Gone, FactChangeKind::Changed]);
    }
}

//! Every compared setting by node.

use crate::knowledge::Knowledge;
use crate::knowledge::rows::Agree;
use crate::model::facts::InventoryEntry;
use crate::model::node::Setting;
use crate::model::parity::{Conformity, FileDifference, FileIndex, FileState, classify_values};
use crate::model::{Cluster, Node, Observed, Role};
use crate::report::model::{Cell, CellState, FILES_IN, Matrix, MatrixGroup, MatrixRow, Parity};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn matrix(cluster: &Cluster, knowledge: &Knowledge) -> Matrix {
    // Logs of which nobody says whose they are have nothing to compare.
    let is_shown = |node: &&Node| {
        let known = node.snapshot.as_ref().is_some_and(|snapshot| !snapshot.settings.is_empty());
        node.role != Role::Unplaced || known
    };
    let nodes: Vec<&Node> = cluster.nodes.iter().filter(is_shown).collect();
    let mut groups = parity_groups(&nodes, knowledge);
    groups.extend(setting_groups(&nodes, knowledge));
    groups.extend(file_groups(&nodes, knowledge));
    let differing = groups
        .iter()
        .flat_map(|group| &group.rows)
        .filter(|row| row.differs && row.parity == Parity::Same)
        .count();
    Matrix { nodes: nodes.iter().map(|node| node.name.clone()).collect(), groups, differing }
}

fn parity_groups(nodes: &[&Node], knowledge: &Knowledge) -> Vec<MatrixGroup> {
    let mut groups: Vec<MatrixGroup> = Vec::new();
    for row in knowledge.rows.parity.iter().filter(|row| !row.is_file()) {
        let facts: Vec<Observed<String>> = nodes.iter().map(|node| node.fact(&row.fact)).collect();
        let parity = match row.agree {
            Agree::Same => Parity::Same,
            Agree::MayDiffer => Parity::MayDiffer,
        };
        if groups.last().is_none_or(|group| group.title != row.group) {
            groups.push(MatrixGroup { title: row.group.clone(), rows: Vec::new() });
        }
        if let Some(group) = groups.last_mut() {
            group.rows.push(fact_row(row.label.clone(), parity, nodes, &facts));
        }
    }
    groups
}

/// Settings of the configuration files, those that differ first. Values that
/// were redacted compare by their fingerprints.
fn setting_groups(nodes: &[&Node], knowledge: &Knowledge) -> Vec<MatrixGroup> {
    let files: BTreeSet<&str> = nodes
        .iter()
        .filter_map(|node| node.snapshot.as_ref())
        .flat_map(|snapshot| snapshot.settings.keys().map(String::as_str))
        .collect();
    files
        .into_iter()
        .map(|file| setting_group(file, nodes, knowledge))
        .filter(|group| !group.rows.is_empty())
        .collect()
}

fn setting_group(file: &str, nodes: &[&Node], knowledge: &Knowledge) -> MatrixGroup {
    let of = |node: &Node| -> Option<BTreeMap<String, Setting>> {
        node.snapshot.as_ref()?.settings.get(file)?.value().cloned()
    };
    let settings: Vec<Option<BTreeMap<String, Setting>>> = nodes.iter().map(|node| of(node)).collect();
    let keys: BTreeSet<&String> = settings.iter().flatten().flat_map(BTreeMap::keys).collect();
    let mut rows: Vec<MatrixRow> = keys
        .iter()
        // A setting that a row compares stands with the other facts.
        .filter(|key| !knowledge.rows.compares(file, key))
        .map(|key| {
            let facts: Vec<Observed<String>> =
                nodes.iter().map(|node| node.fact(&format!("config.{file}:{key}"))).collect();
            let may_differ = knowledge.rows.may_differ(file, Some(key));
            let parity = if may_differ { Parity::MayDiffer } else { Parity::Same };
            fact_row((*key).clone(), parity, nodes, &facts)
        })
        .collect();
    let total = rows.len();
    let differing = rows.iter().filter(|row| row.differs).count();
    rows.sort_by_key(|row| !row.differs);
    MatrixGroup { title: format!("{file} ({differing} of {total} settings differ)"), rows }
}

/// Remark on a value that was made with another key than those of the other nodes.
const NOT_COMPARABLE: &str = "not comparable: made with another fingerprint key than on the other nodes";

fn fact_row(label: String, parity: Parity, nodes: &[&Node], facts: &[Observed<String>]) -> MatrixRow {
    // An absence is something one can have in common. A node set apart is shown and makes nobody odd.
    let values: Vec<Option<Option<&str>>> = nodes
        .iter()
        .zip(facts)
        .map(|(node, fact)| {
            (node.role == Role::Serving && !fact.is_unknown()).then(|| fact.value().map(String::as_str))
        })
        .collect();
    let standings = classify_values(&values);
    let cells = facts
        .iter()
        .zip(&standings)
        .zip(&values)
        .map(|((fact, standing), compared)| {
            let apart = compared.is_some() && *standing == Conformity::Unknown;
            let state = match (fact, standing) {
                (fact, _) if fact.is_unknown() || apart => CellState::Unknown,
                (_, Conformity::Odd) => CellState::Odd,
                (_, Conformity::Differs) => CellState::Differs,
                (Observed::Absent { .. }, _) => CellState::Absent,
                _ => CellState::Same,
            };
            Cell {
                text: match fact {
                    Observed::Known { value, .. } => short(value),
                    Observed::Absent { .. } => "not set".into(),
                    Observed::Unreadable { .. } => "unreadable".into(),
                    Observed::NotCollected { .. } => "unknown".into(),
                },
                state,
                note: match fact.why_unknown() {
                    None if apart => NOT_COMPARABLE.into(),
                    why => why.or_else(|| disputed(fact)).unwrap_or_default(),
                },
            }
        })
        .collect();
    let differs = standings.iter().any(|one| matches!(one, Conformity::Odd | Conformity::Differs));
    MatrixRow { label, cells, parity, differs }
}

fn disputed(fact: &Observed<String>) -> Option<String> {
    let Observed::Known { disputed, .. } = fact else { return None };
    let (value, place) = disputed.first()?;
    Some(format!("{place} says {value}"))
}

/// Fingerprints are long and only equality matters; the matrix shows their start.
fn short(value: &str) -> String {
    let mut parts = value.rsplitn(2, ':');
    match (parts.next(), parts.next()) {
        (Some(hex), Some(head)) if hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
            format!("{head}:{}…", hex.get(..12).unwrap_or(hex))
        }
        _ => value.to_owned(),
    }
}

/// Files of the application folder that are not the same on all serving nodes, by their first folder.
fn file_groups(nodes: &[&Node], knowledge: &Knowledge) -> Vec<MatrixGroup> {
    let with: Vec<(usize, &[InventoryEntry])> = nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.role == Role::Serving)
        .filter_map(|(at, node)| Some((at, node.snapshot.as_ref()?.inventory.value()?.as_slice())))
        .collect();
    if with.len() < 2 {
        return Vec::new();
    }
    let inventories: Vec<_> = with.iter().map(|(_, entries)| *entries).collect();
    let index = FileIndex::new(&inventories);
    let differences = index.differences(|path| !is_expected_to_differ(path));
    let mut folders: BTreeMap<String, Vec<&FileDifference<'_>>> = BTreeMap::new();
    for difference in &differences {
        let folder = difference.path.split_once('/').map_or("(root)", |(folder, _)| folder);
        folders.entry(folder.to_lowercase()).or_default().push(difference);
    }
    folders
        .into_iter()
        .map(|(folder, differences)| {
            let row = |one: &&FileDifference<'_>| {
                let may_differ = knowledge.rows.may_differ(one.path, None);
                let parity = if may_differ { Parity::MayDiffer } else { Parity::Same };
                MatrixRow { parity, ..file_row(one, nodes, &with) }
            };
            let rows: Vec<MatrixRow> = differences.iter().map(row).collect();
            MatrixGroup { title: format!("{FILES_IN}{folder} ({} differ)", differences.len()), rows }
        })
        .collect()
}

/// Logs and the key files differ by nature; the key files have rows of their own.
fn is_expected_to_differ(path: &str) -> bool {
    path.starts_with("log/") || matches!(path, "encryption.config" | "database.config")
}

/// The cell of a node whose files are not laid beside those of the others.
fn without_files(node: &Node) -> Cell {
    let (text, remark) = match (&node.snapshot, node.role) {
        (None, _) => ("unknown", "no bundle".to_owned()),
        (Some(_), Role::Serving) => ("unknown", "its list of files is not known".to_owned()),
        (Some(_), role) => {
            ("not compared", format!("a {} node is not compared with the serving nodes", role.word()))
        }
    };
    Cell { text: text.into(), state: CellState::Unknown, note: remark }
}

fn file_row(
    difference: &FileDifference<'_>,
    nodes: &[&Node],
    inventories: &[(usize, &[InventoryEntry])],
) -> MatrixRow {
    let mut cells: Vec<Cell> = nodes.iter().map(|node| without_files(node)).collect();
    for (((at, _), state), standing) in inventories.iter().zip(&difference.states).zip(&difference.standings)
    {
        let Some(cell) = cells.get_mut(*at) else { continue };
        *cell = Cell {
            text: match state {
                FileState::Missing => "not there".into(),
                FileState::Present { size, content } => {
                    let hex = content.and_then(|content| content.rsplit(':').next()?.get(..8));
                    hex.map_or_else(|| format!("{size} B"), |hex| format!("{size} B, {hex}…"))
                }
            },
            state: match standing {
                Conformity::Odd => CellState::Odd,
                Conformity::Differs => CellState::Differs,
                Conformity::Same => CellState::Same,
                Conformity::Unknown => CellState::Unknown,
            },
            note: String::new(),
        };
    }
    MatrixRow { label: difference.path.to_owned(), cells, parity: Parity::Same, differs: true }
}

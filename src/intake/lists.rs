//! Chooses the node list that counts, keeps the list of a node by itself apart, and refuses inputs of other clusters.
//!
//! Clusters are reported apart by their node lists, never by the key file: nodes of one cluster may hold different files
//! for one key.

use super::cluster::CaseBuilder;
use super::conflict;
use crate::model::export::{Moment, NodeList, OwnList};
use crate::model::input::{InputStatus, ProblemKind};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Lists that share a machine describe one cluster.
struct Group {
    machines: BTreeSet<String>,
    /// Positions in [`CaseBuilder::lists`].
    lists: Vec<usize>,
}

/// Leaves the one list that counts in `builder.lists`, keeps lists that nodes of the case have for themselves apart, refuses
/// inputs of other clusters, and says whether there are any.
///
/// A list that names one node only is no sign of another cluster if that node has a bundle here, or a person says that it
/// belongs here: it may be a node that is attached to another database.
pub(super) fn choose(
    builder: &mut CaseBuilder,
    expected: &BTreeSet<String>,
    declared: &BTreeSet<String>,
) -> bool {
    join_pages(builder);
    let mut groups = groups(builder);
    let bundles = |group: &Group| {
        builder
            .bundles
            .iter()
            .filter(|(index, _)| builder.machine_of(*index).is_some_and(|m| group.machines.contains(&m)))
            .count()
    };
    // A list of node names given by a person says which cluster is meant; else most bundles decide, then the order of names.
    let rank = |group: &Group| (group.machines.intersection(expected).count(), bundles(group));
    let Some(judged) =
        groups.iter().enumerate().max_by_key(|(at, group)| (rank(group), Reverse(*at))).map(|(at, _)| at)
    else {
        return false;
    };
    let mut judged = groups.remove(judged);
    let given = Given {
        named: expected.union(declared).cloned().collect(),
        bundled: builder.bundles.iter().filter_map(|(index, _)| builder.machine_of(*index)).collect(),
    };
    let solo = take_solo(builder, &mut judged, &given);
    let chosen = newest(builder, &judged.lists);
    let seen = SeenNodes::in_lists(builder, &judged.lists);
    let known = judged.machines.intersection(&given.bundled).count();
    let mut strangers = false;
    for (machine, list) in solo {
        keep_apart(builder, &seen, chosen, machine, list);
    }
    for group in &mut groups {
        let names_one = group.machines.len() == 1;
        let is_ours = |machine: &&String| {
            given.named.contains(*machine) || (names_one && given.bundled.contains(*machine))
        };
        let ours: Vec<String> = group.machines.iter().filter(is_ours).cloned().collect();
        // What nobody says belongs here may be another cluster, whose exports are here as well; beside a cluster of several
        // bundles a single node is none.
        let is_equal = known < 2 && ours.iter().any(|machine| !given.named.contains(machine));
        strangers |= is_equal || ours.len() < group.machines.len();
        if !ours.is_empty() {
            let list = newest(builder, &group.lists);
            for machine in ours {
                group.machines.remove(&machine);
                keep_apart(builder, &seen, chosen, machine, list);
            }
        }
    }
    groups.retain(|group| !group.machines.is_empty());
    refuse_others(builder, &judged, &groups, chosen);
    keep(builder, &judged.lists, chosen);
    strangers
}

/// Which machines a person names, as expected or with a role, and of which there are bundles.
struct Given {
    named: BTreeSet<String>,
    bundled: BTreeSet<String>,
}

/// Takes lists out of the group that name a single node while others of the group name more, of which one is here: the
/// product on that node does not see the others.
fn take_solo(builder: &CaseBuilder, group: &mut Group, given: &Given) -> Vec<(String, usize)> {
    let machines = |at: usize| -> BTreeSet<String> {
        let rows = builder.lists.get(at).into_iter().flat_map(|(_, list)| &list.rows);
        rows.map(|row| builder.names.machine(&row.machine_name)).collect()
    };
    let is_here = |machine: &String| given.named.contains(machine) || given.bundled.contains(machine);
    let mut solo = Vec::new();
    for at in group.lists.clone() {
        let Some(only) =
            Some(machines(at)).filter(|names| names.len() == 1).and_then(|names| names.into_iter().next())
        else {
            continue;
        };
        if group.machines.iter().any(|other| *other != only && is_here(other)) {
            solo.push((only, at));
        }
    }
    // Lists of one node each that make a group together name the same node, so that one of several nodes is left.
    group.lists.retain(|at| solo.iter().all(|(_, solo)| solo != at));
    solo
}

/// The nodes that lists of the judged cluster name: with their databases, and when the first of them was connected.
struct SeenNodes {
    connected: BTreeMap<String, Moment>,
    databases: BTreeSet<String>,
}

impl SeenNodes {
    fn in_lists(builder: &CaseBuilder, lists: &[usize]) -> Self {
        let rows = || lists.iter().filter_map(|at| builder.lists.get(*at)).flat_map(|(_, list)| &list.rows);
        let mut connected: BTreeMap<String, Moment> = BTreeMap::new();
        for row in rows() {
            let Some(at) = row.last_connected.value() else { continue };
            let first = connected.entry(builder.names.machine(&row.machine_name)).or_insert(*at);
            if first.minus(at) > chrono::TimeDelta::zero() {
                *first = *at;
            }
        }
        let databases = rows().filter_map(|row| row.database.value()).cloned().collect();
        Self { connected, databases }
    }
}

/// Keeps a list as the one that a node has for itself.
fn keep_apart(builder: &mut CaseBuilder, seen: &SeenNodes, chosen: usize, machine: String, at: usize) {
    let Some((index, list)) = builder.lists.get(at).cloned() else { return };
    let Some((_, counts)) = builder.lists.get(chosen) else { return };
    let names: BTreeSet<String> =
        list.rows.iter().map(|row| builder.names.machine(&row.machine_name)).collect();
    let Some(row) = list.rows.iter().find(|row| builder.names.machine(&row.machine_name) == machine) else {
        return;
    };
    let others = |name: &&String| !names.contains(*name);
    let own = OwnList {
        input: list.input.clone(),
        row: row.clone(),
        names: list.rows.iter().map(|row| row.machine_name.clone()).collect(),
        is_whole: list.missing().is_none() && list.left_out == 0,
        newest_connection: list.newest_connection,
        others_since: seen
            .connected
            .iter()
            .filter(|(name, _)| others(name))
            .map(|(_, at)| *at)
            .reduce(earlier),
        databases: seen.databases.clone(),
    };
    let text = format!(
        "It is the node list of {} by itself and names none of the nodes of {}; {} says which nodes the cluster has.",
        row.machine_name, counts.input, counts.input
    );
    builder.note(index, text);
    builder.own_lists.insert(machine, own);
}

fn earlier(a: Moment, b: Moment) -> Moment {
    if a.minus(&b) > chrono::TimeDelta::zero() { b } else { a }
}

/// Makes one list of pages of one list: the first by name keeps its name.
fn join_pages(builder: &mut CaseBuilder) {
    let mut joined: Vec<(usize, NodeList)> = Vec::new();
    for (index, list) in std::mem::take(&mut builder.lists) {
        let begun = joined.iter_mut().find(|(_, begun)| {
            begun.pages.as_ref().zip(list.pages.as_ref()).is_some_and(|(begun, page)| begun.continues(page))
        });
        let Some((first, begun)) = begun else {
            joined.push((index, list));
            continue;
        };
        if let (Some(pages), Some(page)) = (&mut begun.pages, list.pages) {
            pages.join(page);
        }
        begun.rows.extend(list.rows);
        begun.rows.sort_by_cached_key(|row| row.machine_name.to_uppercase());
        begun.left_out += list.left_out;
        let newest = [begun.newest_connection, list.newest_connection].into_iter().flatten();
        begun.newest_connection = newest.reduce(|a, b| if earlier(a, b) == a { b } else { a });
        let (first, whole) = (*first, begun.missing().is_none());
        let name = builder.name(first);
        if index != first {
            builder.note(index, format!("It is read as one list with {name}, of which it is another page."));
        }
        for part in [first, index].into_iter().filter(|_| whole) {
            builder.take_page_back(part);
        }
    }
    builder.lists = joined;
}

fn groups(builder: &CaseBuilder) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, (_, list)) in builder.lists.iter().enumerate() {
        let machines = list.rows.iter().map(|row| builder.names.machine(&row.machine_name)).collect();
        let mut all = Group { machines, lists: vec![at] };
        // An empty list belongs to whatever cluster there is.
        if all.machines.is_empty() {
            continue;
        }
        let (joined, apart): (Vec<Group>, Vec<Group>) =
            groups.into_iter().partition(|group| !group.machines.is_disjoint(&all.machines));
        for group in joined {
            all.machines.extend(group.machines);
            all.lists.extend(group.lists);
        }
        all.lists.sort_unstable();
        groups = apart;
        groups.push(all);
    }
    groups.sort_by(|a, b| a.lists.cmp(&b.lists));
    groups
}

/// The list with the newest connection; without dates the one with most nodes, then the first by name.
fn newest(builder: &CaseBuilder, lists: &[usize]) -> usize {
    let rank = |at: usize| {
        let list = builder.lists.get(at).map(|(_, list)| list);
        let newest = list.and_then(|list| list.newest_connection);
        (newest, list.map_or(0, |list| list.rows.len()), Reverse(at))
    };
    lists.iter().copied().max_by_key(|at| rank(*at)).unwrap_or_default()
}

fn refuse_others(builder: &mut CaseBuilder, judged: &Group, others: &[Group], chosen: usize) {
    let Some((of, list)) = builder.lists.get(chosen) else { return };
    let (judged_list, judged_nodes) = (builder.name(*of), machines(list));
    let mut foreign = Vec::new();
    for group in others {
        for at in &group.lists {
            let Some((index, list)) = builder.lists.get(*at) else { continue };
            let nodes = machines(list);
            foreign.push((*index, format!(
                "{} lists the nodes {nodes}, and {judged_list} the nodes {judged_nodes}: these are two clusters. \
                 The report is about the cluster of {judged_list}, and this list does not count.",
                builder.name(*index)
            )));
        }
        for (index, _) in &builder.bundles {
            let machine = builder.machine_of(*index);
            if machine.is_some_and(|machine| {
                group.machines.contains(&machine) && !judged.machines.contains(&machine)
            }) {
                let theirs = group.lists.first().and_then(|at| builder.lists.get(*at));
                let theirs = theirs.map_or(String::new(), |(at, _)| builder.name(*at));
                foreign.push((*index, format!(
                    "{} is from a node that is in {theirs} but not in {judged_list}: it belongs to another cluster and does not count.",
                    builder.name(*index)
                )));
            }
        }
    }
    for (index, text) in foreign {
        builder.problem(index, InputStatus::Refused, ProblemKind::Foreign, text);
        builder.bundles.retain(|(bundle, _)| *bundle != index);
    }
}

/// Leaves only the chosen list; older ones of the same cluster are reported, as nothing is wrong with them. Of lists of one
/// time neither is believed where they differ.
fn keep(builder: &mut CaseBuilder, lists: &[usize], chosen: usize) {
    let name = builder.lists.get(chosen).map_or(String::new(), |(index, _)| builder.name(*index));
    let time =
        |builder: &CaseBuilder, at: usize| builder.lists.get(at).and_then(|(_, list)| list.newest_connection);
    let others: Vec<usize> = lists.iter().copied().filter(|at| *at != chosen).collect();
    for at in &others {
        if time(builder, *at) == time(builder, chosen) {
            contradict(builder, chosen, *at);
        }
    }
    for at in &others {
        if let Some(index) = builder.lists.get(*at).map(|(index, _)| *index) {
            let newer = if builder.name(index) == name {
                "A newer list of the same cluster in it counts instead of an older one.".to_owned()
            } else {
                format!("{name} is a newer list of the same cluster and counts instead.")
            };
            builder.note(index, newer);
        }
    }
    let kept = std::mem::take(&mut builder.lists).into_iter().nth(chosen);
    builder.lists = kept.into_iter().collect();
}

/// Takes out of a list what another list of the same time denies.
fn contradict(builder: &mut CaseBuilder, chosen: usize, at: usize) {
    let Some((other_index, other)) = builder.lists.get(at).cloned() else { return };
    let Some((index, list)) = builder.lists.get(chosen) else { return };
    let (index, mut rows) = (*index, list.rows.clone());
    let names = format!("{} and {}", builder.name(index), builder.name(other_index));
    let why = format!("{names} are of one time and differ");
    let mut differ = Vec::new();
    for theirs in &other.rows {
        let machine = builder.names.machine(&theirs.machine_name);
        match rows.iter_mut().find(|row| builder.names.machine(&row.machine_name) == machine) {
            Some(row) => {
                let what = conflict::rows(row, theirs, &why);
                differ
                    .extend((!what.is_empty()).then(|| format!("{}: {}", row.machine_name, what.join(", "))));
            }
            None => differ.push(format!("only {} names {}", builder.name(other_index), theirs.machine_name)),
        }
    }
    let theirs: BTreeSet<String> =
        other.rows.iter().map(|row| builder.names.machine(&row.machine_name)).collect();
    let only = rows.iter().filter(|row| !theirs.contains(&builder.names.machine(&row.machine_name)));
    differ.extend(only.map(|row| format!("only {} names {}", builder.name(index), row.machine_name)));
    if differ.is_empty() {
        return;
    }
    let text =
        format!("The node lists {names} are of one time and contradict each other ({}).", differ.join("; "));
    for index in [index, other_index] {
        builder.problem(index, InputStatus::Partly, ProblemKind::Conflict, text.clone());
    }
    builder.conflicts.push(text);
    if let Some((_, list)) = builder.lists.get_mut(chosen) {
        list.rows = rows;
    }
}

/// Names of the nodes, bounded for a sentence.
fn machines(list: &NodeList) -> String {
    const SHOWN: usize = 6;
    let mut names: Vec<&str> = list.rows.iter().take(SHOWN).map(|row| row.machine_name.as_str()).collect();
    if list.rows.len() > SHOWN {
        names.push("…");
    }
    names.join(", ")
}

//! Chooses the node list that counts, and refuses inputs of other clusters.
//!
//! Clusters are reported apart by their node lists, never by the key file: nodes of one cluster may hold different files
//! for one key.

use super::cluster::CaseBuilder;
use crate::model::export::NodeList;
use crate::model::input::{InputStatus, ProblemKind};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Lists that share a machine describe one cluster.
struct Group {
    machines: BTreeSet<String>,
    /// Positions in [`CaseBuilder::lists`].
    lists: Vec<usize>,
}

/// Leaves the one list that counts in `desk.lists`, refuses inputs of other clusters, and says whether there are any.
pub(super) fn choose(builder: &mut CaseBuilder, expected: &BTreeSet<String>) -> bool {
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
    let several = groups.len() > 1;
    let judged = groups.remove(judged);
    let chosen = newest(builder, &judged.lists);
    refuse_others(builder, &judged, &groups, chosen);
    keep(builder, &judged.lists, chosen);
    several
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

/// Leaves only the chosen list; older ones of the same cluster are reported, as nothing is wrong with them.
fn keep(builder: &mut CaseBuilder, lists: &[usize], chosen: usize) {
    let name = builder.lists.get(chosen).map_or(String::new(), |(index, _)| builder.name(*index));
    for at in lists.iter().filter(|at| **at != chosen) {
        if let Some(index) = builder.lists.get(*at).map(|(index, _)| *index) {
            builder.note(index, format!("{name} is a newer list of the same cluster and counts instead."));
        }
    }
    let kept = std::mem::take(&mut builder.lists).into_iter().nth(chosen);
    builder.lists = kept.into_iter().collect();
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

//! Which node is upgraded first.

use super::{listed, safe_name};
use crate::model::primary::{QUESTION, WITHOUT_PRIMARY};
use crate::model::{BuildVersion, Cluster, Node, Observed};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The node to begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct First {
    /// Its name; `None` where nobody knows.
    pub node: Option<String>,
    /// Why this one, or what to find out, as sentences.
    pub why: String,
}

/// Chooses the node to begin with: the primary where the cluster has one, else one that does all the cluster's work. A node
/// for disaster recovery, on a mirror or standing by never comes first. `current` is the build the cluster runs.
pub(super) fn first(cluster: &Cluster, current: Option<BuildVersion>) -> First {
    let serving: Vec<&Node> = cluster.serving().filter(|node| !stands_by(node)).collect();
    let mut first = match (serving.as_slice(), current) {
        ([], _) => ask("No node that serves is known: find out which nodes there are, and begin again."),
        ([one], _) if !cluster.node_set.confirmed_by.is_empty() => {
            let name = &one.name;
            First {
                node: Some(name.clone()),
                why: format!("{} is the only node that serves.", safe_name(name)),
            }
        }
        (_, None) => ask(&format!(
            "Find out which build the cluster runs: before {WITHOUT_PRIMARY} the primary node is upgraded first, later a node with all three worker roles."
        )),
        (serving, Some(current)) if current < WITHOUT_PRIMARY => primary(cluster, serving),
        (serving, Some(_)) => worker(serving),
    };
    if let Some(differ) = differ(&serving) {
        first.why = format!("{} {differ}", first.why);
    }
    first
}

fn ask(why: &str) -> First {
    First { node: None, why: why.into() }
}

/// Whether the node list shows the node as standing by.
fn stands_by(node: &Node) -> bool {
    node.row.as_ref().and_then(|row| row.in_cluster.value()) == Some(&false)
}

/// The primary node, by what names it.
fn primary(cluster: &Cluster, serving: &[&Node]) -> First {
    const FIND: &str = "find it on the page Server Nodes, where Make Primary stands";
    let named = cluster.primary_named(&cluster.answers);
    let claims: Vec<String> =
        named.iter().map(|one| format!("{} by {}", safe_name(&one.node), one.by)).collect();
    let different: BTreeSet<String> = named.iter().map(|one| one.node.to_uppercase()).collect();
    let Some(one) = named.first() else {
        return ask(&format!(
            "Before {WITHOUT_PRIMARY} the primary node is upgraded first, and nothing tells which that is: {FIND}, and answer {QUESTION} with \"primary\" for it."
        ));
    };
    if different.len() > 1 {
        return ask(&format!("The primary node is upgraded first, and it is {}: {FIND}.", listed(&claims)));
    }
    let serves = serving.iter().any(|node| node.name == one.node);
    if !one.known || !serves {
        return ask(&format!(
            "The primary node is upgraded first; it is {}, which is no node that serves in this case: {FIND}.",
            listed(&claims)
        ));
    }
    let by: Vec<String> = named.iter().map(|one| one.by.clone()).collect();
    First {
        node: Some(one.node.clone()),
        why: format!("{} is the primary node, by {}.", safe_name(&one.node), listed(&by)),
    }
}

/// A node that is known to be In Cluster with all three worker roles: without errors before one with errors, the newest build
/// before older ones, then in order of name.
fn worker(serving: &[&Node]) -> First {
    let rows = serving.iter().filter_map(|node| Some((*node, node.row.as_ref()?)));
    let on = |flag: &Observed<bool>| flag.value() == Some(&true);
    let all = rows.filter(|(_, row)| {
        [&row.in_cluster, &row.background_worker, &row.engine_worker, &row.session_recording_worker]
            .into_iter()
            .all(on)
    });
    let ailing = |row: &crate::model::export::NodeRow| {
        [
            &row.error_message,
            &row.background_worker_error,
            &row.engine_worker_error,
            &row.session_recording_worker_error,
        ]
        .into_iter()
        .any(|error| error.value().is_some())
    };
    let mut fit: Vec<(bool, Reverse<Option<BuildVersion>>, &str)> = all
        .map(|(node, row)| (ailing(row), Reverse(node.version.value().copied()), node.name.as_str()))
        .collect();
    fit.sort();
    let Some((ailing, Reverse(build), name)) = fit.first() else {
        let listed = serving.iter().any(|node| node.row.is_some());
        return ask(if listed {
            "The node list shows no node that is In Cluster with all three worker roles: choose a node that serves and is In Cluster, best one with Background Worker on."
        } else {
            "A node that is In Cluster with all three worker roles is upgraded first, and without the node list nobody knows one: look at the page Server Nodes."
        });
    };
    let mut why = format!("{} is In Cluster and runs all three worker roles", safe_name(name));
    let older = fit.iter().any(|(_, Reverse(other), _)| other < build);
    if older {
        why.push_str(", and already has the newest build of those that do");
    } else if fit.len() > 1 {
        why.push_str("; so do others, and it is the first of them in order of name");
    }
    why.push('.');
    if *ailing {
        why.push_str(
            " The node list shows an error on it, and no other node with all roles is without one: mend that first.",
        );
    }
    First { node: Some((*name).to_owned()), why }
}

/// That nodes run different builds, as sentences; `None` where they do not.
fn differ(serving: &[&Node]) -> Option<String> {
    let mut builds: BTreeMap<BuildVersion, Vec<String>> = BTreeMap::new();
    for node in serving {
        if let Some(build) = node.version.value() {
            builds.entry(*build).or_default().push(safe_name(&node.name));
        }
    }
    let shown: Vec<String> =
        builds.iter().rev().map(|(build, nodes)| format!("{build} on {}", listed(nodes))).collect();
    (shown.len() > 1).then(|| {
        format!(
            "The nodes already run different builds, {}: an upgrade was begun and not finished, or a node was forgotten; finish or undo that before this one begins.",
            listed(&shown)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, cluster, known, listed, node, setting};
    use super::*;

    const OLD: BuildVersion = BuildVersion::new(10, 6, 26);
    const NEW: BuildVersion = BuildVersion::new(11, 7, 49);
    const KEY: &str = "appSettings/add[ValidPrimaryNode]@value";

    fn of(case: &Cluster) -> (Option<String>, String) {
        let current = case.serving().filter_map(|node| node.version.value().copied()).min();
        let First { node, why } = first(case, current);
        (node, why)
    }

    fn named(case: &Cluster) -> Option<String> {
        of(case).0
    }

    #[test]
    fn before_10_7_it_is_the_primary_and_where_nothing_names_it_somebody_has_to_look() {
        let mut case = cluster(&["WEB01", "WEB02"], OLD);
        listed(&mut case, "WEB01", true, true, true);
        let (none, why) = of(&case);
        assert_eq!(none, None, "roles say nothing of the primary");
        assert!(why.contains("Server Nodes") && why.contains("ROL-012"), "{why}");

        answer(&mut case, "ROL-012", "WEB01", "primary");
        assert_eq!(named(&case).as_deref(), Some("WEB01"));

        setting(&mut case, "WEB01", "web-appsettings.config", KEY, "web02");
        let (none, why) = of(&case);
        assert_eq!(none, None, "two that contradict each other");
        assert!(why.contains("WEB02 by ValidPrimaryNode on WEB01"), "{why}");

        case.answers.by_question.clear();
        assert_eq!(named(&case).as_deref(), Some("WEB02"));

        setting(&mut case, "WEB01", "web-appsettings.config", KEY, "GONE01");
        assert_eq!(named(&case), None, "a primary that nobody knows");
        setting(&mut case, "WEB01", "web-appsettings.config", KEY, "WEB02");
        node(&mut case, "WEB02").role = crate::model::Role::Dr;
        case.node_set.confirmed_by.clear();
        assert_eq!(named(&case), None, "a node for disaster recovery never comes first");
    }

    #[test]
    fn from_10_7_it_is_a_node_in_the_cluster_with_all_roles() {
        let mut case = cluster(&["WEB01", "WEB02", "WEB03", "WEB04"], NEW);
        let (none, why) = of(&case);
        assert_eq!(none, None);
        assert!(why.contains("node list"), "{why}");

        listed(&mut case, "WEB01", true, true, false);
        listed(&mut case, "WEB02", true, false, true);
        let (none, why) = of(&case);
        assert_eq!(none, None, "nobody has all");
        assert!(why.contains("all three worker roles"), "{why}");

        listed(&mut case, "WEB03", true, true, true);
        listed(&mut case, "WEB04", true, true, true);
        assert_eq!(named(&case).as_deref(), Some("WEB03"), "the first of equal ones by name");
        if let Some(row) = &mut node(&mut case, "WEB03").row {
            row.engine_worker_error = known("the queue is gone".into());
        }
        assert_eq!(named(&case).as_deref(), Some("WEB04"), "one without errors before one with them");
        if let Some(row) = &mut node(&mut case, "WEB04").row {
            row.in_cluster = known(false);
        }
        let (web03, why) = of(&case);
        assert_eq!(web03.as_deref(), Some("WEB03"), "a node that stands by never comes first");
        assert!(why.contains("mend that first"), "{why}");
    }

    #[test]
    fn amid_an_upgrade_the_newest_build_comes_first_and_the_difference_is_told() {
        let mut case = cluster(&["WEB01", "WEB02"], NEW);
        listed(&mut case, "WEB01", true, true, true);
        listed(&mut case, "WEB02", true, true, true);
        node(&mut case, "WEB01").version = known(BuildVersion::new(11, 6, 1));
        let (first, why) = of(&case);
        assert_eq!(first.as_deref(), Some("WEB02"));
        assert!(why.contains("11.7.000049 on WEB02 and 11.6.000001 on WEB01"), "{why}");
    }

    #[test]
    fn an_unknown_build_and_no_node_ask() {
        let mut case = cluster(&["WEB01", "WEB02"], NEW);
        for node in &mut case.nodes {
            node.version = Observed::default();
        }
        let (none, why) = of(&case);
        assert!(none.is_none() && why.contains("which build"), "{why}");
        case.nodes.clear();
        assert!(of(&case).1.contains("No node that serves"));
        let alone = cluster(&["WEB01"], OLD);
        assert_eq!(named(&alone).as_deref(), Some("WEB01"), "one confirmed node needs no primary");
    }
}

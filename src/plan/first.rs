//! Which node is upgraded first.

use super::{listed, safe_name};
use crate::model::export::NodeRow;
use crate::model::primary::{QUESTION, WITHOUT_PRIMARY};
use crate::model::{BuildVersion, Cluster, Node};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;

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
/// for disaster recovery, on a mirror or on standby never comes first. `current` is the build the cluster runs.
pub(super) fn first(cluster: &Cluster, current: Option<BuildVersion>) -> First {
    let is_on = |node: &&Node| node.row.as_ref().and_then(|row| row.in_cluster.value()) != Some(&false);
    let serving: Vec<&Node> = cluster.serving().filter(is_on).collect();
    let mut first = match (serving.as_slice(), current) {
        ([], _) => ask("No serving node is known: find out which nodes exist, then make the plan again."),
        ([only], _) if !cluster.node_set.confirmed_by.is_empty() => {
            start_with(&only.name, "it is the only serving node.")
        }
        (_, None) => ask(format!(
            "Find out which build the cluster runs: before {WITHOUT_PRIMARY}, the primary node is upgraded first; from that build on, a node with all three worker roles."
        )),
        (serving, Some(current)) if current < WITHOUT_PRIMARY => primary(cluster, serving),
        (serving, Some(_)) => worker(serving),
    };
    if let Some(differ) = differ(&serving) {
        first.why = format!("{} {differ}", first.why);
    }
    first
}

fn ask(why: impl Into<String>) -> First {
    First { node: None, why: why.into() }
}

fn start_with(node: &str, why: &str) -> First {
    First { node: Some(node.to_owned()), why: format!("Start with {}: {why}", safe_name(node)) }
}

/// The primary node, by what names it.
fn primary(cluster: &Cluster, serving: &[&Node]) -> First {
    const FIND: &str = "find it on the Server Nodes page, where Make Primary is";
    let named = cluster.primary_claims(&cluster.answers);
    let Some(primary) = named.first() else {
        return ask(format!(
            "Before {WITHOUT_PRIMARY}, the primary node is upgraded first, but no input says which node it is: {FIND}, and answer {QUESTION} with \"primary\" for it."
        ));
    };
    let claims: Vec<String> =
        named.iter().map(|claim| format!("{} according to {}", safe_name(&claim.node), claim.by)).collect();
    let claims = listed(&claims);
    if named.iter().any(|claim| !claim.node.eq_ignore_ascii_case(&primary.node)) {
        return ask(format!(
            "The primary node is upgraded first, but sources name different nodes ({claims}): {FIND}."
        ));
    }
    if !primary.known || !serving.iter().any(|node| node.name == primary.node) {
        return ask(format!(
            "The primary node is upgraded first. It is {claims}, but that is not a serving node of this case: {FIND}."
        ));
    }
    let by: Vec<&str> = named.iter().map(|claim| claim.by.as_str()).collect();
    start_with(&primary.node, &format!("it is the primary node, according to {}.", listed(&by)))
}

/// A node that is known to be In Cluster with all three worker roles: without errors before one with errors, the newest build
/// before older ones, then in order of name.
fn worker(serving: &[&Node]) -> First {
    let has_all_roles = |row: &NodeRow| {
        [&row.in_cluster, &row.background_worker, &row.engine_worker, &row.session_recording_worker]
            .into_iter()
            .all(|flag| flag.value() == Some(&true))
    };
    let has_error = |row: &NodeRow| {
        let workers =
            [&row.background_worker_error, &row.engine_worker_error, &row.session_recording_worker_error];
        workers.into_iter().chain([&row.error_message]).any(|error| error.value().is_some())
    };
    let rows = serving.iter().filter_map(|node| Some((node, node.row.as_ref()?)));
    let mut fit: Vec<_> = rows
        .filter(|(_, row)| has_all_roles(row))
        .map(|(node, row)| (has_error(row), Reverse(node.version.value()), node.name.as_str()))
        .collect();
    fit.sort();
    let Some((has_error, build, name)) = fit.first() else {
        let is_listed = serving.iter().any(|node| node.row.is_some());
        return ask(if is_listed {
            "The node list shows no node that is In Cluster with all three worker roles: choose a serving node that is In Cluster, if possible one with Background Worker on."
        } else {
            "Start with a node that is In Cluster and runs all three worker roles. Without the node list it is not known which nodes do: look at the Server Nodes page."
        });
    };
    let has_newest = fit.iter().any(|(_, older, _)| older > build);
    let mut why = if has_newest {
        "it is In Cluster, runs all three worker roles, and already has the newest build of the nodes that do."
    } else {
        "it is In Cluster and runs all three worker roles."
    }
    .to_owned();
    let equal = fit.iter().skip(1).filter(|other| (other.0, other.1) == (*has_error, *build));
    let equal: Vec<String> = equal.map(|(.., name)| safe_name(name)).collect();
    if !equal.is_empty() {
        let _ = write!(why, " {} would do as well.", listed(&equal));
    }
    if *has_error {
        why += " The node list shows an error on it, and on every other node with all roles. Fix it first.";
    }
    start_with(name, &why)
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
            "The nodes already run different builds: {}. An earlier upgrade was not finished, or a node was forgotten. Finish or undo it before you start this one.",
            listed(&shown)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, cluster, known, listed, node, setting};
    use super::*;
    use crate::model::Observed;

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
        assert!(why.contains("WEB02 according to ValidPrimaryNode on WEB01"), "{why}");

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
        assert_eq!(named(&case).as_deref(), Some("WEB04"), "a node without errors before one with errors");
        if let Some(row) = &mut node(&mut case, "WEB04").row {
            row.in_cluster = known(false);
        }
        let (web03, why) = of(&case);
        assert_eq!(web03.as_deref(), Some("WEB03"), "a node that stands by never comes first");
        assert!(why.contains("Fix it first"), "{why}");
    }

    #[test]
    fn amid_an_upgrade_the_newest_build_comes_first_and_the_difference_is_reported() {
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
        assert!(of(&case).1.contains("No serving node"));
        let alone = cluster(&["WEB01"], OLD);
        assert_eq!(named(&alone).as_deref(), Some("WEB01"), "one confirmed node needs no primary");
    }
}

//! What a reader has to know of the evidence as a whole.

use crate::model::export::Moment;
use crate::model::{Cluster, Grade, Node, Observed, Role};
use crate::plan::listed;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Evidence that is older than this is called old; our own choice.
const OLD: TimeDelta = TimeDelta::days(7);

/// The notices of a case. No fault is made of old evidence: it shows the cluster as it was.
pub(super) fn notices(cluster: &Cluster) -> Vec<String> {
    let mut old: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    let mut add = |name: &str, made: DateTime<Utc>| {
        let age = cluster.as_of - made;
        if age > OLD {
            let names = old.entry(age.num_days()).or_default();
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    };
    for node in &cluster.nodes {
        if let Some(snapshot) = &node.snapshot {
            let what = if node.bundle().is_some() { "the bundle of" } else { "what there is of" };
            let made = snapshot.ended.to_utc();
            // Some files do not say of when they are.
            if made != DateTime::UNIX_EPOCH {
                add(&format!("{what} {}", node.name), made);
            }
        }
    }
    for (_, asked) in cluster.reported.iter().filter(|(path, _)| path.starts_with("asked.")) {
        let Observed::Known { value, sources, .. } = asked else { continue };
        let Ok(moment) = value.parse::<Moment>() else { continue };
        for place in sources {
            add(&place.input, moment.utc.unwrap_or_else(|| moment.wall.and_utc()));
        }
    }
    let mut notices = Vec::from_iter(without_bundle(cluster));
    notices.extend(unused(cluster));
    if old.is_empty() {
        return notices;
    }
    let of_age = |(days, names): (i64, Vec<String>)| format!("{} ({days} days)", listed(&names));
    let old: Vec<String> = old.into_iter().map(of_age).collect();
    notices.push(format!(
        "Evidence is older than a week: {}. It shows the cluster as it was then.",
        old.join("; ")
    ));
    notices
}

/// Most nodes or inputs that a notice names.
const NAMED: usize = 6;

/// What there is of nodes instead of a bundle, and what that is worth.
fn without_bundle(cluster: &Cluster) -> Option<String> {
    let of = |node: &Node| {
        let snapshot = node.snapshot.as_ref().filter(|snapshot| snapshot.grade != Grade::Bundle)?;
        let mut parts: Vec<&str> = snapshot.parts.iter().map(|part| part.what.as_str()).collect();
        parts.dedup();
        parts.truncate(NAMED);
        // Of a folder everybody knows what is in it.
        let parts =
            if snapshot.grade == Grade::Copied { String::new() } else { format!(": {}", parts.join(", ")) };
        let is_input = cluster.inputs.iter().any(|input| input.name == node.name);
        let whose = match node.role {
            Role::Unplaced if is_input => "nobody says whose, ",
            Role::Unplaced => "not in the list of nodes, ",
            _ => "",
        };
        Some(format!("{} ({whose}{}{parts})", node.name, snapshot.grade.phrase()))
    };
    let all: Vec<String> = cluster.nodes.iter().filter_map(of).collect();
    let text = "That shows faults. It does not show that all is well, or that something is missing.";
    named(all).map(|all| format!("Not from a bundle: {all}. {text}"))
}

/// Files that are in no bundle and are not used.
fn unused(cluster: &Cluster) -> Option<String> {
    let loose =
        cluster.inputs.iter().filter(|input| matches!(input.grade, Some(Grade::Copied | Grade::Loose)));
    let all = loose.filter(|input| input.notes.iter().any(|note| note.contains("not used")));
    named(all.map(|input| input.name.clone()).collect())
        .map(|all| format!("Not used, because something better counts: {all}. The list of inputs says what."))
}

/// The first of these, and how many more there are.
fn named(mut all: Vec<String>) -> Option<String> {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    match (all.as_slice(), more) {
        ([], _) => None,
        (_, 0) => Some(listed(&all)),
        (_, more) => Some(format!("{} and {more} more", all.join(", "))),
    }
}

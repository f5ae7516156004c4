//! What a reader has to know of the evidence as a whole.

use crate::model::export::Moment;
use crate::model::{Cluster, Observed};
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
        if let Some(snapshot) = node.bundle() {
            add(&format!("the bundle of {}", node.name), snapshot.ended.to_utc());
        }
    }
    for (_, asked) in cluster.reported.iter().filter(|(path, _)| path.starts_with("asked.")) {
        let Observed::Known { value, sources, .. } = asked else { continue };
        let Ok(moment) = value.parse::<Moment>() else { continue };
        for place in sources {
            add(&place.input, moment.utc.unwrap_or_else(|| moment.wall.and_utc()));
        }
    }
    if old.is_empty() {
        return Vec::new();
    }
    let of_age = |(days, names): (i64, Vec<String>)| format!("{} ({days} days)", listed(&names));
    let old: Vec<String> = old.into_iter().map(of_age).collect();
    vec![format!("Evidence is older than a week: {}. It shows the cluster as it was then.", old.join("; "))]
}

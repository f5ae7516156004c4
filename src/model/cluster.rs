//! The cluster as one case describes it.

use super::answers::Answers;
use super::export::{NodeList, ReportedFields, VersionHistory};
use super::input::Input;
use super::items::Items;
use super::log::LogDigest;
use super::node::{Node, Role};
use super::observed::Observed;
use super::package::Package;
use super::version::BuildVersion;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything the rules may see. Complete before the first rule runs.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Nodes in order of name.
    pub nodes: Vec<Node>,
    /// Who the nodes are, and whether that is confirmed.
    pub node_set: NodeSet,
    /// The product's node list.
    pub list: Observed<NodeList>,
    /// The database's version history.
    pub history: Observed<VersionHistory>,
    /// What exports tell of the cluster and its database, by path of the fact.
    pub told: ReportedFields,
    /// Things of which there are any number, by list; a list that nobody gave is not there, an empty one is known.
    pub lists: BTreeMap<String, Observed<Items>>,
    /// Answers of people.
    pub answers: Answers,
    /// Whom the inventories name to call.
    pub contacts: Vec<Contact>,
    /// Inputs in order of name.
    pub inputs: Vec<Input>,
    /// The day calendar rules are judged against.
    pub as_of: DateTime<Utc>,
    /// Build the customer wants to upgrade to.
    pub target: Option<BuildVersion>,
    /// The file downloaded for the upgrade, if it was given.
    pub package: Option<Package>,
}

/// A person or a team that an inventory names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Contact {
    /// Name.
    pub name: String,
    /// What they see to; empty where it is not said.
    pub task: String,
    /// Telephone, address or whatever else reaches them; empty where it is not said.
    pub reached_by: String,
}

/// Whether the nodes we see are all there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeSet {
    /// Sources that confirm the set (`/nodes`, `--expect-nodes`), as a person would name them; empty: unconfirmed.
    pub confirmed_by: Vec<String>,
    /// Names of the inputs among them.
    pub inputs: Vec<String>,
    /// Why names of some inputs say nothing of the bundles, as a lower-case fragment: labels and names do not compare.
    pub incomparable: Option<String>,
    /// Nodes the confirmed set names and no bundle covers.
    pub without_bundle: Vec<String>,
    /// Bundles from hosts the confirmed set does not name.
    pub unlisted: Vec<String>,
}

impl Cluster {
    /// Nodes that serve requests: the group cross-node rules compare.
    pub fn serving(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.role == Role::Serving)
    }

    /// The database's build, from its version history.
    pub fn database_version(&self) -> Observed<BuildVersion> {
        match &self.history {
            Observed::Known { value, .. } => value.current().map_or_else(
                || Observed::not_collected("the version history has no row"),
                |row| row.version.clone(),
            ),
            Observed::Absent { looked_at } => Observed::absent(looked_at.clone()),
            Observed::Unreadable { place, why } => Observed::unreadable(place.clone(), why.clone()),
            Observed::NotCollected { why } => Observed::not_collected(why.clone()),
        }
    }

    /// Whether a log hit counts today: within [`current_window`] of the node's newest line, with no start of the
    /// application and no upgrade of the database after it. A hit without a time counts.
    pub fn is_current(&self, node: &Node, digest: &LogDigest, last: Option<DateTime<FixedOffset>>) -> bool {
        let (Some(newest), Some(last)) = (digest.newest(), last) else { return last.is_none() };
        if newest - last > current_window() {
            return false;
        }
        let started = node.snapshot.as_ref().and_then(|snapshot| snapshot.facts.host.worker_started.value());
        let upgraded = self.history.value().and_then(|history| history.current()?.upgraded.value());
        started.is_none_or(|started| *started <= last.with_timezone(&Utc))
            && upgraded.is_none_or(|upgraded| !upgraded.is_after(&last))
    }
}

/// How long a log hit counts as current, before the node's newest line (DESIGN 4).
pub fn current_window() -> TimeDelta {
    TimeDelta::hours(24)
}

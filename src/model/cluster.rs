//! The cluster as the inputs of one case describe it.

use super::answers::Answers;
use super::export::{NodeList, ReportedFields, VersionHistory};
use super::input::Input;
use super::items::Items;
use super::kit_run::KitRun;
use super::log::LogDigest;
use super::node::{Node, Role};
use super::observed::Observed;
use super::package::Package;
use super::version::BuildVersion;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// All that rules can see. It is complete before the first rule runs.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Nodes in order of name.
    pub nodes: Vec<Node>,
    /// Which nodes there are, and whether that is confirmed.
    pub node_set: NodeSet,
    /// The product's node list.
    pub list: Observed<NodeList>,
    /// The database's version history.
    pub history: Observed<VersionHistory>,
    /// Facts that exports report about the cluster and its database, by path.
    pub reported: ReportedFields,
    /// Lists of any length, such as engines, by name. A list without an export is not there; an empty one is known to be
    /// empty.
    pub lists: BTreeMap<String, Observed<Items>>,
    /// Answers of persons.
    pub answers: Answers,
    /// Runs of the scripts of a kit, in order of input.
    pub kit_runs: Vec<KitRun>,
    /// Contacts from the inventories.
    pub contacts: Vec<Contact>,
    /// Inputs in order of name.
    pub inputs: Vec<Input>,
    /// The date of the report, which rules about dates compare with.
    pub as_of: DateTime<Utc>,
    /// Build the customer wants to upgrade to.
    pub target: Option<BuildVersion>,
    /// The upgrade package, if one was given.
    pub package: Option<Package>,
    /// Confirmed blockers that an older bundle of a node shows and the newer one does not, one sentence for each bundle.
    pub repaired: Vec<String>,
}

/// A person or a team that an inventory names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Their task; empty if not given.
    pub task: String,
    /// Telephone number, address or the like; empty if not given.
    pub reached_by: String,
}

/// Whether the known nodes are all nodes of the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NodeSet {
    /// Sources that confirm the set (`/nodes`, `--expect-nodes`), as a report names them; empty if it is not confirmed.
    pub confirmed_by: Vec<String>,
    /// Names of the inputs among them.
    pub inputs: Vec<String>,
    /// Why names of some inputs cannot be compared with the bundles, as a lower-case fragment: some are labels.
    pub incomparable: Option<String>,
    /// Nodes of the confirmed set without a bundle.
    pub without_bundle: Vec<String>,
    /// Bundles from hosts that are not in the confirmed set.
    pub unlisted: Vec<String>,
    /// Bundles of one node that contradict each other, one sentence for each node.
    pub conflicts: Vec<String>,
}

impl Cluster {
    /// Nodes that serve requests: rules that compare nodes compare these.
    pub fn serving(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.role == Role::Serving)
    }

    /// The database's build, from its version history.
    pub fn database_version(&self) -> Observed<BuildVersion> {
        self.history.as_ref().and_then(VersionHistory::build)
    }

    /// Whether a log hit is current: at most [`current_window`] before the node's newest line, and after the last start of
    /// the application and the last upgrade of the database. A hit without a time is current.
    pub fn is_current(&self, node: &Node, digest: &LogDigest, last: Option<DateTime<FixedOffset>>) -> bool {
        let (Some(newest), Some(last)) = (digest.newest(), last) else { return last.is_none() };
        if newest - last > current_window() {
            return false;
        }
        let upgraded = self.history.value().and_then(|history| history.current()?.upgraded.value());
        node.worker_started().is_none_or(|started| started <= last.with_timezone(&Utc))
            && upgraded.is_none_or(|upgraded| !upgraded.is_after(&last))
    }
}

/// How long before the node's newest line a log hit is still current.
pub fn current_window() -> TimeDelta {
    TimeDelta::hours(24)
}

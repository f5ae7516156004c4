//! Runbooks, and the tasks they consist of, with placeholders for the names of the cluster. A task is defined once and
//! shared by runbooks.

use super::layer::{Layers, failed};
use super::signatures::Versions;
use super::sources::Citation;
use crate::model::BuildVersion;
use serde::{Deserialize, Serialize};

/// One runbook: a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunbookRow {
    /// Short name, as the command line takes it.
    pub id: String,
    /// What is done; with placeholders as in [`TaskRow::title`].
    pub title: String,
    /// What it is for.
    pub purpose: Purpose,
    /// When to choose it and what it costs, as sentences.
    pub choose: String,
    /// Conditions for offering it; if one is not known, it is offered together with the question.
    #[serde(default)]
    pub needs: Vec<ClusterCondition>,
    /// Oldest installed build from which it can be used.
    pub from: Option<BuildVersion>,
    /// Rules whose findings it fixes; for `repair` only.
    #[serde(default)]
    pub repairs: Vec<String>,
    /// Its tasks, in order.
    pub tasks: Vec<String>,
    /// Where it comes from.
    pub cites: Vec<Citation>,
}

/// What a runbook is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Bring the cluster to the target.
    Upgrade,
    /// Build one more node.
    AddNode,
    /// Fix an error of the cluster.
    Repair,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaskRow {
    /// Short name.
    pub id: String,
    /// What to do, imperative, without a full stop. Placeholders are replaced by names: see [`PLACEHOLDERS`].
    pub title: String,
    /// Where it is done.
    pub on: TaskSite,
    /// How, as sentences with placeholders.
    #[serde(default)]
    pub how: Vec<String>,
    /// Page of the product it is done on, below the address of the application, such as `Setup/Upgrade`.
    pub page: Option<String>,
    /// Commands to run on each of its nodes, in order.
    #[serde(default)]
    pub commands: Vec<CommandKind>,
    /// What to check before going on, as sentences.
    #[serde(default)]
    pub check: Vec<String>,
    /// How to roll back from here, as sentences.
    #[serde(default)]
    pub back: Vec<String>,
    /// It is left out unless all of these are true; if one is not known, it is shown together with the condition.
    #[serde(default)]
    pub only: Vec<ClusterCondition>,
    /// Installed builds that it is for; all if `None`. On a path with several builds this is checked in each round.
    pub versions: Option<Versions>,
    /// It is only for an upgrade that passes or reaches one of these builds.
    #[serde(default)]
    pub crosses: Vec<BuildVersion>,
    /// In which rounds of a path with several builds it is done.
    #[serde(default)]
    pub round: InRound,
    /// Rules whose pass for the nodes of the task proves that it is done.
    #[serde(default)]
    pub proven_by: Vec<String>,
    /// Where sources disagree: what each of them says, as sentences that name it.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Ids of [`super::conflicts::Conflict`]s that are about it.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Where it comes from.
    pub cites: Vec<Citation>,
}

/// In which rounds of a path with several builds a task is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InRound {
    /// In each.
    #[default]
    Every,
    /// Before everything else, once.
    First,
    /// After everything else, once.
    Last,
}

/// Placeholders of runbooks and tasks.
pub const PLACEHOLDERS: &[&str] = &[
    "first",    // the node that is upgraded first
    "others",   // the other nodes on the database
    "serving",  // all serving nodes
    "every",    // all nodes on the database: serving, standby, and on its mirror
    "new",      // the node that is built
    "faulty",   // the nodes that a repair is for
    "source",   // a serving node that works
    "dr",       // disaster recovery nodes
    "mirror",   // nodes on a database mirror
    "nodes",    // the nodes the task concerns
    "target",   // the build to upgrade to, or the one the cluster runs
    "current",  // the build the cluster runs
    "leg",      // the build installed in this round of the upgrade
    "database", // the database
];

/// Where a task is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum TaskSite {
    /// The node that is upgraded first.
    First,
    /// The other nodes on the database: serving, standby, and on its mirror.
    Others,
    /// Every serving node.
    Serving,
    /// Every node on the database: serving, standby, and on its mirror.
    Every,
    /// The node that is built.
    New,
    /// The nodes that a repair is for.
    Faulty,
    /// A serving node that works.
    Source,
    /// Disaster recovery nodes.
    Dr,
    /// Nodes on a database mirror.
    Mirror,
    /// The database server.
    Database,
    /// The load balancer.
    Balancer,
    /// In the product, once, from any serving node.
    Product,
    /// On a workstation.
    Desk,
}

/// A condition of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterCondition {
    /// More than one node serves.
    SeveralNodes,
    /// There is a primary node: before 10.7.
    PrimaryNode,
    /// There are disaster recovery nodes.
    DisasterRecovery,
    /// The database is mirrored.
    Mirroring,
    /// The database is merge-replicated.
    MergeReplication,
    /// The web servers cannot reach the vendor.
    NoOutboundAccess,
    /// There is a load balancer in front of the nodes.
    LoadBalancer,
    /// There is a TMS folder next to the application folder.
    Tms,
    /// The key file is protected by DPAPI.
    Dpapi,
    /// Integrated Windows authentication is on.
    WindowsAuthentication,
    /// RabbitMQ carries the messages.
    RabbitMq,
    /// Distributed engines are used.
    Engines,
    /// The database is in an availability group.
    AlwaysOn,
}

/// A command that the tool writes itself, with the names of this cluster. No text of a knowledge file becomes a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandKind {
    /// Stop the application pool.
    StopPool,
    /// Start the application pool.
    StartPool,
    /// Copy the application folder, with its two key files, to a folder of the same machine that IIS does not serve.
    BackUpFolder,
    /// As [`Self::BackUpFolder`], for the TMS folder.
    BackUpTms,
    /// Show the fingerprints of the two key files.
    Fingerprints,
    /// List what the copy from the first node would do, without any change.
    ListCopy,
    /// Copy the application folder from the first node without the two key files.
    Copy,
    /// As [`Self::ListCopy`], for the TMS folder.
    ListCopyTms,
    /// As [`Self::Copy`], for the TMS folder.
    CopyTms,
    /// List what the copy of the whole folder to a new node would do, without any change.
    ListCopyWhole,
    /// Copy the whole application folder to a new node.
    CopyWhole,
    /// Create the application pool with all its settings.
    CreatePool,
    /// Create the application in IIS.
    CreateApplication,
    /// Restart IIS.
    RestartIis,
    /// Show the difference between the clock and that of the source node.
    CompareClock,
    /// Show the fingerprint of the upgrade package.
    PackageHash,
    /// Collect a new bundle of the node.
    Collect,
}

impl RunbookRow {
    /// What is wrong with it, as lower-case fragments. Whether its rules exist is checked where all rules are known.
    pub(super) fn problems(&self, layers: &Layers) -> Vec<String> {
        let mut problems = failed(&[
            (self.tasks.is_empty(), "it has no tasks"),
            (
                (self.purpose == Purpose::Repair) == self.repairs.is_empty(),
                "a repair needs `repairs`, and other runbooks must not have it",
            ),
        ]);
        let unknown = |id: &&String| !layers.tasks.iter().any(|task| task.record.id == **id);
        problems.extend(self.tasks.iter().filter(unknown).map(|id| format!("there is no task {id}")));
        problems.extend([&self.title, &self.choose].into_iter().flat_map(|text| unknown_placeholders(text)));
        problems
    }
}

impl TaskRow {
    /// What is wrong with it, as lower-case fragments. Whether its rules exist is checked where all rules are known.
    pub(super) fn problems(&self, layers: &Layers) -> Vec<String> {
        let unexplained = self.how.is_empty() && self.commands.is_empty();
        let mut problems = failed(&[(unexplained, "it needs `how` or `commands`")]);
        let unknown = |id: &&String| !layers.conflicts.iter().any(|one| one.record.id == **id);
        problems.extend(self.conflicts.iter().filter(unknown).map(|id| format!("there is no conflict {id}")));
        let texts = [&self.how, &self.check, &self.back, &self.notes].into_iter().flatten();
        problems.extend(texts.chain([&self.title]).flat_map(|text| unknown_placeholders(text)));
        problems
    }
}

/// Unknown placeholders of a text, as lower-case fragments.
fn unknown_placeholders(text: &str) -> impl Iterator<Item = String> {
    let named = text.split('{').skip(1).filter_map(|after| after.split_once('}').map(|(name, _)| name));
    named
        .filter(|name| !PLACEHOLDERS.contains(name))
        .map(|name| format!("there is no placeholder {{{name}}}"))
}

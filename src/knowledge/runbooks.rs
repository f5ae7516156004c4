//! Procedures with what the tool needs to put a cluster's own names into them: runbooks, and the tasks they consist of.
//! A task is told once, however many runbooks have it.

use super::KnowledgeError;
use super::layer::Layers;
use super::signatures::Versions;
use super::sources::{Citation, Sources};
use crate::model::BuildVersion;
use serde::{Deserialize, Serialize};

/// One procedure.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunbookRow {
    /// Short name, as the command line takes it.
    pub id: String,
    /// What is done; placeholders as in [`TaskRow::title`].
    pub title: String,
    /// What it is for.
    pub purpose: Purpose,
    /// When to choose it and what it costs, as sentences.
    pub choose: String,
    /// What has to hold for it to be offered; where that is not known it is offered with the question.
    #[serde(default)]
    pub needs: Vec<ClusterCondition>,
    /// Oldest installed build from which it can be used.
    pub from: Option<BuildVersion>,
    /// Rules whose findings it mends; `repair` only.
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
    /// Mend an error of the cluster.
    Repair,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaskRow {
    /// Short name.
    pub id: String,
    /// What to do, imperative, without a full stop. Placeholders stand for names of the cluster: see [`PLACEHOLDERS`].
    pub title: String,
    /// Where it is done.
    pub on: On,
    /// How, as sentences; placeholders are filled in.
    #[serde(default)]
    pub how: Vec<String>,
    /// Page of the product it is done on, below the address of the application, such as `Setup/Upgrade`.
    pub page: Option<String>,
    /// Commands to run, in order, on each node it concerns.
    #[serde(default)]
    pub commands: Vec<CommandKind>,
    /// What to check before going on, as sentences.
    #[serde(default)]
    pub check: Vec<String>,
    /// How to go back from here, as sentences.
    #[serde(default)]
    pub back: Vec<String>,
    /// It is left out unless all of these hold; where that is not known it is shown with the condition.
    #[serde(default)]
    pub only: Vec<ClusterCondition>,
    /// Installed builds it concerns; all without. On a way with stops this is asked of each round.
    pub versions: Option<Versions>,
    /// It concerns only an upgrade that passes or reaches one of these builds.
    #[serde(default)]
    pub crosses: Vec<BuildVersion>,
    /// In which rounds of a way with stops it is done.
    #[serde(default)]
    pub round: InRound,
    /// Rules whose pass on what the task concerns proves that it is done.
    #[serde(default)]
    pub proven_by: Vec<String>,
    /// What sources say differently, as sentences that name them.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Ids of [`super::conflicts::Conflict`]s that touch it.
    #[serde(default)]
    pub conflicts: Vec<String>,
    /// Where it comes from.
    pub cites: Vec<Citation>,
}

/// In which rounds of a way with stops a task is done.
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

/// Names that texts of runbooks and tasks may stand in for.
pub const PLACEHOLDERS: &[&str] = &[
    "first",    // the node that is upgraded first
    "others",   // the other nodes on the database
    "serving",  // all serving nodes
    "every",    // all nodes on the database: those that serve, stand by or are on its mirror
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
pub enum On {
    /// The node that is upgraded first.
    First,
    /// The nodes on the database beside the first: those that serve, stand by or are on its mirror.
    Others,
    /// Every serving node.
    Serving,
    /// Every node on the database: those that serve, stand by or are on its mirror.
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
    /// In the product, once, from any node that serves.
    Product,
    /// Away from the cluster.
    Desk,
}

/// What may hold of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterCondition {
    /// More than one node serves.
    SeveralNodes,
    /// One node is the primary: before 10.7.
    PrimaryNode,
    /// There are disaster recovery nodes.
    DisasterRecovery,
    /// The database is mirrored.
    Mirroring,
    /// The database is merge-replicated.
    MergeReplication,
    /// The web servers cannot reach the vendor.
    NoOutboundAccess,
    /// A load balancer stands before the nodes.
    LoadBalancer,
    /// A TMS folder stands beside the application.
    Tms,
    /// The key file is protected by DPAPI.
    Dpapi,
    /// Integrated Windows authentication is on.
    WindowsAuthentication,
    /// RabbitMQ carries the messages.
    RabbitMq,
    /// Distributed engines are used.
    Engines,
    /// An availability group holds the database.
    AlwaysOn,
}

/// A command that the tool writes itself, with this cluster's names: no text of a file ever becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommandKind {
    /// Stop the application pool.
    StopPool,
    /// Start the application pool.
    StartPool,
    /// Copy the application folder, with its two key files, to a folder of the same machine that IIS does not serve.
    BackUpFolder,
    /// As [`Self::BackUpFolder`], of the TMS folder.
    BackUpTms,
    /// Show the fingerprints of the two key files.
    Fingerprints,
    /// List what the copy from the first node would do, and change nothing.
    ListCopy,
    /// Copy the application folder from the first node without the two key files.
    Copy,
    /// As [`Self::ListCopy`], of the TMS folder.
    ListCopyTms,
    /// As [`Self::Copy`], of the TMS folder.
    CopyTms,
    /// List what the copy of the whole folder to a new node would do, and change nothing.
    ListCopyWhole,
    /// Copy the whole application folder to a new node.
    CopyWhole,
    /// Make the application pool with every setting it should have.
    CreatePool,
    /// Make the application in IIS.
    CreateApplication,
    /// Restart IIS.
    RestartIis,
    /// Show how far the clock is from that of the source node.
    CompareClock,
    /// Show the fingerprint of the upgrade package.
    PackageHash,
    /// Collect a bundle of the node again.
    Collect,
}

/// Checks runbooks and tasks against each other; that their rules exist is for whoever knows all rules.
pub(super) fn check(layers: &Layers, sources: &Sources, faults: &mut Vec<KnowledgeError>) {
    let has_task = |id: &String| layers.tasks.iter().any(|kept| kept.record.id == *id);
    for kept in &layers.runbooks {
        let row = &kept.record;
        faults.extend(sources.faults(&row.cites).map(|why| kept.fault(why)));
        faults.extend(
            row.tasks
                .iter()
                .filter(|id| !has_task(id))
                .map(|id| kept.fault(format!("there is no task {id}"))),
        );
        if row.tasks.is_empty() {
            faults.push(kept.fault("it has no tasks"));
        }
        if (row.purpose == Purpose::Repair) == row.repairs.is_empty() {
            faults.push(kept.fault("a repair, and nothing else, names the rules it mends"));
        }
        faults.extend(
            [&row.title, &row.choose].into_iter().filter_map(|text| unknown(text)).map(|why| kept.fault(why)),
        );
    }
    for kept in &layers.tasks {
        let row = &kept.record;
        faults.extend(sources.faults(&row.cites).map(|why| kept.fault(why)));
        let texts = [&row.how, &row.check, &row.back, &row.notes].into_iter().flatten();
        faults.extend(texts.chain([&row.title]).filter_map(|text| unknown(text)).map(|why| kept.fault(why)));
        let known = |id: &&String| layers.conflicts.iter().any(|one| one.record.id == **id);
        let strange = row.conflicts.iter().filter(|id| !known(id));
        faults.extend(strange.map(|id| kept.fault(format!("there is no conflict {id}"))));
        if row.how.is_empty() && row.commands.is_empty() {
            faults.push(kept.fault("it says neither how nor by which command"));
        }
    }
}

/// A placeholder of the text that nobody fills in, as a lower-case fragment.
fn unknown(text: &str) -> Option<String> {
    let named = text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name));
    let mut unknown = named.filter(|name| !PLACEHOLDERS.contains(name));
    unknown.next().map(|name| format!("{{{name}}} stands for nothing"))
}

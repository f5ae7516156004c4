//! Names of this cluster, and the texts they are filled into.

use super::{listed, safe_name};
use crate::knowledge::runbooks::On;
use crate::model::{BuildVersion, Cluster, Observed, Role};

/// Who is who in a runbook.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    /// The node that is upgraded first, where it is known.
    pub(super) first: Option<String>,
    /// Nodes that serve, in order.
    pub(super) serving: Vec<String>,
    /// Nodes on the database, in order: those that serve, stand by or are on its mirror.
    pub(super) every: Vec<String>,
    /// The node that is built.
    pub(super) new: Option<String>,
    /// The nodes that a repair is for.
    pub(super) faulty: Vec<String>,
    /// A node that works.
    pub(super) source: Option<String>,
    /// Disaster recovery nodes.
    pub(super) dr: Vec<String>,
    /// Nodes on a database mirror.
    pub(super) mirror: Vec<String>,
    /// The build to upgrade to, or that the cluster runs.
    pub(super) target: Option<BuildVersion>,
    /// The build the cluster runs.
    pub(super) current: Option<BuildVersion>,
    /// Name of the database.
    pub(super) database: Option<String>,
    /// The build that is installed, where it is the same in every round of the work.
    pub(super) leg: Option<BuildVersion>,
}

impl Names {
    /// Of a cluster; the rest is for the procedure.
    pub(super) fn of(cluster: &Cluster) -> Self {
        let of = |roles: &[Role]| {
            let nodes = cluster.nodes.iter().filter(|node| roles.contains(&node.role));
            nodes.map(|node| node.name.clone()).collect::<Vec<_>>()
        };
        Self {
            serving: of(&[Role::Serving]),
            every: of(&[Role::Serving, Role::Standby, Role::Mirror]),
            dr: of(&[Role::Dr]),
            mirror: of(&[Role::Mirror]),
            target: cluster.target,
            database: cluster.told.get("database.name").and_then(Observed::value).cloned(),
            ..Self::default()
        }
    }

    /// The nodes a place stands for; none where it is no node, or nobody knows which.
    pub(super) fn on(&self, on: On) -> Vec<String> {
        match on {
            On::First => self.first.iter().cloned().collect(),
            On::Others => self.others(),
            On::Serving => self.serving.clone(),
            On::Every => self.every.clone(),
            On::New => self.new.iter().cloned().collect(),
            On::Faulty => self.faulty.clone(),
            On::Source => self.source.iter().cloned().collect(),
            On::Dr => self.dr.clone(),
            On::Mirror => self.mirror.clone(),
            On::Database | On::Balancer | On::Product | On::Desk => Vec::new(),
        }
    }

    /// The nodes beside the first; none where nobody knows which that is.
    fn others(&self) -> Vec<String> {
        let Some(first) = &self.first else { return Vec::new() };
        self.every.iter().filter(|name| *name != first).cloned().collect()
    }

    /// A text with its placeholders (`knowledge::runbooks::PLACEHOLDERS`) filled in.
    pub(super) fn fill(&self, text: &str, nodes: &[String]) -> String {
        let (first, source) = ("the first node", "a node that works");
        let new = "the new node";
        let named = self.database.as_deref().filter(|name| safe_name(name) == **name);
        let database = named.map_or_else(|| "the database".to_owned(), |name| format!("the database {name}"));
        let one = |name: &Option<String>, unknown: &str| {
            name.as_deref().map_or_else(|| unknown.to_owned(), safe_name)
        };
        let many = |names: &[String], unknown: &str| {
            let safe: Vec<String> = names.iter().map(|name| safe_name(name)).collect();
            if safe.is_empty() { unknown.to_owned() } else { listed(&safe) }
        };
        let build = |build: Option<BuildVersion>, unknown: &str| {
            build.map_or_else(|| unknown.to_owned(), |build| build.to_string())
        };
        let mut filled = text.to_owned();
        for (placeholder, name) in [
            ("{first}", one(&self.first, first)),
            ("{others}", many(&self.others(), "the other nodes")),
            ("{serving}", many(&self.serving, "the nodes that serve")),
            ("{every}", many(&self.every, "all nodes")),
            ("{new}", one(&self.new, new)),
            ("{faulty}", many(&self.faulty, "the nodes concerned")),
            ("{source}", one(&self.source, source)),
            ("{dr}", many(&self.dr, "the disaster recovery nodes")),
            ("{mirror}", many(&self.mirror, "the nodes on the mirror")),
            ("{nodes}", many(nodes, "the nodes concerned")),
            ("{target}", build(self.target, "the target build")),
            ("{current}", build(self.current, "the build the cluster runs")),
            ("{leg}", build(self.leg, "the build of this round")),
            ("{database}", database),
        ] {
            filled = filled.replace(placeholder, &name);
        }
        filled
    }
}

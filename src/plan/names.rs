//! Names of a cluster, and the texts they are filled into.

use super::{listed, safe_name};
use crate::knowledge::runbooks::TaskSite;
use crate::model::{BuildVersion, Cluster, Node, Observed, Role};

/// What the placeholders of a text stand for.
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
    /// The build that every node should have.
    pub(super) wanted: Option<BuildVersion>,
    /// The build that is installed, where it is the same in every round of the work.
    pub(super) hop: Option<BuildVersion>,
    /// Name of the database.
    pub(super) database: Option<String>,
}

impl Names {
    /// Names of a cluster; those that depend on the procedure are left out.
    pub(super) fn of(cluster: &Cluster) -> Self {
        let with_role = |roles: &[Role]| {
            let nodes = cluster.nodes.iter().filter(|node| roles.contains(&node.role));
            nodes.map(|node| node.name.clone()).collect::<Vec<_>>()
        };
        let database = cluster.database_version().value().copied();
        let builds = || cluster.serving().filter_map(|node| node.version.value().copied());
        Self {
            serving: with_role(&[Role::Serving]),
            every: with_role(&[Role::Serving, Role::Standby, Role::Mirror]),
            dr: with_role(&[Role::Dr]),
            mirror: with_role(&[Role::Mirror]),
            target: cluster.target,
            current: database.or_else(|| builds().min()),
            wanted: database.or_else(|| builds().max()),
            database: cluster.reported.get("database.name").and_then(Observed::value).cloned(),
            ..Self::default()
        }
    }

    /// Names of a cluster with some faulty nodes, and another one to repair them from.
    pub(super) fn for_repair(cluster: &Cluster, faulty: Vec<String>) -> Self {
        let names = Self::of(cluster);
        let works = |node: &&Node| {
            let build = node.version.value();
            build.is_some() && build == names.wanted.as_ref() && !faulty.contains(&node.name)
        };
        let source = cluster.serving().find(works).map(|node| node.name.clone());
        Self { source, faulty, target: names.current, hop: names.current, ..names }
    }

    /// The nodes a task is done on, and what to call them where none is known, or what it is done on instead.
    pub(super) fn on(&self, on: TaskSite) -> (Vec<String>, &'static str) {
        let single = |name: &Option<String>| name.iter().cloned().collect();
        match on {
            TaskSite::First => (single(&self.first), "the first node"),
            TaskSite::Others => (self.others(), "the other nodes"),
            TaskSite::Serving => (self.serving.clone(), "the serving nodes"),
            TaskSite::Every => (self.every.clone(), "all nodes"),
            TaskSite::New => (single(&self.new), "the new node"),
            TaskSite::Faulty => (self.faulty.clone(), "the affected nodes"),
            TaskSite::Source => (single(&self.source), "a working node"),
            TaskSite::Dr => (self.dr.clone(), "the disaster recovery nodes"),
            TaskSite::Mirror => (self.mirror.clone(), "the nodes on the mirror"),
            TaskSite::Product => (Vec::new(), "a working node"),
            TaskSite::Database => (Vec::new(), "the database server"),
            TaskSite::Balancer => (Vec::new(), "the load balancer"),
            TaskSite::Desk => (Vec::new(), "your own computer"),
        }
    }

    /// What a task is done on, in words.
    pub(super) fn called(&self, on: TaskSite) -> String {
        let (nodes, unknown) = self.on(on);
        called(&nodes, unknown)
    }

    /// The nodes beside the first; none where nobody knows which that is.
    fn others(&self) -> Vec<String> {
        let Some(first) = &self.first else { return Vec::new() };
        self.every.iter().filter(|name| *name != first).cloned().collect()
    }

    /// A text with its placeholders (`knowledge::runbooks::PLACEHOLDERS`) filled in.
    pub(super) fn fill(&self, text: &str, nodes: &[String]) -> String {
        let mut filled = text.to_owned();
        let mut put = |placeholder: &str, name: &str| filled = filled.replace(placeholder, name);
        for (placeholder, on) in [
            ("{first}", TaskSite::First),
            ("{others}", TaskSite::Others),
            ("{serving}", TaskSite::Serving),
            ("{every}", TaskSite::Every),
            ("{new}", TaskSite::New),
            ("{faulty}", TaskSite::Faulty),
            ("{source}", TaskSite::Source),
            ("{dr}", TaskSite::Dr),
            ("{mirror}", TaskSite::Mirror),
        ] {
            put(placeholder, &self.called(on));
        }
        put("{nodes}", &called(nodes, "the affected nodes"));
        for (placeholder, build, unknown) in [
            ("{target}", self.target, "the target build"),
            ("{current}", self.current, "the build the cluster runs"),
            ("{leg}", self.hop, "the build of this round"),
            ("{version}", self.wanted, "of the other nodes"),
        ] {
            put(placeholder, &build.map_or_else(|| unknown.to_owned(), |build| build.to_string()));
        }
        let database = self.database.as_ref().filter(|name| safe_name(name) == **name);
        let database =
            database.map_or_else(|| "the database".to_owned(), |name| format!("the database {name}"));
        filled.replace("{database}", &database)
    }
}

/// Names of nodes as an instruction has them; `unknown` where there are none.
fn called(names: &[String], unknown: &str) -> String {
    let safe: Vec<String> = names.iter().map(|name| safe_name(name)).collect();
    if safe.is_empty() { unknown.to_owned() } else { listed(&safe) }
}

/// The node of this name.
pub(super) fn named<'a>(cluster: &'a Cluster, name: &str) -> Option<&'a Node> {
    cluster.nodes.iter().find(|node| node.name.eq_ignore_ascii_case(name))
}

//! What holds of this cluster, as far as the evidence tells.

use crate::knowledge::runbooks::Circumstance;
use crate::model::{Cluster, Role};
use std::collections::BTreeMap;

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// Nobody knows.
    Unknown,
}

/// What holds and what does not.
#[derive(Debug, Clone, Default)]
pub struct Circumstances(BTreeMap<Circumstance, Holds>);

impl Circumstances {
    /// Of a cluster.
    pub fn of(cluster: &Cluster) -> Self {
        let role = |role: Role| cluster.nodes.iter().any(|node| node.role == role);
        let mut holds = BTreeMap::new();
        let confirmed = !cluster.node_set.confirmed_by.is_empty();
        let several = match (cluster.serving().count() > 1, confirmed) {
            (true, _) => Holds::Yes,
            (false, true) => Holds::No,
            (false, false) => Holds::Unknown,
        };
        holds.insert(Circumstance::SeveralNodes, several);
        for (circumstance, node) in
            [(Circumstance::DisasterRecovery, Role::Dr), (Circumstance::Mirroring, Role::Mirror)]
        {
            if role(node) {
                holds.insert(circumstance, Holds::Yes);
            }
        }
        Self(holds)
    }

    /// Whether one of them holds.
    pub fn holds(&self, circumstance: Circumstance) -> Holds {
        self.0.get(&circumstance).copied().unwrap_or(Holds::Unknown)
    }

    /// The circumstance as a clause: "the database is mirrored".
    pub const fn words(circumstance: Circumstance) -> &'static str {
        match circumstance {
            Circumstance::SeveralNodes => "more than one node serves",
            Circumstance::PrimaryNode => "one node is the primary",
            Circumstance::DisasterRecovery => "there are disaster recovery nodes",
            Circumstance::Mirroring => "the database is mirrored",
            Circumstance::MergeReplication => "the database is merge-replicated",
            Circumstance::NoOutboundAccess => "the web servers cannot reach the vendor",
            Circumstance::LoadBalancer => "a load balancer stands before the nodes",
            Circumstance::Tms => "a TMS folder stands beside the application",
            Circumstance::Dpapi => "the key file is protected by DPAPI",
            Circumstance::WindowsAuthentication => "Integrated Windows Authentication is on",
            Circumstance::RabbitMq => "RabbitMQ carries the messages",
            Circumstance::Engines => "distributed engines are used",
            Circumstance::AlwaysOn => "an availability group holds the database",
        }
    }
}

//! Areas: the parts of a cluster that rules are about.

use serde::{Deserialize, Serialize};

/// A part of the cluster. Every rule belongs to one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Which nodes there are, their builds and their files.
    NodesAndFiles,
    /// The encryption key.
    Key,
    /// IIS: application, pool, authentication.
    Iis,
    /// Whether nodes run, are in the cluster, and which roles they have.
    NodeState,
    /// Clocks and time zones.
    Clocks,
    /// Errors and gaps in the logs.
    Logs,
    /// Windows and .NET.
    Windows,
    /// The database and its server.
    Database,
    /// The message bus, and the engines behind it.
    MessageBus,
    /// The load balancer and the address of the cluster.
    LoadBalancer,
    /// Backups.
    Backups,
    /// Security settings and advisories.
    Security,
    /// The way to the target build.
    UpgradePath,
}

impl Area {
    /// Every area, in the order of the report.
    pub const ALL: [Self; 13] = [
        Self::NodesAndFiles,
        Self::Key,
        Self::Iis,
        Self::NodeState,
        Self::Clocks,
        Self::Logs,
        Self::Windows,
        Self::Database,
        Self::MessageBus,
        Self::LoadBalancer,
        Self::Backups,
        Self::Security,
        Self::UpgradePath,
    ];

    /// The word of the command line and of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NodesAndFiles => "nodes-and-files",
            Self::Key => "key",
            Self::Iis => "iis",
            Self::NodeState => "node-state",
            Self::Clocks => "clocks",
            Self::Logs => "logs",
            Self::Windows => "windows",
            Self::Database => "database",
            Self::MessageBus => "message-bus",
            Self::LoadBalancer => "load-balancer",
            Self::Backups => "backups",
            Self::Security => "security",
            Self::UpgradePath => "upgrade-path",
        }
    }

    /// As a report names it, inside a sentence.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NodesAndFiles => "nodes and files",
            Self::Key => "key",
            Self::Iis => "IIS",
            Self::NodeState => "node state",
            Self::Clocks => "clocks",
            Self::Logs => "logs",
            Self::Windows => "Windows",
            Self::Database => "database",
            Self::MessageBus => "message bus",
            Self::LoadBalancer => "load balancer",
            Self::Backups => "backups",
            Self::Security => "security",
            Self::UpgradePath => "upgrade path",
        }
    }

    /// The area of rules whose id begins with this family, for rules of a support team that do not name one. A family
    /// of the team's own belongs to what every question requires, so that no doubt is lost.
    pub fn of_family(rule: &str) -> Self {
        match rule.split('-').next().unwrap_or_default() {
            "BKP" => Self::Backups,
            "BUS" => Self::MessageBus,
            "ENC" => Self::Key,
            "IIS" => Self::Iis,
            "LBL" => Self::LoadBalancer,
            "LOG" => Self::Logs,
            "ROL" => Self::NodeState,
            "SEC" => Self::Security,
            "SQL" => Self::Database,
            "SYS" => Self::Windows,
            "TIM" => Self::Clocks,
            "UPG" => Self::UpgradePath,
            _ => Self::NodesAndFiles,
        }
    }
}

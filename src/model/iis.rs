//! The application as `applicationHost.config` describes it (domain 1.6).

use super::observed::Observed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The applications of this product that IIS knows. Other sites and pools are not taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IisFacts {
    /// The application whose physical path is the application folder; `Absent` when IIS has none.
    pub application: Observed<IisApplication>,
}

/// One application, its site's bindings and its pool's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IisApplication {
    /// Name of the site.
    pub site: String,
    /// Virtual path, such as `/SecretServer` or `/`.
    pub path: String,
    /// Physical path as written.
    pub physical_path: String,
    /// Name of the application pool.
    pub pool: String,
    /// Bindings of the site as `protocol information`, such as `https *:443:`.
    pub bindings: Vec<String>,
    /// Pool settings by [`POOL_SETTINGS`] name: from the pool, else from `applicationPoolDefaults`, else
    /// `Absent`, which means the built-in value of that IIS version.
    pub pool_settings: BTreeMap<String, Observed<String>>,
    /// Authentication by sub-path (`""` for the application itself) and kind, where stated.
    pub authentication: BTreeMap<String, BTreeMap<String, bool>>,
}

/// The pool settings taken: element path below `<add name=…>` in `applicationPools`, then the attribute.
/// `recycling.periodicRestart.schedule` is the list of times, joined by a blank.
pub const POOL_SETTINGS: &[&str] = &[
    "autoStart",
    "enable32BitAppOnWin64",
    "managedPipelineMode",
    "managedRuntimeVersion",
    "processModel.identityType",
    "processModel.idleTimeout",
    "processModel.loadUserProfile",
    "processModel.maxProcesses",
    "processModel.userName",
    "recycling.periodicRestart.schedule",
    "recycling.periodicRestart.time",
    "startMode",
];

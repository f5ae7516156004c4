//! The application in the IIS configuration (`applicationHost.config`).

use super::observed::Observed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The application of this product in IIS. Other sites and pools are not collected.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct IisFacts {
    /// The application whose physical path is the application folder; `Absent` if IIS has none.
    pub application: Observed<IisApplication>,
}

/// One application, its site's bindings and its pool's settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
    /// Authentication by sub-path (`""` for the application itself) and kind, where known. Rules look at `settings`,
    /// which has the lines too.
    pub authentication: BTreeMap<String, BTreeMap<String, bool>>,
    /// Settings that hold for the application, by [`is_application_setting`] name; `Absent` where no file states them.
    /// A bundle of format 1.0 has none.
    #[serde(default)]
    pub settings: BTreeMap<String, Observed<String>>,
}

/// The setting that lists sites and paths, a line each, where several applications serve the application folder.
pub const SAME_FOLDER: &str = "same-folder";

impl IisApplication {
    /// The sites that serve the application folder, that of the application first.
    pub fn sites(&self) -> Vec<&str> {
        let listed = self.settings.get(SAME_FOLDER).and_then(Observed::value);
        let mut sites = vec![self.site.as_str()];
        for address in listed.into_iter().flat_map(|listed| listed.lines()) {
            let name = address.split('/').next().unwrap_or(address);
            if !sites.contains(&name) {
                sites.push(name);
            }
        }
        sites
    }
}

/// Settings of `system.webServer` and of the site that hold for the application, beside those of its authentication.
pub const APPLICATION_SETTINGS: &[&str] = &[
    "client-certificates.launchers",
    "client-certificates.webservices",
    "default-document",
    "directory-browsing",
    "handlers.aspnet-4",
    "handlers.wcf-4",
    "isapi.aspnet-v4",
    "pool.applications",
    "site.auto-start",
    "tms",
    "x-powered-by",
];

/// Kinds of authentication that are collected. `forms` is not one of IIS: it is in `web.config`.
pub const AUTHENTICATION_KINDS: &[&str] = &["anonymous", "basic", "digest", "windows"];

/// Kinds that are collected for [`AUTHENTICATED_PATHS`]: those that the product needs there.
pub const PATH_AUTHENTICATION_KINDS: &[&str] = &["anonymous", "windows"];

/// Folders of the application that need their own authentication with Integrated Windows Authentication.
pub const AUTHENTICATED_PATHS: &[&str] =
    &["api/DistributedEngine", "integrations", "launchers", "rdp", "webservices"];

/// Whether `name` is a setting of the application: one of [`APPLICATION_SETTINGS`], or
/// `authentication.KIND` or `authentication.PATH.KIND`.
pub fn is_application_setting(name: &str) -> bool {
    let authentication =
        name.strip_prefix("authentication.").is_some_and(|kind| match kind.rsplit_once('.') {
            None => AUTHENTICATION_KINDS.contains(&kind),
            Some((path, kind)) => {
                AUTHENTICATED_PATHS.contains(&path) && PATH_AUTHENTICATION_KINDS.contains(&kind)
            }
        });
    authentication || APPLICATION_SETTINGS.contains(&name)
}

/// The pool settings that are collected: element path below `<add name=…>` in `applicationPools`, then the attribute.
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

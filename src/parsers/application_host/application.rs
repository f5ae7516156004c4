//! Finds the application that serves the product among the sites of IIS.

use super::{FILE, File, WantedApplication, children, descend, flag};
use crate::model::{Location, Observed};
use roxmltree::Node;
use std::collections::BTreeSet;

/// Applications of the recording and privilege products that come with this one, in lower case.
const TMS: [&str; 3] = ["tms", "tmsagent", "tmsworker"];

/// One virtual directory of one application of one site.
pub(super) struct Application<'a> {
    pub(super) node: Node<'a, 'a>,
    pub(super) site: Node<'a, 'a>,
    /// Virtual path.
    pub(super) path: String,
    pub(super) physical_path: String,
}

impl Application<'_> {
    /// Site and path as a `location` names them, in lower case.
    pub(super) fn address(&self) -> String {
        let site = self.site.attribute("name").unwrap_or_default();
        format!("{site}{}", self.path.trim_end_matches('/')).to_lowercase()
    }
}

/// The applications that fit best.
pub(super) fn find<'a, 'b>(
    all: &'b [Application<'a>],
    sought: &WantedApplication,
) -> Vec<&'b Application<'a>> {
    let select = |fits: &dyn Fn(&Application<'a>) -> bool| -> Vec<&'b Application<'a>> {
        all.iter().filter(|app| fits(app)).collect()
    };
    match sought {
        WantedApplication::Address(address) => {
            let address = address.trim().trim_end_matches('/').to_lowercase();
            let found = select(&|app| app.address() == address);
            found.into_iter().take(1).collect()
        }
        WantedApplication::Folder(folder) => select(&|app| same_folder(&app.physical_path, folder)),
        WantedApplication::Named(name) => [
            select(&|app| last_component(&app.physical_path).eq_ignore_ascii_case(name)),
            select(&|app| app.path.trim_start_matches('/').eq_ignore_ascii_case(name)),
            select(&|app| app.path.eq_ignore_ascii_case("/SecretServer")),
        ]
        .into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default(),
    }
}

impl<'a> File<'a> {
    pub(super) fn applications(&self) -> Vec<Application<'a>> {
        let sites = self.section("system.applicationHost/sites");
        let mut all = Vec::new();
        for site in sites.into_iter().flat_map(|sites| children(sites, "site")) {
            for node in children(site, "application") {
                let path = node.attribute("path").unwrap_or("/");
                for folder in children(node, "virtualDirectory") {
                    let below = folder.attribute("path").unwrap_or("/").trim_matches('/');
                    let path = match (path.trim_end_matches('/'), below) {
                        ("", "") => "/".to_owned(),
                        (path, "") => path.to_owned(),
                        (path, below) => format!("{path}/{below}"),
                    };
                    let physical_path = folder.attribute("physicalPath").unwrap_or_default().to_owned();
                    all.push(Application { node, site, path, physical_path });
                }
            }
        }
        all
    }

    /// Whether the site starts with IIS: its own setting, else that of all sites. IIS Manager clears it for a site that is stopped.
    pub(super) fn auto_start(&self, app: &Application<'a>) -> Observed<String> {
        let defaults = self.section("system.applicationHost/sites/siteDefaults");
        [Some(app.site), defaults]
            .into_iter()
            .flatten()
            .find_map(|node| Some((flag(node.attribute("serverAutoStart")?)?, node)))
            .map_or_else(
                || Observed::absent(self.place(&app.site)),
                |(value, node)| Observed::known(value, self.place(&node)),
            )
    }

    /// Whether IIS has an application of TMS, under any site.
    pub(super) fn tms(&self, all: &[Application<'a>]) -> Observed<String> {
        let is_tms = |app: &&Application<'a>| {
            let name = app.path.rsplit('/').next().unwrap_or_default().to_lowercase();
            TMS.contains(&name.as_str())
        };
        match all.iter().find(is_tms) {
            Some(app) => Observed::known("true".to_owned(), self.place(&app.node)),
            None => Observed::known("false".to_owned(), Location::file(FILE)),
        }
    }

    /// How many applications run in the same pool beside those of the same folder.
    pub(super) fn sharing(
        &self,
        app: &Application<'a>,
        all: &[Application<'a>],
        same: &[&Application<'a>],
    ) -> Observed<String> {
        let pool = self.pool_name(app);
        let others = all.iter().filter(|other| same.iter().all(|same| other.node != same.node));
        let sharing = others.filter(|other| self.pool_name(other).eq_ignore_ascii_case(&pool));
        let distinct: BTreeSet<_> = sharing.map(|other| other.node.range().start).collect();
        Observed::known(distinct.len().to_string(), self.place(&app.node))
    }
}

/// Bindings of a site as `protocol information`, sorted.
pub(super) fn bindings(site: Node<'_, '_>) -> Vec<String> {
    let all = descend(site, "bindings");
    let mut bindings: Vec<String> = all
        .into_iter()
        .flat_map(|all| children(all, "binding"))
        .filter_map(|node| {
            Some(format!("{} {}", node.attribute("protocol")?, node.attribute("bindingInformation")?))
        })
        .collect();
    bindings.sort();
    bindings
}

/// Compares physical paths the way Windows does: without case, either slash, no slash at the end.
/// `%SystemDrive%` stands for whatever drive the other path has.
fn same_folder(written: &str, folder: &str) -> bool {
    let plain = |path: &str| path.replace('/', "\\").trim_end_matches('\\').to_lowercase();
    let (written, folder) = (plain(written), plain(folder));
    match written.strip_prefix("%systemdrive%") {
        Some(tail) => folder.split_once(':').is_some_and(|(_, after)| after == tail),
        None => written == folder,
    }
}

fn last_component(path: &str) -> &str {
    path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::same_folder;

    #[test]
    fn the_system_drive_stands_for_the_drive() {
        assert!(same_folder(
            r"%SystemDrive%\inetpub\wwwroot\SecretServer",
            r"C:\inetpub\wwwroot\SecretServer"
        ));
        assert!(!same_folder(r"%SystemDrive%\inetpub\wwwroot", r"C:\inetpub\wwwroot\SecretServer"));
    }
}

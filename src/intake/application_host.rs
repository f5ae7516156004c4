//! `applicationHost.config`: the application that serves the product, its pool, bindings and authentication
//! (domain 1.6). Other applications are not taken, and passwords, encrypted or not, are never read.

use super::xml_config::Lines;
use crate::model::iis::{IisApplication, IisFacts, POOL_SETTINGS};
use crate::model::{Observed, Place};
use crate::redact::config::{ConfigError, parse};
use roxmltree::Node;
use std::collections::BTreeMap;

/// The name under which places of this file are shown.
pub const FILE: &str = "applicationHost.config";

/// Pool of an application that names none anywhere.
const DEFAULT_POOL: &str = "DefaultAppPool";

/// How to tell the product's application from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// By its physical path, as the node knows its own folder.
    Folder(String),
    /// The folder was copied from elsewhere: by the last component of the physical path, else by a virtual path
    /// of the same name, else by `/SecretServer` (domain 1.1).
    Named(String),
}

/// Reads the product's application. `mark` turns the user name of the pool's identity into a keyed marker.
///
/// The application is `Absent` when no application fits, and `Unreadable` when several do.
pub fn read(text: &str, sought: &Sought, mark: &dyn Fn(&str) -> String) -> Result<IisFacts, ConfigError> {
    let document = parse(text)?;
    let file = File { root: document.root_element(), lines: Lines::of(text) };
    let all = file.applications();
    let found = match sought {
        Sought::Folder(folder) => select(&all, |app| same_folder(&app.physical_path, folder)),
        Sought::Named(name) => [
            select(&all, |app| last_component(&app.physical_path).eq_ignore_ascii_case(name)),
            select(&all, |app| app.path.trim_start_matches('/').eq_ignore_ascii_case(name)),
            select(&all, |app| app.path.eq_ignore_ascii_case("/SecretServer")),
        ]
        .into_iter()
        .find(|found| !found.is_empty())
        .unwrap_or_default(),
    };
    let application = match found.as_slice() {
        [] => Observed::absent(Place::file(FILE)),
        [one] => Observed::known(file.describe(one, mark), file.place(&one.node)),
        several => Observed::unreadable(
            Place::file(FILE),
            format!("{} applications fit the application folder", several.len()),
        ),
    };
    Ok(IisFacts { application })
}

/// One application of one site.
struct Application<'a> {
    node: Node<'a, 'a>,
    site: Node<'a, 'a>,
    path: String,
    physical_path: String,
}

fn select<'a, 'b>(
    all: &'b [Application<'a>],
    fits: impl Fn(&Application<'a>) -> bool,
) -> Vec<&'b Application<'a>> {
    all.iter().filter(|app| fits(app)).collect()
}

struct File<'a> {
    root: Node<'a, 'a>,
    lines: Lines,
}

impl<'a> File<'a> {
    fn place(&self, node: &Node<'_, '_>) -> Place {
        Place::line(FILE, self.lines.at(node.range().start))
    }

    fn section(&self, path: &str) -> Option<Node<'a, 'a>> {
        descend(self.root, path)
    }

    fn applications(&self) -> Vec<Application<'a>> {
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

    fn describe(&self, app: &Application<'a>, mark: &dyn Fn(&str) -> String) -> IisApplication {
        let site = app.site.attribute("name").unwrap_or_default().to_owned();
        let pool = self.pool_name(app);
        let mut pool_settings = BTreeMap::new();
        for setting in POOL_SETTINGS {
            let mut value = self.pool_setting(&pool, setting);
            if *setting == "processModel.userName" {
                value = value.map(|name| mark(&name));
            }
            pool_settings.insert((*setting).to_owned(), value);
        }
        IisApplication {
            bindings: bindings(app.site),
            authentication: self.authentication(&site, &app.path),
            path: app.path.clone(),
            physical_path: app.physical_path.clone(),
            pool_settings,
            site,
            pool,
        }
    }

    /// The pool of an application: its own attribute, else the defaults of its site, else of all sites.
    fn pool_name(&self, app: &Application<'a>) -> String {
        let defaults = |parent| descend(parent, "applicationDefaults");
        [Some(app.node), defaults(app.site), self.section("system.applicationHost/sites").and_then(defaults)]
            .into_iter()
            .flatten()
            .find_map(|node| node.attribute("applicationPool"))
            .unwrap_or(DEFAULT_POOL)
            .to_owned()
    }

    /// A setting of the pool, else of the defaults of all pools; absent where neither states it.
    fn pool_setting(&self, pool: &str, setting: &str) -> Observed<String> {
        let Some(pools) = self.section("system.applicationHost/applicationPools") else {
            return Observed::absent(Place::file(FILE));
        };
        let own = children(pools, "add")
            .find(|node| node.attribute("name").is_some_and(|name| name.eq_ignore_ascii_case(pool)));
        let Some(own) = own else {
            let why = "the application names a pool that is not defined";
            return Observed::unreadable(self.place(&pools), why);
        };
        [Some(own), descend(pools, "applicationPoolDefaults")]
            .into_iter()
            .flatten()
            .find_map(|node| stated(node, setting).map(|(value, at)| Observed::known(value, self.place(&at))))
            .unwrap_or_else(|| Observed::absent(self.place(&own)))
    }

    /// Authentication of the application (under the empty name: the nearest statement of the location paths
    /// above it) and of each of its sub-paths that states any.
    fn authentication(&self, site: &str, path: &str) -> BTreeMap<String, BTreeMap<String, bool>> {
        let own = format!("{site}{}", path.trim_end_matches('/')).to_lowercase();
        let mut all: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
        // Least specific first, so that a nearer statement replaces a farther one.
        let mut above = vec![(0, self.root)];
        for location in children(self.root, "location") {
            let at = location.attribute("path").unwrap_or_default().trim_matches('/');
            let lower = at.to_lowercase();
            if lower.is_empty() || own == lower || own.starts_with(&format!("{lower}/")) {
                above.push((lower.len(), location));
            } else if lower.starts_with(&format!("{own}/")) {
                let below = at.chars().skip(own.chars().count() + 1).collect::<String>();
                all.entry(below).or_default().extend(kinds(location));
            }
        }
        above.sort_by_key(|(length, _)| *length);
        let inherited: BTreeMap<_, _> = above.into_iter().flat_map(|(_, node)| kinds(node)).collect();
        if !inherited.is_empty() {
            all.insert(String::new(), inherited);
        }
        all.retain(|_, kinds| !kinds.is_empty());
        all
    }
}

/// Authentication switches stated below a root or location element: `windowsAuthentication` is `windows`.
fn kinds(parent: Node<'_, '_>) -> BTreeMap<String, bool> {
    let section = descend(parent, "system.webServer/security/authentication");
    section
        .into_iter()
        .flat_map(|section| section.children().filter(Node::is_element))
        .filter_map(|node| {
            let kind = node.tag_name().name().strip_suffix("Authentication")?;
            let enabled = node.attribute("enabled")?.parse().ok()?;
            Some((kind.to_owned(), enabled))
        })
        .collect()
}

fn bindings(site: Node<'_, '_>) -> Vec<String> {
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

/// The value of a [`POOL_SETTINGS`] name below a pool, with the element that states it.
fn stated<'a>(pool: Node<'a, 'a>, setting: &str) -> Option<(String, Node<'a, 'a>)> {
    let (elements, attribute) = setting.rsplit_once('.').unwrap_or(("", setting));
    let parent = descend(pool, &elements.replace('.', "/"))?;
    if attribute == "schedule" {
        let schedule = descend(parent, "schedule")?;
        let times: Vec<&str> = children(schedule, "add").filter_map(|node| node.attribute("value")).collect();
        return Some((times.join(" "), schedule));
    }
    parent.attribute(attribute).map(|value| (value.to_owned(), parent))
}

fn descend<'a>(from: Node<'a, 'a>, path: &str) -> Option<Node<'a, 'a>> {
    path.split('/').filter(|name| !name.is_empty()).try_fold(from, |node, name| children(node, name).next())
}

fn children<'a>(of: Node<'a, 'a>, name: &str) -> impl Iterator<Item = Node<'a, 'a>> {
    of.children().filter(move |node| node.is_element() && node.tag_name().name() == name)
}

/// Compares physical paths the way Windows does: without case, either slash, no slash at the end.
/// `%SystemDrive%` stands for whatever drive the other path has.
fn same_folder(written: &str, folder: &str) -> bool {
    let plain = |path: &str| path.replace('/', "\\").trim_end_matches('\\').to_lowercase();
    let (written, folder) = (plain(written), plain(folder));
    match written.strip_prefix("%systemdrive%") {
        Some(rest) => folder.split_once(':').is_some_and(|(_, after)| after == rest),
        None => written == folder,
    }
}

fn last_component(path: &str) -> &str {
    path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration>
  <system.applicationHost>
    <applicationPools>
      <add name="DefaultAppPool" />
      <add name="SecretServer" managedRuntimeVersion="v4.0" startMode="AlwaysRunning">
        <processModel identityType="SpecificUser" userName="CORP\svc-ss" password="[enc:IISWASOnlyAesProvider:abc:enc]" idleTimeout="00:00:00" />
        <recycling><periodicRestart><schedule><add value="03:00:00" /><add value="15:00:00" /></schedule></periodicRestart></recycling>
      </add>
      <applicationPoolDefaults managedRuntimeVersion="v2.0">
        <processModel loadUserProfile="true" identityType="ApplicationPoolIdentity" />
      </applicationPoolDefaults>
    </applicationPools>
    <sites>
      <site name="Default Web Site" id="1">
        <application path="/"><virtualDirectory path="/" physicalPath="%SystemDrive%\inetpub\wwwroot" /></application>
        <application path="/SecretServer" applicationPool="SecretServer">
          <virtualDirectory path="/" physicalPath="C:\inetpub\wwwroot\SecretServer" />
        </application>
        <bindings>
          <binding protocol="https" bindingInformation="*:443:" sslFlags="0" />
          <binding protocol="http" bindingInformation="*:80:" />
        </bindings>
      </site>
      <applicationDefaults applicationPool="DefaultAppPool" />
    </sites>
  </system.applicationHost>
  <system.webServer><security><authentication>
    <anonymousAuthentication enabled="true" userName="IUSR" /><windowsAuthentication enabled="false"><providers /></windowsAuthentication>
  </authentication></security></system.webServer>
  <location path="Default Web Site/SecretServer"><system.webServer><security><authentication>
    <anonymousAuthentication enabled="false" /><windowsAuthentication enabled="true" />
  </authentication></security></system.webServer></location>
  <location path="Default Web Site/SecretServer/launchers"><system.webServer><security><authentication>
    <anonymousAuthentication enabled="true" />
  </authentication></security></system.webServer></location>
</configuration>
"#;

    fn mark(name: &str) -> String {
        format!("<{}>", name.len())
    }

    fn app(sought: Sought) -> Observed<IisApplication> {
        read(CONFIG, &sought, &mark).unwrap().application
    }

    #[test]
    fn the_application_is_found_by_its_folder() {
        let found = app(Sought::Folder(r"c:\Inetpub\wwwroot\SecretServer\".into()));
        let app = found.value().unwrap();
        assert_eq!((app.site.as_str(), app.path.as_str()), ("Default Web Site", "/SecretServer"));
        assert_eq!(app.bindings, ["http *:80:", "https *:443:"]);
        assert_eq!(found.place(), Some(&Place::line(FILE, 17)));
    }

    #[test]
    fn a_setting_comes_from_the_pool_then_from_the_defaults_then_it_is_absent() {
        let found = app(Sought::Named("secretserver".into()));
        let pool = &found.value().unwrap().pool_settings;
        assert_eq!(pool["managedRuntimeVersion"], Observed::known("v4.0".into(), Place::line(FILE, 6)));
        assert_eq!(
            pool["processModel.loadUserProfile"],
            Observed::known("true".into(), Place::line(FILE, 11))
        );
        assert!(pool["enable32BitAppOnWin64"].is_absent());
        assert_eq!(
            pool["recycling.periodicRestart.schedule"].value().map(String::as_str),
            Some("03:00:00 15:00:00")
        );
        assert_eq!(pool.len(), POOL_SETTINGS.len());
    }

    #[test]
    fn no_password_and_no_user_name_comes_through() {
        let shown = serde_json::to_string(&app(Sought::Named("SecretServer".into()))).unwrap();
        assert!(shown.contains("<11>") && !shown.contains("svc-ss") && !shown.contains("enc:"), "{shown}");
    }

    #[test]
    fn the_nearest_authentication_counts() {
        let found = app(Sought::Named("SecretServer".into()));
        let authentication = &found.value().unwrap().authentication;
        let own = BTreeMap::from([("anonymous".to_owned(), false), ("windows".to_owned(), true)]);
        assert_eq!(authentication[""], own);
        assert_eq!(authentication["launchers"], BTreeMap::from([("anonymous".to_owned(), true)]));
    }

    #[test]
    fn none_is_absent_and_two_are_unreadable() {
        assert!(app(Sought::Folder(r"D:\SecretServer".into())).is_absent());
        let twice = CONFIG.replace(r"%SystemDrive%\inetpub\wwwroot", r"D:\old\SecretServer");
        let found = read(&twice, &Sought::Named("SecretServer".into()), &mark).unwrap().application;
        assert!(matches!(found, Observed::Unreadable { .. }), "{found:?}");
    }

    #[test]
    fn the_system_drive_stands_for_the_drive() {
        assert!(same_folder(
            r"%SystemDrive%\inetpub\wwwroot\SecretServer",
            r"C:\inetpub\wwwroot\SecretServer"
        ));
        assert!(!same_folder(r"%SystemDrive%\inetpub\wwwroot", r"C:\inetpub\wwwroot\SecretServer"));
    }
}

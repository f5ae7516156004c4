//! `applicationHost.config`: the application that serves the product, its pool, its site and what IIS lets it do. Of other applications only their number is taken, and passwords, encrypted or not, are never read.

mod application;
mod kind;
mod merge;
mod pool;
mod sections;
#[cfg(test)]
mod tests;

use crate::model::iis::{IisApplication, IisFacts};
use crate::model::{Location, Observed};
use crate::parsers::xml_config::Lines;
use crate::redact::config::{ConfigError, parse};
use application::Application;
use roxmltree::Node;
use sections::{Level, Sections};
use std::collections::BTreeMap;

/// The name under which places of this file are shown.
pub const FILE: &str = "applicationHost.config";

/// The application's own configuration, which may override what [`FILE`] leaves open.
pub const OWN: &str = "web.config";

/// How to tell the product's application from all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WantedApplication {
    /// By its physical path, as the node knows its own folder.
    Folder(String),
    /// The folder was copied from elsewhere: by the last component of the physical path, else by a virtual path
    /// of the same name, else by `/SecretServer`, the default.
    Named(String),
    /// By its site and virtual path, as a person gives them: `Default Web Site/SecretServer`.
    Address(String),
}

/// An application of a server, or a virtual directory below one, which may be the product's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Name of its site.
    pub site: String,
    /// Virtual path.
    pub path: String,
    /// Physical path, as the file has it.
    pub physical_path: String,
}

/// Every application of every site, in the order of the file.
pub fn applications(text: &str) -> Result<Vec<Listed>, ConfigError> {
    let document = parse(text)?;
    let file = File { root: document.root_element(), lines: Lines::of(text) };
    let listed = file.applications().into_iter().map(|app| Listed {
        site: app.site.attribute("name").unwrap_or_default().to_owned(),
        path: app.path,
        physical_path: app.physical_path,
    });
    Ok(listed.collect())
}

/// Physical path of the root of the site that serves the product's application, as the file has it; `None` where nothing says
/// so, or where several applications fit.
pub fn site_root(text: &str, sought: &WantedApplication) -> Result<Option<String>, ConfigError> {
    let document = parse(text)?;
    let file = File { root: document.root_element(), lines: Lines::of(text) };
    let all = file.applications();
    let [app] = application::find(&all, sought)[..] else { return Ok(None) };
    let root = all.iter().find(|other| other.site == app.site && other.path == "/");
    Ok(root.map(|root| root.physical_path.clone()).filter(|path| !path.is_empty()))
}

/// Reads the product's application. `own` is the text of its `web.config`; `mark` turns the user name of the pool's
/// identity into a keyed marker.
///
/// The application is `Absent` when no application fits. Several that serve the folder from one pool are judged together;
/// of several pools nobody can say which one is meant, and the application is `Unreadable`. It is that too in a file of
/// another kind, or in a part of the file that need not hold it.
pub fn read(
    text: &str,
    own: &Observed<String>,
    sought: &WantedApplication,
    mark: &dyn Fn(&str) -> String,
) -> Result<IisFacts, ConfigError> {
    let document = parse(text)?;
    let file = File { root: document.root_element(), lines: Lines::of(text) };
    let unreadable = |why: String| IisFacts { application: Observed::unreadable(Location::file(FILE), why) };
    if let Some(why) = kind::other(file.root) {
        return Ok(unreadable(why.to_owned()));
    }
    let all = file.applications();
    let found = application::find(&all, sought);
    let Some(first) = found.first() else {
        return Ok(match sought {
            WantedApplication::Address(_) => unreadable(
                "no application has the site and path that --iis-application names: give it as IIS Manager shows them, \
                 such as \"Default Web Site/SecretServer\""
                    .to_owned(),
            ),
            _ if kind::has_children(file.root) => unreadable(format!("its sites are in other files: {}", kind::MERGED)),
            _ => IisFacts { application: Observed::absent(Location::file(FILE)) },
        });
    };
    let described = found.iter().map(|app| file.describe(app, &all, &found, own, mark)).collect();
    Ok(match merge::as_one(described) {
        Ok(application) => IisFacts { application: Observed::known(application, file.place(&first.node)) },
        Err(why) => unreadable(why),
    })
}

/// The folder that `redirection.config` names, where it is in force. The account for it is never read.
pub fn redirection(text: &str) -> Result<Option<String>, ConfigError> {
    let document = parse(text)?;
    let section = descend(document.root_element(), "configurationRedirection");
    let enabled = section.filter(|section| is_true(section.attribute("enabled")));
    Ok(enabled.and_then(|section| section.attribute("path")).map(str::to_owned))
}

/// The parsed file.
struct File<'a> {
    root: Node<'a, 'a>,
    lines: Lines,
}

impl<'a> File<'a> {
    fn place(&self, node: &Node<'_, '_>) -> Location {
        Location::line(FILE, self.lines.at(node.range().start))
    }

    fn section(&self, path: &str) -> Option<Node<'a, 'a>> {
        descend(self.root, path)
    }

    fn describe(
        &self,
        app: &Application<'a>,
        all: &[Application<'a>],
        same: &[&Application<'a>],
        own: &Observed<String>,
        mark: &dyn Fn(&str) -> String,
    ) -> IisApplication {
        // What is not well-formed says nothing; CFG-018 says so.
        let parsed = own.as_ref().map(|text| parse(text).map_err(|_| "it is not well-formed"));
        let own_level = match &parsed {
            Observed::Known { value: Ok(document), .. } => {
                Ok(Some(Level::new(OWN, document.input_text(), document.root_element())))
            }
            Observed::Known { value: Err(why), .. } => Err((*why).to_owned()),
            Observed::Absent { .. } => Ok(None),
            other => Err(other.why_unknown().unwrap_or_default()),
        };
        let sections = Sections {
            host: Level::new(FILE, self.root.document().input_text(), self.root),
            own: own_level,
            application: app.address(),
        };
        let mut settings = sections.settings();
        settings.insert("isapi.aspnet-v4".to_owned(), self.isapi());
        if descend(self.root, "system.webServer").is_none() {
            for setting in settings.values_mut().filter(|setting| setting.is_absent()) {
                *setting = Observed::not_collected(kind::WITHOUT_SECTIONS);
            }
        }
        settings.insert("pool.applications".to_owned(), self.sharing(app, all, same));
        settings.insert("site.auto-start".to_owned(), self.auto_start(app));
        settings.insert("tms".to_owned(), self.tms(all));
        let pool = self.pool_name(app);
        IisApplication {
            bindings: application::bindings(app.site),
            authentication: authentication(&settings),
            pool_settings: self.pool_settings(&pool, mark),
            settings,
            path: app.path.clone(),
            physical_path: app.physical_path.clone(),
            site: app.site.attribute("name").unwrap_or_default().to_owned(),
            pool,
        }
    }

    /// Whether every entry of the ISAPI and CGI restrictions for ASP.NET 4 is allowed; absent where there is none.
    fn isapi(&self) -> Observed<String> {
        let Some(section) = self.section("system.webServer/security/isapiCgiRestriction") else {
            return Observed::absent(Location::file(FILE));
        };
        let is_v4 = |node: &Node<'_, '_>| {
            let path = node.attribute("path").unwrap_or_default().to_lowercase();
            path.contains("\\v4.0.") && path.ends_with("aspnet_isapi.dll")
        };
        let is_allowed = |node: &Node<'_, '_>| is_true(node.attribute("allowed"));
        let mut listed = children(section, "add").filter(is_v4).peekable();
        let Some(first) = listed.peek().copied() else {
            return if is_true(section.attribute("notListedIsapisAllowed")) {
                Observed::known("true".to_owned(), self.place(&section))
            } else {
                Observed::absent(self.place(&section))
            };
        };
        let denied = listed.find(|node| !is_allowed(node));
        Observed::known(denied.is_none().to_string(), self.place(&denied.unwrap_or(first)))
    }
}

/// The switches of authentication by sub-path and kind, as version 1.0 of the bundle format has them.
fn authentication(settings: &BTreeMap<String, Observed<String>>) -> BTreeMap<String, BTreeMap<String, bool>> {
    let mut all: BTreeMap<String, BTreeMap<String, bool>> = BTreeMap::new();
    for (name, value) in settings {
        let Some(name) = name.strip_prefix("authentication.") else { continue };
        let (below, kind) = name.rsplit_once('.').unwrap_or(("", name));
        if let Some(enabled) = value.value() {
            all.entry(below.to_owned()).or_default().insert(kind.to_owned(), is_true(Some(enabled)));
        }
    }
    all
}

/// `true` or `false`; no other text of a switch is taken.
fn flag(value: &str) -> Option<String> {
    value.trim().to_lowercase().parse::<bool>().ok().map(|value| value.to_string())
}

fn is_true(value: Option<&str>) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

fn descend<'a>(from: Node<'a, 'a>, path: &str) -> Option<Node<'a, 'a>> {
    path.split('/').filter(|name| !name.is_empty()).try_fold(from, |node, name| children(node, name).next())
}

fn children<'a>(of: Node<'a, 'a>, name: &str) -> impl Iterator<Item = Node<'a, 'a>> {
    of.children().filter(move |node| node.is_element() && node.tag_name().name() == name)
}

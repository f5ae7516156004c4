//! Sections of `system.webServer` that apply to one path. IIS merges them from the farthest to the nearest:

use super::{children, descend, flag};
use crate::model::iis::{AUTHENTICATED_PATHS, AUTHENTICATION_KINDS, PATH_AUTHENTICATION_KINDS};
use crate::model::{Location, Observed};
use crate::parsers::xml_config::Lines;
use roxmltree::Node;
use std::collections::BTreeMap;

/// Folders for which the product asks for a setting of client certificates.
const CERTIFICATE_PATHS: [&str; 2] = ["launchers", "webservices"];

const CUSTOM_HEADER: &str = "X-Powered-By";

/// One configuration file.
pub(super) struct Level<'a> {
    file: &'static str,
    root: Node<'a, 'a>,
    lines: Lines,
    /// Every `location` with its path in lower case, in the order of the file.
    locations: Vec<(String, Node<'a, 'a>)>,
}

/// The files that say something of the application.
pub(super) struct Sections<'a, 'o> {
    pub(super) host: Level<'a>,
    /// The application's own `web.config`: `None` without one, or why it could not be read.
    pub(super) own: Result<Option<Level<'o>>, String>,
    /// Site and path in lower case.
    pub(super) application: String,
}

/// What a section says: a value, or that there is none.
type SectionValue = Option<String>;

impl Sections<'_, '_> {
    /// Every setting of [`crate::model::iis::APPLICATION_SETTINGS`] that is in a section.
    pub(super) fn settings(&self) -> BTreeMap<String, Observed<String>> {
        let mut settings = BTreeMap::new();
        let enabled = |node: Node<'_, '_>| flag(node.attribute("enabled")?).map(Some);
        let section = |kind: &str| format!("system.webServer/security/authentication/{kind}Authentication");
        for kind in AUTHENTICATION_KINDS {
            settings.insert(format!("authentication.{kind}"), self.nearest(&section(kind), "", enabled));
        }
        for below in AUTHENTICATED_PATHS {
            for kind in PATH_AUTHENTICATION_KINDS {
                let value = self.nearest(&section(kind), below, enabled);
                settings.insert(format!("authentication.{below}.{kind}"), value);
            }
        }
        for (name, path) in [
            ("default-document", "system.webServer/defaultDocument"),
            ("directory-browsing", "system.webServer/directoryBrowse"),
        ] {
            settings.insert(name.to_owned(), self.nearest(path, "", enabled));
        }
        let header = self.nearest("system.webServer/httpProtocol/customHeaders", "", header);
        settings.insert("x-powered-by".to_owned(), header);
        for below in CERTIFICATE_PATHS {
            let flags = self.nearest("system.webServer/security/access", below, ssl_flags);
            settings.insert(format!("client-certificates.{below}"), flags);
        }
        // They are registered with the features of Windows, which the server's own file tells.
        for (name, path) in [("handlers.aspnet-4", "*.aspx"), ("handlers.wcf-4", "*.svc")] {
            let said = self
                .host
                .says(&["", "."], "system.webServer/handlers", |node| Some(Some(handles(node, path))));
            let none = (None, Location::file(self.host.file));
            settings.insert(name.to_owned(), settled(said.unwrap_or(none), None));
        }
        settings
    }

    /// What the nearest level says that says anything.
    fn nearest(
        &self,
        section: &str,
        below: &str,
        look: impl Fn(Node<'_, '_>) -> Option<SectionValue>,
    ) -> Observed<String> {
        let below = below.to_lowercase();
        let target =
            if below.is_empty() { self.application.clone() } else { format!("{}/{below}", self.application) };
        // Why a level nearer than what is found next is not known.
        let mut gap: Option<String> = None;
        let ends = target.match_indices('/').map(|(at, _)| at).chain([target.len()]);
        let prefixes: Vec<&str> = ends.filter_map(|end| target.get(..end)).collect();
        for prefix in prefixes.into_iter().rev() {
            if !self.is_locked(section, prefix) {
                let (found, unread) = self.web_config(prefix, section, &look);
                gap = gap.or(unread);
                if let Some(found) = found {
                    return settled(found, gap);
                }
            }
            if let Some(found) = self.host.says(&[prefix], section, &look) {
                return settled(found, gap);
            }
        }
        let found = self.host.says(&["", "."], section, &look);
        settled(found.unwrap_or((None, Location::file(self.host.file))), gap)
    }

    /// What the `web.config` of a path says, and why it may say something that nobody read.
    fn web_config(
        &self,
        path: &str,
        section: &str,
        look: impl Fn(Node<'_, '_>) -> Option<SectionValue>,
    ) -> (Option<(SectionValue, Location)>, Option<String>) {
        let own = self.own.as_ref().map(Option::as_ref);
        match (path.strip_prefix(self.application.as_str()), own) {
            (Some(""), Ok(own)) => (own.and_then(|own| own.says(&["", "."], section, look)), None),
            (Some(""), Err(why)) => {
                (None, Some(format!("the application's web.config may change it: {why}")))
            }
            (Some(folder), own) => {
                let folder = folder.trim_start_matches('/');
                let own = own.ok().flatten();
                let unread = format!("a web.config in {folder} may change it, and it is not read");
                (own.and_then(|own| own.says(&[folder], section, look)), Some(unread))
            }
            (None, _) => {
                let unread = "a web.config above the application may change it, and it is not read";
                (None, Some(unread.to_owned()))
            }
        }
    }

    /// Whether the `web.config` of a path may not state a section: by the section's declaration, else by the nearest
    /// `location` that says so.
    fn is_locked(&self, section: &str, path: &str) -> bool {
        let mut locked = denied_by_default(self.host.root, section);
        let mut above: Vec<&(String, Node<'_, '_>)> = self
            .host
            .locations
            .iter()
            .filter(|(at, location)| is_above(at, path) && descend(*location, section).is_some())
            .collect();
        above.sort_by_key(|(at, _)| at.len());
        for (_, location) in above {
            match (location.attribute("overrideMode"), location.attribute("allowOverride")) {
                (Some("Allow"), _) | (None, Some("true")) => locked = false,
                (Some("Deny"), _) | (None, Some("false")) => locked = true,
                _ => {}
            }
        }
        locked
    }
}

impl<'a> Level<'a> {
    /// The file of this name, parsed.
    pub(super) fn new(file: &'static str, text: &str, root: Node<'a, 'a>) -> Self {
        let path =
            |node: &Node<'_, '_>| node.attribute("path").unwrap_or_default().trim_matches('/').to_lowercase();
        let locations = children(root, "location").map(|node| (path(&node), node)).collect();
        Self { file, root, lines: Lines::of(text), locations }
    }

    /// What the file says of a section for one of these paths; the empty path is the file itself too. Of two
    /// statements the later one counts.
    fn says(
        &self,
        paths: &[&str],
        section: &str,
        look: impl Fn(Node<'_, '_>) -> Option<SectionValue>,
    ) -> Option<(SectionValue, Location)> {
        let locations = self.locations.iter().rev().filter(|(at, _)| paths.contains(&at.as_str()));
        let itself = paths.contains(&"").then_some(self.root);
        let mut stated = locations.map(|(_, location)| *location).chain(itself);
        stated.find_map(|parent| {
            let node = descend(parent, section)?;
            let place = Location::line(self.file, self.lines.at(node.range().start));
            look(node).map(|said| (said, place))
        })
    }
}

/// Which certificates of clients are asked for; no other word than those of IIS is taken.
fn ssl_flags(section: Node<'_, '_>) -> Option<SectionValue> {
    const WORDS: [&str; 6] = ["None", "Ssl", "SslNegotiateCert", "SslRequireCert", "SslMapCert", "Ssl128"];
    let flags = section.attribute("sslFlags")?;
    let known = |flag: &str| WORDS.into_iter().find(|word| word.eq_ignore_ascii_case(flag.trim()));
    let words: Option<Vec<&str>> = flags.split(',').map(known).collect();
    words.map(|words| Some(words.join(" ")))
}

/// Whether files of this kind are given to .NET 4 in the integrated pipeline.
fn handles(section: Node<'_, '_>, path: &str) -> String {
    let is_it = |node: &Node<'_, '_>| {
        let condition = node.attribute("preCondition").unwrap_or_default().to_lowercase();
        node.attribute("path").is_some_and(|own| own.eq_ignore_ascii_case(path))
            && condition.contains("integratedmode")
            && condition.contains("runtimeversionv4.0")
    };
    children(section, "add").any(|node| is_it(&node)).to_string()
}

fn settled((said, place): (SectionValue, Location), gap: Option<String>) -> Observed<String> {
    match (gap, said) {
        (Some(why), _) => Observed::not_collected(why),
        (None, Some(value)) => Observed::known(value, place),
        (None, None) => Observed::absent(place),
    }
}

/// Whether a response header is added, or taken away again; the last word counts.
fn header(section: Node<'_, '_>) -> Option<SectionValue> {
    let mut said = None;
    for node in section.children().filter(Node::is_element) {
        let named = node.attribute("name").is_some_and(|name| name.eq_ignore_ascii_case(CUSTOM_HEADER));
        match node.tag_name().name() {
            "add" if named => said = Some(Some("present".to_owned())),
            "remove" if named => said = Some(None),
            "clear" => said = Some(None),
            _ => {}
        }
    }
    said
}

fn is_above(at: &str, path: &str) -> bool {
    at.is_empty()
        || at == "."
        || path.strip_prefix(at).is_some_and(|tail| tail.is_empty() || tail.starts_with('/'))
}

/// Whether the declaration of a section keeps it out of every `web.config`.
fn denied_by_default<'a>(root: Node<'a, 'a>, section: &str) -> bool {
    let named = |of: Node<'a, 'a>, element: &'static str, name: &str| {
        children(of, element).find(|node| node.attribute("name") == Some(name))
    };
    let (groups, name) = section.rsplit_once('/').unwrap_or(("", section));
    let declarations = descend(root, "configSections");
    let group =
        groups.split('/').try_fold(declarations, |at, group| Some(Some(named(at?, "sectionGroup", group)?)));
    let declared = group.flatten().and_then(|group| named(group, "section", name));
    declared.is_some_and(|node| {
        node.attribute("overrideModeDefault") == Some("Deny")
            || matches!(node.attribute("allowDefinition"), Some("AppHostOnly" | "MachineOnly"))
    })
}

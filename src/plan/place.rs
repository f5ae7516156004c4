//! Where a command is run, and the names that stand in it: each is known and passed its grammar, or is open.

use super::grammar::{Folder, HostName, IisName, UrlPath, safe_name};
use super::runbook::Ground;
use crate::knowledge::runbooks::On;
use crate::model::iis::IisApplication;
use crate::model::{Cluster, Node};

/// A name for a command, or what stands in its place.
pub(super) type Slot<T> = Result<T, Open>;

/// A name that is not known, or that may not stand in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    /// What stands in its place: "application folder of WEB02".
    pub(super) words: String,
    /// Why, as a sentence.
    pub(super) why: String,
}

/// A machine that commands are run on.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    /// It in a reader's words: its name where that may be printed.
    pub(super) label: String,
    name: Option<String>,
    /// What is known of it.
    node: Option<&'a Node>,
    /// The node it is built like: what nobody knows of itself is as there.
    like: Option<&'a Node>,
}

impl<'a> Place<'a> {
    /// A node by its name.
    pub(super) fn node(ground: &Ground<'a>, name: &str) -> Self {
        let is_new = ground.names.new.as_ref().is_some_and(|new| new.eq_ignore_ascii_case(name));
        let source = ground.names.source.as_ref().filter(|_| is_new);
        Self {
            label: safe_name(name),
            name: Some(name.to_owned()),
            node: named(ground.cluster, name),
            like: source.and_then(|source| named(ground.cluster, source)),
        }
    }

    /// Where a task is done, when nobody knows which node that is, or when it is none.
    pub(super) fn nowhere(ground: &Ground<'a>, on: On) -> Self {
        let label = match on {
            On::First => ground.names.fill("{first}", &[]),
            On::Others => ground.names.fill("{others}", &[]),
            On::Serving => ground.names.fill("{serving}", &[]),
            On::Every => ground.names.fill("{every}", &[]),
            On::New => ground.names.fill("{new}", &[]),
            On::Faulty => ground.names.fill("{faulty}", &[]),
            On::Source | On::Product => ground.names.fill("{source}", &[]),
            On::Dr => ground.names.fill("{dr}", &[]),
            On::Mirror => ground.names.fill("{mirror}", &[]),
            On::Database => "the database server".into(),
            On::Balancer => "the load balancer".into(),
            On::Desk => "your own computer".into(),
        };
        Self { label, name: None, node: None, like: None }
    }

    /// The node that others are copied from: the one upgraded first, else one that works.
    pub(super) fn source(ground: &Ground<'a>) -> Self {
        let name = ground.names.first.as_ref().or(ground.names.source.as_ref());
        name.map_or_else(|| Self::nowhere(ground, On::Source), |name| Self::node(ground, name))
    }

    /// Whether both are one machine.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.name.is_some() && self.name == other.name
    }

    /// Its name.
    pub(super) fn host(&self) -> Slot<HostName> {
        self.slot("name", self.name.as_deref(), HostName::read)
    }

    /// Its application folder.
    pub(super) fn folder(&self) -> Slot<Folder> {
        let told = self.known(|node| node.snapshot.as_ref()?.facts.application_folder.value());
        self.slot("application folder", told.map(String::as_str), Folder::read)
    }

    /// Its application folder as other machines see it.
    pub(super) fn share(&self) -> Slot<Folder> {
        self.folder().and_then(|folder| Ok(folder.shared_by(&self.host()?))).map_err(|open| Open {
            words: format!("application folder of {} as a share", self.label),
            ..open
        })
    }

    /// Its application pool.
    pub(super) fn pool(&self) -> Slot<IisName> {
        self.slot("application pool", self.iis().map(|app| app.pool.as_str()), IisName::read)
    }

    /// The site of the application.
    pub(super) fn site(&self) -> Slot<IisName> {
        self.slot("site", self.iis().map(|app| app.site.as_str()), IisName::read)
    }

    /// The virtual path of the application.
    pub(super) fn path(&self) -> Slot<UrlPath> {
        self.slot("virtual path", self.iis().map(|app| app.path.as_str()), UrlPath::read)
    }

    /// The application as IIS knows it.
    pub(super) fn iis(&self) -> Option<&'a IisApplication> {
        self.known(|node| match node.snapshot.as_ref()?.iis_application() {
            crate::model::Observed::Known { value, .. } => Some(value),
            _ => None,
        })
    }

    /// Whether a TMS folder stands beside the application; `None`: nobody knows.
    pub(super) fn has_tms(&self) -> Option<bool> {
        self.known(|node| node.snapshot.as_ref()?.facts.tms_folder.value()).copied()
    }

    fn known<T>(&self, fact: impl Fn(&'a Node) -> Option<T>) -> Option<T> {
        self.node.and_then(&fact).or_else(|| self.like.and_then(&fact))
    }

    fn slot<T>(&self, what: &str, told: Option<&str>, read: fn(&str) -> Option<T>) -> Slot<T> {
        let of = format!("{what} of {}", self.label);
        let why = match told.map(read) {
            Some(Some(name)) => return Ok(name),
            Some(None) => format!("The {of} has characters that may not stand in a command."),
            None => format!("Nothing that was given tells the {of}."),
        };
        Err(Open { words: of, why })
    }
}

fn named<'a>(cluster: &'a Cluster, name: &str) -> Option<&'a Node> {
    cluster.nodes.iter().find(|node| node.name.eq_ignore_ascii_case(name))
}

//! Target of a task: the machine that commands are run on, and the names for them. Each name is known and passed its
//! grammar, or is unresolved.

use super::grammar::{Folder, HostName, IisName, UrlPath, safe_name};
use super::names::named;
use super::runbook::PlanContext;
use crate::knowledge::runbooks::TaskSite;
use crate::model::Node;
use crate::model::iis::IisApplication;

/// A name for a command, or what is written in its place.
pub(super) type Arg<T> = Result<T, Unresolved>;

/// A name that is not known, or that must not be in a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unresolved {
    /// The placeholder: "application folder of WEB02".
    pub(super) placeholder: String,
    /// Why, as a sentence.
    pub(super) why: String,
}

/// A machine that commands are run on.
#[derive(Debug, Clone)]
pub(super) struct TaskTarget<'a> {
    /// Its name where that can be printed, else a description.
    pub(super) label: String,
    name: Option<String>,
    node: Option<&'a Node>,
    /// The node it is built like: facts that are not known of the target itself are taken from this node.
    model: Option<&'a Node>,
}

impl<'a> TaskTarget<'a> {
    /// A node by its name.
    pub(super) fn node(context: &PlanContext<'a>, name: &str) -> Self {
        let is_new = context.names.new.as_ref().is_some_and(|new| new.eq_ignore_ascii_case(name));
        let source = context.names.source.as_ref().filter(|_| is_new);
        Self {
            label: safe_name(name),
            name: Some(name.to_owned()),
            node: named(context.cluster, name),
            model: source.and_then(|source| named(context.cluster, source)),
        }
    }

    /// Target of a task with no known node, or no node at all.
    pub(super) fn unknown(context: &PlanContext<'a>, on: TaskSite) -> Self {
        // What is done once in the product is done on any node that works.
        let on = if on == TaskSite::Product { TaskSite::Source } else { on };
        Self { label: context.names.called(on), name: None, node: None, model: None }
    }

    /// The node that others are copied from: the one upgraded first, else one that works.
    pub(super) fn source(context: &PlanContext<'a>) -> Self {
        let name = context.names.first.as_ref().or(context.names.source.as_ref());
        name.map_or_else(|| Self::unknown(context, TaskSite::Source), |name| Self::node(context, name))
    }

    /// Whether both are one machine.
    pub(super) fn is(&self, target: &Self) -> bool {
        self.name.is_some() && self.name == target.name
    }

    /// Its name.
    pub(super) fn host(&self) -> Arg<HostName> {
        self.arg("name", self.name.as_ref(), HostName::read)
    }

    /// Its application folder.
    pub(super) fn folder(&self) -> Arg<Folder> {
        let folder = self.known(|node| node.snapshot.as_ref()?.facts.application_folder.value());
        self.arg("application folder", folder, Folder::read)
    }

    /// Its application folder as other machines see it.
    pub(super) fn share(&self) -> Arg<Folder> {
        self.folder().and_then(|folder| Ok(folder.shared_by(&self.host()?))).map_err(|folder| Unresolved {
            placeholder: format!("application folder of {} as a share", self.label),
            ..folder
        })
    }

    /// Its application pool.
    pub(super) fn pool(&self) -> Arg<IisName> {
        self.arg("application pool", self.iis().map(|app| &app.pool), IisName::read)
    }

    /// The site of the application.
    pub(super) fn site(&self) -> Arg<IisName> {
        self.arg("site", self.iis().map(|app| &app.site), IisName::read)
    }

    /// The virtual path of the application.
    pub(super) fn path(&self) -> Arg<UrlPath> {
        self.arg("virtual path", self.iis().map(|app| &app.path), UrlPath::read)
    }

    /// The application as IIS knows it.
    pub(super) fn iis(&self) -> Option<&'a IisApplication> {
        self.known(|node| match node.snapshot.as_ref()?.iis_application() {
            crate::model::Observed::Known { value, .. } => Some(value),
            _ => None,
        })
    }

    /// Whether there is a TMS folder beside the application; `None`: nobody knows.
    pub(super) fn has_tms(&self) -> Option<bool> {
        self.known(|node| node.snapshot.as_ref()?.facts.tms_folder.value()).copied()
    }

    fn known<T>(&self, fact: impl Fn(&'a Node) -> Option<T>) -> Option<T> {
        self.node.and_then(&fact).or_else(|| self.model.and_then(&fact))
    }

    fn arg<T>(&self, what: &str, text: Option<&String>, read: fn(&str) -> Option<T>) -> Arg<T> {
        let placeholder = format!("{what} of {}", self.label);
        let why = match text.map(|text| read(text)) {
            Some(Some(name)) => return Ok(name),
            Some(None) => {
                format!("The {placeholder} contains characters that must not be used in a command.")
            }
            None => format!("None of the files supplied contains the {placeholder}."),
        };
        Err(Unresolved { placeholder, why })
    }
}

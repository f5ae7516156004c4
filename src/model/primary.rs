//! The primary node, which clusters have before [`WITHOUT_PRIMARY`] (domain 4.13).

use super::answers::Answers;
use super::cluster::Cluster;
use super::observed::Observed;
use super::place::Place;
use super::version::BuildVersion;

/// First build without a primary node.
pub const WITHOUT_PRIMARY: BuildVersion = BuildVersion::new(10, 7, 0);

/// The setting that pins the primary node (domain 1.3).
const PINNED: &str = "config.web-appsettings.config:appSettings/add[ValidPrimaryNode]@value";

/// The question that asks for it, node by node, and the answer for the node that it is.
pub const QUESTION: &str = "ROL-012";
const PRIMARY: &str = "primary";

/// One thing that names the primary node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name, as the case writes it where it knows the node.
    pub node: String,
    /// Whether the case knows a node of this name.
    pub known: bool,
    /// What says so: "`ValidPrimaryNode` on WEB02" or "the answer to ROL-012".
    pub by: String,
    /// Where it stands.
    pub place: Place,
}

impl Cluster {
    /// Everything that names the primary node: the setting of each bundle in order of node, then these answers.
    pub fn primary_named(&self, answers: &Answers) -> Vec<Named> {
        let mut named = Vec::new();
        for node in &self.nodes {
            if let Observed::Known { value, sources, .. } = node.fact(PINNED)
                && let Some(place) = sources.into_iter().next()
                && !value.trim().is_empty()
            {
                let known = self.nodes.iter().find(|one| one.name.eq_ignore_ascii_case(value.trim()));
                named.push(Named {
                    node: known.map_or_else(|| value.trim().to_owned(), |one| one.name.clone()),
                    known: known.is_some(),
                    by: format!("ValidPrimaryNode on {}", node.name),
                    place,
                });
            }
        }
        named.extend(self.nodes.iter().filter_map(|node| {
            let answer = answers.by_question.get(&(QUESTION.to_owned(), node.name.to_uppercase()))?;
            let (node, by) = (node.name.clone(), format!("the answer to {QUESTION}"));
            (answer.value == PRIMARY).then(|| Named { node, known: true, by, place: answer.place.clone() })
        }));
        named
    }
}

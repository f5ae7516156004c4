//! The primary node, which clusters have before build [`WITHOUT_PRIMARY`].

use super::answers::Answers;
use super::cluster::Cluster;
use super::host_name::same_host;
use super::location::Location;
use super::observed::Observed;
use super::version::BuildVersion;

/// First build without a primary node.
pub const WITHOUT_PRIMARY: BuildVersion = BuildVersion::new(10, 7, 0);

/// The setting that fixes which node is the primary one.
const PINNED: &str = "config.web-appsettings.config:appSettings/add[ValidPrimaryNode]@value";

/// The question about it, which is asked for each node.
pub const QUESTION: &str = "ROL-012";
/// The answer for the node that is the primary one.
const PRIMARY: &str = "primary";

/// A setting or an answer that names the primary node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrimaryClaim {
    /// The name, written as in the case if it has this node.
    pub node: String,
    /// Whether the case has a node of this name.
    pub known: bool,
    /// The source: "`ValidPrimaryNode` on WEB02" or "the answer to ROL-012".
    pub by: String,
    /// Where it is.
    pub place: Location,
}

impl Cluster {
    /// All that names the primary node: the settings in order of node, then these answers.
    pub fn primary_claims(&self, answers: &Answers) -> Vec<PrimaryClaim> {
        let mut named = Vec::new();
        for node in &self.nodes {
            if let Observed::Known { value, sources, .. } = node.fact(PINNED)
                && let Some(place) = sources.into_iter().next()
                && !value.trim().is_empty()
            {
                let known = self.nodes.iter().find(|one| same_host(&one.name, &value));
                named.push(PrimaryClaim {
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
            (answer.value == PRIMARY).then(|| PrimaryClaim {
                node,
                known: true,
                by,
                place: answer.place.clone(),
            })
        }));
        named
    }
}

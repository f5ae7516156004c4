//! Contradictions between sources of the vendor on an upgrade. All sides are shown; none is chosen silently.

use super::layer::failed;
use super::sources::Citation;
use serde::Deserialize;

/// A contradiction between sources.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// Short name, such as `K-3`.
    pub id: String,
    /// Their topic, in lower case.
    pub topic: String,
    /// What each of them says, one sentence each, which begins with the source.
    pub says: Vec<String>,
    /// The sources.
    pub cites: Vec<Citation>,
}

impl Conflict {
    /// What each source says, in one text.
    pub fn text(&self) -> String {
        self.says.join(" ")
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        failed(&[(self.says.len() < 2, "it needs two sentences that contradict each other")])
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    #[test]
    fn every_side_names_its_source() {
        let knowledge = Knowledge::builtin().unwrap();
        assert_eq!(knowledge.conflicts.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["K-3", "K-4"]);
        for conflict in &knowledge.conflicts {
            for says in &conflict.says {
                assert!(
                    conflict.cites.iter().any(|cite| says.starts_with(&format!("{}:", cite.source))),
                    "{says}"
                );
            }
        }
        let one = "[[conflict]]\nid = \"K-99\"\ntopic = \"x\"\nsays = [\"One.\"]\ncites = [{ source = \"SELF\", status = \"confirmed\" }]";
        let faults = Knowledge::layered(&[("ours.toml", one)]).unwrap_err().to_string();
        assert!(faults.contains("K-99: it needs two sentences"), "{faults}");
    }
}

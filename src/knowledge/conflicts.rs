//! Where sources of the vendor contradict each other on a whole upgrade: both are told, none is picked silently.

use super::layer::failed;
use super::sources::Citation;
use serde::Deserialize;

/// What sources say differently of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conflict {
    /// Its number in domain 12.1.
    pub id: String,
    /// What they speak of, lower case.
    pub topic: String,
    /// What each of them says, a sentence each that names the source.
    pub says: Vec<String>,
    /// The sources.
    pub cites: Vec<Citation>,
}

impl Conflict {
    /// What each source says, one after the other: apart they would contradict nobody.
    pub fn told(&self) -> String {
        self.says.join(" ")
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self) -> Vec<String> {
        failed(&[(self.says.len() < 2, "it takes two sentences to contradict each other")])
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    #[test]
    fn every_reading_names_its_source() {
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
        assert!(faults.contains("K-99: it takes two sentences"), "{faults}");
    }
}

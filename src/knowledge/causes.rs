//! Which findings are consequences of others: a node that cannot decrypt shows misleading follow-up errors.
//!
//! A consequence is still a finding with its own severity, and is counted. The report shows it under its cause, and the
//! plan has no separate action for it.

use super::layer::{Layers, failed};
use super::sources::Citation;
use serde::Deserialize;

/// Rules whose findings explain findings of other rules.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CauseRow {
    /// Short name.
    pub id: String,
    /// Rules whose findings are the cause.
    pub rules: Vec<String>,
    /// Rules whose findings are the consequence.
    #[serde(default)]
    pub explains: Vec<String>,
    /// Known errors that are the consequence: findings of any rule that are based on one of them.
    #[serde(default)]
    pub errors: Vec<String>,
    /// Where the consequences appear.
    pub reach: Reach,
    /// Why they follow, as one sentence.
    pub why: String,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// How far a cause reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Only on the node that has it.
    Node,
    /// On every node, and on the cluster.
    Everywhere,
}

impl CauseRow {
    /// Whether it explains a finding of `rule`, which may be based on the known error `error`. It never explains findings of
    /// its own rules, even if they are based on an error that follows from it.
    pub fn covers(&self, rule: &str, error: Option<&str>) -> bool {
        let by_error = || error.is_some_and(|error| self.errors.iter().any(|id| id == error));
        !self.rules.iter().any(|id| id == rule) && (self.explains.iter().any(|id| id == rule) || by_error())
    }

    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, layers: &Layers) -> Vec<String> {
        let idle = self.rules.is_empty() || (self.explains.is_empty() && self.errors.is_empty());
        let of_bundle = self.rules.iter().any(|rule| rule.starts_with("BND-"));
        let mut problems = failed(&[
            (idle, "it explains nothing"),
            (of_bundle, "a problem of a bundle explains nothing in the cluster"),
            (self.explains_itself(layers), "it is explained by what it explains: causes form a circle"),
        ]);
        let unknown = |id: &&String| !layers.signatures.iter().any(|signature| signature.record.id == **id);
        problems.extend(self.errors.iter().filter(unknown).map(|id| format!("there is no signature {id}")));
        problems
    }

    /// The rules whose findings may be a consequence.
    fn effects<'a>(&'a self, layers: &'a Layers) -> impl Iterator<Item = &'a str> {
        let errors = layers.signatures.iter().filter(|located| self.errors.contains(&located.record.id));
        let by_error =
            errors.flat_map(|located| &located.record.rules).filter(|rule| !self.rules.contains(rule));
        self.explains.iter().chain(by_error).map(String::as_str)
    }

    /// Whether its own rules are among its consequences, over any number of other causes.
    fn explains_itself(&self, layers: &Layers) -> bool {
        let mut reached: Vec<&str> = self.effects(layers).collect();
        let mut at = 0;
        while let Some(&rule) = reached.get(at) {
            let causes = layers.causes.iter().map(|located| &located.record);
            for cause in causes.filter(|cause| cause.rules.iter().any(|id| id == rule)) {
                for effect in cause.effects(layers) {
                    if !reached.contains(&effect) {
                        reached.push(effect);
                    }
                }
            }
            at += 1;
        }
        self.rules.iter().any(|rule| reached.contains(&rule.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    fn faults(text: &str) -> String {
        Knowledge::layered(&[("own.toml", text)]).err().map(|faults| faults.to_string()).unwrap_or_default()
    }

    fn cause(id: &str, rule: &str, effects: &str) -> String {
        format!(
            "[[cause]]\nid = \"{id}\"\nrules = [\"{rule}\"]\n{effects}\nreach = \"node\"\nwhy = \"It follows.\"\n\
             cites = [{{ source = \"SELF\", status = \"inferred\" }}]\n"
        )
    }

    #[test]
    fn causes_that_explain_each_other_are_refused() {
        let one = cause("x-one", "X-001", "explains = [\"X-002\"]");
        let two = cause("x-two", "X-002", "explains = [\"X-003\"]");
        assert_eq!(faults(&(one.clone() + &two)), "");
        let back = cause("x-three", "X-003", "explains = [\"X-001\"]");
        let text = faults(&(one + &two + &back));
        assert_eq!(text.matches("causes form a circle").count(), 3, "{text}");
        let itself = cause("x-one", "X-001", "explains = [\"X-001\"]");
        assert!(faults(&itself).contains("causes form a circle"));
        let own_error = cause("x-one", "ENC-002", "errors = [\"E-002\"]");
        assert_eq!(faults(&own_error), "", "ENC-002 is based on E-002");
    }

    #[test]
    fn a_cause_names_errors_that_exist_and_explains_something() {
        assert!(faults(&cause("x", "X-001", "errors = [\"E-999\"]")).contains("there is no signature E-999"));
        assert!(faults(&cause("x", "X-001", "")).contains("it explains nothing"));
    }
}

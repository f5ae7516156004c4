//! Which findings are consequences of which: a node that cannot decrypt shows misleading follow-up errors (domain 12.3).
//!
//! A consequence stays a finding, with its own severity, and is counted. The report shows it under its cause, and the
//! plan lists no work of its own for it.

use super::KnowledgeError;
use super::layer::{Kept, Layers};
use super::sources::{Citation, Sources};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Findings of some rules that explain findings of others.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CauseRow {
    /// Short name.
    pub id: String,
    /// Rules whose findings are the cause.
    pub rules: Vec<String>,
    /// Rules whose findings follow, whatever they rest on.
    #[serde(default)]
    pub explains: Vec<String>,
    /// Known errors that follow: findings of any rule that rest on one of them.
    #[serde(default)]
    pub errors: Vec<String>,
    /// Where the consequences are looked for.
    pub reach: Reach,
    /// Why they follow, one sentence.
    pub why: String,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// How far a cause reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// On the node that has it.
    Node,
    /// On every node, and on the cluster.
    Everywhere,
}

impl CauseRow {
    /// Whether it explains a finding of `rule` that rests on the known error `error`, if on one. Findings of its own
    /// rules it never explains, although a rule may rest on an error that follows from it.
    pub fn covers(&self, rule: &str, error: Option<&str>) -> bool {
        let by_error = || error.is_some_and(|error| self.errors.iter().any(|id| id == error));
        !self.rules.iter().any(|id| id == rule) && (self.explains.iter().any(|id| id == rule) || by_error())
    }
}

/// Refuses causes without a source or an effect, errors that are no record, and causes that explain each other.
pub(super) fn check(layers: &Layers, sources: &Sources, faults: &mut Vec<KnowledgeError>) {
    for kept in &layers.causes {
        let row = &kept.record;
        faults.extend(row.cites.iter().filter_map(|cite| sources.fault(cite)).map(|why| kept.fault(why)));
        if row.cites.is_empty() {
            faults.push(kept.fault("no source"));
        }
        if row.rules.is_empty() || (row.explains.is_empty() && row.errors.is_empty()) {
            faults.push(kept.fault("it explains nothing"));
        }
        if row.rules.iter().any(|rule| rule.starts_with("BND-")) {
            faults.push(kept.fault("a fault of a bundle explains nothing of the cluster"));
        }
        let unknown = |id: &&String| !layers.signatures.iter().any(|signature| signature.record.id == **id);
        faults.extend(row.errors.iter().filter(unknown).map(|id| kept.fault(format!("no signature {id}"))));
    }
    let follows = follows(layers);
    let in_circle = |kept: &&Kept<CauseRow>| {
        kept.record.rules.iter().any(|rule| reachable(&follows, rule).contains(rule.as_str()))
    };
    let circular = layers.causes.iter().filter(in_circle);
    faults.extend(circular.map(|kept| kept.fault("what it explains explains it in turn")));
}

/// The rules whose findings may follow from those of each rule.
fn follows(layers: &Layers) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut follows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in layers.causes.iter().map(|kept| &kept.record) {
        let errors = layers.signatures.iter().filter(|kept| row.errors.contains(&kept.record.id));
        let by_error = errors.flat_map(|kept| &kept.record.rules).filter(|rule| !row.rules.contains(rule));
        let effects: Vec<&str> = row.explains.iter().chain(by_error).map(String::as_str).collect();
        for rule in &row.rules {
            follows.entry(rule).or_default().extend(&effects);
        }
    }
    follows
}

/// Everything that may follow from `rule`, over any number of steps.
fn reachable<'a>(follows: &BTreeMap<&'a str, BTreeSet<&'a str>>, rule: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = vec![rule];
    while let Some(rule) = open.pop() {
        for effect in follows.get(rule).into_iter().flatten() {
            if reached.insert(*effect) {
                open.push(effect);
            }
        }
    }
    reached
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
        assert_eq!(text.matches("explains it in turn").count(), 3, "{text}");
        let itself = cause("x-one", "X-001", "explains = [\"X-001\"]");
        assert!(faults(&itself).contains("explains it in turn"));
        let own_error = cause("x-one", "ENC-002", "errors = [\"E-002\"]");
        assert_eq!(faults(&own_error), "", "E-002 is what ENC-002 rests on");
    }

    #[test]
    fn a_cause_names_errors_that_exist_and_explains_something() {
        assert!(faults(&cause("x", "X-001", "errors = [\"E-999\"]")).contains("no signature E-999"));
        assert!(faults(&cause("x", "X-001", "")).contains("it explains nothing"));
    }
}

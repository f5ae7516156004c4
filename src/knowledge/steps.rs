//! The way from build to build: what has to be installed on it, and what changes.

use super::KnowledgeError;
use super::layer::Layers;
use super::rows::Family;
use super::sources::{Citation, Sources};
use crate::model::BuildVersion;
use serde::Deserialize;

/// A build that changes something, or that an upgrade has to pass through.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// The build.
    pub build: BuildVersion,
    /// Rule of family `step` that finds it left out: a build without one need not be installed.
    pub rule: Option<String>,
    /// Oldest build from which it can be installed.
    pub from: Option<BuildVersion>,
    /// Newest build that can be installed from it, as far as the source tells.
    pub reaches: Option<BuildVersion>,
    /// What it asks of the servers.
    #[serde(default)]
    pub requires: Vec<String>,
    /// What changes with it, as sentences.
    #[serde(default)]
    pub changes: Vec<String>,
    /// What else there is to know, as sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// Checks the records against each other and the rules.
pub(super) fn check(layers: &Layers, sources: &Sources, faults: &mut Vec<KnowledgeError>) {
    for kept in &layers.steps {
        let step = &kept.record;
        faults.extend(sources.faults(&step.cites).map(|why| kept.fault(why)));
        let gate = [step.rule.is_some(), step.from.is_some(), step.reaches.is_some()];
        if gate.iter().any(|there| *there) && !gate.iter().all(|there| *there) {
            faults.push(kept.fault("a build that has to be installed has `rule`, `from` and `reaches`"));
        }
        if step.from.is_some_and(|from| from >= step.build)
            || step.reaches.is_some_and(|reaches| reaches <= step.build)
        {
            faults.push(kept.fault("`from` is earlier and `reaches` is later than the build"));
        }
        if step.rule.is_none() && step.changes.is_empty() {
            faults.push(kept.fault("it neither has to be installed nor changes anything"));
        }
        let serves = |id: &String| {
            layers.rules.iter().any(|rule| rule.record.id == *id && rule.record.family == Family::Step)
        };
        if step.rule.as_ref().is_some_and(|id| !serves(id)) {
            faults.push(kept.fault("no rule of family step has this id"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    /// The upgrade paths of domain 2.3. What lies beyond 10.9.000064 is not public.
    #[test]
    fn the_way_is_that_of_the_vendors_table() {
        let steps = Knowledge::builtin().unwrap().steps;
        let gates = steps
            .iter()
            .filter_map(|one| Some([one.build, one.from?, one.reaches?].map(|build| build.to_string())));
        let expected = [
            ["8.4.000004", "7.1.000015", "9.1.000001"],
            ["9.1.000001", "8.4.000004", "10.9.000005"],
            ["10.9.000005", "9.1.000001", "10.9.000064"],
        ];
        assert_eq!(gates.collect::<Vec<_>>(), expected);
        let others = steps.iter().filter(|one| one.rule.is_none()).map(|one| one.build.to_string());
        let expected = [
            "8.2.000000",
            "8.5.000000",
            "8.9.000000",
            "8.9.300000",
            "10.0.000000",
            "10.2.000000",
            "10.3.000000",
            "10.4.000000",
            "10.5.000000",
            "10.6.000000",
            "10.7.000000",
            "10.7.000059",
            "10.9.000063",
        ];
        assert_eq!(others.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_a_build_asks_of_the_servers_is_told_with_it() {
        let steps = Knowledge::builtin().unwrap().steps;
        let asks = |build: &str, what: &str| {
            let step = steps.iter().find(|one| one.build.to_string() == build).unwrap();
            step.requires.iter().any(|requirement| requirement.contains(what))
        };
        for (build, what) in [
            ("8.2.000000", "SQL Server 2005"),
            ("8.5.000000", ".NET Framework 4.5.1"),
            ("8.9.000000", "Windows Server 2008 R2"),
            ("10.0.000000", "Integrated pipeline"),
            ("10.2.000000", "Load User Profile"),
            ("10.7.000000", "SQL Server 2012"),
            ("10.9.000005", ".NET Framework 4.8"),
        ] {
            assert!(asks(build, what), "{build} does not ask for {what}");
        }
    }
}

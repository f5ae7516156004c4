//! The way from build to build: what has to be installed on it, what it asks for, and what changes.

use super::KnowledgeError;
use super::layer::Layers;
use super::rows::Family;
use super::sources::{Citation, Sources};
use crate::model::BuildVersion;
use serde::Deserialize;

/// A build that asks for something or changes it, or that an upgrade has to pass through.
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
    /// What it asks of the cluster.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// What changes with it, as sentences.
    #[serde(default)]
    pub changes: Vec<String>,
    /// What else there is to know, as sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// What a build asks of the cluster before it is installed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// What, as words that follow "it needs".
    pub text: String,
    /// Rules that judge it, of which those that concern the target speak; none where nothing that is collected tells.
    pub rules: Vec<String>,
    /// It counts on the way over the build only; otherwise later builds ask for it too, until one asks for something
    /// else that the same rule judges.
    #[serde(default)]
    pub once: bool,
}

impl Requirement {
    /// Whether another requirement, of a later build, stands in the place of this one.
    fn yields_to(&self, later: &Self) -> bool {
        !self.once && !later.once && self.rules.iter().any(|rule| later.rules.contains(rule))
    }
}

/// A build to install on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradeHop<'k> {
    /// The build that is installed before it.
    pub from: BuildVersion,
    /// The build.
    pub build: BuildVersion,
    /// Its record, if an upgrade has to pass through it.
    pub gate: Option<&'k Step>,
    /// The record that says that it can be installed from the build before; `None`: nobody says so.
    pub by: Option<&'k Step>,
    /// Builds that are passed with it, itself included, in order.
    pub crossed: Vec<&'k Step>,
    /// What it asks for and no build before it on this way did, with the build that asks first.
    pub requires: Vec<(&'k Step, &'k Requirement)>,
}

/// The way from an installed build to a target: the builds to install, in order, the last of them the target. None where
/// the target is not later.
pub fn way(steps: &[Step], installed: BuildVersion, target: BuildVersion) -> Vec<UpgradeHop<'_>> {
    let gates = steps.iter().filter(|step| step.rule.is_some()).map(|step| step.build);
    let ahead = gates.filter(|build| installed < *build && *build < target);
    let mut from = installed;
    let mut legs: Vec<UpgradeHop<'_>> = Vec::new();
    for build in ahead.chain((installed < target).then_some(target)) {
        let before: Vec<_> = legs.iter().flat_map(|leg| leg.requires.iter().copied()).collect();
        let mut requires = asked(steps, from, build);
        requires.retain(|one| !before.contains(one));
        let crossed = steps.iter().filter(|step| from < step.build && step.build <= build).collect();
        let gate = steps.iter().find(|step| step.rule.is_some() && step.build == build);
        let by = match gate {
            Some(gate) => gate.from.is_some_and(|oldest| oldest <= from).then_some(gate),
            None => steps
                .iter()
                .find(|step| step.build <= from && step.reaches.is_some_and(|reaches| build <= reaches)),
        };
        legs.push(UpgradeHop { from, build, gate, by, crossed, requires });
        from = build;
    }
    legs
}

/// The newest build to which the way is told.
pub fn documented(steps: &[Step]) -> Option<BuildVersion> {
    steps.iter().filter_map(|step| step.reaches).max()
}

/// Whether the rules of a requirement judge what it asks for: where a build up to the target asks them for more, only a pass
/// says something of it.
pub fn is_judged(steps: &[Step], asking: &Step, requirement: &Requirement, target: BuildVersion) -> bool {
    let later = steps.iter().filter(|step| asking.build < step.build && step.build <= target);
    !later.flat_map(|step| &step.requires).any(|later| requirement.yields_to(later))
}

/// What installing a build on another asks for: what lasts, and what counts on the way over the builds between.
fn asked(steps: &[Step], from: BuildVersion, build: BuildVersion) -> Vec<(&Step, &Requirement)> {
    let mut asked: Vec<(&Step, &Requirement)> = Vec::new();
    for step in steps.iter().filter(|step| step.build <= build) {
        for requirement in &step.requires {
            asked.retain(|(_, earlier)| !earlier.yields_to(requirement));
            if !requirement.once || from < step.build {
                asked.push((step, requirement));
            }
        }
    }
    asked
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
        if step.rule.is_none() && step.changes.is_empty() && step.requires.is_empty() {
            faults.push(kept.fault("it neither has to be installed nor asks for nor changes anything"));
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
    use super::*;
    use crate::knowledge::Knowledge;

    fn build(text: &str) -> BuildVersion {
        BuildVersion::parse(text).unwrap()
    }

    /// The upgrade paths of domain 2.3: builds that an upgrade passes through, with whence and how far.
    #[test]
    fn the_gates_are_those_of_the_vendors_table() {
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
        assert_eq!(documented(&steps), Some(build("10.9.000064")));
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
            "10.9.000000",
            "10.9.000063",
            "11.0.000000",
        ];
        assert_eq!(others.collect::<Vec<_>>(), expected);
    }

    /// Each row of domain 2.3, each pair of stretches between its gates, and what it does not tell. A build nobody says can
    /// be installed from the one before has a question mark.
    #[test]
    fn every_way_leads_through_the_builds_of_the_table() {
        let ways = [
            // Below the oldest build of the table.
            ("7.0.000000", "8.2.000000", "8.2.000000?"),
            ("7.1.000014", "8.4.000004", "8.4.000004?"),
            ("7.1.000014", "9.1.000001", "8.4.000004? 9.1.000001"),
            ("7.1.000014", "10.9.000064", "8.4.000004? 9.1.000001 10.9.000005 10.9.000064"),
            // From 7.1.000015 the updater leads to 8.4.000004, and nobody tells of another build before it.
            ("7.1.000015", "8.2.000000", "8.2.000000?"),
            ("7.1.000015", "8.4.000004", "8.4.000004"),
            ("8.3.000019", "8.5.000000", "8.4.000004 8.5.000000"),
            ("8.3.000019", "8.9.300000", "8.4.000004 8.9.300000"),
            ("8.2.000000", "9.1.000001", "8.4.000004 9.1.000001"),
            ("8.2.000000", "10.0.000000", "8.4.000004 9.1.000001 10.0.000000"),
            ("8.2.000000", "10.9.000005", "8.4.000004 9.1.000001 10.9.000005"),
            ("8.2.000000", "10.9.000064", "8.4.000004 9.1.000001 10.9.000005 10.9.000064"),
            ("8.2.000000", "12.0.000022", "8.4.000004 9.1.000001 10.9.000005 12.0.000022?"),
            // From 8.4.000004 up to 9.1.000000.
            ("8.4.000004", "8.5.000000", "8.5.000000"),
            ("8.4.000004", "8.9.000000", "8.9.000000"),
            ("8.8.000020", "8.9.300000", "8.9.300000"),
            ("8.5.000000", "9.1.000000", "9.1.000000"),
            ("8.9.300000", "9.1.000001", "9.1.000001"),
            ("9.1.000000", "10.0.000000", "9.1.000001 10.0.000000"),
            ("9.1.000000", "10.9.000003", "9.1.000001 10.9.000003"),
            ("9.0.000000", "10.9.000005", "9.1.000001 10.9.000005"),
            ("9.1.000000", "10.9.000064", "9.1.000001 10.9.000005 10.9.000064"),
            ("9.1.000000", "11.7.000049", "9.1.000001 10.9.000005 11.7.000049?"),
            // From 9.1.000001 up to 10.9.000003.
            ("9.1.000001", "10.0.000000", "10.0.000000"),
            ("10.1.000023", "10.2.000000", "10.2.000000"),
            ("10.2.000018", "10.3.000000", "10.3.000000"),
            ("10.3.000015", "10.4.000000", "10.4.000000"),
            ("10.4.000000", "10.5.000000", "10.5.000000"),
            ("10.5.000003", "10.6.000000", "10.6.000000"),
            ("10.6.000027", "10.7.000000", "10.7.000000"),
            ("10.7.000000", "10.7.000059", "10.7.000059"),
            ("10.8.000004", "10.9.000000", "10.9.000000"),
            ("10.9.000003", "10.9.000005", "10.9.000005"),
            ("10.9.000003", "10.9.000064", "10.9.000005 10.9.000064"),
            ("9.1.000001", "11.8.000000", "10.9.000005 11.8.000000?"),
            // From 10.9.000005 on.
            ("10.9.000005", "10.9.000032", "10.9.000032"),
            ("10.9.000032", "10.9.000033", "10.9.000033"),
            ("10.9.000033", "10.9.000064", "10.9.000064"),
            ("10.9.000063", "11.0.000000", "11.0.000000?"),
            ("10.9.000064", "11.8.000000", "11.8.000000?"),
            ("11.1.000006", "11.9.000012", "11.9.000012?"),
            ("11.7.000049", "12.0.000022", "12.0.000022?"),
            // Nowhere, and back.
            ("11.7.000049", "11.7.000049", ""),
            ("10.9.000005", "10.9.000005", ""),
            ("10.9.000064", "10.8.000004", ""),
        ];
        let steps = Knowledge::builtin().unwrap().steps;
        for (installed, target, expected) in ways {
            let legs = way(&steps, build(installed), build(target));
            let said = legs.iter().map(|leg| format!("{}{}", leg.build, leg.by.map_or("?", |_| "")));
            assert_eq!(said.collect::<Vec<_>>().join(" "), expected, "{installed} to {target}");
        }
    }

    /// What each build of domain 2.3 and 3 asks for, and that a later build asks for no less.
    #[test]
    fn what_lasts_is_asked_once_and_what_counts_on_the_way_where_it_is_crossed() {
        let steps = Knowledge::builtin().unwrap().steps;
        let asks = |from: &str, to: &str| -> Vec<Vec<String>> {
            let legs = way(&steps, build(from), build(to));
            let of =
                |leg: &UpgradeHop| leg.requires.iter().map(|(_, one)| one.text.clone()).collect::<Vec<_>>();
            legs.iter().map(of).collect()
        };
        let has = |texts: &[String], what: &str| texts.iter().any(|text| text.contains(what));
        let legs = asks("8.3.000019", "12.0.000022");
        for (leg, there, gone) in [
            (0, &["SQL Server 2005"][..], &[".NET", "SQL Server 2012"][..]),
            (1, &["4.5.1", "PowerShell", "2008 R2"], &["SQL Server 2005", "Integrated"]),
            (
                2,
                &[
                    "Integrated pipeline",
                    "Integrated Windows Authentication",
                    "Load User Profile",
                    "saml.config",
                    "queues",
                    "session recording",
                    "SQL Server 2012",
                    "Windows Server 2012",
                    "4.8 or later on the web servers",
                    "engines",
                ],
                &["4.5.1", "SQL Server 2008", "2008 R2", "PowerShell", "level 110"],
            ),
            (3, &["level 110", "merge replication"], &["saml.config", "SQL Server 2012", "4.8"]),
        ] {
            assert!(there.iter().all(|what| has(&legs[leg], what)), "{leg}: {:?}", legs[leg]);
            assert!(!gone.iter().any(|what| has(&legs[leg], what)), "{leg}: {:?}", legs[leg]);
        }
        // What was crossed long ago is not asked again; what lasts is.
        let [leg] = asks("11.7.000049", "12.0.000022").try_into().unwrap();
        assert!(
            has(&leg, "4.8") && has(&leg, "SQL Server 2012") && has(&leg, "Integrated pipeline"),
            "{leg:?}"
        );
        assert!(!has(&leg, "saml.config") && !has(&leg, "queues") && !has(&leg, "PowerShell 2"), "{leg:?}");
        assert_eq!(leg.iter().filter(|text| text.contains(".NET")).count(), 2, "{leg:?}");
    }

    #[test]
    fn a_rule_judges_what_the_last_build_up_to_the_target_asks_of_it() {
        let steps = Knowledge::builtin().unwrap().steps;
        let judged = |at: &str, what: &str, target: &str| {
            let step = steps.iter().find(|step| step.build == build(at)).unwrap();
            let requirement = step.requires.iter().find(|one| one.text.contains(what)).unwrap();
            is_judged(&steps, step, requirement, build(target))
        };
        assert!(judged("8.9.000000", "2008 R2", "10.6.000000"));
        assert!(!judged("8.9.000000", "2008 R2", "10.7.000000"));
        assert!(judged("10.7.000000", "SQL Server 2012", "12.0.000022"));
        assert!(!judged("8.5.000000", "4.5.1", "10.9.000000"));
        assert!(judged("10.2.000000", "saml.config", "12.0.000022"));
    }

    #[test]
    fn a_record_that_says_nothing_is_refused() {
        let says = |text: &str| Knowledge::layered(&[("ours.toml", text)]).unwrap_err().to_string();
        let cites = "cites = [{ source = \"SELF\", status = \"confirmed\" }]";
        let text = says(&format!("[[step]]\nbuild = \"11.5.000000\"\n{cites}"));
        assert!(text.contains("it neither has to be installed nor asks for nor changes anything"), "{text}");
        let text = says(&format!(
            "[[step]]\nbuild = \"11.5.000000\"\nfrom = \"11.0.000000\"\nchanges = [\"Much.\"]\n{cites}"
        ));
        assert!(text.contains("has `rule`, `from` and `reaches`"), "{text}");
    }
}

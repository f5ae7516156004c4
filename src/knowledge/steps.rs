//! Upgrade path: builds that must be installed on the way to a target, what each requires and changes.

use super::layer::{Layers, failed};
use super::rows::Family;
use super::sources::Citation;
use crate::model::BuildVersion;
use serde::Deserialize;

/// A build that requires or changes something, or that must be installed on the way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// The build.
    pub build: BuildVersion,
    /// Rule of family `step` that finds it left out; a build without one need not be installed.
    pub rule: Option<String>,
    /// Oldest build from which it can be installed.
    pub from: Option<BuildVersion>,
    /// Newest build that can be installed from it, as far as the source says.
    pub reaches: Option<BuildVersion>,
    /// What it requires.
    #[serde(default)]
    pub requires: Vec<Requirement>,
    /// What changes with it, as sentences.
    #[serde(default)]
    pub changes: Vec<String>,
    /// Other facts, as sentences.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// What a build requires before it is installed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// What it requires, as words that follow "it needs".
    pub text: String,
    /// Rules that check it, of which those that apply to the target count; empty if no collected data shows it.
    pub rules: Vec<String>,
    /// It counts only when the upgrade passes this build. Otherwise later builds require it too, until one requires
    /// something else that the same rule checks.
    #[serde(default)]
    pub once: bool,
}

impl Requirement {
    /// Whether a requirement of a later build replaces this one.
    fn is_replaced_by(&self, later: &Self) -> bool {
        !self.once && !later.once && self.rules.iter().any(|rule| later.rules.contains(rule))
    }
}

/// One installation of an upgrade path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpgradeHop<'k> {
    /// The build that is installed before it.
    pub from: BuildVersion,
    /// The build.
    pub build: BuildVersion,
    /// Its record, if an upgrade has to pass through it.
    pub gate: Option<&'k Step>,
    /// The record that says that it can be installed from the build before; `None` if no source says so.
    pub by: Option<&'k Step>,
    /// Builds that are passed by installing it, itself included, in order.
    pub crossed: Vec<&'k Step>,
    /// What it requires and no earlier build on this path did, with the build that requires it first.
    pub requires: Vec<(&'k Step, &'k Requirement)>,
}

/// The upgrade path from an installed build to a target: the builds to install, in order; the last one is the target.
/// Empty if the target is not later.
pub fn upgrade_path(steps: &[Step], installed: BuildVersion, target: BuildVersion) -> Vec<UpgradeHop<'_>> {
    let gates = steps.iter().filter(|step| step.rule.is_some()).map(|step| step.build);
    let ahead = gates.filter(|build| installed < *build && *build < target);
    let mut from = installed;
    let mut legs: Vec<UpgradeHop<'_>> = Vec::new();
    for build in ahead.chain((installed < target).then_some(target)) {
        let before: Vec<_> = legs.iter().flat_map(|leg| leg.requires.iter().copied()).collect();
        let mut requires = requirements(steps, from, build);
        requires.retain(|requirement| !before.contains(requirement));
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

/// The newest build to which an upgrade path is documented.
pub fn last_documented(steps: &[Step]) -> Option<BuildVersion> {
    steps.iter().filter_map(|step| step.reaches).max()
}

/// Whether the rules of a requirement check exactly this requirement. If a later build up to the target requires more of
/// the same rules, only a pass says something about this one.
pub fn is_judged(steps: &[Step], requiring: &Step, requirement: &Requirement, target: BuildVersion) -> bool {
    let later = steps.iter().filter(|step| requiring.build < step.build && step.build <= target);
    !later.flat_map(|step| &step.requires).any(|later| requirement.is_replaced_by(later))
}

/// What installing `build` over `from` requires: lasting requirements, and those of the builds that are passed.
fn requirements(steps: &[Step], from: BuildVersion, build: BuildVersion) -> Vec<(&Step, &Requirement)> {
    let mut requirements: Vec<(&Step, &Requirement)> = Vec::new();
    for step in steps.iter().filter(|step| step.build <= build) {
        for requirement in &step.requires {
            requirements.retain(|(_, earlier)| !earlier.is_replaced_by(requirement));
            if !requirement.once || from < step.build {
                requirements.push((step, requirement));
            }
        }
    }
    requirements
}

impl Step {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, layers: &Layers) -> Vec<String> {
        let gate = [self.rule.is_some(), self.from.is_some(), self.reaches.is_some()];
        let disordered = self.from.is_some_and(|from| from >= self.build)
            || self.reaches.is_some_and(|reaches| reaches <= self.build);
        let idle = self.rule.is_none() && self.changes.is_empty() && self.requires.is_empty();
        let unjudged = self.rule.as_ref().is_some_and(|id| !layers.has_rule(id, &[Family::Step]));
        failed(&[
            (
                gate.contains(&true) && gate.contains(&false),
                "`rule`, `from` and `reaches` belong together: they mark a build that must be installed",
            ),
            (disordered, "`from` must be earlier and `reaches` later than the build"),
            (idle, "it needs `rule`, `requires` or `changes`"),
            (unjudged, "there is no rule of family step with the id in `rule`"),
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    fn build(text: &str) -> BuildVersion {
        BuildVersion::parse(text).unwrap()
    }

    /// The vendor's upgrade table: builds that must be installed, from which build, and how far they reach.
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
        assert_eq!(last_documented(&steps), Some(build("10.9.000064")));
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

    /// Each row of the vendor's upgrade table, each pair of ranges between its builds, and what it leaves out. A build that
    /// no source calls installable from the one before has a question mark.
    #[test]
    fn every_path_has_the_builds_of_the_table() {
        let ways = [
            // Below the oldest build of the table.
            ("7.0.000000", "8.2.000000", "8.2.000000?"),
            ("7.1.000014", "8.4.000004", "8.4.000004?"),
            ("7.1.000014", "9.1.000001", "8.4.000004? 9.1.000001"),
            ("7.1.000014", "10.9.000064", "8.4.000004? 9.1.000001 10.9.000005 10.9.000064"),
            // From 7.1.000015 the updater leads to 8.4.000004; no source has another build before it.
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
            let legs = upgrade_path(&steps, build(installed), build(target));
            let path = legs.iter().map(|leg| format!("{}{}", leg.build, leg.by.map_or("?", |_| "")));
            assert_eq!(path.collect::<Vec<_>>().join(" "), expected, "{installed} to {target}");
        }
    }

    /// What builds require, and that a later build requires no less.
    #[test]
    fn lasting_requirements_appear_once_and_others_where_their_build_is_passed() {
        let steps = Knowledge::builtin().unwrap().steps;
        let asks = |from: &str, to: &str| -> Vec<Vec<String>> {
            let legs = upgrade_path(&steps, build(from), build(to));
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
                    "engine machines",
                ],
                &["4.5.1", "SQL Server 2008", "2008 R2", "PowerShell", "level 110"],
            ),
            (3, &["level 110", "merge replication"], &["saml.config", "SQL Server 2012", "4.8"]),
        ] {
            assert!(there.iter().all(|what| has(&legs[leg], what)), "{leg}: {:?}", legs[leg]);
            assert!(!gone.iter().any(|what| has(&legs[leg], what)), "{leg}: {:?}", legs[leg]);
        }
        // Requirements of builds passed long ago do not count again; lasting ones do.
        let [leg] = asks("11.7.000049", "12.0.000022").try_into().unwrap();
        assert!(
            has(&leg, "4.8") && has(&leg, "SQL Server 2012") && has(&leg, "Integrated pipeline"),
            "{leg:?}"
        );
        assert!(!has(&leg, "saml.config") && !has(&leg, "queues") && !has(&leg, "PowerShell 2"), "{leg:?}");
        assert_eq!(leg.iter().filter(|text| text.contains(".NET")).count(), 2, "{leg:?}");
    }

    #[test]
    fn a_rule_checks_what_the_last_build_up_to_the_target_requires() {
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
        assert!(text.contains("it needs `rule`, `requires` or `changes`"), "{text}");
        let text = says(&format!(
            "[[step]]\nbuild = \"11.5.000000\"\nfrom = \"11.0.000000\"\nchanges = [\"Much.\"]\n{cites}"
        ));
        assert!(text.contains("`rule`, `from` and `reaches` belong together"), "{text}");
    }
}

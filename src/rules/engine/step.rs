//! Evaluator of steps: builds that an upgrade may not leave out.

use super::context::Context;
use crate::finding::{Finding, NO_TARGET, Outcome};
use crate::knowledge::steps::{UpgradeHop, upgrade_path};
use crate::model::BuildVersion;
use crate::rules::lib::installed::installed;

/// Judges the steps of the rule on the way from what is installed to the target.
pub(in crate::rules) fn on_cluster(cx: &Context) -> Outcome {
    let Some(target) = cx.cluster.target else { return Outcome::not_applicable(NO_TARGET) };
    let mut mine = cx.knowledge.steps.iter().filter(|step| step.rule.as_ref() == Some(&cx.rule.id));
    if !mine.any(|step| step.build < target) {
        return Outcome::not_applicable("the target does not lie beyond this build");
    }
    let (builds, missing) = installed(cx);
    let Some(oldest) = builds.iter().map(|(build, _)| *build).min() else {
        return Outcome::from_parts(Vec::new(), missing);
    };
    let legs = upgrade_path(&cx.knowledge.steps, oldest, target);
    let stops = legs.iter().filter(|leg| leg.build != target);
    let findings = stops.filter_map(|leg| {
        let before = builds.iter().filter(|(installed, _)| *installed < leg.build);
        let seen = before.map(|(_, evidence)| evidence.clone());
        Some(finding(cx, leg, oldest, target)?.resting_on(seen))
    });
    Outcome::from_parts(findings.collect(), missing)
}

/// That the leg is left out, if its gate is one of the rule's.
fn finding(cx: &Context, leg: &UpgradeHop, oldest: BuildVersion, target: BuildVersion) -> Option<Finding> {
    let step = leg.gate.filter(|step| step.rule.as_ref() == Some(&cx.rule.id))?;
    let build = step.build;
    let title = format!("The way from {oldest} to {target} leads through {build}");
    let from = step.from.filter(|from| oldest < *from);
    let from = from.map_or_else(String::new, |from| format!(", itself from {from} or later"));
    let remedy = format!("Install {build} first{from}, check that all nodes run it, and go on from there.");
    let mut detail: Vec<String> = step.changes.clone();
    if !step.requires.is_empty() {
        let texts: Vec<&str> = step.requires.iter().map(|one| one.text.as_str()).collect();
        detail.push(format!("It needs {}.", texts.join(", ")));
    }
    let mut finding = cx.on_cluster(title, remedy).detail(detail.join(" "));
    finding.notes.clone_from(&step.notes);
    Some(finding)
}

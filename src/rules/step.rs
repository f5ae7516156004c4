//! Evaluator of steps: builds that an upgrade may not leave out.

use super::context::Context;
use super::installed::installed;
use crate::finding::{Finding, NO_TARGET, Outcome, Subject};
use crate::knowledge::steps::Step;
use crate::model::BuildVersion;

/// Judges the steps of the rule on the way from what is installed to the target.
pub(super) fn on_cluster(cx: &Context) -> Outcome {
    let Some(target) = cx.cluster.target else { return Outcome::not_applicable(NO_TARGET) };
    let mine = cx.knowledge.steps.iter().filter(|step| step.rule.as_ref() == Some(&cx.rule.id));
    let ahead: Vec<&Step> = mine.filter(|step| target > step.build).collect();
    if ahead.is_empty() {
        return Outcome::not_applicable("the target does not lie beyond this build");
    }
    let (builds, missing) = installed(cx);
    let findings: Vec<Finding> = ahead
        .iter()
        .filter_map(|step| {
            let before = builds.iter().filter(|(build, _)| *build < step.build);
            let lowest = before.clone().map(|(build, _)| *build).min()?;
            let evidence = before.map(|(_, evidence)| evidence.clone()).collect();
            Some(Finding { evidence, ..finding(cx, step, lowest, target) })
        })
        .collect();
    Outcome::from_parts(findings, missing)
}

fn finding(cx: &Context, step: &Step, lowest: BuildVersion, target: BuildVersion) -> Finding {
    let build = step.build;
    let title = format!("The way from {lowest} to {target} leads through {build}");
    let from = step.from.filter(|from| lowest < *from);
    let from = from.map_or_else(String::new, |from| format!(", itself from {from} or later"));
    let remedy = format!("Install {build} first{from}, check that all nodes run it, and go on from there.");
    let mut detail: Vec<String> = step.changes.clone();
    if !step.requires.is_empty() {
        detail.push(format!("It needs {}.", step.requires.join(", ")));
    }
    let mut finding = cx.finding(Subject::cluster(), title, remedy).detail(detail.join(" "));
    finding.notes.clone_from(&step.notes);
    finding
}

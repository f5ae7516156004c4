//! An upgrade that was planned, against what is there now.

use super::snapshot::{Path, Snapshot};
use super::view::{NodeUpgrade, UpgradeCheck, UpgradeState};
use crate::finding::Severity;
use crate::model::BuildVersion;
use crate::model::host_name::same_host;

/// Most sentences of a list.
const MOST: usize = 20;

/// Node by node; none if neither report has a target.
pub(super) fn check(before: &Snapshot, after: &Snapshot) -> Option<UpgradeCheck> {
    let target = before.target.as_ref().or(after.target.as_ref())?;
    let goal = BuildVersion::parse(target).ok()?;
    let mut nodes = Vec::new();
    for card in after.nodes.iter().filter(|card| card.role != "unplaced") {
        let then = before.nodes.iter().find(|other| same_host(&other.name, &card.name));
        let known = |version: &str, known: bool| BuildVersion::parse(version).ok().filter(|_| known);
        let now = known(&card.version, card.version_known);
        let was = then.and_then(|then| known(&then.version, then.version_known));
        nodes.push(NodeUpgrade {
            name: card.name.clone(),
            before: then.map_or_else(|| "not in the earlier report".to_owned(), |then| then.version.clone()),
            after: card.version.clone(),
            state: state(was, now, goal),
        });
    }
    for card in before.nodes.iter().filter(|card| card.role != "unplaced") {
        if !after.nodes.iter().any(|other| same_host(&other.name, &card.name)) {
            nodes.push(NodeUpgrade {
                name: card.name.clone(),
                before: card.version.clone(),
                after: "not in this report".to_owned(),
                state: UpgradeState::Unknown,
            });
        }
    }
    nodes.sort_by(|a, b| a.name.cmp(&b.name));
    let database = |snapshot: &Snapshot| -> Option<String> {
        let path: &Path = snapshot.plan.as_ref()?.path.as_ref()?;
        let known = path.from.iter().find(|installed| installed.database)?;
        Some(known.build.clone())
    };
    if let (Some(then), Some(now)) = (database(before), database(after)) {
        let builds = |text: &str| BuildVersion::parse(text).ok();
        let state = state(builds(&then), builds(&now), goal);
        nodes.push(NodeUpgrade { name: "database".to_owned(), before: then, after: now, state });
    }
    let mut left = left(after, &nodes, target);
    let left_more = left.len().saturating_sub(MOST);
    left.truncate(MOST);
    Some(UpgradeCheck {
        target: target.clone(),
        requirements: requirements(before, after),
        left,
        left_more,
        nodes,
    })
}

fn state(was: Option<BuildVersion>, now: Option<BuildVersion>, goal: BuildVersion) -> UpgradeState {
    match now {
        None => UpgradeState::Unknown,
        Some(now) if now == goal => UpgradeState::Reached,
        Some(now) if now > goal => UpgradeState::Beyond,
        Some(now) if was == Some(now) => UpgradeState::Waiting,
        Some(_) => UpgradeState::OnTheWay,
    }
}

/// What the plan required and did not have, with what is known now.
fn requirements(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let legs = before.plan.iter().flat_map(|plan| &plan.path).flat_map(|path| &path.legs);
    let mut all = Vec::new();
    for requirement in legs.flat_map(|leg| &leg.requires) {
        for state in requirement.states.iter().filter(|one| one.state == "not-met") {
            let now = after.outcomes.iter().find(|one| {
                one.rule == state.rule
                    && (one.subject.name.is_empty() || same_host(&one.subject.name, &state.subject))
            });
            let now = match now.map(|one| one.outcome.as_str()) {
                Some("pass") => "met now",
                Some("findings") => "still not met",
                _ => "not known now",
            };
            let text = format!("{} on {}: not met then, {now}.", requirement.text, state.subject);
            if !all.contains(&text) && all.len() < MOST {
                all.push(text);
            }
        }
    }
    all
}

/// What is left to do: nodes first, then what is grave, then what the checklist asks for after the upgrade.
fn left(after: &Snapshot, nodes: &[NodeUpgrade], target: &str) -> Vec<String> {
    let mut left = Vec::new();
    for node in nodes {
        match node.state {
            UpgradeState::Reached => {}
            UpgradeState::Waiting | UpgradeState::OnTheWay => {
                left.push(format!("Upgrade {} from {} to {target}.", node.name, node.after));
            }
            UpgradeState::Beyond => {
                left.push(format!(
                    "Check {}: it is at {}, beyond the target {target}.",
                    node.name, node.after
                ));
            }
            UpgradeState::Unknown => {
                left.push(format!("Find out what {} runs: {}.", node.name, node.after.trim_end_matches('.')));
            }
        }
    }
    let grave = |severity: &Option<Severity>| severity.is_some_and(|severity| severity <= Severity::High);
    for action in after.actions.iter().filter(|action| grave(&action.severity)) {
        let on =
            if action.nodes.is_empty() { String::new() } else { format!(" ({})", action.nodes.join(", ")) };
        left.push(format!("{}{on}.", action.title.trim_end_matches('.')));
    }
    let lines = after.checklist.iter().flat_map(|checklist| &checklist.lines);
    for line in
        lines.filter(|line| line.stage == "after" && matches!(line.state.as_str(), "open" | "not-done"))
    {
        let on = line.node.as_ref().map(|node| format!(" ({node})")).unwrap_or_default();
        left.push(format!("{}{on}.", line.text.trim_end_matches('.')));
    }
    left.dedup();
    left
}

//! How a plan reads: what several nodes share is said once, the way to choose stands first, what is unknown is gathered.

use super::checklist_view::ChecklistView;
use crate::knowledge::runbooks::TaskSite;
use crate::model::BuildVersion;
use crate::plan::checklist::Checklist;
use crate::plan::{
    Candidate, CommandLine, First, FixingBuilds, Met, Offer, Plan, Runbook, State, Step, UpgradeHop, listed,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tera::{Context, context};

/// A plan as it is read.
#[derive(Serialize)]
pub(super) struct PlanView<'a> {
    pub(super) plan: &'a Plan,
    /// What is installed, each build with where.
    pub(super) from: Vec<(BuildVersion, String)>,
    /// The node to begin with, where the reason for it does not begin with its name.
    pub(super) first: &'a str,
    /// Builds to install.
    pub(super) legs: Vec<LegView<'a>>,
    /// Ways to do it.
    pub(super) ways: Vec<RunbookView<'a>>,
    /// What is not known, as sentences.
    pub(super) unknown: Vec<String>,
    /// What to do about known vulnerabilities, as sentences; empty where none is open.
    pub(super) advice: String,
    /// Builds that close them.
    pub(super) builds: Vec<BuildView<'a>>,
}

/// A build that closes known vulnerabilities.
#[derive(Serialize)]
pub(super) struct BuildView<'a> {
    pub(super) candidate: &'a Candidate,
    /// What it is: the target, recommended, a hotfix.
    pub(super) what: String,
    /// How to get there.
    pub(super) way: String,
}

impl<'a> BuildView<'a> {
    fn of(candidate: &'a Candidate, builds: &FixingBuilds, target: Option<BuildVersion>) -> Self {
        let is = |build: Option<BuildVersion>| build == Some(candidate.build);
        let words = [
            (is(target), "the target"),
            (is(builds.recommended), "recommended"),
            (is(builds.closes_all), "closes all"),
            (candidate.hotfix, "hotfix of an old branch"),
        ];
        let what: Vec<&str> = words.into_iter().filter_map(|(is, word)| is.then_some(word)).collect();
        let through: Vec<String> = candidate.through.iter().map(ToString::to_string).collect();
        let through =
            if through.is_empty() { String::new() } else { format!("through {}", listed(&through)) };
        let unsure = (!candidate.way_confirmed).then(|| "no source confirms the whole way".to_owned());
        let way = [Some(through).filter(|text| !text.is_empty()), unsure];
        let way: Vec<String> = way.into_iter().flatten().collect();
        let way = if way.is_empty() { "directly".into() } else { way.join("; ") };
        Self { candidate, what: what.join(", "), way }
    }

    /// In one line, for a terminal.
    pub(super) fn line(&self) -> String {
        let what = if self.what.is_empty() { String::new() } else { format!(" ({})", self.what) };
        let ids = |ids: &[String]| if ids.is_empty() { "nothing".to_owned() } else { listed(ids) };
        let Candidate { build, closes, leaves_open, .. } = self.candidate;
        format!("{build}{what}: closes {}; leaves open {}", ids(closes), ids(leaves_open))
    }
}

/// What the templates of all pages see: what is shown, and its procedures.
pub(super) fn context(shown: &impl Serialize, plan: Option<&Plan>, checklist: Option<&Checklist>) -> Context {
    context! {
        report => shown,
        plan => &plan.map(PlanView::of),
        checklist => &checklist.map(ChecklistView::of),
    }
}

/// A build to install.
#[derive(Serialize)]
pub(super) struct LegView<'a> {
    pub(super) leg: &'a UpgradeHop,
    pub(super) requires: Vec<RequirementView<'a>>,
}

/// A requirement with what is known of it.
#[derive(Serialize)]
pub(super) struct RequirementView<'a> {
    pub(super) text: &'a str,
    /// The worst that is known of it.
    pub(super) state: Met,
    pub(super) word: &'static str,
    pub(super) groups: Vec<StateGroup<'a>>,
}

/// Subjects of which the same is known.
#[derive(Serialize)]
pub(super) struct StateGroup<'a> {
    pub(super) state: Met,
    pub(super) word: &'static str,
    pub(super) subjects: Vec<&'a str>,
    pub(super) why: &'a str,
    pub(super) rule: &'a str,
}

/// A runbook as it is read.
#[derive(Serialize)]
pub(super) struct RunbookView<'a> {
    pub(super) runbook: &'a Runbook,
    /// The one to choose unless something speaks for another.
    pub(super) recommended: bool,
    pub(super) steps: Vec<StepView<'a>>,
}

/// A step as it is read.
#[derive(Serialize)]
pub(super) struct StepView<'a> {
    pub(super) step: &'a Step,
    /// Where it is done, in words; empty where its nodes say it.
    pub(super) place: &'static str,
    /// The step of the way to choose that is the same, which is not told twice.
    pub(super) same: Option<usize>,
    pub(super) commands: Vec<CommandGroup<'a>>,
}

/// Nodes that are given the same commands.
#[derive(Serialize)]
pub(super) struct CommandGroup<'a> {
    pub(super) nodes: Vec<&'a str>,
    pub(super) lines: Vec<&'a CommandLine>,
}

impl<'a> PlanView<'a> {
    /// Of a plan.
    pub(super) fn of(plan: &'a Plan) -> Self {
        let legs = plan.path.iter().flat_map(|path| &path.legs).map(LegView::of).collect();
        let offered = |one: &Runbook| one.offer == Offer::Offered;
        let possible = |one: &Runbook| matches!(one.offer, Offer::If { .. });
        let best = plan.runbooks.iter().position(offered).or_else(|| plan.runbooks.iter().position(possible));
        let mut ways: Vec<_> = plan.runbooks.iter().map(RunbookView::of).collect();
        if let Some((best, chosen)) = best.and_then(|best| Some((best, plan.runbooks.get(best)?))) {
            for (index, way) in ways.iter_mut().enumerate() {
                way.recommended = index == best;
                if index != best {
                    way.refer_to(chosen);
                }
            }
        }
        let installed = plan.path.iter().flat_map(|path| &path.from);
        let from = installed.map(|one| (one.build, one.owners())).collect();
        let named = |first: &'a First| first.node.as_deref().filter(|node| !first.why.contains(*node));
        let first = plan.first.as_ref().and_then(named).unwrap_or_default();
        let target = plan.path.as_ref().map(|path| path.target);
        let advice = plan.builds.as_ref().map(FixingBuilds::advice).unwrap_or_default();
        let builds = plan
            .builds
            .iter()
            .flat_map(|builds| builds.candidates.iter().map(move |one| BuildView::of(one, builds, target)));
        let builds = builds.collect();
        let mut view = Self { plan, from, first, legs, ways, unknown: Vec::new(), advice, builds };
        view.unknown = view.unknown();
        view
    }

    /// The way to choose.
    pub(super) fn recommended(&self) -> Option<&RunbookView<'a>> {
        self.ways.iter().find(|way| way.recommended)
    }

    fn unknown(&self) -> Vec<String> {
        let mut unknown: Vec<String> = self.plan.path.iter().flat_map(|path| path.unknown.clone()).collect();
        let first = self.plan.first.iter().filter(|first| first.node.is_none());
        unknown.extend(first.map(|first| first.why.clone()));
        for requirement in self.legs.iter().flat_map(|leg| &leg.requires) {
            let groups = requirement.groups.iter().filter(|group| group.state == Met::Unknown);
            let subjects: Vec<String> =
                groups.flat_map(|group| &group.subjects).map(|&one| one.to_owned()).collect();
            if !subjects.is_empty() || requirement.groups.is_empty() {
                let of =
                    if subjects.is_empty() { String::new() } else { format!(" of {}", listed(&subjects)) };
                unknown.push(format!("Not known{of}: {}.", requirement.text.trim_end_matches('.')));
            }
        }
        for way in &self.ways {
            if let Offer::If { conditions } = &way.runbook.offer {
                let title = &way.runbook.title;
                unknown.extend(
                    conditions.iter().map(|one| format!("{title}: usable only if this holds: {one}")),
                );
            }
        }
        let mut decides: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for step in self.recommended().iter().flat_map(|way| &way.runbook.steps) {
            for condition in &step.only_if {
                decides.entry(condition).or_default().push(step.number.to_string());
            }
        }
        for (condition, steps) in decides {
            let noun = if steps.len() == 1 { "step" } else { "steps" };
            unknown.push(format!("Not known whether {condition}; it decides {noun} {}.", listed(&steps)));
        }
        let mut seen = BTreeSet::new();
        unknown.retain(|one| seen.insert(one.clone()));
        unknown
    }
}

impl<'a> LegView<'a> {
    fn of(leg: &'a UpgradeHop) -> Self {
        let mut requires: Vec<_> = leg
            .requires
            .iter()
            .map(|one| {
                let groups = states(&one.states);
                let worst = groups.iter().map(|group| group.state).min_by_key(|state| rank(*state));
                let state = worst.unwrap_or(Met::Unknown);
                RequirementView { text: &one.text, state, word: word(state), groups }
            })
            .collect();
        requires.sort_by_key(|one| rank(one.state));
        Self { leg, requires }
    }
}

/// The worst first.
const fn rank(state: Met) -> u8 {
    match state {
        Met::NotMet => 0,
        Met::Unknown => 1,
        Met::Met => 2,
        Met::NotApplicable => 3,
    }
}

const fn word(state: Met) -> &'static str {
    match state {
        Met::NotMet => "not met",
        Met::Unknown => "not known",
        Met::Met => "met",
        Met::NotApplicable => "does not apply",
    }
}

/// The states with equal ones as one, the worst first.
fn states(states: &[State]) -> Vec<StateGroup<'_>> {
    let mut groups: Vec<StateGroup> = Vec::new();
    for state in states {
        let same = |group: &&mut StateGroup| {
            (group.state, group.why, group.rule) == (state.state, state.why.as_str(), state.rule.as_str())
        };
        if let Some(group) = groups.iter_mut().find(same) {
            group.subjects.push(&state.subject);
        } else {
            let (why, rule) = (state.why.as_str(), state.rule.as_str());
            let (subjects, state) = (vec![state.subject.as_str()], state.state);
            groups.push(StateGroup { state, word: word(state), subjects, why, rule });
        }
    }
    groups.sort_by_key(|group| rank(group.state));
    // What does not concern a subject is worth saying only where it concerns none.
    if groups.first().is_some_and(|group| group.state != Met::NotApplicable) {
        groups.retain(|group| group.state != Met::NotApplicable);
    }
    groups
}

impl<'a> RunbookView<'a> {
    /// Of a runbook.
    pub(super) fn of(runbook: &'a Runbook) -> Self {
        Self { runbook, recommended: false, steps: runbook.steps.iter().map(StepView::of).collect() }
    }

    /// Marks the steps that another runbook has too, under whatever number.
    fn refer_to(&mut self, other: &Runbook) {
        for view in &mut self.steps {
            let same = |one: &&Step| Step { number: one.number, ..view.step.clone() } == **one;
            view.same = other.steps.iter().find(same).map(|one| one.number);
        }
    }
}

impl<'a> StepView<'a> {
    fn of(step: &'a Step) -> Self {
        let place = if step.nodes.is_empty() { place(step.on) } else { "" };
        Self { step, place, same: None, commands: commands(&step.commands) }
    }
}

/// A place in words, for a step that names no node.
const fn place(on: TaskSite) -> &'static str {
    match on {
        TaskSite::First => "the node that is upgraded first",
        TaskSite::Others => "the other nodes",
        TaskSite::Serving => "every node that serves",
        TaskSite::Every => "every node on the database",
        TaskSite::New => "the new node",
        TaskSite::Faulty => "the nodes concerned",
        TaskSite::Source => "a node that works",
        TaskSite::Dr => "the disaster recovery nodes",
        TaskSite::Mirror => "the nodes on the database mirror",
        TaskSite::Database => "the database server",
        TaskSite::Balancer => "the load balancer",
        TaskSite::Product => "in the product, from any node that serves",
        TaskSite::Desk => "away from the cluster",
    }
}

/// The commands node by node, neighbours with the same ones together.
fn commands(lines: &[CommandLine]) -> Vec<CommandGroup<'_>> {
    let mut groups: Vec<CommandGroup> = Vec::new();
    for lines in lines.chunk_by(|one, next| one.node == next.node) {
        let Some(node) = lines.first().map(|line| line.node.as_str()) else { continue };
        let shape = |line: &&CommandLine| (line.does.clone(), line.line.clone(), line.open.clone());
        match groups.last_mut() {
            Some(group) if group.lines.iter().map(shape).eq(lines.iter().map(|line| shape(&line))) => {
                group.nodes.push(node);
            }
            _ => groups.push(CommandGroup { nodes: vec![node], lines: lines.iter().collect() }),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(node: &str, does: &str) -> CommandLine {
        CommandLine { node: node.into(), does: does.into(), line: format!("run {does}"), open: Vec::new() }
    }

    #[test]
    fn what_several_nodes_share_is_said_once_and_no_order_is_lost() {
        let lines = [line("A", "x"), line("A", "y"), line("B", "x"), line("B", "y"), line("C", "x")];
        let groups = commands(&lines);
        let read: Vec<_> = groups.iter().map(|one| (one.nodes.clone(), one.lines.len())).collect();
        assert_eq!(read, [(vec!["A", "B"], 2), (vec!["C"], 1)]);
    }

    #[test]
    fn the_worst_state_is_said_first() {
        let state = |subject: &str, state: Met| State {
            subject: subject.into(),
            state,
            why: word(state).into(),
            rule: "X-001".into(),
        };
        let list =
            [state("A", Met::Met), state("B", Met::Unknown), state("C", Met::Met), state("D", Met::NotMet)];
        let read: Vec<_> = states(&list).iter().map(|one| (one.word, one.subjects.clone())).collect();
        assert_eq!(read, [("not met", vec!["D"]), ("not known", vec!["B"]), ("met", vec!["A", "C"])]);
    }
}

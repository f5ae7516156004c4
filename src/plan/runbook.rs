//! Runbooks with this cluster's own names in them.

use super::command::{self, CommandLine};
use super::conditions::{Conditions, any};
use super::names::Names;
use crate::finding::{Outcome, RuleResult, SubjectKind};
use crate::knowledge::Knowledge;
use crate::knowledge::conflicts::Conflict;
use crate::knowledge::runbooks::{ClusterCondition, InRound, Purpose, RunbookRow, TaskRow, TaskSite};
use crate::model::{BuildVersion, Cluster};
use serde::Serialize;

/// One procedure, ready to be followed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Runbook {
    /// Short name.
    pub id: String,
    /// What is done.
    pub title: String,
    /// What it is for.
    pub purpose: Purpose,
    /// When to choose it.
    pub choose: String,
    /// Whether this cluster can use it.
    pub offer: Offer,
    /// What to know before the first step, as sentences: where to begin, and the rounds of an upgrade with several builds, in
    /// each of which the steps are done once.
    pub preface: Vec<String>,
    /// Rules whose findings it fixes; repairs only.
    pub mends: Vec<String>,
    /// Steps in order, those left out that this cluster does not need.
    pub steps: Vec<Step>,
    /// Where it comes from, each source with its age.
    pub sources: Vec<String>,
}

/// Whether a runbook can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Offer {
    /// It can.
    Offered,
    /// It can if conditions hold that are not known.
    If {
        /// The conditions, one sentence each.
        conditions: Vec<String>,
    },
    /// It cannot; it has no steps then.
    Refused {
        /// Why, one sentence each.
        why: Vec<String>,
    },
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Step {
    /// Position, from 1.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub number: usize,
    /// Id of its task, for programs.
    pub task: String,
    /// Rounds it belongs to, from 1; empty: all of them.
    #[cfg_attr(test, schemars(inner(range(min = 1))))]
    pub rounds: Vec<usize>,
    /// What to do.
    pub title: String,
    /// Where it is done.
    pub on: TaskSite,
    /// The nodes it is done on; empty where it is not done on nodes, or where nobody knows which.
    pub nodes: Vec<String>,
    /// How, as sentences.
    pub how: Vec<String>,
    /// Pages of the product to open.
    pub pages: Vec<String>,
    /// Commands to run, in order, node by node.
    pub commands: Vec<CommandLine>,
    /// What to check before going on.
    pub check: Vec<String>,
    /// How to go back from here.
    pub back: Vec<String>,
    /// Conditions of which it is not known whether they hold; the step is needed only if all do. Empty: it is needed.
    pub only_if: Vec<String>,
    /// What proves that it is done; empty: it is to be done.
    pub proven: Vec<String>,
    /// What sources say differently.
    pub notes: Vec<String>,
    /// Where it comes from, each source with its age.
    pub sources: Vec<String>,
}

/// Everything a runbook is made from.
#[derive(Clone, Copy)]
pub(super) struct PlanContext<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) results: &'a [RuleResult],
    pub(super) knowledge: &'a Knowledge,
    pub(super) names: &'a Names,
    /// Builds that are installed one after the other; empty: nothing is upgraded.
    pub(super) rounds: &'a [BuildVersion],
}

impl PlanContext<'_> {
    /// The runbook of a row for this cluster.
    pub(super) fn runbook(&self, row: &RunbookRow) -> Runbook {
        let offer = self.offer(row);
        let mut steps: Vec<Step> = Vec::new();
        if !matches!(offer, Offer::Refused { .. }) {
            let tasks =
                row.tasks.iter().filter_map(|id| self.knowledge.tasks.iter().find(|task| task.id == *id));
            steps.extend(tasks.filter_map(|task| self.step(task)));
        }
        for (number, step) in (1..).zip(&mut steps) {
            step.number = number;
        }
        Runbook {
            id: row.id.clone(),
            title: self.names.fill(&row.title, &[]),
            purpose: row.purpose,
            choose: self.names.fill(&row.choose, &[]),
            offer,
            preface: Vec::new(),
            mends: row.repairs.clone(),
            steps,
            sources: self.knowledge.sources.with_age(&row.cites),
        }
    }

    /// A condition as a clause, and whether it holds.
    fn check(&self, condition: ClusterCondition) -> (&'static str, Option<bool>) {
        Conditions { cluster: self.cluster, current: self.names.current }.check(condition)
    }

    fn offer(&self, row: &RunbookRow) -> Offer {
        let (mut conditions, mut why) = (Vec::new(), Vec::new());
        for need in &row.needs {
            match self.check(*need) {
                (_, Some(true)) => {}
                (clause, Some(false)) => why.push(format!("It can be used only if {clause}.")),
                (clause, None) => conditions.push(format!("{}.", capitalised(clause))),
            }
        }
        match (row.from, self.names.current) {
            (Some(from), Some(current)) if current < from => {
                why.push(format!("It is available from {from} on, but the cluster runs {current}."));
                let mut stops = self.rounds.split_last().map_or(&[][..], |(_, stops)| stops).iter();
                why.extend(stops.find(|stop| **stop >= from).map(|stop| {
                    format!("Once the cluster runs {stop}, it can be used for the remaining builds.")
                }));
            }
            (Some(from), None) => conditions.push(format!("The cluster runs {from} or later.")),
            _ => {}
        }
        match (why.is_empty(), conditions.is_empty()) {
            (false, _) => Offer::Refused { why },
            (true, false) => Offer::If { conditions },
            (true, true) => Offer::Offered,
        }
    }

    /// In which rounds a task concerns the cluster by its builds, and on which condition where that is not known; `None`
    /// in none.
    fn rounds_of(&self, task: &TaskRow) -> Option<(Vec<usize>, Vec<String>)> {
        let mut from = self.names.current;
        let (mut rounds, mut known) = (Vec::new(), false);
        // Without an upgrade there is one round, and no build is passed.
        let mut builds: Vec<Option<BuildVersion>> = self.rounds.iter().copied().map(Some).collect();
        if builds.is_empty() {
            builds.push(None);
        }
        for (number, &to) in (1..).zip(&builds) {
            let by_version = task.versions.map_or(Some(true), |range| from.map(|from| range.include(&from)));
            let passes = |build: &BuildVersion| {
                let reached = to.is_some_and(|to| *build <= to);
                if reached { from.map(|from| from < *build) } else { Some(false) }
            };
            let by_crossing =
                if task.crosses.is_empty() { Some(true) } else { any(task.crosses.iter().map(passes)) };
            let due = match task.round {
                InRound::Every => true,
                InRound::First => number == 1,
                InRound::Last => number == builds.len(),
            };
            if due && by_version != Some(false) && by_crossing != Some(false) {
                rounds.push(number);
                known |= by_version.is_some() && by_crossing.is_some();
            }
            from = to;
        }
        if rounds.is_empty() {
            return None;
        }
        let mut only_if = Vec::new();
        if !known {
            only_if.extend(task.versions.map(|versions| format!("the cluster runs {versions}")));
            let crosses: Vec<String> = task.crosses.iter().map(ToString::to_string).collect();
            if !crosses.is_empty() {
                only_if.push(format!("the upgrade passes {}", crosses.join(" or ")));
            }
        }
        if rounds.len() == builds.len() {
            rounds.clear();
        }
        Some((rounds, only_if))
    }

    /// The step of a task; `None` if this cluster does not need it.
    fn step(&self, task: &TaskRow) -> Option<Step> {
        let (rounds, mut only_if) = self.rounds_of(task)?;
        for condition in &task.only {
            match self.check(*condition) {
                (_, Some(true)) => {}
                (_, Some(false)) => return None,
                (clause, None) => only_if.push(clause.to_owned()),
            }
        }
        let (nodes, _) = self.names.on(task.on);
        if nodes.is_empty() && matches!(task.on, TaskSite::Dr | TaskSite::Mirror) && only_if.is_empty() {
            return None;
        }
        let fill = |texts: &[String]| -> Vec<String> {
            texts.iter().map(|text| self.names.fill(text, &nodes)).collect()
        };
        // What is so before the first round says nothing about the next.
        let can_be_proven = self.rounds.len() <= 1 || task.round == InRound::First;
        let conflicts = task.conflicts.iter().filter_map(|id| self.knowledge.conflict(id));
        Some(Step {
            number: 0,
            task: task.id.clone(),
            rounds,
            title: self.names.fill(&task.title, &nodes),
            on: task.on,
            how: [fill(&task.how), command::advice(task)].concat(),
            pages: command::pages(self, task, &nodes),
            commands: command::commands(self, task, &nodes),
            check: fill(&task.check),
            back: fill(&task.back),
            only_if,
            proven: if can_be_proven { self.proven(task, &nodes) } else { Vec::new() },
            notes: fill(&task.notes).into_iter().chain(conflicts.map(Conflict::text)).collect(),
            sources: self.knowledge.sources.with_age(&task.cites),
            nodes,
        })
    }

    /// What proves that a task is done: each of its rules passes on everything that the task concerns and the rule was
    /// evaluated on.
    fn proven(&self, task: &TaskRow, nodes: &[String]) -> Vec<String> {
        let mut proof = Vec::new();
        for id in &task.proven_by {
            let concerned = |result: &&RuleResult| {
                let subject = &result.subject;
                let on_all = subject.kind != SubjectKind::Node || nodes.is_empty();
                result.rule == *id && (on_all || nodes.contains(&subject.name))
            };
            let mut results = self.results.iter().filter(concerned).peekable();
            if results.peek().is_none() {
                return Vec::new();
            }
            for result in results {
                let Outcome::Pass { note, inferred: false } = &result.outcome else { return Vec::new() };
                proof.push(if note.is_empty() { format!("{id} passes") } else { format!("{id}: {note}") });
            }
        }
        proof.dedup();
        proof
    }
}

/// The text with a capital at its beginning.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, cluster, listed, node, passed};
    use super::super::{Plan, PlanRequest, plan};
    use super::*;
    use crate::finding::Subject;
    use crate::model::Role;

    const CURRENT: BuildVersion = BuildVersion::new(11, 7, 49);

    fn case() -> Cluster {
        let mut case = cluster(&["WEB01", "WEB02", "WEB03"], CURRENT);
        for name in ["WEB01", "WEB02", "WEB03"] {
            listed(&mut case, name, true, true, name == "WEB02");
        }
        case
    }

    fn planned(case: &Cluster, results: &[RuleResult]) -> Plan {
        let knowledge = Knowledge::layered(&[]).unwrap();
        plan(case, results, &knowledge, &PlanRequest::Upgrade { by: None }).unwrap()
    }

    fn runbook<'p>(plan: &'p Plan, id: &str) -> &'p Runbook {
        plan.runbooks.iter().find(|one| one.id == id).unwrap()
    }

    fn step<'r>(runbook: &'r Runbook, task: &str) -> Option<&'r Step> {
        runbook.steps.iter().find(|step| step.task == task)
    }

    #[test]
    fn steps_carry_this_clusters_names_and_numbers_in_order() {
        let plan = planned(&case(), &[]);
        let classic = runbook(&plan, "classic");
        let upgrade = step(classic, "upgrade-first").unwrap();
        assert_eq!(
            (upgrade.title.as_str(), &upgrade.nodes[..]),
            ("Upgrade WEB02 to 12.0.000022 as a single server", &["WEB02".to_owned()][..])
        );
        assert_eq!(step(classic, "stop-others").unwrap().nodes, ["WEB01", "WEB03"]);
        assert!(step(classic, "stop-others").unwrap().notes.iter().any(|note| note.contains("IBMV")));
        assert!(
            classic.preface[0].starts_with("Start with WEB02: it is In Cluster"),
            "{:?}",
            classic.preface
        );
        let numbers: Vec<usize> = classic.steps.iter().map(|step| step.number).collect();
        assert_eq!(numbers, (1..=classic.steps.len()).collect::<Vec<_>>());
        assert!(classic.steps.iter().all(|step| !step.sources.is_empty() && step.rounds.is_empty()));
        let aged = step(classic, "snapshot").unwrap();
        assert_eq!(aged.sources, ["D:minimizing-upgrade-downtime (2021 docs)"]);
    }

    #[test]
    fn what_is_not_known_is_a_condition_and_what_is_not_so_is_left_out() {
        let mut case = case();
        let plan = planned(&case, &[]);
        assert_eq!(
            step(runbook(&plan, "classic"), "dpapi-before").unwrap().only_if,
            ["the key file is protected by DPAPI"]
        );
        assert!(
            step(runbook(&plan, "classic"), "upgrade-first-old").is_none(),
            "an installer of older builds"
        );
        assert!(
            step(runbook(&plan, "classic"), "roles-after-primary").is_none(),
            "no build passes 10.7 here"
        );
        answer(&mut case, "ENC-004", "", "off");
        let plan = planned(&case, &[]);
        assert!(step(runbook(&plan, "classic"), "dpapi-before").is_none());
        answer(&mut case, "ENC-004", "WEB03", "on");
        let plan = planned(&case, &[]);
        assert!(step(runbook(&plan, "classic"), "dpapi-before").unwrap().only_if.is_empty());
    }

    #[test]
    fn usable_runbooks_come_first_and_refused_ones_say_why() {
        let mut case = case();
        let offers = |case: &Cluster| -> Vec<(String, Offer)> {
            planned(case, &[]).runbooks.into_iter().map(|one| (one.id, one.offer)).collect()
        };
        let known = offers(&case);
        assert_eq!(known[0], ("classic".into(), Offer::Offered));
        assert_eq!(known[1], ("rolling".into(), Offer::Offered));
        let condition = "The nodes are behind a load balancer.".to_owned();
        assert_eq!(known[2], ("load-balanced".into(), Offer::If { conditions: vec![condition] }));

        for node in &mut case.nodes {
            node.version = super::super::testing::known(BuildVersion::new(10, 6, 26));
        }
        let old = planned(&case, &[]);
        let rolling = runbook(&old, "rolling");
        let Offer::Refused { why } = &rolling.offer else { panic!("{:?}", rolling.offer) };
        assert_eq!(why[0], "It is available from 10.7.000059 on, but the cluster runs 10.6.000026.");
        assert!(rolling.steps.is_empty());
        assert!(old.first.as_ref().is_some_and(|first| first.node.is_none()), "nothing names the primary");
        let classic = runbook(&old, "classic");
        assert!(step(classic, "upgrade-first").unwrap().title.contains("Upgrade the first node to"));
        assert!(step(classic, "stop-others").unwrap().nodes.is_empty(), "nobody knows who the others are");

        case.nodes.truncate(1);
        let alone = planned(&case, &[]);
        assert!(matches!(runbook(&alone, "load-balanced").offer, Offer::Refused { .. }));
        assert!(step(runbook(&alone, "classic"), "stop-others").is_none(), "one node has no others");
    }

    #[test]
    fn standby_and_mirror_nodes_follow_and_never_lead() {
        let mut case = case();
        node(&mut case, "WEB02").role = Role::Standby;
        listed(&mut case, "WEB03", true, true, true);
        let plan = planned(&case, &[]);
        let classic = runbook(&plan, "classic");
        assert_eq!(plan.first.as_ref().and_then(|first| first.node.as_deref()), Some("WEB03"));
        assert_eq!(step(classic, "copy-folder").unwrap().nodes, ["WEB01", "WEB02"]);
        assert_eq!(step(classic, "backup-folders").unwrap().nodes, ["WEB01", "WEB02", "WEB03"]);
    }

    #[test]
    fn a_step_is_proven_by_a_pass_on_everything_it_concerns() {
        let pass = |node: &str| passed("CFG-010", Subject::node(node));
        let proven = |results: &[RuleResult]| {
            step(runbook(&planned(&case(), results), "classic"), "own-changes").unwrap().proven.clone()
        };
        assert_eq!(proven(&[pass("WEB01"), pass("WEB02"), pass("WEB03")]), ["CFG-010: it is so"]);
        let mut half = pass("WEB02");
        half.outcome = Outcome::Pass { note: String::new(), inferred: true };
        assert!(proven(&[pass("WEB01"), half]).is_empty(), "an inferred pass proves nothing");
        assert!(proven(&[]).is_empty());
    }

    #[test]
    fn an_upgrade_with_several_builds_goes_round_by_round() {
        let case = case();
        let knowledge = Knowledge::layered(&[]).unwrap();
        let of = |current| Names { current, ..Names::of(&case) };
        let (old, unknown) = (of(Some(BuildVersion::new(8, 9, 22))), of(None));
        let rounds = [BuildVersion::new(9, 1, 1), BuildVersion::new(10, 9, 5), BuildVersion::new(12, 0, 22)];
        let context = |names| PlanContext {
            cluster: &case,
            results: &[],
            knowledge: &knowledge,
            names,
            rounds: &rounds,
        };
        let row = knowledge.runbooks.iter().find(|row| row.id == "classic").unwrap();
        let classic = context(&old).runbook(row);
        let rounds_of = |task: &str| step(&classic, task).map(|step| step.rounds.clone());
        assert_eq!(rounds_of("upgrade-first-old"), Some(vec![1, 2]));
        assert_eq!(rounds_of("upgrade-first"), Some(vec![3]));
        assert_eq!(rounds_of("roles-after-primary"), Some(vec![2]));
        assert_eq!(rounds_of("stop-others"), Some(vec![]), "every round");
        assert_eq!(rounds_of("wait-after-step"), None);
        assert_eq!((rounds_of("accounts"), rounds_of("dr-after")), (Some(vec![1]), Some(vec![3])));
        let rolling = knowledge.runbooks.iter().find(|row| row.id == "rolling").unwrap();
        let Offer::Refused { why } = context(&old).runbook(rolling).offer else { panic!() };
        assert_eq!(why[1], "Once the cluster runs 10.9.000005, it can be used for the remaining builds.");
        let unknown = context(&unknown).runbook(row);
        let old_page = step(&unknown, "upgrade-first-old").unwrap();
        assert_eq!(
            (&old_page.rounds[..], old_page.only_if.is_empty()),
            (&[1, 2][..], true),
            "round 2 is known"
        );
        assert_eq!(step(&unknown, "iwa-rework").unwrap().rounds, [2]);
    }
}

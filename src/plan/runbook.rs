//! Runbooks with this cluster's own names in them.

use super::circumstance::{Circumstances, Holds};
use super::command::{self, CommandLine};
use super::names::Names;
use crate::finding::{Judged, Outcome, SubjectKind};
use crate::knowledge::conflicts::Conflict;
use crate::knowledge::runbooks::{InRound, On, Purpose, RunbookRow, TaskRow};
use crate::knowledge::{Citation, Knowledge};
use crate::model::{BuildVersion, Cluster};
use serde::Serialize;

/// One procedure, ready to be followed.
#[derive(Debug, Clone, Serialize)]
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
    /// What to know before the first step, as sentences: where to begin, and on a way with stops the rounds, for each of which the
    /// steps are done once.
    pub preface: Vec<String>,
    /// Rules whose findings it mends; repairs only.
    pub mends: Vec<String>,
    /// Steps in order, those left out that this cluster does not need.
    pub steps: Vec<Step>,
    /// Where it comes from, each source with its age.
    pub sources: Vec<String>,
}

/// Whether a runbook can be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Offer {
    /// It can.
    Offered,
    /// It can if what is not known holds.
    If {
        /// What has to hold, one sentence each.
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
pub struct Step {
    /// Position, from 1.
    pub number: usize,
    /// The task it is, for whoever follows it by program.
    pub task: String,
    /// Rounds it belongs to, from 1; empty: all of them.
    pub rounds: Vec<usize>,
    /// What to do.
    pub title: String,
    /// Where it is done.
    pub on: On,
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
    /// It concerns this cluster only if all of this holds, which is not known; empty: it does.
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
pub(super) struct Ground<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) judged: &'a [Judged],
    pub(super) knowledge: &'a Knowledge,
    pub(super) circumstances: &'a Circumstances,
    pub(super) names: &'a Names,
    /// Builds that are installed one after the other; empty: nothing is upgraded.
    pub(super) rounds: &'a [BuildVersion],
}

impl Ground<'_> {
    /// The runbook of a row for this cluster.
    pub(super) fn runbook(&self, row: &RunbookRow) -> Runbook {
        let offer = self.offer(row);
        let tasks = row.tasks.iter().filter_map(|id| self.knowledge.tasks.iter().find(|task| task.id == *id));
        let mut steps: Vec<Step> = Vec::new();
        if !matches!(offer, Offer::Refused { .. }) {
            steps.extend(tasks.filter_map(|task| self.step(task)));
        }
        for (index, step) in steps.iter_mut().enumerate() {
            step.number = index + 1;
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
            sources: self.sources(&row.cites),
        }
    }

    fn offer(&self, row: &RunbookRow) -> Offer {
        let (mut conditions, mut why) = (Vec::new(), Vec::new());
        for need in &row.needs {
            match self.circumstances.holds(*need) {
                Holds::Yes => {}
                Holds::No => why.push(format!("It needs that {}.", Circumstances::words(*need))),
                Holds::Unknown => conditions.push(format!("{}.", capital(Circumstances::words(*need)))),
            }
        }
        match (row.from, self.names.current) {
            (Some(from), Some(current)) if current < from => {
                why.push(format!("It exists from {from} on, and the cluster runs {current}."));
                let later =
                    self.rounds.split_last().and_then(|(_, stops)| stops.iter().find(|stop| **stop >= from));
                why.extend(later.map(|stop| {
                    format!("Once the cluster runs {stop}, the rest of the way can be gone by it.")
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

    /// In which rounds a task concerns the cluster by its builds, and on which condition where that is not known; `None` in none.
    fn concerned(&self, task: &TaskRow) -> Option<(Vec<usize>, Vec<String>)> {
        let mut from = self.names.current;
        let (mut rounds, mut known) = (Vec::new(), false);
        // Without an upgrade there is one round, and no build is passed.
        let to: Vec<Option<BuildVersion>> = self.rounds.iter().copied().map(Some).collect();
        let to = if to.is_empty() { vec![None] } else { to };
        let round_count = to.len();
        for (index, to) in to.iter().enumerate() {
            let by_version = task.versions.as_ref().map(|versions| from.map(|from| versions.include(&from)));
            let on_the_way = |build: &BuildVersion| {
                let reached = to.is_some_and(|to| *build <= to);
                if reached { from.map(|from| from < *build) } else { Some(false) }
            };
            let passed: Vec<Option<bool>> = task.crosses.iter().map(on_the_way).collect();
            let crosses = match () {
                () if passed.is_empty() || passed.contains(&Some(true)) => Some(true),
                () if passed.contains(&None) => None,
                () => Some(false),
            };
            let due = match task.round {
                InRound::Every => true,
                InRound::First => index == 0,
                InRound::Last => index + 1 == round_count,
            };
            if due && by_version != Some(Some(false)) && crosses != Some(false) {
                rounds.push(index + 1);
                known |= by_version != Some(None) && crosses.is_some();
            }
            from = *to;
        }
        if rounds.is_empty() {
            return None;
        }
        let mut only_if = Vec::new();
        if !known {
            only_if.extend(task.versions.map(|versions| format!("the cluster runs {versions}")));
            let builds: Vec<String> = task.crosses.iter().map(|build| format!("{build}")).collect();
            only_if
                .extend((!builds.is_empty()).then(|| format!("the upgrade passes {}", builds.join(" or "))));
        }
        if rounds.len() == round_count {
            rounds.clear();
        }
        Some((rounds, only_if))
    }

    /// The step of a task; `None` if this cluster does not need it.
    fn step(&self, task: &TaskRow) -> Option<Step> {
        let (rounds, mut only_if) = self.concerned(task)?;
        for one in &task.only {
            match self.circumstances.holds(*one) {
                Holds::Yes => {}
                Holds::No => return None,
                Holds::Unknown => only_if.push(Circumstances::words(*one).to_owned()),
            }
        }
        let nodes = self.names.on(task.on);
        if nodes.is_empty() && matches!(task.on, On::Dr | On::Mirror) && only_if.is_empty() {
            return None;
        }
        let fill = |texts: &[String]| -> Vec<String> {
            texts.iter().map(|text| self.names.fill(text, &nodes)).collect()
        };
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
            proven: if self.rounds.len() > 1 && task.round != InRound::First {
                Vec::new() // What is so before the first round says nothing of the next.
            } else {
                self.proven(task, &nodes)
            },
            notes: self.notes(task, &nodes),
            sources: self.sources(&task.cites),
            nodes,
        })
    }

    /// What proves that a task is done: each of its rules passes wherever it was judged on what the task concerns.
    fn proven(&self, task: &TaskRow, nodes: &[String]) -> Vec<String> {
        let mut proof = Vec::new();
        for id in &task.proven_by {
            let concerned = |one: &&Judged| {
                one.rule == *id
                    && (one.subject.kind != SubjectKind::Node
                        || nodes.is_empty()
                        || nodes.contains(&one.subject.name))
            };
            let mut outcomes = self.judged.iter().filter(concerned).map(|one| &one.outcome).peekable();
            if outcomes.peek().is_none() {
                return Vec::new();
            }
            for outcome in outcomes {
                let Outcome::Pass { note, inferred: false } = outcome else { return Vec::new() };
                proof.push(if note.is_empty() { format!("{id} passes") } else { format!("{id}: {note}") });
            }
        }
        proof.dedup();
        proof
    }

    fn notes(&self, task: &TaskRow, nodes: &[String]) -> Vec<String> {
        let conflicts = task.conflicts.iter().filter_map(|id| self.knowledge.conflict(id));
        let own = task.notes.iter().map(|note| self.names.fill(note, nodes));
        own.chain(conflicts.map(Conflict::text)).collect()
    }

    fn sources(&self, cites: &[Citation]) -> Vec<String> {
        self.knowledge.sources.with_age(cites)
    }
}

/// The text with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{answer, cluster, listed, node, passed};
    use super::super::{Plan, Wish, plan};
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

    fn planned(case: &Cluster, judged: &[Judged]) -> Plan {
        let knowledge = Knowledge::layered(&[]).unwrap();
        plan(case, judged, &knowledge, &Wish::Upgrade { by: None }).unwrap()
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
        assert!(classic.preface[0].starts_with("WEB02 is In Cluster"), "{:?}", classic.preface);
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
        let condition = "A load balancer stands before the nodes.".to_owned();
        assert_eq!(known[2], ("load-balanced".into(), Offer::If { conditions: vec![condition] }));

        for node in &mut case.nodes {
            node.version = super::super::testing::known(BuildVersion::new(10, 6, 26));
        }
        let old = planned(&case, &[]);
        let rolling = runbook(&old, "rolling");
        let Offer::Refused { why } = &rolling.offer else { panic!("{:?}", rolling.offer) };
        assert_eq!(why[0], "It exists from 10.7.000059 on, and the cluster runs 10.6.000026.");
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
        let proven = |judged: &[Judged]| {
            step(runbook(&planned(&case(), judged), "classic"), "own-changes").unwrap().proven.clone()
        };
        assert_eq!(proven(&[pass("WEB01"), pass("WEB02"), pass("WEB03")]), ["CFG-010: it is so"]);
        let mut half = pass("WEB02");
        half.outcome = Outcome::Pass { note: String::new(), inferred: true };
        assert!(proven(&[pass("WEB01"), half]).is_empty(), "an inferred pass proves nothing");
        assert!(proven(&[]).is_empty());
    }

    #[test]
    fn a_way_with_stops_is_gone_round_by_round() {
        let case = case();
        let knowledge = Knowledge::layered(&[]).unwrap();
        let circumstances = Circumstances::default();
        let of = |current| Names { current, ..Names::of(&case) };
        let (old, unknown) = (of(Some(BuildVersion::new(8, 9, 22))), of(None));
        let rounds = [BuildVersion::new(9, 1, 1), BuildVersion::new(10, 9, 5), BuildVersion::new(12, 0, 22)];
        let ground = |names| Ground {
            cluster: &case,
            judged: &[],
            knowledge: &knowledge,
            circumstances: &circumstances,
            names,
            rounds: &rounds,
        };
        let row = knowledge.runbooks.iter().find(|row| row.id == "classic").unwrap();
        let classic = ground(&old).runbook(row);
        let rounds_of = |task: &str| step(&classic, task).map(|step| step.rounds.clone());
        assert_eq!(rounds_of("upgrade-first-old"), Some(vec![1, 2]));
        assert_eq!(rounds_of("upgrade-first"), Some(vec![3]));
        assert_eq!(rounds_of("roles-after-primary"), Some(vec![2]));
        assert_eq!(rounds_of("stop-others"), Some(vec![]), "every round");
        assert_eq!(rounds_of("wait-after-step"), None);
        assert_eq!((rounds_of("accounts"), rounds_of("dr-after")), (Some(vec![1]), Some(vec![3])));
        let rolling = knowledge.runbooks.iter().find(|row| row.id == "rolling").unwrap();
        let Offer::Refused { why } = ground(&old).runbook(rolling).offer else { panic!() };
        assert_eq!(why[1], "Once the cluster runs 10.9.000005, the rest of the way can be gone by it.");
        let unknown = ground(&unknown).runbook(row);
        let old_page = step(&unknown, "upgrade-first-old").unwrap();
        assert_eq!(
            (&old_page.rounds[..], old_page.only_if.is_empty()),
            (&[1, 2][..], true),
            "round 2 is known"
        );
        assert_eq!(step(&unknown, "iwa-rework").unwrap().rounds, [2]);
    }
}

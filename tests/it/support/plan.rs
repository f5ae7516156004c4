//! A plan, a repair and a checklist made by hand: every kind of step, state and answer once.

use super::report::{NODES, Text};
use clusterbrief::knowledge::runbooks::{Purpose, TaskSite};
use clusterbrief::model::BuildVersion;
use clusterbrief::plan::checklist::{Answered, Checklist, Line, LineState, Occasion, Question, Stage, Tally};
use clusterbrief::plan::{
    Candidate, Change, CommandLine, First, FixingBuilds, Installed, Met, Offer, PackageCheck, Path, Plan,
    Requirement, Runbook, State, Step, UpgradeHop,
};

fn all(t: Text, texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| t(text)).collect()
}

fn build(text: &str) -> BuildVersion {
    BuildVersion::parse(text).unwrap()
}

fn state(t: Text, subject: &str, state: Met, why: &str) -> State {
    State { subject: t(subject), state, why: t(why), rule: t("UPG-006") }
}

fn path(t: Text) -> Path {
    Path {
        from: vec![
            Installed { build: build("11.6.000001"), nodes: vec![t("WEB03")], database: false },
            Installed { build: build("11.7.000049"), nodes: all(t, &["WEB01", "WEB02"]), database: true },
        ],
        target: build("11.7.000061"),
        legs: vec![
            UpgradeHop {
                from: build("11.6.000001"),
                build: build("11.7.000049"),
                why: t("Every upgrade beyond it goes by it."),
                known: true,
                requires: vec![
                    Requirement {
                        since: build("11.7.000002"),
                        text: t(".NET Framework 4.8 on every node"),
                        states: vec![
                            state(t, "WEB01", Met::Met, "It has 4.8."),
                            state(t, "WEB02", Met::Met, "It has 4.8."),
                            state(t, "WEB03", Met::NotMet, "It has 4.7.2."),
                        ],
                    },
                    Requirement {
                        since: build("11.7.000002"),
                        text: t("SQL Server 2016 or later"),
                        states: vec![state(
                            t,
                            "the database",
                            Met::Unknown,
                            "Send the results of the queries.",
                        )],
                    },
                    Requirement {
                        since: build("11.7.000002"),
                        text: t("The pipeline mode is integrated"),
                        states: vec![],
                    },
                ],
                changes: vec![Change {
                    build: build("11.7.000002"),
                    text: t("Engines update themselves later."),
                }],
                notes: all(t, &["It was withdrawn for a week."]),
                sources: all(t, &["RN (current docs)"]),
            },
            UpgradeHop {
                from: build("11.7.000049"),
                build: build("11.7.000061"),
                why: t("It is the target."),
                known: false,
                requires: vec![],
                changes: vec![],
                notes: vec![],
                sources: vec![],
            },
        ],
        warnings: all(t, &["WEB03 is behind: fix that first."]),
        unknown: all(t, &["No source has the path from 11.7.000049 to 11.7.000061: ask the vendor for it."]),
        notes: all(t, &["One page stops at 10.9, another goes straight to 11.0."]),
    }
}

fn step(t: Text, number: usize, on: TaskSite, nodes: &[&str], title: &str) -> Step {
    Step {
        number,
        task: t("task"),
        rounds: vec![],
        title: t(title),
        on,
        nodes: all(t, nodes),
        how: vec![],
        pages: vec![],
        commands: vec![],
        check: vec![],
        back: vec![],
        only_if: vec![],
        proven: vec![],
        notes: vec![],
        sources: all(t, &["CHK (current docs)"]),
    }
}

fn command(t: Text, node: &str, line: &str) -> CommandLine {
    CommandLine { node: t(node), does: t("Stop the application pool"), line: t(line), open: vec![] }
}

fn steps(t: Text) -> Vec<Step> {
    let stop = r#"%windir%\System32\inetsrv\appcmd.exe stop apppool /apppool.name:"SecretServerPool""#;
    vec![
        Step {
            how: all(t, &["Copy the folder, the two key files included, to a place outside the web root."]),
            check: all(t, &["The copy holds encryption.config.", "Somebody else can open it."]),
            proven: all(t, &["ENC-002: a copy of each key file was confirmed"]),
            ..step(t, 1, TaskSite::Serving, &NODES, "Back up the application folder of every node")
        },
        Step {
            commands: vec![command(t, "WEB02", stop), command(t, "WEB03", stop)],
            back: all(t, &["Start the pools again."]),
            notes: all(t, &["One page stops the site, another the pool."]),
            ..step(t, 2, TaskSite::Others, &["WEB02", "WEB03"], "Stop the other nodes")
        },
        Step {
            how: all(t, &["Upload the package, and wait until the page says that it is done."]),
            pages: all(t, &["Setup/Upgrade"]),
            check: all(t, &["The page shows 11.7.000061."]),
            ..step(t, 3, TaskSite::First, &["WEB01"], "Upgrade WEB01")
        },
        Step {
            rounds: vec![2],
            only_if: all(t, &["the database is mirrored", "there are disaster recovery nodes"]),
            how: all(t, &["Resume it from the principal server."]),
            ..step(t, 4, TaskSite::Database, &[], "Resume mirroring")
        },
        Step {
            commands: vec![CommandLine {
                open: all(t, &["The folder of WEB02 is not known: nothing was collected there."]),
                ..command(t, "WEB02", r"robocopy \\WEB01\SecretServer <folder of WEB02> /E /L")
            }],
            ..step(t, 5, TaskSite::Others, &["WEB02"], "List what the copy would do")
        },
    ]
}

fn runbook(t: Text, id: &str, title: &str, purpose: Purpose, offer: Offer) -> Runbook {
    let steps = if matches!(offer, Offer::Refused { .. }) { vec![] } else { steps(t) };
    Runbook {
        id: t(id),
        title: t(title),
        purpose,
        choose: t("Choose it where the product may be away for an hour."),
        offer,
        preface: all(t, &["Round 1 of 2 goes from 11.6.000001 to 11.7.000049."]),
        mends: vec![],
        steps,
        sources: all(t, &["CLU (current docs)"]),
    }
}

pub(super) fn plan(t: Text) -> Plan {
    let book = |id, title, offer| runbook(t, id, title, Purpose::Upgrade, offer);
    let conditions = all(t, &["There is a load balancer in front of the nodes."]);
    Plan {
        purpose: Purpose::Upgrade,
        path: Some(path(t)),
        package: Some(PackageCheck {
            name: t("Version_11_7_000061.zip"),
            bytes: 7,
            sha256: t("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            members: all(t, &["hashes.crt", "ss_update.zip"]),
            verdict: t("It is the package of the target."),
            states: vec![],
        }),
        builds: Some(FixingBuilds {
            installed: build("11.6.000001"),
            open: all(t, &["CVE-2027-1", "CVE-2027-2"]),
            recommended: Some(build("12.2.000007")),
            closes_all: None,
            stopgap: Some(build("11.6.000002")),
            candidates: vec![
                Candidate {
                    build: build("11.6.000002"),
                    hotfix: true,
                    closes: all(t, &["CVE-2027-1"]),
                    leaves_open: all(t, &["CVE-2027-2"]),
                    adds: vec![],
                    unknown: vec![],
                    through: vec![],
                    way_confirmed: true,
                },
                Candidate {
                    build: build("12.2.000007"),
                    hotfix: false,
                    closes: all(t, &["CVE-2027-1", "CVE-2027-2"]),
                    leaves_open: all(t, &["CVE-2027-3"]),
                    adds: all(t, &["CVE-2027-3"]),
                    unknown: all(t, &["CVE-2027-4"]),
                    through: vec![build("11.7.000049")],
                    way_confirmed: false,
                },
            ],
        }),
        first: Some(First { node: Some(t("WEB01")), why: t("It has all roles and is in the cluster.") }),
        runbooks: vec![
            book("classic", "Upgrade one node and copy its folder to the others", Offer::Offered),
            book("load-balanced", "Upgrade with little downtime", Offer::If { conditions }),
            book(
                "rolling",
                "Upgrade node by node",
                Offer::Refused { why: all(t, &["It exists from 11.8 on."]) },
            ),
        ],
    }
}

pub(super) fn repair(t: Text) -> Runbook {
    let mends = all(t, &["VER-002"]);
    let title = "Bring a node to the build of its database";
    Runbook { mends, ..runbook(t, "repair-version", title, Purpose::Repair, Offer::Offered) }
}

fn line(t: Text, item: &str, node: Option<&str>, state: LineState) -> Line {
    Line {
        key: t(item),
        item: t(item),
        stage: Stage::Before,
        text: t("The key files are backed up"),
        node: node.map(t),
        state,
        evidence: vec![],
        question: None,
        waiting: state == LineState::Open,
        answer: None,
        rules: all(t, &["ENC-001"]),
        sources: all(t, &["CHK (current docs)"]),
    }
}

pub(super) fn checklist(t: Text) -> Checklist {
    let question = Question {
        id: t("ENC-008"),
        ask: t("Was a copy of the backup opened as a test?"),
        words: all(t, &["yes", "no"]),
    };
    let answer = Answered {
        word: t("yes"),
        by: Some(t("J. Doe")),
        on: Some(t("2026-11-10")),
        days: Some(12),
        age: Some(t("12 days ago")),
        note: Some(t("In the safe.")),
    };
    Checklist {
        occasion: Occasion::Upgrade,
        nodes: NODES.map(t).to_vec(),
        target: Some(t("11.7.000061")),
        tally: Tally { done: 2, not_done: 1, open: 2, not_applicable: 1, waiting: 2 },
        lines: vec![
            Line {
                evidence: all(t, &["WEB03 has 4.7.2."]),
                ..line(t, "1a", Some("WEB03"), LineState::NotDone)
            },
            Line { question: Some(question.clone()), ..line(t, "1b", Some("WEB01"), LineState::Open) },
            Line { question: Some(question.clone()), ..line(t, "1b", Some("WEB02"), LineState::Open) },
            Line {
                question: Some(question),
                answer: Some(answer.clone()),
                ..line(t, "2", None, LineState::Done)
            },
            Line {
                evidence: all(t, &["All three have 8 cores."]),
                answer: Some(Answered { by: None, on: None, days: None, age: None, note: None, ..answer }),
                ..line(t, "3", None, LineState::Done)
            },
            line(t, "O-1", None, LineState::NotApplicable),
        ],
        notes: all(t, &["Two answers are older than a week."]),
    }
}

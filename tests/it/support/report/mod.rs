//! Reports made by hand, for the renderers: a cluster caught in the middle of an upgrade, and one without a fault.
//!
//! Every string that could come from outside passes through a function, so that a test can make all of them
//! hostile at once.

mod findings;
mod matrix;
mod sections;

use findings::{findings, secret_left_in_bundle};
use matrix::matrix;
use sections::{card, coverage, errors, input, kit, missing, rule_texts};

use clusterbrief::finding::{Confidence, Looked, Readiness, Severity, Subject, SubjectKind};
use clusterbrief::model::cluster::Contact;
use clusterbrief::model::{Area, InputKind, InputStatus};
use clusterbrief::plan::Due;
use clusterbrief::report::model::*;
use std::collections::BTreeMap;

use super::plan;

/// What is done to every string.
pub(crate) type Text<'a> = &'a dyn Fn(&str) -> String;

pub(super) const NODES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];

/// The words of a severity table.
fn counts<const N: usize>(entries: [(&'static str, usize); N]) -> BTreeMap<&'static str, usize> {
    entries.into_iter().collect()
}

fn cite(t: Text, key: &str, status: &str, age: &str) -> Citation {
    Citation { key: t(key), status: t(status), age: t(age) }
}

fn subject(t: Text, kind: SubjectKind, name: &str) -> Subject {
    Subject { kind, name: t(name) }
}

fn evidence(t: Text, kind: &'static str, node: &str, place: &str, fact: &str, text: &str) -> EvidenceView {
    let export = place.split(' ').next().filter(|file| node.is_empty() && file.contains('.'));
    let input = match export {
        Some(file) => t(file),
        None if node.is_empty() => String::new(),
        None => t(&format!("{}.zip", node.to_lowercase())),
    };
    // The place in an export begins with its name.
    let place = export.map_or_else(|| t(place), |file| t(file) + &place[file.len()..]);
    EvidenceView { kind, node: t(node), input, place, fact: t(fact), text: t(text), grade: None }
}

/// WEB01 and WEB02 upgraded, WEB03 behind; one bundle not whole; a finding of every severity.
pub(crate) fn mid_upgrade(t: Text) -> Report {
    let findings = findings(t);
    let reason = |n: usize| Reason {
        rule: findings[n].rule.clone(),
        text: findings[n].title.clone(),
        anchor: findings[n].anchor.clone(),
    };
    Report {
        schema: SCHEMA,
        tool: Tool { name: "clusterbrief", version: "0.1.0", knowledge: t("2026-11-01"), own: None },
        case: Some(CaseView {
            name: Some(t("Autumn upgrade")),
            customer: Some(t("Example Ltd")),
            ticket: Some(t("4711")),
        }),
        as_of: t("2026-11-22T12:00:00Z"),
        target: Some(t("11.7.000061")),
        repairs: vec![plan::repair(t)],
        plan: Some(plan::plan(t)),
        checklist: Some(plan::checklist(t)),
        nodes: vec![
            card(t, "WEB01", "11.7.000049", None, counts([("low", 1)])),
            card(t, "WEB02", "11.7.000049", None, counts([("medium", 2)])),
            card(
                t,
                "WEB03",
                "11.6.000001",
                Some("behind: runs 11.6.000001, the database is at 11.7.000049"),
                counts([("blocker", 2), ("high", 2), ("medium", 1), ("low", 1)]),
            ),
        ],
        contacts: vec![Contact { name: t("J. Doe"), task: t("Database"), reached_by: t("+49 69 5550100") }],
        balancer: vec![BalancerFact { fact: t("session affinity of the load balancer"), value: t("cookie") }],
        notices: Vec::new(),
        verdict: VerdictView {
            state: Readiness::NotReady,
            label: "NOT READY",
            question: t("Is this 3-node cluster ready for the upgrade to 11.7.000061?"),
            headline: t(
                "WEB03 was left behind by the last upgrade: it runs 11.6.000001 while the database and the other two nodes are at 11.7.000049.",
            ),
            reasons: vec![reason(0), reason(1)],
            settle: vec![],
            counts: counts([("blocker", 2), ("high", 3), ("medium", 4), ("low", 2), ("info", 1)]),
            decided: None,
            complete: false,
            left_out: vec![t("message bus"), t("parts of database")],
            checks: t("61 of 76 applicable checks done, 15 open"),
            areas: areas([("key", Looked::Whole), ("database", Looked::Partly), ("message-bus", Looked::No)]),
            node_set: NodeSetView {
                nodes: vec![t("WEB01"), t("WEB02"), t("WEB03")],
                confirmed_by: vec![t("the node list nodes.json")],
                without_bundle: vec![],
            },
        },
        safety: vec![secret_left_in_bundle(t)],
        actions: vec![
            Action {
                number: 1,
                title: t("Bring WEB03 to 11.7.000049 by copying the application folder from WEB01"),
                nodes: vec![t("WEB03")],
                why: t("A node that does not match the database does not run."),
                steps: vec![
                    t("Stop the site and the pool of WEB03 and take it out of the load balancer."),
                    t("Rename the application folder on WEB03, so that it can be put back."),
                    t(
                        "Copy the application folder from WEB01, without database.config and encryption.config.",
                    ),
                    t("Put WEB03's own two files back."),
                    t("Start the pool and confirm on the Server Nodes page that WEB03 is in the cluster."),
                ],
                procedure: None,
                due: Due::Now,
                severity: Severity::Blocker,
                confidence: Confidence::Confirmed,
                mends: vec![reason(0), reason(2)],
                ends: vec![reason(1)],
            },
            Action {
                number: 2,
                title: t("Ask whether DPAPI is on, and turn it off on each node before the upgrade"),
                nodes: vec![t("WEB01"), t("WEB02")],
                why: t("A key file that only one machine can read stops an upgrade that copies the folder."),
                steps: vec![
                    t("Open Admin > Configuration > Security on each node."),
                    t("Decrypt the key, upgrade, encrypt it again."),
                ],
                procedure: None,
                due: Due::BeforeUpgrade,
                severity: Severity::High,
                confidence: Confidence::Inferred,
                mends: vec![reason(4)],
                ends: vec![],
            },
            Action {
                number: 3,
                title: t("Set the same SessionTimeoutMinutes on every node"),
                nodes: vec![],
                why: t("Users are logged out differently depending on the node they meet."),
                steps: vec![],
                procedure: None,
                due: Due::Later,
                severity: Severity::Medium,
                confidence: Confidence::Confirmed,
                mends: vec![reason(5)],
                ends: vec![],
            },
        ],
        never: vec![
            t(
                "Never copy encryption.config or database.config from one node to another as part of an upgrade.",
            ),
            t("Never generate a new encryption.config: every secret in the database becomes unreadable."),
            t(
                "Never start a node at a newer version against a database that other nodes still use at an older one.",
            ),
        ],
        kit: kit(t),
        missing: missing(t),
        request: t(
            "Please send two things. First: collect WEB03 again with an account that may read encryption.config, and send the zip file. Second: tell us whether DPAPI is switched on for encryption.config on any node (Admin > Configuration > Security shows it).",
        ),
        matrix: matrix(t),
        errors: errors(t),
        outcomes: findings
            .iter()
            .map(|f| OutcomeView {
                rule: f.rule.clone(),
                subject: f.subject.clone(),
                outcome: "findings",
                detail: String::new(),
                inferred: false,
                inputs: vec![t("nodes.json")],
            })
            .chain([OutcomeView {
                rule: t("ENC-001"),
                subject: subject(t, SubjectKind::Cluster, ""),
                outcome: "unknown",
                detail: t("encryption.config of WEB03: access denied"),
                inferred: false,
                inputs: vec![],
            }])
            .collect(),
        coverage: coverage(
            t,
            &[
                ("CFG-003", "findings"),
                ("CFG-006", "findings"),
                ("CLU-001", "pass"),
                ("CLU-002", "pass"),
                ("CLU-008", "findings"),
                ("ENC-001", "unknown"),
                ("ENC-003", "unknown"),
                ("ENC-004", "findings"),
                ("IIS-004", "findings"),
                ("LOG-002", "pass"),
                ("SQL-002", "pass"),
                ("TIM-001", "not-applicable"),
                ("VER-002", "findings"),
                ("VER-009", "failed"),
            ],
        ),
        inputs: vec![
            input(t, "nodes.json", InputKind::NodesJson, InputStatus::Read, None),
            input(t, "tbVersion.csv", InputKind::VersionTable, InputStatus::Read, None),
            input(t, "web01.zip", InputKind::BundleZip, InputStatus::Read, Some("WEB01")),
            input(t, "web02.zip", InputKind::BundleZip, InputStatus::Read, Some("WEB02")),
            input(t, "web02-old.zip", InputKind::BundleZip, InputStatus::Refused, Some("WEB02")),
            input(t, "web03.zip", InputKind::BundleZip, InputStatus::Partly, Some("WEB03")),
        ],
        rules: rule_texts(t, &["CFG-003", "CLU-008", "ENC-001", "ENC-004", "IIS-004", "VER-002", "VER-005"]),
        sources: [
            ("CHK", "Secret Server On-Prem Upgrade Checklist, items 1 to 7", "current docs"),
            ("CLU", "Secret Server Clustering", "current docs"),
            ("SEED", "Setting up Clustering", "2021 docs"),
        ]
        .map(|(key, title, age)| SourceView { key: t(key), title: t(title), age: t(age) })
        .to_vec(),
        findings,
        since: None,
    }
}

/// Two nodes, everything looked at, nothing found, no logs.
pub(crate) fn ready() -> Report {
    let t: Text = &str::to_owned;
    let mut report = mid_upgrade(t);
    report.target = None;
    report.repairs.clear();
    report.plan = None;
    report.checklist = None;
    report.nodes.truncate(2);
    for node in &mut report.nodes {
        node.findings.clear();
    }
    report.verdict = VerdictView {
        state: Readiness::Ready,
        label: "READY",
        question: "Is this 2-node cluster healthy?".into(),
        headline: "Both nodes run 11.7.000049 like the database, and every check that could be made passed."
            .into(),
        reasons: vec![],
        settle: vec![],
        counts: BTreeMap::new(),
        decided: None,
        complete: true,
        left_out: vec![],
        checks: "76 of 76 applicable checks done".into(),
        areas: areas([("key", Looked::Whole), ("database", Looked::Whole), ("backups", Looked::Whole)]),
        node_set: NodeSetView {
            nodes: vec!["WEB01".into(), "WEB02".into()],
            confirmed_by: vec!["the node list nodes.json".into()],
            without_bundle: vec![],
        },
    };
    report.safety.clear();
    report.actions.clear();
    report.missing.clear();
    report.kit = KitView::default();
    report.request.clear();
    report.findings.clear();
    report.outcomes.clear();
    report.matrix.nodes.truncate(2);
    report.matrix.differing = 0;
    for row in report.matrix.groups.iter_mut().flat_map(|group| &mut group.rows) {
        row.cells.truncate(2);
        row.differs = false;
        let first = row.cells[0].clone();
        row.cells[1] = first;
        for cell in &mut row.cells {
            cell.state = CellState::Same;
        }
    }
    report.errors.covered.clear();
    report.errors.hits.clear();
    report.errors.timeline =
        Timeline { from: String::new(), to: String::new(), bucket_hours: 1, rows: vec![] };
    report.coverage = coverage(t, &[("CLU-001", "pass"), ("TIM-001", "not-applicable"), ("VER-002", "pass")]);
    report.inputs.retain(|input| input.status == InputStatus::Read);
    report.rules.clear();
    report.sources.clear();
    report
}

/// One bundle for two nodes: the second node has no bundle.
pub(crate) fn cannot_say() -> Report {
    let t: Text = &str::to_owned;
    let mut report = mid_upgrade(t);
    report.verdict.state = Readiness::Undetermined;
    report.verdict.label = "CANNOT SAY";
    report.verdict.headline =
        "Only WEB01 was looked at; whether WEB02 and WEB03 agree with it is not known.".into();
    report.verdict.settle = vec![
        "A bundle of WEB02.".into(),
        "A bundle of WEB03, collected with rights on encryption.config.".into(),
    ];
    report.verdict.reasons = vec![Reason {
        rule: "ENC-001".into(),
        text: "Whether the key files agree is not known: encryption.config of WEB03 could not be read".into(),
        anchor: "missing-1".into(),
    }];
    report.safety.clear();
    report.actions.clear();
    report.findings.retain(|f| f.severity >= Severity::Low);
    report.verdict.counts = counts([("low", 2), ("info", 1)]);
    for node in &mut report.nodes {
        node.odd = None;
        node.findings.clear();
        if node.name != "WEB01" {
            node.bundle = false;
            node.version_known = false;
            node.version = "not known: no bundle".into();
            node.collected = None;
        }
    }
    report.nodes[2].role = "dr";
    report
}

/// Areas by their words, the first of them required.
fn areas(looked: [(&str, Looked); 3]) -> Vec<AreaView> {
    let view = |(word, looked): (&str, Looked)| {
        let area = Area::ALL.into_iter().find(|area| area.word() == word).unwrap();
        let open = if looked == Looked::Whole { vec![] } else { vec!["SQL-012".to_owned()] };
        AreaView { area, label: area.label(), required: word == "key", looked, decided: 4, open }
    };
    looked.map(view).to_vec()
}

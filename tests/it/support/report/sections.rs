//! Log errors, missing evidence, coverage, inputs and the rest of the made report.

use super::{NODES, Text, cite, counts, evidence};
use clusterbrief::finding::{EvidenceRequest, MissingEvidence, Scope, Severity};
use clusterbrief::model::input::{Problem, ProblemKind};
use clusterbrief::model::kit_run::KitStatus;
use clusterbrief::model::{Area, InputKind, InputStatus};
use clusterbrief::report::model::*;
use std::collections::BTreeMap;

pub(super) fn errors(t: Text) -> Errors {
    let wave = |seed: u64, from: usize| -> Vec<u64> {
        (0..48).map(|b| if b < from { (b as u64 * seed) % 4 } else { 6 + (b as u64 * seed) % 37 }).collect()
    };
    Errors {
        covered: NODES
            .iter()
            .enumerate()
            .map(|(n, node)| Covered {
                node: t(node),
                from: t("2026-11-06T22:14:09+01:00"),
                to: t("2026-11-20T22:01:55+01:00"),
                files: 9 + n,
                lines: 1_204_331 + n as u64 * 7_919,
                gaps: if n == 2 { vec![t("SS.log.4 was truncated at 200 MB.")] } else { vec![] },
            })
            .collect(),
        hits: [
            ("E-004", "Version of the database and of the application differ", "WEB03", 38, true, "VER-005"),
            ("E-007", "Database not reachable", "WEB01", 4, false, "SQL-002"),
            ("E-007", "Database not reachable", "WEB02", 3, false, "SQL-002"),
        ]
        .into_iter()
        .map(|(signature, title, node, count, current, rule)| HitView {
            signature: t(signature),
            title: t(title),
            node: t(node),
            count,
            first: t(if current { "2026-11-20T03:12:40+01:00" } else { "2026-11-12T02:00:11+01:00" }),
            last: t(if current { "2026-11-20T21:58:04+01:00" } else { "2026-11-12T02:03:59+01:00" }),
            current,
            rule: t(rule),
            samples: vec![evidence(t, "text", node, "logs/SS.log:48122", "", "2026-11-20 21:58:04,118 [TID:41] ERROR Thycotic.ihawu.Business.Node - The version of your database does not match the version of your application.")],
        })
        .collect(),
        timeline: Timeline {
            from: t("2026-11-18T22:00:00+00:00"),
            to: t("2026-11-20T22:00:00+00:00"),
            bucket_hours: 1,
            rows: NODES
                .iter()
                .enumerate()
                .map(|(n, node)| TimelineRow {
                    node: t(node),
                    errors: if n == 2 { wave(13, 29) } else { wave(3, 60) },
                    known: if n == 2 { (0..48).map(|b| u64::from(b >= 29) * (b % 5)).collect() } else { vec![0; 48] },
                })
                .collect(),
        },
        axis: axis(t),
        first: Some(first(t)),
        patterns: (0..12).map(|number| pattern(t, number)).collect(),
        other_entries: 4_711,
    }
}

/// A pattern; all but the words of this program come from outside.
fn pattern(t: Text, number: u64) -> PatternView {
    let node = |node: &str, count: u64| PatternNode {
        node: t(node),
        count,
        first: t("2026-11-20T03:12:40+01:00"),
        last: t("2026-11-20T21:58:04+01:00"),
        hours: ["2026-11-20T02:00:00Z", "2026-11-20T20:00:00Z"]
            .map(|hour| HourCount { hour: hour.into(), count: count / 2 })
            .into(),
    };
    PatternView {
        id: format!("p-{number:010x}"),
        level: if number.is_multiple_of(2) { "error" } else { "warning" },
        logger: t("Thycotic.ihawu.Business.Workflow.StepEvaluator"),
        wording: t("Step <num> of request <num> for <account> could not be evaluated: <*>"),
        exception: t("System.InvalidOperationException"),
        frame: t("Thycotic.ihawu.Business.Workflow.StepEvaluator.Next"),
        known: if number == 1 { t("E-007") } else { String::new() },
        workload: if number == 2 { t("heartbeats") } else { String::new() },
        new: Some(number == 3),
        components: vec!["web application"],
        count: 3_412 + number,
        nodes: vec![node("WEB03", 3_400 + number), node("WEB01", 12)],
        samples: vec![evidence(
            t,
            "text",
            "WEB03",
            "logs/SS.log:48122",
            "",
            "2026-11-20 21:58:04,118 [TID:41] ERROR Thycotic.ihawu.Business - Step 4 of request 9 could not be evaluated",
        )],
    }
}

/// The times are of this program; everything else comes from outside.
fn axis(t: Text) -> Axis {
    let mark = |kind, at: &str, text: &str| Mark {
        kind,
        at: at.into(),
        local: at.replace("07:", "08:").replace('Z', "+01:00"),
        text: t(text),
        count: 1,
        place: t("facts.json"),
        certain: kind != "change",
        drawn: !at.starts_with("2025"),
    };
    let span = |from: &str, to: &str| Span { from: from.into(), to: to.into() };
    let lane = |kind, name: &str, seed: u64, marks| Lane {
        kind,
        name: if name.is_empty() { String::new() } else { t(name) },
        utc_offset: (seed != 3).then(|| "+01:00".to_owned()),
        corrected_ms: 0,
        known: (0..48).map(|b| u64::from(b >= 29) * (b * seed % 5)).collect(),
        other: (0..48).map(|b| b * seed % 7 * u64::from(b % 3 == 0)).collect(),
        workload: (0..48).map(|b| 40 + b * seed % 11).collect(),
        seen: vec![span("2026-11-19T00:00:00Z", "2026-11-20T20:00:00Z")],
        holes: vec![span("2026-11-19T03:00:00Z", "2026-11-19T07:00:00Z")],
        silences: vec![span("2026-11-19T20:00:00Z", "2026-11-19T22:00:00Z")],
        marks,
    };
    let every = MARKS.iter().zip(0..).map(|(kind, hour)| {
        mark(kind, &format!("2026-11-20T{:02}:30:00Z", hour * 2), "worker process started")
    });
    Axis {
        from: "2026-11-18T22:00:00Z".into(),
        to: "2026-11-20T22:00:00Z".into(),
        bucket_hours: 1,
        lanes: vec![
            lane("node", NODES[0], 1, vec![mark("change", "2025-11-20T07:30:00Z", "web.config changed")]),
            lane("node", NODES[1], 2, every.collect()),
            lane("node", NODES[2], 3, vec![mark("start", "2026-11-20T07:30:00Z", "worker process started")]),
            lane(
                "database",
                "",
                4,
                vec![mark("upgrade", "2026-11-20T07:11:00Z", "database upgraded to 12.3.000001")],
            ),
        ],
        notes: vec![t(
            "The time zone of the logs of WEB03 is not known: they are drawn as if they were in UTC.",
        )],
    }
}

fn first(t: Text) -> WhatFirst {
    let line = |second: u32, node: &str, level, hit| FirstLine {
        at: format!("2026-11-20T07:29:{second:02}.000Z"),
        local: format!("2026-11-20 08:29:{second:02}.000 +01:00"),
        node: t(node),
        place: t("logs/SS.log:241"),
        level,
        text: t(
            "2026-11-20 08:29:00,000 [17] ERROR Thycotic.ihawu.Business.StartupCheck - The version of your database does not match",
        ),
        more: u64::from(second % 3),
        hit,
    };
    WhatFirst {
        title: t("Database version does not match"),
        anchor: t("finding-0"),
        node: t(NODES[2]),
        at: "2026-11-20T07:29:05.000Z".into(),
        from: "2026-11-20T07:19:05.000Z".into(),
        to: "2026-11-20T07:34:05.000Z".into(),
        lines: vec![
            line(1, NODES[0], "", false),
            line(3, NODES[1], "warning", false),
            line(5, NODES[2], "error", true),
            line(9, NODES[2], "error", false),
        ],
        left_out: 1,
        notes: vec![t("logs/SS.log of WEB01 (96 MB) is too large to be read again up to that time.")],
    }
}

/// A kit for the case, and a run of its script that was stopped.
pub(super) fn kit(t: Text) -> KitView {
    let answer =
        |part: &str, status, reason: &str| KitAnswerView { part: t(part), status, reason: t(reason) };
    KitView {
        command: "clusterbrief kit --from report.json -o kit.zip",
        parts: vec![KitPartView {
            part: "rest",
            file: "rest.ps1",
            title: "Ask Secret Server",
            place: "on each web node",
            nodes: vec![t("WEB03")],
            answers: vec![t("missing-3")],
            rules: 3,
        }],
        runs: vec![KitRunView {
            input: t("clusterbrief-answers-WEB02.zip/answers.json"),
            script: t("rest"),
            node: t("WEB02"),
            time: t("2026-11-20T09:06:00Z"),
            finished: false,
            parts: vec![
                answer("nodes", KitStatus::Done, ""),
                answer("security", KitStatus::Refused, "this account may not read it"),
            ],
        }],
        left: vec![t("WEB02: the answer security was refused: this account may not read it.")],
    }
}

pub(super) fn missing(t: Text) -> Vec<MissingView> {
    let rules = |ids: &[&str]| ids.iter().map(|id| t(id)).collect::<Vec<_>>();
    vec![
        MissingView {
            anchor: t("missing-1"),
            ask: t("Collect WEB03 again with an account that may read encryption.config."),
            how: vec![
                t("On WEB03, open a command prompt as administrator."),
                t("Run: clusterbrief collect --app-dir C:\\inetpub\\wwwroot\\SecretServer"),
                t("Send the zip file it writes."),
            ],
            kind: "bundle",
            kit: Some("collector"),
            parts: vec![],
            blockers: 1,
            rules: rules(&["ENC-001", "ENC-003"]),
            facts: vec![MissingEvidence {
                node: Some(t("WEB03")),
                what: t("the fingerprint of encryption.config"),
                why: t("access denied"),
                from: EvidenceRequest::BundleAgain { node: t("WEB03"), how: t("as administrator") },
            }],
        },
        MissingView {
            anchor: t("missing-3"),
            ask: t("Send the answers of 2 REST calls"),
            how: vec![t("Save each answer as a JSON file: GET /api/v1/diagnostics; GET /api/v1/version.")],
            kind: "export",
            kit: Some("rest"),
            parts: vec![
                MissingPart {
                    call: t("GET /api/v1/diagnostics"),
                    title: t("the diagnostics of a node"),
                    rules: rules(&["BUS-002", "TIM-004"]),
                },
                MissingPart {
                    call: t("GET /api/v1/version"),
                    title: t("the version answer"),
                    rules: rules(&["VER-008"]),
                },
            ],
            blockers: 0,
            rules: rules(&["BUS-002", "TIM-004", "VER-008"]),
            facts: vec![],
        },
        MissingView {
            anchor: t("missing-2"),
            ask: t("Answer one question: is DPAPI switched on for encryption.config on any node?"),
            how: vec![t("Admin > Configuration > Security shows it.")],
            kind: "question",
            kit: Some("questions"),
            parts: vec![],
            blockers: 0,
            rules: rules(&["ENC-004"]),
            facts: vec![MissingEvidence {
                node: None,
                what: t("whether DPAPI is on"),
                why: t("no file shows it"),
                from: EvidenceRequest::Answer { id: t("ENC-004") },
            }],
        },
    ]
}

pub(super) fn rule_texts(t: Text, ids: &[&str]) -> Vec<RuleText> {
    ids.iter()
        .map(|id| RuleText {
            id: t(id),
            title: t("Node and database run different versions"),
            question: t("Do the node and the database run the same version?"),
            severity: Severity::Blocker,
            what: t("Compares the version of every node with the newest row of the database's version history."),
            why: t("A node that is not at the version of the database does not run, or damages data when the guard is off."),
            fix: t("Copy the application folder of a node that matches, without database.config and encryption.config, and start the node."),
            blind: t("It cannot see an upgrade that is running while the bundle is collected."),
            sources: vec![cite(t, "SEED", "confirmed", "2021 docs"), cite(t, "CLU", "top", "current docs")],
        })
        .collect()
}

pub(super) fn coverage(t: Text, words: &[(&str, &'static str)]) -> Coverage {
    let mut by_word: BTreeMap<&'static str, usize> =
        counts([("findings", 0), ("failed", 0), ("unknown", 0), ("pass", 0), ("not-applicable", 0)]);
    let rules: Vec<RuleCoverage> = words
        .iter()
        .map(|(rule, word)| RuleCoverage {
            rule: t(rule),
            title: t("Node and database run different versions"),
            question: t("Do the node and the database run the same version?"),
            severity: Severity::Blocker,
            area: Area::NodesAndFiles,
            scope: Scope::Now,
            outcome: word,
            detail: t(match *word {
                "unknown" => "encryption.config of WEB03: access denied",
                "not-applicable" => "no target version was given",
                "pass" => "no hit from 2026-11-06 22:14 to 2026-11-20 22:01",
                _ => "",
            }),
            inputs: if *word == "pass" { vec![t("nodes.json"), t("web01.zip")] } else { vec![] },
        })
        .collect();
    for rule in &rules {
        *by_word.entry(rule.outcome).or_default() += 1;
    }
    by_word.insert("total", rules.len());
    Coverage { counts: by_word, rules }
}

pub(super) fn input(
    t: Text,
    name: &str,
    kind: InputKind,
    status: InputStatus,
    node: Option<&str>,
) -> InputView {
    let problems = match status {
        InputStatus::Read | InputStatus::PassedOver => vec![],
        InputStatus::Partly | InputStatus::Refused => vec![Problem {
            kind: ProblemKind::Rights,
            member: Some(t("encryption.config")),
            text: t("The collecting account could not read encryption.config."),
        }],
    };
    InputView {
        grade: None,
        name: t(name),
        kind,
        status,
        reason: problems.first().map(|problem| problem.text.clone()),
        problems,
        notes: if name == "web01.zip" {
            vec![t("Its manifest has keys of a newer version: extra.")]
        } else {
            vec![]
        },
        node: node.map(t),
        bytes: 4_183_990,
        sha256: Some(t("9f2c1d4be8a07733d05a6cf1e2b49880c6a1d3f07e5b2298416adf3390cb7e15")),
        taken: Some(t("2026-11-20T22:03:11+01:00")),
        tool: (kind == InputKind::BundleZip).then(|| t("clusterbrief 0.1.0")),
        holds: if kind == InputKind::NodesJson { vec![t("the product's list of nodes")] } else { vec![] },
        decided: vec![t("CLU-001"), t("VER-002")],
        proves: vec![Reason {
            rule: t("VER-002"),
            text: t("WEB03 runs 11.6.000001, the database is at 11.7.000049"),
            anchor: t("finding-3c1f90aa5e2177d3"),
        }],
    }
}

pub(super) fn card(
    t: Text,
    name: &str,
    version: &str,
    odd: Option<&str>,
    findings: BTreeMap<&'static str, usize>,
) -> NodeCard {
    NodeCard {
        grade: Some("bundle"),
        parts: Vec::new(),
        name: t(name),
        role: "serving",
        version: t(version),
        version_known: true,
        bundle: true,
        collected: Some(t("2026-11-20T22:03:11+01:00")),
        odd: odd.map(t),
        findings,
    }
}

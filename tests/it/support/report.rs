//! Reports made by hand, for the renderers: a cluster caught in the middle of an upgrade, and one without a fault.
//!
//! Every string that could come from outside passes through a function, so that a test can make all of them
//! hostile at once.

use clusterbrief::finding::{
    Confidence, EvidenceRequest, MissingEvidence, Readiness, Scope, Severity, Subject, SubjectKind,
};
use clusterbrief::model::cluster::Contact;
use clusterbrief::model::input::{Problem, ProblemKind};
use clusterbrief::model::{InputKind, InputStatus};
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

struct Draft<'a> {
    rule: &'a str,
    severity: Severity,
    confidence: Confidence,
    subject: (SubjectKind, &'a str),
    title: &'a str,
    detail: &'a str,
    remedy: &'a str,
    evidence: Vec<EvidenceView>,
    notes: &'a [&'a str],
}

fn finding(t: Text, n: usize, draft: Draft) -> FindingView {
    let fingerprint = format!("{:016x}", 0x3c1f_90aa_5e21_77d3_u64.wrapping_mul(n as u64 + 1));
    FindingView {
        anchor: t(&format!("finding-{fingerprint}")),
        rule: t(draft.rule),
        severity: draft.severity,
        confidence: draft.confidence,
        subject: subject(t, draft.subject.0, draft.subject.1),
        title: t(draft.title),
        detail: t(draft.detail),
        remedy: t(draft.remedy),
        evidence: draft.evidence,
        evidence_omitted: 0,
        notes: draft.notes.iter().map(|note| t(note)).collect(),
        sources: vec![cite(t, "SEED", "confirmed", "2021 docs")],
        dated: Some(t("2021 docs")),
        caused_by: vec![],
        fingerprint: t(&fingerprint),
    }
}

fn evidence(t: Text, kind: &'static str, node: &str, place: &str, fact: &str, text: &str) -> EvidenceView {
    let export = place.split(' ').next().filter(|file| node.is_empty() && file.contains('.'));
    let input = match export {
        Some(file) => t(file),
        None if node.is_empty() => String::new(),
        None => t(&format!("{}.zip", node.to_lowercase())),
    };
    // The place in an export begins with its name, whatever that is.
    let place = export.map_or_else(|| t(place), |file| t(file) + &place[file.len()..]);
    EvidenceView { kind, node: t(node), input, place, fact: t(fact), text: t(text) }
}

fn findings(t: Text) -> Vec<FindingView> {
    use Confidence::{Confirmed, Inferred};
    use Severity::{Blocker, High, Info, Low, Medium};
    use SubjectKind::{Cluster, Database, Node};
    let mut list = vec![
        finding(
            t,
            0,
            Draft {
                rule: "VER-002",
                severity: Blocker,
                confidence: Confirmed,
                subject: (Node, "WEB03"),
                title: "WEB03 runs 11.6.000001, the database is at 11.7.000049",
                detail: "A node whose application version does not match the database does not run. WEB01 and WEB02 match.",
                remedy: "Copy the application folder from WEB01 to WEB03, without database.config and encryption.config.",
                evidence: vec![
                    evidence(
                        t,
                        "value",
                        "WEB03",
                        "bin/Thycotic.ihawu.Business.dll",
                        "product version",
                        "11.6.000001",
                    ),
                    evidence(
                        t,
                        "value",
                        "",
                        "nodes.json [2].BinaryVersion",
                        "BinaryVersion of WEB03",
                        "11.6.000001",
                    ),
                    evidence(t, "value", "", "tbVersion.csv row 3", "newest database version", "11.7.000049"),
                ],
                notes: &[
                    "Sources disagree on the files left out of the copy: one page names database.config alone, the upgrade procedure names both. Both are left out here.",
                ],
            },
        ),
        finding(
            t,
            1,
            Draft {
                rule: "VER-005",
                severity: Blocker,
                confidence: Confirmed,
                subject: (Node, "WEB03"),
                title: "WEB03 logs the version mismatch, last at 2026-11-20 21:58",
                detail: "38 lines within 24 hours of the newest line of that node.",
                remedy: "Bring WEB03 to the version of the database, then recycle its application pool.",
                evidence: vec![
                    evidence(
                        t,
                        "text",
                        "WEB03",
                        "logs/SS.log:48122",
                        "",
                        "2026-11-20 21:58:04,118 [CID:] [C:] [TID:41] ERROR Thycotic.ihawu.Business.Node - The version of your database does not match the version of your application. Database: 11.7.000049, application: 11.6.000001",
                    ),
                    evidence(
                        t,
                        "text",
                        "WEB03",
                        "logs/SS.log:47960",
                        "",
                        "2026-11-20 21:44:51,702 [CID:] [C:] [TID:12] ERROR Thycotic.ihawu.Business.Node - The version of your database does not match the version of your application.",
                    ),
                ],
                notes: &[],
            },
        ),
        finding(
            t,
            2,
            Draft {
                rule: "CLU-008",
                severity: High,
                confidence: Confirmed,
                subject: (Node, "WEB03"),
                title: "The application folder of WEB03 differs in 214 files",
                detail: "WEB01 and WEB02 agree. 198 files differ, 11 are missing on WEB03 and 5 exist only there.",
                remedy: "Replace the folder as a whole; do not copy single files.",
                evidence: {
                    let mut rows = vec![
                        evidence(t, "absence", "WEB03", "bin", "bin/Thycotic.Common.Telemetry.dll", ""),
                        evidence(
                            t,
                            "value",
                            "WEB03",
                            "bin/Thycotic.AppCore.dll",
                            "SHA-256",
                            "5b1d0a7c22e1… (WEB01, WEB02: 90ffa1c37d08…)",
                        ),
                        evidence(
                            t,
                            "value",
                            "WEB03",
                            "Scripts/app.bundle.js",
                            "SHA-256",
                            "e18c44d96b3f… (WEB01, WEB02: 0b7da9152c7e…)",
                        ),
                    ];
                    for n in 1..=5 {
                        rows.push(evidence(
                            t,
                            "value",
                            "WEB03",
                            &format!("bin/Thycotic.Module{n}.dll"),
                            "file version",
                            "11.6.0.1 (WEB01, WEB02: 11.7.0.49)",
                        ));
                    }
                    rows
                },
                notes: &[],
            },
        ),
        finding(
            t,
            3,
            Draft {
                rule: "CFG-003",
                severity: Medium,
                confidence: Confirmed,
                subject: (Cluster, ""),
                title: "SessionTimeoutMinutes differs between nodes",
                detail: "",
                remedy: "Set the same value in web-appSettings.config on every node.",
                evidence: vec![
                    evidence(t, "value", "WEB01", "web-appSettings.config:14", "SessionTimeoutMinutes", "20"),
                    evidence(t, "value", "WEB02", "web-appSettings.config:14", "SessionTimeoutMinutes", "20"),
                    evidence(t, "value", "WEB03", "web-appSettings.config:14", "SessionTimeoutMinutes", "60"),
                ],
                notes: &[],
            },
        ),
        finding(
            t,
            4,
            Draft {
                rule: "ENC-004",
                severity: High,
                confidence: Inferred,
                subject: (Cluster, ""),
                title: "encryption.config is probably DPAPI-encrypted on WEB01 and WEB02",
                detail: "The two nodes hold different bytes of different size and both work.",
                remedy: "Ask whether DPAPI is on; if so, turn it off on each node before the upgrade and on again afterwards.",
                evidence: vec![
                    evidence(
                        t,
                        "value",
                        "WEB01",
                        "encryption.config",
                        "fingerprint",
                        "enc:1 4b0d…e2 (834 bytes)",
                    ),
                    evidence(
                        t,
                        "value",
                        "WEB02",
                        "encryption.config",
                        "fingerprint",
                        "enc:1 91c7…0a (850 bytes)",
                    ),
                    evidence(t, "record", "", "CHK", "", "Turn off DPAPI on every node before an upgrade."),
                ],
                notes: &[
                    "The 2021 pages allow DPAPI to stay on if the key file is left out of the copy; the current checklist does not.",
                ],
            },
        ),
    ];
    for (n, (rule, severity, confidence, node, title)) in [
        ("IIS-004", High, Confirmed, "WEB03", "The application pool of WEB03 recycles every 1740 minutes"),
        ("IIS-011", Medium, Confirmed, "WEB02", "Idle time-out of the pool on WEB02 is 20 minutes"),
        ("VER-004", Medium, Inferred, "WEB03", "5 DLLs exist on WEB03 only"),
        ("TIM-005", Medium, Inferred, "WEB02", "WEB02 takes its time from the local CMOS clock"),
        ("CFG-006", Low, Confirmed, "WEB03", "ValidPrimaryNode is still set on WEB03"),
        ("SEC-003", Low, Confirmed, "WEB01", "A copy of web.config lies beside the original"),
        ("VER-008", Info, Confirmed, "WEB01", "The version is hidden from anonymous callers"),
    ]
    .into_iter()
    .enumerate()
    {
        list.push(finding(
            t,
            n + 5,
            Draft {
                rule,
                severity,
                confidence,
                subject: (
                    if rule == "VER-008" { Database } else { Node },
                    if rule == "VER-008" { "" } else { node },
                ),
                title,
                detail: "",
                remedy: "Align it with the other nodes at the next maintenance window.",
                evidence: vec![evidence(
                    t,
                    "value",
                    node,
                    "applicationHost.config:212",
                    "recycling.periodicRestart.time",
                    "1.05:00:00",
                )],
                notes: &[],
            },
        ));
    }
    list.sort_by_key(|f| f.severity);
    // The log of WEB03 says what follows from its build.
    let build = &list[0];
    let cause = Cause {
        rule: build.rule.clone(),
        text: build.title.clone(),
        anchor: build.anchor.clone(),
        why: t("A node at another build than its database says so in its log."),
    };
    list[1].caused_by = vec![cause];
    list
}

fn cell(t: Text, text: &str, state: CellState, note: &str) -> Cell {
    Cell { text: t(text), state, note: t(note) }
}

fn matrix(t: Text) -> Matrix {
    use CellState::{Absent, Differs, Odd, Same, Unknown};
    let row = |label: &str, values: [(&str, CellState); 3], parity| MatrixRow {
        label: t(label),
        cells: values
            .iter()
            .map(|(text, state)| {
                cell(
                    t,
                    text,
                    *state,
                    if *state == Unknown { "the collecting account lacked rights" } else { "" },
                )
            })
            .collect(),
        parity,
        differs: values.iter().any(|(_, state)| matches!(state, Odd | Differs)),
    };
    let same = |label: &str, value: &str| row(label, [(value, Same); 3], Parity::Same);
    let group = |title: &str, rows: Vec<MatrixRow>| MatrixGroup { title: t(title), rows };
    let groups = vec![
        group(
            "Version",
            vec![
                row(
                    "Product version",
                    [("11.7.000049", Same), ("11.7.000049", Same), ("11.6.000001", Odd)],
                    Parity::Same,
                ),
                row(
                    "Version in the node list",
                    [("11.7.000049", Same), ("11.7.000049", Same), ("11.6.000001", Odd)],
                    Parity::Same,
                ),
                same("Database", "SQL01\\PROD / SecretServer"),
                row("DLLs in bin", [("412", Same), ("412", Same), ("406", Odd)], Parity::Same),
            ],
        ),
        group(
            "Key files",
            vec![
                row(
                    "encryption.config",
                    [("enc:1 4b0d…e2", Differs), ("enc:1 91c7…0a", Differs), ("not known", Unknown)],
                    Parity::Same,
                ),
                same("database.config", "k:9c1e 7720…41"),
                row("saml.config", [("none", Absent), ("none", Absent), ("none", Absent)], Parity::Same),
                row(
                    "KeyDigests.txt",
                    [("k:9c1e 0af1…d8", Same), ("k:9c1e 0af1…d8", Same), ("none", Absent)],
                    Parity::Same,
                ),
            ],
        ),
        group(
            "Settings (web-appSettings.config)",
            [
                ("SessionTimeoutMinutes", ["20", "20", "60"]),
                ("IpAddressHeader", ["X-Forwarded-For"; 3]),
                ("RequireSecureConnection", ["true"; 3]),
                ("EnableApiRateLimit", ["true"; 3]),
                ("LockHsmConfiguration", ["false"; 3]),
                ("CookieSameSite", ["Lax"; 3]),
                ("HstsMaxAge", ["31536000"; 3]),
                ("FileUploadLimitMb", ["100"; 3]),
                ("LogRetentionDays", ["30"; 3]),
                ("MessageQueueTimeoutSeconds", ["120"; 3]),
            ]
            .into_iter()
            .map(|(label, values)| {
                let odd = values[2] != values[0];
                row(
                    label,
                    [(values[0], Same), (values[1], Same), (values[2], if odd { Odd } else { Same })],
                    Parity::Same,
                )
            })
            .collect(),
        ),
        group(
            "IIS",
            vec![
                same("Application", "/SecretServer"),
                same("Pool", "SecretServerPool"),
                same(".NET CLR", "v4.0"),
                same("Pipeline", "Integrated"),
                same("32-bit applications", "false"),
                row("Idle time-out", [("0 min", Same), ("20 min", Odd), ("0 min", Same)], Parity::Same),
                row("Periodic restart", [("0", Same), ("0", Same), ("1740 min", Odd)], Parity::Same),
                row(
                    "Identity",
                    [("CORP\\svc-ss", Same), ("CORP\\svc-ss", Same), ("not known", Unknown)],
                    Parity::Same,
                ),
                same("Anonymous authentication", "enabled"),
                same("Windows authentication on /winauthwebservices", "enabled"),
                row(
                    "Host header",
                    [
                        ("web01.corp.example", Differs),
                        ("web02.corp.example", Differs),
                        ("web03.corp.example", Differs),
                    ],
                    Parity::MayDiffer,
                ),
                same("Binding", "https *:443"),
            ],
        ),
        group(
            "Host",
            vec![
                same("Windows", "Windows Server 2019 (10.0.17763)"),
                same(".NET Framework", "4.8 (528049)"),
                row(
                    "Time zone",
                    [("Europe/Berlin", Same), ("Europe/Berlin", Same), ("UTC", Odd)],
                    Parity::MayDiffer,
                ),
                row("Memory", [("32 GiB", Same), ("32 GiB", Same), ("16 GiB", Odd)], Parity::MayDiffer),
                same("Cores", "8"),
            ],
        ),
        group(
            "Application folder outside bin",
            [
                row(
                    "Scripts/app.bundle.js",
                    [("0b7da9152c7e", Same), ("0b7da9152c7e", Same), ("e18c44d96b3f", Odd)],
                    Parity::Same,
                ),
                row(
                    "web.config",
                    [("k:9c1e 3d2a…77", Same), ("k:9c1e 3d2a…77", Same), ("k:9c1e 8812…5b", Odd)],
                    Parity::Same,
                ),
                row(
                    "customresources/logo.png",
                    [("77ab03cc91d4", Same), ("none", Absent), ("77ab03cc91d4", Same)],
                    Parity::MayDiffer,
                ),
            ]
            .into_iter()
            .chain((0..60).map(|number| {
                let name = format!("Scripts/part-{number}.js");
                row(
                    &name,
                    [("4410c1aa02fe", Same), ("4410c1aa02fe", Same), ("c06f1b98e2d3", Odd)],
                    Parity::Same,
                )
            }))
            .collect(),
        ),
    ];
    let differing =
        groups.iter().flat_map(|g| &g.rows).filter(|r| r.differs && r.parity == Parity::Same).count();
    Matrix { nodes: NODES.map(t).to_vec(), groups, differing }
}

fn errors(t: Text) -> Errors {
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
    }
}

fn missing(t: Text) -> Vec<MissingView> {
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

fn rule_texts(t: Text, ids: &[&str]) -> Vec<RuleText> {
    ids.iter()
        .map(|id| RuleText {
            id: t(id),
            title: t("Node and database run different versions"),
            severity: Severity::Blocker,
            what: t("Compares the version of every node with the newest row of the database's version history."),
            why: t("A node that is not at the version of the database does not run, or damages data when the guard is off."),
            fix: t("Copy the application folder of a node that matches, without database.config and encryption.config, and start the node."),
            blind: t("It cannot see an upgrade that is running while the bundle is collected."),
            sources: vec![cite(t, "SEED", "confirmed", "2021 docs"), cite(t, "CLU", "top", "current docs")],
        })
        .collect()
}

fn coverage(t: Text, words: &[(&str, &'static str)]) -> Coverage {
    let mut by_word: BTreeMap<&'static str, usize> =
        counts([("findings", 0), ("failed", 0), ("unknown", 0), ("pass", 0), ("not-applicable", 0)]);
    let rules: Vec<RuleCoverage> = words
        .iter()
        .map(|(rule, word)| RuleCoverage {
            rule: t(rule),
            title: t("Node and database run different versions"),
            severity: Severity::Blocker,
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

fn input(t: Text, name: &str, kind: InputKind, status: InputStatus, node: Option<&str>) -> InputView {
    let problems = match status {
        InputStatus::Read => vec![],
        InputStatus::Partly | InputStatus::Refused => vec![Problem {
            kind: ProblemKind::Rights,
            member: Some(t("encryption.config")),
            text: t("The collecting account could not read encryption.config."),
        }],
    };
    InputView {
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

fn card(
    t: Text,
    name: &str,
    version: &str,
    odd: Option<&str>,
    findings: BTreeMap<&'static str, usize>,
) -> NodeCard {
    NodeCard {
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

/// WEB01 and WEB02 upgraded, WEB03 behind; one bundle not whole; a finding of every severity.
pub(crate) fn mid_upgrade(t: Text) -> Report {
    let findings = findings(t);
    let mends = |n: usize| Reason {
        rule: findings[n].rule.clone(),
        text: findings[n].title.clone(),
        anchor: findings[n].anchor.clone(),
    };
    Report {
        schema: SCHEMA,
        tool: Tool { name: "clusterbrief", version: "0.1.0", knowledge: t("2026-11-01"), own: None },
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
        verdict: VerdictView {
            state: Readiness::NotReady,
            label: "NOT READY",
            question: t("Is this cluster ready to upgrade to 11.7.000061?"),
            headline: t(
                "WEB03 was left behind by the last upgrade: it runs 11.6.000001 while the database and the other two nodes are at 11.7.000049.",
            ),
            reasons: vec![mends(0), mends(1)],
            settle: vec![],
            counts: counts([("blocker", 2), ("high", 3), ("medium", 4), ("low", 2), ("info", 1)]),
        },
        safety: vec![finding(
            t,
            90,
            Draft {
                rule: "BND-002",
                severity: Severity::Blocker,
                confidence: Confidence::Confirmed,
                subject: (SubjectKind::Input, "web02-old.zip"),
                title: "web02-old.zip holds a password that should have been redacted",
                detail: "Its evidence was not used.",
                remedy: "Delete this bundle, change the password, and collect again with the current version.",
                evidence: vec![evidence(
                    t,
                    "value",
                    "WEB02",
                    "config/web.config:88",
                    "connection string",
                    "[withheld]",
                )],
                notes: &[],
            },
        )],
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
                severity: Severity::Blocker,
                confidence: Confidence::Confirmed,
                mends: vec![mends(0), mends(2)],
                ends: vec![mends(1)],
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
                severity: Severity::High,
                confidence: Confidence::Inferred,
                mends: vec![mends(4)],
                ends: vec![],
            },
            Action {
                number: 3,
                title: t("Set the same SessionTimeoutMinutes on every node"),
                nodes: vec![],
                why: t("Users are logged out differently depending on the node they meet."),
                steps: vec![],
                severity: Severity::Medium,
                confidence: Confidence::Confirmed,
                mends: vec![mends(5)],
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
        question: "Does this cluster work as it should now?".into(),
        headline: "Both nodes run 11.7.000049 like the database, and every check that could be made passed."
            .into(),
        reasons: vec![],
        settle: vec![],
        counts: BTreeMap::new(),
    };
    report.safety.clear();
    report.actions.clear();
    report.missing.clear();
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

/// One bundle of two: the second node is named by nobody's bundle.
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

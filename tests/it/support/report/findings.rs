//! The findings of the made report.

use super::{Text, cite, evidence, subject};
use clusterbrief::finding::{Confidence, Severity, SubjectKind};
use clusterbrief::report::model::*;

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
        nodes: vec![],
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
        fingerprints: vec![],
        decision: None,
    }
}

pub(super) fn findings(t: Text) -> Vec<FindingView> {
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
        ("SEC-003", Low, Confirmed, "WEB01", "A copy of web.config is next to the original"),
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

/// The finding about the input itself: a bundle with a secret in it.
pub(super) fn secret_left_in_bundle(t: Text) -> FindingView {
    finding(
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
    )
}

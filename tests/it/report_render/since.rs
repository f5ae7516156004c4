//! Hostile text in what changed since an earlier moment and in decisions: an earlier report and a file of decisions come from
//! outside, too.

use super::{HOSTILE, as_is, outline, skeleton};
use crate::support::report::{Text, mid_upgrade};
use clusterbrief::compare::{
    Change, ChangedFinding, EarlierReport, FactChange, FactChangeKind, Moment, Moments, NodeChanges,
    NodeUpgrade, PatternChange, Since, UpgradeCheck, UpgradeState,
};
use clusterbrief::decisions::{DecidedVerdict, DecisionView, Kind};
use clusterbrief::finding::{Confidence, Readiness, Severity, Subject};
use clusterbrief::report::model::Report;
use clusterbrief::report::{html, markdown, terminal};
use std::collections::BTreeMap;

fn since(t: Text) -> Since {
    let finding = |change: Change| ChangedFinding {
        change,
        rule: t("VER-001"),
        fingerprint: t("0123456789abcdef"),
        severity: Severity::High,
        confidence: Confidence::Confirmed,
        was: Some(Severity::Low),
        subject: Subject::node(t("WEB03")),
        title: t("WEB03 was left behind"),
        why: t("nobody looked"),
        anchor: t("finding-x"),
    };
    let fact = |kind: FactChangeKind| FactChange {
        kind,
        group: t("web.config"),
        label: t("mode"),
        before: t("on"),
        after: t("off"),
    };
    let kinds = [FactChangeKind::Changed, FactChangeKind::Appeared, FactChangeKind::Gone];
    Since {
        before: EarlierReport {
            moment: t("2026-11-19T09:00:00Z"),
            label: t("READY"),
            edition: t("clusterbrief 0.1"),
            nodes: vec![t("WEB01"), t("WEB02")],
        },
        notes: vec![t("Another edition.")],
        counts: Change::ALL.iter().map(|change| (change.word(), 1)).collect(),
        findings: Change::ALL.map(finding).to_vec(),
        nodes: vec![NodeChanges {
            node: t("WEB03"),
            facts: kinds.map(fact).to_vec(),
            facts_more: 2,
            files: kinds.map(fact).to_vec(),
            files_more: 1,
            lost: 3,
        }],
        patterns: vec![PatternChange {
            id: t("p-1"),
            level: t("error"),
            wording: t("The step failed"),
            nodes: vec![t("WEB03")],
            before: 0,
            after: 9,
            first: t("2026-11-20T07:00:00Z"),
        }],
        patterns_more: 1,
        patterns_gone: 1,
        moments: Some(Moments {
            good: t("2026-11-19T09:00:00Z"),
            bad: t("2026-11-20T07:00:00Z"),
            sign: t("WEB03: the step failed"),
            rows: vec![Moment {
                at: t("2026-11-20T06:00:00Z"),
                node: t("WEB03"),
                text: t("the worker process started"),
                place: t("events"),
                certain: false,
            }],
            more: 1,
        }),
        upgrade: Some(UpgradeCheck {
            target: t("11.7.000049"),
            nodes: vec![NodeUpgrade {
                name: t("WEB03"),
                before: t("11.6.000001"),
                after: t("11.7.000049"),
                state: UpgradeState::Reached,
            }],
            requirements: vec![t("PowerShell on WEB03: not met then.")],
            left: vec![t("Upgrade WEB03.")],
            left_more: 1,
        }),
    }
}

fn report(t: Text) -> Report {
    let mut report = mid_upgrade(t);
    report.since = Some(since(t));
    report.verdict.decided = Some(DecidedVerdict {
        state: Readiness::ReadyWithWarnings,
        label: t("READY WITH WARNINGS"),
        headline: t("With decisions: READY WITH WARNINGS."),
        open: BTreeMap::new(),
        decided: BTreeMap::new(),
        kinds: BTreeMap::new(),
        owners: vec![t("J. Doe")],
        until: Some(t("2027-03-31")),
        remarks: vec![t("There is no rule VER-998.")],
        file: t("decisions.toml"),
    });
    if let Some(finding) = report.findings.last_mut() {
        finding.decision = Some(DecisionView {
            kind: Kind::InWork,
            reason: t("because"),
            owner: t("J. Doe"),
            ticket: t("T-1"),
            until: t("2027-03-31"),
            days_left: 12,
            decided: t("2026-11-19"),
            line: 3,
        });
    }
    report
}

fn hostile(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{text}{HOSTILE}") }
}

#[test]
fn hostile_text_of_an_earlier_report_adds_nothing_to_the_page() {
    let [plain, attacked] =
        [report(&as_is), report(&hostile)].map(|report| skeleton(&html::render(&report).unwrap()));
    assert_eq!(plain, attacked);
}

#[test]
fn no_mark_of_an_earlier_report_changes_the_shape_of_a_ticket() {
    let plain = outline(&markdown::render(&report(&as_is)).unwrap());
    for mark in
        ["# ", "- ", "> ", "1. ", "```", "~~", "*", "|", "<b>", "![a](b)", "[a]: b", "\n\n", "@x ", "\\"]
    {
        let text = |text: &str| if text.is_empty() { String::new() } else { format!("{mark}{text}") };
        let attacked = markdown::render(&report(&text)).unwrap();
        assert_eq!(outline(&attacked), plain, "{mark:?} in\n{attacked}");
    }
}

#[test]
fn an_earlier_report_cannot_steer_a_terminal() {
    let screen = terminal::render(&report(&hostile), 80, false);
    assert!(screen.contains("Since last time") && screen.contains("Decided findings"));
    assert!(screen.chars().all(|c| c == '\n' || !c.is_control()), "{screen:?}");
}

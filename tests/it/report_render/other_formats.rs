//! The ticket in Markdown, the terminal summary and the JSON report.

use super::{benign, checklist_of, crowded, hostile, plan_of};
use clusterbrief::report::{html, json, markdown, terminal};
use serde_json::Value;

#[test]
fn a_ticket_holds_the_verdict_first_and_fits() {
    let text = markdown::render(&benign()).unwrap();
    assert!(text.starts_with("# NOT READY: WEB01, WEB02, WEB03\n"), "{text}");
    for needle in [
        "11.7.000049",
        "**Do:** Copy the application folder",
        "| WEB03 |",
        "Never generate",
        "`logs/SS.log:48122`",
    ] {
        assert!(text.contains(needle), "{needle} is not in {text}");
    }
    for text in [
        &text,
        &markdown::handout(&plan_of(&benign())).unwrap(),
        &markdown::handout(&checklist_of(&benign())).unwrap(),
    ] {
        assert!(!text.contains("\n\n\n"), "{text}");
    }
    assert!(!text.contains("Shortened to fit"));
    for (findings, note) in [(60, "Shortened to fit a ticket;"), (6_000, "Cut to fit a ticket;")] {
        let mut report = crowded();
        report.findings.reverse();
        report.findings.truncate(findings);
        let long = markdown::render(&report).unwrap();
        assert!(long.contains(note), "{note}: {}", long.chars().count());
        assert!(long.chars().count() <= markdown::TICKET_CHARS, "{}", long.chars().count());
    }
}

#[test]
fn the_terminal_summary_fits_and_shows_what_to_do() {
    for width in [40, 80, 200] {
        let text = terminal::render(&benign(), width, false);
        let longest = text.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(longest <= width.min(100), "{longest} columns of {width}:\n{text}");
    }
    let text = terminal::render(&benign(), 100, false);
    for needle in [
        "NOT READY",
        "(VER-002)",
        "! WEB03  behind: runs 11.6.000001",
        "  1. Bring WEB03",
        "   2 blocker",
        "Collect WEB03 again",
    ] {
        assert!(text.contains(needle), "{needle} is not in\n{text}");
    }
    assert!(terminal::render(&benign(), 80, true).contains("\u{1b}[1;31mNOT READY\u{1b}[0m"));
}

#[test]
fn same_report_same_bytes() {
    assert_eq!(html::render(&benign()).unwrap(), html::render(&benign()).unwrap());
    assert_eq!(markdown::render(&benign()).unwrap(), markdown::render(&benign()).unwrap());
}

#[test]
fn the_json_report_matches_its_schema() {
    let root: Value = serde_json::from_str(include_str!("../../../docs/report.schema.json")).unwrap();
    for report in [benign(), hostile(), crate::support::report::ready(), crate::support::report::cannot_say()]
    {
        let value: Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        assert_eq!(crate::support::schema::violations(&root, &root, &value, "$"), Vec::<String>::new());
    }
    let handed = |report| [plan_of(report), checklist_of(report)];
    for handout in handed(&benign()).iter().chain(&handed(&hostile())) {
        let value: Value = serde_json::from_str(&json::render(handout).unwrap()).unwrap();
        let violations = crate::support::schema::violations(&root, &root["$defs"]["Document"], &value, "$");
        assert_eq!(violations, Vec::<String>::new());
    }
    // The check itself bites.
    let mut value: Value = serde_json::from_str(&json::render(&benign()).unwrap()).unwrap();
    value["verdict"]["state"] = "fine".into();
    value["inputs"][0].as_object_mut().unwrap().remove("reason");
    value["extra"] = 1.into();
    assert_eq!(crate::support::schema::violations(&root, &root, &value, "$").len(), 3);
}

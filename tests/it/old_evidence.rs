//! Evidence that is old: the report says so once, and makes no fault of it.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::report::{html, markdown, terminal};

fn at(case: &str, as_of: &str) -> Analysis {
    let options = Options::at(as_of.parse().expect("a time"));
    Analyzer::new().expect("knowledge").analyze(open([sample(case)]), &options)
}

/// Rules with a finding, apart from those that judge by the calendar: certificates, support and answers.
fn rules(analysis: &Analysis) -> Vec<&str> {
    let found = analysis.report.findings.iter().map(|finding| finding.rule.as_str());
    found.filter(|rule| !["LBL-006", "VER-011"].contains(rule)).collect()
}

#[test]
fn old_evidence_is_named_once_and_is_no_fault() {
    for case in ["healthy-3-node", "mid-upgrade"] {
        let fresh = at(case, "2026-11-20T12:00:00Z");
        assert_eq!(fresh.report.notices, Vec::<String>::new(), "{case}");
        let old = at(case, "2026-12-20T12:00:00Z");
        let [notice] = old.report.notices.as_slice() else { panic!("{case}: {:?}", old.report.notices) };
        assert!(notice.contains("the bundle of WEB01") && notice.contains("(30 days)"), "{case}: {notice}");
        assert_eq!(rules(&old), rules(&fresh), "{case}");
        assert_eq!(old.report.verdict.state, fresh.report.verdict.state, "{case}");
    }
}

#[test]
fn every_format_shows_the_age_of_the_evidence() {
    let old = at("healthy-3-node", "2026-12-20T12:00:00Z").report;
    let page = html::render(&old).expect("a page");
    let text = markdown::render(&old).expect("a text");
    let screen = terminal::render(&old, 400, false);
    for shown in [page, text, screen] {
        assert_eq!(shown.matches("Evidence is older than a week").count(), 1);
    }
}

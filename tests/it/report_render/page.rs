//! The HTML page: its order, links, policy and templates.

use super::{benign, crowded, parse};
use clusterbrief::finding::Severity;
use clusterbrief::model::Area;
use clusterbrief::report::html::PageOptions;
use clusterbrief::report::model::{Cell, CellState, MatrixGroup, MatrixRow, Parity, Report};
use clusterbrief::report::{html, json, markdown};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The element with an id.
fn by_id<'a>(page: &'a roxmltree::Document, id: &str) -> roxmltree::Node<'a, 'a> {
    page.descendants().find(|node| node.attribute("id") == Some(id)).expect("an element of this id")
}

#[test]
fn a_consequence_is_shown_right_after_its_cause_unless_it_is_more_severe() {
    let mut report = benign();
    let (cause, follows) = (report.findings[0].anchor.clone(), report.findings[1].anchor.clone());
    let is_after = |report: &Report| {
        let page = html::render(report).unwrap();
        let page = parse(&page);
        let shown = by_id(&page, &follows);
        let before = shown.prev_siblings().filter(roxmltree::Node::is_element).nth(1);
        let marked = shown.attribute("class").unwrap().split(' ').any(|class| class == "after");
        assert_eq!(marked, before.and_then(|before| before.attribute("id")) == Some(&cause));
        marked
    };
    assert!(is_after(&report));
    let text = markdown::render(&report).unwrap();
    assert_eq!(text.matches("Probably consequences").count(), 1);
    assert_eq!(report.findings.iter().filter(|one| !one.caused_by.is_empty()).count(), 1);
    // A blocker never hides below something smaller; it says what it follows from.
    report.findings[0].severity = Severity::Medium;
    assert!(!is_after(&report));
    assert!(html::render(&report).unwrap().contains("Probably follows from"));
    // A cause that is not on the page hides nothing, and neither do two findings that name each other.
    report.findings[1].caused_by[0].anchor = "finding-elsewhere".into();
    assert!(!is_after(&report));
    let mut circle = benign();
    let back = circle.findings[1].caused_by.clone();
    circle.findings[0].caused_by = back;
    circle.findings[0].caused_by[0].anchor.clone_from(&follows);
    let page = html::render(&circle).unwrap();
    by_id(&parse(&page), &cause);
    by_id(&parse(&page), &follows);
}

/// A fold in a fold is found by nobody, and each says how much it holds.
#[test]
fn folds_are_never_nested_and_say_how_much_they_hold() {
    for report in [benign(), crowded(), crate::support::report::ready(), crate::support::report::cannot_say()]
    {
        let page = html::render(&report).unwrap();
        let document = parse(&page);
        let folds = || document.descendants().filter(|node| node.has_tag_name("details"));
        assert!(folds().count() > 3);
        for fold in folds() {
            assert!(!fold.ancestors().skip(1).any(|up| up.has_tag_name("details")), "{fold:?}");
            let summary = fold.children().find(|child| child.has_tag_name("summary")).unwrap();
            let words: String = summary
                .descendants()
                .filter(roxmltree::Node::is_text)
                .filter_map(|node| node.text())
                .collect();
            let says = words.bytes().any(|byte| byte.is_ascii_digit()) || words == "How to read this page";
            assert!(says, "{words}");
        }
    }
}

/// Many files of an old build are one thing to say; where many nodes deviate, each row names its own.
#[test]
fn files_of_one_cause_are_one_line_and_many_nodes_need_no_columns() {
    let cell = |state, text: &str| Cell { text: text.to_owned(), state, note: String::new() };
    let row =
        |label: String, cells: Vec<Cell>| MatrixRow { label, cells, parity: Parity::Same, differs: true };
    let mut report = benign();
    let odd = |text: &str| {
        [(CellState::Same, "a"), (CellState::Same, "a"), (CellState::Odd, text)]
            .map(|(state, text)| cell(state, text))
            .to_vec()
    };
    let files = (0..9).map(|number| row(format!("bin/{number}.dll"), odd("61 B, c58179cf…")));
    let group = |title: &str, rows: Vec<MatrixRow>| MatrixGroup { title: title.to_owned(), rows };
    report.matrix.groups = vec![
        group("Product", vec![row("Build".into(), odd("11.6.000001"))]),
        group("Files in bin (9 differ)", files.collect()),
    ];
    let page = html::render(&report).unwrap();
    assert!(page.contains("9 files: 9 in bin</th>"));
    assert!(page.contains("9 files of 11.6.000001, as expected"));
    assert!(page.contains("bin/0.dll, bin/1.dll"));
    assert_eq!(page.matches("<tr id=\"row-").count(), 1, "only the build has a row of its own");
    // A node without a bundle has no column; it is named above the table.
    let mut blind = report.clone();
    let mut card = blind.nodes[0].clone();
    (card.name, card.bundle) = ("WEB04".to_owned(), false);
    blind.nodes.push(card);
    blind.matrix.nodes.push("WEB04".to_owned());
    for row in blind.matrix.groups.iter_mut().flat_map(|group| &mut group.rows) {
        row.cells.push(cell(CellState::Unknown, "unknown"));
    }
    let page = html::render(&blind).unwrap();
    assert!(page.contains("so not compared: WEB04.") && !page.contains("<th scope=\"col\">WEB04"));
    // Twelve nodes, of which six deviate with two values.
    let names: Vec<String> = (1..=12).map(|number| format!("N{number:02}")).collect();
    report.matrix.nodes.clone_from(&names);
    let cells = (0..12).map(|at| match at % 4 {
        1 => cell(CellState::Odd, "two"),
        3 => cell(CellState::Odd, "three"),
        _ => cell(CellState::Same, "one"),
    });
    report.matrix.groups = vec![group("IIS", vec![row("Pool".into(), cells.collect())])];
    let page = html::render(&report).unwrap();
    let text: String =
        parse(&page).descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text()).collect();
    assert!(text.contains("Nodes that deviate"));
    for needle in ["N02, N06, N10", "N04, N08, N12"] {
        assert!(text.contains(needle), "{needle}");
    }
}

/// The strip says fault, warning, clear, partly or not looked at, as the findings and the checks are.
#[test]
fn areas_say_what_was_found_in_them() {
    let state = |report: &Report, area: Area| {
        let page = html::render(report).unwrap();
        let document = parse(&page);
        let word = area.word();
        let found = document
            .descendants()
            .find(|node| node.attribute("data-area") == Some(word) && node.has_tag_name("li"));
        found.and_then(|node| node.attribute("class").map(str::to_owned))
    };
    let mut report = benign();
    let area = report.verdict.areas[0].area;
    report.verdict.areas[0].looked = clusterbrief::finding::Looked::Whole;
    let rule = report.coverage.rules[0].rule.clone();
    report.coverage.rules.iter_mut().for_each(|one| one.area = Area::Security);
    report.coverage.rules[0].area = area;
    report.findings.truncate(1);
    report.findings[0].rule = rule;
    for (severity, word) in
        [(Severity::Blocker, "fault"), (Severity::High, "warning"), (Severity::Low, "clear")]
    {
        report.findings[0].severity = severity;
        assert_eq!(state(&report, area).as_deref(), Some(word), "{severity:?}");
    }
    report.verdict.areas[0].looked = clusterbrief::finding::Looked::Partly;
    assert_eq!(state(&report, area).as_deref(), Some("partly"));
    report.verdict.areas[0].looked = clusterbrief::finding::Looked::NotApplicable;
    assert_eq!(state(&report, area), None);
}

#[test]
fn the_top_names_the_case_and_the_age_of_its_evidence() {
    let mut report = benign();
    let top = |report: &Report| {
        let page = html::render(report).unwrap();
        let document = parse(&page);
        let header = document.descendants().find(|node| node.attribute("class") == Some("top")).unwrap();
        header
            .descendants()
            .filter(roxmltree::Node::is_text)
            .filter_map(|node| node.text())
            .collect::<String>()
    };
    assert!(
        top(&report).contains("Case Autumn upgrade, customer Example Ltd, ticket 4711"),
        "{}",
        top(&report)
    );
    report.case = None;
    report.balancer.clear();
    "2026-11-20T12:00:00Z".clone_into(&mut report.as_of);
    for node in &mut report.nodes {
        node.collected = Some("2026-11-17T23:30:00+01:00".to_owned());
    }
    let text = top(&report);
    assert!(
        text.contains("WEB01, WEB02, WEB03") && text.contains("Evidence of 2026-11-17, 3 days old"),
        "{text}"
    );
    report.nodes[1].collected = Some("2026-11-19T08:00:00+01:00".to_owned());
    assert!(top(&report).contains("Evidence of 2026-11-17 to 2026-11-19, 1 day old"), "{}", top(&report));
}

#[test]
fn every_blocker_and_ten_high_findings_are_open() {
    let mut report = benign();
    let model = report.findings[2].clone();
    for number in 0..30 {
        let mut one = model.clone();
        (one.severity, one.anchor) = (Severity::High, format!("finding-high{number}"));
        one.caused_by.clear();
        report.findings.insert(2, one);
    }
    let page = html::render(&report).unwrap();
    let document = parse(&page);
    let open = |severity: Severity| {
        let wanted = format!("finding {}", severity.word());
        let found = document.descendants().filter(|node| {
            node.attribute("class").is_some_and(|class| class.starts_with(&wanted))
                && node.ancestors().any(|up| up.attribute("id") == Some("findings"))
        });
        found.filter(|node| !node.ancestors().any(|up| up.has_tag_name("details"))).count()
    };
    let blockers = report.findings.iter().filter(|one| one.severity == Severity::Blocker).count();
    assert_eq!((open(Severity::Blocker), open(Severity::High), open(Severity::Medium)), (blockers, 10, 0));
    assert!(page.contains(" more high</summary>"));
}

#[test]
fn the_page_loads_nothing_and_runs_only_what_its_policy_names() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = html::render(&benign()).unwrap();
    let document = parse(&page);
    let text_of = |tag: &str| {
        let found: Vec<_> = document.descendants().filter(|node| node.has_tag_name(tag)).collect();
        assert_eq!(found.len(), 1, "one <{tag}>");
        found[0].text().unwrap().to_owned()
    };
    let policy = document
        .descendants()
        .find(|node| node.attribute("http-equiv") == Some("Content-Security-Policy"))
        .and_then(|node| node.attribute("content"))
        .unwrap();
    for tag in ["style", "script"] {
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text_of(tag)));
        assert!(policy.contains(&format!("{tag}-src 'sha256-{hash}'")), "{policy}");
    }
    assert!(policy.starts_with("default-src 'none';"));
    for element in document.descendants() {
        for attribute in element.attributes() {
            let name = attribute.name();
            assert!(
                !name.starts_with("on") && !["style", "src", "action", "srcset"].contains(&name),
                "{name}"
            );
            assert!(name != "href" || attribute.value().starts_with('#'), "{}", attribute.value());
        }
    }
    assert!(!text_of("style").contains("url(") && !text_of("style").contains("@import"));
}

#[test]
fn every_link_has_a_target_and_every_id_is_unique() {
    for report in [benign(), crate::support::report::ready(), crate::support::report::cannot_say()] {
        let page = html::render(&report).unwrap();
        let document = parse(&page);
        let ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id is used twice");
        for element in document.descendants() {
            for target in
                ["href", "for", "aria-labelledby"].iter().filter_map(|name| element.attribute(*name))
            {
                assert!(ids.contains(&target.trim_start_matches('#')), "{target} leads nowhere");
            }
        }
    }
}

#[test]
fn a_page_of_a_source_links_to_the_source() {
    let mut report = benign();
    "CLU:web-clustering".clone_into(&mut report.findings[0].sources[0].key);
    let page = html::render(&report).unwrap();
    assert!(page.contains("<a href=\"#source-CLU\" title=\"CLU:web-clustering\">CLU</a>"));
}

#[test]
fn the_page_says_everything_in_its_order() {
    let whole = PageOptions { with_plan: true, ..PageOptions::default() };
    let page = html::render_with(&benign(), &whole).unwrap();
    let at = |needle: &str| page.find(needle).unwrap_or_else(|| panic!("{needle} is not in the page"));
    let order = [
        "safety",
        "verdict",
        "actions",
        "findings",
        "errors",
        "compared",
        "ask",
        "upgrade",
        "plan",
        "checklist",
        "appendix",
    ];
    let places: Vec<_> = order.iter().map(|id| at(&format!("<section id=\"{id}\""))).collect();
    assert!(places.is_sorted());
    let document = parse(&page);
    let text: String =
        document.descendants().filter(roxmltree::Node::is_text).filter_map(|node| node.text()).collect();
    let report = benign();
    for finding in report.findings.iter().chain(&report.safety) {
        for piece in [&finding.title, &finding.remedy, &finding.rule, &finding.evidence[0].text] {
            assert!(text.contains(piece), "{piece}");
        }
    }
    for needle in [
        "Is this 3-node cluster ready for the upgrade to 11.7.000061?",
        "behind: runs 11.6.000001",
        "2021 docs",
        "logs/SS.log:48122",
        "Never generate a new encryption.config",
        "please send us:",
        "of them are only in the JSON report",
        "SS.log.4 was truncated",
        "9f2c1d4be8a07733d05a6cf1e2b49880c6a1d3f07e5b2298416adf3390cb7e15",
        "Not affiliated",
    ] {
        assert!(text.contains(needle), "{needle}");
    }
    let headings: Vec<_> = document
        .descendants()
        .filter_map(|node| {
            node.tag_name().name().strip_prefix('h').and_then(|level| level.parse::<u8>().ok())
        })
        .collect();
    assert_eq!(headings[0], 1);
    assert!(
        headings.windows(2).all(|pair| pair[1] <= pair[0] + 1),
        "a heading level is skipped: {headings:?}"
    );
}

#[test]
fn a_page_shows_at_most_200_rows_a_rule_and_says_so() {
    let report = crowded();
    let page = html::render(&report).unwrap();
    let shown = page.matches("File ").count();
    assert!((190..=201).contains(&shown), "{shown}");
    assert!(page.contains("200 of 5\u{202f}001 findings shown; all are in the JSON report."));
    assert!(page.contains("4\u{202f}800 more pieces of evidence in the JSON report."));
    let value: Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
    assert_eq!(value["findings"].as_array().unwrap().len(), report.findings.len());
    assert!(page.len() < 2_000_000, "{}", page.len());
}

#[test]
fn a_page_without_findings_is_small() {
    let page = html::render(&crate::support::report::ready()).unwrap();
    assert!(page.len() < 150_000, "{}", page.len());
    assert!(page.contains("No logs were supplied, so errors could not be checked."));
    assert!(page.contains(">READY<") && !page.contains("id=\"filter\""));
}

/// Files below a folder, with their paths relative to it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn templates_escape_by_their_name_and_nothing_is_marked_safe() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("report-templates");
    let unescaped = regex::Regex::new(r"\|\s*safe\b|autoescape").unwrap();
    let unquoted = regex::Regex::new(r"=\s*\{\{|=\s*\{%").unwrap();
    let sources = ["html", "kit_page", "markdown"].map(|format| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/report/{format}.rs")))
            .unwrap()
    });
    for file in files(&folder) {
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap();
        match (file.parent().unwrap().file_name().unwrap().to_str().unwrap(), ending) {
            ("html", "html") => {
                let bare = text.lines().find(|line| unquoted.is_match(line));
                assert_eq!(bare, None, "{name}: an attribute is not quoted");
            }
            ("markdown", "md") => {}
            // Inlined as they are: they must hold no template syntax, and nothing that ends their element.
            ("html", "css" | "js") => {
                for mark in ["{{", "{%", "{#", "<", "&"] {
                    assert!(!text.contains(mark), "{name} holds {mark}");
                }
            }
            (folder, _) => panic!("{folder}/{name}: this name would not be escaped"),
        }
        assert!(!unescaped.is_match(&text), "{name}");
        assert!(
            sources.iter().any(|source| source.contains(&format!("{name}\""))),
            "{name} is used by nobody"
        );
    }
}

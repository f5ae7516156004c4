//! The renderers from outside: what the pages hold, that hostile text stays text, and that nothing is lost.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests may fail the test they help"
)]

use clusterbrief::report::document::Document;
use clusterbrief::report::model::{FindingView, Report};
use clusterbrief::report::{html, json, markdown, terminal};
use pulldown_cmark::{Event, Options, Parser, Tag};
use roxmltree::ParsingOptions;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Everything that has ever broken out of a page, a ticket or a terminal, in one string.
const HOSTILE: &str = "\u{1b}]0;x\u{7}\u{1b}[2J <script>alert(1)</script> \"onmouseover='x' ' /> ]]> --> </style></title>\
     </details> {{ report }} {% raw %} &lt; &#x3c;img src=x onerror=1> <img/src=https://x.example/a.png> \r\n\r\n# head\n\
     - item\n> quote\n1. one\n| a | b |\n|---|---|\n```\n~~~~\n    code\n[a](javascript:x) ![b](https://x.example/b.png) \
     [c]: https://x.example `t` ``u`` ***v*** __w__ ~~x~~ <https://x.example> www.example.com a@b.example @everyone \
     $x$ \u{202e}cba\u{202c} \u{2028} \u{200b} \u{feff} \u{0} \u{85} \u{ffff} ==\n--- ";

fn as_is(text: &str) -> String {
    text.to_owned()
}

fn benign() -> Report {
    crate::support::report::mid_upgrade(&as_is)
}

/// The same report with every string hostile; an empty one stays empty, since what is absent is not shown.
fn hostile() -> Report {
    crate::support::report::mid_upgrade(&|text| {
        if text.is_empty() { String::new() } else { format!("{text}{HOSTILE}") }
    })
}

/// The plan of a report by itself.
fn plan_of(report: &Report) -> Document {
    Document::of_plan(report, report.plan.clone().unwrap(), None)
}

/// The checklist of a report by itself.
fn checklist_of(report: &Report) -> Document {
    Document::of_checklist(report, report.checklist.clone().unwrap())
}

/// Rendered pages are kept where `scripts/check-page` can open them in a browser.
fn keep(name: &str, text: &str) {
    fs::write(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name), text).unwrap();
}

fn parse(page: &str) -> roxmltree::Document<'_> {
    // The page is well-formed XML as well as HTML, so a strict parser can say what is in it.
    roxmltree::Document::parse_with_options(
        page,
        ParsingOptions { allow_dtd: true, ..ParsingOptions::default() },
    )
    .unwrap()
}

/// Elements with their attribute names, in order: all that a browser would build, without the text.
fn skeleton(page: &str) -> Vec<String> {
    parse(page)
        .descendants()
        .filter(roxmltree::Node::is_element)
        .map(|element| {
            let names: Vec<_> = element.attributes().map(|attribute| attribute.name()).collect();
            format!("{} {}", element.tag_name().name(), names.join(" "))
        })
        .collect()
}

/// What a Markdown reader would build, without the text.
fn outline(text: &str) -> Vec<String> {
    let mut events: Vec<String> = Parser::new_ext(text, Options::all())
        .filter_map(|event| match event {
            Event::Text(_) | Event::SoftBreak => None,
            Event::Code(_) => Some("code".to_owned()),
            Event::Start(Tag::CodeBlock(_)) => Some("block".to_owned()),
            other => Some(format!("{other:?}")),
        })
        .collect();
    events.dedup();
    events
}

#[test]
fn every_page_is_kept_for_the_browser_check() {
    keep("mid-upgrade.html", &html::render(&benign()).unwrap());
    keep("mid-upgrade.md", &markdown::render(&benign()).unwrap());
    keep("ready.html", &html::render(&crate::support::report::ready()).unwrap());
    keep("ready.md", &markdown::render(&crate::support::report::ready()).unwrap());
    keep("cannot-say.html", &html::render(&crate::support::report::cannot_say()).unwrap());
    keep("hostile.html", &html::render(&hostile()).unwrap());
    keep("crowded.html", &html::render(&crowded()).unwrap());
    keep("plan.html", &html::handout(&plan_of(&benign())).unwrap());
    keep("plan.md", &markdown::handout(&plan_of(&benign())).unwrap());
    keep("hostile-plan.html", &html::handout(&plan_of(&hostile())).unwrap());
    keep("checklist.html", &html::handout(&checklist_of(&benign())).unwrap());
    keep("checklist.md", &markdown::handout(&checklist_of(&benign())).unwrap());
}

/// The element with an id.
fn by_id<'a>(page: &'a roxmltree::Document, id: &str) -> roxmltree::Node<'a, 'a> {
    page.descendants().find(|node| node.attribute("id") == Some(id)).expect("an element of this id")
}

#[test]
fn what_follows_from_a_finding_is_shown_under_it_unless_it_is_graver() {
    let mut report = benign();
    let (cause, follows) = (report.findings[0].anchor.clone(), report.findings[1].anchor.clone());
    let is_inside = |report: &Report| {
        let page = html::render(report).unwrap();
        let page = parse(&page);
        by_id(&page, &follows).ancestors().any(|up| up.attribute("id") == Some(&cause))
    };
    assert!(is_inside(&report));
    let text = markdown::render(&report).unwrap();
    assert_eq!(text.matches("Probably consequences").count(), 1);
    assert_eq!(report.findings.iter().filter(|one| !one.caused_by.is_empty()).count(), 1);
    // A blocker never hides below something smaller; it says what it follows from.
    report.findings[0].severity = clusterbrief::finding::Severity::Medium;
    assert!(!is_inside(&report));
    assert!(html::render(&report).unwrap().contains("Probably follows from"));
    // A cause that is not on the page hides nothing, and neither do two findings that name each other.
    report.findings[1].caused_by[0].anchor = "finding-elsewhere".into();
    assert!(!is_inside(&report));
    let mut circle = benign();
    let back = circle.findings[1].caused_by.clone();
    circle.findings[0].caused_by = back;
    circle.findings[0].caused_by[0].anchor.clone_from(&follows);
    let page = html::render(&circle).unwrap();
    by_id(&parse(&page), &cause);
    by_id(&parse(&page), &follows);
}

/// Visits every string of a JSON value: its key, its path, itself.
fn walk(value: &Value, key: &str, path: &str, visit: &mut dyn FnMut(&str, &str, &str)) {
    match value {
        Value::String(text) => visit(key, path, text),
        Value::Array(items) => items.iter().for_each(|item| walk(item, key, path, visit)),
        Value::Object(map) => {
            map.iter().for_each(|(key, item)| walk(item, key, &format!("{path}.{key}"), visit));
        }
        _ => {}
    }
}

#[test]
fn the_hostile_report_is_hostile_everywhere() {
    // Words of our own that never come from an input.
    let fixed: BTreeSet<&str> = [
        "schema",
        "role",
        "state",
        "label",
        "severity",
        "confidence",
        "kind",
        "parity",
        "scope",
        "outcome",
        "status",
        "from",
        "purpose",
        "occasion",
        "stage", // Builds are numbers by their type.
        "build",
        "since",
    ]
    .into();
    let value: Value = serde_json::from_str(&json::render(&hostile()).unwrap()).unwrap();
    let mut seen = 0;
    walk(&value, "", "", &mut |key, path, text| {
        // Where a step is done is a word of ours, on which day somebody answered is not.
        let typed = path.ends_with(".steps.on") || path == ".plan.path.target";
        let ours = fixed.contains(key) || typed || path.starts_with(".tool.") || text.is_empty();
        if !ours {
            assert!(text.contains("onmouseover"), "{path} is not hostile: {text}");
            seen += 1;
        }
    });
    assert!(seen > 500, "{seen}");
}

#[test]
fn hostile_text_adds_nothing_to_the_page() {
    let pages = |report: &Report| {
        [html::render(report), html::handout(&plan_of(report)), html::handout(&checklist_of(report))]
            .map(Result::unwrap)
    };
    for (plain, attacked) in pages(&benign()).iter().zip(&pages(&hostile())) {
        let (plain, attacked) = (skeleton(plain), skeleton(attacked));
        for (index, (left, right)) in plain.iter().zip(&attacked).enumerate() {
            assert_eq!(left, right, "element {index}, after {:?}", &plain[index.saturating_sub(8)..index]);
        }
        assert_eq!(plain.len(), attacked.len());
    }
}

/// Whether a position lies in a fenced block.
fn in_code(text: &str, position: usize) -> bool {
    Parser::new_ext(text, Options::all())
        .into_offset_iter()
        .any(|(event, range)| matches!(event, Event::Start(Tag::CodeBlock(_))) && range.contains(&position))
}

#[test]
fn hostile_text_adds_nothing_to_the_ticket() {
    let (plain, attacked) = (markdown::render(&benign()).unwrap(), markdown::render(&hostile()).unwrap());
    // The hostile report is longer, and a ticket is shortened to fit: compare reports without evidence lists.
    let strip = |text: &str| outline(text).into_iter().collect::<BTreeSet<_>>();
    let added: Vec<_> = strip(&attacked).difference(&strip(&plain)).cloned().collect();
    assert!(added.is_empty(), "{added:#?}");
    for events in [outline(&plain), outline(&attacked)] {
        for event in events {
            for word in ["Html", "Link", "Image", "Footnote", "Math", "BlockQuote(Some", "HeadingLevel, H4"] {
                assert!(!event.contains(word), "{event}");
            }
        }
    }
    // Some readers turn bare addresses into links; outside code none is left whole.
    for (event, range) in Parser::new_ext(&attacked, Options::all()).into_offset_iter() {
        if matches!(event, Event::Text(_)) {
            assert!(!attacked[range.clone()].contains("https://") || in_code(&attacked, range.start));
        }
    }
}

#[test]
fn no_mark_of_markdown_changes_the_shape_of_a_ticket() {
    let texts = |report: &Report| {
        [
            markdown::render(report),
            markdown::handout(&plan_of(report)),
            markdown::handout(&checklist_of(report)),
        ]
        .map(Result::unwrap)
    };
    let plain = texts(&benign()).map(|text| outline(&text));
    for mark in [
        "# ",
        "- ",
        "+ ",
        "* ",
        "> ",
        "1. ",
        "2) ",
        "    ",
        "\t",
        "---",
        "===",
        "```",
        "~~~",
        "`",
        "``",
        "*",
        "**",
        "_",
        "__",
        "~~",
        "|",
        "\\",
        "\\\\",
        "<b>",
        "<!--",
        "&lt;",
        "![a](b)",
        "[a](b)",
        "[a]: b",
        "[^a]",
        "<https://a.example>",
        "$",
        "$$",
        "\n\n",
        "\r\n",
        "| - |\n",
        "- [ ] ",
        "{#a}",
        ":::",
        "^",
    ] {
        for text in [&|text: &str| format!("{mark}{text}") as _, &|text: &str| format!("{text}{mark}")]
            as [crate::support::report::Text; 2]
        {
            let report = crate::support::report::mid_upgrade(&|plain| {
                if plain.is_empty() { String::new() } else { text(plain) }
            });
            for (attacked, plain) in texts(&report).iter().zip(&plain) {
                assert_eq!(&outline(attacked), plain, "{mark:?} in\n{attacked}");
            }
        }
    }
}

#[test]
fn hostile_text_cannot_steer_a_terminal() {
    let sequences = regex::Regex::new("\u{1b}\\[[0-9;]+m").unwrap();
    let screens = |colour| {
        let (plan, checklist) = (plan_of(&hostile()), checklist_of(&hostile()));
        [
            terminal::render(&hostile(), 80, colour),
            terminal::handout(&plan, 80, colour),
            terminal::handout(&checklist, 80, colour),
        ]
    };
    for (plain, painted) in screens(false).iter().zip(&screens(true)) {
        assert!(plain.chars().all(|c| c == '\n' || !c.is_control()), "{plain:?}");
        assert!(!plain.contains('\u{202e}'));
        assert_eq!(sequences.replace_all(painted, ""), *plain);
    }
}

#[test]
fn the_page_asks_for_nothing_and_runs_only_what_its_policy_names() {
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
fn every_link_leads_somewhere_and_every_id_is_one() {
    for report in [benign(), crate::support::report::ready(), crate::support::report::cannot_say()] {
        let page = html::render(&report).unwrap();
        let document = parse(&page);
        let ids: Vec<_> = document.descendants().filter_map(|node| node.attribute("id")).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "an id stands twice");
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
    assert!(page.contains("<a href=\"#source-CLU\">CLU:web-clustering</a>"));
}

#[test]
fn the_page_says_everything_in_its_order() {
    let page = html::render(&benign()).unwrap();
    let at = |needle: &str| page.find(needle).unwrap_or_else(|| panic!("{needle} is not in the page"));
    let order = [
        "safety",
        "verdict",
        "actions",
        "plan",
        "checklist",
        "missing",
        "matrix",
        "findings",
        "errors",
        "coverage",
        "inputs",
        "rules",
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
        "Is this cluster ready to upgrade to 11.7.000061?",
        "behind: runs 11.6.000001",
        "2021 docs",
        "logs/SS.log:48122",
        "Never generate a new encryption.config",
        "Please send two things.",
        "50 of 63 rows shown, 12 of the others differ",
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

/// Many findings of one rule, and one with very much evidence.
fn crowded() -> Report {
    let mut report = benign();
    let template = report.findings[2].clone();
    let number = |finding: &FindingView, n: usize| {
        let mut finding = finding.clone();
        finding.anchor = format!("finding-{n:016x}");
        finding.title = format!("File {n} differs");
        finding
    };
    report.findings.extend((0..5_000).map(|n| number(&template, n)));
    let mut wide = number(&report.findings[0], 9_999);
    "CLU-009".clone_into(&mut wide.rule);
    wide.evidence = vec![template.evidence[1].clone(); 5_000];
    report.findings.push(wide);
    for n in 0..600 {
        let mut one = number(&template, 10_000 + n);
        one.rule = format!("CFG-{:03}", n % 60);
        one.title = format!("Setting {n} differs");
        report.findings.push(one);
    }
    report
}

#[test]
fn a_page_shows_at_most_200_rows_a_rule_and_says_so() {
    let report = crowded();
    let page = html::render(&report).unwrap();
    let shown = page.matches("File ").count();
    assert!((190..=201).contains(&shown), "{shown}");
    assert!(page.contains("200 of 5\u{202f}001 findings shown; all are in the JSON report."));
    assert!(page.contains("4\u{202f}800 more pieces of evidence not shown here."));
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

#[test]
fn the_terminal_summary_fits_and_says_what_to_do() {
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
    let root: Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    for report in [benign(), hostile(), crate::support::report::ready(), crate::support::report::cannot_say()]
    {
        let value: Value = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
        assert_eq!(crate::support::schema::violations(&root, &root, &value, "$"), Vec::<String>::new());
    }
    let handed = |report| [plan_of(report), checklist_of(report)];
    for handout in handed(&benign()).iter().chain(&handed(&hostile())) {
        let value: Value = serde_json::from_str(&json::render(handout).unwrap()).unwrap();
        let violations = crate::support::schema::violations(&root, &root["$defs"]["Handout"], &value, "$");
        assert_eq!(violations, Vec::<String>::new());
    }
    // The check itself bites.
    let mut value: Value = serde_json::from_str(&json::render(&benign()).unwrap()).unwrap();
    value["verdict"]["state"] = "fine".into();
    value["inputs"][0].as_object_mut().unwrap().remove("reason");
    value["extra"] = 1.into();
    assert_eq!(crate::support::schema::violations(&root, &root, &value, "$").len(), 3);
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
    let sources = ["html", "markdown"].map(|format| {
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

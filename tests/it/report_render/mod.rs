//! The renderers from outside: what the pages hold, that hostile text stays text, and that nothing is lost.

mod hostile;
mod large;
mod other_formats;
mod page;
mod since;

use clusterbrief::report::document::Document;
use clusterbrief::report::model::{FindingView, Report};
use clusterbrief::report::{html, markdown};
use pulldown_cmark::{Event, Options, Parser, Tag};
use roxmltree::ParsingOptions;
use std::fs;
use std::path::PathBuf;

/// Everything that has ever broken out of a page, a ticket or a terminal, in one string.
const HOSTILE: &str = "\u{1b}]0;x\u{7}\u{1b}[2J <script>alert(1)</script> \"onmouseover='x' ' /> ]]> --> </style></title>\
     </details> {{ report }} {% raw %} &lt; &#x3c;img src=x onerror=1> <img/src=https://x.example/a.png> \r\n\r\n# head\n\
     - item\n> quote\n1. one\n| a | b |\n|---|---|\n```\n~~~~\n    code\n[a](javascript:x) ![b](https://x.example/b.png) \
     [c]: https://x.example `t` ``u`` ***v*** __w__ ~~x~~ <https://x.example> www.example.com a@b.example @everyone \
     $x$ \u{202e}cba\u{202c} \u{2028} \u{200b} \u{feff} \u{0} \u{85} \u{ffff} ==\n--- ";

pub(crate) fn as_is(text: &str) -> String {
    text.to_owned()
}

pub(crate) fn benign() -> Report {
    crate::support::report::mid_upgrade(&as_is)
}

/// The same report with every string hostile; an empty one stays empty, since what is absent is not shown.
fn hostile() -> Report {
    crate::support::report::mid_upgrade(&|text| {
        if text.is_empty() { String::new() } else { format!("{text}{HOSTILE}") }
    })
}

/// The plan of a report by itself.
pub(crate) fn plan_of(report: &Report) -> Document {
    Document::of_plan(report, report.plan.clone().unwrap(), None)
}

/// The checklist of a report by itself.
pub(crate) fn checklist_of(report: &Report) -> Document {
    Document::of_checklist(report, report.checklist.clone().unwrap())
}

/// Rendered pages are kept where `scripts/check-page` can open them in a browser.
pub(crate) fn keep(name: &str, text: &str) {
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
pub(crate) fn outline(text: &str) -> Vec<String> {
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

/// Many findings of one rule, and one with very much evidence.
pub(crate) fn crowded() -> Report {
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

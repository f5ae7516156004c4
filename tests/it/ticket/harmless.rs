//! Nothing from evidence is a mention, a reference, a link, a picture, a macro or an element.

use super::{kept, made};
use crate::report_render::plan_of;
use clusterbrief::report::format::Content;
use clusterbrief::report::ticket::{Tracker, render};
use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

/// The reports and plans that somebody made hostile, as tickets of a system, each with its name.
fn hostile(tracker: Tracker) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, report) in made() {
        let plan = report.plan.is_some().then(|| plan_of(&report));
        all.push((name.to_owned(), render(Content::Report(&report), tracker, Some("@all #12.html"))));
        all.extend(
            plan.map(|plan| (format!("{name}-plan"), render(Content::Document(&plan), tracker, None))),
        );
    }
    for (name, text) in &all {
        kept(name, tracker, text);
    }
    all
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// What GitHub finds in a text that is no code.
fn found_by_github(text: &str) -> Vec<String> {
    [
        r"@[\w/-]",
        r"#\w",
        r"(?i)\bgh-\d",
        r"(?i)[a-z]-\d",
        r"://",
        r"(?i)\bwww\.",
        r"(?i)\b(mailto|xmpp):",
        r"\b[0-9a-f]{7,40}\b",
        r"(?i):[a-z0-9_+-]*[a-z_+][a-z0-9_+-]*:",
        r"\$\S",
    ]
    .iter()
    .flat_map(|pattern| {
        regex(pattern).find_iter(text).map(|found| found.as_str().to_owned()).collect::<Vec<_>>()
    })
    .collect()
}

#[test]
fn github_finds_nothing_in_evidence() {
    for (name, ticket) in hostile(Tracker::Github) {
        let (mut code, mut words, mut headings) = (false, String::new(), 0);
        for event in Parser::new_ext(&ticket, Options::all()) {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    assert!(matches!(kind, CodeBlockKind::Fenced(_)), "{name}: a block that is no block");
                    code = true;
                }
                Event::End(TagEnd::CodeBlock) => code = false,
                Event::Start(Tag::Heading { .. }) => headings += 1,
                Event::Text(text) if !code => words.push_str(&text),
                Event::Text(_) | Event::SoftBreak => {}
                // Something between two words, so that they are no one word.
                Event::Code(_) => words.push('\u{1}'),
                Event::Start(Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::Strong)
                | Event::End(
                    TagEnd::Paragraph | TagEnd::List(_) | TagEnd::Item | TagEnd::Strong | TagEnd::Heading(_),
                ) => {
                    words.push('\n');
                }
                other => panic!("{name}: {other:?}\n{ticket}"),
            }
        }
        assert_eq!(found_by_github(&words), Vec::<String>::new(), "{name}");
        assert!(headings <= 12, "{name}: {headings} headings");
    }
    assert!(
        found_by_github("ask @x, #12, GH-12, :+1:, 1a2b3c4, http://x, www.x, $x$").len() >= 8,
        "the check bites"
    );
}

/// Elements that a ticket in HTML is made of.
const ELEMENTS: [&str; 7] = ["p", "strong", "ul", "ol", "li", "code", "pre"];

#[test]
fn html_has_few_elements_without_attributes_and_no_marks() {
    for tracker in [Tracker::Zendesk, Tracker::Servicenow, Tracker::Teams] {
        for (name, ticket) in hostile(tracker) {
            let mut inner = ticket.trim_end();
            if tracker == Tracker::Servicenow {
                inner = inner.strip_prefix("[code]").and_then(|text| text.strip_suffix("[/code]")).unwrap();
                assert!(!inner.contains('\n') || inner.contains("<pre>"), "{name}: an empty line");
            }
            assert!(!inner.contains(['[', ']', '{', '}']), "{name}: {inner}");
            let wrapped = format!("<ticket>{inner}</ticket>");
            let document = roxmltree::Document::parse(&wrapped).unwrap();
            let mut words = String::new();
            for node in document.root_element().descendants().skip(1) {
                if node.is_element() {
                    assert!(ELEMENTS.contains(&node.tag_name().name()), "{name}: {:?}", node.tag_name());
                    assert_eq!(node.attributes().count(), 0, "{name}: {node:?}");
                    words.push('\n');
                } else {
                    assert!(node.is_text(), "{name}: {node:?}");
                    words.push_str(node.text().unwrap_or_default());
                }
            }
            for pattern in
                [r"@\w", r"#\w", "://", r"(?i)www\.", r"\{\{", r"\{%", r"(?i):[a-z_+][a-z0-9_+-]*:"]
            {
                let found = regex(pattern).find(&words).map(|found| found.as_str().to_owned());
                assert_eq!(found, None, "{name} for {}: {pattern}", tracker.name());
            }
        }
    }
}

#[test]
fn jira_finds_marks_of_ours_only() {
    let bold = regex(r"(^|\s)\*([^*\n]+)\*(\s|[.,:;)]|$)");
    let code = regex(r"\{\{[\w./ ,]+\}\}");
    for (name, ticket) in hostile(Tracker::Jira) {
        let mut verbatim = false;
        for line in ticket.lines() {
            if line == "{noformat}" {
                verbatim = !verbatim;
                continue;
            }
            if verbatim {
                assert!(!line.contains("{noformat"), "{name}: {line}");
                continue;
            }
            let text =
                ["h2. ", "h3. ", "* ", "# "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line);
            let text = code.replace_all(text, "code");
            let text = bold.replace_all(&text, "$1$2$3").into_owned();
            let text = bold.replace_all(&text, "$1$2$3").into_owned();
            let words = regex(r"&#\d+;").replace_all(&text, "\u{1}").into_owned();
            for pattern in [
                r"[{}\[\]*|^~!#@<>&`\\]",
                r"--",
                r"\?\?",
                r"^(h\d|bq|fn\d+)\.",
                r"(?i)[a-z]-\d",
                r"://",
                r"(?i)mailto:",
                r":[()DP]|;\)|\([yni/x!?+*-]\)",
                r"(^|\s)[-_+]\S",
            ] {
                let found = regex(pattern).find(&words).map(|found| found.as_str().to_owned());
                assert_eq!(found, None, "{name}: {pattern} in {line}");
            }
        }
        assert!(!verbatim, "{name}: a block is open");
    }
}

#[test]
fn plain_text_steers_nothing() {
    for (name, ticket) in hostile(Tracker::Plain) {
        assert!(!ticket.contains(|c: char| c.is_control() && c != '\n'), "{name}");
        assert!(!ticket.contains(['\u{202e}', '\u{200b}', '\u{feff}']), "{name}");
    }
}

//! Hostile text in every string of a report changes no format.

use super::{benign, checklist_of, hostile, outline, plan_of, skeleton};
use clusterbrief::report::model::Report;
use clusterbrief::report::{html, json, markdown, terminal};
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value;
use std::collections::BTreeSet;

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
        "grade",
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
        "due",
        "stage", // Builds are numbers by their type.
        "build",
        "since",
    ]
    .into();
    let value: Value = serde_json::from_str(&json::render(&hostile()).unwrap()).unwrap();
    let mut seen = 0;
    walk(&value, "", "", &mut |key, path, text| {
        // The place of a step is our own word; the day of an answer comes from outside.
        let typed =
            path.ends_with(".steps.on") || path == ".plan.path.target" || path.starts_with(".plan.builds.");
        let verdict = path.starts_with(".verdict.areas") || path == ".verdict.checks" || key == "area";
        // The times of the axis are made by this program.
        let of_axis = path.starts_with(".errors.axis.") || path.starts_with(".errors.first.");
        let times = of_axis && ["at", "local", "to", "utc_offset", "level"].contains(&key);
        // So are names and hours of patterns, and the parts of the product.
        let of_pattern = path.starts_with(".errors.patterns.")
            && (["hour", "level"].contains(&key)
                || path.ends_with(".components")
                || path == ".errors.patterns.id");
        // The parts of a kit are a table of ours.
        let of_kit = path == ".missing.kit"
            || path == ".kit.command"
            || (path.starts_with(".kit.parts.") && ["part", "file", "title", "place"].contains(&key));
        let ours = times
            || of_kit
            || of_pattern
            || fixed.contains(key)
            || typed
            || verdict
            || path.starts_with(".tool.")
            || text.is_empty();
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

/// Whether a position is in a fenced block.
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

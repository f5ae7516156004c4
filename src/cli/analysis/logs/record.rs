//! A knowledge record of a pattern, to complete.

use crate::knowledge::Signature;
use crate::model::log::{EntryLevel, PatternKey};
use crate::text::escape::one_line;

/// Shortest text that a record may search for, in bytes.
const SHORTEST: usize = 8;
/// Characters of a title.
const TITLE: usize = 70;

/// A knowledge file with a record of a pattern, beside those that are `known`.
pub(super) fn record(key: &PatternKey, known: &[Signature]) -> String {
    let said: Vec<&str> = [&key.wording, &key.exception]
        .map(String::as_str)
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let said = one_line(&said.join(" "));
    let said = if said.is_empty() { "Write the text of the error here".to_owned() } else { said };
    let text = text(key).unwrap_or_else(|| format!("{} {said}", one_line(&key.logger)));
    let logger = if key.logger.is_empty() { "Logger".to_owned() } else { one_line(&key.logger) };
    let level = if key.level == EntryLevel::Warning { "WARN" } else { "ERROR" };
    let example = format!("2026-01-01 00:00:00,000 [1] {level} {logger} - {said}");
    let has_text = |line: &str| line.to_lowercase().contains(&text.to_lowercase());
    let example = if has_text(&example) { example } else { format!("{example} {text}") };
    // What is known already is more precise.
    let is_known = |one: &&Signature| {
        one.matching_pattern(&example).is_some() || one.example.as_deref().is_some_and(has_text)
    };
    let overlaps: Vec<String> = known.iter().filter(is_known).map(|one| string(&one.id)).collect();
    let overlaps =
        if overlaps.is_empty() { String::new() } else { format!("overlaps = [{}]\n", overlaps.join(", ")) };
    let title: String = said.chars().take(TITLE).collect();
    let (id, title, text, example) = (key.id(), string(&title), string(&text), string(&example));
    format!(
        r#"# A knowledge record of pattern {id}. docs/logs.md says how to complete it: sources, numbers of your own for
# E-900 and LOG-900, and the sentences. Then: clusterbrief knowledge check DIR
edition = "2026-01-01"

[[source]]
key = "OURS"
title = "Notes of our support team"
age = "2026"

[[signature]]
id = "E-900"
title = {title}
family = "web"
severity = "medium"
rules = ["LOG-900"]
seen = "Logs."
cause = "Write why it happens."
fix = "Write what to do."
cause-verified = false
cites = [{{ source = "OURS", status = "inferred" }}]
{overlaps}example = {example}

[[signature.wording]]
texts = [{text}]
weight = "literal"

[[rule]]
id = "LOG-900"
title = {title}
severity = "medium"
subject = "node"
family = "signature"
cites = [{{ source = "OURS", status = "inferred" }}]
what = "Whether the logs of the node have this error."
why = "Write what it does to users."
fix = "Write what to do."
blind = "Errors in other words."
"#
    )
}

/// What to search for: of the texts between slots and the exception the one with most words.
fn text(key: &PatternKey) -> Option<String> {
    let words: Vec<&str> = key.wording.split(' ').collect();
    let is_slot = |word: &&str| word.contains(['<', '>', '{']);
    let texts = words.split(is_slot).map(|words| one_line(&words.join(" ")));
    let texts = texts.chain([one_line(&key.exception)]).filter(|text| text.len() >= SHORTEST);
    texts.max_by_key(|text| (text.matches(' ').count(), text.len()))
}

/// A text as a string of TOML, of which those of JSON are.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

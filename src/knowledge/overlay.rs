//! Checks of a support team's own records: what the tests check for built-in records is checked here when they are loaded.

use super::layer::{Layers, Located, failed};
use super::rows::{Family, RuleMeta};
use super::signatures::Signature;
use crate::finding::SubjectKind;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most characters of a question: pages show it in one line, with the outcome.
const MOST_OF_A_QUESTION: usize = 80;

/// What is wrong with a rule, as lower-case fragments.
pub(super) fn rule(rule: &RuleMeta, layers: &Layers) -> Vec<String> {
    let texts = [&rule.title, &rule.description, &rule.rationale, &rule.remediation, &rule.limitations];
    let of_cluster: &[SubjectKind] = &[SubjectKind::Cluster];
    let of_facts: &[SubjectKind] = &[SubjectKind::Cluster, SubjectKind::Database, SubjectKind::Node];
    let (subjects, has_rows) = match rule.family {
        Family::Expectation => (of_facts, layers.expectations.iter().any(|row| row.record.rule == rule.id)),
        Family::Question => (of_facts, layers.questions.iter().any(|row| row.record.id == rule.id)),
        Family::Signature => (
            &[SubjectKind::Node, SubjectKind::Database][..],
            layers.signatures.iter().any(|one| one.record.rules.contains(&rule.id)),
        ),
        Family::Parity => {
            (of_cluster, layers.parity.iter().any(|row| row.record.rule.as_ref() == Some(&rule.id)))
        }
        Family::Step => {
            (of_cluster, layers.steps.iter().any(|step| step.record.rule.as_ref() == Some(&rule.id)))
        }
        Family::Problem => (&[SubjectKind::Input][..], false),
        Family::Code => (&[][..], false),
    };
    let is_id = Regex::new("^[A-Z]{3}-[0-9]{3}$").is_ok_and(|id| id.is_match(&rule.id));
    failed(&[
        (!is_id, "an id is three capital letters, a hyphen and three digits, such as SYS-101"),
        (
            texts.iter().any(|text| text.trim().is_empty()),
            "title, what, why, fix and blind must all have a text",
        ),
        (!is_question(&rule.question), "a question ends with \"?\" and has at most 80 characters"),
        (!subjects.contains(&rule.subject), "rules of its family do not have this subject"),
        (!has_rows, "no record uses it: none of the kind that its family reads names this rule"),
    ])
}

/// Whether a rule may have it as its question; it may have none.
fn is_question(text: &str) -> bool {
    text.is_empty() || (text.ends_with('?') && text.chars().count() <= MOST_OF_A_QUESTION)
}

/// What is wrong with the texts of a signature, as a lower-case fragment: a pattern does not compile, it does not match
/// its own example, or a line matches two signatures and neither is marked as the more precise one.
pub(super) fn signature(own: &Signature, claims: &Claims<'_>) -> Option<String> {
    for pattern in &own.patterns {
        if let Err(error) = Regex::new(&pattern.regex_source()) {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return Some(format!("a pattern does not compile: {why}"));
        }
    }
    let example = own.example.as_deref()?;
    if own.matching_pattern(example).is_none() {
        return Some("it does not match its own example".into());
    }
    if let Some(line) = own.counter_examples.iter().find(|line| own.matching_pattern(line).is_some()) {
        return Some(format!("it matches its counter-example \"{line}\""));
    }
    let other = claims.0.get(own.id.as_str())?;
    Some(format!("it and {other} match the same line, and neither names the other in `overlaps`"))
}

/// Signatures that match the example of another one and do not say so, each with the first other one, both ways.
pub(super) struct Claims<'a>(BTreeMap<&'a str, &'a str>);

/// Bytes that a text and what it matches have in common; no text is shorter.
const GRAM: usize = 8;

impl<'a> Claims<'a> {
    /// Finds them. Only texts that have a part in common are compared, so that many signatures take no longer together
    /// than one after the other.
    pub(super) fn of(all: &'a [Located<Signature>]) -> Self {
        let plain = |text: &str| -> String {
            text.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
        };
        let mut grams: HashMap<Vec<u8>, BTreeSet<usize>> = HashMap::new();
        let examples: Vec<String> = all
            .iter()
            .map(|one| one.record.example.as_deref().unwrap_or_default().to_ascii_lowercase())
            .collect();
        for (index, example) in examples.iter().enumerate() {
            for gram in plain(example).as_bytes().windows(GRAM) {
                grams.entry(gram.to_vec()).or_default().insert(index);
            }
        }
        let none = BTreeSet::new();
        let every: BTreeSet<usize> = (0..examples.len()).collect();
        let mut claims = BTreeMap::new();
        for one in all.iter().map(|one| &one.record) {
            for pattern in &one.patterns {
                let compiled = pattern.regex.as_ref().map(|_| Regex::new(&pattern.regex_source()));
                let candidates = |text: &String| {
                    let text = plain(text);
                    // What fewest examples have.
                    let few = text.as_bytes().windows(GRAM).map(|gram| grams.get(gram).unwrap_or(&none));
                    few.min_by_key(|examples| examples.len()).unwrap_or(&none)
                };
                let candidates: BTreeSet<usize> = match compiled {
                    Some(_) => every.clone(),
                    None => pattern.texts.iter().flat_map(candidates).copied().collect(),
                };
                let matches = |line: &str| match &compiled {
                    Some(compiled) => compiled.as_ref().is_ok_and(|regex| regex.is_match(line)),
                    None => pattern.matches(line),
                };
                let other = |index: &usize| all.get(*index).map(|other| &other.record);
                let undeclared = |other: &&Signature| {
                    other.id != one.id
                        && !one.overlaps.contains(&other.id)
                        && !other.overlaps.contains(&one.id)
                };
                for index in &candidates {
                    if let Some(other) = other(index).filter(undeclared)
                        && !(claims.contains_key(one.id.as_str()) && claims.contains_key(other.id.as_str()))
                        && examples.get(*index).is_some_and(|line| !line.is_empty() && matches(line))
                    {
                        claims.entry(one.id.as_str()).or_insert(other.id.as_str());
                        claims.entry(other.id.as_str()).or_insert(one.id.as_str());
                    }
                }
            }
        }
        Self(claims)
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    fn says(text: &str) -> String {
        Knowledge::layered(&[("ours.toml", text)]).map_or_else(|faults| faults.to_string(), |_| String::new())
    }

    const RULE: &str = r#"
[[rule]]
id = "SYS-101"
title = "Our agent is missing"
severity = "low"
subject = "node"
family = "question"
cites = [{ source = "SELF", status = "confirmed" }]
what = "Whether our agent runs."
why = "We watch it."
fix = "Install it."
blind = "Its health."

[[question]]
id = "SYS-101"
ask = "Does our agent run?"
good = ["yes"]
bad = ["no"]
per-node = true
"#;

    #[test]
    fn a_correct_rule_is_accepted() {
        assert_eq!(says(RULE), "");
    }

    #[test]
    fn a_rule_may_have_a_question_that_fits_a_line() {
        let with = |question: &str| {
            let text = format!("why = \"We watch it.\"\nquestion = \"{question}\"");
            says(&RULE.replace("why = \"We watch it.\"", &text))
        };
        assert_eq!(with("Does our agent run on this node?"), "");
        assert_eq!(with(&format!("{}?", "x".repeat(79))), "");
        for wrong in ["Our agent runs", &format!("{}?", "x".repeat(80))] {
            assert!(with(wrong).contains("SYS-101: a question ends with \"?\""), "{wrong}");
        }
    }

    #[test]
    fn a_rule_with_a_wrong_id_or_family_or_without_records_is_refused() {
        for (find, replace, problem) in [
            ("id = \"SYS-101\"", "id = \"OURS-1\"", "OURS-1: an id is three capital letters"),
            ("family = \"question\"", "family = \"expectation\"", "SYS-101: no record uses it"),
            (
                "family = \"question\"",
                "family = \"problem\"",
                "SYS-101: rules of its family do not have this subject",
            ),
            (
                "subject = \"node\"",
                "subject = \"input\"",
                "SYS-101: rules of its family do not have this subject",
            ),
            ("\"SELF\", status", "\"NOBODY\", status", "SYS-101: there is no source NOBODY"),
            ("why = \"We watch it.\"", "why = \"\"", "SYS-101: title, what, why, fix and blind"),
        ] {
            let text = says(&RULE.replace(find, replace));
            assert!(text.contains("ours.toml, line ") && text.contains(problem), "{text}");
        }
    }

    fn signature(pattern: &str, example: &str) -> String {
        format!(
            "[[signature]]\nid = \"E-900\"\ntitle = \"our error\"\nfamily = \"web\"\nseverity = \"low\"\nrules = [\"LOG-001\"]\nseen = \"SS.log.\"\n\
             cause = \"Unknown.\"\nfix = \"Ask.\"\ncause-verified = false\ncites = [{{ source = \"SELF\", status = \"confirmed\" }}]\n\
             example = \"{example}\"\n[[signature.wording]]\ntexts = [\"Frobnication failed\"]\nweight = \"literal\"\n{pattern}"
        )
    }

    #[test]
    fn a_signature_compiles_and_matches_its_own_lines_only() {
        assert_eq!(says(&signature("", "ERROR Frobnication failed")), "");
        let text = says(&signature("pattern = \"frob(\"", "ERROR Frobnication failed"));
        assert!(
            text.contains("ours.toml, line 1: E-900: a pattern does not compile: unclosed group"),
            "{text}"
        );
        let text = says(&signature("", "ERROR nothing of the kind"));
        assert!(text.contains("E-900: it does not match its own example"), "{text}");
        let text =
            says(&signature("", "Frobnication failed: Thycotic.AppCore.Cryptography.MacMismatchException"));
        assert!(text.contains("E-900: it and E-002 match the same line"), "{text}");
    }
}

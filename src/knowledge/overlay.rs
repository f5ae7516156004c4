//! Checks of a support team's own records: what the tests check for built-in records is checked here when they are loaded.

use super::layer::{Layers, Located, failed};
use super::rows::{Family, RuleMeta};
use super::signatures::Signature;
use crate::finding::SubjectKind;
use regex::Regex;

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
        (!subjects.contains(&rule.subject), "rules of its family do not have this subject"),
        (!has_rows, "no record uses it: none of the kind that its family reads names this rule"),
    ])
}

/// What is wrong with the texts of a signature, as a lower-case fragment: a pattern does not compile, it does not match
/// its own example, or a line matches two signatures and neither is marked as the more precise one.
pub(super) fn signature(own: &Signature, all: &[Located<Signature>]) -> Option<String> {
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
    let others = || all.iter().map(|one| &one.record).filter(|one| one.id != own.id);
    for other in others() {
        let declared = own.overlaps.contains(&other.id) || other.overlaps.contains(&own.id);
        let claims = other.matching_pattern(example).is_some();
        let claimed = other.example.as_deref().is_some_and(|line| own.matching_pattern(line).is_some());
        if !declared && (claims || claimed) {
            return Some(format!(
                "it and {} match the same line, and neither names the other in `overlaps`",
                other.id
            ));
        }
    }
    None
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

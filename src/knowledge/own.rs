//! Checks of a support team's own records for what tests check of the built-in ones.

use super::KnowledgeError;
use super::layer::{Kept, Layers};
use super::rows::{Family, RuleMeta};
use super::signatures::Signature;
use crate::finding::SubjectKind;
use regex::Regex;

/// Says what is wrong with the records that are not built in.
pub(super) fn check(layers: &Layers, faults: &mut Vec<KnowledgeError>) {
    for kept in layers.rules.iter().filter(|kept| kept.own) {
        faults.extend(rule(&kept.record, layers).map(|why| kept.fault(why)));
    }
    for kept in layers.signatures.iter().filter(|kept| kept.own) {
        faults.extend(signature(kept, &layers.signatures).map(|why| kept.fault(why)));
    }
}

/// What is wrong with a rule, as a lower-case fragment.
fn rule(rule: &RuleMeta, layers: &Layers) -> Option<String> {
    let texts = [&rule.title, &rule.description, &rule.rationale, &rule.remediation, &rule.limitations];
    let has = |family| match family {
        Family::Expectation => layers.expectations.iter().any(|row| row.record.rule == rule.id),
        Family::Question => layers.questions.iter().any(|row| row.record.id == rule.id),
        Family::Signature => layers.signatures.iter().any(|one| one.record.rules.contains(&rule.id)),
        Family::Parity => layers.parity.iter().any(|row| row.record.rule.as_ref() == Some(&rule.id)),
        Family::Step => layers.steps.iter().any(|step| step.record.rule.as_ref() == Some(&rule.id)),
        Family::Problem | Family::Code => false,
    };
    let judged_on: &[SubjectKind] = match rule.family {
        Family::Expectation | Family::Question => {
            &[SubjectKind::Cluster, SubjectKind::Database, SubjectKind::Node]
        }
        Family::Signature => &[SubjectKind::Node],
        Family::Parity => &[SubjectKind::Cluster],
        Family::Step => &[SubjectKind::Cluster],
        Family::Problem => &[SubjectKind::Input],
        Family::Code => &[],
    };
    if !is_id(&rule.id) {
        Some("an id is three capitals, a hyphen and three digits, such as SYS-101".into())
    } else if texts.iter().any(|text| text.trim().is_empty()) {
        Some("title, what, why, fix and blind all have a text".into())
    } else if rule.references.is_empty() {
        Some("no source".into())
    } else if !judged_on.contains(&rule.subject) {
        Some("its family does not judge such a subject".into())
    } else if !has(rule.family) {
        Some("nothing feeds it: no row of its family names it".into())
    } else {
        None
    }
}

/// Whether a text is the id of a rule: `FAM-NNN`.
fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(family, number)| {
        family.len() == 3
            && family.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() == 3
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// What is wrong with the texts of a signature, as a lower-case fragment: a pattern that does not compile, an example
/// that it does not match, or a line that two signatures claim without a word on which is the more precise one.
fn signature(kept: &Kept<Signature>, all: &[Kept<Signature>]) -> Option<String> {
    let own = &kept.record;
    for wording in &own.wordings {
        if let Err(error) = Regex::new(&wording.pattern()) {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return Some(format!("a pattern does not compile: {why}"));
        }
    }
    let example = own.example.as_deref()?;
    if own.wording_in(example).is_none() {
        return Some("it does not match its own example".into());
    }
    if let Some(line) = own.counter_examples.iter().find(|line| own.wording_in(line).is_some()) {
        return Some(format!("it matches its counter-example \"{line}\""));
    }
    let others = || all.iter().map(|one| &one.record).filter(|one| one.id != own.id);
    for other in others() {
        let declared = own.overlaps.contains(&other.id) || other.overlaps.contains(&own.id);
        let claims = other.wording_in(example).is_some();
        let claimed = other.example.as_deref().is_some_and(|line| own.wording_in(line).is_some());
        if !declared && (claims || claimed) {
            return Some(format!(
                "it and {} match the same line, and neither `overlaps` the other",
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
    fn a_sound_rule_is_taken() {
        assert_eq!(says(RULE), "");
    }

    #[test]
    fn a_rule_is_refused_for_its_id_its_family_and_what_feeds_it() {
        for (find, replace, said) in [
            ("id = \"SYS-101\"", "id = \"OURS-1\"", "OURS-1: an id is three capitals"),
            ("family = \"question\"", "family = \"expectation\"", "SYS-101: nothing feeds it"),
            ("family = \"question\"", "family = \"problem\"", "SYS-101: its family does not judge"),
            ("subject = \"node\"", "subject = \"input\"", "SYS-101: its family does not judge"),
            ("\"SELF\", status", "\"NOBODY\", status", "SYS-101: no source NOBODY"),
            ("why = \"We watch it.\"", "why = \"\"", "SYS-101: title, what, why, fix and blind"),
        ] {
            let text = says(&RULE.replace(find, replace));
            assert!(text.contains("ours.toml, line ") && text.contains(said), "{text}");
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

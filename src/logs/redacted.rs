//! What a log shows is the same before and after it was redacted.

use super::Scanner;
use super::tests::AsIs;
use crate::knowledge::Knowledge;
use crate::redact::{Known, Redactor, SecretSet, identity_redactor};

/// Every text and every line of knowledge that a log may have, with the id of its record.
fn lines(knowledge: &Knowledge) -> Vec<(String, String)> {
    let header = "2026-06-16 10:02:13,123 [12] ERROR Thycotic.ihawu.Web - ";
    let mut all = Vec::new();
    for one in &knowledge.signatures {
        let texts = one.patterns.iter().flat_map(|pattern| &pattern.texts);
        all.extend(texts.map(|text| (one.id.clone(), format!("{header}{text}\n"))));
        let examples = one.example.iter().chain(&one.counter_examples);
        all.extend(examples.map(|line| (one.id.clone(), format!("{line}\n"))));
    }
    let rows = knowledge.workload.iter().map(|row| (&row.id, &row.example, &row.counter_examples));
    let code = knowledge.own_code.iter().map(|row| (&row.id, &row.example, &row.counter_examples));
    for (id, example, others) in rows.chain(code) {
        let lines = std::iter::once(example).chain(others);
        all.extend(lines.map(|line| {
            let text = if line.starts_with("2026") { "" } else { header };
            (id.clone(), format!("{text}0x8009000B\n{line}\n"))
        }));
    }
    all
}

#[test]
fn known_errors_are_the_same_before_and_after_redaction() {
    let knowledge = Knowledge::builtin().unwrap();
    let scanner = Scanner::new(&knowledge, &AsIs).unwrap();
    let found = |log: &[u8]| {
        let mut file = scanner.file("logs/SS.log", None, false);
        file.push(log);
        let mut digest = file.finish();
        digest.hits.sort_by(|a, b| (&a.signature, a.pattern).cmp(&(&b.signature, b.pattern)));
        let hits: Vec<_> = digest
            .hits
            .iter()
            .map(|hit| (hit.signature.clone(), hit.pattern, hit.errors, hit.others))
            .collect();
        (hits, digest.errors_by_hour, digest.workload_by_hour)
    };
    let mut secrets = SecretSet::default();
    // A short word of a configuration that is a word of many errors too.
    secrets.add("Sommer-Regen-01");
    let redactors: [(&str, Redactor); 3] = [
        ("secrets", Redactor::patterns_only()),
        ("secrets of a configuration", secrets.redactor()),
        ("identities", identity_redactor(&Known::default())),
    ];
    let lines = lines(&knowledge);
    assert!(lines.len() > 300, "{}", lines.len());
    let mut changed = Vec::new();
    for (id, line) in &lines {
        for (level, redactor) in &redactors {
            let (clean, _) = redactor.redact(line.as_bytes());
            if found(line.as_bytes()) != found(&clean) {
                changed.push(format!("{id}, {level}: {line}{}", String::from_utf8_lossy(&clean)));
            }
        }
    }
    assert!(changed.is_empty(), "{} lines\n{}", changed.len(), changed.join("\n"));
}

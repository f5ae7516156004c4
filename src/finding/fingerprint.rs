//! Fingerprint of a finding: stays the same when the same problem is found in a later collection.

use super::outcome::{Evidence, Finding};
use sha2::{Digest, Sha256};

impl Finding {
    /// Hexadecimal identity of the finding: rule, subject and what the evidence is about, without times, line numbers,
    /// text of log lines or input names, so that two reports of the same problem agree.
    pub fn fingerprint(&self, rule: &str) -> String {
        let mut keys: Vec<String> = self
            .evidence
            .iter()
            .map(|evidence| match evidence {
                // Logs roll: the line that proves a problem today is elsewhere tomorrow.
                Evidence::Text { .. } => "text".to_owned(),
                Evidence::Value { node, fact, .. } => format!("value {node} {fact}"),
                Evidence::Absence { node, fact, .. } => format!("absence {node} {fact}"),
                Evidence::Record { source, .. } => format!("record {source}"),
            })
            // Two known errors of one rule on one node are two problems, although log lines prove both.
            .chain(self.signature.iter().map(|id| format!("signature {id}")))
            .collect();
        keys.sort();
        keys.dedup();
        let mut hash = Sha256::new();
        hash.update(format!(
            "clusterbrief/finding/1\0{rule}\0{:?}\0{}\0",
            self.subject.kind, self.subject.name
        ));
        for key in keys {
            hash.update(key.to_lowercase());
            hash.update([0]);
        }
        let head = hash.finalize().first_chunk().copied().unwrap_or_default();
        format!("{:016x}", u64::from_be_bytes(head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity, Subject};

    #[test]
    fn two_known_errors_of_one_rule_are_two_problems() {
        let print = |signature: Option<&str>| {
            Finding {
                severity: Severity::High,
                confidence: Confidence::Confirmed,
                subject: Subject::node("WEB02"),
                title: String::new(),
                detail: String::new(),
                evidence: Vec::new(),
                remedy: String::new(),
                notes: Vec::new(),
                signature: signature.map(str::to_owned),
                standalone: false,
            }
            .fingerprint("LOG-001")
        };
        assert_eq!(print(Some("E-070")), print(Some("E-070")));
        assert_ne!(print(Some("E-070")), print(Some("E-154")));
        assert_ne!(print(Some("E-070")), print(None));
    }
}

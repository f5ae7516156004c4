//! Lines by which the product shows that it had its database and the right key.

use super::header::Level;
use crate::knowledge::connected::ConnectedRow;
use crate::model::product::is_product_name;
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

/// Words of a line that does not report a success, in lower case.
const FAILURE: &str = r"fail|error|exception|unable|could not|cannot|can't|denied|refused|timed? ?out|unreachable|\bno\b|\bnot\b|\b0 (items|secrets|accounts)\b";

/// The lines that knowledge names, ready to be compared.
pub(super) struct ProofPatterns {
    ids: Vec<String>,
    rows: RegexSet,
    failure: Regex,
}

impl ProofPatterns {
    pub(super) fn new(rows: &[ConnectedRow]) -> Result<Self, regex::Error> {
        Ok(Self {
            ids: rows.iter().map(|row| row.id.clone()).collect(),
            rows: RegexSetBuilder::new(rows.iter().map(ConnectedRow::regex_source)).unicode(false).build()?,
            failure: RegexBuilder::new(FAILURE).unicode(false).build()?,
        })
    }

    /// Which row a line proves, told by its level and by what follows.
    pub(super) fn row(&self, level: Option<Level>, text: &[u8]) -> Option<usize> {
        if level != Some(Level::Info) {
            return None;
        }
        // A pattern may have the thread, or a separator, before the logger.
        let words = text.iter().take_while(|byte| !byte.is_ascii_alphabetic()).count();
        let text = text.get(words..).unwrap_or_default();
        if !is_product_name(text) {
            return None;
        }
        let text = text.to_ascii_lowercase();
        let row = self.rows.matches(&text).iter().next()?;
        (!self.failure.is_match(&text)).then_some(row)
    }

    /// The id of a row.
    pub(super) fn id(&self, row: usize) -> Option<&str> {
        self.ids.get(row).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;

    #[test]
    fn only_a_success_of_the_product_itself_is_a_proof() {
        let knowledge = Knowledge::builtin().unwrap();
        let patterns = ProofPatterns::new(&knowledge.connected).unwrap();
        let row = |line: &str| {
            let (level, rest) = crate::logs::header::level(line.as_bytes())?;
            patterns.row(Some(level), rest).and_then(|row| patterns.id(row))
        };
        for (line, expected) in [
            (" [12] INFO Thycotic.Business.Heartbeat - Processed batch 0", Some("heartbeat")),
            (" [12] INFO  Delinea.PAM.Business.Heartbeat - Processed batch 41", Some("heartbeat")),
            (
                " [4] INFO Thycotic.ihawu.Business - Heartbeat - processed 12 items in 340 ms",
                Some("heartbeat"),
            ),
            (
                " INFO Thycotic.X.HeartbeatProcessor - Heartbeat for item 7 on DB7 finished in 3 ms",
                Some("heartbeat"),
            ),
            (
                " [1] INFO Delinea.PAM.RemotePasswordChanging - Secret 7: password change succeeded",
                Some("password-change"),
            ),
            (
                " INFO Thycotic.Syslog - CEF:0|Thycotic Software|Secret Server|11.3.000001|10004|SECRET - VIEW|2|x",
                Some("secret-viewed"),
            ),
            (" [12] ERROR Thycotic.Business.Heartbeat - Processed batch 0", None),
            (" [12] WARN Thycotic.Business.Heartbeat - Processed batch 3", None),
            (" [12] DEBUG Thycotic.Business.Heartbeat - Processed batch 3", None),
            (" [12] INFO Thycotic.Business.Heartbeat - Processed 3 secrets, 3 failed", None),
            (" [12] INFO Thycotic.Business.Heartbeat - Processed 0 items", None),
            (" [12] INFO Contoso.Business.Heartbeat - Processed batch 3", None),
            (" [12] INFO Thycotic.AppCore.Federation.NodeHeartbeat - Processed 3 answers", None),
            (" [12] INFO Thycotic.MessageQueue - consumer alive 3", None),
            (" [12] INFO Thycotic.ihawu.Business - Sites - 3 engines online", None),
            (" Heartbeat - processed 12 items", None),
        ] {
            assert_eq!(row(line), expected, "{line}");
        }
        for one in &knowledge.connected {
            assert_eq!(row(&one.example[23..]), Some(one.id.as_str()));
            assert!(one.counter_examples.iter().all(|line| row(&line[23..]) != Some(&one.id)));
        }
    }
}

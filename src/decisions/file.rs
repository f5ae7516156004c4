//! The file: TOML, read strictly, so that a mistyped key never accepts more than its author meant.

use crate::finding::is_bundle_safety;
use crate::model::host_name::is_name;
use crate::text::encoding;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use toml::Spanned;

/// Version of the file.
pub const FORMAT: &str = "clusterbrief-decisions/1.0";
/// Largest file: room for thousands of entries.
const MAX_BYTES: usize = 4 << 20;

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The risk is accepted.
    Accepted,
    /// The finding is wrong for this cluster.
    FalseAlarm,
    /// Somebody works on it.
    InWork,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Accepted, Self::FalseAlarm, Self::InWork];

    /// The word in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::FalseAlarm => "false-alarm",
            Self::InWork => "in-work",
        }
    }

    /// As a sentence goes on: "1 blocker accepted".
    pub const fn said(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::FalseAlarm => "called a false alarm",
            Self::InWork => "in work",
        }
    }
}

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Line or row of the file, from 1.
    pub line: usize,
    /// What was decided.
    pub kind: Kind,
    /// Rule id; empty if only the finding is named.
    pub rule: String,
    /// Fingerprint of the finding; empty for all of the rule.
    pub finding: String,
    /// Node; empty for all.
    pub node: String,
    /// Value that it was decided on; empty for any.
    pub value: String,
    /// Ticket, for work.
    pub ticket: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it counts.
    pub until: NaiveDate,
    /// Day of the decision.
    pub decided: NaiveDate,
}

/// Why a file does not count at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecisionsError {
    /// It does not parse, or an entry is not as it must be.
    #[error("line {line}: {message}")]
    Line {
        /// Line or row, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Another version, or another file.
    #[error("{0}")]
    Format(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[expect(dead_code, reason = "read before everything else; here it is only a key that may be there")]
    format: String,
    #[serde(default)]
    decision: Vec<Spanned<Raw>>,
}

/// What every version has.
#[derive(Deserialize)]
struct Head {
    format: Option<toml::Value>,
}

/// An entry as it is written.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Raw {
    pub(super) kind: Option<Kind>,
    pub(super) rule: String,
    pub(super) finding: String,
    pub(super) node: String,
    pub(super) value: String,
    pub(super) ticket: String,
    pub(super) reason: String,
    pub(super) owner: String,
    pub(super) until: Option<toml::Value>,
    pub(super) decided: Option<toml::Value>,
}

/// Reads the TOML form.
pub fn parse(bytes: &[u8]) -> Result<Vec<Entry>, DecisionsError> {
    if bytes.len() > MAX_BYTES {
        return Err(DecisionsError::Format("it is larger than 4 MB".to_owned()));
    }
    let text = encoding::decode(bytes);
    let line = |at: usize| text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
    let fail = |error: toml::de::Error| DecisionsError::Line {
        line: line(error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    };
    // The version decides what the keys mean.
    let head: Head = toml::from_str(&text).map_err(fail)?;
    match head.format.as_ref().and_then(toml::Value::as_str) {
        Some(FORMAT) => {}
        Some(format) if format.starts_with("clusterbrief-decisions/") => {
            let format: String = format.chars().take(60).collect();
            return Err(DecisionsError::Format(format!(
                "it is of the format {format}, and this program reads {FORMAT}: use a newer version of it"
            )));
        }
        _ => {
            return Err(DecisionsError::Format(format!(
                "it is no decisions file: its first line must be format = \"{FORMAT}\""
            )));
        }
    }
    let file: File = toml::from_str(&text).map_err(fail)?;
    file.decision
        .into_iter()
        .map(|raw| {
            let line = line(raw.span().start);
            entry(line, raw.into_inner()).map_err(|message| DecisionsError::Line { line, message })
        })
        .collect()
}

/// Whether a file is meant to be one of decisions, however wrong it may be.
pub fn is_decisions(bytes: &[u8]) -> bool {
    let text = encoding::decode(bytes);
    text.lines().map(|line| line.trim_start_matches('\u{feff}').trim()).any(|line| {
        let format = line.strip_prefix("format").map(|tail| tail.trim_start().trim_start_matches('='));
        format.is_some_and(|value| value.trim_start().starts_with("\"clusterbrief-decisions/"))
            || line.split_whitespace().collect::<String>().starts_with("[[decision]]")
    })
}

/// Checks an entry.
pub(super) fn entry(line: usize, raw: Raw) -> Result<Entry, String> {
    let trim = |text: String| text.trim().to_owned();
    let entry = Entry {
        line,
        kind: raw.kind.ok_or("kind is missing: accepted, false-alarm or in-work")?,
        rule: trim(raw.rule).to_uppercase(),
        finding: trim(raw.finding).trim_start_matches("finding-").to_lowercase(),
        node: trim(raw.node),
        value: trim(raw.value),
        ticket: trim(raw.ticket),
        reason: trim(raw.reason),
        owner: trim(raw.owner),
        until: day(raw.until.as_ref()).ok_or("until must be a day such as 2027-03-31")?,
        decided: day(raw.decided.as_ref()).ok_or("decided must be a day such as 2026-11-20")?,
    };
    check(&entry)?;
    Ok(entry)
}

fn check(entry: &Entry) -> Result<(), String> {
    let Entry { rule, finding, node, .. } = entry;
    if [rule, finding, node].iter().any(|text| text.contains(['*', '?', '%'])) {
        return Err("wildcards are not allowed: write one entry for each rule or finding".to_owned());
    }
    if rule.is_empty() && finding.is_empty() {
        return Err("name a rule or a finding".to_owned());
    }
    if !finding.is_empty() && (finding.len() != 16 || !finding.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Err(
            "finding must be a fingerprint of 16 hexadecimal digits, as the report shows it".to_owned()
        );
    }
    if !node.is_empty() && !is_name(node) {
        return Err("node must be the name of one node".to_owned());
    }
    if is_bundle_safety(rule) {
        return Err(format!("{rule} is about the safety of a bundle, which nobody can accept"));
    }
    if entry.reason.is_empty() || entry.owner.is_empty() {
        return Err("reason and owner must not be empty".to_owned());
    }
    if entry.kind == Kind::InWork && entry.ticket.is_empty() {
        return Err("in-work needs a ticket".to_owned());
    }
    if entry.until < entry.decided {
        return Err(format!("it ends on {}, before it was decided on {}", entry.until, entry.decided));
    }
    Ok(())
}

/// A calendar day, as TOML writes it or as text.
fn day(value: Option<&toml::Value>) -> Option<NaiveDate> {
    match value? {
        toml::Value::Datetime(day) => day.to_string().get(..10)?.parse().ok(),
        toml::Value::String(text) => text.trim().get(..10)?.parse().ok(),
        _ => None,
    }
}

/// An entry as it is written into a file.
pub fn entry_text(entry: &Entry) -> String {
    let mut text = format!("\n[[decision]]\nkind = {}\n", quoted(entry.kind.word()));
    for (key, value) in [
        ("rule", &entry.rule),
        ("finding", &entry.finding),
        ("node", &entry.node),
        ("value", &entry.value),
        ("ticket", &entry.ticket),
        ("reason", &entry.reason),
        ("owner", &entry.owner),
    ] {
        if !value.is_empty() {
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
    }
    let _ = writeln!(text, "until = {}\ndecided = {}", entry.until, entry.decided);
    text
}

/// A file with one entry more: what was in it stays byte for byte. Fails where the result could not be read again.
pub fn append(file: Option<&[u8]>, entries: &[Entry]) -> Result<Vec<u8>, DecisionsError> {
    let mut bytes = match file {
        Some(bytes) => {
            parse(bytes)?;
            if std::str::from_utf8(bytes).is_err() {
                return Err(DecisionsError::Format("it is not in UTF-8: save it as UTF-8".to_owned()));
            }
            bytes.to_vec()
        }
        None => format!("format = \"{FORMAT}\"\n").into_bytes(),
    };
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    for entry in entries {
        bytes.extend_from_slice(entry_text(entry).as_bytes());
    }
    parse(&bytes)?;
    Ok(bytes)
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "kind = \"accepted\"\nrule = \"SEC-003\"\nreason = \"HSM comes\"\nowner = \"J. Doe\"\nuntil = 2027-03-31\ndecided = 2026-11-20\n";

    fn file(entry: &str) -> String {
        format!("# ours\nformat = \"{FORMAT}\"\n\n[[decision]]\n{entry}")
    }

    #[test]
    fn an_entry_is_read_and_its_faults_are_told_with_their_line() {
        let entries = parse(file(ONE).as_bytes()).unwrap();
        assert_eq!((entries.len(), entries[0].line, entries[0].kind), (1, 4, Kind::Accepted));
        let utf16: Vec<u8> =
            [0xff, 0xfe].into_iter().chain(file(ONE).encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(parse(&utf16).unwrap(), entries);
        for (from, to, says) in [
            ("SEC-003", "SEC-*", "line 4: wildcards are not allowed"),
            ("SEC-003", "BND-001", "which nobody can accept"),
            ("rule = \"SEC-003\"\n", "", "name a rule or a finding"),
            ("accepted", "ignored", "unknown variant"),
            ("accepted", "in-work", "in-work needs a ticket"),
            ("J. Doe", " ", "reason and owner must not be empty"),
            ("2027-03-31", "2025-03-31", "before it was decided"),
            ("2027-03-31", "\"soon\"", "until must be a day"),
            ("rule =", "rules =", "unknown field"),
            ("kind", "finding = \"abc\"\nkind", "16 hexadecimal digits"),
        ] {
            let error = parse(file(&ONE.replace(from, to)).as_bytes()).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
        let newer = file(ONE).replace("/1.0", "/2.0");
        assert!(parse(newer.as_bytes()).unwrap_err().to_string().contains("newer version"));
        assert!(parse(ONE.as_bytes()).unwrap_err().to_string().contains("first line must be"));
    }

    #[test]
    fn what_was_in_a_file_stays_byte_for_byte() {
        let old = file(ONE).trim_end().replace('\n', "\r\n");
        let mut entry = parse(old.as_bytes()).unwrap().remove(0);
        entry.reason = "a \"quoted\" \\ reason\nof two lines\u{1}".into();
        let new = append(Some(old.as_bytes()), &[entry.clone()]).unwrap();
        assert!(new.starts_with(old.as_bytes()));
        let read = parse(&new).unwrap();
        assert_eq!((read.len(), read[1].reason.as_str()), (2, entry.reason.as_str()));
        assert_eq!(parse(&append(None, &[entry]).unwrap()).unwrap().len(), 1);
        assert!(append(Some(b"format = 1"), &[]).is_err());
    }
}

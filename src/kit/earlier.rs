//! What of an earlier report a kit is made from: which case it is of, what it has, and what it misses.

use super::selection::NodeAsk;
use crate::text::encoding;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Most bytes of a report: that of a large case has some megabytes.
pub const MAX_REPORT_BYTES: u64 = 256 << 20;

/// An earlier report, as far as a kit needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// Name of its case, if it has one.
    pub case: Option<String>,
    /// Its date, RFC 3339.
    pub as_of: Option<String>,
    /// Build that it was made for.
    pub target: Option<String>,
    /// Names of its nodes.
    pub nodes: Vec<String>,
    /// Nodes on which to collect, or to collect again.
    pub collect: Vec<NodeAsk>,
    /// Titles of the exports that it has.
    pub holds: BTreeSet<String>,
    /// Calls, commands and queries that it misses.
    pub calls: BTreeSet<String>,
    /// Ids of the exports that it misses.
    pub exports: BTreeSet<String>,
    /// Questions that it misses an answer to.
    pub questions: BTreeSet<(String, Option<String>)>,
    /// Rules that it could not decide: what comes back may raise their questions.
    pub open: BTreeSet<String>,
    /// Rules on the message bus that did not apply, as far as it was known.
    pub of_bus: BTreeSet<String>,
    /// It has the product's list of nodes.
    pub has_nodes: bool,
    /// It asks for that list, or for what is missing of it.
    pub asks_for_nodes: bool,
    /// It has the version history of the database.
    pub has_history: bool,
    /// How many things it asks for.
    pub asked: usize,
}

/// Why a file is no report that a kit can be made from. Reads after its name.
#[derive(Debug, thiserror::Error)]
pub enum EarlierError {
    /// No JSON, or cut off.
    #[error("is no whole JSON file ({0}): make the report again with -o report.json")]
    Json(#[source] serde_json::Error),
    /// Of another program, or something else of this one.
    #[error("is no report of clusterbrief: make one with \"clusterbrief report ... -o report.json\"")]
    Other,
    /// Of a newer program.
    #[error("is a report of the newer format {0}, and this program reads 1.x: use the program that made it")]
    Newer(String),
    /// The keys are not those of a report.
    #[error("begins as a report, but is none ({0}): make the report again with -o report.json")]
    Shape(#[source] serde_json::Error),
}

/// What is read of a report.
#[derive(Debug, Deserialize)]
pub struct Seen {
    #[serde(default)]
    case: Option<Case>,
    #[serde(default)]
    as_of: Option<DateTime<Utc>>,
    /// Build that it was made for.
    pub target: Option<String>,
    /// Its nodes.
    pub nodes: Vec<SeenNode>,
    /// What it misses.
    pub missing: Vec<SeenMissing>,
    /// Its inputs.
    pub inputs: Vec<SeenInput>,
    /// Its rules.
    pub coverage: SeenCoverage,
}

/// Its rules.
#[derive(Debug, Deserialize)]
pub struct SeenCoverage {
    /// One entry a rule.
    pub rules: Vec<SeenRule>,
}

/// One rule, in the words of the report.
#[derive(Debug, Deserialize)]
pub struct SeenRule {
    /// Id.
    pub rule: String,
    /// What became of it.
    pub outcome: String,
    /// The area that it belongs to.
    #[serde(default)]
    pub area: String,
    /// The question that it belongs to.
    #[serde(default)]
    pub scope: String,
}

#[derive(Debug, Deserialize)]
struct Case {
    #[serde(default)]
    name: Option<String>,
}

/// One node.
#[derive(Debug, Deserialize)]
pub struct SeenNode {
    /// Name.
    pub name: String,
    /// Word of its role.
    pub role: String,
    /// Whether there is a bundle of it.
    pub bundle: bool,
}

/// One missing thing.
#[derive(Debug, Deserialize)]
pub struct SeenMissing {
    /// Word of its kind.
    pub kind: String,
    /// What it consists of.
    pub parts: Vec<SeenCall>,
    /// The facts behind it.
    pub facts: Vec<SeenFact>,
}

/// What gives one of several things.
#[derive(Debug, Deserialize)]
pub struct SeenCall {
    /// A call, a command, the name of a query.
    pub call: String,
}

/// A missing fact.
#[derive(Debug, Deserialize)]
pub struct SeenFact {
    /// Its node.
    pub node: Option<String>,
    /// What would bring it, as the report writes it.
    pub from: Value,
}

/// One input, in the words of the report.
#[derive(Debug, Deserialize)]
pub struct SeenInput {
    /// What it is.
    pub kind: String,
    /// What became of it.
    pub status: String,
    /// What it holds.
    pub holds: Vec<String>,
}

impl Seen {
    /// What a report that is being made shows.
    pub const fn new(
        target: Option<String>,
        nodes: Vec<SeenNode>,
        missing: Vec<SeenMissing>,
        inputs: Vec<SeenInput>,
        rules: Vec<SeenRule>,
    ) -> Self {
        Self { case: None, as_of: None, target, nodes, missing, inputs, coverage: SeenCoverage { rules } }
    }
}

impl Earlier {
    /// Reads the JSON of a report, in any encoding that Windows writes: the redirection of its shell gives UTF-16.
    ///
    /// # Errors
    ///
    /// Why it is none.
    pub fn read(bytes: &[u8]) -> Result<Self, EarlierError> {
        let value: Value = serde_json::from_str(encoding::decode(bytes).trim_start_matches('\u{feff}'))
            .map_err(EarlierError::Json)?;
        let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
        let version = schema.strip_prefix("clusterbrief-report/").ok_or(EarlierError::Other)?;
        if version.split('.').next() != Some("1") {
            return Err(EarlierError::Newer(version.chars().take(20).collect()));
        }
        let report: Seen = serde_json::from_value(value).map_err(EarlierError::Shape)?;
        Ok(Self::of(report))
    }

    /// What a kit needs of a report.
    pub fn of(report: Seen) -> Self {
        let mut earlier = Self {
            case: report.case.and_then(|case| case.name),
            as_of: report.as_of.map(|as_of| as_of.to_rfc3339_opts(SecondsFormat::Secs, true)),
            target: report.target,
            asked: report.missing.iter().filter(|missing| missing.kind != "nothing").count(),
            ..Self::default()
        };
        for rule in report.coverage.rules {
            match (rule.outcome.as_str(), rule.area.as_str()) {
                ("unknown", _) => earlier.open.insert(rule.rule),
                ("not-applicable", "message-bus") if rule.scope == "now" || earlier.target.is_some() => {
                    earlier.of_bus.insert(rule.rule)
                }
                _ => false,
            };
        }
        let mut again: BTreeSet<NodeAsk> = BTreeSet::new();
        for node in report.nodes.into_iter().filter(|node| node.role != "unplaced") {
            if !node.bundle && node.role == "serving" {
                again.insert(NodeAsk { name: node.name.clone(), how: String::new() });
            }
            earlier.nodes.push(node.name);
        }
        let used = |input: &&SeenInput| matches!(input.status.as_str(), "read" | "partly");
        for input in report.inputs.iter().filter(used) {
            earlier.holds.extend(input.holds.iter().cloned());
            earlier.has_nodes |= matches!(input.kind.as_str(), "nodes-json" | "nodes-table");
            earlier.has_history |= input.kind == "version-table";
        }
        for missing in report.missing {
            earlier.calls.extend(missing.parts.into_iter().map(|part| part.call));
            for fact in missing.facts {
                let text =
                    |key: &str, value: &str| Some(fact.from.get(key)?.get(value)?.as_str()?.to_owned());
                if let Some(id) = text("answer", "id") {
                    earlier.questions.insert((id, fact.node.clone()));
                }
                if let Some((name, how)) = text("bundle-again", "node").zip(text("bundle-again", "how")) {
                    again.insert(NodeAsk { name, how });
                } else if let Some(name) = text("bundle", "node") {
                    again.insert(NodeAsk { name, how: String::new() });
                }
                earlier.exports.extend(text("export", "export"));
                match fact.from.as_str() {
                    Some("node-list" | "node-names") => earlier.asks_for_nodes = true,
                    Some("version-history") => {
                        earlier.exports.insert("versions".to_owned());
                    }
                    _ => {}
                }
            }
        }
        earlier.collect = again.into_iter().collect();
        earlier
    }
}

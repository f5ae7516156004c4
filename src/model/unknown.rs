//! What the facts of a bundle leave open: every fact that nobody could read or that nobody looked at, wherever it stands.

use super::facts::NodeFacts;
use serde_json::Value;

/// A fact that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Keys down to it, joined by dots, such as `iis.application` or `machine.os.domain`.
    pub path: String,
    /// Why it is not known, as a lower-case fragment.
    pub why: String,
    /// Its place is there and could not be read; else nobody looked.
    pub unreadable: bool,
}

/// The unknown facts of the content of `facts.json`, in order of path. It is read as JSON, so that those count, too, that
/// a newer version of the format added.
pub fn unknown(facts: &Value) -> Vec<Unknown> {
    let mut all = Vec::new();
    look(facts, "", &mut all);
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// The unknown facts of a node.
pub fn of(facts: &NodeFacts) -> Vec<Unknown> {
    // Facts are JSON wherever they go; what cannot become any has nothing that could be read.
    serde_json::to_value(facts).map_or_else(|_| Vec::new(), |facts| unknown(&facts))
}

fn look(value: &Value, path: &str, all: &mut Vec<Unknown>) {
    let Value::Object(fields) = value else { return };
    let only = fields.iter().next().filter(|_| fields.len() == 1);
    match only.map(|(key, inner)| (key.as_str(), inner)) {
        Some(("known", inner)) => look(inner.get("value").unwrap_or(&Value::Null), path, all),
        Some(("absent", _)) => {}
        Some((how @ ("unreadable" | "not-collected"), inner)) => {
            if let Some(Value::String(why)) = inner.get("why") {
                all.push(Unknown {
                    path: path.to_owned(),
                    why: why.clone(),
                    unreadable: how == "unreadable",
                });
            }
        }
        _ => {
            for (key, inner) in fields {
                let dot = if path.is_empty() { "" } else { "." };
                look(inner, &format!("{path}{dot}{key}"), all);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_fact_that_is_not_known_is_found_wherever_it_stands() {
        let facts = json!({
            "host": { "os": { "not-collected": { "why": "copied" } } },
            "tms-folder": { "known": { "value": true, "sources": [] } },
            "log-folder": { "absent": { "looked-at": { "file": "log" } } },
            "binaries": { "known": { "sources": [], "value": {
                "a.dll": { "unreadable": { "place": { "file": "bin/a.dll" }, "why": "denied" } },
            } } },
        });
        let unknown = unknown(&facts);
        let told: Vec<(&str, &str, bool)> =
            unknown.iter().map(|one| (one.path.as_str(), one.why.as_str(), one.unreadable)).collect();
        assert_eq!(told, [("binaries.a.dll", "denied", true), ("host.os", "copied", false)]);
    }
}

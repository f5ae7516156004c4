//! Unknown facts of a bundle: all that could not be read or were not collected, at any depth of `facts.json`.

use super::facts::NodeFacts;
use serde_json::Value;

/// A fact that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Keys down to it, joined by dots, such as `iis.application` or `machine.os.domain`.
    pub path: String,
    /// Why it is not known, as a lower-case fragment.
    pub why: String,
    /// It could not be read; if false, it was not collected.
    pub unreadable: bool,
}

/// The unknown facts of the content of `facts.json`, in order of path. It is read as JSON, so that facts of a newer format
/// version count too.
pub fn unknown(facts: &Value) -> Vec<Unknown> {
    let mut all = Vec::new();
    look(facts, "", &mut all);
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The unknown facts of a node.
pub fn of_node(facts: &NodeFacts) -> Vec<Unknown> {
    // Facts always serialize; an error would mean that there is nothing to list.
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
    fn every_unknown_fact_is_found_at_any_depth() {
        let facts = json!({
            "host": { "os": { "not-collected": { "why": "copied" } } },
            "tms-folder": { "known": { "value": true, "sources": [] } },
            "log-folder": { "absent": { "looked-at": { "file": "log" } } },
            "binaries": { "known": { "sources": [], "value": {
                "a.dll": { "unreadable": { "place": { "file": "bin/a.dll" }, "why": "denied" } },
            } } },
        });
        let unknown = unknown(&facts);
        let found: Vec<(&str, &str, bool)> =
            unknown.iter().map(|fact| (fact.path.as_str(), fact.why.as_str(), fact.unreadable)).collect();
        assert_eq!(found, [("binaries.a.dll", "denied", true), ("host.os", "copied", false)]);
    }
}

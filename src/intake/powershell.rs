//! What `PowerShell` makes of values when it writes them: text in place of what is too deep, and objects in place of lists
//! and dates.

use super::table::head;
use serde_json::Value;

/// How a file of `PowerShell` is saved so that nothing of it is lost.
pub(super) const SAVE: &str =
    "save it with \"ConvertTo-Json -Depth 10 | Set-Content FILE\" or with Export-Csv";

/// Whether a text is the type of a list or an object, in place of what is in it. `ConvertTo-Json` without `-Depth` and
/// `Export-Csv` write that.
pub(super) fn is_unwritten(text: &str) -> bool {
    text.starts_with("System.") && (text.ends_with("[]") || text.starts_with("System.Collections."))
        || (text.starts_with("@{") && text.contains('='))
}

/// A value without what Windows `PowerShell` 5.1 puts around it: a list comes as `{"value": [...], "Count": 2}` and a date as
/// `{"value": "/Date(...)/", "DateTime": "..."}`.
pub(super) fn bare(value: &Value) -> &Value {
    let Value::Object(map) = value else { return value };
    let is_around =
        |key: &String| matches!(head(key).as_str(), "value" | "count" | "datetime" | "displayhint");
    if map.len() < 2 || map.len() > 3 || !map.keys().all(is_around) {
        return value;
    }
    let member = |name: &str| map.iter().find(|(key, _)| head(key) == name).map(|(_, value)| value);
    match (member("value"), member("count"), member("datetime")) {
        (Some(list @ Value::Array(items)), Some(count), None)
            if count.as_u64() == Some(items.len() as u64) =>
        {
            list
        }
        (Some(date @ Value::String(_)), None, Some(_)) => date,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_and_dates_are_taken_out_and_nothing_else() {
        assert_eq!(bare(&json!({"value": ["a", "b"], "Count": 2})), &json!(["a", "b"]));
        let date = json!({"value": "/Date(1795165510000)/", "DisplayHint": 2, "DateTime": "Freitag, 20. November 2026"});
        assert_eq!(bare(&date), "/Date(1795165510000)/");
        for other in [
            json!({"value": ["a"], "Count": 2}),
            json!({"value": "x", "Count": 1}),
            json!({"value": ["a"]}),
            json!({"value": "x", "DateTime": "y", "name": "z"}),
            json!("x"),
        ] {
            assert_eq!(bare(&other), &other);
        }
    }

    #[test]
    fn types_in_place_of_values_are_seen() {
        for text in [
            "System.Object[]",
            "System.Collections.Hashtable",
            "@{machineName=WEB01; inCluster=True}",
            "@{DateTime=x}",
        ] {
            assert!(is_unwritten(text), "{text}");
        }
        for text in ["System.Web is missing", "a@{b}", "", "SecretServer"] {
            assert!(!is_unwritten(text), "{text}");
        }
    }
}

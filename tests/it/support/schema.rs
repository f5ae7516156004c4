//! Just enough of JSON Schema 2020-12 to check a report against `docs/report.schema.json`. A keyword it does not know
//! is an error, so that the schema has no rule that is never checked.

use serde_json::Value;

/// Every way in which `value` breaks `schema`, with the path to it.
pub(crate) fn violations(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (keyword, rule) in schema.as_object().expect("a schema is an object") {
        match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let pointer = rule.as_str().unwrap().trim_start_matches('#');
                let target = root.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in the schema"));
                found.extend(violations(root, target, value, path));
            }
            "anyOf" => {
                if !rule.as_array().unwrap().iter().any(|one| violations(root, one, value, path).is_empty()) {
                    found.push(format!("{path}: none of the alternatives holds for {value}"));
                }
            }
            "oneOf" => {
                let holding = |one| violations(root, one, value, path).is_empty();
                let count = rule.as_array().unwrap().iter().filter(|one| holding(one)).count();
                found.extend(
                    (count != 1).then(|| format!("{path}: {count} of the alternatives hold for {value}")),
                );
            }
            "const" => found.extend((rule != value).then(|| format!("{path}: {value} is not {rule}"))),
            "enum" => {
                let known = rule.as_array().unwrap().contains(value);
                found.extend((!known).then(|| format!("{path}: {value} is not one of {rule}")));
            }
            "type" => {
                let is = |kind: &Value| match kind.as_str().unwrap() {
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("type {other}"),
                };
                let holds = rule.as_array().map_or_else(|| is(rule), |kinds| kinds.iter().any(is));
                found.extend((!holds).then(|| format!("{path}: {value} is no {rule}")));
            }
            "minimum" => {
                let low = value.as_i64().is_some_and(|number| number < rule.as_i64().unwrap());
                found.extend(low.then(|| format!("{path}: {value} is below {rule}")));
            }
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(violations(root, rule, item, &format!("{path}[{index}]")));
                }
            }
            "required" => {
                for key in rule.as_array().unwrap() {
                    let there = value.get(key.as_str().unwrap()).is_some();
                    found.extend((!there).then(|| format!("{path}: {key} is not there")));
                }
            }
            "properties" => {
                for (key, item) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = rule.get(key) {
                        found.extend(violations(root, schema, item, &format!("{path}.{key}")));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(rule, &Value::Bool(false), "{path}: only closed objects are described");
                for key in value.as_object().into_iter().flatten().map(|(key, _)| key) {
                    let known = schema["properties"].get(key).is_some();
                    found.extend((!known).then(|| format!("{path}: {key} is not described")));
                }
            }
            other => panic!("{path}: keyword {other}"),
        }
    }
    found
}

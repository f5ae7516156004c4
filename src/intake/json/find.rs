//! Finds the exports in a JSON document, by the keys of its objects.

use super::places::Places;
use super::{bare, is_unwritten, pages};
use crate::intake::nodes_json::ENVELOPES;
use crate::intake::records::Records;
use crate::intake::reported::heads;
use crate::intake::table::head;
use crate::knowledge::Export;
use crate::knowledge::exports::{About, FieldParser};
use crate::model::location::SourceRef;
use crate::model::pages::Pages;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How deep in a document an export may be.
const DEEPEST: usize = 4;

/// One export in a document.
pub(super) struct FoundExport<'a> {
    pub(super) export: &'a Export,
    /// Where it is; empty for the whole document.
    pub(super) path: String,
    pub(super) objects: Vec<Object<'a>>,
    /// Paths of entries that are no objects.
    pub(super) left_out: Vec<String>,
    /// The page of a longer list that it is.
    pub(super) pages: Option<Pages>,
}

/// One object of an export.
pub(super) struct Object<'a> {
    pub(super) path: String,
    /// Its name where it is under it as a key.
    name: Option<&'a str>,
    pub(super) map: &'a Map<String, Value>,
}

/// The exports in a document, and the keys of nested data at its root of which nothing was made.
pub(super) fn parts<'a>(document: &'a Value, exports: &'a [Export]) -> (Vec<FoundExport<'a>>, Vec<&'a str>) {
    let shapes: Vec<ExportShape> =
        exports.iter().filter(|export| export.marker.is_none()).map(ExportShape::of).collect();
    let mut search = ExportSearch { shapes, parts: Vec::new(), empty: Vec::new() };
    let mut strange = Vec::new();
    search.look(document, "", None, None, 0);
    if let Value::Object(root) = document {
        // An empty list says something only where its surroundings say of what.
        let is_within = |key: &String| search.shapes.iter().any(|shape| shape.stands_under(key));
        if !search.parts.is_empty() || root.keys().all(is_within) {
            search.parts.append(&mut search.empty);
        }
        let nested = root.iter().filter(|(_, value)| value.is_object() || value.is_array());
        let holds = |key: &str| {
            search.parts.iter().any(|part| {
                let inside = part.path.strip_prefix(key);
                part.path.is_empty()
                    || inside.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        };
        strange = nested.map(|(key, _)| key.as_str()).filter(|key| !holds(key)).collect();
    }
    (search.parts, strange)
}

/// An export with its heads in the form they compare in.
struct ExportShape<'a> {
    export: &'a Export,
    identified_by: Vec<String>,
    known: BTreeSet<String>,
    within: Option<String>,
}

impl<'a> ExportShape<'a> {
    fn of(export: &'a Export) -> Self {
        Self {
            export,
            identified_by: export.identified_by.iter().map(|name| head(name)).collect(),
            known: heads(export),
            within: export.within.as_deref().map(head),
        }
    }

    fn stands_under(&self, key: &str) -> bool {
        self.within.as_deref() == Some(head(key).as_str())
    }

    /// Whether an object under `key` (`None`: the document itself) is of this export.
    fn fits(&self, map: &Map<String, Value>, key: Option<&str>) -> bool {
        let heads: BTreeSet<String> = map.keys().map(|key| head(key)).collect();
        if !self.identified_by.iter().all(|reported| heads.contains(reported)) {
            return false;
        }
        // What is identified by few and common keys must be where it is expected, and alone.
        let expected =
            || key.is_none_or(|key| self.stands_under(key) || ENVELOPES.contains(&head(key).as_str()));
        !self.export.closed || (expected() && heads.is_subset(&self.known))
    }
}

struct ExportSearch<'a> {
    shapes: Vec<ExportShape<'a>>,
    parts: Vec<FoundExport<'a>>,
    /// Lists without an entry.
    empty: Vec<FoundExport<'a>>,
}

impl<'a> ExportSearch<'a> {
    fn look(&mut self, value: &'a Value, path: &str, key: Option<&str>, pages: Option<Pages>, depth: usize) {
        let found = |export, objects, left_out| {
            let pages = pages.clone();
            FoundExport { export, path: path.to_owned(), objects, left_out, pages }
        };
        if let (Value::Array(list), Some(key)) = (value, key)
            && list.is_empty()
        {
            let lists = self.shapes.iter().filter(|shape| shape.export.about == About::List);
            let of = lists.filter(|shape| shape.stands_under(key));
            self.empty.extend(of.map(|shape| found(shape.export, Vec::new(), Vec::new())));
            return;
        }
        let (objects, left_out) = entries(value, path);
        if let Some(export) = self.best(&objects, key, false) {
            self.parts.push(found(export, objects, left_out));
        }
        let Value::Object(map) = value else { return };
        let named = || map.iter().map(|(name, value)| (name.as_str(), value));
        let objects: Vec<Object> = named()
            .filter_map(|(name, value)| {
                Some(Object { path: step(path, name), name: Some(name), map: value.as_object()? })
            })
            .collect();
        if objects.len() == map.len()
            && let Some(export) = self.best(&objects, key, true)
        {
            self.parts.push(found(export, objects, Vec::new()));
            return;
        }
        let between = pages.filter(|_| bare(value).is_array());
        if depth < DEEPEST {
            for (name, value) in named().filter(|(_, value)| value.is_object() || value.is_array()) {
                // What is around a list says which page it is, also if PowerShell 5.1 put an object between.
                let list = bare(value).as_array();
                let pages = list.and_then(|list| pages::of_list(map, name, list.len())).or(between.clone());
                self.look(value, &step(path, name), Some(name), pages, depth + 1);
            }
        }
    }

    /// The export that most heads identify; `by_name`: only one that is expected under this key.
    fn best(&self, objects: &[Object], key: Option<&str>, by_name: bool) -> Option<&'a Export> {
        let fits = |shape: &&ExportShape| objects.iter().any(|object| shape.fits(object.map, key));
        let expected = |shape: &&ExportShape| !by_name || key.is_some_and(|key| shape.stands_under(key));
        let fitting =
            self.shapes.iter().filter(expected).filter(|shape| !shape.identified_by.is_empty()).filter(fits);
        // Of equals the first in order of id.
        fitting.rev().max_by_key(|shape| shape.identified_by.len()).map(|shape| shape.export)
    }
}

/// Whether a value is a type in place of what is in it.
fn is_cut(value: &Value) -> bool {
    value.as_str().is_some_and(is_unwritten)
}

/// The objects of a list, or the one object by itself, and the paths of what is none.
fn entries<'a>(value: &'a Value, path: &str) -> (Vec<Object<'a>>, Vec<String>) {
    match value {
        Value::Array(list) => {
            let (mut objects, mut left_out) = (Vec::new(), Vec::new());
            for (index, entry) in list.iter().enumerate() {
                let path = format!("{path}[{index}]");
                match entry {
                    Value::Object(map) => objects.push(Object { path, name: None, map }),
                    _ => left_out.push(path),
                }
            }
            (objects, left_out)
        }
        Value::Object(map) => (vec![Object { path: path.to_owned(), name: None, map }], Vec::new()),
        _ => (Vec::new(), Vec::new()),
    }
}

/// The path of a key.
fn step(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

impl<'a> FoundExport<'a> {
    /// Its objects as records; the name that one is under is a field of it.
    pub(super) fn records(&self, places: &Places) -> Records {
        let place = |path: String| places.at(&path);
        let read_as = |parser: FieldParser| -> BTreeSet<String> {
            let fields = self.export.fields.iter().filter(|field| field.read == parser);
            fields.flat_map(|field| field.heads.iter().map(|name| head(name))).collect()
        };
        let (counted, listed) = (read_as(FieldParser::Count), read_as(FieldParser::Names));
        let mut records = Records::new(SourceRef::default(), heads(self.export));
        for object in &self.objects {
            let at = records.origin.list(place(object.path.clone()));
            let record = records.begin(at);
            let named = object.name.zip(self.export.name.first());
            if let Some((name, column)) = named.and_then(|(name, head)| Some((name, records.column(head)?))) {
                records.put(record, column, name, at);
            }
            for (key, value) in object.map {
                let Some(column) = records.column(key).filter(|_| !is_cut(value)) else { continue };
                let text = match head(key) {
                    key if listed.contains(&key) => names(value),
                    key if counted.contains(&key) => count(value),
                    _ => super::text(value),
                };
                let spot = records.origin.list(place(step(&object.path, key)));
                records.put(record, column, &text.unwrap_or_default(), spot);
            }
        }
        records
    }

    /// Paths of its fields that are a type in place of what is in it.
    pub(super) fn cut(&self) -> Vec<String> {
        let known = heads(self.export);
        let fields =
            self.objects.iter().flat_map(|object| object.map.iter().map(move |field| (object, field)));
        let cut = fields.filter(|(_, (key, value))| is_cut(value) && known.contains(&head(key)));
        cut.map(|(object, (key, _))| step(&object.path, key)).collect()
    }

    /// Keys of its objects that are no field.
    pub(super) fn unknown(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let known = heads(self.export);
        let names: BTreeSet<&'a str> =
            self.objects.iter().flat_map(|object| object.map.keys()).map(String::as_str).collect();
        names.into_iter().filter(move |name| !known.contains(&head(name)))
    }
}

/// The names in a value: those of a flat list with commas, those of nested ones after the key that they are under.
/// Lists without an entry are left out, so that a value without any name has no text.
fn names(value: &Value) -> Option<String> {
    let value = bare(value);
    let is_nested = |value: &Value| value.is_array() || value.is_object();
    let (mut entries, between) = match value {
        Value::Array(list) => {
            let entries: Vec<String> = list.iter().filter_map(names).collect();
            (entries, if list.iter().any(is_nested) { "; " } else { ", " })
        }
        // One thing with its properties reads as a line of their values.
        Value::Object(map) if !map.values().any(is_nested) => {
            return Some(map.values().filter_map(super::text).collect::<Vec<_>>().join(" "))
                .filter(|text| !text.is_empty());
        }
        Value::Object(map) => {
            let under = |(key, value)| Some(format!("{key}: {}", names(value)?));
            (map.iter().filter_map(under).collect(), "; ")
        }
        value => return super::text(value),
    };
    entries.sort();
    entries.dedup();
    Some(entries.join(between)).filter(|text| !text.is_empty())
}

/// How many entries a value has.
fn count(value: &Value) -> Option<String> {
    match bare(value) {
        Value::Array(list) => Some(list.len().to_string()),
        Value::Object(map) => Some(map.len().to_string()),
        other => super::text(other),
    }
}

#[cfg(test)]
mod names_tests {
    use super::names;
    use serde_json::json;

    #[test]
    fn names_of_lists_and_of_lists_in_lists() {
        let read = |value| names(&value).unwrap_or_default();
        assert_eq!(read(json!(["rabbit@b", "rabbit@a", "rabbit@b"])), "rabbit@a, rabbit@b");
        assert_eq!(
            read(json!({"rabbit@b": ["rabbit@c"], "rabbit@a": ["rabbit@c"]})),
            "rabbit@a: rabbit@c; rabbit@b: rabbit@c"
        );
        assert_eq!(read(json!([["rabbit@a", ["rabbit@c"]]])), "rabbit@a; rabbit@c");
        assert_eq!(
            read(
                json!([{"node": "rabbit@a", "resource": "disk"}, {"node": "rabbit@a", "resource": "memory"}])
            ),
            "rabbit@a disk; rabbit@a memory"
        );
        assert_eq!(read(json!({"disc": ["rabbit@a"], "ram": []})), "disc: rabbit@a");
    }

    #[test]
    fn what_holds_no_name_has_no_text() {
        for none in [
            json!([]),
            json!({}),
            json!(null),
            json!({"rabbit@a": []}),
            json!([{"rabbit@a": []}]),
            json!([""]),
        ] {
            assert_eq!(names(&none), None, "{none}");
        }
    }
}
